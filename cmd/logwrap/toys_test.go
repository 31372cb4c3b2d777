package main

import (
	"bufio"
	"fmt"
	"hash/crc32"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// playToy is what the test binary does instead of testing when it is run as an
// app. It returns the exit code.
func playToy(name string) int {
	switch name {
	case "spew":
		return playSpew()
	case "flood":
		return playFlood()
	case "clock":
		return playClock()
	case "hang":
		return playHang()
	}
	fmt.Fprintln(os.Stderr, "unknown toy", name)
	return 99
}

// playHang says something and then nothing for a minute; with TOY_DUMP it says
// where it is when USR1 comes.
func playHang() int {
	fmt.Println("INFO:hang:working")
	asked := make(chan os.Signal, 1)
	if os.Getenv("TOY_DUMP") != "" {
		signal.Notify(asked, syscall.SIGUSR1)
	}
	for end := time.After(time.Minute); ; {
		select {
		case <-asked:
			fmt.Println("INFO:hang:here I am")
		case <-end:
			return 1
		}
	}
}

// playClock prints when it was started, in Unix nanoseconds.
func playClock() int {
	fmt.Println("INFO:clock:started", time.Now().UnixNano())
	return 7
}

// spewLine is a numbered line that carries its own checksum.
func spewLine(dst []byte, run, stream, seq int) []byte {
	start := len(dst)
	dst = fmt.Appendf(dst, "INFO:spew:r=%d s=%d n=%09d %s", run, stream, seq, filler[:20+seq%97])
	return fmt.Appendf(dst, " c=%08x\n", crc32.ChecksumIEEE(dst[start:]))
}

const filler = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// parseSpew is the inverse of spewLine; ok is false for a line that is not one.
func parseSpew(line string) (run, stream, seq int, ok bool) {
	body, sum, found := strings.Cut(line, " c=")
	if !found || fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))) != sum {
		return 0, 0, 0, false
	}
	if n, err := fmt.Sscanf(body, "INFO:spew:r=%d s=%d n=%d", &run, &stream, &seq); n != 3 || err != nil {
		return 0, 0, 0, false
	}
	return run, stream, seq, true
}

// playSpew writes TOY_LINES numbered lines, half of them to each stream, at
// TOY_RATE lines a second (0: as fast as it goes), several a write. The longest
// time that a write took goes to the file TOY_STATS, in nanoseconds. TOY_RUN is
// part of each line.
func playSpew() int {
	lines, _ := strconv.Atoi(os.Getenv("TOY_LINES"))
	rate, _ := strconv.Atoi(os.Getenv("TOY_RATE"))
	run, _ := strconv.Atoi(os.Getenv("TOY_RUN"))
	const batch = 50
	var longest time.Duration
	start := time.Now()
	var buf []byte
	for n, at := 0, 0; at < lines; n++ {
		stream := n % 2
		buf = buf[:0]
		for range batch {
			buf = spewLine(buf, run, stream+1, at/2/batch*batch+at%batch)
			at++
		}
		before := time.Now()
		if _, err := syscall.Write(stream+1, buf); err != nil {
			return 3
		}
		longest = max(longest, time.Since(before))
		if rate > 0 {
			if ahead := time.Duration(at)*time.Second/time.Duration(rate) - time.Since(start); ahead > time.Millisecond {
				time.Sleep(ahead)
			}
		}
	}
	if path := os.Getenv("TOY_STATS"); path != "" {
		if err := os.WriteFile(path, []byte(strconv.FormatInt(int64(longest), 10)), 0o600); err != nil {
			return 4
		}
	}
	return 7
}

// playFlood writes TOY_BYTES bytes of numbered lines to stdout as fast as it goes.
func playFlood() int {
	bytes, _ := strconv.Atoi(os.Getenv("TOY_BYTES"))
	w := bufio.NewWriterSize(os.Stdout, 64<<10)
	var buf []byte
	for n, seq := 0, 0; n < bytes; seq++ {
		buf = spewLine(buf[:0], 0, 1, seq)
		n += len(buf)
		if _, err := w.Write(buf); err != nil {
			return 3
		}
	}
	if w.Flush() != nil {
		return 3
	}
	return 7
}
