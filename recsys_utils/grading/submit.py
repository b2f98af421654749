"""Hand in a lesson: from work/, or from the zip that Moodle or Canvas gives. An earlier attempt is kept beside it."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
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
        if done.returncode or not zipfile.is_zipfile(archive):
            raise CourseError(f"{archive.name} could not be taken apart: {done.stderr.strip().splitlines()[-1][:300]}")
        found = sorted(room.glob(f"submitted/*/{name}"))
        people = students_of([path.parent.name for path in found], is_moodle=moodle(archive))
        said = [hand_in(root, people[path.parent.name], name, named(root, name, notebooks(path))) for path in found]
    if not found:
        raise CourseError(f"{archive.name} holds no notebook that names its student")
    skipped = [line.rsplit("/", 1)[-1] for line in done.stderr.splitlines() if "did not match anything" in line]
    with zipfile.ZipFile(archive) as zipped:
        skipped += [file for file in zipped.namelist() if not file.endswith(("/", ".ipynb"))]
    return said + [f"Not taken, no notebook or nobody's: {file}" for file in skipped]


def moodle(archive):
    """Returns whether a zip comes from Moodle: it says so in every name."""
    with zipfile.ZipFile(archive) as zipped:
        return any("_assignsubmission_file" in name for name in zipped.namelist())


def students_of(names, is_moodle):
    """Returns {name in the zip: student}. Moodle's numbers are new in each assignment, so they are left out, except
    where two people share a name; Canvas writes LATE into some."""
    if not is_moodle:
        return {name: name.replace("_LATE_", "_") for name in names}
    short = {name: re.sub(r"_\d+$", "", name) for name in names}
    shared = [one for one, count in Counter(short.values()).items() if count > 1]
    return {name: name if short[name] in shared else short[name] for name in names}


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
    wanted = [path.name for path in notebooks(root / "lessons" / lesson)]
    wrong = "" if set(wanted) & set(contents) else f"; but there is no {' or '.join(wanted)} in it"
    return f"{student}: submitted {newest.relative_to(root)}{earlier}{wrong}"
