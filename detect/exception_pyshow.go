package detect

import (
	"strings"
)

// pyShowFrame reads a frame as IPython and stackprinter head it:
//
//	File "/srv/app/main.py", line 9, in main
//	File /srv/app/main.py:8, in main(n)
//	Cell In[3], line 2, in main(n)
func pyShowFrame(line string) (Frame, bool) {
	if strings.HasPrefix(line, `File "`) {
		return pyFrame("  " + line)
	}
	place, fn, _ := strings.Cut(line, ", in ")
	var f Frame
	if rest, ok := strings.CutPrefix(place, "File "); ok {
		i := strings.LastIndexByte(rest, ':')
		if i < 1 || number(rest[i+1:]) == 0 {
			return Frame{}, false
		}
		f.File, f.Line = rest[:i], number(rest[i+1:])
	} else if strings.HasPrefix(place, "Cell In[") || strings.HasPrefix(place, "Input In [") {
		file, at, ok := strings.Cut(place, ", line ")
		if !ok || number(at) == 0 {
			return Frame{}, false
		}
		f.File, f.Line = file, number(at)
	} else {
		return Frame{}, false
	}
	f.Function, _, _ = strings.Cut(fn, "(")
	if strings.HasPrefix(fn, "<") {
		f.Function = fn
	}
	f.InApp = pythonInApp(f.File)
	return f, true
}
