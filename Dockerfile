# Everything that runs is in this one image: the three roles, and a redis-server for all of them on one machine.
#
#   docker run IMAGE            all roles, with /config/ld-relay.conf and the environment
#   docker run IMAGE edge       one role
#
# docs/deploy.md says more. Debian, because that is what the tests run on: same libc, same Redis.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Nothing that the build needs has an install script.
RUN npm ci --ignore-scripts
COPY shared /app/shared
COPY services /app/services
COPY deploy/entrypoint.ts deploy/image-arguments.ts deploy/healthcheck.ts /app/deploy/
COPY scripts /app/scripts
RUN node scripts/run.js scripts/build.ts

# Not the node image again: npm and yarn have no business at run time.
FROM debian:bookworm-slim
# /data is for whichever user the container is given.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends redis-server tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 relay \
    && useradd --uid 1000 --gid relay --no-create-home --shell /usr/sbin/nologin relay \
    && install --directory --mode=1777 /data \
    && install --directory /config /ldr

# In /usr/bin it is found without a PATH, too.
COPY --from=build /usr/local/bin/node /usr/bin/node
COPY --from=build /app/dist /app/dist
COPY package.json LICENSE /app/
# Links to the programs themselves, which name Node in their first line: a shell in between would drop variables with
# `-`, `.` or a blank in their names. `ldr` is what the original's image calls it, and its Helm chart runs.
RUN ln -s /app/dist/ld-relay.js /usr/bin/ld-relay \
    && ln -s /app/dist/ld-relay.js /usr/bin/ldr \
    && ln -s /app/dist/healthcheck.js /usr/bin/ld-relay-healthcheck

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
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/bin/node", "/app/dist/healthcheck.js"]
# tini (-s: also where it is not process 1), because a private Redis forks, and somebody has to reap what it leaves.
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/usr/bin/node", "/app/dist/entrypoint.js"]

ARG VERSION=unknown
LABEL org.opencontainers.image.title="ld-relay" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
