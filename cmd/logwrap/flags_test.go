package main

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
)

// configFlags returns all flags of a run and what they fill.
func configFlags() (*pflag.FlagSet, *config.Flags) {
	f := &config.Flags{}
	fs := pflag.NewFlagSet("run", pflag.ContinueOnError)
	addConfigFlags(fs, f)
	addRunFlags(fs, f)
	return fs, f
}

// TestEveryFlagFillsAField gives every flag a value of its own: each has to end
// up in one field, and every field has to have a flag.
func TestEveryFlagFillsAField(t *testing.T) {
	fs, f := configFlags()
	count := 0
	fs.VisitAll(func(flag *pflag.Flag) {
		count++
		if err := fs.Set(flag.Name, "value of "+flag.Name); err != nil {
			t.Error(err)
		}
	})
	var values []string
	collect(reflect.ValueOf(*f), &values)
	for _, v := range values {
		if !strings.HasPrefix(v, "value of ") {
			t.Errorf("a field has no flag; it holds %q", v)
		}
	}
	if len(values) != count {
		t.Errorf("%d flags fill %d fields: %q", count, len(values), values)
	}
}

// collect appends every text of a struct.
func collect(v reflect.Value, values *[]string) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Struct:
			collect(f, values)
		case reflect.Slice:
			if *values = append(*values, strings.Join(f.Interface().([]string), "|")); f.Len() > 1 {
				*values = append(*values, "several")
			}
		default:
			*values = append(*values, f.String())
		}
	}
}

func TestFlagsAsTheyAreTyped(t *testing.T) {
	fs, f := configFlags()
	err := fs.Parse([]string{"-c", "x.yaml", "--pty", "--merge=no", "--env", "A=1", "--env=B=2", "--stop-timeout", "1s", "--", "app", "--pty"})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Flags{Config: "x.yaml", RunFlags: config.RunFlags{PTY: "true", Merge: "no", Env: []string{"A=1", "B=2"}, StopTimeout: "1s"}}
	if !reflect.DeepEqual(*f, want) || fs.NArg() != 2 {
		t.Errorf("got %+v and %q", *f, fs.Args())
	}
}

// TestHelpNamesValues holds what --help calls a flag's value: a word that says
// something, and no type or default of Go's.
func TestHelpNamesValues(t *testing.T) {
	fs, _ := configFlags()
	kind := regexp.MustCompile(`^([A-Z:=\[\]|]+|[a-z|-]+\|[a-z|-]+|PATH\|off)$`)
	fs.VisitAll(func(flag *pflag.Flag) {
		name, usage := pflag.UnquoteUsage(flag)
		if flag.Value.Type() == "bool" {
			if name != "" || flag.NoOptDefVal != "true" {
				t.Errorf("--%s takes a %q", flag.Name, name)
			}
		} else if !kind.MatchString(name) {
			t.Errorf("--%s calls its value %q", flag.Name, name)
		}
		if usage == "" || strings.HasSuffix(usage, ".") {
			t.Errorf("--%s says %q", flag.Name, usage)
		}
	})
	for _, line := range strings.Split(fs.FlagUsages(), "\n") {
		if strings.Contains(line, `(default "`) || strings.Contains(line, "(default [") || strings.Contains(line, " string ") || strings.Contains(line, "[=") {
			t.Errorf("--help says %q", line)
		}
	}
}

func TestForgottenValueDoesNotTakeTheDashes(t *testing.T) {
	fs, _ := configFlags()
	fs.VisitAll(func(flag *pflag.Flag) {
		if flag.Value.Type() == "bool" {
			return
		}
		r := logwrap{args: []string{"--" + flag.Name, "--", "true"}}.run(t)
		want := "logwrap: error: --" + flag.Name + ": the value is missing before --\nlogwrap: hint: logwrap --" + flag.Name + " " + flag.Value.Type() + " -- COMMAND [ARG...]\n"
		if r.code != 125 || r.stderr != want {
			t.Errorf("--%s: code %d, stderr %q, want %q", flag.Name, r.code, r.stderr, want)
		}
	})
}

func TestVariablesReachTheApp(t *testing.T) {
	dir := t.TempDir()
	file := dir + "/variables"
	write(t, file, "# for the app\nFROM_FILE=a \"b\"\n")
	r := logwrap{
		args: []string{"--flush-timeout", "0", "--env-file", file, "--env", "FROM_FLAG=x=y", "--", "env"},
		env:  []string{"LOGWRAP_SENTRY_DSN=https://secret@127.0.0.1:9/1", "LOGWRAP_ENV_REMOVE=GONE", "GONE=1"},
	}.run(t)
	for _, want := range []string{"FROM_FILE=a \"b\"\n", "FROM_FLAG=x=y\n", "PYTHONUNBUFFERED=1\n"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("the app has no %q", want)
		}
	}
	for _, not := range []string{"GONE", "LOGWRAP_", "secret"} {
		if strings.Contains(r.stdout, not) {
			t.Errorf("the app has %q", not)
		}
	}
	if r.code != 0 {
		t.Errorf("code %d, %s", r.code, r.stderr)
	}
}

func TestWhatTheSystemLacksIsSaidBeforeTheStart(t *testing.T) {
	mark := t.TempDir() + "/started"
	args := []string{"--user", "no-such-user", "--chdir", "/no/such/directory", "--env-file", "/no/such/file", "--env", "SECRETIVE"}
	r := logwrap{args: append(args, "--", "touch", mark)}.run(t)
	for _, want := range []string{"--user: ", "--chdir: ", "--env-file: ", "--env: "} {
		if !strings.Contains(r.stderr, "logwrap: error: "+want) {
			t.Errorf("nothing is said of %s:\n%s", want, r.stderr)
		}
	}
	if _, err := os.Stat(mark); err == nil || r.code != 125 {
		t.Errorf("code %d, the app was started: %v", r.code, err == nil)
	}
}
