package detect

// letter reads the one-letter levels after a time: MongoDB before 4.4, logcat,
// TensorFlow, etcd.
func (h *header) letter(end int) bool {
	if h.stampEnd == 0 || end >= h.end || h.words > 0 && !h.webSphere(end) {
		return false
	}
	if h.text[end] == '|' && h.text[h.at-1] == '|' {
		level := letterLevel(h.text[h.at])
		return level != NotSet && h.state(level, end+1, "level letter")
	}
	if !isBlank(h.text[end]) {
		return false
	}
	switch c := h.text[h.at]; c {
	case 'C', 'N':
		return hasPrefix(h.text[end:h.end], " | ") && h.state(letterLevel(c), end, "level letter") // etcd
	case 'E', 'W', 'I', 'D', 'F', 'V':
		return h.state(letterLevel(c), end, "level letter")
	}
	return false
}

// levelPosition decides whether the level word from at to end is one, by how it
// is written and by what stands around it.
func (h *header) levelPosition(at, end int, s strength) bool {
	if h.words > 0 && (h.prose || h.words > 1) {
		return false
	}
	upper := isUpper(h.text[at]) && isUpper(h.text[at+1])
	var next, second byte
	if end < h.end {
		next = h.text[end]
	}
	if end+1 < h.end {
		second = h.text[end+1]
	}
	switch next {
	case 0:
		return upper && s == strong && h.begun()
	case ':':
		return h.colonLevel(at, end, s, upper, second)
	case ' ', '\t':
		return h.bareLevel(at, end, s, upper, next)
	case '|', ',', ';':
		return s == strong && (h.stampEnd > 0 || next == '|' && upper && !h.onlyLevels(end))
	case '[':
		return s == strong && (upper || h.stampEnd > 0 || second == 'E' && !h.begun()) // rustc: error[E0308]
	case '/':
		return h.levelOfPart(at, end, s)
	case '!':
		return s == strong && upper && (second == '!' || isBlank(second))
	case '>': // Log4perl
		return s == strong && upper && h.stampEnd > 0 && isBlank(second)
	}
	return false
}

// colonLevel decides about "WORD:".
func (h *header) colonLevel(at, end int, s strength, upper bool, second byte) bool {
	if second == ':' || h.words > 0 && !upper {
		return false
	}
	if upper {
		return (s == strong || h.stampEnd > 0 || end-at > 3) && !h.isSetting(end+1)
	}
	if s < strong && s != noWord && h.style == isoStyle && h.words == 0 && second == ' ' { // winston's own levels
		switch string(h.text[at:end]) {
		case "http", "verbose", "silly":
			return true
		}
	}
	return s == strong && (second == 0 || isBlank(second)) && !h.isSetting(end+1)
}

// isSetting reports whether what stands after a colon is the value of something
// called "error" or "debug", and no message: a number, true, none.
func (h *header) isSetting(i int) bool {
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	from := i
	for i < h.end && !isBlank(h.text[i]) && h.text[i] != ',' && h.text[i] != ';' {
		i++
	}
	value := h.text[from:i]
	if i < h.end && isBlank(h.text[i]) {
		return string(value) == ":" && h.isSetting(i) || h.isCount(value, i)
	}
	if _, ok := smallInt(value); ok {
		return true
	}
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] && i+1 == h.end {
		return true // a member of an object in source
	}
	switch string(value) {
	case "true", "false", "none", "None", "null", "nil", "<nil>", "no", "yes", "on", "off", "undefined", `""`, "''", "[]", "{}":
		return true
	}
	return false
}

// isCount reports whether a value is a number and another name with a number
// stands behind it: "CRITICAL: 0  HIGH: 2".
func (h *header) isCount(value []byte, i int) bool {
	if _, ok := smallInt(value); !ok {
		return false
	}
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	name := h.tokenEnd(i)
	return name > i && name+1 < h.end && h.text[name-1] == ':' && isDigit(h.text[name+1])
}

// bareLevel decides about a level word before a blank.
func (h *header) bareLevel(at, end int, s strength, upper bool, next byte) bool {
	if upper {
		if !h.begun() && h.words == 0 && (h.isSetting(end) || assigns(h.text[end:h.end]) || h.onlyLevels(end)) {
			return false // a table's row or head, an assignment
		}
		return s == strong || h.stampEnd > 0 && h.words == 0
	}
	if next == '\t' && h.stampEnd > 0 && h.text[at-1] == '\t' {
		return s == strong
	}
	if !h.begun() && h.words == 0 && s == strong && h.stampBehind(end) { // Mattermost
		return true
	}
	if !h.begun() || h.words > 0 {
		return false
	}
	i := end
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	if i < h.end && (h.text[i] == '|' || h.text[i] == '-' || h.text[i] == ':') && i+1 < h.end && isBlank(h.text[i+1]) {
		return s == strong
	}
	if h.stampEnd == 0 || s != strong {
		return false
	}
	if next == '\t' {
		return true
	}
	switch string(h.text[at:end]) {
	case "info", "debug", "trace", "warn", "err", "crit", "Info", "Debug", "Trace", "Warn":
		return h.brackets == 0 || h.stampBracket
	}
	return false
}

// stampBehind reports whether a bracket with a date and a time stands behind the
// blanks at i.
func (h *header) stampBehind(i int) bool {
	for i < h.end && h.text[i] == ' ' {
		i++
	}
	return i < h.end && h.text[i] == '[' && beginsWithTime(h.text[i:h.end])
}

// assigns reports whether a text begins with the sign of an assignment or a
// comparison between blanks.
func assigns(b []byte) bool {
	if len(b) < 3 || b[0] != ' ' {
		return false
	}
	end := 1
	if b[1] == ':' && b[2] == '=' {
		end = 2
	}
	for end < len(b) && end < 4 && (b[end] == '=' || b[end] == '>' || b[end] == '<' || b[end] == '-') {
		end++
	}
	return end > 1 && end < len(b) && b[end] == ' ' && (b[1] != '-' || b[end-1] == '>')
}

// levelFollows reports whether the next word is a level with its own mark, as
// in "general: info: text" or "main.go:31: ERROR text".
func (h *header) levelFollows(i int) bool {
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	end := i
	for end < h.end && (isUpper(h.text[end]) || isLower(h.text[end])) {
		end++
	}
	if end-i < 3 || end >= h.end {
		return i < h.end && h.text[i] == '['
	}
	if _, s := levelOf(h.text[i:end]); s != strong {
		return false
	}
	if isUpper(h.text[i]) && isUpper(h.text[i+1]) {
		return true
	}
	return h.text[end] == ':' && (h.style == dashStyle || hasSuffix(h.text[:i], "]: "))
}
