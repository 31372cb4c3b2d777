package config

import (
	"errors"
	"io/fs"
	"os/user"
	"reflect"
	"strings"
	"testing"
)

// someAccounts is a system of a few accounts, where logwrap runs as uid, gid
// with the groups 0 and 10.
func someAccounts(uid, gid int) accounts {
	users := []*user.User{
		{Username: "root", Uid: "0", Gid: "0", HomeDir: "/root"},
		{Username: "app", Uid: "1000", Gid: "100", HomeDir: "/srv/app"},
		{Username: "odd", Uid: "S-1-5", Gid: "100"},
	}
	groups := map[string]string{"users": "100", "video": "44", "app": "1000"}
	find := func(is func(*user.User) bool, missing error) (*user.User, error) {
		for _, u := range users {
			if is(u) {
				return u, nil
			}
		}
		return nil, missing
	}
	return accounts{
		uid: uid, gid: gid,
		groups: func() ([]int, error) { return []int{10, 0}, nil },
		user: func(name string) (*user.User, error) {
			return find(func(u *user.User) bool { return u.Username == name }, user.UnknownUserError(name))
		},
		userID: func(id string) (*user.User, error) {
			return find(func(u *user.User) bool { return u.Uid == id }, user.UnknownUserIdError(0))
		},
		group: func(name string) (*user.Group, error) {
			if id, ok := groups[name]; ok {
				return &user.Group{Name: name, Gid: id}, nil
			}
			return nil, user.UnknownGroupError(name)
		},
		memberships: func(u *user.User) ([]string, error) {
			switch u.Username {
			case "app":
				return []string{"100", "44", "27"}, nil
			case "root":
				return []string{"0", "10"}, nil
			}
			return []string{u.Gid}, nil
		},
		names: func(file string) []string {
			if file == passwdFile {
				return []string{"root", "app", "odd"}
			}
			return []string{"users", "video", "app"}
		},
	}
}

func TestAccountChanges(t *testing.T) {
	root := someAccounts(0, 0)
	for _, c := range []struct {
		name       string
		system     accounts
		user       string
		group      string
		want       *Credential
		asUser     string
		home       string
		notesCount int
	}{
		{name: "nothing asked", system: root},
		{name: "nothing asked, not root", system: someAccounts(1000, 100)},
		{name: "a name", system: root, user: "app", want: &Credential{1000, 100, []uint32{44, 27}}, asUser: "app", home: "/srv/app"},
		{name: "its number", system: root, user: "1000", want: &Credential{1000, 100, []uint32{44, 27}}, asUser: "app", home: "/srv/app"},
		{name: "a name and a group", system: root, user: "app:video", want: &Credential{1000, 44, []uint32{44, 27}}, asUser: "app", home: "/srv/app"},
		{name: "two numbers nobody knows", system: root, user: "7:8", want: &Credential{7, 8, nil}, home: "/"},
		{name: "a number nobody knows", system: root, user: "7", want: &Credential{7, 0, nil}, home: "/", notesCount: 1},
		{name: "a group beside", system: root, user: "7", group: "video", want: &Credential{7, 44, nil}, home: "/"},
		{name: "the same group twice", system: root, user: "7:video", group: "video", want: &Credential{7, 44, nil}, home: "/"},
		{name: "a group alone", system: root, group: "44", want: &Credential{0, 44, []uint32{10, 0}}},
		{name: "ourselves", system: root, user: "root"},
		{name: "ourselves with other groups", system: someAccounts(0, 5), user: "root", want: &Credential{0, 0, []uint32{10}}},
		{name: "ourselves, not root", system: someAccounts(1000, 100), user: "app"},
		{name: "ourselves by number, not root", system: someAccounts(7, 8), user: "7:8"},
	} {
		config := Default()
		config.Supervise.User, config.Supervise.Group = c.user, c.group
		a := applier{config: config, env: environ()}
		a.decideAccount(c.system)
		s := config.Supervise
		if len(a.errs) > 0 || !reflect.DeepEqual(s.Credential, c.want) {
			t.Errorf("%s: %+v, errors %v", c.name, s.Credential, a.errs)
		}
		if s.UserName != c.asUser || s.Home != c.home || len(config.Notes) != c.notesCount {
			t.Errorf("%s: user %q, home %q, notes %q", c.name, s.UserName, s.Home, config.Notes)
		}
	}
}

func TestAccountsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		system      accounts
		user, group string
		want        string
	}{
		{someAccounts(1000, 100), "root", "", "the app cannot run as uid 0, gid 0: only root may change that, and logwrap runs as uid 1000, gid 100\n\thint: start logwrap as root, or leave user and group out"},
		{someAccounts(1000, 100), "", "video", "the app cannot run as uid 1000, gid 44: only root may change that"},
		{someAccounts(1000, 100), "1000:0", "", "the app cannot run as uid 1000, gid 0: only root may change that"},
		{someAccounts(0, 0), "odd", "", "names a user whose ids are no numbers"},
	} {
		config := Default()
		config.Supervise.User, config.Supervise.Group = c.user, c.group
		a := applier{config: config, env: environ()}
		a.decideAccount(c.system)
		if err := a.errs.orNil(); err == nil || !strings.Contains(err.Error(), c.want) || config.Supervise.Credential != nil {
			t.Errorf("%s %s: %v, want %s", c.user, c.group, err, c.want)
		}
	}
}

func TestAccountNamesAreChecked(t *testing.T) {
	without := someAccounts(0, 0)
	without.user = func(string) (*user.User, error) {
		return nil, &fs.PathError{Op: "open", Path: passwdFile, Err: fs.ErrNotExist}
	}
	without.userID = without.user
	without.group = func(string) (*user.Group, error) { return nil, errors.Join(fs.ErrPermission) }
	for _, c := range []struct {
		system           accounts
		user, want, hint string
	}{
		{someAccounts(0, 0), "aps", "names a user that is not known here", `did you mean "app"?`},
		{someAccounts(0, 0), "zebra", "names a user that is not known here", "the names are in /etc/passwd; numbers need no entry there, as in 1000:1000"},
		{someAccounts(0, 0), "app:vidoe", "names a group that is not known here", `did you mean "video"?`},
		{someAccounts(0, 0), "app:", "names no group", "leave the colon out, or name a group after it"},
		{someAccounts(0, 0), "", "names no user", "write USER, USER:GROUP or UID:GID"},
		{someAccounts(0, 0), "4294967295", "has a uid that is too large", ""},
		{someAccounts(0, 0), "1:4294967295", "has a gid that is too large", ""},
		{someAccounts(0, 0), "-1", "names a user that is not known here", "the names are in /etc/passwd; numbers need no entry there, as in 1000:1000"},
		{someAccounts(0, 0), "1:2:3", "names a group that is not known here", "the names are in /etc/group; numbers need no entry there, as in 1000:1000"},
		{without, "app", "names a user, and there is no /etc/passwd to look it up in", "numbers need no entry there, as in 1000:1000"},
		{without, "1:app", "names a group, and /etc/group cannot be read", "numbers need no entry there, as in 1000:1000"},
	} {
		_, err := c.system.checkUser(c.user)
		if err == nil || err.Error() != c.want || hintOf(err) != c.hint {
			t.Errorf("%q: %v, hint %q, want %q, hint %q", c.user, err, hintOf(err), c.want, c.hint)
		}
	}
	for _, s := range []string{"app", "1000", "app:video", "1:2", "0:0", "app:0"} {
		if got, err := someAccounts(0, 0).checkUser(s); err != nil || got != s {
			t.Errorf("%q: %q %v", s, got, err)
		}
	}
	if got, err := without.checkUser("1000:1000"); err != nil || got != "1000:1000" {
		t.Errorf("numbers without a passwd file: %q %v", got, err)
	}
}

// TestGroupAndUserFromDifferentSources has the later source win over what the
// earlier one says about the group.
func TestGroupAndUserFromDifferentSources(t *testing.T) {
	for _, c := range []struct {
		file    string
		flag    RunFlags
		uid     uint32
		gid     uint32
		refused bool
	}{
		{file: "user: '7:8'", flag: RunFlags{Group: "9"}, uid: 7, gid: 9},
		{file: "group: 9", flag: RunFlags{User: "7:8"}, uid: 7, gid: 8},
		{file: "group: 9", flag: RunFlags{User: "7"}, uid: 7, gid: 9},
		{file: "user: '7:8'", flag: RunFlags{User: "6:5"}, uid: 6, gid: 5},
		{file: "user: '7:8', group: 9", refused: true},
		{file: "user: '7:8', group: 9", flag: RunFlags{Group: "5"}, uid: 7, gid: 5},
	} {
		config := mustParse(t, "supervise: {"+c.file+"}", nil)
		config.nameFile("logwrap.yaml")
		a := applier{config: config, env: environ()}
		a.set("user", c.flag.User, into(&config.Supervise.User, someAccounts(0, 0).checkUser))
		a.set("group", c.flag.Group, into(&config.Supervise.Group, someAccounts(0, 0).checkGroup))
		a.decideAccount(someAccounts(0, 0))
		got := config.Supervise.Credential
		if c.refused != (len(a.errs) > 0) || c.refused != (got == nil) || got != nil && (got.UID != c.uid || got.GID != c.gid) {
			t.Errorf("%s %+v: %+v, errors %v", c.file, c.flag, got, a.errs)
		}
	}
}

func TestSystemAccounts(t *testing.T) {
	a := systemAccounts()
	if a.uid != 0 {
		if _, _, err := a.change("0", ""); err == nil {
			t.Error("a user may become root")
		}
	} else if _, c, err := a.change("54321", "54322"); err != nil || c == nil || c.UID != 54321 || c.GID != 54322 || len(c.Groups) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := a.checkUser("rooot"); err == nil || len(a.names(passwdFile)) > 0 && hintOf(err) != `did you mean "root"?` {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
}
