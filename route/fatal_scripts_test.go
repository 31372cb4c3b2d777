package route

import (
	"testing"

	"github.com/logwrap/logwrap/detect"
)

func TestScriptsEndOnTheirErrors(t *testing.T) {
	for _, c := range []struct {
		language detect.Language
		text     string
		exit     detect.Exit
		want     bool
	}{
		{detect.Ruby, "a.rb:1:in `f': x (E)", detect.Exit{Code: 1}, true},
		{detect.Ruby, "a.rb:1:in `f': x (E)", detect.Exit{Code: 3}, false},
		{detect.Ruby, "a.rb:1:in `sleep': Interrupt", detect.Exit{Signal: "SIGINT", Code: 130}, true},
		{detect.Ruby, "a.rb:1:in `f': x (E)", detect.Exit{Signal: "SIGSEGV", Code: 139}, false},
		{detect.PHP, "PHP Fatal error:  Uncaught E: x in /a.php:1", detect.Exit{Code: 255}, true},
		{detect.PHP, "PHP Fatal error:  Uncaught E: x in /a.php:1", detect.Exit{Code: 1}, false},
		{detect.Perl, "x at a.pl line 1.", detect.Exit{Code: 255}, true},
		{detect.Perl, "x at a.pl line 1.", detect.Exit{Signal: "SIGTERM", Code: 143}, false},
	} {
		r := detect.Record{Trace: c.language, Text: []byte(c.text)}
		if got := fatalEnd(&r, &c.exit); got != c.want {
			t.Errorf("%s %+v: %v", c.text, c.exit, got)
		}
	}
}
