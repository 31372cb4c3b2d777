package main

import (
	"io"
	"log/slog"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/supervise"
)

// newLifecycleLogger returns a logger whose records travel like the app's lines:
// in the journal, in order, to every sink.
func newLifecycleLogger(j *capture.Journal) *slog.Logger {
	h := slog.NewJSONHandler(lifecycleStream{j}, &slog.HandlerOptions{
		Level: slog.LevelInfo,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey && a.Value.Any() == supervise.LevelCritical {
				a.Value = slog.StringValue("CRITICAL")
			}
			return a
		},
	})
	return slog.New(h).With("logger", "logwrap")
}

type lifecycleStream struct{ journal *capture.Journal }

var _ io.Writer = lifecycleStream{}

func (s lifecycleStream) Write(p []byte) (int, error) {
	return len(p), s.journal.Append(capture.Lifecycle, p)
}
