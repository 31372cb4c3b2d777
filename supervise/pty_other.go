//go:build !linux

package supervise

import (
	"errors"
	"fmt"
	"os"
)

// openPTY is for Linux: elsewhere the calls differ, and nobody has tried them.
func openPTY() (*PTY, error) {
	return nil, fmt.Errorf("not on this system: %w", errors.ErrUnsupported)
}

func (p *PTY) keepLineEnds() error { return errors.ErrUnsupported }

// Relay passes the keys typed at a terminal on to the app.
type Relay struct{}

// Relay returns an error: there is no OpenPTY here.
func (p *PTY) Relay(*os.File) (*Relay, error) {
	return nil, fmt.Errorf("relay a terminal: %w", errors.ErrUnsupported)
}

// Raw does nothing.
func (r *Relay) Raw() error { return nil }

// Restore does nothing.
func (r *Relay) Restore() error { return nil }
