package detect

import "bytes"

// Lookup returns one value of a structured line by name. In JSON a dot in the
// key leads into an object, whether the line nests ("error":{"type":…}) or
// writes the path flat ("error.type":…), or into the JSON that a string holds;
// every member can be found, those that
// became the level, message, logger or time included. In other formats key is
// the whole name of a field.
//
// A string's value comes as plain text, anything else as raw JSON. Of two equal
// keys the first counts.
func (r *Record) Lookup(key string) (value []byte, ok bool) {
	if key == "" {
		return nil, false
	}
	switch r.Format {
	case JSON:
		text := r.body()
		open := bytes.IndexByte(text, '{')
		if open < 0 {
			return nil, false
		}
		raw := lookupJSON(text[open:], key)
		return plainValue(raw), raw != nil
	case Logfmt:
		text := r.body()
		return lookupPair(text, bodyStart(text), key)
	}
	var buf [24]Field
	for _, f := range r.AppendFields(buf[:0]) {
		if string(f.Key) == key {
			if f.Raw {
				return plainValue(f.Value), true
			}
			return f.Value, true
		}
		if f.Raw && f.Value[0] == '{' && len(f.Key) < len(key) && key[len(f.Key)] == '.' && key[:len(f.Key)] == string(f.Key) {
			if raw := lookupJSON(f.Value, key[len(f.Key)+1:]); raw != nil {
				return plainValue(raw), true
			}
		}
	}
	return nil, false
}

// lookupJSON finds key, or the part of it after a dot in a nested object, and
// returns the value as written.
func lookupJSON(obj []byte, key string) []byte {
	m := members{text: obj, depth: 1}
	var one member
	for m.next(&one) {
		name := obj[one.key:one.keyEnd]
		if one.keyEscaped {
			name = unescape(name)
		}
		if string(name) == key {
			return obj[one.value:one.valueEnd]
		}
		n := len(name)
		if n < len(key) && key[n] == '.' && string(name) == key[:n] {
			if inner := innerObject(obj[one.value:one.valueEnd]); inner != nil {
				if v := lookupJSON(inner, key[n+1:]); v != nil {
					return v
				}
			}
		}
	}
	return nil
}

// innerObject returns the object that a value is, or is the text of: an access
// log line in JSON, say, that a JSON logger wrote as its message.
func innerObject(value []byte) []byte {
	if value[0] == '{' {
		return value
	}
	if !hasPrefix(value, `"{`) {
		return nil
	}
	text := unescape(value[1 : len(value)-1])
	if jsonValue(text, 0, 1) != len(text) {
		return nil
	}
	return text
}

// plainValue takes the quotes and escapes off a JSON string; other values stay.
func plainValue(raw []byte) []byte {
	if len(raw) >= 2 && raw[0] == '"' {
		return unescape(raw[1 : len(raw)-1])
	}
	return raw
}

func lookupPair(text []byte, at int, key string) ([]byte, bool) {
	for at < len(text) {
		if text[at] <= ' ' || text[at] == ',' {
			at++
			continue
		}
		p, ok := pairAt(text, at)
		if !ok {
			for at < len(text) && text[at] > ' ' {
				at++
			}
			continue
		}
		if string(text[p.key:p.keyEnd]) == key {
			if p.escaped {
				return unescape(text[p.value:p.valueEnd]), true
			}
			return text[p.value:p.valueEnd], true
		}
		at = p.end
	}
	return nil, false
}
