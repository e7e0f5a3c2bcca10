# Everything that runs is in this one image: the three roles, and a redis-server for all of them on one machine.
#
#   docker run IMAGE            all roles, with /config/ld-relay.conf and the environment
#   docker run IMAGE edge       one role
#
# docs/deploy.md says more. Debian, because that is what the tests run on: same libc, same Redis.

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No production package needs its install script.
RUN npm ci --omit=dev --ignore-scripts

# Not the node image again: npm and yarn have no business at run time.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends redis-server tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 relay \
    && useradd --uid 1000 --gid relay --no-create-home --shell /usr/sbin/nologin relay \
    && install --directory --owner=relay --group=relay /data \
    && install --directory /config /ldr

COPY --from=packages /usr/local/bin/node /usr/local/bin/node
COPY --from=packages /app/node_modules /app/node_modules
COPY package.json LICENSE /app/
COPY shared /app/shared
COPY services /app/services
# `ldr` is the name that the original's image has for it, and its Helm chart calls.
COPY deploy/ld-relay.sh /usr/bin/ld-relay
COPY deploy/ld-relay.sh /usr/bin/ldr
COPY deploy/healthcheck.sh /usr/bin/ld-relay-healthcheck
COPY deploy/entrypoint.sh /usr/bin/ld-relay-entrypoint

ENV NODE_ENV=production \
    PORT=8030 \
    ADMIN_HOST=0.0.0.0 \
    DATA_DIR=/data
# SDKs, and the admin port of edge and all roles in one, of the ingestor, and of the forwarder.
EXPOSE 8030 8031 8032 8033
VOLUME /data
WORKDIR /app
# By number, so that Kubernetes can see that it is not root.
USER 1000:1000

STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["ld-relay-healthcheck"]
# tini (-s: also where it is not process 1), because a private Redis forks, and somebody has to reap what it leaves.
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/usr/bin/ld-relay-entrypoint"]

ARG VERSION=unknown
LABEL org.opencontainers.image.title="ld-relay" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
