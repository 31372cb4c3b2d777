// Package format turns records into the bytes that files and consoles hold.
//
// # Kinds
//
//   - json: one JSON object (RFC 8259) a record, always on one line.
//   - text: "2026-11-22T10:00:00.123456Z LEVEL [logger] message key=value …".
//   - raw: the app's bytes exactly, nothing escaped, nothing removed.
//   - a template, recognised by its braces: "{time} [{level}] {message}".
//
// # JSON
//
// Keys come in this order; those in brackets only where there is something to
// say:
//
//	time         when the record was captured: RFC 3339, UTC, always six decimals,
//	             so that lines sort as text
//	level        as in the configuration; "unknown" if the line states none
//	[logger]     the logger the line names
//	stream       stdout, stderr or lifecycle
//	[id, service, host, container, pod, namespace, node, pid, run, tags]
//	             with Options.Identity only
//	message      the human part
//	[fields]     what else the app's own JSON or logfmt line holds; values of a
//	             JSON line keep the app's spelling (1.50 stays 1.50)
//	[exceptions] of a stack trace, root cause first, as explain shows them
//	[stack_trace] all lines of a stack trace
//	[text]       all lines of another multi-line record whose message is less
//	[original]   the app's bytes, with Options.Original only
//	[partial]    true for a piece of something that was too long
//
// # What an attacker can write
//
// An app that logs what its users send must not let them forge lines, or drive
// the terminal of whoever reads the file. So in every kind but raw:
//
//   - invalid UTF-8 becomes U+FFFD;
//   - C0 and C1 controls and DEL are escaped: \u001b in JSON, \x1b in text;
//   - so are the characters that reorder or break lines for a reader, U+2028
//     to U+202E and U+2066 to U+2069 (CVE-2021-42574): \u202e in both;
//   - text and templates keep tabs, drop colours (the escape sequences ending in
//     m or K) and a carriage return at a line's end, and keep newlines only
//     where the record itself spans lines: a newline that a JSON line hides
//     behind \n shows as \x0a.
//
// JSON loses nothing of valid UTF-8: a parser gives back the same bytes. Text
// does not escape the backslash, so it is for people, not for parsers.
//
// # Invariants
//
// What is appended depends on the record, the Options and the Identity alone,
// never on the clock or on records before it. The file sink relies on that to
// recognise its own output after it was killed.
//
// # Performance
//
// Nothing is allocated per record, but for the exceptions of a stack trace.
// Bytes that need no escape are found eight at a time and copied in runs.
package format
