package config

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/bad.golden; read the difference before you keep it")

// TestBadConfigs holds every message of testdata/bad.golden: files that are
// wrong, each with all that is said about it. A case is its name after "=== ",
// the file, "-----", and the messages.
func TestBadConfigs(t *testing.T) {
	const golden = "testdata/bad.golden"
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var rewritten strings.Builder
	cases := strings.Split(strings.TrimPrefix(string(data), "=== "), "\n=== ")
	for i, c := range cases {
		name, rest, _ := strings.Cut(c, "\n")
		source, want, ok := strings.Cut(rest, "\n-----\n")
		if !ok {
			t.Fatalf("%s: no line of five dashes", name)
		}
		want = strings.TrimSpace(want)
		t.Run(name, func(t *testing.T) {
			_, err := Parse("logwrap.yaml", []byte(unescape(source)), badEnviron)
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.TrimSpace(err.Error())
			fmt.Fprintf(&rewritten, "=== %s\n%s\n-----\n%s\n", name, source, got)
			if i+1 < len(cases) {
				rewritten.WriteString("\n")
			}
			if got != want && !*update {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			checkErrors(t, err)
		})
	}
	if len(cases) < 60 {
		t.Errorf("%d cases, want at least 60", len(cases))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(rewritten.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// unescape gives cases what would not survive in a text file.
func unescape(s string) string {
	return strings.NewReplacer("<TAB>", "\t", "<FF>", "\xff", "<NUL>", "\x00").Replace(s)
}

func badEnviron(name string) (string, bool) {
	v, ok := map[string]string{
		"EMPTY": "", "NUMBER": "12", "WORD": "hush-hush", "LIST": "[a, b]", "SECRET": "hunter22hunter22",
		"BAD_URL": "gopher://u:hunter22hunter22@es:9200", "BAD_DSN": "https://hunter22hunter22@sentry",
	}[name]
	return v, ok
}

// checkErrors holds what is true of every error: sorted, in the file, no secret.
func checkErrors(t *testing.T, err error) {
	t.Helper()
	var all Errors
	if !errors.As(err, &all) || len(all) == 0 {
		t.Fatalf("%T is no Errors", err)
	}
	for i, e := range all {
		if e.Line < 1 || e.Column < 1 || e.File != "logwrap.yaml" || e.Msg == "" {
			t.Errorf("%+v has no place", e)
		}
		if i > 0 && (all[i-1].Line > e.Line || all[i-1].Line == e.Line && all[i-1].Column > e.Column) {
			t.Errorf("%v comes after %v", e, all[i-1])
		}
	}
	for _, secret := range []string{"hunter22", "hush-hush"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a secret shows in %v", err)
		}
	}
	var one *Error
	if !errors.As(err, &one) || one != all[0] {
		t.Error("errors.As does not find the first error")
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, mode os.FileMode, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	missing := filepath.Join(dir, "missing.yaml")
	large := write("large.yaml", 0o600, "#"+strings.Repeat("x", maxFile))
	cases := []struct{ path, want, hint string }{
		{missing, "open " + missing + ": no such file", "check -c/--config or LOGWRAP_CONFIG; without a file, flags alone do"},
		{dir, "read " + dir + ": it is a directory", ""},
		{large, "read " + large + ": more than 128 KiB, that is no configuration", ""},
	}
	if os.Geteuid() == 0 {
		open := write("open.yaml", 0o666, "version: 1\n")
		cases = append(cases, struct{ path, want, hint string }{open,
			"read " + open + ": everyone may write it (-rw-rw-rw-), refused for root", "chmod o-w " + open})
	} else {
		closed := write("closed.yaml", 0, "version: 1\n")
		cases = append(cases, struct{ path, want, hint string }{closed, "open " + closed + ": permission denied",
			fmt.Sprintf("make it readable for the user logwrap runs as (uid %d)", os.Geteuid())})
	}
	for _, c := range cases {
		_, err := Load(c.path, nil)
		var all Errors
		if !errors.As(err, &all) || len(all) != 1 || all[0].Error() != c.want || all[0].Hint != c.hint {
			t.Errorf("%s: %v, want %s, hint %s", c.path, err, c.want, c.hint)
		}
	}
	good := write("good.yaml", 0o600, "version: 1\n")
	if _, err := Load(good, nil); err != nil {
		t.Error(err)
	}
	wrong := write("wrong.yaml", 0o600, "version: 2\n")
	if _, err := Load(wrong, nil); err == nil || !strings.HasPrefix(err.Error(), wrong+":1:10: ") {
		t.Errorf("%v does not begin with the path and position", err)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"handlers", "loggers", "root", "level", "filters", "formatters", "data_stream", "when_full"}
	for name, want := range map[string]string{
		"handler": "handlers", "hanlders": "handlers", "Handlers": "handlers", "lvel": "level", "levle": "level",
		"filter": "filters", "formaters": "formatters", "dataStream": "data_stream", "when-full": "when_full",
		"rot": "root", "x": "", "": "", "elephant": "", strings.Repeat("handlers", 100): "",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest to %.20q: %q, want %q", name, got, want)
		}
	}
}
