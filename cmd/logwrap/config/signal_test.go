package config

import (
	"strings"
	"syscall"
	"testing"

	"github.com/logwrap/logwrap/supervise"
)

func TestParseRewrite(t *testing.T) {
	for s, want := range map[string]rewrite{
		"15:3": {15, 3}, "TERM:QUIT": {15, 3}, "sigterm:sigquit": {15, 3}, "HUP:0": {1, 0}, " USR1 : 15 ": {syscall.SIGUSR1, 15}, "INT:KILL": {2, 9},
	} {
		if got, err := parseRewrite(s); err != nil || got != want {
			t.Errorf("%q: %v %v, want %v", s, got, err, want)
		}
	}
	for s, want := range map[string]string{
		"": "names one signal", "15": "names one signal", "15:": "does not end", ":3": "does not begin", "0:3": "does not begin", "15:3:1": "does not end",
		"15=3": "names one signal", "KILL:TERM": "rewrites SIGKILL", "STOP:0": "rewrites SIGSTOP", "CHLD:TERM": "rewrites SIGCHLD", "URG:1": "rewrites SIGURG",
		"PIPE:1": "rewrites SIGPIPE", "PROF:1": "rewrites SIGPROF", "TERM:NONE": "does not end", "-1:3": "does not begin", "15:-3": "does not end",
	} {
		if got, err := parseRewrite(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v %v, want %s", s, got, err, want)
		}
	}
	if sig, err := supervise.ParseSignal("RTMIN"); err == nil {
		if _, err := parseRewrite("RTMIN:TERM"); err == nil || !strings.Contains(err.Error(), "cannot catch") {
			t.Errorf("RTMIN (%d) can be rewritten: %v", int(sig), err)
		}
		if r, err := parseRewrite("RTMIN+3:TERM"); err != nil || r.from != sig+3 {
			t.Errorf("RTMIN+3: %v %v", r, err)
		}
	}
}

func TestParseOKExit(t *testing.T) {
	for s, want := range map[string]int{"0": 0, "3": 3, "255": 255, "TERM": 143, "sigkill": 137, "15": 15} {
		if got, err := parseOKExit(s); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "-1", "256", "TREM", "1.0", "0x1", "99999999999999999999"} {
		if got, err := parseOKExit(s); err == nil {
			t.Errorf("%q is %d", s, got)
		}
	}
}

// FuzzRewrite checks that what is accepted can be caught and sent.
func FuzzRewrite(f *testing.F) {
	for _, s := range []string{"15:3", "TERM:QUIT", "HUP:0", "RTMIN+3:TERM", "9:1", ":", "1:2:3", "32:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseRewrite(s)
		if err != nil {
			return
		}
		if r.from < 1 || r.to < 0 || r.from == syscall.SIGKILL || r.from == syscall.SIGSTOP {
			t.Errorf("%q is %v", s, r)
		}
		again, err := parseRewrite(signalText(r.from) + ":" + signalText(r.to))
		if err != nil || again != r {
			t.Errorf("%q is %v, and that %v, %v", s, r, again, err)
		}
	})
}

func signalText(sig syscall.Signal) string {
	if sig == 0 {
		return "0"
	}
	return supervise.SignalName(sig)
}

// FuzzOKExit checks that what is accepted is an exit code.
func FuzzOKExit(f *testing.F) {
	for _, s := range []string{"0", "255", "TERM", "RTMAX", "+3", "-0", "256"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if code, err := parseOKExit(s); err == nil && (code < 0 || code > 255) {
			t.Errorf("%q is %d", s, code)
		}
	})
}
