class Foo; def bar; [1].frist; end; end
Foo.new.bar
