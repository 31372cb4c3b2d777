package detect

// symbol reads "✖  error     message" of signale, "✘ [ERROR] message" of esbuild
// and "✗ error [name] message" of diary: a sign, blanks, and a level in its own
// column, in brackets or before a name.
func (h *header) symbol() bool {
	i := h.tokenEnd(h.at)
	if i-h.at > 6 || i >= h.end {
		return false
	}
	if c := h.text[h.at+1]; c != 0x84 && c < 0x96 { // letterlike signs, shapes, dingbats; no bullets, arrows or dashes
		return false
	}
	blanks := i
	for i < h.end && h.text[i] == ' ' {
		i++
	}
	if i < h.end && h.text[i] == '[' {
		level, end := h.levelWord(i + 1)
		return end > 0 && h.text[end] == ']' && h.state(level, end+1, "level in brackets")
	}
	end := i
	for end < h.end && isLower(h.text[end]) {
		end++
	}
	level, s := levelOf(h.text[i:end])
	if i-blanks < 2 && end-i <= len("error") && h.nameBehind(i+len("error")) {
		return s == strong && h.state(level, end, "level word")
	}
	if i-blanks < 2 || !hasPrefix(h.text[end:h.end], "  ") {
		return false
	}
	return s >= weak && h.state(level, end, "level word")
}

// nameBehind reports whether " [name] " stands at i.
func (h *header) nameBehind(i int) bool {
	if i+2 >= h.end || h.text[i] != ' ' || h.text[i+1] != '[' {
		return false
	}
	end := h.group(i+1, ']')
	return end > 0 && end < h.end && h.text[end] == ' ' && looksLikeLogger(h.text[i+2:end-1])
}

// signLevel reads "▶ ERRO message" of go-logging behind a time.
func (h *header) signLevel() bool {
	i := h.tokenEnd(h.at)
	if i-h.at != len("▶") || i >= h.end || h.text[h.at+1] == 0x80 { // no dash or ellipsis
		return false
	}
	level, end := h.levelWord(i + 1)
	return end > 0 && h.text[end] == ' ' && h.state(level, end, "level word")
}
