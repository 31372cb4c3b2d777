package route

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// TestBackgroundIsShared: whatever is pushed in between, what was handed out is
// what the last records were then, and stays it.
func TestBackgroundIsShared(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	crumbs, output := crumbRing{slots: make([]crumbSlot, 7)}, outputRing{slots: make([]outputSlot, 9)}
	var said []string // by this run
	type handed struct {
		crumbs       []detect.Crumb
		output       []byte
		wantC, wantO string
	}
	var all []handed
	for n := range 5000 {
		switch random.Intn(12) {
		case 0, 1, 2, 3:
			h := handed{crumbs: crumbs.crumbs(), output: output.output()}
			h.wantC = strings.Join(said[max(len(said)-7, 0):], " ")
			lines := 0
			for i := len(said) - 1; i >= 0; i-- {
				if lines += strings.Count(said[i], "\n") + 1; lines > 9 && i < len(said)-1 {
					break
				}
				h.wantO = said[i] + "\n" + h.wantO
			}
			all = append(all, h)
		case 4:
			if random.Intn(20) == 0 {
				crumbs.used, output.used, said = 0, 0, nil
			}
		default:
			text := fmt.Sprint(n) + strings.Repeat("\nmore", random.Intn(4)*random.Intn(4))
			r := &detect.Record{ID: capture.Offset(n), Logger: []byte("app"), Message: []byte(text), Text: []byte(text)}
			crumbs.push(r)
			output.push(r)
			said = append(said, text)
		}
	}
	for i, h := range all {
		var got []string
		for _, c := range h.crumbs {
			got = append(got, c.Message)
		}
		if g := strings.Join(got, " "); g != h.wantC || string(h.output) != h.wantO {
			t.Fatalf("the %d. has\n%q\n%q\nwant\n%q\n%q", i, g, h.output, h.wantC, h.wantO)
		}
		if slices.ContainsFunc(h.crumbs, func(c detect.Crumb) bool { return c.Logger != "app" }) {
			t.Fatalf("the %d. has loggers %v", i, h.crumbs)
		}
	}
}
