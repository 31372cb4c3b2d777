package syslog

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/route"
)

func TestAddressIsParsed(t *testing.T) {
	tests := map[string]address{
		"udp://logs":                   {network: "udp", target: "logs:514", host: "logs"},
		"TCP://logs:1514/":             {network: "tcp", target: "logs:1514", host: "logs"},
		"tcp+tls://logs.example":       {network: "tcp", target: "logs.example:6514", host: "logs.example", tls: true},
		"tcp+tls://[2001:db8::1]:6515": {network: "tcp", target: "[2001:db8::1]:6515", host: "2001:db8::1", tls: true},
		"udp://[::1]":                  {network: "udp", target: "[::1]:514", host: "::1"},
		"unix:///dev/log":              {network: "unix", target: "/dev/log"},
		"local":                        {network: "local"},
	}
	for in, want := range tests {
		if got, err := parseAddress(in); err != nil || got != want {
			t.Errorf("parseAddress(%q) = %+v, %v, want %+v", in, got, err, want)
		}
	}
}

func TestWrongOptionIsNamedWithAHint(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.pem")
	if err := os.WriteFile(junk, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		options Options
		option  string
		text    string // of error and hint together
	}{
		{Options{}, "address", "tcp+tls://host:6514"},
		{Options{Address: "logs:514"}, "address", "use tcp://logs:514"},
		{Options{Address: "/dev/log"}, "address", "use unix:///dev/log"},
		{Options{Address: "tls://logs"}, "address", `scheme "tls" is unknown`},
		{Options{Address: "tcp://:514"}, "address", "names no host"},
		{Options{Address: "tcp://logs:0"}, "address", "port 0"},
		{Options{Address: "tcp://logs:70000"}, "address", "port 70000"},
		{Options{Address: "tcp://logs:abc"}, "address", "is no address"},
		{Options{Address: "tcp://u:p@logs"}, "address", "more than a host"},
		{Options{Address: "tcp://logs/path"}, "address", "more than a host"},
		{Options{Address: "unix://dev/log"}, "address", "no absolute path"},
		{Options{Address: "tcp://h", Format: "rfc5425"}, "format", "use rfc5424"},
		{Options{Address: "local", Format: "rfc5424"}, "format", "unix:///dev/log"},
		{Options{Address: "tcp://h", Framing: "lf"}, "framing", "use octet-counting"},
		{Options{Address: "udp://h", Framing: "newline"}, "framing", "no meaning"},
		{Options{Address: "tcp://h", Facility: "local9"}, "facility", "local0 to local7"},
		{Options{Address: "local", Facility: "ntp"}, "facility", "classic daemon"},
		{Options{Address: "tcp://h", MaxMessage: 100}, "max_message", "at least 1024"},
		{Options{Address: "tcp://h", Timeout: -1}, "timeout", "negative"},
		{Options{Address: "tcp://h", DialTimeout: -1}, "dial_timeout", "negative"},
		{Options{Address: "tcp://h", TLS: TLS{SkipVerify: true}}, "tls", "tcp+tls"},
		{Options{Address: "tcp+tls://h", TLS: TLS{Cert: junk}}, "tls.cert", "tls.key"},
		{Options{Address: "tcp+tls://h", TLS: TLS{Cert: junk, Key: junk}}, "tls.cert", "PEM"},
		{Options{Address: "tcp+tls://h", TLS: TLS{CA: junk}}, "tls.ca", "no certificate"},
		{Options{Address: "tcp+tls://h", TLS: TLS{CA: junk + "x"}}, "tls.ca", "no such file"},
	}
	for _, tt := range tests {
		_, err := New(tt.options, route.Identity{})
		var oe *route.OptionError
		if !errors.As(err, &oe) {
			t.Errorf("New(%+v): %v, want an option error", tt.options, err)
			continue
		}
		if text := oe.Error() + " " + oe.Hint; oe.Option != tt.option || !strings.Contains(text, tt.text) {
			t.Errorf("New(%+v): %s, want %s … %s", tt.options, text, tt.option, tt.text)
		}
	}
}

func TestDefaultsDependOnAddress(t *testing.T) {
	tests := []struct{ address, format, framing string }{
		{"udp://h", formatRFC5424, framingOctets},
		{"tcp://h", formatRFC5424, framingOctets},
		{"tcp+tls://h", formatRFC5424, framingOctets},
		{"unix:///dev/log", formatLocal, framingNewline},
	}
	for _, tt := range tests {
		a, err := parseAddress(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Address: tt.address}.withDefaults(a)
		if o.Format != tt.format || o.Framing != tt.framing || o.Facility != "daemon" || o.Timeout != 10*time.Second {
			t.Errorf("%s: %+v", tt.address, o)
		}
	}
}

func TestOptionsSurviveJSON(t *testing.T) {
	want := Options{Address: "tcp+tls://h", Tag: "t", TLS: TLS{CA: "/ca", SkipVerify: true}, Timeout: time.Second}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Options
	if err := json.Unmarshal(b, &got); err != nil || got != want {
		t.Errorf("%s came back as %+v, %v", b, got, err)
	}
	if n := len(want.Warnings()); n != 1 {
		t.Errorf("%d warnings for skip_verify, want 1", n)
	}
	if n := len(Options{Address: "tcp+tls://h"}.Warnings()); n != 0 {
		t.Errorf("%d warnings without skip_verify", n)
	}
}
