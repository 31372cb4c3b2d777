package detect

import (
	"strings"
)

// dotnetNode is one exception of Exception.ToString, with those inside it.
type dotnetNode struct {
	e     Exception
	value []string
	inner []*dotnetNode
	twin  bool // the runtime prints it a second time
}

// dotnetReader follows how Exception.ToString nests: the inner exception stands
// between the value and the frames of the outer one, the members of an
// AggregateException behind its frames.
type dotnetReader struct {
	roots []*dotnetNode
	stack []*dotnetNode // the ones that are open, outermost first
	open  bool          // the last one has no frame yet: lines belong to its value
	fault bool          // the runtime's own report
}

// parseDotnet reads what Exception.ToString and the runtime print.
func parseDotnet(s *source) []Exception {
	text := s.text
	p := dotnetReader{}
	for i, line := range strings.Split(text[dotnetHead(text):], "\n") {
		line = cutIndent6(line, text)
		switch {
		case i == 0:
			p.first(line)
		case strings.HasPrefix(line, dotnetAgain):
			p.stack = nil // Mono tells it again
			p.open = false
		default:
			p.line(line)
		}
	}
	var list []Exception
	for _, n := range reversed(p.roots) {
		list = n.collect(list)
	}
	for i := range len(list) - 1 {
		if list[i].Relation == "" {
			list[i].Relation = "cause"
		}
	}
	return list
}

// cutIndent6 takes back what the console logger of Microsoft.Extensions.Logging
// puts before every line of a message.
func cutIndent6(line, text string) string {
	if strings.HasPrefix(text, aspnetMargin) {
		return strings.TrimPrefix(line, aspnetMargin)
	}
	return line
}

// first reads the head of the trace, which may be a log line that ends in it.
func (p *dotnetReader) first(line string) {
	if rest, ok := strings.CutPrefix(line, "Fatal error. "); ok && dotnetType(rest) > 0 {
		p.fault, line = true, rest
	}
	switch {
	case isDotnetFault([]byte(line)):
		p.faulty(line)
		return
	case !namesDotnet([]byte(line[:dotnetType(line)])): // a log line, and what it begins with
		if i := inlineDotnet(line); i >= 0 {
			line = line[i:]
		}
	}
	p.push(line, "")
}

// inlineDotnet returns where in a log line an exception is named, -1 if nowhere.
// What an arrow leads to names the one before it, whatever that is called.
func inlineDotnet(line string) int {
	if i := strings.Index(line, " ---> "); i > 0 && dotnetType(line[i+len(" ---> "):]) > 0 {
		for end := 0; ; end += len(": ") {
			k := strings.Index(line[end:i], ": ")
			if k < 0 {
				break
			}
			end += k
			start := strings.LastIndexByte(line[:end], ' ') + 1
			if n := dotnetType(line[start:]); n > 0 && namesDotnet([]byte(line[start:start+n])) {
				return start
			}
		}
	}
	return inlineType([]byte(line))
}

// faulty begins an exception for a report of the runtime, which has no type.
func (p *dotnetReader) faulty(line string) {
	p.fault = true
	n := &dotnetNode{e: Exception{Type: "FailFast", Language: CSharp}}
	switch rest, fatal := strings.CutPrefix(line, "Fatal error."); {
	case line == dotnetOverflow || strings.HasPrefix(line, "Process is terminat"):
		n.e.Type, n.value = "System.StackOverflowException", []string{line}
	case fatal:
		n.e.Type, n.value = "Fatal error", []string{strings.TrimPrefix(rest, " ")}
	default:
		line = strings.TrimPrefix(line, "FailFast:")
		n.value = []string{strings.TrimPrefix(strings.TrimPrefix(line, "Process terminated."), " ")}
	}
	p.roots, p.stack, p.open = append(p.roots, n), append(p.stack, n), true
}

func (p *dotnetReader) line(line string) {
	body := line[indent(line):]
	switch {
	case len(p.stack) == 0:
	case isDotnetFrame([]byte(line)):
		top := p.stack[len(p.stack)-1]
		top.e.Frames = append(top.e.Frames, dotnetFrame(strings.TrimPrefix(body, "at ")))
		p.open = false
		p.pop(line)
	case isDotnetLink([]byte(body)):
		p.link(strings.TrimPrefix(body, "---> "))
	case strings.HasPrefix(body, dotnetEndInner):
		p.open = false
		if len(p.stack) > 1 {
			p.stack = p.stack[:len(p.stack)-1]
		}
	case strings.HasPrefix(body, dotnetPrevious), strings.HasPrefix(line, "Repeat") && p.fault:
		p.open = false
	case p.open && p.roots[0].e.Type == "Fatal error" && len(p.stack) == 1 && p.stack[0].value[0] == "" && dotnetType(line) > 0:
		p.roots, p.stack = nil, nil // the report names it on its second line
		p.push(line, "")
	case p.open:
		p.more(line)
	case p.fault && len(p.stack) == 1 && dotnetType(line) > 0 && namesFailure([]byte(line[:dotnetType(line)])):
		p.stack = nil
		p.push(line, "")
	default:
		p.pop(line)
	}
}

// link begins the inner exception of the last one, or a further member of it.
func (p *dotnetReader) link(head string) {
	top := p.stack[len(p.stack)-1]
	relation := "cause"
	if top.e.Type == "System.AggregateException" {
		relation = "member"
	}
	rest, ok := strings.CutPrefix(head, dotnetMember)
	if !ok {
		p.push(head, relation)
		return
	}
	number, head, _ := strings.Cut(rest, ") ")
	twin := number == "0" && len(top.inner) > 0 // .NET Framework and Mono print it twice
	p.push(head, "member")
	if k := len(top.inner); twin && k > 1 {
		top.inner[k-1].twin = true
	}
}

// push begins an exception by the line that names it, which may name the inner
// ones as well: "T: v ---> T2: v2".
func (p *dotnetReader) push(head, relation string) {
	n := &dotnetNode{e: Exception{Type: "Exception", Language: CSharp, Relation: relation}}
	if k := dotnetType(head); k > 0 {
		n.e.Type = head[:k]
		if end := strings.IndexByte(head[k:], ':'); end >= 0 {
			head = strings.TrimPrefix(head[k+end+1:], " ")
		} else {
			head = ""
		}
	}
	if k := len(p.stack); k > 0 {
		p.stack[k-1].inner = append(p.stack[k-1].inner, n)
	} else {
		p.roots = append(p.roots, n)
	}
	p.stack = append(p.stack, n)
	p.open = true
	p.more(head)
}

// more adds a line to the value of the last exception.
func (p *dotnetReader) more(line string) {
	top := p.stack[len(p.stack)-1]
	for from := 0; ; {
		i := strings.Index(line[from:], " ---> ")
		if i < 0 {
			break
		}
		i += from
		if from = i + len(" ---> "); dotnetType(line[from:]) > 0 {
			top.value = append(top.value, line[:i])
			p.link(line[from:])
			return
		}
	}
	value := line
	for strings.HasSuffix(value, "<---") {
		value = strings.TrimSuffix(value, "<---")
	}
	top.value = append(top.value, value)
	p.pop(line)
}

// pop ends as many members as a line says.
func (p *dotnetReader) pop(line string) {
	for line = trimRight(line); strings.HasSuffix(line, "<---") && len(p.stack) > 1; line = line[:len(line)-4] {
		p.stack = p.stack[:len(p.stack)-1]
		p.open = false
	}
}

// collect appends the exceptions inside n, the last one first, and then itself.
func (n *dotnetNode) collect(list []Exception) []Exception {
	if n.twin {
		return list
	}
	for i := len(n.inner) - 1; i >= 0; i-- {
		list = n.inner[i].collect(list)
	}
	n.e.Value = strings.TrimSpace(strings.Join(n.value, "\n"))
	reversed(n.e.Frames)
	return append(list, n.e)
}

// dotnetFrame reads what follows "at " in a frame.
func dotnetFrame(body string) Frame {
	name, tail, _ := cutDotnetFrame(body)
	f := Frame{}
	f.Module, f.Function = splitDotnetName(name)
	if i := strings.Index(tail, " in "); i >= 0 {
		place := tail[i+len(" in "):]
		if j := strings.LastIndex(place, ":line "); j > 0 {
			f.File, f.Line = place[:j], number(place[j+len(":line "):])
		} else if f.File, f.Line = cutNumber(place); strings.HasPrefix(f.File, "<") { // a module that has no symbols
			f.File, f.Line = "", 0
		}
	}
	f.InApp = dotnetInApp(f.Module)
	return f
}

// splitDotnetName cuts the method from its type. The state machine of an async
// method or an iterator is named after the method, as sentry-dotnet does.
func splitDotnetName(name string) (module, method string) {
	i := lastDot(name, ".")
	if i < 0 {
		return "", name
	}
	module, method = name[:i], name[i+1:]
	if i > 1 && name[i-1] == '.' { // "Ns.Type..ctor"
		return name[:i-1], name[i:]
	}
	if method != "MoveNext" {
		return module, method
	}
	if j := lastDot(module, ".+"); j > 0 && module[j+1:] != "" && module[j+1] == '<' {
		own, rest, ok := strings.Cut(module[j+2:], ">")
		if ok && own != "" && strings.HasPrefix(rest, "d__") {
			return module[:j], own
		}
	}
	return module, method
}

// lastDot returns the last of some separators that is not within brackets.
func lastDot(name, separators string) int {
	depth := 0
	for i := len(name) - 1; i >= 0; i-- {
		switch c := name[i]; {
		case c == ']' || c == '>':
			depth++
		case c == '[' || c == '<':
			depth--
		case depth == 0 && strings.IndexByte(separators, c) >= 0:
			return i
		}
	}
	return -1
}

// dotnetLibraries are the namespaces that sentry-dotnet leaves out
// (SentryOptions, InAppExclude).
var dotnetLibraries = [...]string{
	"System", "Mono", "Sentry", "Microsoft", "MS", "ABI.Microsoft", "Newtonsoft.Json", "FSharp", "<StartupCode$FSharp", "Serilog", "Giraffe",
	"NLog", "Npgsql", "RabbitMQ", "Hangfire", "IdentityServer4", "AWSSDK", "Polly", "Swashbuckle",
	"FluentValidation", "Autofac", "StackExchange.Redis", "Dapper", "RestSharp", "SkiaSharp", "IdentityModel", "SQLitePCL",
	"Xamarin", "Android", "Google", "MongoDB", "Remotion.Linq", "AutoMapper", "Nest", "Owin", "MediatR",
	"ICSharpCode", "Grpc", "ServiceStack", "Java.Interop", "log4net", "MassTransit", "Castle", "MySql", "MySqlConnector", "Interop",
}

func dotnetInApp(module string) bool {
	for _, p := range dotnetLibraries {
		if strings.HasPrefix(module, p) && (len(module) == len(p) || module[len(p)] == '.' || module[len(p)] == '+') {
			return false
		}
	}
	return module != ""
}
