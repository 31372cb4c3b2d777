package detect

import (
	"bytes"
	"strings"
)

// powershellGrammar is PowerShell 7's ConciseView of an error in a script.
var powershellGrammar = grammar{language: PowerShell, why: "powershell error", step: stepPowerShell, parse: parsePowerShell}

// openPowerShell recognises "Get-Content: /srv/main.ps1:3".
func openPowerShell(line []byte) opening {
	if !isDigit(line[len(line)-1]) || !bytes.Contains(line, []byte(".ps1:")) && !bytes.Contains(line, []byte(".psm1:")) {
		return opening{}
	}
	typ, place, ok := strings.Cut(view(line), ": ")
	if _, n := cutNumber(place); !ok || n == 0 || strings.Contains(typ, " ") {
		return opening{}
	}
	return opening{grammar: &powershellGrammar, verdict: maybe}
}

func stepPowerShell(g *group, line []byte) verdict {
	if g.count++; g.count == 1 {
		if string(line) == "Line |" {
			return accept
		}
		return refuse
	}
	n := indent(line)
	for n < len(line) && isDigit(line[n]) {
		n++
	}
	for n < len(line) && line[n] == ' ' {
		n++
	}
	if n > 0 && n < len(line) && line[n] == '|' && g.count <= maxGeneric {
		return accept
	}
	return refuse
}

func parsePowerShell(s *source) []Exception {
	lines := strings.Split(s.text, "\n")
	typ, place, _ := strings.Cut(lines[0], ": ")
	e := Exception{Language: PowerShell, Type: typ}
	f := Frame{InApp: true}
	f.File, f.Line, f.Column = splitPlace(place)
	e.Frames = []Frame{f}
	var value []string
	for _, line := range lines[1:] {
		number, text, _ := strings.Cut(line, "|")
		text = strings.TrimSpace(text)
		if strings.TrimSpace(number) == "" && text != "" && strings.Trim(text, "~") != "" {
			value = append(value, text)
		}
	}
	e.Value = strings.Join(value, "\n")
	return []Exception{e}
}
