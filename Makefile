# make help lists the commands. Windows without make: README.md says what to type instead.
PYTHON = python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

# what a student does not need in JupyterLab: nbgrader's panels for teachers, and the news
HIDDEN := $(addprefix @jupyter/nbgrader:,create-assignment formgrader course-list assignment-list menu) \
	@jupyterlab/apputils-extension:announcements

# threads that wait for work sleep instead of spinning: a notebook shares its cores with the browser and with others
export OMP_WAIT_POLICY := PASSIVE

LAB_ARGS ?=
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help lab
.DEFAULT_GOAL := help

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

lab: $(READY) ## open lesson 1 in JupyterLab, in your own copy: work/
	@$(BIN)/python -m recsys_utils.workspace
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=work \
		--LabApp.default_url=/lab/tree/01_movielens/01_movielens.ipynb $(LAB_ARGS)

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The course needs Python 3.11 or newer; \
	$(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -r requirements.txt
	@$(BIN)/jupyter labextension disable --level=sys_prefix $(HIDDEN) >/dev/null 2>&1
	@touch $@

## teachers: what follows is not in the students' bundle
COURSE := $(BIN)/python -m recsys_utils.grading
TEST := $(BIN)/python -m pytest tests solutions --nbval-lax --nbval-current-env --nbval-cell-timeout=300

.PHONY: test test-all lessons solutions bundle submit collect grade formgrader bench

test: $(READY) ## check everything: package, lessons, solutions, graders (on a GPU: RECSYS_DEVICE=cuda make test)
	@$(TEST) -m "not long"

test-all: $(READY) ## the same, with the tests that take minutes
	@$(BIN)/python -m pip install -q -e '.[browser]'
	@$(TEST)

lessons: $(READY) ## make lessons/ from solutions/
	@$(COURSE) release

solutions: $(READY) ## run the notebooks of solutions/ in place (one only: L=01)
	@$(COURSE) execute $(L)

submit: $(READY) ## hand in your notebook: make submit L=01 STUDENT=me
	@$(COURSE) submit "$(L)" --student "$(STUDENT)"

bundle: $(READY) ## make recsys-course.zip for students (with the solutions: make bundle SELF_STUDY=1)
	@$(COURSE) bundle $(if $(SELF_STUDY),--self-study)

collect: $(READY) ## take the zip of Moodle or Canvas apart: make collect L=01 ZIP=lesson1.zip
	@$(COURSE) collect "$(L)" "$(ZIP)"

grade: $(READY) ## grade what is new in submitted/: grades.csv, report.html, feedback/
	@$(COURSE) grade $(ARGS)

formgrader: $(READY) ## grade written answers by hand, in the browser
	$(BIN)/jupyter lab $(AS_ROOT) --LabApp.default_url=/formgrader/gradebook $(LAB_ARGS)

bench: $(READY) ## time the course's code against other libraries
	@$(BIN)/python -m pip install -q -e '.[benchmarks]'
	@for script in tests/benchmarks/bench_*.py; do echo "$$script"; $(BIN)/python "$$script" || exit 1; done
## students again
