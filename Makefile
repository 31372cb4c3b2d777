GO ?= go

.PHONY: help build test race fuzz bench lint e2e image

help: ## show this list
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

build: ## the program, in the current folder
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o logwrap ./cmd/logwrap

test: ## vet, and all tests that need only Go; about two minutes
	$(GO) vet ./...
	$(GO) test -timeout 15m ./...

race: ## the same with the race detector; the long kill tests shortened
	$(GO) test -race -short -timeout 20m ./...

fuzz: ## every fuzz target for FUZZTIME (10s)
	@set -e; for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(or $(FUZZTIME),10s) $$p; \
	  done; done

bench: ## lines/s, CPU and memory beside cat and s6-log; starts beside tini and dumb-init
	$(GO) run ./bench

lint: ## formatting, vet for other systems, go.mod
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./... && $(GO) vet -tags e2e ./e2e
	GOOS=darwin $(GO) vet ./... && GOARCH=arm64 $(GO) build -o /dev/null ./cmd/logwrap
	$(GO) mod tidy -diff

e2e: ## against real servers: gunicorn, rsyslog, OpenSearch, Elasticsearch, Bugsink, Sentry's normaliser, Docker
	$(GO) test -tags e2e -count=1 -timeout 30m -v ./e2e/...

image: ## the image of one file, for the machine at hand
	DOCKER_BUILDKIT=1 docker build -t logwrap/logwrap .
