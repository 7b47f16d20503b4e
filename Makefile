# The two commands: `make run` and `make test`. See README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HOST ?= 127.0.0.1
export PORT ?= 8000
.DEFAULT_GOAL := help
.PHONY: help run test check format bench clean

help:
	@echo "make run     start the site and its worker at http://$(HOST):$(PORT)"
	@echo "make test    run the whole suite"
	@echo "make check   formatter, linter, types, import rules, templates, deployment check"
	@echo "make bench   side-by-side benchmarks"

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; \
	  else echo "The package python3-venv is missing. Install it: sudo apt-get install python3-venv"; exit 1; fi; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runtime: $(VENV)/created requirements.txt
	@echo "Installing what the site needs (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/development: $(VENV)/runtime requirements-dev.txt
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/runtime
	@exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

test: $(VENV)/development
	@exec $(BIN)/python -m tests.suite

check: $(VENV)/development
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --lint --quiet
	@SITE_URL=https://hedgelab.example $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m tests.hygiene

format: $(VENV)/development
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/djlint templates --reformat --quiet

bench: $(VENV)/development
	@exec $(BIN)/python -m bench

clean:
	rm -rf $(VENV) var
