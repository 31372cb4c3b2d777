package capture

// punchUnit is the least that is given back to the system at once.
const punchUnit = 1 << 20

// room reports whether n more bytes fit without dropping anything a cursor still needs.
func (j *Journal) room(n int) bool {
	j.reclaim()
	return load(&j.ctl.head)+uint64(n)-load(&j.ctl.tail) <= load(&j.ctl.size)
}

// reclaim moves the tail to the slowest cursor and, for a journal in memory,
// gives the storage before it back.
func (j *Journal) reclaim() {
	slowest := j.slowest()
	if slowest <= load(&j.ctl.tail) {
		return
	}
	store(&j.ctl.tail, slowest)
	if j.file == nil && slowest/punchUnit > j.punched/punchUnit {
		j.punch(slowest)
	}
}

// punch gives back the ring's storage before position to, which must not lie
// behind the tail. What a later lap has written since is not touched.
func (j *Journal) punch(to uint64) {
	size, head := load(&j.ctl.size), load(&j.ctl.head)
	from := max(j.punched, head-min(head, size))
	j.punched = to
	if from >= to {
		return
	}
	a, b := from%size, to%size
	if a < b {
		punch(j.data, int64(a), int64(b-a))
		return
	}
	punch(j.data, int64(a), int64(size-a))
	if b > 0 {
		punch(j.data, 0, int64(b))
	}
}

// slowest returns the position that no cursor lies before.
func (j *Journal) slowest() uint64 {
	lowest := load(&j.ctl.head)
	for i := range MaxHandlers {
		if s := slotAt(j.mem, i); load(&s.used) != 0 {
			lowest = min(lowest, s.cursor().frame)
		}
	}
	return lowest
}

// free moves the tail so that the ring may be written up to position end,
// dropping the oldest frames if it has to. It drops a good part at once, so that
// a full journal is not walked for every frame.
func (j *Journal) free(end Position) bool {
	size := Position(load(&j.ctl.size))
	tail := Position(load(&j.ctl.tail))
	if end-tail <= size {
		if uint64(end)/punchUnit != load(&j.ctl.head)/punchUnit {
			j.reclaim()
		}
		return true
	}
	j.reclaim()
	tail = Position(load(&j.ctl.tail))
	if end-tail <= size {
		return true
	}
	store(&j.ctl.tail, uint64(j.frameAfter(tail, end-size+size/32)))
	return true
}

// frameAfter returns the first frame at or after position least, walking from
// the frame at p. Where the walk meets something that is no frame, it goes on at
// the next one that is.
func (j *Journal) frameAfter(p, least Position) Position {
	head := Position(load(&j.ctl.head))
	least = min(least, head)
	v := View{data: j.data, ctl: j.ctl}
	if j.walk == nil {
		j.walk = make([]byte, 64<<10)
	}
	for p < least {
		buf := v.readAt(j.walk, p, head)
		next := p
		for next < least {
			n, ok := headerSpan(buf[next-p:], next, Position(load(&j.ctl.size)))
			if !ok {
				break
			}
			next += n
			if int(next-p) >= len(buf) {
				break
			}
		}
		if next == p {
			next = v.resync(p+8, head)
		}
		p = next
	}
	return min(p, head)
}

// readHeader reads the frame at p without its payload.
func (j *Journal) readHeader(p Position, f *Frame) bool {
	v := View{data: j.data, ctl: j.ctl}
	buf := v.readAt(make([]byte, maxFrame), p, Position(load(&j.ctl.head)))
	return parseFrame(buf, p, f) == frameOK
}
