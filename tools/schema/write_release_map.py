#!/usr/bin/env python3
"""Writes proto/octane/releases.csv: how each name of one release is said in the other.

    write_release_map.py            write the file
    write_release_map.py --check    write nothing; exit 1 if the file differs from the tables

It is made from tools/schema/octane-api/differences.csv, with the members of the messages from messages.csv, and from the rows decided by
hand in release_decisions.csv. The columns and kinds are described in src/livelink/release_map.hpp, which reads them. A difference
that has no rule here is an error, never a guess.
"""

import argparse
import csv
import pathlib
import re
import sys

TOOL = pathlib.Path(__file__).resolve().parent
TABLES = TOOL / "octane-api"
OUTPUT = TOOL.parents[1] / "proto" / "octane" / "releases.csv"
RELEASES = ("alpha5", "beta2")
COLUMNS = ("kind", *RELEASES, "request", "answer", "note")
# What has no name of its own in a request or an answer: files, and messages, whose members are decided one by one.
NOT_NAMED = {"file_added", "file_imports_changed", "service_moved", "message_moved", "message_renamed", "message_added", "message_removed"}


class TableError(Exception):
    """The tables hold something that this tool has no rule for."""


def rows(path):
    with open(path, encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


class Release:
    """The methods of one release, and the members of its messages."""

    def __init__(self, name):
        self.methods = {f"{row['service']}.{row['method']}": row for row in rows(TABLES / name / "methods.csv")}
        self.members = {}
        for row in rows(TABLES / name / "messages.csv"):
            if row["field"]:
                self.members.setdefault(row["message"], []).append(row)

    def side(self, method, side):
        return self.members.get(self.methods[method][side], [])


def row_of(kind, old, new, request="", answer="", note=""):
    return dict(zip(COLUMNS, (kind, old, new, request, answer, note)))


def only(members, kind):
    found = [member for member in members if kind(member)]
    if len(found) != 1:
        raise TableError(f"{len(found)} members where one was expected: {members}")
    return found[0]["field"]


def replaced(difference, old, new):
    """A typed overload and the method for all types that stands for it."""
    asked, answers = old.side(difference["name_alpha5"], "request"), old.side(difference["name_alpha5"], "response")
    asks, answered = new.side(difference["name_beta2"], "request"), new.side(difference["name_beta2"], "response")

    def typed(member, choices):
        return only(choices, lambda choice: choice["oneof"] == "value" and choice["type"] == member["type"])

    request, answer = [], []
    for member in asked:
        if member["field"] == "value":
            request.append(f"value={typed(member, asks)}")
        elif member["number"] in ("1", "2"):
            request.append(f"{member['field']}={only(asks, lambda other: other['number'] == member['number'])}")
        else:
            request.append(f"{member['field']}={only(asks, lambda other: other['field'] == member['field'])}")
    expected = re.search(r"expected_type=(\w+)", difference["note"])
    if expected:
        request.append(f"=expected_type:{expected[1]}")
    if answers:
        answer.append(f"{answers[0]['field']}={typed(answers[0], answered)}")
    else:
        answer = ["=success:true", "=error_message"]
    return row_of("method", difference["name_alpha5"], difference["name_beta2"], " ".join(request), " ".join(answer))


def decide(difference, old, new, notes):
    """The rows that a difference becomes; the names decided by hand are left to their own rows."""
    kind, a, b = difference["kind"], difference["name_alpha5"], difference["name_beta2"]
    if kind in NOT_NAMED or (a, b) in notes:
        return []
    if kind == "service_renamed":
        return [row_of("service", a, b)]
    if kind == "method_renamed":
        return [row_of("method", a, b)]
    if kind == "method_replaced":
        return [replaced(difference, old, new)]
    if kind == "method_added" and difference["note"].startswith("replaces"):
        return []
    if kind == "field_renamed":
        return [row_of("member", a, b)]
    if kind == "field_retyped":
        return [row_of("apart", a, b, note="on the event stream that only the proxy itself reads")]
    if kind in ("field_added", "field_removed", "enum_added", "enum_value_added", "enum_value_removed"):
        return [row_of("lacks", a, b)]
    if kind in ("enum_value_renamed", "enum_value_renumbered"):
        return [row_of("value", a, b)]
    raise TableError(f"no rule for {kind} {a or b}")


def text():
    old, new = (Release(name) for name in RELEASES)
    by_hand = rows(TOOL / "release_decisions.csv")
    notes = {(row["alpha5"], row["beta2"]) for row in by_hand}
    decided = [row_of(row["kind"], row["alpha5"], row["beta2"], note=row["note"]) for row in by_hand]
    for difference in rows(TABLES / "differences.csv"):
        decided += decide(difference, old, new, notes)
    # Where several overloads fit, the first is taken: those that take and give "value" come before getPin<Type>.
    decided.sort(key=lambda row: (row["kind"], bool(re.search(r"\.getPin(?!Value)", row["alpha5"]))))
    lines = [",".join(COLUMNS)]
    for row in decided:
        cells = [row[column] for column in COLUMNS]
        if any(mark in cell for cell in cells for mark in ',"\n'):
            raise TableError(f"a cell that would need quotes: {cells}")
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Writes proto/octane/releases.csv from the tables in tools/schema/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file differs from the tables")
    arguments = parser.parse_args()
    wanted = text()
    if arguments.check:
        if OUTPUT.exists() and OUTPUT.read_text("utf-8") == wanted:
            return 0
        print("proto/octane/releases.csv differs from the tables", file=sys.stderr)
        return 1
    OUTPUT.write_bytes(wanted.encode("utf-8"))
    print(f"{wanted.count(chr(10)) - 1} rows")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TableError as problem:
        sys.exit(f"write_release_map.py: {problem}")
