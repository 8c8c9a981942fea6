# Everything a newcomer needs is `make run` and `make test`; `make` alone lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV ?= .venv
BIN := $(VENV)/bin
CATALOGUE := portal/translations/zh_Hans/LC_MESSAGES/messages
UV_VERSION := 0.13.9
SIZE ?= 1000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test check bench soak lock messages wheel browser setup

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: setup  ## start the portal with the demo on SQLite (PORT=8000 chooses the port)
	@PYTHONDONTWRITEBYTECODE= exec $(BIN)/portal run  # a second start compiles nothing, whatever the shell says

test: setup browser  ## every test on SQLite, then on PostgreSQL when one can be reached
	@exec tools/run_tests.sh

check: setup  ## ruff, mypy, import-linter, djlint, completeness of the translation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@if compgen -G 'templates/*' >/dev/null; then $(BIN)/djlint --lint --quiet templates; fi
	$(BIN)/python tools/messages.py check

bench: setup  ## measure the pages beside the limits (SIZE=100000 for a big programme)
	$(BIN)/python -m bench --size $(SIZE)

soak: setup  ## the long proofs: races, kills, a thousand concerns
	$(BIN)/python -m pytest -m soak tests/soak

messages: setup  ## extract texts, merge portal/translations/parts, compile
	$(BIN)/python tools/messages.py update
	$(BIN)/python tools/messages.py compile

wheel: setup  ## build dist/portal-*.whl, with templates, static files, migrations, translations
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

browser:  ## make Chromium and a Chinese font available for the browser tests
	@exec tools/browser.sh

lock: $(VENV)/.deps  ## resolve pyproject.toml again into the two lock files
	$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install -q uv==$(UV_VERSION)
	export UV_CUSTOM_COMPILE_COMMAND="make lock"
	$(BIN)/python -m uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --extra dev pyproject.toml -o requirements.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --constraint requirements.lock pyproject.toml -o deploy/requirements.lock

# --- setting up: each step leaves a stamp, so that a second start does nothing ---------------------

setup: $(VENV)/.deps $(VENV)/.portal $(CATALOGUE).mo

$(BIN)/python:
	@tools/make_venv.sh $(VENV)

$(VENV)/.deps: requirements.lock | $(BIN)/python
	@echo "installing what requirements.lock names into $(VENV) …"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	@touch $@

# hatchling comes from the lock, so this needs no network.
$(VENV)/.portal: pyproject.toml hatch_build.py | $(VENV)/.deps
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(CATALOGUE).mo: $(CATALOGUE).po tools/messages.py | $(VENV)/.deps
	@$(BIN)/python tools/messages.py compile
