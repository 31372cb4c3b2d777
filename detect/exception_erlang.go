package detect

import (
	"slices"
	"strings"
)

// parseErlang reads an exception as erl_error prints it, alone or in a crash
// report, or else the term that a process ended with.
func parseErlang(s *source) []Exception {
	e := Exception{Language: Erlang}
	lines := strings.Split(s.text, "\n")
	if i := strings.Index(s.text, erlangCrasher); i >= 0 && len(lines) == 1 {
		lines = erlangLines(s.text[i:])
	}
	var value []string
	reading, margin := false, 0
	for _, line := range lines {
		body := line[indent(line):]
		call, frame := cutErlangFrame(line)
		n := erlangClass(body)
		switch {
		case !reading && n > 0:
			reading, margin = true, indent(line)
			class := strings.Fields(strings.TrimPrefix(body[:n-2], "escript: "))
			e.Type = class[len(class)-1]
			value = append(value, body[n:])
		case !reading:
		case frame:
			e.Frames = append(e.Frames, erlangFrame(call))
		case indent(line) <= margin && margin > 0 || blank(line): // "    ancestors: …"
			reading = false
		case len(e.Frames) == 0:
			value = append(value, strings.TrimSpace(line))
		}
		if e.Type != "" && !reading {
			break
		}
	}
	if e.Type == "" {
		return parseErlangTerm(s.text)
	}
	e.Value = strings.Join(value, "\n")
	if f, ok := erlangNoClause(e.Value); ok {
		e.Frames = slices.Insert(e.Frames, 0, f)
	}
	reversed(e.Frames)
	return []Exception{e}
}

// erlangNoClause reads the function in "no function clause matching
// lists:nth(2,[]) (lists.erl, line 198)", which has no line of its own.
func erlangNoClause(value string) (Frame, bool) {
	call, ok := strings.CutPrefix(value, "no function clause matching ")
	place := strings.LastIndex(call, " (")
	if !ok || place < 0 || !strings.HasSuffix(call, ")") || !strings.Contains(call[place:], ", line ") {
		return Frame{}, false
	}
	name, _, _ := strings.Cut(call, "(")
	return erlangFrame(name + call[place:]), true
}

// erlangLines breaks a crash report on one line where the lines were.
func erlangLines(text string) []string {
	for _, mark := range [...]string{"exception ", "in function  ", "in call from ", "in operator  ", "ancestors: "} {
		text = strings.ReplaceAll(text, ", "+mark, "\n    "+mark)
	}
	return strings.Split(text, "\n")
}

// erlangFrame reads "mod:fun/2 (file.erl, line 4)".
func erlangFrame(call string) Frame {
	name, place, _ := strings.Cut(call, " (")
	f := Frame{Function: strings.TrimSpace(name)}
	if file, line, ok := strings.Cut(place, ", line "); ok {
		f.File, f.Line = file, number(line)
	}
	f.Module, _, _ = strings.Cut(f.Function, ":")
	if f.Module == f.Function {
		f.Module = ""
	}
	f.InApp = erlangInApp(f.Module)
	return f
}

// parseErlangTerm reads "{Reason,[{mod,fun,2,[{file,"f.erl"},{line,4}]},…]}",
// behind the words of a report.
func parseErlangTerm(text string) []Exception {
	for _, mark := range [...]string{"** Reason for termination", "** Reason ==", "with exit value:", "terminating. Reason:", "exit with reason", "init terminating in ", "Runtime terminating during boot", "Kernel pid terminated"} {
		if i := strings.Index(text, mark); i >= 0 {
			text = text[i+len(mark):]
			break
		}
	}
	reason := ""
	if rest, ok := strings.CutPrefix(text, " = "); ok { // gen_statem: "error:Reason", then more of these lines, the stack in the last
		reason, text, _ = strings.Cut(rest, "\n** ")
		_, reason, _ = strings.Cut(reason, ":")
	}
	if before, stack, ok := strings.Cut(text, " and stacktrace ["); ok { // Ranch
		reason, text = before, stack
	}
	start := strings.IndexByte(text, '{')
	if start < 0 {
		return nil
	}
	if text = text[start:]; reason == "" {
		text = text[1:]
	}
	if i := strings.Index(text, "\n** Client "); i >= 0 { // the stack of who waited for an answer
		text = text[:i]
	}
	e := Exception{Type: "error", Language: Erlang}
	for i := 0; i < len(text); {
		j := strings.IndexByte(text[i:], '{')
		if j < 0 {
			break
		}
		i += j
		f, n := erlangTermFrame(text[i:])
		if n == 0 {
			i++
			continue
		}
		if e.Frames == nil {
			e.Value = strings.Join(strings.Fields(strings.TrimRight(text[:i], " \n\t\r[,")), " ")
		}
		e.Frames = append(e.Frames, f)
		i += n
	}
	if e.Frames == nil {
		return nil
	}
	if reason != "" {
		e.Value = strings.Join(strings.Fields(reason), " ")
	}
	if name := strings.TrimLeft(e.Value, "{"); erlangAtom(name) > 0 {
		e.Type = name[:erlangAtom(name)]
	}
	reversed(e.Frames)
	return []Exception{e}
}

// maxErlangArgs bounds the arguments in a stack that are skipped, so that no
// text is read again and again.
const maxErlangArgs = 4096

// erlangTermFrame reads one tuple of a stack and returns its length, 0 if the
// text does not begin with one.
func erlangTermFrame(text string) (f Frame, n int) {
	i := 1
	m := erlangAtom(text[i:])
	if m == 0 || i+m >= len(text) || text[i+m] != ',' {
		return f, 0
	}
	f.Module = text[i : i+m]
	i += m + 1 + indentAll(text[i+m+1:])
	m = erlangAtom(text[i:])
	if m == 0 || i+m >= len(text) || text[i+m] != ',' {
		return f, 0
	}
	fun := text[i : i+m]
	i += m + 1 + indentAll(text[i+m+1:])
	k := i
	for k < len(text) && isDigit(text[k]) {
		k++
	}
	arity := text[i:k]
	if k == i {
		if k = erlangList(text, i); k == 0 {
			return f, 0
		}
		arity = "" // the arguments are there instead
	}
	if k >= len(text) || text[k] != ',' {
		return f, 0
	}
	k += 1 + indentAll(text[k+1:])
	end := erlangList(text, k)
	if end == 0 || end >= len(text) || text[end] != '}' {
		return f, 0
	}
	f.Function = f.Module + ":" + fun
	if arity != "" {
		f.Function += "/" + arity
	}
	place := text[k:end]
	if _, rest, ok := strings.Cut(place, `{file,"`); ok {
		f.File, rest, _ = strings.Cut(rest, `"`)
		if _, rest, ok = strings.Cut(rest, "{line,"); ok {
			f.Line = number(rest)
		}
	}
	f.InApp = erlangInApp(f.Module)
	return f, end + 1
}

// indentAll returns how many blanks and line breaks a text begins with.
func indentAll(text string) int { return len(text) - len(strings.TrimLeft(text, " \n\t\r")) }

// erlangAtom returns the length of the atom a text begins with.
func erlangAtom(text string) int {
	if text != "" && text[0] == '\'' {
		if i := strings.IndexByte(text[1:min(len(text), 256)], '\''); i > 0 {
			return i + 2
		}
		return 0
	}
	n := 0
	for n < len(text) && (isName(text[n]) || n > 0 && text[n] == '@') {
		n++
	}
	if n > 0 && !isLower(text[0]) {
		return 0
	}
	return n
}

// erlangList returns where the list that begins at i ends, 0 if it does not.
func erlangList(text string, i int) int {
	if i >= len(text) || text[i] != '[' {
		return 0
	}
	depth, quoted := 0, false
	for k := i; k < min(len(text), i+maxErlangArgs); k++ {
		switch c := text[k]; {
		case c == '\\':
			k++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 {
				return k + 1
			}
		}
	}
	return 0
}

// erlangLibraries are modules of OTP that call an app's code or are called by it.
var erlangLibraries = [...]string{
	"erlang", "init", "escript", "erl_eval", "erl_error", "gen", "gen_server", "gen_statem", "gen_event", "gen_fsm", "proc_lib", "supervisor",
	"lists", "maps", "timer", "application", "application_master", "application_controller", "shell", "code", "code_server", "rpc", "erpc", "io",
	"io_lib", "file", "ets", "dets", "mnesia", "string", "binary", "dict", "orddict", "queue", "sets", "re", "json", "ssl", "httpc", "inets",
	"gen_tcp", "global", "error_handler", "user_sup", "logger", "logger_server", "elixir", "cowboy_handler", "cowboy_stream_h", "ranch_conns_sup",
	"cowboy_http", "cowboy_http2", "eunit_test", "eunit_proc", "test_server", "filename", "filelib", "unicode", "base64", "crypto", "calendar",
}

func erlangInApp(module string) bool {
	return module != "" && !slices.Contains(erlangLibraries[:], module)
}
