# The commands people and CI share. `make run` and `make test` need only Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help run setup check test test-long histories bench format clean

help:  ## what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $(STAMP)

$(DEV_STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP) $(DEV_STAMP)

setup: $(DEV_STAMP)  ## the virtual environment with everything a developer needs

run: $(STAMP)  ## set up and start the demo on 127.0.0.1:8765 (CUIBAN_PORT)
	@exec $(BIN)/cuiban run --demo

check: $(DEV_STAMP)  ## imports, lint, format, types
	$(BIN)/lint-imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Two halves that take about as long, side by side: what mostly waits for processes of its own is in the second, with
# some of what computes. Each says its own last line.
BESIDE := tests/scenarios tests/smoke tests/faults tests/model tests/docs tests/channels tests/schedules tests/web tests/reminders/cli tests/reminders/documents tests/reminders/plans
test: $(DEV_STAMP)  ## units, properties, the scenario, one short run against each real server
	@$(BIN)/pytest -q $(BESIDE) > $(VENV)/beside.log 2>&1 & other=$$!; \
	$(BIN)/pytest -q $(addprefix --ignore ,$(BESIDE)); mine=$$?; \
	wait $$other; theirs=$$?; cat $(VENV)/beside.log; exit $$((mine || theirs))

test-long: $(DEV_STAMP)  ## fault tables, browsers, mail servers, hostile files as well
	CUIBAN_TEST_SEARCH=1 $(BIN)/pytest -q -m 'long or not long'

# As many random histories of an office's year as wanted; the same SEED tells the same ones.
COUNT ?= 1000
SEED ?=
histories: $(DEV_STAMP)  ## the model alone: COUNT=3000 SEED=7
	CUIBAN_TEST_HISTORIES=$(COUNT) CUIBAN_TEST_SEED=$(SEED) $(BIN)/pytest -q -m long tests/model

bench: $(DEV_STAMP)  ## every benchmark, each figure beside its floor
	$(BIN)/python -m benchmarks

format: $(DEV_STAMP)  ## rewrite the layout of the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
