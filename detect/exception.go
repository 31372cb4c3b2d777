package detect

import (
	"strings"
)

// source is what a parser reads.
type source struct {
	header string // the log line before the trace, empty if none
	text   string // the trace, or all of it where the log line names the exception
}

// Exceptions parses the stack trace that the record holds: the root cause first,
// the exception that was raised last at the end, as Sentry orders them. It is
// nil if there is none. Nothing it returns points into the record's bytes.
func (r *Record) Exceptions() []Exception {
	if r.Trace != NoLanguage && (r.Format == JSON || r.shape&fieldTrace != 0) {
		return parseEmbedded(r)
	}
	g := grammarOf(r)
	if g == nil {
		return nil
	}
	if r.Trace == Perl && r.Lines == 1 && !r.diedOfIt() {
		return nil
	}
	head := min(max(int(r.head), 0), len(r.Text))
	text := cleanText(r.Text[head:])
	if g.late != "" && r.Continues() {
		text = g.late + "\n" + text
	}
	return g.parse(&source{header: strings.TrimSuffix(cleanText(r.Text[:head]), "\n"), text: text})
}

// cleanText returns a copy of some lines without colours and carriage returns.
func cleanText(lines []byte) string {
	text := string(appendPlain(nil, lines))
	return strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\r")
}

// Fatal reports whether a runtime itself says in the record that it ended by
// what the trace shows: a panic nobody recovered, an uncaught exception of Node,
// a fault. A trace that is not Fatal may have ended the app all the same.
func (r *Record) Fatal() bool {
	if r.Trace == NoLanguage || r.Format == JSON || r.shape&fieldTrace != 0 || int(r.head) >= len(r.Text) {
		return false
	}
	text := r.Text[r.head:]
	switch r.Trace {
	case Go:
		return hasPrefix(text, "panic: ") || hasPrefix(text, "fatal error: ") || hasPrefix(text, "runtime: ") ||
			hasPrefix(text, "unexpected fault") || isGoSignal(firstLine(text))
	case Java:
		return isHotspot(text)
	case JavaScript:
		return len(text) > 0 && isNodePlace(firstLine(text)) || isV8Report(text)
	case Python:
		return hasPrefix(text, pyFatal)
	case Rust:
		return rustIsFatal(text)
	case Native:
		return nativeIsFatal(text)
	case Erlang:
		return saysErlangEnd(firstLine(text)) || hasPrefix(text, "escript: exception ")
	case PHP:
		_, box := symfonyPlace(view(firstLine(text))) // its exit code is the exception's
		return box
	case CSharp:
		return hasPrefix(text, dotnetUnhandled) || hasPrefix(text, dotnetOld) || hasPrefix(text, dotnetAgain) || isDotnetFault(firstLine(text))
	}
	return r.formFatal(view(text))
}

// grammarOf returns the grammar that parses a record's trace, nil if it has none.
func grammarOf(r *Record) *grammar {
	if g := dumpOf(r); g != nil {
		return g
	}
	switch r.Trace {
	case Python:
		return &pythonGrammar
	case Go:
		if hasPrefix(r.Text, goRaceRule) {
			return &goRaceGrammar
		}
		return &goGrammar
	case Java:
		return javaGrammarOf(r)
	case JavaScript:
		if isV8Report(r.Text) {
			return &v8FatalGrammar
		}
		return &nodeGrammar
	case Ruby:
		if isJRuby(r.Text) {
			return &jrubyGrammar
		}
		return &rubyGrammar
	case PHP:
		return &phpGrammar
	case Perl:
		return &perlGrammar
	case Rust:
		return &rustGrammar
	case Native:
		return &nativeGrammar
	case CSharp:
		return &dotnetGrammar
	case Erlang:
		return &erlangGrammar
	case Elixir:
		return &elixirGrammar
	}
	return formGrammar(r.Trace)
}

func firstLine(text []byte) []byte {
	for i, c := range text {
		if c == '\n' {
			text = text[:i]
			break
		}
	}
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	return text
}

// reversed reverses what a runtime printed newest first.
func reversed[T any](list []T) []T {
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// trimBlankLines cuts the blank lines from the end of a value.
func trimBlankLines(lines []string) []string {
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// number reads the digits a text begins with, 0 if it has none or too many.
func number(text string) int {
	n, i := 0, 0
	for i < len(text) && isDigit(text[i]) && i < 9 {
		n = n*10 + int(text[i]-'0')
		i++
	}
	return n
}

// Logged reports whether a log line introduces the trace: a program wrote it, and
// went on at least that long.
func (r *Record) Logged() bool {
	return r.Trace != NoLanguage && (r.head > 0 || r.shape&fieldTrace != 0 || r.Format == JSON)
}
