package config

import (
	"net/url"
	"strings"

	"github.com/logwrap/logwrap/route"
)

// Identity describes the service to the sinks, as far as the configuration
// knows it: the journal, host and container are the caller's to add.
func (c *Config) Identity() route.Identity {
	s := c.Service
	return route.Identity{
		Name: s.Name, Version: s.Version, Environment: s.Environment,
		Pod: s.Pod, Namespace: s.Namespace, Node: s.Node, Tags: s.Tags,
	}
}

// applyEnvironment reads what other tools' variables say about the service.
//
// OTEL_SERVICE_NAME, and in OTEL_RESOURCE_ATTRIBUTES the keys service.name,
// service.version and deployment.environment.name (formerly
// deployment.environment), follow
// https://opentelemetry.io/docs/specs/otel/resource/sdk/. POD_NAME,
// POD_NAMESPACE and NODE_NAME are what manifests for Kubernetes commonly call
// what the downward API gives.
func (s *Service) applyEnvironment(env Environ) {
	attributes := parseAttributes(value(env, "OTEL_RESOURCE_ATTRIBUTES"))
	take := func(dst *string, keys ...string) {
		for _, key := range keys {
			if v := attributes[key]; v != "" {
				*dst = v
			}
			delete(attributes, key)
		}
	}
	take(&s.Name, "service.name")
	take(&s.Version, "service.version")
	take(&s.Environment, "deployment.environment", "deployment.environment.name")
	take(&s.Pod, "k8s.pod.name")
	take(&s.Namespace, "k8s.namespace.name")
	take(&s.Node, "k8s.node.name")
	overrideBy(&s.Name, env, "OTEL_SERVICE_NAME")
	overrideBy(&s.Pod, env, "POD_NAME")
	overrideBy(&s.Namespace, env, "POD_NAMESPACE")
	overrideBy(&s.Node, env, "NODE_NAME")
	fillBy(&s.Environment, env, "SENTRY_ENVIRONMENT")
	if len(attributes) > 0 {
		s.Tags = attributes
	}
}

// parseAttributes reads key=value pairs joined by commas, with percent
// encoding, as OTEL_RESOURCE_ATTRIBUTES holds them. What is no pair is left out,
// as its specification asks for.
func parseAttributes(list string) map[string]string {
	attributes := map[string]string{}
	for item := range strings.SplitSeq(list, ",") {
		key, v, ok := strings.Cut(item, "=")
		if key = strings.TrimSpace(key); !ok || key == "" {
			continue
		}
		v = strings.TrimSpace(v)
		if decoded, err := url.PathUnescape(v); err == nil {
			v = decoded
		}
		attributes[key] = v
	}
	return attributes
}

func value(env Environ, name string) string {
	v, _ := env(name)
	return v
}

// overrideBy sets dst to a variable, unless that is empty.
func overrideBy(dst *string, env Environ, name string) {
	if v := value(env, name); v != "" {
		*dst = v
	}
}

// fillBy sets dst to a variable if it is empty.
func fillBy(dst *string, env Environ, name string) {
	if *dst == "" {
		*dst = value(env, name)
	}
}
