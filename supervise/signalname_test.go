package supervise

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestSignalNamesReadBack(t *testing.T) {
	for n := 1; n <= signalMax; n++ {
		sig := syscall.Signal(n)
		name := SignalName(sig)
		forms := []string{strconv.Itoa(n)}
		if strings.HasPrefix(name, "SIG") {
			forms = append(forms, name, name[3:], strings.ToLower(name))
		} else {
			check(t, n == 32 || n == 33, "signal %d has no name: %q", n, name)
		}
		for _, form := range forms {
			got, err := ParseSignal(form)
			check(t, err == nil && got == sig, "ParseSignal(%q) = %d, %v, want %d", form, got, err, n)
		}
	}
}

func TestParseSignal(t *testing.T) {
	for s, want := range map[string]syscall.Signal{
		"TERM": 15, "SIGTERM": 15, "sigterm": 15, "15": 15, "hup": 1, "9": 9,
		"IOT": syscall.SIGABRT, "SIGCLD": syscall.SIGCHLD, "POLL": syscall.SIGIO,
	} {
		got, err := ParseSignal(s)
		check(t, err == nil && got == want, "ParseSignal(%q) = %d, %v, want %d", s, got, err, want)
	}
	if realtimeMin > 0 {
		for s, want := range map[string]syscall.Signal{
			"RTMIN": 34, "SIGRTMIN+3": 37, "rtmin+30": 64, "RTMAX": 64, "RTMAX-1": 63, "SIGRTMAX-30": 34, "37": 37,
		} {
			got, err := ParseSignal(s)
			check(t, err == nil && got == want, "ParseSignal(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "0", "65", "-1", "+1", " 15", "SIG", "SIG15", "TERMINATE", "RTMIN+31", "RTMAX-31", "RTMIN-1", "RTMAX+1", "RTMIN+", "RTMIN3", "1e1"} {
		got, err := ParseSignal(s)
		check(t, err != nil && got == 0, "ParseSignal(%q) = %d, want an error", s, got)
	}
}

func FuzzParseSignal(f *testing.F) {
	for _, s := range []string{"TERM", "SIGTERM", "15", "0", "RTMIN+3", "RTMAX-31", "SIGSIGTERM", "999999999999999999999", "RTMIN+18446744073709551615", "ſ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sig, err := ParseSignal(s)
		if err != nil {
			if sig != 0 {
				t.Fatalf("ParseSignal(%q) = %d and %v", s, sig, err)
			}
			return
		}
		if sig < 1 || sig > signalMax {
			t.Fatalf("ParseSignal(%q) = %d", s, sig)
		}
		if name := SignalName(sig); strings.HasPrefix(name, "SIG") {
			if again, err := ParseSignal(name); again != sig || err != nil {
				t.Fatalf("ParseSignal(%q) = %d, %v, want %d", name, again, err, sig)
			}
		}
	})
}
