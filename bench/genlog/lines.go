package genlog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

var (
	upperLevels = []string{"DEBUG", "INFO", "INFO", "INFO", "INFO", "WARNING", "ERROR", "CRITICAL"}
	lowerLevels = []string{"debug", "info", "info", "info", "info", "warn", "error"}
	pinoLevels  = []int{20, 30, 30, 30, 30, 40, 50}
	loggers     = []string{"shop.checkout", "shop.stock.reserve", "werkzeug", "sqlalchemy.pool", "celery.app.trace", "root"}
	methods     = []string{"GET", "GET", "GET", "POST", "PUT", "DELETE"}
	statuses    = []int{200, 200, 200, 201, 204, 302, 404, 422, 500}
	agents      = []string{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Go-http-client/2.0", "python-httpx/0.28.1"}

	// Each has two numbers in it.
	sentences = []string{
		"basket %d was priced anew: %d articles, two of them no longer on sale, the customer was told before the payment page",
		"cache key user:%d:recommendations was missing, computing it took %d ms; the upstream is slower than its agreed time",
		"connection to the replica at 10.4.%d.%d was closed by the server while idle, a new one takes its place in the pool",
		`parcel label "DE-%d" printed at station %d; weight as ordered, the carrier's pick-up is planned for this afternoon`,
		"Überweisung %d über %d € ist eingegangen und wurde der offenen Rechnung zugeordnet, eine Bestätigung ist unterwegs",
		`UPDATE stock SET reserved = reserved + %d WHERE article_id = %d AND warehouse IN ('north', 'south') RETURNING reserved`,
		"search for shoes returned %d hits in %d ms, of which the first page was sent; the index is two minutes behind the shop",
	}
)

func pickOne[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// sentence is a message of about 115 bytes.
func (g *Generator) sentence() string {
	return fmt.Sprintf(pickOne(g.rand, sentences), g.rand.IntN(1_000_000), g.rand.IntN(255))
}

func (g *Generator) path() string {
	return fmt.Sprintf("/shop/v2/articles/%d/reviews", g.rand.IntN(100_000))
}

// endLine ends a text line with its mark.
func (g *Generator) endLine(dst []byte) []byte {
	return append(g.appendMark(append(dst, ' ')), '\n')
}

// appendPython writes as logging.Formatter with the usual format string does.
func (g *Generator) appendPython(dst []byte) []byte {
	dst = g.clock.AppendFormat(dst, "2006-01-02 15:04:05,000")
	dst = fmt.Appendf(dst, " - %s - %s - %s", pickOne(g.rand, loggers), pickOne(g.rand, upperLevels), g.sentence())
	return g.endLine(dst)
}

func (g *Generator) appendGunicorn(dst []byte) []byte {
	dst = g.clock.AppendFormat(dst, "[2006-01-02 15:04:05 -0700]")
	dst = fmt.Appendf(dst, " [%d] [%s] %s", 20+g.rand.IntN(8), pickOne(g.rand, upperLevels), g.sentence())
	return g.endLine(dst)
}

// appendAccess writes an access log as gunicorn does with a JSON format.
func (g *Generator) appendAccess(dst []byte) []byte {
	dst = fmt.Appendf(dst, `{"time": "%s", "level": "%s", "logger": "gunicorn.access", "request_address": "10.8.%d.%d", `,
		g.clock.Format(time.RFC3339), pickOne(g.rand, upperLevels), g.rand.IntN(256), g.rand.IntN(256))
	method, path := pickOne(g.rand, methods), g.path()
	dst = fmt.Appendf(dst, `"request": "%s %s HTTP/1.1", "http_status_code": %d, "request_time": %.6f, "http_request_url": "%s", "user_agent": "%s", "request_id": "`,
		method, path, pickOne(g.rand, statuses), g.rand.Float64(), path, pickOne(g.rand, agents))
	return append(g.appendMark(dst), "\"}\n"...)
}

func (g *Generator) appendZap(dst []byte) []byte {
	dst = fmt.Appendf(dst, `{"level":"%s","ts":%.6f,"caller":"stock/reserve.go:%d","msg":"%s `,
		pickOne(g.rand, lowerLevels), float64(g.clock.UnixMicro())/1e6, 20+g.rand.IntN(400), g.quotable())
	dst = fmt.Appendf(g.appendMark(dst), `","trace_id":"%016x%016x","tenant":"north","attempt":%d,"elapsed":%.5f}`,
		g.rand.Uint64(), g.rand.Uint64(), g.rand.IntN(5), g.rand.Float64())
	return append(dst, '\n')
}

func (g *Generator) appendPino(dst []byte) []byte {
	dst = fmt.Appendf(dst, `{"level":%d,"time":%d,"pid":%d,"hostname":"node-%d","name":"storefront","req":{"id":"%x","method":"%s","url":"%s"},"responseTime":%d,"msg":"%s `,
		pickOne(g.rand, pinoLevels), g.clock.UnixMilli(), 10+g.rand.IntN(30), g.rand.IntN(12), g.rand.Uint64(),
		pickOne(g.rand, methods), g.path(), g.rand.IntN(2000), g.quotable())
	return append(g.appendMark(dst), "\"}\n"...)
}

// quotable is a sentence as it stands between double quotes.
func (g *Generator) quotable() string { return strings.ReplaceAll(g.sentence(), `"`, `\"`) }

func (g *Generator) appendLogfmt(dst []byte) []byte {
	dst = g.clock.AppendFormat(append(dst, "time="...), "2006-01-02T15:04:05.000Z")
	dst = fmt.Appendf(dst, ` level=%s msg="%s `, pickOne(g.rand, lowerLevels), g.quotable())
	dst = fmt.Appendf(g.appendMark(dst), `" component=%s tenant=north duration=%dms trace_id=%016x`,
		pickOne(g.rand, loggers), g.rand.IntN(900), g.rand.Uint64())
	return append(dst, '\n')
}

func (g *Generator) appendPlain(dst []byte) []byte {
	return g.endLine(fmt.Appendf(dst, "  loaded %d rules from rules.d, %d of them disabled", g.rand.IntN(900), g.rand.IntN(90)))
}
