package file

import (
	"errors"
	"os"
)

var errKilled = errors.New("killed")

// faultyDisk is the real disk, with steps that can be counted and made to fail:
// each call that changes something is one, and each byte of a write is.
type faultyDisk struct {
	realDisk
	steps int
	fatal int // the step before which the process dies; 0: none
	fail  int // the step that fails once with err; 0: none
	err   error
	stuck bool // truncating fails too, with err, from the failed step on

	failed bool
	dead   bool
}

// step counts one step and returns what becomes of it.
func (d *faultyDisk) step() error {
	if d.dead {
		return errKilled
	}
	d.steps++
	switch d.steps {
	case d.fatal:
		d.dead = true
		return errKilled
	case d.fail:
		d.failed = true
		return d.err
	}
	return nil
}

func (d *faultyDisk) open(path string, flag int, mode os.FileMode) (handle, error) {
	if d.dead {
		return nil, errKilled
	}
	if flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		if err := d.step(); err != nil {
			return nil, err
		}
	}
	f, err := d.realDisk.open(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return &faultyHandle{f, d}, nil
}

func (d *faultyDisk) rename(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.realDisk.rename(from, to)
}

func (d *faultyDisk) remove(path string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.realDisk.remove(path)
}

type faultyHandle struct {
	handle
	disk *faultyDisk
}

// Write writes as many bytes as there are steps before one that goes wrong.
func (h *faultyHandle) Write(b []byte) (int, error) {
	for i := range b {
		if err := h.disk.step(); err != nil {
			n, writeErr := h.handle.Write(b[:i])
			return n, errors.Join(err, writeErr)
		}
	}
	return h.handle.Write(b)
}

func (h *faultyHandle) Truncate(size int64) error {
	if h.disk.stuck && h.disk.failed {
		return h.disk.err
	}
	if err := h.disk.step(); err != nil {
		return err
	}
	return h.handle.Truncate(size)
}

// Sync does not: the processes of these tests die, not the machine.
func (h *faultyHandle) Sync() error { return h.disk.step() }

func (h *faultyHandle) Chmod(mode os.FileMode) error {
	if err := h.disk.step(); err != nil {
		return err
	}
	return h.handle.Chmod(mode)
}
