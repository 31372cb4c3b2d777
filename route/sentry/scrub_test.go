package sentry

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// secretSample is a line of route/redact's testdata; {{}} in it is nothing.
type secretSample struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text"`
	Secrets []string `json:"secrets"`
}

func secretSamples(t *testing.T) (all []secretSample) {
	t.Helper()
	for _, name := range []string{"secrets.jsonl", "secrets-more.jsonl"} {
		f, err := os.Open("../redact/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var s secretSample
			if err := json.Unmarshal([]byte(strings.ReplaceAll(lines.Text(), "{{}}", "")), &s); err != nil {
				t.Fatal(err)
			}
			all = append(all, s)
		}
	}
	if len(all) < 200 {
		t.Fatalf("%d samples", len(all))
	}
	return all
}

// secretRecords puts a text wherever an event can take one from.
func secretRecords(t *testing.T, text string) []detect.Record {
	t.Helper()
	lines := strings.Split(text, "\n")
	var crumbs []detect.Crumb
	for _, line := range append(lines, text) {
		crumbs = append(crumbs, detect.Crumb{Time: testStart, Stream: capture.Stdout, Logger: "app", Message: line})
	}
	trace := recordOf(t, fmt.Sprintf("Traceback (most recent call last):\n  File \"/srv/app/x.py\", line 1, in f\n    %s\n"+
		"  File \"/srv/app/x.py\", line %d, in g\n    pass\nValueError: %s\n", strings.TrimSpace(lines[0]), len(lines), text))
	object, err := json.Marshal(map[string]any{"level": "critical", "message": text, "note": text, "deep": map[string]any{"list": []string{text}}})
	if err != nil {
		t.Fatal(err)
	}
	structured := recordOf(t, string(object)+"\n")
	records := []detect.Record{criticalLine(text), trace, structured, silent(detect.Exit{Code: 1, Stop: detect.Stop{Sender: text}}, crumbs...)}
	for i := range records {
		records[i].ID = capture.Offset(i + 1)
		records[i].Run = &detect.Run{ID: strings.Repeat("ab", 16), PID: -1, Command: "app", Started: testStart}
		if records[i].Event == nil {
			records[i].Event = &detect.Event{}
		}
		records[i].Event.Crumbs, records[i].Event.Output = crumbs, []byte(text+"\n")
		records[i].Logger = []byte(text)
	}
	return records
}

// sentTexts delivers the text by both sinks and returns all that was sent: the bytes
// of each item, and each text in it.
func sentTexts(t *testing.T, text string, rules []string) (sent []string) {
	t.Helper()
	srv := newServer(t)
	o := Options{DSN: srv.dsn(), Redact: rules, Tags: map[string]string{"note": text}}
	events := newSink(t, o)
	files := fstest.MapFS{"srv/app/x.py": {Data: []byte(text + "\n")}}
	events.maker.known, events.maker.host = true, host{cwd: "/srv/app", os: osContext{Name: "Debian"},
		disk: testDisk(files)}
	logs, err := NewLogs(o, testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	records := secretRecords(t, text)
	if err := events.Deliver(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	if err := logs.Deliver(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	for _, e := range srv.envelopes() {
		for _, it := range e.items {
			sent = append(append(sent, string(it.raw)), textsIn(it.payload)...)
		}
	}
	return sent
}

// textsIn returns every text in a value that was JSON.
func textsIn(v any) (texts []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			texts = append(texts, textsIn(one)...)
		}
	case map[string]any:
		for key, one := range v {
			texts = append(append(texts, key), textsIn(one)...)
		}
	}
	return texts
}

// TestNoSecretIsSent sends made-up secrets by everything that an event, a log and an
// attachment are made of, and looks for them in what arrives.
func TestNoSecretIsSent(t *testing.T) {
	leaked := 0
	all := secretSamples(t)
	for _, s := range all {
		sent := sentTexts(t, s.Text, nil)
		for _, secret := range s.Secrets {
			if i := slices.IndexFunc(sent, func(text string) bool { return strings.Contains(text, secret) }); i >= 0 {
				leaked++
				t.Errorf("%s: %q was sent in\n%s", s.Kind, secret, sent[i])
				break
			}
		}
	}
	t.Logf("%d of %d leaked", leaked, len(all))
}

// TestSecretsAreSentWhenOff makes sure that the test above would notice.
func TestSecretsAreSentWhenOff(t *testing.T) {
	for _, s := range secretSamples(t)[:40] {
		sent := sentTexts(t, s.Text, []string{})
		for _, secret := range s.Secrets {
			n := 0
			for _, text := range sent {
				if strings.Contains(text, secret) {
					n++
				}
			}
			if n < 12 {
				t.Errorf("%s: %q is in %d texts only", s.Kind, secret, n)
			}
		}
	}
}

func TestScrubKeepsWhatNames(t *testing.T) {
	m := newMaker(Options{Release: "shop@1.4.2", ServerName: "bob@host.example", Redact: []string{"default", "emails", `plan (\w+)`}}, "", fstest.MapFS{})
	r := criticalLine("password=hunter2 of bob@example.com on plan gold")
	e := made(t, m, &r)
	for path, want := range map[string]string{
		"server_name": "bob@host.example", "release": "shop@1.4.2", "level": "fatal",
		"logentry.formatted": "password=[Filtered] of [Filtered] on plan [Filtered]",
	} {
		if got := at(e, path); got != want {
			t.Errorf("%s is %v, want %s", path, got, want)
		}
	}
}

// TestScrubWalks holds that every kind of field is reached, by its key where it has
// one.
func TestScrubWalks(t *testing.T) {
	m := newMaker(Options{}, "", fstest.MapFS{})
	e := &event{
		ServerName:  "token=abcdef0123456789",
		Fingerprint: []string{"x", "password=hunter2"},
		Tags:        map[string]string{"password": "hunter2", "stream": "stderr"},
		Contexts: map[string]any{"process": &processContext{Command: "app --password hunter2"},
			"own": map[string]any{"api_key": "hunter2", "args": []string{"app", "--password", "hunter2", "--port", "80"}, "list": []any{"secret=hunter2"}}},
		Exception: &list[exception]{[]exception{{Type: "E", Value: "pwd=hunter2", Stacktrace: &stacktrace{[]frame{{Function: "f", Filename: "x?token=hunter2hunter2"}}}}}},
		Threads:   &list[thread]{[]thread{{Name: "password=hunter2"}}},
	}
	m.scrub(e)
	payload, err := encodeJSON(e)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(payload), "hunter2") || !strings.Contains(string(payload), `"--port","80"`) || e.ServerName != "token=abcdef0123456789" || e.Tags["stream"] != "stderr" {
		t.Errorf("%s", payload)
	}
}

// TestKeyInLines holds that a private key goes whose lines are logs and breadcrumbs of
// their own.
func TestKeyInLines(t *testing.T) {
	srv := newServer(t)
	logs, err := NewLogs(Options{DSN: srv.dsn()}, testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	key := "-----BEGIN PRIVATE" + " KEY-----\n" + strings.Repeat("aB3+"+strings.Repeat("xY9/", 15)+"\n", 5) + "aB3+==\n-----END PRIVATE" + " KEY-----\n"
	records := recordsOf("starting\n" + key + "started\n")
	if err := logs.Deliver(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	sent := srv.envelopes()[0].items[0]
	if text := string(sent.raw); len(records) != 10 || strings.Contains(text, "aB3+") || !strings.Contains(text, `"body":"started"`) {
		t.Errorf("%d records: %s", len(records), text)
	}
}

// TestEnvironmentIsNotSent holds whatever the rules are.
func TestEnvironmentIsNotSent(t *testing.T) {
	const value = "neither a token nor a password"
	t.Setenv("LOGWRAP_TEST_VALUE", value)
	for _, text := range sentTexts(t, "it broke", []string{}) {
		if strings.Contains(text, value) || strings.Contains(text, "LOGWRAP_TEST_VALUE") {
			t.Errorf("sent: %s", text)
		}
	}
}
