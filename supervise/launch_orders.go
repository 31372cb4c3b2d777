package supervise

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
)

// launchOrders is what the launcher is to do. They come through a pipe, as JSON:
// an argument vector or environment of the size the kernel allows would not fit
// beside anything else in one. Text is bytes there, as paths and arguments need
// not be valid UTF-8.
type launchOrders struct {
	Path        []byte
	Args, Env   [][]byte
	Dir         []byte         `json:",omitempty"`
	Umask       *uint32        `json:",omitempty"`
	Limits      []Limit        `json:",omitempty"`
	Credential  *Credential    `json:",omitempty"`
	DeathSignal syscall.Signal `json:",omitempty"`
	Parent      int            // who must be there for DeathSignal
	Closed      []int          `json:",omitempty"` // descriptors the app has not
}

// launchReport is what the launcher answers if it fails. Before that it says
// aboutToExec; the end of the pipe after that alone means that it succeeded, as
// exec closes the pipe.
type launchReport struct {
	Step  launchStep
	Errno syscall.Errno
	Limit int `json:",omitempty"` // index of the limit that could not be set
}

const aboutToExec = 'x'

// launchStep is what a failure before or in exec came from.
type launchStep string

const (
	stepLimit launchStep = "limit"
	stepUser  launchStep = "user"
	stepDir   launchStep = "dir"
	stepDeath launchStep = "death signal"
	stepTTY   launchStep = "terminal"
	stepExec  launchStep = "exec"
)

func newLaunchOrders(spec *Spec, path string, attr *syscall.ProcAttr) *launchOrders {
	orders := &launchOrders{
		Path: []byte(path), Args: toBytes(spec.arguments()), Env: toBytes(attr.Env), Dir: []byte(spec.Dir),
		Umask: spec.Umask, Limits: spec.Limits, DeathSignal: spec.DeathSignal, Parent: os.Getpid(),
	}
	if !spec.Credential.isOurs() {
		orders.Credential = spec.Credential
	}
	for fd := range max(3, len(attr.Files)) {
		if fd >= len(attr.Files) || attr.Files[fd] == ^uintptr(0) {
			orders.Closed = append(orders.Closed, fd)
		}
	}
	return orders
}

func toBytes(list []string) [][]byte {
	out := make([][]byte, len(list))
	for i, s := range list {
		out[i] = []byte(s)
	}
	return out
}

func toStrings(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = string(b)
	}
	return out
}

// parseLaunchReport returns what went wrong, nil if nothing did. ended means
// that the launcher came to its end without having got as far as exec.
func parseLaunchReport(data []byte) (report *launchReport, ended bool, err error) {
	if len(data) == 0 {
		return nil, true, nil
	}
	if data[0] == aboutToExec {
		data = data[1:]
	}
	if len(data) == 0 {
		return nil, false, nil
	}
	report = new(launchReport)
	if err := json.Unmarshal(data, report); err != nil {
		return nil, false, fmt.Errorf("the launcher's report: %w", err)
	}
	return report, false, nil
}

// receiveOrders takes the descriptors named by args, marks them to be closed on
// exec, and reads the orders.
func receiveOrders(args []string) (*launchOrders, *os.File, error) {
	if len(args) != 2 {
		return nil, nil, fmt.Errorf("launch: want two descriptors, got %q", args)
	}
	var files [2]*os.File
	for i, arg := range args {
		fd, err := strconv.ParseUint(arg, 10, 31)
		if err != nil {
			return nil, nil, fmt.Errorf("launch: descriptor %q: %w", arg, err)
		}
		syscall.CloseOnExec(int(fd))
		files[i] = os.NewFile(uintptr(fd), "launch")
	}
	defer files[0].Close()
	data, err := io.ReadAll(files[0])
	if err != nil {
		return nil, nil, fmt.Errorf("launch: read the orders: %w", err)
	}
	orders := new(launchOrders)
	if err := json.Unmarshal(data, orders); err != nil {
		return nil, nil, fmt.Errorf("launch: the orders: %w", err)
	}
	return orders, files[1], nil
}
