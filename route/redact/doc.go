// Package redact replaces what is secret in a text by [Filtered], the word that
// Sentry itself uses: passwords, keys, tokens, cookies, private keys and card
// numbers, by the names they stand beside and by the forms they have.
//
// Invariants
//
//   - A text without secrets comes back as the same string, and nothing is
//     allocated for it.
//   - Only the bytes of the secret are replaced: the name, scheme, user and host
//     beside it stay, and no line is added or taken away, so texts may be joined
//     by newlines and taken apart again.
//   - String(String(s)) == String(s), and what is valid UTF-8 stays so.
//   - The time is linear in the length of the text.
//   - A Redactor never changes: it is safe for concurrent use.
//
// Two kinds of mistakes are weighed against each other. What has the form of a
// known token, or stands beside a name that is used for secrets alone (password,
// api_key), is replaced unless it is clearly a placeholder, code or prose. What
// stands beside a name that has other uses (token, session, auth) is replaced if
// it looks random.
package redact
