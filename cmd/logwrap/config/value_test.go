package config

import (
	"testing"
	"time"
)

func TestSizesAndDurations(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "4096": 4096, "64KB": 64000, "64KiB": 65536, "1.5GiB": 3 << 29, "100 MiB": 100 << 20, "1tib": 1 << 40, "7B": 7,
		"": -1, "MiB": -1, "100M": -1, "-1": -1, "1e9": -1, "0x10": -1, "NaN": -1, "9999999TiB": -1, "1.2.3": -1, "..": -1,
	} {
		got, err := parseSize(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("size %q: %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "10s": 10 * time.Second, "1h30m": 90 * time.Minute, "7d": 168 * time.Hour, "1w1d1h": 193 * time.Hour,
		"500ms": 500 * time.Millisecond, "1.5s": 1500 * time.Millisecond, " 2s ": 2 * time.Second,
		"": -1, "10": -1, "-5s": -1, "d": -1, "99999999999999999999d": -1, "106751d": 106751 * 24 * time.Hour, "106752d": -1, "106751d24h": -1, "1.5d": -1, "1d2w": -1, "s": -1, "99999w": -1, "65535w65535d": -1, " ": -1,
	} {
		got, err := parseDuration(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("duration %q: %v, want %v", text, got, want)
		}
	}
}
