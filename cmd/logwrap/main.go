// Command logwrap runs an app and delivers what it writes: every line
// classified, routed to syslog, files, Elasticsearch or Sentry, without the app
// noticing. See the README for its use.
package main

import "os"

func main() { os.Exit(execute(os.Args[1:])) }
