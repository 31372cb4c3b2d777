package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

const (
	pyTestTrace = "Traceback (most recent call last):\n  File \"/srv/app/a.py\", line 3, in f\n"
	pyTestWhole = pyTestTrace + "    d[k]\nKeyError: 'k'\n"
	pyTestGroup = pyGroup + "\n  |   File \"/srv/app/a.py\", line 3, in f\n  |     g()\n  | ExceptionGroup: no (1 sub-exception)\n" +
		"  +-+---------------- 1 ----------------\n    | ValueError: 1\n    | 2\n    +------------------------------------\n"
	pyTestError = "2026-11-28 04:00:00,000 ERROR app it failed\n"
)

// setIn puts a margin before the lines of a text that are not blank.
func setIn(margin, text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) != "" {
			lines[i] = margin + line
		}
	}
	return strings.Join(lines, "")
}

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
		{"unraisable", "Exception ignored in: <f>\n" + pyTestTrace + "    raise E(text)\nE: no\nbye\n  bye\n", "1-5"},
		{"a logged value, then a paragraph", pyTestError + pyTestTrace + "    raise E(text)\nE: no\n\nworker: bye\n  bye\n", "1-5"},
		{"a value of paragraphs", pyTestError + pyTestTrace + "    raise E(text)\nE: no:\n\nit says\n  so\n", "1-8"},
		{"a filled-in literal", pyTestError + pyTestTrace + "    raise E(f\"item {n}\")\nE: item 3\nbye\n", "1-5"},
		{"a filled-in literal of two lines", pyTestError + pyTestTrace + "    raise E(f\"item {n}\\nnone\")\nE: item 3\nnone\nbye\n", "1-6"},
		{"the value of the cause", pyTestTrace + "    g()\nA: no\n\n" + pyCause + "\n\n" + pyTestTrace + "    raise B(e) from e\nB: no\nbye\n", "1-11"},
		{"SQLAlchemy's last line", pyTestTrace + "    raise E(text)\nE: no\n[SQL: \n(1)]\n(Background on this error at: https://x)\nbye\n", "1-7"},
		{"set in, in a manual", "if it fails:\n\n" + setIn("    ", pyTestWhole) + "\nbye\n", ""},
		{"set in, for a cause", "it failed:\n" + setIn("  ", pyTestWhole) + "bye\n", "1-5"},
		{"set in, logged", pyTestError + setIn("  | ", pyTestWhole+"\n"+pyCause+"\n"+pyTestWhole) + "bye\n", "1-11"},
		{"quoted mail", setIn("> ", pyTestWhole), ""},
		{"relayed, no error", setIn("INFO:a:", pyTestWhole), ""},
		{"relayed", setIn("ERROR:a:", pyTestWhole), "1-4"},
		{"block of code", "```pytb\n$ x\n" + pyTestWhole + "$\n```\n" + pyTestWhole + "```\n", "9-12"},
		{"block of code that is not closed", "```\n" + pyTestWhole, "2-5"},
		{"block of code that is long", "```\n" + pyTestWhole + strings.Repeat("x\n", maxFence) + pyTestWhole, "2-5 66-69"},
		{"block of code between tildes", "~~~\n" + pyTestWhole + "~~~\n", ""},
		{"two groups", strings.Repeat(pyTestGroup+"bye\n", 2), "1-8 10-17"},
		{"a group's cause", pyTestGroup + "\n" + pyCause + "\n\n" + pyTestWhole + "bye\n", "1-15"},
		{"end of a block of code", "```\n" + pyTestWhole + "```sh\n$ x\n```\n", "2-5"},
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

// TestRichPlaces: places that are wider than Rich's box, or just as wide.
func TestRichPlaces(t *testing.T) {
	lines := []string{
		"╭─ Traceback (most recent call last) ─╮",
		"│ /srv/app/lib/engine/basefile.py:177 │",
		"│ in run                              │",
		"│                                     │",
		"│ ❱ 177     self.do()                 │",
		"│                                     │",
		"│ /srv/app/lib/engine/default_one.py: │",
		"│ 1192 in do_execute                  │",
		"│                                     │",
		"│ /srv/app/main.py:3 in main          │",
		"╰─────────────────────────────────────╯",
	}
	var got []string
	for _, f := range pyBoxFrames(lines) {
		got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Function))
	}
	want := []string{"/srv/app/lib/engine/basefile.py:177 run", "/srv/app/lib/engine/default_one.py:1192 do_execute", "/srv/app/main.py:3 main"}
	if !slices.Equal(got, want) {
		t.Errorf("frames %q, want %q", got, want)
	}
}
