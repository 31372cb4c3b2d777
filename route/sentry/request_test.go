package sentry

import (
	"testing"

	"github.com/logwrap/logwrap/detect"
)

func TestRequestLine(t *testing.T) {
	for line, want := range map[string]request{
		"Exception on /div [GET]":                   {URL: "/div", Method: "GET", framework: "flask"},
		"Exception on /a?b=1 [POST]":                {URL: "/a", Method: "POST", Query: "b=1", framework: "flask"},
		"Exception on the bus [GET]":                {},
		"Exception on /div [now]":                   {},
		"Error handling request /x":                 {URL: "/x", framework: "wsgi"},
		"Error handling request":                    {},
		"Uncaught exception GET /x (127.0.0.1)":     {URL: "/x", Method: "GET", framework: "tornado"},
		"Uncaught exception in worker (1)":          {},
		"Exception in ASGI application":             {framework: "asgi"},
		"Internal Server Error: /shop/":             {},                               // by another logger than Django's
		"django.request Internal Server Error: /x":  {URL: "/x", framework: "django"}, // as a layout without colons has it
		"[django.request] Internal Server Error: /": {URL: "/", framework: "django"},
		"shop.request Internal Server Error: /x":    {},
		"GET /x failed":                             {},
		"Exception on \"><script>alert(1)</script>": {},
	} {
		if got := requestLine(line, "app"); got != want {
			t.Errorf("%q: %+v, want %+v", line, got, want)
		}
	}
	if got := requestLine("Internal Server Error: /shop/", "django.request"); got != (request{URL: "/shop/", framework: "django"}) {
		t.Errorf("Django: %+v", got)
	}
}

func TestRequestFields(t *testing.T) {
	for line, want := range map[string]request{
		`{"level":"error","msg":"x","req":{"method":"get","url":"/a?b=1"}}`:                              {URL: "/a", Method: "GET", Query: "b=1"},
		`{"log.level":"error","message":"x","http.request.method":"PUT","url.full":"https://h/a"}`:       {URL: "https://h/a", Method: "PUT"},
		`{"level":"error","msg":"x","request":{"path":"/a","method":"POST"}}`:                            {URL: "/a", Method: "POST"},
		`{"level":"error","msg":"x","request":{"path":"/a"}}`:                                            {},
		`{"level":"error","msg":"x","url":"/a","method":"GET"}`:                                          {}, // of whose request?
		`{"level":"error","msg":"x","req":{"method":"GET","url":"mailto:a@b"}}`:                          {},
		`{"level":"info","msg":"x","req":{"method":"GET","url":"/a"}}`:                                   {},
		`{"level":"error","msg":"x","req":{"method":["GET"],"url":{"path":"/a"}}}`:                       {},
		`{"level":"error","msg":"x","http":{"request":{"method":"GET"}},"url":{"path":"/a","query":""}}`: {URL: "/a", Method: "GET"},
	} {
		r := recordOf(t, line+"\n")
		if got := requestOf(&r); got != want {
			t.Errorf("%s: %+v, want %+v", line, got, want)
		}
	}
}

func TestTransaction(t *testing.T) {
	chain := []detect.Exception{{Language: detect.Python, Frames: []detect.Frame{
		{Function: "full_dispatch_request", File: "/venv/lib/python3.11/site-packages/flask/app.py"},
		{Function: "dispatch_request", File: "/venv/lib/python3.11/site-packages/flask/app.py"},
		{Function: "show", File: "/srv/app/app.py", InApp: true},
		{Function: "ratio", File: "/srv/app/app.py", InApp: true},
	}}}
	if got := transactionOf(request{framework: "flask", URL: "/div"}, chain); got != "show" {
		t.Errorf("of Flask: %q", got)
	}
	if got := transactionOf(request{framework: "django", URL: "/div"}, chain); got != "/div" {
		t.Errorf("of Django: %q", got)
	}
}
