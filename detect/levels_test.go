package detect

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// levelCase is one line of testdata/levels.jsonl.
type levelCase struct {
	ID       string
	Line     string
	LineB64  []byte            `json:"line_b64"`
	LineGen  []json.RawMessage `json:"line_gen"`
	Expected struct {
		Level         string
		Accept        []string
		Format        string
		AcceptFormat  []string `json:"accept_format"`
		Message       *string
		AcceptMessage []string `json:"accept_message"`
		Logger        *string
		Fields        map[string]any
		TraceID       string `json:"trace_id"`
	}
}

// text puts the line together.
func (c *levelCase) text(t *testing.T) []byte {
	t.Helper()
	if c.LineB64 != nil {
		return c.LineB64
	}
	if c.LineGen == nil {
		return []byte(c.Line)
	}
	var out []byte
	for _, part := range c.LineGen {
		var s string
		var pair []any
		if json.Unmarshal(part, &s) == nil {
			out = append(out, s...)
		} else if err := json.Unmarshal(part, &pair); err == nil {
			out = append(out, strings.Repeat(pair[0].(string), int(pair[1].(float64)))...)
		} else {
			t.Fatalf("%s: %v", c.ID, err)
		}
	}
	return out
}

func readLevelCases(t *testing.T) []levelCase {
	t.Helper()
	f, err := os.Open("testdata/levels.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []levelCase
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c levelCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil || len(cases) == 0 {
		t.Fatalf("read %d cases: %v", len(cases), err)
	}
	return cases
}

// squeezed is a text with its runs of blanks made one, as messages are compared.
func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

func isSerious(level string) bool {
	l, _ := ParseLevel(level)
	return l >= Error
}

// figure counts how often something was right.
type figure struct{ right, all int }

func (c *figure) count(ok bool) {
	c.all++
	if ok {
		c.right++
	}
}

func (c *figure) share() float64 { return float64(c.right) / float64(max(c.all, 1)) }

func (c *figure) atLeast(t *testing.T, what string, floor float64) {
	t.Helper()
	t.Logf("%-12s %d of %d (%.1f %%)", what, c.right, c.all, 100*c.share())
	if c.share() < floor {
		t.Errorf("%s: %.2f %% right, want at least %.2f %%", what, 100*c.share(), 100*floor)
	}
}

func TestClassifyDevelopmentCases(t *testing.T) {
	var level, format, message, logger, fields, calm, serious figure
	for _, c := range readLevelCases(t) {
		text := c.text(t)
		r := Record{Text: text}
		classify(text, &r)
		want := append([]string{c.Expected.Level}, c.Expected.Accept...)
		got := r.Level.String()
		level.count(slices.Contains(want, got))
		if !slices.Contains(want, got) {
			t.Logf("%s: level %s, want %v: %.120q", c.ID, got, want, text)
		}
		if !slices.ContainsFunc(want, isSerious) {
			calm.count(!isSerious(got))
		}
		if !slices.ContainsFunc(want, func(s string) bool { return !isSerious(s) }) {
			serious.count(isSerious(got))
		}
		formatRight := slices.Contains(append(c.Expected.AcceptFormat, c.Expected.Format), r.Format.String())
		if format.count(formatRight); !formatRight {
			t.Logf("%s: format %s, want %s: %.120q", c.ID, r.Format, c.Expected.Format, text)
		}
		checkMessage(t, &c, &r, &message)
		if want := c.Expected.Logger; want != nil {
			logger.count(string(r.Logger) == *want)
			if string(r.Logger) != *want {
				t.Logf("%s: logger %q, want %q: %.120q", c.ID, r.Logger, *want, text)
			}
		}
		checkFields(t, &c, &r, &fields)
	}
	level.atLeast(t, "level", 1)
	calm.atLeast(t, "no false error", 1)
	serious.atLeast(t, "no missed error", 1)
	format.atLeast(t, "format", 1)
	message.atLeast(t, "message", 1)
	logger.atLeast(t, "logger", 1)
	fields.atLeast(t, "fields", 1)
}

func checkMessage(t *testing.T, c *levelCase, r *Record, n *figure) {
	if c.Expected.Message == nil {
		return
	}
	got := squeezed(string(r.Message))
	if (r.Format == JSON || r.Format == Logfmt) && len(r.Message) == len(r.Text) {
		got = "" // the line has none, so it stands for itself
	}
	for _, want := range append(c.Expected.AcceptMessage, *c.Expected.Message) {
		if got == squeezed(want) {
			n.count(true)
			return
		}
	}
	n.count(false)
	t.Logf("%s: message %q, want %q", c.ID, r.Message, *c.Expected.Message)
}

func checkFields(t *testing.T, c *levelCase, r *Record, n *figure) {
	got := fieldMap(t, r)
	for _, k := range slices.Sorted(maps.Keys(c.Expected.Fields)) {
		ok := reflect.DeepEqual(got[k], c.Expected.Fields[k])
		if _, there := got[k]; !there {
			ok = false
		}
		if n.count(ok); !ok {
			t.Logf("%s: field %s = %#v, want %#v", c.ID, k, got[k], c.Expected.Fields[k])
		}
	}
}

// fieldMap decodes a record's fields the way explain shows them.
func fieldMap(t *testing.T, r *Record) map[string]any {
	t.Helper()
	m := map[string]any{}
	for _, f := range r.AppendFields(nil) {
		var v any = string(f.Value)
		if f.Raw {
			if err := json.NewDecoder(bytes.NewReader(f.Value)).Decode(&v); err != nil {
				t.Errorf("field %s: %q is no JSON: %v", f.Key, f.Value, err)
			}
		}
		m[string(f.Key)] = v
	}
	return m
}
