package syslog

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLS configures tcp+tls. The files are PEM; they are read again for every
// connection, so that renewed certificates need no restart.
type TLS struct {
	CA         string `json:"ca,omitempty"`          // file of the authorities to trust; empty: the system's
	Cert       string `json:"cert,omitempty"`        // file of the client certificate
	Key        string `json:"key,omitempty"`         // file of its key
	ServerName string `json:"server_name,omitempty"` // name in the server's certificate; empty: the host of the address

	// SkipVerify accepts any certificate. It is insecure: whoever sits in
	// between can read and change the log. See Options.Warnings.
	SkipVerify bool `json:"skip_verify,omitempty"`
}

func (t TLS) check() error {
	if (t.Cert == "") != (t.Key == "") {
		return wrong("tls.cert", "needs tls.key, and the other way round", "")
	}
	_, err := t.config("")
	return err
}

// config makes the configuration of one connection. Errors name the option.
func (t TLS) config(host string) (*tls.Config, error) {
	c := &tls.Config{
		MinVersion:                  tls.VersionTLS12,
		ServerName:                  host,
		InsecureSkipVerify:          t.SkipVerify,
		DynamicRecordSizingDisabled: true, // throughput counts here, not the first byte
	}
	if t.ServerName != "" {
		c.ServerName = t.ServerName
	}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, wrong("tls.ca", err.Error(), "")
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, wrong("tls.ca", "no certificate in "+t.CA, "the file must be PEM")
		}
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, wrong("tls.cert", err.Error(), "")
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// explainTLS adds to a failed handshake what can be done about it.
func explainTLS(err error) error {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		header    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &authority):
		return fmt.Errorf("%w (set tls.ca to the authority that signed it)", err)
	case errors.As(err, &host):
		return fmt.Errorf("%w (set tls.server_name to the name in the certificate)", err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("%w (renew the certificate of the receiver, or set the clock)", err)
	case errors.As(err, &header):
		return fmt.Errorf("%w (does the receiver expect tcp:// without TLS on this port?)", err)
	}
	return err
}
