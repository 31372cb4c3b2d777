package detect

import (
	"bytes"
)

// The forms of Rust's standard library, 1.0 to 1.9x (std/src/panicking.rs,
// std/src/sys/backtrace.rs, the crate backtrace), and of the reports that anyhow,
// eyre and color-eyre write for an error that main returns.

// The states are named after what the line before was.
const (
	rustHead   uint8 = iota // "thread 'main' (7) panicked at src/main.rs:2:5:"; the value follows
	rustValue               // a line of the value
	rustOld                 // "thread 'main' panicked at 'the value goes on"
	rustDone                // the panic is complete, but for a stack and what came of it
	rustStack               // a frame
	rustCauses              // "Caused by:" or a cause
	rustReport              // color-eyre: "Location:", a rule or a frame
	rustTree                // a line of miette's tree
)

const maxRustValue = 64

var rustGrammar = grammar{language: Rust, why: "rust panic", step: stepRust, parse: parseRust}

const (
	rustPanicked  = " panicked at "
	rustOverflow  = " has overflowed its stack"
	rustRuntime   = "fatal runtime error: "
	rustStackHead = "stack backtrace:"
	eyreCrashed   = "The application panicked (crashed)."
)

// openRust decides what the table of first lines cannot.
func openRust(line []byte) opening {
	switch line[0] {
	case 't':
		rest := rustThread(line)
		switch {
		case hasPrefix(rest, rustPanicked):
			return opening{grammar: &rustGrammar, state: rustState(rest[len(rustPanicked):]), verdict: accept}
		case string(rest) == rustOverflow:
			return opening{grammar: &rustGrammar, state: rustDone, verdict: accept}
		}
	case 'm':
		if isAllocationFailure(line) {
			return opening{grammar: &rustGrammar, state: rustDone, verdict: accept}
		}
	case 'T':
		if string(bytes.TrimRight(line, " ")) == eyreCrashed {
			return opening{grammar: &rustGrammar, state: rustReport, verdict: accept}
		}
	}
	return opening{}
}

// isAllocationFailure recognises "memory allocation of 12 bytes failed".
func isAllocationFailure(line []byte) bool {
	rest, ok := cutPrefix(line, "memory allocation of ")
	n := digitsEnd(rest, 0)
	return ok && n > 0 && string(rest[n:]) == " bytes failed"
}

// rustThread returns what comes after "thread 'name' (12)", nil if the line does
// not begin like that. Names may have quotes.
func rustThread(line []byte) []byte {
	rest, ok := cutPrefix(line, "thread '")
	if !ok {
		return nil
	}
	near := rest[:min(len(rest), 256)]
	for from := 0; ; {
		i := bytes.IndexByte(near[from:], '\'')
		if i < 0 {
			return nil
		}
		from += i + 1
		tail := rest[from:]
		if id, ok := cutPrefix(tail, " ("); ok {
			if n := digitsEnd(id, 0); n > 0 && n < len(id) && id[n] == ')' {
				tail = id[n+1:]
			}
		}
		if hasPrefix(tail, rustPanicked) || hasPrefix(tail, rustOverflow) {
			return tail
		}
	}
}

// rustState tells from what comes after "panicked at " what follows.
func rustState(rest []byte) uint8 {
	switch {
	case hasSuffix(rest, ":") && rustPlace(rest[:len(rest)-1]):
		return rustHead
	case rustOldEnd(rest) >= 0:
		return rustDone
	}
	return rustOld
}

// rustOldEnd returns where the value ends in "value', src/main.rs:2:5" of Rust up
// to 1.72 or "value': src/main.rs:2" of the crate log-panics, -1 if it does not.
func rustOldEnd[T string | []byte](line T) int {
	near := max(0, len(line)-512)
	for i := len(line) - 3; i >= near; i-- {
		if line[i] == '\'' && (line[i+1] == ',' || line[i+1] == ':') && line[i+2] == ' ' {
			if rustPlace([]byte(line[i+3:])) {
				return i
			}
			return -1
		}
	}
	return -1
}

// rustPlace recognises "src/main.rs:2:5".
func rustPlace(place []byte) bool {
	i := bytes.LastIndexByte(place, ':')
	return i > 0 && i+1 < len(place) && digitsEnd(place, i+1) == len(place)
}

func stepRust(g *group, line []byte) verdict {
	switch g.state {
	case rustHead:
		g.state = rustValue
		g.mark(line, line)
		return accept
	case rustCauses:
		return stepRustCauses(g, line)
	case rustReport:
		return stepRustReport(g, line)
	case rustTree:
		if blank(line) {
			return maybe
		} else if indent(line) >= 2 {
			return accept
		}
		return refuse
	}
	if v := stepRustEnd(g, line); v != refuse {
		return v
	}
	switch g.state {
	case rustValue, rustOld:
		return stepRustValue(g, line)
	case rustStack:
		if isRustFrame(line) {
			return accept
		}
	}
	if blank(line) { // a second panic of the same thread may follow
		return maybe
	}
	return refuse
}

// stepRustEnd takes the lines that tell that a value is complete.
func stepRustEnd(g *group, line []byte) verdict {
	switch {
	case len(line) == 0:
		return refuse
	case string(line) == rustStackHead:
		g.state = rustStack
		return accept
	case hasPrefix(line, "note: ") && isRustNote(line):
		g.state = rustDone
		return accept
	case hasPrefix(line, rustRuntime), isRustAbort(line):
		g.state = rustDone
		return accept
	case line[0] == 't' && isRustNounwind(line):
		g.state = rustHead
		return accept
	case isShellSignal(line):
		return done
	}
	return refuse
}

func isRustNote(line []byte) bool {
	return bytes.Contains(line, []byte("RUST_BACKTRACE")) || hasPrefix(line, "note: Some details are omitted") ||
		hasPrefix(line, "note: the backtrace") || hasPrefix(line, "note: compile with `")
}

// isRustAbort recognises the last words of the panic machinery.
func isRustAbort(line []byte) bool {
	return hasPrefix(line, "thread ") && (hasSuffix(line, " aborting.") || hasSuffix(line, " aborting"))
}

// isRustNounwind recognises the panic that follows one which must not leave a
// destructor or a function of C. No other panic is placed inside core.
func isRustNounwind(line []byte) bool {
	return bytes.Contains(line, []byte("/core/src/panicking.rs:")) && hasPrefix(rustThread(line), rustPanicked)
}

func stepRustValue(g *group, line []byte) verdict {
	if g.state == rustOld && rustOldEnd(line) >= 0 {
		g.state = rustDone
		return accept
	}
	if g.count++; g.count > maxRustValue {
		return refuse
	}
	switch {
	case blank(line):
		return maybe
	case g.state == rustValue && indent(line) > 0: // what assert_eq! compares
		g.stretch(line)
		return likely
	}
	return free
}

// isRustFrame recognises the lines of a stack: "  12: path::function", with an
// address in the full form, "             at file:1:2", an inlined function, and
// "      [... omitted 3 frames ...]".
func isRustFrame(line []byte) bool {
	n := indent(line)
	if n == len(line) {
		return false
	}
	if d := digitsEnd(line, n); d > n {
		return d+1 < len(line) && line[d] == ':' && line[d+1] == ' '
	}
	return n >= 6
}
