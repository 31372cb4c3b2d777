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
var names = map[string]kind{
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
	".sig": query, ".signature": query, ".code": query, ".key": query, ".hmac": query, ".otp": query, ".pw": query,
	".cvv": digits, ".cvc": digits, ".cvv2": digits, ".cvc2": digits, ".pin": digits,
	".ssn": social, "socialsecuritynumber": social, "socialsecurity": social,
}

// maxName is the longest name that is looked at.
const maxName = 64

// longestName is the longest of names.
const longestName = 24

// nameEnds are the last two letters of names, and those that other rules wait for.
var nameEnds = func() *pairs {
	var p pairs
	for name := range names {
		p.add(name[len(name)-2], name[len(name)-1])
	}
	for _, end := range []string{"ue", "by", "er", "ic", "ty"} { // value, IDENTIFIED BY, Bearer, Basic, social security
		p.add(end[0], end[1])
	}
	return &p
}()

// kindOf returns what a name says of its value.
func kindOf(name string) kind {
	if len(name) > maxName {
		name = name[len(name)-maxName:]
	}
	if k := lookUp(name); k != notSecret {
		return k
	}
	// password2, TOKEN_1
	if cut := strings.TrimRight(name, "0123456789"); len(cut) < len(name) && len(cut) > 2 {
		return lookUp(strings.TrimRight(cut, "_-"))
	}
	return notSecret
}

// lookUp tries the ends of name, the longest first.
func lookUp(name string) kind {
	var squeezed [maxName]byte // without separators
	var starts [maxName]bool   // where a part of the name begins
	n, begins := 0, true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '_' || c == '-' || c == '.' || c == ' ' {
			begins = true
			continue
		}
		isUpper := c-'A' < 26
		starts[n] = begins || isUpper && i > 0 && name[i-1]-'A' >= 26
		if isUpper {
			c |= 0x20
		}
		squeezed[n], begins = c, false
		n++
	}
	var key [longestName + 1]byte
	key[0] = '.'
	for from := max(0, n-longestName); from <= n-2; from++ {
		end := squeezed[from:n]
		if k, ok := names[string(end)]; ok {
			return k
		}
		if starts[from] {
			if k, ok := names[string(key[:1+copy(key[1:], end)])]; ok {
				return k
			}
		}
	}
	return notSecret
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
