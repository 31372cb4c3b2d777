package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
)

// Launch is the part of a start that can only be done by the child itself: it
// sets limits, the file mode creation mask, the user and the working directory,
// then becomes the program. It belongs to a hidden command of the program that
// calls Start, which passes it its arguments and has done nothing else before:
// what it has caught, opened or changed would reach the app. See Spec.Launcher.
//
// It returns only on failure, and has then told Start why: the caller just exits.
func Launch(args []string) error {
	orders, out, err := receiveOrders(args)
	if err != nil {
		return err
	}
	report := orders.carryOut(out)
	data, err := json.Marshal(report)
	if err != nil {
		return err
	}
	if _, err := out.Write(data); err != nil {
		return fmt.Errorf("launch: report: %w", err)
	}
	return fmt.Errorf("launch: %s: %w", report.Step, report.Errno)
}

// carryOut returns only on failure.
//
// All of it happens on one thread, because a death signal belongs to one, with
// room for what exec needs set aside first: under the app's limits there may be
// no more memory and no more threads to be had for the Go runtime.
func (o *launchOrders) carryOut(out *os.File) launchReport {
	runtime.LockOSThread()
	path, args, env, dir := string(o.Path), toStrings(o.Args), toStrings(o.Env), string(o.Dir)
	setRoomAside(args, env)
	for i, limit := range o.Limits {
		if err := limit.apply(); err != nil {
			return launchReport{Step: stepLimit, Errno: errnoOf(err), Limit: i}
		}
	}
	if o.Umask != nil {
		syscall.Umask(int(*o.Umask))
	}
	if o.Credential != nil {
		if err := o.Credential.become(); err != nil {
			return launchReport{Step: stepUser, Errno: errnoOf(err)}
		}
	}
	if dir != "" {
		if err := syscall.Chdir(dir); err != nil {
			return launchReport{Step: stepDir, Errno: errnoOf(err)}
		}
	}
	// To become another user takes the death signal away.
	if o.DeathSignal != 0 {
		if err := armDeathSignal(o.DeathSignal, o.Parent); err != nil {
			return launchReport{Step: stepDeath, Errno: errnoOf(err)}
		}
	}
	// The Go runtime has opened /dev/null in place of the first three.
	for _, fd := range o.Closed {
		_ = syscall.Close(fd)
	}
	_, _ = out.Write([]byte{aboutToExec})
	return launchReport{Step: stepExec, Errno: errnoOf(syscall.Exec(path, args, env))}
}

// setRoomAside makes the heap large enough for the copies that exec makes of its
// arguments, and keeps the runtime from starting threads or collections.
func setRoomAside(args, env []string) {
	runtime.GOMAXPROCS(1)
	runtime.MemProfileRate = 0 // no sample, which would take memory of its own
	size := 1 << 20
	for _, list := range [][]string{args, env} {
		for _, s := range list {
			size += 2*len(s) + 64
		}
	}
	room := make([]byte, size)
	runtime.KeepAlive(room)
	debug.SetGCPercent(-1)
	runtime.GC() // the room is free now, and ours
}

// become makes this process run as c, for good.
func (c *Credential) become() error {
	groups := make([]int, len(c.Groups))
	for i, group := range c.Groups {
		groups[i] = int(group)
	}
	if err := syscall.Setgroups(groups); err != nil {
		return err
	}
	if err := syscall.Setgid(int(c.GID)); err != nil {
		return err
	}
	return syscall.Setuid(int(c.UID))
}

func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return syscall.EINVAL
}
