#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Says in one sentence what a build lacks and which package gives it, before the build
# can fail halfway with less to go by.
#
#     sh tools/check_toolchain.sh PYTHON
#
# Exit status: 0 when nothing is missing, else 1. Package names are Debian's.

set -eu

python=$1

missing() {
    echo "pyhamt cannot be built: $1." >&2
    exit 1
}

python_can() {
    "$python" -c "$1" >/dev/null 2>&1
}

command -v "$python" >/dev/null ||
    missing "$python is not found; install Python 3.10 or newer (python3), or name one with PYTHON=/path/to/python3"
python_can 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    missing "$python is not Python 3.10 or newer; name another one with PYTHON=/path/to/python3"
python_can 'import ensurepip, venv' ||
    missing "$python has no module venv or ensurepip; install python3-venv"
python_can 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' ||
    missing "the header Python.h of $python is not found; install python3-dev"

swift=$(command -v swift) ||
    missing "swift is not found on PATH; install the Swift 6.3 toolchain from swift.org"
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
# shellcheck disable=SC2086  # two words: the major and the minor number
set -- ${version:-0 0}
[ "$1" -gt 6 ] || { [ "$1" -eq 6 ] && [ "$2" -ge 3 ]; } ||
    missing "$swift is not Swift 6.3 or newer, or does not run; install the toolchain from swift.org"

clang=$(dirname "$(readlink -f "$swift")")/clang
[ -x "$clang" ] ||
    missing "the compiler clang is not found beside $swift; install the whole Swift 6.3 toolchain from swift.org"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo '#include <stdlib.h>' |
    "$clang" -shared -fPIC -fuse-ld=lld -x c - -o "$scratch/probe.so" 2>/dev/null ||
    missing "$clang cannot compile and link against the C library; install build-essential"
