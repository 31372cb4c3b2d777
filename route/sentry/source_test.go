package sentry

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

func TestAround(t *testing.T) {
	var text strings.Builder
	for i := 1; i <= 20; i++ {
		fmt.Fprintf(&text, "line %d\r\n", i)
	}
	f := newFiles(newMaker(Options{}, "", fstest.MapFS{"a.py": {Data: []byte(text.String())}, "b.py": {Data: []byte("only")},
		"c.py": {}, "d.py": {Data: []byte("x\xff\x00y" + strings.Repeat("ä", 5000))}}).host.disk)
	f.roots = []string{"/"}
	tests := []struct {
		name          string
		n             int
		before, after int
		line          string
		ok            bool
	}{
		{"/a.py", 1, 0, 5, "line 1", true},
		{"/a.py", 3, 2, 5, "line 3", true},
		{"/a.py", 10, 5, 5, "line 10", true},
		{"/a.py", 20, 5, 0, "line 20", true},
		{"/a.py", 21, 5, 0, "", false},
		{"/a.py", 1 << 30, 0, 0, "", false},
		{"/b.py", 1, 0, 0, "only", true},
		{"/c.py", 1, 0, 0, "", false},
		{"/none.py", 1, 0, 0, "", false},
	}
	for _, tt := range tests {
		before, line, after, ok := f.around(tt.name, tt.n, contextLines)
		if ok != tt.ok || line != tt.line || ok && (len(before) != tt.before || len(after) != tt.after) {
			t.Errorf("%s:%d: %q %q %q %v", tt.name, tt.n, before, line, after, ok)
		}
	}
	if before, _, after, _ := f.around("/a.py", 2, contextLines); !reflect.DeepEqual(before, []string{"line 1"}) || after[0] != "line 3" {
		t.Errorf("%q %q", before, after)
	}
	if _, line, _, _ := f.around("/d.py", 1, contextLines); len(line) > maxSourceLine || !strings.HasPrefix(line, "x\uFFFDy") {
		t.Errorf("line %q", line)
	}
}

// TestOnlySource checks that a trace can't make other files be read: what it
// names is whatever someone got the app to print.
func TestOnlySource(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, size int) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(strings.Repeat("x", size)), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	fifo := filepath.Join(dir, "fifo.py")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder.py")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	zero := filepath.Join(dir, "zero.py")
	if err := os.Symlink("/dev/zero", zero); err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{
		write("good.py", 10):               true,
		write("full.py", maxSourceFile):    true,
		write("large.py", maxSourceFile+1): false,
		write("secret", 10):                false,
		write("key.pem", 10):               false,
		write(".env", 10):                  false,
		write("settings.yaml", 10):         false,
		fifo:                               false,
		folder:                             false,
		zero:                               false,
		"/dev/zero.py":                     false,
		"/proc/self/environ":               false,
		filepath.Join(dir, "nothing.py"):   false,
		dir + "/../" + filepath.Base(dir) + "/good.py\x00.py": false,
	}
	for name, want := range tests {
		f := newFiles(localDisk())
		f.roots = []string{dir, "/dev", "/proc"}
		if got := f.read(name) != nil; got != want {
			t.Errorf("%s is read: %v, want %v", name, got, want)
		}
	}
}

func TestSourceIsBounded(t *testing.T) {
	files := fstest.MapFS{}
	big := []byte(strings.Repeat("x", maxSourceFile))
	for i := range 20 {
		files[fmt.Sprintf("big%d.py", i)] = &fstest.MapFile{Data: big}
	}
	f := newFiles(newMaker(Options{}, "", files).host.disk)
	f.roots = []string{"/"}
	for i := range 20 {
		f.read(fmt.Sprintf("/big%d.py", i))
	}
	if f.sum > maxSourceSum+maxSourceFile {
		t.Errorf("%d bytes read", f.sum)
	}
	f = newFiles(newMaker(Options{}, "", files).host.disk)
	for i := range 200 {
		f.exists(fmt.Sprintf("/none%d.py", i))
	}
	f.exists("/none0.py")
	if f.opened != maxSourceOpen {
		t.Errorf("%d files opened, want %d", f.opened, maxSourceOpen)
	}
}
