package format

import (
	"errors"
	"fmt"
	"strings"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// Names of the kinds that are not templates.
const (
	JSON = "json"
	Text = "text"
	Raw  = "raw"
)

// A Formatter appends records to a buffer. It keeps scratch space, so it may be
// used by one goroutine at a time.
type Formatter interface {
	// Append appends r and a newline to dst and returns the extended buffer,
	// which the caller owns; nothing of r is retained. The same record always
	// gives the same bytes.
	Append(dst []byte, r *detect.Record) []byte
}

// Options says how records are written.
type Options struct {
	// Format is "json", "text", "raw", or a template with {placeholders}.
	// Empty: json.
	Format string `json:"format,omitempty"`
	// Identity adds to JSON who wrote the record: its id, the service, the host
	// and the process. False: left out, the file's place says it already.
	Identity bool `json:"identity,omitempty"`
	// Original adds to JSON the app's bytes as they came, under the key
	// original. False: left out.
	Original bool `json:"original,omitempty"`
}

// New returns the Formatter that spec asks for. An error is a
// *route.OptionError for the option "format", "identity" or "original".
func New(spec Options, id route.Identity) (Formatter, error) {
	if spec.Format == "" {
		spec.Format = JSON
	}
	if spec.Format != JSON {
		if err := refuseJSONOnly(spec); err != nil {
			return nil, err
		}
	}
	switch spec.Format {
	case JSON:
		return newJSON(spec, id), nil
	case Text:
		return &textFormatter{}, nil
	case Raw:
		return rawFormatter{}, nil
	}
	if strings.ContainsAny(spec.Format, "{}") {
		return parseTemplate(spec.Format, id)
	}
	hint := "json, text, raw, or a template such as '{time} [{level}] {message}'"
	if near := nearest(spec.Format, []string{JSON, Text, Raw}); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, &route.OptionError{Option: "format", Err: fmt.Errorf("no format is called %q", spec.Format), Hint: hint}
}

func refuseJSONOnly(spec Options) error {
	const hint = "remove it, or set format: json"
	if spec.Identity {
		return &route.OptionError{Option: "identity", Err: errors.New("only json has it"), Hint: hint}
	}
	if spec.Original {
		return &route.OptionError{Option: "original", Err: errors.New("only json has it"), Hint: hint}
	}
	return nil
}

// rawFormatter writes what the app wrote.
type rawFormatter struct{}

func (rawFormatter) Append(dst []byte, r *detect.Record) []byte {
	dst = append(dst, r.Text...)
	return append(dst, '\n')
}
