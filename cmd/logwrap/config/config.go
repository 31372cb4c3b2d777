package config

import (
	"fmt"
	"io"
	"os"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// Version is the only version of the file's format so far.
const Version = 1

// What Config.Console and Journal.WhenFull can be.
const (
	ConsoleRaw = "raw" // the app's output goes on to logwrap's own, byte for byte
	ConsoleOff = "off"

	DropOldest = "drop-oldest"
	Block      = "block"
)

// Config is all that the user decides. Make one with Default, Load or Parse,
// then Apply flags and environment to it.
type Config struct {
	Service   Service   `json:"service"`
	Supervise Supervise `json:"supervise"`
	Journal   Journal   `json:"journal"`
	Console   string    `json:"console"` // ConsoleRaw, ConsoleOff; empty: decided by ConsoleMode
	Levels    Levels    `json:"levels"`
	Filters   []Filter  `json:"filters,omitempty"`
	Handlers  []Handler `json:"handlers,omitempty"` // in the order of the file, then of the flags; Tree's indices count those that are on
	Loggers   []Logger  `json:"loggers,omitempty"`  // without the root
	Root      Logger    `json:"root"`
	Redact    []string  `json:"redact"` // what is secret, as redact.Parse has it; nil: the default, empty: nothing
	Log       Log       `json:"log"`

	Notes []string `json:"-"` // what is odd, but no error; for those who start the program

	places map[string]place // where the keys of supervise were set, until Apply has checked them
}

// Service says whose output it is. Empty parts are unknown.
type Service struct {
	Name        string            `json:"name,omitempty"`
	Version     string            `json:"version,omitempty"`
	Environment string            `json:"environment,omitempty"`
	Pod         string            `json:"pod,omitempty"`
	Namespace   string            `json:"namespace,omitempty"`
	Node        string            `json:"node,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"` // from OTEL_RESOURCE_ATTRIBUTES, but for those above
}

// Journal is where captured output waits.
type Journal struct {
	Path     string `json:"path,omitempty"` // empty: in memory
	Size     int64  `json:"size,omitempty"` // bytes; 0: the default of the journal
	WhenFull string `json:"when_full"`      // DropOldest, Block
}

// Levels are what lines count as that state no level.
type Levels struct {
	Stdout detect.Level `json:"stdout"`
	Stderr detect.Level `json:"stderr"`
}

// Log is about logwrap's own messages.
type Log struct {
	Level  detect.Level `json:"level"`
	Format string       `json:"format"` // "text", "json"
}

// Filter is a named filter.
type Filter struct {
	Name  string            `json:"name"`
	Match []route.Condition `json:"match"`
}

// Logger is a configured logger; the root has the name route.Root.
type Logger struct {
	Name      string       `json:"name"`
	Level     detect.Level `json:"level,omitempty"`
	Filters   []string     `json:"filters,omitempty"`
	Handlers  []string     `json:"handlers,omitempty"`
	Propagate bool         `json:"propagate"`
}

// Default is what holds where the user says nothing.
func Default() *Config {
	return &Config{
		Supervise: defaultSupervise(),
		Journal:   Journal{WhenFull: DropOldest},
		Levels:    Levels{Stdout: detect.Info, Stderr: detect.Info},
		Root:      Logger{Name: route.Root, Propagate: true},
		Log:       Log{Level: detect.Info, Format: "text"},
	}
}

// maxFile is how large a configuration may be: many times what all handlers
// need, and little enough that the YAML parser, which takes time by the square of
// it, is done in about a second at worst.
const maxFile = 128 << 10

// Load reads and parses the file at path. Everyone may not be allowed to write
// it if root reads it: it says which programs' output goes where. Errors are
// Errors.
func Load(path string, env Environ) (*Config, error) {
	data, err := read(path)
	if err != nil {
		return nil, Errors{err}
	}
	return Parse(path, data, env)
}

func read(path string) ([]byte, *Error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{Msg: shortPathError(err).Error(), Hint: openHint(err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, &Error{Msg: err.Error()}
	}
	if info.IsDir() {
		return nil, &Error{Msg: fmt.Sprintf("read %s: it is a directory", path)}
	}
	if os.Geteuid() == 0 && info.Mode().IsRegular() && info.Mode().Perm()&0o002 != 0 {
		return nil, &Error{
			Msg:  fmt.Sprintf("read %s: everyone may write it (%v), refused for root", path, info.Mode().Perm()),
			Hint: "chmod o-w " + path,
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, &Error{Msg: err.Error()}
	}
	if len(data) > maxFile {
		return nil, &Error{Msg: fmt.Sprintf("read %s: more than %d KiB, that is no configuration", path, maxFile>>10)}
	}
	return data, nil
}

func openHint(err error) string {
	switch {
	case os.IsNotExist(err):
		return "check -c/--config or LOGWRAP_CONFIG; without a file, flags alone do"
	case os.IsPermission(err):
		return fmt.Sprintf("make it readable for the user logwrap runs as (uid %d)", os.Geteuid())
	}
	return ""
}

// Parse reads a configuration; name is what errors call it. Errors are Errors:
// every problem there is, in the order of the file, each with its position.
func Parse(name string, data []byte, env Environ) (*Config, error) {
	if len(data) > maxFile {
		return nil, Errors{{File: name, Line: 1, Column: 1, Msg: fmt.Sprintf("more than %d KiB, that is no configuration", maxFile>>10)}}
	}
	root, errs := parseYAML(data)
	if root == nil || len(errs) > 0 && root.kind != mapping {
		return nil, named(errs, name)
	}
	d := newDecoder(env)
	d.errs = errs
	f := document{decoder: d, config: Default()}
	f.decode(root)
	f.finish()
	f.config.nameFile(name)
	if err := named(d.errs, name); err != nil {
		return nil, err
	}
	return f.config, nil
}

// nameFile completes where the keys of supervise stand.
func (c *Config) nameFile(name string) {
	for key, p := range c.places {
		p.source = name
		c.places[key] = p
	}
}

func named(errs Errors, name string) error {
	for _, e := range errs {
		e.File = name
	}
	return errs.orNil()
}
