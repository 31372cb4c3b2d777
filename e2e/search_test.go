//go:build e2e

package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// An index is a data stream on a server that speaks Elasticsearch's API.
type index struct {
	url    string
	header http.Header
	stream string
}

// basicAuth returns the header for a user.
func basicAuth(user, password string) http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}}
}

// find returns the documents whose fields have exactly these values.
func (x index) find(terms map[string]string) ([]any, error) {
	var filters []string
	for field, value := range terms {
		filters = append(filters, fmt.Sprintf(`{"term":{%q:%q}}`, field, value))
	}
	query := fmt.Sprintf(`{"size":1000,"query":{"bool":{"filter":[%s]}}}`, strings.Join(filters, ","))
	if _, err := call("POST", x.url+"/"+x.stream+"/_refresh", "", x.header); err != nil {
		return nil, err
	}
	answer, err := call("POST", x.url+"/"+x.stream+"/_search", query, x.header)
	if err != nil {
		return nil, err
	}
	var docs []any
	for _, hit := range list(answer, "hits", "hits") {
		docs = append(docs, dig(hit, "_source"))
	}
	return docs, nil
}

// await waits until exactly n documents have these values. Doubles that come
// later it can't see: call it when nothing more is on its way.
func (x index) await(t *testing.T, n int, terms map[string]string) []any {
	t.Helper()
	var docs []any
	eventually(t, 30*time.Second, fmt.Sprintf("%d documents with %v", n, terms), func() error {
		var err error
		if docs, err = x.find(terms); err != nil {
			return err
		}
		if len(docs) != n {
			return fmt.Errorf("found %d: %.2000v", len(docs), docs)
		}
		return nil
	})
	return docs
}

// checkTemplate checks that the data stream was made from logwrap's template:
// exact values to filter by, and one object that no app can break.
func (x index) checkTemplate(t *testing.T) {
	t.Helper()
	streams := mustCall(t, "GET", x.url+"/"+x.stream+"/_mapping", "", x.header).(map[string]any)
	if len(streams) == 0 {
		t.Fatal("no mapping")
	}
	for name, stream := range streams {
		if !strings.HasPrefix(name, ".ds-") {
			t.Errorf("%s is no data stream", name)
		}
		properties := dig(stream, "mappings", "properties")
		for path, want := range map[string]string{"log": "level", "service": "name"} {
			if got := text(properties, path, "properties", want, "type"); got != "keyword" {
				t.Errorf("%s.%s is mapped as %q, want keyword", path, want, got)
			}
		}
		if got := text(properties, "fields", "type"); got != "flattened" && got != "flat_object" {
			t.Errorf("fields is mapped as %q, want flattened or flat_object", got)
		}
	}
}

// TestElasticsearch sends to Elasticsearch itself, which lets nobody in without
// the password. (API keys need a module that this distribution lacks.)
func TestElasticsearch(t *testing.T) {
	server := startServer(t, "elasticsearch")
	user, password := server["ELASTICSEARCH_USERNAME"], server["ELASTICSEARCH_PASSWORD"]
	x := index{server["ELASTICSEARCH_URL"], basicAuth(user, password), "logs-e2e.talk-test"}
	if _, err := call("GET", x.url+"/_cluster/health", "", nil); err == nil {
		t.Fatal("the server lets anybody in: this test would prove nothing")
	}
	config := writeConfig(t, fmt.Sprintf(`
version: 1
handlers:
  search: {sink: elasticsearch, url: '%s', data_stream: %s}
root: {level: debug, handlers: [search]}
`, x.url, x.stream))
	talk := func(password string) *run {
		return &run{
			dir:  workDir(t, password),
			args: []string{"-c", config, "--", "sh", testdata(t, "talk.sh")},
			env:  []string{"ELASTICSEARCH_USERNAME=" + user, "ELASTICSEARCH_PASSWORD=" + password},
		}
	}

	refused := talk("wrong-password")
	if code := refused.finish(t); code != 0 {
		t.Errorf("exit code %d, want the app's 0", code)
	}
	if out := refused.output(t, "stderr"); !strings.Contains(out, "logwrap: ") || !strings.Contains(out, "401") || strings.Contains(out, "wrong-password") {
		t.Errorf("stderr does not say why nothing arrives, or gives the password away: %s", out)
	}
	if _, err := x.find(nil); err == nil {
		t.Error("the data stream exists, though nothing was let in")
	}

	accepted := talk(password)
	if code := accepted.finish(t); code != 0 {
		t.Errorf("exit code %d: %s", code, accepted.output(t, "stderr"))
	}
	x.checkTemplate(t)
	checkTalk(t, x)
}

// checkTalk finds what testdata/talk.sh wrote, by level and by logger.
func checkTalk(t *testing.T, x index) {
	t.Helper()
	for level, logger := range map[string]string{
		"info": "shop.http", "warning": "shop.stock", "critical": "shop.db", "error": "shop.payments",
	} {
		x.await(t, 1, map[string]string{"log.level": level, "log.logger": logger})
	}
	trace := x.await(t, 1, map[string]string{"log.level": "error", "log.logger": "shop.orders"})[0]
	if got := text(trace, "error.type"); got != "KeyError" {
		t.Errorf("error.type is %q, want KeyError", got)
	}
	if got := text(trace, "error.stack_trace"); !strings.Contains(got, "in reserve\n") {
		t.Errorf("error.stack_trace holds no frame: %q", got)
	}
	if got := text(x.await(t, 1, map[string]string{"log.logger": "shop.payments"})[0], "message"); got != `card "declined" ]ünï` {
		t.Errorf("message is %q", got)
	}
	x.await(t, 1, map[string]string{"fields.order": "1002"})
}
