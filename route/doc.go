// Package route takes records from the journal to the sinks.
//
// # The way of a record
//
// A feed reads the journal from a cursor on, has lines and records made of it,
// and asks the Tree which handlers get each record. Every handler has a delivery:
// a bounded queue and a goroutine that hands batches to the handler's Sink, tries
// again until they are accepted, and then moves the handler's cursor. Handlers
// that take events get them through Events, which joins the trace that killed the
// app with the exit that follows.
//
// # Invariants
//
//   - A cursor moves only when everything before it was accepted, or refused for
//     good and counted. It never passes half a line, an open trace or a held event.
//   - What a feed produces is a function of the journal and the cursor it began
//     at. Two feeds that have read equally far are in the same state, so a handler
//     can leave the common feed and come back to it, and a router that was killed
//     is continued by the next one with the same records under the same IDs.
//   - A handler whose sink takes nothing is left behind after a moment and goes on
//     with a feed of its own: it delays nobody. Memory is bounded by the queues; the
//     journal is the only place where much can wait.
//   - What is lost (dropped by a full journal, or damaged) is counted with the
//     cursor and said by a record of its own in the handler's stream.
//
// # Performance
//
// Records of one read share one pooled buffer and point into it; nothing is
// allocated for a single line. Handlers that want little of a read get copies, so
// that they do not hold on to all of it.
package route
