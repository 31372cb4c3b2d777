package detect

import (
	"reflect"
	"testing"
)

// TestElided: frames that a runtime does not print again are counted, where they
// belong among the others.
func TestElided(t *testing.T) {
	for name, tt := range map[string]struct {
		language Language
		text     string
		want     []Elided // of each exception, root cause first
		depths   []int
	}{
		"jvm": {Java, "java.lang.Exception: a\n\tat a.B.c(B.java:1)\n\tat a.B.main(B.java:2)\n" +
			"\tSuppressed: java.lang.Error: s\n\t\tat a.S.t(S.java:1)\n\t\t... 1 more\n\tCaused by: java.lang.Error: u\n\t\tat a.U.v(U.java:1)\n\t\t... 2 more\n" +
			"Caused by: java.lang.Error: d\n\tat a.D.e(D.java:1)\n\t... 3 common frames omitted\n",
			[]Elided{{0, 3}, {0, 2}, {0, 1}, {}}, []int{0, 1, 1, 0}},
		"node": {JavaScript, "Error: a\n    at f (/a.js:1:1)\n    at g (/a.js:2:1)\n    ... 2 lines matching cause stack trace ...\n    at node:internal/main:3:1 {\n" +
			"  [cause]: Error: b\n      at h (/a.js:9:1)\n}\n", []Elided{{}, {1, 2}}, []int{0, 0}},
	} {
		r := Record{Text: []byte(tt.text), Trace: tt.language, Lines: 9}
		var got []Elided
		var depths []int
		for _, x := range r.Exceptions() {
			depths = append(depths, x.Depth)
			if got = append(got, Elided{}); len(x.Elided) > 0 {
				got[len(got)-1] = x.Elided[0]
			}
		}
		if !reflect.DeepEqual(got, tt.want) || !reflect.DeepEqual(depths, tt.depths) {
			t.Errorf("%s: %v at depths %v, want %v at %v", name, got, depths, tt.want, tt.depths)
		}
	}
}

func TestFrameAddress(t *testing.T) {
	for line, want := range map[string]string{
		"    #0 0x55d0c3a1b2c2 in total /srv/cart.c:12:10":  "0x55d0c3a1b2c2",
		"#3  0x00007f0a12345678 in raise () from /lib/c.so": "0x00007f0a12345678",
		"#1  total (item=0x55d0) at cart.c:12":              "",
		"    @     0x55d0c3a1b2c2 shop::total()":            "0x55d0c3a1b2c2",
		"./shop(total+0x1d) [0x55d0c3a1b2c2]":               "0x55d0c3a1b2c2",
		"  frame #0: 0x0000000100003f20 app`total at a.c:4": "0x0000000100003f20",
		" 0# total(int) at /srv/cart.cpp:12":                "",
		"#0 0xZZ in f":                                      "",
		"":                                                  "",
	} {
		if got := frameAddress(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
