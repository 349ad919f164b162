"""Checks the sources: the rooms of src/ and what holds for every file.

Rooms, by the table of src/README.md, the one place where it is written for people:
- Every #include of a project header goes to the own room or to one the table allows, and to a file that exists.
- The libraries that CMake gives a room are the table's too.
- grpcpp is included only in upstream, Beast only in http.
- A file that the README has a line for exists.

All sources:
- A test of src/<room>/x.cpp stands in tests/unit/<room>/x_test.cpp, and every folder of tests/unit/ is a room or a tool.
- No file has more than 400 lines; data files excepted.
- No class, struct or enum of src/ has the name of one in another file; types inside a class may share names with one another.
- A document or table that a comment cites is in the repository, and has the section that is cited.

    python3 tests/check_sources.py [PROJECT]      prints what is wrong, exit status 1 if anything is
"""

import collections
import fnmatch
import pathlib
import re
import sys

LONGEST = 400  # lines
ROOM_ROW = re.compile(r"^\|\s*`src/(?P<room>[a-z]+)(?:/|\.cpp)`\s*\|[^|]*\|(?P<allowed>[^|]*)\|\s*$", re.MULTILINE)
FILE_ROW = re.compile(r"^\|\s*`(?P<file>(?!src/)[\w./]+\.[ch]pp)`(?P<pair>, `\.cpp`)?\s*\|\s*\S", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<open>[<"])(?P<path>[^>"]+)[>"]', re.MULTILINE)
CMAKE_ROOM = re.compile(r"^octane_room\((?P<words>[^)]*)\)", re.MULTILINE)
TYPE = re.compile(
    r"^(?P<indent>[ \t]*)(?:template\s*<[^;{}]*>\s*)?(?:class|struct|union|enum(?: class| struct)?)\s+(?:\[\[[^\]]*\]\]\s*)?"
    r"(?P<name>\w+)\s*(?:final\s*)?(?::(?!:)[^;{}]*)?\{",
    re.MULTILINE,
)
SLASHES = re.compile(r"(?<![:\w])//[^\n]*|/\*.*?\*/|<!--.*?-->", re.DOTALL)
HASHES = re.compile(r"#[^\n]*|\"\"\".*?\"\"\"", re.DOTALL)
LINE_START = re.compile(r"\n[ \t]*(?://|#|\*)?[ \t]*")  # where a sentence goes on in the next line of a comment
SECTION = re.compile(  # "docs/api.md §1 (why), §2 and §3"
    r"(?P<file>[\w./-]+\.md)(?:'s)? §(?P<number>\d+(?:\.\d+)*)(?P<more>(?:(?: \([^)]*\))?(?:,| and) §\d+(?:\.\d+)*)*)"
)
CITED = re.compile(r"(?P<file>[\w./*-]*[\w*]\.(?:md|csv))\b|\b(?P<title>[A-Z]{4,})(?:'s)? §")
FOREIGN = {  # where a library may be included, by the beginning of its headers' paths
    "grpcpp/": "upstream",
    "grpc/": "upstream",
    "boost/beast": "http",
}
NOTHING = {"–", "-", ""}
CODE = {".hpp", ".cpp", ".h", ".py", ".sh", ".mjs", ".js", ".css", ".html", ".awk", ".cmake"}
SKIPPED = {".git", "build", "node_modules", "__pycache__"}
DATA = {"data", "corpus"}  # folders of files that may be as long as they are


def read(file: pathlib.Path) -> str:
    return file.read_text(encoding="utf-8")


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
        unknown = sorted(allowed - set(table))
        problems += [f"src/README.md: room {room} may use {other}, which the table lacks" for other in unknown]
    return problems


def check_includes(root: pathlib.Path, file: pathlib.Path, table: dict[str, set[str]]) -> list[str]:
    source = root / "src"
    name = file.relative_to(source).as_posix()
    room = name.split("/")[0].removesuffix(".cpp")
    if room not in table:
        return [f"src/{name}: its room {room} is not in the table of src/README.md"]
    problems = []
    for include in INCLUDE.finditer(read(file)):
        path = include["path"]
        for beginning, owner in FOREIGN.items():
            if path.startswith(beginning) and room != owner:
                problems.append(f"src/{name}: includes {path}, which only {owner} may")
        if include["open"] == "<":
            if (source / path).is_file():
                problems.append(f"src/{name}: includes {path} in angle brackets; project headers stand in quotes")
            continue
        if not (source / path).is_file():
            problems.append(f"src/{name}: includes {path}, which is not below src/")
        elif path.split("/")[0] not in table[room] | {room}:
            problems.append(f"src/{name}: room {room} may not use {path}")
    return problems


def check_cmake(root: pathlib.Path, table: dict[str, set[str]]) -> list[str]:
    problems = []
    linked = {}
    for match in CMAKE_ROOM.finditer(read(root / "CMakeLists.txt")):
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


def check_listing(root: pathlib.Path, readme: str) -> list[str]:
    listed = []
    for match in FILE_ROW.finditer(readme):
        listed.append(match["file"])
        if match["pair"]:
            listed.append(match["file"].removesuffix(".hpp") + ".cpp")
    names = sorted(set(listed))
    problems = [f"src/README.md: {name} is listed but does not exist" for name in names if not (root / "src" / name).is_file()]
    problems += [f"src/README.md: {name} is listed twice" for name in names if listed.count(name) > 1]
    return problems


def check_mirror(root: pathlib.Path, files: list[pathlib.Path]) -> list[str]:
    problems = []
    rooms_of = collections.defaultdict(set)
    for file in files:
        rooms_of[file.stem].add(file.parent.name)
    for folder in sorted(folder for folder in (root / "tests" / "unit").iterdir() if folder.is_dir()):
        is_room = (root / "src" / folder.name).is_dir()
        if not is_room and not (root / "tools" / folder.name).is_dir():
            problems.append(f"tests/unit/{folder.name}: there is neither a room nor a tool of that name")
        for test in sorted(folder.glob("*_test.cpp")) if is_room else []:
            rooms = rooms_of.get(test.stem.removesuffix("_test"), {folder.name})
            if folder.name not in rooms:
                places = " or ".join(f"src/{room}/" for room in sorted(rooms))
                problems.append(f"{test.relative_to(root)}: what it tests is in {places}; its test belongs there, too")
    return problems


def check_length(root: pathlib.Path, sources: list[pathlib.Path]) -> list[str]:
    measured = [file.relative_to(root) for file in sources if not DATA & set(file.relative_to(root).parts)]
    lengths = {name: read(root / name).count("\n") for name in measured}
    return [f"{name}: {length} lines, of at most {LONGEST}" for name, length in lengths.items() if length > LONGEST]


def check_type_names(root: pathlib.Path, files: list[pathlib.Path]) -> list[str]:
    outer = collections.defaultdict(set)
    inner = collections.defaultdict(set)
    for file in files:
        for match in TYPE.finditer(re.sub(r"//.*", "", read(file))):
            (inner if match["indent"] else outer)[match["name"]].add(file.relative_to(root).as_posix())
    problems = []
    for name, places in sorted(outer.items()):
        places = sorted(places | inner.get(name, set()))
        if len(places) > 1:
            problems.append(f"{places[0]}: {name} is defined in {', '.join(places[1:])} too; a name stands once in src/")
    return problems


def check_citations(root: pathlib.Path, sources: list[pathlib.Path], names: list[str]) -> list[str]:
    """`names`: all files of the repository. A title in capitals, such as LICENSE, is a document too: a file without an ending."""
    problems = []
    for file in sources:
        marks = HASHES if file.suffix in {".py", ".sh", ".awk", ".cmake"} or file.name == "CMakeLists.txt" else SLASHES
        comments = LINE_START.sub(" ", "\n".join(match[0] for match in marks.finditer(read(file))))
        for cited in sorted({match["file"] or match["title"] for match in CITED.finditer(comments)}):
            if not any(fnmatch.fnmatch(name, pattern) for name in names for pattern in (cited, "*/" + cited)):
                problems.append(f"{file.relative_to(root)}: cites {cited}, which is not in the repository")
        for match in SECTION.finditer(comments):
            document = root / match["file"]
            if not document.is_file():
                continue
            numbers = {heading[1] for heading in re.finditer(r"^#+ (\d+(?:\.\d+)*)\b", read(document), re.MULTILINE)}
            cited = [match["number"], *re.findall(r"§([\d.]*\d)", match["more"])]
            problems += [
                f"{file.relative_to(root)}: cites §{number} of {match['file']}, which has no such section"
                for number in cited
                if number not in numbers
            ]
    return problems


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    readme = read(root / "src" / "README.md")
    files = sorted(file for file in (root / "src").rglob("*") if file.suffix in {".hpp", ".cpp"})
    everything = sorted(file for file in root.rglob("*") if file.is_file() and not SKIPPED & set(file.relative_to(root).parts))
    sources = [file for file in everything if file.suffix in CODE or file.name == "CMakeLists.txt"]
    names = [file.relative_to(root).as_posix() for file in everything]
    table = read_table(readme)
    problems = check_table(table)
    if not problems:
        for file in files:
            problems += check_includes(root, file, table)
        problems += check_cmake(root, table)
        problems += check_listing(root, readme)
    problems += check_mirror(root, files) + check_length(root, sources)
    problems += check_type_names(root, files) + check_citations(root, sources, names)
    for problem in problems:
        print(problem)
    print(f"{len(sources)} files, {len(table)} rooms, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
