# `make demo` and `make test` are all one needs; both make their own environment in .venv first.
# PYTHON=python3.13 names another interpreter (3.11 or later); remove .venv after changing it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
WORKERS ?= auto
SERVERS ?= $(CALENDULA_CALDAV_SERVERS)
ARGS ?=

.PHONY: demo test check mutants bench fuzz package lock clean

demo: $(READY)
	$(BIN)/calendula demo $(ARGS)

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses=4 --dist worksteal $(if $(SERVERS),--caldav-servers="$(SERVERS)") $(ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Switches off one rule after another; for each a test must fail. ARGS="I4 E5" tries those of some rules.
mutants: $(READY)
	$(BIN)/python -m tests.mutants $(ARGS)

bench: $(READY)
	$(BIN)/python -m tests.benchmarks $(ARGS)

# Ten minutes of mutated calendar files; a file that breaks the reader is kept in fuzz-failures/.
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz $(ARGS)

# An sdist, and the wheel made of it, in dist/.
package: $(READY)
	rm -rf dist
	$(BIN)/python -m tests.packaging dist

# What is installed is what requirements.lock names, hash by hash; the project itself needs nothing beyond it.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or later is needed: make PYTHON=python3.12 ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Newest versions inside pyproject.toml's ranges, for every Python and platform, with hashes; uv stays out of .venv.
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --output-file requirements.lock
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock .mypy_cache .pytest_cache .ruff_cache .hypothesis .demo build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
