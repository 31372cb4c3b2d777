package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// releaseProgram gives back the pages of the program that are mapped into this
// process, nearly all of which were needed by the start, or only lay beside what
// was. The machine keeps them for all that run the program, and those that are
// needed again come back with a page fault each. For a process that goes on to
// copy bytes, for weeks perhaps, that are few.
//
// Only what can't have been written to is given back: neither what the linker of
// a relocatable program has changed nor a debugger's breakpoints would come back.
func releaseProgram() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	var from, to uint64 // the mapping whose lines follow; 0: not to be given back
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		switch {
		case !strings.HasSuffix(name, ":"):
			from, to = 0, 0
			if strings.HasSuffix(rest, " "+exe) && !strings.Contains(rest[:4], "w") {
				from, to = mappedRange(name)
			}
		case name == "Anonymous:" && to > from && strings.TrimSpace(rest) == "0 kB":
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(from), uintptr(to-from), unix.MADV_DONTNEED)
		}
	}
}

// mappedRange reads "400000-82f000"; a range it can't read is empty.
func mappedRange(s string) (from, to uint64) {
	a, b, _ := strings.Cut(s, "-")
	from, err := strconv.ParseUint(a, 16, 64)
	if err != nil {
		return 0, 0
	}
	if to, err = strconv.ParseUint(b, 16, 64); err != nil {
		return 0, 0
	}
	return from, to
}
