# `make demo` and `make test` are all one needs; both make their own environment in .venv first.
# PYTHON=python3.13 names another interpreter (3.11 or later); remove .venv after changing it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
WORKERS ?= auto
SERVERS ?= $(CALENDULA_CALDAV_SERVERS)
ARGS ?=

.PHONY: demo test check mutants bench fuzz package lock audit clean

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

# What is installed is what requirements.lock names, hash by hash; the project itself needs nothing beyond it. It is found
# by its path, as an installed one is: setuptools' own way costs each command a twentieth of its time.
PLAINLY = --config-settings editable_mode=compat
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or later is needed: make PYTHON=python3.12 ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PLAINLY) --no-deps --no-build-isolation --editable .
	touch $@

# Newest versions inside the ranges of pyproject.toml and of each .in file, with hashes, for every Python and platform; only
# wheels, as a source package would bring its build tools without any. What writes the locks is locked itself.
LOCKING = $(VENV)-lock/bin/uv pip compile --universal --python-version 3.11 --upgrade --only-binary :all: --emit-build-options \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/locks/uv.lock
	$(LOCKING) pyproject.toml --all-extras --output-file requirements.lock
	$(LOCKING) pyproject.toml --extra postgres --extra oauth --constraint requirements.lock --output-file runtime.lock
	set -e; for range in adapters/demo/*.in tests/locks/*.in; do $(LOCKING) $$range --output-file $${range%.in}.lock; done
	rm -rf $(VENV)-lock
	cd tests/locks/ical.js && npm update --package-lock-only --omit-lockfile-registry-resolved

# Asks a public database whether something that is locked has a known vulnerability.
audit: $(READY)
	$(BIN)/python -m tests.audit $(ARGS)

clean:
	rm -rf $(VENV) $(VENV)-lock .mypy_cache .pytest_cache .ruff_cache .hypothesis .demo build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
