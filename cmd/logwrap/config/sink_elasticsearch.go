package config

import (
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/elasticsearch"
)

func elasticsearchKind() sinkKind {
	return sinkKind{
		place:     "url",
		deliverTo: func(h *Handler, to string) { h.Elasticsearch.URLs = []string{to} },
		options: func(d *decoder, h *Handler) fields {
			h.Elasticsearch = &elasticsearch.Options{}
			o := h.Elasticsearch
			return fields{
				"url": func(n *node) {
					var url string
					if d.destination(&url)(n); url != "" {
						o.URLs = append(o.URLs, url)
					}
				},
				"urls": func(n *node) {
					d.strings(&o.URLs)(n)
					for _, url := range o.URLs {
						d.secrets = append(d.secrets, userinfo(url))
					}
				},
				"data_stream":     d.string(&o.DataStream),
				"index":           d.string(&o.Index),
				"api_key":         d.secret(&o.APIKey),
				"username":        d.string(&o.Username),
				"password":        d.secret(&o.Password),
				"ca_file":         d.string(&o.CAFile),
				"skip_verify":     d.bool(&o.SkipVerify),
				"gzip":            d.optionalBool(&o.Gzip),
				"template":        d.string(&o.Template),
				"dead_letter":     d.string(&o.DeadLetter),
				"max_batch_bytes": parsed(d, &o.MaxBatchBytes, parseByteCount),
				"timeout":         d.duration(&o.Timeout),
			}
		},
		fill:    fillElasticsearch,
		secrets: elasticsearchSecrets,
		open: func(h *Handler, id route.Identity) (route.Sink, error) {
			s, err := elasticsearch.New(*h.Elasticsearch, id)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		warnings: func(h *Handler) []string { return h.Elasticsearch.Warnings() },
		limits:   elasticsearch.Limits,
	}
}

// fillElasticsearch takes credentials from the environment if the handler has
// none of any kind: half of one kind and half of another would be no good.
func fillElasticsearch(h *Handler, env Environ) {
	o := h.Elasticsearch
	if o.APIKey != "" || o.Username != "" || o.Password != "" {
		return
	}
	for _, url := range o.URLs {
		if userinfo(url) != "" {
			return
		}
	}
	if fillBy(&o.APIKey, env, "ELASTICSEARCH_API_KEY"); o.APIKey != "" {
		return
	}
	fillBy(&o.Username, env, "ELASTICSEARCH_USERNAME")
	fillBy(&o.Password, env, "ELASTICSEARCH_PASSWORD")
}

func elasticsearchSecrets(h *Handler) []secret {
	o := h.Elasticsearch
	all := []secret{{value: &o.APIKey}, {value: &o.Password}}
	for i := range o.URLs {
		all = append(all, secret{value: &o.URLs[i], url: true})
	}
	return all
}
