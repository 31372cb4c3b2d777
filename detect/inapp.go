package detect

import (
	"strings"
)

// What is the app's own code follows the rules of the Sentry SDKs, as far as the
// text of a trace carries what they look at.

// pythonInApp: not what pip installed, nor the standard library, nor code that
// has no file (sentry-python, utils.set_in_app_in_frames).
func pythonInApp(file string) bool {
	if strings.HasPrefix(file, "<") {
		return false
	}
	for _, part := range [...]string{"/site-packages/", "/dist-packages/", `\site-packages\`, `\dist-packages\`} {
		if strings.Contains(file, part) {
			return false
		}
	}
	if i := strings.Index(file, "/lib/python"); i >= 0 {
		rest := file[i+len("/lib/python"):]
		return rest == "" || !isDigit(rest[0])
	}
	return !strings.Contains(file, `\Python3`) || !strings.Contains(file, `\Lib\`)
}

// goInApp: not the standard library, nor the module cache, nor what is vendored
// (sentry-go, stacktrace.go). The standard library has no dot in the first
// element of a package's path; neither has an app that is called just "shop",
// which shows in where its files are.
func goInApp(module, file string) bool {
	if inGoRoot(file) {
		return false // whatever it is called: a closure that was inlined bears the name of the caller
	}
	if module == "main" {
		return true
	}
	if module == "" || strings.Contains(file, "/pkg/mod/") || strings.Contains(file, "/vendor/") ||
		strings.Contains(file, "/third_party/") || strings.Contains(file, "@v") {
		return false
	}
	first, _, _ := strings.Cut(module, "/")
	if strings.Contains(first, ".") {
		return true
	}
	if strings.Contains(file, "/src/runtime/") {
		return false // what the runtime defines for another package, such as sync.fatal
	}
	return strings.HasPrefix(file, "/") && !strings.Contains(file, "/src/"+module+"/")
}

// inGoRoot knows where Go is installed by itself, by distributions, and as the
// toolchain that a module asks for.
func inGoRoot(file string) bool {
	return strings.HasPrefix(file, "/usr/local/go/src/") || strings.HasPrefix(file, "/usr/lib/go") && strings.Contains(file, "/src/") ||
		strings.Contains(file, "/golang.org/toolchain@")
}

// javaLibraries are the packages of the runtime, of the languages on it and of
// the frameworks that call an app rather than belong to it.
var javaLibraries = [...]string{
	"java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "org.omg.",
	"kotlin.", "kotlinx.", "scala.", "groovy.", "org.codehaus.groovy.", "org.apache.groovy.", "clojure.",
	"org.springframework.", "org.apache.", "org.eclipse.", "org.hibernate.", "io.netty.", "io.undertow.",
	"reactor.", "io.micrometer.", "com.fasterxml.", "ch.qos.logback.", "org.slf4j.", "org.jboss.", "io.quarkus.",
	"io.micronaut.", "io.vertx.", "akka.", "org.gradle.", "org.junit.", "com.zaxxer.hikari.", "_COROUTINE.",
}

func javaInApp(class string) bool {
	for _, p := range javaLibraries {
		if strings.HasPrefix(class, p) {
			return false
		}
	}
	return true
}

// nodeInApp: not the runtime, nor what npm installed, nor code without a file
// (sentry-javascript, node-stack-trace.ts filenameIsInApp).
func nodeInApp(file string) bool {
	switch {
	case file == "" || strings.HasPrefix(file, "node:") || strings.HasPrefix(file, "internal/") || strings.HasPrefix(file, "ext:"):
		return false
	case strings.Contains(file, "node_modules/") || strings.Contains(file, `node_modules\`):
		return false
	}
	return strings.ContainsAny(file, `/\`)
}
