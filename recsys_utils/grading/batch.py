"""Grade all submissions that are new or changed; one that breaks never stops the others."""

import glob
import hashlib
import shutil
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateFeedback

from .autograde import autograde, check_canary
from .course import CourseError, edited_cells, lesson_names, notebooks, read_notebook
from .grades import graded_row, make_gradebook, read_grades, read_marks, write_grades
from .release import convert, course_config, files, release

NOTICE = "Students' code runs with your rights here: grade in a container, or under an account that owns nothing else."


def grade(root, again=False, time_limit=900):
    """Grades what stands in submitted/, writes feedback/ and grades.csv, and returns the lines of grades.csv.

    again: grade also what has not changed since the last time; time_limit: seconds for one submission.
    """
    submissions = find_submissions(root)
    if not submissions:
        raise CourseError("There is nothing to grade: put notebooks in submitted/STUDENT/LESSON/, or run make submit")
    for change in release(root):
        print(change)
    make_gradebook(root)
    earlier = {} if again else read_grades(root / "grades.csv")
    todo = [key for key in submissions if not up_to_date(root, *key, earlier.get(key))]
    problems = grade_all(root, todo, time_limit)
    rows = [row_of(root, *key, problems.get(key)) for key in submissions] + missing_rows(root, submissions)
    rows.sort(key=lambda row: (row["student"], row["lesson"]))
    write_grades(root / "grades.csv", rows)
    write_feedback(root, [key for key in submissions if key not in problems])
    graded, unchanged = len(todo) - len(problems), len(submissions) - len(todo)
    print(f"grades.csv: {graded} graded now, {unchanged} as they were, {len(problems)} with a problem")
    waiting = sum(row["status"] == "needs manual grading" for row in rows)
    if waiting:
        print(f"{waiting} with written answers to grade by hand: make formgrader")
    return rows


def grade_all(root, todo, time_limit):
    """Grades the submissions (student, lesson) in `todo` and returns {submission: what went wrong}."""
    problems = {key: f"unreadable: {reason}" for key in todo if (reason := unreadable(root, *key))}
    for lesson in sorted({key[1] for key in todo if key not in problems}):
        check_canary(root, lesson, time_limit)
        print(f"{lesson}: the solution gets full points")
    for student, lesson in todo:
        key = student, lesson
        if key not in problems and (reason := autograde(root, lesson, student, time_limit)):
            problems[key] = f"failed: {reason}"
        if key in problems:
            remove_results(root, student, lesson)
        print(f"{student}  {lesson}  {problems.get(key, 'graded')}", flush=True)
    return problems


def find_submissions(root):
    """Returns the pairs (student, lesson) in submitted/, in order."""
    return sorted((path.parent.name, path.name) for path in (root / "submitted").glob("[!.]*/[!.]*") if path.is_dir())


def unreadable(root, student, lesson):
    """Returns why a submission cannot be graded at all, or an empty text."""
    if lesson not in lesson_names(root):
        return f"there is no such lesson; there are {', '.join(lesson_names(root))}"
    if glob.escape(student) != student:
        return "nbgrader cannot take a name with * ? or ["
    wanted = [path.name for path in notebooks(root / "lessons" / lesson)]
    found = [path for path in notebooks(root / "submitted" / student / lesson) if path.name in wanted]
    try:
        for path in found:
            read_notebook(path)
    except CourseError as error:
        return str(error)
    return "" if found else f"no {' or '.join(wanted)} in it"


def up_to_date(root, student, lesson, row):
    """Returns whether a submission's line in grades.csv, None if it has none, still holds."""
    if not row or not row["score"] or not (root / "autograded" / student / lesson).is_dir():
        return False
    try:
        read_marks(root, lesson, student)
    except MissingEntry:
        return False
    return row["fingerprint"] == fingerprint(root, student, lesson)


def fingerprint(root, student, lesson):
    """Returns 12 hex digits that change with the submission, the lesson's solution, and the code that grades."""
    package = Path(__file__).parents[1]
    paths = [*notebooks(root / "submitted" / student / lesson), root / "nbgrader_config.py", *package.rglob("*.py")]
    contents = [path.read_bytes() for path in sorted(paths)]
    contents += [content for _, content in sorted(files(root / "solutions" / lesson).items())]
    digest = hashlib.sha256()
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:12]


def row_of(root, student, lesson, problem):
    """Returns a submission's line for grades.csv: its points, or the problem and no points."""
    if problem:
        return {"student": student, "lesson": lesson, "status": problem}
    edited = {}
    for path in notebooks(root / "lessons" / lesson):
        handed_in = root / "submitted" / student / lesson / path.name
        if handed_in.is_file():
            edited |= edited_cells(read_notebook(handed_in), read_notebook(path))
    return graded_row(student, lesson, read_marks(root, lesson, student), edited, fingerprint(root, student, lesson))


def missing_rows(root, submissions):
    """Returns a line for each lesson that some student handed in and this one did not."""
    students = {student for student, _ in submissions}
    lessons = {lesson for _, lesson in submissions}.intersection(lesson_names(root))
    pairs = {(student, lesson) for student in students for lesson in lessons} - set(submissions)
    return [{"student": student, "lesson": lesson, "status": "missing"} for student, lesson in pairs]


def remove_results(root, student, lesson):
    """Removes what an earlier submission left, so that nobody takes it for the result of this one."""
    for step in ("autograded", "feedback"):
        shutil.rmtree(root / step / student / lesson, ignore_errors=True)


def write_feedback(root, graded):
    """Writes feedback/STUDENT/LESSON/*.html for the graded submissions, with the points and comments given by hand."""
    for lesson in sorted({lesson for _, lesson in graded}):
        others = {path.parent.name for path in (root / "autograded").glob(f"*/{lesson}")}
        others -= {student for student, graded_lesson in graded if graded_lesson == lesson}
        config = course_config(root)
        config.CourseDirectory.assignment_id = lesson
        config.CourseDirectory.student_id_exclude = ",".join(others)
        try:
            convert(GenerateFeedback, config, force=True)
        except CourseError as error:
            print(f"{lesson}: not all feedback could be written. {error}")
