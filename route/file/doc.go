// Package file appends records to a file, rotates it, and follows what others do
// to it.
//
// # Exactly once
//
// The process may be killed at any moment. The caller then starts a new one,
// gives Resume the State that was stored with its cursor, and delivers the
// records from that cursor on once more, in the same order but in batches cut
// differently. Each record must end up in the file once. This is how.
//
// A Deliver changes files in one order: it follows or rotates the file, then it
// appends the batch. Only a Deliver that returned nil moves State, and the
// caller stores State before it calls Deliver again. So whatever lies behind the
// stored State was written by at most one Deliver that was not acknowledged, and
// begins with the records that will come again. Since a record always has the
// same bytes (see package format), they can be recognised:
//
//	State = inode of the file, its size, its first record's time, fingerprint of
//	        the last 64 bytes or less
//
// open finds the file with that inode, under whatever name it has by now, and
// calls what it holds behind that size, and the files that are newer than it,
// the trail. As long as there is a trail, Deliver compares: records that are in
// it are skipped; the last one may be half written and is finished; at the first
// one that differs the trail is not ours and everything is appended, on a line
// of its own. Rather twice than never.
//
// Killed, and what the next start finds:
//
//   - before the write: no trail.
//   - in the write: the trail is a part of the batch, to the byte.
//   - after it, before State is stored: the trail is all of the batch.
//   - while older files were renamed: a gap in the numbers, and the current file
//     where it was. Rotation moves files only up to the first gap, so the next
//     one completes it.
//   - after the current file was renamed: its inode is found as PATH.1, with no
//     trail; the path is created.
//   - after the new file was created, or written to: the trail goes on in it.
//
// The newest rotated file is compressed only after State has moved on to the
// current one, so its inode can be found as long as it is needed. The compressed
// form replaces the plain one in one rename, under the old name, and gets its
// .gz in a second one; a plain name with gzip's magic number is given its .gz at
// the next start. So each record is in one file at each moment.
//
// Two places can't be told from State: the end of a file found at the very first
// Deliver, and of one that somebody else has put there or written to. Before it
// appends there, the sink writes a mark into the hidden file .NAME.logwrap
// beside the log: "after State x comes inode y, size z". It is removed in the
// next Deliver. In a folder where that cannot be written, a kill in that one
// Deliver may double a batch.
//
// A Deliver that fails (disk full, I/O error) takes back what it wrote, and
// forgets what it knows: the next one starts like a new process. What could not
// be taken back is a trail.
//
// Not covered: another process that writes to the same file at the same time,
// whose bytes can't be told from ours in the moment of a kill (nothing is lost,
// a batch may double); copytruncate, which loses by its nature what is written
// between its copy and its truncation; a power cut, since nothing is synced but
// compressed files.
//
// # Rotation
//
// PATH.1 is the newest, as with RotatingFileHandler and logrotate. A file is
// rotated only between batches: before one that would make it larger than
// Rotate.Size, or whose first record is Rotate.Age younger than the file's first
// record. Both follow from records and State alone, not from the clock (only the
// age of a file that the sink found there is taken from its modification time).
// Where rotating fails the sink goes on in the file there is and says so in
// Trouble.
//
// # Safety
//
// The path itself must not be a symbolic link (nor what is rotated or hidden
// beside it), and must be a regular file, or /dev/null. Folders are not created:
// a missing one is mostly a volume that was not mounted.
//
// # Performance
//
// A batch costs one lstat(2) and one write(2). The buffer is kept up to 1 MiB.
// New starts no goroutine; compression runs in one that Close ends.
package file
