package detect

import "bytes"

// containerHead returns how long the header is that the container runtimes of
// Kubernetes put before a line, "2016-10-06T00:17:09.669794202Z stdout F ", 0 if
// the line has none
// (https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md).
func containerHead(line []byte) int {
	const shortest = len("2006-01-02T15:04:05Z stdout F ")
	if len(line) < shortest || line[10] != 'T' {
		return 0
	}
	i := bytes.IndexByte(line[:min(len(line), len("2006-01-02T15:04:05.999999999+00:00 "))], ' ')
	if i < 0 || !hasPrefix(line[i:], " stdout ") && !hasPrefix(line[i:], " stderr ") {
		return 0
	}
	tag := i + len(" stdout ")
	if tag+2 > len(line) || line[tag] != 'F' && line[tag] != 'P' || line[tag+1] != ' ' {
		return 0
	}
	if _, n := scanStamp(line); n != i {
		return 0
	}
	return tag + 2
}

// classifyContainer handles a line behind such a header, which then is as if it
// was not there, but for its time if the line has none.
func classifyContainer(text []byte, from, end int, r *Record) bool {
	n := containerHead(text[from:end])
	if n == 0 {
		return false
	}
	classify(text[from+n:end], r)
	r.shape |= containerHeader
	return true
}

// containerLine takes level, logger and message from what stands under "log" in
// Docker's json-file and in what collectors make of it.
func (o *object) containerLine(value []byte) {
	text := value
	if o.at[keyLog].escaped {
		text = unescape(value)
	}
	var r Record
	classify(bytes.TrimRight(text, "\r\n"), &r)
	o.level, o.why, o.logger, o.message = r.Level, r.Why, r.Logger, r.Message
	o.messageAt = o.at[keyLog].at
}
