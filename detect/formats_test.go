package detect

import (
	"bytes"
	"testing"
)

// lineTest says what one line of one program states.
type lineTest struct {
	line    string
	level   Level
	message string // "=" for the whole line without blanks around it
	logger  string
}

func checkLines(t *testing.T, format Format, tests []lineTest) {
	t.Helper()
	for _, test := range tests {
		r := Record{Text: []byte(test.line)}
		classify(r.Text, &r)
		want := test.message
		if want == "=" {
			want = string(bytes.TrimSpace(r.Text))
		}
		if r.Level != test.level || r.Format != format {
			t.Errorf("%q\n  is %s %s (%s), want %s %s", test.line, r.Format, r.Level, r.Why, format, test.level)
		}
		if got := string(bytes.TrimSpace(r.Message)); got != want {
			t.Errorf("%q\n  message %q, want %q", test.line, got, want)
		}
		if string(r.Logger) != test.logger {
			t.Errorf("%q\n  logger %q, want %q", test.line, r.Logger, test.logger)
		}
		if (r.Level == NotSet) == (r.Why != "") && format == Text {
			t.Errorf("%q\n  level %s because of %q", test.line, r.Level, r.Why)
		}
	}
}

func TestPythonLines(t *testing.T) {
	checkLines(t, Text, []lineTest{
		{"[bs-whatweb][CRITICAL] [whatweb]: no licence", Critical, "no licence", "whatweb"},
		{"[bs-whatweb][INFO] [gunicorn.error]: Booting worker", Info, "Booting worker", "gunicorn.error"},
		{"INFO:__main__:ready", Info, "ready", "__main__"},
		{"WARNING:py.warnings:/srv/a.py:3: UserWarning: x", Warning, "/srv/a.py:3: UserWarning: x", "py.warnings"},
		{"ERROR:http://10.0.0.1/ is gone", Error, "http://10.0.0.1/ is gone", ""},
		{"CRITICAL:my-app.db:no disk", Critical, "no disk", "my-app.db"},
		{"2026-01-05 07:00:00,123 - root - WARNING - disk at 91 %", Warning, "disk at 91 %", "root"},
		{"2026-01-05 07:00:00,123 root ERROR lost the lease", Error, "lost the lease", "root"},
		{"2026-01-05 07:00:00,123 ERROR root lost the lease", Error, "root lost the lease", ""},
		{"2026-01-05 07:00:00,123 [INFO] apps.mail: sent 4 mails", Info, "sent 4 mails", "apps.mail"},
		{"2026-01-05 07:00:00,123 INFO     Listening on TCP address 0.0.0.0:8000", Info, "Listening on TCP address 0.0.0.0:8000", ""},
		{"2026-01-05 07:00:00,123 - INFO - apps.mail - sent", Info, "sent", "apps.mail"},
		{"2026-01-05 07:00:00,123 | DEBUG | apps.mail | queue is empty", Debug, "queue is empty", "apps.mail"},
		{"2026-01-05 07:00:00,123 12 INFO shopdb odoo.modules.loading: 60 modules loaded in 0.4s", Info, "60 modules loaded in 0.4s", "odoo.modules.loading"},
		{"2026-01-05 07:00:00 [scrapy.core.engine] INFO: Spider opened", Info, "Spider opened", "scrapy.core.engine"},
		{"2026-01-05 07:00:00 [scrapy.core.scraper] ERROR: Spider error processing <GET http://x>", Error, "Spider error processing <GET http://x>", "scrapy.core.scraper"},
		{"[2026-01-05 07:00:00,123] WARNING in auth: token is old", Warning, "token is old", "auth"},
		{"[2026-01-05 07:00:00 +0100] [9] [DEBUG] GET /errors/critical", Debug, "GET /errors/critical", ""},
		{"[2026-01-05 07:00:00 +0000] [9] [ERROR] [broker] connection refused", Error, "[broker] connection refused", ""},
		{"[2026-01-05 07:00:00 +0000] [9] [INFO] Handling signal: term", Info, "Handling signal: term", ""},
		{"[2026-01-05 07:00:00,123: CRITICAL/MainProcess] Unrecoverable error: OSError()", Critical, "Unrecoverable error: OSError()", ""},
		{"[2026-01-05T07:00:00.123+0000] {scheduler_job.py:812} INFO - Exiting gracefully upon signal 15", Info, "Exiting gracefully upon signal 15", ""},
		{"[2026-01-05T07:00:00.123+0000] {taskinstance.py:1400} ERROR - Task failed with exception", Error, "Task failed with exception", ""},
		{"[I 260105 07:00:00 web:2348] 200 GET / (::1) 3.02ms", Info, "200 GET / (::1) 3.02ms", ""},
		{"[W 2026-01-05 07:00:00.123 ServerApp] No web browser found", Warning, "No web browser found", ""},
		{"WARNING: This is a development server. Do not use it in a production deployment.", Warning, "This is a development server. Do not use it in a production deployment.", ""},
		{"INFO:     Application startup complete.", Info, "Application startup complete.", ""},
		{"CRITICAL: Unhandled exception in event loop", Critical, "Unhandled exception in event loop", ""},
		{"2026-01-05 07:00:00.123 | WARNING  | shop.cart:add:31 - out of stock", Warning, "out of stock", "shop.cart"},
		{"2026-01-05 07:00:00.123 | CRITICAL | __main__:<module>:9 - stop", Critical, "stop", "__main__"},
		{"2026-01-05 07:00:00.123 WARNING (MainThread) [homeassistant.loader] We found a custom integration", Warning, "We found a custom integration", "homeassistant.loader"},
		{"2026-01-05 07:00:00,123 - distributed.scheduler - INFO -   Scheduler at: tcp://10.0.0.1:8786", Info, "Scheduler at: tcp://10.0.0.1:8786", "distributed.scheduler"},
		{"2026-01-05 07:00:00,123 INFO spawned: 'web' with pid 12", Info, "spawned: 'web' with pid 12", ""},
		{"2026-01-05 07:00:00,123 CRIT Supervisor is running as root.", Critical, "Supervisor is running as root.", ""},
		{"2026-01-05 07:00:00 [debug    ] cache miss                     key=a", Debug, "cache miss", ""},
		{"2026-01-05T07:00:00.123456Z [warning  ] late                           [shop.jobs] n=3", Warning, "late", "shop.jobs"},
		{"2026-01-05 07:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:182] This binary is optimized", Info, "This binary is optimized", ""},
		{"[INFO   ] [Base        ] Start application main loop", Info, "Start application main loop", "Base"},
		{"01/05/2026 07:00:00 AM INFO worker idle", Info, "worker idle", ""},
	})
}

func TestGoAndCloudLines(t *testing.T) {
	checkLines(t, Text, []lineTest{
		{"2026/01/05 07:00:00 server.go:12: accepted 4 connections", NotSet, "accepted 4 connections", ""},
		{"2026/01/05 07:00:00.123456 dial tcp: i/o timeout", NotSet, "dial tcp: i/o timeout", ""},
		{"2026/01/05 07:00:00 WARN slow query ms=1200 table=orders", Warning, "slow query", ""},
		{"2026/01/05 07:00:00 DEBUG a=b is an equation here", Debug, "a=b is an equation here", ""},
		{"2026/01/05 07:00:00 INFO done", Info, "done", ""},
		{"2026/01/05 07:00:00 http: panic serving 10.0.0.9:4433: boom", Error, "http: panic serving 10.0.0.9:4433: boom", ""},
		{"2026/01/05 07:00:00 [INFO] serf: EventMemberJoin: n1 10.0.0.1", Info, "serf: EventMemberJoin: n1 10.0.0.1", ""},
		{"2026-01-05T07:00:00.123Z [ERROR] agent.proxycfg: failed to resolve: error=timeout", Error, "failed to resolve: error=timeout", "agent.proxycfg"},
		{"2026-01-05T07:00:00.123Z [INFO]  Terraform version: 1.9.0", Info, "Terraform version: 1.9.0", ""},
		{"2026-01-05T07:00:00.123+0100\tinfo\tcore/lifecycle.go:9\tstarted\t{\"n\": 1}", Info, "started", ""},
		{"2026-01-05T07:00:00.123456Z\twarn\txdsproxy\tenvoy connection lost", Warning, "envoy connection lost", "xdsproxy"},
		{"2026/01/05 07:00:00.123\tERROR\thttp.handlers.reverse_proxy\taborting with incomplete response\t{\"upstream\": \"a\"}", Error, "aborting with incomplete response", "http.handlers.reverse_proxy"},
		{"1.7675964e+09\tINFO\tsetup\tstarting manager", Info, "starting manager", "setup"},
		{"7:00AM DBG cache filled entries=12", Debug, "cache filled", ""},
		{"11:59PM FTL no route error=\"dial: refused\"", Critical, "no route", ""},
		{"7:00AM ??? odd", NotSet, "odd", ""},
		{"2026-01-05T07:00:00Z INF Configuration loaded from file: /etc/traefik.yml", Info, "Configuration loaded from file: /etc/traefik.yml", ""},
		{"2026-01-05T07:00:00Z ERR Cannot start provider error=\"no socket\" providerName=docker", Error, "Cannot start provider", ""},
		{"DEBU[0000] loading plugin                                type=io.containerd", Debug, "loading plugin", ""},
		{"ERRO[2026-01-05T07:00:00Z] pull failed                   image=a:b", Error, "pull failed", ""},
		{"PANI[0003] cannot go on", Critical, "cannot go on", ""},
		{"2026-01-05 07:00:00.123456 I | etcdserver: published {Name:a}", Info, "published {Name:a}", "etcdserver"},
		{"2026-01-05 07:00:00.123456 E | rafthttp: failed to dial", Error, "failed to dial", "rafthttp"},
		{"[1] 2026/01/05 07:00:00.123456 [INF] Starting nats-server", Info, "Starting nats-server", ""},
		{"[1] 2026/01/05 07:00:00.123456 [ERR] Error trying to connect to route", Error, "Error trying to connect to route", ""},
		{"2026/01/05 07:00:00 cmd/web.go:242:runWeb() [I] Starting Gitea on PID: 7", Info, "Starting Gitea on PID: 7", ""},
		{"2026/01/05 07:00:00 ...s/context/context.go:128:HTML() [E] Render failed", Error, "Render failed", ""},
		{"[INFO] 10.0.0.4:5353 - 18 \"A IN x.local. udp 30 false 512\" NXDOMAIN qr,rd 0.0002s", Info, "10.0.0.4:5353 - 18 \"A IN x.local. udp 30 false 512\" NXDOMAIN qr,rd 0.0002s", ""},
		{"[ERROR] plugin/errors: 2 x.local. A: read udp: i/o timeout", Error, "2 x.local. A: read udp: i/o timeout", "plugin/errors"},
		{"2026-01-05 07:00:00.123 [WARNING][7] felix/int_dataplane.go 1000: slow", Warning, "felix/int_dataplane.go 1000: slow", ""},
		{"2026-01-05T07:00:00.123456Z  INFO shop::http::server: bound addr=0.0.0.0:80", Info, "bound addr=0.0.0.0:80", "shop::http::server"},
		{"2026-01-05T07:00:00.123456Z ERROR job{id=4 kind=\"mail\"}:send{n=1}: shop::mail: refused", Error, "refused", "shop::mail"},
		{"[2026-01-05T07:00:00Z TRACE hyper::proto] flushed", Trace, "flushed", "hyper::proto"},
		{"[2026-01-05T07:00:00Z WARN ] deprecated flag", Warning, "deprecated flag", ""},
		{" INFO shop::api > ready", Info, "shop::api > ready", ""},
		{"2026-01-05T07:00:00.123456Z  INFO vector::app: Log level is enabled. level=\"info\"", Info, "Log level is enabled. level=\"info\"", "vector::app"},
		{"panic: assignment to entry in nil map", Critical, "assignment to entry in nil map", ""},
		{"fatal error: all goroutines are asleep - deadlock!", Critical, "all goroutines are asleep - deadlock!", ""},
	})
	checkLines(t, Klog, []lineTest{
		{"I0105 07:00:00.123456       1 main.go:10] \"Starting\" version=\"v1\" port=80", Info, "Starting", ""},
		{"E0105 07:00:00.123456    4242 a/b_test.cc:77] Check failed: x == y", Error, "Check failed: x == y", ""},
		{"W20260105 07:00:00.123456  4242 fs.cc:3] disk is slow", Warning, "disk is slow", ""},
		{"I260105 07:00:00.123456 1 server/server.go:90 \u22ee [n1] node up", Info, "[n1] node up", ""},
		{"F0105 07:00:00.123456 1 x.go:1] \"quoted\" but prose follows", Critical, "\"quoted\" but prose follows", ""},
	})
}

func TestJVMLines(t *testing.T) {
	checkLines(t, Text, []lineTest{
		{"07:00:00.123 [http-nio-8080-exec-1] ERROR c.a.shop.Cart - no stock for item 7", Error, "no stock for item 7", "c.a.shop.Cart"},
		{"07:00:00.123 [main] DEBUG Boot - ready", Debug, "ready", "Boot"},
		{"2026-01-05 07:00:00 INFO  Orders - worker started", Info, "worker started", "Orders"},
		{"2026-01-05 07:00:00 INFO Starting - please wait", Info, "Starting - please wait", ""},
		{"2026-01-05 07:00:00,123 [main] INFO  com.acme.Boot - up", Info, "up", "com.acme.Boot"},
		{"2026-01-05 07:00:00,123 WARN  [main] com.acme.Boot: slow disk", Warning, "slow disk", "com.acme.Boot"},
		{"2026-01-05 07:00:00.123  WARN 7 --- [           main] o.s.b.w.e.tomcat.TomcatStarter           : Error creating bean", Warning, "Error creating bean", "o.s.b.w.e.tomcat.TomcatStarter"},
		{"2026-01-05T07:00:00.123Z ERROR 7 --- [shop] [nio-8080-exec-2] [4bf92f3577b34da6-00f067aa] c.a.Pay : refused", Error, "refused", "c.a.Pay"},
		{"[2026-01-05 07:00:00,123] WARN [RequestSendThread controllerId=1] Controller 1 epoch 4 fails (kafka.controller.RequestSendThread)", Warning, "[RequestSendThread controllerId=1] Controller 1 epoch 4 fails", "kafka.controller.RequestSendThread"},
		{"[2026-01-05 07:00:00,123] INFO Awaiting socket connections on 0.0.0.0:9092. (kafka.network.DataPlaneAcceptor)", Info, "Awaiting socket connections on 0.0.0.0:9092.", "kafka.network.DataPlaneAcceptor"},
		{"[2026-01-05 07:00:00,123] INFO shut down (completed)", Info, "shut down (completed)", ""},
		{"26/01/05 07:00:00 INFO SparkContext: Running Spark version 3.5.1", Info, "Running Spark version 3.5.1", "SparkContext"},
		{"26/01/05 07:00:00 ERROR Executor: Exception in task 0.0 in stage 1.0", Error, "Exception in task 0.0 in stage 1.0", "Executor"},
		{"INFO  [main] 2026-01-05 07:00:00,123 CassandraDaemon.java:500 - JVM Arguments", Info, "JVM Arguments", ""},
		{"2026-01-05 07:00:00.123+0000 [id=25]\tINFO\thudson.WebAppMain$3#run: Jenkins is fully up and running", Info, "Jenkins is fully up and running", "hudson.WebAppMain$3#run"},
		{"2026-01-05 07:00:00.123 INFO  (main) [   ] o.a.s.c.CoreContainer Creating core", Info, "Creating core", "o.a.s.c.CoreContainer"},
		{"[2026-01-05T07:00:00,123][ERROR][o.e.b.Bootstrap          ] [node-1] fatal exception while booting", Error, "[node-1] fatal exception while booting", "o.e.b.Bootstrap"},
		{"[2026-01-05T07:00:00,123][INFO ][logstash.agent           ] Pipelines running {:count=>1}", Info, "Pipelines running {:count=>1}", "logstash.agent"},
		{"[2026-01-05T07:00:00.123+00:00][WARN ][plugins.security] Generating a random key", Warning, "Generating a random key", "plugins.security"},
		{"07:00:00,123 INFO  [org.jboss.as] (MSC service thread 1-2) WFLYSRV0049: starting", Info, "WFLYSRV0049: starting", "org.jboss.as"},
		{"05-Jan-2026 07:00:00.123 SEVERE [main] org.apache.catalina.core.StandardService.startInternal Failed to start connector", Error, "Failed to start connector", "org.apache.catalina.core.StandardService"},
		{"WARNING: A terminally deprecated method in java.lang.System has been called", Warning, "A terminally deprecated method in java.lang.System has been called", ""},
		{"SEVERE: Servlet.service() threw exception", Error, "Servlet.service() threw exception", ""},
		{"FINE: entering", Debug, "entering", ""},
		{"[0.123s][info][gc] GC(0) Pause Young 3M->1M", Info, "GC(0) Pause Young 3M->1M", "gc"},
		{"[0.004s][warning][os,thread] Failed to start thread", Warning, "Failed to start thread", ""},
		{"[07:00:00] [Server thread/WARN]: Can't keep up!", Warning, "Can't keep up!", ""},
		{"[07:00:00 INFO]: Done (2.1s)!", Info, "Done (2.1s)!", ""},
		{"[INFO] BUILD SUCCESS", Info, "BUILD SUCCESS", ""},
		{"[ERROR] Failed to execute goal", Error, "Failed to execute goal", ""},
		{"[warn] 3 deprecations", Warning, "3 deprecations", ""},
		{"Exception in thread \"pool-1\" java.lang.OutOfMemoryError: Java heap space", Error, "=", ""},
		{"Jan 05, 2026 7:00:00 AM com.acme.Boot main", NotSet, "com.acme.Boot main", ""},
		{"2026-01-05 07:00:00,123 ERROR IllegalStateException: no", Error, "IllegalStateException: no", ""},
	})
}

func TestNodeRubyPHPAndDotNetLines(t *testing.T) {
	checkLines(t, Text, []lineTest{
		{"info: listening on 3000", Info, "listening on 3000", ""},
		{"error: cannot reach redis", Error, "cannot reach redis", ""},
		{"2026-01-05T07:00:00.123Z [api] warn: slow", Warning, "slow", "api"},
		{"2026-01-05T07:00:00.123Z error: boom", Error, "boom", ""},
		{"2026-01-05 07:00:00 info booted", Info, "booted", ""},
		{"[07:00:00.123] INFO (shop/7 on w1): request completed", Info, "request completed", "shop"},
		{"[07:00:00.123] ERROR (7): request failed", Error, "request failed", ""},
		{"[2026-01-05 07:00:00.123 +0000] WARN: low memory", Warning, "low memory", ""},
		{"[2026-01-05T07:00:00.123] [INFO] default - started", Info, "started", "default"},
		{"[2026-01-05T07:00:00.123] [ERROR] shop.cart - no item", Error, "no item", "shop.cart"},
		{"[Nest] 7  - 01/05/2026, 7:00:00 AM     LOG [NestFactory] Starting Nest application...", Info, "Starting Nest application...", "NestFactory"},
		{"[Nest] 7  - 01/05/2026, 7:00:00 AM   ERROR [ExceptionsHandler] boom", Error, "boom", "ExceptionsHandler"},
		{"npm ERR! missing script: start", Error, "missing script: start", ""},
		{"npm warn deprecated glob@7.2.3: old", Warning, "deprecated glob@7.2.3: old", ""},
		{"npm notice created a lockfile", Notice, "created a lockfile", ""},
		{"Error: Cannot find module 'express'", Error, "Cannot find module 'express'", ""},
		{"(node:7) Warning: Accessing non-existent property", Warning, "=", ""},
		{"5 Jan 07:00:00 - [info] Starting flows", Info, "Starting flows", ""},
		{"D, [2026-01-05T07:00:00.123456 #7] DEBUG -- : User Load (0.1ms)", Debug, "User Load (0.1ms)", ""},
		{"F, [2026-01-05T07:00:00.123456 #7] FATAL -- puma: no port", Critical, "no port", "puma"},
		{"A, [2026-01-05T07:00:00.123456 #7]   ANY -- : hello", NotSet, "hello", ""},
		{"[2026-01-05 07:00:00] local.DEBUG: cache {\"hit\":true} []", Debug, "cache", "local"},
		{"[2026-01-05T07:00:00.123456+00:00] request.CRITICAL: Uncaught PHP Exception {\"exception\":\"x\"} {\"uid\":\"a\"}", Critical, "Uncaught PHP Exception", "request"},
		{"[2026-01-05T07:00:00.123456+00:00] app.INFO: list is [1] and {x} [] []", Info, "list is [1] and {x}", "app"},
		{"[05-Jan-2026 07:00:00] ALERT: oops", Alert, "oops", ""},
		{"PHP Deprecated:  Creation of dynamic property A::$b in /a.php on line 3", Notice, "Creation of dynamic property A::$b in /a.php on line 3", ""},
		{"PHP Parse error:  syntax error, unexpected '}' in /a.php on line 3", Error, "syntax error, unexpected '}' in /a.php on line 3", ""},
		{"[05-Jan-2026 07:00:00 Europe/Berlin] PHP Warning:  x in /a.php on line 3", Warning, "x in /a.php on line 3", ""},
		{"dbug: Acme.Cache[1]", Debug, "", "Acme.Cache"},
		{"warn: Acme.Cache[1] evicted", Warning, "evicted", "Acme.Cache"},
		{"[07:00:00 WRN] slow", Warning, "slow", ""},
		{"2026-01-05 07:00:00.123 +01:00 [FTL] stopped", Critical, "stopped", ""},
		{"2026-01-05 07:00:00.1234|INFO|Acme.Jobs|ok", Info, "ok", "Acme.Jobs"},
		{"2026-01-05 07:00:00.1234|FATAL|Acme.Jobs|gone|really", Critical, "gone|really", "Acme.Jobs"},
		{"07:00:00.123 [notice] Application shop exited", Notice, "Application shop exited", ""},
		{"07:00:00.123 request_id=F9 user=4 [warning] retry", Warning, "retry", ""},
		{"=CRASH REPORT==== 5-Jan-2026::07:00:00.123456 ===", Error, "=", ""},
		{"=INFO REPORT==== 5-Jan-2026::07:00:00 ===", Info, "=", ""},
	})
}

func TestServerLines(t *testing.T) {
	checkLines(t, Text, []lineTest{
		{"2026/01/05 07:00:00 [info] 7#7: *1 client closed connection", Info, "*1 client closed connection", ""},
		{"2026/01/05 07:00:00 [debug] 7#0: epoll add event", Debug, "epoll add event", ""},
		{"[Mon Jan 05 07:00:00.123456 2026] [core:warn] [pid 7:tid 8] AH00098: pid file overwritten", Warning, "AH00098: pid file overwritten", "core"},
		{"[Mon Jan 05 07:00:00 2026] [error] [client 10.0.0.1] File does not exist: /x", Error, "[client 10.0.0.1] File does not exist: /x", ""},
		{"2026-01-05 07:00:00.123 CET [7]: [3-1] user=app,db=shop,app=psql ERROR:  relation \"x\" does not exist", Error, "relation \"x\" does not exist", ""},
		{"2026-01-05 07:00:00 UTC [7] LOG:  database system is ready to accept connections", Info, "database system is ready to accept connections", ""},
		{"2026-01-05 07:00:00.123 UTC [7] NOTICE:  table does not exist, skipping", Notice, "table does not exist, skipping", ""},
		{"2026-01-05  7:00:00 0 [Note] InnoDB: Buffer pool(s) load completed", Info, "InnoDB: Buffer pool(s) load completed", ""},
		{"2026-01-05  7:00:00 0 [ERROR] Can't start server: Bind on TCP/IP port", Error, "Can't start server: Bind on TCP/IP port", ""},
		{"260105  7:00:00 [Warning] 'user' entry ignored", Warning, "'user' entry ignored", ""},
		{"2026-01-05T07:00:00.123456Z 0 [Warning] [MY-010068] [Server] CA certificate is self signed.", Warning, "CA certificate is self signed.", "Server"},
		{"7:C 05 Jan 2026 07:00:00.123 # WARNING Memory overcommit must be enabled!", Warning, "WARNING Memory overcommit must be enabled!", ""},
		{"7:X 05 Jan 2026 07:00:00.123 - Accepted", Info, "Accepted", ""},
		{"2026-01-05T07:00:00.123+0000 I NETWORK  [listener] connection accepted from 10.0.0.1:4", Info, "connection accepted from 10.0.0.1:4", "NETWORK"},
		{"2026-01-05T07:00:00.123+0000 E STORAGE  [initandlisten] WiredTiger error (28)", Error, "WiredTiger error (28)", "STORAGE"},
		{"2026-01-05 07:00:00.123456+00:00 [info] <0.9.0> Ready to start client connection listeners", Info, "Ready to start client connection listeners", ""},
		{"2026-01-05 07:00:00.123 [warning] <0.9.0> memory resource limit alarm set", Warning, "memory resource limit alarm set", ""},
		{"[WARNING]  (7) : config : missing timeouts", Warning, "config : missing timeouts", ""},
		{"[2026/01/05 07:00:00] [ info] [sp] stream processor started", Info, "stream processor started", "sp"},
		{"[2026/01/05 07:00:00] [error] [output:es:es.0] could not flush", Error, "could not flush", "output:es:es.0"},
		{"2026-01-05 07:00:00 +0000 [info]: #0 starting fluentd worker", Info, "#0 starting fluentd worker", ""},
		{"1767596400: mosquitto version 2.0.18 starting", NotSet, "mosquitto version 2.0.18 starting", ""},
		{"1767596400: Error: Address already in use", Error, "Address already in use", ""},
		{"05-Jan-2026 07:00:00.123 general: info: managed-keys-zone: loaded serial 2", Info, "managed-keys-zone: loaded serial 2", "general"},
		{"05-Jan-2026 07:00:00.123 network: error: creating IPv4 interface failed", Error, "creating IPv4 interface failed", "network"},
		{"2026-01-05 07:00:00 WARNING: file 'key' is group or others accessible", Warning, "file 'key' is group or others accessible", ""},
		{"[Jan  5 07:00:00] NOTICE[1234]: chan_sip.c:28 handle_request: Registration failed", Notice, "chan_sip.c:28 handle_request: Registration failed", ""},
		{"[2026-01-05 07:00:00] ERROR[12][C-00000001]: pbx.c: no such extension", Error, "[C-00000001]: pbx.c: no such extension", ""},
		{"[    3.141592] usb 1-1: device descriptor read/64, error -71", NotSet, "usb 1-1: device descriptor read/64, error -71", ""},
		{"01-05 07:00:00.123  812  901 E AndroidRuntime: FATAL EXCEPTION: main", Error, "FATAL EXCEPTION: main", "AndroidRuntime"},
		{"W/System.err(  812): java.io.IOException", Warning, "java.io.IOException", "System.err"},
		{"make[2]: *** [CMakeFiles/app.dir/build.make:76: app.o] Error 1", Error, "=", ""},
		{"src/main.rs:3:5: warning: unused import", Warning, "=", ""},
		{"ld: warning: ignoring duplicate libraries", Warning, "=", ""},
		{"prog: error: the following arguments are required: file", Error, "=", ""},
		{"error[E0308]: mismatched types", Error, "mismatched types", ""},
		{"E: Failed to fetch http://deb/InRelease", Error, "Failed to fetch http://deb/InRelease", ""},
		{"Segmentation fault", Critical, "=", ""},
		{"double free or corruption (out)", Critical, "=", ""},
		{"terminate called after throwing an instance of 'std::runtime_error'", Critical, "=", ""},
	})
}

func TestSyslogLines(t *testing.T) {
	checkLines(t, Syslog, []lineTest{
		{"<13>Jan  5 07:00:00 w1 su: 'su root' failed for bob on /dev/pts/8", Notice, "'su root' failed for bob on /dev/pts/8", "su"},
		{"<165>1 2026-01-05T07:00:00.000003-07:00 10.0.0.1 myproc 8710 - - %% It's time", Notice, "%% It's time", "myproc"},
		{"<34>1 - host app - ID1 [a@1 k=\"v \\\"q\\\" ]\" n=\"1\"][b@1] \xef\xbb\xbfmsg", Critical, "msg", "app"},
		{"<14>1 2026-01-05T07:00:00Z - - - - - bare", Info, "bare", ""},
		{"<27>2026-01-05T07:00:00.1Z w1 app[7]: iso time", Error, "iso time", "app"},
		{"Jan  5 07:00:00 w1 kernel: eth0: link up", NotSet, "eth0: link up", "kernel"},
		{"Jan  5 07:00:00 w1 app[7]: ERROR no disk", Error, "no disk", "app"},
		{"Jan  5 07:00:00 app[7]: no host here", NotSet, "no host here", "app"},
	})
	checkLines(t, SDPrefix, []lineTest{
		{"<3>failed to open", Error, "failed to open", ""},
		{"<6>ERROR is only a word here", Info, "ERROR is only a word here", ""},
		{"<1>{\"a\":1}", Alert, "{\"a\":1}", ""},
	})
}

func TestAccessLines(t *testing.T) {
	checkLines(t, Access, []lineTest{
		{"127.0.0.1 - - [05/Jan/2026 07:00:00] \"GET /critical HTTP/1.1\" 500 -", Info, "=", ""},
		{"::1 - bob [05/Jan/2026:07:00:00 +0100] \"DELETE /x?y=[z] HTTP/1.1\" 204 0 \"-\" \"error/1.0 (fatal)\" \"10.0.0.1\"", Info, "=", ""},
		{"shop.example 10.0.0.1 - - [05/Jan/2026:07:00:00 +0100] \"GET / HTTP/1.1\" 200 12", Info, "=", ""},
		{"10.0.0.1 - - [05/Jan/2026:07:00:00 +0100] \"GET /a\\\"b HTTP/1.1\" 400 226", Info, "=", ""},
		{"GET /errors 404 3.102 ms - 139", Info, "=", ""},
		{"POST /api HTTP/1.1 201 5 - 2ms", Info, "=", ""},
		{"[pid: 31|app: 0|req: 1/1] 10.0.0.1 () {40 vars in 600 bytes} [Mon Jan  5 07:00:00 2026] GET /fatal => generated 12 bytes in 3 msecs (HTTP/1.1 500) 2 headers in 78 bytes", Info, "=", ""},
		{"[2026-01-05T07:00:00.123Z] \"POST /svc/Error HTTP/2\" 200 - 5 0 3 2 \"-\" \"grpc\"", Info, "\"POST /svc/Error HTTP/2\" 200 - 5 0 3 2 \"-\" \"grpc\"", ""},
	})
}

func TestColouredLines(t *testing.T) {
	checkLines(t, Text, []lineTest{
		{"\x1b[2m2026-01-05T07:00:00.123456Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mshop::api\x1b[0m\x1b[2m:\x1b[0m up \x1b[3mn\x1b[0m\x1b[2m=\x1b[0m3", Info, "up n=3", "shop::api"},
		{"\x1b[90m7:00AM\x1b[0m \x1b[32mINF\x1b[0m \x1b[1mstarted\x1b[0m \x1b[36mport=\x1b[0m80", Info, "started", ""},
		{"\x1b[36mINFO\x1b[0m[0001] ready                                        \x1b[36mn\x1b[0m=3", Info, "ready", ""},
		{"\x1b[32minfo\x1b[39m: listening", Info, "listening", ""},
		{"\x1b[0;31m[ERROR]\x1b[0m broken", Error, "broken", ""},
		{"\x1b[1;31merror\x1b[0m\x1b[1m:\x1b[0m could not compile", Error, "could not compile", ""},
		{"\x1b]0;title\x07WARN hot", Warning, "hot", ""},
		{"\x1b[31mred prose, no error\x1b[0m", NotSet, "red prose, no error", ""},
	})
	checkLines(t, JSON, []lineTest{
		{"\x1b[33m{\"level\":\"warn\",\"msg\":\"dim\"}\x1b[0m", Warning, "dim", ""},
	})
}
