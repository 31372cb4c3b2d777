package capture

import (
	"fmt"
	"os"
)

// unlinked makes a temporary file without a name.
func unlinked(name string, size int64) (*os.File, error) {
	f, err := os.CreateTemp("", name+"-*")
	if err != nil {
		return nil, fmt.Errorf("create temporary file for %s: %w", name, err)
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, fmt.Errorf("unlink temporary file for %s: %w", name, err)
	}
	if err := f.Truncate(size); err != nil {
		f.Close()
		return nil, fmt.Errorf("size %s to %d bytes: %w", name, size, err)
	}
	return f, nil
}
