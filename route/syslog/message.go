package syslog

import (
	"strconv"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

const (
	maxHostname = 255 // RFC 5424 6.2.4
	maxAppName  = 48  // RFC 5424 6.2.5
	maxParam    = 128 // ours, so that a header always fits in minMessage

	// sdID is the name of our structured data; 32473 is the enterprise number
	// that RFC 5612 sets aside for those who have none.
	sdID = "logwrap@32473"

	cutMark = " [cut]"
	bom     = "\xef\xbb\xbf"
)

// encoder writes records as syslog messages, without any framing.
type encoder struct {
	format   string
	facility int
	host     string // sanitised, never empty
	tag      string // sanitised; empty: the command of the record's run
	journal  string // of the Identity, escaped
	service  string // the structured data that is the same for all records
	bom      bool
	zone     *time.Location // of RFC 3164 times
	cut      atomic.Uint64  // messages that were too long
}

func newEncoder(o Options, id route.Identity) (*encoder, error) {
	facility, err := parseFacility(o.Facility)
	if err != nil {
		return nil, err
	}
	e := &encoder{format: o.Format, facility: facility, bom: o.BOM, zone: time.Local}
	host := o.Hostname
	if host == "" {
		host = id.Host
	}
	e.host = string(appendName(nil, host, maxHostname))
	if e.host == "-" && o.Format == formatRFC3164 {
		e.host = "localhost" // RFC 3164 has no nil value
	}
	tag := o.Tag
	if tag == "" {
		tag = id.Name
	}
	if tag != "" {
		e.tag = string(e.appendAppName(nil, tag))
	}
	e.journal = string(appendValue(nil, []byte(id.Journal), 64))
	e.service = string(appendParam(nil, ` environment="`, []byte(id.Environment), 64))
	e.service += string(appendParam(nil, ` version="`, []byte(id.Version), 64))
	return e, nil
}

// appendMessage appends r as one message of at most limit bytes (0: any
// number). escape keeps line feeds out of it.
func (e *encoder) appendMessage(dst []byte, r *detect.Record, limit int, escape bool) []byte {
	start := len(dst)
	text := r.Text
	if limit > 0 && len(text) > limit {
		text = text[:limit] // no need to copy what is cut anyway
	}
	if len(text) == len(r.Text) {
		dst = e.appendWhole(dst, r, text, 0, escape)
		if limit <= 0 || len(dst)-start <= limit {
			return dst
		}
		dst = dst[:start]
	}
	e.cut.Add(1)
	dst = e.appendWhole(dst, r, text, len(r.Text), escape)
	if e.format == formatRFC5424 {
		return dst[:start+len(cutRune(dst[start:], limit))]
	}
	dst = dst[:start+len(cutRune(dst[start:], limit-len(cutMark)))]
	return append(dst, cutMark...)
}

// appendWhole appends header and text; size is the length of the text that was
// cut, 0 if it is whole.
func (e *encoder) appendWhole(dst []byte, r *detect.Record, text []byte, size int, escape bool) []byte {
	dst = append(dst, '<')
	dst = strconv.AppendInt(dst, int64(e.facility<<3|severity(r.Level)), 10)
	dst = append(dst, '>')
	if e.format != formatRFC5424 {
		return appendText(e.appendHeader3164(dst, r), text)
	}
	dst = e.appendHeader5424(dst, r)
	dst = e.appendStructured(dst, r, size)
	dst = append(dst, ' ')
	if e.bom && utf8.Valid(text) {
		dst = append(dst, bom...)
	}
	if escape {
		return appendText(dst, text)
	}
	return append(dst, text...)
}

// appendHeader5424 appends what stands between the priority and the structured
// data, RFC 5424 6.2: VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID.
func (e *encoder) appendHeader5424(dst []byte, r *detect.Record) []byte {
	dst = append(dst, "1 "...)
	dst = time.Unix(0, r.Time).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
	dst = append(dst, ' ')
	dst = append(dst, e.host...)
	dst = append(dst, ' ')
	dst = e.appendRecordTag(dst, r)
	dst = append(dst, ' ')
	if r.Run != nil && r.Run.PID > 0 {
		dst = strconv.AppendInt(dst, int64(r.Run.PID), 10)
	} else {
		dst = append(dst, '-')
	}
	dst = append(dst, ' ')
	dst = append(dst, messageID(r)...)
	return append(dst, ' ')
}

// appendHeader3164 appends "Mmm dd hh:mm:ss HOST TAG[PID]: ", RFC 3164 4.1.2,
// without the host for a local daemon.
func (e *encoder) appendHeader3164(dst []byte, r *detect.Record) []byte {
	dst = time.Unix(0, r.Time).In(e.zone).AppendFormat(dst, time.Stamp)
	dst = append(dst, ' ')
	if e.format == formatRFC3164 {
		dst = append(dst, e.host...)
		dst = append(dst, ' ')
	}
	dst = e.appendRecordTag(dst, r)
	if r.Run != nil && r.Run.PID > 0 {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(r.Run.PID), 10)
		dst = append(dst, ']')
	}
	return append(dst, ": "...)
}

func (e *encoder) appendRecordTag(dst []byte, r *detect.Record) []byte {
	if e.tag != "" {
		return append(dst, e.tag...)
	}
	if r.Run != nil && r.Run.Command != "" {
		return e.appendAppName(dst, r.Run.Command)
	}
	return append(dst, "logwrap"...)
}

func (e *encoder) appendAppName(dst []byte, name string) []byte {
	if e.format == formatRFC5424 {
		return appendName(dst, name, maxAppName)
	}
	return appendTag(dst, name)
}

// messageID returns the type of message (MSGID): CRASH and EXIT for the end of
// a run, WORKER for that of a process below the app, HANG for a hang, TRACE for a
// stack trace, else the stream.
func messageID(r *detect.Record) string {
	switch {
	case r.Exit != nil && r.Exit.Worker != nil:
		return "WORKER"
	case r.Hang != nil:
		return "HANG"
	case r.Exit != nil && r.Exit.Crashed:
		return "CRASH"
	case r.Exit != nil:
		return "EXIT"
	case r.Trace != detect.NoLanguage:
		return "TRACE"
	}
	return r.Stream.String()
}

// appendStructured appends our structured data element, RFC 5424 6.3. Level,
// stream and language are names of ours and need no escaping.
func (e *encoder) appendStructured(dst []byte, r *detect.Record, size int) []byte {
	dst = append(dst, "["+sdID+` id="`...)
	dst = append(dst, e.journal...)
	dst = append(dst, '-')
	dst = strconv.AppendUint(dst, uint64(r.ID), 10)
	dst = append(dst, `" stream="`...)
	dst = append(dst, r.Stream.String()...)
	dst = append(dst, `" level="`...)
	dst = append(dst, r.Level.String()...)
	dst = append(dst, '"')
	dst = appendParam(dst, ` logger="`, r.Logger, maxParam)
	if r.Trace != detect.NoLanguage {
		dst = append(dst, ` trace="`...)
		dst = append(dst, r.Trace.String()...)
		dst = append(dst, '"')
	}
	if r.Lines > 1 {
		dst = appendCount(dst, ` lines="`, int(r.Lines))
	}
	if r.Partial {
		dst = append(dst, ` partial="true"`...)
	}
	if size > 0 {
		dst = appendCount(dst, ` truncated_from="`, size)
	}
	dst = append(dst, e.service...)
	return append(dst, ']')
}

// appendParam appends one parameter, nothing if its value is empty. open is
// ` name="`.
func appendParam(dst []byte, open string, value []byte, limit int) []byte {
	if len(value) == 0 {
		return dst
	}
	dst = append(dst, open...)
	dst = appendValue(dst, value, limit)
	return append(dst, '"')
}

func appendCount(dst []byte, open string, n int) []byte {
	dst = append(dst, open...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	return append(dst, '"')
}
