package format

import "github.com/logwrap/logwrap/detect"

// appendExceptions appends a chain as the member exceptions; absent parts are
// left out, as in explain --json.
func appendExceptions(dst []byte, chain []detect.Exception) []byte {
	if len(chain) == 0 {
		return dst
	}
	dst = append(dst, `,"exceptions":[`...)
	for i := range chain {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendException(dst, &chain[i])
	}
	return append(dst, ']')
}

func appendException(dst []byte, e *detect.Exception) []byte {
	dst = append(dst, `{"type":`...)
	dst = appendString(dst, []byte(e.Type))
	dst = appendMember(dst, "value", []byte(e.Value))
	dst = appendKnown(dst, []pair{
		{"module", e.Module}, {"language", e.Language.String()}, {"relation", e.Relation}, {"thread", e.Thread},
	})
	dst = append(dst, `,"frames":[`...)
	for i := range e.Frames {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendFrame(dst, &e.Frames[i])
	}
	return append(dst, ']', '}')
}

func appendFrame(dst []byte, f *detect.Frame) []byte {
	dst = append(dst, `{"function":`...)
	dst = appendString(dst, []byte(f.Function))
	dst = appendKnown(dst, []pair{{"module", f.Module}, {"file", f.File}})
	if f.Line > 0 {
		dst = append(dst, `,"line":`...)
		dst = appendInt(dst, int64(f.Line))
	}
	if f.Column > 0 {
		dst = append(dst, `,"column":`...)
		dst = appendInt(dst, int64(f.Column))
	}
	if f.InApp {
		return append(dst, `,"in_app":true}`...)
	}
	return append(dst, `,"in_app":false}`...)
}
