#!/usr/bin/env python3
"""Writes proto/octane/reference_types.csv: which kind of object each reference in a request means.

    write_reference_types.py            write the file
    write_reference_types.py --check    write nothing; exit 1 if the file differs from the tables

A reference (ObjectRef) names an object by its handle and says its kind by a number, which clients leave out where the place of the
reference says it already. The first argument of a method, objectPtr and its like, is of the kind that its service is named after; so
are the objects that it is compared with. What other members mean was decided by their names, in reference_decisions.csv. A member that
has no rule is an error, never a guess.

The columns: `member` is the name of a member that is a reference or a list of references; `scope` is the message that it stands in, or
the one around that; `type` is a name of ObjectRef.ObjectType. The more exact scope counts.
"""

import argparse
import csv
import pathlib
import sys

TOOL = pathlib.Path(__file__).resolve().parent
TABLES = TOOL / "octane-api"
OUTPUT = TOOL.parents[1] / "proto" / "octane" / "reference_types.csv"
RELEASES = ("alpha5", "beta2")
REFERENCE = "octaneapi.ObjectRef"
OF_THE_SCOPE = {"objectPtr", "item_ref", "nodePinInfoRef", "other", "a", "b"}


class TableError(Exception):
    """The tables hold something that this tool has no rule for."""


def rows(path):
    with open(path, encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def around(message):
    """The message that another is nested in; itself where there is none."""
    parent = message.rpartition(".")[0]
    return parent if "." in parent else message


def references(release):
    """Every member of a request, at any depth, that is a reference or a message that is a list of references."""
    members = {}
    for row in rows(TABLES / release / "messages.csv"):
        if row["field"]:
            members.setdefault(row["message"], []).append(row)
    lists = {name for name, fields in members.items()
             if [(field["type"], field["label"]) for field in fields] == [(REFERENCE, "repeated")]}
    waiting = [row["request"] for row in rows(TABLES / release / "methods.csv")]
    seen = set()
    while waiting:
        message = waiting.pop()
        if message in seen:
            continue
        seen.add(message)
        for field in members.get(message, []):
            if field["type"] == REFERENCE or field["type"] in lists:
                yield message, field["field"]
            else:
                waiting.append(field["type"])


def decide(message, member, by_hand, kinds):
    for scope in (message, around(message), ""):
        if (scope, member) in by_hand:
            return by_hand[scope, member]
    kind = around(message).rpartition(".")[2]
    if member in OF_THE_SCOPE and kind in kinds:
        return kind
    raise TableError(f"no rule for {message}.{member}")


def text():
    by_hand = {(row["scope"], row["member"]): row["type"] for row in rows(TOOL / "reference_decisions.csv")}
    meanings = {}
    for release in RELEASES:
        kinds = {row["value_name"] for row in rows(TABLES / release / "enums.csv") if row["enum"] == REFERENCE + ".ObjectType"}
        for message, member in references(release):
            kind = decide(message, member, by_hand, kinds)
            if kind not in kinds:
                raise TableError(f"{release} has no {kind}, which {message}.{member} would be")
            meanings.setdefault((around(message), member), {})[message] = kind
    lines = []
    for (scope, member), by_message in meanings.items():
        if len(set(by_message.values())) == 1:
            lines.append(f"{scope},{member},{next(iter(by_message.values()))}")
        else:
            lines += [f"{message},{member},{kind}" for message, kind in by_message.items()]
    return "\n".join(["scope,member,type", *sorted(lines)]) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Writes proto/octane/reference_types.csv from the tables in tools/schema/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file differs from the tables")
    arguments = parser.parse_args()
    wanted = text()
    if arguments.check:
        if OUTPUT.exists() and OUTPUT.read_text("utf-8") == wanted:
            return 0
        print("proto/octane/reference_types.csv differs from the tables", file=sys.stderr)
        return 1
    OUTPUT.write_bytes(wanted.encode("utf-8"))
    print(f"{wanted.count(chr(10)) - 1} rows")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TableError as problem:
        sys.exit(f"write_reference_types.py: {problem}")
