// Package sentry delivers events to a Sentry server, or one that speaks its
// protocol: one envelope an event, with the exceptions, source lines,
// breadcrumbs and contexts that Sentry's own SDKs send
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/).
//
// Invariants
//
//   - Every record delivered becomes one event, unless it is one of a flood
//     (flood.go) or the app's own SDK reports it (sdk.go); which records are events
//     was decided before. None is held back in silence, and a record that comes
//     again is judged as before, also by the next process.
//   - The event_id follows from the journal and the record, so the server drops
//     what comes twice. Nothing else in an event depends on when it is sent,
//     except the source lines: they are read then.
//   - An event is at most 1 MiB; what is too long is cut, the least telling first
//     (trim.go), and strings have the bounds listed in text.go.
//   - The key of the DSN appears in one request header and nowhere else: not in
//     errors, and not at another host, since redirects are not followed.
//   - Secrets are taken out of every text that leaves (scrub.go), and the
//     environment of the app is never read.
//   - Of files only source code is sent: regular files with the name of one, at
//     most 2 MiB, below the source roots with all links resolved (sourceroots.go), not
//     changed since the run began, and with the line that the trace shows, if it
//     shows one. What an app prints must not make this package send other files.
//   - Facts about the app's process are those that /proc had when its run was first
//     seen (facts.go); a process that merely has its number is not asked.
//
// An event is meant to be the one that the SDK of the app's language sends for the
// same error, so that the server groups both alike; testdata/pairs and the test
// TestPairs say how far it is, and each untold.txt there what can't be the same.
//
// The transport is not the SDK's: that one neither compresses, nor retries, nor
// says whether an event was accepted, and its events lack the signal and the
// wrapped lists. Of github.com/getsentry/sentry-go only the DSN parser is used.
//
// Performance: events are rare. Building one costs some 100 µs and the files it
// names; nothing is kept from one event to the next but buffers.
package sentry
