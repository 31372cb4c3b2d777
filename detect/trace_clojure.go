package detect

import (
	"bytes"
	"strings"
)

// clojureGrammar is what clojure.main (1.10 and later) prints of an exception
// instead of its stack, which goes to a file: "Execution error (Type) at ns/fn
// (file.clj:2)." with the message below.
var clojureGrammar = grammar{language: Java, why: "clojure error", step: stepClojure, parse: parseClojure}

const (
	clojureMessage uint8 = iota // the message is to come, or its further lines
	clojureReport               // "Full report at:"
)

const (
	clojureFull       = "Full report at:"
	maxClojureMessage = 32
)

func openClojure(line []byte) opening {
	switch line[0] {
	case 'E', 'S', 'U':
		if isClojureHead(line) {
			return opening{grammar: &clojureGrammar, state: clojureMessage, verdict: accept}
		}
	}
	return opening{}
}

// isClojureHead recognises the first line, which ends in a place: "(main.clj:2:12).".
func isClojureHead(line []byte) bool {
	known := false
	for _, p := range [...]string{"Execution error ", "Syntax error ", "Unexpected error ", "Error printing return value ", "Error reading source "} {
		known = known || hasPrefix(line, p)
	}
	if !known || !hasSuffix(line, ").") {
		return false
	}
	i := bytes.LastIndexByte(line, '(')
	if i < 0 || !bytes.Contains(line[:i], []byte(" at ")) {
		return false
	}
	file, number, ok := bytes.Cut(line[i+1:len(line)-2], []byte(":"))
	return ok && len(file) > 0 && len(number) > 0 && isDigit(number[0])
}

func stepClojure(g *group, line []byte) verdict {
	if g.state == clojureReport {
		if len(line) > 0 && (line[0] == '/' || hasSuffix(line, ".edn")) {
			return done
		}
		return refuse
	}
	if string(line) == clojureFull {
		g.state = clojureReport
		return accept
	}
	if g.count++; g.count > maxClojureMessage {
		return refuse
	}
	switch {
	case len(line) > 0 && g.count == 1:
		return likely
	case indent(line) > 0:
		return maybe
	}
	return free
}

// parseClojure reads the report; its only frame is the place that it names.
func parseClojure(s *source) []Exception {
	head, rest, _ := strings.Cut(s.text, "\n")
	e := Exception{Type: "Exception", Language: Java}
	at := strings.LastIndex(head, " at ")
	if at < 0 {
		return nil
	}
	what, place := head[:at], strings.TrimSuffix(head[at+len(" at "):], ".")
	if _, name, ok := strings.Cut(what, " ("); ok {
		e.Type, _, _ = strings.Cut(name, ")")
	} else if strings.HasPrefix(what, "Syntax error") {
		e.Type = "Syntax error"
	}
	f := Frame{InApp: true}
	name, file, ok := strings.Cut(place, "(")
	if ok {
		file = strings.TrimSuffix(file, ")")
		f.Function = strings.TrimSpace(name)
		f.File, f.Line = cutNumber(file)
		if file, line := cutNumber(f.File); line > 0 {
			f.File, f.Line, f.Column = file, line, f.Line
		}
	}
	if ns, _, ok := strings.Cut(f.Function, "/"); ok {
		f.Module = ns
		f.InApp = javaInApp(ns + ".")
	}
	e.Frames = []Frame{f}
	value, _, _ := strings.Cut(rest, clojureFull)
	e.Value = strings.TrimSpace(value)
	return []Exception{e}
}
