package estest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// action is one of a bulk request, with its document.
type action struct {
	op     string
	id     string
	source []byte
}

// result is what becomes of an action.
type result struct {
	status int
	kind   string // of the error
	reason string
}

func (s *Server) serveBulk(w http.ResponseWriter, r *http.Request, index string, body []byte) {
	s.mu.Lock()
	var fault Fault
	if len(s.script) > 0 {
		fault, s.script = s.script[0], s.script[1:]
	}
	s.mu.Unlock()
	x := &Exchange{server: s, w: w, r: r, index: index, body: body}
	if fault == nil {
		x.Serve(nil)
		return
	}
	fault(x)
}

// parseBulk reads NDJSON as strictly as the server does.
func parseBulk(body []byte) ([]action, error) {
	if len(body) == 0 || body[len(body)-1] != '\n' {
		return nil, fmt.Errorf("the bulk request must be terminated by a newline [\\n]")
	}
	lines := bytes.Split(body[:len(body)-1], []byte{'\n'})
	if len(lines)%2 != 0 {
		return nil, fmt.Errorf("%d lines", len(lines))
	}
	var actions []action
	for i := 0; i < len(lines); i += 2 {
		var ops map[string]struct {
			ID string `json:"_id"`
		}
		if err := json.Unmarshal(lines[i], &ops); err != nil || len(ops) != 1 {
			return nil, fmt.Errorf("malformed action/metadata line [%d]", i+1)
		}
		for op, meta := range ops {
			actions = append(actions, action{op, meta.ID, lines[i+1]})
		}
	}
	return actions, nil
}

// store does what the actions ask for. status overrides the result of a
// document if it returns another number than 0.
func (s *Server) store(index string, actions []action, status func(source []byte) int) []result {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []result
	for _, a := range actions {
		out = append(out, s.storeOne(index, a, status))
	}
	return out
}

func (s *Server) storeOne(index string, a action, status func([]byte) int) result {
	if status != nil {
		if n := status(a.source); n != 0 {
			return result{n, "scripted_exception", fmt.Sprintf("status %d was asked for", n)}
		}
	}
	if err := checkDocument(a.source); err != nil {
		return result{http.StatusBadRequest, "document_parsing_exception", err.Error()}
	}
	if a.id == "" || len(a.id) > 512 {
		return result{http.StatusBadRequest, "illegal_argument_exception", "bad _id"}
	}
	at, stored := s.byID[index+"\x00"+a.id]
	switch {
	case stored && a.op == "create":
		s.again++
		return result{http.StatusConflict, "version_conflict_engine_exception", "document already exists"}
	case stored:
		s.again++
		s.docs[at].Source = bytes.Clone(a.source)
		return result{status: http.StatusOK}
	}
	s.byID[index+"\x00"+a.id] = len(s.docs)
	s.docs = append(s.docs, Document{index, a.id, bytes.Clone(a.source)})
	return result{status: http.StatusCreated}
}

// render writes the answer of the bulk API.
func render(actions []action, results []result) []byte {
	items := make([]any, 0, len(results))
	failed := false
	for i, r := range results {
		item := map[string]any{"_id": actions[i].id, "status": r.status}
		if r.kind != "" {
			failed = true
			item["error"] = problem(r.kind, r.reason)
		}
		items = append(items, map[string]any{actions[i].op: item})
	}
	b, _ := json.Marshal(map[string]any{"took": 1, "errors": failed, "items": items})
	return b
}
