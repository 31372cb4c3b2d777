package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

// accounts is what the system knows about users and groups, and who we are.
type accounts struct {
	uid, gid    int // ours, the effective ones
	groups      func() ([]int, error)
	user        func(name string) (*user.User, error)
	userID      func(id string) (*user.User, error)
	group       func(name string) (*user.Group, error)
	memberships func(*user.User) ([]string, error)
	names       func(file string) []string // the first fields of /etc/passwd or /etc/group
}

func systemAccounts() accounts {
	return accounts{
		uid: os.Geteuid(), gid: os.Getegid(), groups: os.Getgroups,
		user: user.Lookup, userID: user.LookupId, group: user.LookupGroup,
		memberships: (*user.User).GroupIds, names: firstFields,
	}
}

const (
	passwdFile = "/etc/passwd"
	groupFile  = "/etc/group"
)

// firstFields returns what stands before the first colon of each line, for hints.
func firstFields(file string) (names []string) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(data)) {
		if name, _, ok := strings.Cut(line, ":"); ok && name != "" && name[0] != '#' {
			names = append(names, name)
		}
	}
	return names
}

// account is a user as the app runs as it.
type account struct {
	uid, gid uint32
	groups   []uint32 // the supplementary ones
	name     string   // empty: it has none
	home     string
}

// parseID reads a numeric id. The largest number means "none" to the kernel.
func parseID(s string) (uint32, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil && n < 1<<32-1
}

// isNumber reports whether s can only be meant as an id.
func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// checkUser accepts USER[:GROUP], both by name or number.
func (a accounts) checkUser(s string) (string, error) {
	name, group, both := strings.Cut(s, ":")
	if _, err := a.findUser(name); err != nil {
		return "", err
	}
	if both {
		if _, err := a.findGroup(group); err != nil {
			return "", err
		}
	}
	return s, nil
}

// checkGroup accepts a group by name or number.
func (a accounts) checkGroup(s string) (string, error) {
	_, err := a.findGroup(s)
	return s, err
}

// findUser returns a user with its own group and the supplementary ones. A
// number need not be known to the system: it then keeps our group, belongs to
// no other, and has no name.
func (a accounts) findUser(s string) (account, error) {
	if s == "" {
		return account{}, valueError{"names no user", "write USER, USER:GROUP or UID:GID"}
	}
	find := a.user
	if isNumber(s) {
		if _, ok := parseID(s); !ok {
			return account{}, valueError{"has a uid that is too large", ""}
		}
		find = a.userID
	}
	u, err := find(s)
	if err != nil {
		if id, ok := parseID(s); ok {
			return account{uid: id, gid: uint32(a.gid), home: "/"}, nil
		}
		return account{}, unknownAccount("user", s, passwdFile, err, a.names(passwdFile))
	}
	uid, uidOK := parseID(u.Uid)
	gid, gidOK := parseID(u.Gid)
	if !uidOK || !gidOK {
		return account{}, valueError{"names a user whose ids are no numbers", ""}
	}
	found := account{uid: uid, gid: gid, name: u.Username, home: u.HomeDir}
	ids, err := a.memberships(u)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return account{}, valueError{"names a user whose groups cannot be read: " + reason(err), ""}
	}
	for _, id := range ids {
		if g, ok := parseID(id); ok && g != gid {
			found.groups = append(found.groups, g)
		}
	}
	return found, nil
}

func (a accounts) findGroup(s string) (uint32, error) {
	if s == "" {
		return 0, valueError{"names no group", "leave the colon out, or name a group after it"}
	}
	if isNumber(s) {
		id, ok := parseID(s)
		if !ok {
			return 0, valueError{"has a gid that is too large", ""}
		}
		return id, nil
	}
	g, err := a.group(s)
	if err != nil {
		return 0, unknownAccount("group", s, groupFile, err, a.names(groupFile))
	}
	id, ok := parseID(g.Gid)
	if !ok {
		return 0, valueError{"names a group whose id is no number", ""}
	}
	return id, nil
}

// unknownAccount says why a name means nothing here.
func unknownAccount(what, name, file string, err error, known []string) error {
	const numbers = "numbers need no entry there, as in 1000:1000"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return valueError{fmt.Sprintf("names a %s, and there is no %s to look it up in", what, file), numbers}
	case errors.Is(err, fs.ErrPermission):
		return valueError{fmt.Sprintf("names a %s, and %s cannot be read", what, file), numbers}
	}
	hint := fmt.Sprintf("the names are in %s; %s", file, numbers)
	if near := nearest(name, known); near != "" {
		hint = `did you mean "` + near + `"?`
	}
	return valueError{fmt.Sprintf("names a %s that is not known here", what), hint}
}

// change returns what it takes to become the user and group asked for, either
// of them empty if it is to stay; nil if nothing has to change.
func (a accounts) change(name, group string) (who account, c *Credential, err error) {
	who = account{uid: uint32(a.uid), gid: uint32(a.gid)}
	if name != "" {
		if who, err = a.findUser(name); err != nil {
			return who, nil, err
		}
	}
	if group != "" {
		if who.gid, err = a.findGroup(group); err != nil {
			return who, nil, err
		}
	}
	same := int(who.uid) == a.uid && int(who.gid) == a.gid
	if a.uid != 0 {
		if !same {
			return who, nil, valueError{
				fmt.Sprintf("the app cannot run as uid %d, gid %d: only root may change that, and logwrap runs as uid %d, gid %d", who.uid, who.gid, a.uid, a.gid),
				"start logwrap as root, or leave user and group out",
			}
		}
		return who, nil, nil
	}
	ours, err := a.groups()
	if err != nil {
		return who, nil, valueError{"logwrap's own groups cannot be read: " + reason(err), ""}
	}
	if name == "" { // only the group changes
		who.groups = nil
		for _, g := range ours {
			who.groups = append(who.groups, uint32(g))
		}
	}
	if same && sameGroups(ours, who.groups, who.gid) {
		return who, nil, nil
	}
	return who, &Credential{UID: who.uid, GID: who.gid, Groups: who.groups}, nil
}

// sameGroups reports whether both lists are the same but for the primary group,
// which may be in either.
func sameGroups(ours []int, wanted []uint32, primary uint32) bool {
	set := func(ids []uint32) []uint32 {
		ids = append([]uint32{primary}, ids...)
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	var have []uint32
	for _, g := range ours {
		have = append(have, uint32(g))
	}
	return slices.Equal(set(have), set(wanted))
}
