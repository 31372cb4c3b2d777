package syslog

import (
	"context"
	"fmt"
	"strings"

	gsyslog "github.com/hashicorp/go-syslog"

	"github.com/logwrap/logwrap/detect"
)

// Local is the Options.Address of the classic daemon of the machine, found at
// /dev/log, /var/run/syslog or /var/run/log.
//
// It writes what every daemon understands, "<PRI>Mmm dd hh:mm:ss TAG[PID]: text",
// and has the limits of that: the time is the time of delivery in whole seconds,
// the PID is the router's, a message is cut at 8 KiB, and a daemon that does not
// take a message within 20 ms ends the try. Use unix:///dev/log for the app's
// time and PID.
const Local = networkLocal

// classic delivers to the daemon of the machine with hashicorp/go-syslog, which
// finds the socket and connects again by itself.
type classic struct {
	encoder  *encoder // for tag and cuts only
	facility string   // as the library names it
	limit    int
	open     func(p gsyslog.Priority, facility, tag string) (gsyslog.Syslogger, error)

	logger  gsyslog.Syslogger // nil while not open
	message []byte
}

func newClassic(o Options, e *encoder) (*classic, error) {
	name := facilities[e.facility]
	switch name {
	case "ntp", "audit", "alert", "clock":
		return nil, wrong("facility", fmt.Sprintf("%q is unknown to the classic daemon", o.Facility), "use daemon, user or local0 to local7, or address unix:///dev/log")
	}
	c := &classic{encoder: e, facility: strings.ToUpper(name), limit: o.MaxMessage, open: gsyslog.NewLogger}
	if c.limit == 0 {
		c.limit = maxLocalMessage
	}
	return c, nil
}

func (c *classic) deliver(ctx context.Context, batch []detect.Record) error {
	if err := c.connect(&batch[0]); err != nil {
		return fmt.Errorf("open the local syslog daemon: %w", err)
	}
	for i := range batch {
		err := ctx.Err()
		if err == nil {
			c.message = c.appendText(c.message[:0], batch[i].Text)
			err = c.logger.WriteLevel(gsyslog.Priority(severity(batch[i].Level)), c.message)
		}
		if err != nil {
			c.close()
			return retryFrom(i, len(batch), fmt.Errorf("send to the local syslog daemon: %w", err))
		}
	}
	return nil
}

// connect opens the daemon's socket. The first record's command is the tag if
// no better one is known.
func (c *classic) connect(first *detect.Record) (err error) {
	if c.logger == nil {
		tag := string(c.encoder.appendRecordTag(nil, first))
		c.logger, err = c.open(gsyslog.LOG_INFO, c.facility, tag)
	}
	if err != nil {
		c.logger = nil
	}
	return err
}

// appendText appends the text as one line, cut if it is too long.
func (c *classic) appendText(dst, text []byte) []byte {
	cut := len(text) > c.limit
	dst = appendText(dst, text[:min(len(text), c.limit)])
	if !cut && len(dst) <= c.limit {
		return dst
	}
	c.encoder.cut.Add(1)
	return append(cutRune(dst, c.limit-len(cutMark)), cutMark...)
}

func (c *classic) close() error {
	if c.logger == nil {
		return nil
	}
	err := c.logger.Close()
	c.logger = nil
	return err
}
