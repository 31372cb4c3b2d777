package sentry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/route"
)

// TestFloodForeignState: what is no state of ours is replaced, or let alone if it
// is no file of ours. It is never a reason to send nothing.
func TestFloodForeignState(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	for name, tt := range map[string]struct {
		make    func(string) error
		replace bool
	}{
		"empty":      {write(""), true},
		"cut":        {write(`{"format":"logwrap flood 1","kinds":{"1":{"ne`), true},
		"garbage":    {write("\x00\x01\x02"), true},
		"other JSON": {write(`{"a": [1, 2]}`), true},
		"wrong type": {write(`{"format":"logwrap flood 1","kinds":{"1":null},"journals":{"j":null}}`), true},
		"a newer":    {write(`{"format":"logwrap flood 9","kinds":7}`), true},
		"link":       {func(path string) error { return os.Symlink(secret, path) }, false},
		"fifo":       {func(path string) error { return syscall.Mkfifo(path, 0o600) }, false},
		"folder":     {func(path string) error { return os.Mkdir(path, 0o700) }, false},
	} {
		path := filepath.Join(dir, name)
		if err := tt.make(path); err != nil {
			t.Fatal(err)
		}
		l := newLimiter(Flood{Burst: 1}, "j", true, &stateFile{path: path})
		if a, b := l.decide(logged(1, 0, "x"), nil).send, l.decide(logged(2, 0, "x"), nil).send; !a || b {
			t.Errorf("%s: sent %v, %v, want the first alone", name, a, b)
		}
		l.close()
		if tt.replace {
			if _, err := parseState([]byte(readAll(t, path))); err != nil {
				t.Errorf("%s: it was not replaced: %v", name, err)
			}
		}
	}
	if readAll(t, secret) != "keep" {
		t.Error("what a link points at was written")
	}
}

// TestFloodShared: two at once let pass together what one may, lose no count, and
// leave a file that can be read.
func TestFloodShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	const each = 300
	var mu sync.Mutex
	sent, told := 0, uint64(0)
	var wg sync.WaitGroup
	for p := range 4 {
		wg.Go(func() {
			l := newLimiter(Flood{}, fmt.Sprint("journal ", p), true, &stateFile{path: path})
			for n := range each {
				now := l.decide(logged(n, time.Duration(n)*time.Second, "x"), nil)
				if now.send {
					mu.Lock()
					sent, told = sent+1, told+now.held
					mu.Unlock()
				}
				if n%16 == 0 {
					l.settle(time.Now().Add(time.Hour))
				}
			}
			for l.close(); l.dirty; l.close() { // the others have the lock for longer than one waits
			}
		})
	}
	wg.Wait()
	s, err := parseState([]byte(readAll(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range s.Kinds {
		told += k.Held
	}
	if sent < 3 || sent > 4 || told+uint64(sent) != 4*each {
		t.Errorf("%d sent, %d told of or untold, want 3 and %d together", sent, told, 4*each)
	}
}

// TestFloodLocked: who does not get the lock goes on by memory, soon.
func TestFloodLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	other := &stateFile{path: path}
	lock, err := other.lock()
	if err != nil {
		t.Fatal(err)
	}
	l := newLimiter(Flood{Burst: 1}, "j", true, &stateFile{path: path})
	begin := time.Now()
	if a, b := l.decide(logged(1, 0, "x"), nil).send, l.decide(logged(2, 0, "x"), nil).send; !a || b {
		t.Errorf("sent %v, %v, want the first alone", a, b)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	lock.Close()
	l.close()
	s, err := parseState([]byte(readAll(t, path)))
	if err != nil || len(s.Kinds) != 1 {
		t.Fatalf("%v, %+v", err, s)
	}
	for _, k := range s.Kinds {
		if k.Held != 1 {
			t.Errorf("%d held back in the file, want 1", k.Held)
		}
	}
}

// TestFloodWritesSeldom: a flood does not write the file for each event.
func TestFloodWritesSeldom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	l := newLimiter(Flood{}, "j", true, &stateFile{path: path})
	writes := 0
	var last os.FileInfo
	now := time.Now()
	for n := range 10_000 { // within a second
		r := logged(n, time.Duration(n)*100*time.Microsecond, "x")
		r.ID = capture.Offset(n + 1)
		l.decide(r, nil)
		l.settle(now)
		if st, err := os.Stat(path); err == nil && (last == nil || !os.SameFile(st, last) || !st.ModTime().Equal(last.ModTime())) {
			writes, last = writes+1, st
		}
	}
	if writes > 6 {
		t.Errorf("written %d times", writes)
	}
}

func TestStatePlaces(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	own := filepath.Join(tmp, fmt.Sprintf("logwrap-%d", os.Geteuid()))
	env := map[string]string{}
	open := func(o Options) (*stateFile, error) {
		o.DSN = "https://key@sentry.example/7"
		return openState(&o, route.Identity{Name: "shop"}, func(name string) string { return env[name] })
	}
	app := App{Handler: "sentry"}
	if f, err := open(Options{}); f != nil || err != nil {
		t.Errorf("of nobody: %v, %v", f, err)
	}
	f, err := open(Options{App: app})
	if err != nil || filepath.Dir(f.path) != own {
		t.Fatalf("%v, %v, want a file in %s", f, err, own)
	}
	if st, err := os.Stat(own); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", st, err)
	}
	env["XDG_STATE_HOME"] = filepath.Join(tmp, "xdg")
	if f, err = open(Options{App: app}); err != nil || filepath.Dir(f.path) != filepath.Join(tmp, "xdg", "logwrap") {
		t.Errorf("with XDG_STATE_HOME: %v, %v", f, err)
	}
	env["STATE_DIRECTORY"] = filepath.Join(tmp, "unit") + ":/elsewhere"
	if f, err = open(Options{App: app}); err != nil || filepath.Dir(f.path) != filepath.Join(tmp, "unit") {
		t.Errorf("with STATE_DIRECTORY: %v, %v", f, err)
	}
	app.Journal = filepath.Join(tmp, "journal")
	if f, err = open(Options{App: app}); err != nil || f.path != app.Journal+".sentry-sentry" {
		t.Errorf("with a journal: %v, %v", f, err)
	}
	if f, err = open(Options{App: app, State: filepath.Join(tmp, "mine")}); err != nil || f.path != filepath.Join(tmp, "mine") {
		t.Errorf("configured: %v, %v", f, err)
	}
	if f, err = open(Options{App: app, State: filepath.Join(tmp, "no", "folder")}); f != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in no folder: %v, %v", f, err)
	}
	if f, err = open(Options{App: app, Flood: Flood{Off: true}}); f != nil || err != nil {
		t.Errorf("switched off: %v, %v", f, err)
	}
}

// TestStateFolderOfOthers: a folder that others may write, or that is a link, is
// not used.
func TestStateFolderOfOthers(t *testing.T) {
	tmp := t.TempDir()
	open, link := filepath.Join(tmp, "open"), filepath.Join(tmp, "link")
	os.Mkdir(open, 0o700)
	os.Chmod(open, 0o777)
	os.Mkdir(filepath.Join(tmp, "real"), 0o700)
	os.Symlink("real", link)
	for _, dir := range []string{open, link} {
		if err := ownFolder(dir, true); err == nil {
			t.Errorf("%s is used", dir)
		}
	}
}

func TestStateNames(t *testing.T) {
	name := func(dsn, service string, command ...string) string {
		return stateName(&Options{DSN: dsn, Args: command}, route.Identity{Name: service})
	}
	base := name("https://key@host/1", "", "python", "a.py", "--port", "1")
	if name("https://other@host/1", "", "python", "a.py", "--port", "2") != base {
		t.Error("a new key or option makes another service")
	}
	for i, other := range []string{
		name("https://key@host/2", "", "python", "a.py"), name("https://key@else/1", "", "python", "a.py"),
		name("https://key@host/1", "shop", "python", "a.py"), name("https://key@host/1", "", "python", "b.py"), name("https://key@host/1", "", "python"),
	} {
		if other == base || strings.ContainsAny(other, "/.") {
			t.Errorf("the %d. is %s", i, other)
		}
	}
}
