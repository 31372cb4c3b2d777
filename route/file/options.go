package file

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

// Options says where and how to write.
type Options struct {
	// Path of the file; its folder has to exist. There is no default. One path
	// belongs to one handler. /dev/null is allowed.
	Path string `json:"path"`
	// Format of the records; zero: JSON lines.
	Format format.Options `json:"format"`
	// Mode of files that the sink creates, whatever the umask is; 0: 0640.
	Mode os.FileMode `json:"mode,omitempty"`
	// Rotate says when to begin a new file; zero: never.
	Rotate Rotate `json:"rotate"`
}

// Rotate says when the file is moved away and what becomes of it. The newest of
// the old files is PATH.1, as Python's RotatingFileHandler and logrotate do it.
type Rotate struct {
	// Size in bytes that a file does not exceed, but for a single batch that is
	// larger (see Limits). 0: no limit.
	Size int64 `json:"size,omitempty"`
	// Age that the first record of a file may reach, by the records' own capture
	// times: a file that gets no records is not rotated. 0: no limit.
	Age time.Duration `json:"age,omitempty"`
	// Keep is how many old files are kept. 0: 7.
	Keep int `json:"keep,omitempty"`
	// Compress old files with "gzip", to PATH.N.gz. Empty: no.
	Compress string `json:"compress,omitempty"`
}

// Limits returns the batching that suits files: a batch is one write(2).
func Limits() route.Limits {
	return route.Limits{Records: 4096, Bytes: 256 << 10, Delay: 100 * time.Millisecond, Timeout: 30 * time.Second}
}

const (
	defaultMode = 0o640
	defaultKeep = 7
	maxKeep     = 10000
	gzipName    = "gzip"
)

// complete checks o and fills in the defaults.
func (o *Options) complete() error {
	if o.Path == "" {
		return optionError("path", errors.New("missing"), "name the file to write")
	}
	if strings.HasSuffix(o.Path, "/") || strings.IndexByte(o.Path, 0) >= 0 {
		return optionError("path", fmt.Errorf("%q is not the name of a file", o.Path), "")
	}
	if o.Mode == 0 {
		o.Mode = defaultMode
	}
	if o.Mode&^0o777 != 0 {
		return optionError("mode", fmt.Errorf("%#o has more than permission bits", uint32(o.Mode)), "write it in octal, such as 0640")
	}
	if o.Mode&0o200 == 0 {
		return optionError("mode", fmt.Errorf("%#o lets the owner not write", uint32(o.Mode)), "0640 is usual")
	}
	return o.Rotate.complete()
}

func (r *Rotate) complete() error {
	const when = "set rotate.size or rotate.age too"
	switch {
	case r.Size < 0:
		return optionError("rotate.size", errors.New("is negative"), "")
	case r.Age < 0:
		return optionError("rotate.age", errors.New("is negative"), "")
	case r.Keep < 0 || r.Keep > maxKeep:
		return optionError("rotate.keep", fmt.Errorf("%d is not between 1 and %d", r.Keep, maxKeep), "")
	case r.Compress != "" && r.Compress != gzipName:
		return optionError("rotate.compress", fmt.Errorf("unknown method %q", r.Compress), "gzip is the only one")
	case r.Keep > 0 && !r.enabled():
		return optionError("rotate.keep", errors.New("nothing says when to rotate"), when)
	case r.Compress != "" && !r.enabled():
		return optionError("rotate.compress", errors.New("nothing says when to rotate"), when)
	}
	if r.Keep == 0 {
		r.Keep = defaultKeep
	}
	return nil
}

func (r *Rotate) enabled() bool { return r.Size > 0 || r.Age > 0 }

func optionError(option string, err error, hint string) error {
	return &route.OptionError{Option: option, Err: err, Hint: hint}
}
