"""Prints what failed, from the log of one stage of tools/test.sh: so that the end of a long run names it.

Knows node's TAP, doctest's failed cases and the sanitizers' reports; of any other log, the end. At most so many lines.
"""

import re
import sys

MOST_LINES = 60
DOCTEST_RULE = "=" * 79
# The first line of what is told, and the last.
BLOCKS = [
    (re.compile(r"^\s*(not ok \d|ok \d.* # (SKIP|TODO))"), re.compile(r"^\s*\.\.\.$")),
    (re.compile(r"(WARNING|ERROR): \w+Sanitizer|runtime error:"), re.compile(r"SUMMARY:")),
]


def node_and_sanitizers(lines: list[str]) -> list[str]:
    told: list[str] = []
    end = None
    for line in lines:
        if end is None:
            end = next((last for first, last in BLOCKS if first.search(line)), None)
        if end is not None:
            told.append(line)
            if end.search(line):
                end = None
    return told


def doctest_cases(lines: list[str]) -> list[str]:
    told: list[str] = []
    for case in "\n".join(lines).split(DOCTEST_RULE):
        if "ERROR:" in case and "TEST CASE:" in case:
            told += case.strip("\n").split("\n")
    return told


def main() -> None:
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        lines = log.read().split("\n")
    told = doctest_cases(lines) + node_and_sanitizers(lines) or lines[-MOST_LINES // 2 :]
    for line in told[:MOST_LINES]:
        print(line[:400])
    if len(told) > MOST_LINES:
        print(f"… and {len(told) - MOST_LINES} lines more")


main()
