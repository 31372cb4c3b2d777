package config

import (
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/sentry"
)

func sentryKind() sinkKind {
	return sinkKind{
		place:     "dsn",
		deliverTo: func(h *Handler, to string) { h.Sentry.DSN = to },
		options: func(d *decoder, h *Handler) fields {
			h.Sentry = &sentry.Options{}
			o := h.Sentry
			return fields{
				"dsn": func(n *node) {
					d.destination(&o.DSN)(n)
					d.secrets = append(d.secrets, o.DSN)
				},
				"traces":          d.optionalBool(&o.Traces),
				"release":         d.string(&o.Release),
				"environment":     d.string(&o.Environment),
				"server_name":     d.string(&o.ServerName),
				"dist":            d.string(&o.Dist),
				"tags":            d.stringMap(&o.Tags),
				"max_breadcrumbs": d.int(&o.MaxBreadcrumbs, -1, 100),
				"source_context":  d.optionalBool(&o.SourceContext),
				"source_roots":    d.strings(&o.SourceRoots),
				"ca_file":         d.string(&o.CAFile),
				"timeout":         d.duration(&o.Timeout),
			}
		},
		fill: func(h *Handler, env Environ) {
			fillBy(&h.Sentry.DSN, env, "SENTRY_DSN")
			fillBy(&h.Sentry.Release, env, "SENTRY_RELEASE")
			fillBy(&h.Sentry.Environment, env, "SENTRY_ENVIRONMENT")
		},
		secrets: func(h *Handler) []secret { return []secret{{value: &h.Sentry.DSN}} },
		open: func(h *Handler, id route.Identity) (route.Sink, error) {
			s, err := sentry.New(*h.Sentry, id)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		limits: sentry.DefaultLimits,
		events: true,
	}
}
