# Letopis: every task of the house. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := ledger projections exports verify api
PYTEST := $(BIN)/python -m pytest
# More workers than cores: for a quarter of the time they wait for servers, databases and browsers.
IN_THREE := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: help run hsm test demo check lint types walls coverage bench bench-quick verifier viewer fuzz schemathesis soak messages answers vectors lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A virtual environment from the lock file, remade when the lock changes. Two stamps: people who only run it do not
# install the tools that only test it. `--no-deps`, for the lock names every package: left to resolve, pip would look at
# releases newer than the lock's wherever one package asks for another with an extra, and stop at their hashes.
$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Letopis needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/hsm.stamp: requirements/hsm.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/hsm.txt
	@touch $@

# Judges of the HTTP interface, in an environment of their own: they know us by what we serve alone.
$(VENV)/contract.stamp: requirements/contract.txt
	@test -x $(VENV)/contract/bin/python || $(PYTHON) -m venv $(VENV)/contract
	$(VENV)/contract/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/contract.txt
	@touch $@

# The OpenID provider that the tests sign in with, by the lock's hashes and without its packages' scripts. Without Node.js
# those tests are skipped.
$(VENV)/provider.stamp: tests/openid_provider/package.json tests/openid_provider/package-lock.json
	@mkdir -p $(VENV)/provider && cp tests/openid_provider/package.json tests/openid_provider/package-lock.json $(VENV)/provider
	@if command -v npm > /dev/null; then npm ci --prefix $(VENV)/provider --ignore-scripts --no-audit --no-fund --silent; \
	  else echo "No npm: sign-in at a provider is not tested. On Debian: apt-get install nodejs npm" >&2; fi
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt requirements/foreign.txt $(VENV)/run.stamp $(VENV)/hsm.stamp $(VENV)/contract.stamp $(VENV)/provider.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python \
	  --only-binary=:all: --upgrade --target $(VENV)/foreign -r requirements/foreign.txt
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

run: $(VENV)/run.stamp ## the journal on http://127.0.0.1:8000, with a sample school in ./var
	$(BIN)/letopis serve --var var --sample

hsm: $(VENV)/hsm.stamp ## what a key in a token needs (PKCS#11), into the same environment

test: $(VENV)/dev.stamp verifier ## the whole test suite, PostgreSQL included
	$(PYTEST) $(IN_THREE)

demo: $(VENV)/run.stamp verifier ## one school quarter from record to proof, in under two minutes
	$(BIN)/letopis demo --var var/demo

check: lint types walls test ## everything a change must pass

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy $(CODE) tests bench

walls: $(VENV)/dev.stamp
	$(BIN)/lint-imports

coverage: $(VENV)/dev.stamp verifier ## the whole test suite, traced, and the floor of what it covers: twice as long
	$(PYTEST) $(IN_THREE) --cov --cov-report=term:skip-covered --cov-report=xml:var/coverage.xml

bench: $(VENV)/dev.stamp ## ratios against peers measured in the same run, into var/bench.json
	$(BIN)/python -m bench

bench-quick: $(VENV)/dev.stamp ## the same in under two minutes
	$(BIN)/python -m bench --quick

verifier: $(VENV)/run.stamp ## dist/verify.pyz, one reproducible file
	@mkdir -p dist
	$(BIN)/python -m verify.build dist/verify.pyz

viewer: $(VENV)/run.stamp ## dist/ПРОЧТИ.html, the page that verifies and shows an archive, by itself
	@mkdir -p dist && rm -f dist/ПРОЧТИ.html
	$(BIN)/letopis viewer --out dist/ПРОЧТИ.html

fuzz: $(VENV)/dev.stamp ## the fuzzers' long form (LETOPIS_FUZZ_SECONDS each, default 600)
	LETOPIS_FUZZ_SECONDS=$${LETOPIS_FUZZ_SECONDS:-600} $(PYTEST) tests/fuzz

soak: $(VENV)/dev.stamp ## the long form of the fault campaigns, of flipping every byte of an archive, of breaking clauses, and of model years
	LETOPIS_LONG=1 $(PYTEST) -m "slow or not slow" tests/faults tests/properties tests/conformance/test_verifier_every_byte.py tests/conformance/test_viewer_workbooks.py tests/conformance/test_viewer_database.py tests/house/test_clauses_are_shown.py
	$(PYTEST) -m slow tests/unit tests/integration

schemathesis: $(VENV)/dev.stamp ## the long form of judging the HTTP interface: 5,000 cases for each role; goes on where it was stopped
	LETOPIS_LONG=1 $(PYTEST) -m "slow or not slow" tests/conformance/test_http_contract.py

messages: $(VENV)/dev.stamp ## bring the Russian catalogue of refusals up to date with the rules
	$(BIN)/python -m tests.house.refusals

answers: $(VENV)/dev.stamp ## the sample school's answers anew, which the HTTP description gives as examples
	@mkdir -p var
	$(BIN)/python -m tests.house.answers > var/answers.json && mv var/answers.json api/answers.json

vectors: $(VENV)/dev.stamp ## write tests/vectors again
	$(BIN)/python -m tests.vectors.generate

lock: ## resolve the dependencies again into requirements/*.txt (needs pip-compile)
	pip-compile --quiet --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --allow-unsafe --strip-extras --all-build-deps -o requirements/run.txt pyproject.toml
	pip-compile --quiet --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --allow-unsafe --strip-extras --all-build-deps --extra test --extra check -o requirements/dev.txt pyproject.toml
	(head -n 1 requirements/hsm.txt; pip-compile --quiet --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --allow-unsafe --strip-extras --no-annotate -o - <(echo 'python-pkcs11>=0.10') ) > requirements/hsm.new && mv requirements/hsm.new requirements/hsm.txt
	pip-compile --quiet --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --allow-unsafe --strip-extras -o requirements/contract.txt requirements/contract.in

clean: ## remove what was built; keeps ./var, where records are
	rm -rf $(VENV) dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache
