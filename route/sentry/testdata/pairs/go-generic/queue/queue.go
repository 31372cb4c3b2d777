package queue

import "iter"

type Queue[K comparable, V any] struct {
	keys iter.Seq[K]
	load func(K) V
}

func Of[K comparable, V any](keys iter.Seq[K], load func(K) V) *Queue[K, V] {
	return &Queue[K, V]{keys, load}
}

func (q *Queue[K, V]) Drain() map[K]V {
	all := make(map[K]V)
	for key := range q.keys {
		func() {
			defer func() { delete(all, key) }()
			all[key] = q.load(key)
		}()
	}
	return all
}
