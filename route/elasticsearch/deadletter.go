package elasticsearch

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// deadLetter keeps the documents that the cluster refused for good, one JSON
// object a line: {"error":…,"action":…,"document":…}. The file is opened at the
// first one, and for each again, so that it may be rotated at any time. Refusals
// are rare; the cost does not matter.
type deadLetter struct {
	path string // empty: nothing is kept
	line []byte
}

// append writes one line with a single write, so that lines of several
// processes do not mix. lines are the action and the document.
func (d *deadLetter) append(reason, lines []byte) error {
	if d.path == "" {
		return nil
	}
	action, document, _ := bytes.Cut(lines, []byte{'\n'})
	if len(reason) == 0 || bytes.IndexByte(reason, '\n') >= 0 {
		reason = appendString(nil, reason)
	}
	d.line = append(append(d.line[:0], `{"error":`...), reason...)
	d.line = append(append(d.line, `,"action":`...), action...)
	d.line = append(append(d.line, `,"document":`...), document...)
	d.line = append(d.line, "}\n"...)
	f, err := os.OpenFile(d.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o640)
	if err != nil {
		return fmt.Errorf("dead letter: %w", err)
	}
	if _, err = f.Write(d.line); err != nil {
		f.Close()
		return fmt.Errorf("dead letter: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("dead letter: %w", err)
	}
	return nil
}
