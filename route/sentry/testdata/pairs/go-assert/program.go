package main

import (
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/getsentry/sentry-go"
)

type event interface{ Name() string }

type order struct{ ID int }

func (o *order) Name() string { return "order" }

type bus map[string][]func(event)

func (b bus) on(name string, do func(event)) { b[name] = append(b[name], do) }

func (b bus) emit(e event) {
	defer func() { println("emitted", e.Name()) }()
	for _, do := range b[e.Name()] {
		do(e)
	}
}

type payload struct{ Items any }

func total(e event) int {
	var p payload
	if err := json.NewDecoder(strings.NewReader(`{"Items": {"fig": 2}}`)).Decode(&p); err != nil {
		panic(err)
	}
	return len(p.Items.([]any))
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
	b := bus{}
	b.on("order", func(e event) { total(e) })
	b.emit(&order{7})
}
