package sentry

import (
	"strings"
)

// nameGo splits "example.com/shop/cart.(*Cart).Add" behind the package's path.
func (f *framer) nameGo(out *frame) {
	if out.Module == "" {
		slash := strings.LastIndexByte(out.Function, '/')
		if dot := strings.IndexByte(out.Function[slash+1:], '.'); dot >= 0 {
			splitFunction(out, dot+slash+1)
		}
	}
	if isPath(out.Filename) {
		out.AbsPath = f.absolute(out.Filename)
		out.Filename = f.relative(out.AbsPath)
	}
}
