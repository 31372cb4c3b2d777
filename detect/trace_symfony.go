package detect

import (
	"bytes"
	"strings"
)

// symfonyGrammar is the box that Symfony's console draws around an exception
// (Application::doRenderThrowable), the one that was caught first:
//
//	In main.php line 4:
//
//	  [DomainException (3)]
//	  card 7 declined
//
//	Exception trace:
//	  at /srv/app/main.php:4
//	 App\Pay->run() at /srv/app/main.php:9
//
// Its lines are filled up with blanks. The type and the trace are there if it is
// told to be verbose.
var symfonyGrammar = grammar{language: PHP, why: "symfony console", step: stepSymfony}

// The states are named after what the line before was.
const (
	symfonyHead  uint8 = iota // "In main.php line 4:"
	symfonyBox                // a line of the box
	symfonyTrace              // "Exception trace:" or a line of it
)

const symfonyStack = "Exception trace:"

func openSymfony(line []byte) opening {
	if _, ok := symfonyPlace(view(line)); !ok {
		return opening{}
	}
	return opening{grammar: &symfonyGrammar, state: symfonyHead, verdict: maybe}
}

// symfonyPlace reads "In main.php line 4:".
func symfonyPlace(line string) (phpSite, bool) {
	rest, ok := strings.CutPrefix(line, "In ")
	file, at, found := strings.Cut(strings.TrimSuffix(rest, ":"), " line ")
	if !ok || !found || !strings.HasSuffix(line, ":") || strings.Contains(file, " ") || number(at) == 0 {
		return phpSite{}, false
	}
	return phpSite{file: file, line: number(at)}, true
}

func stepSymfony(g *group, line []byte) verdict {
	text := view(line)
	switch {
	case len(line) == 0:
		if g.state == symfonyHead {
			return refuse
		}
		return maybe
	case blank(line):
		if len(line) < 4 || g.state == symfonyTrace {
			return refuse
		}
		g.state = symfonyBox
		return maybe
	case g.state == symfonyBox && hasPrefix(line, "  ") && hasSuffix(line, "  "):
		g.count++
		return accept
	case g.state == symfonyBox && text == symfonyStack:
		g.state = symfonyTrace
		return accept
	case g.state == symfonyTrace && symfonyFrame(line):
		return accept
	}
	if _, next := symfonyPlace(text); next && g.state != symfonyHead {
		g.state = symfonyHead
		return maybe
	}
	return refuse
}

func symfonyFrame(line []byte) bool {
	return line[0] == ' ' && bytes.Contains(line, []byte(" at ")) && (isDigit(line[len(line)-1]) || hasSuffix(line, " at n/a:n/a"))
}

// parseSymfony reads the boxes: what led to an exception comes behind it.
func parseSymfony(text string) []Exception {
	var list []Exception
	var value []string
	var sites []phpSite
	var at phpSite
	finish := func() {
		if len(list) == 0 {
			return
		}
		e := &list[len(list)-1]
		if n := len(value); n > 1 && value[0][0] == '[' && strings.HasSuffix(value[0], "]") {
			e.Type, _, _ = strings.Cut(strings.Trim(value[0], "[]"), " (")
			value = value[1:]
		}
		e.Value = strings.Join(value, "\n")
		e.Frames = phpCalls(sites, at)
		value, sites = nil, nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		text := strings.TrimSpace(line)
		if place, ok := symfonyPlace(line); ok {
			finish()
			list, at = append(list, Exception{Type: "Exception", Language: PHP, Relation: "cause"}), place
		} else if function, place, ok := strings.Cut(line, " at "); ok && symfonyFrame([]byte(line)) && !strings.HasSuffix(line, "  ") {
			site := phpSite{function: phpFunction(strings.TrimSpace(function))}
			if site.file, site.line, _ = splitPlace(place); site.line == 0 {
				site.file = ""
			}
			if site.function == "" && len(sites) == 0 {
				at = site
				continue
			}
			sites = append(sites, site)
		} else if text != "" && text != symfonyStack {
			value = append(value, text)
		}
	}
	finish()
	if len(list) > 0 {
		list[0].Relation = ""
	}
	return reversed(list)
}
