// Package parity compares the event that an SDK of Sentry sent for a program
// with the event made of what the same program prints.
package parity

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Score is how many keys of the SDK's events are the same in the other ones.
// Keys that the SDK does not send are not counted.
type Score struct {
	Values, ValuesTotal int // of events and exceptions, with the number of frames
	Frames, FramesTotal int // of frames
	Diffs               []string
}

// Check returns what is not as it should be: differences in values, and in more
// than one of fifty keys of frames. Those that the file untold.txt in dir lists are
// none: a key on each line, then why it differs.
func (s *Score) Check(dir string) []string {
	text, _ := os.ReadFile(filepath.Join(dir, "untold.txt")) // there need be none
	excused := map[string]int{}
	for line := range strings.Lines(string(text)) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		excused[key]++
	}
	var list, frames []string
	for _, diff := range s.Diffs {
		what, _, _ := strings.Cut(diff, ": ")
		key, _, _ := strings.Cut(what, " ")
		switch excused[key]--; {
		case excused[key] >= 0:
		case strings.HasPrefix(key, "frame."):
			frames = append(frames, diff)
		default:
			list = append(list, diff)
		}
	}
	if len(frames)*50 > s.FramesTotal {
		return append(list, frames...)
	}
	return list
}

func (s *Score) String() string {
	return fmt.Sprintf("%d of %d keys equal, %d of %d of frames", s.Values+s.Frames, s.ValuesTotal+s.FramesTotal, s.Frames, s.FramesTotal)
}

// Events are compared by these keys, written as paths.
var eventKeys = []string{
	"level", "platform", "release", "environment", "logger", "transaction", "logentry.formatted", "request.url", "request.method", "request.query_string",
	"contexts.runtime.name", "contexts.runtime.version",
}

var exceptionKeys = []string{"type", "value", "module", "mechanism.type", "mechanism.handled", "mechanism.source", "mechanism.synthetic",
	"mechanism.is_exception_group", "mechanism.meta.errno.number", "mechanism.exception_id", "mechanism.parent_id"}

var frameKeys = []string{"filename", "abs_path", "function", "module", "lineno", "colno", "in_app", "pre_context", "context_line", "post_context"}

// Compare compares the events of one program. Lists are aligned at their ends,
// where the crash is.
func Compare(sdk, ours []map[string]any) *Score {
	s := &Score{}
	s.value("events", len(sdk), len(ours))
	ours = slices.Clone(ours)
	for i := range min(len(sdk), len(ours)) {
		// Streams have no order among each other: the next one of the same title, if there is one.
		j := slices.IndexFunc(ours[i:], func(e map[string]any) bool { return title(e) == title(sdk[i]) })
		if j > 0 {
			e := ours[i+j]
			ours = slices.Insert(slices.Delete(ours, i+j, i+j+1), i, e)
		}
		s.event(sdk[i], ours[i])
	}
	return s
}

func title(e map[string]any) string {
	if list := exceptions(e); len(list) > 0 {
		return fmt.Sprint(At(list[len(list)-1], "type"), At(list[len(list)-1], "value"))
	}
	return fmt.Sprint(At(e, "logentry.formatted"))
}

func (s *Score) event(sdk, ours map[string]any) {
	for _, key := range eventKeys {
		s.valueAt(key, sdk, ours)
	}
	want, got := exceptions(sdk), exceptions(ours)
	s.value("exceptions", len(want), len(got))
	for i := 1; i <= min(len(want), len(got)); i++ {
		s.exception(want[len(want)-i], got[len(got)-i], i == 1)
	}
}

func (s *Score) exception(sdk, ours any, last bool) {
	for _, key := range exceptionKeys {
		// Python's SDK gives every link of a plain chain the mechanism of the last.
		if key != "mechanism.type" || last || At(sdk, "mechanism.parent_id") != nil {
			s.valueAt(key, sdk, ours)
		}
	}
	want := ownFrames(sdk)
	got, _ := At(ours, "stacktrace.frames").([]any)
	s.value("number-of-frames", len(want), len(got))
	for i := 1; i <= min(len(want), len(got)); i++ {
		a, b := want[len(want)-i], got[len(got)-i]
		for _, key := range frameKeys {
			if v := At(a, key); !isEmpty(v) {
				s.FramesTotal++
				if s.same(fmt.Sprintf("frame.%s %v -%d", key, At(sdk, "type"), i), v, At(b, key)) {
					s.Frames++
				}
			}
		}
	}
}

// ownFrames are the frames of an exception but for those of the SDK, which has
// itself called by the libraries that it watches.
func ownFrames(exception any) []any {
	list, _ := At(exception, "stacktrace.frames").([]any)
	return slices.DeleteFunc(slices.Clone(list), func(frame any) bool {
		path, _ := At(frame, "abs_path").(string)
		file, _ := At(frame, "filename").(string)
		return strings.Contains(path+file, "/@sentry/") || strings.Contains(path+file, "/@opentelemetry/") || strings.Contains(path, "/sentry_sdk/")
	})
}

func (s *Score) valueAt(key string, sdk, ours any) {
	if v := At(sdk, key); !isEmpty(v) {
		s.value(key, v, At(ours, key))
	}
}

func (s *Score) value(name string, want, got any) {
	s.ValuesTotal++
	if s.same(name, want, got) {
		s.Values++
	}
}

func (s *Score) same(name string, want, got any) bool {
	if reflect.DeepEqual(plain(want), plain(got)) {
		return true
	}
	s.Diffs = append(s.Diffs, fmt.Sprintf("%s: the SDK has %#v, the event %#v", name, want, got))
	return false
}

// plain drops the line ends that some SDKs leave on source lines.
func plain(v any) any {
	switch v := v.(type) {
	case string:
		return strings.TrimRight(v, "\r\n")
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	}
	return v
}

// exceptions takes both forms: sentry-go sends a flat list.
func exceptions(e map[string]any) []any {
	if list, ok := e["exception"].([]any); ok {
		return list
	}
	list, _ := At(e, "exception.values").([]any)
	return list
}

// At returns what decoded JSON has at a path of keys, nil if there is nothing.
func At(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

func isEmpty(v any) bool {
	list, isList := v.([]any)
	return v == nil || v == "" || isList && len(list) == 0
}
