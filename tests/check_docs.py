"""Checks what the documents say of one another and of the repository.

- Every relative link of a Markdown file leads to a file or folder of the repository, and its #part to a heading of that file.
- A script of docs/examples/ that a document names as the source of a code block stands in that block word for word.
- A path of the repository that a document names in code exists; a row of things to be added may name others.
- Every file of docs/ can be reached by links from README.md.

    python3 tests/check_docs.py [PROJECT]      prints what is wrong, exit status 1 if anything is
"""

import pathlib
import re
import sys
import unicodedata

FENCE = re.compile(r"^(```+|~~~+).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<target>[^()\s]+)\)")
HEADING = re.compile(r"^#{1,6}[ \t]+(?P<title>.*?)[ \t]*#*$", re.MULTILINE)
SHOWN = re.compile(r"\[[^\]]*\]\((?P<script>examples/[^)#\s]+)\)\.\n\n```\w*\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`(?P<path>(?:src|tests|tools|web|docs|proto|cmake)/[\w./()*-]*[\w)*])`")
TO_COME = re.compile(r"^\| added \|.*$", re.MULTILINE)
SKIPPED = {"build", "node_modules", ".git"}


def find_documents(root: pathlib.Path) -> list[pathlib.Path]:
    found = [file for file in root.rglob("*.md") if not SKIPPED & set(file.relative_to(root).parts)]
    return sorted(found)


def slug_of(title: str) -> str:
    """What GitHub makes of a heading: lower case, blanks as dashes, of other characters only letters, digits, dashes, underscores."""
    title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").replace("*", "")
    kept = [c for c in title.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM"]
    return "".join(kept).replace(" ", "-")


def anchors_of(text: str) -> set[str]:
    anchors: set[str] = set()
    for match in HEADING.finditer(FENCE.sub("", text)):
        slug = anchor = slug_of(match["title"])
        number = 0
        while anchor in anchors:
            number += 1
            anchor = f"{slug}-{number}"
        anchors.add(anchor)
    return anchors


def links_of(text: str) -> list[str]:
    targets = [match["target"] for match in LINK.finditer(CODE.sub("", FENCE.sub("", text)))]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def check_links(root: pathlib.Path, file: pathlib.Path, text: str) -> tuple[list[str], set[pathlib.Path]]:
    problems = []
    reached = set()
    for target in links_of(text):
        path, _, part = target.partition("#")
        aim = (file.parent / path).resolve() if path else file
        where = f"{file.relative_to(root)}: the link {target}"
        if root not in aim.parents and aim != root:
            problems.append(f"{where} leaves the repository")
        elif not aim.exists():
            problems.append(f"{where} leads to no file")
        else:
            reached.add(aim)
            if part and part not in anchors_of(aim.read_text(encoding="utf-8")):
                problems.append(f"{where} leads to no heading")
    return problems, reached


def check_paths(root: pathlib.Path, file: pathlib.Path, text: str) -> list[str]:
    named = {match["path"] for match in PATH.finditer(TO_COME.sub("", FENCE.sub("", text)))}
    return [f"{file.relative_to(root)}: names {path}, which does not exist" for path in sorted(named) if not any(root.glob(path))]


def check_examples(root: pathlib.Path, file: pathlib.Path, text: str) -> list[str]:
    problems = []
    for match in SHOWN.finditer(text):
        script = file.parent / match["script"]
        if script.is_file() and script.read_text(encoding="utf-8") != match["code"]:
            problems.append(f"{file.relative_to(root)}: the code shown is not what {match['script']} holds")
    return problems


def check_reach(root: pathlib.Path, links: dict[pathlib.Path, set[pathlib.Path]]) -> list[str]:
    seen: set[pathlib.Path] = set()
    ahead = [root / "README.md"]
    while ahead:
        file = ahead.pop()
        if file not in seen:
            seen.add(file)
            ahead += links.get(file, ())
    files = [file for file in (root / "docs").rglob("*") if file.is_file()] if (root / "docs").is_dir() else []
    missing = sorted(file for file in files if file not in seen)
    return [f"{file.relative_to(root)}: no link leads to it from README.md" for file in missing]


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    problems = []
    links = {}
    documents = find_documents(root)
    for file in documents:
        text = file.read_text(encoding="utf-8")
        found, links[file] = check_links(root, file, text)
        problems += found + check_paths(root, file, text) + check_examples(root, file, text)
    problems += check_reach(root, links)
    for problem in problems:
        print(problem)
    print(f"{len(documents)} documents, {sum(map(len, links.values()))} links, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
