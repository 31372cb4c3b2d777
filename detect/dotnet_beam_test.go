package detect

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
)

func TestDotnetFrame(t *testing.T) {
	for _, c := range []struct {
		line string
		want Frame
	}{
		{"   at Acme.Cart.Add[T](T item, List`1 to) in /src/my app/Cart.cs:line 12", Frame{Module: "Acme.Cart", Function: "Add[T]", File: "/src/my app/Cart.cs", Line: 12, InApp: true}},
		{"   at Acme.Cart..ctor(String key)", Frame{Module: "Acme.Cart", Function: ".ctor", InApp: true}},
		{"   at Acme.Cart..cctor()<---", Frame{Module: "Acme.Cart", Function: ".cctor", InApp: true}},
		{`   at App.Module1.Main() in C:\src\in here\M.vb:line 5`, Frame{Module: "App.Module1", Function: "Main", File: `C:\src\in here\M.vb`, Line: 5, InApp: true}},
		{"   at Acme.Job.<Run>d__12.MoveNext()", Frame{Module: "Acme.Job", Function: "Run", InApp: true}},
		{"   at Acme.Job.<Run>d__12`1.MoveNext()", Frame{Module: "Acme.Job", Function: "Run", InApp: true}},
		{"  at Acme.Job+<Run>d__1.MoveNext () [0x00021] in /src/Job.cs:7 ", Frame{Module: "Acme.Job", Function: "Run", File: "/src/Job.cs", Line: 7, InApp: true}},
		{"   at Program.<>c.<<Main>b__0_0>d.MoveNext()", Frame{Module: "Program.<>c.<<Main>b__0_0>d", Function: "MoveNext", InApp: true}},
		{"   at Program.<Main>g__Step|0_1(Int32 n)", Frame{Module: "Program", Function: "<Main>g__Step|0_1", InApp: true}},
		{"   at Acme.Cli.build(String, Option`1) + 0x12c7", Frame{Module: "Acme.Cli", Function: "build", InApp: true}},
		{"   at Acme.Cli.build(String) in /src/a.cs:line 3 + 0x12c7", Frame{}},
		{"   at lambda_method22(Closure , IResolverContext )", Frame{Function: "lambda_method22"}},
		{"   at Net.Stream.<Auth>d__173`1[[Net.Adapter, Net, Version=6.0.0.0]].MoveNext()", Frame{Module: "Net.Stream", Function: "Auth", InApp: true}},
		{"  at System.String.Foo (System.Object o) <0x40a3 + 0x001b> in <filename unknown>:0", Frame{Module: "System.String", Function: "Foo"}},
		{"  at (wrapper runtime-invoke) Acme.Job.Run(object,intptr)", Frame{Module: "Acme.Job", Function: "Run", InApp: true}},
		{"   at the end of (the) day", Frame{}},
		{"   at Foo.bar (/srv/app/a.js:1:2)", Frame{}},
		{"\tat com.acme.Shop.run(Shop.java:3)", Frame{}},
		{"   at com.acme.Shop.run(Shop.java:3)", Frame{}},
		{"   at /srv/app/a.js:1:2", Frame{}},
		{"   at Foo.Bar() called", Frame{}},
		{" at Foo.Bar()", Frame{}},
		{"   at Foo.Bar(", Frame{}},
		{"   at ()", Frame{}},
		{"  at (wrapper x)", Frame{}},
	} {
		got := Frame{}
		if ok := isDotnetFrame([]byte(c.line)); ok {
			got = dotnetFrame(strings.TrimPrefix(strings.TrimLeft(c.line, " "), "at "))
		}
		if got != c.want {
			t.Errorf("%q is %+v, want %+v", c.line, got, c.want)
		}
	}
}

func TestElixirFrame(t *testing.T) {
	for _, c := range []struct {
		line string
		want Frame
	}{
		{"    (app 1.0.0) lib/a.ex:12: App.Cart.add/2", Frame{Module: "App.Cart", Function: "App.Cart.add/2", File: "lib/a.ex", Line: 12, InApp: true}},
		{"    (stdlib 4.2) gen_server.erl:1123: :gen_server.try_dispatch/4", Frame{Module: ":gen_server", Function: ":gen_server.try_dispatch/4", File: "gen_server.erl", Line: 1123}},
		{"    (stdlib) gen_server.erl:1: :gen_server.init/1", Frame{Module: ":gen_server", Function: ":gen_server.init/1", File: "gen_server.erl", Line: 1}},
		{"    main.exs:3: anonymous fn/1 in App.run/0", Frame{Function: "anonymous fn/1 in App.run/0", File: "main.exs", Line: 3, InApp: true}},
		{"    main.exs:3: (file)", Frame{Function: "(file)", File: "main.exs", Line: 3, InApp: true}},
		{"    (elixir 1.14.0) String.no_such(1)", Frame{Module: "String", Function: "String.no_such"}},
		{"    :erlang.div(11, 0)", Frame{Module: ":erlang", Function: ":erlang.div"}},
		{`    App.Test."it works: well"/1`, Frame{Module: "App.Test", Function: `App.Test."it works: well"/1`, InApp: true}},
		{"    The following arguments were given to App.run/1:", Frame{}},
		{"    def price(%{price: p})", Frame{}},
		{"    # 1", Frame{}},
		{"    (see below) for more", Frame{}},
		{"    key: value", Frame{}},
		{"    lib/a.ex: note", Frame{}},
		{"  lib/a.ex:12: App.run/1", Frame{}},
		{"    A sentence. With a dot (and more)", Frame{}},
	} {
		got := Frame{}
		if isElixirFrame(c.line, false) {
			got = elixirFrame(strings.TrimLeft(c.line, " "))
		}
		if got != c.want {
			t.Errorf("%q is %+v, want %+v", c.line, got, c.want)
		}
	}
}

func TestDotnetBeamInApp(t *testing.T) {
	for _, c := range []struct {
		got, want bool
		what      string
	}{
		{dotnetInApp("Acme.Shop"), true, "a type of the app"},
		{dotnetInApp("Program"), true, "a type without namespace"},
		{dotnetInApp("System"), false, "the base library"},
		{dotnetInApp("Systems.Core"), true, "a namespace that begins like a library's"},
		{dotnetInApp("Microsoft.AspNetCore.Mvc"), false, "the framework"},
		{elixirInApp("my_app", Frame{}), true, "the app itself"},
		{elixirInApp("ecto_sql", Frame{}), false, "a library"},
		{elixirInApp("", Frame{Function: ":erlang.div"}), false, "a built-in function"},
		{erlangInApp("main"), true, "a module of the app"},
		{erlangInApp("gen_server"), false, "a module of OTP"},
		{erlangInApp(""), false, "a built-in function"},
	} {
		if c.got != c.want {
			t.Errorf("%s: in app is %v", c.what, c.got)
		}
	}
}

// TestDotnetBeamGarbage feeds megabytes of what looks like the start of one of
// their lines: the time must stay in proportion.
func TestDotnetBeamGarbage(t *testing.T) {
	for _, c := range []struct{ head, line string }{
		{"Unhandled exception. A.B: c\n", "   at A.B" + strings.Repeat("(", 90) + "\n"},
		{"Unhandled exception. A.B: c\n", " ---> A.B: c\n"},
		{"Unhandled exception. A.B: c\n   at A.B()\n", " ---> (Inner Exception #1) A.B: c ---> A.B ---> A.C<---\n"},
		{"Unhandled Exception:\nA.B: c\n", " ---> A.B[" + strings.Repeat(" ---> A", 200) + "\n"},
		{"** (RuntimeError) x\n", "    " + strings.Repeat("(a ", 100) + "\n"},
		{"** (exit) x\n", "        ** (EXIT) x\n"},
		{"=ERROR REPORT==== x ===\nError in process <0.1.0> with exit value:\n", "{a,b,[{a,b,[{a,'b\n"},
		{"init terminating in do_boot ({\n", " {a,b,[{a,b,[" + strings.Repeat("{", 300) + "\n"},
		{"escript: exception error: x\n", "  in function  " + strings.Repeat("a:b/1 (", 50) + "\n"},
		{"Execution error (X) at a/b (c.clj:1).\n", " Execution error (X) at a/b (c.clj:1).\n"},
	} {
		text := append([]byte(c.head), bytes.Repeat([]byte(c.line), (2<<20)/len(c.line))...)
		began := time.Now()
		for _, r := range records(capture.Stderr, text) {
			r.Exceptions()
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%q took %s", c.line[:min(len(c.line), 40)], took)
		} else {
			t.Logf("%q took %s", c.line[:min(len(c.line), 40)], took)
		}
	}
}
