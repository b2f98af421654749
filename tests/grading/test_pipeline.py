"""One submission of each kind through `make grade` as an instructor runs it: nbgrader, a kernel each, grades.csv."""

import csv
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from harness import ROOT, answer_of, checks_in, checks_of, exercises_of

from recsys_utils.grading.batch import up_to_date
from recsys_utils.grading.course import grade_id

LESSON = "01_movielens"
EXERCISES = exercises_of(LESSON)
SOME = EXERCISES[: len(EXERCISES) // 2]  # what the half-right student solved
CHECKS = [grade_id(cell) for cell in checks_in(LESSON)]


def points(exercises):
    return sum(cell.metadata.nbgrader.points for name in exercises for cell in checks_of(LESSON, name))


def submission(solved=(), edit=None, delete=()):
    """Returns the lesson with some exercises solved, its checks replaced by `edit`, and some cells deleted."""
    notebook = nbformat.read(ROOT / "lessons" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        if grade_id(cell) in solved:
            cell.source = answer_of(LESSON, grade_id(cell))
        if edit and grade_id(cell) in CHECKS:
            cell.source = edit
            cell.metadata.tags = ["training"]  # would leave the cell out
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in delete]
    return nbformat.writes(notebook).encode()


def run_grade(course):
    command = [sys.executable, "-m", "recsys_utils.grading", "grade"]
    return subprocess.run(command, cwd=course, capture_output=True, text=True, encoding="utf-8")


def rows_of(course):
    with (course / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Returns a course of one lesson in which six students were graded."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "solutions" / LESSON, course / "solutions" / LESSON)
    submissions = {
        "perfect": submission(EXERCISES),
        "untouched": submission(),
        "half": submission(SOME),
        "edited": submission(SOME, edit="pass"),
        "deleted": submission(EXERCISES, delete=CHECKS[:2]),
        "unreadable": b"{not a notebook",
    }
    for student, content in submissions.items():
        folder = course / "submitted" / student / LESSON
        folder.mkdir(parents=True)
        (folder / f"{LESSON}.ipynb").write_bytes(content)
    done = run_grade(course)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "runs with your rights" in done.stdout
    return course


@pytest.mark.parametrize(
    "student, exercises, touched",
    [
        ("perfect", EXERCISES, []),
        ("untouched", [], []),
        ("half", SOME, []),
        ("edited", SOME, [f"{name} edited" for name in CHECKS]),
        ("deleted", EXERCISES, [f"{name} deleted" for name in CHECKS[:2]]),
    ],
)
def test_a_submission_gets_its_points(course, student, exercises, touched):
    row = rows_of(course)[student]
    assert (row["status"], row["lesson"]) == ("graded", LESSON)
    assert (float(row["score"]), float(row["max_score"])) == (points(exercises), points(EXERCISES))
    for name in EXERCISES:
        assert float(row[f"{LESSON}/{name}"]) == (points([name]) if name in exercises else 0)
    assert row["edited"] == "; ".join(touched)


def test_an_unreadable_file_is_reported_and_has_no_score(course):
    row = rows_of(course)["unreadable"]
    assert row["status"].startswith(f"unreadable: {LESSON}.ipynb is not a notebook")
    assert row["score"] == row[f"{LESSON}/{EXERCISES[0]}"] == ""


def test_feedback_names_the_fault_and_hides_the_hidden_tests(course):
    html = (course / "feedback" / "untouched" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "not attempted yet" in html
    assert not (course / "feedback" / "unreadable").exists()
    released = nbformat.read(course / "lessons" / LESSON / f"{LESSON}.ipynb", as_version=4)
    shown = {line for cell in released.cells for line in cell.source.splitlines()}
    hidden = {line for cell in checks_in(LESSON) for line in cell.source.splitlines()} - shown
    text = re.sub("<[^>]*>", "", html)
    assert hidden and not [line for line in hidden if line.strip() in text]


def test_only_what_changed_is_graded_again(course):
    row = rows_of(course)["half"]
    assert up_to_date(course, "half", LESSON, row)
    path = course / "submitted" / "half" / LESSON / f"{LESSON}.ipynb"
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    assert not up_to_date(course, "half", LESSON, row)
    path.write_bytes(content)


def test_nobody_is_graded_when_the_solution_loses_points(course):
    """Runs last: it breaks the course."""
    before = (course / "grades.csv").read_bytes()
    path = course / "solutions" / LESSON / f"{LESSON}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answer = next(cell for cell in notebook.cells if grade_id(cell) == EXERCISES[0])
    answer.source = re.sub("( *)### BEGIN SOLUTION", r"\g<0>\n\1raise OSError('broken')", answer.source)
    nbformat.write(notebook, path)
    done = run_grade(course)
    assert done.returncode == 1
    assert "Nobody was graded" in done.stderr and f"{CHECKS[0]} (OSError: broken)" in done.stderr
    assert (course / "grades.csv").read_bytes() == before
