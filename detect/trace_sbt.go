package detect

import (
	"bytes"
	"strings"
)

// sbtGrammar is a JVM trace each line of which sbt has given its own tag.
var sbtGrammar = grammar{language: Java, why: "java stack trace", step: stepSBT, parse: parseSBT}

const sbtTag = "[error] "

// stepTagged looks for the first frame behind a tagged line that names an
// exception.
func stepTagged(g *group, line []byte) verdict {
	rest, ok := cutPrefix(line, sbtTag)
	if !ok || !isJavaFrame(rest) || !hasPrefix(g.text[:g.first], sbtTag) || inlineType(g.text[:g.first]) < 0 {
		return refuse
	}
	return g.become(&sbtGrammar, javaFrames)
}

func stepSBT(_ *group, line []byte) verdict {
	rest, ok := cutPrefix(line, sbtTag)
	if ok && (isJavaFrame(rest) || isJavaLink(rest[indent(rest):]) || isJavaMark(rest[indent(rest):]) && indent(rest) > 0) {
		return accept
	}
	return refuse
}

// isSBT reports whether a trace is tagged.
func isSBT(text []byte) bool {
	return hasPrefix(text, sbtTag) && bytes.Contains(text, []byte("\n"+sbtTag))
}

func parseSBT(s *source) []Exception {
	plain := *s
	plain.text = strings.ReplaceAll("\n"+s.text, "\n"+sbtTag, "\n")[1:]
	return parseJava(&plain)
}
