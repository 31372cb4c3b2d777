package detect

import (
	"strings"
)

// parsePyFault reads a report of faulthandler: the current thread's frames,
// which are printed newest first.
func parsePyFault(text string) Exception {
	first, rest, _ := strings.Cut(text, "\n")
	e := Exception{Value: first, Language: Python}
	e.Type, _, _ = strings.Cut(strings.TrimPrefix(first, pyFatal), ":")
	reading := false
	for line := range strings.SplitSeq(rest, "\n") {
		switch {
		case strings.HasPrefix(line, "Current thread"):
			if reading = len(e.Frames) == 0; reading {
				e.Thread = threadOf(line)
			}
		case strings.HasPrefix(line, "Thread 0x"), line == "":
			reading = false
		case reading:
			if f, ok := pyFrame(line); ok {
				e.Frames = append(e.Frames, f)
			}
		}
	}
	reversed(e.Frames)
	return e
}

// threadOf returns "0x00007f9e" of "Current thread 0x00007f9e (most …", or the
// name that newer versions print behind that in brackets.
func threadOf(line string) string {
	i := strings.Index(line, "0x")
	if i < 0 {
		return ""
	}
	id, rest, _ := strings.Cut(line[i:], " ")
	if name, _, ok := strings.Cut(rest, "] (most recent"); ok && strings.HasPrefix(name, "[") && len(name) > 1 {
		return name[1:]
	}
	return id
}
