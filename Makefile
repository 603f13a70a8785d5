# Python 3.11 or later and make are all this needs; everything else is installed into .venv.
PYTHON  ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
             $(name) -c 'import sys; print("$(name)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))
WORKERS ?= 2
VENV    := .venv
BIN     := $(VENV)/bin
DEMO    := $(VENV)/.installed-demo
TEST    := $(VENV)/.installed-test
# In an environment of its own: what pins is no part of what is pinned.
LOCKING := .cache/uv
PIN     := $(LOCKING)/bin/uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes \
             --no-header --no-annotate --no-strip-markers

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo run test bench bench-compare docs lock clean

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(TEST) ## Make the virtual environment and install exactly what requirements/ pins, each file by its hash

$(VENV)/.installed-%: pyproject.toml requirements/%.txt
	@test -n "$(PYTHON)" || { echo "Lineward needs Python 3.11 or later, and found none: name one by PYTHON=..." >&2; exit 3; }
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	  { echo "Python's venv module is missing (on Debian: apt-get install python3-venv)" >&2; exit 3; }
	@echo "Installing lineward[$*] into $(VENV) (a minute or two the first time) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --only-binary :all: --requirement requirements/$*.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(DEMO) ## Run the example pipeline against a fresh catalog and show its answers (ONCE=1 ends afterwards)
	@$(BIN)/lineward demo $(if $(ONCE),--once)

run: $(DEMO) ## Serve the catalog on loopback, with its data in lineward-data/
	@$(BIN)/lineward serve

test: $(TEST) ## Check style, types and imports, then run every test, the real Neo4j included
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.support.neo4j_server
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup $(ARGS)

bench: $(TEST) ## Measure on this machine and write bench/RESULTS.md
	@$(BIN)/python -m bench $(ARGS)

bench-compare: $(TEST) ## Measure another receiver beside Lineward (ARGS="--url ... --driver marquez"), or Lineward alone
	@$(BIN)/python -m bench compare $(ARGS)

docs: $(TEST) ## Write the generated tables of README.md and docs/ anew
	@$(BIN)/python -m docs

lock: ## Pin anew what pyproject.toml allows, with hashes, for Python 3.11 to 3.13 on Linux and macOS
	@test -x $(LOCKING)/bin/uv || { $(PYTHON) -m venv $(LOCKING) && $(LOCKING)/bin/python -m pip install --quiet uv; }
	@$(PIN) --upgrade --extra test --output-file requirements/test.txt pyproject.toml
	@$(PIN) --constraint requirements/test.txt --extra demo --extra neo4j --extra build --output-file requirements/demo.txt pyproject.toml
	@$(PIN) --constraint requirements/test.txt --extra service --extra neo4j --extra build --output-file requirements/service.txt pyproject.toml

clean: ## Remove the environment, caches and what the demo left behind
	@rm -rf $(VENV) .cache build dist demo-out lineward-data
