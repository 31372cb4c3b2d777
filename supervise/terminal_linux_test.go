package supervise

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// keyboard is the far end of a terminal.
type keyboard struct {
	t      *testing.T
	master *os.File
}

const (
	ctrlC = "\x03"
	ctrlD = "\x04"
	ctrlZ = "\x1a"
)

func (k keyboard) press(keys string) {
	k.t.Helper()
	if _, err := k.master.WriteString(keys); err != nil {
		k.t.Fatal(err)
	}
}

// openTerminal returns a new terminal, or false where there are none.
func openTerminal(t *testing.T) (k keyboard, slave *os.File, ok bool) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Logf("not run: %s: no terminals here: %v", t.Name(), err)
		return keyboard{}, nil, false
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Logf("not run: %s: no terminals here: %v", t.Name(), err)
		return keyboard{}, nil, false
	}
	t.Cleanup(func() { slave.Close() })
	return keyboard{t, master}, slave, true
}

// wrapOn starts a wrapper, or a shell that starts one, as the leader of a
// session on this terminal.
func wrapOn(t *testing.T, slave *os.File, mode string, w wrapping) *wrapper {
	t.Helper()
	return wrapBy(t, w, mode, nil, func(spec Spec) *Process {
		spec.Files[0], spec.ControllingTTY = slave, true
		return start(t, spec)
	})
}

// ways are the two ways an app may share a terminal with us.
var ways = map[string]wrapping{
	"handed over": {Terminal: true},
	"shared":      {},
}

// TestKeysArriveOnce: Ctrl-C reaches the app once; kill reaches it too.
func TestKeysArriveOnce(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			keyboard, slave, ok := openTerminal(t)
			if !ok {
				return
			}
			way.Mode, way.StopTimeout = "signals", -1
			w := wrapOn(t, slave, "wrap", way)
			w.out.expect("ready")
			for range 3 {
				keyboard.press(ctrlC)
				w.expectSignal("SIGINT")
			}
			// Two signals later the last key's copy has surely been taken: an INT that
			// comes before would be one with it.
			w.Signal(syscall.SIGUSR1)
			w.expectSignal("SIGUSR1")
			w.Signal(syscall.SIGUSR2)
			w.expectSignal("SIGUSR2")
			w.Signal(syscall.SIGINT) // by kill, to us alone
			w.expectSignal("SIGINT")
			w.Signal(syscall.SIGTERM)
			w.expectSignal("SIGTERM")
			keyboard.press(ctrlD)
			rest := strings.ReplaceAll(w.out.rest(), "SIGURG\n", "")
			check(t, rest == "", "received a second time: %q", rest)
			r, _ := w.finish()
			check(t, r.Result.Stops == 2 && r.Result.StopSignal == syscall.SIGINT && !r.Crashed, "%+v", r)
		})
	}
}

// TestKeysEndTheApp: to be ended by a key is no crash.
func TestKeysEndTheApp(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			keyboard, slave, ok := openTerminal(t)
			if !ok {
				return
			}
			way.Mode, way.Restart = "pause", RestartAlways
			w := wrapOn(t, slave, "wrap", way)
			w.out.expect("ready")
			keyboard.press(ctrlC)
			r, log := w.finish()
			check(t, r.Result.Signal == syscall.SIGINT && !r.Crashed && !r.Result.Killed, "%+v", r)
			check(t, r.Result.StopReason == StoppedByTerminal && r.Result.Restarts == 0 && !r.Requested, "%+v", r)
			check(t, record(t, log, "app killed by SIGINT")["stop_reason"] == "terminal", "%v", log)
			check(t, w.Status().ExitCode() == 130, "%s", w.Status())
		})
	}
}

// TestCtrlZWithoutShell: where nobody could continue it, the app must not stop
// for ever.
func TestCtrlZWithoutShell(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			keyboard, slave, ok := openTerminal(t)
			if !ok {
				return
			}
			way.Mode = "pause"
			w := wrapOn(t, slave, "wrap", way)
			w.out.expect("ready")
			for range 3 {
				keyboard.press(ctrlZ)
				time.Sleep(10 * time.Millisecond) // a key after the other, not instead
			}
			keyboard.press(ctrlC)
			r, _ := w.finish()
			check(t, r.Result.Signal == syscall.SIGINT && !r.Crashed, "%+v", r)
		})
	}
}

// TestJobControl: under a shell, Ctrl-Z stops the whole job and fg continues it.
func TestJobControl(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			keyboard, slave, ok := openTerminal(t)
			if !ok {
				return
			}
			way.Mode = "pause"
			w := wrapOn(t, slave, "shell", way)
			w.out.expect("ready")
			for range 3 {
				keyboard.press(ctrlZ)
				w.out.expect("stopped")
				w.out.expect("continued")
				time.Sleep(30 * time.Millisecond) // the terminal is being handed on
			}
			keyboard.press(ctrlC)
			r, _ := w.finish()
			check(t, r.Result.Signal == syscall.SIGINT && !r.Crashed, "%+v", r)
			check(t, w.Status().ExitCode() == 130, "%s", w.Status())
		})
	}
}
