#!/bin/sh
# Runs the service, and again whenever its sources change: what docker-compose.yml starts. Needs entr and cargo.
set -u

watcher=
trap '[ -n "$watcher" ] && kill "$watcher" 2> /dev/null; exit 0' INT TERM

while :; do
    # -r ends the running service first; -d ends entr when a file is added, and the list is made anew.
    find src schemas static build.rs Cargo.toml Cargo.lock Rocket.toml -type f 2> /dev/null |
        entr -n -d -r cargo run --locked &
    watcher=$!
    wait "$watcher"
    sleep 1
done
