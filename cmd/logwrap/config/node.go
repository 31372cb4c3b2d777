package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// node is one value of the file. Scalars keep their text as it was written, so
// that off stays off, and 1.10 stays 1.10; what a text means is up to who asks.
type node struct {
	line, column int
	kind         kind
	text         string // of a scalar
	pairs        []pair // of a mapping, in the order of the file
	items        []*node
}

// pair is one key of a mapping with its value.
type pair struct {
	key   *node
	value *node
}

type kind uint8

const (
	null kind = iota
	scalar
	mapping
	list
)

// String is how errors call it.
func (k kind) String() string {
	return [...]string{null: "nothing", scalar: "a single value", mapping: "a mapping", list: "a list"}[k]
}

// maxNesting is how deep values may nest: far more than any key needs, and
// little enough that the parser cannot be made to run away.
const maxNesting = 64

// parseYAML reads one document. The node is of kind null if it holds nothing.
func parseYAML(data []byte) (*node, Errors) {
	if i := firstInvalid(data); i >= 0 {
		line, column := position(data, i)
		msg := "this byte is not UTF-8 text"
		if data[i] == 0 {
			msg = "a NUL byte is not text"
		}
		return nil, Errors{{Line: line, Column: column, Msg: msg}}
	}
	file, err := parseTokens(string(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if err != nil {
		return nil, Errors{syntaxError(err, data)}
	}
	r := reader{anchors: map[string]*node{}}
	var root *node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.DirectiveType {
			continue
		}
		n := r.read(doc.Body, 0)
		if root != nil {
			r.fail(n, "a second document begins here", "keep one, without --- in between")
			break
		}
		root = n
	}
	if root == nil {
		root = &node{line: 1, column: 1}
	}
	return root, r.errs
}

// errNesting is what a file gets that nests too deep.
type errNesting struct{ at *token.Position }

func (errNesting) Error() string { return "values nest too deep" }

// parseTokens runs the YAML library. A panic in there would be its fault, not
// the user's, but must not take the program along.
func parseTokens(text string) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, fmt.Errorf("the YAML parser gave up: %v", r)
		}
	}()
	tokens := lexer.Tokenize(text)
	depth, entries, line := 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.AnchorType, token.TagType, token.MappingKeyType:
			if t.Position.Line != line {
				line, entries = t.Position.Line, 0
			}
			entries++
		}
		if depth > maxNesting || entries > maxNesting || t.Position.IndentNum > 4*maxNesting {
			return nil, errNesting{t.Position}
		}
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

func syntaxError(err error, data []byte) *Error {
	e := &Error{Msg: err.Error()}
	var nesting errNesting
	if errors.As(err, &nesting) {
		e.Line, e.Column = nesting.at.Line, nesting.at.Column
		return e
	}
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) {
		return e
	}
	e.Msg = "not YAML: " + syntax.Message
	if syntax.Token == nil || syntax.Token.Position == nil {
		return e
	}
	e.Line, e.Column = syntax.Token.Position.Line, syntax.Token.Position.Column
	if lines := bytes.Split(data, []byte("\n")); e.Line >= 1 && e.Line <= len(lines) {
		e.Hint = syntaxHint(string(lines[e.Line-1]))
	}
	return e
}

// syntaxHint guesses at what is wrong with a line that is not YAML.
func syntaxHint(line string) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		return "indent with spaces, YAML knows no tabs"
	case strings.Contains(line, "${"):
		return "put values with ${…} in quotes"
	case strings.Contains(line, ": %"), strings.Contains(line, ": @"), strings.Contains(line, ": `"):
		return "put values that begin with a special character in quotes"
	}
	return ""
}

// firstInvalid returns the index of the first byte that is no text, -1 if all are.
func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r == 0 {
			return i
		}
		i += size
	}
	return -1
}

// position returns where a byte is, as errors count: from 1, columns in characters.
func position(data []byte, offset int) (line, column int) {
	before := data[:offset]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// reader turns the library's tree into nodes.
type reader struct {
	anchors map[string]*node
	errs    Errors
}

func (r *reader) fail(n *node, msg, hint string) {
	r.errs = append(r.errs, &Error{Line: n.line, Column: n.column, Msg: msg, Hint: hint})
}

// at returns an empty node with the place of a.
func at(a ast.Node) *node {
	n := &node{line: 1, column: 1}
	if t := a.GetToken(); t != nil && t.Position != nil {
		n.line, n.column = t.Position.Line, max(t.Position.Column, 1)
	}
	return n
}

// read returns a and all below it as nodes.
func (r *reader) read(a ast.Node, depth int) *node {
	if a == nil {
		return &node{line: 1, column: 1}
	}
	n := at(a)
	if depth > maxNesting {
		r.fail(n, "values nest too deep", "")
		return n
	}
	switch a := a.(type) {
	case *ast.MappingNode:
		return r.readMapping(n, a.Values, depth)
	case *ast.MappingValueNode:
		return r.readMapping(n, []*ast.MappingValueNode{a}, depth)
	case *ast.SequenceNode:
		n.kind = list
		for _, item := range a.Values {
			n.items = append(n.items, r.read(item, depth+1))
		}
	case *ast.NullNode:
	case *ast.StringNode:
		n.kind, n.text = scalar, a.Value
	case *ast.LiteralNode:
		n.kind, n.text = scalar, a.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		n.kind, n.text = scalar, a.GetToken().Value
	case *ast.TagNode:
		return r.readTag(n, a, depth)
	case *ast.AnchorNode:
		v := r.read(a.Value, depth+1)
		r.anchors[a.Name.GetToken().Value] = v
		return v
	case *ast.AliasNode:
		return r.readAlias(n, a)
	default:
		r.fail(n, "this YAML means nothing here", "")
	}
	return n
}

func (r *reader) readTag(n *node, a *ast.TagNode, depth int) *node {
	switch tag := a.GetToken().Value; tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!map", "!!seq", "!!null":
	default:
		r.fail(n, fmt.Sprintf("the tag %s is not supported", tag), "")
	}
	if a.Value == nil {
		return n
	}
	return r.read(a.Value, depth+1)
}

// readAlias gives the value a place of its own, so that errors point at the use.
func (r *reader) readAlias(n *node, a *ast.AliasNode) *node {
	name := a.Value.GetToken().Value
	target := r.anchors[name]
	if target == nil {
		r.fail(n, fmt.Sprintf("there is no anchor &%s before this", name), "")
		return n
	}
	if target.kind == scalar || target.kind == null {
		n.kind, n.text = target.kind, target.text
		return n
	}
	return target
}

// readMapping fills n. Of a key that stands there twice the first one counts,
// and what is merged counts least.
func (r *reader) readMapping(n *node, values []*ast.MappingValueNode, depth int) *node {
	n.kind = mapping
	seen := map[string]*node{}
	var merged []pair
	for i, v := range values {
		if _, ok := v.Key.(*ast.MergeKeyNode); ok {
			merged = append(merged, r.readMerge(v, depth)...)
			continue
		}
		key := r.readKey(v.Key)
		if i == 0 && n.column > key.column && n.line == key.line { // a block mapping begins with its first key
			n.column = key.column
		}
		value := r.read(v.Value, depth+1)
		if first := seen[key.text]; first != nil {
			r.fail(key, fmt.Sprintf("%q stands here twice", key.text), fmt.Sprintf("it is already in line %d", first.line))
			continue
		}
		seen[key.text] = key
		n.pairs = append(n.pairs, pair{key, value})
	}
	for _, p := range merged {
		if seen[p.key.text] == nil {
			seen[p.key.text] = p.key
			n.pairs = append(n.pairs, p)
		}
	}
	return n
}

func (r *reader) readKey(key ast.MapKeyNode) *node {
	var a ast.Node = key
	if m, ok := a.(*ast.MappingKeyNode); ok {
		a = m.Value
	}
	if a == nil {
		return at(key)
	}
	n := at(a)
	n.kind, n.text = scalar, a.GetToken().Value
	return n
}

// readMerge returns what "<<: *anchor" brings along.
func (r *reader) readMerge(v *ast.MappingValueNode, depth int) (pairs []pair) {
	from := r.read(v.Value, depth+1)
	sources := []*node{from}
	if from.kind == list {
		sources = from.items
	}
	for _, s := range sources {
		if s.kind != mapping {
			r.fail(at(v.Value), "<< needs a mapping, found "+s.kind.String(), "")
			return nil
		}
		pairs = append(pairs, s.pairs...)
	}
	return pairs
}
