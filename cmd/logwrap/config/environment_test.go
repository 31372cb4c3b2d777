package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseEnvFile(t *testing.T) {
	got, errs := parseEnvFile([]byte("\ufeffFIRST=1\r\n" +
		"# a comment=1\n\n  \t\n  INDENTED=x\n" +
		"QUOTED=\"a b\"\nSPACES= a  \nHASH=a #b\nEQUALS=a=b=\nEMPTY=\nALONE\n" +
		"dotted.name-x=1\nTWICE=1\nTWICE=2\nLAST=no newline"))
	want := map[string]string{
		"FIRST": "1", "INDENTED": "x", "QUOTED": `"a b"`, "SPACES": " a  ", "HASH": "a #b", "EQUALS": "a=b=", "EMPTY": "",
		"dotted.name-x": "1", "TWICE": "2", "LAST": "no newline",
	}
	if len(errs) > 0 || !maps.Equal(got, want) {
		t.Errorf("%q, errors %v", got, errs)
	}
}

func TestEnvFileErrorsHaveLines(t *testing.T) {
	_, errs := parseEnvFile([]byte("GOOD=1\nexport A=hunter22\n=hunter22\nA B=hunter22\n\nKEY=-----BEGIN\nhunter22+/hunter22\nA\x00=1\nB=\xff\nC =hunter22\n"))
	want := []lineError{
		{2, "this is shell, no variable", `leave out "export"`},
		{3, "there is no name before the =", "lines look like NAME=VALUE"},
		{4, "the name has white space or control characters", "lines look like NAME=VALUE, without spaces around the ="},
		{7, "there is no =", "lines look like NAME=VALUE; a value has one line"},
		{8, "a NUL byte cannot be in a variable", ""},
		{9, "this is not UTF-8 text", ""},
		{10, "the name has white space or control characters", "lines look like NAME=VALUE, without spaces around the ="},
	}
	if !slices.Equal(errs, want) {
		t.Errorf("got\n%+v\nwant\n%+v", errs, want)
	}
}

func TestEnvFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one, two := write("one", "A=1\nB=1\n"), write("two", "B=2\nC=2\n")
	bad, large := write("bad", "A=1\nB hunter22\n"), write("large", strings.Repeat("#", maxEnvFile+1))
	c := mustParse(t, "supervise: {env_file: ["+one+"]}", nil)
	if err := c.Apply(Flags{}, environ("LOGWRAP_ENV_FILE="+two)); err != nil {
		t.Fatal(err)
	}
	if got := c.Supervise.FileEnv; !maps.Equal(got, map[string]string{"A": "1", "B": "2", "C": "2"}) || !slices.Equal(c.Supervise.EnvFile, []string{one, two}) {
		t.Errorf("%q of %q", got, c.Supervise.EnvFile)
	}
	err := Default().Apply(Flags{RunFlags: RunFlags{EnvFile: []string{bad, dir + "/none", large}}}, environ())
	want := fmt.Sprintf(`--env-file: %s:2: there is no =
	hint: lines look like NAME=VALUE; a value has one line
--env-file: open %s/none: no such file
--env-file: read %s: more than 1024 KiB, that is no environment`, bad, dir, large)
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	_, err = Parse("logwrap.yaml", []byte("supervise:\n  env_file: "+bad), nil)
	want = "logwrap.yaml:2:13: supervise.env_file: " + bad + ":2: there is no =\n\thint: lines look like NAME=VALUE; a value has one line"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestVariablesOnTheCommandLine(t *testing.T) {
	err := Default().Apply(Flags{RunFlags: RunFlags{
		Env:       []string{"NAME", "two words", "=hunter22", "A B=hunter22", "N=a\x00hunter22", "GOOD=hunter22", "GOOD=hunter23"},
		EnvRemove: []string{"A=hunter22", ""},
	}}, environ())
	want := `--env: "NAME" has no value
	hint: write NAME=VALUE, or NAME= for an empty one; what logwrap's environment holds the app gets anyway
--env: this has no value
	hint: write NAME=VALUE
--env: this has no name
	hint: write NAME=VALUE
--env: "A B" is no name of a variable: it has white space or control characters
--env: "N" has a NUL byte in its value
--env: "GOOD" stands here twice
--env-remove: "A" stands here with a value
	hint: write the name alone
--env-remove: "" is no name of a variable`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestEnvSourcesBeatEachOther sets and removes the same variable in all places.
func TestEnvSourcesBeatEachOther(t *testing.T) {
	for _, c := range []struct {
		file   string
		env    []string
		flag   RunFlags
		set    map[string]string
		remove []string
	}{
		{file: "env: {A: 1, B: 1}", flag: RunFlags{EnvRemove: []string{"A"}}, set: map[string]string{"B": "1"}, remove: []string{"A"}},
		{file: "env_remove: [A, B]", flag: RunFlags{Env: []string{"A=2"}}, set: map[string]string{"A": "2"}, remove: []string{"B"}},
		{env: []string{"LOGWRAP_ENV=A=1\nB=2"}, flag: RunFlags{EnvRemove: []string{"A"}}, set: map[string]string{"B": "2"}, remove: []string{"A"}},
		{env: []string{"LOGWRAP_ENV_REMOVE=A\nB"}, flag: RunFlags{Env: []string{"A=1"}}, set: map[string]string{"A": "1"}, remove: []string{"B"}},
		{file: "env: {A: 1}", env: []string{"LOGWRAP_ENV=A=2"}, flag: RunFlags{Env: []string{"C=3"}}, set: map[string]string{"A": "1", "C": "3"}},
	} {
		config := mustParse(t, "supervise: {"+c.file+"}", nil)
		if err := config.Apply(Flags{RunFlags: c.flag}, environ(c.env...)); err != nil {
			t.Error(err)
		}
		s := config.Supervise
		if !maps.Equal(s.Env, c.set) || !slices.Equal(s.EnvRemove, c.remove) {
			t.Errorf("%+v: set %q, removed %q", c, s.Env, s.EnvRemove)
		}
	}
}

// FuzzEnvFile checks that every line is either taken as it stands, left out or
// wrong, and that messages show nothing of it.
func FuzzEnvFile(f *testing.F) {
	for _, s := range []string{"A=1\n", "# A\n", "A\n", "=x", "\ufeffA=\r\n", "export A=b", " A = b ", "A=\x00", "\xff=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		env, errs := parseEnvFile([]byte(data))
		lines := strings.Split(data, "\n")
		for name, value := range env {
			if name == "" || strings.ContainsAny(name, "= \t\n\x00") || strings.ContainsAny(value, "\n\x00") {
				t.Errorf("%q=%q", name, value)
			}
			if !strings.Contains(data, name+"="+value) {
				t.Errorf("%q=%q does not stand in the file", name, value)
			}
		}
		for _, e := range errs {
			if e.line < 1 || e.line > len(lines) || e.msg == "" {
				t.Errorf("%+v of %d lines", e, len(lines))
			}
		}
	})
}

// FuzzVariables checks that the value of a variable never shows.
func FuzzVariables(f *testing.F) {
	for _, s := range []string{"A=1", "A", "=x", "A B=hunter22", "A=\x00"} {
		f.Add(s)
	}
	const secret = "hunter22hunter22"
	f.Fuzz(func(t *testing.T, s string) {
		var a applier
		a.config = Default()
		text := s + "=" + secret
		env := parseVariables([]item{{text: text, shown: text, fail: func(hint, msg string) { a.errs = append(a.errs, &Error{Msg: msg, Hint: hint}) }}})
		if len(env)+len(a.errs) != 1 {
			t.Errorf("%q gives %q and %v", s, env, a.errs)
		}
		if err := a.errs.orNil(); err != nil && strings.Contains(err.Error(), secret) && !strings.Contains(s, secret) {
			t.Errorf("%q: the value shows in %v", s, err)
		}
	})
}
