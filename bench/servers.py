"""What the measures are made with: servers that start and end, one request, and load by wrk."""

import contextlib
import http.client
import json
import os
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import mongo  # noqa: E402
import tools  # noqa: E402

CONNECTIONS = 64
CORES = os.cpu_count() or 1
EMAIL, PASSWORD = "person@example.org", "correct horse battery"
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute() / "release"


@dataclass
class Server:
    """A process that answers on a port of this machine."""

    process: subprocess.Popen
    base: str
    # When it was started, and when it gave its first answer: seconds of the monotonic clock.
    begun: float
    answered: float = 0

    def memory(self, which: str = "VmRSS") -> float:
        """Resident memory in MB: now, or as `VmHWM` the most that it was."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{which}:\s+(\d+) kB", status)[1]) / 1024

    def ask(self, method: str, path: str, body: dict | None = None, token: str | None = None) -> bytes:
        """The body of an answer; anything but 2xx ends the run."""
        return self.send(method, path, "application/json", json.dumps(body) if body is not None else None, token)

    def introspect(self, token: str, asker: str) -> bytes:
        """What a token is worth."""
        form = urllib.parse.urlencode({"token": token})
        return self.send("POST", "/oauth/introspect", "application/x-www-form-urlencoded", form, asker)

    def send(self, method: str, path: str, media_type: str, body: str | None, token: str | None) -> bytes:
        port = int(self.base.rpartition(":")[2])
        headers = {"Content-Type": media_type} | bearer(token)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path} answers {answer.status}:\n{text.decode()}")
        return text


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextlib.contextmanager
def started(
    command: Callable[[int], list], folder: Path, ready: str, environment: dict | None = None, token: str | None = None
) -> Iterator[Server]:
    """Starts a server whose command takes the port, and waits until `ready` answers 200; ends it by SIGTERM."""
    port = mongo.free_port()
    parts = [str(part) for part in command(port)]
    log = folder / f"{Path(parts[0]).name}.log"
    environment = {"PATH": os.environ["PATH"], **(environment or {})}
    with open(log, "ab") as output:
        begun = time.monotonic()
        process = subprocess.Popen(
            parts, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )  # fmt: skip
        try:
            server = Server(process, f"http://127.0.0.1:{port}", begun)
            if not wait_for_answer(server, ready, token):
                raise SystemExit(f"{parts[0]} does not answer {ready}:\n{log.read_text()[-2000:]}")
            yield server
        finally:
            mongo.end(process)


def wait_for_answer(server: Server, path: str, token: str | None, patience: float = 20) -> bool:
    """Asks for `path` every millisecond until it is answered with 200, and notes the moment."""
    port = int(server.base.rpartition(":")[2])
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in bearer(token).items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    while time.monotonic() < server.begun + patience and server.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
            connection.sendall(request)
            if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                server.answered = time.monotonic()
                return True
        time.sleep(0.001)
    return False


# The address that tokens name is the same at each start, whatever the port.
FIXED = {"ENV": "test", "RONDO_RATE_LIMIT": "0", "RONDO_SIGN_IN_LIMIT": "0", "RONDO_PUBLIC_URL": "http://rondo.test"}


def rondo(folder: Path, settings: dict | None = None, ready: str = "/readyz", token: str | None = None):
    """The service with its data in `folder`, without the limits on requests: they would end the load."""
    settings = FIXED | (settings or {})
    return started(lambda port: [BUILT / "rondo", "--port", port], folder, ready, settings, token)


def person(service: Server, email: str = EMAIL) -> str:
    """Makes an account and gives its access token."""
    credentials = {"email": email, "password": PASSWORD}
    service.ask("POST", "/api/v2/users", credentials)
    return json.loads(service.ask("POST", "/api/v2/sessions", credentials))["access_token"]


def introspector(service: Server, folder: Path) -> str:
    """The API token of another service, made by an administrator whom the operator makes."""
    email = "admin@example.org"
    command = [str(BUILT / "rondo"), "user", "add", "--email", email, "--admin", "--password-stdin"]
    environment = {"PATH": os.environ["PATH"], **FIXED}
    subprocess.run(command, cwd=folder, env=environment, input=PASSWORD, text=True, check=True, capture_output=True)
    admin = json.loads(service.ask("POST", "/api/v2/sessions", {"email": email, "password": PASSWORD}))["access_token"]
    token = {"name": "Another service", "scopes": ["introspect"]}
    return json.loads(service.ask("POST", "/api/v2/tokens", token, admin))["token"]


def add_todos(service: Server, token: str, count: int) -> None:
    for number in range(count):
        todo = {"title": f"Task number {number}", "notes": "Some words about it.", "tags": ["bench"]}
        service.ask("POST", "/api/v2/todos", todo, token)


def wrk(
    address: str, seconds: float, token: str | None = None, script: str | None = None, argument: str = "", connections: int = CONNECTIONS
) -> float:  # fmt: skip
    """Answers a second; any that is not 2xx ends the run."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", "--timeout", "10s"]
    for name, value in bearer(token).items():
        command += ["-H", f"{name}: {value}"]
    command += ["-s", str(ROOT / "bench" / script)] if script else []
    command += [address, *(["--", argument] if script else [])]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"{address} failed under load:\n{output}")
    done, taken = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
    return int(done) / float(taken)


def peer(*arguments: object) -> float:
    """What a bare peer does in a second."""
    command = [str(part) for part in (BUILT / "examples" / "peers", *arguments)]
    done, seconds = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(done) / float(seconds)


def todo_count(database: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT count(*) FROM todos").fetchone()[0]


def commit_count(database: Path) -> int:
    """How many transactions were committed, by the counter in the head of SQLite's write-ahead index."""
    with open(f"{database}-shm", "rb") as index:
        index.seek(8)
        return struct.unpack("=I", index.read(4))[0]
