# Every target does its own set-up: a fresh clone needs Python 3.11 or newer and make, nothing else.

PYTHON ?= python3
LAB ?= prod
DIR ?= rendered/$(LAB)
UPGRADE ?=
COUNT ?= 5000
SEED := $(or $(SEED),$(shell date +%s))
AGAINST ?=
STACK ?= $(notdir $(patsubst %/,%,$(LAB)))
YES ?=
PAGE ?= lab.html

BIN := .venv/bin
UV := $(BIN)/uv
KEPT := .tools .pulumi-cli
LOCK = $(UV) pip compile --quiet --universal --generate-hashes --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

# Nothing is previewed or applied by a default.
WHICH_LAB = [ $(origin LAB)$(origin STACK) != filefile ] || { echo "Say which lab: make $@ LAB=small"; exit 2; }

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help plan render report schema pulumi preview up refresh rehearse test conformance kills fuzz browser golden messages recordings lint bench docs lock clean distclean named installer runtime development documentation

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

plan: runtime ## Read what the lab is, whether it fits and what is wrong with it (LAB=small; AGAINST=main for changes)
	@$(BIN)/python -m cli plan --lab $(LAB) $(if $(AGAINST),--against $(AGAINST))

render: runtime ## Write the lab's manifests and machine specifications as files (LAB=, DIR=)
	@$(BIN)/python -m cli render --lab $(LAB) $(DIR)

report: runtime ## Write the lab as one HTML page (LAB=, PAGE=lab.html; AGAINST= for changes)
	@$(BIN)/python -m cli report --lab $(LAB) --output $(PAGE) $(if $(AGAINST),--against $(AGAINST))

pulumi: runtime ## Install the command line of Pulumi, in the right version
	@$(BIN)/python engine.py

preview: runtime ## Show and judge what an `up` would do (LAB=small, or STACK= for another name)
	@$(WHICH_LAB)
	@$(BIN)/python -m cli up --stack $(STACK) --dry-run

up: runtime ## Preview, judge, ask and apply (LAB=small; YES=1 does not ask)
	@$(WHICH_LAB)
	@$(BIN)/python -m cli up --stack $(STACK) $(if $(YES),--yes)

refresh: runtime ## Read the running lab into the state, after asking (LAB=small)
	@$(WHICH_LAB)
	@PATH="$$PATH:$(CURDIR)/.pulumi-cli/bin" pulumi refresh --stack $(STACK)

rehearse: named development ## Run the lab on a real control plane on this machine (LAB=; the first time builds it)
	@said=$$($(BIN)/python -m cli findings --lab $(LAB)) || [ $$? = 1 ] || { echo "$$said"; exit 2; }
	@$(BIN)/python -m rehearsal.tools
	@$(BIN)/python -m cli rehearse --lab $(LAB)

schema: runtime ## Write the JSON Schemas that editors complete from
	@$(BIN)/python -m cli schema

test: development ## Run the tests
	@$(BIN)/pytest -n 2

conformance: development ## Run the tests against the real provider, control plane, kubeadm and cloud-init (the first time builds them)
	@$(BIN)/python -m rehearsal.tools || echo "Going on without what is missing"
	@$(BIN)/pytest -n 2 -rs tests/conformance

kills: development ## Kill an `up` at twenty places, and see that nothing is lost or made twice (KILLS=, SEED=)
	@KILLS=$(or $(KILLS),20) SEED=$(SEED) $(BIN)/pytest -n 0 -rs tests/conformance/pulumi/test_kills.py

browser: development ## Look at the HTML page in a real Chromium (a part of conformance)
	@$(BIN)/pytest -rs tests/conformance/browser

fuzz: development ## Try thousands of broken labs, dumps, answers of Proxmox and damaging previews (COUNT=, SEED=)
	@echo "Seed: $(SEED)"
	@LAB_MUTATIONS=$(COUNT) $(BIN)/pytest -n 0 --hypothesis-seed=$(SEED) tests/test_any_input.py
	@DUMP_MUTATIONS=$(COUNT) SEED=$(SEED) $(BIN)/pytest -n 0 tests/observation/test_any_dump.py
	@PROXMOX_ANSWERS=$(COUNT) SEED=$(SEED) $(BIN)/pytest -n 0 tests/operations/test_any_answer.py
	@GUARD_MUTATIONS=$(COUNT) $(BIN)/pytest -n 0 -s tests/operations/guard/test_mutations.py tests/operations/guard/test_handmade.py -k "none_with_harm or enough"

golden: runtime ## Rewrite the golden files, to be reviewed as a diff
	@$(BIN)/python -m cli render --lab small tests/golden/small
	@$(BIN)/python -m cli render --lab tests/labs/every_kind tests/golden/every_kind
	@$(BIN)/python -m cli render --lab tests/labs/every_key tests/golden/every_key

messages: development ## Record the messages of planner and cluster about common mistakes again, to be reviewed as a diff
	@WRITE_MESSAGES=1 $(BIN)/pytest --quiet tests/plan/test_messages.py tests/conformance/kubernetes/test_messages.py

recordings: development ## Record the output of the real engine about changes, failures and interruptions again, to be reviewed as a diff
	@$(BIN)/python -m rehearsal.tools
	@$(BIN)/python -m tests.recordings.record

lint: development ## Check style, types and pipelines
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yaml .forgejo/workflows/*.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.woodpecker-ci .woodpecker/*.yaml
	$(BIN)/zizmor --offline --quiet .github/workflows .forgejo/workflows

bench: development ## Measure time and memory
	@$(BIN)/python -m benchmark

docs: documentation ## Build the documentation into site/
	@$(BIN)/python -m docs.picture
	@$(BIN)/mkdocs build --quiet
	@echo "Open site/index.html (or: .venv/bin/mkdocs serve)"

lock: installer ## Pin the dependencies with their hashes (UPGRADE=1 for the newest versions)
	@echo "Pinning the dependencies"
	@$(LOCK) --group installer --output-file requirements-uv.txt
	@$(LOCK) --group checkov --output-file requirements-checkov.txt
	@$(LOCK) --group policy --output-file policy/requirements.txt
	@$(LOCK) pyproject.toml --output-file requirements.txt
	@$(LOCK) pyproject.toml --extra dev --constraints requirements.txt --output-file requirements-dev.txt
	@$(LOCK) pyproject.toml --extra docs --constraints requirements.txt --output-file requirements-docs.txt

clean: ## Remove what the targets above installed and cached, but for what takes long to build or to bring
	rm -rf .venv .venv.new .venv.old .hypothesis .pytest_cache .ruff_cache .import_linter_cache rendered site
	@kept="$(wildcard $(KEPT))"; [ -z "$$kept" ] || [ "$(MAKECMDGOALS)" = distclean ] || echo "Still here: $$kept; make distclean removes that too"

distclean: clean ## Remove the parts that rehearsals built, and the command line of Pulumi, as well; never the state of stacks
	rm -rf $(KEPT)

# Before anything is set up: whether there is such a lab.
named:
	@[ -d 'config/labs/$(LAB)' ] || [ -d '$(LAB)' ] || { echo "config/labs/$(LAB): there is no such folder; known: $$(cd config/labs && echo *)"; exit 2; }

# Each level of the set-up has all that those before it have. Contents are compared, not times.

installer runtime development documentation:
	@$(PYTHON) environment.py $@ $(if $(filter command environment,$(firstword $(origin PYTHON))),--stated)
