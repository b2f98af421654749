"""Grade one attempt at a lesson in a room of its own: nothing of the course changes until its result is there."""

import json
import os
import resource

import nbformat
from nbgrader.utils import determine_grade, is_grade

from .attempts import RESULT
from .cells import grade_id
from .course import notebooks, read_notebook
from .pages import harmless
from .release import course_config
from .run_submission import NotDecided, Run
from .submission import changes, mended, read_submission

LOG = ".nbgrader.log"
MEMORY = 16 * 2**30  # bytes of address space for the judge: what comes over the wire must not take the machine


def grade_attempt(root, lesson, handed_in, room, fingerprint="", sandbox=True):
    """Grades the notebooks in the folder `handed_in` and leaves room/result/: the notebooks as they ran, result.json.

    Meant for a process of its own: it writes its log over stdout and stderr, and bounds its own memory.
    Of what a student hands in only the lesson's notebooks are taken: no torch.py to be imported in place of torch.
    """
    with (root / LOG).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    done = room / "done"
    done.mkdir()
    result = {"score": 0, "max_score": 0, "points": {}, "lost": {}, "touched": {}, "notes": [], "problem": "",
              "fingerprint": fingerprint}
    try:
        for path in notebooks(root / "lessons" / lesson):
            if (handed_in / path.name).is_file():
                ran = run(root, lesson, handed_in / path.name, sandbox, result)
                nbformat.write(ran, done / path.name)
                enter(ran, result)
    except NotDecided as error:
        result["problem"] = f"not graded: {error}"
    (done / RESULT).write_text(json.dumps(result), encoding="utf-8")
    done.rename(room / "result")


def run(root, lesson, path, sandbox, result):
    """Returns a notebook as it ran, harmless to look at, and notes in the result what was left out and mended."""
    released = read_notebook(root / "lessons" / lesson / path.name)
    solution = root / "solutions" / lesson / path.name
    submitted = read_submission(path)
    notebook = mended(submitted, released, read_notebook(solution))
    limit = course_config(root).Execute.timeout
    result["notes"] += [f"{path.stem}: {note}" for note in Run(notebook, released, solution, limit, sandbox).all()]
    result["touched"] |= changes(submitted, released)
    result["touched"] |= {grade_id(cell): "written in another cell" for cell in notebook.cells
                          if cell.metadata.pop("beside", False)}
    return harmless(notebook, released)


def enter(notebook, result):
    """Adds to a result the points of a notebook that ran, by nbgrader's own rule, and what was said of lost ones."""
    for cell in filter(is_grade, notebook.cells):
        points, most = determine_grade(cell)
        result["points"][grade_id(cell)] = points
        result["score"] += points or 0
        result["max_score"] += most
        if points is not None and points < most and cell.cell_type == "code":
            errors = [f"{one.ename}: {one.evalue}" for one in cell.outputs if one.output_type == "error"]
            result["lost"][grade_id(cell)] = errors[0] if errors else "no message"
