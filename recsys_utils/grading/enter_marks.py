"""Enter a student's best attempt into nbgrader's gradebook: points given by hand stay with the answers they are for."""

import contextlib

import nbformat

from ..storage import replace_whole
from .cells import exercise_of, grade_id, info_of, is_written, written_in
from .course import CourseError, notebooks, read_notebook
from .gradebook import given, gradebook_url
from .set_aside import DECIDED, parted, read_aside, write_aside
from .stamps import Stamps, digest


def record_marks(root, student, lesson, best, attempts, fingerprint, decided=None):
    """Enters an attempt as the student's one for a lesson, unless that is done.

    best: the result folder whose autograded points count; attempts: all result folders, the newest first: a written
    answer is that of the newest attempt that has one; decided: {exercise: Decision}. All of it is entered or nothing,
    then the notebooks are put into autograded/, then a stamp is set: after a crash in between it is entered once more.
    """
    def state():
        points = {key: values if decided else values[3:]  # a decision also holds against what somebody types later
                  for key, values in given(root / "gradebook.db", student, lesson).items()}
        return digest(fingerprint, decided or {}, points)

    stamps, key, target = Stamps(root), f"entered/{student}/{lesson}", root / "autograded" / student / lesson
    if stamps.get(key) == state() and target.is_dir():
        return
    released = {name: text for path in notebooks(root / "lessons" / lesson)
                for name, text in written_in(read_notebook(path)).items()}
    books = {path.name: with_newest_answers(path, attempts, released) for path in notebooks(best)}
    enter(root, student, lesson, seen_in(target), books, decided or {})
    for name, book in books.items():
        replace_whole(target / name, nbformat.writes(book))
    for path in notebooks(target):
        if path.name not in books:
            path.unlink()
    stamps.set(key, state())


def with_newest_answers(path, attempts, released):
    """Returns a notebook in which each written answer is that of the newest attempt that has one."""
    notebook = read_notebook(path)
    found = [read_notebook(folder / path.name) for folder in attempts if (folder / path.name).is_file()]
    for number, cell in enumerate(notebook.cells):
        if is_written(cell):
            answers = [each for book in found for each in book.cells if grade_id(each) == grade_id(cell)
                       and each.source.strip() not in ("", released.get(grade_id(cell), "").strip())]
            notebook.cells[number] = nbformat.from_dict({**answers[0], "id": cell.id}) if answers else cell
    return notebook


def seen_in(folder):
    """Returns {file name: notebook} of what was entered last; without those that cannot be read any more."""
    found = {}
    for path in notebooks(folder):
        with contextlib.suppress(CourseError):
            found[path.name] = read_notebook(path)
    return found


def enter(root, student, lesson, before, books, decided):
    """Enters the points of notebooks in one transaction; before: the notebooks that the student's marks were for."""
    from nbgrader.api import Gradebook

    aside = read_aside(root / "gradebook.db", student, lesson)
    with Gradebook(gradebook_url(root)) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(lesson, student)
        for notebook in submission.notebooks:
            name = f"{notebook.name}.ipynb"
            take_back(notebook, aside)
            enter_points(notebook, before.get(name), books.get(name))
            mark_comments(notebook, answers_in(before.get(name)), answers_in(books.get(name)), aside)
            decide(notebook, decided, aside)
        write_aside(gradebook.db, student, lesson, aside)
        gradebook.db.commit()


def enter_points(notebook, before, book):
    """Enters what autograding gave, by nbgrader's own rule. Points that a person gave for an answer stay; where the
    answer is another one now, or there are fewer points than they are, they wait for a second look."""
    from nbgrader.utils import compute_checksum, determine_grade

    cells = {grade_id(cell): cell for cell in book.cells if grade_id(cell)} if book else {}  # one of two may lack
    most = {grade_id(cell): info_of(cell).get("points") for cell in before.cells} if before else {}
    exercises, old, new = [comment.name for comment in notebook.comments], answers_in(before), answers_in(book)
    for grade in notebook.grades:
        exercise = exercise_of(grade.name, exercises)
        same = exercise in old and old[exercise] == new.get(exercise)
        grade.auto_score = determine_grade(cells[grade.name])[0] if grade.name in cells else 0
        if grade.manual_score is None and not grade.extra_credit:
            grade.needs_manual_grade = grade.auto_score is None
        elif not same or grade.manual_score is None is grade.auto_score:
            grade.needs_manual_grade = True
        if (grade.manual_score or 0) > grade.cell.max_score != most.get(grade.name):
            grade.needs_manual_grade = True
    for comment in notebook.comments:
        cell = cells.get(comment.name)
        blank = cell is None or info_of(cell).get("checksum") == compute_checksum(cell)
        comment.auto_comment = "No response." if blank else None


def answers_in(notebook):
    """Returns {grade id: (text, pictures)} of all answers in a notebook, code too; empty where there is no notebook."""
    cells = [cell for cell in notebook.cells if grade_id(cell) and info_of(cell).get("solution")] if notebook else []
    return {grade_id(cell): (cell.source, cell.get("attachments")) for cell in cells}


def take_back(notebook, aside):
    """Puts back what decisions set aside, but for points that a person typed over a decision's since then."""
    for comment in notebook.comments:
        own, added = parted(comment.manual_comment)
        comment.manual_comment = (own or None) if added else comment.manual_comment
    for grade in notebook.grades:
        if before := aside.pop(("decision", notebook.name, grade.name), None):
            points, manual, extra, waits = before
            grade.extra_credit = grade.extra_credit or extra
            if grade.manual_score == points:
                grade.manual_score, grade.needs_manual_grade = manual, waits


def mark_comments(notebook, old, new, aside):
    """Keeps of a comment by hand which answer it is on, where that is another one now; old, new: {grade id: answer}."""
    for comment in notebook.comments:
        key, text = ("comment", notebook.name, comment.name), comment.manual_comment
        known, on = aside.pop(key, (None, ""))
        on = on if known == text else digest(old.get(comment.name))
        if text and on != digest(new.get(comment.name)):
            aside[key] = text, on


def decide(notebook, decided, aside):
    """Enters decisions as points given by hand, with the reason as a comment, and sets aside what stood there."""
    exercises = [comment.name for comment in notebook.comments]
    for comment in [comment for comment in notebook.comments if comment.name in decided]:
        rest, added = decided[comment.name].points, DECIDED + " ".join(decided[comment.name].reason.split())
        for grade in notebook.grades:
            if exercise_of(grade.name, exercises) == comment.name:
                points = min(rest, grade.cell.max_score)
                aside["decision", notebook.name, grade.name] = (
                    points, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
                grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, None, False
                rest -= points
        comment.manual_comment = f"{comment.manual_comment}\n{added}" if comment.manual_comment else added
