"""Rows for the tables of wrong and right answers, and what must hold for each row."""

import ast
from textwrap import dedent
from typing import NamedTuple

import pytest
from harness import answer_of, code_cells, run_exercise


class Wrong(NamedTuple):
    """An answer that loses these checks and no other; of the first one the message holds `told`."""

    name: str
    loses: str  # how the grade ids end, in the notebook's order: "1 2 hidden"
    told: str
    source: str


class Right(NamedTuple):
    """An answer that keeps all points."""

    name: str
    source: str


def changed(source, *edits):
    """Returns a source in which each edit (old, new) has replaced the one place where `old` stands."""
    source = dedent(source)
    for old, new in edits:
        assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in this source"
        source = source.replace(old, new)
    return source


def rows(table, kind):
    """Returns the rows of one kind in {exercise: rows} as pytest parameters (exercise, row)."""
    named = {f"{exercise}: {row.name}": (exercise, row) for exercise, listed in table.items() for row in listed}
    assert len(named) == sum(map(len, table.values())), "two rows of one name"
    return [pytest.param(*pair, id=name) for name, pair in named.items() if isinstance(pair[1], kind)]


def assert_wrong(lesson, exercise, row):
    """Asserts that a wrong answer loses what its row says, and that the first message names its fault."""
    messages = failures(lesson, exercise, row.source)
    assert " ".join(messages) == row.loses, messages
    assert row.told in next(iter(messages.values())), messages


def assert_right(lesson, exercise, row):
    """Asserts that a right answer loses nothing."""
    assert failures(lesson, exercise, row.source) == {}


def failures(lesson, exercise, source):
    """Returns {how the grade id ends: message} of the checks that an answer loses."""
    outcome = run_exercise(lesson, exercise, dedent(source))
    return {name.removeprefix(f"{exercise}_"): result.message for name, result in outcome.items() if result.message}


def faulty(lesson, name):
    """Returns the function `name`_faulty that a bug hunt shows, under the name of the repaired one."""
    for cell in code_cells(lesson):
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.FunctionDef) and node.name == f"{name}_faulty":
                return ast.get_source_segment(cell.source, node).replace("_faulty", "")
    raise LookupError(f"{lesson} defines no {name}_faulty")


def with_solution(lesson, exercise, source):
    """Returns a source for an exercise of two functions that replaces one of them and solves the other."""
    return f"{answer_of(lesson, exercise)}\n{dedent(source)}"
