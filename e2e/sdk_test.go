//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sdkServer is a Sentry that counts the error events of each project by who sent
// them.
type sdkServer struct {
	*httptest.Server
	mu     sync.Mutex
	events map[string][]string // names of SDKs, by project
}

func startSDKServer(t *testing.T) *sdkServer {
	r := &sdkServer{events: map[string][]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var in io.Reader = req.Body
		if req.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(req.Body)
			if err != nil {
				t.Error(err)
				return
			}
			in = unpacked
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Error(err)
		}
		r.keep(strings.Split(req.URL.Path, "/")[2], body)
		io.WriteString(w, `{}`)
	}))
	t.Cleanup(r.Close)
	return r
}

// keep notes who sent the events of an envelope.
func (r *sdkServer) keep(project string, body []byte) {
	lines := bytes.Split(body, []byte("\n"))
	for i := 1; i+1 < len(lines); i++ {
		var item struct{ Type string }
		if json.Unmarshal(lines[i], &item) != nil || item.Type != "event" {
			continue
		}
		var event struct{ SDK struct{ Name string } }
		json.Unmarshal(lines[i+1], &event)
		r.mu.Lock()
		r.events[project] = append(r.events[project], event.SDK.Name)
		r.mu.Unlock()
	}
}

func (r *sdkServer) dsn(project string) string {
	return strings.Replace(r.URL, "://", "://0123456789abcdef0123456789abcdef@", 1) + "/" + project
}

// TestOneReportEach runs apps that have Sentry's SDK: what the SDK reports comes
// from it alone, what it cannot report from logwrap alone.
func TestOneReportEach(t *testing.T) {
	sdks := install(t, "sdks")
	app := func(name string) string { return testdata(t, "sdk", name) }
	node := workDir(t, "node") // its SDK is looked for beside the script
	copyFile(t, app("app.js"), filepath.Join(node, "app.js"))
	if sdks["NODE_MODULES"] != "" {
		if err := os.Symlink(sdks["NODE_MODULES"], filepath.Join(node, "node_modules")); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		needs   string
		command []string
		sdk     string // the start of the name of the SDK
		fails   string // how the app is told to fail so that its SDK sees it
	}{
		{"python", "PYTHON", []string{sdks["PYTHON"], app("app.py")}, "sentry.python", "raise"},
		{"python below a shell", "PYTHON", []string{"sh", "-c", sdks["PYTHON"] + " " + app("app.py") + ` "$0"; exit $?`}, "sentry.python", "raise"},
		{"node", "NODE_MODULES", []string{"node", filepath.Join(node, "app.js")}, "sentry.javascript", "raise"},
		{"go", "GO_APP", []string{sdks["GO_APP"]}, "sentry.go", "raise"},
		{"java", "JAVA_APP", []string{"java", "-cp", sdks["JAVA_APP"], "App"}, "sentry.java", "raise"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if sdks[tt.needs] == "" {
				notRun(t, tt.name, "its SDK cannot be had here")
			}
			try := func(how, want string, dsns ...string) {
				t.Helper()
				server := startSDKServer(t)
				var env []string
				for i, name := range []string{"SENTRY_DSN", "LOGWRAP_SENTRY_DSN"} {
					if dsns[i] != "" {
						env = append(env, name+"="+server.dsn(dsns[i]))
					}
				}
				dir := workDir(t, how+"-"+dsns[0]+"-"+dsns[1])
				r := &run{dir: dir, args: append([]string{"--log-level", "debug", "--"}, append(tt.command, how)...), env: append(env, "XDG_STATE_HOME="+dir)}
				r.finish(t)
				var got []string
				for _, senders := range server.events {
					for _, s := range senders {
						if s = strings.TrimPrefix(s, tt.sdk); !strings.HasPrefix(s, "logwrap") {
							s = "sdk"
						}
						got = append(got, s)
					}
				}
				if strings.Join(got, " ") != want {
					t.Errorf("%s with DSNs %q: reports from %q, want %s\n%s", how, dsns, got, want, r.output(t, "stderr"))
				}
			}
			try(tt.fails, "sdk", "2", "1")
			try(tt.fails, "sdk", "1", "")
			try("kill", "logwrap", "2", "1")
			try(tt.fails, "logwrap", "", "1")
			if tt.name == "go" {
				try("unseen", "logwrap", "2", "1")
			}
		})
	}
	t.Run("python without it", func(t *testing.T) {
		server := startSDKServer(t)
		r := &run{args: []string{"--", lookTool(t, "python3"), app("plain.py")}, env: []string{"SENTRY_DSN=" + server.dsn("1")}}
		r.finish(t)
		if got := server.events["1"]; len(got) != 1 || got[0] != "logwrap" {
			t.Errorf("reports from %q, want logwrap", got)
		}
	})
	t.Run("python that has it and does not use it", func(t *testing.T) {
		server := startSDKServer(t)
		dir := workDir(t, "unused")
		copyFile(t, app("plain.py"), filepath.Join(dir, "plain.py"))
		r := &run{dir: dir, args: []string{"--", sdks["PYTHON"], "plain.py"}, env: []string{"SENTRY_DSN=" + server.dsn("1")}}
		r.finish(t)
		if got := server.events["1"]; len(got) != 1 || got[0] != "logwrap" {
			t.Errorf("reports from %q, want logwrap", got)
		}
	})
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
