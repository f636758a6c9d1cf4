#!/usr/bin/env python3
"""Makes many to-dos out of few, straight in the database: bench/multiply.py ADDRESS TEMPLATE OWNER:COUNT…

ADDRESS is a SQLite file or a mongodb:// address, TEMPLATE the id of the person whose to-dos are taken in turn,
each OWNER the id of a person who gets COUNT of them, or `others`: people of 20 to-dos each.
"""

import secrets
import sqlite3
import sys
from collections.abc import Iterator

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


def people(wanted: list[str]) -> Iterator[tuple[str, int]]:
    for one in wanted:
        owner, _, count = one.partition(":")
        if owner != "others":
            yield owner, int(count)
            continue
        for _ in range(int(count) // OTHERS_HAVE):
            yield new_id(), OTHERS_HAVE


def new_id() -> str:
    return secrets.token_hex(12)


def sqlite(path: str, template: str, owners: list[tuple[str, int]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA busy_timeout = 10000")
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(todos)")]
    rows = [dict(zip(columns, row)) for row in connection.execute("SELECT * FROM todos WHERE owner = ?", [template])]
    [(stamp,)] = connection.execute("SELECT last FROM sequence")
    insert = f"INSERT INTO todos ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    batch = []
    for owner, count in owners:
        for number in range(count):
            stamp += 1
            position = f"{number:06}1"
            own = {"owner": owner, "id": new_id(), "stamp": stamp, "position": position, "key_position": position}
            batch.append(list((rows[number % len(rows)] | own).values()))
        if len(batch) >= AT_ONCE:
            write(connection, insert, batch, stamp)
            batch = []
    write(connection, insert, batch, stamp)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def write(connection: sqlite3.Connection, insert: str, batch: list, stamp: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(insert, batch)
    connection.execute("UPDATE sequence SET last = ?", [stamp])
    connection.execute("COMMIT")


def mongo(address: str, template: str, owners: list[tuple[str, int]]) -> None:
    from bson import ObjectId
    from pymongo import MongoClient

    todos = MongoClient(address).get_default_database().todos
    documents = list(todos.find({"owner": ObjectId(template)}))
    batch = []
    for owner, count in owners:
        for number in range(count):
            document = documents[number % len(documents)]
            keys = document["keys"] | {"position": f"{number:06}1"}
            batch.append(document | {"_id": ObjectId(), "owner": ObjectId(owner), "keys": keys})
        if len(batch) >= AT_ONCE:
            todos.insert_many(batch, ordered=False)
            batch = []
    if batch:
        todos.insert_many(batch, ordered=False)


if __name__ == "__main__":
    main()
