// Package stock counts what is in store.
package stock

import "fmt"

// Store counts things by key.
type Store[K comparable] struct{ count map[K]int }

// New returns a Store that holds nothing.
func New[K comparable]() *Store[K] { return &Store[K]{count: map[K]int{}} }

// Take takes n of key.
//
//go:noinline
func (s *Store[K]) Take(key K, n int) {
	if s.count[key] < n {
		panic(fmt.Errorf("stock of %v is %d, not %d", key, s.count[key], n))
	}
	s.count[key] -= n
}
