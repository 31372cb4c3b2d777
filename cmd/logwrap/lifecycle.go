package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/supervise"
)

// newLifecycleLogger returns a logger whose records travel like the app's lines:
// in the journal, in order, to every sink. onTrouble is called after each record
// of level error or above.
func newLifecycleLogger(j *capture.Journal, onTrouble func()) *slog.Logger {
	h := slog.NewJSONHandler(lifecycleStream{j}, &slog.HandlerOptions{
		Level: slog.LevelInfo,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey && a.Value.Any() == supervise.LevelCritical {
				a.Value = slog.StringValue("CRITICAL")
			}
			return a
		},
	})
	return slog.New(troubleHandler{h, onTrouble}).With("logger", "logwrap")
}

// troubleHandler tells when something has happened that somebody should see.
type troubleHandler struct {
	slog.Handler
	tell func()
}

func (h troubleHandler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelError {
		h.tell()
	}
	return err
}

func (h troubleHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return troubleHandler{h.Handler.WithAttrs(attrs), h.tell}
}

func (h troubleHandler) WithGroup(name string) slog.Handler {
	return troubleHandler{h.Handler.WithGroup(name), h.tell}
}

type lifecycleStream struct{ journal *capture.Journal }

var _ io.Writer = lifecycleStream{}

func (s lifecycleStream) Write(p []byte) (int, error) {
	return len(p), s.journal.Append(capture.Lifecycle, p)
}
