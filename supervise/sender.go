package supervise

import (
	"os"
	"strconv"
	"strings"
)

// Sender is who sent a signal, as far as it is known.
type Sender struct {
	PID    int  // 0: outside our PID namespace, as container runtimes are, or the kernel
	Kernel bool // no process: a key on the terminal, or the terminal is gone
}

// Command returns the name of the sending process, empty if it is gone or may
// not be seen.
func (s Sender) Command() string {
	if s.PID <= 0 {
		return ""
	}
	name, err := os.ReadFile("/proc/" + strconv.Itoa(s.PID) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}
