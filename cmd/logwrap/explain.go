package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/supervise"
)

type explainOptions struct {
	flags  config.Flags
	json   bool
	stream string
	status string
}

func newExplainCommand() *cobra.Command {
	var o explainOptions
	c := &cobra.Command{
		Use:   "explain [flags] [FILE]",
		Short: "Show how each line is read, why, and where it would go",
		Example: `  echo 'ERROR:db:no connection' | logwrap explain
  logwrap explain --json --stream stderr --status SIGSEGV crash.log
  logwrap explain -c logwrap.yaml app.log`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.execute(c.InOrStdin(), c.OutOrStdout(), args)
		},
	}
	addConfigFlags(c.Flags(), &o.flags)
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object a record")
	c.Flags().StringVar(&o.stream, "stream", "stdout", "`STREAM` that the input was written to: stdout or stderr")
	c.Flags().StringVar(&o.status, "status", "", "how the app ended after that: exit `CODE` or signal name")
	return c
}

func (o *explainOptions) execute(in io.Reader, out io.Writer, args []string) error {
	stream, ok := capture.ParseStream(o.stream)
	if !ok || stream == capture.Lifecycle {
		return &fault{err: fmt.Errorf("--stream: %q is neither stdout nor stderr", o.stream), code: exitFault}
	}
	exit, err := parseStatus(o.status)
	if err != nil {
		return &fault{err: err, hint: "an exit code such as 1, or a signal such as SIGSEGV", code: exitFault}
	}
	conf, err := config.Read(o.flags, environ(), "")
	if err != nil {
		return &fault{err: err, code: exitFault}
	}
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return &fault{err: err, code: exitFault}
		}
		defer f.Close()
		in = f
	}
	x, err := newExplainer(conf, out, o.json)
	if err != nil {
		return &fault{err: err, code: exitFault}
	}
	return x.explain(in, stream, exit)
}

// parseStatus reads how an app ended: nil if nothing is said.
func parseStatus(s string) (*detect.Exit, error) {
	if s == "" {
		return nil, nil
	}
	if code, err := strconv.ParseUint(s, 10, 8); err == nil {
		return &detect.Exit{Code: int(code), Crashed: code != 0}, nil
	}
	sig, err := supervise.ParseSignal(s)
	if err != nil || strings.Trim(s, "0123456789") == "" {
		return nil, fmt.Errorf("--status: %q is neither an exit code nor a signal", s)
	}
	return &detect.Exit{Code: 128 + int(sig), Signal: supervise.SignalName(syscall.Signal(sig)), Crashed: true}, nil
}

// explainer runs input through the same detection and routing as a run does, and
// prints what they say instead of delivering.
type explainer struct {
	tree     *route.Tree
	names    []string // of the handlers, by their index in the tree's sets
	takers   route.Set
	printer  explanationPrinter
	splitter *capture.Splitter
	detector *detect.Detector
	events   *route.Events // nil unless the app's end is known
	line     int           // of the next record
	waiting  []explanation // until it is known which of them is the crash
	offset   capture.Offset
}

// explanation is one record's.
type explanation struct {
	record   detect.Record
	line     int
	handlers []string
	event    bool
}

func newExplainer(conf *config.Config, out io.Writer, asJSON bool) (*explainer, error) {
	x := &explainer{line: 1, printer: printText(out)}
	if asJSON {
		x.printer = printJSON(out)
	}
	// One handler more, without a name: what would be an event for the defaults.
	tree, handlers, err := conf.Tree(route.Handler{Events: true, Traces: true})
	if err != nil {
		return nil, err
	}
	x.tree = tree
	for i := range handlers {
		x.names = append(x.names, handlers[i].Name)
		if handlers[i].Events() {
			x.takers |= 1 << i
		}
	}
	if x.takers == 0 {
		x.takers = 1 << len(handlers)
	}
	x.detector = detect.New(detect.Options{}, x.add)
	x.splitter = capture.NewSplitter(capture.Cursor{}, x.detector.Add)
	return x, nil
}

// explain reads everything and explains it. exit is how the app ended, nil if
// that is not known.
func (x *explainer) explain(in io.Reader, stream capture.Stream, exit *detect.Exit) error {
	if exit != nil {
		x.events = route.NewEvents(route.EventOptions{Crumbs: -1}, x.mark)
	}
	buf := make([]byte, capture.MaxPayload)
	lineStart := true
	for {
		n, err := in.Read(buf)
		if n > 0 {
			x.splitter.Frame(&capture.Frame{Kind: capture.KindData, Stream: stream, Offset: x.offset, LineStart: lineStart, Payload: buf[:n]})
			x.offset += capture.Offset(n)
			lineStart = buf[n-1] == '\n'
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &fault{err: fmt.Errorf("read the input: %w", err), code: exitFault}
		}
	}
	x.splitter.Frame(&capture.Frame{Kind: capture.KindEnd, Stream: stream, Offset: x.offset})
	x.detector.Close(stream)
	if exit != nil {
		x.end(exit)
	}
	return x.printer.err()
}

// add takes a record from the detector.
func (x *explainer) add(r *detect.Record) {
	set := x.tree.Route(r)
	e := explanation{record: *r, line: x.line, event: set&x.takers != 0 && (!r.Continues() || r.Trace != detect.NoLanguage)}
	for i, name := range x.names {
		if set.Has(i) {
			e.handlers = append(e.handlers, name)
		}
	}
	if !r.Partial {
		x.line += int(r.Lines)
	}
	if x.events == nil {
		x.printer.print(&e)
		return
	}
	e.record.Text, e.record.Message, e.record.Logger = bytes.Clone(r.Text), bytes.Clone(r.Message), bytes.Clone(r.Logger)
	x.waiting = append(x.waiting, e)
	x.events.Add(r, e.event)
}

// mark takes an event from the stage that joins a crash's trace with its exit.
func (x *explainer) mark(r *detect.Record) {
	for i := range x.waiting {
		if w := &x.waiting[i]; w.record.ID == r.ID && w.record.Stream == r.Stream {
			w.event = true
			if r.Event.Crash != nil {
				w.record.Level, w.record.Event = r.Level, r.Event
			}
			return
		}
	}
}

// end tells how the app ended, and prints what has waited for that.
func (x *explainer) end(exit *detect.Exit) {
	how := []byte("app " + exit.Reason())
	r := detect.Record{
		ID: x.offset, End: x.offset, Stream: capture.Lifecycle, Level: detect.Info,
		Why: "how the app ended", Logger: []byte("logwrap"), Message: how, Text: how, Exit: exit,
	}
	if exit.Crashed {
		r.Level = detect.Critical
	}
	x.waiting = append(x.waiting, explanation{record: r, line: x.line})
	x.events.Add(&r, false)
	x.events.Flush()
	for i := range x.waiting {
		if w := &x.waiting[i]; w.record.Stream != capture.Lifecycle || w.event {
			x.printer.print(w)
		}
	}
	x.waiting = nil
}
