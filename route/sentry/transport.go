package sentry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
)

const (
	maxAnswer    = 16 << 10       // bytes of a response body that are read
	maxSaid      = 200            // bytes of it that go into an error
	deniedPause  = time.Minute    // after 401, 403 or a redirect: someone has to act
	limitedPause = time.Minute    // after 429 without a header, as Sentry's rules say
	longestPause = 24 * time.Hour // a server that asks for more is not believed
)

var errLimited = errors.New("send to sentry: the server has limited the rate")

// post sends the envelope in s.packed.
func (s *Sink) post(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(s.packed.Bytes()))
	if err != nil {
		return route.Permanent(err)
	}
	req.Header.Set("Content-Type", "application/x-sentry-envelope")
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("X-Sentry-Auth", s.auth)
	req.Header.Set("User-Agent", s.agent)
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("send to sentry: %w", shorten(err))
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // only wanted for the error's text
	return s.judge(resp, body, time.Now())
}

// shorten drops the method and URL that net/http puts before an error: the host
// is all that helps.
func shorten(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// judge turns an answer into the error that Deliver returns
// (https://develop.sentry.dev/sdk/foundations/transport/offline-caching/). It departs
// from the rules for SDKs in one point: an event that met 429 or 5xx is kept and
// sent again, since the journal has room for it.
func (s *Sink) judge(resp *http.Response, body []byte, now time.Time) error {
	pause := limitFor(resp.Header, resp.StatusCode, now)
	if pause > 0 {
		s.limited = now.Add(pause)
	}
	code := resp.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	err := fmt.Errorf("send to sentry: %s%s", strings.TrimSpace(strconv.Itoa(code)+" "+http.StatusText(code)), said(resp.Header, body))
	switch {
	case code >= 300 && code < 400:
		to := "another address"
		if u, e := resp.Location(); e == nil {
			to = u.Scheme + "://" + u.Host
		}
		return route.After(deniedPause, fmt.Errorf("%w: redirected to %s, which the DSN should name", err, cleanLine(to, maxSaid)))
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return route.After(max(pause, deniedPause), fmt.Errorf("%w: check the key and project of the DSN", err))
	case code == http.StatusTooManyRequests:
		return route.After(max(pause, time.Second), err)
	case code == http.StatusRequestTimeout, code >= 500:
		if pause > 0 {
			return route.After(pause, err)
		}
		return err
	}
	return route.Permanent(err)
}

// said returns what the server wrote about an error, as one short line.
func said(h http.Header, body []byte) string {
	text := h.Get("X-Sentry-Error")
	if text == "" {
		var answer struct {
			Detail any   `json:"detail"`
			Error  any   `json:"error"`
			Causes []any `json:"causes"`
		}
		switch err := json.Unmarshal(body, &answer); {
		case err != nil:
			text = string(body)
		case answer.Detail != nil:
			text = fmt.Sprint(answer.Detail)
		case answer.Error != nil:
			text = fmt.Sprint(answer.Error)
		}
		for _, c := range answer.Causes {
			text += ": " + fmt.Sprint(c)
		}
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
	if text = cleanLine(text, maxSaid); text == "" {
		return ""
	}
	return ": " + text
}

// limitFor returns how long the server wants no events, 0 if it wants them
// (https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/).
func limitFor(h http.Header, code int, now time.Time) time.Duration {
	if limits := h.Values("X-Sentry-Rate-Limits"); len(limits) > 0 {
		pause := parseLimits(strings.Join(limits, ","))
		if pause > 0 || code != http.StatusTooManyRequests {
			return pause
		}
	}
	if after := retryAfter(h.Get("Retry-After"), now); after > 0 {
		return after
	}
	if code == http.StatusTooManyRequests {
		return limitedPause
	}
	return 0
}

// parseLimits reads "60:error;session:organization:reason, 2700::…" and returns
// the longest limit on error events.
func parseLimits(text string) time.Duration {
	var longest time.Duration
	for limit := range strings.SplitSeq(text, ",") {
		parts := strings.Split(strings.TrimSpace(limit), ":")
		if len(parts) < 2 || !limitsErrors(parts[1]) {
			continue
		}
		longest = max(longest, parseSeconds(parts[0]))
	}
	return longest
}

// limitsErrors reports whether a list of categories covers error events. An
// empty one covers everything.
func limitsErrors(categories string) bool {
	if strings.TrimSpace(categories) == "" {
		return true
	}
	for c := range strings.SplitSeq(categories, ";") {
		if c = strings.TrimSpace(c); c == "error" || c == "default" {
			return true
		}
	}
	return false
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
