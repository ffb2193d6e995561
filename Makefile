# Two commands: `make run` and `make test`. The rest is what they are made of.
.POSIX:
.SUFFIXES:
.PHONY: run test check browser lock bench clean

PY = .venv/bin/python
PIP = $(PY) -m pip --disable-pip-version-check install --quiet

# Start the demonstration on 127.0.0.1:8000 (PORT=8001 for another port).
run: .venv/run.stamp
	@$(PY) -m web.assets.build
	@$(PY) -m web.cli demo

# Check everything: style, types, and every test on both databases and in a real browser.
test: check browser
	@$(PY) -m pytest --numprocesses 2

check: .venv/test.stamp
	@$(PY) -m web.assets.build
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

browser: .venv/test.stamp
	@$(PY) -m tests.browser.chromium

# Write the lock files anew from pyproject.toml.
lock: .venv/run.stamp
	@$(PIP) uv
	@$(PY) -m uv pip compile pyproject.toml --group build $(LOCK) --output-file requirements.lock
	@$(PY) -m uv pip compile pyproject.toml --group build --group test $(LOCK) --constraint requirements.lock --output-file requirements-test.lock
LOCK = --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

# Measure; benchmarks/README.md says what and how to read it.
bench: .venv/test.stamp
	@$(PY) -m web.assets.build
	@$(PY) -m benchmarks.weight
	@$(PY) -m benchmarks.answers
	@$(PY) -m benchmarks.banks
	@$(PY) -m benchmarks.ability
	@$(PY) -m benchmarks.adaptive
	@$(PY) -m benchmarks.calibration

clean:
	rm -rf .venv node_modules web/static/build

.venv/run.stamp: requirements.lock pyproject.toml
	@sh scripts/environment.sh
	@echo "Installing the locked packages (once; a minute or two)"
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements-test.lock
	@echo "Installing the test tools (once; a minute or two)"
	@$(PIP) --require-hashes --requirement requirements-test.lock
	@touch $@
