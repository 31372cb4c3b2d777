//go:build e2e && linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var (
	buildStage = regexp.MustCompile(`(?ms)^FROM \S+ golang:\S+ AS build$.*?^(?:RUN (CGO_ENABLED=.*?[^\\]))\n\n`)
	finalStage = regexp.MustCompile(`(?ms)^FROM scratch$.*`)
)

// testDockerfile builds the image of the Dockerfile without a registry: the
// build stage's command is run here instead of in the golang image, with what
// that image holds; the final stage is docker's to build.
func testDockerfile(t *testing.T, d *docker) {
	content, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	build, final := buildStage.FindSubmatch(content), finalStage.Find(content)
	if build == nil || final == nil {
		t.Fatalf("the Dockerfile does not have the two stages this test knows: %s", content)
	}
	folder := workDir(t, "context")
	buildHere(t, string(build[1]), filepath.Join(folder, "logwrap"))
	const authorities = "not really certificates, but found where they are looked for\n"
	label := "\nLABEL " + d.label + "\n" // first, so that all that is made on the way has it
	for name, text := range map[string]string{
		"ca-certificates.crt": authorities,
		"Dockerfile": "FROM scratch AS build" + label + "COPY logwrap /out/\nCOPY ca-certificates.crt /etc/ssl/certs/\n\n" +
			strings.Replace(string(final), "\n", label, 1),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	image := *d
	image.image = strings.Replace(d.image, ":", "-image:", 1)
	out, err := d.command(t, "build", "--network", "none", "-t", image.image, folder).CombinedOutput()
	if err != nil {
		t.Fatalf("docker build: %v: %s", err, out)
	}
	t.Cleanup(func() { d.command(t, "rmi", "-f", image.image).Run() })
	checkImage(t, &image)
}

// buildHere runs the build stage's command in this module.
func buildHere(t *testing.T, command, out string) {
	t.Helper()
	command = strings.ReplaceAll(command, "/out/logwrap", `"$OUT"`)
	cmd := exec.Command("sh", "-ec", command)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "OUT="+out, "TARGETOS=linux", "TARGETARCH="+runtime.GOARCH, "VERSION=v1.2.3-e2e")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, msg)
	}
}

// checkImage checks what the README promises of the image.
func checkImage(t *testing.T, image *docker) {
	t.Helper()
	for _, c := range []struct {
		options string
		args    string
		code    int
		says    string
	}{
		{"", "/logwrap version", 0, "v1.2.3-e2e"},                    // logwrap as its own app
		{"", "/nothing", 127, ""},                                    // found by nobody, told by logwrap
		{"--entrypoint /logwrap", "version", 0, "v1.2.3-e2e"},        // without the "--"
		{"--read-only --cap-drop ALL", "/logwrap version", 0, "v1."}, // as its user
	} {
		end := image.finish(t, strings.Fields(c.options), strings.Fields(c.args)...)
		if end.code != c.code || !strings.Contains(end.stdout, c.says) {
			t.Errorf("%s %s: exit code %d, want %d: %s%s", c.options, c.args, end.code, c.code, end.stdout, end.stderr)
		}
	}
	container := &container{image, image.do(t, "create", "--label", image.label, image.image, "/logwrap", "version")}
	t.Cleanup(func() { image.command(t, "rm", "-f", container.id).Run() })
	if user, entry := container.inspect(t, "{{.Config.User}}"), container.inspect(t, "{{json .Config.Entrypoint}}"); user != "65532:65532" || entry != `["/logwrap","--"]` {
		t.Errorf("user %s, entry point %s", user, entry)
	}
	folder := workDir(t, "copy")
	image.do(t, "cp", container.id+":/etc/ssl/certs/ca-certificates.crt", folder)
	image.do(t, "cp", container.id+":/logwrap", folder) // as COPY --from does
	if info, err := os.Stat(filepath.Join(folder, "logwrap")); err != nil || info.Mode()&0o111 != 0o111 {
		t.Errorf("the program is %v: %v", info, err)
	}
}
