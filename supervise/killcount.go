package supervise

import "time"

// killMemory is how long an OOM kill waits for a death it explains: the counter
// rises before its victim is gone, which may have much memory to give back.
const killMemory = 2 * time.Second

// killCount follows the OOM kills of a memory group, each of which explains one
// death.
type killCount struct {
	memory *MemoryGroup
	base   uint64 // all up to this one are accounted for, or too old
	recent uint64 // the counter at the time of aged
	aged   time.Time
}

func newKillCount(m *MemoryGroup) *killCount {
	n, _ := m.Kills()
	return &killCount{memory: m, base: n, recent: n, aged: time.Now()}
}

// rise returns how many kills have no death yet.
func (k *killCount) rise() uint64 {
	n, ok := k.memory.Kills()
	if !ok || n < k.base {
		return 0
	}
	return n - k.base
}

// charge accounts for n kills.
func (k *killCount) charge(n uint64) { k.base += n }

// age lets go of kills that no death was seen for, and returns how many they are.
// It reads the counter once in a while, however often it is called.
func (k *killCount) age(now time.Time) (unseen uint64) {
	if now.Sub(k.aged) < killMemory {
		return 0
	}
	k.aged = now
	if n, ok := k.memory.Kills(); ok {
		if k.recent > k.base {
			unseen, k.base = k.recent-k.base, k.recent
		}
		k.recent = n
	}
	return unseen
}
