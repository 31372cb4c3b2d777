//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// quietEnviron is this process's environment without what steers logwrap or
// would make a difference between machines.
func quietEnviron() []string {
	var env []string
	for _, kv := range os.Environ() {
		key, _, _ := strings.Cut(kv, "=")
		switch {
		case strings.HasPrefix(key, "LOGWRAP_"), strings.HasPrefix(key, "SENTRY_"), strings.HasPrefix(key, "OTEL_"),
			strings.HasPrefix(key, "ELASTICSEARCH_"), strings.HasPrefix(key, "PYTHON"):
		default:
			env = append(env, kv)
		}
	}
	return append(env, "PYTHONDONTWRITEBYTECODE=1")
}

// dig walks into decoded JSON: strings are keys, ints are indices, negative ones
// from the end. A key may be stored dotted or nested ("log.level"). What is not
// there is nil.
func dig(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = digKey(v, step)
		case int:
			list, _ := v.([]any)
			if step < 0 {
				step += len(list)
			}
			if step < 0 || step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func digKey(v any, key string) any {
	object, _ := v.(map[string]any)
	if found, ok := object[key]; ok {
		return found
	}
	for head, tail, ok := strings.Cut(key, "."); ok; {
		if inner, found := object[head]; found {
			return digKey(inner, tail)
		}
		var next string
		next, tail, ok = strings.Cut(tail, ".")
		head += "." + next
	}
	return nil
}

// text returns what dig finds as a string, empty if there is none.
func text(v any, path ...any) string {
	s, _ := dig(v, path...).(string)
	return s
}

// list returns what dig finds as a list.
func list(v any, path ...any) []any {
	l, _ := dig(v, path...).([]any)
	return l
}

func decode(b []byte) (v any, err error) {
	err = json.Unmarshal(b, &v)
	return v, err
}

// call makes an HTTP request with a JSON body ("" for none) and decodes the
// answer. A status of 400 or more is an error.
func call(method, url, body string, header http.Header) (any, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	for key, values := range header {
		req.Header[key] = values
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 400 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, url, resp.Status, b)
	}
	return decode(b)
}

func mustCall(t *testing.T, method, url, body string, header http.Header) any {
	t.Helper()
	v, err := call(method, url, body, header)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
