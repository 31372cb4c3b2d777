package detect

import (
	"slices"
	"strings"
)

// A dump's threads are exceptions of this type, with the state as value. The
// last one is where to look first; all others have the relation threadRelation.
const (
	dumpType       = "ThreadDump"
	threadRelation = "thread"
)

// maxThreads bounds how many threads of a dump are parsed.
const maxThreads = 512

// threadList collects the threads of a dump in the order they are printed.
type threadList struct {
	list []Exception
	open bool // the last one is being read
}

func (t *threadList) push(name, state string, language Language) {
	if t.open = len(t.list) < maxThreads; t.open {
		t.list = append(t.list, Exception{Type: dumpType, Value: state, Thread: name, Language: language, Relation: threadRelation})
	}
}

func (t *threadList) frame(f Frame) {
	if t.open {
		last := &t.list[len(t.list)-1]
		last.Frames = append(last.Frames, f)
	}
}

// finish drops the threads that show no frames, turns the frames around and puts
// the thread to look at first, as chosen, at the end.
func (t *threadList) finish(choose func(list []Exception) int) []Exception {
	list := slices.DeleteFunc(t.list, func(e Exception) bool { return len(e.Frames) == 0 })
	if len(list) == 0 {
		return nil
	}
	for i := range list {
		reversed(list[i].Frames)
	}
	i := choose(list)
	first := list[i]
	first.Relation = ""
	return append(slices.Delete(list, i, i+1), first)
}

// parseJVMDump reads the threads of HotSpot's dump or of ThreadInfo. Where it
// found a deadlock, one of the threads in it comes last, else the main thread.
func parseJVMDump(s *source) []Exception {
	var t threadList
	locked, what := "", ""
	for line := range strings.SplitSeq(s.text, "\n") {
		switch {
		case strings.HasPrefix(line, `"`):
			end := jvmNameEnd(line)
			switch {
			case end > 0 && locked == "":
				t.push(line[1:end], jvmState(line[end+1:]), Java)
			case what != "" && locked == "" && strings.HasSuffix(line, `":`):
				locked, t.open = line[1:len(line)-2], false
			}
		case strings.HasPrefix(line, "Found one Java-level deadlock"):
			what, t.open = strings.TrimSuffix(line, ":"), false
		case strings.HasPrefix(line, "   java.lang.Thread.State: "):
			if t.open {
				t.list[len(t.list)-1].Value = strings.TrimPrefix(line, "   java.lang.Thread.State: ")
			}
		case isJavaFrame([]byte(line)):
			t.frame(jvmFrame(line))
		}
	}
	list := t.finish(func(list []Exception) int {
		if i := threadNamed(list, locked); i >= 0 {
			return i
		}
		return max(0, threadNamed(list, "main"))
	})
	if n := len(list); n > 0 && locked != "" && list[n-1].Thread == locked {
		list[n-1].Value = what
	}
	return list
}

func threadNamed(list []Exception, name string) int {
	if name == "" {
		return -1
	}
	return slices.IndexFunc(list, func(e Exception) bool { return e.Thread == name })
}

// jvmState returns the state that ThreadInfo prints behind the number.
func jvmState(rest string) string {
	if _, after, ok := strings.Cut(rest, " Id="); ok {
		_, state, _ := strings.Cut(after, " ")
		return state
	}
	return ""
}

// jvmFrame reads a frame of a dump, where HotSpot names the module with the
// source: "at java.lang.Thread.sleep(java.base@17.0.15/Native Method)".
func jvmFrame(line string) Frame {
	body := line[indent(line):]
	if open := strings.IndexByte(body, '('); open >= 0 {
		if i := strings.IndexByte(body[open:], '/'); i >= 0 && strings.IndexByte(body[open:open+i], '@') > 0 {
			body = body[:open+1] + body[open+i+1:]
		}
	}
	return javaFrame(body)
}

// parsePyDump reads the threads of faulthandler's dump. It prints the newest one
// first, so that the main thread is the last.
func parsePyDump(s *source) []Exception {
	var t threadList
	late := ""
	for line := range strings.SplitSeq(s.text, "\n") {
		if isPyThread([]byte(line)) {
			t.push(threadOf(line), "", Python)
		} else if f, ok := pyFrame(line); ok {
			t.frame(f)
		} else if strings.HasPrefix(line, pyDumpLate) {
			late = line
		}
	}
	list := t.finish(func(list []Exception) int { return len(list) - 1 })
	for i := range list {
		list[i].Value = late
	}
	return list
}

// parseGoDump reads all goroutines of a dump. The first one printed it.
func parseGoDump(s *source) []Exception {
	var t threadList
	lines := strings.Split(s.text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case isGoroutine([]byte(line)):
			t.push(goThread(line), goState(line), Go)
		case i+1 < len(lines) && isGoFile([]byte(lines[i+1])):
			if i++; !strings.HasPrefix(line, "created by ") {
				t.frame(goFrame(line, lines[i]))
			}
		}
	}
	return t.finish(func([]Exception) int { return 0 })
}

// goThread returns "goroutine 7" of "goroutine 7 [running]:".
func goThread(line string) string {
	number, _, _ := strings.Cut(line[len("goroutine "):], " ")
	return "goroutine " + number
}

func goState(line string) string {
	_, state, _ := strings.Cut(line, "[")
	return strings.TrimSuffix(strings.TrimRight(state, " "), "]:")
}

// parseGoProfile reads the stacks of a goroutine profile; each may be that of
// several goroutines.
func parseGoProfile(s *source) []Exception {
	var t threadList
	for line := range strings.SplitSeq(s.text, "\n") {
		if isGoProfileCount([]byte(line)) {
			count, _, _ := strings.Cut(line, " ")
			t.push("", count+" goroutines", Go)
		} else if rest, ok := strings.CutPrefix(line, "#\t0x"); ok {
			_, rest, _ = strings.Cut(rest, "\t")
			call, place, _ := strings.Cut(rest, "\t")
			if i := strings.LastIndex(call, "+0x"); i > 0 {
				call = call[:i]
			}
			t.frame(goFrame(call, place))
		}
	}
	return t.finish(func([]Exception) int { return 0 })
}

// Threads returns the other goroutines that a crash of Go shows beside the one
// that Exceptions tells of, which is the first; nil for all else. Their Relation
// is "thread", as in a dump.
func (r *Record) Threads() []Exception {
	if r.Trace != Go || r.Format == JSON || r.shape&fieldTrace != 0 || r.Dump() {
		return nil
	}
	list := parseGoDump(&source{text: cleanText(r.Text[min(max(int(r.head), 0), len(r.Text)):])})
	if len(list) < 2 {
		return nil
	}
	return list[:len(list)-1] // the one that was chosen, the first, is at the end
}
