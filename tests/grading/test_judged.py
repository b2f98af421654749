"""Grading as it really is: the student's code in one process, the checks in another, plain data between them.

Every row of the tables of wrong and right answers must lose and keep through the judge what it does in one process.
"""

import importlib
from functools import cache
from textwrap import dedent

import nbformat
import pytest
from answers import Right, Wrong
from harness import (
    ROOT,
    checks_of,
    code_cells,
    exercises_of,
    has_tag,
    is_exercise,
    notebook_path,
    solution_names,
    stub_of,
)
from nbgrader.utils import determine_grade, is_grade

from recsys_utils.grading.cells import grade_id, is_answer, is_check
from recsys_utils.grading.course import read_notebook
from recsys_utils.grading.judge import Judge
from recsys_utils.grading.run_submission import Run
from recsys_utils.grading.student_process import StudentProcess
from recsys_utils.grading.submission import mended, read_submission

LIMIT = 60  # seconds
KEEP = "import builtins; builtins._above = dict(globals())"
BACK = "import builtins; (lambda now, above: (now.clear(), now.update(above)))(globals(), builtins._above)"
ROWS = [pytest.param(notebook, exercise, row, id=f"{notebook}: {exercise}: {row.name}") for notebook in solution_names()
        for exercise, listed in importlib.import_module(f"test_{notebook}").TABLE.items() for row in listed]


def run(notebook, change=lambda cell: None):
    """Returns a solved notebook as grading runs it, after a change to each of its cells, and what Run says of it."""
    solution, lesson = notebook_path(notebook), read_notebook(notebook_path(notebook, "lessons"))
    made = mended(read_submission(solution), lesson, read_notebook(solution))
    for cell in made.cells:
        change(cell)
    return made, Run(made, lesson, solution, LIMIT, sandboxed=False).all()


def lost(made):
    """Returns {grade_id: message} of the checks that a notebook which ran has lost."""
    return {grade_id(cell): cell.outputs[-1].evalue for cell in made.cells
            if is_grade(cell) and is_check(cell) and determine_grade(cell)[0] == 0}


@pytest.mark.parametrize("notebook", solution_names())
def test_a_solution_gets_all_points(notebook):
    made, notes = run(notebook)
    assert (lost(made), notes) == ({}, [])
    assert [output for cell in made.cells for output in cell.get("outputs", []) if output.output_type == "error"] == []


@pytest.mark.parametrize("notebook", solution_names())
def test_a_lesson_gets_none(notebook):
    def blank(cell):
        if is_answer(cell):
            cell.source = stub_of(notebook, grade_id(cell))

    made, notes = run(notebook, blank)
    assert notes == []
    assert len(lost(made)) == sum(len(checks_of(notebook, exercise)) for exercise in exercises_of(notebook))
    assert all("not attempted yet" in message for message in lost(made).values())


class Persistent:
    """A student's process in which the cells above an exercise have run, for one answer after another."""

    now = None

    def __init__(self, notebook, exercise):
        """Runs the cells above the exercise."""
        self.judge, self.process = Judge(notebook_path(notebook), LIMIT), StudentProcess(sandboxed=False)
        self.checks = checks_of(notebook, exercise)
        for cell in code_cells(notebook):
            if is_exercise(cell) and grade_id(cell) == exercise:
                break
            if not is_check(cell) and not has_tag(cell, "training"):
                self.process.ask(LIMIT, do="cell", source=cell.source)
        self.process.ask(LIMIT, do="cell", source=KEEP)

    def failures(self, source):
        """Returns the messages of the checks that an answer loses, by how their grade ids end."""
        self.process.ask(LIMIT, do="cell", source=BACK)
        self.process.ask(LIMIT, do="cell", source=dedent(source))
        outputs = {grade_id(cell).rsplit("_", 1)[-1]: self.judge.outputs_of(cell, self.process)[0]
                   for cell in self.checks}
        return {name: f"{one[-1].ename}: {one[-1].evalue}" for name, one in outputs.items()
                if one and one[-1].output_type == "error"}


@cache
def persistent(notebook, exercise):
    """Returns the process of an exercise; only the one that was asked for last is kept."""
    if Persistent.now:
        Persistent.now.process.close()
    Persistent.now = Persistent(notebook, exercise)
    return Persistent.now


@pytest.mark.long
@pytest.mark.parametrize("notebook, exercise, row", ROWS)
def test_a_row_gives_the_same_as_in_one_process(notebook, exercise, row):
    messages = persistent(notebook, exercise).failures(row.source)
    if isinstance(row, Right):
        assert messages == {}
    else:
        assert isinstance(row, Wrong)
        assert " ".join(messages) == row.loses.replace("hidden_log", "log"), messages
        assert row.told in next(iter(messages.values())), messages


def test_nbformat_takes_what_comes_of_it(tmp_path):
    made, _ = run(solution_names()[0])
    nbformat.write(made, tmp_path / "ran.ipynb")
    assert read_notebook(tmp_path / "ran.ipynb").cells == made.cells
    assert ROOT not in tmp_path.parents
