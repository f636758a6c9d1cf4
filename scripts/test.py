#!/usr/bin/env python3
"""Runs the tests, all of them or a part, and sums them up: what `make test` calls.

    scripts/test.py [--only rust|contract|frontend|browser] [arguments of cargo test…]

It installs what is missing (tools.py), starts a MongoDB server for each runner that uses one, and gives the tests

    MONGODB_TEST_URI   its address; each test takes a database of its own there
    TEST_SKIP    what is left out: mongo, browser, nginx, promtool, provider
    TEST_SKIP_LOG     a file; a Rust test that leaves itself out appends one line that says why
    TEST_RONDO_BIN          the built binary, for the browser tests
    CHROMIUM_BIN       the browser, for the browser tests
    TEST_PROMTOOL_BIN       Prometheus' checker, for the Rust tests
    TEST_PROVIDER_NODE      a Node.js that runs an OpenID provider, for the Rust tests
    TEST_PYTHON             a Python that reads calendars and verifies tokens, for the Rust tests

The last line is `N passed, N failed, N skipped`; any failure makes the exit code 1.
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import contract
import mongo
import tools

ROOT = tools.ROOT
# A run that hangs is ended and counted as failed.
PATIENCE_SECONDS = 45 * 60
# In the order in which they run.
PARTS = ["rust", "contract", "frontend", "browser"]
# Each with a MongoDB server of its own, which goes with the thousands of databases that its tests make.
RUST_TESTS = [["--lib", "--bins"], ["--test", "store"], ["--test", "process"], ["--test", "api"], ["--doc"]]
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass
class Tally:
    """What the runners counted."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        """Adds a closing line of libtest, node's test runner, Vitest or a phase of schemathesis; others count nothing."""
        line = ANSI.sub("", line)
        if match := re.match(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;", line):
            passed, failed, skipped = map(int, match.groups())
            self.add(passed, failed, skipped)
        elif match := re.match(r"[#ℹ] (pass|fail|cancelled|skipped|todo) (\d+)\s*$", line):
            name, count = match[1], int(match[2])
            self.add(
                passed=count if name == "pass" else 0,
                failed=count if name in ("fail", "cancelled") else 0,
                skipped=count if name in ("skipped", "todo") else 0,
            )
        elif match := re.match(r"\s+Tests\s+(.*\(\d+\))\s*$", line):
            counts = {name: int(count) for count, name in re.findall(r"(\d+) (\w+)", match[1])}
            self.add(counts.get("passed", 0), counts.get("failed", 0), counts.get("skipped", 0) + counts.get("todo", 0))
        elif match := re.match(r"  (\S+)\s+(Examples|Coverage|Fuzzing|Stateful)\b", line):
            self.add(passed=match[1] == "✅", failed=match[1] not in "✅⏭", skipped=match[1] == "⏭")

    def add(self, passed: int = 0, failed: int = 0, skipped: int = 0) -> None:
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def skip(self, reason: str, counted_as_passed: bool = False) -> None:
        """One test, or one whole part, that did not run. libtest counts a test that leaves itself out as passed."""
        self.skipped += 1
        self.passed -= 1 if counted_as_passed and self.passed else 0
        self.reasons.append(reason)


def follow(tally: Tally, name: str, command: list, environment: dict, cwd: Path = ROOT) -> None:
    """Runs one runner, shows its output as it comes and counts it."""
    print(f"\n== {name}", flush=True)
    failed_before = tally.failed
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd, env=environment, text=True, errors="replace", start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    overdue = threading.Timer(PATIENCE_SECONDS, mongo.end, [process])
    overdue.start()
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            tally.read(line)
        code = process.wait()
        if not overdue.is_alive():
            print(f"{name} was ended after {PATIENCE_SECONDS} seconds", flush=True)
    finally:
        overdue.cancel()
        mongo.end(process)
    # A runner that fails without a count (a build error, a crash, a time-out) is one failure.
    if code != 0 and tally.failed == failed_before:
        tally.add(failed=1)


@contextlib.contextmanager
def with_mongo(environment: dict):
    """The environment with the address of a MongoDB server that nobody has used yet, unless MongoDB is left out."""
    if "mongo" in tools.skipped():
        yield {name: value for name, value in environment.items() if name != "MONGODB_TEST_URI"}
        return
    with mongo.server() as address:
        print(f"\nMongoDB to test against: {address}", flush=True)
        yield {**environment, "MONGODB_TEST_URI": address}


def rust(tally: Tally, environment: dict, arguments: list[str]) -> None:
    with tempfile.NamedTemporaryFile(prefix="rondo-skips-", mode="r") as skips:
        environment = {**environment, "TEST_SKIP_LOG": skips.name}
        if "promtool" not in tools.skipped():
            environment["TEST_PROMTOOL_BIN"] = tools.promtool()
        if "provider" not in tools.skipped():
            environment["TEST_PROVIDER_NODE"] = tools.provider()
        others = tools.python_packages("others", tools.OTHERS_PACKAGES)
        environment["TEST_PYTHON"] = str(others / "python")
        if (os.cpu_count() or 1) <= 2:
            # The tests wait more than they compute, and a test server of MongoDB takes a core to itself.
            environment.setdefault("RUST_TEST_THREADS", "3")
        for which in [arguments] if arguments else RUST_TESTS:
            with with_mongo(environment) as served:
                command = ["cargo", "test", "--locked", "--no-fail-fast", *which]
                follow(tally, " ".join(["cargo test", *which]), command, served)
        for line in skips.read().splitlines():
            tally.skip(line.removeprefix("SKIPPED: "), counted_as_passed=True)


def contract_tests(tally: Tally, environment: dict) -> None:
    """schemathesis against the service, on each database."""
    with with_mongo(environment) as served:
        databases = {"SQLite": None}
        if address := served.get("MONGODB_TEST_URI"):
            databases["MongoDB"] = address
        for name, address in databases.items():
            with contract.service(target_folder() / "debug" / "rondo", address) as url:
                follow(tally, f"contract on {name}", contract.command(url), contract.environment(url))


def frontend(tally: Tally, environment: dict) -> None:
    folder = ROOT / "frontend"
    tools.npm_packages(folder)
    follow(tally, "npm test", ["npm", "test"], {**environment, "PATH": tools.node()["PATH"]}, cwd=folder)


def browser(tally: Tally, environment: dict) -> None:
    folder = ROOT / "tests" / "browser"
    if "browser" in tools.skipped():
        tally.skip("the browser tests, by TEST_SKIP")
        return
    environment = {
        **environment,
        "PATH": tools.node()["PATH"],
        "TEST_RONDO_BIN": str(target_folder() / "debug" / "rondo"),
        "CHROMIUM_BIN": tools.chromium(),
    }
    if (folder / "package.json").is_file():
        tools.npm_packages(folder)
    tools.npm_packages(ROOT / "tests" / "provider")
    files = sorted(path for path in folder.rglob("*.test.*js") if "node_modules" not in path.parts)
    command = ["node", "--test", "--test-concurrency=1", *[path.relative_to(ROOT) for path in files]]
    follow(tally, "browser tests", command, environment)


def target_folder() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS)
    options, arguments = parser.parse_known_args()
    parts = [options.only] if options.only else PARTS
    if arguments:
        parts = ["rust"]
    # For `finally` to run on a `kill` as it does on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    tally = Tally()
    environment = {**os.environ, "NO_COLOR": "1"}
    if "mongo" in tools.skipped():
        tally.reasons.append("everything on MongoDB, by TEST_SKIP")
    if parts != ["frontend"]:
        tools.system_package("build-essential", "cc")
        # One of the examples is a client with curl.
        tools.system_package("curl", "curl")
        what = ["test", "--no-run"] if "rust" in parts else ["build"]
        tools.run(["cargo", *what, "--locked"])
    if "rust" in parts:
        if "nginx" not in tools.skipped():
            tools.nginx()
        rust(tally, environment, arguments)
    if "contract" in parts:
        contract_tests(tally, environment)
    if "frontend" in parts:
        frontend(tally, environment)
    if "browser" in parts:
        browser(tally, environment)

    print()
    for reason in tally.reasons:
        print(f"skipped: {reason}")
    if not tally.passed + tally.failed:
        print("no test ran")
        tally.add(failed=1)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped", flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (tools.Missing, RuntimeError) as error:
        sys.exit(f"test: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"test: failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        sys.exit(130)
