package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

const (
	pyTestTrace = "Traceback (most recent call last):\n  File \"/srv/app/a.py\", line 3, in f\n"
	pyTestError = "2026-11-28 04:00:00,000 ERROR app it failed\n"
)

// TestPythonExtent is about which lines belong to a traceback's record.
func TestPythonExtent(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"lines of a message", pyTestError + "a: 1\n\nb\n" + pyTestTrace + "    g()\nKeyError: 1\n", "1-8"},
		{"set-in line of a message", pyTestError + "  a: 1\nb\n" + pyTestTrace + "    g()\nKeyError: 1\n", "1-7"},
		{"a message too long", pyTestError + strings.Repeat("x\n", maxMessageLines+1) + pyTestTrace + "    g()\nKeyError: 1\n", "43-46"},
		{"another record between", pyTestError + "a\n2026-11-28 04:00:00,001 INFO app b\n" + pyTestTrace + "    g()\nKeyError: 1\n", "4-7"},
		{"a tool's error", "error: it failed\na\nb\nc\n" + pyTestTrace + "    g()\nKeyError: 1\n", "5-8"},
		{"no traceback comes", pyTestError + "a\nb\n", ""},
		{"text behind a lookup", pyTestTrace + "    d[k]\nKeyError: 'k'\nbye\n", "1-4"},
		{"text behind a literal", pyTestTrace + "    raise E(\"no\")\nE: no\nbye\n", "1-4"},
		{"literal of two lines", pyTestTrace + "    raise E(\"no\\nway\")\nE: no\nway\nbye\n", "1-5"},
		{"a value that may go on", pyTestTrace + "    raise E(text)\nE: no\nway\n", "1-5"},
		{"notes before a chain", pyTestTrace + "    d[k]\nKeyError: 'k'\nnote\n\n" + pyCause + "\n\n" + pyTestTrace + "    raise E(k)\nE: k\n", "1-12"},
		{"quoted", pyTestTrace + "    raise E(text)\nE: it said:\n" + pyTestTrace + "    g()\nValueError: x\n", "1-8"},
		{"not quoted", pyTestTrace + "    raise E(text)\nE: it said no\n" + pyTestTrace + "    g()\nValueError: x\n", "1-4 5-8"},
		{"a prefix", "[rank0]: " + strings.ReplaceAll(pyTestTrace+"    g()\nKeyError: 1", "\n", "\n[rank0]: ") + "\n[rank1]: bye\n", "1-4"},
		{"logged with its traceback", "ERROR: failed: " + pyTestTrace + "    g()\nKeyError: 1\n", "1-4"},
		{"a head alone", "see Traceback (most recent call last):\nin the manual\n", ""},
		{"statement of many lines", pyTestTrace + "    raise E(text)\nE: no\n[SQL: \n" + strings.Repeat("x,\n", 20) + "]\nbye\n", "1-27"},
		{"some other bracket", pyTestTrace + "    raise E(text)\nE: no\n[2/5] building\n" + strings.Repeat("x\n", 10) + "all [done]\n", "1-4"},
	} {
		var got []string
		for _, r := range records(capture.Stderr, []byte(c.text)) {
			if r.Exceptions() != nil {
				got = append(got, fmt.Sprintf("%d-%d", r.first, r.first+int(r.Lines)-1))
			}
		}
		if list := strings.Join(got, " "); list != c.want {
			t.Errorf("%s: events of lines %q, want %q", c.name, list, c.want)
		}
	}
}
