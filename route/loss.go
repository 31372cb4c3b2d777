package route

import (
	"fmt"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// Logger is the name under which logwrap's own records go to the sinks.
const ownLogger = "logwrap"

// lossRecord says in the stream itself that lines are missing here.
func lossRecord(g capture.Gap, run *detect.Run) detect.Record {
	const stamp = "2006-01-02T15:04:05.000Z"
	until := time.Unix(0, g.Until).UTC()
	since := until
	if g.Since != 0 {
		since = time.Unix(0, g.Since).UTC()
	}
	lines := "lines"
	if g.Lines == 1 {
		lines = "line"
	}
	text := fmt.Appendf(nil, "%d %s dropped, %s to %s", g.Lines, lines, since.Format(stamp), until.Format(stamp))
	return detect.Record{
		ID: g.From, End: g.To, Time: g.Until, Stream: capture.Lifecycle, Level: detect.Warning, Lines: 1,
		Why: "a part of the journal was lost", Logger: []byte(ownLogger), Message: text, Text: text, Run: run,
	}
}
