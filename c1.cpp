#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cassert>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include <map>
#include <signal.h>
#include <execinfo.h>
#include <unistd.h>
#include <functional>
namespace eng { struct Base{ virtual void go()=0; Base(){call();} void call(){go();} virtual ~Base(){} }; struct D:Base{ void go()override{} };
 template<class T> struct Box{ T v; T& at(int i) const { assert(i>=0 && "neg: 'x'"); return *new T; } };
 struct Err:std::runtime_error{ using std::runtime_error::runtime_error; };
 struct Odd{ int x; };
 namespace { void anon(int *p){ *p=3; } }
}
static void h(int s){ void*b[50]; int n=backtrace(b,50); fprintf(stderr,"Error: signal %d:\n",s); backtrace_symbols_fd(b,n,2); _exit(1);}
static void h2(int s){ void*b[50]; int n=backtrace(b,50); fprintf(stderr,"*** crash: signal %d (%s)\nBacktrace:\n",s,strsignal(s)); char**q=backtrace_symbols(b,n); for(int i=0;i<n;i++)fprintf(stderr,"  [%d] %s\n",i,q[i]); signal(s,SIG_DFL); raise(s);}
int main(int c,char**v){ std::string a=v[1];
 if(a=="assert"){ eng::Box<std::map<int,std::string>> b; b.at(-1);} 
 if(a=="multi") throw eng::Err("first line\nsecond: 2\n  third");
 if(a=="what0") throw eng::Odd{1};
 if(a=="int") throw 42;
 if(a=="empty") throw std::runtime_error("");
 if(a=="at") { std::vector<int> q; return q.at(5);} 
 if(a=="nested") { try{ throw std::runtime_error("inner"); }catch(...){ std::throw_with_nested(std::logic_error("outer")); } }
 if(a=="thread"){ std::thread t([]{ throw std::out_of_range("in thread"); }); t.join(); }
 if(a=="unjoined"){ std::thread t([]{ usleep(100000);}); }
 if(a=="pure"){ eng::D d; }
 if(a=="noexcept"){ auto f=[]()noexcept{ throw std::bad_alloc(); }; f(); }
 if(a=="rethrow"){ throw; }
 if(a=="smash"){ char b[8]; volatile int n=64; memset(b,'A',n); printf("%s",b); }
 if(a=="fortify"){ char b[8]; strcpy(b,v[2]); printf("%s",b); }
 if(a=="badfree"){ int x[4]; free((char*)x+8); }
 if(a=="heap"){ char*p=(char*)malloc(24); memset(p,1,100); free(p); malloc(5000); free(malloc(24)); char*q=(char*)malloc(2000);memset(q,9,4000);free(q);malloc(10000); }
 if(a=="sig"){ signal(SIGSEGV,h); eng::anon(nullptr);} 
 if(a=="sig2"){ signal(SIGSEGV,h2); std::function<void()> f=[]{eng::anon(nullptr);}; f();} 
 if(a=="segv"){ eng::anon(nullptr);} 
 if(a=="div"){ volatile int z=0; return 3/z; }
}
