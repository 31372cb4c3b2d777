// Package console writes records to the router's own standard output or error.
//
// # Invariants
//
//   - A batch is written whole: partial writes are continued, a full
//     non-blocking pipe (EAGAIN) is waited for.
//   - A reader that does not read delays this sink alone, and never longer than
//     the caller's context: the write goes on behind Deliver's back, and when
//     the batch comes again what was written of it is not repeated.
//   - A reader that is gone (EPIPE, a terminal that hung up) is not waited for.
//     Deliver refuses each batch as route.Permanent, so that it is counted as
//     lost; it still tries each one, since a FIFO may get another reader.
//   - After a kill of the router a batch may come twice: a pipe can't be asked
//     what it has taken.
//
// Escapes are package format's: nothing that the app writes reaches the terminal
// as a control sequence, but with the format raw. Colours are this package's own
// and frame whole records.
//
// # Performance
//
// One write(2) a batch as long as the reader keeps up; no allocation per record.
package console
