# SPDX-License-Identifier: Apache-2.0
"""Build the extension: SwiftPM compiles one static archive, clang links it.

The metadata is in pyproject.toml. These variables of the environment matter:

PYHAMT_LIMITED_API  1 builds for every CPython from 3.10 up (abi3), 0 for the
                    running version alone.
PYHAMT_SWIFT_FLAGS  further flags for `swift build`.
PYHAMT_SYMBOLS      1 keeps the symbols, for a profiler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Distribution, Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
LIMITED_API = os.environ.get("PYHAMT_LIMITED_API", "0") == "1"
KEEP_SYMBOLS = os.environ.get("PYHAMT_SYMBOLS", "0") == "1"
LIMITED_API_VERSION = "0x030A0000"  # Python 3.10

# popcount counts the buckets of a bitmap, and x86-64-v2 is the first level that
# has it; module.c checks for the level when it is imported. The dialect makes the
# address of a thread-local variable cheap, as other machines have it anyway.
TARGET_FLAGS = {"x86_64": ["-march=x86-64-v2", "-mtls-dialect=gnu2"]}


def toolchain() -> tuple[str, str]:
    """Return the paths of swift and of the clang beside it."""
    swift = shutil.which("swift")
    if swift is None:
        sys.exit("pyhamt needs the Swift 6.3 toolchain (swift.org) on PATH.")
    beside = Path(swift).resolve().with_name("clang")
    clang = str(beside) if beside.exists() else shutil.which("clang")
    if clang is None:
        sys.exit("pyhamt needs clang, which comes with the Swift toolchain.")
    return swift, clang


def python_include() -> str:
    """Return the directory of Python.h."""
    include = sysconfig.get_path("include")
    if not Path(include, "Python.h").exists():
        sys.exit(
            "pyhamt needs Python.h (python3-dev on Debian): "
            f"there is none in {include}."
        )
    return include


class SwiftBuild(build_ext):
    """Builds the one extension with SwiftPM in place of distutils."""

    def build_extension(self, ext: Extension) -> None:
        swift, clang = toolchain()
        archive = self.build_archive(swift)
        target = Path(self.get_ext_fullpath(ext.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        exports = Path(self.build_temp, "exports.map")
        exports.parent.mkdir(parents=True, exist_ok=True)
        exports.write_text("{ global: PyInit__hamt; local: *; };\n")
        subprocess.run(
            [
                clang,
                "-shared",
                "-fuse-ld=lld",
                "-Wl,--whole-archive",
                str(archive),
                "-Wl,--no-whole-archive",
                f"-Wl,--version-script={exports}",
                "-Wl,--gc-sections",
                "-Wl,-z,now",
                "-Wl,--strip-debug" if KEEP_SYMBOLS else "-Wl,--strip-all",
                "-o",
                str(target),
            ],
            check=True,
        )

    def build_archive(self, swift: str) -> Path:
        """Compile the package, one scratch directory per interpreter and flags."""
        include = python_include()
        flags = ["-DNDEBUG", *TARGET_FLAGS.get(os.uname().machine, [])]
        tag = sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag
        if LIMITED_API:
            flags.append(f"-DPy_LIMITED_API={LIMITED_API_VERSION}")
            tag = f"abi3-{tag}"
        environment = dict(
            os.environ, PYHAMT_PYTHON_INCLUDE=include, PYHAMT_CFLAGS=" ".join(flags)
        )
        command = [
            swift,
            "build",
            "--configuration=release",
            "--product=hamt",
            f"--package-path={ROOT}",
            f"--scratch-path={ROOT / '.build' / tag}",
            *os.environ.get("PYHAMT_SWIFT_FLAGS", "").split(),
        ]
        subprocess.run(command, env=environment, check=True)
        shown = subprocess.run(
            [*command, "--show-bin-path"],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return Path(shown.stdout.strip(), "libhamt.a")


class Wheel(bdist_wheel):
    """Names the wheel of a limited-API build for every version from 3.10 up."""

    def get_tag(self) -> tuple[str, str, str]:
        python, abi, platform = super().get_tag()
        return ("cp310", "abi3", platform) if LIMITED_API else (python, abi, platform)


class NativeDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


setup(
    distclass=NativeDistribution,
    cmdclass={"build_ext": SwiftBuild, "bdist_wheel": Wheel},
    ext_modules=[Extension("pyhamt._hamt", sources=[], py_limited_api=LIMITED_API)],
)
