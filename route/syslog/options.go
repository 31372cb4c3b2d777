package syslog

import (
	"errors"
	"fmt"
	"time"

	"github.com/logwrap/logwrap/route"
)

// Options configures a Sink. Only Address is required.
type Options struct {
	// Address is where the receiver listens: "udp://host:port",
	// "tcp://host:port", "tcp+tls://host:port", "unix:///path", or "local" for
	// the classic daemon of the machine. The port defaults to 514, with TLS to
	// 6514.
	Address string `json:"address"`

	// Format is "rfc5424" or "rfc3164". Empty: rfc5424 for udp, tcp and
	// tcp+tls; rfc3164 for unix, because /dev/log expects it (there without the
	// host name, as syslog(3) writes it). "local" has a format of its own.
	// RFC 3164 has no time zone; its times are in the machine's own.
	Format string `json:"format,omitempty"`

	// Framing is how messages are told apart on tcp, tcp+tls and Unix stream
	// sockets: "octet-counting" or "newline". Empty: octet-counting, newline on
	// Unix sockets.
	Framing string `json:"framing,omitempty"`

	// Facility is a name ("daemon", "local0") or a number from 0 to 23. Empty:
	// daemon, as with Docker's syslog driver.
	Facility string `json:"facility,omitempty"`

	// Tag is the app's name in the message (APP-NAME, TAG). Empty: the name of
	// the service, else the name of the command.
	Tag string `json:"tag,omitempty"`

	// Hostname is the host's name in the message. Empty: that of the Identity.
	Hostname string `json:"hostname,omitempty"`

	// TLS is used with tcp+tls only.
	TLS TLS `json:"tls,omitzero"`

	// MaxMessage is the most bytes of one message, header included, at least
	// 1024. A longer one is cut, marked and counted. 0: 65000 for datagrams, no
	// limit on streams, 8192 for "local".
	MaxMessage int `json:"max_message,omitempty"`

	// BOM puts a byte order mark before the text of an RFC 5424 message that is
	// UTF-8, as the RFC asks for. rsyslog keeps it in the text, so it is off.
	BOM bool `json:"bom,omitempty"`

	// DialTimeout bounds connecting, the TLS handshake included. 0: 10 s.
	DialTimeout time.Duration `json:"dial_timeout,omitempty"`

	// Timeout is how long a receiver may take nothing at all before the
	// connection is given up. 0: 10 s.
	Timeout time.Duration `json:"timeout,omitempty"`
}

const (
	formatRFC5424 = "rfc5424"
	formatRFC3164 = "rfc3164"
	formatLocal   = "local" // RFC 3164 without the host name

	framingOctets  = "octet-counting"
	framingNewline = "newline"

	minMessage      = 1024
	maxDatagram     = 65000 // below UDP's 65507
	maxLocalMessage = 8192
	defaultTimeout  = 10 * time.Second
)

// Limits is how the Sink wants its records batched. A batch is one round trip,
// so it is large enough to fill a long line and small enough that what a
// breaking connection repeats is little.
func Limits() route.Limits {
	return route.Limits{Records: 2048, Bytes: 256 << 10, Timeout: 30 * time.Second}
}

// Warnings names what is unsafe in o, for those who start the program.
func (o Options) Warnings() []string {
	if !o.TLS.SkipVerify {
		return nil
	}
	return []string{"tls.skip_verify: the certificate of " + o.Address + " is not checked: anyone in between can read and change the log"}
}

// withDefaults returns o with every empty option that depends on the address set.
func (o Options) withDefaults(a address) Options {
	local := a.network == "unix" || a.network == networkLocal
	if o.Format == "" {
		o.Format = formatRFC5424
		if local {
			o.Format = formatRFC3164
		}
	}
	if local && o.Format == formatRFC3164 {
		o.Format = formatLocal
	}
	if o.Framing == "" {
		o.Framing = framingOctets
		if local {
			o.Framing = framingNewline
		}
	}
	if o.Facility == "" {
		o.Facility = "daemon"
	}
	if o.DialTimeout == 0 {
		o.DialTimeout = defaultTimeout
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return o
}

// check refuses what no default can mend. It looks at options as given.
func (o Options) check(a address) error {
	switch o.Format {
	case "", formatRFC5424, formatRFC3164:
	default:
		return wrong("format", fmt.Sprintf("%q is unknown", o.Format), "use rfc5424 or rfc3164")
	}
	switch o.Framing {
	case "", framingOctets, framingNewline:
	default:
		return wrong("framing", fmt.Sprintf("%q is unknown", o.Framing), "use octet-counting or newline")
	}
	if o.Framing != "" && (a.network == "udp" || a.network == networkLocal) {
		return wrong("framing", "has no meaning with "+o.Address, "leave it out: one message is one datagram")
	}
	if o.Format == formatRFC5424 && a.network == networkLocal {
		return wrong("format", "the classic daemon has a format of its own", "use address unix:///dev/log for RFC 5424")
	}
	if o.MaxMessage != 0 && o.MaxMessage < minMessage {
		return wrong("max_message", fmt.Sprintf("%d is too small", o.MaxMessage), fmt.Sprintf("use at least %d", minMessage))
	}
	if o.DialTimeout < 0 {
		return wrong("dial_timeout", "is negative", "")
	}
	if o.Timeout < 0 {
		return wrong("timeout", "is negative", "")
	}
	if o.TLS != (TLS{}) && !a.tls {
		return wrong("tls", "has no meaning with "+o.Address, "use tcp+tls://host:6514")
	}
	return nil
}

func wrong(option, text, hint string) error {
	return &route.OptionError{Option: option, Err: errors.New(text), Hint: hint}
}
