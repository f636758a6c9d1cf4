#!/usr/bin/env python3
"""Brings up to date what follows from the program, and what is built from that: what `make frontend` calls.

docs/openapi.json (what the program answers), the web app's types (from that), and static/ (from frontend/).
"""

import subprocess
import sys

import tools


def document() -> None:
    """docs/openapi.json is what `rondo openapi` prints."""
    command = ["cargo", "run", "--quiet", "--locked", "--", "openapi"]
    print("$", *command, "> docs/openapi.json", flush=True)
    printed = subprocess.run(command, cwd=tools.ROOT, check=True, stdout=subprocess.PIPE).stdout
    (tools.ROOT / "docs" / "openapi.json").write_bytes(printed)


def web_app() -> None:
    """The types are those of docs/openapi.json, and static/ is what frontend/ builds."""
    folder = tools.ROOT / "frontend"
    tools.npm_packages(folder)
    for script in ("types", "build"):
        tools.run(["npm", "run", "--silent", script], cwd=folder, env=tools.node())


if __name__ == "__main__":
    try:
        document()
        web_app()
    except tools.Missing as missing:
        sys.exit(f"frontend: {missing}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"frontend: failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
