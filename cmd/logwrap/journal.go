package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
)

// openJournal opens the journal that is configured. What the user can mend is an
// error; a disk without room is not worth more than the app.
func (p *parent) openJournal() (err error) {
	j := p.conf.Journal
	o := capture.JournalOptions{Path: j.Path, Size: j.Size, Block: j.WhenFull == config.Block}
	if p.routing.late && o.Path == "" {
		if o.Block = false; o.Size == 0 { // nobody reads it who could make room
			o.Size = lateJournal
		}
	}
	p.journal, err = capture.OpenJournal(o)
	if err != nil && o.Path != "" && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO)) {
		p.log.Warn("the journal is kept in memory instead", "error", err)
		o.Path, o.Size = "", 0
		p.journal, err = capture.OpenJournal(o)
	}
	if err != nil {
		return &fault{err: err, hint: journalHint(err), code: exitFault}
	}
	return nil
}

func journalHint(err error) string {
	switch {
	case errors.Is(err, capture.ErrLocked):
		return "give each logwrap a journal of its own"
	case errors.Is(err, os.ErrNotExist):
		return "make its directory first"
	case errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("make it writable for the user logwrap runs as (uid %d)", os.Geteuid())
	}
	return ""
}

// What keepJournal does, and how often.
const (
	syncPeriod = time.Second
	markPeriod = time.Second
	// hasty is for a memory that is filling up: an app can take what is left of
	// it in less than a second.
	hasty = 100 * time.Millisecond
)

// keepJournal keeps what a crash of the machine can cost below a second or two,
// and the marker up to date, until ctx ends.
func (p *parent) keepJournal(ctx context.Context) {
	sync := time.NewTicker(syncPeriod)
	defer sync.Stop()
	mark := time.NewTimer(markPeriod)
	failing := false
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-sync.C:
			err = p.journal.Sync()
		case <-mark.C:
			next := markPeriod
			pressed, _ := p.marker.beat() // what it lacks, its age tells
			if pressed {
				next = hasty
			}
			mark.Reset(next)
			continue
		}
		if err != nil && !failing && ctx.Err() == nil {
			p.log.Warn("the journal may not survive a crash of the machine", "error", err)
		}
		failing = err != nil
	}
}
