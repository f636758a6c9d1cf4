"""Checks of what the pages of documentation say against the source."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import tools
from check_deploy import settings

ROOT = tools.ROOT
METHODS = "GET|POST|PUT|PATCH|DELETE"


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.md")])


def documents() -> None:
    """The pages link to what is there, say nothing twice in a table, and have every setting and no unknown call."""
    wrong = [text for page in pages() for text in [*rows_twice(page), *lost_links(page)]]
    wrong += calls()
    wrong += defaults()
    if wrong:
        raise SystemExit("\n".join(wrong))


def links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """The links of a page within the repository: as it stands, the file, and the heading."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not re.match(r"[a-z]+:", link):
            path, _, heading = link.partition("#")
            yield link, (page.parent / path).resolve() if path else page, heading


def lost_links(page: Path) -> list[str]:
    wrong = []
    for link, target, heading in links(page):
        if not target.exists() or (heading and heading not in headings(target)):
            wrong.append(f"{page.relative_to(ROOT)} links to {link}, which is not there")
    return wrong


def headings(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def rows(page: Path) -> Iterator[tuple[int, int, list[str]]]:
    """The tables of a page: number of the table, of the line, and cells, without the heads."""
    table, inside = 0, False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if not line.startswith("|"):
            inside = False
        elif not inside:
            table, inside = table + 1, True
        elif not re.fullmatch(r"[|: -]+", line):
            # A stroke within a cell has a backslash before it.
            yield table, number, [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def rows_twice(page: Path) -> list[str]:
    wrong, seen = [], set()
    for table, number, cells in rows(page):
        if cells[0] and (table, cells[0]) in seen:
            wrong.append(f"{page.relative_to(ROOT)}:{number}: {cells[0]} stands twice in this table")
        seen.add((table, cells[0]))
    return wrong


def calls() -> list[str]:
    """The calls in the tables of docs/API.md: each once, and in docs/openapi.json."""
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    known = {f"{method.upper()} {unnamed(path)}" for path, methods in document["paths"].items() for method in methods}
    told = [
        call
        for _, _, cells in rows(ROOT / "docs" / "API.md")
        for call in re.findall(rf"`((?:{METHODS}) /[^`]*)`", cells[0])
    ]
    wrong = [f"API.md: `{call}` stands {count} times in the tables" for call, count in Counter(told).items() if count > 1]
    for call in told:
        method, path = call.split()
        path = unnamed(path.partition("?")[0])
        if not {f"{method} {path}", f"{method} /api/v2{path}"} & known:
            wrong.append(f"API.md: `{call}` is not in openapi.json")
    return wrong


def unnamed(path: str) -> str:
    """A path without the names of what is variable in it."""
    return re.sub(r"\{[^}]*\}(\.json)?", "{}", path)


def defaults() -> list[str]:
    """The comment in Rocket.toml: every setting, each once."""
    text = (ROOT / "Rocket.toml").read_text()
    lines = re.findall(r"^#   ([a-z_]+(?:, [a-z_]+)*)(?= |$|\.NAME)", text, re.MULTILINE)
    names = [name for line in lines for name in line.split(", ")]
    # The profile is no setting of a file.
    wrong = [f"Rocket.toml has {name}, which is no setting" for name in sorted(set(names) - settings())]
    wrong += [f"Rocket.toml lacks {name}" for name in sorted(settings() - set(names) - {"env"})]
    return wrong + [f"Rocket.toml has {name} {count} times" for name, count in Counter(names).items() if count > 1]


def logged() -> None:
    """Every warning and error that the service logs stands in OPERATIONS.md, and what stands there is logged."""
    told = messages()
    severe, others = [], []
    for file in sorted((ROOT / "src").rglob("*.rs")):
        for level, text in LOGGED.findall(file.read_text()):
            # What is filled in is written `…` there; a line that goes on is one.
            words = re.sub(r"\{[^}]*\}", "…", re.sub(r"\\\n\s*", "", text))
            (severe if level in ("warn", "error") else others).append((file.relative_to(ROOT), words))
    # The jobs share one call, and have their words as an argument.
    jobs = ROOT / "src" / "jobs.rs"
    severe.remove((jobs.relative_to(ROOT), "…: …"))
    severe += [(jobs.relative_to(ROOT), text) for text in re.findall(r'loops\.every\(\s*[^,]+,\s*"([^"]+)"', jobs.read_text())]
    wrong = [f"{file}: OPERATIONS.md does not tell of `{words}`" for file, words in severe
             if not any(pattern.match(words) for pattern in told.values())]  # fmt: skip
    wrong += [f"OPERATIONS.md tells of `{text}`, which is not logged" for text, pattern in told.items()
              if not any(pattern.match(words) for _, words in severe + others)]  # fmt: skip
    if wrong:
        raise SystemExit("\n".join(wrong))


# The first text of a call; what stands before it are names and expressions.
LOGGED = re.compile(r'log::(warn|error|info)!\([^"]*"((?:[^"\\]|\\.)*)"', re.DOTALL)


def messages() -> dict[str, re.Pattern[str]]:
    """The messages in the table "What the log says", and how each begins."""
    page = ROOT / "docs" / "OPERATIONS.md"
    first = page.read_text().splitlines().index("### What the log says") + 1
    after = [(table, cells) for table, number, cells in rows(page) if number > first]
    texts = [text for table, cells in after if table == after[0][0] for text in re.findall(r"`([^`]+)`", cells[0])]
    return {text: re.compile(".*".join(map(re.escape, text.split("…")))) for text in texts}
