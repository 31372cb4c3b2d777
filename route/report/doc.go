// Package report prints a crash for the person at the terminal: what a Sentry
// event would have told, in a few lines, when there is no server to send it to.
//
// Invariants: the report is plain text unless colour is asked for; it is written with
// one Write, so that it does not mix with what the app prints; it is short
// whatever the app printed; and nothing of the app's text can control the
// terminal.
package report
