package route

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// Condition is one line of a filter's match: what to look at, and what it has
// to be.
//
// Keys and their values:
//
//	level        a level, exactly; or with < <= > >= = != before it
//	logger       a logger and all below it, as Python's logging.Filter(name) has it
//	stream       stdout, stderr, lifecycle
//	format       text, json, logfmt, access, klog, syslog, sd-prefix
//	message      a regular expression (RE2), found anywhere unless anchored
//	json.KEY     a key of a JSON line, dotted for nested ones
//	fields.KEY   a key of a structured line of any format
//
// Every key but level also knows "exists", "=x" (exactly x), "~x" (a regular
// expression) and their opposites "!exists", "!=x", "!~x"; and "<1.5", "<=1.5",
// ">1.5", ">=1.5", which hold for numbers only. An opposite holds wherever the
// form without "!" does not, so also where the key is absent.
type Condition struct{ Key, Value string }

// Filter lets a record pass if all its conditions hold. The zero Filter lets
// everything pass. It never changes and is safe for concurrent use.
type Filter struct {
	conditions []test
}

// test says whether one condition holds for a record that is routed by level.
type test func(r *detect.Record, level detect.Level) bool

// NewFilter compiles the conditions of one filter. Errors are *OptionError
// that name the key of the condition.
func NewFilter(conditions []Condition) (Filter, error) {
	var f Filter
	for _, c := range conditions {
		t, err := c.compile()
		if err != nil {
			return Filter{}, &OptionError{Option: c.Key, Err: err}
		}
		f.conditions = append(f.conditions, t)
	}
	return f, nil
}

// Match reports whether r passes; level is the level it is routed by, see
// Tree.Level. It allocates nothing beyond what a regular expression needs.
func (f *Filter) Match(r *detect.Record, level detect.Level) bool {
	for _, holds := range f.conditions {
		if !holds(r, level) {
			return false
		}
	}
	return true
}

// compile turns a condition into what Match asks.
func (c Condition) compile() (test, error) {
	switch c.Key {
	case "level":
		return compileLevel(c.Value)
	case "stream":
		return compileStream(c.Value)
	case "format":
		return compileFormat(c.Value)
	case "logger":
		return compileText(c.Value, subtree, logger)
	case "message":
		if strings.HasPrefix(c.Value, "<") || strings.HasPrefix(c.Value, ">") { // no message is a number
			return compileText("~"+c.Value, expression, message)
		}
		return compileText(c.Value, expression, message)
	}
	if key, ok := strings.CutPrefix(c.Key, "fields."); ok && key != "" {
		return compileText(c.Value, expression, func(r *detect.Record) ([]byte, bool) { return r.Lookup(key) })
	}
	if key, ok := strings.CutPrefix(c.Key, "json."); ok && key != "" {
		return compileText(c.Value, expression, func(r *detect.Record) ([]byte, bool) {
			if r.Format != detect.JSON {
				return nil, false
			}
			return r.Lookup(key)
		})
	}
	return nil, errors.New("unknown condition")
}

var rootName = []byte(Root)

func logger(r *detect.Record) ([]byte, bool) {
	if len(r.Logger) == 0 {
		return rootName, true
	}
	return r.Logger, true
}

func message(r *detect.Record) ([]byte, bool) { return r.Message, true }

// cutOperator splits a value into the operator it begins with, "" if none, and
// the rest.
func cutOperator(value string) (operator, operand string) {
	for _, op := range [...]string{">=", "<=", "!=", "!~", ">", "<", "=", "~"} { // longer ones first
		if rest, ok := strings.CutPrefix(value, op); ok {
			return op, strings.TrimSpace(rest)
		}
	}
	return "", value
}

// comparison returns the meaning of an operator between two numbers, nil if it has none.
func comparison(operator string) func(a, b float64) bool {
	switch operator {
	case "<":
		return func(a, b float64) bool { return a < b }
	case "<=":
		return func(a, b float64) bool { return a <= b }
	case ">":
		return func(a, b float64) bool { return a > b }
	case ">=":
		return func(a, b float64) bool { return a >= b }
	case "=", "":
		return func(a, b float64) bool { return a == b }
	case "!=":
		return func(a, b float64) bool { return a != b }
	}
	return nil
}

// compileLevel compares the level a record is routed by; only the question
// whether it is unknown goes to what the line itself states.
func compileLevel(value string) (test, error) {
	op, name := cutOperator(value)
	want, ok := detect.ParseLevel(name)
	if !ok {
		return nil, fmt.Errorf("unknown level %q", name)
	}
	compare := comparison(op)
	if compare == nil {
		return nil, fmt.Errorf("%q does not compare levels", op)
	}
	if want == detect.NotSet {
		return func(r *detect.Record, _ detect.Level) bool { return compare(float64(r.Level), 0) }, nil
	}
	return func(_ *detect.Record, level detect.Level) bool { return compare(float64(level), float64(want)) }, nil
}

func compileStream(value string) (test, error) {
	var holds [capture.Streams]bool
	err := enumerate(value, holds[:], func(i int) string { return capture.Stream(i).String() })
	return func(r *detect.Record, _ detect.Level) bool {
		return int(r.Stream) < len(holds) && holds[r.Stream]
	}, err
}

func compileFormat(value string) (test, error) {
	var holds [detect.SDPrefix + 1]bool
	err := enumerate(value, holds[:], func(i int) string { return detect.Format(i).String() })
	return func(r *detect.Record, _ detect.Level) bool {
		return int(r.Format) < len(holds) && holds[r.Format]
	}, err
}

// enumerate answers a condition beforehand for each of the few values a key can
// have. One that holds for none of them, or for all, is a mistake.
func enumerate(value string, holds []bool, name func(int) string) error {
	c, err := compileValue(value, equal)
	if err != nil {
		return err
	}
	count := 0
	var names []string
	for i := range holds {
		names = append(names, name(i))
		if holds[i] = c.holds([]byte(name(i)), true); holds[i] {
			count++
		}
	}
	if count == 0 || count == len(holds) {
		return fmt.Errorf("%q does not tell %s apart", value, strings.Join(names, ", "))
	}
	return nil
}

// compileText compiles a condition on the text that get finds in a record; bare
// is the meaning of a value without an operator.
func compileText(value string, bare func(string) (matcher, error), get func(*detect.Record) ([]byte, bool)) (test, error) {
	c, err := compileValue(value, bare)
	if err != nil {
		return nil, err
	}
	return func(r *detect.Record, _ detect.Level) bool { return c.holds(get(r)) }, nil
}

// matcher says whether a text is what was asked for.
type matcher func(text []byte) bool

// valueCondition is what is asked of one text, which may be absent.
type valueCondition struct {
	is       matcher // of a text that is there
	opposite bool
}

func (c valueCondition) holds(text []byte, ok bool) bool { return (ok && c.is(text)) != c.opposite }

func compileValue(value string, bare func(string) (matcher, error)) (c valueCondition, err error) {
	op, operand := cutOperator(value)
	switch op {
	case "!=":
		c.opposite = true
		fallthrough
	case "=":
		c.is, err = equal(operand)
	case "!~":
		c.opposite = true
		fallthrough
	case "~":
		c.is, err = expression(operand)
	case "<", "<=", ">", ">=":
		c.is, err = number(comparison(op), operand)
	default:
		if value == "exists" || value == "!exists" {
			return valueCondition{is: anything, opposite: value == "!exists"}, nil
		}
		c.is, err = bare(value)
	}
	return c, err
}

func anything([]byte) bool { return true }

func equal(want string) (matcher, error) {
	return func(text []byte) bool { return string(text) == want }, nil
}

// subtree holds for a logger and its children, as logging.Filter does.
func subtree(name string) (matcher, error) {
	return func(text []byte) bool {
		return len(text) >= len(name) && string(text[:len(name)]) == name &&
			(len(text) == len(name) || name == "" || text[len(name)] == '.')
	}, nil
}

func number(compare func(a, b float64) bool, operand string) (matcher, error) {
	want, err := strconv.ParseFloat(operand, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is no number", operand)
	}
	return func(text []byte) bool {
		if len(text) > 64 { // longer than any number that was meant as one
			return false
		}
		got, err := strconv.ParseFloat(string(text), 64)
		return err == nil && compare(got, want)
	}, nil
}

// expression matches a regular expression. What begins with literal text is
// looked for first, so that most lines never meet the regular expression.
func expression(source string) (matcher, error) {
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	anchored, prefix, complete := literalPrefix(source)
	if prefix == "" {
		return re.Match, nil
	}
	literal := []byte(prefix)
	found := func(text []byte) bool { return bytes.Contains(text, literal) }
	if anchored {
		found = func(text []byte) bool { return bytes.HasPrefix(text, literal) }
	}
	if complete {
		return found, nil
	}
	return func(text []byte) bool { return found(text) && re.Match(text) }, nil
}

// literalPrefix returns the literal text that a valid expression begins with,
// whether that is tied to the beginning of the text, and whether it is all.
func literalPrefix(source string) (anchored bool, prefix string, complete bool) {
	parsed, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return false, "", false
	}
	parts := []*syntax.Regexp{parsed.Simplify()}
	if parts[0].Op == syntax.OpConcat {
		parts = parts[0].Sub
	}
	if len(parts) > 0 && parts[0].Op == syntax.OpBeginText {
		anchored, parts = true, parts[1:]
	}
	if len(parts) == 0 || parts[0].Op != syntax.OpLiteral || parts[0].Flags&syntax.FoldCase != 0 {
		return anchored, "", false
	}
	if slices.Contains(parts[0].Rune, utf8.RuneError) { // also stands for bytes that are no UTF-8
		return anchored, "", false
	}
	return anchored, string(parts[0].Rune), len(parts) == 1
}
