package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/logwrap/logwrap"

// allowed says what of ours each folder may import; * stands for one folder.
var allowed = map[string][]string{
	"supervise":                  {},
	"supervise/conformance":      {},
	"capture":                    {},
	"detect":                     {"capture"},
	"route":                      {"capture", "detect"},
	"route/*":                    {"capture", "detect", "route", "route/format", "route/redact"},
	"route/redact":               {},
	"route/elasticsearch/estest": {},
	"cmd/logwrap/config":         {"capture", "detect", "route", "route/*", "supervise"},
	"cmd/logwrap":                {"capture", "detect", "route", "route/*", "supervise", "cmd/logwrap/config"},
	"bench":                      {"bench/genlog"},
	"bench/genlog":               {},
}

// mayImport reports whether the arrow from one folder to another is one of DESIGN's.
func mayImport(from, to string) bool {
	rules, known := allowed[from]
	if !known && path.Dir(from) == "route" {
		rules, known = allowed["route/*"], true
	}
	return known && slices.ContainsFunc(rules, func(rule string) bool {
		ok, _ := path.Match(rule, to)
		return ok
	})
}

func TestArrows(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		folder := path.Dir(filepath.ToSlash(rel))
		if folder == "e2e" || strings.Contains(folder, "testdata") {
			return nil
		}
		seen++
		for _, problem := range problemsOf(t, file, folder) {
			t.Errorf("%s: %s", rel, problem)
		}
		return nil
	})
	if err != nil || seen < 50 {
		t.Fatalf("%d files seen, %v", seen, err)
	}
}

func problemsOf(t *testing.T, file, folder string) (problems []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range parsed.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		if to, ours := strings.CutPrefix(name, module+"/"); ours && !mayImport(folder, to) {
			problems = append(problems, fmt.Sprintf("%s must not import %s", folder, to))
		}
	}
	if slices.Contains([]string{"utils", "util", "common", "helpers", "types", "misc"}, parsed.Name.Name) {
		problems = append(problems, "a package is named after what is in it, not "+parsed.Name.Name)
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			problems = append(problems, "init has side effects; call what is needed where it is needed")
		}
	}
	return problems
}

// The test above is only worth something if it can fail.
func TestArrowsBite(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		ok       bool
	}{
		{"detect", "capture", true}, {"capture", "detect", false}, {"supervise", "capture", false},
		{"route", "detect", true}, {"detect", "route", false}, {"route", "route/file", false},
		{"route/file", "route/format", true}, {"route/file", "route/sentry", false}, {"route/sentry", "route/redact", true}, {"route/redact", "detect", false},
		{"route/file", "supervise", false},
		{"cmd/logwrap", "route/sentry", true}, {"route", "cmd/logwrap/config", false}, {"unknown", "capture", false},
	} {
		if got := mayImport(tt.from, tt.to); got != tt.ok {
			t.Errorf("%s imports %s: %v", tt.from, tt.to, got)
		}
	}
}
