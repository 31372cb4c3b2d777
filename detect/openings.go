package detect

// openings are the lines by whose first bytes a trace is known.
var openings = [...]prefix{
	{pyTraceback, opening{grammar: &pythonGrammar, state: pyHead, verdict: maybe, bare: true}},
	{pyGroup, opening{grammar: &pythonGrammar, state: pyMargin, verdict: accept, bare: true}},
	{"Task exception was never retrieved", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Future exception was never retrieved", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Exception in callback ", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Exception occurred during processing of request from ", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"exception calling callback for <", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Exception ignored ", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Exception in thread \"", opening{grammar: &javaGrammar, state: javaValue, verdict: accept}},
	{"Error in atexit._run_exitfuncs:", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Error in sys.excepthook:", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Error in sitecustomize", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"--- Logging error ---", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Internal Server Error: /", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{"Unhandled exception in ", opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}},
	{pyFatal, opening{grammar: &pythonGrammar, state: pyFault, verdict: accept}},

	{"Caught: ", opening{grammar: &javaGrammar, state: javaCaught, verdict: maybe}},

	// .NET
	{"Process terminated.", opening{grammar: &dotnetGrammar, state: dotnetFault, verdict: maybe}},

	{"panic: ", opening{grammar: &goGrammar, state: goValue, verdict: maybe}},
	{"fatal error: ", opening{grammar: &goGrammar, state: goValue, verdict: maybe}},
	{"runtime: ", opening{grammar: &goGrammar, state: goPreface, verdict: maybe}},
	{"unexpected fault address ", opening{grammar: &goGrammar, state: goPreface, verdict: maybe}},
	// Rust
	{rustRuntime, opening{grammar: &rustGrammar, state: rustDone, verdict: accept}},

	// C and C++
	{"terminate called ", opening{grammar: &nativeGrammar, state: natWhat, verdict: accept}},
	{"pure virtual method called", opening{grammar: &nativeGrammar, state: natWhat, verdict: maybe}},
	{"Program received signal SIG", opening{grammar: &nativeGrammar, state: natDebugger, verdict: accept}},
	{"Program terminated with signal SIG", opening{grammar: &nativeGrammar, state: natDebugger, verdict: accept}},
	{"Dynamic exception type: ", opening{grammar: &nativeGrammar, state: natBoost, verdict: accept, bare: true}},
	{"*** Check failure stack trace: ***", opening{grammar: &nativeGrammar, state: natStack, verdict: accept, bare: true}},
	{"*** Aborted at ", opening{grammar: &nativeGrammar, state: natTitle, verdict: maybe}},
	{"*** glibc detected *** ", opening{grammar: &nativeGrammar, state: natAbort, verdict: accept}},
	{"*** Error in `", opening{grammar: &nativeGrammar, state: natAbort, verdict: accept}},

	{"```", opening{grammar: &fenceGrammar, verdict: maybe}},
	{"~~~", opening{grammar: &fenceGrammar, verdict: maybe}},

	{goRaceRule, opening{grammar: &goRaceGrammar, state: goRaceStart, verdict: maybe}},
}

// openingBytes tells by its first byte that a line is none of them.
var openingBytes = func() (set [256]bool) {
	for i := range openings {
		set[openings[i].text[0]] = true
	}
	return set
}()
