package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

func TestTreeKeepsTheOrderOfTheFile(t *testing.T) {
	c := mustParse(t, `
filters: {boom: {match: {message: boom}}}
handlers:
  z: {sink: file, path: /z}
  sentry: {sink: sentry, dsn: 'https://a@h.example/1'}
  a: {sink: file, path: /a, level: warning, filters: [boom]}
loggers:
  quiet: {level: error, handlers: [z], propagate: false}
root: {level: info, handlers: [a, z, sentry]}
`, nil)
	tree, handlers, err := c.Tree()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range handlers {
		names = append(names, h.Name)
	}
	if !slices.Equal(names, []string{"z", "sentry", "a"}) {
		t.Errorf("handlers %q", names)
	}
	for _, c := range []struct {
		record detect.Record
		want   route.Set
	}{
		{detect.Record{Level: detect.Info}, 0b001},
		{detect.Record{Level: detect.Error, Message: []byte("boom")}, 0b101},
		{detect.Record{Level: detect.Error, Trace: detect.Python}, 0b011},
		{detect.Record{Level: detect.Critical}, 0b011},
		{detect.Record{Level: detect.Warning, Logger: []byte("quiet.one")}, 0b000},
		{detect.Record{Level: detect.Error, Logger: []byte("quiet.one")}, 0b001},
	} {
		if got := tree.Route(&c.record); got != c.want {
			t.Errorf("%+v reaches %03b, want %03b", c.record, got, c.want)
		}
	}
}

func TestTreeRefusesDanglingNames(t *testing.T) {
	for _, c := range []Config{
		{Root: Logger{Name: "root", Handlers: []string{"x"}}},
		{Root: Logger{Name: "root", Filters: []string{"x"}}},
		{Root: Logger{Name: "root"}, Handlers: []Handler{{Name: "h", Filters: []string{"x"}}}},
	} {
		if _, _, err := c.Tree(); err == nil || !strings.Contains(err.Error(), `called "x"`) {
			t.Errorf("error %v", err)
		}
	}
}
