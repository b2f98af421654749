"""nbgrader's gradebook, and from it grades.csv: one line for each student and lesson."""

import csv
import os
import tempfile
from typing import NamedTuple

from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment

from .course import CourseError, exercise_of
from .release import convert, course_config

COLUMNS = ["student", "lesson", "status", "score", "max_score", "edited", "fingerprint"]


class Marks(NamedTuple):
    """What the gradebook knows of one submission."""

    score: float
    max_score: float
    needs_person: bool  # an answer that only a person can grade still waits
    exercises: dict  # {exercise: points}
    lost: list  # grade ids of the tests that did not give all their points


def make_gradebook(root):
    """Records the tests and points of every lesson in gradebook.db.

    nbgrader cannot add or remove cells of a lesson that has submissions: then the gradebook makes room for a new one.
    """
    gradebook = root / "gradebook.db"
    try:
        record(root)
    except CourseError:
        if not gradebook.exists():
            raise
        kept = gradebook.rename(root / f"gradebook.db.{len(list(root.glob('gradebook.db*')))}")
        print(f"The exercises changed, so a new gradebook is made. {kept.name} keeps the grades given by hand.")
        record(root)


def record(root):
    """Has nbgrader store the cells of every solution in gradebook.db."""
    with tempfile.TemporaryDirectory() as folder:
        config = course_config(root)
        config.CourseDirectory.release_directory = folder
        config.CourseDirectory.assignment_id = "*"
        convert(GenerateAssignment, config)


def gradebook_url(folder):
    """Returns the address of the gradebook in a folder, as nbgrader writes it."""
    return f"sqlite:///{folder / 'gradebook.db'}"


def read_marks(folder, lesson, student):
    """Returns a submission's Marks from the gradebook in `folder`; nbgrader's MissingEntry where it has none."""
    with Gradebook(gradebook_url(folder)) as gradebook:
        submission = gradebook.find_submission(lesson, student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        answers = [cell.name for notebook in submission.assignment.notebooks for cell in notebook.solution_cells]
        exercises = {}
        for grade in grades:
            exercise = exercise_of(grade.name, answers)
            exercises[exercise] = exercises.get(exercise, 0) + grade.score
        lost = [g.name for g in grades if g.name not in answers and (g.auto_score or 0) < g.max_score]
        return Marks(submission.score, submission.max_score, submission.needs_manual_grade, exercises, lost)


def graded_row(student, lesson, marks, edited, fingerprint):
    """Returns the line of a submission that was graded; `edited` is what edited_cells returns."""
    return {
        "student": student,
        "lesson": lesson,
        "status": "needs manual grading" if marks.needs_person else "graded",
        "score": f"{marks.score:g}",
        "max_score": f"{marks.max_score:g}",
        "edited": "; ".join(f"{name} {change}" for name, change in edited.items()),
        "fingerprint": fingerprint,
        **{f"{lesson}/{exercise}": f"{points:g}" for exercise, points in marks.exercises.items()},
    }


def read_grades(path):
    """Returns {(student, lesson): line} of a grades.csv; empty where there is none yet."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["student"], row["lesson"]): row for row in csv.DictReader(file)}


def write_grades(path, rows):
    """Writes the lines to grades.csv, whole or not at all. What a line lacks stays empty: empty is not 0 points."""
    points = sorted({name for row in rows for name in row} - set(COLUMNS))
    draft = path.with_name(path.name + ".tmp")
    with draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS + points, restval="")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(draft, path)
