package sentry

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	limitedPause = time.Minute    // after 429 without a header, as Sentry's rules say
	longestPause = 24 * time.Hour // a server that asks for more is not believed
)

// limits is until when the server wants nothing of a category; "" is all of them.
type limits map[string]time.Time

// wait returns for how long nothing of a category is wanted, 0 if it is.
func (l limits) wait(category string, now time.Time) time.Duration {
	until := l[""]
	if own := l[category]; own.After(until) {
		until = own
	}
	return max(until.Sub(now), 0)
}

// learn takes in what an answer says about limits
// (https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/).
func (l limits) learn(h http.Header, code int, now time.Time) {
	stated := false
	for limit := range strings.SplitSeq(strings.Join(h.Values("X-Sentry-Rate-Limits"), ","), ",") {
		parts := strings.Split(strings.TrimSpace(limit), ":")
		pause := parseSeconds(parts[0])
		if len(parts) < 2 || pause == 0 {
			continue
		}
		stated = true
		for category := range strings.SplitSeq(parts[1], ";") {
			l.extend(categoryOf(category), now.Add(pause))
		}
	}
	if stated && (code != http.StatusTooManyRequests || l.wait(errorCategory, now) > 0) {
		return
	}
	pause := retryAfter(h.Get("Retry-After"), now)
	if pause == 0 && code == http.StatusTooManyRequests {
		pause = limitedPause
	}
	if pause > 0 && (code == http.StatusTooManyRequests || code >= 500) {
		l.extend("", now.Add(pause))
	}
}

// extend keeps the longest limit of a category.
func (l limits) extend(category string, until time.Time) {
	if until.After(l[category]) {
		l[category] = until
	}
}

// categoryOf is the name that our items have for a category.
func categoryOf(name string) string {
	switch name = strings.TrimSpace(name); name {
	case "default": // what an error event without an exception is
		return errorCategory
	}
	return name
}

// retryAfter reads the header of that name: seconds, or a date (RFC 9110, 10.2.3).
func retryAfter(text string, now time.Time) time.Duration {
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestPause)
	}
	return parseSeconds(text)
}

// parseSeconds reads a number of seconds; what is none is 0.
func parseSeconds(text string) time.Duration {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(n > 0) {
		return 0
	}
	return time.Duration(min(n, longestPause.Seconds()) * float64(time.Second))
}
