//go:build unix && !linux && !darwin

package syslog

import (
	"syscall"
	"time"
)

// limitUnacknowledged does nothing here: Deliver has timeouts of its own.
func limitUnacknowledged(syscall.RawConn, time.Duration) {}

// unacknowledged knows nothing here: what the kernel took counts as accepted.
func unacknowledged(syscall.RawConn) (int, error) { return 0, nil }

// closedByPeer reports whether the peer has closed or reset the connection.
func closedByPeer(raw syscall.RawConn) bool {
	closed := true
	raw.Control(func(fd uintptr) { closed = peerClosed(int(fd)) })
	return closed
}
