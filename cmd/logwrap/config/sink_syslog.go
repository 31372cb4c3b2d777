package config

import (
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/syslog"
)

func syslogKind() sinkKind {
	return sinkKind{
		place:     "address",
		deliverTo: func(h *Handler, to string) { h.Syslog.Address = to },
		options: func(d *decoder, h *Handler) fields {
			h.Syslog = &syslog.Options{}
			o := h.Syslog
			return fields{
				"address":      d.destination(&o.Address),
				"format":       d.string(&o.Format),
				"framing":      d.string(&o.Framing),
				"facility":     d.string(&o.Facility),
				"tag":          d.string(&o.Tag),
				"hostname":     d.string(&o.Hostname),
				"max_message":  parsed(d, &o.MaxMessage, parseByteCount),
				"bom":          d.bool(&o.BOM),
				"dial_timeout": d.duration(&o.DialTimeout),
				"timeout":      d.duration(&o.Timeout),
				"tls": func(n *node) {
					d.mapping(n, fields{
						"ca":          d.string(&o.TLS.CA),
						"cert":        d.string(&o.TLS.Cert),
						"key":         d.string(&o.TLS.Key),
						"server_name": d.string(&o.TLS.ServerName),
						"skip_verify": d.bool(&o.TLS.SkipVerify),
					})
				},
			}
		},
		secrets: func(h *Handler) []secret { return []secret{{value: &h.Syslog.Address, url: true}} },
		open: func(h *Handler, id route.Identity) (route.Sink, error) {
			s, err := syslog.New(*h.Syslog, id)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		warnings: func(h *Handler) []string { return h.Syslog.Warnings() },
		limits:   syslog.Limits,
	}
}
