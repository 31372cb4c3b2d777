package supervise

import (
	"context"
	"os"
	"os/signal"
	"reflect"
	"syscall"
)

// Signals receives what other processes send to this one. Each signal has a
// place of its own to wait in, so that a storm of one cannot push out another;
// the same signal sent again before the first was taken counts once.
type Signals struct {
	caught []syscall.Signal
	places []chan os.Signal // places[i] holds caught[i]
	pipe   chan os.Signal   // PIPE is caught for nobody to read
	out    chan syscall.Signal
	taken  *taken // catches most of them; nil: none
}

// NewSignals catches every signal that can be forwarded, except those that were
// ignored when this process started. It should be among the first things a
// program does: until then a TERM ends it, even as PID 1.
//
// Signal.Notify hears nothing of them any more, but for those of faults and of job
// control.
//
// PIPE is caught too, and dropped: a write to a closed stdout is then an error
// instead of our death, and children start with the default action.
func NewSignals() *Signals {
	s := &Signals{out: make(chan syscall.Signal), pipe: make(chan os.Signal, 1), taken: newTaken()}
	ignored := ignoredByKernel()
	for sig := syscall.Signal(1); sig <= signalMax; sig++ {
		// Ask first: Notify would end the ignoring, here and in every child.
		if !forwardable(sig) || signal.Ignored(sig) || ignored&(1<<(sig-1)) != 0 {
			continue
		}
		place := make(chan os.Signal, 1)
		if !s.taken.take(sig) {
			signal.Notify(place, sig)
		}
		s.caught = append(s.caught, sig)
		s.places = append(s.places, place)
	}
	if !signal.Ignored(syscall.SIGPIPE) {
		signal.Notify(s.pipe, syscall.SIGPIPE)
	}
	return s
}

// Sender returns who sent the last sig that arrived; ok is false where that is
// not known. Linux tells for all but the signals of faults and of job control.
func (s *Signals) Sender(sig syscall.Signal) (sender Sender, ok bool) { return s.taken.sender(sig) }

// place begins to put what was taken into the places, and returns what ends it.
func (s *Signals) place() (end func()) {
	if s.taken == nil {
		return func() {}
	}
	s.taken.start()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			signals, err := s.taken.wait()
			if err != nil {
				return
			}
			for i, sig := range s.caught {
				if signals&(1<<(sig-1)) == 0 {
					continue
				}
				select {
				case s.places[i] <- sig:
				default: // the one before was not taken yet
				}
			}
		}
	}()
	return func() {
		s.taken.stop()
		<-ended
	}
}

// forwardable reports whether sig can be caught and means the app when sent to
// us; doc.go says why the others do not.
func forwardable(sig syscall.Signal) bool {
	switch sig {
	case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCHLD, syscall.SIGURG, syscall.SIGPROF, syscall.SIGPIPE:
		return false
	}
	return sig < 32 || sig > realtimeMin
}

// C returns the channel Run hands the signals to. An App reads it while it
// runs; before and after, it is the caller's.
func (s *Signals) C() <-chan syscall.Signal { return s.out }

// Run hands received signals to C until ctx ends, then returns nil. What was
// received before Run is not lost.
func (s *Signals) Run(ctx context.Context) error {
	defer s.place()()
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
	for _, place := range s.places {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(place)})
	}
	for {
		i, _, _ := reflect.Select(cases)
		if i == 0 {
			return nil
		}
		select {
		case s.out <- s.caught[i-1]:
		case <-ctx.Done():
			return nil
		}
	}
}
