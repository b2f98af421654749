"""What stands in submitted/, and what is kept of it in .grading/results/."""

import contextlib
import json
import shutil
from pathlib import Path
from typing import NamedTuple

from ..storage import replace_whole
from .course import CANARY, CourseError, first_line, lesson_names, notebooks
from .names import check_name, clean
from .stamps import digest, files
from .submission import LARGEST, why_unreadable

RESULT = "result.json"


class Attempt(NamedTuple):
    """A folder that a student handed in: submitted/STUDENT/LESSON, or LESSON.1, LESSON.soft... for an earlier one.

    student: the name without what nobody sees, so that two spellings of one name are one student.
    """

    student: str
    lesson: str
    folder: Path
    fingerprint: str  # changes with what was handed in, the lesson's solution, and the code that grades


def find_attempts(root):
    """Returns the Attempts in submitted/, in order."""
    code, solutions = code_of(root), {name: files(root / "solutions" / name) for name in lesson_names(root)}
    attempts = []
    for folder in sorted(path for path in (root / "submitted").glob("[!.]*/[!.]*") if path.is_dir()):
        lesson = folder.name.split(".")[0]
        wanted = solutions.get(lesson, {})
        contents = [content_of(path) for path in notebooks(folder) if path.name in wanted]
        attempts.append(Attempt(clean(folder.parent.name), lesson, folder, digest(code, wanted, *contents)))
    return attempts


def code_of(root):
    """Returns the digest of the code that makes lessons and grades."""
    code = {str(path): path.read_bytes() for path in sorted(Path(__file__).parents[1].rglob("*.py"))}
    return digest((root / "nbgrader_config.py").read_bytes(), code)


def content_of(path):
    """Returns the bytes of a submitted file; of one that grading does not read, what it is."""
    try:
        return str(path.lstat()) if path.is_symlink() or path.stat().st_size > LARGEST else path.read_bytes()
    except OSError as error:
        return str(error)


def unreadable(root, attempt):
    """Returns why an attempt cannot be graded at all, or an empty text; keeps what it found, as reading takes long."""
    folder = result_folder(root, attempt)
    kept = read_result(folder)
    if attempt.lesson not in lesson_names(root):
        return f"unreadable: there is no such lesson; there are {', '.join(lesson_names(root))}"
    if kept.get("fingerprint") == attempt.fingerprint:
        return kept.get("unreadable", "")
    try:
        check_name(attempt.folder.parent.name)
        reason = why_unreadable(root, attempt.lesson, attempt.folder)
    except CourseError as error:
        reason = str(error)
    except Exception as error:  # whatever it holds, it is this student's attempt that nobody can grade
        reason = f"it holds what no notebook does ({type(error).__name__}: {first_line(error)})"
    if reason:
        shutil.rmtree(folder, ignore_errors=True)
        kept = {"unreadable": f"unreadable: {reason}", "fingerprint": attempt.fingerprint}
        replace_whole(folder / RESULT, json.dumps(kept))
    return kept["unreadable"] if reason else ""


def up_to_date(root, attempt):
    """Returns whether the result that is kept of an attempt still holds."""
    return read_result(result_folder(root, attempt)).get("fingerprint") == attempt.fingerprint


def result_folder(root, attempt):
    """Returns where the result of an attempt is kept."""
    student = CANARY if attempt.student == CANARY else attempt.folder.parent.name
    return root / ".grading" / "results" / student / attempt.folder.name


def read_result(folder):
    """Returns the result.json of a folder; an empty dict where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return {}
