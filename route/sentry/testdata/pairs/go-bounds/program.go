package main

import (
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/getsentry/sentry-go"
)

type row struct{ cells []int }

func rank(rows []row) {
	sort.Slice(rows, func(i, j int) bool { return rows[i].cells[1] < rows[j].cells[1] })
}

func report() {
	if r := recover(); r != nil {
		sentry.CurrentHub().Recover(r)
		sentry.Flush(2 * time.Second)
		panic(r)
	}
}

func main() {
	withSDK := os.Getenv("SENTRY_DSN") != ""
	if withSDK {
		if err := sentry.Init(sentry.ClientOptions{Release: "shop@1.4.2", Environment: "prod"}); err != nil {
			panic(err)
		}
	}
	fmt.Fprintln(os.Stderr, "ranking")
	done := make(chan bool)
	go func() {
		if withSDK {
			defer report()
		}
		rank([]row{{[]int{1, 2}}, {[]int{3}}})
		done <- true
	}()
	<-done
}
