package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/supervise"
)

// output is the way of one run's output: what the app is given to write to, and
// the pump at the other side. A nil output has none.
type output struct {
	files  []*os.File // the app's descriptors 0, 1 and 2
	ends   []*os.File // those of them that are of no use once the app has them
	typed  bool       // the app's terminal is one that keys are typed at
	pump   *capture.Pump
	pumped chan bool // nil until the run has begun

	pty   *supervise.PTY
	relay *supervise.Relay // nil: no keys are passed on
}

// newOutput makes what a run writes to: two pipes, one for both streams, or a
// terminal.
func (p *parent) newOutput() (*output, error) {
	o := &output{}
	sources, err := o.open(&p.conf.Supervise)
	if err == nil {
		err = o.own(p.conf.Supervise.Credential)
	}
	if err == nil {
		o.pump, err = capture.NewPump(capture.PumpOptions{
			Journal: p.journal, Sources: sources, Consoles: p.consoles(sources), HangUp: len(p.conf.Handlers) == 0,
		})
	}
	if err != nil {
		closeAll(sources[:])
		o.close()
		return nil, err
	}
	if o.typed {
		o.passKeys(p)
	}
	return o, nil
}

// open makes the app's files and returns what to read their output from.
func (o *output) open(s *config.Supervise) (sources [2]*os.File, err error) {
	switch {
	case s.PTY:
		if o.pty, err = supervise.OpenPTY(); err != nil {
			return sources, err
		}
		o.files, o.typed = o.pty.Files(os.Stdin)
		if err = o.pty.Resize(ourTerminal()); err != nil {
			return sources, err
		}
		o.ends = []*os.File{o.pty.Slave}
		sources[0], err = o.pty.Output()
		return sources, err
	case s.Merge:
		var end *os.File
		sources[0], end, err = appPipe()
		o.ends = []*os.File{end}
		o.files = []*os.File{os.Stdin, end, end}
		return sources, err
	}
	o.ends, o.files = make([]*os.File, 2), []*os.File{os.Stdin}
	for i := range sources {
		if sources[i], o.ends[i], err = appPipe(); err != nil {
			return sources, err
		}
		o.files = append(o.files, o.ends[i])
	}
	return sources, nil
}

// own gives the files to the user the app runs as: it could not open
// /dev/stdout else.
func (o *output) own(c *config.Credential) error {
	if c == nil {
		return nil
	}
	return supervise.Own(supervise.Credential(*c), o.ends...)
}

// passKeys has the keys of our terminal reach the app's.
func (o *output) passKeys(p *parent) {
	var err error
	if o.relay, err = o.pty.Relay(os.Stdin); err != nil {
		p.log.Info("what is typed does not reach the app", "error", err)
	}
}

// follow has the app's terminal do as ours does: sig came from there, or from a
// shell that has continued us.
func (o *output) follow(sig syscall.Signal) {
	if o == nil || o.pty == nil {
		return
	}
	switch sig {
	case syscall.SIGWINCH:
		_ = o.pty.Resize(ourTerminal())
	case syscall.SIGCONT:
		if o.relay != nil {
			_ = o.relay.Raw()
		}
	}
}

// ourTerminal returns the terminal that somebody sees the app's output on; nil if
// nobody does.
func ourTerminal() *os.File {
	for _, f := range []*os.File{os.Stdout, os.Stdin, os.Stderr} {
		if term.IsTerminal(int(f.Fd())) {
			return f
		}
	}
	return nil
}

// begin moves what the app writes, now that it has the ends.
func (o *output) begin() {
	closeAll(o.ends)
	o.pumped = make(chan bool, 1)
	go func() { o.pumped <- o.pump.Run() }()
}

// finish moves what is left, but no longer than until deadline, and gives our
// terminal back. It reports whether that was all.
func (o *output) finish(deadline time.Time) bool {
	o.pump.Finish(deadline)
	all := <-o.pumped
	o.close()
	return all
}

// abandon closes the files of a run that did not begin.
func (o *output) abandon() {
	if o == nil || o.pumped != nil {
		return
	}
	closeAll(o.ends)
	o.pump.Finish(time.Now())
	o.pump.Run() // closes the sources
	o.pumped = make(chan bool)
	o.close()
}

func (o *output) close() {
	closeAll(o.ends)
	if o.relay != nil {
		_ = o.relay.Restore()
		o.relay = nil
	}
	if o.pty != nil {
		o.pty.Close()
		o.pty = nil
	}
}

// consoles returns where the app's output goes on to.
func (p *parent) consoles(sources [2]*os.File) (c [2]*os.File) {
	if p.conf.Console == config.ConsoleOff {
		return c
	}
	c = [2]*os.File{os.Stdout, os.Stderr}
	for i, source := range sources {
		if source == nil {
			c[i] = nil
		}
	}
	return c
}

// appPipe makes a pipe: the end to read, and the end for the app.
func appPipe() (source, end *os.File, err error) {
	if source, end, err = os.Pipe(); err != nil {
		err = fmt.Errorf("make a pipe for the app: %w", errors.Unwrap(err))
	}
	return source, end, err
}

func closeAll(files []*os.File) {
	for i, f := range files {
		if f != nil {
			f.Close()
			files[i] = nil
		}
	}
}
