package sentry

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// Sentry takes at most so many logs in an envelope
// (https://develop.sentry.dev/sdk/telemetry/logs/).
const (
	maxLogs    = 100
	maxLogText = 32 << 10 // bytes of a body
	maxFields  = 64       // attributes made of a record's fields
)

// LogSink delivers records as Sentry's structured logs.
type LogSink struct {
	maker    maker
	to       target
	patience patience
}

// NewLogs returns a LogSink that sends to o.DSN as id. It reads o.CAFile and opens
// no connection; errors are *route.OptionError.
func NewLogs(o Options, id route.Identity) (*LogSink, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	to, err := newTarget(&o)
	if err != nil {
		return nil, err
	}
	m, err := newEventMaker(o, id)
	if err != nil {
		return nil, err
	}
	return &LogSink{maker: m, to: to, patience: o.patience()}, nil
}

// LogLimits says how a LogSink wants its records batched.
func LogLimits() route.Limits {
	return route.Limits{Records: 10 * maxLogs, Bytes: 512 << 10, Delay: time.Second, Timeout: 30 * time.Second}
}

// Deliver sends the batch, one request for each maxLogs records.
func (s *LogSink) Deliver(ctx context.Context, batch []detect.Record) error {
	var refused []route.Refusal
	for from := 0; from < len(batch); {
		n, err := s.deliver(ctx, batch[from:min(from+maxLogs, len(batch))])
		err = s.patience.spent(err, batch[from].Time, time.Now())
		switch {
		case err == nil:
		case route.IsPermanent(err):
			s.to.discard(reasonOf(err), logCategory, n)
			for i := range n {
				refused = append(refused, route.Refusal{Index: from + i, Err: err})
			}
		case from == 0:
			return err
		default:
			p := &route.Partial{Refused: refused, Err: err}
			for i := from; i < len(batch); i++ {
				p.Retry = append(p.Retry, i)
			}
			return p
		}
		from += n
	}
	if refused != nil {
		return &route.Partial{Refused: refused}
	}
	return nil
}

// deliver sends the first n of the records: all of them, fewer if the server takes
// no envelope of that size.
func (s *LogSink) deliver(ctx context.Context, batch []detect.Record) (n int, err error) {
	for n = len(batch); ; n = (n + 1) / 2 {
		it := s.maker.logItem(batch[:n])
		err = s.to.send(ctx, &envelope{at: batch[0].Time, items: []item{it}})
		if !errors.Is(err, errTooLarge) {
			return n, err
		}
		if n == 1 {
			return n, route.Permanent(err)
		}
	}
}

// Close drops the connection that was kept.
func (s *LogSink) Close() error {
	s.to.close()
	return nil
}

// logLine is one log.
type logLine struct {
	Timestamp  json.Number          `json:"timestamp"` // seconds
	TraceID    string               `json:"trace_id"`
	Level      string               `json:"level"`
	Severity   int                  `json:"severity_number"`
	Body       string               `json:"body"`
	Attributes map[string]attribute `json:"attributes"`
}

// attribute has a type that says how the server is to keep it.
type attribute struct {
	Value any    `json:"value"`
	Type  string `json:"type"`
}

func (m *maker) logItem(batch []detect.Record) item {
	lines, bodies := make([]logLine, len(batch)), make([]string, len(batch))
	for i := range batch {
		lines[i] = m.logLine(&batch[i])
		bodies[i] = lines[i].Body
	}
	for i, body := range m.scrubLines(bodies) {
		lines[i].Body = body
	}
	it := jsonItem(logType, logCategory, struct {
		Items []logLine `json:"items"`
	}{lines})
	it.Count, it.ContentType = len(lines), "application/vnd.sentry.items.log+json"
	return it
}

// logLine is a log whose body still has its secrets.
func (m *maker) logLine(r *detect.Record) logLine {
	l := logLine{
		Timestamp:  json.Number(strconv.FormatFloat(float64(r.Time/1000)/1e6, 'f', 6, 64)),
		Body:       clean(string(r.Message), maxLogText),
		Attributes: m.logAttributes(r),
	}
	l.Level, l.Severity = logLevel(r.Level)
	if r.Run != nil {
		l.TraceID = traceOf(r.Run.ID).TraceID
	} else {
		l.TraceID = makeID(m.id.Journal)
	}
	return l
}

// logLevel maps a level to the six that logs have, and to OpenTelemetry's number.
func logLevel(l detect.Level) (string, int) {
	switch {
	case l >= detect.Critical:
		return "fatal", 21
	case l >= detect.Error:
		return "error", 17
	case l >= detect.Warning:
		return "warn", 13
	case l >= detect.Info, l == detect.NotSet:
		return "info", 9
	case l >= detect.Debug:
		return "debug", 5
	}
	return "trace", 1
}

func (m *maker) logAttributes(r *detect.Record) map[string]attribute {
	a := map[string]attribute{"logwrap.stream": {r.Stream.String(), "string"}}
	add := func(key, value string) {
		if value = cleanLine(value, maxTagValue); value != "" {
			a[key] = attribute{value, "string"}
		}
	}
	add("sentry.sdk.name", sdkName)
	add("sentry.sdk.version", m.opts.Client)
	add("sentry.release", m.release())
	add("sentry.environment", m.environment())
	add("server.address", m.serverName())
	add("service.name", m.id.Name)
	add("logger.name", m.redacted(string(r.Logger)))
	if r.Run != nil {
		a["process.pid"] = attribute{r.Run.PID, "integer"}
	}
	m.addFields(a, r)
	return a
}

// addFields adds the fields of a structured line, numbers and truths as what they
// are, all else as text.
func (m *maker) addFields(a map[string]attribute, r *detect.Record) {
	n := 0
	for _, f := range r.AppendFields(nil) {
		key := "fields." + cleanLine(string(f.Key), maxTagValue)
		if n++; n > maxFields {
			return
		}
		text := clean(string(f.Value), maxCrumb)
		shown := m.redactedField(string(f.Key), text)
		a[key] = attribute{shown, "string"}
		if !f.Raw || shown != text {
			continue
		}
		var v any
		if json.Unmarshal(f.Value, &v) != nil {
			continue
		}
		switch v := v.(type) {
		case string:
			a[key] = attribute{m.redactedField(string(f.Key), clean(v, maxCrumb)), "string"}
		case float64:
			a[key] = attribute{v, "double"}
		case bool:
			a[key] = attribute{v, "boolean"}
		}
	}
}
