package detect

import (
	"strings"
	"unsafe"
)

// A form is how a runtime prints an error that has this shape, as most do: a
// head with the value, more lines of the value, perhaps a line that announces
// the stack, then the frames, one a line, and perhaps the cause in the same way.
// The functions are asked about single lines; they see no line feed.
type form struct {
	language Language
	why      string

	head  func(line string) (Exception, bool) // begins an error, with what the line tells of it
	intro func(line string) bool              // announces the frames; nil if they follow the value
	frame func(line string) (Frame, bool)
	more  func(line string, f *Frame) bool    // belongs to the frame above, or stands among frames
	link  func(line string) (Exception, bool) // begins the error that caused the one before
	last  func(line string) bool              // ends the trace, frames or not

	// goesOn reports whether a line behind the head belongs to it, though it may
	// look like the head of another trace.
	goesOn func(line string) bool

	// other reports whether a line begins frames that are not the error's own.
	other func(line string) bool

	// complete reads what the lines of the value hold besides, such as the type.
	complete func(e *Exception)

	values int  // how many lines of a value may follow the head
	source bool // every frame may show its line of source, which has the form of nothing
	sure   bool // the head is an error by itself
	oldest bool // the frames are printed oldest call first
	single bool // in a log line, the error comes without its causes

	exits   []int                  // how the runtime ends a process because of such an error
	signals []string               // likewise
	fatal   func(text string) bool // the text says itself that the process ends

	trace grammar // of a trace
	list  grammar // of frames that nothing introduced: they say nothing of an error
}

// The states of a form.
const (
	formValue uint8 = iota // the head, or more of the value
	formStack              // the line that announces the frames, or one of them
)

// maxFormGap bounds the lines among frames that are uncertain.
const maxFormGap = 3

// languages is more than there are.
const languages = 64

// forms are by language; nil for languages that have a grammar of their own.
var forms = func() (list [languages]*form) {
	for _, f := range [...]*form{
		&ocamlForm, &haskellForm, &crystalForm, &luaForm, &sbclForm, &adaForm, &fortranForm, &pascalForm,
		&dartForm, &swiftForm, &juliaForm, &zigForm, &vForm, &dForm, &oracleForm, &gdscriptForm,
	} {
		f.trace = grammar{language: f.language, why: f.why, step: f.step, parse: f.parse}
		f.list = grammar{why: "stack", step: f.step, compose: composeGeneric}
		list[f.language] = f
	}
	return list
}()

// view is a line as a string for as long as the line is unchanged.
func view(line []byte) string { return unsafe.String(unsafe.SliceData(line), len(line)) }

func (f *form) step(g *group, line []byte) verdict {
	text := view(line)
	switch {
	case g.state == formValue && f.announces(text):
		g.state, g.count = formStack, 0
		f.mark(g)
		if f.intro != nil {
			return maybe
		}
		g.depth = 1
		return accept
	case f.last != nil && f.last(text):
		f.mark(g)
		return done
	case g.state == formValue:
		if isNativeFrame(line) {
			return g.become(&nativeGrammar, natStack)
		}
		if v := stepInline(g, line); v != refuse { // "Unhandled exception: TypeError: x" is other runtimes' too
			return v
		}
		if g.count++; g.count > f.values {
			return refuse
		}
		if f.goesOn != nil && f.goesOn(text) {
			if f.sure {
				return accept
			}
			return maybe
		}
		return free
	}
	if _, ok := f.frame(text); ok {
		g.count, g.depth = 0, 1
		return accept
	}
	if f.link != nil && g.grammar != &f.list && !(f.single && g.headed) {
		if _, ok := f.link(text); ok {
			g.state, g.count = formValue, 0
			return accept
		}
	}
	switch {
	case len(line) == 0:
		if g.count++; g.count <= maxFormGap {
			return maybe
		}
	case f.other != nil && f.other(text), f.more != nil && f.more(text, &Frame{}):
		g.count = 0
		return accept
	case f.source && g.depth > 0: // the mark below it will tell
		g.depth = 0
		return maybe
	}
	return refuse
}

// announces reports whether the stack begins with a line.
func (f *form) announces(text string) bool {
	if f.intro != nil {
		return f.intro(text)
	}
	_, ok := f.frame(text)
	return ok
}

// mark makes what a trace holds so far its message, if that is the value.
func (f *form) mark(g *group) {
	if !g.headed && g.message.to == 0 && g.pieces == 0 {
		end := len(g.text)
		for end > g.trace && (g.text[end-1] == '\n' || g.text[end-1] == '\r') {
			end--
		}
		g.message = span{g.trace, end}
	}
}

// isStack reports whether a grammar is of a stack that may come behind a message
// of several lines, since nothing else looks like one.
func isStack(g *grammar) bool {
	return g == &nimGrammar || g == &tclGrammar || formGrammar(g.language) == g && forms[g.language] != nil
}

func (f *form) open(line []byte, state uint8) opening {
	text := view(line)
	if state == formStack {
		if f.announces(text) {
			return opening{grammar: &f.trace, state: formStack, verdict: maybe, bare: true, alone: &f.list}
		}
		return opening{}
	}
	e, ok := f.head(text)
	if !ok {
		return opening{}
	}
	if f.sure && e.Type != "" {
		return opening{grammar: &f.trace, verdict: accept}
	}
	return opening{grammar: &f.trace, verdict: maybe}
}

// Ends reports whether the runtime of the record's trace ends a process like
// that because of an error which nothing caught. The signal is empty if the
// process exited by itself. It knows the runtimes only that print one of the
// forms.
func (r *Record) Ends(code int, signal string) bool {
	if int(r.Trace) >= len(forms) || forms[r.Trace] == nil {
		return signal == "" && code != 0 && code == framesExit(r.Trace)
	}
	f := forms[r.Trace]
	if signal != "" {
		for _, s := range f.signals {
			if s == signal {
				return true
			}
		}
		return false
	}
	for _, c := range f.exits {
		if c == code {
			return true
		}
	}
	return false
}

// formGrammar returns the grammar of a language that has a form, or prints its
// frames first; nil if it is none of these.
func formGrammar(l Language) *grammar {
	switch l {
	case Nim:
		return &nimGrammar
	case Scheme:
		return &guileGrammar
	case Tcl:
		return &tclGrammar
	case R:
		return &rGrammar
	case PowerShell:
		return &powershellGrammar
	}
	if l < languages && forms[l] != nil {
		return &forms[l].trace
	}
	return nil
}

// formFatal is Fatal for these languages.
func (r *Record) formFatal(text string) bool {
	switch r.Trace {
	case Nim:
		return strings.Contains(text, nimError) || strings.Contains(text, "\nSIGSEGV: ")
	case R:
		return strings.HasSuffix(strings.TrimRight(text, "\r"), rHalted)
	}
	if r.Trace >= languages || forms[r.Trace] == nil || forms[r.Trace].fatal == nil {
		return false
	}
	return r.head == 0 && forms[r.Trace].fatal(text)
}

// headerMessage is what the log line says that introduces a trace.
func headerMessage(header string) string {
	first, rest, _ := strings.Cut(header, "\n")
	r := Record{Text: []byte(first)}
	classify(r.Text, &r)
	return strings.TrimSpace(string(r.Message) + "\n" + rest)
}
