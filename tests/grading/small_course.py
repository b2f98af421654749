"""A course of one small lesson, and a stand-in for what grades an attempt: an answer is right where it says so."""

import json
import sys
from types import SimpleNamespace

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from recsys_utils.grading import grade_all as module
from recsys_utils.grading.cells import exercise_of, grade_id, info_of, is_answer, is_code_check
from recsys_utils.grading.course import notebooks, read_notebook
from recsys_utils.grading.gradebook import gradebook_url

LESSON = "01_small"
HIDDEN = "### BEGIN HIDDEN TESTS\nassert double(2)\n### END HIDDEN TESTS"
STUB = "def {}(x):\n    ### BEGIN SOLUTION\n    return 'right'\n    ### END SOLUTION"


def cell(name, source, points=None, written=False, mark=""):
    """Returns a cell of a solution: an answer where it has no points, else a check, or a question for a person."""
    info = {"grade_id": name, "schema_version": 3, "task": False, "grade": points is not None,
            "solution": written or points is None, "locked": points is not None and not written}
    info |= {} if points is None else {"points": points}
    make = new_markdown_cell if written else new_code_cell
    return make(source, id=f"id-{name.replace(' ', '-')}{mark}", metadata={"nbgrader": info})


def solution(*extra, without=()):
    """Returns the cells of the lesson's solution, some of them left out, and some more."""
    cells = [
        new_markdown_cell("# Small", id="title"), new_code_cell("import math", id="imports"),
        cell("double", STUB.format("double")), cell("double_1", "assert double(1)", 2),
        cell("double_hidden", HIDDEN, 1),
        cell("half", STUB.format("half")), cell("half_1", "assert half(1)", 4),
        cell("why", "Because.", 3, written=True)]
    return [each for each in cells if grade_id(each) not in without] + list(extra)


def write_solution(root, cells, name=LESSON):
    """Puts a solution's notebook into a course."""
    path = root / "solutions" / LESSON / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)


def answered(root, right=(), why=None, change=None):
    """Returns the bytes of the lesson with some answers right, one for a person, and changed."""
    notebook = read_notebook(root / "lessons" / LESSON / f"{LESSON}.ipynb")
    for each in notebook.cells:
        if is_answer(each):
            each.source = f"def {grade_id(each)}(x): return {'right' if grade_id(each) in right else 'wrong'!r}"
        if why and grade_id(each) == "why":
            each.source = why
    if change:
        change(notebook)
    return nbformat.writes(notebook).encode()


def hand_in(root, student, content, folder=LESSON, name=LESSON):
    path = root / "submitted" / student / folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def stand_in(root, lesson, handed_in, room, fingerprint="", sandbox=True):
    """Leaves what grade_attempt leaves. A notebook that says "problem" anywhere has one, "die" dies."""
    result = {"score": 0, "max_score": 0, "points": {}, "lost": {}, "touched": {}, "notes": [], "problem": "",
              "fingerprint": fingerprint}
    (room / "done").mkdir()
    for path in notebooks(root / "lessons" / lesson):
        if not (handed_in / path.name).is_file():
            continue
        text = (handed_in / path.name).read_text()
        assert "die" not in text
        result |= {"problem": "a problem"} if "problem" in text else {}
        theirs = {grade_id(each): each.source for each in read_notebook(handed_in / path.name).cells}
        notebook = read_notebook(path)
        answers = [grade_id(each) for each in notebook.cells if is_answer(each)]
        for each in notebook.cells:
            name, each.source = grade_id(each), theirs.get(grade_id(each), each.source) if (
                info_of(each).get("solution")) else each.source
            if is_code_check(each) and "'right'" not in theirs.get(exercise_of(name, answers), ""):
                each.outputs = [new_output("error", ename="AssertionError", evalue=f"no {name}", traceback=[])]
                result["lost"][name] = f"AssertionError: no {name}"
            if info_of(each).get("grade"):
                result["points"][name], most = determine_grade(each)
                result["score"] += result["points"][name] or 0
                result["max_score"] += most
        nbformat.write(notebook, room / "done" / path.name)
    (room / "done" / "result.json").write_text(json.dumps(result))
    (room / "done").rename(room / "result")


def stand_in_for_grading(monkeypatch):
    """Lets the stand-in grade, and nothing write feedback, until the monkeypatch is undone."""
    for name, value in (("grade_attempt", SimpleNamespace(grade_attempt=stand_in)),
                        ("judge", SimpleNamespace(prepare=lambda root, lessons: None))):
        monkeypatch.setitem(sys.modules, f"recsys_utils.grading.{name}", value)
    monkeypatch.setattr(module, "write_feedback", lambda root, rows: None)


def grade(root, **options):
    """Grades without the sandbox, which the stand-in does not need; returns {student: row}."""
    return {row["student"]: row for row in module.grade_all(root, sandbox=False, **options)}


def by_hand(root, student, name, points=None, comment=None, notebook=LESSON, **fields):
    """Gives points or a comment as Formgrader does."""
    with Gradebook(gradebook_url(root)) as book:
        if points is not None or fields:
            found = book.find_grade(name, notebook, LESSON, student)
            found.manual_score, found.needs_manual_grade = points, False
            for field, value in fields.items():
                setattr(found, field, value)
        if comment:
            book.find_comment(name, notebook, LESSON, student).manual_comment = comment
        book.db.commit()
