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
