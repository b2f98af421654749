"""Hand in a lesson: from work/, or from the zip that Moodle or Canvas gives. An earlier attempt is kept beside it."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .course import CANARY, CourseError, find_lesson, notebooks, read_notebook


def submit(root, lesson, student):
    """Copies the lesson's notebooks from work/ to submitted/STUDENT/ and returns a sentence about it."""
    check_name(student)
    name = find_lesson(root, lesson)
    contents = {}
    for path in [root / "work" / name / made.name for made in notebooks(root / "lessons" / name)]:
        if not path.is_file():
            raise CourseError(f"There is no {path.relative_to(root)}. `make lab` puts it there to work in.")
        read_notebook(path)
        contents[path.name] = path.read_bytes()
    return hand_in(root, student, name, contents)


def collect(root, lesson, archive):
    """Hands in for everybody in a zip as Moodle or Canvas gives it, and returns a sentence about each.

    nbgrader's zip_collect takes it apart; how it finds names in file names stands in nbgrader_config.py.
    """
    name, archive = find_lesson(root, lesson), Path(archive)
    if not archive.is_file():
        raise CourseError(f"There is no file {archive}. Name the zip, for example ZIP=~/Downloads/lesson1.zip")
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        (room / "downloaded" / name / "archive").mkdir(parents=True)
        shutil.copy(archive, room / "downloaded" / name / "archive")
        command = [sys.executable, "-m", f"{__package__}.nbgrader", "zip_collect", name, "--force"]
        command += [f"--CourseDirectory.root={room}"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace")
        if done.returncode:
            raise CourseError(f"{archive.name} could not be taken apart: {done.stderr.strip().splitlines()[-1][:300]}")
        said = [hand_in(root, path.parent.name.replace("_LATE_", "_"), name, named(root, name, notebooks(path)))
                for path in sorted(room.glob(f"submitted/*/{name}"))]
    skipped = [line.rsplit("/", 1)[-1] for line in done.stderr.splitlines() if "did not match anything" in line]
    return said + [f"Not taken, whose is it? {file}" for file in skipped]


def named(root, lesson, paths):
    """Returns {name: bytes} of files, named as the lesson's notebooks are: a browser saves "01_movielens (1).ipynb",
    Canvas gives "01_movielens-1.ipynb". The file with the right name goes first; what fits none keeps its name."""
    wanted = [path.name for path in notebooks(root / "lessons" / lesson)]
    contents = {}
    for path in sorted(paths, key=lambda path: path.name not in wanted):
        name = re.sub(r"(?: ?\(\d+\)|-\d+)\.ipynb$", ".ipynb", path.name)
        contents.setdefault(name if name in wanted else path.name, path.read_bytes())
    return contents


def check_name(student):
    """Raises CourseError where a student's name cannot name a folder, or is taken."""
    if not re.fullmatch(r"[\w@+-][\w.@+-]*", student) or student == CANARY:
        raise CourseError(f"{student!r} cannot be a student's name: use letters, digits and . _ - + @")


def hand_in(root, student, lesson, contents):
    """Writes notebooks, {name: bytes}, as a student's newest attempt at a lesson; returns a sentence about it.

    The one before becomes the attempt LESSON.1, LESSON.2 and so on: it is graded too, and the best one counts.
    """
    newest = root / "submitted" / student / lesson
    before = {path.name: path.read_bytes() for path in notebooks(newest)}
    if before and {**before, **contents} == before:
        return f"{student}: nothing changed since {newest.relative_to(root)} was handed in"
    earlier = ""
    if before:
        kept = newest.with_name(f"{lesson}.{len(list(newest.parent.glob(lesson + '.*'))) + 1}")
        newest.rename(kept)
        earlier = f"; the earlier attempt is kept as {kept.relative_to(root)}"
    newest.mkdir(parents=True, exist_ok=True)
    for name, content in {**before, **contents}.items():
        (newest / name).write_bytes(content)
    return f"{student}: submitted {newest.relative_to(root)}{earlier}"
