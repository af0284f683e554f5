# One command for each thing; CI runs the same (.ci/run). `make` alone lists them.
# The first run makes .venv and fills it with pinned, hash-checked packages from the registry pip is configured for;
# nothing is compiled by a C compiler and nothing outside this folder is touched.

PYTHON ?= python3
BIN := .venv/bin
# Wheels only: a missing one is an error that names it, never the start of a compiler.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps
PINNED := $(INSTALL) --require-hashes --only-binary :all: -r
EDITABLE := $(INSTALL) --no-build-isolation --editable .
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --custom-compile-command 'make lock' --extra sql
HAS_NODE := node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
            2>/dev/null && command -v npm >/dev/null

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo web webtest screenshots test lint bench soak docs lock audit

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.dev .venv/.warm ## .venv with everything for development

demo: .venv/.core .venv/.warm ## fill a store from the market simulator, scan it, print the signals; build the web app if Node is here
	@if $(HAS_NODE); then $(MAKE) --silent web || \
	  echo "· the web app could not be built; the demo goes on without it"; fi
	@$(BIN)/python -m tapehawk.demo

web: src/tapehawk/web_app/.built ## build the web app that `scanner serve` shows at / (needs Node 20.19 or newer)

webtest: web/node_modules/.installed ## the web app's own style, types, import boundaries and tests
	@cd web && npm run --silent lint && npm run --silent test

screenshots: web .venv/.dev .venv/.warm ## every page of the web app in both themes, into build/screenshots
	@SHOTS=$(CURDIR)/build/screenshots $(BIN)/python -m pytest tests/web/test_in_the_browser.py

test: .venv/.dev .venv/.warm ## every test, three at a time: many wait for servers (ARGS='tests/core -x' for some)
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

lint: .venv/.dev ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/.dev .venv/.warm ## benchmarks against their named peers, into benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

soak: .venv/.dev .venv/.warm ## long randomized tests
	$(BIN)/python -m pytest -n 2 -m soak --hypothesis-profile soak --timeout 0 $(ARGS)

docs: .venv/.dev ## write the generated pages of docs/
	$(BIN)/python scripts/generate_docs.py
	$(BIN)/python scripts/generate_openapi.py

lock: .venv/.dev ## choose new versions within pyproject.toml's bounds and pin them in requirements/
	$(LOCK) --upgrade --group dev --output-file requirements/dev.txt
	$(LOCK) --upgrade --group build --constraint requirements/dev.txt --output-file requirements/core.txt

audit: .venv/.dev ## ask the public vulnerability service about every pinned package (needs the network)
	$(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements/dev.txt

# Stamps: made last, so a step that was interrupted is taken up again.

web/node_modules/.installed: web/package.json web/package-lock.json
	@$(HAS_NODE) || \
	  { echo "The web app is built with Node 20.19 or newer and npm, which are not here: https://nodejs.org has them,"; \
	    echo "and so has your system's package manager (nodejs, npm). An installed release needs neither."; exit 1; }
	@echo "· installing what building the web app needs (0.3 GB on disk)"
	@cd web && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

src/tapehawk/web_app/.built: web/node_modules/.installed web/openapi.json web/index.html \
  $(wildcard web/*.ts web/*.json web/scripts/*.mjs) $(shell find web/src web/public -type f -not -path 'web/src/client/*')
	@echo "· building the web app"
	@cd web && npm run --silent build
	@touch $@

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Tapehawk needs Python 3.11 or newer. Name one you have: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	@echo "· making .venv"
	@$(PYTHON) -m venv .venv

.venv/.core: requirements/core.txt pyproject.toml | .venv/bin/pip
	@echo "· installing what the program needs (0.7 GB on disk; half a minute or more)"
	@$(PINNED) requirements/core.txt
	@$(EDITABLE)
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/pip
	@echo "· installing what development needs (1.2 GB on disk; a minute or more)"
	@$(PINNED) requirements/dev.txt
	@$(EDITABLE)
	@touch .venv/.core $@

.venv/.warm: requirements/core.txt $(wildcard src/tapehawk/core/kernels/*.py) | .venv/.core
	@echo "· compiling the kernels (once; they are cached)"
	@$(BIN)/python -m tapehawk.core.kernels
	@touch $@
