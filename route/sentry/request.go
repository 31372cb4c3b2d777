package sentry

import (
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// request is the HTTP request that an error happened in, as far as a line tells
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/request/).
type request struct {
	URL    string `json:"url,omitempty"`
	Method string `json:"method,omitempty"`
	Query  string `json:"query_string,omitempty"`

	framework string // whose line it is, as the mechanism of its integration is called
}

// requestOf returns the request that r tells of, zero if it tells of none: only
// the lines that frameworks write, word for word, and the keys that logging
// standards have for it.
func requestOf(r *detect.Record) request {
	if r.Level < detect.Warning && r.Trace == detect.NoLanguage {
		return request{}
	}
	if r.Format == detect.JSON {
		if req := requestFields(r); req.URL != "" {
			return req
		}
	}
	return requestLine(firstLine(string(r.Message[:min(len(r.Message), 4<<10)])), string(r.Logger))
}

func requestLine(line, logger string) request {
	if rest, ok := strings.CutPrefix(line, "Exception on "); ok { // Flask: "Exception on /div [GET]"
		path, method, _ := strings.Cut(rest, " [")
		if name, ok := strings.CutSuffix(method, "]"); ok && isMethod(name) && isURLPath(path) {
			return newRequest("flask", path, name)
		}
	}
	if before, path, ok := strings.Cut(line, "Internal Server Error: "); ok && isURLPath(path) {
		if name := strings.Trim(before, " []:|-"); name == "django.request" || name == "" && logger == "django.request" {
			return newRequest("django", path, "")
		}
	}
	if path, ok := strings.CutPrefix(line, "Error handling request "); ok && isURLPath(path) { // gunicorn
		return newRequest("wsgi", path, "")
	}
	if line == "Exception in ASGI application" {
		return request{framework: "asgi"}
	}
	if rest, ok := strings.CutPrefix(line, "Uncaught exception "); ok { // Tornado: "Uncaught exception GET /div (127.0.0.1)"
		method, rest, _ := strings.Cut(rest, " ")
		if path, _, ok := strings.Cut(rest, " ("); ok && isMethod(method) && isURLPath(path) {
			return newRequest("tornado", path, method)
		}
	}
	return request{}
}

// requestKeys are where JSON lines have the URL and the method: ECS, pino,
// OpenTelemetry, and what is called request by itself.
var requestKeys = [...][2]string{
	{"req.url", "req.method"}, {"request.url", "request.method"}, {"request.path", "request.method"}, {"url.full", "http.request.method"},
	{"url.original", "http.request.method"}, {"url.path", "http.request.method"}, {"http.target", "http.method"},
}

func requestFields(r *detect.Record) request {
	for _, keys := range requestKeys {
		url, method := stringField(r, keys[0]), strings.ToUpper(stringField(r, keys[1]))
		if isMethod(method) && (isURLPath(url) || strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://")) {
			return newRequest("", url, method)
		}
	}
	return request{}
}

// stringField returns a text of a JSON line, empty if there is none of that name.
func stringField(r *detect.Record, key string) string {
	value, _ := r.Lookup(key)
	if len(value) > 4<<10 {
		return ""
	}
	return string(value)
}

func newRequest(framework, url, method string) request {
	url, query, _ := strings.Cut(url, "?")
	return request{URL: cleanLine(url, maxName), Method: method, Query: cleanLine(query, maxName), framework: framework}
}

func isURLPath(s string) bool { return strings.HasPrefix(s, "/") && !strings.ContainsAny(s, " \t\"<>") }

func isMethod(s string) bool {
	switch s {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return true
	}
	return false
}

// transactionOf names what was being done. Flask's SDK names the view function,
// whose frame comes after the one that calls it; the path is the next best.
func transactionOf(req request, chain []detect.Exception) string {
	if req.framework == "flask" && len(chain) > 0 {
		frames := chain[len(chain)-1].Frames
		for i := range len(frames) - 1 {
			f, next := &frames[i], &frames[i+1]
			if f.Function == "dispatch_request" && strings.HasSuffix(f.File, "/flask/app.py") && next.InApp {
				return cleanLine(next.Function, maxTagValue)
			}
		}
	}
	return cleanLine(strings.TrimSpace(req.URL), maxTagValue)
}
