package sentry

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
)

// Monitor says which of Sentry's cron monitors watches the runs of the app
// (https://docs.sentry.io/product/crons/). With a schedule the monitor is made,
// or changed, by the check-ins.
type Monitor struct {
	Slug              string        `json:"slug"`
	Schedule          string        `json:"schedule,omitempty"`                // "0 3 * * *", "@daily" or "10 minutes"; empty: that of the monitor
	CheckinMargin     time.Duration `json:"checkin_margin,omitempty"`          // how late it may begin, whole minutes
	MaxRuntime        time.Duration `json:"max_runtime,omitempty"`             // how long it may take, whole minutes
	Timezone          string        `json:"timezone,omitempty"`                // of the schedule: "Europe/Vienna"; empty: UTC
	FailureThreshold  int           `json:"failure_issue_threshold,omitempty"` // failures in a row before there is an issue
	RecoveryThreshold int           `json:"recovery_threshold,omitempty"`      // good runs in a row before it is resolved
}

// checkIn tells a monitor of one run
// (https://develop.sentry.dev/sdk/telemetry/check-ins/).
type checkIn struct {
	ID          string         `json:"check_in_id"`
	Slug        string         `json:"monitor_slug"`
	Status      string         `json:"status"`
	Duration    *float64       `json:"duration,omitempty"` // seconds
	Release     string         `json:"release,omitempty"`
	Environment string         `json:"environment,omitempty"`
	Config      *monitorConfig `json:"monitor_config,omitempty"`
	Contexts    map[string]any `json:"contexts,omitempty"`
}

type monitorConfig struct {
	Schedule          monitorSchedule `json:"schedule"`
	CheckinMargin     int             `json:"checkin_margin,omitempty"`
	MaxRuntime        int             `json:"max_runtime,omitempty"`
	Timezone          string          `json:"timezone,omitempty"`
	FailureThreshold  int             `json:"failure_issue_threshold,omitempty"`
	RecoveryThreshold int             `json:"recovery_threshold,omitempty"`
}

type monitorSchedule struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
	Unit  string `json:"unit,omitempty"`
}

// checkIn is the item that tells the begin or the end of a run.
func (m *maker) checkIn(mon *Monitor, s *step) item {
	out := checkIn{
		ID: makeID("check-in " + s.run + " " + mon.Slug), Slug: mon.Slug, Status: "in_progress",
		Release: m.release(), Environment: m.environment(), Config: mon.config(),
		Contexts: map[string]any{"trace": traceOf(s.run)},
	}
	if s.ended != nil {
		out.Status = "ok"
		if s.ended.Code != 0 || s.ended.Signal != "" || s.ended.Lost != nil {
			out.Status = "error"
		}
		seconds := s.duration.Seconds()
		out.Duration = &seconds
	}
	return jsonItem(checkInType, monitorCategory, &out)
}

// config is nil for a monitor that is set up elsewhere.
func (mon *Monitor) config() *monitorConfig {
	schedule, err := parseSchedule(mon.Schedule)
	if err != nil || mon.Schedule == "" {
		return nil
	}
	return &monitorConfig{
		Schedule: schedule, CheckinMargin: minutes(mon.CheckinMargin), MaxRuntime: minutes(mon.MaxRuntime),
		Timezone: mon.Timezone, FailureThreshold: mon.FailureThreshold, RecoveryThreshold: mon.RecoveryThreshold,
	}
}

// minutes is d in the unit that monitors have, rounded up.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// maxSlug is how long Sentry lets the name of a monitor be.
const maxSlug = 50

// Check returns the first option that is wrong, as *route.OptionError.
func (mon *Monitor) Check() error {
	wrong := func(option, hint, format string, args ...any) error {
		return &route.OptionError{Option: "monitor." + option, Err: fmt.Errorf(format, args...), Hint: hint}
	}
	slugHint := "use lower-case letters, digits, - and _, at most 50"
	switch {
	case mon.Slug == "":
		return wrong("slug", slugHint, "is missing")
	case len(mon.Slug) > maxSlug || strings.Trim(mon.Slug, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
		return wrong("slug", slugHint, "%q is no name of a monitor", mon.Slug)
	case mon.CheckinMargin < 0:
		return wrong("checkin_margin", "", "is negative")
	case mon.MaxRuntime < 0:
		return wrong("max_runtime", "", "is negative")
	case mon.FailureThreshold < 0:
		return wrong("failure_issue_threshold", "", "is negative")
	case mon.RecoveryThreshold < 0:
		return wrong("recovery_threshold", "", "is negative")
	}
	if _, err := parseSchedule(mon.Schedule); err != nil {
		return wrong("schedule", `use "0 3 * * *", "@daily" or "10 minutes"`, "%w", err)
	}
	if mon.Schedule == "" && (mon.CheckinMargin > 0 || mon.MaxRuntime > 0 || mon.Timezone != "" || mon.FailureThreshold > 0 || mon.RecoveryThreshold > 0) {
		return wrong("schedule", "without one, the monitor is set up in Sentry", "is missing, so the other settings of the monitor can't be sent")
	}
	if _, err := time.LoadLocation(mon.Timezone); err != nil && !isZoneName(mon.Timezone) {
		return wrong("timezone", "write it like Europe/Vienna", "%q is no time zone", mon.Timezone)
	}
	return nil
}

// isZoneName reports whether a name has the form of a time zone's: an image of one
// file has no list of them.
func isZoneName(name string) bool {
	area, place, found := strings.Cut(name, "/")
	return found && area != "" && place != "" && !strings.ContainsAny(name, " .\\:") && area[0] >= 'A' && area[0] <= 'Z' && place[0] >= 'A' && place[0] <= 'Z'
}

// cronNames are the words that crontab(5) has for schedules.
var cronNames = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// intervalUnits are those that Sentry has.
var intervalUnits = []string{"minute", "hour", "day", "week", "month", "year"}

// parseSchedule reads a crontab's five fields, one of its names, or an interval.
func parseSchedule(text string) (monitorSchedule, error) {
	fields := strings.Fields(text)
	switch {
	case len(fields) == 0:
		return monitorSchedule{}, nil
	case len(fields) == 1 && cronNames[fields[0]] != "":
		return monitorSchedule{Type: "crontab", Value: cronNames[fields[0]]}, nil
	case len(fields) == 2:
		n, err := strconv.Atoi(fields[0])
		for _, unit := range intervalUnits {
			if err == nil && n > 0 && (fields[1] == unit || fields[1] == unit+"s") {
				return monitorSchedule{Type: "interval", Value: n, Unit: unit}, nil
			}
		}
	case len(fields) == 5:
		if err := checkCrontab(fields); err != nil {
			return monitorSchedule{}, err
		}
		return monitorSchedule{Type: "crontab", Value: strings.Join(fields, " ")}, nil
	}
	return monitorSchedule{}, errors.New(strconv.Quote(text) + " is no schedule")
}

// cronFields are the bounds of a crontab's fields, and the names they may have.
var cronFields = [5]struct {
	name     string
	min, max int
	words    string
}{
	{"minute", 0, 59, ""}, {"hour", 0, 23, ""}, {"day of the month", 1, 31, ""},
	{"month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"}, {"day of the week", 0, 7, "sun mon tue wed thu fri sat"},
}

// checkCrontab reports the first field that is out of its bounds.
func checkCrontab(fields []string) error {
	for i, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			span, pace, stepped := strings.Cut(part, "/")
			low, high, ranged := strings.Cut(span, "-")
			ok := span == "*" || cronNumber(i, low) && (!ranged || cronNumber(i, high))
			if n, err := strconv.Atoi(pace); stepped && (err != nil || n < 1) {
				ok = false
			}
			if !ok {
				return fmt.Errorf("%q is no %s of a crontab", part, cronFields[i].name)
			}
		}
	}
	return nil
}

func cronNumber(field int, text string) bool {
	f := &cronFields[field]
	if len(text) == 3 && strings.Contains(f.words, strings.ToLower(text)) {
		return true
	}
	n, err := strconv.Atoi(text)
	return err == nil && n >= f.min && n <= f.max
}
