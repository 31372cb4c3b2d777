package config

import (
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/console"
	"github.com/logwrap/logwrap/route/format"
)

// consoleKind is the kind of the sinks stdout and stderr.
func consoleKind(stream string) sinkKind {
	return sinkKind{
		options: func(d *decoder, h *Handler) fields {
			h.Console = &console.Options{Stream: stream}
			return fields{"color": d.string(&h.Console.Color)}
		},
		fill: func(h *Handler, env Environ) {
			// NO_COLOR is for those who state no colour of their own (https://no-color.org).
			if h.Console.Color == "" && (value(env, "NO_COLOR") != "" || value(env, "TERM") == "dumb") {
				h.Console.Color = console.Never
			}
		},
		formatter: func(h *Handler) *format.Options { return &h.Console.Format },
		open: func(h *Handler, id route.Identity) (route.Sink, error) {
			s, err := console.New(*h.Console, id)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		limits:  console.Limits,
		console: true,
	}
}
