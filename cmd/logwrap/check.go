package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// sendTimeout is how long check --send waits for one sink.
const sendTimeout = 10 * time.Second

// exitNotAccepted is what check --send ends with when a sink failed; the lines
// printed before say which.
const exitNotAccepted = exitStatus(1)

func newCheckCommand() *cobra.Command {
	var flags config.Flags
	var send bool
	c := &cobra.Command{
		Use:   "check [flags]",
		Short: "Validate the configuration; with --send, try every sink",
		Long: `check reads the configuration as a run would: file, environment and flags. With
--send it delivers one test record to every sink and prints one line a sink. The
exit code is 0 if all is well, 1 if a sink did not accept its record, 125 if the
configuration is wrong.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return check(c.Context(), c.OutOrStdout(), flags, send) },
	}
	addConfigFlags(c.Flags(), &flags)
	addRunFlags(c.Flags(), &flags)
	c.Flags().BoolVar(&send, "send", false, "deliver a test record to every sink")
	return c
}

func check(ctx context.Context, w io.Writer, flags config.Flags, send bool) error {
	conf, err := config.Read(flags, environ(), "logwrap")
	if err != nil {
		return &fault{err: err, code: exitFault}
	}
	_, handlers, err := conf.Tree()
	if err != nil {
		return &fault{err: err, code: exitFault}
	}
	for _, note := range conf.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	failed := false
	for i := range handlers {
		h := &handlers[i]
		state := "configured"
		if send {
			if err := sendTest(ctx, h, conf.Identity()); err != nil {
				state, failed = "FAILED: "+err.Error(), true
			} else {
				state = "accepted the test record"
			}
		}
		fmt.Fprintf(w, "handler %s (%s): %s\n", h.Name, h.Sink, state)
	}
	if failed {
		return exitNotAccepted
	}
	fmt.Fprintln(w, "the configuration is valid")
	return nil
}

// sendTest delivers one record to a handler's sink.
func sendTest(ctx context.Context, h *config.Handler, id route.Identity) (err error) {
	id.Host, id.Container = hostName(), containerID()
	id.Journal = fmt.Sprintf("%016x", time.Now().UnixNano()) // a record of its own each time
	sink, err := h.Open(id)
	if err != nil {
		return err
	}
	defer func() {
		if closing := sink.Close(); err == nil {
			err = closing
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	err = sink.Deliver(ctx, []detect.Record{testRecord(h)})
	var partial *route.Partial
	if errors.As(err, &partial) && len(partial.Refused) > 0 {
		return partial.Refused[0].Err
	}
	return err
}

// testRecord is what check --send delivers: at the level the handler asks for.
func testRecord(h *config.Handler) detect.Record {
	now := time.Now()
	text := []byte("test record of logwrap check --send")
	r := detect.Record{
		Time: now.UnixNano(), Stream: capture.Lifecycle, Level: max(h.Level, detect.Info), Lines: 1,
		Logger: []byte("logwrap"), Message: text, Text: text,
		Run: &detect.Run{PID: os.Getpid(), Command: "logwrap", Started: now.UnixNano()},
	}
	if h.Events() {
		r.Level = max(r.Level, detect.Critical)
		r.Event = &detect.Event{}
	}
	return r
}
