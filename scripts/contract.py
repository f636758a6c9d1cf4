"""The real service on each database, for schemathesis to test against its OpenAPI document."""

import contextlib
import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mongo
import tools

FOLDER = tools.ROOT / "tests" / "contract"
ADMIN = "admin@example.org"
PASSWORD = "a rather long pass phrase"
# On a machine that has much else to do.
START_SECONDS = 60


@contextlib.contextmanager
def service(binary: Path, database: str | None) -> Iterator[str]:
    """Gives the address of a service on a fresh database that has an administrator: a file, or MongoDB's at this
    address."""
    with tempfile.TemporaryDirectory(prefix="rondo-contract-") as folder, open(f"{folder}/log", "wb") as log:
        port = mongo.free_port()
        # Neither the developer's settings nor a `.env` or Rocket.toml beside them may be read.
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "ENV": "test",
            "RONDO_DATA_DIR": folder,
            "RONDO_BCRYPT_COST": "10",
            "RONDO_RATE_LIMIT": "0",
            "RONDO_SIGN_IN_LIMIT": "0",
        }
        if database:
            environment["DB"] = in_database(database, f"rondo_contract_{os.getpid()}_{port}")
        options = {"cwd": folder, "env": environment}
        add = [binary, "user", "add", "--email", ADMIN, "--admin", "--password-stdin"]
        subprocess.run(add, input=f"{PASSWORD}\n".encode(), stdout=log, check=True, timeout=START_SECONDS, **options)
        command = [binary, "serve", "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **options
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(process, url, Path(folder, "log"))
            yield url
        finally:
            mongo.end(process)


def in_database(address: str, name: str) -> str:
    """The address of a MongoDB server with the name of a database in it."""
    address, mark, options = address.partition("?")
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.split('/')[0]}/{name}{mark}{options}"


def wait_for(process: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the service did not begin:\n{log.read_text(errors='replace')[-2000:]}")


def command(url: str) -> list:
    """What tests the service at this address."""
    schemathesis = tools.python_packages("contract", tools.CONTRACT_PACKAGES) / "schemathesis"
    # A batch of a hundred operations takes its time on a MongoDB server that has half a core.
    patience = ["--request-timeout", "30"]
    return [schemathesis, "--config-file", FOLDER / "schemathesis.toml", "run", *patience, f"{url}/api/openapi.json"]


def environment(url: str) -> dict[str, str]:
    """What the hooks need."""
    return {
        **os.environ,
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(FOLDER),
        "SCHEMATHESIS_HOOKS": "hooks",
        "CONTRACT_URL": url,
        "CONTRACT_ADMIN": ADMIN,
        "CONTRACT_PASSWORD": PASSWORD,
    }
