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
				"ca_file":         d.string(&o.CAFile),
				"timeout":         d.duration(&o.Timeout),
				"flood":           d.flood(&o.Flood),
				"state":           d.string(&o.State),
				"when_sdk":        parsed(d, &o.WhenSDK, parseWhenSDK),
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

// flood is a mapping, or off.
func (d *decoder) flood(dst *sentry.Flood) func(*node) {
	return func(n *node) {
		if n.kind != scalar {
			d.mapping(n, fields{
				"burst":    d.int(&dst.Burst, 1, 1000),
				"every":    d.duration(&dst.Every),
				"per_hour": d.int(&dst.PerHour, 1, 10000),
			})
			return
		}
		on := true
		if d.bool(&on)(n); !on {
			dst.Off = true
		}
	}
}

var parseWhenSDK = oneOf(sentry.SDKAuto, sentry.SDKAlways, sentry.SDKNever)

// setWhenSDK sets the option of all handlers that have it.
func (a *applier) setWhenSDK(s string) error {
	when, err := parseWhenSDK(s)
	for i := range a.config.Handlers {
		if h := &a.config.Handlers[i]; h.Sentry != nil && err == nil {
			h.Sentry.WhenSDK = when
		}
	}
	return err
}
