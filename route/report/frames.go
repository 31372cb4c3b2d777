package report

import (
	"fmt"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// pick returns the frames worth showing, innermost first: where it went wrong,
// and the app's own calls that led there; the innermost ones if none is the app's.
func pick(frames []detect.Frame) []*detect.Frame {
	var own, any []*detect.Frame
	for i := len(frames) - 1; i >= 0; i-- {
		f := &frames[i]
		if f.File == "" && f.Function == "" {
			continue
		}
		if any = append(any, f); f.InApp || len(any) == 1 {
			own = append(own, f)
		}
	}
	if len(own) < 2 && (len(own) == 0 || !own[0].InApp) {
		own = any
	}
	return own[:min(len(own), maxFrames)]
}

// nearest returns the app's innermost frame, or the innermost of all.
func nearest(frames []detect.Frame) *detect.Frame {
	shown := pick(frames)
	for _, f := range shown {
		if f.InApp {
			return f
		}
	}
	if len(shown) == 0 {
		return nil
	}
	return shown[0]
}

// place is "file:line in func", without the parts that are unknown.
func (p *printer) place(f *detect.Frame) string {
	file := f.File
	if dir := strings.TrimSuffix(p.Dir, "/"); dir != "" {
		file = strings.TrimPrefix(file, dir+"/")
	}
	if file != "" && f.Line > 0 {
		file = fmt.Sprintf("%s:%d", file, f.Line)
	}
	switch {
	case file == "":
		return safe(f.Function, maxWidth)
	case f.Function == "":
		return safe(file, maxWidth)
	}
	return safe(file, maxWidth) + " in " + safe(f.Function, maxWidth)
}
