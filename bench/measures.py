"""The measures: each runs the service and its peers by turns, and gives ratios or plain figures with their targets."""

import contextlib
import json
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import servers
from servers import BUILT, CORES, ROOT, mongo, tools


@dataclass
class Figure:
    """One figure with what it is held against."""

    what: str
    target: float
    at_least: bool
    # One a round: its middle is the figure.
    values: list[float]
    # Without a unit it is a ratio.
    unit: str = ""
    # What the rounds were made of, for whoever wants to know.
    detail: str = ""
    # What is to be known of a target that is missed.
    beside: str = ""

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def holds(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def verdict(self) -> str:
        return "holds" if self.holds else ", ".join(filter(None, ["MISSED", self.beside]))

    def show(self, value: float) -> str:
        if self.unit:
            return f"{value:.1f} {self.unit}" if value < 100 else f"{value:,.0f} {self.unit}"
        return f"{value:.2f} ×" if value < 10 else f"{value:.0f} ×"

    @property
    def target_text(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.target:,g} {self.unit or '×'}"

    @property
    def spread(self) -> str:
        return f"{self.show(min(self.values))} to {self.show(max(self.values))}"


@dataclass
class Bench:
    """What all measures are told: where they may write, how long and how often."""

    folder: Path
    seconds: int
    rounds: int
    notes: list[str] = field(default_factory=list)

    def fresh(self, name: str) -> Path:
        folder = self.folder / f"{name}-{sum(1 for _ in self.folder.iterdir())}"
        folder.mkdir()
        return folder


def pairs(rates: list[tuple[float, ...]]) -> str:
    """The rates of the rounds, as they stand beside each other."""
    return ", ".join(" : ".join(f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}" for rate in pair) for pair in rates)


def idle_memory(bench: Bench) -> list[Figure]:
    """Resident memory of a service that nobody has asked anything but whether it is ready."""
    with servers.rondo(bench.fresh("idle")) as service:
        time.sleep(3)
        whole, file = service.memory(), service.memory("RssFile")
        beside = f"{file:.0f} of them the program's own file"
        return [Figure("memory when idle", 30, False, [whole], "MB", beside, beside)]


def page(bench: Bench) -> list[Figure]:
    """A signed-in page of 20, against a Rocket route that returns the same bytes and does nothing else."""
    folder = bench.fresh("page")
    with servers.rondo(folder) as service:
        token = servers.person(service)
        servers.add_todos(service, token, 200)
        path = "/api/v2/todos?limit=20"
        body = folder / "page.json"
        body.write_bytes(service.ask("GET", path, token=token))
        route = servers.started(lambda port: [BUILT / "examples" / "peers", "route", port, body], folder, "/")
        with route as bare:
            sides = [(service.base + path, token), (bare.base, None)]
            for address, bearer in sides:
                servers.wrk(address, 1, bearer)  # warms up
            rates = [
                tuple(servers.wrk(address, bench.seconds, bearer) for address, bearer in sides)
                for _ in range(bench.rounds)
            ]
    detail = f"{body.stat().st_size} bytes; answers a second, Rondo : bare route: {pairs(rates)}"
    ratios = [ours / limit for ours, limit in rates]
    return [Figure("a page of 20, of a bare Rocket route's rate", 0.30, True, ratios, detail=detail)]


def introspection(bench: Bench) -> list[Figure]:
    """What an access token is worth, asked by another service, against a Rocket route that returns the same bytes."""
    folder = bench.fresh("introspection")
    with servers.rondo(folder) as service:
        token, asker = servers.person(service), servers.introspector(service, folder)
        path = service.base + "/oauth/introspect"
        servers.wrk(path, 1, asker, "introspect.lua", token)  # warms up
        body = folder / "worth.json"
        body.write_bytes(service.introspect(token, asker))
        route = servers.started(lambda port: [BUILT / "examples" / "peers", "route", port, body], folder, "/")
        with route as bare:
            servers.wrk(bare.base, 1)
            rates = [
                (servers.wrk(path, bench.seconds, asker, "introspect.lua", token), servers.wrk(bare.base, bench.seconds))
                for _ in range(bench.rounds)
            ]
    detail = f"{body.stat().st_size} bytes; answers a second, Rondo : bare route: {pairs(rates)}"
    ratios = [ours / limit for ours, limit in rates]
    return [Figure("introspections, of a bare Rocket route's rate", 0.5, True, ratios, detail=detail)]


def creates(bench: Bench) -> list[Figure]:
    """Durable creates, against SQLite alone on the very same rows, in groups and one by one.

    The peer gets the schema and the rows of the database that the service has just filled, in the same order, in
    memory, and groups of the size that the service's own groups had in the mean: that many rows a commit.
    """
    rates, groups = [], []
    for number in range(bench.rounds):
        folder = bench.fresh("creates")
        database = folder / "data" / "rondo.db"
        with servers.rondo(folder) as service:
            address, token = f"{service.base}/api/v2/todos", servers.person(service)
            servers.wrk(address, 1, token, "create.lua", f"{number}1")  # warms up
            skip, commits = servers.todo_count(database), servers.commit_count(database)
            ours = servers.wrk(address, bench.seconds, token, "create.lua", f"{number}2")
            written = servers.todo_count(database) - skip
            group = written / (servers.commit_count(database) - commits)
        if written < ours * bench.seconds:
            raise SystemExit(f"{ours * bench.seconds:.0f} creates were answered, {written} to-dos were added")
        bare, single = (
            servers.peer("rows", database, folder / f"bare-{size}.db", size, skip, limit)
            for size, limit in ((max(1, round(group)), 3 * bench.seconds), (1, bench.seconds / 2))
        )
        rates.append((ours, bare, single))
        groups.append(group)
        for file in folder.rglob("*.db*"):
            file.unlink()
    detail = (
        f"creates a second, Rondo : SQLite in groups : SQLite a transaction each: {pairs(rates)}; "
        f"rows a commit of Rondo: {', '.join(f'{group:.1f}' for group in groups)}"
    )
    return [
        Figure("durable creates, of bare SQLite's rate in groups as large",
               0.6, True, [ours / bare for ours, bare, _ in rates], detail=detail),
        Figure("durable creates, of bare SQLite's rate at a transaction each",
               3, True, [ours / single for ours, _, single in rates]),
    ]  # fmt: skip


def sign_ins(bench: Bench) -> list[Figure]:
    """Sign-ins, against bcrypt alone on as many threads of the same niceness."""
    cost, seconds = 12, 2 * bench.seconds
    settings = {"RONDO_BCRYPT_COST": str(cost), "RONDO_HASH_THREADS": str(CORES)}
    with servers.rondo(bench.fresh("sign-ins"), settings) as service:
        servers.person(service)
        credentials = json.dumps({"email": servers.EMAIL, "password": servers.PASSWORD})

        def ours() -> float:
            address = f"{service.base}/api/v2/sessions"
            # Enough that every thread has the next password waiting; more would only wait longer.
            return servers.wrk(address, seconds, script="sign_in.lua", argument=credentials, connections=4 * CORES)

        rates = [(ours(), servers.peer("hashes", CORES, cost, seconds)) for _ in range(min(3, bench.rounds))]
    detail = f"cost {cost}, {CORES} threads; a second, Rondo : bcrypt: {pairs(rates)}"
    return [Figure("sign-ins, of bcrypt's rate alone", 0.9, True, [ours / limit for ours, limit in rates], detail=detail)]


@contextlib.contextmanager
def mongo_server(bench: Bench) -> Iterator[str]:
    """The address of a fresh database on the fastest MongoDB server at hand; which one is noted."""
    if os.environ.get("MONGODB_TEST_URI"):
        name = "the one that MONGODB_TEST_URI names"
    elif tools.find("mongod"):
        name = "mongod, a replica set of one"
    else:
        name = "{} {} ({})".format(*tools.MONGO_CRATE)
        name = f"{name}, which speaks MongoDB's protocol over WiredTiger"
    with mongo.server(tools.measured_mongo_server) as address:
        bench.notes.append(f"the MongoDB server was {name}")
        place, _, options = address.partition("?")
        yield f"{place.rstrip('/')}/rondo-bench-{os.getpid()}-{time.time_ns()}?{options}"


def mongo_page(bench: Bench) -> list[Figure]:
    """A page of 20 from MongoDB, against the driver alone with the same query, and against an older stack."""
    packages = (ROOT / "bench" / "older" / "requirements.txt").read_text().split()
    programs = tools.python_packages("bench", packages)
    with contextlib.ExitStack() as stack:
        uri = stack.enter_context(mongo_server(bench))
        service = stack.enter_context(servers.rondo(bench.fresh("mongo"), {"DB": uri}))
        token = servers.person(service)
        # Two pages, no more: not every server that speaks the protocol walks an index in its order as MongoDB does,
        # and what would be compared is how it sorts all that the owner has.
        servers.add_todos(service, token, 40)
        older = stack.enter_context(older_stack(bench, programs, uri))
        older_token = json.loads(older.ask("POST", "/session"))["access_token"]
        sides = [(f"{service.base}/api/v2/todos?done=false&limit=20", token), (f"{older.base}/todos", older_token)]
        for address, bearer in sides:
            servers.wrk(address, 1, bearer)  # warms up
        rates = []
        for _ in range(bench.rounds):
            ours, flask = (servers.wrk(address, bench.seconds, bearer) for address, bearer in sides)
            rates.append((ours, servers.peer("finds", uri, servers.CONNECTIONS, bench.seconds), flask))
    detail = f"pages a second, Rondo : bare driver : Flask: {pairs(rates)}"
    return [
        Figure("a page of 20 from MongoDB, of the bare driver's rate",
               0.85, True, [ours / driver for ours, driver, _ in rates], detail=detail),
        Figure("a page of 20 from MongoDB, of the older stack's rate",
               4, True, [ours / flask for ours, _, flask in rates]),
    ]  # fmt: skip


def older_stack(bench: Bench, programs: Path, uri: str):
    def command(port: int) -> list:
        place = ["--chdir", ROOT / "bench" / "older", "--bind", f"127.0.0.1:{port}"]
        return [programs / "gunicorn", "--workers", CORES, "--preload", *place, "app:app"]

    environment = {"MONGO_URI": uri, "PYTHONDONTWRITEBYTECODE": "1"}
    return servers.started(command, bench.fresh("older"), "/healthz", environment)


def start_up(bench: Bench) -> list[Figure]:
    """From the start of the process to the first answer, with 100,000 to-dos in the embedded store."""
    wanted, folder = 100_000, bench.fresh("start")
    with servers.rondo(folder) as service:
        token = servers.person(service)
        address, database = f"{service.base}/api/v2/todos", folder / "data" / "rondo.db"
        for number in range(60):
            servers.wrk(address, 4, token, "create.lua", f"9{number}")
            if servers.todo_count(database) >= wanted:
                break
        else:
            raise SystemExit(f"{wanted} to-dos could not be made in time")
        count = servers.todo_count(database)
    times = {"/readyz": [], "/api/v2/todos?limit=20": []}
    for _ in range(2 * bench.rounds):
        for path, taken in times.items():
            taken.append(start_once(folder, path, token))
    detail = f"{count:,} to-dos, {database.stat().st_size / 1e6:.0f} MB; after a clean stop, the file in the system's cache"
    ready, first_page = times.values()
    return [
        Figure("from start to ready, with 100,000 to-dos", 150, False, ready, "ms", detail),
        Figure("from start to a signed-in page, with 100,000 to-dos", 150, False, first_page, "ms"),
    ]


def start_once(folder: Path, path: str, token: str) -> float:
    """Milliseconds from the start of the process to the first 200 of this path."""
    with servers.rondo(folder, ready=path, token=token) as service:
        return (service.answered - service.begun) * 1000
