package detect

// How RSpec tells of an error in an example (RSpec::Core::Formatters): the type
// on a line of its own, its message set in by more, the backtrace as comments.
//
//	     KeyError:
//	       key not found: :sum
//	     # ./cart.rb:3:in `total'

const (
	specMargin = "     "
	specMore   = "       "
	specFrame  = specMargin + "# "
)

// isRubySpec recognises the line with the type.
func isRubySpec(line []byte) bool {
	name, ok := cutPrefix(line, specMargin)
	n := rubyConst(name)
	return ok && n > 0 && string(name[n:]) == ":" && namesFailure(name[:n])
}

func stepRubySpec(g *group, line []byte) verdict {
	switch {
	case hasPrefix(line, specFrame):
		g.count = maxRubyTitle
		return accept
	case g.count < maxRubyTitle && (blank(line) || hasPrefix(line, specMore)):
		g.count++
		return maybe
	}
	return refuse
}

// cutSpec takes back what RSpec puts before the lines of an error.
func cutSpec(line string) string {
	for _, p := range [...]string{specFrame, specMore, specMargin} {
		if len(line) >= len(p) && line[:len(p)] == p {
			return line[len(p):]
		}
	}
	return line
}
