package sentry

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// discards counts what was given up since the server was last told.
type discards map[discard]int

type discard struct{ reason, category string }

// report is the item that tells the server, false if there is nothing to tell
// (https://develop.sentry.dev/sdk/telemetry/client-reports/).
func (d discards) report(now time.Time) (item, bool) {
	if len(d) == 0 {
		return item{}, false
	}
	type row struct {
		Reason   string `json:"reason"`
		Category string `json:"category"`
		Quantity int    `json:"quantity"`
	}
	var rows []row
	for _, k := range slices.SortedFunc(maps.Keys(d), func(a, b discard) int {
		return cmp.Or(cmp.Compare(a.reason, b.reason), cmp.Compare(a.category, b.category))
	}) {
		rows = append(rows, row{k.reason, k.category, d[k]})
	}
	it := jsonItem(reportType, "internal", struct {
		Timestamp string `json:"timestamp"`
		Discarded []row  `json:"discarded_events"`
	}{stamp(now.UnixNano()), rows})
	it.optional = true
	return it, true
}
