package config

import (
	"errors"
	"slices"
	"time"

	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/sentry"
)

// MonitorFlags are the flags about the cron monitor that watches the runs.
type MonitorFlags struct {
	Monitor               string
	Schedule              string
	CheckinMargin         string
	MaxRuntime            string
	Timezone              string
	FailureIssueThreshold string
}

// applyMonitor puts the flags on top of what each Sentry handler has for a
// monitor.
func (a *applier) applyMonitor(f *MonitorFlags) {
	monitors, before := a.monitors(), len(a.errs)
	given := ""
	set := func(flag, value string, change func(m *sentry.Monitor, s string) error) {
		a.set(flag, value, func(s string) error {
			given = "--" + flag
			for _, m := range monitors {
				if err := change(m, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	duration := func(of func(m *sentry.Monitor) *time.Duration) func(*sentry.Monitor, string) error {
		return func(m *sentry.Monitor, s string) error { return assign(of(m), s, parseDuration) }
	}
	set("monitor", f.Monitor, func(m *sentry.Monitor, s string) error { m.Slug = s; return nil })
	set("schedule", f.Schedule, func(m *sentry.Monitor, s string) error { m.Schedule = s; return nil })
	set("checkin-margin", f.CheckinMargin, duration(func(m *sentry.Monitor) *time.Duration { return &m.CheckinMargin }))
	set("max-runtime", f.MaxRuntime, duration(func(m *sentry.Monitor) *time.Duration { return &m.MaxRuntime }))
	set("timezone", f.Timezone, func(m *sentry.Monitor, s string) error { m.Timezone = s; return nil })
	set("failure-issue-threshold", f.FailureIssueThreshold, func(m *sentry.Monitor, s string) error {
		return assign(&m.FailureThreshold, s, func(t string) (int, error) { return parseInt(t, 0, 1000) })
	})
	if given != "" && len(a.errs) == before && (len(monitors) > 0 || !a.isSentryOff()) {
		a.checkMonitors(given, monitors)
	}
}

// monitors are those of the handlers; one that has none gets an empty one, which
// counts for nothing until it has a slug.
func (a *applier) monitors() (list []*sentry.Monitor) {
	for i := range a.config.Handlers {
		h := &a.config.Handlers[i]
		if h.Sink != "sentry" || h.Off != "" {
			continue
		}
		m := sentry.Monitor{}
		if h.Sentry.Monitor != nil {
			m = *h.Sentry.Monitor
		}
		h.Sentry.Monitor = &m
		list = append(list, &m)
	}
	return list
}

// isSentryOff reports whether a Sentry handler is switched off, as where its DSN comes
// out empty: there the monitor is off with it, and the job runs all the same.
func (a *applier) isSentryOff() bool {
	return slices.ContainsFunc(a.config.Handlers, func(h Handler) bool { return h.Sink == "sentry" && h.Off != "" })
}

// checkMonitors reports what flags and file come to together.
func (a *applier) checkMonitors(flag string, monitors []*sentry.Monitor) {
	if len(monitors) == 0 {
		a.errs = append(a.errs, &Error{File: flag, Msg: "there is no Sentry to tell", Hint: "give --sentry-dsn as well"})
		return
	}
	for _, m := range monitors {
		err := m.Check()
		if err == nil {
			continue
		}
		e := &Error{File: flag, Msg: err.Error()}
		if o := (*route.OptionError)(nil); errors.As(err, &o) {
			e.Hint = o.Hint
		}
		a.errs = append(a.errs, e)
		return
	}
}
