"""One zip for students: it installs and runs alone, and holds no solution, no hidden test and nobody's work."""

import io
import re
import zipfile

from ..storage import replace_whole
from .release import files, release

NAME = "recsys-course"
ALONE = (".github/lesson.png", "LICENSE", "data/README.md", "data/reference_results.csv")
PARTED = ("README.md", "Makefile", "requirements.txt", "pyproject.toml")
TEACHERS = re.compile(r"^(?:<!--|##) teachers.*?^(?:<!--|##) students again[^\n]*\n", re.MULTILINE | re.DOTALL)
DAY = (2020, 1, 1, 0, 0, 0)  # of every file: the same course gives the same zip, byte for byte


def bundle(root, self_study=False):
    """Writes recsys-course.zip into the course folder and returns its path; self_study: with the solutions.

    README.md and the other PARTED files are the course's own, without what stands between their marks `teachers`
    and `students again`.
    """
    release(root)
    contents = {name: (root / name).read_bytes() for name in ALONE}
    for name in PARTED:
        text = TEACHERS.sub("", (root / name).read_text(encoding="utf-8"))
        contents[name] = (text if self_study else text.replace("](solutions/", "](lessons/")).encode()
    folders = ["lessons", "recsys_utils", *["solutions"] * self_study]
    for folder in folders:
        contents |= {f"{folder}/{name}": content for name, content in files(root / folder).items()}
    path, made = root / f"{NAME}.zip", io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(filter(for_students, contents)):
            archive.writestr(zipfile.ZipInfo(f"{NAME}/{name}", DAY), contents[name], zipfile.ZIP_DEFLATED)
    replace_whole(path, made.getvalue())
    return path


def for_students(name):
    """Returns whether a file of the course belongs into a student's hands."""
    return not name.startswith("recsys_utils/grading/") and "__pycache__" not in name and not name.endswith(".DS_Store")
