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

// writeEnvelope writes an envelope with one event
// (https://develop.sentry.dev/sdk/foundations/transport/envelopes/). sent is when it
// is sent, not when the event happened: the server corrects clocks by it.
func writeEnvelope(w *bytes.Buffer, id, client string, sent time.Time, payload []byte) error {
	header, err := json.Marshal(struct {
		ID     string  `json:"event_id"`
		SentAt string  `json:"sent_at"`
		SDK    sdkInfo `json:"sdk"`
	}{id, stamp(sent.UnixNano()), sdkInfo{sdkName, client}})
	if err != nil {
		return err
	}
	w.Write(header)
	w.WriteString("\n" + `{"type":"event","content_type":"application/json","length":` + strconv.Itoa(len(payload)) + "}\n")
	w.Write(payload)
	w.WriteByte('\n')
	return nil
}

// eventID is the id of what kind of item a record became. It has the form of a
// random UUID, which is what servers expect.
func eventID(journal string, record capture.Offset, kind string) string {
	sum := sha256.Sum256([]byte(journal + "-" + strconv.FormatUint(uint64(record), 10) + "-" + kind))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	return hex.EncodeToString(sum[:16])
}

// stamp writes a time in Unix nanoseconds as Sentry reads it.
func stamp(ns int64) string {
	return time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000Z")
}
