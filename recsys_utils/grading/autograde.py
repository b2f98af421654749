"""Grade one attempt at a lesson, in a room of its own: the course does not change until its result is there."""

import contextlib
import html
import json
import os
import re
import shutil

import nbformat
from nbgrader.converters import Autograde

from .course import CANARY, CourseError, changes, hidden_lines, is_check, mended, notebooks, read_notebook
from .grades import gradebook_url, read_marks
from .release import convert, course_config
from .running import remarks_in

TAG = re.compile(r"<[^>]*>|\x1b\[[0-9;]*m")
LOG = ".nbgrader.log"
RESULT = "result.json"


def grade_attempt(root, lesson, handed_in, room, fingerprint="", sandbox=True):
    """Grades the notebooks in the folder `handed_in` and leaves room/result/: the notebooks as they ran, result.json.

    Meant for a process of its own: it writes its log over stdout and stderr, and changes the working folder.
    Of what a student hands in only the lesson's notebooks are taken: no torch.py to be imported in place of torch.
    """
    os.environ["RECSYS_ROOM"] = room.name  # names the folder of the kernel's sockets
    with (root / LOG).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    taken = room / "submitted" / CANARY / lesson
    taken.mkdir(parents=True)
    for path in notebooks(root / "lessons" / lesson):
        if (handed_in / path.name).is_file():
            nbformat.write(mended(read_notebook(handed_in / path.name)), taken / path.name)
    shutil.copy(root / ".grading" / "empty.db", room / "gradebook.db")
    try:
        convert(Autograde, room_config(root, lesson, room, sandbox))
        result = result_of(root, lesson, room)
    except CourseError as error:
        result = {"problem": f"failed: {str(error).splitlines()[-1].strip()[:150]}"}
    done = room / "autograded" / CANARY / lesson
    done.mkdir(parents=True, exist_ok=True)
    (done / RESULT).write_text(json.dumps({**result, "fingerprint": fingerprint}), encoding="utf-8")
    done.rename(room / "result")


def room_config(root, lesson, room, sandbox):
    """Returns the course's settings for one attempt: its submission, results and gradebook are in the room."""
    config = course_config(root)
    config.CourseDirectory.student_id, config.CourseDirectory.assignment_id = CANARY, lesson
    config.CourseDirectory.submitted_directory = str(room / "submitted")
    config.CourseDirectory.autograded_directory = str(room / "autograded")
    config.CourseDirectory.db_url = gradebook_url(room)
    config.GradingExecute.sandbox = sandbox
    return config


def result_of(root, lesson, room):
    """Returns what is known of the attempt that was just graded in a room."""
    marks, touched, remarks, messages = read_marks(room, lesson, CANARY), {}, [], {}
    for path in notebooks(room / "autograded" / CANARY / lesson):
        ran = read_notebook(path)
        touched |= changes(read_notebook(room / "submitted" / CANARY / lesson / path.name),
                           read_notebook(root / "lessons" / lesson / path.name))
        solution = read_notebook(root / "solutions" / lesson / path.name)
        remarks += [remarks_in(ran), {"doubt": shown_hidden(ran, solution)}]
        messages |= {name: f"{error.ename}: {error.evalue}" for name, error in errors_in(ran)}
    return {"score": marks.score, "max_score": marks.max_score, "exercises": marks.exercises,
            "lost": {name: messages.get(name, "no message") for name in marks.lost}, "touched": touched,
            **{kind: "; ".join(filter(None, (remark.get(kind) for remark in remarks))) for kind in ("doubt", "fatal")}}


def shown_hidden(ran, solution):
    """Returns a doubt where the outputs of a notebook show a line of a hidden test, else an empty text.

    The traceback of a hidden test itself quotes its lines; it is not looked at, and feedback leaves it out.
    """
    secret = hidden_lines(solution)
    for cell in ran.cells:
        for output in cell.get("outputs", []):
            parts = {**output.get("data", {}), "text": output.get("text", ""), "message": output.get("evalue", "")}
            if not is_check(cell):
                parts["traceback"] = "\n".join(output.get("traceback", []))
            text = html.unescape(TAG.sub("", "\n".join(map(str, parts.values()))))
            if any(line in text or json.dumps(line)[1:-1] in text or repr(line)[1:-1] in text for line in secret):
                return "its outputs show hidden tests"
    return ""


def errors_in(notebook):
    """Yields (grade id or None, error) for the errors in a notebook's outputs."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield cell.metadata.get("nbgrader", {}).get("grade_id"), output


def read_result(folder):
    """Returns the result.json of a folder; an empty dict where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return {}
