// Package e2e tests the logwrap binary against the real thing: gunicorn and
// Flask as the app, and as receivers OpenSearch, Elasticsearch, rsyslog and
// Bugsink (a tracker that speaks Sentry's protocol), with Sentry's own
// normaliser as the judge of every event, and Sentry's SDKs to compare them with;
// and as PID 1 of real containers.
//
// The tests carry the build tag e2e:
//
//	go test -tags e2e -count=1 -timeout 30m -v ./e2e/...
//
// The servers are fetched into a cache and started by the scripts in servers/,
// which also work by hand. They listen on 127.0.0.1 only.
//
// A server that can't be had is named as "NOT RUN: name: why" and its tests are
// skipped, unless it is named in LOGWRAP_E2E_REQUIRE (a comma-separated list, or
// "all"): then they fail. "all" is without docker, which must be named: a daemon
// that runs is used, else one is started, but not every machine lets one run.
//
//	LOGWRAP_BIN            the binary under test; empty: built from this module
//	LOGWRAP_E2E_CACHE      where downloads are kept; empty: ~/.cache/logwrap-e2e
//	LOGWRAP_E2E_REQUIRE    what must not be skipped
//	LOGWRAP_E2E_RECORD     if set, TestPairs writes what it saw to route/sentry/testdata/pairs
//	LOGWRAP_E2E_TESTCHILD  the folder of the app in the containers; empty: the one of supervise's conformance tests
//
// When a test fails, the servers' logs and the app's output stay in the folder
// that the last line names.
package e2e
