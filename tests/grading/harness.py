"""Grade one exercise in this process, in milliseconds, as nbgrader would in a kernel of its own.

A table of wrong answers, with what each must lose and be told, reads like this:

    from harness import run_exercise

    def test_a_row_for_each_event_is_not_contiguous():
        outcome = run_exercise("01_movielens", "contiguous_ids", '''
    def contiguous_ids(ids):
        return torch.arange(len(ids)), ids
    ''')
        assert outcome["contiguous_ids_1"].points == 0
        assert "the rows" in outcome["contiguous_ids_1"].message

A right answer loses nothing: `all(result.points == result.max_points for result in outcome.values())`.
"""

import ast
import contextlib
import io
import itertools
import linecache
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import matplotlib
import matplotlib.pyplot as plt

from recsys_utils.grading.cells import exercise_of, grade_id, is_check
from recsys_utils.grading.course import (
    GRADING_ENVIRONMENT,
    lesson_names,
    notebooks,
    read_notebook,
)

ROOT = Path(__file__).parents[2]
CELL_NUMBERS = itertools.count(1)


class Result(NamedTuple):
    """What one test cell gave: its points, and the error it raised as "Type: text", or an empty text."""

    points: float
    max_points: float
    message: str


def run_exercise(notebook, exercise, source):
    """Returns {grade_id: Result} of an exercise's test cells, with `source` in place of the student's cell.

    The names of the cells above the exercise are there; no other answer of `source`'s author is.
    """
    namespace = dict(names_above(notebook)[exercise])
    run_cell(source, namespace)  # where it fails, the tests do not find the function
    return {grade_id(cell): grade(cell, namespace) for cell in checks_of(notebook, exercise)}


def grade(test, namespace):
    """Returns the Result of one test cell: nbgrader gives all points, or none where it raised or wrote to stderr."""
    points = test.metadata.nbgrader.points
    message = run_cell(test.source, namespace)
    return Result(0 if message else points, points, message)


def run_cell(source, namespace):
    """Runs a cell and returns what costs its points, or an empty text."""
    errors, value = io.StringIO(), None
    with scratch_environment(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        try:
            value = execute(source, namespace)
        except (Exception, SystemExit) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            plt.close("all")
    if errors.getvalue():
        return f"wrote to stderr: {errors.getvalue()}"
    return "" if value is None else f"ends in the value {value!r}, which nbgrader may take for points"


def execute(source, namespace):
    """Runs a cell in a namespace, lets errors through, and returns the value of a last line that is an expression."""
    name = f"<cell {next(CELL_NUMBERS)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)  # for inspect.getsource
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), name, "eval"), namespace) if last else None


@contextlib.contextmanager
def scratch_environment():
    """Sets the variables of grading, and a data folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with mock.patch.dict(os.environ, {**GRADING_ENVIRONMENT, "RECSYS_DATA_DIR": folder}):
            yield


@cache
def names_above(notebook):
    """Runs a solution notebook once, as grading does, and returns {exercise: the names defined above its cell}.

    As in grading, `training` cells are left out, and an error in a cell does not stop the cells below it.
    """
    matplotlib.use("agg")
    namespace, above = {"__name__": "__main__", "display": lambda *values, **options: None}, {}
    for cell in code_cells(notebook):
        if is_exercise(cell):
            above[grade_id(cell)] = dict(namespace)
        if not is_check(cell) and not has_tag(cell, "training"):
            run_cell(cell.source, namespace)
    return above


def load_cells(notebook, tag="model"):
    """Returns {name: object} of a solution's cells with a tag, after its first code cell, which holds the imports.

    Runs with the caller's own data and device; an error is let through.
    """
    namespace = {"__name__": notebook}
    first, *others = code_cells(notebook)
    for cell in [first, *(cell for cell in others if has_tag(cell, tag))]:
        execute(cell.source, namespace)
    return namespace


def load_answer(notebook, exercise):
    """Returns the names that the notebook's imports and the reference answer of one exercise define."""
    names = load_cells(notebook, tag="no such tag")
    execute(answer_of(notebook, exercise), names)
    return names


def solution_names():
    """Returns the names of all solution notebooks, in order."""
    return [path.stem for lesson in lesson_names(ROOT) for path in notebooks(ROOT / "solutions" / lesson)]


def notebook_path(notebook, folder="solutions"):
    """Returns the path of the notebook of this name in solutions/ or lessons/; a lesson may hold two."""
    path = next((ROOT / folder).glob(f"*/{notebook}.ipynb"), None)
    assert path, f"there is no {notebook}.ipynb in {folder}/ (lessons are made by: make lessons)"
    return path


@cache
def code_cells(notebook, folder="solutions"):
    """Returns the code cells of the notebook of this name in solutions/ or lessons/."""
    return [cell for cell in read_notebook(notebook_path(notebook, folder)).cells if cell.cell_type == "code"]


def exercises_of(notebook):
    """Returns the grade ids of a notebook's exercises: the cells in which a student writes code."""
    return [grade_id(cell) for cell in code_cells(notebook) if is_exercise(cell)]


def checks_of(notebook, exercise):
    """Returns the test cells that belong to an exercise."""
    names = exercises_of(notebook)
    return [cell for cell in checks_in(notebook) if exercise_of(grade_id(cell), names) == exercise]


def checks_in(notebook):
    """Returns all test cells of a solution."""
    return [cell for cell in code_cells(notebook) if is_check(cell) and cell.metadata.nbgrader.grade]


def answer_of(notebook, exercise):
    """Returns the reference solution of an exercise."""
    return next(cell.source for cell in code_cells(notebook) if grade_id(cell) == exercise)


def stub_of(notebook, exercise):
    """Returns what the student finds in place of the solution."""
    return next(cell.source for cell in code_cells(notebook, "lessons") if grade_id(cell) == exercise)


def is_exercise(cell):
    """Returns whether a code cell is one in which a student writes."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def has_tag(cell, tag):
    """Returns whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])
