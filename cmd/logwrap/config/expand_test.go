package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/logwrap/logwrap/detect"
)

func TestReferences(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("from-file ${X}\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := environ("X=x", "EMPTY=", "NESTED=${X}", "YAML=a: [b]", "LEVEL=error")
	for text, want := range map[string]string{
		`plain`:                        "plain",
		`$`:                            "$",
		`$X`:                           "$X",
		`a$`:                           "a$",
		`$$`:                           "$",
		`$${X}`:                        "${X}",
		`$$$$`:                         "$$",
		`${X}`:                         "x",
		`a${X}b${X}`:                   "axbx",
		`${X:-y}`:                      "x",
		`${NONE:-y}`:                   "y",
		`${EMPTY:-y}`:                  "y",
		`${EMPTY}`:                     "",
		`${NONE:-}`:                    "",
		`${NONE:-http://h:1/}`:         "http://h:1/",
		`${NESTED}`:                    "${X}",
		`${YAML}`:                      "a: [b]",
		`<${file:` + secret + `}>`:     "<from-file ${X}>",
		`${NONE:-$X}`:                  "$X",
		`price: 5$ ${X}`:               "price: 5$ x",
		`${NONE:-a:-b}`:                "a:-b",
		`${EMPTY}${X}`:                 "x",
		`{$X}`:                         "{$X}",
		`${LEVEL}`:                     "error",
		`üñí ${X}`:                     "üñí x",
		`${X}${NONE:-}${EMPTY:-empty}`: "xempty",
	} {
		c := mustParse(t, "service: {name: '"+text+"'}", env)
		if c.Service.Name != want {
			t.Errorf("%s gives %q, want %q", text, c.Service.Name, want)
		}
	}
	c := mustParse(t, "root: {level: '${LEVEL}'}\njournal: {size: '${SIZE:-2MiB}'}\nservice:\n  name: |\n    ${X}\n", env)
	if c.Root.Level != detect.Error || c.Journal.Size != 2<<20 || c.Service.Name != "x\n" {
		t.Errorf("%+v", c)
	}
}
