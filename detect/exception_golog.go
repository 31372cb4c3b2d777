package detect

import (
	"strings"
)

// goErrors reads the frames that zap prints below a record, and the chain that
// %+v prints of an error of pkg/errors: the first one below what the line says,
// then each message that was added, with its own frames.
func goErrors(value string, lines []string) []Exception {
	var list []Exception
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && (isGoName([]byte(lines[n])) || isGoFile([]byte(lines[n]))) {
			n++
		}
		e := Exception{Type: "error", Value: value, Language: Go}
		_, e.Frames = goFrames(append([]string{"goroutine 0 [running]:"}, lines[:n]...))
		list = append(list, e)
		if lines = lines[n:]; len(lines) > 0 {
			list[len(list)-1].Relation = "cause"
			value, lines = lines[0], lines[1:]
		}
	}
	return list
}

// parseChi reads what chi's Recoverer prints: the panic, then frames of two
// lines, with arrows at the app's own.
func parseChi(lines []string) []Exception {
	_, value, _ := strings.Cut(lines[0], "panic: ")
	e := Exception{Type: "panic", Value: value, Language: Go}
	for i := 1; i+1 < len(lines); i++ {
		if name, place := chiText(lines[i]), chiText(lines[i+1]); isChiPlace(place) {
			e.Frames = append(e.Frames, goFrame(name, place))
			i++
		}
	}
	reversed(e.Frames)
	return []Exception{e}
}

// parseGin reads what Gin's recovery logs: the request, the value of the panic,
// and frames of two lines, the place first.
func parseGin(lines []string) []Exception {
	e := Exception{Type: "panic", Language: Go}
	for i := 0; i < len(lines); i++ {
		switch line := lines[i]; {
		case isGinFrame([]byte(line)) && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t"):
			place, _, _ := strings.Cut(line, " (0x")
			name, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), ": ")
			e.Frames = append(e.Frames, goFrame(name, place))
			i++
		case line != "" && len(e.Frames) == 0:
			e.Value = line
		}
	}
	if len(e.Frames) == 0 {
		return nil
	}
	reversed(e.Frames)
	return []Exception{e}
}
