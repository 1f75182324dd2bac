# The words a person and CI both type.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
SERVING := .venv-serving/ready

.PHONY: demo try test check bench train clean

demo: $(READY)
	$(BIN)/dispatchbox index
	@echo
	$(BIN)/dispatchbox ask "How much did Euroclear first transfer for Ukraine, and when?"
	@echo
	$(BIN)/dispatchbox ask "When do no-fault evictions end?"
	@echo
	@echo "To try it in a browser: make try"

try: $(READY)
	$(BIN)/dispatchbox try

test: $(READY) $(SERVING)
	$(BIN)/pytest -q

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m tests.bench $(if $(DATA),--data $(DATA)) $(if $(ONLY),--only $(ONLY))

# The reader, from its kept weights on: train, export, fit the constants (index/training/README.md).
train: $(READY)
	$(BIN)/python -m index.training.train --data $(DATA) --out var/training --resume
	$(BIN)/python -m index.training.export --weights var/training/reader.safetensors --out var/training/reader
	$(BIN)/python -m index.training.calibrate $(DATA) var/training var/training/reader

clean:
	rm -rf .venv .venv-serving var

# torch comes first: asked for by another package it would bring gigabytes of CUDA.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[export,try,dev]'
	touch $(READY)

# What the Dockerfile's last stage installs, so that a test can serve with that alone.
$(SERVING): pyproject.toml constraints-serving.txt
	$(PYTHON) -m venv .venv-serving
	.venv-serving/bin/pip install --quiet --disable-pip-version-check --constraint constraints-serving.txt --editable .
	touch $(SERVING)
