package elasticsearch

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// ecsVersion is the version of the schema that documents follow
// (https://www.elastic.co/guide/en/ecs/8.11/).
const ecsVersion = "8.11.0"

// documenter writes records as actions of the bulk API and ECS documents.
type documenter struct {
	action  string // `{"create":{"_id":"JOURNAL-`
	common  string // the members that are the same for all documents, led by a comma
	dataset string // `,"event":{"dataset":"…"`

	fields []detect.Field
	writer fieldWriter
}

func newDocumenter(t target, id route.Identity) *documenter {
	d := &documenter{action: `{"index":{"_id":`}
	if t.stream {
		d.action = `{"create":{"_id":`
	}
	// What is left open here is closed behind the record's ID.
	journal := appendString(nil, id.Journal+"-")
	d.action += string(journal[:len(journal)-1])
	d.dataset = `,"event":{"dataset":` + string(appendString(nil, t.dataset))
	d.common = commonMembers(id)
	return d
}

func commonMembers(id route.Identity) string {
	dst := []byte(`,"ecs":{"version":"` + ecsVersion + `"}`)
	dst = appendGroup(dst, "service", "name", id.Name, "version", id.Version, "environment", id.Environment)
	dst = appendGroup(dst, "host", "hostname", id.Host, "name", id.Host)
	dst = appendGroup(dst, "container", "id", id.Container)
	var kubernetes []byte
	kubernetes = appendGroup(kubernetes, "pod", "name", id.Pod)
	if id.Namespace != "" {
		kubernetes = appendString(append(kubernetes, `,"namespace":`...), id.Namespace)
	}
	kubernetes = appendGroup(kubernetes, "node", "name", id.Node)
	if len(kubernetes) > 0 {
		dst = append(dst, `,"kubernetes":{`...)
		dst = append(append(dst, kubernetes[1:]...), '}')
	}
	return string(appendLabels(dst, id.Tags))
}

// appendGroup appends an object of the pairs whose value is not empty, nothing
// if there is none.
func appendGroup(dst []byte, name string, pairs ...string) []byte {
	start := len(dst)
	dst = append(appendString(append(dst, ','), name), ":{"...)
	empty := len(dst)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if len(dst) > empty {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, pairs[i]), ':')
		dst = appendString(dst, pairs[i+1])
	}
	if len(dst) == empty {
		return dst[:start]
	}
	return append(dst, '}')
}

// appendLabels appends the tags as ECS labels: keywords, with keys that hold no
// dots.
func appendLabels(dst []byte, tags map[string]string) []byte {
	merged := map[string]string{}
	keys := make([]string, 0, len(tags))
	for key := range tags {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var pairs []string
	for _, key := range keys {
		label := strings.ToValidUTF8(strings.NewReplacer(".", "_", "*", "_", "\\", "_", "\x00", "_").Replace(key), "_")
		if _, ok := merged[label]; ok || strings.TrimSpace(label) == "" {
			continue
		}
		merged[label] = tags[key]
		pairs = append(pairs, label, tags[key])
	}
	return appendGroup(dst, "labels", pairs...)
}

// appendAction appends the line that comes before the document.
func (d *documenter) appendAction(dst []byte, r *detect.Record) []byte {
	dst = append(dst, d.action...)
	dst = strconv.AppendUint(dst, uint64(r.ID), 10)
	return append(dst, "\"}}\n"...)
}

// appendDocument appends the ECS document, on one line, without a line feed.
func (d *documenter) appendDocument(dst []byte, r *detect.Record) []byte {
	dst = append(dst, `{"@timestamp":"`...)
	dst = time.Unix(0, r.Time).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
	dst = append(dst, `","log":{"level":"`...)
	dst = append(dst, r.Level.String()...)
	dst = append(dst, '"')
	if len(r.Logger) > 0 {
		dst = appendString(append(dst, `,"logger":`...), r.Logger)
	}
	dst = append(dst, `},"message":`...)
	dst = appendString(dst, r.Message)
	dst = appendProcess(dst, r)
	dst, whole := d.appendStructure(dst, r)
	if r.Trace != detect.NoLanguage {
		var kept bool
		dst, kept = appendError(dst, r)
		whole = whole || kept
	} else if r.Lines > 1 && r.Format != detect.JSON && !bytes.Equal(r.Message, r.Text) {
		whole = false
	}
	dst = d.appendEvent(dst, r, whole)
	dst = appendOrigin(dst, r)
	dst = append(dst, d.common...)
	return append(dst, '}')
}

// appendProcess appends the process that wrote the record or, for an end, the
// one that ended: a worker, or the app of an earlier run.
func appendProcess(dst []byte, r *detect.Record) []byte {
	pid := 0
	if r.Run != nil {
		pid = r.Run.PID
	}
	if r.Exit != nil && r.Exit.PID > 0 {
		pid = r.Exit.PID
	}
	if pid <= 0 {
		return dst
	}
	dst = strconv.AppendInt(append(dst, `,"process":{"pid":`...), int64(pid), 10)
	if r.Exit != nil {
		dst = strconv.AppendInt(append(dst, `,"exit_code":`...), int64(r.Exit.Code), 10)
	}
	return append(dst, '}')
}

// appendStructure appends "fields" and what is found in them. It returns false
// if they do not hold all that the line does.
func (d *documenter) appendStructure(dst []byte, r *detect.Record) ([]byte, bool) {
	d.fields = r.AppendFields(d.fields[:0])
	if len(d.fields) == 0 {
		return dst, true
	}
	dst = d.writer.appendFields(append(dst, `,"fields":`...), d.fields)
	dst = appendCorrelation(dst, "trace", r, d.fields)
	dst = appendCorrelation(dst, "span", r, d.fields)
	return dst, !d.writer.lost
}

// appendCorrelation appends trace.id or span.id, under whichever of the usual
// names the line has it.
func appendCorrelation(dst []byte, what string, r *detect.Record, fields []detect.Field) []byte {
	for i := range fields {
		f := &fields[i]
		if !names(f.Key, what) {
			continue
		}
		value := f.Value
		if f.Raw {
			var ok bool
			if value, ok = r.Lookup(what + ".id"); !ok || len(value) == 0 || value[0] == '{' || value[0] == '[' {
				continue
			}
		}
		if len(value) == 0 || len(value) > maxKey {
			continue
		}
		dst = append(append(append(dst, `,"`...), what...), `":{"id":`...)
		return append(appendString(dst, value), '}')
	}
	return dst
}

// names reports whether key is one of the ways to call the id of what: trace.id
// (ECS), trace_id (OpenTelemetry), traceId, traceID, TraceId, dd.trace_id
// (Datadog), @tr (CLEF), or an object trace with an id inside.
func names(key []byte, what string) bool {
	if bytes.HasPrefix(key, []byte("@")) {
		return string(key[1:]) == what[:2]
	}
	key = bytes.TrimPrefix(key, []byte("dd."))
	if len(key) < len(what) || key[0]|0x20 != what[0] || string(key[1:len(what)]) != what[1:] {
		return false
	}
	switch string(key[len(what):]) {
	case "", ".id", "_id", "Id", "ID":
		return true
	}
	return false
}

// appendError appends the exception that was raised last and the trace as it
// was printed. It returns whether the trace holds the whole text.
func appendError(dst []byte, r *detect.Record) ([]byte, bool) {
	dst = append(dst, `,"error":{`...)
	start := len(dst)
	member := func(open, value string) {
		if value == "" {
			return
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, open...), value)
	}
	if list := r.Exceptions(); len(list) > 0 {
		last := &list[len(list)-1]
		kind := last.Type
		if last.Module != "" && kind != "" {
			kind = last.Module + "." + kind
		}
		member(`"type":`, kind)
		member(`"message":`, last.Value)
	}
	if r.Format == detect.JSON && r.Lines <= 1 {
		return append(dst, '}'), false // the trace is one of the fields
	}
	if len(dst) > start {
		dst = append(dst, ',')
	}
	dst = appendString(append(dst, `"stack_trace":`...), r.Text)
	return append(dst, '}'), true
}

// appendEvent appends the event's place in the journal and, if the other
// members do not hold all of the line, the line.
func (d *documenter) appendEvent(dst []byte, r *detect.Record, whole bool) []byte {
	dst = append(dst, d.dataset...)
	dst = append(dst, `,"sequence":`...)
	// ECS maps it as long; the offset of a journal stays far below 2^63.
	dst = strconv.AppendUint(dst, uint64(r.ID)&(1<<63-1), 10)
	if !whole {
		dst = appendString(append(dst, `,"original":`...), r.Text)
	}
	return append(dst, '}')
}

// appendOrigin appends what logwrap knows of the line and ECS has no name for.
func appendOrigin(dst []byte, r *detect.Record) []byte {
	dst = append(dst, `,"logwrap":{"stream":"`...)
	dst = append(dst, r.Stream.String()...)
	dst = append(dst, `","format":"`...)
	dst = append(dst, r.Format.String()...)
	dst = append(dst, '"')
	if r.Trace != detect.NoLanguage {
		dst = append(append(dst, `,"trace":"`...), r.Trace.String()...)
		dst = append(dst, '"')
	}
	if r.Lines > 1 {
		dst = strconv.AppendInt(append(dst, `,"lines":`...), int64(r.Lines), 10)
	}
	if r.Partial {
		dst = append(dst, `,"partial":true`...)
	}
	if r.Run != nil && r.Run.ID != "" {
		dst = appendString(append(dst, `,"run":`...), r.Run.ID)
	}
	return append(dst, '}')
}
