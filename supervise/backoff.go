package supervise

import "time"

// backoff is a pause that doubles with every failure in a row.
type backoff struct {
	min, max time.Duration
	failures int // in a row
	// random, if not nil, returns 0 to below 1 and varies the pause by up to
	// jitter in both directions.
	random func() float64
}

const jitter = 0.2

// duration returns the pause after the failures so far: min after the first.
func (b *backoff) duration() time.Duration {
	d := b.min
	for i := 1; i < b.failures && d < b.max; i++ {
		d *= 2
	}
	d = min(d, b.max)
	if b.random == nil {
		return d
	}
	return time.Duration(float64(d) * (1 - jitter + 2*jitter*b.random()))
}

func (b *backoff) reset() { b.failures = 0 }
