package detect

import (
	"slices"
	"strings"
)

// elixirNode is one "** (Type) value" with what is indented below it.
type elixirNode struct {
	e      Exception
	indent int
	value  []string
	parent int  // the exception it is told in, -1 if none
	exit   bool // "** (EXIT) …" says why a process ended and is no exception
}

type elixirReader struct {
	list  []elixirNode
	stack []int
	open  bool // lines belong to the value of the last one
}

// parseElixir reads what Exception.format prints: an exception that was raised
// in another process is indented below the exit it led to.
func parseElixir(s *source) []Exception {
	p := elixirReader{}
	for i, line := range strings.Split(s.text, "\n") {
		if k := inlineElixir([]byte(line)); i == 0 && k > 0 {
			line = line[k:]
		}
		if isElixirTail(line) {
			break // the frames that follow are those of a client
		}
		p.line(line)
	}
	return p.exceptions()
}

func (p *elixirReader) line(line string) {
	n := indent(line)
	if k := elixirHead(line[n:]); k > 0 || strings.HasPrefix(line[n:], "** (EXIT) ") {
		p.push(n, line[n:])
		return
	}
	if len(p.list) == 0 {
		return
	}
	if isElixirFrame(line, len(p.list) > 1) {
		for len(p.stack) > 1 && p.list[p.stack[len(p.stack)-1]].indent+4 > n {
			p.stack = p.stack[:len(p.stack)-1]
		}
		e := &p.list[p.stack[len(p.stack)-1]].e
		e.Frames = append(e.Frames, elixirFrame(line[n:]))
		p.open = false
		return
	}
	top := &p.list[p.stack[len(p.stack)-1]]
	if strings.HasPrefix(line[n:], "The following arguments were given to ") { // not the message, but what Exception.blame adds
		p.open = false
	}
	if p.open {
		top.value = append(top.value, line)
	}
}

func (p *elixirReader) push(n int, head string) {
	for len(p.stack) > 0 && p.list[p.stack[len(p.stack)-1]].indent >= n {
		p.stack = p.stack[:len(p.stack)-1]
	}
	node := elixirNode{indent: n, parent: -1, e: Exception{Language: Elixir}}
	if k := len(p.stack); k > 0 {
		node.parent = p.stack[k-1]
	}
	name, value, _ := strings.Cut(strings.TrimPrefix(head, elixirStars), ")")
	node.exit = name == "EXIT"
	node.e.Type, _, _ = strings.Cut(name, " ") // "EXIT from #PID<0.98.0>"
	node.value = []string{strings.TrimPrefix(value, " ")}
	p.stack = append(p.stack, len(p.list))
	p.list = append(p.list, node)
	p.open = true
}

// exceptions lists what was read, the root cause first.
func (p *elixirReader) exceptions() []Exception {
	var list []Exception
	for i := len(p.list) - 1; i >= 0; i-- {
		n := &p.list[i]
		value := strings.TrimSpace(strings.Join(n.value, "\n"))
		switch {
		case n.exit && value == elixirRaised, n.e.Type == "exit" && value == elixirRaised, n.e.Type == "EXIT" && value == elixirRaised:
			if n.parent >= 0 || len(list) > 0 {
				continue
			}
		case n.exit && n.parent >= 0:
			up := &p.list[n.parent]
			up.value = slices.Concat(up.value, []string{"    ** (EXIT) " + value})
			continue
		}
		n.e.Value = value
		reversed(n.e.Frames)
		list = append(list, n.e)
	}
	for i := range len(list) - 1 {
		list[i].Relation = "cause"
	}
	return list
}

// elixirFrame reads "(app 1.0.0) lib/a.ex:12: Mod.fun/2".
func elixirFrame(body string) Frame {
	app, rest := cutElixirApp(body)
	place, call := cutElixirPlace(body)
	if app > 0 {
		place, call = cutElixirPlace(rest)
	}
	f := Frame{Function: call}
	f.File, f.Line = cutNumber(place)
	if i := strings.IndexByte(call, '('); i > 0 && call[i-1] != ' ' && strings.HasSuffix(call, ")") {
		f.Function = call[:i]
	}
	own, _, _ := strings.Cut(f.Function, `"`) // `Enum."-map/2-lists^map/1-0-"/2`
	if i := strings.LastIndexByte(own, '.'); i > 0 && !strings.Contains(own, " ") {
		f.Module = own[:i]
	}
	name := ""
	if app > 0 {
		name = body[1 : 1+app]
	}
	f.InApp = elixirInApp(name, f)
	return f
}

// elixirLibraries are the applications of OTP and of Elixir, and the ones that
// call an app rather than belong to it. Those of the app itself are printed in
// the same way.
var elixirLibraries = [...]string{
	"stdlib", "kernel", "elixir", "erts", "logger", "mix", "ex_unit", "iex", "eex", "ssl", "inets", "mnesia", "sasl", "crypto",
	"phoenix", "phoenix_live_view", "phoenix_pubsub", "phoenix_ecto", "phoenix_html", "plug", "plug_cowboy", "cowboy", "cowlib", "ranch", "bandit", "thousand_island",
	"ecto", "ecto_sql", "db_connection", "postgrex", "myxql", "tds", "redix", "oban", "broadway", "gen_stage", "absinthe", "absinthe_plug",
	"telemetry", "jason", "poison", "tesla", "finch", "mint", "nimble_pool", "hackney", "httpoison", "req", "swoosh", "amqp", "brod", "gettext", "sentry",
}

func elixirInApp(app string, f Frame) bool {
	if app != "" {
		return !slices.Contains(elixirLibraries[:], app)
	}
	return f.File != "" || !strings.HasPrefix(f.Function, ":")
}
