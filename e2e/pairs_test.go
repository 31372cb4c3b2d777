//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/e2e/parity"
)

// pairsDir holds the programs, beside what was recorded of them.
const pairsDir = "../route/sentry/testdata/pairs"

// A pair is a program that sends its errors with Sentry's SDK if SENTRY_DSN is
// set; what it prints is the same without.
type pair struct {
	name  string
	dir   string
	sdk   []string // command with the SDK
	plain []string // without
	env   []string
	code  int // exit code without the SDK
}

// TestPairs runs every program twice, once with its SDK and once below logwrap
// without it, and compares the events that arrive.
func TestPairs(t *testing.T) {
	entries, err := os.ReadDir(pairsDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			p := preparePair(t, entry.Name())
			sdk := runWithSDK(t, p)
			ours := runBelowLogwrap(t, p)
			if os.Getenv("LOGWRAP_E2E_RECORD") != "" {
				record(t, p, sdk)
			}
			score := parity.Compare(sdk, ours)
			t.Log(score.String())
			for _, diff := range score.Diffs {
				t.Log(diff)
			}
			for _, fault := range score.Check(filepath.Join(pairsDir, p.name)) {
				t.Error(fault)
			}
		})
	}
}

// preparePair copies a program to where it runs and builds it.
func preparePair(t *testing.T, name string) *pair {
	t.Helper()
	p := &pair{name: name, dir: filepath.Join("/srv/shop", name)}
	if os.MkdirAll("/srv/shop", 0o755) != nil {
		p.dir = filepath.Join(workDir(t, "shop"), name)
	} else {
		os.RemoveAll(p.dir)
		t.Cleanup(func() { os.RemoveAll(p.dir) })
	}
	if err := os.CopyFS(p.dir, os.DirFS(filepath.Join(pairsDir, name))); err != nil {
		t.Fatal(err)
	}
	language, _, _ := strings.Cut(name, "-")
	installed := installSDK(t, language)
	switch language {
	case "python":
		p.plain = append([]string{installed["PYTHON"]}, pairArgs(p.dir, "program.py")...)
	case "node":
		p.plain, p.env = append([]string{lookTool(t, "node")}, pairArgs(p.dir, "program.js", "program.mjs")...), []string{"NODE_PATH=" + installed["NODE_PATH"]}
	case "ruby":
		p.plain = []string{installed["RUBY"], filepath.Join(p.dir, "bin/program.rb")} // the SDK takes other folders, and relative names, for a library's
	case "go":
		p.plain = buildGoPair(t, p.dir, installed["SENTRY_GO"])
	case "java":
		p.plain = buildJavaPair(t, p.dir, installed["CLASSPATH"])
	}
	p.sdk = slices.Clone(p.plain)
	if language == "java" {
		p.plain = slices.Insert(p.plain, 1, "-Dlogback.configurationFile=logback.xml")
		p.sdk = slices.Insert(p.sdk, 1, "-Dlogback.configurationFile=logback-sentry.xml")
	}
	return p
}

// pairArgs are those of args.txt, else the program that is there.
func pairArgs(dir string, programs ...string) []string {
	if text, err := os.ReadFile(filepath.Join(dir, "args.txt")); err == nil {
		return strings.Fields(string(text))
	}
	return slices.DeleteFunc(programs, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err != nil
	})
}

func installSDK(t *testing.T, language string) map[string]string {
	t.Helper()
	cmd := exec.Command("bash", script(t, "sentry-sdks"), "install", language)
	out, err := cmd.Output()
	if err != nil {
		why := err.Error()
		if exit, ok := err.(*exec.ExitError); ok {
			why = string(exit.Stderr)
		}
		notRun(t, "sentry-sdks", why)
	}
	vars, _ := readVars(strings.NewReader(string(out)))
	return vars
}

func buildGoPair(t *testing.T, dir, sdk string) []string {
	t.Helper()
	mod := "module example.com/shop\n\ngo 1.24\n\nrequire github.com/getsentry/sentry-go " + sdk + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(lookTool(t, "go"), "build", "-o", "program", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return []string{filepath.Join(dir, "program")}
}

func buildJavaPair(t *testing.T, dir, classpath string) []string {
	t.Helper()
	source, err := filepath.Glob(filepath.Join(dir, "src/*/*/*/*.java"))
	if err != nil || source == nil {
		t.Fatal("no source: ", err)
	}
	classes := filepath.Join(dir, "classes")
	compile(t, lookTool(t, "javac"), append([]string{"-cp", classpath, "-d", classes}, source...)...)
	return []string{lookTool(t, "java"), "-cp", classes + ":" + classpath, "com.example.shop.Main"}
}

// runWithSDK returns the events that the SDK sent.
func runWithSDK(t *testing.T, p *pair) []map[string]any {
	t.Helper()
	rec := startRecorder(t)
	cmd := exec.Command(p.sdk[0], p.sdk[1:]...)
	cmd.Dir, cmd.Env = p.dir, append(append(quietEnviron(), p.env...), "SENTRY_DSN="+rec.dsn)
	out, err := cmd.CombinedOutput()
	events := rec.all(t)
	if len(events) == 0 {
		t.Fatalf("the SDK sent nothing: %v: %s", err, out)
	}
	return events
}

// runBelowLogwrap returns the events that logwrap sent.
func runBelowLogwrap(t *testing.T, p *pair) []map[string]any {
	t.Helper()
	rec := startRecorder(t)
	config := writeConfig(t, fmt.Sprintf(`
version: 1
handlers:
  sentry: {sink: sentry, dsn: '%s', level: error, release: shop@1.4.2, environment: prod}
root: {level: debug, handlers: [sentry]}
`, rec.dsn))
	r := &run{dir: p.dir, env: p.env, args: append([]string{"-c", config, "--"}, p.plain...)}
	p.code = r.finish(t)
	return rec.all(t)
}

// all returns every event, decoded.
func (rec *recorder) all(t *testing.T) []map[string]any {
	t.Helper()
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for _, fault := range rec.faults {
		t.Error(fault)
	}
	var events []map[string]any
	for _, raw := range rec.events {
		var event map[string]any
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}
