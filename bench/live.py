"""The measures of those who listen: how soon a change reaches them, and what they cost."""

import contextlib
import http.client
import json
import random
import re
import resource
import secrets
import socket
import statistics
import threading
import time

import servers
from measures import Bench, Figure, mongo_server

CHANGES = 300
# Seconds between two changes, at random: each is told by itself, as people's are.
PAUSES = (0.04, 0.12)
# What is asked for as the first change; it is not counted.
FIRST = "the first"

PEOPLE, EACH = 50, 20
# Seconds after which every listener was told once that there is nothing to tell.
SETTLED = 23


class Listener(threading.Thread):
    """Notes when it hears of which to-do."""

    def __init__(self, service: servers.Server, token: str) -> None:
        super().__init__(daemon=True)
        self.heard: dict[str, float] = {}
        self.news = threading.Condition()
        host = service.base.removeprefix("http://")
        self.connection = http.client.HTTPConnection(host, timeout=60)
        self.connection.request("GET", "/api/v2/events", headers=servers.bearer(token))
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise SystemExit(f"the events answer {self.answer.status}")
        # The first lines say that the stream has begun.
        while self.answer.readline().strip():
            pass

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while line := self.answer.readline():
                now = time.perf_counter()
                if line.startswith(b"data: "):
                    with self.news:
                        self.heard.setdefault(json.loads(line[6:])["id"], now)
                        self.news.notify_all()

    def end(self) -> None:
        """Ends the reading first, and the connection when nobody reads from it any more."""
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self.connection.close()

    def when(self, todo: str, patience: float = 30) -> float:
        """The moment at which it heard of this to-do."""
        with self.news:
            if not self.news.wait_for(lambda: todo in self.heard, patience):
                raise SystemExit(f"a change was not told within {patience:.0f} s")
            return self.heard[todo]


def delays(writes_to: servers.Server, listens_to: servers.Server, token: str, rounds: int) -> list[list[float]]:
    """Milliseconds from the moment at which a create is sent to that at which the listener has read of it."""
    listener = Listener(listens_to, token)
    listener.start()
    host = writes_to.base.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(host, timeout=20)) as connection:

        def create(title: str) -> tuple[float, str]:
            sent = time.perf_counter()
            headers = servers.bearer(token) | {"Content-Type": "application/json"}
            body = {"title": title, "notes": "Some words about it, as long as a note is.", "tags": ["bench"]}
            connection.request("POST", "/api/v2/todos", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                raise SystemExit(f"a create answers {answer.status}: {text!r}")
            return sent, json.loads(text)["id"]

        listener.when(create(FIRST)[1])
        taken = []
        for _ in range(rounds):
            sent = []
            for number in range(CHANGES // rounds):
                time.sleep(random.uniform(*PAUSES))
                sent.append(create(f"Number {number}"))
            taken.append([(listener.when(todo) - moment) * 1000 for moment, todo in sent])
    listener.end()
    return taken


def figure(what: str, limit: float, taken: list[list[float]]) -> Figure:
    every = sorted(delay for some in taken for delay in some)
    detail = (
        f"{len(every)} changes, {PAUSES[0] * 1000:.0f} to {PAUSES[1] * 1000:.0f} ms apart; from the sending of the "
        f"create to the reading of the event; 95 of 100 within {every[int(len(every) * 0.95)]:.1f} ms, "
        f"the slowest {every[-1]:.1f} ms"
    )
    return Figure(what, limit, False, [statistics.median(some) for some in taken], "ms", detail)


def events(bench: Bench) -> list[Figure]:
    """From a write to a listener of the same instance, on the embedded store."""
    with servers.rondo(bench.fresh("events")) as service:
        token = servers.person(service)
        return [figure("SQLite: a change reaches a listener", 20, delays(service, service, token, bench.rounds))]


def mongo_events(bench: Bench) -> list[Figure]:
    """From a write at one instance to a listener of another one."""
    with contextlib.ExitStack() as stack:
        uri = stack.enter_context(mongo_server(bench))
        # Instances of one service share their secret.
        settings = {"DB": uri, "SECRET": secrets.token_hex(32)}
        one, other = (stack.enter_context(servers.rondo(bench.fresh("events"), settings)) for _ in range(2))
        token = servers.person(one)
        taken = delays(one, other, token, bench.rounds)
        return [figure("MongoDB: a change reaches a listener of another instance", 100, taken)]


def listeners(bench: Bench) -> list[Figure]:
    """What a thousand listeners to whom nothing is told add to the memory of the service."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = PEOPLE * EACH + 200
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"{wanted} files must be open at once, and this process may have {hard} (ulimit -Hn)")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    metrics = secrets.token_hex(32)
    settings = {"RONDO_BCRYPT_COST": "10", "RONDO_METRICS_TOKEN": metrics}
    with servers.rondo(bench.fresh("listeners"), settings) as service, contextlib.ExitStack() as stack:
        tokens = [servers.person(service, f"person{number}@example.org") for number in range(PEOPLE)]
        for token in tokens:
            service.ask("GET", "/api/v2/todos", token=token)
        time.sleep(3)
        before = service.memory()
        for token in tokens:
            for _ in range(EACH):
                stack.enter_context(listen(service, token))
        most, end = 0.0, time.monotonic() + SETTLED
        while time.monotonic() < end:
            most = max(most, service.memory())
            time.sleep(0.2)
        told = service.ask("GET", "/metrics", token=metrics).decode()
    detail = f"{before:.1f} MB without them, at most {most:.1f} MB with them within {SETTLED} s; release build, SQLite"
    if f"\nrondo_event_listeners {PEOPLE * EACH}\n" not in told:
        raise SystemExit(f"not {PEOPLE * EACH} listen: {re.findall('rondo_event_listeners .*', told)}")
    return [Figure(f"{PEOPLE * EACH:,} idle listeners, together", 32, False, [most - before], "MB", detail)]


def listen(service: servers.Server, token: str) -> socket.socket:
    """A connection of its own on which events come, once they have begun."""
    connection = socket.create_connection(("127.0.0.1", int(service.base.rpartition(":")[2])), timeout=20)
    authorization = f"Authorization: Bearer {token}"
    connection.sendall(f"GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\n\r\n".encode())
    answer = b""
    while b"nothing new" not in answer:
        some = connection.recv(4096)
        if not some:
            raise SystemExit(f"the events end: {answer!r}")
        answer += some
    return connection
