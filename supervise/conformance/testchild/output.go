//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
)

func printLines(args []string) {
	n, size := number(argument(args, 0)), 0
	if len(args) > 1 {
		size = number(args[1])
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	for i := 1; n == 0 || i <= n; i++ {
		line := "line " + strconv.Itoa(i)
		_, err := fmt.Fprintf(out, "%-*s\n", max(size-1, 0), line)
		must(err, "write a line")
	}
	must(out.Flush(), "write lines")
}

func copyInput() {
	_, err := io.Copy(os.Stdout, os.Stdin)
	must(err, "copy stdin")
}

// eat allocates memory and touches each page of it.
func eat(size string) {
	unit := 1
	switch {
	case strings.HasSuffix(size, "G"):
		unit = 1 << 30
	case strings.HasSuffix(size, "M"):
		unit = 1 << 20
	case strings.HasSuffix(size, "K"):
		unit = 1 << 10
	}
	food := make([]byte, number(strings.TrimRight(size, "GMK"))*unit)
	for i := 0; i < len(food); i += 4096 {
		food[i] = 1
	}
	fmt.Println("ready")
	select {}
}

// notify tells a service manager something, as sd_notify(3) does.
func notify(text string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if name, ok := strings.CutPrefix(path, "@"); ok {
		path = "\x00" + name // an abstract address
	}
	socket, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Net: "unixgram", Name: path})
	must(err, "reach $NOTIFY_SOCKET")
	_, err = socket.Write([]byte(strings.ReplaceAll(text, `\n`, "\n")))
	must(err, "send to $NOTIFY_SOCKET")
	fmt.Println("sent")
}
