//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// crashShop runs the Python program that dies of an exception with a cause, and
// fails if logwrap complains.
func crashShop(t *testing.T, dsn string) {
	t.Helper()
	r := &run{
		args: []string{"--sentry-dsn", dsn, "--", lookTool(t, "python3"), testdata(t, "crash", "python", "shop.py")},
		env:  []string{"SENTRY_RELEASE=shop@1.4.2", "SENTRY_ENVIRONMENT=e2e"},
	}
	if code := r.finish(t); code != 1 {
		t.Fatalf("exit code %d, want the app's 1: %s", code, r.output(t, "stderr"))
	}
	if said := r.output(t, "stderr"); strings.Contains(said, "logwrap: ") {
		t.Errorf("logwrap complains: %s", said)
	}
}

// TestSameCrashIsOneIssue lets a program crash twice in the same way and once in
// another: the tracker has two issues, with the titles that the SDK's events have.
func TestSameCrashIsOneIssue(t *testing.T) {
	bugs := startTracker(t)
	t.Run("once", func(t *testing.T) { crashShop(t, bugs.dsn) })
	t.Run("again", func(t *testing.T) { crashShop(t, bugs.dsn) })
	t.Run("another", func(t *testing.T) {
		killed := &run{args: []string{"--sentry-dsn", bugs.dsn, "--", "sh", "-c", "echo working; kill -SEGV $$"}}
		if code := killed.finish(t); code != 128+11 {
			t.Errorf("exit code %d", code)
		}
	})
	bugs.await(t, 3)
	issues, err := call("GET", bugs.api+"/issues/?project="+bugs.project, "", bugs.header)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, issue := range list(issues, "results") {
		n, _ := dig(issue, "stored_event_count").(float64)
		got[text(issue, "calculated_type")+": "+text(issue, "calculated_value")] = n
	}
	want := map[string]float64{"OutOfStock: no stock record for B-42": 2, "SIGSEGV: sh was killed by SIGSEGV; its last line was: working": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("issues %v, want %v", got, want)
	}
}

// TestSpotlight shows a crash in Sentry's own viewer: what its server has parsed
// it sends to the browser.
func TestSpotlight(t *testing.T) {
	server := startServer(t, "spotlight")
	crashShop(t, server["SENTRY_DSN"])
	eventually(t, 20*time.Second, "the event in Spotlight's stream", func() error {
		client := &http.Client{Timeout: 2 * time.Second}
		resp, err := client.Get(server["SPOTLIGHT_URL"] + "/stream")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		seen, _ := io.ReadAll(resp.Body) // the stream has no end: the time limit is one
		for _, want := range []string{`"type":"OutOfStock"`, `"type":"KeyError"`, `"context_line":"        raise OutOfStock(`, `"type":"session"`} {
			if !strings.Contains(string(seen), want) {
				return fmt.Errorf("no %s in %d bytes", want, len(seen))
			}
		}
		return nil
	})
}
