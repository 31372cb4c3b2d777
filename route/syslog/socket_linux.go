package syslog

import (
	"encoding/binary"
	"os"
	"syscall"
	"time"
	"unsafe"
)

const (
	siocOutQ            = 0x5411 // linux/sockios.h, the same number as TIOCOUTQ; not on mips, alpha, powerpc, sparc
	tcpUserTimeout      = 0x12   // linux/tcp.h
	tcpStateEstablished = 1      // net/tcp_states.h
)

// limitUnacknowledged makes the kernel give a connection up when bytes stay
// unacknowledged, or the receiver's window closed, for d (tcp(7),
// TCP_USER_TIMEOUT). Best effort: Deliver has timeouts of its own.
func limitUnacknowledged(raw syscall.RawConn, d time.Duration) {
	raw.Control(func(fd uintptr) {
		syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(d.Milliseconds()))
	})
}

// unacknowledged returns how many bytes written to the socket have not been
// acknowledged by the kernel of the peer (tcp(7), SIOCOUTQ); for a Unix socket,
// at least as many as the peer has not read.
func unacknowledged(raw syscall.RawConn) (int, error) {
	var n int32
	var errno syscall.Errno
	err := raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, siocOutQ, uintptr(unsafe.Pointer(&n)))
	})
	if err == nil && errno != 0 {
		err = os.NewSyscallError("ioctl", errno)
	}
	return int(n), err
}

// closedByPeer reports whether the peer has closed or reset the connection. For
// TCP it asks for the connection's state, which tells even while bytes of the
// peer wait to be read.
func closedByPeer(raw syscall.RawConn) bool {
	closed := true
	raw.Control(func(fd uintptr) {
		info, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO)
		if err != nil { // no TCP socket
			closed = peerClosed(int(fd))
			return
		}
		var b [4]byte // the first bytes of struct tcp_info, tcpi_state leading
		binary.NativeEndian.PutUint32(b[:], uint32(info))
		closed = b[0] != tcpStateEstablished
	})
	return closed
}
