package supervise

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestReadProcessState(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"status": "Name:\tState:\tx\nUmask:\t0022\nState:\tD (disk sleep)\nVmRSS:\t    2048 kB\nThreads:\t7\n",
		"stat":   "12 (a) b) R 1) D 1 12 12 0 -1 4194560 9 0 0 0 321 45 6 7 20 0 7 0 12345 0 0\n",
		"wchan":  "folio_wait_bit",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := readProcessState(dir + "/")
	want := processState{state: "D (disk sleep)", waitChannel: "folio_wait_bit", threads: 7, user: 3210 * time.Millisecond, system: 450 * time.Millisecond, rss: 2 << 20, known: true}
	check(t, s == want, "%+v", s)
	if err := os.WriteFile(filepath.Join(dir, "wchan"), []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
	check(t, readProcessState(dir+"/").waitChannel == "", "wchan 0 is none")
	check(t, readProcessState(dir+"/missing/") == processState{}, "a process that is gone")
	user, system := parseTimes([]byte("12 (short) R 1"))
	check(t, user == 0 && system == 0, "a short line: %v, %v", user, system)
}

func TestProcessState(t *testing.T) {
	p := start(t, child("eof")) // its input is closed: at its end or about to
	wait(t, p)
	check(t, p.state() == processState{}, "gone: %+v", p.state())

	stdin, end := pipe(t)
	out, stdout := pipe(t)
	spec := child("eof")
	spec.Files = []*os.File{stdin, stdout, os.Stderr}
	p = start(t, spec)
	newOutput(t, out).expect("ready")
	eventually(t, "it waits for input", func() bool { return p.state().state == "S (sleeping)" })
	s := p.state()
	check(t, s.known && s.threads > 0 && s.rss > 0 && len(s.attrs()) >= 5, "%+v", s)
	end.Close()
	wait(t, p)
}
