//go:build !linux

package capture

import (
	"fmt"
	"os"
)

// Memory returns a file of the given size that is gone with its last
// descriptor: an unlinked temporary file, where there is no memfd.
func Memory(name string, size int64) (*os.File, error) { return unlinked(name, size) }

func punch(*os.File, int64, int64) {}

func reserve(f *os.File, n int64) error {
	if err := f.Truncate(n); err != nil {
		return fmt.Errorf("reserve %d bytes for %s: %w", n, f.Name(), err)
	}
	return nil
}

func syncData(f *os.File) error { return f.Sync() }

func growPipe(*os.File, int) {}
