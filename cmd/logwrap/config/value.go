package config

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"time"
)

// valueError is what is wrong with a value, without the value itself.
type valueError struct{ msg, hint string }

func (e valueError) Error() string { return e.msg }

// hintOf returns the hint of a valueError, nothing for any other error.
func hintOf(err error) string {
	var bad valueError
	errors.As(err, &bad)
	return bad.hint
}

var sizeUnits = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

const sizeHint = "sizes look like 100MiB (1024·1024 bytes), 64KB (1000 bytes) or 4096"

// parseSize reads a number of bytes.
func parseSize(s string) (int64, error) {
	number, factor := strings.TrimSpace(s), 1.0
	for _, u := range sizeUnits {
		if n := len(number) - len(u.suffix); n > 0 && strings.EqualFold(number[n:], u.suffix) {
			number, factor = strings.TrimSpace(number[:n]), u.bytes
			break
		}
	}
	if strings.Trim(number, "0123456789.") != "" {
		return 0, valueError{"is no size", sizeHint}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, valueError{"is no size", sizeHint}
	}
	if v*factor >= math.MaxInt64 {
		return 0, valueError{"is too large", sizeHint}
	}
	return int64(v * factor), nil
}

const durationHint = "durations look like 500ms, 10s, 1h30m or 7d"

// parseDuration reads what time.ParseDuration does, and days and weeks.
func parseDuration(s string) (time.Duration, error) {
	rest := strings.TrimSpace(s)
	if rest == "0" {
		return 0, nil
	}
	if rest == "" {
		return 0, valueError{"is no duration", durationHint}
	}
	var total time.Duration
	for _, unit := range []struct {
		letter string
		length time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		number, after, ok := strings.Cut(rest, unit.letter)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil || n > uint64((math.MaxInt64-total)/unit.length) {
			return 0, valueError{"is no duration", durationHint}
		}
		total += time.Duration(n) * unit.length
		rest = after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 || d > math.MaxInt64-total {
			return 0, valueError{"is no duration", durationHint}
		}
		total += d
	}
	return total, nil
}

// parsePositive is parseDuration without zero.
func parsePositive(s string) (time.Duration, error) {
	d, err := parseDuration(s)
	if err == nil && d == 0 {
		err = valueError{"has to be more than nothing", durationHint}
	}
	return d, err
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on":
		return true, nil
	case "false", "no", "off":
		return false, nil
	}
	return false, valueError{"is neither true nor false", ""}
}

// parseInt reads a whole number within bounds.
func parseInt(s string, least, most int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, valueError{"is no whole number", ""}
	}
	if n < least || n > most {
		return 0, valueError{fmt.Sprintf("is not between %d and %d", least, most), ""}
	}
	return n, nil
}

// parseMode reads a file's permissions as chmod(1) does.
func parseMode(s string) (fs.FileMode, error) {
	digits := strings.TrimPrefix(strings.ToLower(s), "0o")
	mode, err := strconv.ParseUint(digits, 8, 32)
	if err != nil || mode == 0 || mode > 0o777 {
		return 0, valueError{"is no file mode", "modes look like 0640"}
	}
	return fs.FileMode(mode), nil
}

// choose accepts one of a few words.
func choose(s string, words []string) (string, error) {
	for _, w := range words {
		if s == w {
			return w, nil
		}
	}
	hint := "use " + strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
	if near := nearest(s, words); near != "" {
		hint = `did you mean "` + near + `"?`
	}
	return "", valueError{"is not known here", hint}
}

// parseByteCount is parseSize for sizes that fit memory.
func parseByteCount(s string) (int, error) {
	size, err := parseSize(s)
	if err == nil && size > math.MaxInt32 {
		err = valueError{"is too large", sizeHint}
	}
	return int(size), err
}
