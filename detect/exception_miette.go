package detect

import (
	"strings"
)

// miette draws the chain of an error as a tree (its GraphicalReportHandler and,
// without Unicode, the same in ASCII):
//
//	Error: shop::config
//
//	  × startup
//	  ├─▶ bad config
//	  ╰─▶ invalid digit found in string
//	  help: see the manual

var mietteMarks = [...]string{"× ", "├─▶ ", "╰─▶ ", "│ ", "x ", "|-> ", "`-> ", "| "}

// cutMiette cuts the mark from a line of the tree; mark is its place in
// mietteMarks, -1 if there is none.
func cutMiette(line string) (mark int, rest string) {
	if body := strings.TrimLeft(line, " "); len(line) >= len(body)+2 {
		for i, m := range mietteMarks {
			if rest, ok := strings.CutPrefix(body, m); ok {
				return i % 4, rest
			}
		}
	}
	return -1, line
}

// parseMiette reads the tree, and what its snippets tell of a place is left.
func parseMiette(lines []string) []Exception {
	var list []Exception
	for i, line := range lines {
		if i == 0 {
			line = strings.TrimPrefix(line, "Error:")
		}
		switch mark, text := cutMiette(line); mark {
		case 0, 1, 2:
			list = append(list, Exception{Type: "Error", Value: strings.TrimSpace(text), Language: Rust, Relation: "cause"})
		case 3:
			if n := len(list); n > 0 {
				list[n-1].Value += "\n" + strings.TrimSpace(text)
			}
		}
	}
	if len(list) > 0 {
		list[0].Relation = ""
	}
	return reversed(list)
}
