"""What holds for every exercise: the solution gets all points, the stub none, and its tests obey the rules."""

import ast
import builtins
import symtable

import pytest
from harness import (
    answer_of,
    checks_in,
    checks_of,
    code_cells,
    exercises_of,
    has_tag,
    notebook_path,
    run_exercise,
    solution_names,
    stub_of,
)

from recsys_utils.grading.cells import exercise_of, grade_id, is_hidden, wrong_points
from recsys_utils.grading.course import read_notebook

EXERCISES = [(notebook, exercise) for notebook in solution_names() for exercise in exercises_of(notebook)]
WATCHERS = ("settrace", "setprofile", "monitoring", "TorchFunctionMode", "TorchDispatchMode")  # of this process only
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


@pytest.mark.parametrize("notebook, cell", CHECKS)
def test_a_scene_stands_alone(notebook, cell):
    exercise = exercise_of(grade_id(cell), exercises_of(notebook))
    known = {*dir(builtins), *imported(code_cells(notebook)[0].source), *defined(answer_of(notebook, exercise))}
    known -= {name for name in known if name.startswith("check_") or name == "CheckFailed"}
    for node in scenes(cell.source):
        assert isinstance(node, ast.FunctionDef) and len(node.decorator_list) == 1
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            ast.literal_eval(default)
        node.decorator_list = []
        table, = symtable.symtable(ast.unparse(node), node.name, "exec").get_children()
        assert global_names(table) - known == set(), "in grading a scene knows the imports and the answer, nothing else"
        assert global_names(table) & set(defined(answer_of(notebook, exercise))), "it calls the answer"


@pytest.mark.parametrize("notebook, cell", CHECKS)
def test_a_check_watches_no_interpreter(notebook, cell):
    assert [name for name in WATCHERS if name in cell.source] == [], "in grading the answer runs in another process"


@pytest.mark.parametrize("notebook, cell", [pair for pair in CHECKS if is_hidden(pair.values[1])])
def test_the_reason_that_a_hidden_check_gives_holds_no_value(notebook, cell):
    calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)
             and ast.unparse(node.func).startswith("check_")]
    reasons = [call.args[3:] + [word.value for word in call.keywords if word.arg == "why"] for call in calls]
    built = (ast.JoinedStr, ast.BinOp, ast.Call)  # of a name in a check, the judge leaves the numbers out
    assert [ast.unparse(reason) for several in reasons for reason in several if isinstance(reason, built)] == []


def scenes(source):
    """Returns the definitions in a source that are decorated with `scene`."""
    return [node for node in ast.walk(ast.parse(source)) if "scene" in map(ast.unparse, getattr(
        node, "decorator_list", []))]


def imported(source):
    """Yields the names that a cell's imports bind."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((one.asname or one.name).split(".")[0] for one in node.names)


def defined(source):
    """Returns the names of the functions and classes that a cell defines."""
    return [node.name for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def global_names(table):
    """Returns the names that a function, or anything inside it, looks up outside of it."""
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return names.union(*map(global_names, table.get_children()))


def test_a_scene_that_does_not_stand_alone_is_found():
    node, = scenes("@scene\ndef f(a):\n    def g():\n        return [torch.zeros(b + c) for b in a]\n    return g()")
    node.decorator_list = []
    table, = symtable.symtable(ast.unparse(node), "f", "exec").get_children()
    assert global_names(table) == {"torch", "c"}
