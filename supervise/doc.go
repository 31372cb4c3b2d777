// Package supervise starts processes with the files they are given, forwards
// signals to them, reaps them, restarts the one that may be restarted, and
// reports how each ended. It does not know what a log is.
//
// The parts, from the bottom up:
//
//	Spec         what to start; PTY, Limit and Credential belong to it
//	Reaper       starts it and is the one waiter for every child and orphan
//	Process      a started child: signal it or all that is below it, wait for it
//	Status       how it ended
//	MemoryGroup  what the kernel killed for want of memory
//	Workers      watches what is below the app, and says how it was killed
//	Signals      what other processes sent us, and who did
//	App          runs the app to its end, and again: Spec + Reaper + Signals + stop
//	             ladder + restarts, time limit, watchdog
//	Keeper       keeps the router alive: Spec + Reaper + restarts with backoff
//
// # Invariants
//
// One waiter. Only the Reaper waits for children, always for all of them, so a
// status can neither be lost nor stolen. A program that uses a Reaper must not
// wait for children by other means: no os/exec, no os.Process.Wait.
//
// No stray signals. A pid is signalled under the lock under which it would be
// reaped, so a signal never reaches a process that got the number later. What
// is not our own child is signalled by a pidfd that was opened before its
// identity was checked.
//
// No inherited descriptors. A child has the descriptors in Spec.Files, no other.
//
// Signals arrive once. What is sent to this process reaches the app one time,
// except the signals a terminal has already given to the app itself (see
// App.Run). A signal sent again before the first was passed on counts once, as
// it does in the kernel.
//
// Ignored stays ignored. A signal that was ignored when this process started
// (nohup) is neither caught nor forwarded and stays ignored in the app. The Go
// runtime hides this for signals other than HUP, INT, TSTP, TTIN, TTOU, CONT
// and WINCH: for those the app starts with the default action.
//
// What cannot be forwarded: KILL and STOP, which no process can catch; 32, 33
// and 34, which the Go runtime cannot catch; CHLD and URG, which are this
// process's own (the Go runtime sends itself URG all the time); PROF; and PIPE,
// which says that our own output is closed, not the app's.
//
// One stop sequence. However many ask the app to end, and whoever they are, the
// stop timeout runs once. At its end everything below us is killed, wherever it
// has moved to, but no other Process of the Reaper.
//
// # Records
//
// What an App logs has an attribute "event". Those that only apply at times are
// absent otherwise.
//
//	start       the app runs; at level error: it could not be started again
//	stop        somebody was asked to end: the app, or what it has left behind
//	kill        the stop timeout passed
//	end         how a run ended, all that is known; critical if it crashed.
//	            exit_code is what Result.ExitCode says, app_exit_code the app's
//	            own where that differs
//	restart     the app will be started again after delay_ms
//	crash_loop  it will not, as MaxRestarts restarts in a row were in vain
//	worker      a descendant was killed; error if that is a failure
//	hang        the watchdog found the app silent; state and the rest are from
//	            before it was disturbed
//
// # Cost
//
// Nothing here runs per line. Waiting costs one goroutine each for the Reaper,
// Signals, App and Keeper, and no timer ticks while nothing happens. Only while
// processes that the app has left behind are being ended are they looked for,
// every 5 to 50 ms; the watchdog's timer fires once in Watchdog.After. Workers
// looks at the app's tree every two seconds when nothing changes, for about
// 25 microseconds for each process in it.
package supervise
