package elasticsearch

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

//go:embed template.json
var templateText string

// templateVersion grows whenever template.json changes; an older one on the
// server is replaced, a newer one left alone.
const templateVersion = 1

// dialect is what a server calls the types that differ.
type dialect struct {
	text   string // full text without positions, where there is that
	fields string // the mapping of "fields"
}

// portable uses only what every server knows: "fields" is stored, not searched.
var portable = dialect{"text", `{"type": "object", "enabled": false}`}

// dialectOf picks the dialect by the answer to GET /. flattened came with
// Elasticsearch 7.3, match_only_text with 7.14; flat_object with OpenSearch 2.7.
func dialectOf(distribution, version string) dialect {
	major, minor := versionOf(version)
	atLeast := func(a, b int) bool { return major > a || major == a && minor >= b }
	switch {
	case distribution == "opensearch" && atLeast(2, 7):
		return dialect{"text", `{"type": "flat_object"}`}
	case distribution == "opensearch" || version != "" && !atLeast(7, 3):
		return portable
	}
	d := dialect{"match_only_text", `{"type": "flattened", "ignore_above": 1024}`}
	if version != "" && !atLeast(7, 14) {
		d.text = "text"
	}
	return d
}

// simpler returns what to try on a server that lacks a type of d: builds without
// x-pack have flattened in spite of having no match_only_text.
func (d dialect) simpler() dialect {
	if d.text != portable.text {
		d.text = portable.text
		return d
	}
	return portable
}

func versionOf(s string) (major, minor int) {
	a, rest, _ := strings.Cut(s, ".")
	b, _, _ := strings.Cut(rest, ".")
	major, _ = strconv.Atoi(a)
	minor, _ = strconv.Atoi(b)
	return major, minor
}

// template returns the index template for a target.
func template(t target, d dialect) []byte {
	kind := ""
	if t.stream {
		kind = `"data_stream": {},`
	}
	return []byte(strings.NewReplacer(
		"{{target}}", string(appendString(nil, t.name)),
		"{{version}}", strconv.Itoa(templateVersion),
		"{{kind}}", kind, "{{text}}", d.text, "{{fields}}", d.fields,
	).Replace(templateText))
}

// prepare installs the template, once. It fails only if the cluster can't be
// asked at all: the first document would then create the target without it.
func (s *Sink) prepare(ctx context.Context) error {
	if s.prepared {
		return nil
	}
	problem, err := s.install(ctx)
	if err != nil {
		return err
	}
	s.prepared = true
	if problem != nil {
		problem = fmt.Errorf("install the index template: %w", problem)
		s.problem.Store(&problem)
	}
	return nil
}

// install returns as problem what the cluster has against it, as err that it
// could not be asked.
func (s *Sink) install(ctx context.Context) (problem, err error) {
	path := "/_index_template/logwrap-" + s.target.name
	r, err := s.client.do(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return nil, err
	}
	if r.status == http.StatusUnauthorized || r.status == http.StatusTooManyRequests || r.status >= 500 {
		return nil, r.failure("GET")
	}
	if r.status == http.StatusOK && installedVersion(r.body) >= templateVersion {
		return nil, nil
	}
	d, err := s.ask(ctx)
	if err != nil {
		return nil, err
	}
	for {
		r, err = s.client.do(ctx, http.MethodPut, path, jsonType, template(s.target, d))
		if err != nil {
			return nil, err
		}
		switch {
		case r.status < 300:
			return nil, nil
		case r.status == http.StatusTooManyRequests || r.status >= 500:
			return nil, r.failure("PUT")
		case r.status != http.StatusBadRequest || d == portable:
			return r.failure("PUT"), nil
		}
		d = d.simpler()
	}
}

// installedVersion returns the version of the template in an answer of GET
// _index_template, -1 if there is none.
func installedVersion(body []byte) int {
	var answer struct {
		Templates []struct {
			Template struct {
				Version int `json:"version"`
			} `json:"index_template"`
		} `json:"index_templates"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Templates) == 0 {
		return -1
	}
	return answer.Templates[0].Template.Version
}

// ask finds out which server this is. One that will not say is taken for a
// recent Elasticsearch.
func (s *Sink) ask(ctx context.Context) (dialect, error) {
	r, err := s.client.do(ctx, http.MethodGet, "/", "", nil)
	if err != nil {
		return dialect{}, err
	}
	var answer struct {
		Version struct {
			Number       string `json:"number"`
			Distribution string `json:"distribution"`
		} `json:"version"`
	}
	if r.status == http.StatusOK {
		_ = json.Unmarshal(r.body, &answer) // what is not there stays empty
	}
	return dialectOf(answer.Version.Distribution, answer.Version.Number), nil
}
