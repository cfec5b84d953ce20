# Two commands: `make run` serves the app with the sample season planned, `make test` passes every test.
# Both build .venv from the hash-pinned lock when it is missing or out of date.

BIN := .venv/bin
READY := .venv/.ready
PYTHON := $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
SCENARIO ?=
OUT ?= plan
REAL_DATA ?= ../shared/data
REFERENCE ?= ../shared
FOLDER ?= $(REAL_DATA)
COUNTRY ?=
QUEUES ?= 1000
# pyworkforce's Erlang A needs Python 3.12: the newest there is, else ours
PEER_PYTHON ?= $(firstword $(foreach p,python3.14 python3.13 python3.12 $(wildcard $(HOME)/.pyenv/versions/3.1[2-4]*/bin/python) $(PYTHON),$(shell $(p) -c 'import sys; (3, 15) > sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))

.PHONY: run plan test check lint setup browser sample catalogues real-data bench bench-forecast bench-borrow bench-many bench-history bench-peers lock clean

run: setup
	$(BIN)/peakstaff serve

plan: setup
	$(BIN)/peakstaff plan $(SCENARIO) --out $(OUT)

test: setup browser
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder  # the browser first: it takes longest

check: setup lint test

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name one with make PYTHON=/path/to/python3" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m staffing.warm
	@touch $(READY)

# The browser journey needs Chromium. Installed where this user may; otherwise that test says why it was skipped.
browser: setup
	@$(BIN)/python tests/browser/install.py

sample: setup
	$(BIN)/python data/make_sample.py

catalogues: setup
	$(BIN)/python -m forecast.catalogue

# docs/real-data.md from public histories that are not shipped; name their folder.
real-data: setup
	$(BIN)/python benchmarks/real_data.py $(REAL_DATA)

# docs/queueing.md: the queueing core measured; beside other packages where these can be installed. Some ten minutes.
bench: setup
	-@$(MAKE) --no-print-directory bench-peers
	$(BIN)/python -m benchmarks.queueing $(REFERENCE)

# docs/forecasting.md: our forecast beside others on every history of FOLDER. What is known of a file's calendar stands in
# benchmarks/forecasts/histories.toml; COUNTRY="calls=IL chats=HK,CN" says it of more.
bench-forecast: setup
	-@$(MAKE) --no-print-directory bench-peers
	$(BIN)/python -m benchmarks.forecasts $(FOLDER) $(addprefix --country ,$(COUNTRY))

# The constants of forecast/borrow.py: how much surer a queue's own history is than another queue's.
bench-borrow: setup
	$(BIN)/python -m benchmarks.borrow $(wildcard $(REAL_DATA))

# How long a forecast of QUEUES queues by day takes.
bench-many: setup
	$(BIN)/python -m benchmarks.many $(QUEUES)

bench-history: setup
	$(BIN)/python benchmarks/contact_log.py
	$(BIN)/python benchmarks/repair.py $(REAL_DATA)
	$(BIN)/python -m benchmarks.scorecard

bench-peers: .venv-peers/.ready

.venv-peers/.ready: benchmarks/peers.txt
	rm -rf .venv-peers
	$(PEER_PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --requirement benchmarks/peers.txt
	@touch $@

lock:
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --quiet --output-file requirements.lock

clean:
	rm -rf .venv .venv-peers plan .pytest_cache .mypy_cache .ruff_cache .hypothesis
