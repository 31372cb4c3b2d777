package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/route"
)

// The descriptors a router is started with, after 0, 1 and 2.
const (
	journalFD = 3 // the journal's three
	planFD    = journalFD + 3
)

// plan is all that a router needs to know. It is handed over in a descriptor:
// every restart sees the same, whatever became of the files it was made from,
// and no secret shows up on a command line.
type plan struct {
	Config   *config.Config
	Identity route.Identity
	Command  string   // as the user typed it
	Args     []string // the whole of it
	AppDSN   string   // SENTRY_DSN in the app's environment
	Report   bool     // nobody takes events: print a report when the app crashes

	TerminationLog string // the file for a summary of what ended the app; empty: none
}

// store writes the plan to a file in memory, which the caller owns.
func (p *plan) store() (*os.File, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write the router's plan: %w", err)
	}
	f, err := capture.Memory("logwrap-plan", int64(len(data)))
	if err != nil {
		return nil, err
	}
	if _, err := f.WriteAt(data, 0); err != nil {
		f.Close()
		return nil, fmt.Errorf("write the router's plan: %w", err)
	}
	return f, nil
}

// loadPlan reads what store wrote.
func loadPlan(f *os.File) (*plan, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the router's plan: %w", err)
	}
	var p plan
	if err := json.NewDecoder(io.NewSectionReader(f, 0, st.Size())).Decode(&p); err != nil {
		return nil, fmt.Errorf("read the router's plan: %w", err)
	}
	return &p, nil
}
