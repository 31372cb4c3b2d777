// Package config reads what the user says, from the YAML file, from flags and
// from the environment, into one plain Config, and says what is wrong with it.
//
// # Invariants
//
// Every problem of a file is reported, not only the first, sorted by position,
// with file, line, column and, where one is near, the name that was probably
// meant.
//
// Nothing that came out of ${VAR} or ${file:…}, and no key, password or DSN, is
// ever part of an error or a note: errors quote the source as it was written,
// with secrets blotted out.
//
// A Config is plain data that survives a round trip through JSON, which is how
// the process that read it hands it to the router. It holds the secrets in
// plain text; Redacted makes a copy that may be shown.
//
// # The file beyond its keys
//
// ${VAR}, ${VAR:-default} and ${file:/path} may stand in every value, not in
// keys, and are replaced once: what comes out is not looked at again, and
// cannot change the structure of the file. $$ is a dollar sign. A variable that
// is not set and has no default is an error.
//
// A handler whose destination (dsn, url, address or path) is nothing but one
// such reference, and that comes out empty, is switched off with a note. So
// dsn: '${SENTRY_DSN:-}' serves production and a developer's machine alike.
//
// Anchors, aliases and merge keys work; top-level keys that begin with x- are
// there to hold anchors and are otherwise ignored.
//
// # What beats what
//
// Flags beat LOGWRAP_ variables, and both beat the file. OTEL_SERVICE_NAME and
// OTEL_RESOURCE_ATTRIBUTES beat the file's service. The variables of other
// tools (SENTRY_*, ELASTICSEARCH_*) fill in what neither a flag nor the file
// says: a key that is stated on a handler belongs to that handler.
package config
