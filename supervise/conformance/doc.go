// Package conformance tests the program from outside: the real binary, with a
// real app, not as PID 1 and as PID 1 of a PID namespace. It has no code but
// its tests, and imports nothing of ours.
//
// The cases of two init programs that are known to be right are tested one by
// one, written anew from what they check:
//
//	tini_*_test.go       krallin/tini, test/
//	dumbinit_*_test.go   Yelp/dumb-init, tests/
//	duties_*_test.go     what else a supervisor owes its app
//
// Each file begins with a table of cases and tests, and with what logwrap does
// in another way on purpose. What the app does is done by the program in
// testchild, which needs no other file and so can be the app in a scratch image
// too. The tests need Linux.
package conformance
