# SPDX-License-Identifier: Apache-2.0
"""The wheel that `make wheel` leaves in dist: its name, its files, what its extension
links to and exports, and that it works where nothing else is installed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMOKE = Path(__file__).with_name("smoke.py")
EXTENSION = "pyhamt/_hamt.abi3.so"
METADATA = {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE", "top_level.txt"}

# auditwheel may name one class of systems in two ways.
NAME = re.compile(
    r"pyhamt-(?P<version>[\d.]+)-cp310-abi3-"
    r"(?P<systems>(?:manylinux\w+\.)*manylinux\w+)\.whl"
)


def output(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(each) for each in command], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel() -> Path:
    (found,) = ROOT.glob("dist/pyhamt-*-abi3-*.whl")
    return found


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
    return directory


def test_name_promises_every_version_and_a_class_of_systems(wheel: Path) -> None:
    assert NAME.fullmatch(wheel.name), wheel.name


def test_metadata_says_what_the_name_says(wheel: Path, unpacked: Path) -> None:
    name = NAME.fullmatch(wheel.name)
    assert name is not None
    (text,) = (path.read_text() for path in unpacked.glob("*.dist-info/WHEEL"))
    tags = re.findall(r"^Tag: (.*)$", text, re.MULTILINE)
    assert "Root-Is-Purelib: false" in text
    assert sorted(tags) == sorted(
        f"cp310-abi3-{system}" for system in name["systems"].split(".")
    )


def test_files_are_the_package_and_its_metadata(wheel: Path, unpacked: Path) -> None:
    sources = ROOT / "python" / "pyhamt"
    package = {
        f"pyhamt/{path.name}"
        for path in sources.iterdir()
        if path.suffix in {".py", ".pyi", ".typed"}
    }
    (folder,) = unpacked.glob("*.dist-info")
    metadata = {f"{folder.name}/{name}" for name in METADATA}
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if not name.endswith("/")}
    assert files == package | metadata | {EXTENSION}


def test_extension_needs_the_c_library_alone(unpacked: Path) -> None:
    listing = output("readelf", "--dynamic", "--wide", unpacked / EXTENSION)
    assert re.findall(r"\(NEEDED\).*\[(.*)\]", listing) == ["libc.so.6"]
    assert not re.findall(r"\((?:RPATH|RUNPATH)\)", listing)


def test_extension_exports_its_init_function_alone(unpacked: Path) -> None:
    listing = output("nm", "--dynamic", "--defined-only", unpacked / EXTENSION)
    assert [line.split()[-1] for line in listing.splitlines()] == ["PyInit__hamt"]


def test_wheel_works_in_a_bare_environment(wheel: Path, tmp_path: Path) -> None:
    """No Swift, no compiler, no other package and no variable but PATH."""
    environment = tmp_path / "bare"
    output(sys.executable, "-m", "venv", environment)
    python = environment / "bin" / "python"
    bare = {"PATH": str(python.parent)}
    install = ("-m", "pip", "install", "--no-index", "--no-deps", wheel)
    output(python, *install, env=bare)
    place = Path(output(python, "-I", SMOKE, env=bare).strip())
    assert environment in place.parents
    listed = output(python, "-m", "pip", "list", "--format=freeze", env=bare)
    names = {line.partition("==")[0] for line in listed.splitlines()}
    assert names - {"pip", "setuptools"} == {"pyhamt"}
