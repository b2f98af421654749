"""nbgrader's gradebook: which cells give points, and what each student got; what people give by hand lives here alone.

It is read with SQL; nbgrader, which takes a second to import, only where something is to be entered.
"""

import contextlib
import itertools
import sqlite3
from typing import NamedTuple

from .cells import exercise_of
from .course import CourseError

# CROSS JOIN: in this order, which nbgrader's indices serve; SQLite's own choice reads all students' rows
ROWS = """SELECT notebook.name, base_cell.name, {columns} FROM assignment
CROSS JOIN submitted_assignment AS submission ON submission.assignment_id = assignment.id
CROSS JOIN notebook ON notebook.assignment_id = assignment.id
CROSS JOIN submitted_notebook AS book ON book.notebook_id = notebook.id AND book.assignment_id = submission.id
CROSS JOIN base_cell ON base_cell.notebook_id = notebook.id
CROSS JOIN {table} ON {table}.cell_id = base_cell.id AND {table}.notebook_id = book.id
LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
WHERE assignment.name = ? AND submission.student_id = ? ORDER BY notebook.name, base_cell.rowid"""
BY_HAND = {"grade": ("manual_score", "extra_credit", "needs_manual_grade", "auto_score"),
           "comment": ("manual_comment", "auto_comment")}


class Marks(NamedTuple):
    """What the gradebook knows of one submission."""

    score: float  # without the exercises that wait for a person
    max_score: float
    needs_person: bool  # an answer that only a person can grade still waits
    waiting: list  # the exercises of those answers
    exercises: dict  # {exercise: points}
    most: dict  # {exercise: points that can be had}
    comments: list  # [(grade id, text or None)]
    lost: list  # grade ids of the checks that did not give all their points
    over: list = ()  # the exercises that wait as they had more points by hand than there are now
    looked_at: list = ()  # the exercises whose points by hand hold for the answer as it is


def gradebook_url(folder, name="gradebook.db"):
    """Returns the address of the gradebook in a folder, as nbgrader writes it."""
    return f"sqlite:///{folder / name}"


def select(path, query, values=()):
    """Returns the rows of a query to the gradebook at `path`, none where there is none yet; CourseError if damaged."""
    if not path.is_file():
        return []
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return connection.execute(query, values).fetchall()
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            return []
        raise CourseError(f"{path.name} cannot be read ({error}): put a copy in its place, or move it away") from error


def entered_pairs(path):
    """Returns the (student, lesson) that a gradebook knows something of, in order."""
    return sorted(select(path, "SELECT student_id, assignment.name FROM submitted_assignment "
                               "JOIN assignment ON assignment.id = assignment_id"))


def given(path, student, lesson):
    """Returns {(table, notebook, grade id): values of BY_HAND, points to be had} of a submission, in its order."""
    found = {}
    for table, columns in BY_HAND.items():
        columns = ", ".join([*columns, "coalesce(grade_cells.max_score, 0)"])
        for notebook, name, *values in select(path, ROWS.format(table=table, columns=columns), (lesson, student)):
            found[table, notebook, name] = values
    return found


def read_marks(root, lesson, student):
    """Returns a submission's Marks; raises CourseError where the gradebook has none."""
    found = given(root / "gradebook.db", student, lesson)
    if not found:
        raise CourseError(f"gradebook.db has nothing of {student}, {lesson}: remove .grading/stamps.json, grade again.")
    comments = [(name, auto if by_hand is None else by_hand)
                for (table, _, name), (by_hand, auto, *_) in found.items() if table == "comment"]
    answers, exercises, most, lost = [name for name, _ in comments], {}, {}, []
    waiting, hand, over = set(), set(), set()
    grades = {name: values for (table, _, name), values in found.items() if table == "grade"}
    for name, (manual, extra, waits, auto, max_score) in grades.items():
        exercise = exercise_of(name, answers)
        exercises[exercise] = exercises.get(exercise, 0) + counted(manual, extra, auto, max_score)
        most[exercise] = most.get(exercise, 0) + max_score
        waiting |= {exercise} if waits else set()
        hand |= set() if manual is None else {exercise}
        over |= {exercise} if waits and (manual or 0) > max_score else set()
        lost += [name] if name not in answers and (auto or 0) < max_score else []
    score = sum(points for exercise, points in exercises.items() if exercise not in waiting)
    return Marks(score, sum(most.values()), bool(waiting), sorted(waiting), exercises, most, comments, lost,
                 sorted(over), sorted(hand - waiting))


def counted(manual, extra, auto, most):
    """Returns the points that a grade gives: by hand never more than there are, and extra credit besides."""
    return min((auto if manual is None else manual) or 0, most) + (extra or 0)


def by_hand_in(values):
    """Returns the grade ids to which a person gave something, of what `given` returned."""
    return sorted({name for (table, _, name), (by_hand, extra, *_) in values.items()
                   if by_hand is not None or table == "grade" and extra})


def remove_submissions(path, pairs, students=()):
    """Removes the submissions of (student, lesson) pairs, and students, from a gradebook."""
    if pairs or students:
        from nbgrader.api import Gradebook

        with Gradebook(gradebook_url(path.parent, path.name)) as gradebook:
            for student, lesson in pairs:
                gradebook.remove_submission(lesson, student)
            for student in students:
                gradebook.remove_student(student)


def numbered_copy(path):
    """Copies a gradebook to gradebook.db.N beside it, N free, and returns its path."""
    kept = next(copy for n in itertools.count(1) if not (copy := path.with_name(f"{path.name}.{n}")).exists())
    copy_database(path, kept)
    return kept


def copy_database(source, target):
    """Copies a gradebook over another one, as SQLite does: all of it, or nothing where the process is killed."""
    with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(target)) as other:
        one.backup(other)
