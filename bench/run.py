#!/usr/bin/env python3
"""Measures the service against its limits, side by side in one run: what `make bench` calls.

    bench/run.py [--seconds N] [--rounds N] [--only NAME,…] [--write]

Release builds, loopback, wrk with 64 connections. The rounds of the sides alternate, and what counts is the ratio
of each round, in the middle of all: the machine's moods meet every side. Each figure is told with the target that it
is held against; a missed one makes the exit code 1. --write puts the results into docs/PERFORMANCE.md and its plot.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

import live
import machine
import measures
import report
import scale
import transfer
from servers import BUILT, tools

# In the order in which they run and are told.
MEASURES = {
    "memory": measures.idle_memory,
    "start": measures.start_up,
    "page": measures.page,
    "introspection": measures.introspection,
    "creates": measures.creates,
    "sign-ins": measures.sign_ins,
    "mongo": measures.mongo_page,
    "scale": scale.pages,
    "mongo-scale": scale.mongo_pages,
    "events": live.events,
    "mongo-events": live.mongo_events,
    "listeners": live.listeners,
    "import": transfer.imports,
    "export": transfer.exports,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4, help="of each side in a round (4)")
    parser.add_argument("--rounds", type=int, default=5, help="how often the sides take turns (5)")
    parser.add_argument("--only", help=f"some of {', '.join(MEASURES)}, separated by commas")
    parser.add_argument("--write", action="store_true", help="put the results into docs/PERFORMANCE.md")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(MEASURES)
    if unknown := set(names) - set(MEASURES):
        parser.error(f"{', '.join(sorted(unknown))} is none of {', '.join(MEASURES)}")
    if options.write and len(names) < len(MEASURES):
        parser.error("--write wants all measures")
    # For `finally` to end the servers on a `kill` as it does on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    tools.system_package("wrk", "wrk")
    tools.run(["cargo", "build", "--release", "--locked", "--bin", "rondo", "--example", "peers"])
    begun, figures = time.monotonic(), []
    # Beside what was built, since /tmp may be memory, where to be durable costs nothing.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILT.parent) as folder:
        bench = measures.Bench(Path(folder), options.seconds, options.rounds)
        described = machine.describe(bench.folder)
        print("\n".join(described), flush=True)
        for name in names:
            for figure in MEASURES[name](bench):
                tell(figure)
                figures.append(figure)
    took = time.monotonic() - begun
    print("\n".join([*bench.notes, f"{took:.0f} seconds"]))
    if options.write:
        report.write(figures, bench.notes, described, took)
    return 0 if all(figure.holds for figure in figures) else 1


def tell(figure: measures.Figure) -> None:
    words = f"{figure.what:<66} {figure.show(figure.value):>10}   target {figure.target_text:<9} {figure.verdict}"
    print(words, flush=True)
    if figure.detail:
        print(f"    {figure.detail}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (tools.Missing, RuntimeError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
