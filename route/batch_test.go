package route

import (
	"testing"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// TestBatchOutlivesDetector: what a batch holds stays what it was while the
// detector reads the next lines, also of lines whose colours it has taken out into
// a buffer of its own.
func TestBatchOutlivesDetector(t *testing.T) {
	lines := []string{
		"\x1b[32mINFO\x1b[0m app.http: \x1b[1mfirst\x1b[0m",
		"\x1b[31mERROR\x1b[0m app.db: \x1b[1msecond one\x1b[0m",
		`{"level":"info","logger":"app","msg":"a \"quoted\" third"}`,
		"plain",
	}
	b := &batch{}
	var text []byte
	var want []detect.Record
	d := detect.New(detect.Options{}, func(r *detect.Record) {
		want = append(want, ownCopy(r))
		b.add(r, 1, len(text) > 0 && &r.Text[0] == &text[0])
	})
	for i, line := range lines {
		text = []byte(line)
		d.Add(&capture.Line{Text: text, Start: capture.Offset(i), End: capture.Offset(i + 1)})
	}
	if len(b.records) != len(lines) {
		t.Fatalf("%d records, want %d", len(b.records), len(lines))
	}
	for i, got := range b.records {
		if string(got.Text) != lines[i] || string(got.Message) != string(want[i].Message) || string(got.Logger) != string(want[i].Logger) {
			t.Errorf("record %d became text %q, message %q, logger %q; it was %q, %q, %q",
				i, got.Text, got.Message, got.Logger, want[i].Text, want[i].Message, want[i].Logger)
		}
	}
}
