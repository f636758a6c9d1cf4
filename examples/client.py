#!/usr/bin/env python3
"""A client in Python 3.10 or newer, with its standard library alone: registers, signs in, works with to-dos
and signs out.

    python3 examples/client.py [ADDRESS]

ADDRESS is where the service is: without one TODO_URL of the environment, or http://127.0.0.1:4000.
TODO_EMAIL and TODO_PASSWORD are the account, which is made if there is none; without TODO_EMAIL a random one
is made.
"""

import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException

# How many seconds the service may ask us to wait. If it asks for more, the user should hear of it.
PATIENCE = 30


class Problem(Exception):
    """What every error of the API says (RFC 9457)."""

    def __init__(self, document: dict):
        self.status = document["status"]
        title, detail = document["title"], document.get("detail", "")
        super().__init__(f"{title}: {detail} (status {self.status}, request {document.get('request_id', '')})")


class Unreachable(Exception):
    """Nobody answers, or something else than the service does."""


class Api:
    """The service, and who we are there."""

    def __init__(self, base: str):
        self.base = base.rstrip("/")
        self.access_token = None

    def ask(self, method: str, path: str, body: dict | None = None, headers: dict | None = None) -> tuple[dict, str]:
        """The JSON body and the ETag of the answer to a request under /api/v2. If the service is busy and says
        for how long, that is waited for, once."""
        headers = {"User-Agent": "rondo-example-python", "Accept": "application/json", **(headers or {})}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        for may_wait in (True, False):
            try:
                request = urllib.request.Request(f"{self.base}/api/v2{path}", data, headers, method=method)
                with urllib.request.urlopen(request, timeout=30) as answer:
                    text = answer.read()
                    return (json.loads(text) if text else {}), answer.headers.get("ETag", "*")
            except urllib.error.HTTPError as error:
                wait = error.headers.get("Retry-After", "")
                is_busy = error.code in (429, 503) and wait.isdecimal() and int(wait) <= PATIENCE
                if not (may_wait and is_busy):
                    raise self.problem(error) from None
            except urllib.error.URLError as error:
                raise Unreachable(f"{self.base} cannot be reached: {error.reason}") from None
            except (OSError, HTTPException, ValueError) as error:
                raise Unreachable(f"{self.base} cannot be reached: {error}") from None
            print(f"asked to wait {wait} s", flush=True)
            time.sleep(int(wait))
        raise AssertionError("the second round answers or raises")

    def problem(self, error: urllib.error.HTTPError) -> Exception:
        """What an answer that is an error says."""
        try:
            if error.headers.get_content_type() == "application/problem+json":
                return Problem(json.load(error))
        except (OSError, ValueError, KeyError):
            pass
        # Something in between answered: a proxy, or another service.
        return Unreachable(f"{self.base} cannot be reached: something else answers there, with status {error.code}")

    def patch(self, todo: dict, etag: str, change: dict) -> str:
        """Changes a to-do that has been read with this ETag, and answers its next one."""
        return self.ask("PATCH", f"/todos/{todo['id']}", change, {"If-Match": etag})[1]


def account() -> tuple[str, str]:
    """The account to use: that of the environment, or a new one."""
    email, password = os.environ.get("TODO_EMAIL"), os.environ.get("TODO_PASSWORD")
    if email and not password:
        sys.exit("client: TODO_EMAIL is set and TODO_PASSWORD is not")
    return email or f"example-{secrets.token_hex(6)}@example.org", password or secrets.token_hex(16)


def quoted(title: str) -> str:
    return json.dumps(title, ensure_ascii=False)


def run(api: Api) -> None:
    email, password = account()
    credentials = {"email": email, "password": password}
    try:
        api.ask("POST", "/users", credentials)
        print(f"registered {email}")
    except Problem as problem:
        if problem.status != 409:
            raise
        print(f"{email} has an account already")
    tokens, _ = api.ask("POST", "/sessions", credentials)
    print(f"signed in; the access token lives {tokens['expires_in']} s")

    # What a client does before those seconds are over. Each refresh token is for one use.
    tokens, _ = api.ask("POST", "/sessions/refresh", {"refresh_token": tokens["refresh_token"]})
    print("refreshed the tokens")
    api.access_token = tokens["access_token"]

    work_with_todos(api)

    api.ask("DELETE", "/sessions/current")
    print("signed out")


def work_with_todos(api: Api) -> None:
    tag = f"example-{secrets.token_hex(4)}"
    todos = []
    for title in ("Buy milk", "Call the bank", "Water the plants"):
        # One key for one to-do, however often it must be sent.
        key = {"Idempotency-Key": secrets.token_hex(16)}
        todos.append(api.ask("POST", "/todos", {"title": title, "tags": [tag]}, key))
        print(f"created {quoted(title)}")
    (milk, etag), _, (plants, _) = todos

    number, query = 0, {"tag": tag, "done": "false", "sort": "title", "limit": 2}
    while True:
        page, _ = api.ask("GET", f"/todos?{urllib.parse.urlencode(query)}")
        number += 1
        print(f"page {number}: {', '.join(quoted(todo['title']) for todo in page['items'])}")
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    title = quoted(milk["title"])
    api.patch(milk, etag, {"priority": "high"})
    print(f"changed {title}: priority high")
    notes = {"notes": "two bottles"}
    try:
        # Another client would still have the ETag from before.
        etag = api.patch(milk, etag, notes)
    except Problem as problem:
        if problem.status != 412:
            raise
        print(f"{title} has changed meanwhile (412): reading it again")
        milk, etag = api.ask("GET", f"/todos/{milk['id']}")
        # Here a client looks whether its change still makes sense.
        etag = api.patch(milk, etag, notes)
    print(f"changed {title}: notes")
    api.patch(milk, etag, {"done": True})
    print(f"completed {title}")

    api.ask("DELETE", f"/todos/{plants['id']}")
    print(f"deleted {quoted(plants['title'])}")


if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TODO_URL") or "http://127.0.0.1:4000"
    try:
        run(Api(address))
    except (Problem, Unreachable) as error:
        sys.exit(f"client: {error}")
