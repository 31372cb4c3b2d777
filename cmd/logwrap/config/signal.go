package config

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"github.com/logwrap/logwrap/supervise"
)

const signalHint = "signals look like TERM, SIGINT or 15"

func parseSignal(s string) (syscall.Signal, error) {
	sig, err := supervise.ParseSignal(s)
	if err != nil {
		return 0, valueError{"is no signal", signalHint}
	}
	return sig, nil
}

// rewrite says that to is sent where from was received, nothing if to is 0.
type rewrite struct{ from, to syscall.Signal }

const rewriteHint = "write FROM:TO with two signals, like TERM:QUIT or 15:3; TERM:0 drops TERM"

// parseRewrite reads "15:3", "TERM:QUIT" or "HUP:0".
func parseRewrite(s string) (r rewrite, err error) {
	from, to, ok := strings.Cut(s, ":")
	if !ok {
		return r, valueError{"names one signal, not two", rewriteHint}
	}
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	if r.from, err = supervise.ParseSignal(from); err != nil {
		return r, valueError{"does not begin with a signal", rewriteHint}
	}
	if why := neverForwarded(r.from); why != "" {
		return r, valueError{why, ""}
	}
	if to == "0" {
		return r, nil
	}
	if r.to, err = supervise.ParseSignal(to); err != nil {
		return r, valueError{"does not end with a signal", rewriteHint}
	}
	return r, nil
}

// neverForwarded says why a signal cannot be rewritten, empty if it can.
func neverForwarded(sig syscall.Signal) string {
	name := supervise.SignalName(sig)
	switch sig {
	case syscall.SIGKILL, syscall.SIGSTOP:
		return fmt.Sprintf("rewrites %s, which no process can catch", name)
	case syscall.SIGCHLD, syscall.SIGURG, syscall.SIGPROF, syscall.SIGPIPE:
		return fmt.Sprintf("rewrites %s, which is logwrap's own and never reaches the app", name)
	}
	if sig >= 32 && sig <= 34 { // the C library's and the Go runtime's
		return fmt.Sprintf("rewrites signal %d, which logwrap cannot catch", int(sig))
	}
	return ""
}

// parseRewrites reads rewrites, at most one for each signal.
func parseRewrites(items []item) map[syscall.Signal]syscall.Signal {
	all := map[syscall.Signal]syscall.Signal{}
	for _, i := range items {
		r, err := parseRewrite(i.text)
		if _, taken := all[r.from]; err == nil && taken {
			err = valueError{fmt.Sprintf("rewrites %s a second time", supervise.SignalName(r.from)), ""}
		}
		if err != nil {
			i.reject(err)
			continue
		}
		all[r.from] = r.to
	}
	return all
}

const exitHint = "exit codes are 0 to 255; a signal's name stands for 128 and its number, as TERM for 143"

// parseOKExit reads an exit code, or the signal whose death counts as one: 143
// and TERM are the same.
func parseOKExit(s string) (int, error) {
	if n, err := strconv.Atoi(s); err == nil {
		if n < 0 || n > 255 {
			return 0, valueError{"is not between 0 and 255", exitHint}
		}
		return n, nil
	}
	sig, err := supervise.ParseSignal(s)
	if err != nil {
		return 0, valueError{"is no exit code", exitHint}
	}
	return 128 + int(sig), nil
}
