# SPDX-License-Identifier: Apache-2.0
#
# What a developer types. Every target sets up what it needs; `make help` lists them.
#
#     make run INPUT=words.txt.gz ARGS=--quick      the words of a file, in less time
#     PYTHON=/path/to/python3.13 make test          another interpreter, its own environment

.DEFAULT_GOAL := help

ifdef PYTHON
VENV := .venv-$(shell '$(PYTHON)' -c 'import sys, zlib; \
	print("%s-%08x" % (sys.implementation.cache_tag, zlib.crc32(sys.executable.encode())))' \
	2>/dev/null)
else
PYTHON := python3
VENV := .venv
endif

VENV_PYTHON := $(VENV)/bin/python
SWIFT_PATHS := Package.swift Sources tests/swift tests/fuzz/Sources benchmarks/native

# The directories are in the list too: their times tell that a file is gone.
SOURCES := Package.swift setup.py pyproject.toml $(shell find Sources python \
	-name __pycache__ -prune -o -name '*.egg-info' -prune -o -not -name '*.so' -print)

# Files that say when a step was last done, one set for each environment.
CREATED := $(VENV)/.created
INSTALLED := $(VENV)/.installed
LINT_TOOLS := $(VENV)/.lint-tools
WHEEL_TOOLS := $(VENV)/.wheel-tools
WHEEL := dist/.wheel

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test test-swift test-python types lint format check clean toolchain

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 20

run: $(INSTALLED) ## Compare pyhamt with dict and contextvars on real text
	$(VENV_PYTHON) -m benchmarks $(FILES) $(ARGS)

# The files of a user, for `run`, or beside the other keys of a suite.
FILES = $(if $(INPUT),--input $(INPUT))

.PHONY: bench bench-quick bench-compare

# A trie is as deep as the hashes of its keys make it.
run bench bench-quick bench-compare: export PYTHONHASHSEED := 0

bench: $(INSTALLED) ## Measure everything, beside every rival, in ten minutes
	$(VENV_PYTHON) -m benchmarks --suite full $(FILES) $(ARGS)

bench-quick: $(INSTALLED) ## Measure the chief operations in a minute
	$(VENV_PYTHON) -m benchmarks --suite quick $(FILES) $(ARGS)

bench-compare: $(INSTALLED) ## Say what became faster or slower since BASE=commit
	$(VENV_PYTHON) -m benchmarks.compare $(BASE) $(ARGS)

.PHONY: bench-array-limit

bench-array-limit: $(INSTALLED) ## Compare the limit of small maps with none and with 16
	$(VENV_PYTHON) -m benchmarks.array_limit $(ARGS)

# Without optimisation across modules the core's generic code would stay so, ten times slower; without
# popcount the bitmaps are counted by hand, where the extension has the instruction (setup.py).
NATIVE_FLAGS := --configuration release --package-path benchmarks/native --scratch-path .build/native \
	-Xswiftc -cross-module-optimization $(if $(filter x86_64,$(shell uname -m)),-Xcc -march=x86-64-v2)

.PHONY: bench-native bench-instructions

bench-native: | toolchain ## Compare the core with other tries; LIBHAMT=/path/to/libhamt.so is one
	swift run $(NATIVE_FLAGS) NativeBenchmark $(ARGS)

bench-instructions: $(INSTALLED) ## Count instructions; ARGS=--renew makes them the baseline
	$(VENV_PYTHON) -m benchmarks.instructions $(ARGS)

test: test-swift types test-python ## Run the Swift tests, the type checks and the Python tests

test-swift: | toolchain
	swift test --scratch-path .build/swift-tests --disable-xctest

test-python: $(INSTALLED)
	$(VENV_PYTHON) -m pytest --numprocesses auto $(ARGS)

types: $(INSTALLED) ## Check the types, and the stub against the extension
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -m mypy.stubtest pyhamt \
		--allowlist tests/typing/stubtest_allowlist.txt

.PHONY: interpreters wheel wheels test-all

interpreters: $(CREATED) ## Find or prepare every interpreter
	$(VENV_PYTHON) tools/interpreters.py $(ARGS)

wheel: $(WHEEL) $(INSTALLED) ## Build the wheel for all versions, and test it alone
	$(VENV_PYTHON) -m pytest tests/wheel

wheels: wheel ## And the faster ones for a version each
	$(VENV_PYTHON) tools/wheel.py 3.10 3.11 3.12 3.13

test-all: $(WHEEL) ## Test that wheel on every Python; ARGS="3.10 3.14 -- -k diff"
	$(VENV_PYTHON) tools/run_tests.py $(ARGS)

.PHONY: check-faults check-threads check-references test-modes fuzz coverage sanitize

check-faults: $(INSTALLED) ## Let every allocation and every callback fail
	PYHAMT_LONG_TESTS=1 $(VENV_PYTHON) -m pytest tests/python/test_faults.py \
		tests/python/test_security.py

check-threads: $(WHEEL) ## Let eight threads share maps for a minute, with the GIL and without
	PYHAMT_LONG_TESTS=1 $(VENV_PYTHON) tools/run_tests.py 3.11 3.13t -- \
		tests/python/test_threads.py

check-references: $(INSTALLED) ## Repeat the tests on a debug Python and watch its references
	$(VENV_PYTHON) tools/pydebug.py $(ARGS)

MODES := collect switch

test-modes: $(INSTALLED) ## Test Python with a collection at each allocation, then with threads switching
	for mode in $(MODES); do \
		PYTHONPATH=tests/python/hostile $(VENV_PYTHON) -m pytest -p modes --mode=$$mode \
			$(ARGS) || exit 1; \
	done

fuzz: | toolchain ## Run programs that a fuzzer makes up, ten minutes; ARGS='--seconds 60' for less
	'$(PYTHON)' tools/fuzz.py $(ARGS)

sanitize: | toolchain ## Run the tests under the sanitizers and valgrind; ARGS='address python'
	'$(PYTHON)' tools/sanitize.py $(ARGS)

coverage: | toolchain ## Say what the tests reach, on one page; ARGS=--strict fails on gaps
	'$(PYTHON)' tools/coverage.py $(ARGS)

lint: $(LINT_TOOLS) ## List what the formatters and linters object to
	swift format lint --strict --recursive $(SWIFT_PATHS)
	find Sources -name '*.[ch]' -exec $(VENV)/bin/clang-format --dry-run --Werror {} +
	$(VENV_PYTHON) -m ruff format --check
	$(VENV_PYTHON) -m ruff check
	@echo 'lint: nothing to object to'

format: $(LINT_TOOLS) ## Rewrite the sources the way lint wants them
	swift format --in-place --recursive $(SWIFT_PATHS)
	find Sources -name '*.[ch]' -exec $(VENV)/bin/clang-format -i {} +
	$(VENV_PYTHON) -m ruff check --fix-only
	$(VENV_PYTHON) -m ruff format

check: lint test ## Do what a change must pass

.PHONY: check-all packages

check-all: packages | toolchain ## Run every check there is, in 50 minutes on two processors
	'$(PYTHON)' tools/check_all.py $(ARGS)

packages: ## Install the Debian packages that the checks need, as root
	sh tools/install_packages.sh

clean: ## Remove everything that was built, the environments included
	rm -rf .build build dist .venv .venv-* .*_cache .hypothesis \
		python/*.egg-info python/pyhamt/*.so
	find . -name '__pycache__' -prune -exec rm -rf {} +

toolchain:
	@sh tools/check_toolchain.sh '$(PYTHON)'

$(CREATED): | toolchain
	'$(PYTHON)' -m venv $(VENV)
	touch $@

# setuptools packs what an earlier build left in build/, files that are gone included.
$(INSTALLED): $(SOURCES) $(CREATED) | toolchain
	@echo 'Building pyhamt and installing it into $(VENV)'
	rm -rf build
	$(VENV_PYTHON) -m pip install --quiet '.[test,bench,types]'
	touch $@

$(LINT_TOOLS): tools/lint-requirements.txt $(CREATED) | toolchain
	$(VENV_PYTHON) -m pip install --quiet --requirement $<
	touch $@

$(WHEEL): $(SOURCES) $(WHEEL_TOOLS) tools/wheel.py | toolchain
	$(VENV_PYTHON) tools/wheel.py
	touch $@

$(WHEEL_TOOLS): tools/wheel-requirements.txt $(CREATED)
	$(VENV_PYTHON) -m pip install --quiet --requirement $<
	touch $@
