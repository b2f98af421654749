"""Answers that a person grades: the newest one counts, and points hold for the answer that they were given for."""

import shutil

import nbformat
import pytest
from harness import ROOT
from nbgrader.api import Gradebook

from recsys_utils.grading.course import grade_id, prefer_this_environment, read_notebook
from recsys_utils.grading.feedback import feedback_for
from recsys_utils.grading.grades import gradebook_url, is_written, make_gradebook, read_marks, record_marks, written_in
from recsys_utils.grading.release import release

LESSON = "02_metrics"


@pytest.fixture
def course(tmp_path):
    """Returns a course of one lesson that ends with a question for a person."""
    prefer_this_environment()
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(ROOT / "solutions" / LESSON, tmp_path / "solutions" / LESSON)
    release(tmp_path)
    make_gradebook(tmp_path)
    return tmp_path


def attempt(course, name, text=None):
    """Returns a result folder: the lesson, with a text as its written answer."""
    notebook = read_notebook(course / "lessons" / LESSON / f"{LESSON}.ipynb")
    for cell in filter(is_written, notebook.cells):
        cell.source = text or cell.source
    (course / name).mkdir()
    nbformat.write(notebook, course / name / f"{LESSON}.ipynb")
    return course / name


def question(course):
    return next(grade_id(cell) for cell in read_notebook(course / "lessons" / LESSON / f"{LESSON}.ipynb").cells
                if is_written(cell))


def test_points_stay_with_their_answer(course):
    name = question(course)
    first = attempt(course, "first", "HR@10, as ...")
    record_marks(course, "ada", LESSON, first, [first], "1")
    assert read_marks(course, LESSON, "ada").waiting == [name]
    with Gradebook(gradebook_url(course)) as book:
        book.find_grade(name, LESSON, LESSON, "ada").manual_score = 2.5
        book.find_grade(name, LESSON, LESSON, "ada").needs_manual_grade = False
        book.db.commit()
    blank = attempt(course, "blank")
    record_marks(course, "ada", LESSON, blank, [blank, first], "2")     # better code, the question left out
    recorded = course / "autograded" / "ada" / LESSON / f"{LESSON}.ipynb"
    assert written_in(recorded) == {name: "HR@10, as ..."}
    marks = read_marks(course, LESSON, "ada")
    assert (marks.exercises[name], marks.waiting) == (2.5, [])
    other = attempt(course, "other", "NDCG@10, as ...")
    record_marks(course, "ada", LESSON, first, [other, blank, first], "3")
    assert written_in(recorded) == {name: "NDCG@10, as ..."}
    assert read_marks(course, LESSON, "ada").waiting == [name]


def test_an_answer_left_out_waits_for_nobody(course):
    blank = attempt(course, "blank")
    record_marks(course, "ada", LESSON, blank, [blank], "1")
    marks = read_marks(course, LESSON, "ada")
    assert (marks.exercises[question(course)], marks.waiting) == (0, [])


def test_feedback_says_what_waits_for_a_person(course):
    first = attempt(course, "first", "HR@10, as ...")
    record_marks(course, "ada", LESSON, first, [first], "1")
    feedback_for(course, "ada", LESSON, "1")
    page = (course / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert page.count("not graded yet, of 3") == page.count("Score: ? / 3.0") == 1
    with Gradebook(gradebook_url(course)) as book:
        grade = book.find_grade(question(course), LESSON, LESSON, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        book.db.commit()
    feedback_for(course, "ada", LESSON, "2")
    page = (course / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "2.5 of 3" in page and "Score: 2.5 / 3.0" in page
