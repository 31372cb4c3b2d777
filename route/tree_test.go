package route

import (
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

func mustTree(t testing.TB, loggers []Logger, handlers []Handler, d Defaults) *Tree {
	t.Helper()
	tree, err := NewTree(loggers, handlers, d)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func mustFilter(t testing.TB, conditions ...Condition) Filter {
	t.Helper()
	f, err := NewFilter(conditions)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTreeCountsUnknownLevelsAsTheStreamsDefault(t *testing.T) {
	tree := mustTree(t,
		[]Logger{{Name: Root, Level: detect.Info, Handlers: []int{0, 1}}},
		[]Handler{{Name: "all"}, {Name: "errors", Level: detect.Error}},
		Defaults{Stdout: detect.Debug, Stderr: detect.Error})
	for _, c := range []struct {
		stream capture.Stream
		level  detect.Level
		want   Set
	}{
		{capture.Stdout, detect.NotSet, 0b00},
		{capture.Stdout, detect.Info, 0b01},
		{capture.Stderr, detect.NotSet, 0b11},
		{capture.Stderr, detect.Info, 0b01},
		{capture.Stderr, detect.Debug, 0b00},
		{capture.Lifecycle, detect.NotSet, 0b01},
	} {
		if got := tree.Route(&detect.Record{Stream: c.stream, Level: c.level}); got != c.want {
			t.Errorf("%v, %v: handlers %b, want %b", c.stream, c.level, got, c.want)
		}
	}
	plain := mustTree(t, []Logger{{Name: Root, Level: detect.Info, Handlers: []int{0}}}, []Handler{{}}, Defaults{})
	for _, stream := range []capture.Stream{capture.Stdout, capture.Stderr} {
		if got := plain.Level(&detect.Record{Stream: stream}); got != detect.Info {
			t.Errorf("%v counts as %v when nothing is said, want info", stream, got)
		}
	}
}

func TestTreeGivesEventsToWhoTakesThem(t *testing.T) {
	const sentry, quiet, strict, file = 0, 1, 2, 3
	handlers := []Handler{
		sentry: {Name: "sentry", Events: true, Traces: true},
		quiet:  {Name: "quiet", Events: true},
		strict: {Name: "strict", Events: true, Traces: true, Level: detect.Warning,
			Filters: []Filter{mustFilter(t, Condition{"logger", "app"})}},
		file: {Name: "file"},
	}
	tree := mustTree(t, []Logger{
		{Name: Root, Handlers: []int{sentry, quiet, strict, file}},
		{Name: "silent", Propagate: false, Level: detect.Emergency},
	}, handlers, Defaults{})
	crash := &detect.Exit{Code: 1, Crashed: true}
	for _, c := range []struct {
		name   string
		record detect.Record
		want   Set
	}{
		{"info line", detect.Record{Level: detect.Info}, 1 << file},
		{"error line", detect.Record{Level: detect.Error}, 1 << file},
		{"critical line", detect.Record{Level: detect.Critical}, 1<<sentry | 1<<quiet | 1<<file},
		{"critical line of app", detect.Record{Level: detect.Critical, Logger: []byte("app.db")}, 0b1111},
		{"trace at error", detect.Record{Level: detect.Error, Trace: detect.Python}, 1<<sentry | 1<<file},
		{"trace at warning", detect.Record{Level: detect.Warning, Trace: detect.Python}, 1 << file},
		{"trace at warning of app", detect.Record{Level: detect.Warning, Trace: detect.Python, Logger: []byte("app")}, 1<<strict | 1<<file},
		{"trace of unknown level", detect.Record{Trace: detect.Python}, 1 << file},
		{"critical line of a silent logger", detect.Record{Level: detect.Critical, Logger: []byte("silent")}, 0},
		{"crash", detect.Record{Level: detect.Critical, Exit: crash}, 0b1111},
		{"crash of a silent logger", detect.Record{Level: detect.Info, Exit: crash, Logger: []byte("silent")}, 0b0111},
		{"clean end", detect.Record{Level: detect.Info, Exit: &detect.Exit{}}, 1 << file},
	} {
		if got := tree.Route(&c.record); got != c.want {
			t.Errorf("%s: handlers %04b, want %04b", c.name, got, c.want)
		}
	}
}

func TestTreeGivesACrashToHandlersOnNoLogger(t *testing.T) {
	tree := mustTree(t, nil, []Handler{{Events: true}, {}}, Defaults{})
	if got := tree.Route(&detect.Record{Exit: &detect.Exit{Crashed: true}}); got != 1 {
		t.Errorf("handlers %b, want 1", got)
	}
}

func TestNewTreeRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		loggers  []Logger
		handlers int
		want     string
	}{
		{"too many handlers", nil, 65, "65 handlers, at most 64 are possible"},
		{"two of a name", []Logger{{Name: "a"}, {Name: "a"}}, 0, `two loggers are named "a"`},
		{"no name", []Logger{{}}, 0, "a logger without a name"},
		{"dangling handler", []Logger{{Name: "a", Handlers: []int{1}}}, 1, `logger "a": there is no handler 1`},
		{"negative handler", []Logger{{Name: "a", Handlers: []int{-1}}}, 1, `logger "a": there is no handler -1`},
	} {
		_, err := NewTree(c.loggers, make([]Handler, c.handlers), Defaults{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
	}
	last := mustTree(t, []Logger{{Name: Root, Handlers: []int{63}}}, make([]Handler, 64), Defaults{})
	if got := last.Route(&detect.Record{Level: detect.Info}); got != 1<<63 {
		t.Errorf("handlers %b, want the 64th", got)
	}
}

func TestTreeFindsLoggersWhateverTheirLength(t *testing.T) {
	tree := mustTree(t, []Logger{
		{Name: Root, Handlers: []int{0}},
		{Name: "app.db", Handlers: []int{1}},
	}, make([]Handler, 2), Defaults{})
	for name, want := range map[string]Set{
		"":                                   0b01,
		"root":                               0b01,
		"root.x":                             0b01,
		"app":                                0b01,
		"App.db":                             0b01,
		"app.dbx":                            0b01,
		"app.db":                             0b10,
		"app.db.pool":                        0b10,
		"app.db" + strings.Repeat(".x", 1e6): 0b10,
		strings.Repeat("x.", 1e6):            0b01,
		"app\x00db":                          0b01,
		"\xff\xfe":                           0b01,
	} {
		if got := tree.Route(&detect.Record{Logger: []byte(name), Level: detect.Info}); got != want {
			t.Errorf("logger %.20q: handlers %b, want %b", name, got, want)
		}
	}
}

func routingExample(t testing.TB) (*Tree, []detect.Record) {
	tree := mustTree(t, []Logger{
		{Name: Root, Level: detect.Info, Handlers: []int{0, 1, 2}},
		{Name: "gunicorn.access", Level: detect.Info, Handlers: []int{1}},
		{Name: "gunicorn.error", Level: detect.Error, Handlers: []int{1, 2}, Filters: []Filter{mustFilter(t, Condition{"message", "!~^healthcheck"})}},
	}, []Handler{
		{Name: "collector", Level: detect.Info},
		{Name: "search", Filters: []Filter{mustFilter(t, Condition{"message", "served"}, Condition{"level", ">=info"}, Condition{"stream", "stdout"})}},
		{Name: "sentry", Events: true, Traces: true},
	}, Defaults{})
	return tree, []detect.Record{
		{Level: detect.Info, Logger: []byte("gunicorn.access"), Message: []byte("served in 3 ms")},
		{Level: detect.Error, Logger: []byte("gunicorn.error.worker"), Message: []byte("boom")},
		{Message: []byte("a line of its own")},
		{Level: detect.Debug, Logger: []byte("app.made-up.4711"), Message: []byte("x")},
	}
}

func TestRouteAllocatesNothing(t *testing.T) {
	tree, records := routingExample(t)
	allocs := testing.AllocsPerRun(100, func() {
		for i := range records {
			tree.Route(&records[i])
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want none", allocs)
	}
}

func BenchmarkRoute(b *testing.B) {
	tree, records := routingExample(b)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		tree.Route(&records[i&3])
		i++
	}
}
