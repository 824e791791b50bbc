# SPDX-License-Identifier: Apache-2.0
"""What docs/reliability.md names exists: files, tests, targets of the Makefile and what
they are given.

A test that is renamed leaves a promise that nobody keeps.
"""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"
MAKEFILE = (ROOT / "Makefile").read_text()

# What is looked through for names; what is built is in none of them.
FOLDERS = ("Sources", "benchmarks", "docs", "python", "tests", "tools")


def quoted(document: str) -> list[str]:
    """What stands between backticks, each on one line."""
    text = re.sub(r"^ *```.*?^ *```$", "", document, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", text)]


def wrong_names(document: str) -> list[str]:
    """Says of each name that is wrong what is not there."""
    return [finding for name in quoted(document) for finding in findings(name)]


def kind_of(name: str) -> str:
    """Which of CHECKS a name is for; empty for what is not of the repository."""
    for kind, pattern in PATTERNS.items():
        if re.fullmatch(pattern, name):
            return kind
    return ""


def findings(name: str) -> Iterator[str]:
    if kind := kind_of(name):
        yield from CHECKS[kind](name)


# ---- Files, functions and suites -----------------------------------------------------


def check_path(name: str) -> Iterator[str]:
    if name.startswith(".build/"):
        # It is there after a run; what makes it names its last part.
        last = name.rstrip("/").rpartition("/")[2]
        if not any(last in text for text in texts("tools", ".py")):
            yield f"nothing makes {name}"
    elif not any(ROOT.glob(name.rstrip("/"))):
        yield f"no file {name}"


def check_file_name(name: str) -> Iterator[str]:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob(name))
    if not (ROOT / name).exists() and not any(found):
        yield f"no file {name}"


def check_test(name: str) -> Iterator[str]:
    """A test is a function of any file, or of the file before it: `a.py::test_b`."""
    file, _, function = name.rpartition("::")
    function = function.partition("[")[0]
    if file:
        path = ROOT / file
        if not path.exists():
            path = ROOT / "tests" / "python" / file
        if not path.exists():
            yield f"no file {file}"
            return
        defined = functions_of(path)
    else:
        defined = frozenset().union(*map(functions_of, ROOT.glob("tests/**/*.py")))
    if function not in defined:
        yield f"no test {name}"


def check_suite(name: str) -> Iterator[str]:
    declaration = re.compile(rf"\b(struct|class|actor|enum) {name}\b")
    if not any(declaration.search(text) for text in texts("tests", ".swift")):
        yield f"no Swift tests {name}"


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


@cache
def texts(folder: str, suffix: str) -> list[str]:
    return [
        path.read_text(encoding="utf-8")
        for path in (ROOT / folder).rglob(f"*{suffix}")
        if ".build" not in path.parts and path != Path(__file__).resolve()
    ]


# ---- Commands ------------------------------------------------------------------------


def literal(file: str, name: str) -> set[str]:
    """The value of a constant of a file."""
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return set(ast.literal_eval(node.value))
    raise AssertionError(f"{file} has no constant {name}")


def steps() -> set[str]:
    listing = subprocess.run(
        [sys.executable, ROOT / "tools" / "check_all.py", "--list"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {line.split()[0] for line in listing.splitlines()}


# The words that a target takes in ARGS, beside options.
WORDS: dict[str, Callable[[], set[str]]] = {
    "check-all": steps,
    "interpreters": lambda: literal("tools/interpreters.py", "NAMES"),
    "sanitize": lambda: (
        literal("tools/sanitize.py", "CHECKS") | literal("tools/sanitize.py", "SIDES")
    ),
    "test-all": lambda: literal("tools/interpreters.py", "NAMES"),
}


def recipe(target: str) -> str:
    """The lines of the Makefile that make a target and what it needs; empty if none."""
    rule = re.search(
        rf"^{re.escape(target)}:(?!.* export )([^#\n]*).*\n((?:\t.*\n)*)",
        MAKEFILE,
        re.M,
    )
    if rule is None:
        return ""
    needed = [recipe(word) for word in rule[1].split() if word != "|"]
    return "".join((*rule.groups(), *needed))


def check_make(name: str) -> Iterator[str]:
    words = [word for word in shlex.split(name) if not word.startswith("-")]
    targets = [word for word in words if word != "make" and "=" not in word]
    for target in targets:
        if not recipe(target):
            yield f"no make target {target}"
    for setting in (word for word in words if "=" in word):
        variable, _, value = setting.partition("=")
        if variable == "MODES":
            modes = re.search(r"^MODES := (.*)", MAKEFILE, re.MULTILINE)
            known = modes[1].split() if modes else []
            yield from (f"no mode {m}" for m in value.split() if m not in known)
        if variable == "ARGS":
            for target in targets:
                yield from check_arguments(target, value)
        elif variable.startswith("PYHAMT_"):
            yield from check_variable(setting)
        elif not any(f"$({variable})" in recipe(target) for target in targets):
            yield f"{name}: no make variable {variable}"


def check_arguments(target: str, value: str) -> Iterator[str]:
    """Options of pytest are not looked at; for it is what follows `--`, too."""
    recipe_text = recipe(target)
    if recipe_text and "$(ARGS)" not in recipe_text:
        yield f"make {target} takes no ARGS"
    files = re.findall(r"tools/\w+\.py", recipe_text)
    programs = [(ROOT / file).read_text(encoding="utf-8") for file in files]
    has_options = any("add_argument(" in text for text in programs)
    for word in shlex.split(value.partition("-- ")[0]):
        if word.startswith("--") and has_options:
            option = f'"{word.partition("=")[0]}"'
            if not any(option in text for text in programs):
                yield f"make {target} has no option {word}"
        if not word.startswith("-") and target in WORDS and word not in WORDS[target]():
            yield f"make {target} knows no {word}"


def check_variable(name: str) -> Iterator[str]:
    variable = name.partition("=")[0]
    readers = (MAKEFILE, (ROOT / "setup.py").read_text(), *texts("tools", ".py"))
    if not any(variable in text for text in (*readers, *texts("tests", ".py"))):
        yield f"nothing reads {variable}"


# The first that fits counts.
PATTERNS = {
    "make": r"(\w+=\S+ )*make( .*)?",
    "test": r"([\w./-]+\.py::)?test_\w+(\[.*\])?",
    "variable": r"PYHAMT_\w+(=\S*)?",
    "file name": r"[\w-]+\.(py|md|txt|toml|supp|sh|c|h|swift)",
    "path": r"[\w.*-]+(/[\w.*+-]+)+/?|[\w.-]+/",
    "suite": r"[A-Z]\w*Tests",
}
CHECKS: dict[str, Callable[[str], Iterator[str]]] = {
    "make": check_make,
    "test": check_test,
    "variable": check_variable,
    "file name": check_file_name,
    "path": check_path,
    "suite": check_suite,
}


def test_what_the_page_of_promises_names_exists() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert wrong_names(document) == []
    kinds = [kind_of(name) for name in quoted(document)]
    assert min(kinds.count("path"), kinds.count("make")) > 10
    assert kinds.count("test") > 0


@pytest.mark.parametrize(
    "text",
    [
        "`tests/python/test_reliability.py`, `tests/fuzz`, `docs/` and `docs/*.md`",
        "`check_all.py`, whose page is\n`.build/coverage/coverage.md`",
        "`test_right_name_passes` or `test_reliability.py::test_right_name_passes[a]`",
        "`make test`, `make test-modes MODES=collect` and `PYHAMT_LONG_TESTS=1`",
        "`make sanitize ARGS='address python'`, `make\ncoverage ARGS=--strict`",
        "`make test-all ARGS='3.10 3.13t -- -k diff'`, `make check-all ARGS=fuzz`",
        "`make test ARGS='-k diff --exitfirst'`",
        "`make fuzz ARGS='--seconds 60'`, `PYHAMT_LONG_TESTS=1 make test`",
        "`FuzzCorpusTests`",
        "`__eq__`, `MapMutation.update`, `pickle`, `a == b`, `/usr/bin/python3`",
    ],
)
def test_right_name_passes(text: str) -> None:
    assert wrong_names(text) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("`tests/python/test_milk.py`", "no file tests/python/test_milk.py"),
        ("`milk.py`", "no file milk.py"),
        ("`docs/*.milk`", "no file docs/*.milk"),
        ("`.build/milk`", "nothing makes .build/milk"),
        ("`test_milk_is_white`", "no test test_milk_is_white"),
        ("`milk.py::test_a`", "no file milk.py"),
        ("`test_gc.py::test_right_name_passes`", "no test test_gc.py::test_right"),
        ("`make milk`", "no make target milk"),
        ("`make\ntest milk`", "no make target milk"),
        ("`make lint ARGS=a`", "make lint takes no ARGS"),
        ("`make test-modes MODES=milk`", "no mode milk"),
        ("`make test MODES=collect`", "make test MODES=collect: no make variable"),
        ("`make sanitize ARGS=undefined`", "make sanitize knows no undefined"),
        ("`make sanitize ARGS='thread milk'`", "make sanitize knows no milk"),
        ("`make check-all ARGS=milk`", "make check-all knows no milk"),
        ("`make test-all ARGS=2.7`", "make test-all knows no 2.7"),
        ("`make coverage ARGS=--milk`", "make coverage has no option --milk"),
        ("`PYHAMT_MILK_TESTS=1`", "nothing reads PYHAMT_MILK_TESTS"),
        ("`MilkTests`", "no Swift tests MilkTests"),
    ],
)
def test_wrong_name_is_found(text: str, finding: str) -> None:
    found = wrong_names(text)
    assert len(found) == 1
    assert found[0].startswith(finding)
