# SPDX-License-Identifier: Apache-2.0
"""The rules of the source tree that no compiler and no formatter checks.

A rule is a function from a tree, which is the text of each file by its path, to
findings. Where the tree comes from and that each rule can fail is for
`test_source_rules.py`.
"""

import ast
import posixpath
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

Tree = dict[str, str]
Rule = Callable[[Tree], Iterator[str]]

LICENCE = "SPDX-License-Identifier: Apache-2.0"

# What the Swift files of a directory may import beside the standard library.
SWIFT_IMPORTS = {
    "Sources/HamtCore/": {"CSystem"},
    "Sources/CPyHamt/Bridge/": {"CPyHamtShim", "HamtCore", "CSystem"},
}

# The modules of the package that are the way to a library, and what they import then.
# A stub is read by checkers alone, all of which know `typing_extensions`.
PACKAGE = "python/pyhamt/"
LIBRARIES = {
    "_pydantic.py": {"pydantic", "pydantic_core"},
    "hooks.py": {"cattrs", "msgspec"},
    "testing.py": {"hypothesis"},
    "_hamt.pyi": {"typing_extensions"},
}

# The folders of HamtCore from the lowest floor up. Neighbours do not know each other.
HAMT_CORE = "Sources/HamtCore/"
HAMT_CORE_FLOORS = [
    {"Bits"},
    {"Policy"},
    {"Node"},
    {"Structural", "ArrayMap"},
    {"Map"},
]


def files(tree: Tree, under: str, *suffixes: str) -> Iterator[tuple[str, str]]:
    """The files below a directory ("" for all) with one of the suffixes."""
    for path, text in tree.items():
        if path.startswith(under) and path.endswith(suffixes):
            yield path, text


def swift_code(text: str) -> str:
    """The text without its comments and with its strings emptied."""

    def blank(match: re.Match[str]) -> str:
        return '""' if match[0].startswith('"') else "\n" * match[0].count("\n")

    string = r'"""(?:\\.|.)*?"""|"(?:\\.|[^"\\\n])*"'
    return re.sub(rf"{string}|//[^\n]*|/\*.*?\*/", blank, text, flags=re.DOTALL)


# Floors: who may know whom.


def swift_imports_go_down(tree: Tree) -> Iterator[str]:
    """A Swift file imports what its directory may know; Foundation has a guard."""
    guarded = re.compile(r"\s*#if canImport\(Foundation\)\n.*#endif\s*", re.DOTALL)
    statement = re.compile(
        r"^[ \t]*(?:@\w+[ \t]+|(?:public|package|internal|private)[ \t]+)*import[ \t]+"
        r"(?:(?:struct|class|enum|protocol|typealias|func|let|var)[ \t]+)?(\w+)",
        re.MULTILINE,
    )
    for path, text in files(tree, "Sources/", ".swift"):
        rows = [names for top, names in SWIFT_IMPORTS.items() if path.startswith(top)]
        if not rows:
            yield f"{path}: its directory has no row in SWIFT_IMPORTS"
            continue
        code = swift_code(text)
        for name in statement.findall(code):
            if name == "Foundation":
                if not guarded.fullmatch(code):
                    yield f"{path}: Foundation outside #if canImport(Foundation)"
            elif name not in rows[0]:
                yield f"{path}: import of {name}"


def c_includes_go_down(tree: Tree) -> Iterator[str]:
    """Python.h is for CPyHamt; CSystem includes its own files and the C library."""
    directive = re.compile(r"^[ \t]*#[ \t]*(?:include|import)[ \t]*(\S+)", re.MULTILINE)
    system = "Sources/CSystem/"
    own = {PurePosixPath(path).name for path, _ in files(tree, system, ".h")}
    for path, text in files(tree, "", ".c", ".h"):
        for target in directive.findall(text):
            name = target.strip('<>"')
            foreign = target.startswith('"') and name not in own
            if (path.startswith(system) and foreign) or (
                name == "Python.h" and not path.startswith("Sources/CPyHamt/")
            ):
                yield f"{path}: include of {name}"


def python_imports_go_down(tree: Tree) -> Iterator[str]:
    """The package imports itself and the standard library.

    A module that is the way to a library imports it as well, yet not when the module is
    imported, unless it says what is missing: in a function, for checkers, or in a try.
    """
    known = {"pyhamt", *sys.stdlib_module_names}
    for path, text in files(tree, PACKAGE, ".py", ".pyi"):
        libraries = LIBRARIES.get(path.removeprefix(PACKAGE), set())
        whole = ast.parse(text)
        deferred = {
            inner
            for node in ast.walk(whole)
            if isinstance(node, (ast.FunctionDef, ast.Try))
            or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
            for inner in ast.walk(node)
        }
        for node in ast.walk(whole):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            for module in modules:
                name = module.split(".")[0]
                if name in known:
                    continue
                if name not in libraries:
                    yield f"{path}: import of {module}"
                elif node not in deferred and not path.endswith(".pyi"):
                    yield f"{path}: import of {module} whenever it is imported"


def swift_names(code: str) -> Iterator[tuple[str | None, str]]:
    """The names that a file declares at its top and right inside its extensions.

    Yields (None, name) for the former and (extended type, name) for the latter.
    """
    token = re.compile(
        r"(?P<brace>[{}])|\bextension\s+(?P<extended>\w+)|"
        r"\b(?:struct|enum|class|actor|protocol|typealias|func|var|let)\s+"
        r"(?!func\b|var\b|let\b)(?P<name>\w+)"
    )
    scopes: list[str | None] = []
    opening = None
    for match in token.finditer(code):
        if match["extended"]:
            opening = match["extended"]
        elif match["name"]:
            if not scopes:
                yield None, match["name"]
            elif len(scopes) == 1 and scopes[0]:
                yield scopes[0], match["name"]
        elif match["brace"] == "{":
            scopes.append(opening)
            opening = None
        elif scopes:
            scopes.pop()


def hamt_core_folders_are_floors(tree: Tree) -> Iterator[str]:
    """A file of HamtCore mentions no name of a higher floor or of a neighbour.

    The names of a folder are those declared at the top of its files, and the members
    that its extensions add to the types of other folders. A name that the mentioning
    folder, or one below it, declares as well or has as a parameter passes.
    """
    folders = set().union(*HAMT_CORE_FLOORS)
    code = {folder: dict[str, str]() for folder in folders}
    for path, text in files(tree, HAMT_CORE, ".swift"):
        folder = path.removeprefix(HAMT_CORE).split("/")[0]
        if folder in folders:
            code[folder][path] = swift_code(text)
        else:
            yield f"{path}: not in a folder of HAMT_CORE_FLOORS"

    owned = {}
    declared = {}
    for folder in folders:
        source = "\n".join(code[folder].values())
        names = set(swift_names(source))
        tops = {name for extended, name in names if extended is None}
        owned[folder] = {name for extended, name in names if extended not in tops}
        declaration = (
            r"\b(?:struct|enum|protocol|typealias|func|var|let|case)\s+(\w+)"
            r"|\b([a-z]\w*)\s*:"
        )
        declared[folder] = set().union(*re.findall(declaration, source))

    below: set[str] = set()
    for neighbours in HAMT_CORE_FLOORS:
        for folder in neighbours:
            known = declared[folder].union(*(declared[lower] for lower in below))
            for other in folders - below - {folder}:
                strange = owned[other] - known
                for path, source in code[folder].items():
                    for name in sorted(strange & set(re.findall(r"\w+", source))):
                        yield f"{path}: {name} belongs to {other}"
        below |= neighbours


# Files: how they open, what they hold, what they are called.


def files_open_with_licence_and_purpose(tree: Tree) -> Iterator[str]:
    """The licence comes first, below a line for a tool; then what the file is for."""
    swift = re.compile(
        rf"(// swift-(tools-version|format-ignore-file): .+\n)?// {LICENCE}\n\n"
        r"(import \w+\n+)*///? \S"
    )
    c = re.compile(rf"/\* {LICENCE} \*/\n\n/\* \S")
    python = re.compile(rf'(#![^\n]+\n)?# {LICENCE}\n\n?r?"""\S')
    for opening, suffixes in (
        (swift, (".swift",)),
        (c, (".c", ".h")),
        (python, (".py", ".pyi")),
    ):
        for path, text in files(tree, "", *suffixes):
            if not opening.match(text):
                yield f"{path}: opens otherwise than with licence and purpose"


def swift_never_stops_the_process(tree: Tree) -> Iterator[str]:
    """Nothing in Sources traps on purpose or writes to the terminal."""
    forbidden = re.compile(r"\bfatalError\b|\btry!|\bas!|\bprint\(")
    for path, text in files(tree, "Sources/", ".swift"):
        for number, line in enumerate(swift_code(text).splitlines(), 1):
            for match in forbidden.findall(line):
                yield f"{path}:{number}: {match}"


def file_names_say_what_is_inside(tree: Tree) -> Iterator[str]:
    """No path has a space, and no file is a drawer for things without a place."""
    drawer = re.compile(r"(Utils?|Helpers?|Misc|Common)(?![a-z])")
    for path in tree:
        stem = PurePosixPath(path).stem
        if " " in path or drawer.search(stem) or drawer.search(stem.title()):
            yield f"{path}: name"


def build_products_stay_out(tree: Tree) -> Iterator[str]:
    """What a build makes is not tracked."""
    product = re.compile(
        r"(.*/)?((\.build|\.venv[^/]*|__pycache__)/.*|Package\.resolved|.*\.(so|o|a))"
    )
    for path in tree:
        if product.fullmatch(path):
            yield f"{path}: tracked"


def text_names_no_machine(tree: Tree) -> Iterator[str]:
    """No file holds a path of somebody's machine or the host of a package registry."""
    place = re.compile(
        r"(?<![\w.>)])/(?:home|Users|root|work|opt)/\w+"
        r"|(?:pypi|python"
        r"hosted|anaconda|golang|deb\.debian|npmjs)\.org|crates\.io"
    )
    for path, text in tree.items():
        for number, line in enumerate(text.splitlines(), 1):
            for match in place.findall(line):
                yield f"{path}:{number}: {match}"


def markdown_links_resolve(tree: Tree) -> Iterator[str]:
    """A link to a file leads to a file of the tree, and its anchor to a heading."""
    fence = re.compile(r"^([ \t]*```).*?^\1", re.MULTILINE | re.DOTALL)
    link = re.compile(r"\]\(<?([^)\s>]+)|^\[[^\]]+\]:[ \t]*(\S+)", re.MULTILINE)
    prose = {path: fence.sub("", text) for path, text in files(tree, "", ".md")}
    anchors = {
        path: {
            re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
            for heading in re.findall(r"^#+ (.+?)\s*$", text, re.MULTILINE)
        }
        for path, text in prose.items()
    }
    directories = {str(top) for path in tree for top in PurePosixPath(path).parents}
    for path, text in prose.items():
        for inline, reference in link.findall(re.sub(r"`[^`\n]*`", "", text)):
            target, _, anchor = (inline or reference).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            file = file if target else path
            if file not in tree and file not in directories:
                yield f"{path}: no file {target}"
            elif anchor and anchor not in anchors.get(file, ()):
                yield f"{path}: no heading #{anchor} in {file}"


RULES: list[Rule] = [
    swift_imports_go_down,
    c_includes_go_down,
    python_imports_go_down,
    hamt_core_folders_are_floors,
    files_open_with_licence_and_purpose,
    swift_never_stops_the_process,
    file_names_say_what_is_inside,
    build_products_stay_out,
    text_names_no_machine,
    markdown_links_resolve,
]
