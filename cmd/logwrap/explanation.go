package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// explanationPrinter prints explanations as they come. Its first error is kept.
type explanationPrinter interface {
	print(*explanation)
	err() error
}

type jsonPrinter struct {
	w      io.Writer
	failed error
}

func printJSON(w io.Writer) explanationPrinter { return &jsonPrinter{w: w} }

func (p *jsonPrinter) err() error { return p.failed }

// explained is the object that explain --json prints; absent keys are left out.
type explained struct {
	Line       int                  `json:"line"` // of the end of the app: behind the last
	Lines      int32                `json:"lines"`
	Level      string               `json:"level"`
	Why        string               `json:"why,omitempty"`
	Format     string               `json:"format"`
	Logger     string               `json:"logger,omitempty"`
	Time       string               `json:"time,omitempty"`
	Message    string               `json:"message,omitempty"`
	Fields     *fieldObject         `json:"fields,omitempty"`
	Exceptions []explainedException `json:"exceptions,omitempty"`
	Handlers   []string             `json:"handlers,omitempty"`
	Event      bool                 `json:"event"`
	Partial    bool                 `json:"partial,omitempty"`
	Dropped    bool                 `json:"dropped"`
}

type explainedException struct {
	Type     string           `json:"type,omitempty"`
	Value    string           `json:"value,omitempty"`
	Module   string           `json:"module,omitempty"`
	Language string           `json:"language,omitempty"`
	Relation string           `json:"relation,omitempty"`
	Thread   string           `json:"thread,omitempty"`
	Frames   []explainedFrame `json:"frames,omitempty"`
}

type explainedFrame struct {
	Function string `json:"function,omitempty"`
	Module   string `json:"module,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Address  string `json:"address,omitempty"`
	InApp    bool   `json:"in_app"`
}

func (p *jsonPrinter) print(e *explanation) {
	if p.failed != nil {
		return
	}
	r := &e.record
	out := explained{
		Line: e.line, Lines: max(r.Lines, 1), Level: r.Level.String(), Why: r.Because(), Format: r.Format.String(),
		Logger: valid(r.Logger), Message: valid(r.Message), Handlers: e.handlers, Event: e.event, Partial: r.Partial,
	}
	if structured := r.Format == detect.JSON || r.Format == detect.Logfmt; structured && len(r.Message) == len(r.Text) {
		out.Message = "" // it has none; sinks show the line instead
	}
	if t, ok := r.StatedTime(); ok {
		out.Time = t.Format(time.RFC3339Nano)
	}
	if fields := r.AppendFields(nil); len(fields) > 0 {
		object := fieldObject(fields)
		out.Fields = &object
	}
	for _, x := range shownExceptions(r, out.Event) {
		out.Exceptions = append(out.Exceptions, explainException(&x))
	}
	p.failed = encode(p.w, &out)
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// shownExceptions are those of the record. The stacks of a dump that is no event
// are none: nothing went wrong.
func shownExceptions(r *detect.Record, event bool) []detect.Exception {
	if r.Dump() && !event {
		return nil
	}
	return r.Exceptions()
}

func explainException(x *detect.Exception) explainedException {
	out := explainedException{Type: x.Type, Value: x.Value, Module: x.Module, Language: x.Language.String(), Relation: x.Relation, Thread: x.Thread}
	for _, f := range x.Frames {
		out.Frames = append(out.Frames, explainedFrame(f))
	}
	return out
}

func valid(b []byte) string { return strings.ToValidUTF8(string(b), string(utf8.RuneError)) }

// fieldObject is printed as a JSON object, in the order of the line.
type fieldObject []detect.Field

func (o fieldObject) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	seen := map[string]bool{}
	for _, f := range o {
		key := valid(f.Key)
		if seen[key] {
			continue // JSON objects have each key once
		}
		if len(seen) > 0 {
			b.WriteByte(',')
		}
		seen[key] = true
		if err := writeMember(&b, key, f); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func writeMember(b *bytes.Buffer, key string, f detect.Field) error {
	name, err := json.Marshal(key)
	if err != nil {
		return err
	}
	value := f.Value
	if !f.Raw {
		if value, err = json.Marshal(valid(f.Value)); err != nil {
			return err
		}
	}
	b.Write(name)
	b.WriteByte(':')
	b.Write(value)
	return nil
}

type textPrinter struct {
	w      io.Writer
	failed error
}

func printText(w io.Writer) explanationPrinter { return &textPrinter{w: w} }

func (p *textPrinter) err() error { return p.failed }

// print says in a line how a record is read and where it goes, and in a second
// one what it says.
func (p *textPrinter) print(e *explanation) {
	if p.failed != nil {
		return
	}
	r := &e.record
	lines := fmt.Sprint("line ", e.line)
	switch {
	case r.Stream == capture.Lifecycle: // what became of the app is no line of the input
		lines = "the end"
	case r.Lines > 1:
		lines = fmt.Sprintf("lines %d-%d", e.line, e.line+int(r.Lines)-1)
	}
	text := fmt.Sprintf("%-12s %-9s %s", lines, r.Level, r.Format)
	if len(r.Logger) > 0 {
		text += ", logger " + printable(r.Logger)
	}
	text += ", because: " + r.Because()
	if len(e.handlers) > 0 {
		text += "; goes to " + strings.Join(e.handlers, ", ")
	}
	if e.event {
		text += "; an event"
	}
	text += "\n             " + printable(r.Message) + "\n"
	for _, x := range shownExceptions(r, e.event) {
		text += fmt.Sprintf("             exception %s: %s (%d frames)\n", x.Type, printable([]byte(x.Value)), len(x.Frames))
	}
	_, p.failed = io.WriteString(p.w, text)
}

// printable makes text of an app safe for a terminal.
func printable(b []byte) string {
	quoted := fmt.Sprintf("%q", b)
	if plain := quoted[1 : len(quoted)-1]; plain == string(b) {
		return plain
	}
	return quoted
}
