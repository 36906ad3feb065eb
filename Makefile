# Each command sets up what it needs in .venv, and uses what is there.
PYTHON ?= python3
IN = .venv/bin/

.PHONY: run test check bench soak screenshots

run: .venv/run
	@$(IN)prismq-workers demo

test: .venv/dev
	$(IN)python -m pytest -n auto --dist worksteal -m "not soak and not bench"

check: .venv/dev
	$(IN)ruff check .
	$(IN)ruff format --check .
	$(IN)basedpyright
	$(IN)lint-imports

bench: .venv/dev
	$(IN)python -m pytest -m bench -s

soak: .venv/dev
	$(IN)python -m pytest -m soak -s

screenshots: .venv/dev
	$(IN)python -m tests.pictures screenshots

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.11 ..." >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml .constraints.txt
	$(IN)python -m pip install --quiet --constraint .constraints.txt --editable .
	@touch $@

.venv/dev: .venv/run
	$(IN)python -m pip install --quiet --constraint .constraints.txt --editable '.[dev]'
	@touch $@
