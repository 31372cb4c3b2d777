package capture

// recover brings back what an earlier process left in the file: the cursors,
// and every frame up to the last whole one. It looks only at what was written
// since the newest checkpoint, or at everything if there is none.
func (j *Journal) recover() {
	words := j.file.checkpointed()
	j.file.generation = words[0]
	j.file.loadRuns(j.ctl)
	for i := range MaxHandlers {
		j.file.loadSlot(i, slotAt(j.mem, i))
	}
	head, tail := Position(words[1]), Position(words[2])
	store(&j.ctl.offset, words[3])
	store(&j.ctl.lines, words[4])
	j.lastClock, j.run = int64(words[5]), uint32(words[6])
	if words[0] == 0 {
		head, tail = j.search()
	}
	end := j.follow(head)
	if first, ok := j.lapStart(); ok && end < first {
		// More than a lap was written since the checkpoint, over what it points at.
		head, tail = j.search()
		end = j.follow(head)
	}
	store(&j.ctl.tail, uint64(tail))
	store(&j.ctl.head, uint64(end))
	j.clockBase = j.lastClock + 1
	j.trimTail()
	j.clampCursors()
}

// lapStart returns the position of the frame at the ring's beginning, which is
// where every lap has one.
func (j *Journal) lapStart() (Position, bool) {
	buf := make([]byte, maxFrame)
	n, _ := j.data.ReadAt(buf, int64(load(&j.ctl.base)))
	return j.frameIn(buf[:n], 0, 0)
}

// follow walks whole frames from p on, notes what they say and returns where
// they end. Behind a damaged frame it looks one frame's length on for another.
func (j *Journal) follow(p Position) Position {
	size := Position(load(&j.ctl.size))
	v := View{data: j.data, ctl: j.ctl}
	buf := make([]byte, ReadMax)
	var f Frame
	for {
		left := size - p%size
		if left < frameHeader {
			p += left
			continue
		}
		got := v.readAt(buf, p, p+ReadMax)
		if parseFrame(got, p, &f) != frameOK {
			const far = 2 * maxFrame // what is damaged, and the whole of what follows it
			next := v.resync(p+8, p+far)
			if next >= p+far {
				return p
			}
			p = next
			continue
		}
		if f.Run < j.run {
			return p // left from a run before, behind a hole that was written over in part
		}
		j.note(&f)
		if f.Kind == kindSkip {
			p += left
			continue
		}
		p = f.End()
	}
}

// note takes over what a recovered frame says of the journal's state.
func (j *Journal) note(f *Frame) {
	if end := uint64(f.Offset) + uint64(len(f.Payload)); end > load(&j.ctl.offset) {
		store(&j.ctl.offset, end)
	}
	if lines := f.Lines + uint64(f.Newlines); lines > load(&j.ctl.lines) {
		store(&j.ctl.lines, lines)
	}
	j.lastClock = max(j.lastClock, f.Clock)
	j.run = max(j.run, f.Run)
}

// search looks for frames in the whole ring, for a file without a checkpoint. It
// returns the newest frame's position twice over: head to follow from, and the
// oldest one that is left.
func (j *Journal) search() (newest, oldest Position) {
	size := int64(load(&j.ctl.size))
	buf := make([]byte, ReadMax)
	found := false
	for at := int64(0); at < size; at += ReadMax - maxFrame&^7 {
		n, _ := j.data.ReadAt(buf[:min(ReadMax, size-at)], int64(load(&j.ctl.base))+at)
		got := buf[:n]
		for i := 0; i < len(got); i += 8 {
			i += indexFrame(got[i:])
			if p, ok := j.frameIn(got, i, at); ok {
				if !found || p < oldest {
					oldest = p
				}
				newest, found = max(newest, p), true
			}
		}
	}
	return newest, max(oldest, newest-min(newest, Position(size)))
}

// frameIn reports the position of the whole frame that begins at got[i], which
// lies at byte at+i of the ring.
func (j *Journal) frameIn(got []byte, i int, at int64) (Position, bool) {
	if i+frameHeader > len(got) {
		return 0, false
	}
	var f Frame
	p := claimed(got[i:])
	if int64(uint64(p)%load(&j.ctl.size)) != at+int64(i) || parseFrame(got[i:], p, &f) != frameOK {
		return 0, false
	}
	return p, true
}

// trimTail moves the tail past what later laps have overwritten.
func (j *Journal) trimTail() {
	head, size := load(&j.ctl.head), load(&j.ctl.size)
	tail := load(&j.ctl.tail)
	if head-tail > size {
		tail = head - size
	}
	v := View{data: j.data, ctl: j.ctl}
	if tail < head && !j.frameAt(Position(tail)) {
		tail = uint64(v.resync(Position(tail), Position(head)))
	}
	store(&j.ctl.tail, tail)
}

// frameAt reports whether a frame, or the unused rest of a lap, lies at p.
func (j *Journal) frameAt(p Position) bool {
	size := Position(load(&j.ctl.size))
	var f Frame
	return size-p%size < frameHeader || j.readHeader(p, &f)
}

// clampCursors brings cursors that point behind the recovered end back to it:
// the machine crashed before what they had passed was on the disk.
func (j *Journal) clampCursors() {
	head := load(&j.ctl.head)
	for i := range MaxHandlers {
		s := slotAt(j.mem, i)
		if s.used == 0 {
			continue
		}
		if c := s.cursor(); c.frame > head {
			c.frame, c.lines = head, load(&j.ctl.lines)
			for k := range c.from {
				c.from[k] = min(c.from[k], load(&j.ctl.offset))
			}
			s.setCursor(c)
		}
	}
}
