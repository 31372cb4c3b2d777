package sentry

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// noon is when the tests begin, in Unix nanoseconds.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC).UnixNano()

// logged makes a record of a message; each has an offset of its own.
func logged(n int, at time.Duration, message string) *detect.Record {
	return &detect.Record{
		ID: capture.Offset(n * 100), Time: noon + int64(at), Stream: capture.Stderr, Level: detect.Critical,
		Logger: []byte("app"), Message: []byte(message), Text: []byte(message), Event: &detect.Event{},
	}
}

// exited makes a record of a silent end.
func exited(n int, at time.Duration, code int) *detect.Record {
	end := &detect.Exit{Code: code, Crashed: true}
	return &detect.Record{
		ID: capture.Offset(n * 100), Time: noon + int64(at), Stream: capture.Lifecycle, Level: detect.Critical,
		Exit: end, Event: &detect.Event{Crash: end}, Run: &detect.Run{ID: fmt.Sprint(n), Command: "app"},
	}
}

func memoryLimiter(rule Flood) *limiter { return newLimiter(rule, "j", false, nil) }

func TestFloodLetsFirstAndThenSlowlyPass(t *testing.T) {
	l := memoryLimiter(Flood{})
	var passed []string
	for n := range 3600 { // an hour, one a second
		at := time.Duration(n) * time.Second
		if r := l.decide(logged(n, at, fmt.Sprintf("request %d failed", n)), nil); r.send {
			passed = append(passed, fmt.Sprintf("%v/%d", at, r.held))
		}
	}
	want := "0s/0 1s/0 2s/0 10m0s/597 20m0s/599 30m0s/599 40m0s/599 50m0s/599"
	if got := strings.Join(passed, " "); got != want {
		t.Errorf("passed at/telling of\n%s, want\n%s", got, want)
	}
	if left := l.state.untold(); len(left) != 1 || left[0].count != 599 {
		t.Errorf("untold %v, want 599", left)
	}
	if n := l.takeHeld(); n != 3600-8 || l.takeHeld() != 0 {
		t.Errorf("%d held back, want %d, once", n, 3600-8)
	}
}

func TestFloodAllowsBurstAgainAfterQuiet(t *testing.T) {
	l := memoryLimiter(Flood{Burst: 2, Every: time.Minute})
	for n, want := range []struct {
		at   time.Duration
		send bool
	}{{0, true}, {0, true}, {0, false}, {59 * time.Second, false}, {time.Minute, true}, {61 * time.Second, false},
		{10 * time.Minute, true}, {10 * time.Minute, true}, {10 * time.Minute, false}} {
		if got := l.decide(logged(n, want.at, "x"), nil).send; got != want.send {
			t.Errorf("the %d. at %v: sent %v", n, want.at, got)
		}
	}
}

func TestFloodKindsAreApart(t *testing.T) {
	l := memoryLimiter(Flood{Burst: 1})
	for n, r := range []*detect.Record{logged(0, 0, "disk full"), logged(1, 0, "no memory"), exited(2, 0, 1), exited(3, 0, 2)} {
		if !l.decide(r, nil).send {
			t.Errorf("the %d. was held back", n)
		}
	}
}

func TestFloodPerHour(t *testing.T) {
	l := memoryLimiter(Flood{PerHour: 20})
	words := func(n int) string { return strings.Repeat("x", n+1) }
	sent := 0
	for n := range 100 {
		if l.decide(logged(n, time.Duration(n)*time.Second, words(n)), nil).send {
			sent++
		}
	}
	if sent != 18 {
		t.Errorf("%d of one hour, want 18", sent)
	}
	for n, want := range []bool{true, true, false} { // the reserve for ends
		if got := l.decide(exited(100+n, 2*time.Minute, n+1), nil).send; got != want {
			t.Errorf("end %d: sent %v", n, got)
		}
	}
	if r := l.decide(logged(200, 61*time.Minute, words(50)), nil); !r.send || r.held != 1 {
		t.Errorf("an hour later: %+v, want it sent with one held back", r)
	}
}

func TestFloodOff(t *testing.T) {
	l := memoryLimiter(Flood{Off: true})
	for n := range 1000 {
		if !l.decide(logged(n, 0, "x"), nil).send {
			t.Fatalf("the %d. was held back", n)
		}
	}
}

// TestFloodWrongClock: times of the future in the state stop nothing.
func TestFloodWrongClock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	l := newLimiter(Flood{}, "j", true, &stateFile{path: path})
	const years = 10 * 365 * 24 * time.Hour
	for n := range 5 {
		l.decide(logged(n, years, "x"), nil)
	}
	l.close()
	l = newLimiter(Flood{}, "j", true, &stateFile{path: path})
	sent := 0
	for n := range 100 {
		if r := l.decide(logged(100+n, 0, "x"), nil); r.send {
			if sent++; sent == 1 && r.held != 2 {
				t.Errorf("the first tells of %d, want 2", r.held)
			}
		}
	}
	if sent != 3 {
		t.Errorf("%d sent after the clock was put right, want 3", sent)
	}
}

func TestFloodDecidesAgainTheSame(t *testing.T) {
	l := memoryLimiter(Flood{})
	first := map[int]ruling{}
	decide := func(n int) ruling { return l.decide(logged(n, time.Duration(n)*time.Second, "x"), nil) }
	for n := range 5000 {
		first[n] = decide(n)
	}
	held := l.takeHeld()
	for n := range 5000 {
		if again := decide(n); again != first[n] {
			t.Fatalf("the %d.: %+v, then %+v", n, first[n], again)
		}
	}
	if n := l.takeHeld(); n != 0 {
		t.Errorf("%d of %d are counted twice", n, held)
	}
}

// TestFloodLateStream: a record that waited in another stream, while thousands
// went by, is no replay.
func TestFloodLateStream(t *testing.T) {
	l := memoryLimiter(Flood{})
	for n := 1; n < 5000; n++ {
		l.decide(logged(n, 0, "x"), nil)
	}
	late := logged(0, 0, "quite another thing")
	late.ID, late.Stream = 7, capture.Stdout
	if !l.decide(late, nil).send {
		t.Error("it was taken for one that was held back")
	}
}

// TestFloodCrashLoop: a process for each crash, each with a journal of its own.
func TestFloodCrashLoop(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	sent, told := 0, uint64(0)
	for n := range 100 {
		l := newLimiter(Flood{}, fmt.Sprintf("journal %d", n), false, &stateFile{path: path})
		r := exited(1, time.Duration(n)*time.Second, 1)
		if now := l.decide(r, nil); now.send {
			sent++
			told += now.held
			l.sent(r)
		}
		l.settle(time.Now())
		l.close()
	}
	if sent != 3 || told != 0 {
		t.Errorf("%d sent that tell of %d, want 3 of 0", sent, told)
	}
	l := newLimiter(Flood{}, "last", false, &stateFile{path: path})
	if now := l.decide(exited(1, 11*time.Minute, 1), nil); !now.send || now.held != 97 {
		t.Errorf("%+v, want it sent with 97 held back", now)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 || st.Size() > 10<<10 {
		t.Errorf("the state: %v, %v", st, err)
	}
}

// TestFloodGivesBack: what was let pass and never arrived took no one's place.
func TestFloodGivesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	for n := range 10 { // Sentry is away
		l := newLimiter(Flood{}, fmt.Sprint("journal ", n), false, &stateFile{path: path})
		if !l.decide(exited(1, time.Duration(n)*time.Second, 1), nil).send {
			t.Errorf("the %d. was held back, and none had arrived", n)
		}
		l.close()
	}
	l := newLimiter(Flood{}, "back", false, &stateFile{path: path})
	if now := l.decide(exited(1, time.Minute, 1), nil); !now.send || now.held != 10 {
		t.Errorf("%+v, want it to tell of 10", now)
	}
}

// TestFloodKilled: a process that is killed at any moment, between the decision
// and the acknowledgement, loses no event and counts none twice.
func TestFloodKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	const events, batch = 400, 16
	arrived := map[capture.Offset]uint64{} // by event id, as a server keeps them
	cursor := 0
	for life := 0; cursor < events; life++ {
		l := newLimiter(Flood{Burst: 3, Every: time.Minute}, "j", true, &stateFile{path: path})
		for step := 0; cursor < events; {
			n := cursor
			for ; n < min(cursor+batch, events); n++ {
				r := logged(n, time.Duration(n)*time.Second, "x")
				if now := l.decide(r, nil); now.send {
					if old, again := arrived[r.ID]; again && old != now.held {
						t.Errorf("record %d told of %d, then of %d", r.ID, old, now.held)
					}
					arrived[r.ID] = now.held
					l.sent(r)
				}
				if step++; step == 7+life%23 { // killed here
					break
				}
			}
			if step == 7+life%23 {
				break
			}
			l.saved = time.Time{} // a second is over
			l.settle(time.Now())
			cursor = min(cursor+batch, events)
		}
	}
	last := newLimiter(Flood{Burst: 3, Every: time.Minute}, "j", true, &stateFile{path: path})
	end := last.decide(logged(events, time.Hour, "x"), nil)
	sum := end.held
	for _, held := range arrived {
		sum += held
	}
	if len(arrived) != 9 || int(sum)+len(arrived) != events {
		t.Errorf("%d arrived that tell of %d, want 9 and %d together", len(arrived), sum, events)
	}
}

func TestFloodForgetsOldKinds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	l := newLimiter(Flood{Burst: 1, PerHour: 10000}, "j", true, &stateFile{path: path})
	word := func(n int) string {
		return strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j").Replace(fmt.Sprint(n))
	}
	id := 0
	told := uint64(0)
	for n := range 1500 {
		for range 2 {
			r := l.decide(logged(id, time.Duration(n)*time.Millisecond, word(n)), nil)
			told += r.held + r.others
			id++
		}
	}
	l.close()
	s, err := parseState([]byte(readAll(t, path)))
	if err != nil || len(s.Kinds) > maxKinds || len(s.Kinds) < maxKinds/2 {
		t.Fatalf("%v, %d kinds", err, len(s.Kinds))
	}
	for _, k := range s.Kinds {
		told += k.Held
	}
	if told+s.Rest != 1500 {
		t.Errorf("%d of 1500 are accounted for", told+s.Rest)
	}
}

func readAll(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func BenchmarkFloodHeld(b *testing.B) {
	text := readTrace(b)
	records := recordsOf(text)
	r := &records[len(records)-1]
	l := newLimiter(Flood{}, "j", true, &stateFile{path: filepath.Join(b.TempDir(), "state")})
	b.ReportAllocs()
	for n := range b.N {
		r.ID, r.Time = capture.Offset(n*1000), noon+int64(n)*int64(100*time.Microsecond)
		chain, _ := splitThreads(r.Exceptions())
		l.decide(r, chain)
		if n%16 == 15 {
			l.settle(time.Now())
		}
	}
}

func BenchmarkFloodHeldMessage(b *testing.B) {
	l := newLimiter(Flood{}, "j", true, &stateFile{path: filepath.Join(b.TempDir(), "state")})
	r := logged(0, 0, `request 4711 from 10.0.0.1:5432 failed: "no such table" after 12.5ms, giving up on it for now`)
	b.ReportAllocs()
	for n := range b.N {
		r.ID, r.Time = capture.Offset(n*1000), noon+int64(n)*int64(100*time.Microsecond)
		l.decide(r, nil)
		if n%16 == 15 {
			l.settle(time.Now())
		}
	}
}

func readTrace(b *testing.B) string {
	data, err := os.ReadFile("testdata/pairs/python-unhandled/stderr.txt")
	if err != nil {
		b.Fatal(err)
	}
	return string(data)
}
