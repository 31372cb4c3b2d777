// Package detect turns lines into records: the level, format and logger of each
// line, one record per event of several lines, and the exceptions of a stack
// trace.
//
// # Invariants
//
// The package does no I/O, reads no clock and starts no goroutine. What a
// Detector emits is a function of the lines it is given, their capture clocks
// and the clocks it is shown by Tick, and of nothing else: the same journal
// gives the same records with the same IDs after every restart. Streams do not
// see each other.
//
// No byte is lost: the texts of a stream's records, each followed by the newline
// it lost (the pieces of a long line by none), are the stream.
//
// Nothing is invented: an exception is reported only where a runtime's own form
// of a trace was recognised. When it is unclear whether a line belongs to the
// trace before it, it stays a record of its own. A traceback that is shown and not
// raised (as a quotation, in a block of code, set in where nothing leads to it) is
// text.
//
// # How lines become groups
//
// A [grammar] is one runtime's way to print a trace, as a function that is asked
// about one line after the other. Its verdict is that the line belongs to the
// group, may belong to it (the lines after it will tell), or does not. Lines that
// may belong are kept apart until that is known, and go out as records of their
// own if not. A log line that may introduce a trace (an error, say) waits for one
// line in the same way. A pause of Options.Hold ends every group.
//
// Most runtimes print an error in the same shape: a head, its value, then frames.
// For those a [form] is enough, a table of functions about single lines.
//
// To add another language: one file with its grammar and parser, its first lines in
// the table openings, its name in Language.
//
// # Performance
//
// A line that neither starts nor continues a group is handed on at once, with no
// copy and no allocation; the tests for that are comparisons of the first bytes.
// Lines that wait are copied into one buffer per stream, which is used again.
// Exceptions are parsed only when Record.Exceptions is called.
package detect
