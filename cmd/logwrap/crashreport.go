package main

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/report"
)

// crashReport is the sink that stands in when nobody takes events: it tells the
// person in front of the screen what Sentry would have been told.
type crashReport struct {
	w       io.Writer
	options report.Options
}

// reportDestination builds the stand-in for what the configuration lacks.
func reportDestination(p *plan) route.Destination {
	o := report.Options{
		Command: p.Command,
		Missing: []string{"sentry"},
		Color:   term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("NO_COLOR") == "",
	}
	o.Dir, _ = os.Getwd()
	return route.Destination{Name: reportHandler, Sink: &crashReport{w: os.Stderr, options: o}, Events: &route.EventOptions{}}
}

// Deliver prints what ended the app or a worker, and that it hangs or is given
// up; other events the app has printed itself.
func (c *crashReport) Deliver(_ context.Context, batch []detect.Record) error {
	for i := range batch {
		if r := &batch[i]; r.Loop == nil && (r.Event == nil || r.Event.Crash == nil && r.Event.Hang == nil) {
			continue
		}
		if err := report.Print(c.w, &batch[i], c.options); err != nil {
			return route.Permanent(err) // nobody reads stderr any more
		}
		c.options.Missing = nil // said once is enough
	}
	return nil
}

func (c *crashReport) Close() error { return nil }
