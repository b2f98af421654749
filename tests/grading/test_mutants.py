"""Every fault that a machine puts into a solution is found, or was read by a person; the page's counts are true."""

import importlib

import pytest
from answers import Right, Wrong
from harness import exercises_of, solution_names
from mutants import PAGE, counts, equivalent, mutants_of, tried

EXERCISES = [(notebook, exercise) for notebook in solution_names() for exercise in exercises_of(notebook)]


def test_what_can_be_changed_is_changed_one_at_a_time():
    source = """
def f(x, n=2):
    \"\"\"Not this 1 + 1.\"\"\"
    ### BEGIN SOLUTION
    if x > 0 and not n:
        x = -x
    return x[1:].sum(dim=0) + 0.5
    ### END SOLUTION
"""
    assert {mutant.change for mutant in mutants_of(source)} == {
        "if x > 0 and (not n): -> if x > 0 or not n:",
        "if x > 0 and (not n): -> if x >= 0 and (not n):",
        "if x > 0 and (not n): -> if x > 1 and (not n):",
        "if x > 0 and (not n): -> if x > 0 and (not not n):",
        "if x > 0 and (not n): -> dropped",
        "x = -x -> x = +x",
        "x = -x -> pass",
        "return x[1:].sum(dim=0) + 0.5 -> return x[1:].sum(dim=0) - 0.5",
        "return x[1:].sum(dim=0) + 0.5 -> return x[1:].sum(dim=0) + 1.0",
        "return x[1:].sum(dim=0) + 0.5 -> return x[1:].mean(dim=0) + 0.5",
        "return x[1:].sum(dim=0) + 0.5 -> return x[1:].sum() + 0.5",
        "return x[1:].sum(dim=0) + 0.5 -> return x[1:].sum(dim=1) + 0.5",
        "return x[1:].sum(dim=0) + 0.5 -> return x[2:].sum(dim=0) + 0.5",
        "return x[1:].sum(dim=0) + 0.5 -> return x[:].sum(dim=0) + 0.5",
    }


@pytest.mark.parametrize("notebook, exercise", EXERCISES)
def test_an_exercise_meets_six_wrong_answers_and_three_right_ones(notebook, exercise):
    answers = importlib.import_module(f"test_{notebook}").TABLE[exercise]
    assert sum(isinstance(row, Wrong) for row in answers) >= 6
    assert sum(isinstance(row, Right) for row in answers) >= 3


def test_every_reason_is_given():
    assert all(len(reason) > 10 for reason in equivalent().values())


@pytest.mark.long
@pytest.mark.parametrize("notebook", solution_names())
def test_every_survivor_was_read_and_the_page_tells_the_counts(notebook):
    survivors, count = tried(notebook)
    assert survivors == {key for key in equivalent() if key[0] == notebook}
    assert counts(notebook, count, count - len(survivors)) in PAGE.read_text(encoding="utf-8").splitlines()
