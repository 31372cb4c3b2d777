package main

import (
	"context"
	"syscall"
	"time"
)

// flush gives the sinks their time, then says what they did not get.
func (p *parent) flush() {
	if !p.routing.on {
		p.account()
		return
	}
	timeout := p.conf.Supervise.FlushTimeout
	if p.stops > 1 {
		timeout = min(timeout, hurriedFlush)
	}
	deadline := time.Now().Add(timeout)
	p.journal.Finish(deadline.Add(-min(timeout/10, 250*time.Millisecond)))
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	done := make(chan struct{})
	go func() {
		_ = p.routing.keeper.Stop(ctx) // what it could not deliver is counted below
		close(done)
	}()
	for {
		select {
		case <-done:
			p.account()
			return
		case sig := <-p.signals.C():
			if sig != syscall.SIGTERM && sig != syscall.SIGINT && sig != syscall.SIGQUIT {
				continue
			}
			if p.stops++; p.stops > 2 {
				cancel()
			} else if p.stops == 2 {
				p.journal.Finish(time.Now().Add(hurriedFlush))
				time.AfterFunc(hurriedFlush+100*time.Millisecond, cancel)
			}
		}
	}
}

// account says what was not delivered.
func (p *parent) account() {
	if lost, err := p.journal.Trouble(); lost > 0 {
		p.log.Warn(count(lost, "line")+" could not be written to the journal and are lost", "error", err)
	}
	for _, b := range p.journal.Backlogs() {
		if b.Handler == reportHandler {
			continue
		}
		if b.Lost > 0 {
			p.log.Warn(count(b.Lost, "line")+" dropped because the journal was full", "handler", b.Handler)
		}
		if b.Refused > 0 {
			p.log.Warn(count(b.Refused, "record")+" refused by the destination", "handler", b.Handler)
		}
		what := count(b.Lines, "line") + " not delivered"
		if p.takesEvents(b.Handler) {
			what = "events in the last " + count(b.Lines, "line") + " not delivered"
		}
		switch {
		case b.Lines > 0 && p.conf.Journal.Path != "":
			p.log.Warn(what+"; the next start delivers them", "handler", b.Handler, "journal", p.conf.Journal.Path)
		case b.Lines > 0:
			p.log.Warn(what+", and lost", "handler", b.Handler)
		}
	}
}

// takesEvents reports whether a handler gets events instead of lines.
func (p *parent) takesEvents(name string) bool {
	for i := range p.conf.Handlers {
		if h := &p.conf.Handlers[i]; h.Name == name {
			return h.Events()
		}
	}
	return false
}
