package detect

import (
	"bytes"
)

// formOpening is a first line of a form by its first bytes.
type formOpening struct {
	text  string
	form  *form
	state uint8 // formStack: the line announces frames, or is one, and a log line may introduce it
}

var formOpenings = [...]formOpening{
	{"Fatal error: exception ", &ocamlForm, formValue},
	{"Fatal error in uncaught exception handler: exception ", &ocamlForm, formValue},
	{"Thread ", &ocamlForm, formValue},
	{"Raised at ", &ocamlForm, formStack},
	{"Raised by primitive operation at ", &ocamlForm, formStack},
	{"CallStack (from ", &haskellForm, formStack},
	{"HasCallStack backtrace:", &haskellForm, formStack},
	{"Unhandled exception: ", &crystalForm, formValue},
	{"Unhandled exception in spawn", &crystalForm, formValue},
	{"Invalid memory access (signal ", &crystalForm, formValue},
	{"stack traceback:", &luaForm, formStack},
	{"Unhandled ", &sbclForm, formValue},
	{"Execution of ", &adaForm, formValue},
	{"raised ", &adaForm, formValue},
	{"Call stack traceback locations:", &adaForm, formStack},
	{"At line ", &fortranForm, formValue},
	{"Fortran runtime error: ", &fortranForm, formValue},
	{"ERROR STOP", &fortranForm, formValue},
	{"Program received signal SIG", &fortranForm, formValue},
	{"Program aborted. Backtrace:", &fortranForm, formValue},
	{"  from ", &crystalForm, formStack},
	{"----------------", &dForm, formStack},
	{"An unhandled exception occurred at $", &pascalForm, formValue},
	{"Runtime error ", &pascalForm, formValue},
	{"  $", &pascalForm, formStack},
	{"Unhandled exception:", &dartForm, formValue},
	{"#0 ", &dartForm, formStack},
	{"Fatal error: ", &swiftForm, formValue},
	{"*** Program crashed: ", &swiftForm, formValue},
	{"*** Signal ", &swiftForm, formValue},
	{"\U0001F4A3 Program crashed: ", &swiftForm, formValue},
	{"ERROR: ", &juliaForm, formValue},
	{"Stacktrace:", &juliaForm, formStack},
	{"thread ", &zigForm, formValue},
	{"Segmentation fault at address 0x", &zigForm, formValue},
	{"error: ", &zigForm, formValue},
	{"V panic: ", &vForm, formValue},
	{"================ V panic ================", &vForm, formValue},
	{"ORA-", &oracleForm, formValue},
	{"SCRIPT ERROR: ", &gdscriptForm, formValue},
	{"USER SCRIPT ERROR: ", &gdscriptForm, formValue},
	{"USER ERROR: ", &gdscriptForm, formValue},
}

// formStarts are the openings by their first byte.
var formStarts = func() (starts [256][]formOpening) {
	for _, o := range formOpenings {
		starts[o.text[0]] = append(starts[o.text[0]], o)
	}
	return starts
}()

// openForm decides whether a line begins a trace of one of the forms, or of the
// runtimes that print the frames first.
func openForm(line []byte) opening {
	for i := range formStarts[line[0]] {
		if o := &formStarts[line[0]][i]; hasPrefix(line, o.text) {
			if found := o.form.open(line, o.state); found.verdict != refuse {
				return found
			}
		}
	}
	return openFrames(line)
}

// namesException reports whether a line has an exception in the form of one of
// these languages: "retry: pkg.Type@src/main.d(3): value", "value (Pkg::Type)".
func namesException(line []byte) bool {
	if hasSuffix(line, ")") {
		return rubyTypeAt(line) > 0
	}
	i := bytes.Index(line, []byte(".d("))
	if i < 0 {
		return false
	}
	at := bytes.LastIndexByte(line[:i], '@')
	if at < 0 {
		return false
	}
	_, ok := dHead(view(line[bytes.LastIndexByte(line[:at], ' ')+1:]))
	return ok
}
