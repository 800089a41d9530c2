# Every target works from a clean clone: it makes .venv with Python 3.11 or newer and installs what it needs.
# What is installed is remembered by the contents it came from, so nothing is installed twice and nothing is stale.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := demo
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --quiet
STAMPS := $(VENV)/stamps

PACKED := $(wildcard cluster_spec templates inventories/pocket pyproject.toml README.md LICENSE)
SOURCES := $(shell find $(PACKED) -type f ! -name '*.py[co]' -exec cksum {} + | LC_ALL=C sort | cksum | cut -d' ' -f1)
CONFIG := $(shell cksum < pyproject.toml | cut -d' ' -f1)

.PHONY: demo test check bench update faults install clean

demo: install ## install the wheel and validate the seed system
	$(BIN)/clusterspec validate inventories/scalex

test: install $(STAMPS)/test-$(CONFIG) ## all tests, at most ten minutes
	$(BIN)/python -m pytest -q --session-timeout=570

check: $(STAMPS)/dev-$(CONFIG) ## style, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install $(STAMPS)/test-$(CONFIG) ## cost against the import floor, into build/bench.json
	mkdir -p build
	$(BIN)/python -m tests.bench

update: install $(STAMPS)/test-$(CONFIG) ## regenerate everything that is generated
	$(BIN)/python -m pytest -q -m generated --update

faults: install $(STAMPS)/test-$(CONFIG) ## plant many faults; print detection and false alarms
	CLUSTERSPEC_FAULTS=large $(BIN)/python -m pytest -q -s --timeout=3600 tests/faults

install: $(STAMPS)/package-$(SOURCES)

clean: ## remove what make has made
	rm -rf $(VENV) build dist

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "clusterspec needs Python 3.11 or newer (make PYTHON=...)" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --upgrade 'pip>=25.1' 'hatchling>=1.27'
	mkdir -p $(STAMPS) && touch $@

# Compiled by hand as well: the environment may forbid Python to write bytecode, and uncompiled code starts twice as slow.
$(STAMPS)/package-$(SOURCES): $(STAMPS)/venv
	rm -rf build/wheel $(STAMPS)/package-*
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheel .
	$(PIP) install --force-reinstall --no-deps build/wheel/*.whl
	$(PIP) install build/wheel/*.whl
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q "$$($(BIN)/python -c \
	  'import sysconfig; print(sysconfig.get_path("purelib"))')" || true
	touch $@

$(STAMPS)/test-$(CONFIG): $(STAMPS)/venv
	$(PIP) install --group test
	rm -f $(STAMPS)/test-* && touch $@

$(STAMPS)/dev-$(CONFIG): $(STAMPS)/venv | install
	$(PIP) install --group dev
	rm -f $(STAMPS)/dev-* && touch $@
