# Every target makes the environment it needs: Python 3.11 or later, make, git and a
# package index are enough.  `make PYTHON=python3.13 test` chooses another Python.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.complete
DEMO := $(CURDIR)/.demo
TAG ?=
TESTS ?=
KIND ?=

READERS := $(addprefix tests/integration/, test_agents_of_packages.py \
	test_readers_of_exports.py test_recipes_of_servers.py test_skill_readers.py)

.DEFAULT_GOAL := help
.PHONY: help demo test check docs slow campaign readers fix bench release-check clean

help:
	@echo "make demo    build example_pkg with hatch, install it, show a prompt"
	@echo "make test    the tests, but for the slow ones"
	@echo "make check   format, lint, types, import layers, workflows, docs, then the tests"
	@echo "make docs    the documentation site in .site/html, and its links"
	@echo "make slow    the slow tests: real front ends, matrices, long fuzz runs"
	@echo "make campaign  200,000 mutated inputs of each kind, KIND=wheels for one"
	@echo "make readers  the newest versions of the tools that read exported files"
	@echo "make fix     format, and fix what the linter can"
	@echo "make bench   measure building, rendering and reading"
	@echo "make release-check   build a release in .release, and check it; TAG=v1.2.0 for a tag"
	@echo "make clean   remove what the other targets made"

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("hatch-agpm needs Python 3.11 or later, and $(PYTHON) is %d.%d; choose another: make PYTHON=python3.13 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

# An index may have another package called hatch-agpm.  The constraints name the wheel
# just built, so that pip and uv cannot take any other.  hatch keeps its environments
# between runs; a data directory of its own makes this one new.
demo: $(STAMP)
	@rm -rf $(DEMO) && mkdir $(DEMO)
	@$(BIN)/python -m hatchling build --target wheel --directory $(DEMO)/wheels
	@echo "hatch-agpm @ file://$$(ls $(DEMO)/wheels/*.whl)" > $(DEMO)/constraint.txt
	@cd example_pkg && HATCH_DATA_DIR=$(DEMO)/hatch \
		PIP_FIND_LINKS=$(DEMO)/wheels PIP_CONSTRAINT=$(DEMO)/constraint.txt \
		UV_FIND_LINKS=$(DEMO)/wheels UV_CONSTRAINT=$(DEMO)/constraint.txt \
		../$(BIN)/hatch build $(DEMO)/dist
	@$(BIN)/python -m venv --without-pip $(DEMO)/venv
	@$(BIN)/python -m pip --python $(DEMO)/venv --quiet install --no-index --no-deps $(DEMO)/dist/*.whl
	@cd $(DEMO) && venv/bin/python -m example_pkg agents/backend-engineer

test: $(STAMP)
	@$(BIN)/pytest -m "not slow" -n auto --dist loadfile $(TESTS)

check: $(STAMP)
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --offline --quiet .github
	@$(MAKE) --no-print-directory docs test

# A link to a page or heading that does not exist fails.
docs: $(STAMP)
	@$(BIN)/python tools/make_reference.py --check
	@$(BIN)/python tools/make_site.py
	@$(BIN)/zensical build --clean --strict

slow: $(STAMP)
	@$(BIN)/pytest -m slow -n auto --dist loadfile

# Ten times as many inputs as the slow tests try; KIND=wheels for one kind.
campaign: $(STAMP)
	@CAMPAIGN_INPUTS=200000 $(BIN)/pytest tests/integration/test_campaign.py \
		-m slow -n auto $(if $(KIND),-k "$(KIND)")

# Fails where a tool that reads exported files has changed in its newest version.
readers: $(STAMP)
	@HATCH_AGPM_READERS=newest $(BIN)/pytest $(READERS) -n auto --dist loadfile

fix: $(STAMP)
	@$(BIN)/ruff check --fix --exit-zero
	@$(BIN)/ruff format

bench: $(STAMP)
	@for script in bench/bench_*.py; do $(BIN)/python $$script || exit 1; done

release-check: $(STAMP)
	@$(BIN)/python tools/check_release.py .release $(if $(TAG),--tag $(TAG))

clean:
	@rm -rf $(DEMO) .venv .site .release .cache dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
