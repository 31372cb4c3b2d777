package config

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEnvFile is how much an environment file may hold: most of what Linux passes
// to a program at all.
const maxEnvFile = 1 << 20

// parseName accepts what can be the name of a variable: the kernel takes much,
// but white space and control characters are only ever a slip.
func parseName(s string) (string, error) {
	bad := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	switch {
	case s == "":
		return "", valueError{"is no name of a variable", ""}
	case strings.Contains(s, "="):
		return "", valueError{"is no name of a variable: it has a =", ""}
	case strings.ContainsFunc(s, bad) || !utf8.ValidString(s):
		return "", valueError{"is no name of a variable: it has white space or control characters", ""}
	}
	return s, nil
}

// parseRemovals reads the names of variables, each once. Who wrote NAME=VALUE has
// put a secret there, of which messages show the name.
func parseRemovals(items []item) []string {
	var names []item
	for _, i := range items {
		if strings.Contains(i.text, "=") {
			name, _, _ := strings.Cut(i.shown, "=")
			i.fail("write the name alone", quote(name)+" stands here with a value")
			continue
		}
		names = append(names, i)
	}
	return parseAll(names, parseName)
}

// parseVariables reads NAME=VALUE entries, each name once. Messages show no
// more of them than the name: values are secrets.
func parseVariables(items []item) map[string]string {
	all := map[string]string{}
	for _, i := range items {
		name, value, ok := strings.Cut(i.text, "=")
		_, err := parseName(name)
		_, taken := all[name]
		switch {
		case !ok && isVariable(name):
			i.fail(fmt.Sprintf("write %s=VALUE, or %s= for an empty one; what logwrap's environment holds the app gets anyway", name, name),
				quote(name)+" has no value")
		case !ok:
			i.fail("write NAME=VALUE", "this has no value")
		case name == "":
			i.fail("write NAME=VALUE", "this has no name")
		case err != nil:
			i.fail("", quote(name)+" "+err.Error())
		case strings.Contains(value, "\x00"):
			i.fail("", quote(name)+" has a NUL byte in its value")
		case taken:
			i.fail("", quote(name)+" stands here twice")
		default:
			all[name] = value
		}
	}
	return all
}

// lineError is what is wrong with a line of an environment file. The line may
// be a secret, so it is not quoted.
type lineError struct {
	line      int // from 1
	msg, hint string
}

// parseEnvFile reads what docker's --env-file takes, see
// https://docs.docker.com/reference/cli/docker/container/run/#env: lines of
// NAME=VALUE with the value as it stands, quotes included; blank ones and those
// that begin with # are left out. A name alone means the variable of our own
// environment, which the app gets anyway. The last of a name counts.
func parseEnvFile(data []byte) (env map[string]string, errs []lineError) {
	env = map[string]string{}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	number := 0
	for raw := range bytes.Lines(data) {
		number++
		line := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if msg, hint := lineProblem(name, value, ok); msg != "" {
			errs = append(errs, lineError{number, msg, hint})
		} else if ok {
			env[name] = value
		}
	}
	return env, errs
}

// lineProblem says what is wrong with a line of an environment file, nothing if
// all is well.
func lineProblem(name, value string, ok bool) (msg, hint string) {
	const form = "lines look like NAME=VALUE"
	_, err := parseName(name)
	switch {
	case !utf8.ValidString(name + value):
		return "this is not UTF-8 text", ""
	case strings.Contains(name+value, "\x00"):
		return "a NUL byte cannot be in a variable", ""
	case !ok && !isVariable(strings.TrimRight(name, " \t")):
		return "there is no =", form + "; a value has one line"
	case name == "":
		return "there is no name before the =", form
	case strings.HasPrefix(name, "export "):
		return "this is shell, no variable", `leave out "export"`
	case ok && err != nil:
		return "the name has white space or control characters", form + ", without spaces around the ="
	}
	return "", ""
}

// readEnvFiles adds what environment files hold; the last of a name counts.
func (s *Supervise) readEnvFiles(items []item) {
	for _, i := range items {
		if i.text == "" {
			i.reject(valueError{"names no file", ""})
			continue
		}
		data, err := readEnvFile(i.text)
		if err != nil {
			i.fail(envFileHint(err), strings.ReplaceAll(err.Error(), i.text, i.shown))
			continue
		}
		env, errs := parseEnvFile(data)
		for _, e := range errs {
			i.fail(e.hint, fmt.Sprintf("%s:%d: %s", i.shown, e.line, e.msg))
		}
		if s.FileEnv == nil {
			s.FileEnv = map[string]string{}
		}
		maps.Copy(s.FileEnv, env)
		s.EnvFile = append(s.EnvFile, i.text)
	}
}

func readEnvFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, shortPathError(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxEnvFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxEnvFile {
		return nil, fmt.Errorf("read %s: more than %d KiB, that is no environment", path, maxEnvFile>>10)
	}
	return data, nil
}

func envFileHint(err error) string {
	if os.IsPermission(err) {
		return fmt.Sprintf("make it readable for the user logwrap runs as (uid %d)", os.Geteuid())
	}
	return ""
}
