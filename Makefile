# Each target sets up .venv by itself; the second time it starts at once.
#   make run      open the viewer with the sample study (without a display: write its report)
#   make test     the tests            make check   lint, format, types, import contracts
#   make coverage the tests, with the coverage of each package
#   make fuzz     mutated films for 10 minutes (ARGS="--minutes 60 --seed 7")
#   make hostile  films of a folder that broke this program or others, in every command and the window: make hostile FILES=folder
#   make cluster-test  workers of a Dask cluster that are killed, a scheduler that dies, TLS: minutes
#   make bench    timings              make train   train the network: make train DATA=folder
#   make package  the app that people install, in dist/
#   make container-build  the image built with podman or docker, and run once as it is meant to run
#   make container-check  the files by which it runs unattended and on clusters: container, systemd, Slurm, Kubernetes
#   make words    bring the catalogues of the languages up to date
#   make lock     write uv.lock anew after a change of pyproject.toml; ARGS=--upgrade takes the newest versions
#   make audit    known vulnerabilities of what the lock holds (asks a public database)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_TO_TRAIN := $(VENV)/.ready-to-train
PACKAGE_VENV := .venv-package
READY_TO_PACKAGE := $(PACKAGE_VENV)/.ready
# The first interpreter that is new enough; `make PYTHON=...` takes another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$p && break; done)
SET_UP = test -n "$(PYTHON)" || { echo "PTXViewer needs Python 3.10 or newer: none was found."; exit 1; }; \
	$(PYTHON) tools/set_up.py

# Three processes, each with one thread for numerics: two cores are never idle while one waits for children of its
# tests. OpenCV's threads wait for each other busily, so they would take the cores from other tests.
# `make test WORKERS=0` runs everything in one process.
# Compiled modules are kept even where the environment says otherwise: some hundred children of the tests load them.
WORKERS ?= 3
PYTEST := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 OPENCV_FOR_THREADS_NUM=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: run test coverage check bench fuzz hostile train package lock audit words container-check container-build cluster-test

run: $(READY)
	$(BIN)/python -m ptxviewer --sample

test: $(READY)
	$(PYTEST)

# The same tests, and the coverage of each package against its floor.
coverage: $(READY)
	$(PYTEST) --cov --cov-report=json:build/coverage.json --cov-report=
	$(BIN)/python tools/check_coverage.py build/coverage.json

check: $(READY)
	$(BIN)/python -m uv lock --check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# No container is built; hadolint and systemd-analyze are asked where they are installed.
container-check: $(READY)
	$(BIN)/python tools/check_container.py
	$(BIN)/python tools/check_cluster.py

# Builds the image with podman or docker and runs it as the guide does: films in, rows and objects out, SIGTERM, again.
container-build: $(READY)
	$(BIN)/python tools/build_container.py

# Too long for the suite: with two idle cores it takes about four minutes.
cluster-test: $(READY)
	$(BIN)/python -m pytest -n 0 -m cluster -s --timeout 900 -o faulthandler_timeout=900 tests/cluster $(ARGS)

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

# Mutated films, archives and indexes through predict, triage and the window's presenter; not part of the tests.
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz $(ARGS)

# Each film by its name and all as a folder, in a process of its own: what lives, what is said, time, memory, picture.
hostile: $(READY)
	$(BIN)/python -m tests.hostile $(FILES) $(ARGS)

# The app that people install, in dist/: the frozen folder, then the packages of this system. It has an environment of its own.
package: $(READY_TO_PACKAGE)
	$(PACKAGE_VENV)/bin/python -m installers.build $(ARGS)

# Texts for people: new ones into the catalogues, these compiled; ARGS="--new fr" begins another language.
words: $(READY)
	$(BIN)/python tools/words.py $(ARGS)

lock: $(READY)
	$(BIN)/python -m uv lock $(ARGS)

audit: $(READY)
	$(BIN)/python -m uv audit --frozen --preview-features audit-command

# DATA is the folder of training films (with index.csv); a run that was stopped goes on. ARGS: see `model.train --help`.
train: $(READY_TO_TRAIN)
	@test -n "$(DATA)" || { echo "Say where the training films are: make train DATA=folder"; exit 2; }
	$(BIN)/python -m model.train --data "$(DATA)" $(ARGS)

$(READY): uv.lock tools/set_up.py
	@$(SET_UP) --stamp $@

$(READY_TO_TRAIN): uv.lock tools/set_up.py
	@$(SET_UP) --train --stamp $@

$(READY_TO_PACKAGE): uv.lock tools/set_up.py
	@$(SET_UP) --package --stamp $@
