package redact

import "strings"

// Args returns the arguments of a command without their secrets: each by itself, and
// what follows a flag by the flag's name.
func (r *Redactor) Args(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		switch {
		case i > 0 && isFlag(args[i-1]) && !isFlag(arg):
			out[i] = r.Value(strings.TrimLeft(args[i-1], "-"), arg)
		case r.builtin && len(arg) > 2 && strings.HasPrefix(arg, "-p") && isMySQL(args[0]):
			out[i] = "-p" + Mark
		default:
			out[i] = r.String(arg)
		}
	}
	return out
}

func isFlag(arg string) bool {
	name := strings.TrimLeft(arg, "-")
	return len(name) < len(arg) && name != "" && strings.Trim(name, url64) == ""
}

func isMySQL(program string) bool {
	return strings.Contains(program, "mysql") || strings.Contains(program, "mariadb")
}
