# Every target does its own set-up: a fresh clone needs Python 3.11 or newer and make, nothing else.

PYTHON ?= python3
LAB ?= prod
DIR ?= rendered/$(LAB)
UPGRADE ?=
COUNT ?= 5000
AGAINST ?=
PAGE ?= lab.html

BIN := .venv/bin
UV := $(BIN)/uv
LOCK = $(UV) pip compile --quiet --universal --generate-hashes --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help plan render report schema rehearse test conformance fuzz browser golden messages recordings lint bench docs lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

plan: .venv/runtime ## Read what the lab is, whether it fits and what is wrong with it (LAB=small; AGAINST=main for changes)
	@$(BIN)/homelab plan --lab $(LAB) $(if $(AGAINST),--against $(AGAINST))

render: .venv/runtime ## Write the lab's manifests and machine specifications as files (LAB=, DIR=)
	@$(BIN)/homelab render --lab $(LAB) $(DIR)

report: .venv/runtime ## Write the lab as one HTML page (LAB=, PAGE=lab.html; AGAINST= for changes)
	@$(BIN)/homelab report --lab $(LAB) --output $(PAGE) $(if $(AGAINST),--against $(AGAINST))

rehearse: .venv/development ## Run the lab on a real control plane on this machine (LAB=; the first time builds it)
	@$(BIN)/python -m rehearsal.tools
	@$(BIN)/homelab rehearse --lab $(LAB)

schema: .venv/runtime ## Write the JSON Schemas that editors complete from
	@$(BIN)/homelab schema

test: .venv/development ## Run the tests
	@$(BIN)/pytest -n 2

conformance: .venv/development ## Run the tests against the real provider, control plane, kubeadm and cloud-init (the first time builds them)
	@$(BIN)/python -m rehearsal.tools || echo "Going on without what is missing"
	@$(BIN)/pytest -n 2 -rs tests/conformance

browser: .venv/development ## Look at the HTML page in a real Chromium (a part of conformance)
	@$(BIN)/pytest -rs tests/conformance/browser
fuzz: .venv/development ## Try the guard on thousands of spoilt previews with harm in them (COUNT=)
	@GUARD_MUTATIONS=$(COUNT) $(BIN)/pytest -n 0 -s tests/operations/guard/test_mutations.py tests/operations/guard/test_handmade.py -k "none_with_harm or enough"

golden: .venv/runtime ## Write the golden files anew, to be reviewed as a diff
	@$(BIN)/homelab render --lab small tests/golden/small
	@$(BIN)/homelab render --lab tests/labs/every_kind tests/golden/every_kind

messages: .venv/development ## Write anew what planner and cluster say of common mistakes, to be reviewed as a diff
	@WRITE_MESSAGES=1 $(BIN)/pytest --quiet tests/plan/test_messages.py tests/conformance/kubernetes/test_messages.py

recordings: .venv/development ## Write anew what the real engine prints of changes, failures and interruptions, to be reviewed as a diff
	@$(BIN)/python -m rehearsal.tools
	@$(BIN)/python -m tests.recordings.record

lint: .venv/development ## Check style, types and pipelines
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.woodpecker-ci .woodpecker/*.yaml
	$(BIN)/zizmor --offline --quiet .github/workflows

bench: .venv/development ## Measure time and memory
	@$(BIN)/python -m benchmark

docs: .venv/documentation ## Build the documentation into site/
	@$(BIN)/python -m docs.picture
	@$(BIN)/mkdocs build --quiet
	@echo "Open site/architecture/index.html"

lock: .venv/uv ## Pin the dependencies with their hashes (UPGRADE=1 for the newest versions)
	@echo "Pinning the dependencies"
	@$(LOCK) --group installer --output-file requirements-uv.txt
	@$(LOCK) pyproject.toml --output-file requirements.txt
	@$(LOCK) pyproject.toml --extra dev --constraints requirements.txt --output-file requirements-dev.txt
	@$(LOCK) pyproject.toml --extra docs --constraints requirements.txt --output-file requirements-docs.txt

clean: ## Remove what the targets above installed and cached
	rm -rf .venv .hypothesis .pytest_cache .ruff_cache rendered site

# Each step of the set-up leaves a stamp in .venv and runs again when what it was made from has changed.

.venv/uv: requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This needs Python 3.11 or newer, and '$(PYTHON)' is not that: name one, as in make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "Creating .venv and installing uv"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements-uv.txt
	@touch $@

.venv/runtime: .venv/uv requirements.txt pyproject.toml
	@echo "Installing what the program needs"
	@$(UV) pip sync --python $(BIN)/python --require-hashes requirements.txt
	@$(UV) pip install --python $(BIN)/python --offline --no-deps --editable .
	@touch $@

.venv/development: .venv/runtime requirements-dev.txt
	@echo "Installing what the tests and checks need"
	@$(UV) pip sync --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(UV) pip install --python $(BIN)/python --offline --no-deps --editable .
	@touch $@

.venv/documentation: .venv/development requirements-docs.txt
	@echo "Installing what the documentation needs"
	@$(UV) pip install --python $(BIN)/python --require-hashes --requirement requirements-docs.txt
	@touch $@
