#!/usr/bin/env python3
"""Asks MongoDB by the driver alone for the first open to-dos of an owner: bench/bare_page.py ADDRESS OWNER COUNT

Prints the milliseconds that it takes in the middle. The filter names the whole beginning of an index, and the order
is the index's: a server that walks it reads COUNT documents, however many the owner has.
"""

import statistics
import sys
import time

from bson import ObjectId
from pymongo import MongoClient


def main() -> None:
    address, owner, count = sys.argv[1:]
    todos = MongoClient(address).get_default_database().todos
    wanted = {"owner": ObjectId(owner), "state": 0, "keys.position": {"$gte": ""}}
    taken, begun = [], time.monotonic()
    while len(taken) < 5 or (len(taken) < 200 and time.monotonic() < begun + 2):
        asked = time.perf_counter()
        found = list(todos.find(wanted).sort([("keys.position", 1), ("_id", 1)]).limit(int(count)))
        taken.append(time.perf_counter() - asked)
    if len(found) != int(count):
        sys.exit(f"{len(found)} to-dos were found instead of {count}")
    print(statistics.median(taken) * 1000)


if __name__ == "__main__":
    main()
