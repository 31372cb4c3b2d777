package format

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// maxWidth bounds the column width that a template may ask for.
const maxWidth = 1000

// templateFormatter writes a template: literals and placeholders in turn.
type templateFormatter struct {
	parts   []part
	journal string
	fields  []detect.Field // scratch
}

// part is a literal, or a placeholder if value is set.
type part struct {
	literal string
	value   value
	arg     string // the layout of a time, the name of a field
	width   int    // pad with spaces to this many bytes; 0: as it is
	right   bool   // pad on the left
}

func (t *templateFormatter) Append(dst []byte, r *detect.Record) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		if p.value == nil {
			dst = append(dst, p.literal...)
			continue
		}
		start := len(dst)
		dst = p.value(t, dst, r, p.arg)
		if len(dst)-start < p.width {
			dst = pad(dst, start, p.width, p.right)
		}
	}
	return append(dst, '\n')
}

// pad widens what begins at start to width bytes.
func pad(dst []byte, start, width int, right bool) []byte {
	n := len(dst) - start
	for len(dst)-start < width {
		dst = append(dst, ' ')
	}
	if right {
		copy(dst[start+width-n:], dst[start:start+n])
		for i := start; i < start+width-n; i++ {
			dst[i] = ' '
		}
	}
	return dst
}

// parseTemplate reads a template: {name}, {name:spec}, and {{ and }} for the
// braces themselves.
func parseTemplate(s string, id route.Identity) (*templateFormatter, error) {
	t := &templateFormatter{journal: id.Journal}
	literal := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '{' && c != '}' {
			literal = append(literal, c)
			continue
		}
		if i+1 < len(s) && s[i+1] == c {
			literal = append(literal, c)
			i++
			continue
		}
		if c == '}' {
			return nil, templateError(fmt.Errorf("a } at byte %d closes nothing", i+1), "write }} for the brace itself")
		}
		n := strings.IndexByte(s[i:], '}')
		if n < 0 {
			return nil, templateError(fmt.Errorf("the { at byte %d is not closed", i+1), "write {{ for the brace itself")
		}
		p, err := parsePlaceholder(s[i+1:i+n], id)
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part{literal: string(literal)}, p)
		literal = literal[:0]
		i += n
	}
	t.parts = append(t.parts, part{literal: string(literal)})
	return t, nil
}

func templateError(err error, hint string) error {
	return &route.OptionError{Option: "format", Err: err, Hint: hint}
}

// parsePlaceholder reads what stands between braces.
func parsePlaceholder(s string, id route.Identity) (part, error) {
	name, spec, _ := strings.Cut(s, ":")
	if text, ok := constants(id)[name]; ok {
		return sized(part{value: appendConstant, arg: orDash(text)}, name, spec)
	}
	if field, ok := strings.CutPrefix(name, "fields."); ok && field != "" {
		return sized(part{value: appendNamedField, arg: field}, name, spec)
	}
	if name == "time" {
		return parseTimeLayout(spec)
	}
	if v := placeholder(name); v != nil {
		return sized(part{value: v}, name, spec)
	}
	hint := "known are " + strings.Join(placeholderNames(), ", ")
	if near := nearest(name, placeholderNames()); near != "" {
		hint = fmt.Sprintf("did you mean {%s}?", near)
	}
	return part{}, templateError(fmt.Errorf("unknown placeholder {%s}", name), hint)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// sized reads the width of a column, as Python's format does for strings:
// "8" and "<8" pad on the right, ">8" on the left.
func sized(p part, name, spec string) (part, error) {
	if spec == "" {
		return p, nil
	}
	digits := strings.TrimPrefix(spec, "<")
	if rest, ok := strings.CutPrefix(spec, ">"); ok {
		digits, p.right = rest, true
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n > maxWidth {
		err := fmt.Errorf("{%s:%s}: %q is not a width", name, spec, spec)
		return part{}, templateError(err, "a width is a number up to 1000, such as {level:8} or {lines:>4}")
	}
	p.width = int(n)
	return p, nil
}

// parseTimeLayout reads the strftime layout of a {time}.
func parseTimeLayout(spec string) (part, error) {
	if spec == "" {
		return part{value: appendRecordTime}, nil
	}
	for i := 0; i < len(spec); i++ {
		if spec[i] != '%' {
			continue
		}
		i++
		if i == len(spec) {
			return part{}, templateError(errors.New("the layout of {time} ends with a single %"), "write %% for the sign itself")
		}
		if strings.IndexByte(directives, spec[i]) < 0 {
			err := fmt.Errorf("unknown directive %%%c in the layout of {time}", spec[i])
			return part{}, templateError(err, "known are %"+strings.Join(strings.Split(directives, ""), " %"))
		}
	}
	if !strings.Contains(spec, "%") {
		err := fmt.Errorf("the layout %q of {time} holds no directive", spec)
		return part{}, templateError(err, "layouts are written as in strftime: {time:%Y-%m-%d %H:%M:%S}")
	}
	return part{value: appendLayout, arg: spec}, nil
}
