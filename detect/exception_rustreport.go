package detect

import (
	"strings"
)

// parseRustReport reads what anyhow, eyre and color-eyre write for an error: the
// error itself, "Caused by:" with the causes, the innermost last, and perhaps a
// stack, which belongs to where the first of them was made.
func parseRustReport(header string, lines []string) []Exception {
	var values []string
	if header != "" {
		values = []string{reportedError(header)}
	} else if !isReportMark(lines[0]) {
		n := 1
		for n < len(lines) && !isReportMark(lines[n]) && !strings.HasPrefix(lines[n], "   0: ") {
			n++
		}
		more := trimBlankLines(append([]string{reportedError(lines[0])}, lines[1:n]...))
		if v := strings.TrimSpace(strings.Join(more, "\n")); v != "" {
			values = append(values, v)
		}
		lines = lines[n:]
	}
	end := 0
	for end < len(lines) && !endsRustCauses(lines[end]) {
		end++
	}
	values = append(values, rustCauseList(lines[:end])...)
	var list []Exception
	for i := len(values) - 1; i >= 0; i-- {
		list = append(list, Exception{Type: "Error", Value: values[i], Language: Rust, Relation: "cause"})
	}
	if n := len(list); n > 0 {
		list[n-1].Relation = ""
		list[n-1].Frames = rustReportFrames(lines[end:])
	}
	return list
}

// reportedError returns the message of the line that a report begins with.
func reportedError(line string) string {
	r := Record{Text: []byte(line)}
	classify(r.Text, &r)
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(r.Message)), "Error:"))
}

func isReportMark(line string) bool {
	return isRustCaused(strings.TrimSpace(line)) || endsRustCauses(line)
}

func endsRustCauses(line string) bool {
	switch strings.TrimSpace(line) {
	case "Stack backtrace:", rustStackHead, "Location:":
		return true
	}
	body := line[indent(line):]
	return strings.HasPrefix(body, "\u2501\u2501") || strings.HasPrefix(line, "Backtrace omitted.") // "━━━ BACKTRACE ━━━"
}

// rustCauseList reads the numbered causes, or the only one. A cause may have more
// lines, which are set in as its text is.
func rustCauseList(lines []string) []string {
	var list [][]string
	for _, line := range lines {
		body := line[indent(line):]
		if isRustCaused(body) || body == "" && len(list) == 0 {
			continue
		}
		if n := digitsEnd([]byte(body), 0); n > 0 && strings.HasPrefix(body[n:], ": ") && (number(body) == len(list) || number(body) == len(list)+1) {
			list = append(list, []string{body[n+2:]})
		} else if len(list) == 0 {
			list = append(list, []string{body})
		} else {
			list[len(list)-1] = append(list[len(list)-1], body)
		}
	}
	causes := make([]string, len(list))
	for i, cause := range list {
		causes[i] = strings.TrimRight(strings.Join(cause, "\n"), "\n \t")
	}
	return causes
}

// rustReportFrames reads the stack of a report, or its "Location:".
func rustReportFrames(lines []string) []Frame {
	if frames := rustFrames(lines); len(frames) > 0 && !isLocation(lines) {
		return frames
	}
	var location []Frame
	for i, line := range lines {
		if line == "Location:" && i+1 < len(lines) {
			place := strings.TrimPrefix(strings.TrimSpace(lines[i+1]), "at ")
			location = []Frame{rustFrame("", place)}
			if frames := rustFrames(lines[i+2:]); len(frames) > 0 {
				return frames
			}
		}
	}
	return location
}

func isLocation(lines []string) bool { return len(lines) > 0 && lines[0] == "Location:" }

// parseEyrePanic reads color-eyre's report on a panic.
func parseEyrePanic(lines []string) []Exception {
	e := Exception{Type: "panic", Language: Rust}
	place, at := "", 0
	var value []string
	for i, line := range lines {
		if p, ok := strings.CutPrefix(line, "Location: "); ok && place == "" {
			place, at = strings.TrimSpace(p), i
		} else if v, ok := strings.CutPrefix(line, "Message:"); ok && value == nil {
			value = []string{strings.TrimSpace(v)}
		} else if place == "" && value != nil {
			value = append(value, line)
		}
	}
	e.Value = strings.Join(trimBlankLines(value), "\n")
	if e.Frames = rustFrames(lines[at+1:]); len(e.Frames) == 0 && place != "" {
		e.Frames = []Frame{rustFrame("", place)}
	}
	return []Exception{e}
}
