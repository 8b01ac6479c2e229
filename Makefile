# Every command of the project. `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
KILLED := $(addprefix tests/web/,functional/test_whole_chain_killed.py functional/test_bursts_killed.py unit/test_concurrency.py)
# A sample of what differs by database; make test-long runs everything there.
ON_POSTGRESQL := $(addprefix tests/web/unit/test_,self_completion.py self_completion_sending.py quality.py supervision.py \
  supervision_hidden.py privacy_requests.py privacy_duties.py privacy_pages.py visits.py concurrency.py)
export OPENBLAS_NUM_THREADS := 1
.DEFAULT_GOAL := help
.PHONY: help run demo test test-long check bench docs fix clean lock

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/made:
	$(PYTHON) -m venv .venv
	touch $@

.venv/run: .venv/made requirements/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/test: .venv/run requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

.venv/browser: .venv/test scripts/install_browser.py
	$(BIN)/python scripts/install_browser.py
	touch $@

.venv/bench: .venv/test requirements/bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	touch $@

run: .venv/run ## install, prepare the demonstration rounds, serve the application at http://localhost:8000
	SIPAS_FOLDER=$${SIPAS_FOLDER:-sipas-demonstration} $(BIN)/sipas-web serve --demonstration $(if $(PORT),--port $(PORT))

demo: .venv/run ## the same measurement by the library alone: two rounds from lists to reports, in demo/
	$(BIN)/sipas demo demo

test: .venv/browser ## all that must be green to land
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not long" tests/core
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not long" tests/web
	SIPAS_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile -m "not long" $(ON_POSTGRESQL)

test-long: .venv/test ## full simulations and coverage as well
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/core
	$(BIN)/python -m pytest -m long tests/web
	SIPAS_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile tests/web
	SIPAS_TEST_KILLS=many $(BIN)/python -m pytest $(KILLED)
	SIPAS_TEST_KILLS=many SIPAS_TEST_DATABASE=postgresql $(BIN)/python -m pytest $(KILLED)

check: .venv/test ## format, lint, types, import contracts, sizes, locks, documentation
	$(BIN)/ruff format --check src tests scripts benchmarks manage.py
	$(BIN)/ruff check src tests scripts benchmarks manage.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	DATABASE_URL=sqlite:///:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python scripts/check_sizes.py
	$(BIN)/python scripts/check_docstrings.py
	$(BIN)/python scripts/build_docs.py --check
	$(BIN)/python scripts/check_messages.py

bench: .venv/bench ## benchmarks with ratios against peers; R with survey and sampling is used when installed
	for program in benchmarks/*.py; do $(BIN)/python $$program || exit 1; done

docs: .venv/test ## make the generated reference pages
	$(BIN)/python scripts/build_docs.py

fix: .venv/test ## format and mend what can be mended by itself
	$(BIN)/ruff format src tests scripts benchmarks manage.py
	$(BIN)/ruff check --fix src tests scripts benchmarks manage.py
	$(BIN)/python scripts/check_messages.py --write

lock: .venv/made ## pin every dependency with hashes; needs uv
	for set in run test bench; do \
	  uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    $$([ $$set = run ] || echo "-c requirements/run.txt") --output-file requirements/$$set.txt $$([ $$set = run ] && echo "pyproject.toml --extra web --group install" || echo "--group $$set $$([ $$set = test ] && echo --group check)"); \
	done

clean: ## remove what was made
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis src/*.egg-info
