#!/usr/bin/env python3
"""Builds the web app from frontend/ into static/: what `make frontend` calls."""

import sys

import tools

if __name__ == "__main__":
    folder = tools.ROOT / "frontend"
    try:
        tools.npm_packages(folder)
        tools.run(["npm", "run", "--silent", "build"], cwd=folder, env=tools.node())
    except tools.Missing as missing:
        sys.exit(f"frontend: {missing}")
    except tools.subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
