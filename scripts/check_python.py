"""Checks that the Python files keep to the oldest Python that they promise to run with."""

import ast
from pathlib import Path

import tools

ROOT = tools.ROOT
# CONTRIBUTING.md promises it, and the machines that build releases have no newer one.
OLDEST = (3, 10)
FOLDERS = ["scripts", "bench", "examples", "tests"]
# What the standard library got later, as far as one of these scripts might come to use it. (Methods, such as
# Path.walk, cannot be told from others of their name.)
NEWER = {
    "tomllib", "contextlib.chdir", "hashlib.file_digest", "datetime.UTC", "enum.StrEnum", "asyncio.TaskGroup",
    "asyncio.Runner", "asyncio.timeout", "itertools.batched", "typing.Self", "typing.assert_never", "typing.override",
    "sys.exception", "ExceptionGroup", "sys.monitoring", "operator.call", "math.cbrt", "math.exp2",
    "http.HTTPMethod", "logging.getLevelNamesMapping", "warnings.deprecated",
}  # fmt: skip


def oldest() -> None:
    """The Python files need nothing that Python 3.10 does not have."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]
    wrong = [text for file in files if "node_modules" not in file.parts for text in newer(file)]
    if wrong:
        raise SystemExit("\n".join(wrong))


def newer(file: Path) -> list[str]:
    name = file.relative_to(ROOT)
    try:
        tree = ast.parse(file.read_text(), feature_version=OLDEST)
    except SyntaxError as error:
        return [f"{name}:{error.lineno}: {error.msg}"]
    return [
        f"{name}:{node.lineno}: {used} is newer than Python {OLDEST[0]}.{OLDEST[1]}"
        for node in ast.walk(tree)
        for used in uses(node)
        if used in NEWER
    ]


def uses(node: ast.AST) -> list[str]:
    """What a node names, as it stands in the list."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [module, *(f"{module}.{alias.name}" for alias in names)]
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            return [f"{owner}.{attribute}"]
        case ast.Name(id=name):
            return [name]
    return []
