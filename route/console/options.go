package console

import (
	"fmt"
	"time"

	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

// Values of Options.Stream and Options.Color.
const (
	Stdout = "stdout"
	Stderr = "stderr"

	Auto   = "auto"
	Always = "always"
	Never  = "never"
)

// Options says what to write where.
type Options struct {
	// Stream is "stdout" or "stderr". Empty: stdout.
	Stream string `json:"stream,omitempty"`
	// Format of the records. An empty Format.Format means text here.
	Format format.Options `json:"format"`
	// Color marks levels: "always", "never", or "auto", which is always on a
	// terminal and never elsewhere. Empty: auto. JSON and raw have no colours.
	// Whoever reads the environment passes "never" for NO_COLOR
	// (https://no-color.org) and for TERM=dumb.
	Color string `json:"color,omitempty"`
}

// Limits returns the batching that consoles want: people watch them.
func Limits() route.Limits {
	return route.Limits{Records: 1024, Bytes: 64 << 10, Timeout: 30 * time.Second}
}

// complete checks o and fills in the defaults.
func (o *Options) complete() error {
	if o.Stream == "" {
		o.Stream = Stdout
	}
	if o.Stream != Stdout && o.Stream != Stderr {
		return &route.OptionError{Option: "stream", Err: fmt.Errorf("unknown stream %q", o.Stream), Hint: "stdout or stderr"}
	}
	if o.Format.Format == "" {
		o.Format.Format = format.Text
	}
	switch o.Color {
	case "":
		o.Color = Auto
	case Auto, Always, Never:
	default:
		return &route.OptionError{Option: "color", Err: fmt.Errorf("unknown value %q", o.Color), Hint: "auto, always or never"}
	}
	return nil
}
