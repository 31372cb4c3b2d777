// Package syslog delivers records to a syslog receiver: over UDP (RFC 5426),
// TCP (RFC 6587), TLS (RFC 5425), a Unix socket such as /dev/log, or through
// the classic local daemon of the machine.
//
// # Messages
//
// Remote receivers get RFC 5424, others on request or by default the format of
// RFC 3164. The text of a message is exactly what the app wrote; what logwrap
// knows about it travels beside it, in the header and in structured data:
//
//	<27>1 2026-11-22T10:00:00.123456Z web-1 shop 4711 stderr [logwrap@32473 id="0123456789abcdef-815" stream="stderr" level="error" logger="app.db"] text
//
// A stack trace is one message. Where the transport cannot carry a line feed in
// a message (newline framing, RFC 3164), control characters in the text are
// written as #ooo, in octal, which is how rsyslog shows them too.
//
// # What is guaranteed
//
// Syslog has no acknowledgements, so "accepted" means different things:
//
//   - TCP and TLS: on Linux and macOS Deliver waits until the receiver's kernel
//     has acknowledged every byte. What can be lost is only what sits in the
//     receive buffer of a receiver that dies. A batch that was cut off by a
//     breaking connection is sent again, so duplicates are possible.
//   - Unix sockets: the receiver has read it (stream, Linux), or it is in the
//     receiver's queue (datagram).
//   - UDP: the datagram has left. The network may lose it silently; a closed
//     port is noticed only where ICMP comes back.
//   - The classic daemon: see the limits at [Local].
//
// A router that is killed delivers again what its cursor had not passed, so at
// least once holds for everything the receiver's machine has acknowledged.
//
// # Invariants
//
// New opens nothing but the TLS files it checks; the first Deliver connects. A
// Deliver on a connection that the receiver has closed meanwhile connects anew
// before it writes. No goroutine outlives a Deliver.
//
// # Performance
//
// A batch is formatted into one buffer and written in pieces of 64 KiB (16 KiB,
// one TLS record, with TLS). Formatting a record allocates nothing.
package syslog
