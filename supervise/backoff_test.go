package supervise

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	b := backoff{min: 10 * time.Millisecond, max: 5 * time.Second}
	for failures, want := range map[int]time.Duration{
		0: 10 * time.Millisecond, 1: 10 * time.Millisecond, 2: 20 * time.Millisecond, 3: 40 * time.Millisecond,
		9: 2560 * time.Millisecond, 10: 5 * time.Second, 11: 5 * time.Second, 1 << 40: 5 * time.Second,
	} {
		b.failures = failures
		check(t, b.duration() == want, "after %d failures: %v, want %v", failures, b.duration(), want)
	}
	b.reset()
	check(t, b.duration() == b.min, "after a reset: %v", b.duration())
	b = backoff{min: time.Second, max: time.Millisecond, failures: 3}
	check(t, b.duration() == time.Millisecond, "min above max: %v", b.duration())
}
