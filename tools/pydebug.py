#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the tests under a debug build of Python, each test several times, and fail when
the interpreter's total of references keeps growing.

    python tools/pydebug.py [PYTEST-ARGUMENT ...]

The interpreter is that of PYDEBUG, or one on PATH (python3-dbg, python3.11d), or else
Debian's package, which is unpacked into the cache and not installed. The extension is
built for it and goes into an environment in the cache, of which all is made once;
`--prepare` does no more than that. The cache is PYDEBUG_CACHE, or .build/pydebug.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from suite import NOT_OF_THE_CODE

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("PYDEBUG_CACHE", ROOT / ".build" / "pydebug")).resolve()

# Of the extra `test`, what a debug interpreter cannot install without compilers, with
# its module: absent_packages.py turns the tests that miss one into skips.
LEFT_OUT = {"pydantic": "pydantic", "msgspec": "msgspec", "ipython": "IPython"}

# Beside those, a file that runs Hypothesis in Hypothesis, for many minutes a test.
IGNORED = (*NOT_OF_THE_CODE, "test_hypothesis_strategy.py")

# What the extension is built from.
SOURCES = (
    *("Package.swift", "setup.py", "pyproject.toml", "README.md", "LICENSE"),
    *("Sources", "python"),
)


def run(*command: str | Path, **options: object) -> None:
    print("+", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True, **options)  # type: ignore[call-overload]


def is_debug_build(python: str | Path) -> bool:
    """Whether this is an interpreter of a debug build, 3.10 or newer, with headers."""
    test = (
        "import os, sys, sysconfig; sys.gettotalrefcount();"
        "assert sys.version_info >= (3, 10);"
        "os.stat(sysconfig.get_path('include') + '/Python.h')"
    )
    try:
        done = subprocess.run([str(python), "-c", test], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def candidates() -> list[str]:
    names = ["python3-dbg"]
    for minor in range(15, 9, -1):
        names += [f"python3.{minor}-dbg", f"python3.{minor}d"]
    return [path for path in map(shutil.which, names) if path is not None]


def debian_package() -> Path:
    """Debian's debug interpreter, with its standard library, unpacked in the cache."""
    root = CACHE / "root"
    pattern = "usr/bin/python3.*-dbg"
    found = [python for python in root.glob(pattern) if is_debug_build(python)]
    if found:
        return found[0]
    if shutil.which("apt-get") is None:
        sys.exit("pydebug: no debug build of Python found; name one with PYDEBUG=PATH.")
    depends = subprocess.run(
        ["apt-cache", "depends", "--important", "python3-dbg"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()
    name = next((each for each in depends if each.startswith("python3.")), None)
    if name is None:
        sys.exit("pydebug: apt knows no python3-dbg; is `apt-get update` to be run?")
    version = name.removesuffix("-dbg")
    debs = CACHE / "debs"
    shutil.rmtree(debs, ignore_errors=True)
    debs.mkdir(parents=True)
    packages = [
        f"{version}-dbg",
        f"lib{version}-dbg",
        f"lib{version}-dev",
        f"lib{version}-stdlib",
        f"lib{version}-minimal",
        f"{version}-minimal",
        f"{version}-dev",
    ]
    run("apt-get", "--quiet", "download", *packages, cwd=debs)
    shutil.rmtree(root, ignore_errors=True)
    for deb in sorted(debs.glob("*.deb")):
        run("dpkg-deb", "--extract", deb, root)
    # Debian's pyconfig.h includes one of the machine's, found in /usr/include alone.
    for stub in root.glob(f"usr/include/{version}*/pyconfig.h"):
        for real in root.glob(f"usr/include/*/{stub.parent.name}/pyconfig.h"):
            shutil.copy(real, stub)
    found = [python for python in root.glob(pattern) if is_debug_build(python)]
    if not found:
        sys.exit(f"pydebug: what was unpacked into {root} does not run.")
    return found[0]


def interpreter() -> Path:
    named = os.environ.get("PYDEBUG")
    if named:
        if not is_debug_build(named):
            sys.exit(f"pydebug: {named} is no debug build of Python 3.10 or newer.")
        return Path(named)
    for path in candidates():
        if is_debug_build(path):
            return Path(path)
    return debian_package()


def requirements() -> list[str]:
    """What the tests need, from pyproject.toml, as far as it can be installed."""
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    start = lines.index("test = [")
    wanted = []
    for line in lines[start + 1 : lines.index("]", start)]:
        text = line.strip().rstrip(",").strip('"')
        if text and not text.startswith("#") and not text.startswith(tuple(LEFT_OUT)):
            wanted.append(text)
    return wanted


def copied_sources() -> tuple[Path, float]:
    """A copy of what the extension is built from, since a build leaves its traces, and
    the time of the newest file."""
    copy = CACHE / "source"
    for name in ("python", "Sources", "build"):
        shutil.rmtree(copy / name, ignore_errors=True)
    copy.mkdir(exist_ok=True)
    left_out = shutil.ignore_patterns("*.so", "__pycache__", "*.egg-info")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=left_out)
        else:
            shutil.copy2(ROOT / name, copy / name)
    newest = max(
        path.stat().st_mtime
        for name in SOURCES
        for path in (copy / name, *(copy / name).rglob("*"))
        if path.is_file()
    )
    return copy, newest


def environment(python: Path) -> Path:
    """The interpreter of an environment with the extension and the tests' packages."""
    venv = CACHE / "venv"
    inside = venv / "bin" / "python"
    if not inside.exists():
        # Debian's interpreter has no ensurepip: the pip of this one serves it.
        run(python, "-m", "venv", "--without-pip", venv)
    pip = [sys.executable, "-m", "pip", "--python", inside, "--quiet"]
    ready = venv / ".requirements"
    wanted = requirements()
    if not ready.exists() or ready.read_text().split("\n") != wanted:
        run(*pip, "install", "setuptools>=77", "wheel", *wanted)
        ready.write_text("\n".join(wanted))
    built = venv / ".built"
    source, changed = copied_sources()
    if not built.exists() or built.stat().st_mtime < changed:
        run(
            *pip,
            "install",
            "--no-build-isolation",
            "--no-deps",
            "--force-reinstall",
            source,
        )
        built.touch()
    return inside


def main(arguments: list[str]) -> int:
    CACHE.mkdir(parents=True, exist_ok=True)
    python = environment(interpreter())
    if arguments == ["--prepare"]:
        print(python)
        return 0
    tests = ROOT / "tests" / "python"
    ignored = [f"--ignore-glob={tests / pattern}" for pattern in IGNORED]
    if not arguments:
        arguments = [str(tests)]
    command = [
        *(str(python), "-m", "pytest", "-p", "faults.repeating"),
        *("-p", "tools.absent_packages", "-p", "no:cacheprovider"),
        *(*ignored, *arguments),
    ]
    settings = {
        **os.environ,
        "PYTHONPATH": str(tests),
        "PYTHONHASHSEED": "0",
        # What leaks at a small size does so at a large one.
        "PYHAMT_SHORT_TESTS": "1",
        "ABSENT": " ".join(LEFT_OUT.values()),
    }
    return subprocess.run(command, cwd=ROOT, env=settings).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
