"""nbgrader's gradebook: what tests there are, and what each student got; points given by hand are kept there."""

import shutil
import tempfile
from typing import NamedTuple

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveAutoGrades

from .course import CourseError, exercise_of, grade_id, notebooks, read_notebook
from .release import convert, course_config


class Marks(NamedTuple):
    """What the gradebook knows of one submission."""

    score: float
    max_score: float
    needs_person: bool  # an answer that only a person can grade still waits
    waiting: list  # the exercises of those answers
    exercises: dict  # {exercise: points}
    most: dict  # {exercise: points that can be had}
    comments: list  # what a person wrote
    lost: list  # grade ids of the tests that did not give all their points


def make_gradebook(root):
    """Records the tests and points of every lesson in gradebook.db.

    nbgrader cannot add or remove cells of a lesson that has submissions: then the gradebook makes room for a new one.
    """
    gradebook, entered = root / "gradebook.db", root / ".grading" / "entered"
    if not gradebook.exists():
        shutil.rmtree(entered, ignore_errors=True)
    try:
        record(root)
    except CourseError:
        if not gradebook.exists():
            raise
        shutil.rmtree(entered, ignore_errors=True)
        kept = gradebook.rename(root / f"gradebook.db.{len(list(root.glob('gradebook.db*')))}")
        print(f"The exercises changed, so a new gradebook is made. {kept.name} keeps the grades given by hand.")
        record(root)


def empty_gradebook(root):
    """Makes .grading/empty.db, a gradebook without students: each attempt is graded in a copy of it."""
    (root / ".grading").mkdir(exist_ok=True)
    (root / ".grading" / "empty.db").unlink(missing_ok=True)
    record(root, gradebook_url(root / ".grading", "empty.db"))


def record(root, url=None):
    """Has nbgrader store the cells of every solution in a gradebook, the course's if no address is given."""
    with tempfile.TemporaryDirectory() as folder:
        config = course_config(root)
        config.CourseDirectory.release_directory = folder
        config.CourseDirectory.assignment_id = "*"
        if url:
            config.CourseDirectory.db_url = url
        convert(GenerateAssignment, config)


def gradebook_url(folder, name="gradebook.db"):
    """Returns the address of the gradebook in a folder, as nbgrader writes it."""
    return f"sqlite:///{folder / name}"


def read_marks(folder, lesson, student):
    """Returns a submission's Marks from the gradebook in `folder`; nbgrader's MissingEntry where it has none."""
    with Gradebook(gradebook_url(folder)) as gradebook:
        submission = gradebook.find_submission(lesson, student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        answers = [cell.name for notebook in submission.assignment.notebooks for cell in notebook.solution_cells]
        exercises, most = {}, {}
        for grade in grades:
            exercise = exercise_of(grade.name, answers)
            exercises[exercise] = exercises.get(exercise, 0) + grade.score
            most[exercise] = most.get(exercise, 0) + grade.max_score
        lost = [g.name for g in grades if g.name not in answers and (g.auto_score or 0) < g.max_score]
        waiting = sorted({exercise_of(grade.name, answers) for grade in grades if grade.needs_manual_grade})
        comments = [(comment.name, comment.comment) for book in submission.notebooks for comment in book.comments]
        return Marks(submission.score, submission.max_score, submission.needs_manual_grade, waiting, exercises, most,
                     comments, lost)


def record_marks(root, student, lesson, best, attempts, fingerprint):
    """Enters an attempt as the student's one for a lesson, unless that is done.

    best: the result folder whose autograded points count; attempts: all result folders, the newest first: a written
    answer is that of the newest attempt that has one. Points that a person gave hold for the answer that they were
    given for; for another one nbgrader marks them for a second look. The note that all is entered comes last, so that
    after a crash in between it is entered once more.
    """
    note, target = root / ".grading" / "entered" / student / lesson, root / "autograded" / student / lesson
    if note.is_file() and note.read_text() == fingerprint and target.is_dir():
        return
    released = {name: text for path in notebooks(root / "lessons" / lesson) for name, text in written_in(path).items()}
    seen = {name: text for path in notebooks(target) for name, text in written_in(path).items()}
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in notebooks(best):
        nbformat.write(with_newest_answers(path, attempts, released), target / path.name)
    with Gradebook(gradebook_url(root)) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(lesson, student)
        for notebook in submission.notebooks:
            if not (target / f"{notebook.name}.ipynb").is_file():  # one of two was not handed in
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = 0, False
        gradebook.db.commit()
    for path in notebooks(target):
        names = {"notebook": path.stem, "assignment": lesson, "student": student, "db_url": gradebook_url(root)}
        SaveAutoGrades().preprocess(read_notebook(path), {"nbgrader": names})
        keep_points(root, student, lesson, path, seen)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(fingerprint)


def written_in(path):
    """Returns {grade_id: text} of the answers in a notebook that only a person can grade."""
    cells = [cell for cell in read_notebook(path).cells if grade_id(cell)]
    return {grade_id(cell): cell.source for cell in cells if is_written(cell)}


def is_written(cell):
    """Returns whether a cell holds an answer that only a person can grade."""
    info = cell.metadata.get("nbgrader", {})
    return bool(info.get("grade") and info.get("solution"))


def with_newest_answers(path, attempts, released):
    """Returns a notebook in which each written answer is that of the newest attempt that has one."""
    notebook = read_notebook(path)
    texts = [written_in(folder / path.name) for folder in attempts if (folder / path.name).is_file()]
    for cell in filter(is_written, notebook.cells):
        name = grade_id(cell)
        found = [text[name] for text in texts if text.get(name, "").strip() not in ("", released[name].strip())]
        cell.source = found[0] if found else cell.source
    return notebook


def keep_points(root, student, lesson, path, seen):
    """Takes nbgrader's mark for a second look from points that a person gave for the very same answers."""
    with Gradebook(gradebook_url(root)) as gradebook:
        for name, text in written_in(path).items():
            grade = gradebook.find_grade(name, path.stem, lesson, student)
            if grade.manual_score is not None and seen.get(name) == text:
                grade.needs_manual_grade = False
        gradebook.db.commit()
