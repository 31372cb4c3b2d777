package elasticsearch

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/route/elasticsearch/estest"
)

const templateName = "logwrap-logs-logwrap.shop-staging"

func TestTemplateSuitsTheServer(t *testing.T) {
	tests := []struct {
		file, distribution, version, index string
	}{
		{"elasticsearch8", "", "8.19.0", ""},
		{"elasticsearch7.10", "", "7.10.2", ""},
		{"opensearch2", "opensearch", "2.19.1", ""},
		{"opensearch1", "opensearch", "1.3.0", "app"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			es := estest.New(t)
			es.Pretend(tt.distribution, tt.version)
			s := open(t, Options{URLs: []string{es.URL()}, Index: tt.index})
			if err := s.Deliver(context.Background(), numbered(1)); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, es.Template("logwrap-"+s.Target()), "", "  "); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "template-"+tt.file+".json")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got %s\nwant %s", got.Bytes(), want)
			}
		})
	}
}

func TestDialectFollowsVersion(t *testing.T) {
	tests := []struct{ distribution, version, text, fields string }{
		{"", "9.1.0", "match_only_text", "flattened"},
		{"", "7.14.0", "match_only_text", "flattened"},
		{"", "7.13.4", "text", "flattened"},
		{"", "7.2.0", "text", "enabled"},
		{"", "", "match_only_text", "flattened"},
		{"opensearch", "3.0.0", "text", "flat_object"},
		{"opensearch", "2.7.0", "text", "flat_object"},
		{"opensearch", "2.6.0", "text", "enabled"},
		{"opensearch", "x", "text", "enabled"},
	}
	for _, tt := range tests {
		if d := dialectOf(tt.distribution, tt.version); d.text != tt.text || !strings.Contains(d.fields, tt.fields) {
			t.Errorf("%s %s: %+v", tt.distribution, tt.version, d)
		}
	}
}

func TestTemplateIsInstalledOnceAndBestEffort(t *testing.T) {
	tests := map[string]struct {
		installed string
		status    func([]byte) int
		options   Options
		puts      int
		problem   string
	}{
		"new":             {puts: 1},
		"off":             {options: Options{Template: "off"}},
		"of the user":     {installed: `{"version": 100}`},
		"same":            {installed: `{"version": 1}`},
		"older":           {installed: `{}`, puts: 1},
		"forbidden":       {status: func([]byte) int { return 403 }, puts: 1, problem: "install the index template: PUT "},
		"no flattened":    {status: func(b []byte) int { return 400 * bytes.Count(b, []byte("flattened")) }, puts: 3},
		"no full text":    {status: func(b []byte) int { return 400 * min(1, bytes.Count(b, []byte("match_only_text"))) }, puts: 2},
		"nothing suits":   {status: func([]byte) int { return 400 }, puts: 3, problem: "status 400"},
		"no such service": {status: func([]byte) int { return 405 }, puts: 1, problem: "status 405"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			es := estest.New(t)
			es.RefuseTemplates(tt.status)
			if tt.installed != "" {
				es.Put(templateName, tt.installed)
			}
			tt.options.URLs = []string{es.URL()}
			s := open(t, tt.options)
			for range 3 {
				if err := s.Deliver(context.Background(), numbered(2)); err != nil {
					t.Fatal(err)
				}
			}
			puts := 0
			for _, r := range es.Requests() {
				if r.Method == "PUT" {
					puts++
				}
			}
			if puts != tt.puts {
				t.Errorf("%d times PUT, want %d", puts, tt.puts)
			}
			if err := s.Trouble(); (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("problem %v, want %q", err, tt.problem)
			}
			wantStored(t, es, numbered(2))
		})
	}
}

func TestTargetIsNotCreatedWhileTheTemplateIsUnknown(t *testing.T) {
	es := estest.New(t)
	busy := 503
	es.RefuseTemplates(func([]byte) int { return busy })
	s := open(t, Options{URLs: []string{es.URL()}})
	if err := s.Deliver(context.Background(), numbered(2)); err == nil || len(es.Docs()) != 0 {
		t.Fatalf("error %v, %d documents", err, len(es.Docs()))
	}
	busy = 0
	if err := s.Deliver(context.Background(), numbered(2)); err != nil {
		t.Fatal(err)
	}
	if es.Template(templateName) == nil {
		t.Error("no template")
	}
}

// Every member of a document has to be in the mapping, since it is not dynamic.
func TestTemplateMapsWhatDocumentsHold(t *testing.T) {
	var tpl struct {
		Template struct {
			Mappings struct {
				Properties map[string]any
			}
		}
	}
	if err := json.Unmarshal(template(target{name: "x", stream: true}, dialectOf("", "")), &tpl); err != nil {
		t.Fatal(err)
	}
	d := newDocumenter(target{stream: true, dataset: "x"}, testID)
	for name, r := range goldenRecords() {
		var doc map[string]any
		if err := json.Unmarshal(d.appendDocument(nil, &r), &doc); err != nil {
			t.Fatal(err)
		}
		delete(doc, "fields")
		delete(doc, "labels")
		checkMapped(t, name, doc, tpl.Template.Mappings.Properties)
	}
}

func checkMapped(t *testing.T, path string, doc, properties map[string]any) {
	t.Helper()
	for key, value := range doc {
		mapping, ok := properties[key].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is not mapped", path, key)
			continue
		}
		if inner, ok := value.(map[string]any); ok {
			p, _ := mapping["properties"].(map[string]any)
			checkMapped(t, path+"."+key, inner, p)
		}
	}
}
