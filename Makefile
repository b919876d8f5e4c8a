# Two commands: `make run` serves a desk with the exercise loaded, `make test` decides whether a change may land.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
HOME_DIR ?= instance
export INCIDENT_DESK_HOME ?= $(HOME_DIR)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test soak lint wheel setup dev catalogue vendor boundaries demo bench audit clean

run: setup demo
	@$(BIN)/incident-desk serve

test: dev lint
	$(BIN)/python -m tools.run_tests

lint: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m tools.catalogue check
	$(BIN)/python -m tools.check_javascript

setup: $(STAMPS)/run $(STAMPS)/vendor $(STAMPS)/catalogue $(STAMPS)/boundaries
dev: $(STAMPS)/dev $(STAMPS)/vendor-dev $(STAMPS)/catalogue $(STAMPS)/boundaries

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/run: requirements/run.txt requirements/setup.txt setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q -r requirements/run.txt -r requirements/setup.txt
	$(BIN)/pip install -q --no-deps -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/run
	$(BIN)/pip install -q -r requirements/run.txt -r requirements/dev.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/vendor: package.json package-lock.json tools/vendor.py $(STAMPS)/run
	$(BIN)/python -m tools.vendor
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/vendor-dev: package.json package-lock.json tools/vendor.py $(STAMPS)/run
	$(BIN)/python -m tools.vendor --dev
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/vendor

$(STAMPS)/catalogue: $(wildcard incident_desk/translations/zh_Hans/*.po) tools/catalogue.py $(STAMPS)/run
	$(BIN)/python -m tools.catalogue compile
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/boundaries: tools/build_boundaries.py requirements/setup.txt $(STAMPS)/run
	$(BIN)/python -m tools.build_boundaries incident_desk/static/vendor/boundaries
	@mkdir -p $(STAMPS) && touch $@

demo: setup
	@$(BIN)/incident-desk db upgrade
	@$(BIN)/incident-desk demo load

wheel: setup dev
	rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation
	@ls dist

# Two hundred and fifty kills on each store that answers; the figures stand in docs/reliability.md.
soak: dev
	SOAK_KILLS=250 $(BIN)/python -m pytest -s tests/faults/test_soak.py tests/faults/test_stepped_clock.py

bench: dev
	@for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script; done

audit: dev
	$(BIN)/pip check
	-npm audit --omit=dev

clean:
	rm -rf build dist $(STAMPS)
