package elasticsearch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/elasticsearch/estest"
)

func open(t *testing.T, o Options) *Sink {
	t.Helper()
	s, err := New(o, testID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func numbered(n int) []detect.Record {
	var batch []detect.Record
	for i := range n {
		r := testRecord(fmt.Sprintf("seq=%06d", i))
		r.ID = capture.Offset(100 + 20*i)
		batch = append(batch, r)
	}
	return batch
}

// deliverAll does what the delivery loop does, and returns the refused ones.
func deliverAll(t *testing.T, s *Sink, batch []detect.Record) (refused []detect.Record) {
	t.Helper()
	var err error
	for range 30 {
		err = s.Deliver(context.Background(), batch)
		if err == nil {
			return refused
		}
		var p *route.Partial
		if !errors.As(err, &p) {
			continue
		}
		for _, r := range p.Refused {
			refused = append(refused, batch[r.Index])
		}
		var left []detect.Record
		for _, i := range p.Retry {
			left = append(left, batch[i])
		}
		if batch = left; len(batch) == 0 {
			return refused
		}
	}
	t.Fatalf("%d records not delivered: %v", len(batch), err)
	return nil
}

// wantStored checks that each record is there, once.
func wantStored(t *testing.T, es *estest.Server, batch []detect.Record) {
	t.Helper()
	seen := map[string]int{}
	for _, d := range es.Docs() {
		var doc document
		if err := json.Unmarshal(d.Source, &doc); err != nil {
			t.Fatal(err)
		}
		seen[doc.Message]++
	}
	for i := range batch {
		if n := seen[string(batch[i].Message)]; n != 1 {
			t.Errorf("%s is stored %d times", batch[i].Message, n)
		}
	}
	if len(seen) != len(batch) {
		t.Errorf("%d documents for %d records", len(seen), len(batch))
	}
}

func seqIn(list ...int) func([]byte) bool {
	return func(source []byte) bool {
		for _, n := range list {
			if bytes.Contains(source, fmt.Appendf(nil, "seq=%06d", n)) {
				return true
			}
		}
		return false
	}
}

func items(status int, match func([]byte) bool) estest.Fault {
	return estest.Items(func(source []byte) int {
		if match(source) {
			return status
		}
		return 0
	})
}

func TestFaultsLoseAndDoubleNothing(t *testing.T) {
	tests := map[string]struct {
		faults []estest.Fault
		again  int // documents that come a second time
	}{
		"none":                        {},
		"429 on items":                {[]estest.Fault{items(429, seqIn(3, 7)), items(503, seqIn(7))}, 0},
		"rights and space":            {[]estest.Fault{items(403, seqIn(1)), items(401, seqIn(1)), items(404, seqIn(1))}, 0},
		"413":                         {[]estest.Fault{estest.TooLarge(2000), estest.TooLarge(2000), estest.TooLarge(2000)}, 0},
		"429":                         {[]estest.Fault{estest.Status(429)}, 0},
		"503":                         {[]estest.Fault{estest.Status(503, "Retry-After", "7")}, 0},
		"500, 502, 504":               {[]estest.Fault{estest.Status(500), estest.Status(502), estest.Status(504)}, 0},
		"garbage":                     {[]estest.Fault{estest.Body("<html>hello</html>"), estest.Body("")}, 0},
		"empty object":                {[]estest.Fault{estest.Body("{}"), estest.Body("null"), estest.Body(`{"errors":false}`)}, 0},
		"too few items":               {[]estest.Fault{estest.Body(`{"errors":false,"items":[{"create":{"status":201}}]}`)}, 0},
		"items without status":        {[]estest.Fault{estest.Body(`{"errors":false,"items":[` + strings.TrimSuffix(strings.Repeat(`{"create":{}},`, 20), ",") + `]}`)}, 0},
		"reset in mid-answer":         {[]estest.Fault{estest.Reset}, 20},
		"truncated answer":            {[]estest.Fault{estest.Truncated}, 20},
		"accepted, but timed out":     {[]estest.Fault{estest.Accepted}, 20},
		"black hole":                  {[]estest.Fault{estest.BlackHole}, 0},
		"everything, one after other": {[]estest.Fault{estest.Status(503), estest.Reset, items(429, seqIn(2)), estest.Truncated, estest.BlackHole}, 21},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			es := estest.New(t)
			es.Script(tt.faults...)
			s := open(t, Options{URLs: []string{es.URL()}, Timeout: 300 * time.Millisecond})
			batch := numbered(20)
			if refused := deliverAll(t, s, batch); len(refused) > 0 {
				t.Errorf("%d records refused", len(refused))
			}
			wantStored(t, es, batch)
			if n := es.Again(); tt.again >= 0 && n != tt.again {
				t.Errorf("%d documents came again, want %d", n, tt.again)
			}
		})
	}
}

func TestOnlyFailedItemsAreTriedAgain(t *testing.T) {
	es := estest.New(t)
	es.Script(items(429, seqIn(3, 7)))
	s := open(t, Options{URLs: []string{es.URL()}})
	err := s.Deliver(context.Background(), numbered(10))
	var p *route.Partial
	if !errors.As(err, &p) || fmt.Sprint(p.Retry) != "[3 7]" || len(p.Refused) != 0 || !strings.Contains(p.Err.Error(), "429") {
		t.Errorf("error %v, want 3 and 7 to be tried again", err)
	}
}

func TestReplayIsHarmless(t *testing.T) {
	for name, o := range map[string]Options{"data stream": {}, "index": {Index: "app"}} {
		t.Run(name, func(t *testing.T) {
			es := estest.New(t)
			o.URLs = []string{es.URL()}
			batch := numbered(5)
			for range 3 {
				if err := open(t, o).Deliver(context.Background(), batch); err != nil {
					t.Fatal(err)
				}
			}
			wantStored(t, es, batch)
			if es.Again() != 10 {
				t.Errorf("%d came again, want 10", es.Again())
			}
			if d := es.Docs()[0]; d.ID != "0123456789abcdef-100" {
				t.Errorf("_id %q", d.ID)
			}
		})
	}
}

func TestPoisonGoesToTheDeadLetterFile(t *testing.T) {
	es := estest.New(t)
	es.Script(items(400, seqIn(2)), items(400, seqIn(1)))
	path := filepath.Join(t.TempDir(), "dead.jsonl")
	s := open(t, Options{URLs: []string{es.URL()}, DeadLetter: path})
	batch := numbered(4)
	if refused := deliverAll(t, s, batch); len(refused) != 1 || string(refused[0].Text) != "seq=000002" {
		t.Fatalf("%d refused", len(refused))
	}
	es2 := batch[1:2]
	es2[0].ID++
	if refused := deliverAll(t, s, es2); len(refused) != 1 {
		t.Fatalf("%d refused", len(refused))
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, _ := f.Stat(); info.Mode().Perm()&0o137 != 0 {
		t.Errorf("mode %v", info.Mode())
	}
	var messages []string
	for in := bufio.NewScanner(f); in.Scan(); {
		var line struct {
			Error    struct{ Type string }
			Action   map[string]any
			Document document
		}
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line.Error.Type != "scripted_exception" || len(line.Action) != 1 {
			t.Errorf("line %s", in.Bytes())
		}
		messages = append(messages, line.Document.Message)
	}
	if fmt.Sprint(messages) != "[seq=000002 seq=000001]" {
		t.Errorf("dead letters %v", messages)
	}
}

func TestDeadLetterThatCannotBeWrittenIsSaid(t *testing.T) {
	es := estest.New(t)
	es.Script(items(400, seqIn(0)))
	s := open(t, Options{URLs: []string{es.URL()}, DeadLetter: filepath.Join(t.TempDir(), "no", "dead.jsonl")})
	var p *route.Partial
	if err := s.Deliver(context.Background(), numbered(2)); !errors.As(err, &p) || len(p.Refused) != 1 ||
		!strings.Contains(p.Refused[0].Err.Error(), "dead letter: open ") || !strings.Contains(p.Refused[0].Err.Error(), "400") {
		t.Errorf("error %v", err)
	}
}

func TestSingleDocumentThatIsTooLargeIsRefused(t *testing.T) {
	es := estest.New(t)
	for range 20 {
		es.Script(estest.TooLarge(3000))
	}
	s := open(t, Options{URLs: []string{es.URL()}})
	batch := numbered(8)
	batch[5].Text = []byte(strings.Repeat("x", 5000))
	batch[5].Message = batch[5].Text
	refused := deliverAll(t, s, batch)
	if len(refused) != 1 || refused[0].ID != batch[5].ID {
		t.Fatalf("%d refused", len(refused))
	}
	wantStored(t, es, append(append([]detect.Record(nil), batch[:5]...), batch[6:]...))
}

func TestRequestsStayBelowMaxBatchBytes(t *testing.T) {
	es := estest.New(t)
	s := open(t, Options{URLs: []string{es.URL()}, MaxBatchBytes: 3000})
	batch := numbered(50)
	deliverAll(t, s, batch)
	wantStored(t, es, batch)
	for _, r := range es.Requests() {
		if len(r.Body) > 3000 && strings.HasSuffix(r.Path, "_bulk") {
			t.Errorf("a request of %d bytes", len(r.Body))
		}
	}
}
