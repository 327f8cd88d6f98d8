# Everything a checkout can do. `make reproduce` and `make test` set up what they need:
# a .venv from the hash-locked requirements, wheels only, nothing compiled.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# uv copies when the cache is on another file system; saying so keeps it quiet.
export UV_LINK_MODE ?= copy

# Bytecode of these is made at set-up: where a process may not write it, each start would compile.
SLOW_TO_START := numpy scipy numba llvmlite pandas matplotlib pydantic typer rich
INSTALL = $(UV) pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all:
PYTEST = $(BIN)/python -m pytest
WORKERS ?= 2

.PHONY: help setup reproduce test test-oracles coverage lint format types layers bench mutants paper docs full floors archive lock clean

help:
	@echo "make reproduce     data, games, bargaining, process, figures, tables and paper, profile fast"
	@echo "make test          the test suite"
	@echo "make test-oracles  other solvers, a cluster, a browser, fresh installations"
	@echo "make lint types layers   style, types and import layers"
	@echo "make coverage      branch coverage of the numeric packages (at least 95 %)"
	@echo "make bench         timings against named peers -> benchmarks/latest.json"
	@echo "make mutants       small changes of numeric code that the tests have to notice (hours)"
	@echo "make paper         paper/paper.pdf with the full profile (needs latexmk)"
	@echo "make docs          the documentation site, tutorials executed"
	@echo "make full          everything at full size; writes docs/full_run.md"
	@echo "make archive       the replication package as a zip"
	@echo "make floors        the tests with the oldest packages that are allowed"
	@echo "make lock          renew the locked requirements"

$(UV): requirements-uv.lock
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $<
	touch $@

.venv/.ready: requirements.lock pyproject.toml | $(UV)
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --only-binary :all: requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --no-index --editable .
	rm -f .venv/.full
	$(BIN)/python -m compileall -q -j 0 -x '/tests/' $(addprefix .venv/lib/python*/site-packages/,$(SLOW_TO_START)) negotiation
	printf '%s\n' process equilibrium trade.solver | xargs -P 2 -I{} $(BIN)/python -c \
	  "from importlib import import_module; import_module('negotiation.{}.precompile').compile_kernels()"
	touch $@

.venv/.full: .venv/.ready requirements-full.lock
	$(INSTALL) -r requirements-full.lock
	touch $@

setup: .venv/.ready

reproduce: .venv/.ready
	$(BIN)/negotiation reproduce

test: .venv/.ready
	$(PYTEST) -n $(WORKERS) -m "not oracle and not slow and not fresh"

# Without the pages that `make docs` runs.
coverage: .venv/.ready
	$(BIN)/coverage erase
	$(PYTEST) -n $(WORKERS) -m "not oracle and not slow and not fresh and not page" --cov --cov-report=
	NUMBA_DISABLE_JIT=1 $(PYTEST) -n $(WORKERS) -m "kernel" --cov --cov-append --cov-report=
	$(BIN)/coverage report --fail-under=95 --include="negotiation/trade/*,negotiation/policy/*,negotiation/games/*,negotiation/equilibrium/*,negotiation/bargaining/*,negotiation/process/*,negotiation/estimation/*"

test-oracles: .venv/.full
	$(PYTEST) -n $(WORKERS) -m "(oracle or fresh) and not slow"

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/.ready
	$(BIN)/mypy

layers: .venv/.ready
	$(BIN)/lint-imports

bench: .venv/.full
	$(BIN)/python -m benchmarks

# Outside continuous integration: each mutant that changes a result runs the tests of its package.
mutants: .venv/.ready
	$(BIN)/python -m tests.mutation --count 200 --seed 1

paper: .venv/.ready
	$(BIN)/negotiation reproduce --paper --profile full

docs: .venv/.full
	$(BIN)/python docs/build.py

# Each part opens with a line that docs/record_full_run.py reads; studies that are up to date are kept.
full: .venv/.full
	mkdir -p build
	set -o pipefail; SECONDS=0; part() { printf '\n== %s (%d s) ==\n' "$$1" "$$SECONDS"; }; { \
	  echo "full run of $$(date -u +%F), $$(nproc) cores" \
	  && part "studies, figures and paper, full profile" && $(BIN)/negotiation reproduce --profile full \
	  && part "every test, slow ones and comparisons included" && $(PYTEST) -n $(WORKERS) \
	  && part "benchmarks" && $(BIN)/python -m benchmarks \
	  && part end; } 2>&1 | tee build/full.log
	$(BIN)/python docs/record_full_run.py build/full.log

archive: .venv/.ready
	$(BIN)/negotiation archive

# The lowest versions of direct dependencies, in an environment of their own; what the old ones call
# in newer packages may be deprecated.
floors: $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) build/floors
	$(UV) pip install --quiet --python build/floors/bin/python --only-binary :all: --resolution lowest-direct --editable '.[reproduce]' --group dev
	build/floors/bin/python -m pytest -n $(WORKERS) -m "not oracle and not slow and not fresh" -W default::DeprecationWarning

lock: $(UV)
	$(UV) pip compile pyproject.toml --all-extras --group dev --group oracles --group docs \
	  --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements-full.lock
	$(UV) pip compile pyproject.toml --extra reproduce --group dev --constraint requirements-full.lock \
	  --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock
	echo uv | $(UV) pip compile - \
	  --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements-uv.lock

clean:
	rm -rf .venv .uv .pytask .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage* site
	rm -rf experiments/results figures/out paper/generated
