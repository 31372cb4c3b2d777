package estest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxDepth = 20    // depth_limit of flattened
	maxTerm  = 32766 // bytes of a term in Lucene
)

// checkDocument refuses what a data stream with logwrap's template refuses.
func checkDocument(source []byte) error {
	if err := Check(source); err != nil {
		return err
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(source, &doc); err != nil {
		return err
	}
	if len(doc["@timestamp"]) == 0 {
		return fmt.Errorf("data stream timestamp field [@timestamp] is missing")
	}
	return nil
}

// Check refuses JSON that the server's parser does not read, or whose "fields"
// the flattened type does not hold.
func Check(source []byte) error {
	if !utf8.Valid(source) {
		return fmt.Errorf("invalid UTF-8")
	}
	if err := checkKeys(source); err != nil {
		return err
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(source, &doc); err != nil {
		return err
	}
	fields, ok := doc["fields"]
	if !ok {
		return nil
	}
	if fields[0] != '{' {
		return fmt.Errorf("fields is no object")
	}
	d := json.NewDecoder(bytes.NewReader(fields))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	return checkFlattened("", v, 0)
}

// checkFlattened walks what the flattened type indexes.
func checkFlattened(path string, v any, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("the provided [flattened] field is nested too deeply: %s", path)
	}
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if strings.TrimSpace(key) == "" || strings.Contains(key, "\x00") {
				return fmt.Errorf("bad key %q", key)
			}
			if err := checkFlattened(path+"."+key, value, depth+1); err != nil {
				return err
			}
		}
	case []any:
		for _, value := range v {
			if err := checkFlattened(path, value, depth+1); err != nil {
				return err
			}
		}
	default:
		if n := len(path) + len(fmt.Sprint(v)); n > maxTerm {
			return fmt.Errorf("immense term of %d bytes", n)
		}
	}
	return nil
}

// checkKeys refuses duplicate keys, as the server's parser does.
func checkKeys(source []byte) error {
	d := json.NewDecoder(bytes.NewReader(source))
	d.UseNumber()
	var open []map[string]bool // nil for an array
	key := false               // the next string is a key
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
		case string:
			if key {
				seen := open[len(open)-1]
				if seen[t] {
					return fmt.Errorf("duplicate field %q", t)
				}
				seen[t] = true
				key = false
				continue
			}
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
}
