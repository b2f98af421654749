"""decisions.csv: what points a person decided, and why. A line holds at every later run, until it goes."""

import math
from typing import NamedTuple

from .course import CourseError, find_lesson
from .gradebook_cells import most_of
from .names import clean, same, shown
from .roster import table

NAME, COLUMNS, FORMULA = "decisions.csv", ["student", "lesson", "exercise", "points", "reason"], tuple("=+-@")


class Decision(NamedTuple):
    """A line of decisions.csv: the points of an exercise, whatever grading finds."""

    student: str
    lesson: str
    exercise: str
    points: float
    reason: str


def read_decisions(root, students):
    """Returns the Decisions of decisions.csv; students: the names that are known.

    Raises CourseError, with the line, where somebody or something is not known.
    """
    path = root / NAME
    lines = table(path) if path.is_file() else []
    header = [clean(name).lower() for name in lines[0][1]] if lines else COLUMNS
    if lacking := [name for name in COLUMNS if name not in header]:
        raise CourseError(f"{NAME} has no column {lacking[0]}: its first line must be {','.join(COLUMNS)}")
    for at, fields in lines[1:]:
        if len(fields) > len(header):
            raise CourseError(f"{NAME}, line {at} has {len(fields)} fields for {len(header)} columns: a reason with a "
                              "comma stands in quotation marks")
    return [checked(root, students, f"{NAME}, line {number}", dict(zip(header, map(plain, fields), strict=False)))
            for number, fields in lines[1:]]


def plain(text):
    """Returns a text without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(FORMULA) else text


def number(text):
    """Returns the number that a text is, with a point or a comma; nan where it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def checked(root, students, where, line):
    """Returns the Decision of a line, {column: text}; raises CourseError where something in it is not known."""
    student, lesson, exercise, points, reason = (clean(line.get(name, "")) for name in COLUMNS)
    known = [name for name in students if same(name) == same(student)]
    try:
        lesson = find_lesson(root, lesson)
    except CourseError as error:
        raise CourseError(f"{where}: {error}") from error
    most, amount = most_of(root, lesson), number(points)
    wrong = (f"there is no student {shown(student)!r} in submitted/ or roster.csv" if not known
             else f"{lesson} has no exercise {shown(exercise)!r}; it has {', '.join(most)}" if exercise not in most
             else f"{exercise} has 0 to {most[exercise]:g} points, not {shown(points)!r}" if (
                 not 0 <= amount <= most[exercise])
             else "it gives no reason" if not reason else "")
    if wrong:
        raise CourseError(f"{where}: {wrong}")
    return Decision(known[0], lesson, exercise, amount, reason)
