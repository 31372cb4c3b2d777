// Package estest is a stand-in for Elasticsearch in tests: it stores documents
// by index and _id as the bulk API does, refuses what the real one refuses, and
// fails on request.
//
// It is strict where Elasticsearch is: NDJSON that ends with a line feed, no
// duplicate keys, UTF-8, only create and an @timestamp in data streams, "fields"
// an object that flattened can hold.
package estest
