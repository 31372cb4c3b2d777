package config

import (
	"encoding/json"
	"fmt"
	"strings"
)

const stars = "***"

// Secrets returns every value that must not be shown: keys, passwords, DSNs, the
// user part of URLs and what the app's variables hold.
func (c *Config) Secrets() []string {
	var all []string
	for i := range c.Handlers {
		h := &c.Handlers[i]
		for _, s := range h.secrets() {
			if *s.value != "" {
				all = append(all, s.parts()...)
			}
		}
	}
	for _, env := range c.Supervise.variables() {
		for _, value := range env {
			if value != "" {
				all = append(all, value)
			}
		}
	}
	return all
}

// Redacted returns a copy that may be shown: secrets are stars, of URLs the
// user part only.
func (c *Config) Redacted() *Config {
	data, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("config: a Config that is no JSON: %v", err)) // plain fields always are
	}
	r := &Config{}
	if err := json.Unmarshal(data, r); err != nil {
		panic(fmt.Sprintf("config: a Config that is not read back: %v", err))
	}
	for i := range r.Handlers {
		h := &r.Handlers[i]
		for _, s := range h.secrets() {
			if *s.value != "" {
				*s.value = s.shown()
			}
		}
	}
	for _, env := range r.Supervise.variables() {
		for name := range env {
			env[name] = stars
		}
	}
	return r
}

// secret is an option that must not be shown, or not all of it.
type secret struct {
	value *string
	url   bool // only the user part is secret
}

func (s secret) parts() []string {
	user := userinfo(*s.value)
	switch {
	case s.url && user == "":
		return nil
	case s.url:
		return []string{user}
	}
	if user != "" {
		return []string{*s.value, user}
	}
	return []string{*s.value}
}

func (s secret) shown() string {
	if !s.url {
		return stars
	}
	return blotSecrets(*s.value, s.parts())
}

// userinfo returns what stands before the @ of a URL, however broken the rest
// is. Where a / in it leaves that in doubt it is rather too much than too little.
func userinfo(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		rest = url
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 && strings.Contains(rest[:end], "@") {
		rest = rest[:end]
	}
	i := strings.LastIndexByte(rest, '@')
	if i < 0 {
		return ""
	}
	return rest[:i]
}

// blotSecrets replaces secrets by stars. Very short ones are left, for they are
// in every other word.
func blotSecrets(s string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) > 3 {
			s = strings.ReplaceAll(s, secret, stars)
		}
	}
	return s
}
