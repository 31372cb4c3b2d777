package elasticsearch

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// bulkResponse is the part of the answer of POST _bulk that is asked for with
// bulkFilter. It is kept, so that its items are allocated once.
type bulkResponse struct {
	Items []struct {
		Create *itemResult `json:"create"`
		Index  *itemResult `json:"index"`
	} `json:"items"`
}

// bulkFilter leaves out of the answer what is not looked at: most of it.
const bulkFilter = "?filter_path=errors,items.*.status,items.*.error"

type itemResult struct {
	Status int             `json:"status"`
	Error  json.RawMessage `json:"error"`
}

// parse reads an answer to size actions. An error means that nothing in it can
// be relied on.
func (b *bulkResponse) parse(body []byte, size int) error {
	clear(b.Items[:cap(b.Items)]) // what json reuses, it does not clear
	b.Items = b.Items[:0]
	if err := json.Unmarshal(body, b); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(b.Items) != size {
		return fmt.Errorf("the answer has %d items for %d documents: %s", len(b.Items), size, excerpt(body))
	}
	for i := range b.Items {
		if item := b.item(i); item == nil || item.Status == 0 {
			return fmt.Errorf("item %d of the answer has no status", i)
		}
	}
	return nil
}

// item returns the i-th result, nil if there is none.
func (b *bulkResponse) item(i int) *itemResult {
	if create := b.Items[i].Create; create != nil {
		return create
	}
	return b.Items[i].Index
}

// verdict is what the cluster says of a document.
type verdict int

const (
	taken verdict = iota
	later
	never
)

// verdictOf tells what can be mended from what can't. Rights, a full disk
// (cluster_block_exception, 403) and a missing index (404) are not the
// document's fault; an operator can mend them.
func verdictOf(item *itemResult) verdict {
	switch status := item.Status; {
	case status >= 200 && status < 300:
		return taken
	case status == http.StatusConflict:
		return taken // a document with this _id is there: the record came before
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound,
		status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return later
	case status >= 400 && status < 500:
		return never
	}
	return later
}

// cause is an error object of the cluster, as far as it is shown.
type cause struct {
	Type     string `json:"type"`
	Reason   string `json:"reason"`
	CausedBy *cause `json:"caused_by"`
}

func (c *cause) String() string {
	s := c.Type
	if c.Reason != "" {
		s += ": " + c.Reason
	}
	if c.CausedBy != nil {
		s += ": " + c.CausedBy.String()
	}
	return s
}

func itemError(item *itemResult) error {
	text := explain(item.Error)
	if text == "" {
		return fmt.Errorf("elasticsearch: status %d", item.Status)
	}
	return fmt.Errorf("elasticsearch: status %d: %s", item.Status, text)
}

// explain returns what an error object says, bounded in length. Older servers
// and proxies write a string.
func explain(raw []byte) string {
	var c cause
	if json.Unmarshal(raw, &c) == nil {
		return excerpt([]byte(c.String()))
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return excerpt([]byte(s))
	}
	return excerpt(raw)
}

// excerpt returns the beginning of b for a message, as one line.
func excerpt(b []byte) string {
	const most = 300
	cut := cutRune(b, most)
	out := make([]byte, 0, len(cut)+3)
	for _, c := range cut {
		if c < ' ' || c == 0x7f {
			c = ' '
		}
		out = append(out, c)
	}
	if len(b) > most {
		out = append(out, "..."...)
	}
	return string(out)
}

var errTooLarge = errors.New("elasticsearch: the request is too large (413)")
