package supervise

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// procEntry is what /proc/PID/stat says about a process (proc_pid_stat(5)).
type procEntry struct {
	pid     int
	command string // the program's name, cut to 15 bytes
	state   byte
	parent  int
	group   int
	session int
	threads int
	start   uint64             // ticks since boot: with pid, it tells a process from any other
	exit    syscall.WaitStatus // of a zombie; 0 if we may not see it
}

// dead reports whether nothing of the process runs any more. One whose first
// thread alone has ended looks like a zombie but is not.
func (e *procEntry) dead() bool {
	return (e.state == 'Z' || e.state == 'X') && e.threads <= 1
}

func (e *procEntry) same(other *procEntry) bool {
	return e.pid == other.pid && e.start == other.start
}

// The fields of /proc/PID/stat that follow the command, counted from the state.
const (
	fieldState   = 0
	fieldParent  = 1
	fieldGroup   = 2
	fieldSession = 3
	fieldThreads = 17
	fieldStart   = 19
	fieldExit    = 49 // since Linux 3.5
)

// parseProcEntry reads a line of /proc/PID/stat. The command in it may hold
// anything, spaces and parentheses too.
func parseProcEntry(line []byte) (procEntry, bool) {
	open, end := bytes.IndexByte(line, '('), bytes.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return procEntry{}, false
	}
	var e procEntry
	var err error
	if e.pid, err = strconv.Atoi(string(bytes.TrimSpace(line[:open]))); err != nil {
		return procEntry{}, false
	}
	e.command = string(line[open+1 : end])
	i := 0
	for field := range bytes.FieldsSeq(line[end+1:]) {
		switch i {
		case fieldState:
			e.state = field[0]
		case fieldParent:
			e.parent, err = strconv.Atoi(string(field))
		case fieldGroup:
			e.group, err = strconv.Atoi(string(field))
		case fieldSession:
			e.session, err = strconv.Atoi(string(field))
		case fieldThreads:
			e.threads, err = strconv.Atoi(string(field))
		case fieldStart:
			e.start, err = strconv.ParseUint(string(field), 10, 64)
		case fieldExit:
			var status uint64
			status, err = strconv.ParseUint(string(field), 10, 32)
			e.exit = syscall.WaitStatus(status)
		}
		if err != nil {
			return procEntry{}, false
		}
		i++
	}
	return e, i > fieldStart
}

// procReader reads /proc. It keeps its buffer from one file to the next and
// must not be used by two goroutines at a time.
type procReader struct {
	buffer []byte
	tasks  []int
}

// procUsable reports whether /proc shows the processes by the numbers we know
// them by: it may not be mounted, or belong to another PID namespace.
func procUsable() bool {
	self, err := os.Readlink("/proc/self")
	return err == nil && self == strconv.Itoa(os.Getpid())
}

func procPath(pid int, name string) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + name
}

// entry reads what /proc says about a process; false if there is none.
func (r *procReader) entry(pid int) (procEntry, bool) {
	line, err := r.read(procPath(pid, "stat"))
	if err != nil {
		return procEntry{}, false
	}
	return parseProcEntry(line)
}

// read returns a file's content, valid until the next read.
func (r *procReader) read(name string) ([]byte, error) {
	fd, err := retried(func() (int, error) { return unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	if r.buffer == nil {
		r.buffer = make([]byte, 4096)
	}
	for length := 0; ; {
		if length == len(r.buffer) {
			r.buffer = append(r.buffer, make([]byte, len(r.buffer))...)
		}
		n, err := retried(func() (int, error) { return unix.Read(fd, r.buffer[length:]) })
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return r.buffer[:length], nil
		}
		length += n
	}
}

// retried repeats a call that a signal interrupts.
func retried(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

// appendChildren appends the children of pid to dst, as its threads' children
// files list them. One that ends while they are read may hide another.
func (r *procReader) appendChildren(dst []int, pid int) []int {
	var info unix.Stat_t
	tasks := procPath(pid, "task")
	if unix.Stat(tasks, &info) != nil {
		return dst
	}
	r.tasks = append(r.tasks[:0], pid)
	if info.Nlink != 3 { // its own two, and one for each thread
		r.tasks = appendNumbers(r.tasks[:0], tasks)
	}
	for _, task := range r.tasks {
		list, err := r.read(tasks + "/" + strconv.Itoa(task) + "/children")
		if err != nil {
			continue // the thread is gone, and its children are another's
		}
		for field := range bytes.FieldsSeq(list) {
			if child, err := strconv.Atoi(string(field)); err == nil {
				dst = append(dst, child)
			}
		}
	}
	return dst
}

// appendNumbers appends the names of dir's entries that are numbers.
func appendNumbers(dst []int, dir string) []int {
	list, err := os.Open(dir)
	if err != nil {
		return dst
	}
	defer list.Close()
	names, _ := list.Readdirnames(-1)
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			dst = append(dst, n)
		}
	}
	return dst
}
