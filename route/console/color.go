package console

import "github.com/logwrap/logwrap/detect"

const plain = "\x1b[0m"

// colorOf returns the sequence (ECMA-48 SGR) that begins the colour of a level;
// empty for the levels that most lines have.
func colorOf(l detect.Level) string {
	switch {
	case l >= detect.Critical:
		return "\x1b[1;31m" // bold red
	case l >= detect.Error:
		return "\x1b[31m" // red
	case l >= detect.Warning:
		return "\x1b[33m" // yellow
	case l >= detect.Notice:
		return "\x1b[36m" // cyan
	case l > detect.NotSet && l < detect.Info:
		return "\x1b[2m" // faint
	}
	return ""
}

// frame puts the colour of l around the record that begins at start in dst and
// ends with its newline.
func frame(dst []byte, start int, l detect.Level) []byte {
	color := colorOf(l)
	if color == "" {
		return dst
	}
	end := len(dst) - 1
	dst = append(dst, color...) // room; overwritten or moved below
	copy(dst[start+len(color):], dst[start:end])
	copy(dst[start:], color)
	dst = append(dst[:end+len(color)], plain...)
	return append(dst, '\n')
}
