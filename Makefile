# Two commands: `make demo` shows what charkit does, `make test` proves that it works. Both set up everything they need
# (Python 3.11 or newer, nothing else), both may be run again at any time.

PYTHON ?= python3
# A relative path: the folder this lies in may have spaces in its name.
BIN := .venv/bin
PY := $(BIN)/python
READY := .venv/.ready
LOOPBACK := CHARKIT_PROGRESS=off
# Many tests wait for a disk, a simulator or a killed child: one more of them at a time than there are cores.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(min(8, (os.cpu_count() or 1) + 1))")
# In the order of their folders, so that modules of few and long tests (chaos, browser) begin first and none comes last.
# How often `make chaos` kills a shoot, on each database.
POINTS ?= 600

.DEFAULT_GOAL := help
.PHONY: help setup demo test lab lint types unit postgres nbval nbval-told chaos bench notebooks lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 14

setup: $(READY)  ## the virtual environment, from the locked versions

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "charkit needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	@echo "Setting up .venv (once; one to three minutes) ..."
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY)  ## the film: ten shots, two characters, scored and cut, without any key
	@$(PY) -m charkit run data/productions/lantern --run demo

lab: $(READY)  ## JupyterLab on the notebooks
	@$(PY) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks/00_first_film.ipynb

test: lint types  ## everything that CI runs; the notebooks beside the unit tests, which often wait
	@$(MAKE) --no-print-directory -j2 unit nbval-told

lint: $(READY)
	@echo "== lint: ruff, import contract"
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(BIN)/lint-imports --no-cache

types: $(READY)
	@echo "== types: mypy --strict on the package"
	@$(PY) -m mypy

unit: $(READY)
	@echo "== unit tests"
	@$(LOOPBACK) $(PY) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not thorough"

postgres: $(READY)  ## the ledger's tests on PostgreSQL, on a server of their own that is gone afterwards
	@$(LOOPBACK) $(PY) tests/with_postgres.py $(PY) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -k postgresql

nbval: $(READY)
	@echo "== notebooks: run again, compared with the outputs they were committed with"
	@$(PY) tests/check_notebooks.py

nbval-told: $(READY)
	@log=$$(mktemp); $(MAKE) --no-print-directory nbval >"$$log" 2>&1; ended=$$?; cat "$$log"; rm -f "$$log"; exit $$ended

chaos: $(READY)  ## a shoot killed at every kind of step (POINTS=all: at every step), 2,000 jobs under faults, 300 films
	@$(LOOPBACK) $(PY) tests/chaos/chaos.py --points $(POINTS)
	@$(LOOPBACK) $(PY) -m pytest -n $(WORKERS) -q -m thorough
	@$(LOOPBACK) CHARKIT_TEST_PROFILE=thorough $(PY) -m pytest -q tests/media/test_spliced.py

bench: $(READY)  ## the figures, one JSON line each
	@set -e; for bench in tests/benchmarks/bench_*.py; do $(PY) "$$bench"; done

notebooks: $(READY)  ## run the notebooks and keep their outputs
	@$(PY) tests/check_notebooks.py --refresh

lock: $(READY)  ## new versions within the bounds of pyproject.toml
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --all-extras --group dev -c .ci/pins.txt pyproject.toml -o requirements.lock --upgrade

clean:  ## what runs made; keeps the ledger and the store
	rm -rf data/runs data/simulator .pytest_cache .mypy_cache .ruff_cache
