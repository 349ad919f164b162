"""Checks that the sources obey the room table of src/README.md, the one place where it is written for people.

- Every #include of a project header goes to the own room or to one the table allows, and to a file that exists.
- The libraries that CMake gives a room are the table's too.
- grpcpp is included only in upstream, Beast only in http.
- The README has a line for every file below src/, and no line for a file that is gone.

    python3 tests/check_includes.py [PROJECT]      prints what is wrong, exit status 1 if anything is
"""

import pathlib
import re
import sys

ROOM_ROW = re.compile(r"^\|\s*`src/(?P<room>[a-z]+)(?:/|\.cpp)`\s*\|[^|]*\|(?P<allowed>[^|]*)\|\s*$", re.MULTILINE)
FILE_ROW = re.compile(r"^\|\s*`(?P<file>(?!src/)[\w./]+\.[ch]pp)`(?P<pair>, `\.cpp`)?\s*\|\s*\S", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<open>[<"])(?P<path>[^>"]+)[>"]', re.MULTILINE)
CMAKE_ROOM = re.compile(r"^octane_room\((?P<words>[^)]*)\)", re.MULTILINE)
FOREIGN = {  # where a library may be included, by the beginning of its headers' paths
    "grpcpp/": "upstream",
    "grpc/": "upstream",
    "boost/beast": "http",
}
NOTHING = {"–", "-", ""}


def read_table(readme: str) -> dict[str, set[str]]:
    rows = {match["room"]: match["allowed"].strip() for match in ROOM_ROW.finditer(readme)}
    rooms = set(rows) - {"main"}
    table = {}
    for room, allowed in rows.items():
        if allowed == "all":
            table[room] = rooms - {room}
        elif allowed in NOTHING:
            table[room] = set()
        else:
            table[room] = {word.strip() for word in allowed.split(",")}
    return table


def check_table(table: dict[str, set[str]]) -> list[str]:
    problems = []
    if "main" not in table or len(table) < 3:
        problems.append("src/README.md: the room table cannot be found")
    for room, allowed in table.items():
        problems += [f"src/README.md: room {room} may use {other}, which the table lacks" for other in sorted(allowed - set(table))]
    return problems


def check_file(root: pathlib.Path, file: pathlib.Path, table: dict[str, set[str]]) -> list[str]:
    source = root / "src"
    name = file.relative_to(source).as_posix()
    room = name.split("/")[0].removesuffix(".cpp")
    if room not in table:
        return [f"src/{name}: its room {room} is not in the table of src/README.md"]
    problems = []
    for include in INCLUDE.finditer(file.read_text(encoding="utf-8")):
        path = include["path"]
        for beginning, owner in FOREIGN.items():
            if path.startswith(beginning) and room != owner:
                problems.append(f"src/{name}: includes {path}, which only {owner} may")
        if include["open"] == "<":
            if (source / path).is_file():
                problems.append(f'src/{name}: includes {path} in angle brackets; project headers stand in quotes')
            continue
        if not (source / path).is_file():
            problems.append(f"src/{name}: includes {path}, which is not below src/")
        elif path.split("/")[0] not in table[room] | {room}:
            problems.append(f"src/{name}: room {room} may not use {path}")
    return problems


def check_cmake(root: pathlib.Path, table: dict[str, set[str]]) -> list[str]:
    problems = []
    linked = {}
    for match in CMAKE_ROOM.finditer((root / "CMakeLists.txt").read_text(encoding="utf-8")):
        words = match["words"].split()
        linked[words[0]] = set(words[1 : words.index("DEPENDS")] if "DEPENDS" in words else words[1:])
    for room in sorted(set(table) - {"main"}):
        if room not in linked:
            problems.append(f"CMakeLists.txt: room {room} of the table is not built")
        elif linked[room] != table[room]:
            problems.append(
                f"CMakeLists.txt: room {room} links {sorted(linked[room])}, the table of src/README.md says {sorted(table[room])}"
            )
    problems += [f"CMakeLists.txt: room {room} is not in the table" for room in sorted(set(linked) - set(table))]
    return problems


def check_listing(root: pathlib.Path, files: list[pathlib.Path], readme: str) -> list[str]:
    listed = []
    for match in FILE_ROW.finditer(readme):
        listed.append(match["file"])
        if match["pair"]:
            listed.append(match["file"].removesuffix(".hpp") + ".cpp")
    present = {file.relative_to(root / "src").as_posix() for file in files}
    problems = [f"src/README.md: no line for {name}" for name in sorted(present - set(listed))]
    problems += [f"src/README.md: {name} is listed but does not exist" for name in sorted(set(listed) - present)]
    problems += [f"src/README.md: {name} is listed twice" for name in sorted({name for name in listed if listed.count(name) > 1})]
    return problems


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    readme = (root / "src" / "README.md").read_text(encoding="utf-8")
    files = sorted(file for file in (root / "src").rglob("*") if file.suffix in {".hpp", ".cpp"})
    table = read_table(readme)
    problems = check_table(table)
    if not problems:
        for file in files:
            problems += check_file(root, file, table)
        problems += check_cmake(root, table)
        problems += check_listing(root, files, readme)
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(table)} rooms, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
