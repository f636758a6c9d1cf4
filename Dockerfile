# syntax=docker/dockerfile:1
# How Rondo's images are built: `dev` for docker-compose.yml, and the last stage, the one that is run in
# production. The web app needs no stage: static/ is committed as built.
#
#   docker build --build-arg BUILD_COMMIT=$(git rev-parse HEAD) --build-arg BUILD_DATE=$(date -u +%F) -t rondo .

ARG RUST=1.95
ARG DEBIAN=trixie

FROM rust:${RUST}-${DEBIAN} AS toolchain
WORKDIR /src

# --- Development: the source is mounted, deploy/watch.sh builds and runs it.
FROM toolchain AS dev
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends entr \
    && rm -rf /var/lib/apt/lists/*
ENV CARGO_TARGET_DIR=/target
CMD ["sh", "deploy/watch.sh"]

# --- Build. The dependencies are a layer of their own, made anew only when Cargo.toml or Cargo.lock changes.
FROM toolchain AS build
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
    && echo 'fn main() {}' > src/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked --bin rondo
COPY . .
ARG BUILD_COMMIT=unknown
ARG BUILD_DATE=unknown
# Newer than the stand-ins above, whatever the files' times are, or cargo would keep what it has.
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked --bin rondo

# --- What runs.
FROM debian:${DEBIAN}-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 rondo \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin rondo \
    && install -d -o rondo -g rondo -m 0700 /data
COPY --from=build /src/target/release/rondo /usr/local/bin/rondo
COPY Rocket.toml log4rs.yaml /etc/rondo/
WORKDIR /etc/rondo
USER 10001:10001
# PORT, not RONDO_PORT, which would win over the one that a platform gives. Logs go to the console.
ENV RONDO_ENV=production \
    RONDO_ADDRESS=0.0.0.0 \
    PORT=4000 \
    RONDO_DATA_DIR=/data \
    RONDO_LOG_DIR=none
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["rondo", "healthcheck"]
ENTRYPOINT ["rondo"]
CMD ["serve"]
