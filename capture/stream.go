package capture

// Stream says where bytes came from.
type Stream uint8

const (
	// Stdout is the app's standard output.
	Stdout Stream = iota
	// Stderr is the app's standard error.
	Stderr
	// Lifecycle holds logwrap's own JSON lines about the app: started, signalled, ended.
	Lifecycle

	// Streams is how many streams a journal keeps apart.
	Streams = 3
)

// String returns the name that users see in records and in explain.
func (s Stream) String() string {
	switch s {
	case Stdout:
		return "stdout"
	case Stderr:
		return "stderr"
	case Lifecycle:
		return "lifecycle"
	}
	return "unknown"
}

// ParseStream is the inverse of Stream.String.
func ParseStream(name string) (Stream, bool) {
	for s := Stdout; s < Streams; s++ {
		if s.String() == name {
			return s, true
		}
	}
	return 0, false
}

// Offset is the address of one captured byte: how many bytes the journal took
// before it, over all streams. It does not depend on how the app's output was
// cut into reads, and it never repeats in a journal's life, so it serves as the
// identity of the record that begins there.
type Offset uint64
