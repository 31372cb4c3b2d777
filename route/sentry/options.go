package sentry

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/redact"
)

const (
	defaultCrumbs  = 100
	defaultTimeout = 10 * time.Second
	defaultRetry   = 24 * time.Hour
	defaultOutput  = 200
	mostOutput     = 1000
	maxDist        = 64
)

// Options configures a Sink. Only DSN is required.
type Options struct {
	DSN    string       `json:"dsn"`              // https://KEY@HOST/PROJECT
	Level  detect.Level `json:"level,omitempty"`  // from which a record is an event; zero: critical. Used by the routing, not here
	Traces *bool        `json:"traces,omitempty"` // an exception at error or above is an event too; nil: true. Used by the routing, not here

	Release        string            `json:"release,omitempty"`         // empty: NAME@VERSION of the service
	Environment    string            `json:"environment,omitempty"`     // empty: that of the service
	ServerName     string            `json:"server_name,omitempty"`     // empty: the pod, else the host
	Dist           string            `json:"dist,omitempty"`            // build of the release; empty: none
	Tags           map[string]string `json:"tags,omitempty"`            // added to every event, and stronger than its own
	MaxBreadcrumbs int               `json:"max_breadcrumbs,omitempty"` // 0: 100, which is also the most; negative: none
	SourceContext  *bool             `json:"source_context,omitempty"`  // send source lines around each frame; nil: true

	// Directories whose source files may be sent, links resolved. Nil: the app's working
	// directory, that of its script, and where languages have their libraries.
	SourceRoots []string `json:"source_roots,omitempty"`

	CAFile  string        `json:"ca_file,omitempty"` // PEM certificates to trust instead of the system's; empty: the system's
	Timeout time.Duration `json:"timeout,omitempty"` // of one request; 0: 10 s

	Flood   Flood        `json:"flood,omitzero"`     // how many events of one kind are sent
	State   string       `json:"state,omitempty"`    // the file that remembers it; empty: a place of its own, see App
	WhenSDK string       `json:"when_sdk,omitempty"` // SDKAuto, SDKAlways, SDKNever; empty: SDKAuto
	App     App          `json:"-"`                  // whose events they are
	Log     *slog.Logger `json:"-"`                  // for changes of state, never for single events; nil: nobody wants to know

	Fingerprint []string `json:"fingerprint,omitempty"` // what groups the events, "{{ default }}" for Sentry's own way; empty: that

	Proxy        string        `json:"proxy,omitempty"`         // http://HOST:PORT; empty: that of the environment
	RetryFor     time.Duration `json:"retry_for,omitempty"`     // how long what can't be delivered is tried; 0: 24 h
	AttachOutput int           `json:"attach_output,omitempty"` // last lines of output that go with an event; 0: 200, negative: none
	Sessions     *bool         `json:"sessions,omitempty"`      // tell of each run, if there is a release; nil: true
	Monitor      *Monitor      `json:"monitor,omitempty"`       // tell a cron monitor of each run; nil: none
	Logs         bool          `json:"logs,omitempty"`          // lines are sent as logs, too. Used by the routing, not here
	LogsLevel    detect.Level  `json:"logs_level,omitempty"`    // from which on; zero: all of them. Used by the routing, not here

	// Redact is what is secret, as redact.Parse has it; nil: the default, empty: nothing.
	Redact []string `json:"redact"`

	Client string   `json:"-"` // version of logwrap that the events name; empty: what the build says
	Args   []string `json:"-"` // the app's command, for a process that is gone before it was looked at
	Dir    string   `json:"-"` // the app's working directory; empty: that of this process
}

// EventOptions says what a Sink wants to know with each event.
func (o *Options) EventOptions() *route.EventOptions {
	e := &route.EventOptions{Crumbs: o.MaxBreadcrumbs, Output: o.AttachOutput, Runs: true}
	if e.Output == 0 {
		e.Output = defaultOutput
	}
	return e
}

// complete checks the options and fills in what was left out.
func (o *Options) complete() error {
	if o.Client == "" {
		o.Client = buildVersion()
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.RetryFor == 0 {
		o.RetryFor = defaultRetry
	}
	return o.check()
}

func (o *Options) patience() patience { return patience{began: time.Now(), limit: o.RetryFor} }

// newEventMaker returns the maker for a sink with checked options.
func newEventMaker(o Options, id route.Identity) (maker, error) {
	r, err := redact.Parse(o.Redact)
	if err != nil {
		return maker{}, &route.OptionError{Option: "redact", Err: err}
	}
	return maker{opts: o, id: id, redact: r, processes: newProcessFacts(os.DirFS("/"), o.Args)}, nil
}

// DefaultLimits says how a Sink wants its records batched: an event is sent at
// once, and a batch is small, since each of its events is a request.
func DefaultLimits() route.Limits {
	return route.Limits{Records: 16, Bytes: 4 << 20, Timeout: 30 * time.Second}
}

// readCA returns the certificates in path, nil for the system's.
func readCA(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, &route.OptionError{Option: "ca_file", Err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &route.OptionError{Option: "ca_file", Err: fmt.Errorf("%s: no certificate in it", path),
			Hint: "the file must hold certificates in PEM form"}
	}
	return pool, nil
}

// check returns the first option that is wrong by itself.
func (o *Options) check() error {
	if len(o.Dist) > maxDist || strings.ContainsFunc(o.Dist, notInDist) {
		return &route.OptionError{Option: "dist", Err: fmt.Errorf("%q has characters that Sentry refuses", o.Dist),
			Hint: "use letters, digits and _.-, at most 64"}
	}
	for _, dir := range o.SourceRoots {
		if !filepath.IsAbs(dir) {
			return &route.OptionError{Option: "source_roots", Err: fmt.Errorf("%q is not absolute", dir), Hint: "begin each directory with /"}
		}
	}
	if o.Flood.Every < 0 || o.Flood.Every > maxEvery {
		return &route.OptionError{Option: "flood.every", Err: fmt.Errorf("%v is not between 0 and %v", o.Flood.Every, maxEvery)}
	}
	if o.Timeout < 0 {
		return &route.OptionError{Option: "timeout", Err: errors.New("is negative")}
	}
	if o.RetryFor < 0 {
		return &route.OptionError{Option: "retry_for", Err: errors.New("is negative")}
	}
	if o.AttachOutput > mostOutput {
		return &route.OptionError{Option: "attach_output", Err: fmt.Errorf("%d is more than %d", o.AttachOutput, mostOutput)}
	}
	if o.Monitor != nil && *o.Monitor != (Monitor{}) {
		if err := o.Monitor.Check(); err != nil {
			return err
		}
	}
	if o.MaxBreadcrumbs > defaultCrumbs {
		return &route.OptionError{Option: "max_breadcrumbs", Err: fmt.Errorf("%d is more than %d", o.MaxBreadcrumbs, defaultCrumbs)}
	}
	return nil
}

// notInDist reports characters that Sentry refuses in the name of a build.
func notInDist(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_.-", r)
}

// buildVersion is the version that the Go toolchain put into the binary.
func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "0.0.0"
}
