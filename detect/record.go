package detect

import (
	"strings"

	"github.com/logwrap/logwrap/capture"
)

// Format is the shape a line was recognised as.
type Format uint8

const (
	Text     Format = iota // plain text, with or without a recognised prefix
	JSON                   // one JSON object
	Logfmt                 // key=value pairs
	Access                 // a web server's access log line
	Klog                   // the header of klog and glog
	Syslog                 // "<PRI>" with a syslog header
	SDPrefix               // "<N>", the prefix of sd-daemon(3)
)

// String returns the name that users see in explain.
func (f Format) String() string {
	switch f {
	case JSON:
		return "json"
	case Logfmt:
		return "logfmt"
	case Access:
		return "access"
	case Klog:
		return "klog"
	case Syslog:
		return "syslog"
	case SDPrefix:
		return "sd-prefix"
	}
	return "text"
}

// Record is one event of the log: a line, or the lines that make one event,
// such as a stack trace with the line that introduces it.
//
// Its byte slices point into buffers of whoever produced the record. They are
// valid until the call that hands over the record returns (emit, Sink.Deliver)
// and must not be changed.
type Record struct {
	ID     capture.Offset // of its first byte: unique and ordered, the same after every replay
	End    capture.Offset // one past its last byte
	Time   int64          // when its first byte was captured, Unix nanoseconds
	Stream capture.Stream
	Level  Level
	Format Format

	Lines   int32 // how many lines it spans, at least 1
	Partial bool  // a piece of a line longer than capture.MaxLine, or of a trace longer than the caps

	Why     string   // the rule that gave the level and shape, a constant; see Because
	Logger  []byte   // the logger the line names, empty if none
	Message []byte   // the human part; Text if no rule found a better one
	Text    []byte   // exactly what the app wrote, without the last newline
	Trace   Language // whose stack trace it holds, NoLanguage if none

	Run   *Run   // the run of the app that wrote it; nil only in tests and explain
	Began bool   // it is the lifecycle record that begins a run
	Exit  *Exit  // set on the lifecycle record that ends a run, or tells of a worker's end
	Hang  *Hang  // set on the lifecycle record of a hang
	Loop  *Loop  // set on the lifecycle record that gives up on restarts
	Event *Event // set only on what is handed to a handler that takes events

	head     int32 // where in Text the trace (or the format's body) begins
	stamp    int32 // where in Text the line's own time begins; only if stampLen > 0
	stampLen int32
	tail     int32 // where in Text the fields after the message begin, 0 if nowhere
	shape    uint8 // how the positions are to be read, see classify
}

// Because says for people what told the record's level and shape: the rule, and
// that of the trace it holds if that is another one.
func (r *Record) Because() string {
	why := r.Why
	if why == "" {
		why = "no level stated"
	}
	trace := ""
	if g := grammarOf(r); g != nil {
		trace = g.why
	}
	if r.Trace != NoLanguage && (r.Format == JSON || r.shape&fieldTrace != 0) {
		if _, key := findEmbedded(r); key != "" {
			trace = r.Trace.String() + " trace in the value of " + key
		}
	}
	if trace == "" || trace == why {
		return why
	}
	return why + ", " + trace
}

// goesOn is why a further piece has the level of the first.
const goesOn = "goes on from the piece before"

// Continues reports whether the record is a further piece of a line or of a group
// that is longer than the caps: what it belongs to has been told of already.
func (r *Record) Continues() bool { return r.Why == goesOn }

// Run is one execution of the app. It is shared by its records and never
// changed after it was made.
type Run struct {
	ID      string // 32 lower-case hex digits
	PID     int    // of the app
	Command string // argv[0]'s base name
	Started int64  // Unix nanoseconds
}

// Event is what a record means for those who watch for trouble.
type Event struct {
	Kind   EventKind
	Crash  *Exit   // how the run, or a worker, ended, if this is what ended it; not a crash only with Hang
	Hang   *Hang   // the app hung; the record may be the dump of where it was
	Crumbs []Crumb // the records before it, oldest first
	Output []byte  // the lines before it as they were written; nil unless asked for
}

// EventKind tells trouble from what is only good to know.
type EventKind uint8

const (
	Trouble  EventKind = iota // something is wrong
	RunBegan                  // a run of the app has begun: Record.Began
	RunEnded                  // a run has ended and no event of trouble says so: Record.Exit
)

// Crumb is a record that came before an event (Sentry's breadcrumb).
type Crumb struct {
	Time    int64 // Unix nanoseconds
	Stream  capture.Stream
	Level   Level
	Logger  string
	Message string
}

// Field is one key of a structured line.
//
// Value is raw JSON if Raw is set (a number, object, string in quotes, …), else
// plain text. Key and Value follow the rules of the Record's slices.
type Field struct {
	Key   []byte
	Value []byte
	Raw   bool
}

// Language is the runtime whose stack trace a record holds, as Sentry names
// platforms where it has a name.
type Language uint8

const (
	NoLanguage Language = iota
	Python
	Go
	Java
	JavaScript
	CSharp // .NET, whatever the language
	Elixir
	Erlang
	Rust
	Native // C, C++ and what else has no runtime of its own
	Ruby
	PHP
	Perl
	OCaml
	Haskell
	Crystal
	Nim
	Lua
	Tcl
	R
	Scheme
	CommonLisp
	Ada
	Fortran
	Pascal
	Dart
	Swift
	Julia
	Zig
	V
	D
	PowerShell
	PLSQL
	GDScript
	Other // known from a logger that took the exception apart, not from its runtime
)

// languageNames are those of the languages that have a form only.
var languageNames = [...]string{
	OCaml: "ocaml", Haskell: "haskell", Crystal: "crystal", Nim: "nim", Lua: "lua", Tcl: "tcl", R: "r", Scheme: "scheme",
	CommonLisp: "commonlisp", Ada: "ada", Fortran: "fortran", Pascal: "pascal", Dart: "dart", Swift: "swift",
	Julia: "julia", Zig: "zig", V: "v", D: "d", PowerShell: "powershell", PLSQL: "plsql", GDScript: "gdscript",
}

// String returns the name that explain shows; empty for NoLanguage.
func (l Language) String() string {
	switch l {
	case Python:
		return "python"
	case Go:
		return "go"
	case Java:
		return "java"
	case JavaScript:
		return "javascript"
	case CSharp:
		return "csharp"
	case Elixir:
		return "elixir"
	case Erlang:
		return "erlang"
	case Rust:
		return "rust"
	case Native:
		return "native"
	case Ruby:
		return "ruby"
	case PHP:
		return "php"
	case Perl:
		return "perl"
	case Other:
		return "other"
	}
	if int(l) < len(languageNames) {
		return languageNames[l]
	}
	return ""
}

// Exception is one link of a chain of exceptions. A chain lists the root cause
// first and the exception that was raised last at the end, as Sentry does
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/exception/).
type Exception struct {
	Type     string
	Value    string
	Module   string // of the type, where the runtime prints one: "store" of store.StorageError
	Language Language
	Relation string  // how it led to the next one: "cause", "context", "suppressed", …; empty for the last
	Depth    int     // of a JVM exception: inside how many suppressed ones it is printed, itself included
	Thread   string  // "goroutine 7", "http-nio-1", … where printed
	Frames   []Frame // oldest call first
	Elided   []Elided
}

// Elided is a gap in the frames of an exception: Count of them, between
// Frames[At-1] and Frames[At], were not printed since another exception of the chain
// shows them. On the JVM that is the one it belongs to, in Node its cause.
type Elided struct{ At, Count int }

// turn makes the frames of an exception that were read newest first begin with
// the oldest.
func (e *Exception) turn() {
	reversed(e.Frames)
	for i := range e.Elided {
		e.Elided[i].At = len(e.Frames) - e.Elided[i].At
	}
}

// elide notes that a line like "... 3 more" stands behind the frames read so far.
func (e *Exception) elide(mark string) {
	if n := number(strings.TrimPrefix(mark, "... ")); n > 0 {
		e.Elided = append(e.Elided, Elided{len(e.Frames), n})
	}
}

// Frame is one call. Absent parts are zero.
type Frame struct {
	Function string // as printed, without arguments
	Module   string
	File     string
	Line     int
	Column   int
	Address  string // of the instruction, "0x55d0c3a1"; only of native code
	InApp    bool   // the app's own code, neither the runtime's nor a library's
}
