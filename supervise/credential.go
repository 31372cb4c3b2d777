package supervise

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Credential is a user to run a process as, by numbers: containers often have
// no user database.
type Credential struct {
	UID, GID uint32
	// Groups are the supplementary groups. Ours are never kept, except when
	// UID and GID are what we, not being root, have already.
	Groups []uint32
}

// String names the user for an error or a hint.
func (c *Credential) String() string {
	return fmt.Sprintf("user %d, group %d", c.UID, c.GID)
}

func (c *Credential) attribute() *syscall.Credential {
	return &syscall.Credential{Uid: c.UID, Gid: c.GID, Groups: c.Groups}
}

// isOurs reports whether nothing has to be changed for c, which a process
// without privileges could not do anyway. A nil c is ours.
func (c *Credential) isOurs() bool {
	if c == nil {
		return true
	}
	uid, gid := int(c.UID), int(c.GID)
	if uid == 0 || os.Getuid() != uid || os.Geteuid() != uid || os.Getgid() != gid || os.Getegid() != gid {
		return false
	}
	if c.Groups == nil {
		return true
	}
	ours, err := os.Getgroups()
	return err == nil && slices.Equal(sorted(c.Groups), sorted(ours))
}

func sorted[N int | uint32](groups []N) []int {
	list := make([]int, len(groups))
	for i, group := range groups {
		list[i] = int(group)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// obstacle says what keeps the user from executing a file, or from entering a
// directory, "" if nothing is known to. It goes by the modes and owners on the
// way there; access control lists and security modules may decide otherwise.
func (c *Credential) obstacle(path string) string {
	if c == nil {
		return ""
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	for at := 0; ; {
		next := strings.IndexByte(path[at:], '/')
		part := path
		if next >= 0 {
			at += next + 1
			part = path[:at]
		}
		var stat unix.Stat_t
		if unix.Stat(part, &stat) != nil {
			return ""
		}
		if !c.mayExecute(uint32(stat.Mode), stat.Uid, stat.Gid) {
			verb := "execute"
			if stat.Mode&unix.S_IFMT == unix.S_IFDIR {
				verb = "enter"
			}
			return fmt.Sprintf("%s may not %s %s, which has mode %04o and belongs to user %d, group %d",
				c, verb, filepath.Clean(part), stat.Mode&0o7777, stat.Uid, stat.Gid)
		}
		if next < 0 {
			return ""
		}
	}
}

// mayExecute reports whether mode lets the user execute a file of this owner and
// group, or search a directory.
func (c *Credential) mayExecute(mode, owner, group uint32) bool {
	switch {
	case c.UID == 0:
		return mode&0o111 != 0 || mode&unix.S_IFMT == unix.S_IFDIR
	case c.UID == owner:
		return mode&0o100 != 0
	case c.GID == group || slices.Contains(c.Groups, group):
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

// Own makes those of files that are pipes or terminals belong to the user c, so
// that a program of that user can open them again by name, as many do with
// /dev/stdout; a pipe made by us is otherwise closed to it. Pass only what was
// made for that program: an inherited file belongs to somebody else. Regular
// files, devices and nil entries are left alone.
func Own(c Credential, files ...*os.File) error {
	for _, f := range files {
		if f == nil {
			continue
		}
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if info.Mode()&os.ModeNamedPipe == 0 && !isTerminal(f) {
			continue
		}
		gid := int(c.GID)
		if info.Mode()&os.ModeNamedPipe == 0 {
			gid = -1 // a terminal's group is the one that may write messages to it
		}
		if err := f.Chown(int(c.UID), gid); err != nil {
			return fmt.Errorf("give a pipe or terminal to %s: %w", &c, err)
		}
	}
	return nil
}
