package route

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// Root is the name of the logger above all others.
const Root = "root"

// MaxHandlers is how many handlers a Tree can tell apart.
const MaxHandlers = 64

// Set is a set of handlers: bit i stands for the i-th handler given to NewTree.
type Set uint64

// Has reports whether handler i is in the set.
func (s Set) Has(i int) bool { return s&(1<<i) != 0 }

// Logger is one configured logger, as in Python's logging module.
type Logger struct {
	Name      string       // dotted; Root for the one above all
	Level     detect.Level // NotSet: that of the nearest ancestor that has one
	Filters   []Filter     // asked only for records that name this very logger
	Handlers  []int        // indices into the handlers given to NewTree
	Propagate bool         // whether the handlers of its ancestors get the record too; of no meaning at the root
}

// Handler is one configured handler, as in Python's logging module.
type Handler struct {
	Name    string
	Level   detect.Level // lowest level it takes; NotSet: every one, or Critical if Events
	Filters []Filter
	Events  bool // it takes events only: crashes, and records at its level or with a stack trace
	Traces  bool // with Events: a stack trace at Error or above is an event too, whatever Level says
}

// Defaults are the levels that lines count as which state none themselves.
type Defaults struct {
	Stdout detect.Level // NotSet: Info
	Stderr detect.Level // NotSet: Info
}

// Tree decides which handlers get a record, with the semantics of CPython's
// logging: the level is checked once, at the logger the record names, against
// that logger's effective level; logger filters are asked only there; then the
// handlers of the logger and of each ancestor, as long as Propagate holds, get
// the record if their own level and filters let it pass. A handler reached on
// two ways gets the record once, where Python would write it twice.
//
// A Tree never changes after it was made and is safe for concurrent use.
type Tree struct {
	branches map[string]*branch
	root     *branch
	longest  int // bytes in the longest configured name
	handlers []Handler
	events   Set
	defaults [capture.Streams]detect.Level
}

// branch is what a record meets on its way from one logger up to the root.
type branch struct {
	level    detect.Level // effective
	filters  []Filter     // of this very logger
	handlers []int        // in the order they are reached, each once
}

// NewTree makes a tree of loggers, in any order. A root without level and
// handlers is assumed if there is none.
func NewTree(loggers []Logger, handlers []Handler, defaults Defaults) (*Tree, error) {
	if len(handlers) > MaxHandlers {
		return nil, fmt.Errorf("%d handlers, at most %d are possible", len(handlers), MaxHandlers)
	}
	byName, err := index(loggers, len(handlers))
	if err != nil {
		return nil, err
	}
	t := &Tree{
		branches: make(map[string]*branch, len(byName)),
		handlers: append([]Handler(nil), handlers...),
		defaults: [capture.Streams]detect.Level{
			capture.Stdout: orInfo(defaults.Stdout), capture.Stderr: orInfo(defaults.Stderr), capture.Lifecycle: detect.Info,
		},
	}
	for i := range t.handlers {
		if h := &t.handlers[i]; h.Events {
			t.events |= 1 << i
			if h.Level == detect.NotSet {
				h.Level = detect.Critical
			}
		}
	}
	for name := range byName {
		t.branches[name] = newBranch(name, byName)
		t.longest = max(t.longest, len(name))
	}
	t.root = t.branches[Root]
	return t, nil
}

func orInfo(l detect.Level) detect.Level {
	if l == detect.NotSet {
		return detect.Info
	}
	return l
}

// index checks the loggers and files them by name, with a root in any case.
func index(loggers []Logger, handlers int) (map[string]*Logger, error) {
	byName := map[string]*Logger{}
	for i := range loggers {
		l := &loggers[i]
		switch {
		case l.Name == "":
			return nil, errors.New("a logger without a name")
		case byName[l.Name] != nil:
			return nil, fmt.Errorf("two loggers are named %q", l.Name)
		}
		for _, h := range l.Handlers {
			if h < 0 || h >= handlers {
				return nil, fmt.Errorf("logger %q: there is no handler %d", l.Name, h)
			}
		}
		byName[l.Name] = l
	}
	if byName[Root] == nil {
		byName[Root] = &Logger{Name: Root}
	}
	return byName, nil
}

// newBranch walks from the named logger to the root once, so that Route need not.
func newBranch(name string, byName map[string]*Logger) *branch {
	b := &branch{filters: byName[name].Filters}
	var seen Set
	levelKnown, propagate := false, true
	for l := byName[name]; l != nil; l = parent(l.Name, byName) {
		if !levelKnown && l.Level != detect.NotSet {
			b.level, levelKnown = l.Level, true
		}
		if propagate {
			for _, h := range l.Handlers {
				if !seen.Has(h) {
					seen |= 1 << h
					b.handlers = append(b.handlers, h)
				}
			}
		}
		propagate = propagate && l.Propagate
	}
	return b
}

// parent returns the nearest configured ancestor of a logger, nil for the root.
func parent(name string, byName map[string]*Logger) *Logger {
	if name == Root {
		return nil
	}
	for i := lastDot([]byte(name), len(name)); i > 0; i = lastDot([]byte(name), i-1) {
		if l := byName[name[:i]]; l != nil && l.Name != Root {
			return l
		}
	}
	return byName[Root]
}

// lastDot returns the index of the last dot in name[:end], -1 if there is none.
// Going on from a dot at i, CPython looks at name[:i-1], which steps over one
// of two neighbouring dots; callers do the same.
func lastDot(name []byte, end int) int { return bytes.LastIndexByte(name[:end], '.') }

// Route returns the handlers that get r. It allocates nothing.
//
// A record that states no level counts as one of its stream's default level.
// The record of a crash, of a worker's too, or of a hang goes to every handler
// that takes events, whatever the tree says.
func (t *Tree) Route(r *detect.Record) Set {
	var reached Set
	if r.Alarming() {
		reached = t.events
	}
	level := t.Level(r)
	b, own := t.find(r.Logger)
	if level < b.level || own && !pass(b.filters, r, level) {
		return reached
	}
	for _, i := range b.handlers {
		h := &t.handlers[i]
		if h.takes(r, level) && pass(h.Filters, r, level) {
			reached |= 1 << i
		}
	}
	return reached
}

// Level returns the level that r is routed by: its own, or its stream's default.
func (t *Tree) Level(r *detect.Record) detect.Level {
	if r.Level != detect.NotSet || int(r.Stream) >= len(t.defaults) {
		return r.Level
	}
	return t.defaults[r.Stream]
}

// takes applies a handler's level and, if it takes events only, what makes an event.
func (h *Handler) takes(r *detect.Record, level detect.Level) bool {
	if level >= h.Level {
		return true
	}
	return h.Events && h.Traces && r.Trace != detect.NoLanguage && level >= detect.Error
}

// find returns the branch of the named logger or of its nearest ancestor, and
// whether it is the logger's own. No name beyond the configured ones is ever
// stored, so an app that makes up logger names costs no memory.
func (t *Tree) find(name []byte) (b *branch, own bool) {
	if len(name) == 0 {
		return t.root, true
	}
	if len(name) <= t.longest {
		if b := t.branches[string(name)]; b != nil {
			return b, true
		}
	}
	for i := lastDot(name, len(name)); i > 0; i = lastDot(name, i-1) {
		if i > t.longest {
			continue
		}
		if b := t.branches[string(name[:i])]; b != nil {
			return b, false
		}
	}
	return t.root, false
}

func pass(filters []Filter, r *detect.Record, level detect.Level) bool {
	for i := range filters {
		if !filters[i].Match(r, level) {
			return false
		}
	}
	return true
}
