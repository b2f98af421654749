"""Where things stand in the course folder, and what grading sets for all code that it runs."""

import json
import os
import sys
from pathlib import Path

import nbformat

CANARY = "zz_canary"  # the made-up student who hands in the solution

GRADING_ENVIRONMENT = {
    "RECSYS_DATASET": "synthetic",  # no download, no network
    "RECSYS_DEVICE": "cpu",
    "PYTHONWARNINGS": "ignore",  # of libraries, which would fill the pages
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",  # as many students are graded at once as there are cores
    "OPENBLAS_NUM_THREADS": "1",
}


class CourseError(Exception):
    """Something the instructor can put right; the message says what."""


def course_root(folder="."):
    """Returns the course folder as an absolute path; raises CourseError where it is not one."""
    root = Path(folder).resolve()
    if not (root / "nbgrader_config.py").is_file():
        raise CourseError(f"{root} holds no nbgrader_config.py: run this in the course's folder.")
    return root


def prefer_this_environment():
    """Lets nbgrader find its `alembic`, and Jupyter its kernel, in this environment though it is not activated."""
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"


def lesson_names(root):
    """Returns the names of all lessons in order: the folders of solutions/ that hold a notebook."""
    return sorted(folder.name for folder in (root / "solutions").glob("[!._]*") if notebooks(folder))


def find_lesson(root, text):
    """Returns the one lesson whose name is `text` or starts with it: "01" and "1" find "01_movielens"."""
    names = lesson_names(root)
    text = text.zfill(2) if text.isdigit() else text
    found = [text] if text in names else [name for name in names if text and name.startswith(text)]
    if len(found) == 1:
        return found[0]
    problem = f"{text!r} is not one lesson" if text else "Name a lesson, for example L=01"
    raise CourseError(f"{problem}. There are: {', '.join(found or names) or 'none yet'}.")


def notebooks(folder):
    """Returns the notebooks of a lesson's folder, in order."""
    return sorted(path for path in folder.glob("[!.]*.ipynb") if path.is_file())


def read_notebook(path):
    """Returns a notebook of the course's own; raises CourseError with the reason where the file is not one."""
    def whole(content):
        """Returns it as nbformat does: with a multi-line text as one, and in the newest form."""
        notebook = nbformat.from_dict(content)
        for cell in notebook.cells:
            cell.metadata.get(cell.cell_type + "".join(cell.source))  # raises where one of the three is not there
        return nbformat.reads(json.dumps(content), as_version=4)

    return read_as(path, whole)


def read_as(path, parse):
    """Returns what `parse` makes of a notebook's JSON; raises CourseError, with the reason, where that fails."""
    data = b""
    try:
        data = path.read_bytes()
        return parse(json.loads(data.decode("utf-8-sig")))
    except CourseError:
        raise
    except Exception as error:  # a submission may hold anything
        raise CourseError(f"{path.name} is not a notebook: {what_else(data, error)}") from error


def what_else(data, error):
    """Returns what the bytes are that should have been a notebook, in words for people who know no JSON."""
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror})"
    if not data.strip():
        return "it is empty"
    kinds = {b"<<<<<<<": "half merged, with <<<<<<< in it", b"PK": "a zip or an office document", b"%PDF": "a PDF",
             b"<": "a web page", b"\x1f\x8b": "packed (gzip)"}
    for start, kind in kinds.items():
        if data.lstrip().startswith(start):
            return f"it is {kind}"
    if isinstance(error, json.JSONDecodeError):
        ends = error.pos >= len(error.doc.rstrip()) or "Unterminated string" in error.msg
        return (f"it is damaged in line {error.lineno}" if not ends else "it breaks off at its end, as an upload that "
                "did not finish does") if data.lstrip().startswith(b"{") else "it is plain text, perhaps Python"
    return f"it has no cells as Jupyter writes them ({first_line(error)})"


def first_line(error):
    """Returns the first line of an error's text, or its type where it has none, at most 120 characters."""
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__
