"""A MongoDB server for one test run: started on a free loopback port with a fresh folder, ended with the run."""

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import tools


@contextlib.contextmanager
def server(command: Callable[[int, Path], list[str]] = tools.mongo_server) -> Iterator[str]:
    """Gives the address to test against: of MONGODB_TEST_URI if that is set, else of a server of our own, which
    `command` starts on a port and in a folder."""
    if given := os.environ.get("MONGODB_TEST_URI"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="rondo-mongo-", dir=memory()) as folder, open(f"{folder}/log", "wb") as log:
        port, data = free_port(), Path(folder, "data")
        data.mkdir()
        process = subprocess.Popen(
            command(port, data), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
        try:
            wait_for(process, port, Path(folder, "log"))
            yield f"mongodb://127.0.0.1:{port}/?serverMonitoringMode=poll"
        finally:
            end(process)


def memory() -> str | None:
    """A folder in memory, if there is one with room: nothing is to survive, and a disk that others keep busy would
    make the server slow. None is the usual place."""
    folder = "/dev/shm"
    if os.path.isdir(folder) and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 4 << 30:
        return folder
    return None


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    """Returns when the server says that it takes writes; asks a mongod to make its replica set first."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer = ask(port, {"hello": 1, "$db": "admin"})
            if b"\x08isWritablePrimary\x00\x01" in answer:
                return
            if b"\x02setName\x00" not in answer:
                member = {"_id": 0, "host": f"127.0.0.1:{port}"}
                ask(port, {"replSetInitiate": {"_id": "rondo-test", "members": [member]}, "$db": "admin"})
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the MongoDB server {process.args[0]} did not begin:\n{log.read_text()[-2000:]}")


def ask(port: int, command: dict) -> bytes:
    """Sends one command by the wire protocol (OP_MSG) and gives the answer's bytes."""
    body = struct.pack("<iB", 0, 0) + bson(command)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body)
        with connection.makefile("rb") as stream:
            length = struct.unpack("<i", stream.read(4) or b"\x04\0\0\0")[0]
            return stream.read(length - 4)


def bson(value: dict | list) -> bytes:
    """BSON of documents, lists, whole numbers and text: all that the commands here have."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    document = b""
    for name, item in pairs:
        if isinstance(item, (dict, list)):
            kind, data = (b"\x03" if isinstance(item, dict) else b"\x04"), bson(item)
        elif isinstance(item, int):
            kind, data = b"\x10", struct.pack("<i", item)
        else:
            text = item.encode() + b"\0"
            kind, data = b"\x02", struct.pack("<i", len(text)) + text
        document += kind + str(name).encode() + b"\0" + data
    return struct.pack("<i", len(document) + 5) + document + b"\0"


def end(process: subprocess.Popen) -> None:
    """Ends a process that was started in a session of its own, and whatever it started."""
    for sign, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            process.wait(patience)
            return
        except subprocess.TimeoutExpired:
            continue
