"""No attack wins a point that was not earned; what honest cells of the same notebook earn is kept by none of this."""

import pytest
from attacks import ATTACKS, EXERCISES, LESSON, PREFACE
from harness import notebook_path, stub_of
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade, is_grade
from test_run_submission import SANDBOXED

from recsys_utils.grading.cells import grade_id, is_code_check
from recsys_utils.grading.course import read_notebook
from recsys_utils.grading.run_submission import NotDecided, Run
from recsys_utils.grading.submission import mended, read_submission


def points_of(code):
    """Returns {grade id: points} of an untouched lesson, but for one cell behind its imports; its demonstrations are
    left out."""
    solution, lesson = notebook_path(LESSON), read_notebook(notebook_path(LESSON, "lessons"))
    submitted = read_submission(solution)
    first = next(cell for cell in submitted.cells if cell.cell_type == "code")
    answers = [cell for cell in submitted.cells if grade_id(cell) in EXERCISES]
    for cell in answers:
        cell.source = "pass" if code else stub_of(LESSON, grade_id(cell))
    submitted.cells = [first, new_code_cell(PREFACE + code, id="own"), *answers,
                       *(cell for cell in submitted.cells if is_code_check(cell))]
    made = mended(submitted, lesson, read_notebook(solution))
    try:
        Run(made, lesson, solution, 5, SANDBOXED).all()
    except NotDecided:
        return {}
    return {grade_id(cell): determine_grade(cell)[0] for cell in filter(is_grade, made.cells)}


def test_there_are_as_many_as_promised():
    assert len(ATTACKS) >= 60


@pytest.mark.long
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_wins_nothing(name):
    assert {check: points for check, points in points_of(ATTACKS[name]).items() if points} == {}


@pytest.mark.parametrize("name", ["hook: the checks", "oracle: locals called expected",
                                  "answer: inputs zeroed, result zeros"])
def test_an_attack_of_each_kind_wins_nothing(name):
    assert {check: points for check, points in points_of(ATTACKS[name]).items() if points} == {}
