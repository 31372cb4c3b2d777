package sentry

import (
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// place is a line of a file.
type place struct {
	file string
	line int
}

// printedLines are the source lines that a trace shows itself: Python's below each
// frame, Node's above the error. A file that has another line there is not the
// one that ran.
func printedLines(r *detect.Record) map[place]string {
	switch r.Trace {
	case detect.Python:
		return pythonLines(string(r.Text))
	case detect.JavaScript:
		return nodeLine(string(r.Text))
	}
	return nil
}

func pythonLines(text string) map[place]string {
	const margin = " \t|+" // of exception groups
	shown := make(map[place]string)
	var at place
	column := 0 // of the frame; its source line stands further in
	for whole := range strings.Lines(text) {
		whole = strings.TrimRight(whole, "\r\n")
		line := strings.TrimLeft(whole, margin)
		rest, isFrame := strings.CutPrefix(line, `File "`)
		if !isFrame {
			if at.file != "" && line != "" && len(whole)-len(line) > column {
				shown[at] = line
			}
			at = place{}
			continue
		}
		at, column = place{}, len(whole)-len(line)
		if i := strings.LastIndex(rest, `", line `); i > 0 {
			number, _, called := strings.Cut(rest[i+len(`", line `):], ", in ")
			if n, err := strconv.Atoi(number); err == nil && called {
				at = place{rest[:i], n}
			}
		}
	}
	return shown
}

func nodeLine(text string) map[place]string {
	if !hasCaret([]byte(text)) {
		return nil
	}
	first, rest, _ := strings.Cut(text, "\n")
	i := strings.LastIndexByte(first, ':')
	if i < 0 {
		return nil
	}
	n, err := strconv.Atoi(first[i+1:])
	if err != nil {
		return nil
	}
	return map[place]string{{first[:i], n}: firstLine(rest)}
}

// contradicts reports whether the trace shows another line than the file has.
func contradicts(shown map[place]string, in *detect.Frame, line string) bool {
	text, known := shown[place{in.File, in.Line}]
	return known && strings.Trim(text, " \t|+") != strings.Trim(line, " \t\f|+")
}
