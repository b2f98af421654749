"""Make lessons/ from solutions/: what a student opens is generated, never written by hand."""

import logging
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config.loader import PyFileConfigLoader

from .cells import exercise_of, grade_id, info_of, is_answer
from .course import CourseError, lesson_names, notebooks, read_notebook
from .stamps import files

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT = ("nbgrader", "deletable", "editable", "tags", "jupyter")  # what a cell's metadata may hold


def release(root):
    """Brings lessons/ in step with solutions/ and returns one sentence for each file that changed.

    Everything is generated in a temporary folder first: where one solution fails, lessons/ stays as it was. Raises
    CourseError where a cell's grade id or points are wrong, with notebook and cell, or where nbgrader fails.
    """
    check_ids(root)
    made, there = generated_and_present(root)
    (root / "lessons").mkdir(exist_ok=True)
    for name in there.keys() - made.keys():
        (root / "lessons" / name).unlink()
    for name, content in made.items():
        if there.get(name) != content:
            path = root / "lessons" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    remove_empty(root / "lessons")
    return [f"lessons/{name}: {change}" for name, change in differences(made, there).items()]


def generated_and_present(root):
    """Returns two dictionaries {path: bytes}: what solutions/ makes, and what stands in lessons/."""
    with tempfile.TemporaryDirectory() as folder:
        generate(root, folder)
        return files(Path(folder)), files(root / "lessons")


def differences(made, there):
    """Returns {path: what happens to it} for the files in which lessons/ and solutions/ are out of step."""
    changed = {}
    for name in sorted(made.keys() | there.keys()):
        if name not in made:
            changed[name] = "removed, it has no solution"
        elif made[name] != there.get(name):
            changed[name] = "changed" if name in there else "new"
    return changed


def generate(root, target):
    """Writes what nbgrader makes of every solution into the folder `target`, without a gradebook."""
    config = course_config(root)
    config.CourseDirectory.release_directory = str(target)
    config.CourseDirectory.assignment_id = "*"
    config.SaveCells.enabled = False
    convert(GenerateAssignment, config, no_database=True)


def check_ids(root):
    """Raises CourseError with a line for each cell of the solutions whose grade id or points are wrong."""
    wrong = []
    for lesson in lesson_names(root):
        taken = {}
        for path in notebooks(root / "solutions" / lesson):
            wrong += wrong_ids(path, read_notebook(path), taken)
    if wrong:
        raise CourseError("\n  ".join(["Nothing was changed: what nbgrader knows of these cells is wrong.", *wrong]))


def wrong_ids(path, notebook, taken=None):
    """Returns a sentence for each cell of a solution whose grade id, points or marks of a region are wrong.

    taken: {grade_id: where it stands} of the lesson's notebooks so far, and then of this one too.
    """
    taken, wrong = {} if taken is None else taken, []
    exercises = [grade_id(cell) for cell in notebook.cells if is_answer(cell) and grade_id(cell)]
    for number, cell in enumerate(notebook.cells, 1):
        info, name = info_of(cell), grade_id(cell)
        if info and (info.get("grade") or info.get("solution") or info.get("locked")):
            where = f"{path.name}, cell {number} (id {cell.get('id', 'none')})"
            reason = wrong_id(name, exercises, info, taken) or wrong_marks(cell)
            wrong += [f"{where}: {reason}"] if reason else []
            taken.setdefault(name, where)
    return wrong


def wrong_id(name, exercises, info, taken):
    """Returns what is wrong with a cell's grade id and points, or an empty text."""
    points = info.get("points")
    if not name or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return f"its grade id is {name!r}; it takes letters, digits, _ and -"
    if name in taken:
        return f"its grade id {name!r} stands in {taken[name]} too"
    if info.get("grade") and (type(points) not in (int, float) or not 0 <= points < float("inf")):
        return f"{name!r} is graded and has no points, but {points!r}"
    if info.get("grade") and not info.get("solution") and exercise_of(name, exercises) == name:
        return (f"{name!r} is a check and belongs to no exercise: its id must begin with an exercise's and _. "
                f"There are {', '.join(exercises) or 'none'}")
    return ""


def wrong_marks(cell):
    """Returns what is wrong with the lines that begin and end what students do not see, or an empty text."""
    needed = {"SOLUTION": is_answer(cell), "HIDDEN TESTS": grade_id(cell).endswith("_hidden")}
    for region in needed:
        marks = re.findall(rf"### (BEGIN|END) {region}", cell.source)
        if marks != ["BEGIN", "END"] * (len(marks) // 2):
            return f"each ### BEGIN {region} needs one ### END {region} below it"
        if needed[region] and not marks:
            return f"it has no ### BEGIN {region}, so students would see all of it"
    return ""


def course_config(root):
    """Returns the settings of nbgrader_config.py for the course in the folder `root`."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config


def convert(converter, config, **options):
    """Runs one of nbgrader's converters in this process; raises CourseError, with the reasons, where it fails."""
    reasons = Reasons(logging.ERROR)
    log = logging.getLogger("traitlets")  # nbgrader's
    log.addHandler(reasons)
    try:
        converter(coursedir=CourseDirectory(config=config), config=config, **options).start()
    except NbGraderException as error:
        raise CourseError(f"nbgrader's {converter.__name__} failed:\n  " + "\n  ".join(reasons.lines)) from error
    finally:
        log.removeHandler(reasons)


class Reasons(logging.Handler):
    """Collects the last line of each message: of a traceback, what was raised."""

    def __init__(self, level):
        """Starts without a line."""
        super().__init__(level)
        self.lines = []

    def emit(self, record):
        """Keeps the last line of a message, except of nbgrader's last: it points to a log that is not shown."""
        line = record.getMessage().strip().splitlines()[-1]
        if not line.startswith(("Please see", "There was an error processing")):
            self.lines.append(line)


def remove_empty(folder):
    """Removes the folders in `folder` that hold no file, or hidden ones only."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not files(path):
            shutil.rmtree(path)


def strip_metadata(notebook):
    """Removes all metadata that changes from run to run: versions, timings, the state of widgets."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})


class StripMetadata(NbGraderPreprocessor):
    """generate_assignment: the same solution always gives the same lesson, byte for byte."""

    def preprocess(self, nb, resources):
        """Returns the notebook without volatile metadata."""
        strip_metadata(nb)
        return nb, resources
