PYTHON ?= python3
VENV := .venv/bin
BOOTSTRAP := $(PYTHON) scripts/bootstrap.py
LAB := $(VENV)/python scripts/lab_env.py run
# CI must not pass without the live tests; a person's machine may have no Docker.
OPTIONAL := $(if $(CI),,--optional)

.DEFAULT_GOAL := help
.PHONY: help demo test coverage mutants fuzz lint typecheck bench docs clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

demo:  ## do the lab with a real engine and registry, grade it twice, leave the reports in demo-report/
	@$(BOOTSTRAP)
	@$(LAB) --optional -- $(VENV)/python scripts/demo.py

test:  ## all tests, with live ones against a throwaway engine; ARGS="-k name" is passed on
	@$(BOOTSTRAP) --browser
	@$(LAB) $(OPTIONAL) -- $(VENV)/python scripts/run_tests.py $(ARGS)

coverage:  ## all tests again, slower: which branches of grader/ and checks/ they reach
	@$(BOOTSTRAP) --browser
	@rm -f .coverage .coverage.*
	@$(LAB) $(OPTIONAL) -- $(VENV)/python -m coverage run scripts/run_tests.py $(ARGS); \
		code=$$?; $(VENV)/python scripts/coverage_table.py && exit $$code

mutants:  ## change the code of checks and judging, bit by bit: what do tests not notice? ARGS="checks.http*"
	@$(BOOTSTRAP) --extras dev,mutation
	@PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 $(VENV)/mutmut run $(ARGS)
	@$(VENV)/mutmut results

fuzz:  ## break the readers of what others write; ARGS="--seconds 600 rubric" says how long and which
	@$(BOOTSTRAP) --extras dev,fuzz
	@$(VENV)/python -m tests.fuzz.run $(ARGS)

test-engines:  ## the live learners on every engine, as a matrix; minutes and downloads; ARGS="docker-28c"
	@$(BOOTSTRAP)
	@$(VENV)/python scripts/test_engines.py $(ARGS)

lint:  ## ruff: rules and format
	@$(BOOTSTRAP)
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .

typecheck:  ## mypy, strict
	@$(BOOTSTRAP)
	$(VENV)/mypy
	MYPYPATH=scripts $(VENV)/mypy scripts
	$(VENV)/mypy sample_submission
	MYPYPATH=scripts $(VENV)/mypy --explicit-package-bases tests
	MYPYPATH=scripts:benchmarks $(VENV)/mypy benchmarks

bench:  ## speed, against peers and against the floor
	@$(BOOTSTRAP) --extras dev,bench
	@$(LAB) -- $(VENV)/python benchmarks/run.py $(ARGS)

docs:  ## the pages of docs/ as a site in dist/docs; a warning is an error
	@$(BOOTSTRAP) --extras docs
	$(VENV)/sphinx-build -W --keep-going -q -b html docs dist/docs

clean:  ## remove what the other targets made here
	rm -rf .venv .fuzz mutants .coverage .coverage.* demo-report dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
