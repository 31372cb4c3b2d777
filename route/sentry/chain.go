package sentry

import (
	"slices"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// A tree says which exception of a chain belongs to which: what was raised because
// of it or while it was handled, and the members of groups. A chain has the form
// that runtimes print turned around: in front of an exception stand its members or
// what it suppressed, and before these its cause.
type tree struct {
	chain  []detect.Exception
	parent []int   // -1 for the last
	nth    []int   // among the members of the parent
	own    [][]int // what belongs to each, nearest first
}

func newTree(chain []detect.Exception) *tree {
	n := len(chain)
	t := &tree{chain: chain, parent: make([]int, n), nth: make([]int, n), own: make([][]int, n)}
	if n > 0 && chain[n-1].Language == detect.Java {
		t.byDepth()
		return t
	}
	strays := 0
	for rest := n; rest > 0; { // more than once only for a chain that is none
		root := rest - 1
		t.parent[root] = -1
		if root < n-1 {
			parent := root + 1
			if isMember(&chain[root]) { // of a group that does not look like one
				parent, t.nth[root] = n-1, strays
				strays++
			}
			t.parent[root] = parent
			t.own[parent] = append(t.own[parent], root)
		}
		rest = t.take(root)
	}
	return t
}

// byDepth is for the JVM, which prints what belongs to a suppressed exception
// further in: a cause belongs to the last one before it at its depth, what was
// suppressed to the last one further out.
func (t *tree) byDepth() {
	var last []int // by depth
	for i := len(t.chain) - 1; i >= 0; i-- {
		x := &t.chain[i]
		t.parent[i] = -1
		depth := min(x.Depth, len(last))
		of := depth
		if x.Relation == "suppressed" {
			of--
		}
		if of = min(of, len(last)-1); of >= 0 {
			parent := last[of]
			for _, other := range t.own[parent] {
				if t.chain[other].Relation == x.Relation {
					t.nth[i]++
				}
			}
			t.parent[i], t.own[parent] = parent, append(t.own[parent], i)
		}
		last = append(last[:depth], i)
	}
}

// take finds what belongs to the i-th exception, and returns the index of the first
// one of all that.
func (t *tree) take(i int) int {
	if t.chain[i].Language == detect.Python {
		return t.takeMembers(i, t.takeCause(i, i))
	}
	return t.takeCause(i, t.takeMembers(i, i))
}

// takeMembers looks for members of the i-th exception in front of rest.
func (t *tree) takeMembers(i, rest int) int {
	left := members(&t.chain[i])
	for nth := 0; rest > 0 && isMember(&t.chain[rest-1]); nth++ {
		m := rest - 1
		if left == 0 {
			break
		}
		t.parent[m], t.nth[m] = i, nth
		t.own[i] = append(t.own[i], m)
		left--
		rest = t.take(m)
	}
	return rest
}

// takeCause looks for the cause of the i-th exception in front of rest.
func (t *tree) takeCause(i, rest int) int {
	if rest == 0 || !isLink(&t.chain[rest-1]) {
		return rest
	}
	cause := rest - 1
	t.parent[cause] = i
	t.own[i] = append(t.own[i], cause)
	return t.take(cause)
}

func isMember(x *detect.Exception) bool { return x.Relation == "member" || x.Relation == "suppressed" }

func isLink(x *detect.Exception) bool { return x.Relation != "" && !isMember(x) }

// members is how many members x has; negative if it has some and does not say.
func members(x *detect.Exception) int {
	_, n := cutMembers(x.Value)
	if n == 0 && isGroupType(x.Type) {
		return -1
	}
	return n
}

func isGroupType(typ string) bool {
	return strings.HasSuffix(typ, "ExceptionGroup") || strings.HasSuffix(typ, "AggregateError")
}

// cutMembers cuts "(2 sub-exceptions)", which Python adds to what a group says.
func cutMembers(value string) (text string, n int) {
	open := strings.LastIndex(value, " (")
	if open < 0 {
		return value, 0
	}
	count, rest, _ := strings.Cut(value[open+2:], " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || rest != "sub-exceptions)" && rest != "sub-exception)" {
		return value, 0
	}
	return value[:open], n
}

// order returns the exceptions in the order that the SDK of their language lists
// them in. Python's goes on from a group to its cause, then to its members, and
// shows none twice.
func (t *tree) order() []int {
	var list []int
	if n := len(t.chain); n > 0 && t.chain[n-1].Language == detect.Python {
		t.walk(n-1, &list)
		slices.Reverse(list)
		return list
	}
	for i := range t.chain {
		list = append(list, i)
	}
	return list
}

func (t *tree) walk(i int, list *[]int) {
	for _, seen := range *list {
		if t.chain[i].Relation == "member" && sameException(&t.chain[seen], &t.chain[i]) {
			return
		}
	}
	*list = append(*list, i)
	for _, child := range t.own[i] {
		t.walk(child, list)
	}
}

func sameException(a, b *detect.Exception) bool {
	return a.Type == b.Type && a.Value == b.Value && a.Module == b.Module && slices.Equal(a.Frames, b.Frames) && len(a.Frames) > 0
}

// isGroup reports whether the i-th exception has members.
func (t *tree) isGroup(i int) bool {
	return slices.ContainsFunc(t.own[i], func(child int) bool { return t.chain[child].Relation == "member" })
}

// source names the link between the i-th exception and its parent as the runtime
// calls it.
func (t *tree) source(i int) string {
	x := &t.chain[i]
	python := x.Language == detect.Python
	switch {
	case isMember(x) && python:
		return "exceptions[" + strconv.Itoa(t.nth[i]) + "]"
	case x.Relation == "member":
		return "errors[" + strconv.Itoa(t.nth[i]) + "]"
	case x.Relation == "suppressed":
		return "suppressed[" + strconv.Itoa(t.nth[i]) + "]"
	case t.parent[i] >= 0 && isWrapped(x, &t.chain[t.parent[i]]):
		return "unwrap"
	case python && (x.Relation == "cause" || x.Relation == "context"):
		return "__" + x.Relation + "__"
	}
	return x.Relation
}
