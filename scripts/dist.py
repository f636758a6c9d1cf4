#!/usr/bin/env python3
"""Builds the release program for this machine's kind and packs it: what `make dist` calls.

    scripts/dist.py [--version V] [--program FILE]

Makes target/dist/rondo-VERSION-linux-ARCH.tar.gz and its .sha256. --version is the version that it should be (of a
tag): another one in Cargo.toml ends the run. --program packs a program that is built already.
"""

import argparse
import hashlib
import os
import platform
import re
import sys
import tarfile
from pathlib import Path

import check_docs
import tools

ROOT = tools.ROOT
# What goes beside the program: how it is set up and used, under which terms it is had, and what those pages link to.
BESIDE = [
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE-MIT", "LICENSE-APACHE", "Rocket.toml", "log4rs.yaml",
    ".env.example", "docker-compose.prod.yml", "deploy", "docs", "examples", "schemas",
]  # fmt: skip
ARCHITECTURES = {"x86_64": "x86-64", "amd64": "x86-64", "aarch64": "arm64", "arm64": "arm64"}


def dead_links() -> list[str]:
    """The links of packed pages that lead outside the archive."""
    packed = {file for path in BESIDE for file in [ROOT / path, *(ROOT / path).rglob("*")]}
    return [
        f"{page.relative_to(ROOT)} links to {link}, which is not packed"
        for page in sorted(packed)
        if page.suffix == ".md"
        for link, target, _ in check_docs.links(page)
        if target not in packed
    ]


def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Nothing of the machine that packed it: neither who, nor when, nor what Python left there."""
    if "__pycache__" in entry.name:
        return None
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry


def package_version() -> str:
    """The version in Cargo.toml; Python reads TOML from 3.11 on only."""
    package = re.match(r"\[package\]\n(.*?)^\[", (ROOT / "Cargo.toml").read_text(), re.DOTALL | re.MULTILINE)
    version = package and re.search(r'^version = "(.+)"$', package[1], re.MULTILINE)
    if not version:
        sys.exit("dist: Cargo.toml does not begin with [package] and a version in it")
    return version[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="")
    parser.add_argument("--program", type=Path)
    options = parser.parse_args()
    version = package_version()
    if options.version not in ("", version):
        sys.exit(f"dist: asked for version {options.version}, and Cargo.toml has {version}; make them the same")
    if dead := dead_links():
        sys.exit("dist: " + "\n  ".join(dead))
    machine = ARCHITECTURES.get(platform.machine().lower())
    if sys.platform != "linux" or machine is None:
        sys.exit(f"dist: releases are for Linux on x86-64 and arm64, not for {sys.platform} on {platform.machine()}")
    program = options.program
    if program is None:
        tools.run(["cargo", "build", "--release", "--locked", "--bin", "rondo"])
        program = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute() / "release" / "rondo"

    name = f"rondo-{version}-linux-{machine}"
    folder = ROOT / "target" / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(program, f"{name}/rondo", filter=plain)
        for path in BESIDE:
            packed.add(ROOT / path, f"{name}/{path}", filter=plain)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (folder / f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n")
    print(f"{archive.relative_to(ROOT)}: {archive.stat().st_size} bytes, SHA-256 {digest}")


if __name__ == "__main__":
    main()
