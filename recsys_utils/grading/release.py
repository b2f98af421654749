"""Make lessons/ from solutions/: what a student opens is generated, never written by hand."""

import logging
import shutil
import tempfile
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from .course import CourseError


def release(root):
    """Brings lessons/ in step with solutions/ and returns one sentence for each file that changed.

    Everything is generated in a temporary folder first: where one solution fails, lessons/ stays as it was.
    """
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


def files(folder):
    """Returns {relative path: bytes} of all files in a folder; hidden ones, as Jupyter's checkpoints, left out."""
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {n.as_posix(): (folder / n).read_bytes() for n in names if not any(p.startswith(".") for p in n.parts)}


def remove_empty(folder):
    """Removes the folders in `folder` that hold no file, or hidden ones only."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not files(path):
            shutil.rmtree(path)
