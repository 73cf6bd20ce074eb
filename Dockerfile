# One image for every process: which one it is, is the argument.
#
#   docker build -t millrace:0.1.0 --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#   docker run --rm -e NATS_URL=nats://… millrace:0.1.0 dist/workers/user/main.js
#
# The base images are arguments so that a build without a network can bring its own; its packages come
# from the builder's cache, which a build with a network has filled (k8s/README.md, "Without a
# network"). Both bases must have the same C library: one dependency is a native module. To take newer
# ones, ask the registry for the digest of the tag (docker buildx imagetools inspect).
ARG BUILD_IMAGE=docker.io/library/node:26-trixie-slim@sha256:930557a230abacbc3f4fd9b8648abf8f4bee1e17cb72195dcdfb2f709bc85b33
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot@sha256:2ee7b2c54a3e37dfc248af81c9f6bcdcaa50abe4af44aa47a3388431031b9283

FROM ${BUILD_IMAGE} AS build
# npm reads it as any of its settings. When true, npm asks nobody and ends at once when something is
# not in the cache; without it npm tries for minutes to reach the registry.
ARG NPM_CONFIG_OFFLINE=false
WORKDIR /src
COPY package.json package-lock.json ./
# Not `npm ci`: it refuses a lock without the optional packages of other platforms. This installs
# the locked versions just the same.
RUN --mount=type=cache,target=/var/cache/npm \
    npm install --no-save --include=dev --ignore-scripts --no-audit --no-fund --cache /var/cache/npm
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/image scripts/image
COPY src src
# What is left out of the modules no program loads; the bill says what is left.
# Removing packages needs no registry, yet npm would ask it for those the lock does not have.
RUN npm run build \
 && rm -f dist/.tsbuildinfo \
 && node scripts/image/sbom.mjs sbom.cdx.json \
 && npm prune --offline --omit=dev --ignore-scripts --no-audit --no-fund \
 && node scripts/image/slim.mjs node_modules \
 && rm -f node_modules/.package-lock.json

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="millrace" \
      org.opencontainers.image.description="Event-driven microservices on NATS JetStream: workers and gateway" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
ENV NODE_ENV=production
# Owned by root: the process can read its program and cannot change it.
COPY --from=build --chown=0:0 /src/node_modules node_modules
COPY --from=build --chown=0:0 /src/dist dist
COPY --chown=0:0 assets assets
COPY --from=build --chown=0:0 /src/package.json /src/sbom.cdx.json ./
# A number, because runAsNonRoot cannot check a name.
USER 65532:65532
EXPOSE 8080 3000
# Node is process 1 and gets the signals itself; no shell stands between.
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps"]
CMD ["dist/workers/cart/main.js"]
