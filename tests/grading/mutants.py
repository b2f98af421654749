"""Small faults put into every reference solution by machine: a check that no fault can fail is no check.

    python tests/grading/mutants.py                 all lessons: counts, and the survivors that are not listed
    python tests/grading/mutants.py 05_bpr          one notebook
    python tests/grading/mutants.py --write         all lessons, and the table of counts on the instructor's page

A mutant changes one thing in an answer: an operator, a comparison, a constant, an index, a keyword, a statement. It
is killed when a check fails. A survivor is either a gap in the checks, to be closed, or behaves as the solution does;
then it stands in equivalent_mutants.csv with the reason.
"""
import ast
import contextlib
import copy
import csv
import io
import re
import signal
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from answers import Right, Wrong
from harness import ROOT, answer_of, exercises_of, names_above, run_exercise, solution_names

PAGE = ROOT / "recsys_utils" / "grading" / "README.md"
LISTED = Path(__file__).with_name("equivalent_mutants.csv")
LONGEST = 10  # seconds of the processor for the checks of one mutant; what loops for ever is killed too
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
}
NAMES = {"sum": "mean", "mean": "sum", "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax"}
DROPPED = (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For, ast.While, ast.With, ast.Continue, ast.Break)


class Mutant(NamedTuple):
    """One fault: what was changed, as text that stays the same as long as the line does; the whole source."""

    change: str
    source: str


def mutants_of(source):
    """Yields the Mutants of an answer: one for each thing that can be changed between its BEGIN and END SOLUTION."""
    inside = [line for line, text in enumerate(source.splitlines(), 1) if re.search("### (BEGIN|END) SOLUTION", text)]
    lines = {line for first, last in zip(inside[::2], inside[1::2], strict=True) for line in range(first + 1, last)}
    tree, seen = ast.parse(source), Counter()
    for number, node in enumerate(ast.walk(tree)):
        changes = [*changes_of(node)] if getattr(node, "lineno", 0) in lines else []
        for change in [*changes, *drops_of(node, lines)]:
            mutated = copy.deepcopy(tree)
            change(next(one for place, one in enumerate(ast.walk(mutated)) if place == number))
            text = ast.unparse(ast.fix_missing_locations(mutated))
            if text == ast.unparse(tree):
                continue
            words = difference(ast.unparse(tree), text)
            seen[words] += 1
            yield Mutant(words if seen[words] == 1 else f"{words} ({seen[words]})", text)


def changes_of(node):
    """Yields functions that each make one change to a copy of a node."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in OPERATORS:
        yield lambda one: setattr(one, "op", OPERATORS[type(one.op)]())
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in OPERATORS:
                yield lambda one, place=place: one.ops.__setitem__(place, OPERATORS[type(one.ops[place])]())
    if isinstance(node, ast.UnaryOp):
        yield lambda one: one.__setattr__("op", ast.UAdd()) if not isinstance(one.op, ast.Not) else bare(one)
    if isinstance(node, ast.Constant) and type(node.value) in (bool, int, float):
        for value in other_values(node.value):
            yield lambda one, value=value: setattr(one, "value", value)
    if isinstance(node, ast.Slice):
        for end in ("lower", "upper"):
            if getattr(node, end) is not None:
                yield lambda one, end=end: setattr(one, end, None)
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield lambda one: setattr(one, "attr", NAMES[one.attr])
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg:
                yield lambda one, place=place: one.keywords.pop(place)


def drops_of(node, lines):
    """Yields functions that each drop one statement from a copy of a node that holds statements."""
    for field in ("body", "orelse"):
        for place, statement in enumerate(getattr(node, field, []) if isinstance(node, ast.stmt) else []):
            if isinstance(statement, DROPPED) and statement.lineno in lines and not docstring(statement):
                yield lambda one, field=field, place=place: getattr(one, field).__setitem__(place, ast.Pass())


def bare(node):
    """Takes the `not` from a node: its operand, twice denied."""
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def other_values(value):
    """Returns what a constant becomes."""
    if isinstance(value, bool):
        return [not value]
    return [value + 1] if isinstance(value, int) else [value * 2 or 1.0]


def difference(before, after):
    """Returns the lines that differ, as "old -> new", without indentation."""
    old, new = before.splitlines(), after.splitlines()
    start = next(place for place, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    if len(old) == len(new):
        return f"{old[start].strip()} -> {new[start].strip()}"
    return f"{old[start].strip()} -> dropped"


@contextlib.contextmanager
def limited(seconds):
    """Raises TimeoutError in what takes longer; the processor's time, so that a busy machine kills no mutant."""
    def late(*_):
        raise TimeoutError(f"longer than {seconds} seconds")
    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)  # and again each second: the next check loops, too
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def survives(notebook, exercise, source):
    """Returns whether a mutant keeps all points."""
    try:
        with limited(LONGEST), contextlib.redirect_stdout(io.StringIO()):
            return not any(result.message for result in run_exercise(notebook, exercise, source).values())
    except TimeoutError:
        return False


def equivalent():
    """Returns {(notebook, exercise, change): reason} of the survivors that were read and behave as the solution."""
    if not LISTED.is_file():
        return {}
    with LISTED.open(newline="", encoding="utf-8") as file:
        return {(row["notebook"], row["exercise"], row["change"]): row["reason"] for row in csv.DictReader(file)}


def tried(notebook):
    """Returns ({(notebook, exercise, change)} of the survivors, how many mutants there were)."""
    survivors, count = set(), 0
    names_above(notebook)  # the cells above an exercise are run once, and may take longer than a mutant
    for exercise in exercises_of(notebook):
        assert survives(notebook, exercise, ast.unparse(ast.parse(answer_of(notebook, exercise))))
        for mutant in mutants_of(answer_of(notebook, exercise)):
            count += 1
            if survives(notebook, exercise, mutant.source):
                survivors.add((notebook, exercise, mutant.change))
    return survivors, count


def counts(notebook, mutants, killed):
    """Returns a notebook's row of the table on the instructor's page."""
    table = import_module(f"test_{notebook}").TABLE
    answers = [row for listed in table.values() for row in listed]
    wrong, right = (sum(isinstance(row, kind) for row in answers) for kind in (Wrong, Right))
    return f"| {notebook} | {len(table)} | {wrong} | {right} | {mutants} | {killed} | {mutants - killed} |"


def write_table(lines):
    """Puts the table of counts on the instructor's page."""
    head = ["| notebook | exercises | wrong answers, all found | right answers, all accepted | changes by machine "
            "| found | equivalent |", "| --- | --- | --- | --- | --- | --- | --- |"]
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split("<!-- counts -->\n", 1)
    after = rest.split("<!-- end of counts -->", 1)[1]
    middle = "\n".join([*head, *lines])
    PAGE.write_text(f"{before}<!-- counts -->\n{middle}\n<!-- end of counts -->{after}", encoding="utf-8")


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if name != "--write"] or solution_names()
    known, lines = equivalent(), []
    for name in names:
        left, total = tried(name)
        unread = left - known.keys()
        print(f"{name}: {total} mutants, {total - len(left)} killed, {len(left - unread)} equivalent, "
              f"{len(unread)} unread", flush=True)
        for _, exercise, change in sorted(unread):
            print(f"    {exercise}: {change}", flush=True)
        for _, exercise, change in sorted({key for key in known if key[0] == name} - left):
            print(f"    {exercise}: listed as equivalent, and killed or gone: {change}", flush=True)
        lines.append(counts(name, total, total - len(left)))
    if "--write" in sys.argv:
        write_table(lines)
