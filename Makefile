# Two commands matter: `make demo` and `make test`. Everything else serves them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test check crash fuzz format messages clean lock

$(VENV)/.runtime: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# Tools of the page gates. Without npm the gates that need them are skipped, and the tests count them.
node_modules/.package-lock.json: package-lock.json package.json
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; fi

demo: $(VENV)/.runtime
	$(BIN)/parvis demo $(ARGS)

test: $(VENV)/.dev node_modules/.package-lock.json
	$(BIN)/python -m pytest -n 2 $(ARGS)

# What is too long for every run: requests drawn by the thousand, and everything killed 200 times.
fuzz: $(VENV)/.dev
	PARVIS_FUZZ_EXAMPLES=400 $(BIN)/python -m pytest -n 2 tests/fuzz $(ARGS)

crash: $(VENV)/.dev
	$(BIN)/parvis bench crash --quick --check

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	DATABASE_URL=postgresql:///nobody-connects $(BIN)/python -m pytest tests/architecture -m "not django_db"

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Gather the words of the interface and compile their English (needs no gettext).
messages: $(VENV)/.dev
	$(BIN)/python -m tools.messages

clean:
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache

# Rewrite both lock files from pyproject.toml (needs uv).
lock:
	uv pip compile --no-config --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header \
		--extra demo --group build -q pyproject.toml -o requirements.lock
	uv pip compile --no-config --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header \
		--extra demo --group build --group dev -q pyproject.toml -o requirements-dev.lock
