package sentry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
)

// directory writes what a server would get as files that people can read: each
// item one, named after its time and id, so that what comes twice is there once.
type directory struct{ path string }

func newDirectory(path string) (*directory, error) {
	path = strings.TrimPrefix(path, "//")
	if path == "" {
		return nil, &route.OptionError{Option: "dsn", Err: errors.New("names no directory"), Hint: "write a directory behind the colon"}
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return nil, &route.OptionError{Option: "dsn", Err: fmt.Errorf("%s is no directory", path), Hint: "write a directory behind the colon"}
	}
	return &directory{path}, nil
}

func (d *directory) send(_ context.Context, e *envelope) error {
	if err := os.MkdirAll(d.path, 0o750); err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	for i := range e.items {
		if err := d.write(e, &e.items[i]); err != nil {
			return fmt.Errorf("write the event: %w", err)
		}
	}
	return nil
}

// write puts an item in its place, whole or not at all.
func (d *directory) write(e *envelope, it *item) error {
	text := it.payload
	name := time.Unix(0, e.at).UTC().Format("20060102T150405.000000Z") + "-" + it.Type + "-" + either(e.id, makeID(string(it.payload))) + ".json"
	if it.Type == attachmentType {
		name = strings.TrimSuffix(name, ".json") + "-" + filepath.Base(it.Filename)
	} else {
		var b bytes.Buffer
		if err := json.Indent(&b, text, "", "  "); err != nil {
			return err
		}
		b.WriteByte('\n')
		text = b.Bytes()
	}
	f, err := os.CreateTemp(d.path, ".logwrap-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o640), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(d.path, name))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func (d *directory) discard(string, string, int) {}

func (d *directory) close() {}
