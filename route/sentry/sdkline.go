package sentry

import (
	"bytes"

	"github.com/logwrap/logwrap/detect"
)

// signInLine returns what a line tells of an SDK that is at work: not that one is
// there, which SDKs also say that were given no DSN, but that it sends events.
//
//	[sentry] DEBUG: Sending envelope [envelope with 1 items (error)] project:42 host:sentry.io
//	[Sentry] 2026/11/28 04:06:47 Sending error [2d214450fcea4f6baad87075cb017629] to sentry.io project: 42
//	INFO: Initializing SDK with DSN: 'https://…'
//	{"message": "it failed", "sentry_event_id": "2d214450fcea4f6baad87075cb017629"}
func signInLine(text []byte) sdkSign {
	if !mentionsSentry(text) {
		return sdkSign{}
	}
	for _, form := range sdkLines {
		if _, rest, ok := bytes.Cut(text, []byte(form.start)); ok && form.end(rest) {
			return sdkSign{form.sdk, "it wrote: " + cleanLine(form.start, maxTitle), form.lang}
		}
	}
	if eventIDIn(text) {
		return sdkSign{"SDK", "a line of the app has the id of a Sentry event", detect.NoLanguage}
	}
	return sdkSign{}
}

var sdkLines = [...]struct {
	start string
	end   func(rest []byte) bool
	sdk   string
	lang  detect.Language
}{
	{"[sentry] DEBUG: Sending envelope [", func(rest []byte) bool { return bytes.Contains(rest, []byte("] project:")) }, "sentry-python", detect.Python},
	{"[Sentry] ", isSendingError, "sentry-go", detect.Go},
	{"INFO: Initializing SDK with DSN: '", func(rest []byte) bool { return bytes.HasPrefix(rest, []byte("http")) }, "sentry-java", detect.Java},
}

// isSendingError matches "2026/11/28 04:06:47 Sending error [ID] to HOST project: 42".
func isSendingError(rest []byte) bool {
	_, id, ok := bytes.Cut(rest, []byte("Sending error ["))
	return ok && isEventID(id)
}

// mentionsSentry is a first look that most lines fail.
func mentionsSentry(text []byte) bool {
	return bytes.Contains(text, []byte("entry")) || bytes.Contains(text, []byte("SDK with DSN"))
}

// eventIDKeys are the names under which apps log the id that their SDK gave an
// event, in lower case.
var eventIDKeys = []string{"sentry_event_id", "sentry.event_id", "sentry-event-id", "sentryeventid", "sentry event id", "sentry_id", "sentryid", "sentry id"}

// eventIDIn reports whether a text has the id of a Sentry event under a name that
// says so.
func eventIDIn(text []byte) bool {
	if len(text) > maxMessage || !mentionsSentry(text) {
		return false
	}
	lower := bytes.ToLower(text)
	for _, key := range eventIDKeys {
		if _, rest, ok := bytes.Cut(lower, []byte(key)); ok && isEventID(bytes.TrimLeft(rest, "\"' :=[(")) {
			return true
		}
	}
	return false
}

// isEventID reports whether a text begins with the id of an event, which is
// not the zero that an SDK without DSN returns.
func isEventID(text []byte) bool {
	zeros := 0
	for i := range 32 {
		if i == len(text) {
			return false
		}
		switch c := text[i]; {
		case c == '0':
			zeros++
		case c > '0' && c <= '9', c >= 'a' && c <= 'f':
		default:
			return false
		}
	}
	return zeros < 32 && (len(text) == 32 || !isWord(text[32]))
}
