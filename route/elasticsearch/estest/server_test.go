package estest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// A stand-in that takes anything would make the tests that use it worthless.
func TestServerRefusesWhatElasticsearchRefuses(t *testing.T) {
	const create = `{"create":{"_id":"1"}}` + "\n"
	sound := `{"@timestamp":"2026-11-22T10:00:00Z","fields":{"a.b":1,"a":{"b":[1]}}}` + "\n"
	tests := map[string]struct{ body, want string }{
		"sound":         {create + sound, `"status":201`},
		"twice":         {create + sound + create + sound, `"status":409`},
		"index twice":   {strings.Repeat(strings.Replace(create, "create", "index", 1)+sound, 2), `"status":200`},
		"no line feed":  {create + strings.TrimSpace(sound), "terminated by a newline"},
		"no document":   {create, "1 lines"},
		"no action":     {sound + sound, "malformed action"},
		"no id":         {`{"create":{}}` + "\n" + sound, "bad _id"},
		"no JSON":       {create + "{\n", `"status":400`},
		"no timestamp":  {create + "{}\n", "timestamp field"},
		"not UTF-8":     {create + `{"@timestamp":"` + "\xff" + `"}` + "\n", "invalid UTF-8"},
		"duplicate key": {create + `{"@timestamp":1,"a":{"x":1,"x":2}}` + "\n", "duplicate field"},
		"fields scalar": {create + `{"@timestamp":1,"fields":1}` + "\n", "no object"},
		"blank key":     {create + `{"@timestamp":1,"fields":{"":1}}` + "\n", "bad key"},
		"NUL in key":    {create + `{"@timestamp":1,"fields":{"a\u0000":1}}` + "\n", "bad key"},
		"too deep":      {create + `{"@timestamp":1,"fields":` + strings.Repeat(`{"a":`, 25) + "1" + strings.Repeat("}", 25) + "}\n", "too deeply"},
		"immense term":  {create + `{"@timestamp":1,"fields":{"a":"` + strings.Repeat("x", 40_000) + `"}}` + "\n", "immense term"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := http.Post(New(t).URL()+"/logs-x-y/_bulk", "application/x-ndjson", strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			got, err := io.ReadAll(res.Body)
			if err != nil || !strings.Contains(string(got), tt.want) {
				t.Errorf("answer %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}
