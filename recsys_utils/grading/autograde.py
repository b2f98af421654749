"""Grade one submission, in a process of its own under a time limit; and the solution, as the first of them."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from .course import CANARY, CourseError, grade_id, notebooks
from .grades import gradebook_url, read_marks

LOG = ".nbgrader.log"


def check_canary(root, lesson, time_limit):
    """Grades a lesson's solution as if a student had submitted it; raises CourseError unless it gets full points.

    Where the solution loses points the course is broken, or this machine is, and every student would lose them too.
    """
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        shutil.copytree(root / "solutions" / lesson, room / "submitted" / CANARY / lesson)
        shutil.copy(root / "gradebook.db", room)
        problem = autograde(root, lesson, CANARY, time_limit, room)
        if not problem:
            lost = read_marks(room, lesson, CANARY).lost
            messages = test_errors(room / "autograded" / CANARY / lesson)
            problem = "; ".join(f"{name} ({messages.get(name, 'no message')})" for name in lost)
    if problem:
        raise CourseError(f"Nobody was graded: the solution of {lesson} loses points itself. {problem}")


def autograde(root, lesson, student, time_limit, room=None):
    """Runs nbgrader on one submission and returns why it failed, or an empty text.

    room: the folder that holds submitted/, autograded/ and gradebook.db; the course folder if not given.
    """
    room = room or root
    command = [sys.executable, "-m", f"{__package__}.nbgrader", "autograde", lesson, "--force", f"--student={student}"]
    command += [f"--CourseDirectory.{step}_directory={room / step}" for step in ("submitted", "autograded")]
    command += [f"--CourseDirectory.db_url={gradebook_url(room)}"]
    with (root / LOG).open("ab") as log:  # not a pipe: the kernel of a process that was killed would hold it open
        start = log.tell()
        try:
            done = subprocess.run(command, cwd=root, stdout=log, stderr=log, timeout=time_limit)
        except subprocess.TimeoutExpired:
            return f"it ran longer than {time_limit} seconds"
    return last_error((root / LOG).read_bytes()[start:].decode(errors="replace")) if done.returncode else ""


def last_error(log):
    """Returns the last line of a log that names an exception, at most 150 characters."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    named = [line for line in lines if line.split(":")[0].endswith(("Error", "Exception", "Interrupt"))]
    return (named or lines or ["it stopped without a word"])[-1][:150]


def test_errors(folder):
    """Returns {grade_id: "Type: message"} for the cells of the graded notebooks in a folder that raised."""
    cells = [cell for path in notebooks(folder) for cell in nbformat.read(path, as_version=4).cells]
    return {
        grade_id(cell): f"{output.ename}: {output.evalue}"
        for cell in cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" and grade_id(cell)
    }
