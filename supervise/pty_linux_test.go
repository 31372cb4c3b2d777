package supervise

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openPTYs returns n pseudo-terminals, or false where there are none.
func openPTYs(t *testing.T, n int) ([]*PTY, bool) {
	t.Helper()
	var list []*PTY
	for range n {
		p, err := OpenPTY()
		if err != nil {
			t.Logf("not run: %v", err)
			return nil, false
		}
		t.Cleanup(p.Close)
		list = append(list, p)
	}
	return list, true
}

// startOn starts a testchild on p as Files says, and closes our slave end.
func startOn(t *testing.T, p *PTY, in *os.File, spec Spec) *Process {
	t.Helper()
	spec.Files, spec.ControllingTTY = p.Files(in)
	child := start(t, spec)
	p.Slave.Close()
	return child
}

// readAll reads up to the end of the output, which is EIO.
func readAll(t *testing.T, p *PTY) string {
	t.Helper()
	p.Master.SetReadDeadline(time.Now().Add(deadline))
	data, err := io.ReadAll(p.Master)
	check(t, errors.Is(err, syscall.EIO), "the output ended with %v, want EIO", err)
	return string(data)
}

// TestPTYOfApp: what the app sees, when somebody types and when nobody does.
func TestPTYOfApp(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, route := range routes {
		terminals, ok := openPTYs(t, 4)
		if !ok {
			return
		}
		for name, test := range map[string]struct {
			pty  *PTY
			in   *os.File
			want string
		}{
			"typed":     {terminals[0], terminals[3].Slave, "true true true true 80x24"},
			"not typed": {terminals[1], null, "false true true false 80x24"},
			"no input":  {terminals[2], nil, "false true true false 80x24"},
		} {
			p := startOn(t, test.pty, test.in, via(t, route, child("tty")))
			got := strings.TrimRight(readAll(t, test.pty), "\r\n")
			check(t, got == test.want, "%s, %s: %q, want %q", name, route, got, test.want)
			wait(t, p)
		}
	}
}

func TestPTYWindow(t *testing.T) {
	terminals, ok := openPTYs(t, 2)
	if !ok {
		return
	}
	from, p := terminals[0], terminals[1]
	size := func() string {
		got, err := unix.IoctlGetWinsize(int(p.Slave.Fd()), unix.TIOCGWINSZ)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%dx%d", got.Col, got.Row)
	}
	resize := func(from *os.File) {
		if err := p.Resize(from); err != nil {
			t.Fatal(err)
		}
	}
	set := func(w unix.Winsize) {
		if err := unix.IoctlSetWinsize(int(from.Slave.Fd()), unix.TIOCSWINSZ, &w); err != nil {
			t.Fatal(err)
		}
	}
	check(t, size() == "80x24", "at first %s", size())
	set(unix.Winsize{Row: 50, Col: 132})
	resize(from.Slave)
	check(t, size() == "132x50", "taken over %s", size())
	set(unix.Winsize{})
	resize(from.Slave)
	check(t, size() == "80x24", "from one that knows none %s", size())
	set(unix.Winsize{Row: 50, Col: 132})
	resize(from.Slave)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	resize(null)
	check(t, size() == "80x24", "from no terminal %s", size())
	from.Slave.Close()
	p.Master.Close()
	check(t, p.Resize(nil) != nil, "a closed one was resized")
}

// TestPTYWindowChange: the app is told, once.
func TestPTYWindowChange(t *testing.T) {
	terminals, ok := openPTYs(t, 2)
	if !ok {
		return
	}
	from, p := terminals[0], terminals[1]
	startOn(t, p, from.Slave, child("signals"))
	out := newOutput(t, p.Master)
	out.expect("ready")
	if err := p.Resize(nil); err != nil { // no change
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(from.Slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 5, Col: 7}); err != nil {
		t.Fatal(err)
	}
	if err := p.Resize(from.Slave); err != nil {
		t.Fatal(err)
	}
	got := nextSignal(out)
	check(t, got == "SIGWINCH", "%q", got)
	p.Master.WriteString(ctrlC)
	got = nextSignal(out)
	check(t, strings.HasSuffix(got, "SIGINT"), "after one change: %q", got)
	p.Master.WriteString(ctrlD)
}

// TestPTYComplete: an app that ends at once loses nothing, and nothing is changed.
func TestPTYComplete(t *testing.T) {
	const lines = 1 << 14 // of 64 bytes: 1 MB
	for _, route := range routes {
		for _, slow := range []bool{false, true} {
			terminals, ok := openPTYs(t, 1)
			if !ok {
				return
			}
			p, n := terminals[0], lines
			if slow {
				n = 32 // fits into the terminal: the app is gone before we read
			}
			c := startOn(t, p, nil, via(t, route, child("flood", fmt.Sprint(n))))
			if slow {
				wait(t, c)
			}
			got := readAll(t, p)
			check(t, got == floodText(n), "%s, slow %v: %d bytes of %d, or others", route, slow, len(got), 64*n)
		}
	}
}

func floodText(lines int) string {
	var all strings.Builder
	for i := range lines {
		fmt.Fprintf(&all, "%063d\n", i)
	}
	return all.String()
}

// TestPTYCompleteTyped: with a controlling terminal too, while it is being read.
func TestPTYCompleteTyped(t *testing.T) {
	const lines = 1 << 14
	terminals, ok := openPTYs(t, 2)
	if !ok {
		return
	}
	outer, p := terminals[0], terminals[1]
	startOn(t, p, outer.Slave, child("flood", fmt.Sprint(lines)))
	got := readAll(t, p)
	check(t, got == floodText(lines), "%d bytes of %d, or others", len(got), 64*lines)
}

// TestPTYEnd: the output ends when nobody has the slave end open any more, be it
// a grandchild; and closing Master ends a read.
func TestPTYEnd(t *testing.T) {
	terminals, ok := openPTYs(t, 2)
	if !ok {
		return
	}
	p := terminals[0]
	c := startOn(t, p, nil, child("setsid"))
	out := newOutput(t, p.Master)
	first, second := out.line(), out.line() // the grandchild's number, and that it is ready
	if strings.HasPrefix(first, "ready") {
		first, second = second, first
	}
	wait(t, c)
	p.Master.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	_, err := p.Master.Read(make([]byte, 1))
	check(t, errors.Is(err, os.ErrDeadlineExceeded), "read while the grandchild lives: %v", err)
	syscall.Kill(number(strings.Fields(first)[0]), syscall.SIGKILL)
	check(t, readAll(t, p) == "", "more than was written")
	check(t, strings.HasPrefix(second, "ready"), "%q", second)

	ended := make(chan error)
	go func() {
		_, err := terminals[1].Master.Read(make([]byte, 1))
		ended <- err
	}()
	terminals[1].Master.Close()
	select {
	case err := <-ended:
		check(t, errors.Is(err, os.ErrClosed), "%v", err)
	case <-time.After(deadline):
		t.Fatal("Close did not end the read")
	}
}

// relayed is an app on a PTY with keys relayed from a terminal.
type relayed struct {
	keyboard
	outer, inner *PTY
	relay        *Relay
	before       *unix.Termios
}

func relay(t *testing.T) (r relayed, ok bool) {
	t.Helper()
	terminals, ok := openPTYs(t, 2)
	if !ok {
		return relayed{}, false
	}
	r = relayed{keyboard: keyboard{t, terminals[0].Master}, outer: terminals[0], inner: terminals[1]}
	var err error
	if r.before, err = getModes(r.outer.Slave); err != nil {
		t.Fatal(err)
	}
	// The usual one, unlike what OpenPTY makes.
	r.before.Oflag |= unix.ONLCR
	if err := setModes(r.outer.Slave, r.before); err != nil {
		t.Fatal(err)
	}
	if r.relay, err = r.inner.Relay(r.outer.Slave); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.relay.Restore() })
	return r, true
}

func (r relayed) modes() *unix.Termios {
	modes, err := getModes(r.outer.Slave)
	if err != nil {
		r.t.Fatal(err)
	}
	return modes
}

// TestRelayKeys: each Ctrl-C is one INT, and an end of input ends the input.
func TestRelayKeys(t *testing.T) {
	r, ok := relay(t)
	if !ok {
		return
	}
	c := startOn(t, r.inner, r.outer.Slave, child("signals"))
	out := newOutput(t, r.inner.Master)
	out.expect("ready")
	for range 3 {
		r.press(ctrlC)
		got := nextSignal(out)
		check(t, got == "^CSIGINT", "%q", got)
	}
	r.press("\x1c") // Ctrl-backslash
	got := nextSignal(out)
	check(t, got == `^\SIGQUIT`, "%q", got)
	r.press(ctrlD)
	rest, _ := io.ReadAll(out.lines)
	check(t, strings.ReplaceAll(string(rest), "SIGURG\r\n", "") == "", "a second time: %q", rest)
	check(t, wait(t, c).ExitCode() == 0, "%s", c.Status())
}

// TestRelayLineEnds: somebody looks, so lines end as a terminal needs it.
func TestRelayLineEnds(t *testing.T) {
	r, ok := relay(t)
	if !ok {
		return
	}
	startOn(t, r.inner, r.outer.Slave, child("tty"))
	got := readAll(t, r.inner)
	check(t, got == "true true true true 80x24\r\n", "%q", got)
}

// TestRelayRestores: the terminal is raw in between and then as it was, and a key
// pressed later is for the next reader.
func TestRelayRestores(t *testing.T) {
	r, ok := relay(t)
	if !ok {
		return
	}
	check(t, r.modes().Lflag&(unix.ICANON|unix.ISIG|unix.ECHO) == 0 && r.modes().Oflag&unix.OPOST == 0, "not raw: %+v", r.modes())
	if err := setModes(r.outer.Slave, r.before); err != nil { // as a shell may
		t.Fatal(err)
	}
	check(t, r.relay.Raw() == nil && r.modes().Lflag&unix.ICANON == 0, "not raw again: %+v", r.modes())
	failed := make(chan error)
	for range 4 {
		go func() { failed <- r.relay.Restore() }()
	}
	for range 4 {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
	check(t, reflect.DeepEqual(r.modes(), r.before), "modes %+v, want %+v", r.modes(), r.before)
	check(t, r.relay.Raw() == nil && reflect.DeepEqual(r.modes(), r.before), "raw after the end")
	r.press("next\n")
	buf := make([]byte, 10)
	n, err := r.outer.Slave.Read(buf)
	check(t, err == nil && string(buf[:n]) == "next\n", "the next reader got %q, %v", buf[:n], err)
}

// TestRelayBlocked: an app that reads nothing does not keep us from restoring.
func TestRelayBlocked(t *testing.T) {
	r, ok := relay(t)
	if !ok {
		return
	}
	go func() {
		r.master.SetWriteDeadline(time.Now().Add(deadline))
		r.master.WriteString(strings.Repeat("key\n", 1<<14))
	}()
	waiting, same := 0, 0
	eventually(t, "the relay takes no more keys", func() bool {
		n, err := unix.IoctlGetInt(int(r.outer.Slave.Fd()), unix.TIOCINQ)
		if err != nil || n == 0 || n != waiting {
			waiting, same = n, 0
		}
		same++
		return same > 25
	})
	done := make(chan error)
	go func() { done <- r.relay.Restore() }()
	select {
	case err := <-done:
		check(t, err == nil && reflect.DeepEqual(r.modes(), r.before), "%v", err)
	case <-time.After(deadline):
		t.Fatal("Restore hangs")
	}
	r.outer.Master.SetWriteDeadline(time.Now())
}

// TestRelayHangUp: when our terminal goes, the app's input ends.
func TestRelayHangUp(t *testing.T) {
	for name, typed := range map[string]string{"at a line's start": "line\r", "within a line": "half a line", "nothing": ""} {
		r, ok := relay(t)
		if !ok {
			return
		}
		c := startOn(t, r.inner, r.outer.Slave, child("eof"))
		out := newOutput(t, r.inner.Master)
		out.expect("ready")
		if typed != "" {
			r.press(typed)
			out.file.SetReadDeadline(time.Now().Add(deadline))
			io.ReadFull(out.lines, make([]byte, len(typed))) // echoed: it has arrived
		}
		r.outer.Master.Close()
		check(t, wait(t, c).ExitCode() == 0, "%s: %s", name, c.Status())
		r.relay.Restore() // fails, and returns
	}
}

// TestRelayRefuses what is no terminal.
func TestRelayRefuses(t *testing.T) {
	terminals, ok := openPTYs(t, 1)
	if !ok {
		return
	}
	in, _ := pipe(t)
	_, err := terminals[0].Relay(in)
	check(t, errors.Is(err, syscall.ENOTTY), "%v", err)
}

// TestPTYOfUser: another user's app may open the terminal it was given by name.
func TestPTYOfUser(t *testing.T) {
	if !isRoot(t, "becoming another user") {
		return
	}
	user := Credential{UID: someUser, GID: someUser}
	app := publicSelf(t)
	for _, owned := range []bool{false, true} {
		terminals, ok := openPTYs(t, 1)
		if !ok {
			return
		}
		p := terminals[0]
		if owned {
			if err := Own(user, p.Slave); err != nil {
				t.Fatal(err)
			}
		}
		spec := child("reopen")
		spec.Path, spec.Credential = app, &user
		startOn(t, p, nil, spec)
		got := readAll(t, p)
		check(t, (got == "reopened\n") == owned, "owned %v: %q", owned, got)
	}
}

// TestControllingTTYTaken: a terminal that controls another session already.
func TestControllingTTYTaken(t *testing.T) {
	terminals, ok := openPTYs(t, 1)
	if !ok {
		return
	}
	p := terminals[0]
	spec := child("signals")
	spec.Files, spec.ControllingTTY = []*os.File{p.Slave, p.Slave, p.Slave}, true
	start(t, spec)
	newOutput(t, p.Master).expect("ready")
	if os.Geteuid() == 0 {
		t.Log("not run: a terminal that is taken: root may take it away")
		return
	}
	e := failAlike(t, spec, 125)
	check(t, strings.Contains(e.Error(), "terminal"), "%v", e)
}
