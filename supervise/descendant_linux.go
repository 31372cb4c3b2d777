package supervise

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// descendant is a process below the app that is watched until its end.
type descendant struct {
	procEntry         // as it was last seen
	starter   int     // its parent when it was first seen
	above     program // what starter ran when it was last seen
	worker    bool    // see Death
	fd        int     // a pidfd, -1 if there is none
	round     int     // in which it was last seen
	hidden    bool    // it is a zombie that we may not ask
	over      bool    // its end has been noticed; only the number is still in use
	buried    *Status // what the reaper knows; guarded by Workers.mu
}

// watchDescendant returns a descendant that has just been found.
func watchDescendant(e procEntry, limit int) *descendant {
	d := &descendant{procEntry: e, starter: e.parent, fd: -1}
	fd, err := unix.PidfdOpen(e.pid, 0)
	if err != nil {
		return d // it is gone, or the kernel has no pidfds: the next look will tell
	}
	// The lowest free number is what a descriptor gets: this one says how many
	// there are already.
	var r procReader
	if now, ok := r.entry(e.pid); fd >= limit || !ok || !now.same(&e) {
		unix.Close(fd)
		return d
	}
	d.fd = fd
	return d
}

func (d *descendant) release() {
	if d.fd >= 0 {
		unix.Close(d.fd)
		d.fd = -1
	}
}

// identify notes what the process runs: a fork becomes another program at its
// exec, and a worker is what stays what its parent is.
func (d *descendant) identify(e *procEntry, programs *programs) {
	d.procEntry = *e
	if e.parent == d.starter { // a later one says nothing
		if above := programs.of(e.parent); above.command != "" {
			d.above = above
		}
	}
	d.worker = programs.of(e.pid).matches(d.above)
}

// look says how the process ended. Not over: it may still be seen later.
func (d *descendant) look(r *procReader) (ws syscall.WaitStatus, known, over bool) {
	e, there := r.entry(d.pid)
	there = there && e.same(&d.procEntry)
	if there && e.dead() && exitVisible(d.pid) {
		return e.exit, true, true
	}
	if ws, ok := exitInfo(d.fd); ok {
		return ws, true, true
	}
	return 0, false, !there
}

// exitVisible reports whether /proc tells us the exit status of a zombie: it
// shows 0 to those who may not trace it. They may not follow exe either, which
// for others is not there any more.
func exitVisible(zombie int) bool {
	_, err := os.Readlink(procPath(zombie, "exe"))
	return err != nil && !os.IsPermission(err)
}

// exitInfo asks the kernel how a process ended whose pidfd we have, which it
// tells once the process has been reaped by whoever had to (PIDFD_GET_INFO with
// PIDFD_INFO_EXIT, since Linux 6.15).
func exitInfo(pidfd int) (syscall.WaitStatus, bool) {
	if pidfd < 0 {
		return 0, false
	}
	info := unix.PidfdInfo{Mask: unix.PIDFD_INFO_EXIT}
	if err := unix.IoctlPidfdInfo(pidfd, &info); err != nil || info.Mask&unix.PIDFD_INFO_EXIT == 0 {
		return 0, false
	}
	return syscall.WaitStatus(uint32(info.Exit_code)), true
}

// program tells what a process runs from what others do.
type program struct {
	device, inode uint64 // of the executable file; 0 if we may not see it
	command       string // empty if there is no such process
}

// matches reports whether both are the same. Where we may not see the files,
// their names decide.
func (p program) matches(other program) bool {
	if p.inode != 0 && other.inode != 0 {
		return p.device == other.device && p.inode == other.inode
	}
	return p.command != "" && p.command == other.command
}

// programs is what was found in one look at the tree.
type programs struct {
	found  map[int]program // by pid
	reader *procReader
}

func (p *programs) of(pid int) program {
	if found, ok := p.found[pid]; ok {
		return found
	}
	var found program
	if e, ok := p.reader.entry(pid); ok {
		found.command = e.command
	}
	var info unix.Stat_t
	if unix.Stat(procPath(pid, "exe"), &info) == nil {
		found.device, found.inode = uint64(info.Dev), info.Ino
	}
	p.found[pid] = found
	return found
}

// bootTicks is the unit of procEntry.start: USER_HZ, which is 100 on every
// machine Go runs on.
const bootTicks = time.Second / 100

// startTime returns when a process was started.
func startTime(e *procEntry) time.Time {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) != nil {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(e.start)*bootTicks - time.Duration(now.Nano()))
}
