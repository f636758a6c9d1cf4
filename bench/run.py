#!/usr/bin/env python3
"""Measures the service against its limits, side by side in one run: what `make bench` calls.

    bench/run.py [--seconds N] [--rounds N]

Release builds, loopback, wrk with 64 connections. The rounds of the two sides alternate, and what counts is the
ratio of each pair: the machine's moods meet both. Each figure is told with the target that it is held against.
"""

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import tools  # noqa: E402

CONNECTIONS = 64
PASSWORD = "correct horse battery"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(stack: ExitStack, command: list, address: str, cwd: Path, environment: dict) -> subprocess.Popen:
    """Starts a server and waits until it answers; it ends with the stack."""
    log = open(cwd / f"{Path(command[0]).name}.log", "w")
    process = subprocess.Popen([str(part) for part in command], cwd=cwd, env=environment, stdout=log, stderr=log)
    stack.callback(lambda: (process.terminate(), process.wait()))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=1).read()
            return process
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{command[0]} does not answer; see {log.name}:\n{Path(log.name).read_text()[-2000:]}")


def ask(base: str, method: str, path: str, body: dict | None = None, token: str | None = None) -> bytes:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(base + path, data=data, method=method, headers=headers)
    return urllib.request.urlopen(request, timeout=10).read()


def wrk(address: str, seconds: int, token: str | None = None) -> float:
    """Requests a second; any answer other than 200 ends the run."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    command += ["-H", f"Authorization: Bearer {token}"] if token else []
    output = subprocess.run([*command, address], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"{address} failed under load:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def memory(process: subprocess.Popen) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


def tell(what: str, value: str, target: str, holds: bool) -> bool:
    print(f"{what:<62} {value:>12}   target {target:<9} {'holds' if holds else 'MISSED'}", flush=True)
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4, help="of each round (4)")
    parser.add_argument("--rounds", type=int, default=5, help="of each side (5)")
    options = parser.parse_args()
    tools.system_package("wrk", "wrk")
    tools.run(["cargo", "build", "--release", "--locked", "--bin", "rondo", "--example", "bare"])
    built = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute() / "release"

    holds = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rondo-bench-")))
        environment = {
            "PATH": os.environ["PATH"],
            "ENV": "test",
            # What is measured is the work, not the limit that would end it.
            "RONDO_RATE_LIMIT": "0",
            "RONDO_SIGN_IN_LIMIT": "0",
        }
        rondo, bare = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        port = rondo.rpartition(":")[2]
        service = start(stack, [built / "rondo", "--port", port], f"{rondo}/healthz", folder, environment)
        time.sleep(3)
        idle = memory(service)
        holds.append(tell("idle memory", f"{idle:.1f} MB", "≤ 30 MB", idle <= 30))

        ask(rondo, "POST", "/api/v2/users", {"email": "person@example.org", "password": PASSWORD})
        session = ask(rondo, "POST", "/api/v2/sessions", {"email": "person@example.org", "password": PASSWORD})
        token = json.loads(session)["access_token"]
        for number in range(200):
            todo = {"title": f"Task number {number}", "notes": "Some words about it.", "tags": ["bench"]}
            ask(rondo, "POST", "/api/v2/todos", todo, token)
        page = f"{rondo}/api/v2/todos?limit=20"
        body = folder / "page.json"
        body.write_bytes(ask(rondo, "GET", "/api/v2/todos?limit=20", token=token))
        start(stack, [built / "examples" / "bare", bare.rpartition(":")[2], body], bare, folder, environment)

        ratios, rates = [], []
        for address, bearer in ((page, token), (bare, None)):
            wrk(address, 1, bearer)  # warms up
        for _ in range(options.rounds):
            ours, limit = wrk(page, options.seconds, token), wrk(bare, options.seconds)
            ratios.append(ours / limit)
            rates.append((ours, limit))
        ratio = statistics.median(ratios)
        print(f"a page of 20 to-dos ({body.stat().st_size} bytes), requests a second, ours and bare:")
        print("   " + "  ".join(f"{ours:.0f}/{limit:.0f}" for ours, limit in rates))
        spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
        what = f"authenticated page of 20 over a bare Rocket route ({spread})"
        holds.append(tell(what, f"{ratio:.2f}", "≥ 0.30", ratio >= 0.30))
    return 0 if all(holds) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except tools.Missing as missing:
        sys.exit(f"bench: {missing}")
