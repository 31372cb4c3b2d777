package supervise

import (
	"log/slog"
	"syscall"
	"time"
)

// endsTerminalJob reports whether sig is one by which a terminal, or the shell
// on it, ends what runs there.
func endsTerminalJob(sig syscall.Signal) bool {
	return sig == syscall.SIGINT || sig == syscall.SIGQUIT || sig == syscall.SIGHUP
}

// sentByTerminal reports whether sig is one the terminal has just sent to all
// of our group, the app among them.
func (r *run) sentByTerminal(sig syscall.Signal) bool {
	if r.tty == nil || r.process.leader {
		return false
	}
	switch sig {
	case syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGWINCH:
		if sender, known := r.sender(sig); known {
			return sender.Kernel
		}
		return isForeground(r.tty, syscall.Getpgrp())
	}
	return false
}

// sender returns who sent the sig that has just been received.
func (r *run) sender(sig syscall.Signal) (s Sender, known bool) {
	if r.app.Signals == nil {
		return Sender{}, false
	}
	return r.app.Signals.Sender(sig)
}

// suspend follows the app when job control has stopped it, so that the shell
// which started us sees its job stop and gives its prompt; fg and bg continue
// us, and we the app. Without a terminal, or when stopped by STOP, nobody
// expects that of us: the app stays stopped until a CONT is forwarded.
//
// Where no shell could continue us (PID 1, an ssh command) the kernel does not
// let us stop, and an app that was stopped by a key goes on at once.
func (r *run) suspend(sig syscall.Signal) {
	switch sig {
	case syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
	default:
		return
	}
	if r.tty == nil {
		return
	}
	r.log.Debug("app suspended", slog.String("signal", SignalName(sig)))
	r.suspended = true
	if r.given != nil {
		_ = moveForeground(r.given, r.process.pid, syscall.Getpgrp())
	}
	if !r.process.leader {
		r.awaitCopy(sig)
	}
	stopSelf()
	r.resume(sig)
}

// resume continues the app after we were continued.
func (r *run) resume(sig syscall.Signal) {
	r.resumed = time.Now() // the time before was not the app's to write in
	if r.given != nil {
		_ = moveForeground(r.given, syscall.Getpgrp(), r.process.pid)
	}
	if r.given == nil && r.process.leader && sig != syscall.SIGTSTP {
		return // it would read the terminal in vain and be stopped again
	}
	r.log.Debug("app resumed")
	r.suspended = false
	if r.process.leader {
		_ = r.process.SignalGroup(syscall.SIGCONT)
	} else {
		_ = r.process.Signal(syscall.SIGCONT)
	}
}

// copyDelay is how much later than the app's stop our copy of the signal that
// the terminal sent to our whole group may come.
const copyDelay = 20 * time.Millisecond

// awaitCopy takes that copy. Left for later it would be forwarded when the app
// has just been continued, and stop it again.
func (r *run) awaitCopy(sig syscall.Signal) {
	timeout := time.After(copyDelay)
	for {
		select {
		case got := <-r.signals:
			if got == sig {
				return
			}
			r.receive(got)
		case <-timeout:
			return
		}
	}
}
