"""Prints "PASSED FAILED" for ctest's JUnit file, counting the test cases inside each program instead of the programs.

A program that ended badly without naming a failed case (a crash, a sanitizer report, a time-out) counts as one failure.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

CASES = re.compile(r"\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed")


def main() -> None:
    passed = failed = 0
    for program in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        cases = CASES.findall(program.findtext("system-out") or "")
        good = sum(int(case[0]) for case in cases)
        bad = sum(int(case[1]) for case in cases)
        is_ok = program.get("status") == "run"
        passed += good if cases else int(is_ok)
        failed += bad if bad else int(not is_ok)
    print(passed, failed)


main()
