package supervise

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// kept is a Keeper under test whose processes leave a mark in a file.
type kept struct {
	*Keeper
	t     *testing.T
	marks string
	exits atomic.Int32
	run   chan error
}

// keep returns a Keeper of testchildren in mode "count" with these arguments.
func keep(t *testing.T, progress bool, args ...string) *kept {
	k := &kept{t: t, marks: filepath.Join(t.TempDir(), "marks"), run: make(chan error, 1)}
	k.Keeper = NewKeeper(reaper, func() (Spec, error) {
		return child("count", append([]string{k.marks}, args...)...), nil
	})
	k.Progressed = func(Status) bool { return progress }
	k.OnExit = func(Status, error) { k.exits.Add(1) }
	k.Grace = 50 * time.Millisecond
	return k
}

func (k *kept) begin() *kept {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { k.run <- k.Run(ctx) }()
	k.t.Cleanup(func() {
		cancel()
		<-k.ended
	})
	return k
}

// lives returns the pids of the processes started so far.
func (k *kept) lives() []string {
	data, err := os.ReadFile(k.marks)
	if err != nil && !os.IsNotExist(err) {
		k.t.Fatal(err)
	}
	return strings.Fields(string(data))
}

func (k *kept) awaitLives(n int) []string {
	k.t.Helper()
	eventually(k.t, "more starts", func() bool { return len(k.lives()) >= n })
	return k.lives()
}

func (k *kept) signal(pid string, sig syscall.Signal) {
	k.t.Helper()
	if err := syscall.Kill(number(pid), sig); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) stopWithin(d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return k.Stop(ctx)
}

// TestKeeperRestarts: a healthy process that is killed is back at once, again
// and again.
func TestKeeperRestarts(t *testing.T) {
	k := keep(t, true, "stubborn")
	k.MaxBackoff = time.Hour // a pause that grew would be seen
	k.MinBackoff = 10 * time.Millisecond
	k.begin()
	for n := 1; n <= 15; n++ {
		lives := k.awaitLives(n)
		k.signal(lives[len(lives)-1], syscall.SIGKILL)
	}
	k.awaitLives(16)
	check(t, k.exits.Load() == 15, "OnExit was called %d times", k.exits.Load())
}

// TestKeeperBacksOff: without progress the pauses double, and one message is enough.
func TestKeeperBacksOff(t *testing.T) {
	k := keep(t, false, "exit", "1")
	k.MinBackoff, k.MaxBackoff = 20*time.Millisecond, 100*time.Millisecond
	began := time.Now()
	k.begin()
	k.awaitLives(6)
	least := (20 + 40 + 80 + 100 + 100) * time.Millisecond
	check(t, time.Since(began) >= least, "six starts in %v, want at least %v", time.Since(began), least)
	check(t, k.exits.Load() == 1, "OnExit was called %d times", k.exits.Load())
}

func TestKeeperRetriesFailedStarts(t *testing.T) {
	k := keep(t, false, "stubborn")
	good := k.spec
	var calls atomic.Int32
	reported := make(chan error, 9)
	k.spec = func() (Spec, error) {
		switch calls.Add(1) {
		case 1:
			return Spec{}, errors.New("no descriptors")
		case 2:
			return Spec{Path: "/no/such/file"}, nil
		}
		return good()
	}
	k.OnExit = func(_ Status, err error) { reported <- err }
	k.begin()
	k.awaitLives(1)
	err := <-reported
	check(t, err != nil && err.Error() == "no descriptors" && len(reported) == 0, "reported %v and %d more", err, len(reported))
}

// TestKeeperHasOwnSession: what a terminal or shell sends to our group does not
// reach the process.
func TestKeeperHasOwnSession(t *testing.T) {
	k := keep(t, true, "stubborn").begin()
	pid := number(k.awaitLives(1)[0])
	group, err := syscall.Getpgid(pid)
	check(t, err == nil && group == pid && group != syscall.Getpgrp(), "group %d of %d, %v", group, pid, err)
}

func TestKeeperStops(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		within time.Duration
		forced bool
	}{
		{"by itself", []string{"eof"}, deadline, false}, // its input ends at once
		{"by TERM", []string{"term", "0"}, 50 * time.Millisecond, true},
		{"by KILL", []string{"stubborn"}, 50 * time.Millisecond, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := keep(t, true, test.args...).begin()
			k.awaitLives(1)
			began := time.Now()
			err := k.stopWithin(test.within)
			check(t, errors.Is(err, ErrForced) == test.forced && (err == nil) == !test.forced, "Stop: %v", err)
			if test.name == "by KILL" {
				check(t, time.Since(began) >= test.within+k.Grace, "killed after %v", time.Since(began))
			}
			check(t, time.Since(began) < deadline/2, "took %v", time.Since(began))
			check(t, errors.Is(<-k.run, err) || err == nil, "Run returned something else")
			lives := k.lives()
			check(t, syscall.Kill(number(lives[len(lives)-1]), 0) == syscall.ESRCH, "it is still there")
			check(t, k.stopWithin(0) == err, "a second Stop differs")
		})
	}
}

// TestKeeperStopRestarts: one that dies while it finishes is started again to
// go on, so that what it held is delivered.
func TestKeeperStopRestarts(t *testing.T) {
	k := keep(t, true, "term", "0").begin()
	first := k.awaitLives(1)[0]
	stopped := make(chan error, 1)
	go func() { stopped <- k.stopWithin(deadline) }()
	<-k.stopping
	k.signal(first, syscall.SIGKILL)
	second := k.awaitLives(2)[1]
	var err error
	eventually(t, "the second one ends by TERM with code 0", func() bool {
		syscall.Kill(number(second), syscall.SIGTERM) // until it has its handler
		select {
		case err = <-stopped:
			return true
		default:
			second = k.lives()[len(k.lives())-1]
			return false
		}
	})
	check(t, err == nil, "Stop: %v", err)
}

// TestKeeperStopGivesUp: a process that fails at every start does not delay the
// end until the deadline.
func TestKeeperStopGivesUp(t *testing.T) {
	k := keep(t, false, "exit", "125")
	k.MinBackoff, k.MaxBackoff = time.Hour, time.Hour
	k.begin()
	k.awaitLives(1)
	eventually(t, "the first failure", func() bool { return k.exits.Load() == 1 })
	done := make(chan error, 1)
	go func() { done <- k.stopWithin(time.Second) }()
	k.awaitLives(2) // Stop does not wait for the pause to end
	err := <-done
	check(t, err != nil, "Stop: %v", err)

	k = keep(t, false, "exit", "125").begin()
	k.awaitLives(1)
	began := time.Now()
	err = k.stopWithin(deadline)
	check(t, err != nil && !errors.Is(err, ErrForced) && strings.Contains(err.Error(), "exited with code 125"), "Stop: %v", err)
	check(t, time.Since(began) < deadline/2, "took %v", time.Since(began))
}

func TestKeeperRestart(t *testing.T) {
	k := keep(t, true, "term", "0")
	k.MinBackoff = time.Hour
	k.begin()
	k.awaitLives(1)
	k.Restart()
	k.awaitLives(2)
	check(t, k.exits.Load() == 0, "a wanted restart was reported as an exit")
}

func TestKeeperContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	k := keep(t, true, "stubborn")
	k.Grace = 10 * time.Millisecond
	go func() { k.run <- k.Run(ctx) }()
	k.awaitLives(1)
	cancel()
	check(t, errors.Is(<-k.run, ErrForced), "Run did not say that it used force")
	check(t, errors.Is(k.Stop(context.Background()), ErrForced), "Stop after the end differs")
}
