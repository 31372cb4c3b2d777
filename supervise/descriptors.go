package supervise

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// sealOpenDescriptors marks the descriptors above 2 that dir, a listing of our
// own, names. Without the listing it can do nothing: an app that inherits a
// descriptor too many is better than one that does not start.
func sealOpenDescriptors(dir string) {
	list, err := os.Open(dir)
	if err != nil {
		return
	}
	defer list.Close()
	names, _ := list.Readdirnames(-1)
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}
