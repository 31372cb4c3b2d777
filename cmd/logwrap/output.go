package main

import (
	"fmt"
	"os"
	"time"

	"github.com/logwrap/logwrap/capture"
)

// output is the way of one run's output: pipes whose ends the app is given, and
// the pump at their other side. A nil output has none.
type output struct {
	ends   [2]*os.File
	pump   *capture.Pump
	pumped chan bool // nil until the run has begun
}

func (p *parent) newOutput() (*output, error) {
	sources, ends, err := appPipes()
	if err != nil {
		return nil, err
	}
	pump, err := capture.NewPump(capture.PumpOptions{
		Journal: p.journal, Sources: sources, Consoles: p.consoles(), HangUp: len(p.conf.Handlers) == 0,
	})
	if err != nil {
		closeAll(sources[:])
		closeAll(ends[:])
		return nil, err
	}
	return &output{ends: ends, pump: pump}, nil
}

// begin moves what the app writes, now that it has the ends.
func (o *output) begin() {
	closeAll(o.ends[:])
	o.pumped = make(chan bool, 1)
	go func() { o.pumped <- o.pump.Run() }()
}

// finish moves what is left, but no longer than until deadline. It reports
// whether that was all.
func (o *output) finish(deadline time.Time) bool {
	o.pump.Finish(deadline)
	return <-o.pumped
}

// abandon closes the pipes of a run that did not begin.
func (o *output) abandon() {
	if o == nil || o.pumped != nil {
		return
	}
	closeAll(o.ends[:])
	o.pump.Run() // finds the end of both
	o.pumped = make(chan bool)
}

// appPipes makes the pipes for the app's output: the ends to read, and the ends
// for the app.
func appPipes() (sources, ends [2]*os.File, err error) {
	for i := range sources {
		if sources[i], ends[i], err = os.Pipe(); err != nil {
			closeAll(sources[:])
			closeAll(ends[:])
			return sources, ends, fmt.Errorf("make a pipe for the app: %w", err)
		}
	}
	return sources, ends, nil
}

func closeAll(files []*os.File) {
	for i, f := range files {
		if f != nil {
			f.Close()
			files[i] = nil
		}
	}
}
