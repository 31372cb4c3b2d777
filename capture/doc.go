// Package capture turns the output of a process into an ordered, replayable
// journal of stamped chunks, and the journal back into lines.
//
// # Two sides
//
// The parent process owns the write side: Pump copies what the app writes to
// the console and appends it to a Journal. The router process, which may be
// killed at any moment, has the read side: a View of the same journal, read by
// any number of Readers, split into lines by a Splitter. The two share three
// descriptors: the journal's data, a small control area (Control) that both map,
// and a doorbell pipe.
//
// # Invariants
//
//   - A byte that was read from the app is in the journal before anything else
//     happens to it, and is found there until every cursor has passed it or the
//     journal is full and drops its oldest frames.
//   - A frame is published (Control.head moves) only after all of it is
//     written, so a reader never sees half a frame; a frame's own position and
//     a checksum are part of it, so what an earlier lap of the ring left behind,
//     or a disk damaged, is never taken for data.
//   - Offsets count payload bytes over all streams, lost ones included. Two frames
//     that do not join therefore show exactly how much is missing between them.
//   - Time is part of the data. When nothing is captured for a while the parent
//     appends a tick, so that a reader never has to look at a clock of its own:
//     what comes out is a function of the journal alone.
//
// # Performance
//
// One read(2), one pwrite(2) and one checksum a chunk; newlines are counted,
// nothing is parsed. Memory is given back as cursors pass it.
package capture
