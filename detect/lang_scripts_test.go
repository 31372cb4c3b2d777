package detect

import (
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
)

func TestScriptsInApp(t *testing.T) {
	for _, c := range []struct {
		got, want bool
		what      string
	}{
		{rubyInApp("/srv/app/lib/cart.rb"), true, "a file of the app"},
		{rubyInApp("main.rb"), true, "a relative path"},
		{rubyInApp("/usr/lib/ruby/3.1.0/json/common.rb"), false, "the standard library"},
		{rubyInApp("/usr/local/bundle/gems/rack-2.2/lib/rack.rb"), false, "a gem"},
		{rubyInApp("vendor/bundle/ruby/3.1.0/x.rb"), false, "a vendored gem"},
		{rubyInApp("<internal:kernel>"), false, "the runtime"},
		{phpInApp("/srv/app/main.php"), true, "a file of the app"},
		{phpInApp("/srv/app/vendor/monolog/x.php"), false, "composer's packages"},
		{phpInApp(""), false, "a function of the runtime"},
		{perlInApp("lib/Shop/Stock.pm"), true, "a module of the app"},
		{perlInApp("/usr/share/perl/5.36/Carp.pm"), false, "the standard library"},
		{perlInApp("/srv/local/lib/perl5/Moose.pm"), false, "a package of CPAN"},
	} {
		if c.got != c.want {
			t.Errorf("%s: in app is %v", c.what, c.got)
		}
	}
}

// TestPerlWarnsAsItDies makes sure that a line which Perl prints for both is an
// exception only if the app ended by it.
func TestPerlWarnsAsItDies(t *testing.T) {
	r := records(capture.Stderr, []byte("careful at main.pl line 4.\n"))[0]
	if r.Trace != Perl || r.Level != NotSet || r.Exceptions() != nil {
		t.Errorf("a warning is %s %s with %v", r.Trace, r.Level, r.Exceptions())
	}
	r.Event = &Event{Crash: &Exit{Code: 255, Crashed: true}}
	if list := r.Exceptions(); len(list) != 1 || list[0].Value != "careful" || list[0].Frames[0].Line != 4 {
		t.Errorf("what the app died of is %v", list)
	}
}

// TestScriptGarbage has much of what begins or goes on with a trace, and never
// ends it.
func TestScriptGarbage(t *testing.T) {
	for _, line := range []string{
		"\tfrom main.rb:1:in `a'\n", "main.rb:1:in `a': x (E)\n", "main.rb:1:in `a'\n", "\t1: from a:1:in `b'\n", "E, [x] ERROR -- : x\n",
		"A::B: x\n", "E (x):\n", "main.rb:1: syntax error, unexpected\n", "[a] [b] [c] [d]\n", "main.rb:3:in `" + strings.Repeat("a:1:in `", 50) + "\n",
		"PHP Fatal error:  Uncaught X: y in /a.php:1\n", "#0 /a.php(1): f(\n", "Next X: y\n", "Stack trace:\n", `[x] a.ERROR: [object] (X(code: 0): y` + "\n", "A\\B: x\n",
		"x at a.pl line 1.\n", "\tmain::f(1) called at a.pl line 1\n", "syntax error at a.pl line 1, near \"x\"\n", "Trace begun at a.pl line 1\n",
	} {
		text := []byte(strings.Repeat(line, 1<<20/len(line)))
		start := time.Now()
		for _, r := range records(capture.Stderr, text) {
			r.Exceptions()
		}
		if d := time.Since(start); d > 8*time.Second {
			t.Errorf("1 MiB of %q takes %v", line, d)
		} else if testing.Verbose() {
			t.Logf("%v for %q", d, line[:min(len(line), 40)])
		}
	}
}
