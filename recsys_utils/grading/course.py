"""Where things stand in the course folder, and how its notebooks name their cells."""

import json
import os
import re
import sys
from pathlib import Path

import nbformat

CANARY = "zz_canary"  # the made-up student who hands in the solution

GRADING_ENVIRONMENT = {
    "RECSYS_DATASET": "synthetic",  # no download, no network
    "RECSYS_DEVICE": "cpu",
    "PYTHONWARNINGS": "ignore",  # nbgrader gives no points to a test that writes to stderr
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",  # as many students are graded at once as there are cores
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
    """Returns the notebook; raises CourseError with the reason where the file is not one."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
        for part in [content, *content["cells"]]:
            part.setdefault("metadata", {})
        content.setdefault("nbformat_minor", 0)
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        for cell in notebook.cells:
            cell.metadata.get(cell.cell_type + cell.source)  # raises where one of the three is not there
        return notebook
    except Exception as error:  # a submission may hold anything
        raise CourseError(f"{path.name} is not a notebook ({first_line(error)})") from error


def read_lesson(lesson, notebook):
    """Returns a notebook as it was released, in the working folder: nbgrader works in the course's."""
    return nbformat.read(Path("lessons", lesson, notebook + ".ipynb"), as_version=4)


def mended(notebook):
    """Returns a submission as nbgrader takes it: with cell ids that nobody chose, without outputs and odd metadata."""
    notebook.nbformat, notebook.nbformat_minor, notebook.metadata = 4, 5, nbformat.from_dict({})
    for place, cell in enumerate(notebook.cells):
        source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
        kept = {name: cell.metadata[name] for name in ("nbgrader", "tags") if name in cell.metadata}
        if not isinstance(kept.get("tags", []), list) or not all(isinstance(tag, str) for tag in kept.get("tags", [])):
            del kept["tags"]
        kind = cell.cell_type if cell.cell_type in ("code", "markdown", "raw") else "raw"
        made = {"id": f"c{place}", "cell_type": kind, "source": source, "metadata": kept}
        notebook.cells[place] = nbformat.from_dict(
            {**made, "outputs": [], "execution_count": None} if kind == "code" else made)
    return notebook


def first_line(error):
    """Returns the first line of an error's text, or its type where it has none, at most 120 characters."""
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__


def grade_id(cell):
    """Returns the id by which nbgrader knows a cell, or None. Copes with metadata that a student broke."""
    info = cell.metadata.get("nbgrader")
    name = info.get("grade_id") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def is_check(cell):
    """Returns whether a cell of a lesson is locked: its tests, and what else a student must not change."""
    info = cell.metadata.get("nbgrader", {})
    return not info.get("solution") and bool(info.get("grade") or info.get("locked"))


def exercise_of(name, exercises):
    """Returns the exercise that a test cell belongs to: of "rank_of_ties", the exercise "rank_of".

    A test's id is its exercise's id, an underscore and a suffix; of several that fit, the longest.
    A name that fits none stands for itself.
    """
    return max((e for e in exercises if name == e or name.startswith(e + "_")), key=len, default=name)


def changes(submitted, lesson):
    """Returns {grade_id: what a student did to this cell of a lesson}: all of it is mended before grading.

    "edited" and "deleted": the source of a locked cell; "deleted" also of an answer; "split or copied"; "metadata".
    """
    handed_in = {}
    for cell in submitted.cells:
        handed_in.setdefault(grade_id(cell), []).append(cell)
    touched = {}
    for cell in lesson.cells:
        name = grade_id(cell)
        if not name:
            continue
        found = handed_in.get(name, [])
        if not found:
            touched[name] = "deleted"
        elif is_check(cell) and found[-1].source != cell.source:
            touched[name] = "edited"
        elif len(found) > 1:
            touched[name] = "split or copied"
        elif described(found[0]) != described(cell):
            touched[name] = "metadata"
    return touched


def described(cell):
    """Returns what nbgrader knows of a cell, but for the checksum, which any change to its source changes."""
    info = cell.metadata["nbgrader"]
    return cell.cell_type, {key: value for key, value in info.items() if key != "checksum"}


def wrong_points(notebook):
    """Returns a sentence for each place where the text of a solution promises other points than its cells give."""
    cells = notebook.cells
    points = [cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells]
    cards = [(place, found) for place, cell in enumerate(cells)
             if (found := re.search(r"^#+ .*· +(\d+) points", cell.source, re.MULTILINE))]
    ends = [place for place, _ in cards[1:]] + [len(cells)]
    told = [(found, sum(points[start:end])) for (start, found), end in zip(cards, ends, strict=True)]
    told += [(found, points[place + 1]) for place, cell in enumerate(cells)
             if (found := re.search(r"^\*\*Check \d, hidden\*\* \((\d+) points?\)", cell.source))]
    told += [(found, sum(points)) for found in re.finditer(r"\| \*\*Points\*\* \| (\d+):", cells[0].source)]
    return [f"{found[0]!r}: its cells give {given} points" for found, given in told if int(found[1]) != given]


def hidden_lines(notebook):
    """Returns the lines of a notebook's hidden tests that are long enough to be known again, and stand nowhere else."""
    hidden, shown = set(), set()
    for cell in notebook.cells:
        region = False
        for line in cell.source.splitlines():
            region = (region or "### BEGIN HIDDEN TESTS" in line) and "### END HIDDEN TESTS" not in line
            (hidden if region else shown).add(line.strip())
    return {line for line in hidden - shown if len(line) >= 25 and "HIDDEN TESTS" not in line}
