package elasticsearch

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/elasticsearch/estest"
)

func certificatePEM(es *estest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: es.HTTP().Certificate().Raw})
}

func TestWrongOptionIsNamed(t *testing.T) {
	urls := []string{"https://es:9200"}
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		options      Options
		option, text string
	}{
		{Options{}, "url", "missing"},
		{Options{URLs: []string{"es:9200"}}, "url", "no http or https"},
		{Options{URLs: []string{"ftp://es"}}, "url", "no http or https"},
		{Options{URLs: []string{"https://"}}, "url", "no http or https"},
		{Options{URLs: []string{"https://u:hunter2@es:port"}}, "url", "no URL"},
		{Options{URLs: []string{"https://u:hunter2@es/?a=b"}}, "url", "more than a host"},
		{Options{URLs: urls, DataStream: "a", Index: "b"}, "index", "exclude"},
		{Options{URLs: urls, DataStream: "Logs-x-y"}, "data_stream", "not allowed"},
		{Options{URLs: urls, DataStream: "logs/../x"}, "data_stream", "not allowed"},
		{Options{URLs: urls, Index: "-x"}, "index", "not allowed"},
		{Options{URLs: urls, Index: "a\nb"}, "index", "not allowed"},
		{Options{URLs: urls, Index: strings.Repeat("x", 256)}, "index", "too long"},
		{Options{URLs: urls, APIKey: "k", Username: "u"}, "api_key", "exclude"},
		{Options{URLs: urls, APIKey: "k\n"}, "api_key", "line break"},
		{Options{URLs: urls, Password: "p"}, "username", "missing"},
		{Options{URLs: urls, Template: "on"}, "template", "unknown"},
		{Options{URLs: urls, MaxBatchBytes: -1}, "max_batch_bytes", "negative"},
		{Options{URLs: urls, Timeout: -1}, "timeout", "negative"},
		{Options{URLs: urls, CAFile: junk}, "ca_file", "no certificate"},
		{Options{URLs: urls, CAFile: junk + "x"}, "ca_file", "no such file"},
	}
	for _, tt := range tests {
		_, err := New(tt.options, testID)
		var oe *route.OptionError
		if !errors.As(err, &oe) || oe.Option != tt.option || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("New(%+v): %v, want %s … %s", tt.options, err, tt.option, tt.text)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is in %v", err)
		}
	}
}

func TestTargetIsNamedAfterTheService(t *testing.T) {
	tests := []struct {
		options       Options
		name, env     string
		want, dataset string
	}{
		{Options{}, "shop", "production", "logs-logwrap.shop-production", "logwrap.shop"},
		{Options{}, "", "", "logs-logwrap-default", "logwrap"},
		{Options{}, "BS-whatweb", "Pre Prod/1", "logs-logwrap.bs_whatweb-pre_prod_1", "logwrap.bs_whatweb"},
		{Options{}, `a\/*?"<>|,#:b`, "ü", "logs-logwrap.a___________b-_", "logwrap.a___________b"},
		{Options{}, strings.Repeat("x", 300), strings.Repeat("y", 300), "logs-logwrap." + strings.Repeat("x", 92) + "-" + strings.Repeat("y", 100), "logwrap." + strings.Repeat("x", 92)},
		{Options{DataStream: "logs-bs.whatweb-staging"}, "x", "y", "logs-bs.whatweb-staging", "bs.whatweb"},
		{Options{DataStream: "mystream"}, "x", "y", "mystream", "mystream"},
		{Options{Index: "app-2026"}, "x", "y", "app-2026", "app-2026"},
	}
	for _, tt := range tests {
		got, err := newTarget(tt.options, route.Identity{Name: tt.name, Environment: tt.env})
		if err != nil || got.name != tt.want || got.dataset != tt.dataset {
			t.Errorf("%q %q: %+v, %v, want %s, dataset %s", tt.name, tt.env, got, err, tt.want, tt.dataset)
		}
		if err := checkName("index", got.name); err != nil {
			t.Errorf("%s: %v", got.name, err)
		}
	}
}

func TestOptionsSurviveJSONAndWarn(t *testing.T) {
	on := true
	b, err := json.Marshal(Options{URLs: []string{"http://es"}, APIKey: "k", Gzip: &on, SkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	var o Options
	if err := json.Unmarshal(b, &o); err != nil || o.APIKey != "k" || !*o.Gzip {
		t.Errorf("%s came back as %+v, %v", b, o, err)
	}
	if w := o.Warnings(); len(w) != 2 || !strings.HasPrefix(w[0], "skip_verify: ") || !strings.HasPrefix(w[1], "urls: ") {
		t.Errorf("warnings %q", w)
	}
	if w := (Options{URLs: []string{"https://es"}, APIKey: "k"}).Warnings(); len(w) != 0 {
		t.Errorf("warnings %q", w)
	}
}
