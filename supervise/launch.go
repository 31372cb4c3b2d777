package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fork starts a program and registers it.
func (r *Reaper) fork(spec *Spec, path string, attr *syscall.ProcAttr) (*Process, error) {
	p, err := r.forkExec(path, spec.arguments(), attr, spec.DeathSignal != 0)
	if err == nil {
		return p, nil
	}
	return nil, spec.failure(path, r.locate(spec, attr, err))
}

// forkExec starts a program and registers it. If lasting, the thread that forks
// it lives as long as this process.
func (r *Reaper) forkExec(path string, args []string, attr *syscall.ProcAttr, lasting bool) (*Process, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sealDescriptors()
	started := time.Now()
	var pid int
	var err error
	fork := func() { pid, err = syscall.ForkExec(path, args, attr) }
	if lasting {
		r.forker.do(fork)
	} else {
		fork()
	}
	if err != nil {
		return nil, err
	}
	p := newProcess(r, pid, started, attr.Sys)
	r.children[pid] = p
	return p, nil
}

// launch starts a program through the launcher.
func (r *Reaper) launch(spec *Spec, path string, attr *syscall.ProcAttr) (*Process, error) {
	if err := spec.checkLaunch(); err != nil {
		return nil, &StartError{Path: spec.Path, Err: err, preparing: true}
	}
	p, data, err := r.runLauncher(spec, path, attr)
	if terminalRefused(attr, err) {
		return nil, spec.failure(path, launchReport{Step: stepTTY, Errno: errnoOf(err)})
	}
	if err != nil {
		return nil, &StartError{Path: spec.Path, Err: fmt.Errorf("start through %q: %w", spec.Launcher[0], err), preparing: true}
	}
	report, ended, err := parseLaunchReport(data)
	switch {
	case err != nil:
		return nil, &StartError{Path: spec.Path, Err: err, preparing: true}
	case ended && !diedOfSignal(p):
		err := fmt.Errorf("%q ended before it: %w", strings.Join(spec.Launcher, " "), os.ErrProcessDone)
		return nil, &StartError{Path: spec.Path, Err: err, preparing: true}
	case report != nil:
		return nil, spec.failure(path, *report)
	}
	return p, nil
}

// checkLaunch finds what the launcher would stumble over.
func (s *Spec) checkLaunch() error {
	if len(s.Launcher) == 0 {
		return errors.New("a file mode creation mask or limits need a launcher")
	}
	if s.Umask != nil && *s.Umask > 0o777 {
		return fmt.Errorf("file mode creation mask %#o: above 0777: %w", *s.Umask, syscall.EINVAL)
	}
	for _, limit := range s.Limits {
		if err := limit.check(); err != nil {
			return err
		}
	}
	return nil
}

// runLauncher starts the launcher, gives it its orders and returns its report.
// What the launcher must not have done before its orders come (user, directory)
// is taken out of attr.
func (r *Reaper) runLauncher(spec *Spec, path string, attr *syscall.ProcAttr) (*Process, []byte, error) {
	ordersIn, orders, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer orders.Close()
	defer ordersIn.Close()
	report, reportOut, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer report.Close()
	defer reportOut.Close()
	message, err := json.Marshal(newLaunchOrders(spec, path, attr))
	if err != nil {
		return nil, nil, err
	}

	for len(attr.Files) < 3 {
		attr.Files = append(attr.Files, ^uintptr(0))
	}
	first := len(attr.Files)
	attr.Files = append(attr.Files, ordersIn.Fd(), reportOut.Fd())
	attr.Dir, attr.Sys.Credential, attr.Env = "", nil, os.Environ()
	args := append(append([]string(nil), spec.Launcher...), strconv.Itoa(first), strconv.Itoa(first+1))
	p, err := r.forkExec(spec.Launcher[0], args, attr, spec.DeathSignal != 0)
	if err != nil {
		return nil, nil, err
	}
	ordersIn.Close()
	reportOut.Close()
	// If the launcher is gone its report, or the lack of it, says more.
	_, _ = orders.Write(message)
	orders.Close()
	data, err := io.ReadAll(report)
	return p, data, err
}

// reapTime is how long Start waits to learn how the launcher ended.
const reapTime = time.Second

// diedOfSignal reports whether the launcher was ended by somebody, who will have
// meant the app: then that is how the app ended.
func diedOfSignal(p *Process) bool {
	select {
	case <-p.Done():
		return p.Status().Signal != 0
	case <-time.After(reapTime):
		return false
	}
}

// locate finds the step at which a start without the launcher failed, of which
// fork tells only the error. It repeats the steps in children that cannot get
// further: with a path that is too long for any system.
func (r *Reaper) locate(spec *Spec, attr *syscall.ProcAttr, failed error) launchReport {
	report := launchReport{Step: stepExec, Errno: errnoOf(failed)}
	if failed == syscall.ENAMETOOLONG {
		return report
	}
	try := func(dir string) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		_, err := syscall.ForkExec(strings.Repeat("/x", 1<<14), []string{"x"},
			&syscall.ProcAttr{Dir: dir, Sys: &syscall.SysProcAttr{Credential: attr.Sys.Credential}})
		return err
	}
	if attr.Sys.Credential != nil && try("") == failed {
		report.Step = stepUser
		return report
	}
	if attr.Dir != "" && try(attr.Dir) == failed {
		report.Step = stepDir
		return report
	}
	if terminalRefused(attr, failed) {
		report.Step = stepTTY
	}
	return report
}

// terminalRefused reports whether a start failed because the terminal may not
// control the child: it controls another session, or has been hung up.
func terminalRefused(attr *syscall.ProcAttr, failed error) bool {
	return attr.Sys.Setctty && (failed == syscall.EPERM || failed == syscall.ENOTTY || failed == syscall.EIO)
}

// failure makes the error of a failed step, with or without the launcher.
func (s *Spec) failure(path string, report launchReport) *StartError {
	e := &StartError{Path: s.Path, Err: report.Errno, preparing: true}
	switch report.Step {
	case stepExec:
		return &StartError{Path: s.Path, File: inDir(path, s.Dir), Err: report.Errno, user: s.Credential}
	case stepDir:
		e.Err = fmt.Errorf("working directory: %w", &os.PathError{Op: "chdir", Path: s.Dir, Err: report.Errno})
		e.hint = s.Credential.obstacle(s.Dir)
	case stepUser:
		e.Err = fmt.Errorf("become %s: %w", s.Credential, report.Errno)
		e.hint = userHint(report.Errno)
	case stepLimit:
		if report.Limit >= 0 && report.Limit < len(s.Limits) {
			limit := s.Limits[report.Limit]
			e.Err = fmt.Errorf("set limit %s to %s: %w", limit.Name, limit.value(), report.Errno)
			e.hint = limit.hint(report.Errno)
		}
	case stepTTY:
		e.Err = fmt.Errorf("controlling terminal: %w", report.Errno)
		e.hint = "it may control another session already, or have been hung up"
	default:
		e.Err = fmt.Errorf("%s: %w", report.Step, report.Errno)
	}
	return e
}

func userHint(errno syscall.Errno) string {
	switch errno {
	case syscall.EPERM:
		return "only root, or a process with the capabilities SETUID and SETGID, may change its user"
	case syscall.EINVAL:
		return "there is no such user or group in this user namespace"
	}
	return ""
}
