package estest

import (
	"fmt"
	"io"
	"net"
	"net/http"
)

// Fault answers one bulk request in a way of its own.
type Fault func(*Exchange)

// Exchange is a bulk request that waits for its answer.
type Exchange struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request
	index  string
	body   []byte
}

// Serve stores and answers as usual; status overrides the result of a document
// if it is not nil and returns another number than 0.
func (x *Exchange) Serve(status func(source []byte) int) {
	if b := x.store(status); b != nil {
		x.w.Header().Set("Content-Type", "application/json")
		x.w.Write(b)
	}
}

// store returns the answer, nil if it was given.
func (x *Exchange) store(status func([]byte) int) []byte {
	if t := x.r.Header.Get("Content-Type"); t != "application/x-ndjson" && t != "application/json" {
		answer(x.w, http.StatusNotAcceptable, "media_type_header_exception", t)
		return nil
	}
	actions, err := parseBulk(x.body)
	if err != nil {
		answer(x.w, http.StatusBadRequest, "illegal_argument_exception", err.Error())
		return nil
	}
	return render(actions, x.server.store(x.index, actions, status))
}

// Items gives the documents that f returns a status for that status, with an
// error, and stores the others.
func Items(f func(source []byte) int) Fault {
	return func(x *Exchange) { x.Serve(f) }
}

// Status answers the whole request with a status and headers ("Retry-After",
// "5"), and stores nothing.
func Status(status int, headers ...string) Fault {
	return func(x *Exchange) {
		for i := 0; i+1 < len(headers); i += 2 {
			x.w.Header().Set(headers[i], headers[i+1])
		}
		answer(x.w, status, "scripted_exception", fmt.Sprintf("status %d was asked for", status))
	}
}

// TooLarge answers 413 to requests above limit bytes.
func TooLarge(limit int) Fault {
	return func(x *Exchange) {
		if len(x.body) > limit {
			answer(x.w, http.StatusRequestEntityTooLarge, "content_too_long_exception", fmt.Sprint(len(x.body)))
			return
		}
		x.Serve(nil)
	}
}

// Body answers 200 with the text, and stores nothing.
func Body(text string) Fault {
	return func(x *Exchange) { io.WriteString(x.w, text) }
}

// Accepted stores the documents and then never answers: the client times out.
func Accepted(x *Exchange) {
	x.store(nil)
	x.hang()
}

// BlackHole neither stores nor answers.
func BlackHole(x *Exchange) { x.hang() }

func (x *Exchange) hang() {
	select {
	case <-x.r.Context().Done():
	case <-x.server.done:
	}
}

// Reset stores the documents, and resets the connection in the middle of the
// answer.
func Reset(x *Exchange) {
	b := x.store(nil)
	c, out, err := x.w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	fmt.Fprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(b), b[:len(b)/2])
	out.Flush()
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}

// Truncated stores the documents and answers the first half of a sound answer,
// with a length that says it is all.
func Truncated(x *Exchange) {
	b := x.store(nil)
	x.w.Write(b[:len(b)/2])
}
