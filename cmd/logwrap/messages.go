package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/detect"
)

// complain prints an error the way all of logwrap's own messages look.
func complain(w io.Writer, err error, hint string) {
	var several config.Errors
	if errors.As(err, &several) {
		for _, e := range several {
			printMessage(w, "error", e.Error(), e.Hint)
		}
		return
	}
	printMessage(w, "error", err.Error(), hint)
}

func printMessage(w io.Writer, level, text, hint string) {
	out := "logwrap: " + level + ": " + text + "\n"
	if hint != "" {
		out += "logwrap: hint: " + hint + "\n"
	}
	_, _ = io.WriteString(w, out)
}

// newLogger returns the logger for logwrap's own messages: a line each on w,
// about changes of state, never about single lines of the app.
func newLogger(w io.Writer, l config.Log) *slog.Logger {
	level := slogLevel(l.Level)
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(&messageHandler{w: w, level: level, mu: new(sync.Mutex)})
}

// slogLevel maps Python's scale to slog's.
func slogLevel(l detect.Level) slog.Level {
	switch {
	case l < detect.Info:
		return slog.LevelDebug
	case l < detect.Warning:
		return slog.LevelInfo
	case l < detect.Error:
		return slog.LevelWarn
	}
	return slog.LevelError
}

// messageHandler writes records as "logwrap: level: handler x: message: error (key value)".
type messageHandler struct {
	w     io.Writer
	level slog.Level
	attrs []slog.Attr
	mu    *sync.Mutex
}

func (h *messageHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *messageHandler) WithGroup(string) slog.Handler { return h }

func (h *messageHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &messageHandler{w: h.w, level: h.level, attrs: append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...), mu: h.mu}
}

func (h *messageHandler) Handle(_ context.Context, r slog.Record) error {
	var before, after string
	var rest []string
	add := func(a slog.Attr) bool {
		switch a.Key {
		case "handler":
			before = "handler " + a.Value.String() + ": "
		case "event", "logger": // for programs; the message says it
		case "error":
			after = ": " + a.Value.String()
		default:
			v := a.Value.String()
			if strings.ContainsAny(v, " \"\n\t\x1b") {
				v = strconv.Quote(v)
			}
			rest = append(rest, a.Key+" "+v)
		}
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	text := before + r.Message + after
	if len(rest) > 0 {
		text += " (" + strings.Join(rest, ", ") + ")"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	printMessage(h.w, levelWord(r.Level), text, "")
	return nil
}

func levelWord(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "debug"
	case l < slog.LevelWarn:
		return "info"
	case l < slog.LevelError:
		return "warning"
	}
	return "error"
}

// count is "1 line", "12,345 lines".
func count(n uint64, one string) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if n == 1 {
		return s + " " + one
	}
	return fmt.Sprintf("%s %ss", s, one)
}
