# SPDX-License-Identifier: Apache-2.0
"""The repository keeps the rules of `source_rules.py`, and each of them can fail.

Beside the repository a rule runs over small trees that break it in one way, and over
trees that only seem to.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from source_rules import (
    LICENCE,
    RULES,
    Rule,
    Tree,
    build_products_stay_out,
    c_includes_go_down,
    file_names_say_what_is_inside,
    files_open_with_licence_and_purpose,
    hamt_core_folders_are_floors,
    markdown_links_resolve,
    python_imports_go_down,
    swift_imports_go_down,
    swift_never_stops_the_process,
    text_names_no_machine,
)

ROOT = Path(__file__).resolve().parents[2]

BITS = "Sources/HamtCore/Bits/Bits.swift"
NODE = "Sources/HamtCore/Node/Node.swift"
ARRAY = "Sources/HamtCore/ArrayMap/Array.swift"
MERGE = "Sources/HamtCore/Structural/Node+Merge.swift"
MAP = "Sources/HamtCore/Map/Map.swift"
BRIDGE = "Sources/CPyHamt/Bridge/Map.swift"
MODULE = "python/pyhamt/module.py"
STUB = "python/pyhamt/_hamt.pyi"
HOOKS = "python/pyhamt/hooks.py"
SYSTEM = "Sources/CSystem/system.c"

# Put together here, because the rules read this file as well.
HOME = "/".join(["", "home", "me"])
HOST = ".".join(["pypi", "org"])

# For each rule, trees that break it, with what their one finding names.
BROKEN: dict[Rule, list[tuple[Tree, str]]] = {
    swift_imports_go_down: [
        ({BITS: "import Glibc\n"}, "Glibc"),
        ({BITS: "  @testable import HamtCore\n"}, "HamtCore"),
        ({BRIDGE: "public import struct BwTree.Page\n"}, "BwTree"),
        ({BRIDGE: "import Foundation\n"}, "Foundation"),
        (
            {BITS: "#if canImport(Foundation)\n#endif\nimport Foundation\n"},
            "Foundation",
        ),
        ({"Sources/New/New.swift": ""}, "SWIFT_IMPORTS"),
    ],
    c_includes_go_down: [
        ({SYSTEM: "#include <Python.h>\n"}, "Python.h"),
        ({"tests/probe.h": ' # include "Python.h"\n'}, "Python.h"),
        ({SYSTEM: '#include "hamt.h"\n'}, "hamt.h"),
    ],
    python_imports_go_down: [
        ({MODULE: "import json, numpy.linalg\n"}, "numpy"),
        ({STUB: "def f():\n    from tests import x\n"}, "tests"),
        ({MODULE: "def f():\n    import msgspec\n"}, "msgspec"),
        ({MODULE: "import typing_extensions\n"}, "typing_extensions"),
        ({HOOKS: "def f():\n    import pydantic\n"}, "pydantic"),
        ({HOOKS: "if True:\n    import msgspec\n"}, "whenever it is imported"),
    ],
    hamt_core_folders_are_floors: [
        ({BITS: "let a: Node", NODE: "struct Node {}"}, "Node belongs to Node"),
        ({ARRAY: "let a = merge()", MERGE: "func merge() {}"}, "merge"),
        ({MERGE: "let a: Array", ARRAY: "struct Array {}"}, "Array"),
        (
            {
                NODE: "struct Node { func insert() { merged() } }",
                MERGE: "extension Node {\n  func merged() { let b = 1 }\n}",
            },
            "merged",
        ),
        (
            {
                NODE: "struct Node {}\nfunc f(node: Node) { node.size }",
                MAP: "struct Map {}\nextension Node { var size: Int { 1 } }",
            },
            "size",
        ),
        ({"Sources/HamtCore/Map.swift": ""}, "HAMT_CORE_FLOORS"),
    ],
    files_open_with_licence_and_purpose: [
        ({BITS: "/// Bits.\n"}, BITS),
        ({BITS: f"// {LICENCE}\n\nstruct Bits {{}}\n"}, BITS),
        ({SYSTEM: "/* System. */\n"}, SYSTEM),
        ({SYSTEM: f"/* {LICENCE} */\n\nint a;\n"}, SYSTEM),
        ({MODULE: '"""Module."""\n'}, MODULE),
        ({STUB: f"# {LICENCE}\nimport sys\n"}, STUB),
    ],
    swift_never_stops_the_process: [
        ({MAP: "// Map\nfatalError()\n"}, f"{MAP}:2: fatalError"),
        ({MAP: "let a = try! b()\n"}, "try!"),
        ({MAP: "let a = b as! C\n"}, "as!"),
        ({MAP: '/* a */ print("b")\n'}, "print("),
    ],
    file_names_say_what_is_inside: [
        ({"docs/a b.md": ""}, "a b.md"),
        ({"Sources/NodeUtils.swift": ""}, "NodeUtils"),
        ({"tests/python/test_helpers.py": ""}, "test_helpers"),
        ({"tests/misc.py": ""}, "misc"),
        ({"Sources/Common.swift": ""}, "Common"),
    ],
    build_products_stay_out: [
        ({".build/release.yaml": ""}, ".build"),
        ({"benchmarks/native/Package.resolved": ""}, "Package.resolved"),
        ({"python/pyhamt/_hamt.abi3.so": ""}, "_hamt"),
    ],
    text_names_no_machine: [
        ({"a.md": f"Text\nin {HOME}/pyhamt.\n"}, f"a.md:2: {HOME}"),
        ({"setup.py": f'url = "https://{HOST}/simple"\n'}, HOST),
    ],
    markdown_links_resolve: [
        ({"docs/a.md": "[b](b.md)"}, "b.md"),
        ({"docs/a.md": "[b][1]\n\n[1]: ../b.md\n"}, "b.md"),
        ({"a.md": "[b](b.md#two)", "b.md": "# One\n"}, "#two"),
        ({"a.md": "[b](#b)\n```sh\n# b\n```\n"}, "#b"),
    ],
}

# Trees that only look as if they broke a rule.
WHOLE: list[tuple[Rule, Tree]] = [
    (swift_imports_go_down, {BITS: "// import Glibc\nimport CSystem\n"}),
    (
        swift_imports_go_down,
        {BITS: "// A\n#if canImport(Foundation)\n  import Foundation\n#endif\n"},
    ),
    (c_includes_go_down, {"Sources/CPyHamt/Shim/map.c": "#include <Python.h>\n"}),
    (
        c_includes_go_down,
        {"Sources/CSystem/include/system.h": "", SYSTEM: '#include "system.h"\n'},
    ),
    (
        python_imports_go_down,
        {MODULE: "import collections.abc\nfrom . import _hamt\n"},
    ),
    (
        python_imports_go_down,
        {
            HOOKS: "if TYPE_CHECKING:\n    from cattrs import Converter\n"
            "def f():\n    import msgspec.json\n",
            "python/pyhamt/testing.py": "try:\n    import hypothesis\n"
            "except ImportError:\n    raise\n",
            STUB: "from typing_extensions import Self\n",
        },
    ),
    (
        hamt_core_folders_are_floors,
        {
            BITS: '// A Node\nlet a = 1\nlet b = "Node"',
            NODE: "struct Node { func size() { size() } }\nlet c = a",
            MERGE: "extension Node { func merged() { let first = 1 } }",
            ARRAY: "struct Array { let node: Node; var first: Int { node.count } }",
            MAP: "struct Map { struct Bits {} }\nextension Node { func size() {} }\n"
            "extension Map { func a() { merged() } }",
        },
    ),
    (
        files_open_with_licence_and_purpose,
        {
            "Package.swift": f"// swift-tools-version: 6.3\n// {LICENCE}\n\n// What.\n",
            BITS: f"// {LICENCE}\n\nimport CSystem\n\n/// Bits.\n",
            BRIDGE: f"// swift-format-ignore-file: Rule\n// {LICENCE}\n\n/// Maps.\n",
            SYSTEM: f"/* {LICENCE} */\n\n/* System. */\n",
            MODULE: f'#!/usr/bin/env python3\n# {LICENCE}\n"""Module."""\n',
        },
    ),
    (swift_never_stops_the_process, {MAP: '// try! it\nlet a = "print(b)"\n'}),
    (swift_never_stops_the_process, {MAP: "footprint(a)\n"}),
    (file_names_say_what_is_inside, {"python/commonly.py": "", "docs/utility.md": ""}),
    (build_products_stay_out, {"docs/building.md": "", "docs/a.also": ""}),
    (text_names_no_machine, {"a.md": "#!/usr/bin/env sh\ntime/work/space\n"}),
    (
        markdown_links_resolve,
        {
            "docs/a.md": "# A `b`, c\n[1](../b.md#b-2) [2](https://a.b/c#d) [3](#a-b-c)"
            " [4](../docs) `[5](e.md)`\n```text\n[6](f.md)\n```\n",
            "b.md": "## B (2)\n",
        },
    ),
]


def repository_paths() -> list[str]:
    """What git tracks or is about to; without git, what is neither hidden nor built."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        return listing.stdout.decode().split("\0")
    built = re.compile(r"\..*|build|dist|.*\.egg-info|__pycache__|.*\.so")
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [
        path.as_posix() for path in paths if not any(map(built.fullmatch, path.parts))
    ]


@pytest.fixture(scope="module")
def repository() -> Tree:
    """The files of the repository, without bytes that are not text."""
    return {
        path: (ROOT / path).read_text(encoding="utf-8", errors="ignore")
        for path in repository_paths()
        if (ROOT / path).is_file()
    }


@pytest.mark.parametrize("rule", RULES)
def test_repository_keeps_rule(rule: Rule, repository: Tree) -> None:
    findings = list(rule(repository))
    assert not findings, "\n".join([rule.__doc__ or "", *findings])


def test_repository_is_read(repository: Tree) -> None:
    assert {"LICENSE", "tests/python/test_source_rules.py"} <= repository.keys()


@pytest.mark.parametrize("rule", RULES)
def test_broken_tree_has_one_finding(rule: Rule) -> None:
    for tree, named in BROKEN[rule]:
        findings = list(rule(tree))
        assert len(findings) == 1, tree
        assert named in findings[0]


@pytest.mark.parametrize(("rule", "tree"), WHOLE)
def test_whole_tree_has_no_finding(rule: Rule, tree: Tree) -> None:
    assert list(rule(tree)) == []
