package sentry

import (
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// gate decides which events are sent: not those that the app's own SDK reports,
// and not all of a flood. None is held back in silence: the next event of its kind
// says how many there were, and so does the log at the end.
type gate struct {
	flood *limiter
	sdk   *sdkGate
	log   *slog.Logger

	ruling ruling  // about the event at hand
	sign   sdkSign // of the SDK that its app has; zero: none
}

// unsent is how many events were not sent on purpose.
type unsent struct {
	flood uint64 // held back, because many of their kind came
	sdk   uint64 // left to the app's own SDK
}

func newGate(o *Options, id route.Identity) *gate {
	g := &gate{log: o.Log}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	g.log = g.log.With("handler", o.App.Handler)
	file, err := openState(o, id, os.Getenv)
	switch {
	case err != nil && o.State != "":
		g.log.Warn("the state cannot be kept where it is configured; the next start does not know which events were sent", "state", o.State, "error", err)
	case err != nil:
		g.log.Debug("there is no place to remember which events were sent; the next start begins anew", "error", err)
	}
	g.flood = newLimiter(o.Flood, id.Journal, o.App.Journal != "", file)
	g.flood.printer.group = o.Fingerprint
	g.sdk = newSDKGate(o, os.DirFS("/"), g.log)
	return g
}

// admits reports whether the event of r is sent. It may be asked again about the
// same record.
func (g *gate) admits(r *detect.Record) bool {
	g.ruling, g.sign = ruling{}, sdkSign{}
	chain, _ := splitThreads(r.Exceptions())
	var left bool
	if g.sign, left = g.sdk.judge(r, chain); left {
		return false
	}
	g.ruling = g.flood.decide(r, chain)
	return g.ruling.send
}

// mark adds to the event at hand what it tells of others.
func (g *gate) mark(e *event) {
	if n := g.ruling.held; n > 0 {
		e.Tags["held_back"] = strconv.FormatUint(n, 10)
	}
	if g.ruling.held > 0 || g.ruling.others > 0 {
		c := floodContext{Type: "flood", Held: g.ruling.held, Others: g.ruling.others}
		if g.ruling.held > 0 {
			c.Since = stamp(g.ruling.since)
		}
		e.Contexts["flood"] = c
	}
	if g.sign.name != "" {
		e.Contexts["sdk_seen"] = sdkContext{"sdk_seen", clean(g.sign.name, maxName), clean(g.sign.how, maxName)}
	}
}

// floodContext says how many events are not there.
type floodContext struct {
	Type   string `json:"type"`
	Held   uint64 `json:"held_back"`
	Since  string `json:"since,omitempty"`
	Others uint64 `json:"held_back_of_other_kinds,omitempty"`
}

// sdkContext is how an app's own SDK was noticed.
type sdkContext struct {
	Type     string `json:"type"`
	Name     string `json:"name"`
	Evidence string `json:"evidence"`
}

// sent notes that the event of r has arrived.
func (g *gate) sent(r *detect.Record) { g.flood.sent(r) }

// settle is called before records are acknowledged.
func (g *gate) settle() { g.flood.settle(time.Now()) }

// take returns what was not sent since it was last called.
func (g *gate) take() unsent { return unsent{g.flood.takeHeld(), g.sdk.takeLeft()} }

// mostTold is how many kinds the log names.
const mostTold = 10

// close writes what is remembered and says what no event has told of.
func (g *gate) close() {
	g.sdk.close()
	g.flood.close()
	list := g.flood.state.untold()
	for i := range list {
		if i == mostTold {
			g.log.Warn("events of further kinds were held back", "kinds", len(list)-mostTold)
			return
		}
		g.log.Warn("events were held back as a flood; the next one of their kind will say so",
			"events", list[i].count, "kind", list[i].title, "since", list[i].since.UTC().Format(time.RFC3339))
	}
}
