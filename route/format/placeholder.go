package format

import (
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// value appends what a placeholder stands for. What is unknown shows as "-",
// so that columns stay columns.
type value func(t *templateFormatter, dst []byte, r *detect.Record, arg string) []byte

// placeholder returns the value of the placeholder called name, nil if there
// is none; {time}, {fields.NAME} and the constants are not here.
func placeholder(name string) value {
	switch name {
	case "level":
		return appendLevel
	case "LEVEL":
		return appendUpperLevel
	case "logger":
		return appendLogger
	case "message":
		return appendMessage
	case "raw":
		return appendRaw
	case "stream":
		return appendStream
	case "lines":
		return appendLineCount
	case "id":
		return appendRecordID
	case "pid":
		return appendPID
	case "run":
		return appendRun
	case "fields":
		return appendAllFields
	}
	return nil
}

// placeholderNames lists what a template may name, for messages.
func placeholderNames() []string {
	return []string{
		"time", "level", "LEVEL", "logger", "message", "stream", "raw", "fields", "fields.NAME", "lines", "id", "pid", "run",
		"service", "version", "environment", "host", "container", "pod", "namespace", "node",
	}
}

// constants are the placeholders that are the same for every record.
func constants(id route.Identity) map[string]string {
	return map[string]string{
		"service": id.Name, "version": id.Version, "environment": id.Environment, "host": id.Host,
		"container": id.Container, "pod": id.Pod, "namespace": id.Namespace, "node": id.Node,
	}
}

func appendConstant(_ *templateFormatter, dst []byte, _ *detect.Record, arg string) []byte {
	return append(dst, arg...)
}

func appendRecordTime(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return appendTime(dst, r.Time)
}

func appendLayout(_ *templateFormatter, dst []byte, r *detect.Record, layout string) []byte {
	return appendStrftime(dst, layout, r.Time)
}

func appendMessage(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return appendBody(dst, r)
}

func appendRaw(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return append(dst, r.Text...)
}

func appendStream(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return append(dst, r.Stream.String()...)
}

func appendLineCount(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return appendInt(dst, int64(max(r.Lines, 1)))
}

func appendRecordID(t *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return appendID(dst, t.journal, r)
}

func appendLevel(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return append(dst, r.Level.String()...)
}

func appendUpperLevel(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	return appendUpper(dst, r.Level.String())
}

// appendLogger appends "root" for a record that names no logger, as Python's
// %(name)s does.
func appendLogger(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	if len(r.Logger) == 0 {
		return append(dst, "root"...)
	}
	return appendLine(dst, r.Logger)
}

func appendPID(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	if r.Run == nil {
		return append(dst, '-')
	}
	return appendInt(dst, int64(r.Run.PID))
}

func appendRun(_ *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	if r.Run == nil {
		return append(dst, '-')
	}
	return append(dst, r.Run.ID...)
}

func appendAllFields(t *templateFormatter, dst []byte, r *detect.Record, _ string) []byte {
	t.fields = r.AppendFields(t.fields[:0])
	if len(t.fields) == 0 {
		return append(dst, '-')
	}
	dst = appendPairs(dst, t.fields)
	clear(t.fields) // they point into the record
	return dst
}

// appendNamedField appends the field that a filter's fields.NAME means: a dot
// leads into an object, and strings come without quotes and escapes.
func appendNamedField(_ *templateFormatter, dst []byte, r *detect.Record, name string) []byte {
	if value, ok := r.Lookup(name); ok {
		return appendLine(dst, value)
	}
	return append(dst, '-')
}
