// Package genlog writes a made-up but lifelike log: what a few services and
// their web server would print together, from the same seed always the same
// bytes.
//
// Per mille of the lines: 454 text of Python's logging and of gunicorn, 354 JSON
// (an access log, zap, pino), 148 logfmt, 30 plain; the rest are stack traces of
// Python (12 lines) and Java (25 lines). A line has some 240 bytes on average.
//
// Every event, be it a line or a whole trace, carries a [Mark] of its own exactly
// once, so that a reader of any output can tell what was lost or came twice, in
// whatever format it arrives.
package genlog
