"""What schemathesis has to know of Rondo beside its OpenAPI document: who signs in, the values of the formats that
are Rondo's own, and the rules that no schema can say. scripts/contract.py sets the environment:

    CONTRACT_URL          where the service listens
    CONTRACT_ADMIN        the e-mail address of an administrator
    CONTRACT_PASSWORD     the password of every account here

Only cases that are valid by the document are mended or left out, and only those that break such a rule: a case
that is invalid on purpose goes out as it was made, unless it has headers that are not UTF-8.
"""

import datetime
import itertools
import os
import threading
import uuid
import zlib

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import (
    AllowHeaderMismatch,
    EnsureResourceAvailability,
    RejectedPositiveData,
    UnsupportedMethodResponse,
)

URL = os.environ["CONTRACT_URL"]
ADMIN = os.environ["CONTRACT_ADMIN"]
PASSWORD = os.environ["CONTRACT_PASSWORD"]

# Formats. The document names them; what they take is in src/model/.

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = st.text(LETTERS + "0123456789", min_size=1, max_size=20)
# Labels of letters only: what looks like an IDNA label (`ab--c`) and is none is refused.
LABELS = st.text(LETTERS, min_size=1, max_size=20)
ZONES = ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "Pacific/Apia", "Etc/GMT+12"]
CLOCKS = st.times().map(lambda time: f"T{time:%H:%M:%S}")
DAYS = st.dates(min_value=datetime.date(1001, 1, 1), max_value=datetime.date(9997, 12, 31))
OFFSETS = st.sampled_from(["Z", "+00:00", "+05:45", "-11:00", "+14:00"])
FRACTIONS = st.sampled_from(["", ".5", ".123", ".123456789"])

schemathesis.openapi.format("email", st.tuples(WORDS, LABELS, LABELS).map(lambda part: "{}@{}.{}".format(*part)))
schemathesis.openapi.format("time-zone", st.sampled_from(ZONES))
REMINDERS = ["-PT0M", "-PT90M", "-P1DT2H", "-P4W", "2026-11-22T10:30:00+01:00"]
schemathesis.openapi.format("reminder", st.sampled_from(REMINDERS))
schemathesis.openapi.format("due", DAYS.map(str) | st.tuples(DAYS.map(str), CLOCKS, FRACTIONS, OFFSETS).map("".join))

WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, unique=True).map(",".join)
# With seven days between them, or with a thousand years, there may be nothing behind a due date.
INTERVALS = st.sampled_from(["INTERVAL=1", "INTERVAL=2", "INTERVAL=3", "INTERVAL=10"])
ENDS = st.sampled_from(["COUNT=1", "COUNT=10000"])
FREQUENCIES = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]).map("FREQ={}".format)
RULES = st.tuples(FREQUENCIES, INTERVALS, ENDS, WEEKDAYS.map("BYDAY={}".format)).map(";".join)
schemathesis.openapi.format("recurrence", RULES)


# Who signs in.


class Accounts:
    """Accounts of this run, and their tokens."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tokens: dict[str, str] = {}
        self.lists: tuple[str, str] | None = None
        self.count = itertools.count()

    def new(self) -> str:
        """The token of an account that nobody else uses."""
        email = f"contract{next(self.count)}.{os.getpid()}@example.org"
        answer = requests.post(f"{URL}/api/v2/users", json={"email": email, "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        return self.sign_in(email)

    def sign_in(self, email: str) -> str:
        return self.session(email)["access_token"]

    def session(self, email: str) -> dict:
        answer = requests.post(f"{URL}/api/v2/sessions", json={"email": email, "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def todo(self) -> str:
        """The id of a new to-do of `user`."""
        return self.made("todos", {"title": "There"})

    def list(self) -> str:
        """The id of a list of `user`: of one, since there are not to be very many."""
        with self.lock:
            known = self.lists
        token = self.kept("user")
        if known and known[0] == token:
            return known[1]
        made = self.made("lists", {"name": "There"})
        with self.lock:
            self.lists = (token, made)
        return made

    def made(self, path: str, body: dict) -> str:
        """The id of something new of `user`, whose session may just have been ended."""
        for _ in range(3):
            token = self.kept("user")
            headers = {"Authorization": f"Bearer {token}"}
            answer = requests.post(f"{URL}/api/v2/{path}", json=body, headers=headers, timeout=30)
            if answer.status_code != 401:
                break
            self.forget(token)
        answer.raise_for_status()
        return answer.json()["id"]

    def kept(self, name: str) -> str:
        """The token of `admin`, `user` or another `service`, as long as its session lives."""
        makers = {"admin": lambda: self.sign_in(ADMIN), "user": self.new, "service": self.service}
        with self.lock:
            if name not in self.tokens:
                self.tokens[name] = makers[name]()
            return self.tokens[name]

    def service(self) -> str:
        """The API token of a service that may introspect."""
        headers = {"Authorization": f"Bearer {self.sign_in(ADMIN)}"}
        body = {"name": "Another service", "scopes": ["introspect"]}
        answer = requests.post(f"{URL}/api/v2/tokens", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()["token"]

    def forget(self, token: str) -> None:
        """A token that was refused: its session has ended."""
        with self.lock:
            self.tokens = {name: kept for name, kept in self.tokens.items() if kept != token}


ACCOUNTS = Accounts()

# They end sessions or accounts, their own: each valid case of them has an account to itself.
DESTROYING = {
    ("DELETE", "/api/v2/users/me"),
    ("PATCH", "/api/v2/users/me"),
    ("POST", "/api/v2/users/me/password"),
    ("DELETE", "/api/v2/sessions"),
    ("DELETE", "/api/v2/sessions/current"),
}


def line_of(operation) -> tuple[str, str]:
    return operation.method.upper(), operation.path


def is_administration(line: tuple[str, str]) -> bool:
    """Whether it is for administrators alone."""
    return line == ("GET", "/api/v2/users") or line[1].startswith(("/api/v2/users/{id}", "/api/v2/audit"))


@schemathesis.auth(refresh_interval=None)
class Bearer:
    """Signs in where the document wants a bearer: as somebody, as an administrator, or as somebody new."""

    def get(self, case, context):
        if not context.operation.definition.raw.get("security"):
            return None
        if line_of(context.operation) in DESTROYING and is_valid(case):
            return ACCOUNTS.new()
        if context.operation.path == "/oauth/introspect":
            return ACCOUNTS.kept("service")
        # Version 1 lets administrators alone name other accounts, and nobody else invites.
        path = context.operation.path
        is_admins = path.endswith("/user") or "/invitations" in path or is_administration(line_of(context.operation))
        return ACCOUNTS.kept("admin" if is_admins else "user")

    def set(self, case, data, context):
        if data is not None:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def after_call(context, case, response):
    token = response.request.headers.get("Authorization", "").removeprefix("Bearer ")
    if response.status_code == 401 and token:
        ACCOUNTS.forget(token)


# Failures that are none.

# A GET of these is a page of the web app, which the document of the API does not describe.
PAGES = ("/register", "/auth", "/refresh")


@schemathesis.hook
def filter_failure(context, failure, case, response) -> bool:
    """At a page, Allow names GET, and a GET that does not accept text/html finds nothing. Both are the truth."""
    # What is longer than any address may be is refused before it is known whose it is.
    if response.status_code == 414:
        return False
    # Which account has a password no schema can say; nor can one of version 1 tell the own account from another.
    if isinstance(failure, RejectedPositiveData) and response.status_code in (400, 422):
        found = response.json().get("errors", [])
        if any(one["keyword"] == "required" and one["pointer"].endswith("/current_password") for one in found):
            return False
    # What a grant, a token or a scope is worth no schema can say; and in a form every value is a text.
    if case.operation.path.startswith("/oauth"):
        if isinstance(failure, RejectedPositiveData) and response.status_code == 400:
            return response.json()["error"] == "invalid_request"
        return not isinstance(failure, AcceptedNegativeData)
    # A session of the administrator, who signed in, is none of the person's who asks for it.
    if isinstance(failure, EnsureResourceAvailability) and case.operation.path == "/api/v2/sessions/{id}":
        return False
    # Whether there is such a list or account, or such a to-do to be a step of or to stand beside, no schema can say;
    # nor whether a token came in a mail.
    if isinstance(failure, RejectedPositiveData) and response.status_code == 422:
        known = {"account", "list", "parent", "neighbour", "token", "invitation"}
        return any(one["keyword"] not in known for one in response.json().get("errors", []))
    if case.operation.path not in PAGES:
        return True
    if isinstance(failure, AllowHeaderMismatch):
        return bool(failure.missing_methods) or failure.undocumented_methods != ["GET"]
    if isinstance(failure, UnsupportedMethodResponse):
        return failure.method != "GET" or response.status_code != 404
    return True


# Rules that no schema can say.

MOST_SEARCH_WORDS = 10
FIELDS = {"token", "token_type_hint", "client_id", "scope", "grant_type", "device_code", "refresh_token"}
LONGEST_LIST = 65536


def is_valid(case) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive


@schemathesis.hook
def filter_case(context, case) -> bool:
    """Leaves out what cannot be sent, and what is valid for each parameter, and not for all of them together."""
    # Rocket drops a header that is not UTF-8 before the service sees it: then it is as if it were not there.
    if not all(is_utf8(value) for value in case.headers.values()):
        return False
    if not is_valid(case):
        return True
    # Of the longest lists of tags, schemathesis makes ones that are longer than that and no tags.
    if len(case.headers.get("If-Match", "")) > LONGEST_LIST:
        return False
    if not isinstance(case.query, dict):
        return True
    query = case.query
    # `due=none` and a range of due dates exclude each other.
    if "due" in query and ("due_before" in query or "due_after" in query):
        return False
    # In version 1 an id, and an e-mail address or a filter, exclude each other.
    if "id" in query and len(query) > 1:
        return False
    return len(str(query.get("q", "")).split()) <= MOST_SEARCH_WORDS


def is_utf8(value) -> bool:
    try:
        str(value).encode("latin-1").decode()
    except UnicodeError:
        return False
    return True


@schemathesis.hook
def map_case(context, case):
    """Gives valid cases what only the service can know."""
    if not is_valid(case):
        return case
    # A cursor is the service's own, and made for one query.
    if isinstance(case.query, dict):
        case.query.pop("cursor", None)
        case.query.pop("since", None)
        # Which kinds of events there are, and how far the calendar goes, the document does not say.
        if "kind" in case.query:
            case.query["kind"] = ["signed_in", "signed_out"]
        if "until" in case.query:
            case.query["until"] = "2026-11-22T10:30:00Z"
    # Half of the to-dos that are asked for are there. In sequences the links lead to them.
    is_alone = case.meta is not None and case.meta.phase.name != TestPhase.STATEFUL
    if is_alone and case.operation.path == "/api/v2/todos/{id}" and is_odd(case.path_parameters):
        case.path_parameters["id"] = ACCOUNTS.todo()
    if is_alone and case.operation.path.startswith("/api/v2/lists/{id}") and is_odd(case.path_parameters):
        case.path_parameters["id"] = ACCOUNTS.made("lists", {"name": "There"})
    # Fields that are not known are passed over, if they can be read.
    if case.operation.path.startswith("/oauth") and isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if name in FIELDS}
    mend_transfer(case)
    mend_batch(case)
    # A key stands for one request.
    if key := case.headers.get("Idempotency-Key"):
        case.headers["Idempotency-Key"] = f'"{uuid.uuid4()}"' if key.startswith('"') else f"{key[:200]}.{uuid.uuid4()}"
    if isinstance(case.body, dict):
        line, body = line_of(case.operation), case.body
        # Not before now.
        if body.get("expires_at"):
            body["expires_at"] = "2999-01-01T00:00:00Z"
        # A reminder of this form counts from a due date.
        if str(body.get("reminder")).startswith("-P") and not body.get("due"):
            body["due"] = "2026-11-22"
        for part in (body, body.get("payload")):
            if isinstance(part, dict):
                mend_passwords(line, part)
                mend_recurrence(line, part)
        # Half of what is generated names what there is: else it would never be found.
        if is_odd(body):
            name_what_there_is(line, body)
    return case


def mend_transfer(case) -> None:
    """What a file holds is told in a report and in no schema, and not every format goes with every direction."""
    path, query = case.operation.path, case.query
    if path == "/api/v2/export" and isinstance(query, dict) and query.get("format") == "todoist":
        query["format"] = "csv"
    if line_of(case.operation) != ("POST", "/api/v2/import"):
        return
    if isinstance(query, dict):
        query.pop("format", None)
    if isinstance(case.body, dict):
        # Whatever stands there is not looked at, but for numbers and depths that no body may have.
        for name in ("exported_at", "user", "lists"):
            case.body.pop(name, None)
        case.body["todos"] = [{"title": f"To-do {number}"} for number, _ in enumerate(case.body.get("todos", []))]
    elif isinstance(case.body, str):
        case.body = "title\r\nTo-do\r\n"


def mend_batch(case) -> None:
    """What an operation of a batch holds is told in its result; numbers that no body may have are told at once."""
    if case.operation.path == "/api/v2/todos/batch" and isinstance(case.body, dict):
        for operation in case.body.get("operations", []):
            if "body" in operation:
                operation["body"] = {"title": "There"}


def is_odd(value) -> bool:
    return zlib.crc32(repr(value).encode()) % 2 == 1


def mend_passwords(line: tuple[str, str], part: dict) -> None:
    if line in SIGNING_IN:
        return
    # The commonest passwords are refused, and those made of the name or the address.
    for name in ("password", "new_password"):
        if isinstance(part.get(name), str):
            part[name] = f"correct horse {part[name][:900]} battery staple"
    # Another address or password needs the own password; and without the right one nothing would be changed or deleted.
    if line in DESTROYING and not {"current_password", "email", "new_password"}.isdisjoint(part):
        part["current_password"] = PASSWORD


def mend_recurrence(line: tuple[str, str], part: dict) -> None:
    """What comes again has a due date, and only that is counted from its completion."""
    if "todos" not in line[1]:
        return
    if part.get("recurs_from") == "completion" and not part.get("recurrence"):
        del part["recurs_from"]
    if part.get("recurrence"):
        part["due"] = "2026-11-25"


SIGNING_IN = {("POST", base + path) for base in ("", "/api/v1") for path in ("/auth", "/login")}
SIGNING_IN.add(("POST", "/api/v2/sessions"))
REFRESHING = {("POST", "/refresh"), ("POST", "/api/v1/refresh"), ("POST", "/api/v2/sessions/refresh")}


def name_what_there_is(line: tuple[str, str], body: dict) -> None:
    """An account, a refresh token, a to-do or a list of this run."""
    method, path = line
    if line in SIGNING_IN:
        body |= {"email": ADMIN, "password": PASSWORD}
    elif line in REFRESHING and "refresh_token" in body:
        body["refresh_token"] = ACCOUNTS.session(ADMIN)["refresh_token"]
    elif path.endswith("/todo") and method != "POST":
        named = body["query"] if method == "PATCH" else body
        named["id"] = ACCOUNTS.todo()
    elif line == ("POST", "/api/v2/lists/{id}/members"):
        body["email"] = ADMIN
    for name in ("list_id", "after", "before"):
        if isinstance(body.get(name), str):
            body[name] = ACCOUNTS.list()
