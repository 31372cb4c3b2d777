package sentry

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
)

// unseen is probe for an app that was over before anybody could look at it: it
// goes by the command that was run, and the environment it was given.
func (p prober) unseen(args []string, cwd string, env map[string]string) sdkSign {
	if len(args) == 0 {
		return sdkSign{}
	}
	proc := &process{args: args, env: env, cwd: cwd}
	for range 3 { // a script, its interpreter, and the one that env looks up
		proc.exe = p.real(p.called(proc))
		interpreter := p.interpreter(proc.exe)
		if len(interpreter) == 0 {
			break
		}
		script := p.called(proc)
		proc.args = append(append(interpreter, script), proc.args[1:]...)
	}
	proc.image = strings.TrimPrefix(proc.exe, "/")
	return p.judge(proc)
}

// interpreter returns what the first line of a script says to run it with; nil if
// it is no script.
func (p prober) interpreter(name string) []string {
	head, _ := p.file(name, 256)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	command, ok := bytes.CutPrefix(line, []byte("#!"))
	if !ok {
		return nil
	}
	args := strings.Fields(string(command))
	if len(args) > 1 && path.Base(args[0]) == "env" {
		if args = args[1:]; args[0] == "-S" {
			args = args[1:]
		}
	}
	return args
}

// real follows the links that a path ends with.
func (p prober) real(name string) string {
	for range 16 {
		to, err := fs.ReadLink(p.root, strings.TrimPrefix(name, "/"))
		if err != nil {
			break
		}
		if !path.IsAbs(to) {
			to = path.Join(path.Dir(name), to)
		}
		name = path.Clean(to)
	}
	return name
}
