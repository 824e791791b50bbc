# SPDX-License-Identifier: Apache-2.0
"""Every interpreter that the tests run on: found on this machine, or prepared once.

    python tools/interpreters.py [NAME ...]

prints where each is; the exit status is 1 if one is missing, and its line says why.
An interpreter is taken from PATH or from pyenv (PYENV_ROOT). Where 3.14, 3.15 or the
free-threaded 3.13 (3.13t) is in neither, it is made:

3.14, 3.15  debootstrap lays out Debian's suite sid in a folder to chroot into, which
            takes root and a minute.
3.13t       the source package of Debian's suite trixie is compiled, which takes the
            libraries' headers and five minutes.

One more, 3.13t-tsan, is not for the tests: 3.13t with ThreadSanitizer in all of its
code, for sanitize.py. The clang beside `swift` on PATH compiles it, so that the runtime
of the sanitizer in the interpreter is the one that the extension is compiled for. That
takes seven minutes of a processor.

What is made is kept in the folder PYHAMT_INTERPRETERS, without it in
~/.cache/pyhamt/interpreters (XDG_CACHE_HOME moves it). The address of the packages is
that of the machine's own apt sources, and apt works in a directory of its own, so that
the machine stays as it is.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import toolchain

NAMES = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.13t")

# Without a GIL, and with ThreadSanitizer.
SANITIZED = "3.13t-tsan"

# Without CPython's own tests, which it would take minutes to compile so.
SANITIZED_OPTIONS = ("--with-thread-sanitizer", "--disable-test-modules")

SOURCE_SUITE, SOURCE_PACKAGE = "trixie", "python3.13"
ROOT_SUITE = "sid"

# The interpreters, then the programs that the tests call.
ROOT_PACKAGES = (
    *("python3.14", "python3.14-venv", "python3.15", "python3.15-venv"),
    *("python3.14-dev", "python3.15-dev"),
    *("binutils", "git", "graphviz", "make"),
)

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Says which interpreter this is; without one of the modules it cannot be tested with.
PROBE = """
import ctypes, ensurepip, lzma, ssl, sqlite3, sys, sysconfig, venv, zlib
suffix = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
if "--with-thread-sanitizer" in (sysconfig.get_config_var("CONFIG_ARGS") or ""):
    suffix += "-tsan"
print("%d.%d%s" % (*sys.version_info[:2], suffix), sys.executable)
"""


class MissingError(Exception):
    """An interpreter that is neither here nor can be made, with the reason."""


@dataclass(frozen=True)
class Interpreter:
    """A Python, and the folder to chroot into where it has one."""

    name: str
    python: str
    root: Path | None = None

    def __str__(self) -> str:
        return self.python if self.root is None else f"{self.python} in {self.root}"

    def command(self, *arguments: str) -> list[str]:
        """What runs a program where the interpreter is; the first word is its path.

        In a root, the program has a /proc; it goes with the namespace that it is in.
        """
        if self.root is None:
            return list(arguments)
        enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
        return ["unshare", "--mount", "sh", "-c", enter, str(self.root), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of such a program: this one, without what concerns Python."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
        }
        if self.root is not None:
            kept.pop("TMPDIR", None)
            kept |= {
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/",
                "LC_ALL": "C.UTF-8",
            }
        return kept | more

    def path(self, place: Path) -> str:
        """A path of this machine as the interpreter has it."""
        if self.root is None:
            return str(place)
        return "/" + place.relative_to(self.root).as_posix()


def cache() -> Path:
    """The folder of what is made."""
    chosen = os.environ.get("PYHAMT_INTERPRETERS")
    if chosen:
        return Path(chosen).absolute()
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches, "pyhamt", "interpreters")


@contextmanager
def locked(made: Path) -> Iterator[None]:
    """Make a thing in this process alone; another process waits."""
    made.parent.mkdir(parents=True, exist_ok=True)
    with made.with_name(f"{made.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def interpreter(name: str) -> Interpreter:
    """Find the interpreter of the name, or make it; MissingError says why not."""
    for python in candidates(name):
        found = probed(Interpreter(name, python))
        if found is not None:
            return found
    make = MAKERS.get(name)
    if make is None:
        raise MissingError("neither on PATH nor under PYENV_ROOT")
    made = make(name)
    found = probed(made)
    if found is None:
        raise MissingError(f"{made} does not run, or lacks a module; remove its folder")
    return found


def candidates(name: str) -> Iterator[str]:
    """Where an interpreter of the name may be, the likeliest first."""
    for directory in os.get_exec_path():
        place = Path(directory, f"python{name}")
        if os.access(place, os.X_OK) and place.is_file():
            yield str(place)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    number, suffix = name[:4], name[4:]
    version = re.compile(rf"{re.escape(number)}\.\d+{suffix}")
    for place in sorted(pyenv.glob("*/bin/python3")):
        if version.fullmatch(place.parent.parent.name):
            yield str(place)


def probed(candidate: Interpreter) -> Interpreter | None:
    """The candidate by its own path, or None if it is no such interpreter."""
    done = subprocess.run(
        candidate.command(candidate.python, "-I", "-c", PROBE),
        env=candidate.environment(),
        capture_output=True,
        text=True,
    )
    name, _, python = done.stdout.strip().partition(" ")
    if done.returncode or name != candidate.name:
        return None
    return Interpreter(name, python, candidate.root)


def run(
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a step whose output goes to the log; a failure names the log."""
    defaults = {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        print("$", *command, file=file, flush=True)
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **defaults, **(environment or {})},
            stdout=file,
            stderr=file,
        )
    if done.returncode:
        raise MissingError(f"{command[0]} failed; {log} has what it said")


def need(programs: dict[str, str]) -> None:
    """Raise unless all programs are there; the package of one that is not is named."""
    for program, package in programs.items():
        if shutil.which(program) is None:
            raise MissingError(f"{program} is not there; install {package}")


# ---- Packages


def mirror() -> str:
    """Where the machine's own apt sources get Debian from."""
    need({"apt-get": "apt, on a Debian"})
    try:
        codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    except (OSError, KeyError):
        raise MissingError("this is no Debian that has a name") from None
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)"],
        capture_output=True,
        text=True,
    )
    for line in listing.stdout.splitlines():
        release, component, address = line.split(" ", 2)
        if (release, component) == (codename, "main"):
            return address
    raise MissingError(f"the apt sources have no component main of suite {codename}")


@contextmanager
def apt(source: str, log: Path) -> Iterator[tuple[list[str], Path]]:
    """Give the beginning of an apt-get command over the source, with its folder.

    A source is `TYPE SUITE`. All that apt reads and writes of it is in the folder.
    """
    address = mirror()
    with TemporaryDirectory(dir=cache()) as name:
        folder = Path(name)
        for part in ("lists/partial", "archives/partial"):
            folder.joinpath(part).mkdir(parents=True)
        signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
        kind, suite = source.split()
        folder.joinpath("sources.list").write_text(
            f"{kind} {signed}{address} {suite} main\n"
        )
        # Hooks of the machine would tidy up after apt, and not here.
        folder.joinpath("apt.conf").write_text(
            f'Dir::Etc::SourceList "{folder}/sources.list";\n'
            'Dir::Etc::SourceParts "/dev/null";\n'
            f'Dir::State::Lists "{folder}/lists";\n'
            f'Dir::Cache::Archives "{folder}/archives";\n'
            'Dir::Cache::pkgcache "";\n'
            'Dir::Cache::srcpkgcache "";\n'
            'Acquire::Languages "none";\n'
            'APT::Sandbox::User "root";\n'
            "#clear APT::Update::Post-Invoke;\n"
            "#clear APT::Update::Post-Invoke-Success;\n"
        )
        command = ["apt-get", f"--config-file={folder}/apt.conf"]
        run([*command, "update"], log)
        yield command, folder


@contextmanager
def debootstrap(log: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Give debootstrap and its environment: the machine's, or the package unpacked."""
    installed = shutil.which("debootstrap")
    if installed:
        yield installed, {}
        return
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    with apt(f"deb {codename}", log) as (apt_get, folder):
        run([*apt_get, "download", "debootstrap"], log, cwd=folder)
        (package,) = folder.glob("debootstrap_*.deb")
        run(["dpkg-deb", "--extract", str(package), str(folder)], log)
        share = folder / "usr/share/debootstrap"
        program = folder / "usr/sbin/debootstrap"
        yield str(program), {"DEBOOTSTRAP_DIR": str(share)}


# ---- What is made


def make_in_root(name: str) -> Interpreter:
    """An interpreter of Debian's next release, in a root that all of them share."""
    if os.geteuid() != 0:
        raise MissingError("debootstrap and chroot need root")
    root = cache() / ROOT_SUITE
    with locked(root):
        if not root.exists():
            lay_out(root)
        lend_network(root)
    return Interpreter(name, f"/usr/bin/python{name}", root)


def lay_out(root: Path) -> None:
    """Let debootstrap fill the root."""
    address = mirror()
    need({"wget": "wget", "unshare": "util-linux", "chroot": "coreutils"})
    log = cache() / f"{ROOT_SUITE}.log"
    log.unlink(missing_ok=True)
    unfinished = root.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    print(f"laying out {', '.join(ROOT_PACKAGES[:4])} in {root}", flush=True)
    with debootstrap(log) as (program, environment):
        # What it mounts goes with it, even if it is interrupted.
        command = ["unshare", "--mount", program, "--variant=minbase"]
        command += [f"--include={','.join(ROOT_PACKAGES)}", ROOT_SUITE]
        run([*command, str(unfinished), address], log, environment=environment)
    unfinished.rename(root)


def lend_network(root: Path) -> None:
    """Let programs in the root reach what programs of this machine reach."""
    files = ["/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf"]
    files += ["/etc/ssl/certs/ca-certificates.crt"]
    files += filter(None, map(os.environ.get, ("PIP_CERT", "SSL_CERT_FILE")))
    for file in files:
        if Path(file).is_file():
            copy = root / file.lstrip("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            shutil.copyfile(file, copy)


def make_free_threaded(name: str) -> Interpreter:
    """CPython without the GIL, from the sources of Debian's stable release."""
    prefix = cache() / name
    with locked(prefix):
        if not prefix.exists():
            sanitized = name == SANITIZED
            compile_free_threaded(
                prefix,
                options=SANITIZED_OPTIONS if sanitized else (),
                environment=sanitizing() if sanitized else {},
            )
    return Interpreter(name, str(prefix / "bin" / f"python{name.partition('-')[0]}"))


def compile_free_threaded(
    prefix: Path, *, options: Sequence[str], environment: Mapping[str, str]
) -> None:
    """Let make compile the sources and install them at the prefix."""
    need({"cc": "build-essential", "make": "build-essential", "xz": "xz-utils"})
    need({"dpkg-source": "dpkg-dev"})
    log = cache() / f"{prefix.name}.log"
    log.unlink(missing_ok=True)
    print(f"compiling {SOURCE_PACKAGE} without the GIL into {prefix}", flush=True)
    with apt(f"deb-src {SOURCE_SUITE}", log) as (apt_get, folder):
        run([*apt_get, "source", "--download-only", SOURCE_PACKAGE], log, cwd=folder)
        (description,) = folder.glob("*.dsc")
        source, stage = folder / "source", folder / "stage"
        # Debian's changes move ensurepip's wheels to packages of Debian.
        unpack = ["dpkg-source", "--skip-patches", "--extract"]
        run([*unpack, str(description), str(source)], log)
        for command in (
            ["./configure", f"--prefix={prefix}", "--disable-gil", *options],
            ["make", f"-j{os.cpu_count() or 1}"],
            ["make", "install", f"DESTDIR={stage}"],
        ):
            slowly = ["nice", "-n", "10", *command]
            run(slowly, log, cwd=source, environment=environment)
        stage.joinpath(prefix.relative_to("/")).rename(prefix)


def sanitizing() -> dict[str, str]:
    """What configure is to know of the Swift toolchain, to build for its sanitizer.

    The runtime of ThreadSanitizer, as it comes with Swift, refers to its libdispatch
    and to its library of blocks.
    """
    try:
        swiftc = toolchain.program("swiftc")
    except FileNotFoundError as error:
        raise MissingError(f"{error}, whose clang compiles it") from None
    about = subprocess.run(
        [swiftc, "-print-target-info"], capture_output=True, check=True
    )
    libraries = json.loads(about.stdout)["paths"]["runtimeLibraryPaths"]
    return {
        "CC": str(toolchain.program("clang")),
        "CXX": str(toolchain.program("clang++")),
        "LDFLAGS": " ".join(f"-L{path} -Wl,-rpath,{path}" for path in libraries),
        "LIBS": "-ldispatch -lBlocksRuntime",
    }


MAKERS: dict[str, Callable[[str], Interpreter]] = {
    "3.14": make_in_root,
    "3.15": make_in_root,
    "3.13t": make_free_threaded,
    SANITIZED: make_free_threaded,
}


def main() -> int:
    """Print a line for each interpreter; 1 if one is missing."""
    parser = argparse.ArgumentParser(description="Find or prepare the interpreters.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(NAMES))
    names = parser.parse_args().names or NAMES
    status = 0
    for name in names:
        try:
            if name not in {*NAMES, SANITIZED}:
                raise MissingError(f"the tests know {', '.join(NAMES)}")
            print(f"{name:6} {interpreter(name)}", flush=True)
        except MissingError as reason:
            print(f"{name:6} missing: {reason}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
