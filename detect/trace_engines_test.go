package detect

import "testing"

// TestEngineFrames: the frames of HotSpot's and Node's own reports.
func TestEngineFrames(t *testing.T) {
	for line, want := range map[string]Frame{
		"# C  [libc.so.6+0x18d2a5]  memcpy+0x12":                                        {Function: "memcpy", File: "libc.so.6"},
		"# V  [libjvm.so+0xed2f94]  Unsafe_PutLong+0x124":                               {Function: "Unsafe_PutLong", File: "libjvm.so"},
		"# C  0x0000000000000000":                                                       {File: "0x0000000000000000"},
		"# J 9% c1 com.acme.Main.hot(J)V (81 bytes) @ 0x00007faf [0x00007faf+0x07]":     {Module: "com.acme.Main", Function: "hot", InApp: true},
		"# j  java.lang.Object.wait()V+2 java.base@17.0.15":                             {Module: "java.lang.Object", Function: "wait"},
		"# v  ~StubRoutines::call_stub":                                                 {Function: "StubRoutines::call_stub"},
		" 1: 0xb78db3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]": {Function: "node::OOMErrorHandler", File: "node"},
		"10: 0x195e476  [node]":                                                         {File: "node"},
		"1: stop (/srv/app/main.js:2:27)":                                               {Function: "stop", File: "/srv/app/main.js", Line: 2, Column: 27, InApp: true},
	} {
		f, ok := hotspotFrameOf(line)
		if line[0] != '#' {
			f, ok = v8Frame(line)
		}
		if !ok || f != want {
			t.Errorf("%q is %v %+v, want %+v", line, ok, f, want)
		}
	}
	for _, line := range []string{"# JRE version: 17", "#", "# a b", "1: one", "2: two (2:1)", "x: 0x1 f [m]", "1234: 0x1 f [m]"} {
		if f, ok := hotspotFrameOf(line); ok {
			t.Errorf("HotSpot: %q is %+v", line, f)
		}
		if f, ok := v8Frame(line); ok {
			t.Errorf("V8: %q is %+v", line, f)
		}
	}
}

// TestSetOff: lines that a trace may begin or go on with only in some places.
func TestSetOff(t *testing.T) {
	for _, c := range []struct {
		line string
		is   func([]byte) bool
		want bool
	}{
		{"job 3 1 | const x = 1;", isBunLogged, true},
		{"    2 | indented", isBunLogged, false},
		{"a1 | b", isBunLogged, false},
		{"      2| code", isCodeFrame, true},
		{"    > 2 | code", isCodeFrame, true},
		{"        |    ^", isCodeFrame, true},
		{"2 | table", isCodeFrame, false},
		{"2026-11-22 10:42:26 [main] com.example.Main.run()", isTinylogHead, true},
		{"2026-11-22 10:42:26 [main] called run()", isTinylogHead, false},
		{"    main$f.invoke (main.clj:2)", isClojureCall, true},
		{"    main.invoke (see main.clj)", isClojureCall, false},
		{"\tat a.B.c (B.java:3)", isJavaFrame, true},
		{"    at JSON.parse (<anonymous>)", isJavaFrame, false},
		{"    at a.b (c.js:1:2)", isJavaFrame, false},
		{"    at rules.js:2:1", isNodeFrame, true},
		{"    at noon:2:1", isNodeFrame, false},
		{" ❯ fn src/a.ts:3:9", isNodeFrame, true},
		{" ❯ a.ts", isNodeFrame, false},
		{"/srv/app/main.js:3:40", isNodePlace, false},
		{"/srv/app/main.js:3", isNodePlace, true},
		{"/srv/app/a.s:12 (0x48cfe7)", isGinFrame, true},
		{"/srv/app/a.go (0x48cfe7)", isGinFrame, false},
	} {
		if got := c.is([]byte(c.line)); got != c.want {
			t.Errorf("%q: %v", c.line, got)
		}
	}
}
