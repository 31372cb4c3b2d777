package sentry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/logwrap/logwrap/route"
)

// App is what the events come from, as far as it matters for what is kept
// between two runs. The zero value keeps nothing.
type App struct {
	Handler string // whose sink it is
	DSN     string // that it was given for itself, which may be ours
	Journal string // the file of the journal; empty: in memory
}

// openState returns the file for what is known of floods, nil if there is no
// place for one: the one that is configured, beside the journal's file, or the
// first place that works of those where state is kept.
func openState(o *Options, id route.Identity, getenv func(string) string) (*stateFile, error) {
	if o.Flood.Off || o.State == "" && o.App.Handler == "" {
		return nil, nil
	}
	var failed error
	for _, path := range statePaths(o, id, getenv) {
		file := &stateFile{path: path}
		err := ownFolder(filepath.Dir(path), o.State == "" && o.App.Journal == "")
		if err == nil {
			var f *os.File
			if f, err = file.lock(); err == nil || err == errLocked {
				if f != nil {
					f.Close()
				}
				return file, nil
			}
		}
		if failed == nil {
			failed = err
		}
	}
	return nil, failed
}

func statePaths(o *Options, id route.Identity, getenv func(string) string) []string {
	switch {
	case o.State != "":
		return []string{o.State}
	case o.App.Journal != "":
		return []string{o.App.Journal + ".sentry-" + url.PathEscape(o.App.Handler)}
	}
	var folders []string
	if dir, _, _ := strings.Cut(getenv("STATE_DIRECTORY"), ":"); dir != "" { // systemd.exec(5)
		folders = append(folders, dir)
	}
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		folders = append(folders, filepath.Join(dir, "logwrap"))
	}
	own := "logwrap-" + strconv.Itoa(os.Geteuid())
	folders = append(folders, filepath.Join(os.TempDir(), own), filepath.Join("/dev/shm", own))
	name := stateName(o, id)
	for i, dir := range folders {
		folders[i] = filepath.Join(dir, name)
	}
	return folders
}

// stateName is the same for each run of a service, and another one for others: a
// service without a name is known by its command and the first argument.
func stateName(o *Options, id route.Identity) string {
	parts := []string{id.Name, "", ""}
	copy(parts[1:], o.Args)
	if u, err := url.Parse(o.DSN); err == nil {
		parts = append(parts, u.Host, u.Path)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "sentry-" + hex.EncodeToString(sum[:10])
}

// ownFolder makes sure that a folder is there and, where others may make one of
// its name, that it is ours alone.
func ownFolder(dir string, alone bool) error {
	if alone {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	st, err := os.Lstat(dir)
	if err != nil || !alone {
		return err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || !st.IsDir() || int(sys.Uid) != os.Geteuid() || st.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is no folder of ours", dir)
	}
	return nil
}
