package syslog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/logwrap/logwrap/detect"
)

// resolveAgain is how long a datagram socket is used. Nothing tells a sender of
// datagrams that its receiver has moved to another address, so the name is
// looked up again from time to time.
const resolveAgain = time.Minute

// datagram delivers one message in each datagram: UDP, or a Unix datagram
// socket.
type datagram struct {
	address address
	encoder *encoder
	limit   int // of a message; falls when the kernel refuses a size
	options Options

	conn    net.Conn // nil while not connected
	raw     syscall.RawConn
	since   time.Time // when conn was opened
	message []byte
}

func newDatagram(a address, o Options, e *encoder) *datagram {
	d := &datagram{address: a, encoder: e, limit: o.MaxMessage, options: o}
	if d.limit == 0 {
		d.limit = maxDatagram
	}
	return d
}

func (d *datagram) deliver(ctx context.Context, batch []detect.Record) error {
	if err := d.connect(ctx); err != nil {
		return err
	}
	conn := d.conn
	stop := context.AfterFunc(ctx, func() { conn.SetWriteDeadline(time.Unix(1, 0)) })
	n, err := d.send(ctx, batch)
	if !stop() || err != nil {
		d.close()
	}
	if err != nil {
		return retryFrom(n, len(batch), fmt.Errorf("send to %s: %w", d.options.Address, err))
	}
	return nil
}

func (d *datagram) connect(ctx context.Context) error {
	if d.conn != nil && (d.address.network == "unixgram" || time.Since(d.since) < resolveAgain) {
		return nil
	}
	d.close()
	dialer := net.Dialer{Timeout: d.options.DialTimeout}
	conn, err := dialer.DialContext(ctx, d.address.network, d.address.target)
	if err != nil {
		return err
	}
	if d.raw, err = conn.(syscall.Conn).SyscallConn(); err != nil {
		conn.Close()
		return err
	}
	d.conn, d.since = conn, time.Now()
	return nil
}

// send returns how many records have left.
//
// A refusal belongs to an earlier datagram than the one at which it shows: at
// least to the last one. So that one comes again too.
func (d *datagram) send(ctx context.Context, batch []detect.Record) (int, error) {
	for i := range batch {
		if err := d.sendOne(ctx, &batch[i]); err != nil {
			if errors.Is(err, syscall.ECONNREFUSED) && d.address.network == "udp" {
				return max(0, i-1), err
			}
			return i, err
		}
	}
	if err := socketError(d.raw); err != nil {
		return len(batch) - 1, err
	}
	return len(batch), nil
}

// sendOne sends r, shorter if the kernel says that it is too long.
func (d *datagram) sendOne(ctx context.Context, r *detect.Record) error {
	for {
		d.message = d.encoder.appendMessage(d.message[:0], r, d.limit, false)
		d.conn.SetWriteDeadline(time.Now().Add(d.options.Timeout))
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := d.conn.Write(d.message)
		if !errors.Is(err, syscall.EMSGSIZE) || len(d.message) <= minMessage {
			return err
		}
		d.limit = max(minMessage, len(d.message)/2)
	}
}

func (d *datagram) close() error {
	if d.conn == nil {
		return nil
	}
	err := d.conn.Close()
	d.conn = nil
	return err
}

// unixSocket delivers to a Unix socket of either kind: datagrams, as /dev/log
// is today, else a stream.
type unixSocket struct {
	datagram  *datagram
	stream    *stream
	streaming bool // the socket was a stream the last time
}

func (u *unixSocket) deliver(ctx context.Context, batch []detect.Record) error {
	err := u.deliverAs(ctx, batch)
	if errors.Is(err, syscall.EPROTOTYPE) {
		u.streaming = !u.streaming
		err = u.deliverAs(ctx, batch)
	}
	return err
}

func (u *unixSocket) deliverAs(ctx context.Context, batch []detect.Record) error {
	if u.streaming {
		return u.stream.deliver(ctx, batch)
	}
	return u.datagram.deliver(ctx, batch)
}

func (u *unixSocket) close() error {
	return errors.Join(u.datagram.close(), u.stream.close())
}
