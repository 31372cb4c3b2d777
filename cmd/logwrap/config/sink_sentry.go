package config

import (
	"slices"

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
				"flood":           d.flood(&o.Flood),
				"state":           d.string(&o.State),
				"when_sdk":        parsed(d, &o.WhenSDK, parseWhenSDK),
				"fingerprint":     d.strings(&o.Fingerprint),
				"proxy":           d.secret(&o.Proxy),
				"retry_for":       d.duration(&o.RetryFor),
				"attach_output":   d.int(&o.AttachOutput, -1, 1000),
				"sessions":        d.optionalBool(&o.Sessions),
				"logs":            d.bool(&o.Logs),
				"logs_level":      d.level(&o.LogsLevel),
				"monitor":         d.monitor(&o.Monitor),
			}
		},
		fill: func(h *Handler, env Environ) {
			fillBy(&h.Sentry.DSN, env, "SENTRY_DSN")
			fillBy(&h.Sentry.Release, env, "SENTRY_RELEASE")
			fillBy(&h.Sentry.Environment, env, "SENTRY_ENVIRONMENT")
		},
		secrets: sentrySecrets,
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

func sentrySecrets(h *Handler) []secret {
	return []secret{{value: &h.Sentry.DSN}, {value: &h.Sentry.Proxy}}
}

func (d *decoder) monitor(dst **sentry.Monitor) func(*node) {
	return func(n *node) {
		m := &sentry.Monitor{}
		d.mapping(n, fields{
			"slug":                    d.string(&m.Slug),
			"schedule":                d.string(&m.Schedule),
			"checkin_margin":          d.duration(&m.CheckinMargin),
			"max_runtime":             d.duration(&m.MaxRuntime),
			"timezone":                d.string(&m.Timezone),
			"failure_issue_threshold": d.int(&m.FailureThreshold, 0, 1000),
			"recovery_threshold":      d.int(&m.RecoveryThreshold, 0, 1000),
		})
		*dst = m
	}
}

// SinkLogs is the sink of the handler that sends the lines of a sentry handler
// with "logs" as Sentry's logs. No file can name it.
const SinkLogs = "sentry logs"

func sentryLogsKind() sinkKind {
	return sinkKind{
		secrets: sentrySecrets,
		open: func(h *Handler, id route.Identity) (route.Sink, error) {
			s, err := sentry.NewLogs(*h.Sentry, id)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		limits: sentry.LogLimits,
	}
}

// expandLogs adds the handlers that send lines to Sentry, beside those that send
// events.
func (c *Config) expandLogs() {
	for i := range c.Handlers {
		h := c.Handlers[i]
		if h.Sentry == nil || h.Sink != "sentry" || !h.Sentry.Logs || h.Off != "" {
			continue
		}
		name := h.Name + " logs"
		c.Handlers = append(c.Handlers, Handler{Name: name, Sink: SinkLogs, Level: h.Sentry.LogsLevel, Filters: h.Filters, Sentry: h.Sentry})
		for _, handlers := range c.handlerLists() {
			if slices.Contains(*handlers, h.Name) {
				*handlers = append(slices.Clone(*handlers), name)
			}
		}
	}
}

// handlerLists are the lists of handlers that loggers have.
func (c *Config) handlerLists() []*[]string {
	lists := []*[]string{&c.Root.Handlers}
	for i := range c.Loggers {
		lists = append(lists, &c.Loggers[i].Handlers)
	}
	return lists
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
