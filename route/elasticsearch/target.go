package elasticsearch

import (
	"fmt"
	"strings"

	"github.com/logwrap/logwrap/route"
)

// target is where documents go.
type target struct {
	name    string
	stream  bool   // a data stream, else a plain index
	dataset string // event.dataset
}

// maxPart is the most bytes of a data stream's dataset and of its namespace
// (ECS, data_stream.dataset and data_stream.namespace).
const maxPart = 100

func newTarget(o Options, id route.Identity) (target, error) {
	switch {
	case o.DataStream != "" && o.Index != "":
		return target{}, wrong("index", "and data_stream exclude each other", "")
	case o.Index != "":
		if err := checkName("index", o.Index); err != nil {
			return target{}, err
		}
		return target{name: o.Index, dataset: o.Index}, nil
	case o.DataStream != "":
		if err := checkName("data_stream", o.DataStream); err != nil {
			return target{}, err
		}
		return target{name: o.DataStream, stream: true, dataset: datasetOf(o.DataStream)}, nil
	}
	dataset, namespace := "logwrap", "default"
	if id.Name != "" {
		dataset += "." + id.Name
	}
	if id.Environment != "" {
		namespace = id.Environment
	}
	dataset = sanitisePart(dataset)
	return target{name: "logs-" + dataset + "-" + sanitisePart(namespace), stream: true, dataset: dataset}, nil
}

// datasetOf returns the middle of TYPE-DATASET-NAMESPACE, all of any other name.
func datasetOf(name string) string {
	_, rest, ok := strings.Cut(name, "-")
	if i := strings.LastIndexByte(rest, '-'); ok && i > 0 {
		return rest[:i]
	}
	return name
}

// sanitisePart makes s fit for a part of a data stream's name: lower case, no
// hyphens, nothing that index names forbid.
func sanitisePart(s string) string {
	out := make([]byte, 0, len(s))
	for _, c := range strings.ToLower(s) {
		if len(out) == maxPart {
			break
		}
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_' {
			out = append(out, byte(c))
		} else {
			out = append(out, '_')
		}
	}
	if len(out) == 0 {
		return "default"
	}
	return string(out)
}

// checkName refuses what no index may be called (create index API, path
// parameters).
func checkName(option, s string) error {
	hint := "names are lower case, at most 255 bytes, without \\ / * ? \" < > | blank , # :"
	switch {
	case len(s) > 255:
		return wrong(option, fmt.Sprintf("%d bytes are too long", len(s)), hint)
	case strings.ContainsAny(s, "\\/*?\"<>| ,#:") || strings.ToLower(s) != s || hasControl(s):
		return wrong(option, fmt.Sprintf("%q is not allowed", s), hint)
	case s == "." || s == ".." || strings.ContainsRune("-_+", rune(s[0])):
		return wrong(option, fmt.Sprintf("%q is not allowed", s), "a name must not begin with -, _ or +")
	}
	return nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f })
}
