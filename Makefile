# Two commands matter: make demo and make test. Each builds what it needs.
SHELL := /bin/sh
.DELETE_ON_ERROR:

WORKERS ?= 2
BIN := .venv/bin
RECIPE := $(shell cat setup.cfg pyproject.toml .ci/constraints.txt | cksum | cut -d' ' -f1)
RUN_READY := .venv/.ok-run-$(RECIPE)
TEST_READY := .venv/.ok-test-$(RECIPE)
IN_CI := $(filter true 1 yes,$(CI))

.PHONY: help demo test test-full faults lint constraints screenshots clean

help:
	@echo "make demo       run the whole job on a made-up district, then serve it"
	@echo "make test       lint, types and every test but the long ones"
	@echo "make test-full  the same with the long tests"
	@echo "make faults     kills, races, absences and pauses in full, on both databases (half an hour)"
	@echo "make lint       lint and types alone"
	@echo "make screenshots  pictures of the main pages, in build/screenshots"

demo: $(RUN_READY)
	$(BIN)/visitbell demo $(if $(IN_CI),--no-serve)

test: lint
	@.ci/browser
	$(BIN)/python -m pytest -n $(WORKERS)

test-full: lint
	@.ci/browser
	$(BIN)/python -m pytest -n $(WORKERS) -m "not (full and faults)"

faults: $(TEST_READY)
	$(BIN)/python -m pytest -n $(WORKERS) -m "full and faults"

lint: $(TEST_READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

# The three that the README shows go to docs/images.
screenshots: $(TEST_READY)
	@.ci/browser
	$(BIN)/python -m tests.browser.screenshots

# Writes down the releases of the environment at hand; run it after a green make test-full.
constraints: $(TEST_READY)
	@{ head -n 1 .ci/constraints.txt; $(BIN)/pip freeze --exclude-editable; } > .venv/constraints.txt
	@mv .venv/constraints.txt .ci/constraints.txt

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(RUN_READY):
	@.ci/environment run $@

$(TEST_READY):
	@.ci/environment test $@
