# logwrap as an image of one file. It is meant to be copied from:
#
#   COPY --from=logwrap/logwrap /logwrap /logwrap
#   ENTRYPOINT ["/logwrap", "--"]
#
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg VERSION=v1.2.3 -t logwrap/logwrap .

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS=linux
ARG TARGETARCH
ARG VERSION=dev
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/logwrap ./cmd/logwrap

FROM scratch
LABEL org.opencontainers.image.title="logwrap" \
      org.opencontainers.image.description="Runs an app; classifies, routes and reports what it writes" \
      org.opencontainers.image.source="https://github.com/logwrap/logwrap" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/logwrap /logwrap
USER 65532:65532
ENTRYPOINT ["/logwrap", "--"]
