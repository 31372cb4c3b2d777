package detect

import (
	"strings"
)

// parseSanitizer reads a report: what it found, and the first stack, which is
// where it was found.
func parseSanitizer(lines []string) []Exception {
	at := 0
	for at < len(lines) && !strings.Contains(lines[at], "Sanitizer: ") {
		at++
	}
	if at == len(lines) {
		return nil
	}
	head := lines[at][valgrindPID([]byte(lines[at])):]
	if _, after, ok := strings.Cut(head, ": "); ok { // "ERROR: "
		head = after
	}
	tool, value, _ := strings.Cut(head, ": ")
	e := Exception{Type: sanitizerKind(value, lines), Value: value, Module: tool, Language: Native, Frames: nativeFrames(lines[at+1:])}
	return []Exception{e}
}

// sanitizerKind names what was found, as the summary does where the first line
// is a sentence.
func sanitizerKind(value string, lines []string) string {
	if strings.HasPrefix(value, "attempting ") || strings.HasPrefix(value, "requested ") {
		for i := len(lines) - 1; i >= 0; i-- {
			if rest, ok := strings.CutPrefix(lines[i], "SUMMARY: "); ok {
				_, kind, _ := strings.Cut(rest, ": ")
				kind, _, _ = strings.Cut(kind, " ")
				return kind
			}
		}
		value = strings.TrimPrefix(value, "attempting ")
	}
	for _, end := range [...]string{" on ", " (", ": ", " of size "} {
		value, _, _ = strings.Cut(value, end)
	}
	return value
}

// parseUBSan reads a report of the sanitizer for undefined behaviour.
func parseUBSan(lines []string) []Exception {
	place, value, _ := strings.Cut(lines[0], ubsError)
	e := Exception{Type: "runtime error", Value: value, Language: Native, Frames: nativeFrames(lines[1:])}
	if len(e.Frames) == 0 {
		e.Frames = []Frame{nativeFrame("", place)}
		e.Frames[0].InApp = true
	}
	return []Exception{e}
}

// parseValgrind reads one report of Memcheck, Helgrind and the others.
func parseValgrind(lines []string) []Exception {
	n := valgrindPID([]byte(lines[0]))
	e := Exception{Value: strings.TrimSpace(lines[0][n:]), Language: Native}
	e.Type = e.Value
	switch {
	case strings.Contains(e.Value, "Process terminating"):
		if name := signalName(e.Value); name != "" {
			e.Type = name
		}
	case strings.Contains(e.Value, " in loss record "):
		_, kind, _ := strings.Cut(e.Value, " are ")
		e.Type, _, _ = strings.Cut(kind, " in loss record ")
	default:
		for _, end := range [...]string{" of size ", " during ", " at 0x"} {
			e.Type, _, _ = strings.Cut(e.Type, end)
		}
	}
	for _, line := range lines[1:] {
		if len(line) < n {
			break
		}
		body := strings.TrimSpace(line[n:])
		if !strings.HasPrefix(body, "at 0x") && !strings.HasPrefix(body, "by 0x") {
			if len(e.Frames) > 0 {
				break
			}
			continue
		}
		_, name, _ := strings.Cut(body, ": ")
		e.Frames = append(e.Frames, valgrindFrame(name))
	}
	reversed(e.Frames)
	return []Exception{e}
}

// valgrindFrame reads "f(int) (main.c:4)", "malloc (in /usr/lib/x.so)" and "???".
func valgrindFrame(name string) Frame {
	place := ""
	if i := strings.LastIndex(name, " ("); i > 0 && strings.HasSuffix(name, ")") {
		name, place = name[:i], strings.TrimPrefix(name[i+2:len(name)-1], "in ")
	}
	if name == "???" {
		name = ""
	}
	f := nativeFrame(cutParameters(name), place)
	if strings.HasPrefix(f.File, "vg_replace") {
		f.InApp = false
	}
	return f
}
