package supervise

import (
	"strings"
	"testing"
)

func TestParseLimit(t *testing.T) {
	for _, test := range []struct {
		name, value string
		soft, hard  uint64
	}{
		{"nofile", "1024", 1024, 1024},
		{"nofile", "1024:4096", 1024, 4096},
		{"nofile", "1024:unlimited", 1024, Unlimited},
		{"core", "unlimited", Unlimited, Unlimited},
		{"core", "0", 0, 0},
		{"core", "0:unlimited", 0, Unlimited},
		{"as", "64M", 64 << 20, 64 << 20},
		{"as", "64m", 64 << 20, 64 << 20},
		{"data", "1GiB", 1 << 30, 1 << 30},
		{"fsize", "1GB:2T", 1e9, 2 << 40},
		{"stack", "8MB:8MiB", 8e6, 8 << 20},
		{"rss", "100B", 100, 100},
		{"memlock", "64K", 64 << 10, 64 << 10},
		{"msgqueue", "15E", 15 << 60, 15 << 60},
		{"nice", "40", 40, 40},
		{"cpu", "18446744073709551615", Unlimited, Unlimited},
	} {
		got, err := ParseLimit(test.name, test.value)
		check(t, err == nil && got == Limit{test.name, test.soft, test.hard}, "%s=%s: %+v, %v", test.name, test.value, got, err)
		again, err := ParseLimit(got.Name, got.value())
		check(t, err == nil && again == got, "%s=%s: value %q is %+v, %v", test.name, test.value, got.value(), again, err)
	}
}

func TestParseLimitErrors(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"nofiles", "1", `unknown limit "nofiles": there are as, core, cpu, data`},
		{"", "1", "unknown limit"},
		{"NOFILE", "1", "unknown limit"},
		{"nofile", "", "no number"},
		{"nofile", ":", "no number"},
		{"nofile", "1:", "no number"},
		{"nofile", ":1", "no number"},
		{"nofile", "1:2:3", "no number"},
		{"nofile", "-1", "no number"},
		{"nofile", "+1", "no number"},
		{"nofile", "1.5", "no number"},
		{"nofile", "many", "no number"},
		{"nofile", "M", "no number"},
		{"nofile", "18446744073709551616", "no number"},
		{"nofile", "64K", "a number, not a size"},
		{"nproc", "1KiB", "a number, not a size"},
		{"cpu", "1M", "a number, not a size"},
		{"nofile", "2:1", "above the hard one"},
		{"nofile", "unlimited:1", "above the hard one"},
		{"core", "Unlimited", "no number"},
		{"as", "1X", "no number"},
		{"as", "1iB", "unknown unit"},
		{"as", "1KK", "unknown unit"},
		{"as", "1Ki", "unknown unit"},
		{"as", "1BB", "unknown unit"},
		{"as", "16E", "too large"},
		{"as", "18446744073709551615K", "too large"},
	} {
		got, err := ParseLimit(test.name, test.value)
		check(t, err != nil && strings.Contains(err.Error(), test.want), "%q=%q: %+v, %v, want %q", test.name, test.value, got, err, test.want)
	}
}

func FuzzParseLimit(f *testing.F) {
	f.Add("nofile", "1024:4096")
	f.Add("as", "1GiB")
	f.Add("core", "unlimited:5")
	f.Fuzz(func(t *testing.T, name, value string) {
		limit, err := ParseLimit(name, value)
		if err == nil && (limit.check() != nil || limit.Name != name) {
			t.Errorf("%q=%q: %+v", name, value, limit)
		}
	})
}
