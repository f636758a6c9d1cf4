#!/usr/bin/env python3
"""Runs the fuzz targets of fuzz/, each for a while: what `make fuzz` calls.

    scripts/fuzz.py [--seconds N] [TARGET…]     without a target, all

A finding ends the target's run; its input is kept in target/fuzz/findings/, and the last lines name it. The next run
begins with it, fails as long as it does, and removes it when it passes. What a run has learned stays in
target/fuzz/corpus/, and the next run goes on from it. Building takes a quarter of an hour the first time.

It needs a stable Rust and a C++ compiler, and no sanitizer: there is no unsafe code of ours to watch.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import tools

FUZZ = tools.ROOT / "fuzz"
BUILT = tools.ROOT / "target" / "fuzz"
# Longer than the longest body and the longest query, so that limits are met.
LONGEST_INPUT = 70_000


def targets() -> list[str]:
    return sorted(file.stem for file in (FUZZ / "fuzz_targets").glob("*.rs"))


def host() -> str:
    """The triple of this machine, which names the folder of what is built."""
    lines = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout.splitlines()
    return next(line.removeprefix("host: ") for line in lines if line.startswith("host: "))


def build() -> None:
    """All targets, with the dependencies as the service has them: no `cfg(fuzzing)` changes their code."""
    tool = tools.cargo_fuzz()
    environment = {**os.environ, "PATH": f"{tool.parent}:{os.environ['PATH']}"}
    environment.pop("CARGO_TARGET_DIR", None)
    command = ["cargo", "fuzz", "build", "--sanitizer", "none", "--no-cfg-fuzzing", "--target-dir", BUILT]
    tools.run(command, env=environment)


def run(target: str, *arguments: str, **options) -> int:
    """Runs a target with these arguments; what it ends with."""
    corpus, scratch = folder("corpus", target), folder("scratch", target)
    command = [str(BUILT / host() / "release" / target), *arguments, "-timeout=10", "-rss_limit_mb=2048"]
    environment = {**os.environ, "FUZZ_SEEDS": str(corpus), "TMPDIR": str(scratch)}
    ended = subprocess.run(command, cwd=tools.ROOT, env=environment, **options)
    shutil.rmtree(scratch)
    return ended.returncode


def folder(name: str, target: str) -> Path:
    path = BUILT / name / target
    path.mkdir(parents=True, exist_ok=True)
    return path


def again(target: str) -> list[str]:
    """The inputs of runs before that it still fails with; those that pass are removed."""
    failing = []
    for path in sorted(folder("findings", target).iterdir()):
        if run(target, str(path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            failing.append(str(path))
        else:
            print(f"{target}: {path} passes now, and is removed", flush=True)
            path.unlink()
    return failing


def fuzz(target: str, seconds: int) -> list[str]:
    """Runs a target; the paths of the inputs that it fails with."""
    corpus, findings = folder("corpus", target), folder("findings", target)
    print(f"\n== {target}, {seconds} s", flush=True)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT}", "-print_final_stats=1"]
    code = run(target, str(corpus), f"-artifact_prefix={findings}/", *options)
    found = [str(path) for path in sorted(findings.iterdir())]
    # It may fail before it has an input, too.
    return found or ([f"{target} ended with {code} and left no input"] if code else [])


def main() -> int:
    known = targets()
    parser = argparse.ArgumentParser(description="Runs the fuzz targets, each for a while.")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(known)}; all, if none is named")
    arguments = parser.parse_args()
    if arguments.seconds < 1:
        sys.exit("fuzz: --seconds (SECONDS=) is a whole number from 1")
    if unknown := set(arguments.targets) - set(known):
        sys.exit(f"fuzz: {', '.join(sorted(unknown))} is none of {', '.join(known)}")
    build()
    # What fails with what is known already is not asked for more.
    found = {target: again(target) or fuzz(target, arguments.seconds) for target in arguments.targets or known}
    print()
    for target, inputs in found.items():
        print(f"{target}: {'nothing found' if not inputs else 'FOUND'}")
        for path in inputs:
            print(f"  {path}")
            print(f"  again: {BUILT / host() / 'release' / target} {path}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except tools.Missing as missing:
        sys.exit(f"fuzz: {missing}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"fuzz: failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
