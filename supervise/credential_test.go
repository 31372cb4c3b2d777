package supervise

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// someGroups are supplementary groups nobody here has.
var someGroups = []uint32{70001, 70002}

func TestCredential(t *testing.T) {
	if !isRoot(t, "becoming another user") {
		return
	}
	app := publicSelf(t)
	for _, route := range routes {
		for name, test := range map[string]struct {
			user   Credential
			groups []int // without the group itself
		}{
			"no groups":    {Credential{UID: someUser, GID: someUser}, nil},
			"empty groups": {Credential{UID: someUser, GID: someUser, Groups: []uint32{}}, nil},
			"groups":       {Credential{UID: someUser, GID: 100, Groups: someGroups}, []int{70001, 70002}},
			"group only":   {Credential{UID: 0, GID: someUser}, nil},
			"root":         {Credential{UID: 0, GID: 0}, nil},
		} {
			spec := child("facts")
			spec.Path, spec.Credential = app, &test.user
			f := runFacts(t, via(t, route, spec))
			groups := slices.DeleteFunc(f.Groups, func(group int) bool { return group == f.GID })
			check(t, f.UID == int(test.user.UID) && f.EUID == f.UID && f.GID == int(test.user.GID) && slices.Equal(groups, test.groups),
				"%s, %s: user %d (%d), group %d, groups %v", name, route, f.UID, f.EUID, f.GID, f.Groups)
		}
	}
}

// TestCredentialDropsGroups: the groups of a root with groups go.
func TestCredentialDropsGroups(t *testing.T) {
	if !isRoot(t, "having groups") {
		return
	}
	app := publicSelf(t)
	for _, route := range routes {
		with := child("starter", route)
		with.Path, with.Credential = app, &Credential{UID: 0, GID: 0, Groups: someGroups}
		with.Env = append(childEnv("starter"), "CAT=/proc/self/status", fmt.Sprint("AS=", someUser))
		got := row(runOutput(t, with), "Groups:")
		check(t, got == "Groups:", "%s: %q", route, got)
	}
}

// TestOwnCredential: to stay who we are takes no privileges.
func TestOwnCredential(t *testing.T) {
	spec := child("facts")
	spec.Credential = &Credential{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	for _, route := range routes {
		f := runFacts(t, via(t, route, spec))
		check(t, f.UID == os.Getuid() && f.GID == os.Getgid(), "%s: user %d, group %d", route, f.UID, f.GID)
	}
	if !isRoot(t, "being somebody without privileges") {
		return
	}
	app := publicSelf(t)
	for _, route := range routes {
		// A process of this user, with these groups, starts one of the same user.
		with := child("starter", route)
		with.Path, with.Credential = app, &Credential{UID: someUser, GID: someUser, Groups: someGroups}
		with.Env = append(childEnv("starter"), "CAT=/proc/self/status", fmt.Sprint("AS=", someUser))
		got := strings.Fields(row(runOutput(t, with), "Groups:"))
		check(t, slices.Equal(got, []string{"Groups:", "70001", "70002"}), "%s: %q", route, got)
	}
}

// TestCredentialRefused: without privileges it is our fault, not the program's.
func TestCredentialRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		e := failAlike(t, Spec{Path: self(), Credential: &Credential{UID: 0, GID: 0}}, 125)
		check(t, strings.Contains(e.Error(), "become user 0, group 0: operation not permitted") && e.Hint() != "", "%v", e)
		return
	}
	app := publicSelf(t)
	for _, route := range routes {
		spec := child("unprivileged", route)
		spec.Path, spec.Credential = app, &Credential{UID: someUser, GID: someUser}
		got := runOutput(t, spec)
		check(t, strings.HasPrefix(got, "125 start ") && strings.Contains(got, "become user 0, group 0: operation not permitted\nonly root"),
			"%s: %q", route, got)
	}
}

// TestCredentialErrors: what root may do and the user may not.
func TestCredentialErrors(t *testing.T) {
	if !isRoot(t, "becoming another user") {
		return
	}
	app := publicSelf(t)
	dir := filepath.Dir(app)
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o700); err != nil {
		t.Fatal(err)
	}
	script := file(t, dir, "script", "#!/bin/sh\n", 0o700)
	inside := file(t, locked, "inside", "#!/bin/sh\n", 0o755)
	group := file(t, dir, "group", "#!/bin/sh\n", 0o650)
	odd := file(t, dir, "odd", "#!"+script+"\n", 0o755)
	user := &Credential{UID: someUser, GID: someUser}
	for name, test := range map[string]struct {
		spec    Spec
		code    int
		errno   syscall.Errno
		message string
		hint    string
	}{
		"a program of root's": {Spec{Path: script}, 126, syscall.EACCES, "permission denied",
			fmt.Sprintf("user %d, group %d may not execute %s, which has mode 0700 and belongs to user 0, group 0", someUser, someUser, script)},
		"in a directory of root's": {Spec{Path: inside}, 126, syscall.EACCES, "permission denied", "may not enter " + locked + ", "},
		"from PATH":                {Spec{Path: "script", Env: []string{"PATH=" + dir}}, 126, syscall.EACCES, "permission denied", "may not execute " + script},
		"another's group":          {Spec{Path: group}, 126, syscall.EACCES, "permission denied", "mode 0650"},
		"interpreter of root's":    {Spec{Path: odd}, 126, syscall.EACCES, "permission denied", "may not execute it or its interpreter"},
		"directory of root's": {Spec{Path: app, Dir: locked}, 125, syscall.EACCES,
			"working directory: chdir " + locked + ": permission denied", "may not enter " + locked},
		"directory and program": {Spec{Path: script, Dir: locked}, 125, syscall.EACCES, "working directory", "may not enter"},
		"no such program":       {Spec{Path: dir + "/none"}, 127, syscall.ENOENT, "no such file", ""},
	} {
		t.Run(name, func(t *testing.T) {
			test.spec.Credential = user
			e := failAlike(t, test.spec, test.code)
			check(t, errors.Is(e, test.errno) && strings.Contains(e.Error(), test.message), "%v", e)
			check(t, e.Hint() == "" == (test.hint == "") && strings.Contains(e.Hint(), test.hint), "hint %q", e.Hint())
		})
	}
}

// TestLookPathAsUser: a program that only root may execute does not hide the
// one further on in PATH.
func TestLookPathAsUser(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"a", "b", "c"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	file(t, dir+"/a", "tool", "x", 0o700)
	file(t, dir+"/b", "tool", "x", 0o755)
	env := []string{fmt.Sprintf("PATH=%s/a:%s/b:%s/c", dir, dir, dir)}
	for _, test := range []struct {
		user *Credential
		env  []string
		want string
	}{
		{nil, env, dir + "/a/tool"},
		{&Credential{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}, env, dir + "/a/tool"},
		{&Credential{UID: someUser, GID: someUser}, env, dir + "/b/tool"},
		{&Credential{UID: someUser, GID: someUser}, []string{"PATH=" + dir + "/c:" + dir + "/a"}, dir + "/a/tool"}, // left to exec
	} {
		got, err := lookPath("tool", test.env, "", test.user)
		check(t, err == nil && got == test.want, "%v: %q, %v, want %q", test.user, got, err, test.want)
	}
}

// TestMayExecute: the first of user, group and others that fits decides.
func TestMayExecute(t *testing.T) {
	const dir = unix.S_IFDIR
	for _, test := range []struct {
		user           Credential
		mode           uint32
		owner, ofGroup uint32
		want           bool
	}{
		{Credential{UID: 5, GID: 6}, 0o100, 5, 6, true},
		{Credential{UID: 5, GID: 6}, 0o011, 5, 6, false},
		{Credential{UID: 5, GID: 6}, 0o010, 1, 6, true},
		{Credential{UID: 5, GID: 6}, 0o101, 1, 6, false},
		{Credential{UID: 5, GID: 6, Groups: []uint32{7}}, 0o010, 1, 7, true},
		{Credential{UID: 5, GID: 6, Groups: []uint32{7}}, 0o101, 1, 7, false},
		{Credential{UID: 5, GID: 6}, 0o001, 1, 1, true},
		{Credential{UID: 5, GID: 6}, 0o110, 1, 1, false},
		{Credential{UID: 0, GID: 0}, 0o001, 1, 1, true},
		{Credential{UID: 0, GID: 0}, 0o666, 0, 0, false},
		{Credential{UID: 0, GID: 0}, dir, 1, 1, true},
		{Credential{UID: 5, GID: 0}, dir | 0o700, 0, 1, false},
	} {
		check(t, test.user.mayExecute(test.mode, test.owner, test.ofGroup) == test.want, "%+v", test)
	}
}

// TestOwn: an app of another user can open its stdout again only if it owns it.
func TestOwn(t *testing.T) {
	r, w := pipe(t)
	plain, err := os.Create(filepath.Join(t.TempDir(), "plain"))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	user := Credential{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	if err := Own(user, r, w, nil, plain); err != nil {
		t.Fatal(err)
	}
	check(t, Own(user, closedFile(t)) != nil, "a closed file was given away")
	if !isRoot(t, "giving files to another user") {
		check(t, Own(Credential{UID: 0, GID: 0}, w) != nil, "given to root without being root")
		return
	}
	user = Credential{UID: someUser, GID: someUser}
	app := publicSelf(t)
	for _, route := range routes {
		for _, owned := range []bool{false, true} {
			r, w := pipe(t)
			if owned {
				if err := Own(user, nil, w, plain); err != nil {
					t.Fatal(err)
				}
			}
			spec := child("reopen")
			spec.Path, spec.Credential, spec.Files = app, &user, []*os.File{nil, w, os.Stderr}
			p := start(t, via(t, route, spec))
			w.Close()
			got := newOutput(t, r).rest()
			want := "open /dev/stdout: permission denied\n"
			if owned {
				want = "reopened\n"
			}
			check(t, got == want, "%s, owned %v: %q", route, owned, got)
			wait(t, p)
		}
	}
	var stat unix.Stat_t
	if err := unix.Fstat(int(plain.Fd()), &stat); err != nil {
		t.Fatal(err)
	}
	check(t, stat.Uid == uint32(os.Getuid()), "a regular file was given to user %d", stat.Uid)
}
