"""What kind of cell is this: a notebook's cells as nbgrader's metadata tells them apart, in one place."""

import re

HIDDEN = "### BEGIN HIDDEN TESTS"  # begins a hidden check in a solution


def grade_id(cell):
    """Returns the id by which nbgrader knows a cell, or None. Copes with metadata that a student broke."""
    info = cell.metadata.get("nbgrader")
    name = info.get("grade_id") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def info_of(cell):
    """Returns what nbgrader's metadata says of a cell of a lesson; an empty dict where it has none."""
    return cell.metadata.get("nbgrader", {})


def is_answer(cell):
    """Returns whether a student writes code in this cell."""
    return cell.cell_type == "code" and bool(info_of(cell).get("solution"))


def is_written(cell):
    """Returns whether a cell holds an answer that only a person can grade."""
    return bool(info_of(cell).get("grade") and info_of(cell).get("solution"))


def is_check(cell):
    """Returns whether a cell of a lesson is locked: its checks, and what else a student must not change."""
    return not info_of(cell).get("solution") and bool(info_of(cell).get("grade") or info_of(cell).get("locked"))


def is_code_check(cell):
    """Returns whether a cell runs a lesson's check."""
    return cell.cell_type == "code" and is_check(cell)


def shows_hidden(cell):
    """Returns whether a cell holds a hidden check: one of a solution, or handed in by somebody who has it."""
    return HIDDEN in cell.source


def is_hidden(cell):
    """Returns whether a cell of a solution holds a hidden check."""
    return is_code_check(cell) and shows_hidden(cell)


def is_training(cell):
    """Returns whether grading leaves this cell out."""
    return "training" in (cell.metadata.get("tags") or [])


def exercise_of(name, exercises):
    """Returns the exercise that a check belongs to: of "rank_of_ties", the exercise "rank_of".

    A check's id is its exercise's id, an underscore and a suffix; of several that fit, the longest.
    A name that fits none stands for itself.
    """
    return max((e for e in exercises if name == e or name.startswith(e + "_")), key=len, default=name)


def written_in(notebook):
    """Returns {grade_id: text} of the answers in a notebook that only a person can grade."""
    return {grade_id(cell): cell.source for cell in notebook.cells if grade_id(cell) and is_written(cell)}


def wrong_points(notebook):
    """Returns a sentence for each place where the text of a solution promises other points than its cells give."""
    cells = notebook.cells
    points = [info_of(cell).get("points", 0) for cell in cells]
    cards = [(place, found) for place, cell in enumerate(cells)
             if (found := re.search(r"^#+ .*· +(\d+) points", cell.source, re.MULTILINE))]
    ends = [place for place, _ in cards[1:]] + [len(cells)]
    told = [(found, sum(points[start:end])) for (start, found), end in zip(cards, ends, strict=True)]
    told += [(found, points[place + 1]) for place, cell in enumerate(cells)
             if (found := re.search(r"^\*\*Check \d, hidden\*\* \((\d+) points?\)", cell.source))]
    told += [(found, sum(points)) for found in re.finditer(r"\| \*\*Points\*\* \| (\d+):", cells[0].source)]
    return [f"{found[0]!r}: its cells give {given} points" for found, given in told if int(found[1]) != given]
