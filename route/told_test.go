package route

import (
	"slices"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// told is what a program wrote, and how it ended.
type told struct {
	name, stdout, stderr string
	exit                 detect.Exit
	want                 []string
}

const (
	uncaught   = "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3, in <module>\n    f()\nValueError: bad\n"
	uncaughtIn = "Exception in thread Thread-1:\nTraceback (most recent call last):\n  File \"/srv/app.py\", line 3, in <module>\n    f()\nValueError: bad\n"
)

const (
	erlangReport = "=ERROR REPORT==== 23-Nov-2026::13:10:50.033348 ===\n** Generic server <0.79.0> terminating\n** Last message in was go\n** When Server state == 7\n" +
		"** Reason for termination ==\n** {badarith,[{main,handle_cast,2,[{file,\"main.erl\"},{line,8}]}]}\n\n"
	erlangCrash = "=CRASH REPORT==== 23-Nov-2026::13:10:50.052596 ===\n  crasher:\n    initial call: main:init/1\n    exception error: bad\n" +
		"      in call from main:handle_cast/2 (main.erl, line 8)\n    ancestors: [<0.9.0>]\n"
	elixirTask = "\n13:28:51.742 [error] Task #PID<0.111.0> terminating\n** (ArgumentError) bad\n    main.exs:11: Main.run/1\n" +
		"    (stdlib 4.2) proc_lib.erl:240: :proc_lib.init_p_do_apply/3\n"
)

// TestEventsOfWholeOutputs runs outputs through the detector, so that it is
// known which of the traces a program logged.
func TestEventsOfWholeOutputs(t *testing.T) {
	died, ok := detect.Exit{Code: 1, Crashed: true}, detect.Exit{}
	for _, c := range []told{
		{"died of it", "", uncaught, died, []string{"critical ValueError crash"}},
		{"survived it", "", "ERROR:root:no\n" + uncaught + "INFO:root:on\n", ok, []string{"error ValueError"}},
		{"a thread died, the app did not", "", uncaughtIn, ok, []string{"error ValueError"}},
		{"logged, then raised again", "", "CRITICAL:root:no\n" + uncaught + uncaught, died, []string{"critical ValueError crash"}},
		{"logged, then another one", "", "ERROR:root:no\n" + uncaught + strings.Replace(uncaught, "bad", "worse", 1), died,
			[]string{"error ValueError", "critical ValueError crash"}},
		{"logged, work, raised", "", "ERROR:root:no\n" + uncaught + "INFO:root:on\n" + uncaught, died,
			[]string{"error ValueError", "critical ValueError crash"}},
		{"two threads died of the same", "", uncaughtIn + uncaughtIn, ok, []string{"error ValueError", "error ValueError"}},
		{"on both streams", "ERROR:root:no\n" + uncaught, uncaught, died, []string{"critical ValueError crash"}},
		{"as JSON on stdout", `{"level":"error","message":"no","exc_info":"` + strings.NewReplacer("\n", `\n`, `"`, `\"`).Replace(strings.TrimSpace(uncaught)) + "\"}\n", uncaught, died,
			[]string{"critical ValueError crash"}},
		{"Groovy says it twice", "", "Caught: groovy.lang.MissingPropertyException: No such property: x\ngroovy.lang.MissingPropertyException: No such property: x\n\tat Main.run(Main.groovy:3)\n", died,
			[]string{"critical MissingPropertyException crash"}},
		{"OTP adds a crash report", erlangReport + erlangCrash, "", ok, []string{"error badarith"}},
		{"OTP reports two crashes of the same", erlangCrash + "\n" + erlangCrash, "", ok, []string{"error error", "error error"}},
		{"Elixir tells of a task and of who waited for it", elixirTask, "** (EXIT from #PID<0.96.0>) an exception was raised:\n    ** (ArgumentError) bad\n        main.exs:11: Main.run/1\n", died,
			[]string{"critical ArgumentError crash"}},
		{"Elixir tells of a server and of its client", strings.Replace(elixirTask, "Task", "GenServer", 1),
			"** (exit) exited in: GenServer.call(#PID<0.103.0>, :boom, 5000)\n    ** (EXIT) an exception was raised:\n        ** (ArgumentError) bad\n            main.exs:11: Main.run/1\n    (elixir 1.14.0) lib/gen_server.ex:1038: GenServer.call/3\n", died,
			[]string{"critical ArgumentError crash"}},
		{"a shell adds what it saw", "*** SIGSEGV (@0x0) received by PID 7 (TID 0x7fb764c6ae40) from PID 0; stack trace: ***\n    @     0x559d85fed4b9 main\n", "run.sh: line 3: 7 Segmentation fault      ./app\n",
			detect.Exit{Code: 139, Crashed: true}, []string{"critical SIGSEGV crash"}},
		{"Perl warned, then exited", "", "careful at main.pl line 4.\nquota (code 9)\n", detect.Exit{Code: 255, Crashed: true}, []string{"critical  crash"}},
		{"Perl died", "", "careful at main.pl line 4.\n", detect.Exit{Code: 255, Crashed: true}, []string{"critical die crash"}},
		{"silent death", "INFO:root:on\n", "", died, []string{"critical  crash"}},
		{"a goroutine dump, then a silent death", "", "goroutine 1 [running]:\nmain.main()\n\t/a/main.go:3 +0x1\n", died, []string{"critical  crash"}},
		{"a recovered panic", "", "2026/11/22 10:00:00 http: panic serving 1.2.3.4:5: bad\ngoroutine 7 [running]:\nmain.f()\n\t/a/main.go:3 +0x1\n", ok, []string{"error panic"}},
	} {
		if got := c.events(); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func (c *told) events() (list []string) {
	e := NewEvents(EventOptions{Crumbs: -1}, func(r *detect.Record) {
		typ := ""
		if chain := r.Exceptions(); len(chain) > 0 {
			typ = chain[len(chain)-1].Type
		}
		s := r.Level.String() + " " + typ
		if r.Event.Crash != nil {
			s += " crash"
		}
		list = append(list, s)
	})
	offset := capture.Offset(0)
	for stream, text := range []string{c.stdout, c.stderr} {
		d := detect.New(detect.Options{}, func(r *detect.Record) {
			e.Add(r, r.Level >= detect.Critical || r.Trace != detect.NoLanguage && r.Level >= detect.Error)
		})
		s := capture.NewSplitter(capture.Cursor{}, d.Add)
		s.Frame(&capture.Frame{Kind: capture.KindData, Stream: capture.Stream(stream), Offset: offset, LineStart: true, Payload: []byte(text)})
		offset += capture.Offset(len(text))
		s.Frame(&capture.Frame{Kind: capture.KindEnd, Stream: capture.Stream(stream), Offset: offset})
		d.Close(capture.Stream(stream))
	}
	e.Add(&detect.Record{ID: offset, Stream: capture.Lifecycle, Level: detect.Info, Message: []byte("ended"), Exit: &c.exit}, false)
	e.Flush()
	return list
}
