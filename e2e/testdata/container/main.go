//go:build linux

// Container is an app for tests in containers, beside testchild: a static
// program for what is found nowhere else.
//
//	container reopen   write to /dev/stdout and /dev/stderr, opened by these names as
//	                   nginx and others do; print "uid N", exit 0
//	container window   print "size ROWSxCOLUMNS" of the terminal on stdin, and again
//	                   when it has changed; exit 0 at the end of stdin
package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	time.AfterFunc(2*time.Minute, func() { os.Exit(99) })
	switch os.Args[1] {
	case "reopen":
		reopen()
	case "window":
		watchWindow()
	}
}

func reopen() {
	for _, name := range []string{"/dev/stdout", "/dev/stderr"} {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Fprintln(f, "reopened", name)
		f.Close()
	}
	fmt.Println("uid", os.Getuid())
}

func watchWindow() {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	go func() {
		for {
			if size, err := unix.IoctlGetWinsize(0, unix.TIOCGWINSZ); err == nil {
				fmt.Printf("size %dx%d\n", size.Row, size.Col)
			}
			<-changed
		}
	}()
	io.Copy(io.Discard, os.Stdin)
}
