"""The measures of how the cost of a page grows with what is stored: with other people's to-dos, and with one's own."""

import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import servers
from measures import Bench, Figure, mongo_server
from servers import ROOT, tools

# Of one's own: few and many.
FEW, MANY = 100, 10_000
# Of others. Filling the MongoDB test server takes long: there it is a tenth.
EMPTY, FULL, MONGO_FULL = 1_000, 1_000_000, 100_000
PAGE = 10
# How often a page is asked for in a row, and the seconds after which that is enough.
IN_A_ROW, PATIENCE = 100, 0.3
LIMIT = 1.3

# Every filter lets a fixed share of the common to-dos through, a fourth at least but where two meet.
SHARES = {
    "all": "",
    "open": "done=false",
    "in a list": "list={list}",
    "open in a list": "list={list}&done=false",
    "open, of a priority": "done=false&priority=high",
    "with a tag": "tag=quarter",
    "overdue": "due=overdue",
    "overdue, by day": "due=overdue&sort=due",
    "upcoming": "due=upcoming",
    "without a day": "due=none",
    "a month, by day": "due_after=2030-06-01&due_before=2030-07-01&sort=due",
    "by day": "sort=due",
    "the latest changes": "sort=-updated",
    "by title": "sort=title",
}
# Every one lets 12 through, however many there are.
RARE = {
    "in a small list": "list={small}",
    "a rare day, by day": "due_before=2020-01-01&sort=due",
    "a rare priority, by it": "priority=low&sort=priority",
    "a rare tag": "tag=rare",
    "a rare priority": "priority=low",
    "a rare day": "due_before=2020-01-01",
    "in a small list, by day": "list={small}&sort=due",
}
# A search reads all that one has.
SEARCH = {"a search": "q=7"}


@dataclass
class Person:
    """Somebody who asks for pages, by one connection that stays open."""

    service: servers.Server
    token: str
    id: str
    lists: dict[str, str]

    def median(self, query: str) -> float:
        """Microseconds of a page, in the middle of many asked one after the other."""
        path = f"/api/v2/todos?limit={PAGE}&{query.format(**self.lists)}"
        host = self.service.base.removeprefix("http://")
        taken, begun = [], time.monotonic()
        with contextlib.closing(http.client.HTTPConnection(host, timeout=20)) as connection:
            while len(taken) < IN_A_ROW and (len(taken) < 3 or time.monotonic() < begun + PATIENCE):
                asked = time.perf_counter()
                connection.request("GET", path, headers=servers.bearer(self.token))
                answer = connection.getresponse()
                body = answer.read()
                taken.append(time.perf_counter() - asked)
        if answer.status != 200 or len(json.loads(body)["items"]) != PAGE:
            raise SystemExit(f"{path} is not a full page: {answer.status} {body[:300]!r}")
        return statistics.median(taken) * 1e6


def person(service: servers.Server, name: str) -> Person:
    """An account with two lists."""
    token = servers.person(service, f"{name}@example.org")
    me = json.loads(service.ask("GET", "/api/v2/users/me", token=token))["id"]
    lists = {key: json.loads(service.ask("POST", "/api/v2/lists", {"name": key}, token))["id"] for key in ("list", "small")}
    return Person(service, token, me, lists)


def add_todos(who: Person) -> None:
    """The few to-dos, of all kinds, that the others are copies of."""
    for number in range(FEW):
        kind = number % 4
        todo = {
            "title": f"Task number {number * 7919 % 100:02}",
            "notes": "Some words about it, as long as a note is.",
            "done": number % 5 == 1,
            "list_id": who.lists["list"] if number // 4 % 4 == 0 else None,
            "tags": ["quarter"] if kind == 2 else ["other"],
            "priority": ["high", "medium", None, None][kind],
            "due": [None, f"2030-06-{1 + number % 28:02}", "2024-03-01", "2031-01-01"][kind],
        }
        if number >= FEW - 12:
            todo |= {"done": False, "list_id": who.lists["small"], "tags": ["rare"], "priority": "low", "due": "2019-06-01"}
        who.service.ask("POST", "/api/v2/todos", todo, who.token)


def multiply(address: object, template: str, *wanted: str, python: str = sys.executable) -> None:
    subprocess.run([python, ROOT / "bench" / "multiply.py", str(address), template, *wanted], check=True)


def copies(count: int, few: Person, owner: Person) -> str:
    """So many copies of somebody's to-dos for another, in lists of his own: for `multiply`."""
    lists = ",".join(f"{few.lists[key]}={own}" for key, own in owner.lists.items())
    return f"{owner.id}:{count}:{lists}"


@dataclass
class Database:
    """One of the two that are compared: the same two people among few others, or among many."""

    few: Person
    many: Person
    seconds: float

    @staticmethod
    def filled(service: servers.Server, address: object, others: int, python: str = sys.executable) -> "Database":
        few, many = person(service, "few"), person(service, "many")
        add_todos(few)
        begun = time.monotonic()
        multiply(address, few.id, copies(MANY, few, many), f"others:{others}", python=python)
        return Database(few, many, time.monotonic() - begun)


def pages(bench: Bench) -> list[Figure]:
    """Filtered pages on the embedded store."""
    with contextlib.ExitStack() as stack:
        databases = []
        for others in (EMPTY, FULL):
            folder = bench.fresh("scale")
            service = stack.enter_context(servers.rondo(folder))
            databases.append(Database.filled(service, folder / "data" / "rondo.db", others))
        size = (folder / "data" / "rondo.db").stat().st_size
        detail = f"{FULL:,} to-dos were made in {databases[1].seconds:.0f} s, {size / 1e6:,.0f} MB"
        figures = compared(bench, "SQLite", FULL, *databases, detail)
    for file in Path(folder).rglob("*.db*"):
        file.unlink()
    return figures


def mongo_pages(bench: Bench) -> list[Figure]:
    """The same on MongoDB, where the bare driver is asked for the same page, too."""
    packages = (ROOT / "bench" / "older" / "requirements.txt").read_text().split()
    python = str(tools.python_packages("bench", packages) / "python")
    with contextlib.ExitStack() as stack:
        databases, uri = [], ""
        server = stack.enter_context(mongo_server(bench))
        for number, others in enumerate((EMPTY, MONGO_FULL)):
            place, _, options = server.partition("?")
            uri = f"{place}-{number}?{options}"
            service = stack.enter_context(servers.rondo(bench.fresh("scale"), {"DB": uri}))
            databases.append(Database.filled(service, uri, others, python))
        detail = f"{MONGO_FULL:,} to-dos were made in {databases[1].seconds:.0f} s: more take the server too long"
        figures = compared(bench, "MongoDB", MONGO_FULL, *databases, detail)
        few, many = (bare_page(python, uri, who.id) for who in (databases[1].few, databases[1].many))
    for figure in figures[1:]:
        figure.beside = f"the server alone {many / few:.0f} ×"
    words = f"asked by the bare driver for the first {PAGE + 1} open to-dos of one owner, by the whole beginning of an index"
    bench.notes.append(
        f"{words} and in its order, the MongoDB server takes {few:.1f} ms if the owner has {FEW} and {many:.1f} ms if "
        f"{MANY:,}: what grows with one's own there is the server's own work, and says nothing about a mongod"
    )
    return figures


def bare_page(python: str, uri: str, owner: str) -> float:
    """Milliseconds of the page of open to-dos by the driver alone, in the middle."""
    command = [python, ROOT / "bench" / "bare_page.py", uri, owner, str(PAGE + 1)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compared(bench: Bench, store: str, full: int, small: Database, large: Database, detail: str) -> list[Figure]:
    """How each filter's page grows with others' to-dos and with one's own; the three pages of a ratio by turns."""
    taken: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(bench.rounds):
        for name, query in (SHARES | RARE | SEARCH).items():
            medians = tuple(who.median(query) for who in (small.few, large.few, large.many))
            taken.setdefault(name, []).append(medians)
    others = {name: [full / few for few, full, _ in rounds] for name, rounds in taken.items()}
    own = {name: [many / few for _, few, many in rounds] for name, rounds in taken.items()}
    own_words = f"with one's own, {FEW} to {MANY:,}"
    return [
        worst(f"{store}: a filtered page with others' to-dos, {EMPTY:,} to {full:,}", others, taken, detail),
        worst(f"{store}: a filtered page {own_words}", {name: own[name] for name in SHARES}, taken),
        worst(f"{store}: a filter that 12 pass, {own_words}", {name: own[name] for name in RARE}, taken),
    ]


def worst(what: str, growth: dict[str, list[float]], taken: dict, more: str = "") -> Figure:
    """The growth of the filter that grows most, with all of them in the detail."""
    name = max(growth, key=lambda name: statistics.median(growth[name]))

    def told(name: str) -> str:
        few, full, many = (statistics.median(times) for times in zip(*taken[name], strict=True))
        return f"{name} {statistics.median(growth[name]):.2f} ({few:.0f}, {full:.0f}, {many:.0f} µs)"

    parts = [f"the worst is: {name}"] + [told(name) for name in growth] + ([more] if more else [])
    return Figure(what, LIMIT, False, growth[name], detail="; ".join(parts))
