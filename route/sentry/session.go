package sentry

import (
	"cmp"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// session is one run of the app, as Sentry's release health counts them
// (https://develop.sentry.dev/sdk/telemetry/sessions/).
type session struct {
	ID        string            `json:"sid"`
	Init      bool              `json:"init,omitempty"`
	Started   string            `json:"started"`
	Timestamp string            `json:"timestamp"`
	Duration  *float64          `json:"duration,omitempty"` // seconds
	Status    string            `json:"status"`
	Errors    int               `json:"errors"`
	Mechanism string            `json:"abnormal_mechanism,omitempty"`
	Attrs     sessionAttributes `json:"attrs"`
}

type sessionAttributes struct {
	Release     string `json:"release"`
	Environment string `json:"environment,omitempty"`
	UserAgent   string `json:"user_agent,omitempty"`
}

// session tells of a run that has had so many errors.
func (m *maker) session(s *step, errors int) item {
	out := session{
		ID: uuid(s.run), Init: s.began, Started: stamp(cmp.Or(s.started, s.at)), Timestamp: stamp(s.at), Status: "ok", Errors: errors,
		Attrs: sessionAttributes{Release: m.release(), Environment: m.environment()},
	}
	if s.ended != nil {
		out.Status, out.Mechanism = sessionEnd(s.ended)
		seconds := s.duration.Seconds()
		out.Duration = &seconds
		if out.Status == "crashed" {
			out.Errors = max(out.Errors, 1)
		}
	}
	it := jsonItem(sessionType, sessionCategory, &out)
	it.optional = true
	return it
}

// sessionEnd is the status that a run ends with. Abnormal is what nobody could
// have told from inside.
func sessionEnd(e *detect.Exit) (status, mechanism string) {
	switch {
	case e.Lost != nil:
		return "abnormal", "lost"
	case e.OOM.Killed:
		return "abnormal", "out_of_memory"
	case e.Hung, e.Stop.Reason == detect.StoppedByWatchdog:
		return "abnormal", "hang"
	case e.TimedOut:
		return "abnormal", "timeout"
	case e.Crashed && e.Signal == "SIGKILL":
		return "abnormal", "killed"
	case e.Crashed:
		return "crashed", ""
	}
	return "exited", ""
}

// uuid writes 32 hex digits with the dashes that session ids have to have.
func uuid(id string) string {
	if len(id) != 32 {
		id = makeID(id)
	}
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}
