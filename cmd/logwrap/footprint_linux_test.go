package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestReleaseProgram gives the test's own program back while it runs.
func TestReleaseProgram(t *testing.T) {
	before := programPages(t)
	releaseProgram()
	if after := programPages(t); after >= before {
		t.Errorf("%d KiB of files are resident, %d before", after, before)
	}
	// What was given back comes back: all of fmt, and the tables it reads.
	if got := fmt.Sprintf("%08.3f %q %v", 1.5, "ü\x00", struct{ A []int }{[]int{1}}); got != `0001.500 "ü\x00" {[1]}` {
		t.Errorf("the program does not work any more: %s", got)
	}
}

// programPages returns how many KiB of mapped files are resident.
func programPages(t *testing.T) (kib int) {
	t.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "\nRssFile:")
	if _, err := fmt.Sscan(rest, &kib); !found || err != nil {
		t.Fatalf("no RssFile in /proc/self/status: %v", err)
	}
	return kib
}
