package capture

import "fmt"

// Handle is the cursor of one handler, as the router holds it. One goroutine at
// a time may use it.
type Handle struct {
	view *View
	slot *slot
	i    int
}

// Handle returns the cursor that the parent registered for a handler.
func (v *View) Handle(handler string) (*Handle, error) {
	for i := range MaxHandlers {
		if s := slotAt(v.mem, i); load(&s.used) != 0 && s.label() == handler {
			return &Handle{view: v, slot: s, i: i}, nil
		}
	}
	return nil, fmt.Errorf("find the cursor of handler %q: it is not registered", handler)
}

// Cursor returns how far the handler has got, and what its sink stored with it.
func (h *Handle) Cursor() (Cursor, [4]uint64) {
	c := h.slot.cursor()
	got := Cursor{Frame: Position(c.frame), Lines: c.lines, Lost: c.lost}
	for i := range got.From {
		got.From[i] = Offset(c.from[i])
	}
	return got, c.state
}

// Store moves the cursor. It is in force at once, whatever happens to this
// process next, and in the journal's file if there is one.
func (h *Handle) Store(c Cursor, state [4]uint64) {
	s := slotCursor{frame: uint64(c.Frame), lines: c.Lines, lost: c.Lost, state: state}
	for i := range c.From {
		s.from[i] = uint64(c.From[i])
	}
	h.slot.setCursor(s)
	if h.view.file != nil {
		h.view.file.saveSlot(h.i, h.slot)
	}
}

// AddRefused counts records that the handler's destination refused for good.
func (h *Handle) AddRefused(records uint64) {
	store(&h.slot.refused, load(&h.slot.refused)+records)
}
