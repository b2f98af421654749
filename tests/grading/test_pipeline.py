"""One submission of each kind through `make grade` as an instructor runs it: nbgrader, a kernel each, grades.csv."""

import csv
import html
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from harness import ROOT, answer_of, checks_in, checks_of, exercises_of
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from recsys_utils.grading.attempts import find_attempts, up_to_date
from recsys_utils.grading.cells import grade_id
from recsys_utils.grading.collect import hand_in
from recsys_utils.grading.gradebook import gradebook_url
from recsys_utils.grading.sandbox import TOOLS

LESSON = "01_movielens"
EXERCISES = exercises_of(LESSON)
SOME = EXERCISES[: len(EXERCISES) // 2]  # what the half-right student solved
CHECKS = [grade_id(cell) for cell in checks_in(LESSON)]


def points(exercises):
    return sum(cell.metadata.nbgrader.points for name in exercises for cell in checks_of(LESSON, name))


def submission(solved=(), edit=None, delete=(), change=None):
    """Returns the lesson with some exercises solved, its checks replaced by `edit`, some cells deleted, and changed."""
    notebook = nbformat.read(ROOT / "lessons" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        if grade_id(cell) in solved:
            cell.source = answer_of(LESSON, grade_id(cell))
        if edit and grade_id(cell) in CHECKS:
            cell.source = edit
            cell.metadata.tags = ["training"]  # would leave the cell out
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in delete]
    if change:
        change(notebook)
    return nbformat.writes(notebook).encode()


def run_grade(course):
    """Grades in the sandbox where this machine has one."""
    options = [] if all(map(shutil.which, TOOLS)) else ["--no-sandbox"]
    command = [sys.executable, "-m", "recsys_utils.grading", "grade", *options]
    return subprocess.run(command, cwd=course, capture_output=True, text=True, encoding="utf-8")


def rows_of(course, name="grades.csv", key="student"):
    with (course / name).open(newline="", encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def deadly(notebook):
    """Lets the last answer end the kernel when it is called."""
    for cell in notebook.cells:
        if grade_id(cell) == EXERCISES[-1]:
            cell.source = cell.source.replace("    ### BEGIN", "    __import__('os')._exit(0)\n    ### BEGIN", 1)


def disarmed(notebook):
    """Replaces a check by one that lets everything pass."""
    notebook.cells.insert(4, new_code_cell("def check_equal(*values, **options): pass", id="own"))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Returns a course of one lesson in which nine students were graded."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "solutions" / LESSON, course / "solutions" / LESSON)
    (course / "roster.csv").write_text("student,name,id\nperfect,Ada Lovelace,17\nabsent,Alan Turing,18\n")
    submissions = {
        "perfect": submission(EXERCISES),
        "untouched": submission(),
        "half": submission(SOME),
        "edited": submission(SOME, edit="pass"),
        "deleted": submission(EXERCISES, delete=CHECKS[:2]),
        "deadly": submission(EXERCISES, change=deadly),
        "disarmed": submission(change=disarmed),
        "unreadable": b"{not a notebook",
        "better before": submission(SOME),
    }
    for student, content in submissions.items():
        hand_in(course, student, LESSON, {f"{LESSON}.ipynb": content})
    (course / "submitted" / "better before" / LESSON).rename(course / "submitted" / "better before" / f"{LESSON}.1")
    hand_in(course, "better before", LESSON, {f"{LESSON}.ipynb": submission(SOME[:1])})
    done = run_grade(course)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


@pytest.mark.parametrize(
    "student, exercises, edited, mended",
    [
        ("perfect", EXERCISES, [], []),
        ("untouched", [], [], []),
        ("half", SOME, [], []),
        ("edited", SOME, CHECKS, []),
        ("deleted", EXERCISES, [], [f"{name} (deleted)" for name in CHECKS[:2]]),
        ("deadly", EXERCISES[:-1], [], []),
        ("better before", SOME, [], []),
    ],
)
def test_a_submission_gets_its_points(course, student, exercises, edited, mended):
    row = rows_of(course)[student]
    assert (row["status"], row["lesson"]) == ("graded", LESSON)
    assert (float(row["score"]), float(row["max_score"])) == (points(exercises), points(EXERCISES))
    for name in EXERCISES:
        assert float(row[f"{LESSON}/{name}"]) == (points([name]) if name in exercises else 0)
    assert (row["edited"], row["mended"]) == ("; ".join(edited), "; ".join(mended))
    assert row["notes"] == ""


def test_an_unreadable_file_is_reported_and_has_no_score(course):
    row = rows_of(course)["unreadable"]
    assert row["status"].startswith(f"unreadable: {LESSON}.ipynb is not a notebook")
    assert row["score"] == row[f"{LESSON}/{EXERCISES[0]}"] == ""


def test_a_check_that_a_notebook_replaces_is_not_the_one_that_counts(course):
    row = rows_of(course)["disarmed"]
    assert (row["status"], row["score"]) == ("graded", "0")


def test_the_report_says_why_points_were_lost(course):
    page = html.unescape(re.sub("<[^>]*>", "", (course / "report.html").read_text(encoding="utf-8")))
    assert "your last_per_user ended the process" in page and "not attempted yet" in page


def test_of_two_attempts_the_better_one_counts(course):
    row = rows_of(course)["better before"]
    assert (row["attempts"], row["best"]) == ("2", f"{LESSON}.1")


def test_marks_and_report_hold_everybody_by_the_roster(course):
    marks = rows_of(course, "marks.csv", "Student")
    assert (marks["Ada Lovelace"]["ID"], marks["Ada Lovelace"][LESSON]) == ("17", f"{points(EXERCISES):g}")
    assert marks["untouched"][LESSON] == "0"
    assert marks["Alan Turing"][LESSON] == marks["unreadable"][LESSON] == ""
    assert rows_of(course)["absent"]["status"] == "missing"
    page = (course / "report.html").read_text(encoding="utf-8")
    assert "To look at: 1" in page and "Ada Lovelace" in page


def test_feedback_names_the_fault_and_hides_the_hidden_tests(course):
    page = (course / "feedback" / "untouched" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "not attempted yet" in page
    assert not (course / "feedback" / "unreadable").exists()
    released = nbformat.read(course / "lessons" / LESSON / f"{LESSON}.ipynb", as_version=4)
    shown = "\n".join(cell.source for cell in released.cells)
    hidden = [line for cell in checks_in(LESSON) for line in cell.source.splitlines() if line.strip() not in shown]
    text = html.unescape(re.sub("<[^>]*>", "", page))
    assert hidden and not [line for line in hidden if line.strip() in text]
    assert [f"{name}: 0 of {points([name]):g}" in text for name in EXERCISES] == [True] * len(EXERCISES)
    assert "Test cell" not in text and "made-up data" in text


def test_only_changed_feedback_is_written_again(course):
    pages = {path: path.stat().st_mtime_ns for path in (course / "feedback").rglob("*.html")}
    with Gradebook(gradebook_url(course)) as book:
        book.find_comment(EXERCISES[0], LESSON, LESSON, "half").manual_comment = "well tried"
        book.db.commit()
    assert run_grade(course).returncode == 0
    written = {path.parts[-3] for path, time in pages.items() if path.stat().st_mtime_ns != time}
    assert written == {"half"}
    assert "well tried" in (course / "feedback" / "half" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")


def test_only_what_changed_is_graded_again(course):
    def outdated():
        return {attempt.student for attempt in find_attempts(course) if not up_to_date(course, attempt)}

    path = course / "submitted" / "half" / LESSON / f"{LESSON}.ipynb"
    content = path.read_bytes()
    assert outdated() == set()
    path.write_bytes(content + b"\n")
    assert outdated() == {"half"}
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
