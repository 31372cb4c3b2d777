package sentry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/logwrap/logwrap/capture"
)

// envelope is what one request carries
// (https://develop.sentry.dev/sdk/foundations/transport/envelopes/).
type envelope struct {
	id    string // of the event in it, empty if there is none
	at    int64  // when what it tells of happened, Unix nanoseconds
	items []item
}

// item is one part of an envelope. The payload is owned by the envelope.
type item struct {
	itemHeader
	category string // what the server's limits call it
	optional bool   // the others may go without it
	payload  []byte
}

// itemHeader is what stands before a payload.
type itemHeader struct {
	Type        string `json:"type"`
	Length      int    `json:"length"`
	ContentType string `json:"content_type,omitempty"`
	Filename    string `json:"filename,omitempty"`
	Count       int    `json:"item_count,omitempty"`
}

// The kinds of items, and what the server's limits call them
// (https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/).
const (
	eventType      = "event"
	attachmentType = "attachment"
	sessionType    = "session"
	checkInType    = "check_in"
	logType        = "log"
	reportType     = "client_report"

	errorCategory      = "error"
	attachmentCategory = "attachment"
	sessionCategory    = "session"
	monitorCategory    = "monitor"
	logCategory        = "log_item"
)

func eventItem(payload []byte) item {
	return item{itemHeader: itemHeader{Type: eventType, ContentType: "application/json"}, category: errorCategory, payload: payload}
}

// jsonItem encodes v, which always can be.
func jsonItem(typ, category string, v any) item {
	payload, err := encodeJSON(v)
	if err != nil { // a type that has no JSON form: a fault in this package
		payload = []byte("{}")
	}
	return item{itemHeader: itemHeader{Type: typ}, category: category, payload: payload}
}

// write appends the envelope to w. sent is when it is sent, not when the event
// happened: the server corrects clocks by it.
func (e *envelope) write(w *bytes.Buffer, client string, sent time.Time) error {
	header, err := json.Marshal(struct {
		ID     string  `json:"event_id,omitempty"`
		SentAt string  `json:"sent_at"`
		SDK    sdkInfo `json:"sdk"`
	}{e.id, stamp(sent.UnixNano()), sdkInfo{sdkName, client}})
	if err != nil {
		return err
	}
	w.Write(header)
	w.WriteByte('\n')
	for i := range e.items {
		it := &e.items[i]
		it.Length = len(it.payload)
		header, err := json.Marshal(it.itemHeader)
		if err != nil {
			return err
		}
		w.Write(header)
		w.WriteByte('\n')
		w.Write(it.payload)
		w.WriteByte('\n')
	}
	return nil
}

// encodeJSON returns v as JSON on one line. Source code is full of <, > and &,
// which need no escape here.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// eventID is the id of what kind of item a record became. It has the form of a
// random UUID, which is what servers expect.
func eventID(journal string, record capture.Offset, kind string) string {
	return makeID(journal + "-" + strconv.FormatUint(uint64(record), 10) + "-" + kind)
}

// makeID is an id that follows from a name.
func makeID(name string) string {
	sum := sha256.Sum256([]byte(name))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	return hex.EncodeToString(sum[:16])
}

// stamp writes a time in Unix nanoseconds as Sentry reads it.
func stamp(ns int64) string {
	return time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000Z")
}
