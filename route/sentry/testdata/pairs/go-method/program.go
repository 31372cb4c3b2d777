package main

import (
	"fmt"
	"os"
	"time"

	"example.com/shop/internal/stock"
	"github.com/getsentry/sentry-go"
)

type handler struct{ store *stock.Store[string] }

func (h handler) serve(paths ...string) {
	each(paths, func(path string) {
		h.store.Take(path, 2)
	})
}

func each(paths []string, do func(string)) {
	for _, path := range paths {
		do(path)
	}
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
	fmt.Println("serving")
	handler{stock.New[string]()}.serve("fig", "pear")
}
