package detect

import "bytes"

// toolForm is how a message begins that a program prints when it fails.
type toolForm struct {
	start string
	level Level
	keep  bool // the start belongs to the message
}

// toolForms are tried on the first byte, then in order.
var toolForms = [...]toolForm{
	{"panic: ", Critical, false},
	{"fatal error: ", Critical, false},
	{"Fatal error: ", Critical, false},
	{"Parse error: ", Critical, false},
	{"CMake Error at ", Error, true},
	{"CMake Error: ", Error, false},
	{"CMake Warning at ", Warning, true},
	{"CMake Warning (dev) at ", Warning, true},
	{"PHP Fatal error: ", Error, false},
	{"PHP Parse error: ", Error, false},
	{"PHP Recoverable fatal error: ", Error, false},
	{"PHP Core Error: ", Error, false},
	{"PHP Warning: ", Warning, false},
	{"PHP Deprecated: ", Notice, false},
	{"PHP Notice: ", Notice, false},
	{"PHP Strict Standards: ", Notice, false},
	{"PHP message: ", NotSet, false},
	{"(EE) ", Error, false}, // X.org
	{"(WW) ", Warning, false},
	{"(II) ", Info, false},
	{"log4j:WARN ", Warning, false},
	{"log4j:ERROR ", Error, false},
	{"dpkg: error processing ", Error, true},
	{"debug1: ", Debug, false}, // OpenSSH
	{"debug2: ", Debug, false},
	{"debug3: ", Debug, false},
	{"npm ERR! ", Error, false},
	{"npm error ", Error, false},
	{"npm WARN ", Warning, false},
	{"npm warn ", Warning, false},
	{"npm notice ", Notice, false},
	{"npm info ", Info, false},
	{"npm http ", Debug, false},
	{"npm verb ", Debug, false},
	{"npm sill ", Trace, false},
	{"Segmentation fault", Critical, true},
	{"Bus error", Critical, true},
	{"Illegal instruction", Critical, true},
	{"Floating point exception", Critical, true},
	{"Aborted (core dumped)", Critical, true},
	{"*** Error in `", Critical, true},
	{"*** stack smashing detected ***", Critical, true},
	{"*** buffer overflow detected ***", Critical, true},
	{"double free or corruption", Critical, true},
	{"free(): ", Critical, true},
	{"malloc(): ", Critical, true},
	{"munmap_chunk(): ", Critical, true},
	{"corrupted size vs. prev_size", Critical, true},
	{"terminate called ", Critical, true},
	{"Exception in thread \"", Error, true},
	{"Unhandled exception. ", Critical, true},
	{"http: panic serving ", Error, true},
	{"Traceback (most recent call last):", Error, true},
}

// toolBytes tells by its first byte that a message is in none of the forms.
var toolBytes = func() (set [256]bool) {
	for i := range toolForms {
		set[toolForms[i].start[0]] = true
	}
	return set
}()

// toolLevel looks for a tool's form where the message begins and reports whether
// one stands there.
func (h *header) toolLevel(r *Record) bool {
	if h.at >= h.end {
		return false
	}
	b := h.text[h.at:h.end]
	if f := toolFormOf(b); f != nil {
		if !f.wholeFits(b) {
			return false
		}
		if !f.keep {
			h.at += len(f.start)
			h.skipBlanks()
		}
		if f.level == NotSet {
			return h.toolLevel(r)
		}
		r.Level, r.Why = f.level, "tool message"
		return true
	}
	h.packager(b, r)
	if r.Level == NotSet {
		h.sourceLevel(b, r)
	}
	return r.Level != NotSet
}

func toolFormOf(b []byte) *toolForm {
	if !toolBytes[b[0]] {
		return nil
	}
	for i := range toolForms {
		if f := &toolForms[i]; f.start[0] == b[0] && hasPrefix(b, f.start) {
			return f
		}
	}
	return nil
}

// wholeFits refuses a form that must fill the line where a sentence goes on
// after it, such as the shell's words for a signal.
func (f *toolForm) wholeFits(b []byte) bool {
	switch f.start {
	case "Segmentation fault", "Bus error", "Illegal instruction", "Floating point exception":
		rest := bytes.TrimSpace(b[len(f.start):])
		return len(rest) == 0 || rest[0] == '(' || rest[0] == ':' || rest[0] == '.'
	case "double free or corruption", "free(): ", "malloc(): ", "munmap_chunk(): ", "corrupted size vs. prev_size":
		return isHeapAbort(b)
	case "Traceback (most recent call last):":
		return len(b) == len(f.start)
	}
	return true
}

// packager reads apt's "E: text" and make's "make: *** [all] Error 2".
func (h *header) packager(b []byte, r *Record) {
	if len(b) > 4 && b[1] == ':' && b[2] == ' ' && isUpper(b[3]) && (isLower(b[4]) || isUpper(b[4]) && (b[0] == 'E' || b[0] == 'W')) {
		switch b[0] {
		case 'E', 'W', 'I', 'N':
			r.Level, r.Why = letterLevel(b[0]), "level letter"
			h.at += len("E: ")
			return
		}
	}
	if hasPrefix(b[1:], ": file:///") { // Kotlin's compiler
		switch b[0] {
		case 'e', 'w':
			r.Level, r.Why = letterLevel(b[0]-'a'+'A'), "level letter"
			h.at += len("e: ")
			return
		}
	}
	if hasPrefix(b, "make") || hasPrefix(b, "gmake") || hasPrefix(b, "ninja") {
		if i := bytes.IndexByte(b[:min(len(b), 40)], ':'); i > 0 && hasPrefix(b[i:], ": *** ") {
			r.Level, r.Why = Error, "tool message"
		}
	}
}

// sourceLevel reads "file.c:3:5: warning: text" and "prog: error: text".
func (h *header) sourceLevel(b []byte, r *Record) {
	near := b[:min(len(b), 300)]
	i := bytes.Index(near, []byte(": "))
	if i <= 0 || bytes.IndexByte(near[:i], ' ') >= 0 {
		return
	}
	rest := near[i+2:]
	if isDigit(near[i-1]) && rest != nil && len(rest) > 0 && rest[0] == '[' && isPlace(near[:i]) { // yamllint
		end := bytes.Index(rest, []byte("] "))
		if level, s := levelOf(rest[1:max(end, 1)]); s == strong {
			r.Level, r.Why = level, "tool message"
		}
		return
	}
	if near[i-1] == ')' && isNumbered(rest) { // file.ts(3,4): error TS2304: text
		if r.Level, r.Why = Error, "tool message"; rest[0] == 'w' {
			r.Level = Warning
		}
		return
	}
	for _, f := range [...]toolForm{{"error: ", Error, false}, {"warning: ", Warning, false},
		{"fatal error: ", Critical, false}, {"note: ", Info, false}, {"fatal: ", Critical, false}, {"Fatal: ", Critical, false},
		{"Error: ", Error, false}, {"Warning: ", Warning, false}} {
		if hasPrefix(rest, f.start) {
			if f.level == Info && bytes.IndexByte(near[:i], ':') < 0 {
				return
			}
			rest := header{text: rest, end: len(rest)}
			if !rest.isSetting(len(f.start)) {
				r.Level, r.Why = f.level, "tool message"
			}
			return
		}
	}
}

// isPlace recognises "file.yaml:1:4".
func isPlace(b []byte) bool {
	last := bytes.LastIndexByte(b, ':')
	return last > 0 && digitsEnd(b, last+1) == len(b) && isCaller(b[:last])
}

// isNumbered recognises "error TS2304: " and "warning CS0168: ".
func isNumbered(b []byte) bool {
	rest, ok := cutPrefix(b, "error ")
	if !ok {
		rest, ok = cutPrefix(b, "warning ")
	}
	n := 0
	for n < len(rest) && isUpper(rest[n]) {
		n++
	}
	end := digitsEnd(rest, n)
	return ok && n > 0 && end > n && hasPrefix(rest[end:], ": ")
}
