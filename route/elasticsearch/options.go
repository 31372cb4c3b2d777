package elasticsearch

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
)

// Options configures a Sink. Only URLs is required.
type Options struct {
	// URLs are the nodes, "https://es.internal:9200". When one can't be reached
	// the next is tried. A path is kept; a user and password in one are used
	// unless there are others here.
	URLs []string `json:"urls"`

	// DataStream is what to write to, "logs-shop-production". If it and Index
	// are empty: logs-logwrap.SERVICE-ENVIRONMENT, made fit for a name.
	DataStream string `json:"data_stream,omitempty"`
	// Index is a plain index to write to instead of a data stream.
	Index string `json:"index,omitempty"`

	APIKey   string `json:"api_key,omitempty"` // as Kibana shows it (base64), or "id:key"
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`

	// CAFile holds the authorities to trust, in PEM. Empty: the system's.
	CAFile string `json:"ca_file,omitempty"`
	// SkipVerify accepts any certificate. It is insecure: whoever sits in
	// between can read the log and the credentials. See Warnings.
	SkipVerify bool `json:"skip_verify,omitempty"`

	// Gzip compresses requests. nil: true.
	Gzip *bool `json:"gzip,omitempty"`

	// Template is "install" (empty means that too): put an index template for
	// the target if there is none, or an older one, best effort; or "off".
	Template string `json:"template,omitempty"`

	// DeadLetter is a file that keeps what the cluster refuses for good, one
	// JSON object a line: error and document. Empty: it is only counted.
	DeadLetter string `json:"dead_letter,omitempty"`

	// MaxBatchBytes is the most bytes of a request before compression; a single
	// document may exceed it. 0: 5 MiB.
	MaxBatchBytes int `json:"max_batch_bytes,omitempty"`

	// Timeout bounds one request. 0: 30 s.
	Timeout time.Duration `json:"timeout,omitempty"`
}

// Limits is how the Sink wants its records batched.
func Limits() route.Limits {
	return route.Limits{Records: 4096, Bytes: 2 << 20, Delay: time.Second, Timeout: 60 * time.Second}
}

// Warnings names what is unsafe in o, for those who start the program.
func (o Options) Warnings() []string {
	var out []string
	if o.SkipVerify {
		out = append(out, "skip_verify: the certificate of the server is not checked: anyone in between can read the log and the credentials")
	}
	if o.APIKey == "" && o.Username == "" {
		return out
	}
	for _, u := range o.URLs {
		if strings.HasPrefix(strings.ToLower(u), "http://") {
			return append(out, "urls: credentials travel unencrypted over http://")
		}
	}
	return out
}

func (o Options) withDefaults() Options {
	if o.Gzip == nil {
		on := true
		o.Gzip = &on
	}
	if o.MaxBatchBytes == 0 {
		o.MaxBatchBytes = 5 << 20
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	return o
}

func (o Options) check() error {
	switch {
	case len(o.URLs) == 0:
		return wrong("url", "is missing", "use https://host:9200")
	case o.Template != "" && o.Template != "install" && o.Template != "off":
		return wrong("template", fmt.Sprintf("%q is unknown", o.Template), "use install or off")
	case o.APIKey != "" && (o.Username != "" || o.Password != ""):
		return wrong("api_key", "and username or password exclude each other", "")
	case o.Username == "" && o.Password != "":
		return wrong("username", "is missing, there is only a password", "")
	case strings.ContainsAny(o.APIKey, "\r\n"):
		return wrong("api_key", "holds a line break", "")
	case o.MaxBatchBytes < 0:
		return wrong("max_batch_bytes", "is negative", "")
	case o.Timeout < 0:
		return wrong("timeout", "is negative", "")
	}
	return nil
}

// parseURLs returns the nodes without credentials, and the credentials of the
// first that has any.
func (o Options) parseURLs() (hosts []*url.URL, user *url.Userinfo, err error) {
	for _, s := range o.URLs {
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil {
			return nil, nil, wrong("url", "is no URL", "use https://host:9200") // its text may hold a password
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return nil, nil, wrong("url", fmt.Sprintf("%q is no http or https URL", u.Redacted()), "use https://host:9200")
		}
		if u.RawQuery != "" || u.Fragment != "" {
			return nil, nil, wrong("url", fmt.Sprintf("%q holds more than a host, a port and a path", u.Redacted()), "use https://host:9200")
		}
		if user == nil {
			user = u.User
		}
		u.User = nil
		u.Path = strings.TrimRight(u.Path, "/")
		hosts = append(hosts, u)
	}
	return hosts, user, nil
}

// authorization returns the value of the header, empty if there are no
// credentials.
func (o Options) authorization(user *url.Userinfo) string {
	if o.APIKey != "" {
		key := o.APIKey
		if strings.Contains(key, ":") {
			key = base64.StdEncoding.EncodeToString([]byte(key))
		}
		return "ApiKey " + key
	}
	name, password := o.Username, o.Password
	if name == "" && user != nil {
		name = user.Username()
		password, _ = user.Password()
	}
	if name == "" {
		return ""
	}
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(name, password)
	return r.Header.Get("Authorization")
}

func (o Options) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.SkipVerify}
	if o.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, wrong("ca_file", err.Error(), "")
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, wrong("ca_file", "no certificate in "+o.CAFile, "the file must be PEM")
	}
	return c, nil
}

func wrong(option, text, hint string) error {
	return &route.OptionError{Option: option, Err: errors.New(text), Hint: hint}
}
