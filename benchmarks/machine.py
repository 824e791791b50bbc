# SPDX-License-Identifier: Apache-2.0
"""What the figures depend on: the machine, the interpreter, the commit, the build."""

from __future__ import annotations

import os
import platform
import subprocess
import sysconfig
from importlib.util import find_spec
from pathlib import Path

_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
ROOT = Path(__file__).resolve().parents[1]


def machine() -> dict[str, str | None]:
    """A name and what it is; None for what this machine does not say."""
    return {
        "cpu": _cpu(),
        "cores": str(os.cpu_count()),
        "governor": _governor(),
        "kernel": f"{platform.system()} {platform.release()}",
        "c_library": " ".join(platform.libc_ver()).strip() or None,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "python_build_flags": sysconfig.get_config_var("OPT"),
        "commit": commit(),
        "extension": _extension(),
        "build_variables": _build_variables(),
        "hash_seed": os.environ.get("PYTHONHASHSEED", "random"),
    }


def commit() -> str | None:
    """The commit of this checkout, and whether it was changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(models, platform.processor() or platform.machine())


def _governor() -> str | None:
    """What sets the clock of the CPU; a virtual machine does not know."""
    try:
        return _GOVERNOR.read_text(encoding="ascii").strip()
    except OSError:
        return None


def _extension() -> str | None:
    """The file of the extension, whose name has its ABI, and its size."""
    spec = find_spec("pyhamt._hamt")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin)
    return f"{file.name}, {file.stat().st_size:,} bytes"


def _build_variables() -> str | None:
    """What the environment asks of a build; a build made before may differ."""
    found = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name.startswith("PYHAMT_")
    ]
    return " ".join(found) or None
