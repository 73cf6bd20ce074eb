# One image for every worker and the gateway: which one it is, is the argument.
#
#   docker build -t millrace:0.1.0 --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#   docker run --rm -e NATS_URL=nats://… millrace:0.1.0 dist/workers/user/main.js
#
# The base images are arguments so that a build without a network can bring its own, and a release
# can name them by digest. Both must have the same C library: one dependency is a native module.
ARG BUILD_IMAGE=node:26-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Not `npm ci`: it refuses a lock without the optional packages of other platforms. This installs
# the locked versions just the same.
RUN --mount=type=cache,target=/var/cache/npm \
    npm install --no-save --include=dev --ignore-scripts --no-audit --no-fund --cache /var/cache/npm
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build \
 && rm -f dist/.tsbuildinfo \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

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
COPY --from=build --chown=0:0 /src/package.json package.json
# A number, because runAsNonRoot cannot check a name.
USER 65532:65532
EXPOSE 8080 3000
# Node is process 1 and gets the signals itself; no shell stands between.
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps"]
CMD ["dist/workers/cart/main.js"]
