"""What holds for every exercise: the solution gets all points, the stub none, and its tests obey the rules."""

import pytest
from harness import (
    answer_of,
    checks_in,
    checks_of,
    exercises_of,
    has_tag,
    notebook_path,
    run_exercise,
    solution_names,
    stub_of,
)

from recsys_utils.grading.course import exercise_of, grade_id, read_notebook, wrong_points

EXERCISES = [(notebook, exercise) for notebook in solution_names() for exercise in exercises_of(notebook)]
CHECKS = [pytest.param(name, cell, id=grade_id(cell)) for name in solution_names() for cell in checks_in(name)]


@pytest.mark.parametrize("notebook, exercise", EXERCISES)
def test_the_solution_gets_all_points(notebook, exercise):
    outcome = run_exercise(notebook, exercise, answer_of(notebook, exercise))
    assert {name: result.message for name, result in outcome.items() if result.message} == {}


@pytest.mark.parametrize("notebook, exercise", EXERCISES)
def test_the_stub_gets_no_points_and_is_told_why(notebook, exercise):
    outcome = run_exercise(notebook, exercise, stub_of(notebook, exercise))
    assert sum(result.points for result in outcome.values()) == 0
    assert all(result.message.startswith("NotImplementedError: not attempted") for result in outcome.values())


@pytest.mark.parametrize("notebook, exercise", EXERCISES)
def test_an_exercise_has_a_hidden_test(notebook, exercise):
    assert any("### BEGIN HIDDEN TESTS" in cell.source for cell in checks_of(notebook, exercise))


@pytest.mark.parametrize("notebook, cell", CHECKS)
def test_a_test_cell_obeys_the_rules(notebook, cell):
    name, exercises = grade_id(cell), exercises_of(notebook)
    assert exercise_of(name, exercises) in exercises, f"name it after its exercise, one of {exercises}"
    assert cell.metadata.nbgrader.points > 0
    assert cell.source.startswith("# "), "the first line says in a comment what is tested"
    assert not has_tag(cell, "training"), "a cell tagged `training` does not run in grading"


@pytest.mark.parametrize("notebook", solution_names())
def test_the_points_in_the_text_are_those_of_the_cells(notebook):
    solution = read_notebook(notebook_path(notebook))
    assert wrong_points(solution) == []
    last = next(cell for cell in reversed(solution.cells) if "BEGIN HIDDEN TESTS" in cell.source)
    last.metadata.nbgrader.points += 1          # told of its exercise and of the lesson, often of the check itself
    assert len(wrong_points(solution)) >= 2
