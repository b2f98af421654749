"""decisions.csv: what a person decided about marks, with the reason. It holds at every later run, until its line goes.

A line with an exercise and points sets these points; one without accepts an attempt whose points are in doubt.
"""

import csv
import io
from typing import NamedTuple

from ..storage import replace_whole
from .attempts import find_attempts, read_result, result_folder, up_to_date
from .course import CourseError, find_lesson
from .gradebook_cells import most_of
from .names import clean, same, shown
from .roster import table

NAME, COLUMNS, FORMULA = "decisions.csv", ["student", "lesson", "exercise", "points", "reason"], tuple("=+-@")


class Decision(NamedTuple):
    """A line of decisions.csv; exercise: empty for the attempt as a whole, and then points are None."""

    student: str
    lesson: str
    exercise: str
    points: float | None
    reason: str


def read_decisions(root, students, accepted=(), reason=""):
    """Returns the Decisions of decisions.csv, to which first a line is added for each of `accepted`, STUDENT/LESSON.

    students: the names that are known. Raises CourseError, and adds nothing, where somebody or something is not known,
    or nothing of what is to be accepted is in doubt. A line that is there already is not added.
    """
    path = root / NAME
    lines = table(path) if path.is_file() else []
    header = [clean(name).lower() for name in lines[0][1]] if lines else COLUMNS
    if lacking := [name for name in COLUMNS if name not in header]:
        raise CourseError(f"{NAME} has no column {lacking[0]}: its first line must be {','.join(COLUMNS)}")
    found = [checked(root, students, f"{NAME}, line {number}", dict(zip(header, map(plain, fields), strict=False)))
             for number, fields in lines[1:]]
    new = {text: checked(root, students, f"--accept {shown(text)}",
                   {"student": text.rpartition("/")[0], "lesson": text.rpartition("/")[2], "reason": reason})
           for text in accepted}
    new = {one: text for text, one in new.items() if one not in found}
    for one, text in new.items():
        if why := why_not_in_doubt(root, one):
            raise CourseError(f"--accept {shown(text)}: nothing of it is in doubt, so nothing was accepted: {why}")
    if new:
        rows = [[harmless(one._asdict().get(name) or "") for name in header] for one in new]
        file = io.StringIO(newline="")
        csv.writer(file).writerows([header, *(fields for _, fields in lines[1:]), *rows])
        replace_whole(path, file.getvalue())
    return found + list(new)


def why_not_in_doubt(root, decision):
    """Returns what became of a student's attempts, as far as known, where none is in doubt, else an empty text."""
    own = [one for one in find_attempts(root)
           if (same(one.student), one.lesson) == (same(decision.student), decision.lesson)]
    results = [read_result(result_folder(root, one)) for one in own if up_to_date(root, one)]
    if len(results) < len(own) or any(result.get("doubt") for result in results):
        return ""
    return ("nothing was handed in" if not own
            else "it is unreadable" if all("unreadable" in result for result in results)
            else "it waits for points by hand (make formgrader)" if any(
                None in result.get("points", {}).values() for result in results) else "it is graded")


def harmless(text):
    """Returns a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def plain(text):
    """Returns the text that was made harmless."""
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(FORMULA) else text


def checked(root, students, where, line):
    """Returns the Decision of a line, {column: text}; raises CourseError where something in it is not known."""
    student, lesson, exercise, points, reason = (clean(line.get(name, "")) for name in COLUMNS)
    known = [name for name in students if same(name) == same(student)]
    try:
        lesson = find_lesson(root, lesson)
        most = most_of(root, lesson)
        amount = float(points.replace(",", ".")) if points else None
    except (CourseError, ValueError) as error:
        raise CourseError(f"{where}: {error}") from error
    wrong = (f"there is no student {shown(student)!r} in submitted/ or roster.csv" if not known
             else f"{lesson} has no exercise {shown(exercise)!r}; it has {', '.join(most)}" if exercise and (
                 exercise not in most)
             else "an exercise and points go together, or both are empty" if bool(exercise) != bool(points)
             else f"{exercise} has 0 to {most[exercise]:g} points" if exercise and not 0 <= amount <= most[exercise]
             else "it gives no reason" if not reason else "")
    if wrong:
        raise CourseError(f"{where}: {wrong}")
    return Decision(known[0], lesson, exercise, amount, reason)
