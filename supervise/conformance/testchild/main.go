//go:build linux

// Testchild is the app in tests of logwrap: a static program that behaves as it
// is told, also where there is nothing else (FROM scratch). Build it with
// CGO_ENABLED=0.
//
//	testchild MODE [ARG...]
//
// Modes that end the process or go on until it is ended:
//
//	exit N                 end with exit code N
//	kill SIG               end by SIG's default action, without a core dump
//	pause                  print "ready", do nothing; every signal has its default
//	                       action, unless it was ignored before
//	sleep DURATION         do nothing for DURATION ("1.5s"), say nothing, exit 0
//	signals [eof]          print "ready", then "signal N" for each signal received;
//	                       with eof until the end of stdin, then exit 0. URG is not
//	                       shown: Go's runtime sends it to itself
//	urgent                 as signals eof, of URG alone
//	on SIG N               print "ready", exit with code N when SIG comes
//	wait [MODE]            wait for all children, go on, or exit 0
//	reaped DURATION        wait for all children, then until no testchild but this one is a
//	                       child of our parent and nothing there is a zombie; print
//	                       "reaped", exit 0; after DURATION print what is left, exit 1
//	orphans N DURATION     fork N processes that end spread over DURATION, each in a
//	                       group of its own; wait for none, exit 0
//	lines N [BYTES]        print N lines "line I" (padded to BYTES), exit 0; N 0: no end
//	eat SIZE               allocate and touch SIZE bytes ("200M"), print "ready", pause
//	parent                 print "parent PID" now and each time that changes
//	cat                    copy stdin to stdout, exit 0
//	exec PATH [ARG...]     become another program (found in PATH)
//
// Modes that print facts and exit 0:
//
//	facts [KIND...]        of what was inherited, one per line: "directory D",
//	                       "umask 022", "id U G GROUPS", "limit NAME SOFT HARD",
//	                       "descriptor N", "ignored HEX", "blocked HEX" (without what Go's
//	                       runtime takes for itself), "deathsignal N", "argument A",
//	                       "environment K=V", "process PID PARENT GROUP SESSION"
//	tty                    for descriptors 0 to 2 "N terminal ROWSxCOLUMNS" or
//	                       "N no terminal"; "controlling yes|no"; "foreground yes|no"
//	notify TEXT            send TEXT (\n for a newline) to $NOTIFY_SOCKET; print "sent"
//
// Modes that do something and go on with the next mode:
//
//	ignore SIG,...  MODE   ignore signals
//	block SIG,...   MODE   block signals (the main thread; what is exec'ed inherits it)
//	close N,...     MODE   close descriptors
//	limit NAME=S:H  MODE   set a limit
//	setsid          MODE   in a session of its own, if it is not a group's leader
//	setpgid         MODE   in a process group of its own
//	subreaper       MODE   as the parent of orphans below it
//	deathsignal SIG MODE   with a signal at the parent's death
//	mountproc       MODE   with /proc of its PID namespace (CLONE_NEWPID|CLONE_NEWNS)
//	foreground      MODE   in a process group of its own that has the terminal's keys
//	say TEXT        MODE   print TEXT and a newline
//	write FILE TEXT MODE   open FILE and append TEXT and a newline to it
//	delay DURATION  MODE   wait first
//	upon SIG        MODE   print "ready", wait for SIG
//	eof             MODE   wait for the end of stdin
//	send PID SIG    MODE   send a signal; PID may be "parent"
//	spawn N MODE... then MODE...      start N children with our descriptors, go on
//	daemonise MODE... then MODE...    start one, double-forked, in a session of its own
//	                                  and adopted by somebody else; go on
//
// "then" ends what the last spawn or daemonise starts; they may be nested. SIG is
// a number.
// Nothing here lives longer than two minutes, whatever happens to the test,
// except what was exec'ed.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lifetime bounds what is left of a test that was broken off.
const lifetime = 2 * time.Minute

func main() {
	runtime.LockOSThread() // some facts are the main thread's
	time.AfterFunc(lifetime, func() { os.Exit(99) })
	act(os.Args[1:])
}

// act does what args say and ends the process.
func act(args []string) {
	for len(args) > 0 {
		args = step(args[0], args[1:])
	}
	fail("nothing to do: MODE is missing")
}

// step does one mode. It returns what is to be done next, or not at all.
func step(mode string, args []string) (next []string) {
	switch mode {
	case "ignore", "block", "close", "limit", "setsid", "setpgid", "foreground", "subreaper", "deathsignal", "mountproc",
		"say", "write", "delay", "upon", "eof", "send", "spawn", "daemonise":
		return prepare(mode, args)
	case "facts":
		printFacts(args)
	case "tty":
		printTerminal()
	case "notify":
		notify(argument(args, 0))
	default:
		behave(mode, args)
	}
	os.Exit(0)
	return nil
}

// behave does one of the modes that end the process, or returns to exit 0.
func behave(mode string, args []string) {
	switch mode {
	case "exit":
		os.Exit(number(argument(args, 0)))
	case "kill":
		killSelf(signalNumber(argument(args, 0)))
	case "pause":
		pause()
	case "sleep":
		time.Sleep(duration(argument(args, 0)))
	case "signals":
		printSignals(len(args) > 0 && args[0] == "eof")
	case "urgent":
		printUrgent()
	case "on":
		exitOn(signalNumber(argument(args, 0)), number(argument(args, 1)))
	case "wait":
		waitForChildren()
		if len(args) > 0 {
			act(args)
		}
	case "reaped":
		awaitReaped(duration(argument(args, 0)))
	case "orphans":
		orphans(number(argument(args, 0)), duration(argument(args, 1)))
	case "lines":
		printLines(args)
	case "eat":
		eat(argument(args, 0))
	case "parent":
		watchParent()
	case "cat":
		copyInput()
	case "exec":
		become(args)
	default:
		fail("unknown mode %q", mode)
	}
}

// fail ends the process with a code that no test expects.
func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "testchild: "+format+"\n", args...)
	os.Exit(98)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func argument(args []string, i int) string {
	if i >= len(args) {
		fail("an argument is missing in %q", os.Args)
	}
	return args[i]
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	must(err, "read a number")
	return n
}

func duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	must(err, "read a duration")
	return d
}

func signalNumber(s string) syscall.Signal { return syscall.Signal(number(s)) }

func signalNumbers(s string) (list []syscall.Signal) {
	for part := range strings.SplitSeq(s, ",") {
		list = append(list, signalNumber(part))
	}
	return list
}
