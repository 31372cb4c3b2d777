package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// link is one stream connection. It knows how many of the bytes written to it
// the kernel of the receiver has acknowledged.
type link struct {
	net.Conn                 // what is written to: the TLS connection, or the socket
	secure   *tls.Conn       // nil without TLS
	socket   *meter          // below TLS
	raw      syscall.RawConn // of the socket
	marks    []mark          // of the buffer being written
}

// meter counts the bytes that were handed to the kernel.
type meter struct {
	net.Conn
	sent int64
}

func (m *meter) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	m.sent += int64(n)
	return n, err
}

// mark says that the first plain bytes of a buffer have reached the receiver
// once the socket's first sent bytes have.
type mark struct {
	plain int
	sent  int64
}

// dialer opens links to one receiver.
type dialer struct {
	address address
	options Options
}

// The kernel notices by itself, with keepalive probes, that an idle receiver
// has vanished, so that a later Deliver need not wait for a timeout.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

func (d *dialer) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, d.options.DialTimeout)
	defer cancel()
	nd := net.Dialer{KeepAliveConfig: keepAlive, Control: func(network, _ string, raw syscall.RawConn) error {
		if d.address.network == "tcp" {
			limitUnacknowledged(raw, d.options.Timeout)
		}
		return nil
	}}
	conn, err := nd.DialContext(ctx, d.address.network, d.address.target)
	if err != nil {
		return nil, err
	}
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		conn.Close()
		return nil, err
	}
	l := &link{Conn: conn, socket: &meter{Conn: conn}, raw: raw}
	if !d.address.tls {
		l.Conn = l.socket
		return l, nil
	}
	if err := l.secureWith(ctx, d.options.TLS, d.address.host); err != nil {
		conn.Close()
		return nil, fmt.Errorf("tls handshake with %s: %w", d.address.target, explainTLS(err))
	}
	return l, nil
}

func (l *link) secureWith(ctx context.Context, t TLS, host string) error {
	config, err := t.config(host)
	if err != nil {
		return err
	}
	l.secure = tls.Client(l.socket, config)
	if err := l.secure.HandshakeContext(ctx); err != nil {
		return err
	}
	l.Conn = l.secure
	if l.secure.ConnectionState().Version < tls.VersionTLS13 {
		return nil
	}
	return l.awaitVerdict()
}

// awaitVerdict finds out whether the receiver accepts our certificate. In TLS
// 1.3 the handshake ends, for us, before the receiver has looked at it: what is
// written until its alert arrives would be acknowledged by its kernel and lost.
// Whatever comes first, a session ticket or an alert, ends the wait; a receiver
// that says nothing costs a quarter of a second per connection.
func (l *link) awaitVerdict() error {
	defer l.SetReadDeadline(time.Time{})
	l.socket.SetReadDeadline(time.Now().Add(250 * time.Millisecond))
	silent := l.raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
		return !errors.Is(err, syscall.EAGAIN)
	})
	if silent != nil {
		return nil
	}
	if err := l.readAlert(20 * time.Millisecond); err != nil {
		return fmt.Errorf("closed by the receiver: %w", err)
	}
	return nil
}

// readAlert returns what the receiver says about the end of the connection,
// nil if it says nothing within d.
func (l *link) readAlert(d time.Duration) error {
	l.SetReadDeadline(time.Now().Add(d))
	var b [64]byte
	for {
		_, err := l.Read(b[:])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// mark remembers that the first n bytes of the buffer have been written. Without
// TLS the socket's bytes are the buffer's, and no marks are needed.
func (l *link) mark(n int) {
	if l.secure != nil {
		l.marks = append(l.marks, mark{plain: n, sent: l.socket.sent})
	}
}

// acknowledged returns how many bytes of the buffer, of which n are written
// since the socket's first base bytes, have reached the receiver's kernel.
func (l *link) acknowledged(base int64, n int) int {
	waiting, err := unacknowledged(l.raw)
	if err != nil {
		return 0
	}
	reached := l.socket.sent - int64(waiting)
	if l.secure == nil {
		return min(n, int(max(0, reached-base)))
	}
	plain := 0
	for _, m := range l.marks {
		if m.sent <= reached {
			plain = m.plain
		}
	}
	return plain
}

// failure returns why the connection is broken, nil if it is not. A receiver
// that has merely closed its sending side breaks nothing: it may go on reading,
// and if it does not, its kernel answers our bytes with a reset.
//
// In TLS the receiver may have said why it ended the connection, which tells
// more than the reset that follows.
func (l *link) failure() error {
	if l.secure != nil && closedByPeer(l.raw) {
		if err := l.readAlert(20 * time.Millisecond); isAlert(err) {
			return err
		}
	}
	return socketError(l.raw)
}

// isAlert reports whether err is an alert that the peer has sent, which
// crypto/tls marks by the name of the operation.
func isAlert(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "remote error"
}

// end closes the connection in an orderly way. What the receiver has sent is
// read first: closing a socket with unread bytes makes the kernel reset the
// connection, and a reset can take along what the receiver has not read yet.
func (l *link) end() error {
	if l.secure != nil {
		l.secure.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		l.secure.CloseWrite()
	}
	discard(l.raw)
	return l.socket.Conn.Close()
}

func discard(raw syscall.RawConn) {
	raw.Control(func(fd uintptr) {
		var b [4096]byte
		for range 64 {
			n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_DONTWAIT)
			if n <= 0 || err != nil {
				return
			}
		}
	})
}

// socketError returns and clears the error that the kernel holds for a socket.
func socketError(raw syscall.RawConn) error {
	var errno int
	var err error
	if e := raw.Control(func(fd uintptr) {
		errno, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR)
	}); e != nil {
		return e
	}
	if err == nil && errno != 0 {
		err = syscall.Errno(errno)
	}
	return err
}

// peerClosed reports whether reading from the socket would end: the receiver
// has closed or reset the connection. It takes nothing from the socket.
func peerClosed(fd int) bool {
	var b [1]byte
	n, _, err := syscall.Recvfrom(fd, b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	if err != nil {
		return !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR)
	}
	return n == 0
}
