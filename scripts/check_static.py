"""Checks that static/ is what frontend/ builds, byte by byte."""

import filecmp
import tempfile
from pathlib import Path

import tools

ROOT = tools.ROOT


def fresh() -> None:
    """static/ is what frontend/ builds."""
    folder = ROOT / "frontend"
    tools.npm_packages(folder)
    with tempfile.TemporaryDirectory(prefix="rondo-static-") as built:
        tools.run(["npm", "run", "--silent", "build", "--", "--outDir", built], cwd=folder, env=tools.node())
        if different := differences(ROOT / "static", Path(built)):
            raise SystemExit(
                "static/ is not what frontend/ builds; run `make frontend` and commit it:\n  " + "\n  ".join(different)
            )


def differences(kept: Path, built: Path) -> list[str]:
    """The files that one side lacks, or that differ."""
    files = {
        side: {path.relative_to(side) for path in side.rglob("*") if path.is_file()} for side in (kept, built)
    }
    return sorted(
        [f"{path} is not built any more" for path in files[kept] - files[built]]
        + [f"{path} is missing" for path in files[built] - files[kept]]
        + [
            f"{path} differs"
            for path in files[kept] & files[built]
            if not filecmp.cmp(kept / path, built / path, shallow=False)
        ]
    )
