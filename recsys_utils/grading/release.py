"""Make lessons/ from solutions/: what a student opens is generated, never written by hand."""

import shutil
import tempfile
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from .course import CourseError


def course_config(root):
    """Returns the settings of nbgrader_config.py for the course in the folder `root`."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config


def convert(converter, config, **options):
    """Runs one of nbgrader's converters; raises CourseError where it fails. nbgrader's log has said why."""
    coursedir = CourseDirectory(config=config)
    try:
        converter(coursedir=coursedir, config=config, **options).start()
    except (NbGraderException, OSError, ValueError) as error:
        raise CourseError(first_cause(error)) from error


def first_cause(error):
    """Returns an error's text in one line."""
    return " ".join(str(error).split())


def generate(root, target):
    """Writes what nbgrader makes of every solution into the folder `target`, without a gradebook."""
    config = course_config(root)
    config.CourseDirectory.release_directory = str(target)
    config.CourseDirectory.assignment_id = "*"
    config.SaveCells.enabled = False
    convert(GenerateAssignment, config, no_database=True)


def files(folder):
    """Returns {path relative to the folder: bytes} of all its files, hidden ones left out."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    relative = {path.relative_to(folder): path for path in paths}
    return {name.as_posix(): path.read_bytes() for name, path in relative.items() if not is_hidden(name)}


def is_hidden(path):
    """Returns whether a part of a relative path starts with a dot, as .ipynb_checkpoints does."""
    return any(part.startswith(".") for part in path.parts)


def differences(root):
    """Returns what lessons/ lacks to be what solutions/ makes, as sentences; none when it is in step."""
    with tempfile.TemporaryDirectory() as folder:
        generate(root, folder)
        made, there = files(Path(folder)), files(root / "lessons")
    names = sorted(made.keys() | there.keys())
    return [f"lessons/{name} {state(made, there, name)}" for name in names if made.get(name) != there.get(name)]


def state(made, there, name):
    """Returns how the file `name` differs."""
    if name not in there:
        return "is missing"
    return "differs from its solution" if name in made else "has no solution"


def release(root):
    """Brings lessons/ in step with solutions/ and returns the sentences about what changed.

    Everything is generated in a temporary folder first: where one solution fails, lessons/ stays as it was.
    """
    with tempfile.TemporaryDirectory() as folder:
        generate(root, folder)
        made, lessons = files(Path(folder)), root / "lessons"
    there = files(lessons)
    for name in there.keys() - made.keys():
        (lessons / name).unlink()
    for name, content in made.items():
        if there.get(name) != content:
            (lessons / name).parent.mkdir(parents=True, exist_ok=True)
            (lessons / name).write_bytes(content)
    remove_empty(lessons)
    changed = [f"lessons/{name} written" for name in sorted(made) if there.get(name) != made[name]]
    return changed + [f"lessons/{name} removed: it has no solution" for name in sorted(there.keys() - made.keys())]


def remove_empty(folder):
    """Removes the folders below `folder` that hold nothing but Jupyter's checkpoints."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not files(path):
            shutil.rmtree(path)
