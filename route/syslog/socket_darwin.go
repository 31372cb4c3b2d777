package syslog

import (
	"syscall"
	"time"
)

const tcpRetransmitDropTime = 0x80 // netinet/tcp.h, TCP_RXT_CONNDROPTIME

// limitUnacknowledged makes the kernel give a connection up when it has to
// repeat bytes for d. Best effort: Deliver has timeouts of its own.
func limitUnacknowledged(raw syscall.RawConn, d time.Duration) {
	raw.Control(func(fd uintptr) {
		syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpRetransmitDropTime, int(d.Seconds()))
	})
}

// unacknowledged returns how many bytes written to the socket are still in its
// send buffer (SO_NWRITE), which keeps them until they are acknowledged.
func unacknowledged(raw syscall.RawConn) (n int, err error) {
	if e := raw.Control(func(fd uintptr) {
		n, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_NWRITE)
	}); e != nil {
		return 0, e
	}
	return n, err
}

// closedByPeer reports whether the peer has closed or reset the connection.
func closedByPeer(raw syscall.RawConn) bool {
	closed := true
	raw.Control(func(fd uintptr) { closed = peerClosed(int(fd)) })
	return closed
}
