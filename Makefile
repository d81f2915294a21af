# zicht: the whole of the work. `make help` lists what there is.
# Everything is installed below .venv and .tools; nothing outside this folder is touched.

SHELL      := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install for-others kit demo serve test check check-deep bench calibrate messages spark storage picture lock format clean

# A Python of 3.12 or newer: the default one, others on PATH, those of pyenv (by its root, or beside the shim that PATH
# finds). Where there is none uv brings one, into its own folder: any python3 is enough to start.
PYTHON := $(shell pyenv=$${PYENV_ROOT:-$$HOME/.pyenv}; shim=$$(command -v python3); \
	for python in python3 python3.14 python3.13 python3.12 \
		$$(ls -d {$$pyenv,$${shim%/shims/*}}/versions/3.1[2-9]*/bin/python 2>/dev/null | sort -rV); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && command -v "$$python" && break; \
	done)
BROUGHT := 3.13
BIN    := .venv/bin
READY  := .venv/.ready
UV     := .tools/bin/uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header
# uv is pinned with its hashes, as all that it installs is; `make UV=uv` takes another. What it downloads, and a Python that
# it brings, lie here too, so that whoever may read this folder may run it.
export UV_CACHE_DIR          ?= $(CURDIR)/.tools/cache
export UV_PYTHON_INSTALL_DIR ?= $(CURDIR)/.tools/python

# What `make demo` does: real=FOLDER or online for real open data, gemeente=NAME, GM0344 or NL (of Testland without real=),
# serve=no to stop after writing.
real     ?=
gemeente ?=
serve    ?= yes
port     ?= 5000

# What `make calibrate` does: maps of each setting of the place scan, for which it reads ../shared/data or ZICHT_REAL_DATA;
# draws of each search. What was cut off goes on where it was.
maps     ?= 4
draws    ?= 999
DEMO     := $(if $(real),--real "$(real)") $(if $(gemeente),--gemeente "$(gemeente)") $(if $(filter no,$(serve)),--no-serve) --port $(port)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(BIN)/python ## what runs zicht and no more, into .venv: for a server
	$(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock
	rm -rf .tools/wheel
	$(UV) build --quiet --wheel --out-dir .tools/wheel --build-constraints requirements-dev.lock --require-hashes
	$(UV) pip install --quiet --no-deps --compile-bytecode --python $(BIN)/python .tools/wheel/*.whl
	@$(MAKE) --no-print-directory for-others

for-others: # say where only who installed it can run it, as with a Python in the home of root
	@python=$$(readlink -f $(BIN)/python); folder=$$python; \
	while folder=$$(dirname "$$folder"); [ "$$folder" != / ]; do \
		[ -n "$$(find "$$folder" -maxdepth 0 -perm -001)" ] || echo "warning: other users cannot run this zicht, since they may not enter $$folder, where its Python is ($$python); make clean, and then make install PYTHON=/usr/bin/python3.13 or another that is open to all" >&2; \
	done

kit: $(READY) ## what a server without internet is installed from: dist/kit
	.ci/kit

demo: $(READY) ## build and serve Testland; real=../shared/data|online [gemeente=Utrecht|GM0344|NL] for real figures; serve=no to stop
	$(BIN)/zicht demo $(DEMO)

serve: $(READY) ## serve what was published last
	$(BIN)/zicht serve --port $(port)

test: $(READY) ## run the tests
	$(BIN)/pytest -n auto --dist worksteal

check: $(READY) ## what CI runs: format, lint, types, import contracts, declarations, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zicht check
	$(MAKE) --no-print-directory test

check-deep: $(READY) ## what takes long: a year of nights, a kit, coverage, whether tests see small changes, vulnerabilities
	$(BIN)/pytest -m deep -q
	$(BIN)/pytest -n auto -q --cov --cov-report=term
	$(BIN)/python -m tests.mutation.run
	$(BIN)/python -m tests.supply.audit

bench: $(READY) ## measure speed beside the peers
	$(BIN)/pytest -o addopts=--import-mode=importlib tests/benchmarks -p no:xdist -s -q

calibrate: $(READY) ## how often searches alarm falsely, and what they miss: output/calibration; maps=N real buurten with places
	$(BIN)/python -m tests.benchmarks.calibrate
	$(BIN)/python -m tests.benchmarks.calibrate_places --maps $(maps) --draws $(draws)

messages: $(READY) ## renew the message catalogue from the code; names what lacks its Dutch
	$(BIN)/python -m tests.messages.update $(translations)

spark: $(READY) ## install pyspark (half a gigabyte; needs Java 17), for `zicht tally --engine spark://...` and its tests
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirement tests/services/engines/spark.lock

storage: $(READY) ## install a server of object storage (moto, in an environment of its own), for the tests of s3://
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .tools/storage
	$(UV) pip sync --quiet --python .tools/storage/bin/python --require-hashes tests/services/formats/storage.lock

picture: $(READY) ## take the picture at the top of the README: the map of Testland
	$(BIN)/python -m tests.browser.picture

format: $(READY) ## format, and repair what can be repaired
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: | $(filter .tools/bin/uv,$(UV)) ## renew the locks from pyproject.toml: of running, of developing, and of uv itself
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --constraint requirements.lock --group dev --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --group uv --output-file requirements-uv.lock

clean: ## remove what was installed and what tools wrote; output, with its releases, stays
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): requirements-dev.lock pyproject.toml | $(BIN)/python
	$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python: | $(filter .tools/bin/uv,$(UV))
	@[ -n "$(PYTHON)" ] || echo "zicht needs Python 3.12 or newer and this machine has none: uv fetches Python $(BROUGHT)." >&2
	$(UV) venv --quiet --allow-existing --python "$(or $(PYTHON),$(BROUGHT))" .venv

.tools/bin/uv: requirements-uv.lock
	@command -v python3 >/dev/null || { echo "make needs a python3, of any version, to install uv; on Debian: apt install python3-venv" >&2; exit 1; }
	@python3 -m venv .tools || { echo "Python cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.lock
	@touch $@
