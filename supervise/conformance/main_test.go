//go:build linux

package conformance

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// binary is the program under test, built as it is shipped; testchild is what
// plays the app.
var binary, testchild string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "logwrap-conformance-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // the app may be another user
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	binary, testchild = filepath.Join(dir, "logwrap"), filepath.Join(dir, "testchild")
	for file, source := range map[string]string{binary: "../../cmd/logwrap", testchild: "./testchild"} {
		build := exec.Command("go", "build", "-o", file, source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s", source, err, out)
			return 1
		}
	}
	return m.Run()
}

var sources sync.Once

// lookAtSources looks at every file the programs under test are made of. We
// import none of them, and go test would take a result from its cache for as
// long as we don't look at what has changed.
func lookAtSources() {
	_ = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(path, ".go") || d.Name() == "go.mod") {
			_, _ = os.Stat(path) // looking is all
		}
		return nil
	})
}
