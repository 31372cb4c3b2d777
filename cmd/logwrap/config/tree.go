package config

import (
	"fmt"
	"slices"

	"github.com/logwrap/logwrap/route"
)

// Tree builds the routing tree. The handlers returned are those that are on, in
// the order of the Config: the indices of the tree's Sets. Each of extra, if any,
// follows them in the tree, as a handler of the root logger.
func (c *Config) Tree(extra ...route.Handler) (*route.Tree, []Handler, error) {
	filters, err := c.compileFilters()
	if err != nil {
		return nil, nil, err
	}
	on := slices.DeleteFunc(slices.Clone(c.Handlers), func(h Handler) bool { return h.Off != "" })
	index := map[string]int{}
	var handlers []route.Handler
	for i := range on {
		h := &on[i]
		index[h.Name] = i
		of, err := pick(h.Filters, filters)
		if err != nil {
			return nil, nil, fmt.Errorf("handler %q: %w", h.Name, err)
		}
		handlers = append(handlers, route.Handler{
			Name: h.Name, Level: h.Level, Filters: of, Events: h.Events(), Traces: h.Traces(),
		})
	}
	var onRoot []int
	for _, h := range extra {
		onRoot = append(onRoot, len(handlers))
		handlers = append(handlers, h)
	}
	var loggers []route.Logger
	for _, l := range append([]Logger{c.Root}, c.Loggers...) {
		of, err := pick(l.Filters, filters)
		if err != nil {
			return nil, nil, fmt.Errorf("logger %q: %w", l.Name, err)
		}
		to, err := c.indices(l.Handlers, index)
		if err != nil {
			return nil, nil, fmt.Errorf("logger %q: %w", l.Name, err)
		}
		if l.Name == route.Root {
			to = append(to, onRoot...)
		}
		loggers = append(loggers, route.Logger{Name: l.Name, Level: l.Level, Filters: of, Handlers: to, Propagate: l.Propagate})
	}
	tree, err := route.NewTree(loggers, handlers, route.Defaults{Stdout: c.Levels.Stdout, Stderr: c.Levels.Stderr})
	return tree, on, err
}

func (c *Config) compileFilters() (map[string]route.Filter, error) {
	filters := map[string]route.Filter{}
	for _, f := range c.Filters {
		compiled, err := route.NewFilter(f.Match)
		if err != nil {
			return nil, fmt.Errorf("filter %q: %w", f.Name, err)
		}
		filters[f.Name] = compiled
	}
	return filters, nil
}

// pick returns the filters of these names.
func pick(names []string, filters map[string]route.Filter) (of []route.Filter, err error) {
	for _, name := range names {
		f, ok := filters[name]
		if !ok {
			return nil, fmt.Errorf("there is no filter called %q", name)
		}
		of = append(of, f)
	}
	return of, nil
}

// indices returns where handlers stand among those that are on; the ones that
// are off are left out.
func (c *Config) indices(names []string, index map[string]int) (to []int, err error) {
	for _, name := range names {
		if i, ok := index[name]; ok {
			to = append(to, i)
			continue
		}
		if !slices.ContainsFunc(c.Handlers, func(h Handler) bool { return h.Name == name }) {
			return nil, fmt.Errorf("there is no handler called %q", name)
		}
	}
	return to, nil
}
