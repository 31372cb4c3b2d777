package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseSwitch(t *testing.T) {
	for s, want := range map[string]bool{"1": true, "true": true, "YES": true, "on": true, "0": false, "False": false, "no": false, "off": false} {
		if got, err := parseSwitch(s); err != nil || got != want {
			t.Errorf("%q: %v %v", s, got, err)
		}
	}
	for _, s := range []string{"", "2", "y", "enabled", " on"} {
		if got, err := parseSwitch(s); err == nil {
			t.Errorf("%q is %v", s, got)
		}
	}
}

// TestUmaskIsOctal has what YAML takes for a number in base ten or eight, or for
// a text: it always means what umask(1) means.
func TestUmaskIsOctal(t *testing.T) {
	for _, source := range []string{"027", "'027'", "27", `"27"`, "0o27", "0027"} {
		c := mustParse(t, "supervise: {umask: "+source+"}", nil)
		if got := c.Supervise.Umask; got == nil || *got != 0o27 {
			t.Errorf("%s is %v", source, got)
		}
	}
	if got, err := parseUmask("0"); err != nil || got == nil || *got != 0 {
		t.Errorf("0 is %v, %v", got, err)
	}
	for _, s := range []string{"", "8", "1000", "-1", "0x17", "u=rwx"} {
		if got, err := parseUmask(s); err == nil {
			t.Errorf("%q is %o", s, *got)
		}
	}
}

func TestParseLimitSaysWhatIsWrong(t *testing.T) {
	for s, hint := range map[string]string{
		"nofil=5": `did you mean "nofile"?`, "nofile": limitHint, "=5": limitHint, "nofile=": limitHint, "zebra=1": limitHint, "NOFILES=1": `did you mean "nofile"?`,
	} {
		_, err := parseLimit(s)
		if err == nil || !strings.HasPrefix(err.Error(), "is no limit") || hintOf(err) != hint {
			t.Errorf("%q: %v, hint %q", s, err, hintOf(err))
		}
	}
	if l, err := parseLimit(" nofile = 5 "); err != nil || l.Name != "nofile" || l.Soft != 5 || l.Hard != 5 {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestDirectoryIsChecked(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{dir: "", file: "is no directory", dir + "/none": "does not exist", file + "/x": "is no directory: not a directory"} {
		_, err := parseDirectory(path)
		if err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

func TestTerminationLog(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "log")
	for path, want := range map[string]string{"off": "", file: "", dir: "is a directory", dir + "/none/log": "is in no directory that exists"} {
		got, err := parseTerminationLog(path)
		if err == nil && (want != "" || got != path) || err != nil && err.Error() != want {
			t.Errorf("%s: %q %v, want %q", path, got, err, want)
		}
	}
	pod := environ("KUBERNETES_SERVICE_HOST=10.0.0.1")
	if got := defaultTerminationLog(file, pod); got != "" {
		t.Errorf("a file that is not there is taken: %s", got)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := defaultTerminationLog(file, pod); got != file {
		t.Errorf("in Kubernetes: %q", got)
	}
	if got := defaultTerminationLog(file, environ()); got != "" {
		t.Errorf("outside Kubernetes: %q", got)
	}
	if got := defaultTerminationLog(dir, pod); got != "" {
		t.Errorf("a directory is taken: %q", got)
	}
}
