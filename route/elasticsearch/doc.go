// Package elasticsearch delivers records to Elasticsearch 7 to 9 and to
// OpenSearch, as documents of the Elastic Common Schema (ECS 8), through the
// bulk API.
//
// # Exactly once
//
// The _id of a document is made of the journal's and the record's identity, so a
// record that is sent twice is stored once: a data stream answers 409 to the
// second one, which counts as success, and a plain index overwrites it. (A data
// stream that rolled over between two tries takes it twice.)
//
// # Nothing an app prints breaks the mapping
//
// What an app logs as JSON goes below the one object "fields", which the index
// template maps as flattened (flat_object in OpenSearch): one field of the
// mapping, whatever its keys and types. What even that can't hold (objects
// nested too deep, keys that come twice, are blank or hold a NUL) is stored as a
// string. A value that is too long for the index is cut, and then the whole line
// is kept in event.original, which is stored and not indexed.
//
// # Failures
//
// Items that the cluster refuses for want of resources (429, 5xx), rights or
// space (401, 403), or an index (404) are tried again, alone. Documents that it
// will never take (other 4xx) are refused and written to the dead-letter file.
// A request that is too large (413) is halved. An answer that can't be
// understood accepts nothing.
//
// # Invariants
//
// New makes no request; the first Deliver installs the index template, unless
// told not to. Credentials appear in no error. No redirect is followed, so they
// go to no other host.
//
// # Performance
//
// A batch is written into one buffer, compressed into another, and parsed from a
// third; all three are kept. A plain line costs no allocation.
package elasticsearch
