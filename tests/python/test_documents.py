# SPDX-License-Identifier: Apache-2.0
"""Every code block of the documents works as it stands.

Python blocks run in order, in one namespace for each document; blocks with `>>>` also
show what they print. The commands of shell blocks must exist, with the options that
they are given. Blocks of other languages are not run, and only those listed here occur.
"""

import doctest
import re
import shlex
import sys
import types
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.__main__ import _parser

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    *(path for path in ROOT.glob("*.md") if path.name != "README.md"),
    *ROOT.glob("docs/**/*.md"),
]

PYTHON = {"python", "pycon"}
SHELL = {"sh", "console"}
NOT_RUN = {"c", "swift", "text"}

# Commands of which only the first words are looked at.
OTHER_COMMANDS = (
    "bash .ci/run",
    "python setup.py",
    "cd",
    "git clone",
    "python3 -m venv",
    "source",
    "swift build",
    "swift test",
)

MAKEFILE = (ROOT / "Makefile").read_text()


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document, each with the number of its first line."""
    fence = r"^( *)```(\w*)\n(.*?)^\1```$"
    return [
        Block(
            match[2],
            re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE),
            document.count("\n", 0, match.start(3)) + 1,
        )
        for match in re.finditer(fence, document, re.MULTILINE | re.DOTALL)
    ]


def check(document: str, name: str) -> None:
    """Run and check all blocks of a document; the first that fails raises."""
    found = blocks(document)
    fences = re.findall(r"^ *(?:```|~~~)", document, re.MULTILINE)
    assert len(fences) == 2 * len(found), f"{name}: a fence that is not understood"
    # A module of its own, so that classes of the document can be pickled.
    module = types.ModuleType("document")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        for block in found:
            if block.language in PYTHON:
                run_python(block, name, module.__dict__)
            elif block.language in SHELL:
                for command in commands(block):
                    check_command(command)
            else:
                where = f"{name}:{block.line}"
                assert block.language in NOT_RUN, f"{where}: {block.language!r} block"


def run_python(block: Block, name: str, namespace: dict[str, object]) -> None:
    if ">>>" not in block.text:
        # The empty lines give tracebacks the line numbers of the document.
        source = "\n" * (block.line - 1) + block.text
        exec(compile(source, name, "exec"), namespace)
        return
    examples = doctest.DocTestParser().get_doctest(
        block.text, namespace, name, name, block.line - 1
    )
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples, out=report.append, clear_globs=False)
    assert not report, "".join(report)
    namespace.update(examples.globs)


def commands(block: Block) -> list[list[str]]:
    """The commands of a block as words, without settings of variables before them."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    found = []
    for line in "&&".join(lines).split("&&"):
        words = shlex.split(line, comments=True)
        while words and re.match(r"\w+=", words[0]):
            del words[0]
        if words:
            found.append(words)
    return found


def check_command(words: list[str]) -> None:
    command = shlex.join(words)
    if words[0] == "make":
        check_make(words[1:])
    elif words[:2] == ["pip", "install"]:
        check_pip_install(words[2:])
    elif words[:3] == ["python", "-m", "benchmarks"]:
        check_benchmark_options(words[3:])
    else:
        assert command.startswith(OTHER_COMMANDS), f"unknown: {command}"


def check_make(words: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    for word in words:
        name, is_setting, value = word.partition("=")
        if is_setting:
            assert f"$({name})" in MAKEFILE, f"no make variable {name}"
        else:
            assert word in targets, f"no make target {word}"
        if name == "ARGS":
            check_benchmark_options(shlex.split(value))


def check_pip_install(words: list[str]) -> None:
    extras = set(metadata.metadata("pyhamt").get_all("Provides-Extra") or ())
    for word in words:
        requirement = re.fullmatch(r"(?:\.|pyhamt)(?:\[([\w,]+)\])?", word)
        assert requirement or word in {"-e", "--upgrade"}, f"pip install {word}"
        if requirement and requirement[1]:
            assert set(requirement[1].split(",")) <= extras, (
                f"no extras {requirement[1]}"
            )


def check_benchmark_options(words: list[str]) -> None:
    """The parser leaves by SystemExit when it does not know an option."""
    _parser().parse_args(words)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_blocks_of_document_work(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check(path.read_text(encoding="utf-8"), path.name)


def document(*fenced: tuple[str, str]) -> str:
    return "\n".join(f"Text\n```{language}\n{text}\n```" for language, text in fenced)


@pytest.mark.parametrize(
    "text",
    [
        document(("python", "a = 1"), ("pycon", ">>> b = a + 1"), ("python", "a / b")),
        document(("python", "class A: pass\nimport pickle\npickle.dumps(A())")),
        document(("console", "$ make test  # all\n12 passed"), ("text", "make money")),
        document(
            ("sh", "git clone x && cd x\n\nPYTHON=python3.13 make run \\\n  test")
        ),
        document(("sh", "pip install pyhamt\npip install -e '.[test,bench]'")),
        document(("sh", "make run INPUT=a.txt ARGS='--quick'")),
        "1. Text\n   ```python\n   if True:\n       a = 1\n   ```\n",
    ],
)
def test_working_document_passes(text: str) -> None:
    check(text, "a.md")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (document(("python", "a = 1\n1 / 0")), ZeroDivisionError, "division"),
        (document(("python", ">>> 1 + 1\n3")), AssertionError, "Got:"),
        (document(("python", ">>> 1 / 0")), AssertionError, "ZeroDivisionError"),
        ("```python\na = 1\n", AssertionError, "a fence"),
        (document(("python title", "a = 1")), AssertionError, "a fence"),
        (document(("", "a = 1")), AssertionError, "a.md:3: '' block"),
        (document(("ruby", "a = 1")), AssertionError, "'ruby' block"),
        (document(("sh", "make coffee")), AssertionError, "no make target coffee"),
        (document(("sh", "make run SIZE=1")), AssertionError, "no make variable SIZE"),
        (document(("console", "$ pip install sugar")), AssertionError, "sugar"),
        (document(("sh", "pip install .[milk]")), AssertionError, "no extras milk"),
        (document(("sh", "cd a && make b")), AssertionError, "no make target b"),
        (document(("sh", "brew install pyhamt")), AssertionError, "unknown: brew"),
        (document(("sh", "python -m benchmarks --milk")), SystemExit, "2"),
        (document(("sh", "make run ARGS=--milk")), SystemExit, "2"),
    ],
)
def test_broken_document_fails(
    text: str, error: type[BaseException], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        check(text, "a.md")
