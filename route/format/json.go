package format

import (
	"bytes"
	"maps"
	"slices"
	"strconv"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// jsonFormatter writes the object that the package comment describes.
type jsonFormatter struct {
	identity bool
	original bool
	journal  string         // its part of the record's id
	service  []byte         // the keys of the Identity, ready to append
	fields   []detect.Field // scratch
}

func newJSON(spec Options, id route.Identity) *jsonFormatter {
	return &jsonFormatter{identity: spec.Identity, original: spec.Original, journal: id.Journal, service: appendService(nil, id)}
}

func (f *jsonFormatter) Append(dst []byte, r *detect.Record) []byte {
	dst = append(dst, `{"time":"`...)
	dst = appendTime(dst, r.Time)
	dst = append(dst, `","level":"`...)
	dst = append(dst, r.Level.String()...)
	dst = append(dst, '"')
	if len(r.Logger) > 0 {
		dst = appendMember(dst, "logger", r.Logger)
	}
	dst = append(dst, `,"stream":"`...)
	dst = append(dst, r.Stream.String()...)
	dst = append(dst, '"')
	if f.identity {
		dst = f.appendIdentity(dst, r)
	}
	dst = appendMember(dst, "message", r.Message)
	dst = f.appendFields(dst, r)
	dst = appendLinesOf(dst, r)
	if f.original {
		dst = appendMember(dst, "original", r.Text)
	}
	if r.Partial {
		dst = append(dst, `,"partial":true`...)
	}
	return append(dst, '}', '\n')
}

// appendMember appends a comma, the key, which needs no escape, and a string.
func appendMember(dst []byte, key string, value []byte) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	dst = append(dst, '"', ':')
	return appendString(dst, value)
}

func (f *jsonFormatter) appendFields(dst []byte, r *detect.Record) []byte {
	f.fields = r.AppendFields(f.fields[:0])
	if len(f.fields) == 0 {
		return dst
	}
	dst = append(dst, `,"fields":{`...)
	for i := range f.fields {
		field := &f.fields[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, field.Key)
		dst = append(dst, ':')
		if field.Raw {
			dst = appendValue(dst, field.Value)
		} else {
			dst = appendString(dst, field.Value)
		}
	}
	clear(f.fields) // they point into the record
	return append(dst, '}')
}

// appendLinesOf appends what a record of several lines holds beyond its message.
func appendLinesOf(dst []byte, r *detect.Record) []byte {
	if r.Trace != detect.NoLanguage {
		dst = appendExceptions(dst, r.Exceptions())
		return appendMember(dst, "stack_trace", r.Text)
	}
	if r.Lines > 1 && !structured(r) && !bytes.Equal(r.Text, r.Message) {
		dst = appendMember(dst, "text", r.Text)
	}
	return dst
}

// appendIdentity appends who wrote the record.
func (f *jsonFormatter) appendIdentity(dst []byte, r *detect.Record) []byte {
	dst = append(dst, `,"id":"`...)
	dst = appendID(dst, f.journal, r)
	dst = append(dst, '"')
	dst = append(dst, f.service...)
	if r.Run != nil {
		dst = append(dst, `,"pid":`...)
		dst = appendInt(dst, int64(r.Run.PID))
		dst = appendMember(dst, "run", []byte(r.Run.ID))
	}
	return dst
}

// appendID appends the name that identifies r for good.
func appendID(dst []byte, journal string, r *detect.Record) []byte {
	if journal != "" {
		dst = append(dst, journal...)
		dst = append(dst, '-')
	}
	return strconv.AppendUint(dst, uint64(r.ID), 10)
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendService appends the known parts of id, each with its comma.
func appendService(dst []byte, id route.Identity) []byte {
	service := appendKnown(nil, []pair{{"name", id.Name}, {"version", id.Version}, {"environment", id.Environment}})
	if len(service) > 0 {
		dst = append(dst, `,"service":{`...)
		dst = append(dst, service[1:]...)
		dst = append(dst, '}')
	}
	dst = appendKnown(dst, []pair{
		{"host", id.Host}, {"container", id.Container}, {"pod", id.Pod}, {"namespace", id.Namespace}, {"node", id.Node},
	})
	if len(id.Tags) == 0 {
		return dst
	}
	dst = append(dst, `,"tags":{`...)
	for i, name := range slices.Sorted(maps.Keys(id.Tags)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, []byte(name))
		dst = append(dst, ':')
		dst = appendString(dst, []byte(id.Tags[name]))
	}
	return append(dst, '}')
}

type pair struct{ key, value string }

func appendKnown(dst []byte, pairs []pair) []byte {
	for _, p := range pairs {
		if p.value != "" {
			dst = appendMember(dst, p.key, []byte(p.value))
		}
	}
	return dst
}
