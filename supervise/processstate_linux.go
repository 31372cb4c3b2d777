package supervise

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// state reads what the kernel says about a process, from the files status, stat
// and wchan of proc(5). A process that is gone has none.
func (p *Process) state() processState {
	p.reaper.mu.Lock() // it must not be reaped, and its number be given away, meanwhile
	defer p.reaper.mu.Unlock()
	if p.reaper.children[p.pid] != p {
		return processState{}
	}
	return readProcessState("/proc/" + strconv.Itoa(p.pid) + "/")
}

func readProcessState(dir string) (s processState) {
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return s
	}
	s.known = true
	s.state = string(statusValue(status, "State"))
	s.threads, _ = strconv.Atoi(string(statusValue(status, "Threads")))
	kilobytes, _, _ := bytes.Cut(statusValue(status, "VmRSS"), []byte(" "))
	rss, _ := strconv.ParseInt(string(kilobytes), 10, 64)
	s.rss = rss << 10
	if stat, err := os.ReadFile(dir + "stat"); err == nil {
		s.user, s.system = parseTimes(stat)
	}
	// "0" says that it is not waiting, or that we may not know.
	if wchan, err := os.ReadFile(dir + "wchan"); err == nil && string(wchan) != "0" {
		s.waitChannel = string(wchan)
	}
	return s
}

// statusValue returns the value of a line "Name:\tvalue".
func statusValue(status []byte, name string) []byte {
	_, rest, _ := bytes.Cut(append([]byte("\n"), status...), []byte("\n"+name+":"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return bytes.TrimSpace(line)
}

// parseTimes returns the fields utime and stime of stat. They follow the name of
// the program, in parentheses, in which anything may be.
func parseTimes(stat []byte) (user, system time.Duration) {
	const (
		userField, systemField = 14 - 3, 15 - 3    // the first after the name is the third
		tick                   = time.Second / 100 // USER_HZ, the same on every architecture Go knows
	)
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= systemField {
		return 0, 0
	}
	u, _ := strconv.ParseInt(string(fields[userField]), 10, 64)
	s, _ := strconv.ParseInt(string(fields[systemField]), 10, 64)
	return time.Duration(u) * tick, time.Duration(s) * tick
}
