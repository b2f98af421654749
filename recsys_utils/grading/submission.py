"""What a student handed in, matched with the lesson: each cell of the lesson known by its id, once, and what was done."""

import ast
import copy
import json

import nbformat

from .cells import grade_id, info_of, is_check, is_written, shows_hidden
from .course import CourseError, lesson_names, notebooks, read_as, read_notebook
from .names import shown
from .sources import NO_PYTHON

LARGEST = 20 * 2**20  # bytes of a notebook; one with all its figures has less than 2 million
MOST_CELLS, MOST_TEXT = 1000, 2 * 10**6  # cells of a notebook, characters that stand in them; a lesson has 100,000


def why_unreadable(root, lesson, folder):
    """Returns why what stands in a folder cannot be graded as this lesson, or an empty text."""
    wanted = [path.name for path in notebooks(root / "lessons" / lesson)]
    found = [path for path in notebooks(folder) if path.name in wanted]
    try:
        for path in found:
            if path.is_symlink() or path.stat().st_size > LARGEST:
                return f"{path.name} is a link, or larger than {LARGEST >> 20} MB"
            other = belongs_to(root, lesson, read_submission(path), path.name)
            if other:
                return f"{path.name} is not this lesson's: it holds the cells of {other}"
    except CourseError as error:
        return str(error)
    others = ", ".join(shown(path.name) for path in notebooks(folder))
    return "" if found else f"no {' or '.join(wanted)} in it" + (f", but {others}: rename it, or ask" if others else "")


def belongs_to(root, lesson, submitted, name):
    """Returns the name of another notebook of the course whose cells a submission holds, or an empty text."""
    theirs = {grade_id(cell) for cell in submitted.cells} | {cell.source for cell in submitted.cells}
    shares = {path.stem: sum(key in theirs for key in keys(read_notebook(path))) for folder in lesson_names(root)
              for path in notebooks(root / "lessons" / folder)}
    best = max(shares, key=shares.get, default="")
    return best if shares.get(best, 0) > shares.get(name.removesuffix(".ipynb"), 0) else ""


def keys(lesson):
    """Returns what a lesson is known by: its grade ids, and the sources of its checks."""
    graded = [cell for cell in lesson.cells if grade_id(cell)]
    return [grade_id(cell) for cell in graded] + [tidy(cell.source) for cell in graded if is_check(cell)]


def read_submission(path):
    """Returns a notebook as grading takes it: with ids that nobody chose, without outputs and odd metadata.

    Raises CourseError where it is none. nbformat is not asked: a minute goes by while it lists 100,000 faults.
    """
    return read_as(path, plain_notebook)


def plain_notebook(content):
    """Returns the notebook of a submission's JSON; raises CourseError where it is larger than any lesson can become."""
    if len(content["cells"]) > MOST_CELLS:
        raise CourseError(f"it has {len(content['cells']):,} cells; {MOST_CELLS:,} are read")
    cells = [plain_cell(cell, place) for place, cell in enumerate(content["cells"])]
    if sum(len(cell.source) for cell in cells) > MOST_TEXT:
        raise CourseError(f"its cells hold more than {MOST_TEXT:,} characters")
    text = json.dumps(cells, ensure_ascii=False).encode("utf-8", "replace")  # halves of characters become ?
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": json.loads(text)})


def plain_cell(cell, place):
    """Returns a cell with nothing but what grading looks at; KeyError or TypeError where it has no kind or source."""
    info, tags = ((cell.get("metadata") or {}).get(name) for name in ("nbgrader", "tags"))
    kept = {"nbgrader": info} if isinstance(info, dict) else {}
    kept |= {"tags": tags} if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags) else {}
    kind = cell["cell_type"] if cell["cell_type"] in ("code", "markdown", "raw") else "raw"
    made = {"id": f"c{place}", "cell_type": kind, "source": tidy("".join(cell["source"])), "metadata": kept}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    elif isinstance(cell.get("attachments"), dict):
        made["attachments"] = {name: one for name, one in cell["attachments"].items() if isinstance(one, dict)
                               and all(isinstance(data, str) for data in one.values())}
    return nbformat.from_dict(made)


def tidy(source):
    """Returns a source with one kind of line end, and none at its end: both are an editor's doing."""
    return source.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def mended(submitted, lesson, solution):
    """Returns the notebook to be graded: the student's cells, each cell of the lesson's in its own kind and metadata,
    once, each check as the solution has it, and the graded cells that were deleted at the end.

    Of a cell that was copied or split the last part keeps the id, but for copies of the stub. An answer for a person
    that stands beside its cell is put into it.
    """
    made = copy.deepcopy(submitted)
    released = {grade_id(cell): cell for cell in lesson.cells if grade_id(cell)}
    checks = {grade_id(cell): cell.source for cell in solution.cells if grade_id(cell) and is_check(cell)}
    drop_stubs(made, released)
    restore(made.cells, released)
    present = {grade_id(cell) for cell in made.cells}
    made.cells += [copy.deepcopy(cell) for name, cell in released.items()
                   if name not in present and info_of(cell).get("grade")]
    for cell in made.cells:
        cell.source = checks.get(grade_id(cell), cell.source)
    texts = {tidy(cell.source) for cell in lesson.cells}
    for cell in filter(is_written, list(made.cells)):
        if tidy(cell.source) == tidy(released[grade_id(cell)].source):
            take_over(cell, beside(made.cells, cell, texts, grade_id(cell) in present))
    for place, cell in enumerate(made.cells):
        cell["id"] = f"c{place}"
    return made


def drop_stubs(notebook, released):
    """Takes the copies of a cell out that are as they were handed out, where another one is not: kept for later."""
    stubs = {id(cell) for cell in notebook.cells if (name := grade_id(cell)) in released
             and tidy(cell.source) == tidy(released[name].source)}
    answered = {grade_id(cell) for cell in notebook.cells if id(cell) not in stubs}
    notebook.cells = [cell for cell in notebook.cells if id(cell) not in stubs or grade_id(cell) not in answered]


def restore(cells, released):
    """Gives each known cell the kind and metadata it was released with, and takes nbgrader's from all others."""
    seen = set()
    for place in reversed(range(len(cells))):
        cell, name = cells[place], grade_id(cells[place])
        cell.metadata.pop("nbgrader", None)
        if name in released and name not in seen:
            seen.add(name)
            source, attachments = cell.source, cell.get("attachments")
            cells[place] = copy.deepcopy(released[name])
            unchanged = tidy(source) == tidy(released[name].source)
            cells[place].source = released[name].source if unchanged else source
            if attachments and cells[place].cell_type != "code":
                cells[place].attachments = attachments


def take_over(question, cells):
    """Puts the texts and pictures of other cells into a question's cell, and says so in its metadata."""
    if cells:
        question.source = "\n\n".join(cell.source for cell in cells)
        question.metadata["beside"] = True
        pictures = {name: one for cell in cells for name, one in cell.get("attachments", {}).items()}
        if pictures:
            question.attachments = pictures


def beside(cells, question, texts, is_there):
    """Returns the cells with a student's own texts around a question that was left as it was, up to the next cells of
    the lesson; all of them in the notebook where the question's cell is gone."""
    place = next(number for number, cell in enumerate(cells) if cell is question)
    around = range(len(cells))
    if is_there:
        first = next((n for n in range(place - 1, -1, -1) if tidy(cells[n].source) in texts or grade_id(cells[n])), -1)
        last = next((n for n in range(place + 1, len(cells)) if tidy(cells[n].source) in texts or grade_id(cells[n])),
                    len(cells))
        around = range(first + 1, last)
    return [cells[n] for n in around if n != place and not grade_id(cells[n]) and is_prose(cells[n])
            and tidy(cells[n].source) not in texts and cells[n].source.strip()]


def is_prose(cell):
    """Returns whether a cell holds text, or code that is none."""
    if cell.cell_type != "code":
        return True
    try:
        return not ast.parse(cell.source).body
    except NO_PYTHON:
        return True


def changes(submitted, lesson):
    """Returns {grade_id: what a student did to this cell of a lesson}: all of it is mended before grading.

    "edited", "solved" and "deleted": the source of a locked cell, "solved" where it is that of a hidden check;
    "deleted" also of an answer; "split or copied"; "metadata".
    """
    handed_in = {}
    for cell in submitted.cells:
        handed_in.setdefault(grade_id(cell), []).append(cell)
    touched = {}
    for cell in lesson.cells:
        name = grade_id(cell)
        found = handed_in.get(name, [])
        if name and not found:
            touched[name] = "deleted"
        elif name and is_check(cell) and tidy(found[-1].source) != tidy(cell.source):
            touched[name] = "solved" if shows_hidden(found[-1]) else "edited"
        elif name and len(found) > 1:
            touched[name] = "split or copied"
        elif name and described(found[0]) != described(cell):
            touched[name] = "metadata"
    return touched


def described(cell):
    """Returns what nbgrader knows of a cell, but for the checksum, which any change to its source changes."""
    return cell.cell_type, {key: value for key, value in info_of(cell).items() if key != "checksum"}
