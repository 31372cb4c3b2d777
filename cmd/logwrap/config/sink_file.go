package config

import (
	"path/filepath"
	"strings"

	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/file"
	"github.com/logwrap/logwrap/route/format"
)

func fileKind() sinkKind {
	return sinkKind{
		place:     "path",
		deliverTo: func(h *Handler, to string) { h.File.Path = to },
		options: func(d *decoder, h *Handler) fields {
			h.File = &file.Options{}
			o := h.File
			return fields{
				"path": d.destination(&o.Path),
				"mode": parsed(d, &o.Mode, parseMode),
				"rotate": func(n *node) {
					d.mapping(n, fields{
						"size":     d.size(&o.Rotate.Size),
						"age":      d.duration(&o.Rotate.Age),
						"keep":     d.int(&o.Rotate.Keep, 1, 10000),
						"compress": d.string(&o.Rotate.Compress),
					})
				},
			}
		},
		formatter: func(h *Handler) *format.Options { return &h.File.Format },
		open: func(h *Handler, id route.Identity) (route.Sink, error) {
			s, err := file.New(*h.File, id)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		limits: file.Limits,
	}
}

// sameFile returns the handler among others that writes the file h writes, nil
// if none does. Two of them would rotate it under each other.
func sameFile(h *Handler, others []Handler) *Handler {
	if h.File == nil || strings.HasPrefix(h.File.Path, "/dev/") {
		return nil
	}
	for i := range others {
		o := &others[i]
		if o.File != nil && o.Off == "" && filepath.Clean(o.File.Path) == filepath.Clean(h.File.Path) {
			return o
		}
	}
	return nil
}
