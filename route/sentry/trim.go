package sentry

import "fmt"

// maxEvent is the most bytes that Sentry takes for an event
// (https://develop.sentry.dev/sdk/foundations/data-model/envelopes/).
const maxEvent = 1 << 20

// cut says how much of an event is left out because the server found it too large.
type cut int

const (
	whole  cut = iota
	noTail     // without the attachment
	barest     // without what stands around it: breadcrumbs, source lines, other threads
)

// strip leaves out of e what a server with a small limit may find too much, and
// says so.
func strip(e *event) {
	dropCrumbs(e)
	dropContext(e)
	e.Threads = nil
	dropFrames(50)(e)
	cutTexts(e)
}

// shortened is what an event says about what it lacks.
func (c cut) shortened() string {
	switch c {
	case noTail:
		return "the attachment was left out: the server takes no event of that size"
	case barest:
		return "attachment, breadcrumbs, source lines and other threads were left out: the server takes no event of that size"
	}
	return ""
}

// fit returns the JSON of e, made shorter step by step until it is at most
// maxEvent: breadcrumbs go first, then source lines, then frames in the middle,
// then the rest of long texts. e is changed.
func fit(e *event) ([]byte, error) {
	payload, err := encodeJSON(e)
	for _, shrink := range []func(*event){halveCrumbs, halveCrumbs, dropCrumbs, dropContext, dropFrames(50), dropFrames(10), cutTexts, dropChain, dropTags} {
		if err != nil || len(payload) <= maxEvent {
			return payload, err
		}
		shrink(e)
		payload, err = encodeJSON(e)
	}
	if err == nil && len(payload) > maxEvent {
		err = fmt.Errorf("make an event: %d bytes remain after cutting, %d are allowed", len(payload), maxEvent)
	}
	return payload, err
}

func halveCrumbs(e *event) {
	if e.Breadcrumbs != nil {
		e.Breadcrumbs.Values = e.Breadcrumbs.Values[(len(e.Breadcrumbs.Values)+1)/2:]
	}
}

func dropCrumbs(e *event) { e.Breadcrumbs = nil }

func dropContext(e *event) {
	eachStack(e, func(s *stacktrace) {
		for i := range s.Frames {
			s.Frames[i].PreContext, s.Frames[i].ContextLine, s.Frames[i].PostContext = nil, nil, nil
		}
	})
}

// dropFrames keeps n frames of each trace: the outermost tell where it began, the
// innermost where it went wrong.
func dropFrames(n int) func(*event) {
	return func(e *event) {
		eachStack(e, func(s *stacktrace) {
			if len(s.Frames) > n {
				s.Frames = append(s.Frames[:n/2:n/2], s.Frames[len(s.Frames)-n/2:]...)
			}
		})
	}
}

func cutTexts(e *event) {
	if e.LogEntry != nil {
		e.LogEntry.Formatted = clean(e.LogEntry.Formatted, maxMessage/8)
	}
	if e.Exception != nil {
		for i := range e.Exception.Values {
			e.Exception.Values[i].Value = clean(e.Exception.Values[i].Value, maxValue/8)
		}
	}
}

// dropChain keeps the ten exceptions that were raised last.
func dropChain(e *event) {
	if e.Exception == nil || len(e.Exception.Values) <= 10 {
		return
	}
	e.Exception.Values = e.Exception.Values[len(e.Exception.Values)-10:]
	for i := range e.Exception.Values {
		if p := e.Exception.Values[i].Mechanism.ParentID; p != nil && *p > 9 {
			e.Exception.Values[i].Mechanism.ParentID = nil
		}
	}
}

func dropTags(e *event) { e.Tags = nil }

func eachStack(e *event, do func(*stacktrace)) {
	if e.Exception == nil {
		return
	}
	for i := range e.Exception.Values {
		if s := e.Exception.Values[i].Stacktrace; s != nil {
			do(s)
		}
	}
}
