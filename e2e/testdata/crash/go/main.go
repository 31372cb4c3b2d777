// Program crash dies of a nil dereference, three calls deep.
package main

import "fmt"

type item struct{ sku string }

type order struct {
	id    int
	items []*item
}

func main() {
	fmt.Println("checking out order 1001")
	checkout(order{id: 1001, items: []*item{{sku: "A-17"}, nil}})
}

func checkout(o order) {
	for _, it := range o.items {
		reserve(it)
	}
}

//go:noinline
func reserve(it *item) {
	fmt.Println("reserving", it.sku)
}
