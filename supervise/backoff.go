package supervise

import "time"

// backoff is a pause that doubles with every failure in a row.
type backoff struct {
	min, max time.Duration
	failures int // in a row
}

// duration returns the pause after the failures so far: min after the first.
func (b *backoff) duration() time.Duration {
	d := b.min
	for i := 1; i < b.failures && d < b.max; i++ {
		d *= 2
	}
	return min(d, b.max)
}

func (b *backoff) reset() { b.failures = 0 }
