package redact

import "strings"

// kind is what a name says of its value.
type kind uint8

const (
	notSecret kind = iota
	query          // secret in the query of a URL
	weak           // perhaps: it has other uses
	strong         // secret
	auth           // Authorization, with its scheme
	cookie         // pairs of name and value
	digits         // a short number: cvv
	social         // a social security number
)

// names are the last parts of names, in lower case without separators. Those with
// a dot before them have to be whole or begin where a part of the name does. They hold
// what sentry-python's scrubber.py and Relay's @password filter have.
func names() map[string]kind {
	return map[string]kind{
		"password": strong, "passwd": strong, "passwort": strong, "kennwort": strong, "passphrase": strong, ".senha": strong, ".contrasena": strong,
		"passwordhash": strong, "passworddigest": strong, "passwordconfirmation": strong, "passwordconfirm": strong, "passwordagain": strong, "passwordrepeat": strong,
		".pwd": strong, ".pass": strong, ".passcode": strong, "mysqlpwd": strong, "userpass": strong, "dbpass": strong, ".psw": strong,
		"secret": strong, "secretkey": strong, "secretkeybase": strong, "secretaccesskey": strong, "secretvalue": strong, "secrettoken": strong,
		"apikey": strong, "apisecret": strong, "privatekey": strong, "accountkey": strong, "sharedkey": strong, "sharedaccesskey": strong, "accesskey": weak,
		"signingkey": strong, "encryptionkey": strong, "masterkey": strong, "authkey": strong, "hmackey": strong, "accesskeyid": weak, ".appkey": strong, "storagekey": strong,
		"authtoken": strong, "accesstoken": strong, "refreshtoken": strong, "idtoken": strong, "bearertoken": strong, "apitoken": strong, "bottoken": strong,
		"sessiontoken": strong, "securitytoken": strong, "resettoken": strong, "csrftoken": strong, "csrfmiddlewaretoken": strong, "xsrftoken": strong,
		"sharedaccesssignature": strong, "webhooksecret": strong, "clientsecret": strong,
		"token": weak, "tokens": weak, "secrets": weak, "passwords": weak, "apikeys": weak, ".auth": weak, ".jwt": weak, ".bearer": weak,
		".session": weak, "sessionid": weak, "sessid": weak, ".sid": weak, "connectsid": weak, "sessionkey": weak, ".symfony": weak, "usersession": weak,
		".csrf": weak, ".xsrf": weak, ".credentials": weak, ".credential": weak, ".cred": weak, ".creds": weak,
		"authorization": auth, ".cookie": cookie, ".cookies": cookie, "setcookie": cookie,
		".sig": query, ".signature": query, ".code": query, ".key": query, ".hmac": query, ".otp": query,
		".cvv": digits, ".cvc": digits, ".cvv2": digits, ".cvc2": digits, ".pin": digits,
		".ssn": social, "socialsecuritynumber": social, "socialsecurity": social,
	}
}

// maxName is the longest name that is looked at.
const maxName = 64

// name is one of names.
type name struct {
	text  string
	whole bool // it begins where a part of the name does
	kind  kind
}

// triple numbers three letters, whatever their case.
func triple(s string) uint16 {
	return uint16(s[0]&31)<<10 | uint16(s[1]&31)<<5 | uint16(s[2]&31)
}

// kindOf returns what a name says of its value.
func kindOf(name string) kind {
	if len(name) > maxName {
		name = name[len(name)-maxName:]
	}
	if k := lookUp(name); k != notSecret {
		return k
	}
	if n := len(name) - 2; n >= 0 && strings.EqualFold(name[n:], "pw") && (n == 0 || separates(name[n-1])) {
		return strong
	}
	cut := len(name)
	for cut > 0 && isDigit(name[cut-1]) { // password2, TOKEN_1
		cut--
	}
	if cut == len(name) || cut < 3 {
		return notSecret
	}
	return lookUp(name[:cut])
}

// lookUp compares the end of s with the names.
func lookUp(s string) kind {
	var last [3]byte
	n := len(last)
	for i := len(s) - 1; i >= 0 && n > 0; i-- {
		if !separates(s[i]) {
			n--
			last[n] = s[i]
		}
	}
	if n > 0 {
		return notSecret
	}
	for _, n := range lex().named(triple(string(last[:]))) {
		if n.endOf(s) {
			return n.kind
		}
	}
	return notSecret
}

// separates reports bytes that do not count in a name.
func separates(c byte) bool { return c == '_' || c == '-' || c == '.' || c == ' ' }

// endOf reports whether s ends in n.
func (n *name) endOf(s string) bool {
	i := len(s)
	for j := len(n.text) - 1; j >= 0; j-- {
		for i--; i >= 0 && separates(s[i]); i-- {
		}
		if i < 0 || s[i] != n.text[j] && s[i]|0x20 != n.text[j] {
			return false
		}
	}
	if !n.whole || i == 0 || separates(s[i-1]) {
		return true
	}
	return s[i]-'A' < 26 && s[i-1]-'A' >= 26 // userSession
}

// twoWords returns where the name begins that is written in two words and ends at the
// last word, "api key"; from is where that word begins.
func (x *scan) twoWords(from int) int {
	i := from - 1
	if i <= x.least || x.s[i] != ' ' {
		return from
	}
	for i > x.least && from-i < maxName && isWord(x.s[i-1]) {
		i--
	}
	return i
}

// nameBefore returns where the name begins that ends at the last word.
func (x *scan) nameBefore() int {
	from := x.word.from
	least := max(x.least, x.word.to-maxName)
	for from > least && (isWord(x.s[from-1]) || x.s[from-1] == '-' || x.s[from-1] == '.') {
		from--
	}
	return from
}
