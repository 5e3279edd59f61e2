# Every target sets up what it needs: a .venv with the hashed lock file, nothing by hand.
# the first interpreter that runs and fits; a name on the path may be a shim that does not run
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
CORES ?= all
# a file goes to one worker: its tests may share a finished run
TEST_WORKERS ?= 2
# one network job a GPU; without a GPU the cores are the only limit
GPU_JOBS ?= $(shell nvidia-smi -L 2>/dev/null | wc -l | sed 's/^0$$/99/')
UV := $(BIN)/uv
# the demo's row with a classifier beside its segmenter; 3 MB
DEFAULT_BUNDLE ?= results/phantom/bundles/cam-crf-unet3d.fold-0.zip
GENERATED := --schema workflow/schemas/config.schema.json --reference config/README.md

# every job is a process of its own: compiled modules save it seconds
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo default-bundle test check lint format lock schema clean

help:            ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready  ## install Python packages into .venv

.venv/ready: requirements.lock envs/bootstrap.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "found no Python 3.11 or 3.12; install one, or run make PYTHON=/its/path"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r envs/bootstrap.lock
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

demo: .venv/ready  ## the whole chain on the embedded phantom
	$(BIN)/snakemake --cores $(CORES) --resources gpu=$(GPU_JOBS)
	@echo "open results/report.html"

default-bundle: .venv/ready  ## train the bundle that comes with the package, on the phantom alone
	$(BIN)/snakemake --cores $(CORES) --resources gpu=$(GPU_JOBS) -- $(DEFAULT_BUNDLE)
	$(BIN)/python -m bleedmap.bundle --bundle $(DEFAULT_BUNDLE)

test: .venv/ready  ## all tests
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

check: .venv/ready  ## the fast tests
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow"

lint: .venv/ready  ## format, lint and type checks, and the workflow linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakefmt --no-sort --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/python -m bleedmap.config $(GENERATED) --check

format: .venv/ready  ## rewrite files to the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt --no-sort Snakefile workflow

lock: .venv/ready  ## resolve requirements.lock anew from pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra s3 --extra weights pyproject.toml -o requirements.lock

schema: .venv/ready  ## regenerate the JSON schema and the reference of the config
	$(BIN)/python -m bleedmap.config $(GENERATED)

clean:           ## remove results and caches, keep .venv
	rm -rf results/* .snakemake
	git checkout -- results
