package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Environ looks an environment variable up, as os.LookupEnv does.
type Environ func(name string) (value string, ok bool)

// maxSecretFile is how much a file named by ${file:…} may hold.
const maxSecretFile = 64 << 10

// unsetError says that a variable has no value and no default.
type unsetError struct{ name string }

func (e unsetError) Error() string { return e.name + " is not set in the environment" }

// expand replaces the references in text once. changed says whether there were
// any, and whole whether text is one reference and nothing else.
func expand(text string, env Environ) (value string, changed, whole bool, err error) {
	if !strings.Contains(text, "$") {
		return text, false, false, nil
	}
	var b strings.Builder
	rest := text
	for {
		i := strings.IndexByte(rest, '$')
		if i < 0 || i+1 == len(rest) {
			b.WriteString(rest)
			return b.String(), changed, whole, nil
		}
		b.WriteString(rest[:i])
		switch rest[i+1] {
		case '$':
			b.WriteByte('$')
			rest = rest[i+2:]
		case '{':
			end := strings.IndexByte(rest[i:], '}')
			if end < 0 {
				return "", true, false, errors.New("${ without }")
			}
			v, err := resolve(rest[i+2:i+end], env)
			if err != nil {
				return "", true, false, err
			}
			b.WriteString(v)
			changed, whole = true, end+1 == len(text)
			rest = rest[i+end+1:]
		default:
			b.WriteByte('$')
			rest = rest[i+1:]
		}
	}
}

// resolve returns what one reference stands for; ref is what is between the braces.
func resolve(ref string, env Environ) (string, error) {
	if path, ok := strings.CutPrefix(ref, "file:"); ok {
		return readSecret(path)
	}
	name, fallback, hasFallback := strings.Cut(ref, ":-")
	if !isVariable(name) {
		return "", fmt.Errorf("${%s} names no variable", ref)
	}
	value, ok := env(name)
	switch {
	case value != "":
		return value, nil
	case hasFallback:
		return fallback, nil
	case ok:
		return "", nil
	}
	return "", unsetError{name}
}

func isVariable(name string) bool {
	for i, c := range []byte(name) {
		letter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// readSecret returns the contents of a file without the newlines at its end.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", shortPathError(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return "", shortPathError(err)
	}
	if len(data) > maxSecretFile {
		return "", fmt.Errorf("read %s: more than %d KiB, that is no secret", path, maxSecretFile>>10)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// shortPathError keeps the words people know.
func shortPathError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s %s: no such file", p.Op, p.Path)
	}
	return err
}

// reason is why an operation on a file failed, without the file's name.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
