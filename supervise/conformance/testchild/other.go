//go:build !linux

// Testchild is the app in tests of logwrap that need Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "testchild: this needs Linux")
	os.Exit(98)
}
