package detect

import "bytes"

// part is a piece of a line; empty if from == to.
type part struct{ from, to int }

// accessLine is one line of a web server's access log.
type accessLine struct {
	remote, user             part
	method, path, protocol   part
	status, size             part
	referrer, agent, elapsed part
	stamp                    part
	message                  int
}

// classifyAccess handles the access logs of web servers and proxies. What they
// state is a status, which is a field; the level is info whatever it is.
func classifyAccess(text []byte, from, end int, r *Record) bool {
	var a accessLine
	if !a.read(text[:end], from) {
		return false
	}
	r.Format, r.Level, r.Why = Access, Info, "access log"
	r.Message = text[a.message:end]
	r.stamp, r.stampLen = int32(a.stamp.from), int32(a.stamp.to-a.stamp.from)
	return true
}

// read reads b from position from on as an access line of any known form.
func (a *accessLine) read(b []byte, from int) bool {
	a.message = from
	if from >= len(b) {
		return false
	}
	switch c := b[from]; {
	case c == '[' && hasPrefix(b[from:], "[pid: "):
		return a.uwsgi(b, from)
	case isUpper(c) && (c == 'G' || c == 'P' || c == 'D' || c == 'H' || c == 'O'):
		if a.bare(b, from) {
			return true
		}
	}
	quote := bytes.IndexByte(b[from:min(len(b), from+600)], '"')
	if quote <= 0 {
		return false
	}
	quote += from
	i := a.request(b, quote+1)
	if i < 0 || i >= len(b) || b[i] != '"' {
		return false
	}
	if i+1 == len(b) {
		return a.haproxy(b, from)
	}
	return a.result(b, i+1) && a.client(b, from, quote)
}

// request reads "GET /path HTTP/1.1" and returns where it ends. The protocol
// may be missing, as HTTP/0.9 and some writers leave it out.
func (a *accessLine) request(b []byte, i int) int {
	a.method = part{i, i}
	for i < len(b) && isUpper(b[i]) {
		i++
	}
	a.method.to = i
	if n := i - a.method.from; n < 3 || n > 9 || i >= len(b) || b[i] != ' ' {
		return -1
	}
	i++
	a.path = part{i, i}
	for i < len(b) && b[i] > ' ' && b[i] != '"' {
		if b[i] == '\\' {
			i++
		}
		i++
	}
	i = min(i, len(b))
	if a.path.to = i; i == a.path.from {
		return -1
	}
	if hasPrefix(b[i:], " HTTP/") {
		a.protocol.from = i + 1
		for i++; i < len(b) && b[i] > ' ' && b[i] != '"'; i++ {
		}
		a.protocol.to = i
	}
	return i
}

// result reads ` 200 512 "referrer" "agent"` after the request.
func (a *accessLine) result(b []byte, i int) bool {
	if i = a.statusAt(b, i); i < 0 {
		return false
	}
	if i+1 >= len(b) {
		return true
	}
	i++
	if d := digitsEnd(b, i); d > i && (d == len(b) || b[d] == ' ') {
		a.size = part{i, d}
		i = d
	} else if b[i] == '-' {
		i++
	} else {
		return true
	}
	if !hasPrefix(b[min(i, len(b)):], ` "`) {
		return true
	}
	if a.referrer = quotedPart(b, i+1); a.referrer.to > 0 && hasPrefix(b[a.referrer.to+1:], ` "`) {
		a.agent = quotedPart(b, a.referrer.to+2)
	}
	return true
}

// statusAt reads " 200" and returns where it ends.
func (a *accessLine) statusAt(b []byte, i int) int {
	if i+4 > len(b) || b[i] != ' ' || b[i+1] < '1' || b[i+1] > '5' || digitsEnd(b, i+1) != i+4 {
		return -1
	}
	if i += 4; i < len(b) && b[i] != ' ' {
		return -1
	}
	a.status = part{i - 3, i}
	return i
}

func quotedPart(b []byte, i int) part {
	if i >= len(b) || b[i] != '"' {
		return part{}
	}
	end := quoteEnd(b, i+1)
	if end < 0 {
		return part{}
	}
	return part{i + 1, end}
}

// client reads what stands before the request: "addr ident user [time]" of the
// common log format, or "[time]" alone. Without a time it must be an address.
func (a *accessLine) client(b []byte, from, quote int) bool {
	open := bytes.IndexByte(b[from:quote], '[')
	if open >= 0 {
		open += from
		s, n := scanStamp(b[open+1 : quote])
		if n == 0 || s.style == clockStyle {
			return false
		}
		a.stamp = part{open + 1, open + 1 + n}
		a.clientNames(b, from, open)
		if open == from {
			a.message = quote
		}
		return open == from || a.remote.to > a.remote.from
	}
	a.clientNames(b, from, quote)
	return isDigit(b[from]) && bytes.IndexByte(b[a.remote.from:a.remote.to], '.') > 0
}

// clientNames reads "addr ident user". A virtual host may stand before addr.
func (a *accessLine) clientNames(b []byte, from, to int) {
	var words [5]part
	n := 0
	for i := from; i < to && n < len(words); {
		for i < to && b[i] == ' ' {
			i++
		}
		start := i
		for i < to && b[i] != ' ' {
			i++
		}
		if i > start {
			words[n] = part{start, i}
			n++
		}
	}
	if n >= 1 {
		a.remote = words[0]
	}
	if n == 4 {
		a.remote = words[1]
	}
	if n >= 3 && n < 5 {
		if user := words[n-1]; string(b[user.from:user.to]) != "-" {
			a.user = user
		}
	}
}

// haproxy reads "addr:port [time] frontend backend/server timers status bytes …".
func (a *accessLine) haproxy(b []byte, from int) bool {
	open := bytes.IndexByte(b[from:min(len(b), from+200)], '[')
	if open <= 1 || b[from+open-1] != ' ' {
		return false
	}
	open += from
	_, n := scanStamp(b[open+1:])
	i := open + 1 + n
	if n == 0 || i+1 >= len(b) || b[i] != ']' || b[i+1] != ' ' {
		return false
	}
	a.stamp = part{open + 1, i}
	a.clientNames(b, from, open)
	i += 2
	for range 3 { // frontend, backend/server, timers
		if n := bytes.IndexByte(b[i:], ' '); n > 0 {
			i += n + 1
		} else {
			return false
		}
	}
	if i = a.statusAt(b, i-1); i < 0 {
		return false
	}
	if d := digitsEnd(b, i+1); d > i+1 {
		a.size = part{i + 1, d}
	}
	return true
}

// bare reads "GET /path 200 4.5 ms - 12" (morgan) and "GET /path HTTP/1.1 200".
func (a *accessLine) bare(b []byte, from int) bool {
	i := a.request(b, from)
	if i < 0 || b[a.path.from] != '/' {
		return false
	}
	if i = a.statusAt(b, i); i < 0 {
		return false
	}
	if d := digitsEnd(b, min(i+1, len(b))); d > i+1 && (d == len(b) || b[d] == ' ') {
		a.size = part{i + 1, d}
	}
	return true
}

// uwsgi reads "[pid: 31|app: 0|req: 1/1] addr (user) {…} [time] GET /path =>
// generated 12 bytes in 3 msecs (HTTP/1.1 200) …".
func (a *accessLine) uwsgi(b []byte, from int) bool {
	i := bytes.Index(b[from:], []byte("] "))
	result := bytes.Index(b[from:], []byte(" => generated "))
	if i < 0 || result < i {
		return false
	}
	if i, result = from+i+2, from+result; i > result {
		return false
	}
	if n := bytes.IndexByte(b[i:result], ' '); n > 0 {
		a.remote = part{i, i + n}
	}
	open := bytes.LastIndexByte(b[i:result], '[')
	if open < 0 {
		return false
	}
	open += i
	_, n := scanStamp(b[open+1:])
	if n == 0 {
		return false
	}
	a.stamp = part{open + 1, open + 1 + n}
	if a.request(b, open+n+3) != result {
		return false
	}
	size := result + len(" => generated ")
	a.size = part{size, digitsEnd(b, size)}
	status := bytes.Index(b[size:], []byte(" (HTTP/"))
	if status < 0 {
		return false
	}
	status += size + 2
	n = bytes.IndexByte(b[status:], ' ')
	if n < 0 || status+n+4 > len(b) || digitsEnd(b, status+n+1) != status+n+4 {
		return false
	}
	a.protocol = part{status, status + n}
	a.status = part{status + n + 1, status + n + 4}
	return true
}
