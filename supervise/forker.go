package supervise

import (
	"runtime"
	"sync"
)

// forker runs functions on one thread that lives as long as the process. A
// child's death signal comes when the thread that forked it ends, and the Go
// runtime ends threads as it likes. The zero value is ready; the thread exists
// from the first use on.
type forker struct {
	once sync.Once
	work chan func()
}

// do runs f on the thread and returns when it has.
func (f *forker) do(work func()) {
	f.once.Do(func() {
		f.work = make(chan func())
		go func() {
			runtime.LockOSThread()
			for work := range f.work {
				work()
			}
		}()
	})
	done := make(chan struct{})
	f.work <- func() {
		defer close(done)
		work()
	}
	<-done
}
