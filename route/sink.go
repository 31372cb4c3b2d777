package route

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/logwrap/logwrap/detect"
)

// A Sink delivers records to one destination. It is called from one goroutine
// at a time; batching, retries, backoff and time limits are the caller's.
type Sink interface {
	// Deliver hands over a batch, never empty, and returns nil once the
	// destination has accepted every record; only then does the cursor move.
	// The batch and its bytes are the caller's again when Deliver returns.
	//
	// The same records may come again after a failure or a kill, in the same
	// order and with the same IDs: use Record.ID to make that harmless.
	//
	// Errors: Permanent refuses the whole batch for good; *Partial names the
	// records to try again or to refuse; After asks for a pause. Any other error
	// means: try the same batch again later. Deliver must return soon after ctx
	// is done.
	Deliver(ctx context.Context, batch []detect.Record) error

	// Close frees resources; no Deliver is running or will follow.
	Close() error
}

// State is what a sink wants to know again after the router was killed. Its
// zero value means "nothing was delivered yet".
type State [4]uint64

// A Resumer is a Sink that can tell, from its State, how much of a batch had
// arrived when the router died, and so delivers each record exactly once.
type Resumer interface {
	Sink
	// Resume is called once, before the first Deliver, with the State that was
	// stored together with the cursor. What Deliver is given next begins at
	// that cursor.
	Resume(State) error
	// State is called after each successful Deliver and is stored with the cursor.
	State() State
}

// A RunWatcher is a Sink that wants to know of a run of the app as soon as it is
// seen. After a restart of the router it is told of old ones again.
type RunWatcher interface {
	Sink
	// RunBegan must return soon. It may be called while Deliver runs.
	RunBegan(*detect.Run)
}

// A Troubled sink can say that something is wrong although it accepts records,
// such as a rotation that failed.
type Troubled interface {
	Sink
	// Trouble returns what went wrong since it was last called, nil if nothing did.
	// It is called after each successful Deliver.
	Trouble() error
}

// Limits says how a sink wants its records batched.
type Limits struct {
	Records int           // most records in a batch; 0: 4096
	Bytes   int           // most bytes of text in a batch, one record may exceed it; 0: 1 MiB
	Delay   time.Duration // longest a record waits for company; 0: deliver at once what there is
	Timeout time.Duration // longest one Deliver may take; 0: 30 s
}

// Permanent marks an error that no retry can mend: the batch is refused, its
// records are counted as lost and the cursor moves on.
func Permanent(err error) error { return &permanentError{err} }

type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

// IsPermanent reports whether err was marked with Permanent.
func IsPermanent(err error) bool {
	var p *permanentError
	return errors.As(err, &p)
}

// After asks for a pause of d before the next try, as a server does with
// Retry-After. The pause is a wish: the caller may bound it.
func After(d time.Duration, err error) error { return &afterError{d, err} }

type afterError struct {
	pause time.Duration
	error
}

func (e *afterError) Unwrap() error { return e.error }

// Pause returns the pause that err asks for with After, 0 if none.
func Pause(err error) time.Duration {
	var a *afterError
	if errors.As(err, &a) {
		return a.pause
	}
	return 0
}

// Partial is returned by a Deliver that got a part of its batch accepted.
// Records in neither list were accepted.
type Partial struct {
	Retry   []int // indices into the batch: try again
	Refused []Refusal
	Err     error // why the Retry ones have to be tried again
}

// Refusal is a record that a destination will never accept.
type Refusal struct {
	Index int // into the batch
	Err   error
}

func (p *Partial) Error() string {
	switch {
	case p.Err == nil:
		return fmt.Sprintf("%d records refused", len(p.Refused))
	case len(p.Refused) == 0:
		return p.Err.Error()
	}
	return fmt.Sprintf("%d records to try again, %d refused: %v", len(p.Retry), len(p.Refused), p.Err)
}

func (p *Partial) Unwrap() error { return p.Err }

// Identity describes the service whose output is delivered. Empty parts are
// unknown and left out of what is sent.
type Identity struct {
	Journal     string // 16 hex digits, unique for each journal; with Record.ID it identifies a record for good
	Name        string // of the service
	Version     string
	Environment string
	Host        string
	Container   string // id of the container, if any
	Pod         string
	Namespace   string
	Node        string
	Tags        map[string]string // from OTEL_RESOURCE_ATTRIBUTES
}

// OptionError says which option of a sink is wrong, by its name in the
// configuration, so that the position in the user's file can be shown.
type OptionError struct {
	Option string // "dsn", "rotate.size"
	Err    error
	Hint   string // what to do about it, empty if nothing can be guessed
}

func (e *OptionError) Error() string { return e.Option + ": " + e.Err.Error() }

func (e *OptionError) Unwrap() error { return e.Err }
