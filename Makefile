# Two commands matter: `make book` and `make test`. Each does all of its own set-up.

PYTHON ?= $(firstword $(shell command -v python3.11 python3 python 2>/dev/null))
BIN    := .venv/bin
BOOK   ?=
NAME   ?=
PS     ?=
SEED   ?=
DUE    ?=
SUBMISSIONS ?=
COURSE  = $(if $(PS),--set "$(PS)") $(if $(CLASS),--class "$(CLASS)")
EXPORT  = --format "$(FORMAT)" --roster "$(ROSTER)"
PORT   ?= 8000
# What pip resolves, exactly. `make CONSTRAINTS= ...` takes what is newest and fits the requirements.
CONSTRAINTS ?= constraints.txt

# The share of the lines of src that the unit tests run, in per cent: less is red.
COVERAGE := 97

# Only the project's own environment counts, and one thread a process: on a busy machine
# a second one is slower, and sums in another order.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV
export PYTHONNOUSERSITE := 1
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup book serve test lint unit notebooks site site-check pdf chapter execute portability experiments bench peers constraints clean \
	assignment release grade tables score

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: setup ## build the website, from nothing, and say where to open it
	@$(MAKE) --no-print-directory site
	@echo
	@echo "The book: file://$(CURDIR)/_build/html/index.html"
	@echo "Or run 'make serve' and open http://localhost:$(PORT)"

test: lint unit notebooks site ## check everything that must hold
	$(BIN)/pytest tests/site -n 2 --dist loadfile

site-check: site ## measure the website with html-validate, axe and Lighthouse (from npm), and Binder's environment
	$(BIN)/pytest -rs $(addprefix tests/site/check/check_, html.py axe.py lighthouse.py binder.py published.py pdf.py)

pdf: setup site ## print the whole book as one PDF, with Chromium, and offer it on the first page
	$(BIN)/python -m tools.pdf

serve: ## serve the built website on PORT (8000)
	@test -f _build/html/index.html || $(MAKE) book
	@echo "http://localhost:$(PORT) (stop with Ctrl-C)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

chapter: setup ## begin a chapter from the template (NAME=2-lstm/mingru)
	@$(BIN)/python -m tools.new_chapter $(NAME)

execute: setup ## run the notebooks of BOOK (a path; all of them) anew and store what they show
	$(BIN)/python -m tools.execute $(BOOK)

portability: setup ## run every notebook as other CPUs would, on two threads, and perturbed
	$(BIN)/python -m tools.portability

experiments: setup ## run what is missing of the long experiments (ARGS=--quick: a minute of each)
	$(BIN)/python -m experiments $(ARGS)

bench: setup ## measure the speed of src beside torch.nn
	$(BIN)/python -m benchmarks.speed

assignment: setup ## a problem set to work on (PS=1 to 6), in assignments/
	@$(BIN)/python -m coursework assignment $(PS)

release: setup ## the problem sets for a class, with its numbers (SEED=2027, VARIANT=seed, PS=, CLASS=)
	@$(BIN)/python -m coursework release $(if $(SEED),--seed $(SEED)) \
		$(if $(VARIANT),--variant "$(VARIANT)") $(COURSE)

grade: setup ## grade SUBMISSIONS (a folder or zip; PS=, DUE=2026-12-01T23:59, KEEP=best, FROM=, ...)
	@$(BIN)/python -m coursework grade "$(SUBMISSIONS)" $(COURSE) --due "$(DUE)" --zone "$(ZONE)" \
		--from "$(FROM)" $(if $(KEEP),--keep $(KEEP)) $(if $(JOBS),--jobs $(JOBS)) $(EXPORT)

tables: setup ## write grades and feedback anew (FORMAT=moodle, canvas, gradescope, excel; ROSTER=, PS=)
	@$(BIN)/python -m coursework tables $(COURSE) $(EXPORT)

score: setup ## points by hand (PS=1 STUDENT="Ada Byron" PART=B POINTS=3 WHY="..."; or MARKS=to-mark.csv)
	@$(BIN)/python -m coursework score $(COURSE) --student "$(STUDENT)" --part "$(PART)" \
		--points="$(POINTS)" --why "$(WHY)" $(if $(MARKS),--marks "$(MARKS)")

peers: ## compare src with ONNX Runtime, Keras, rapidfuzz and jiwer, in an environment of their own
	$(PYTHON) -m venv _build/peers
	_build/peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements.txt
	PYTHONPATH=. _build/peers/bin/python -m benchmarks.peers

constraints: ## resolve requirements.txt anew and pin all that it brings in constraints.txt
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PYTHON) -m venv "$$folder" && \
		"$$folder/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt && \
		{ echo "# All that pip resolves from requirements.txt, written by 'make constraints'."; \
		"$$folder/bin/pip" freeze --exclude-editable | sed 's/+cpu$$//'; } > constraints.txt.partial && \
		mv constraints.txt.partial constraints.txt

clean: ## remove the website and the caches (the environment stays)
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage*
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# The parts of `make test`, from fast to slow.
lint: setup ## check the style of the code, its type hints, and how much each chapter asks of its reader
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tools.measure

unit: setup ## test src, the tools and the structure of the book
	$(BIN)/pytest tests src --ignore tests/site -n 2 --dist loadfile --cov=src --cov-report=
	$(BIN)/coverage report --fail-under=$(COVERAGE) --format=total

notebooks: setup ## run every notebook and compare all its text and figures with the stored ones
	$(BIN)/pytest --nbval book -n 2 --dist loadfile

# --all: a page that is taken from the last build would not repeat its warnings.
site: setup ## build the website; a warning is an error
	$(BIN)/jupyter-book build . --all -W -n --keep-going --quiet

# The environment is made again when what it is made of has changed.
setup: .venv/installed
.venv/installed: requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-r requirements.txt $(addprefix -c ,$(CONSTRAINTS))
	@touch $@
