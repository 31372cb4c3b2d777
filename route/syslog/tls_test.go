package syslog

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// authority signs certificates for one test.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	der, key := a.create("authority", nil, time.Hour, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.write("ca.pem", "CERTIFICATE", der)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, a.key = cert, key
	return a
}

// create signs a certificate with the authority, or with its own key while
// there is none.
func (a *authority) create(name string, names []string, life time.Duration, c *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber = big.NewInt(1)
	c.Subject = pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(life)
	c.DNSNames = names
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	return der, key
}

func (a *authority) write(name, kind string, der []byte) string {
	path := filepath.Join(a.dir, name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// issue returns the files of a certificate and its key.
func (a *authority) issue(name string, life time.Duration) (cert, key string) {
	der, k := a.create(name, []string{name}, life, &x509.Certificate{
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}})
	b, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.write(name+".pem", "CERTIFICATE", der), a.write(name+".key", "EC PRIVATE KEY", b)
}

func (a *authority) ca() string { return filepath.Join(a.dir, "ca.pem") }

func listenTLS(t *testing.T, c *tls.Config, cert, key string, serve func(*receiver, int, net.Conn)) *receiver {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	c.Certificates = []tls.Certificate{pair}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, tls.NewListener(l, c), serve)
}

func TestTLSDelivers(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.issue("logs.test", time.Hour)
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			r := listenTLS(t, &tls.Config{MaxVersion: version}, cert, key, readFrames)
			s := open(t, Options{Address: r.url("tcp+tls"), TLS: TLS{CA: a.ca(), ServerName: "logs.test"}})
			deliverAll(t, s, numbered(0, 1, ""), 5*time.Second, 1)
			deliverAll(t, s, numbered(1, 3000, strings.Repeat("x", 100)), 5*time.Second, 1)
			wantAll(t, r, 3000)
			if n := r.connections(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

func TestUntrustworthyReceiverIsRefused(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	good, goodKey := a.issue("logs.test", time.Hour)
	expired, expiredKey := a.issue("expired.test", -time.Hour)
	tests := map[string]struct {
		cert, key string
		config    *tls.Config
		tls       TLS
		want      string
	}{
		"wrong host":       {good, goodKey, &tls.Config{}, TLS{CA: a.ca(), ServerName: "other.test"}, "tls.server_name"},
		"no server name":   {good, goodKey, &tls.Config{}, TLS{CA: a.ca()}, "tls.server_name"},
		"expired":          {expired, expiredKey, &tls.Config{}, TLS{CA: a.ca(), ServerName: "expired.test"}, "expired"},
		"self-signed":      {good, goodKey, &tls.Config{}, TLS{ServerName: "logs.test"}, "tls.ca"},
		"other authority":  {good, goodKey, &tls.Config{}, TLS{CA: stranger.ca(), ServerName: "logs.test"}, "tls.ca"},
		"old TLS":          {good, goodKey, &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, TLS{CA: a.ca(), ServerName: "logs.test"}, "protocol version"},
		"no client cert":   {good, goodKey, &tls.Config{ClientAuth: tls.RequireAnyClientCert}, TLS{CA: a.ca(), ServerName: "logs.test"}, "certificate required"},
		"no client cert 2": {good, goodKey, &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, TLS{CA: a.ca(), ServerName: "logs.test"}, "tls: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := listenTLS(t, tt.config, tt.cert, tt.key, readFrames)
			s := open(t, Options{Address: r.url("tcp+tls"), TLS: tt.tls})
			err := s.Deliver(context.Background(), numbered(0, 1, ""))
			if err == nil || !strings.HasPrefix(err.Error(), "tls handshake with 127.0.0.1:") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want a failed handshake: %s", err, tt.want)
			}
			if got := r.received(); len(got) > 0 {
				t.Errorf("%q was sent all the same", got)
			}
		})
	}
}

func TestClientCertificateAndSkipVerify(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.issue("logs.test", time.Hour)
	client, clientKey := a.issue("shop.test", time.Hour)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	r := listenTLS(t, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, SessionTicketsDisabled: true}, cert, key, readFrames)
	s := open(t, Options{Address: r.url("tcp+tls"), TLS: TLS{SkipVerify: true, Cert: client, Key: clientKey}})
	deliverAll(t, s, numbered(0, 10, ""), 5*time.Second, 1)
	wantAll(t, r, 10)
}

func TestPlainReceiverOnATLSAddressIsExplained(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", func(_ *receiver, _ int, c net.Conn) {
		c.Write([]byte("no TLS here, sorry\n"))
		c.Close()
	})
	s := open(t, Options{Address: r.url("tcp+tls")})
	err := s.Deliver(context.Background(), numbered(0, 1, ""))
	if err == nil || !strings.Contains(err.Error(), "without TLS") {
		t.Errorf("error %v", err)
	}
}

func TestReceiverThatNeverShakesHandsTimesOut(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", func(*receiver, int, net.Conn) {})
	s := open(t, Options{Address: r.url("tcp+tls"), DialTimeout: 100 * time.Millisecond})
	start := time.Now()
	if err := s.Deliver(context.Background(), numbered(0, 1, "")); err == nil {
		t.Error("no error")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestTLSReceiverThatClosesOrStalls(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.issue("logs.test", time.Hour)
	r := listenTLS(t, &tls.Config{}, cert, key, func(r *receiver, n int, c net.Conn) {
		in := bufio.NewReader(c)
		switch n {
		case 0: // reads a few and closes in mid-frame
			for range 300 {
				readFrame(r, in)
			}
			c.Close()
		case 1: // never reads
			c.(*tls.Conn).Handshake()
		default:
			readFrames(r, n, c)
		}
	})
	s := open(t, Options{Address: r.url("tcp+tls"), Timeout: time.Second, TLS: TLS{CA: a.ca(), ServerName: "logs.test"}})
	batch := numbered(0, 10_000, strings.Repeat("x", 200))
	err := s.Deliver(context.Background(), batch)
	if n := len(rest(batch, err)); err == nil || n != len(batch) {
		t.Fatalf("a close in mid-batch: %v, %d of %d records to send again", err, n, len(batch))
	}
	s.transport.(*stream).broke = false
	err = s.Deliver(context.Background(), batch)
	left := rest(batch, err)
	if err == nil || len(left) == 0 || runtime.GOOS == "linux" && len(left) < len(batch)/4 {
		t.Fatalf("a receiver that never reads: %v, %d of %d records to send again", err, len(left), len(batch))
	}
	patient := open(t, Options{Address: r.url("tcp+tls"), TLS: TLS{CA: a.ca(), ServerName: "logs.test"}})
	deliverAll(t, patient, batch, time.Minute, 1)
	wantAll(t, r, len(batch))
}
