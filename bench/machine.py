"""What the figures were measured on: the machine, its disk, the versions."""

import os
import platform
import re
import statistics
import subprocess
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def describe(folder: Path) -> list[str]:
    """Lines about this machine; `folder` is where the databases were."""
    processor = first_match("/proc/cpuinfo", r"model name\s*: (.+)") or platform.processor() or platform.machine()
    memory = int(first_match("/proc/meminfo", r"MemTotal:\s+(\d+) kB") or 0) / 1024 / 1024
    virtual = " (a virtual machine)" if first_match("/proc/cpuinfo", r"flags.*\b(hypervisor)\b") else ""
    return [
        f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB of memory{virtual}",
        f"{platform.system()} {platform.release()}, {platform.machine()}",
        f"disk: an fdatasync of 4 KiB takes {sync_time(folder) * 1000:.2f} ms on {file_system(folder)}",
        f"{os.getloadavg()[0]:.1f} threads ran or waited to run in the minute before: on a quiet machine, less than 1",
        f"{output('rustc', '--version')}, Python {platform.python_version()}, {wrk_version()}",
        f"commit {commit()}, {date.today().isoformat()}",
    ]


def first_match(file: str, pattern: str) -> str | None:
    try:
        match = re.search(pattern, Path(file).read_text())
    except OSError:
        return None
    return match[1].strip() if match else None


def sync_time(folder: Path, times: int = 200) -> float:
    """Seconds that it takes, in the middle, to append 4 KiB to a file and have them on the disk."""
    taken, file = [], folder / "sync"
    with open(file, "wb", buffering=0) as stream:
        for _ in range(times):
            begun = time.perf_counter()
            stream.write(b"\1" * 4096)
            os.fdatasync(stream.fileno())
            taken.append(time.perf_counter() - begun)
    file.unlink()
    return statistics.median(taken)


def file_system(folder: Path) -> str:
    lines = output("df", "--output=fstype", str(folder)).splitlines()
    return lines[-1] if lines else "an unknown file system"


def wrk_version() -> str:
    return output("wrk", "--version").partition(" [")[0]


def commit() -> str:
    changed = output("git", "status", "--porcelain", "--untracked-files=no", "--", "src", "Cargo.toml", "Cargo.lock")
    return output("git", "rev-parse", "--short=12", "HEAD") + (" with changes" if changed else "")


def output(*command: str) -> str:
    """What a program prints; nothing if it cannot be run. wrk tells its version with an exit code of 1."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""
