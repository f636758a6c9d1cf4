"""The measures of how the cost of a page grows with what is stored: with other people's to-dos, and with one's own."""

import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import servers
from measures import Bench, Figure, mongo_server
from servers import ROOT, tools

# Of one's own: few and many. Every filter lets a fixed part of them through, so that the page of 10 is full of few, too.
FEW, MANY = 100, 10_000
# Of others.
EMPTY, FULL = 1_000, 1_000_000
PAGE = 10

# A fourth of the to-dos are done, in the list, tagged, of a priority, due.
FILTERS = {
    "open": "done=false",
    "of a list": "list={list}",
    "open, of a list": "list={list}&done=false",
    "tagged": "tag=quarter",
    "of a priority": "priority=high",
    "without a day": "due=none",
    "due in a month, by day": "due_after=2030-06-01&due_before=2030-07-01&sort=due",
    "open, by day": "done=false&sort=due",
    "the latest changes": "sort=-updated",
    "by title": "sort=title",
}


@dataclass
class Person:
    """Somebody who asks for pages, by one connection that stays open."""

    service: servers.Server
    token: str
    id: str
    list: str

    def median(self, query: str, count: int) -> float:
        """Microseconds of a page, in the middle of `count` asked one after the other."""
        path = f"/api/v2/todos?limit={PAGE}&{query.format(list=self.list)}"
        host = self.service.base.removeprefix("http://")
        taken = []
        with contextlib.closing(http.client.HTTPConnection(host, timeout=20)) as connection:
            for _ in range(count):
                begun = time.perf_counter()
                connection.request("GET", path, headers=servers.bearer(self.token))
                answer = connection.getresponse()
                body = answer.read()
                taken.append(time.perf_counter() - begun)
        if answer.status != 200 or len(json.loads(body)["items"]) != PAGE:
            raise SystemExit(f"{path} is not a full page: {answer.status} {body[:300]!r}")
        return statistics.median(taken) * 1e6


def person(service: servers.Server, email: str, todos: int = 0) -> Person:
    """An account with a list, and as many to-dos as are wanted, of all kinds."""
    credentials = {"email": email, "password": servers.PASSWORD}
    service.ask("POST", "/api/v2/users", credentials)
    token = json.loads(service.ask("POST", "/api/v2/sessions", credentials))["access_token"]
    me = json.loads(service.ask("GET", "/api/v2/users/me", token=token))["id"]
    made = json.loads(service.ask("POST", "/api/v2/lists", {"name": "A quarter"}, token))
    for number in range(todos):
        todo = {
            "title": f"Task number {number * 7919 % 100:02}",
            "notes": "Some words about it, as long as a note is.",
            "done": number % 4 == 1,
            "list_id": made["id"] if number // 4 % 4 == 0 else None,
            "tags": ["quarter"] if number % 4 == 2 else ["other"],
            "priority": ["high", "low", None, "medium"][number % 4],
            "due": [None, f"2030-06-{1 + number % 28:02}", "2030-03-01", "2031-01-01"][number % 4],
        }
        service.ask("POST", "/api/v2/todos", todo, token)
    return Person(service, token, me, made["id"])


def multiply(address: object, template: str, *wanted: str, python: str = sys.executable) -> None:
    subprocess.run([python, ROOT / "bench" / "multiply.py", str(address), template, *wanted], check=True)


def pages(bench: Bench) -> list[Figure]:
    """Filtered pages on the embedded store."""
    folder = bench.fresh("scale")
    database = folder / "data" / "rondo.db"
    # As many seats at a page as in the benchmark of one page: the reader's work is what is asked for.
    with servers.rondo(folder) as service:
        few, many = person(service, "few@example.org", FEW), person(service, "many@example.org")
        multiply(database, few.id, f"{many.id}:{MANY}", f"others:{EMPTY}")
        return compared(bench, few, many, lambda: multiply(database, few.id, f"others:{FULL - EMPTY}"), "SQLite")


def mongo_pages(bench: Bench) -> list[Figure]:
    """The same on MongoDB; others have a tenth of that there, since filling the server takes so long."""
    packages = (ROOT / "bench" / "older" / "requirements.txt").read_text().split()
    python = str(tools.python_packages("bench", packages) / "python")
    with mongo_server(bench) as uri, servers.rondo(bench.fresh("scale"), {"DB": uri}) as service:
        few, many = person(service, "few@example.org", FEW), person(service, "many@example.org")
        multiply(uri, few.id, f"{many.id}:{MANY}", f"others:{EMPTY}", python=python)
        fill = f"others:{FULL // 10 - EMPTY}"
        return compared(bench, few, many, lambda: multiply(uri, few.id, fill, python=python), "MongoDB")


def compared(bench: Bench, few: Person, many: Person, fill, store: str) -> list[Figure]:
    """The growth of every filter's page: with one's own, and, before and after `fill`, with others'."""
    # One of one's own is in the list of each: their to-dos are copies.
    many.list = few.list
    before = rounds(bench, few, many)
    fill()
    after = rounds(bench, few, many)
    own = {name: ratios(after[name], 0, 1) for name in FILTERS}
    others = {
        name: [b[0] / a[0] for a, b in zip(before[name], after[name], strict=True)] for name in FILTERS
    }
    figures = []
    for what, growth in (("other people's to-dos", others), (f"one's own, {FEW} to {MANY:,}", own)):
        worst = max(growth, key=lambda name: statistics.median(growth[name]))
        detail = "; ".join(f"{name}: {statistics.median(values):.2f}" for name, values in growth.items())
        figures.append(
            Figure(f"{store}: growth of the worst filtered page ({worst}) with {what}", 1.3, False, growth[worst], detail=detail)
        )
    return figures


def ratios(pairs: list[tuple[float, float]], under: int, over: int) -> list[float]:
    return [pair[over] / pair[under] for pair in pairs]


def rounds(bench: Bench, few: Person, many: Person) -> dict[str, list[tuple[float, float]]]:
    """For each filter the medians of both people, a pair a round."""
    taken = {name: [] for name in FILTERS}
    for _ in range(bench.rounds):
        for name, query in FILTERS.items():
            taken[name].append((few.median(query, 100), many.median(query, 100)))
    return taken
