#!/usr/bin/env python3
"""Makes many to-dos out of few, straight in the database: bench/multiply.py ADDRESS TEMPLATE OWNER:COUNT…

ADDRESS is a SQLite file or a mongodb:// address, TEMPLATE the id of the person whose to-dos are taken in turn,
each OWNER the id of a person who gets COUNT of them, or `others`: people of 20 to-dos each. Of those that are tagged
`rare` somebody gets each once, behind the rest; who has fewer to-dos than TEMPLATE gets none of them. Behind a COUNT
there may be `:LIST=OWN,…`: what is copied from LIST stands in OWN.
"""

import json
import secrets
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass

# As many at a time as a transaction, or a message, takes well.
AT_ONCE = 5_000
OTHERS_HAVE = 20


def main() -> None:
    address, template, *wanted = sys.argv[1:]
    owners = list(people(wanted))
    if address.startswith("mongodb"):
        mongo(address, template, owners)
    else:
        sqlite(address, template, owners)


@dataclass
class Owner:
    id: str
    count: int
    lists: dict[str, str]

    def list(self, copied: object) -> str | None:
        """The list of his that a to-do stands in which is copied from that one."""
        return self.lists.setdefault(str(copied), secrets.token_hex(12)) if copied else None


def people(wanted: list[str]) -> Iterator[Owner]:
    for one in wanted:
        owner, count, *lists = one.split(":")
        if owner == "others":
            # In the order of the indexes, which are filled faster so.
            ids = sorted(secrets.token_hex(12) for _ in range(int(count) // OTHERS_HAVE))
            yield from (Owner(id, OTHERS_HAVE, {}) for id in ids)
        else:
            pairs = (pair.split("=") for some in lists for pair in some.split(","))
            yield Owner(owner, int(count), dict(pairs))


def taken(templates: list[dict], count: int, tags) -> Iterator[tuple[int, dict]]:
    """As many of the templates as are wanted, each with its place."""
    common = [one for one in templates if "rare" not in tags(one)]
    rare = [one for one in templates if "rare" in tags(one)] if count >= len(templates) else []
    for number in range(count - len(rare)):
        yield number, common[number % len(common)]
    yield from enumerate(rare, count - len(rare))


def batches(rows: Iterator) -> Iterator[list]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    yield batch


def sqlite(path: str, template: str, owners: list[Owner]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    # Nobody minds if a crash takes this away.
    connection.executescript("PRAGMA busy_timeout = 10000; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;")
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(todos)")]
    found = connection.execute("SELECT * FROM todos WHERE owner = ? ORDER BY key_position", [template])
    templates = [dict(zip(columns, row, strict=True)) for row in found]
    [(stamp,)] = connection.execute("SELECT last FROM sequence")

    def rows() -> Iterator[dict]:
        nonlocal stamp
        for owner in owners:
            for number, one in taken(templates, owner.count, lambda one: json.loads(one["tags"])):
                stamp += 1
                position = f"{number:06}1"
                own = {"owner": owner.id, "id": secrets.token_hex(12), "list_id": owner.list(one["list_id"])}
                own |= {"stamp": stamp, "position": position, "key_position": position}
                yield one | own

    insert = f"INSERT INTO todos ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    insert_tag = "INSERT OR IGNORE INTO todo_tags (owner, tag, state, id) VALUES (?, ?, ?, ?)"
    for batch in batches(rows()):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, (list(row.values()) for row in batch))
        connection.executemany(insert_tag, (tag for row in batch for tag in tags_of(row)))
        connection.execute("UPDATE sequence SET last = ?", [stamp])
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def tags_of(row: dict) -> Iterator[tuple]:
    """What the table of tags has of a to-do."""
    return ((row["owner"], tag, row["state"], row["id"]) for tag in json.loads(row["tags"]))


def mongo(address: str, template: str, owners: list[Owner]) -> None:
    from bson import ObjectId
    from pymongo import MongoClient

    todos = MongoClient(address).get_default_database().todos
    templates = list(todos.find({"owner": ObjectId(template)}).sort("keys.position", 1))

    def documents() -> Iterator[dict]:
        for owner in owners:
            for number, one in taken(templates, owner.count, lambda one: one["tags"]):
                keys = one["keys"] | {"position": f"{number:06}1"}
                own = owner.list(one["list_id"])
                own_list = ObjectId(own) if own else None
                yield one | {"_id": ObjectId(), "owner": ObjectId(owner.id), "list_id": own_list, "keys": keys}

    for batch in batches(documents()):
        if batch:
            todos.insert_many(batch, ordered=False)


if __name__ == "__main__":
    main()
