package main

import (
	"fmt"
	"os"
	"slices"
	"time"

	"example.com/shop/queue"
	"github.com/getsentry/sentry-go"
)

type basket struct{ items []string }

func (b basket) drop(i int) string { return b.items[i] }

func apply[T, U any](values []T, do func(T) U) (all []U) {
	for _, v := range values {
		all = append(all, do(v))
	}
	return all
}

// guarded runs do and says what went wrong before it goes wrong again.
func guarded(do func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Errorf("guarded: %w", r.(error)))
		}
	}()
	do()
}

func main() {
	if os.Getenv("SENTRY_DSN") != "" {
		if err := sentry.Init(sentry.ClientOptions{Release: "shop@1.4.2", Environment: "prod"}); err != nil {
			panic(err)
		}
		defer func() {
			if r := recover(); r != nil {
				sentry.CurrentHub().Recover(r)
				sentry.Flush(2 * time.Second)
				panic(r)
			}
		}()
	}
	b := basket{[]string{"fig"}}
	q := queue.Of(slices.Values([]int{0, 1}), b.drop)
	jobs := map[string]func(){"drain": func() {
		fmt.Println(apply([]*queue.Queue[int, string]{q}, (*queue.Queue[int, string]).Drain))
	}}
	guarded(jobs["drain"])
}
