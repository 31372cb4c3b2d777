package redact

import "strings"

// What a token is made of.
const (
	alnum  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	hexes  = "0123456789abcdefABCDEF"
	url64  = alnum + "_-"
	dotted = url64 + "."
	path64 = url64 + "/"
)

// tokenForm is how the tokens of one maker look.
type tokenForm struct {
	prefix string
	least  int    // bytes after the prefix
	chars  string // of what they are
	exact  bool   // no more than least
	keep   int    // bytes that are shown
	number bool   // a digit has to be among them
}

// forms are the tokens that their prefix gives away, as their makers document them.
var forms = []tokenForm{
	{"ghp_", 30, alnum, false, 0, false}, {"gho_", 30, alnum, false, 0, false}, {"ghu_", 30, alnum, false, 0, false},
	{"ghs_", 30, dotted, false, 0, false}, {"ghr_", 30, alnum, false, 0, false}, {"github_pat_", 22, url64, false, 0, false},
	{"glpat-", 20, dotted, false, 0, false}, {"glrt-", 20, dotted, false, 0, false}, {"gldt-", 20, url64, false, 0, false},
	{"glcbt-", 20, url64, false, 0, false}, {"glptt-", 20, url64, false, 0, false}, {"glsa_", 32, url64, false, 0, false},
	{"xoxb-", 10, url64, false, 0, true}, {"xoxp-", 10, url64, false, 0, true}, {"xoxa-", 10, url64, false, 0, true},
	{"xoxr-", 10, url64, false, 0, true}, {"xoxs-", 10, url64, false, 0, true}, {"xoxe-", 10, url64, false, 0, true},
	{"xoxe.xox", 10, dotted, false, 0, true}, {"xoxc-", 10, url64, false, 0, true}, {"xoxd-", 10, url64 + "%/+=", false, 0, true}, {"xapp-", 10, url64, false, 0, true},
	{"sk_live_", 10, alnum, false, 0, false}, {"rk_live_", 10, alnum, false, 0, false}, {"sk_test_", 10, alnum, false, 0, false},
	{"rk_test_", 10, alnum, false, 0, false}, {"whsec_", 20, alnum + "+/=", false, 0, false},
	{"AIza", 35, url64, false, 0, false}, {"ya29.", 20, url64, false, 0, false}, {"GOCSPX-", 20, url64, false, 0, false},
	{"SG.", 40, dotted, false, 0, true}, {"npm_", 30, alnum, false, 0, false}, {"pypi-", 32, url64, false, 0, true},
	{"AKIA", 16, upper, true, 0, false}, {"ASIA", 16, upper, true, 0, false}, {"SK", 32, hexes, true, 0, true},
	{"dop_v1_", 40, hexes, false, 0, false}, {"doo_v1_", 40, hexes, false, 0, false}, {"hf_", 30, alnum, false, 0, false},
	{"sk-ant-", 20, url64, false, 0, true}, {"sk-proj-", 20, url64, false, 0, false}, {"sk-svcacct-", 20, url64, false, 0, false}, {"sk-", 32, alnum, false, 0, true},
	{"sk-or-v1-", 32, hexes, false, 0, true}, {"gsk_", 32, alnum, false, 0, true}, {"xai-", 40, alnum, false, 0, true},
	{"shpat_", 32, hexes, false, 0, false}, {"shpss_", 32, hexes, false, 0, false}, {"shpca_", 32, hexes, false, 0, false}, {"shppa_", 32, hexes, false, 0, false},
	{"hvs.", 20, url64, false, 0, false}, {"hvb.", 20, url64, false, 0, false}, {"dckr_pat_", 20, url64, false, 0, false}, {"dckr_oat_", 20, url64, false, 0, false},
	{"sntrys_", 20, alnum + "_+/=", false, 0, false}, {"sntryu_", 20, alnum, false, 0, false}, {"dapi", 32, hexes, false, 0, true},
	{"key-", 32, hexes, true, 0, true}, {"NRAK-", 27, upper, false, 0, false}, {"rubygems_", 40, hexes, false, 0, false}, {"lin_api_", 32, alnum, false, 0, false},
	{"PMAK-", 24, url64, false, 0, true}, {"xkeysib-", 40, url64, false, 0, true}, {"figd_", 20, url64, false, 0, false}, {"ATATT3", 40, url64 + "=", false, 0, false},
	{"AGE-SECRET-KEY-1", 50, upper, false, 0, false}, {"sq0csp-", 30, url64, false, 0, false}, {"sq0atp-", 20, url64, false, 0, false}, {"EAAA", 55, url64, false, 0, true},
	{"pscale_tkn_", 30, dotted, false, 0, false}, {"pscale_pw_", 30, dotted, false, 0, false}, {"HRKU-", 30, url64, false, 0, false}, {"dp.pt.", 30, alnum, false, 0, false},
	{"tfp_", 40, alnum, false, 0, true}, {"ntn_", 40, alnum, false, 0, true}, {"secret_", 43, alnum, true, 0, true}, {"phx_", 40, alnum, false, 0, true}, {"nfp_", 36, alnum, false, 0, true},
	{"hooks.slack.com/services/", 20, path64, false, 25, false}, {"webhookb2/", 36, path64 + "@", false, 10, false},
}

// tokenAt returns what to hide of the token that begins at i, and its end; i, if none
// does.
func tokenAt(s string, i int) (from, end int) {
	if i+2 >= len(s) {
		return i, i
	}
	of := lex().formsBy[s[i]]
	for n := range of {
		f := &of[n]
		if from, end = f.at(s, i); end > i {
			return from, end
		}
	}
	switch s[i] {
	case 'e':
		return jwtAt(s, i)
	case 'b':
		if strings.HasPrefix(s[i:], "bot") {
			return telegramAt(s, i+len("bot"), i)
		}
	case 'w':
		return discordHookAt(s, i)
	case 'M', 'N', 'O':
		return discordAt(s, i)
	}
	return i, i
}

func (f *tokenForm) at(s string, i int) (from, end int) {
	if !strings.HasPrefix(s[i:], f.prefix) {
		return i, i
	}
	at := i + len(f.prefix)
	end = runEnd(s, at, f.chars, f.least)
	if end-at < f.least || f.number && !strings.ContainsAny(s[at:end], "0123456789") {
		return i, i
	}
	end = runEnd(s, end, f.chars, len(s))
	if f.exact && (end-at > f.least || end < len(s) && isWord(s[end])) {
		return i, i
	}
	for end > at && s[end-1] == '.' {
		end--
	}
	return i + f.keep, end
}

// runEnd returns the end of the run of chars at i, at most most long.
func runEnd(s string, i int, chars string, most int) int {
	end := i
	for end < len(s) && end-i < most && strings.IndexByte(chars, s[end]) >= 0 {
		end++
	}
	return end
}

// cutToken is cut, with the secret key that follows an AWS key id.
func (x *scan) cutToken(from, end int) int {
	s, id := x.s, x.s[from:end]
	next := x.cut(from, end)
	if len(id) == 20 && (strings.HasPrefix(id, "AKIA") || strings.HasPrefix(id, "ASIA")) && end < len(s) && strings.IndexByte(":/, ", s[end]) >= 0 {
		if key := runEnd(s, end+1, alnum+"/+", 41); key-end-1 == 40 {
			return x.cut(end+1, key)
		}
	}
	return next
}

// jwtAt finds a JSON web token (RFC 7519), also one that is cut off.
func jwtAt(s string, i int) (from, end int) {
	if !strings.HasPrefix(s[i:], "eyJ") {
		return i, i
	}
	head := runEnd(s, i, url64, maxValue)
	if head-i < 12 || head+8 > len(s) || s[head] != '.' {
		return i, i
	}
	end = runEnd(s, head+1, url64, len(s))
	if end-head < 16 && !strings.HasPrefix(s[head+1:], "eyJ") {
		return i, i
	}
	for range 3 {
		if end < len(s) && s[end] == '.' {
			end = runEnd(s, end+1, url64, len(s))
		}
	}
	if s[end-1] == '.' {
		end--
	}
	return i, end
}

// telegramAt finds 123456789:AA… at i.
func telegramAt(s string, i, start int) (from, end int) {
	colon := runEnd(s, i, "0123456789", 12)
	if n := colon - i; n < 8 || n > 10 || colon >= len(s) || s[colon] != ':' {
		return start, start
	}
	end = runEnd(s, colon+1, url64, 64)
	if n := end - colon - 1; n < 34 || n > 36 {
		return start, start
	}
	return i, end
}

// discordAt finds the token of a Discord bot: the number of a user in base64, a time
// and a signature.
func discordAt(s string, i int) (from, end int) {
	if i+58 > len(s) || strings.IndexByte(s[i+23:i+29], '.') < 0 {
		return i, i
	}
	first := runEnd(s, i, url64, 32)
	if n := first - i; n < 23 || n > 28 || s[first] != '.' {
		return i, i
	}
	second := runEnd(s, first+1, url64, 8)
	if second-first-1 != 6 || second >= len(s) || s[second] != '.' {
		return i, i
	}
	end = runEnd(s, second+1, url64, 64)
	if end-second-1 < 25 {
		return i, i
	}
	return i, end
}

func discordHookAt(s string, i int) (from, end int) {
	const word = "webhooks/"
	if !strings.HasPrefix(s[i:], word) {
		return i, i
	}
	id := runEnd(s, i+len(word), "0123456789", 24)
	if id-i-len(word) < 15 || id >= len(s) || s[id] != '/' {
		return i, i
	}
	end = runEnd(s, id+1, url64, 128)
	if end-id < 40 {
		return i, i
	}
	return id + 1, end
}

// hashAt finds a password's hash in the form of crypt(5), and keeps what says how it
// was made.
func hashAt(s string, i int) (from, end int) {
	const chars = alnum + "./"
	rest := s[i:min(len(s), i+200)]
	for _, h := range [...]struct {
		prefix string
		least  int
		chars  string
	}{{"$2a$", 50, chars + "$"}, {"$2b$", 50, chars + "$"}, {"$2y$", 50, chars + "$"}, {"$argon2", 40, chars + "$=,+"},
		{"$6$", 80, chars + "$="}, {"$5$", 40, chars + "$="}, {"$1$", 22, chars + "$"}, {"$y$", 40, chars + "$"}, {"$pbkdf2", 40, chars + "$=,+-"}, {"$scrypt$", 40, chars + "$=,+"}} {
		if !strings.HasPrefix(rest, h.prefix) {
			continue
		}
		at := i + len(h.prefix)
		end = runEnd(s, at, h.chars, 512)
		if end-at < h.least {
			return i, i
		}
		if n := strings.IndexByte(s[at:end], '$'); n >= 0 && n < 12 && h.prefix[1] != '6' && h.prefix[1] != '5' && h.prefix[1] != '1' {
			at += n + 1
		}
		return at, end
	}
	return i, i
}
