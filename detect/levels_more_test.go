package detect

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// moreLine is a line of testdata/levels-more.jsonl: what the libraries, servers
// and tools named by the group print, and lines that state no level. What is
// left out is not checked.
type moreLine struct {
	Group   string
	Line    string
	Level   *string
	Logger  *string
	Message *string
	Fields  map[string]string
}

func TestMoreLevels(t *testing.T) {
	f, err := os.Open("testdata/levels-more.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var m moreLine
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		r := Record{Text: []byte(m.Line)}
		classify(r.Text, &r)
		if m.Level != nil && r.Level.String() != *m.Level {
			t.Errorf("%s: %q: level %s (%s), want %s", m.Group, m.Line, r.Level, r.Why, *m.Level)
			continue
		}
		if m.Logger != nil && string(r.Logger) != *m.Logger {
			t.Errorf("%s: %q: logger %q, want %q", m.Group, m.Line, r.Logger, *m.Logger)
		}
		if m.Message != nil && string(r.Message) != *m.Message {
			t.Errorf("%s: %q: message %q, want %q", m.Group, m.Line, r.Message, *m.Message)
		}
		fields := map[string]string{}
		for _, f := range r.AppendFields(nil) {
			fields[string(f.Key)] = string(f.Value)
		}
		for k, v := range m.Fields {
			if fields[k] != v {
				t.Errorf("%s: %q: field %s = %q, want %q", m.Group, m.Line, k, fields[k], v)
			}
		}
	}
}
