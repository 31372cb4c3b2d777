package sentry

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
)

// target is where envelopes go.
type target interface {
	// send returns nil once the envelope was taken, errTooLarge if it has to be
	// smaller, and else what Sink.Deliver returns. It may leave out optional items.
	send(ctx context.Context, e *envelope) error
	// discard counts what is given up, for the server to know.
	discard(reason, category string, n int)
	close()
}

// errTooLarge is what a server says with 413.
var errTooLarge = errors.New("send to sentry: the server takes no event of that size")

// fileScheme begins a DSN that names a directory instead of a server.
const fileScheme = "file:"

// newTarget opens no connection; errors are *route.OptionError.
func newTarget(o *Options) (target, error) {
	if dir, ok := strings.CutPrefix(strings.TrimSpace(o.DSN), fileScheme); ok {
		return newDirectory(dir)
	}
	return newRemote(o)
}

// Reasons for giving something up, as client reports name them
// (https://develop.sentry.dev/sdk/telemetry/client-reports/).
const (
	networkError = "network_error"
	sendError    = "send_error"
	rateLimited  = "ratelimit_backoff"
	heldBack     = "event_processor"
)

// patience gives up on what could not be delivered for too long.
type patience struct {
	began time.Time // of this process: what waited in the journal gets a chance
	limit time.Duration
}

// spent turns the error of a delivery into a permanent one if what happened at
// the time at has been tried for long enough.
func (p patience) spent(err error, at int64, now time.Time) error {
	since := time.Unix(0, at)
	if since.Before(p.began) {
		since = p.began
	}
	if err == nil || route.IsPermanent(err) || now.Sub(since) < p.limit {
		return err
	}
	return route.Permanent(err)
}
