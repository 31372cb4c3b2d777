package detect

import (
	"os"
	"testing"
)

// TestThreadsOfACrash: all goroutines but the one that ended the program.
func TestThreadsOfACrash(t *testing.T) {
	text, err := os.ReadFile("testdata/crashes/go-sigquit-dump/stderr.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := Record{Text: text, Trace: Go, Lines: 1}
	chain, others := r.Exceptions(), r.Threads()
	if len(chain) == 0 || len(others) < 4 {
		t.Fatalf("%d exceptions, %d other goroutines", len(chain), len(others))
	}
	crashed := chain[len(chain)-1].Thread
	seen := map[string]bool{}
	for _, x := range others {
		if x.Thread == crashed || seen[x.Thread] || x.Relation != "thread" || len(x.Frames) == 0 {
			t.Errorf("another goroutine is %+v, crashed is %s", x, crashed)
		}
		seen[x.Thread] = true
	}
	if r := (Record{Text: []byte("panic: x\n\ngoroutine 1 [running]:\nmain.main()\n\t/a/b.go:3 +0x1\n"), Trace: Go}); r.Threads() != nil {
		t.Errorf("one goroutine has others: %+v", r.Threads())
	}
	if r := (Record{Text: text, Trace: Python}); r.Threads() != nil {
		t.Error("Python has goroutines")
	}
}
