package genlog

import "fmt"

const (
	pythonTraceLines = 12
	javaTraceLines   = 25
)

// appendPythonTrace writes what logger.exception does: a line and five frames.
func (g *Generator) appendPythonTrace(dst []byte) []byte {
	dst = g.clock.AppendFormat(dst, "2006-01-02 15:04:05,000")
	dst = fmt.Appendf(dst, " - %s - ERROR - the order could not be placed\n", pickOne(g.rand, loggers))
	dst = append(dst, "Traceback (most recent call last):\n"...)
	for _, frame := range []struct{ file, function, code string }{
		{"/usr/lib/python3/dist-packages/flask/app.py", "dispatch_request", "return self.view_functions[rule.endpoint](**view_args)"},
		{"/srv/shop/views.py", "place_order", "receipt = checkout.place(basket, customer=current_user)"},
		{"/srv/shop/checkout.py", "place", "lots = [stock.reserve(item) for item in basket]"},
	} {
		dst = fmt.Appendf(dst, "  File \"%s\", line %d, in %s\n    %s\n", frame.file, 10+g.rand.IntN(900), frame.function, frame.code)
	}
	dst = fmt.Appendf(dst, "  File \"/srv/shop/stock.py\", line %d, in reserve\n    raise OutOfStock(f\"article {item.id}: {item.count} wanted\")\n    ~~~~~^^^^^^^^^^^\n",
		10+g.rand.IntN(90))
	return g.endLine(fmt.Appendf(dst, "shop.errors.OutOfStock: article %d: %d wanted", g.rand.IntN(10_000), g.rand.IntN(90)))
}

// appendJavaTrace writes what Logback does: a line, an exception and its cause.
func (g *Generator) appendJavaTrace(dst []byte) []byte {
	dst = g.clock.AppendFormat(dst, "2006-01-02 15:04:05.000")
	dst = append(dst, " ERROR [exec-3] org.example.billing.InvoiceJob - invoice run stopped\n"...)
	dst = g.endLine(fmt.Appendf(dst, "org.example.billing.InvoiceException: invoice %d cannot be written", g.rand.IntN(1_000_000)))
	dst = g.appendJavaFrames(dst, "org.example.billing", "InvoiceJob", 11)
	dst = append(dst, "Caused by: java.sql.SQLTransientConnectionException: no connection within 30000 ms\n"...)
	dst = g.appendJavaFrames(dst, "com.zaxxer.hikari.pool", "HikariPool", 10)
	return append(dst, "\t... 11 more\n"...)
}

func (g *Generator) appendJavaFrames(dst []byte, in, class string, n int) []byte {
	for i := range n {
		dst = fmt.Appendf(dst, "\tat %s.%s.step%d(%s.java:%d)\n", in, class, i, class, 20+g.rand.IntN(700))
	}
	return dst
}
