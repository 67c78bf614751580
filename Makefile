# The only entry point: `make demo` for people, `make check` and `make test` for whoever changes something.
# A machine with Python 3.11 is enough; everything else goes into .venv and .tools beside this file.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := demo
.PHONY: demo test check bench fuzz up down lock servers clean

ARGS ?=
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV = $(shell command -v uv || echo .tools/bin/uv)
BIN := .venv/bin
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

demo: .venv/.runtime  ## the sample district on http://127.0.0.1:8000: make demo ARGS="--port 8123 --for 30"
	@$(BIN)/zaehlwerk demo $(ARGS)

test: .venv/.development  ## every test, those on real servers included: make test ARGS="tests/unit -k wrap"
	@tests/servers/run.sh $(BIN)/python -m pytest --numprocesses 2 $(ARGS)

check: .venv/.development  ## format, lint, types, imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/.development  ## figures as ratios in one run, as a table and as JSON
	@tests/servers/run.sh $(BIN)/python -m bench $(ARGS)

fuzz: .venv/.development  ## damaged input for every decoder and parser: make fuzz ARGS="file_csv mqtt_shelly --seconds 600"
	@$(BIN)/python -m tests.fuzz $(ARGS)

servers: .venv/.development  ## prepares and starts what the tests need on a Debian machine; quick when it is there
	@tests/servers/prepare.sh

up: .venv/.runtime  ## InfluxDB, mosquitto, collect, watch and serve in containers
	@$(PYTHON) deploy/make_secrets.py deploy/secrets
	@[ -e portfolio/district.yaml ] || $(BIN)/zaehlwerk init portfolio
	@$(COMPOSE) build collect
	@$(COMPOSE) up --detach $(ARGS)

down:  ## stops them and keeps their volumes
	@$(COMPOSE) down $(ARGS)

lock: .venv/.uv  ## resolves the dependencies again and writes both lock files
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml -o requirements.lock
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group dev pyproject.toml -o requirements-dev.lock

clean:  ## removes the environment and what the tools left behind, never a state folder
	@rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache deploy/wheels/*.whl
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What stands in the lock is added, nothing is taken away: the demo leaves a developer's environment whole.
.venv/.runtime: requirements.lock pyproject.toml | .venv/.uv
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

.venv/.development: requirements-dev.lock pyproject.toml | .venv/.uv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@ .venv/.runtime

.venv/.uv:
	@command -v uv >/dev/null || [ -x .tools/bin/uv ] || { $(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv; }
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@touch $@
