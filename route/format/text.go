package format

import (
	"bytes"

	"github.com/logwrap/logwrap/detect"
)

// textFormatter writes lines for people.
type textFormatter struct {
	fields []detect.Field // scratch
}

func (f *textFormatter) Append(dst []byte, r *detect.Record) []byte {
	dst = appendTime(dst, r.Time)
	dst = append(dst, ' ')
	dst = appendUpper(dst, r.Level.String())
	if len(r.Logger) > 0 {
		dst = append(dst, ' ', '[')
		dst = appendLine(dst, r.Logger)
		dst = append(dst, ']')
	}
	dst = append(dst, ' ')
	dst = appendBody(dst, r)
	if f.fields = f.fields[:0]; !bodyIsAll(r) {
		f.fields = r.AppendFields(f.fields)
	}
	if len(f.fields) > 0 {
		dst = append(dst, ' ')
		dst = appendPairs(dst, f.fields)
		clear(f.fields) // they point into the record
	}
	return append(dst, '\n')
}

// appendUpper appends s, which is ASCII in lower case, in upper case.
func appendUpper(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		dst = append(dst, s[i]-('a'-'A'))
	}
	return dst
}

// structured reports whether r is an object that spans lines, if it does, by
// its layout only.
func structured(r *detect.Record) bool { return r.Format == detect.JSON || r.Format == detect.Logfmt }

// bodyIsAll reports whether the fields of r can be read in its body too.
func bodyIsAll(r *detect.Record) bool {
	return r.Format == detect.Access || r.Lines > 1 && !structured(r)
}

// appendBody appends the message of r: for a record of several lines all of
// them, from where the message begins if that is in the first one.
func appendBody(dst []byte, r *detect.Record) []byte {
	if r.Lines < 2 || structured(r) {
		return appendLine(dst, r.Message)
	}
	first, _, _ := bytes.Cut(r.Text, []byte{'\n'})
	head := 0
	if message, _, _ := bytes.Cut(r.Message, []byte{'\n'}); len(message) > 0 && bytes.HasSuffix(first, message) {
		head = len(first) - len(message)
	}
	return appendLines(dst, r.Text[head:])
}

// appendPairs appends fields as logfmt does: key=value, quoted where needed.
func appendPairs(dst []byte, fields []detect.Field) []byte {
	for i := range fields {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendLine(dst, fields[i].Key)
		dst = append(dst, '=')
		dst = appendPairValue(dst, &fields[i])
	}
	return dst
}

func appendPairValue(dst []byte, f *detect.Field) []byte {
	if !f.Raw {
		if bare(f.Value) {
			return append(dst, f.Value...)
		}
		return appendString(dst, f.Value)
	}
	if n := len(f.Value); n > 2 && f.Value[0] == '"' && bare(f.Value[1:n-1]) {
		return append(dst, f.Value[1:n-1]...)
	}
	return appendValue(dst, f.Value)
}

// bare reports whether logfmt can hold s without quotes.
func bare(s []byte) bool {
	return len(s) > 0 && plainJSON(s) == len(s) && bytes.IndexByte(s, ' ') < 0 && bytes.IndexByte(s, '=') < 0
}
