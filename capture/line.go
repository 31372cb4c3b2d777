package capture

// MaxLine is the most bytes a Line holds. A longer line comes in pieces of
// exactly this size (the last one shorter), marked More and Continued.
const MaxLine = 1 << 20

// Line is one line of one stream, or one piece of a very long one.
//
// Text is owned by whoever produced the line and is valid only until the
// consumer returns; keep a copy to hold on to it.
type Line struct {
	Stream Stream
	Start  Offset // of the first byte
	End    Offset // one past the last byte, its newline included
	Time   int64  // when the first byte was captured, Unix nanoseconds
	Clock  int64  // when the last byte was captured, nanoseconds of a clock that never goes back
	Text   []byte // what the app wrote, without the newline; a carriage return before it stays

	More      bool // the line goes on in the next Line of this stream
	Continued bool // this Line goes on from the one before it in this stream
}
