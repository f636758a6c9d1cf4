"""The measures of taking data along: how fast an import is, and what an export takes of memory."""

import contextlib
import http.client
import json
import time
from pathlib import Path

import scale
import servers
from measures import Bench, Figure

# In a file that is imported, below its limits of 100,000 to-dos and 20 MB.
IMPORTED = 20_000
# Of one person who exports.
SMALL, LARGE = 10_000, 200_000
MEDIA_TYPES = {"json": "application/json", "csv": "text/csv"}


def export(service: servers.Server, token: str, form: str, file: Path | None = None) -> int:
    """Reads an export as it comes, into a file if one is given, and answers its bytes."""
    host, size = service.base.removeprefix("http://"), 0
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(contextlib.closing(http.client.HTTPConnection(host, timeout=60)))
        output = stack.enter_context(open(file, "wb")) if file else None
        connection.request("GET", f"/api/v2/export?format={form}", headers=servers.bearer(token))
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"the export answers {answer.status}")
        while some := answer.read(65_536):
            size += len(some)
            if output:
                output.write(some)
    return size


def imports(bench: Bench) -> list[Figure]:
    """Imports into the embedded store, each of the same file into a new account."""
    folder = bench.fresh("import")
    with servers.rondo(folder) as service:
        someone = scale.person(service, "someone")
        scale.add_todos(someone)
        database = folder / "data" / "rondo.db"
        scale.multiply(database, someone.id, f"{someone.id}:{IMPORTED - scale.FEW}")
        rates, sizes = {}, []
        for form in MEDIA_TYPES:
            file = folder / f"export.{form}"
            export(service, someone.token, form, file)
            sizes.append(f"{form} of {file.stat().st_size / 1e6:.1f} MB")
        for number in range(bench.rounds):
            for form in MEDIA_TYPES:
                token = servers.person(service, f"{form}{number}@example.org")
                rates.setdefault(form, []).append(import_file(service, token, form, folder / f"export.{form}"))
    detail = f"{IMPORTED:,} to-dos at a time, {' and '.join(sizes)}; from the first byte that is sent to the answer"
    return [
        Figure(f"SQLite: to-dos imported a second, {form.upper()}", 10_000, True, some, "a second", detail)
        for form, some in rates.items()
    ]


def import_file(service: servers.Server, token: str, form: str, file: Path) -> float:
    """To-dos a second."""
    body = file.read_bytes()
    host = service.base.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(host, timeout=60)) as connection:
        begun = time.perf_counter()
        headers = servers.bearer(token) | {"Content-Type": MEDIA_TYPES[form]}
        connection.request("POST", "/api/v2/import", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - begun
    if answer.status != 200 or json.loads(text)["created"] != IMPORTED:
        raise SystemExit(f"the import answers {answer.status}: {text[:500]!r}")
    return IMPORTED / took


def exports(bench: Bench) -> list[Figure]:
    """The most that the service's memory is while somebody exports much, against somebody with little.

    By turns at one service, after each of its readers' caches is filled, which is bounded: what is left is what an
    export itself takes.
    """
    folder = bench.fresh("export")
    with servers.rondo(folder) as service:
        few = scale.person(service, "few")
        people = {SMALL: scale.person(service, "small"), LARGE: scale.person(service, "large")}
        scale.add_todos(few)
        wanted = [scale.copies(count, few, who) for count, who in people.items()]
        scale.multiply(folder / "data" / "rondo.db", few.id, *wanted)
        fresh = service.memory()
        export(service, people[LARGE].token, "json")
        figures = []
        for form in MEDIA_TYPES:
            peaks, sizes = {SMALL: [], LARGE: []}, {}
            for _ in range(min(3, bench.rounds)):
                for count, who in people.items():
                    # The highest from now on.
                    Path(f"/proc/{service.process.pid}/clear_refs").write_text("5")
                    sizes[count] = export(service, who.token, form)
                    peaks[count].append(service.memory("VmHWM"))
            ratios = [large / small for small, large in zip(peaks[SMALL], peaks[LARGE], strict=True)]
            told = " : ".join(
                f"{count:,} to-dos, {sizes[count] / 1e6:.0f} MB of file, at most {max(some):.0f} MB of memory"
                for count, some in peaks.items()
            )
            detail = f"{told}; {fresh:.0f} MB before the first export"
            what = f"memory at an export ({form.upper()}), {LARGE:,} to-dos of {SMALL:,}'s"
            figures.append(Figure(what, 1.1, False, ratios, detail=detail))
    return figures
