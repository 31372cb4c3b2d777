package detect

import (
	"bytes"
	"testing"
)

func TestLogfmtLines(t *testing.T) {
	checkLines(t, Logfmt, []lineTest{
		{`time=2026-01-05T07:00:00Z level=info msg="a b"`, Info, "a b", ""},
		{`level=warning msg=one`, Warning, "one", ""},
		{`lvl=dbug msg="tick" logger=cron`, Debug, "tick", "cron"},
		{`ts=1767596400 severity=critical component=db message="gone \"now\""`, Critical, `gone "now"`, "db"},
		{`level=info msg=started server on port 80 pid=7`, Info, "started server on port 80", ""},
		{`level=error msg="a=b c" err="level=info"`, Error, "a=b c", ""},
		{`a=1 b=2 c=3 d=4`, NotSet, "=", ""},
		{`msg=hello n=1`, NotSet, "hello", ""},
		{`time="Mon, 05 Jan 2026 07:00:00 GMT" msg=hi`, NotSet, "hi", ""},
		{`level=30 msg="a number says nothing" time=1`, NotSet, "a number says nothing", ""},
		{`at=warning code=H99 method=GET`, Warning, "=", ""},
		{`at=home code=H99 method=GET dyno=web.1`, NotSet, "=", ""},
		{`level="INFO+1" msg="slog quotes it"`, Notice, "slog quotes it", ""},
		{`http.status=200 level=debug msg=x`, Debug, "x", ""},
		{`level=info msg="caf\u00e9 \x41"`, Info, "café A", ""},
	})
	checkLines(t, Text, []lineTest{
		{`a=1 b=2`, NotSet, "=", ""},
		{`PC=0x40816e m=0 sigcode=0`, NotSet, "=", ""},
		{`a=1 b=2 c=3 and prose`, NotSet, "=", ""},
		{`x=1`, NotSet, "=", ""},
		{`=1 =2 =3`, NotSet, "=", ""},
		{`a="open b=2 c=3`, NotSet, "=", ""},
		{`a="x"y b=2 c=3`, NotSet, "=", ""},
	})
}

func FuzzLogfmt(f *testing.F) {
	for _, s := range []string{`level=info msg="a \" b" x=`, `a=1 b="2" c=3`, `a="`, `a="\`, `msg=a b c level=warn`, "a=\x00 b=\xff,c=d"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) == 0 {
			return
		}
		r := Record{Text: text}
		if !classifyLogfmt(text, 0, &r) {
			return
		}
		fields := r.AppendFields(nil)
		if len(fields) == 0 && r.Level == NotSet && r.stampLen == 0 && bytes.Count(text, []byte("=")) == 0 {
			t.Fatalf("%q: logfmt without a pair", text)
		}
		for _, field := range fields {
			if len(field.Key) == 0 || !bytes.Contains(text, field.Key) || field.Raw {
				t.Fatalf("%q: field %q=%q", text, field.Key, field.Value)
			}
			if _, ok := r.Lookup(string(field.Key)); !ok {
				t.Fatalf("%q: no %q", text, field.Key)
			}
		}
	})
}
