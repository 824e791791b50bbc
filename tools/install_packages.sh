#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian packages that the tests and the checks need and that are missing. Without
# root, or on another system, names them and goes on: what needs one says so.

set -eu

# The build and the tests, the tools of the checks, and what tools/interpreters.py needs to lay
# out the later interpreters and to compile the free-threaded one.
packages="build-essential python3-dev python3-venv
graphviz qemu-user valgrind
ca-certificates debootstrap dpkg-dev wget xz-utils
libbz2-dev libffi-dev liblzma-dev libsqlite3-dev libssl-dev zlib1g-dev"

command -v dpkg-query >/dev/null || exit 0

missing=
for package in $packages; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null |
        grep --quiet 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "these packages are missing:$missing" >&2
    exit 0
fi
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing
