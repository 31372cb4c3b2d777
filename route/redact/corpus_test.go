package redact

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// sample is a text of testdata. {{}} in it is nothing: it keeps those who search
// repositories for tokens from taking these made-up ones for real.
type sample struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text"`
	Secrets []string `json:"secrets"`
}

func samples(t testing.TB, name string) (all []sample) {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var one sample
		if err := json.Unmarshal([]byte(strings.ReplaceAll(lines.Text(), "{{}}", "")), &one); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		all = append(all, one)
	}
	return all
}

func standard(t testing.TB) *Redactor {
	t.Helper()
	r, err := New(Options{Builtin: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// leaks returns the secrets of s that remain in a text.
func (s *sample) leaks(text string) (left []string) {
	for _, secret := range s.Secrets {
		if strings.Contains(text, secret) {
			left = append(left, secret)
		}
	}
	return left
}

func TestSecrets(t *testing.T) {
	r := standard(t)
	for _, name := range []string{"secrets.jsonl", "secrets-more.jsonl"} {
		all, leaked, kinds := samples(t, name), 0, map[string]bool{}
		for _, s := range all {
			kinds[s.Kind] = true
			got := r.String(s.Text)
			if left := s.leaks(got); left != nil {
				leaked++
				t.Errorf("%s: %q remain in\n%s", s.Kind, left, got)
			}
			if len(got) < len(s.Text)-total(s.Secrets)-total(s.Secrets)/2-40 {
				t.Errorf("%s: too much is gone:\n%s\n%s", s.Kind, s.Text, got)
			}
			if strings.Count(got, "\n") != strings.Count(s.Text, "\n") {
				t.Errorf("%s: lines added or lost: %q", s.Kind, got)
			}
		}
		t.Logf("%s: %d of %d leaked, %d kinds", name, leaked, len(all), len(kinds))
	}
}

func total(texts []string) (n int) {
	for _, s := range texts {
		n += len(s)
	}
	return n
}

// TestLookalikes holds texts that look like secrets and are none. Up to two in a
// hundred may change.
func TestLookalikes(t *testing.T) {
	r := standard(t)
	for _, name := range []string{"lookalikes.jsonl", "lookalikes-more.jsonl"} {
		all, changed := samples(t, name), 0
		for _, s := range all {
			if got := r.String(s.Text); got != s.Text {
				changed++
				t.Logf("changed: %s\n     to: %s", s.Text, got)
			}
		}
		t.Logf("%s: %d of %d changed", name, changed, len(all))
		if changed*50 > len(all) {
			t.Errorf("%s: more than 2 %% changed", name)
		}
	}
}
