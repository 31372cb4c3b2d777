package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"text/template"
	"time"

	"github.com/getsentry/sentry-go"
)

type base struct{ names map[string]int }

func (b *base) set(name string, n int) { b.names[name] = n }

type shelf struct {
	*base
	label string
}

type number interface{ ~int | ~float64 }

func largest[T number](list []T, by func(a, b T) int) T { return slices.MaxFunc(list, by) }

func (s shelf) Fill(n int) (string, error) {
	if n < 0 {
		return "", errors.New("negative")
	}
	largest([]int{n, 1}, func(a, b int) int { s.set(s.label, a-b); return a - b })
	return "ok", nil
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
	defer fmt.Fprintln(os.Stderr, "closing")
	t := template.Must(template.New("x").Parse("filled {{.label}}\n"))
	_ = t.Execute(os.Stdout, map[string]string{"label": "a"})
	s := shelf{&base{}, "a"}
	fmt.Println(s.Fill(2))
}
