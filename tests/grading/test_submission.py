"""What students do to a notebook by accident or on purpose, and what grading makes of it."""

import copy
import json

import pytest
from harness import ROOT, checks_in, exercises_of, notebook_path
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from recsys_utils.grading.attempts import find_attempts, unreadable
from recsys_utils.grading.cells import grade_id, is_hidden, is_written
from recsys_utils.grading.course import lesson_names, notebooks, read_notebook
from recsys_utils.grading.submission import changes, mended, plain_cell, read_submission, why_unreadable

LESSON, WITH_QUESTION = "01_movielens", "02_metrics"
CHECKS = [grade_id(cell) for cell in checks_in(LESSON)]


def released(name=LESSON):
    return read_notebook(notebook_path(name, "lessons"))


def submitted(name=LESSON):
    return read_submission(notebook_path(name, "lessons"))


def mend(notebook, name=LESSON):
    notebook.cells = [plain_cell(cell, place) for place, cell in enumerate(notebook.cells)]
    return mended(notebook, released(name), read_notebook(notebook_path(name)))


def ids(notebook):
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def test_an_untouched_lesson_stays_as_it_is_but_for_the_checks():
    made, solution = mend(submitted()), read_notebook(notebook_path(LESSON))
    checks = {grade_id(cell): cell.source for cell in solution.cells if grade_id(cell) in CHECKS}
    for cell, before in zip(made.cells, released().cells, strict=True):
        assert cell.source == checks.get(grade_id(before), before.source)
        assert grade_id(cell) == grade_id(before)


def test_of_a_split_cell_the_last_part_keeps_the_name():
    notebook, name = submitted(), exercises_of(LESSON)[0]
    before, index = ids(notebook), ids(notebook).index(name)
    place = [grade_id(cell) for cell in notebook.cells].index(name)
    notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))
    made = mend(notebook)
    assert ids(made) == before and ids(made)[index] == name
    assert "nbgrader" not in made.cells[place].metadata and grade_id(made.cells[place + 1]) == name


@pytest.mark.parametrize("junk", ["gone", {}, {"grade_id": ["a"]}, {"grade_id": "another course's"}, None])
def test_without_its_metadata_a_notebook_gets_all_checks_at_its_end(junk):
    notebook = submitted()
    for cell in notebook.cells:
        if grade_id(cell):
            cell.metadata["nbgrader"] = junk
    assert ids(mend(notebook)) == CHECKS


@pytest.mark.parametrize("tag", ["training", "skip-execution"])
def test_a_tag_cannot_keep_a_check_or_an_answer_from_running(tag):
    notebook = submitted()
    for cell in notebook.cells:
        cell.metadata["tags"] = [tag]
    assert not any("tags" in cell.metadata for cell in mend(notebook).cells if grade_id(cell))


def test_points_roles_and_kinds_cannot_be_changed():
    notebook = submitted()
    for cell in notebook.cells:
        if grade_id(cell):
            cell.metadata.nbgrader.update(points=200, solution=True, locked=False)
            cell.cell_type = "markdown"
    made, right = mend(notebook), mend(submitted())
    assert [(c.cell_type, c.metadata, c.source) for c in made.cells] == [
        (c.cell_type, c.metadata, c.source) for c in right.cells]


def test_touched_checks_are_named():
    notebook = submitted()
    cells = {grade_id(cell): cell for cell in notebook.cells}
    cells[CHECKS[0]].source = "pass"
    notebook.cells.remove(cells[CHECKS[1]])
    cells[exercises_of(LESSON)[0]].source = "def contiguous_ids(ids): ..."
    assert changes(notebook, released()) == {CHECKS[0]: "edited", CHECKS[1]: "deleted"}


def test_what_is_mended_is_named():
    notebook = submitted()
    cells = {grade_id(cell): cell for cell in notebook.cells}
    first, second, *_ = exercises_of(LESSON)
    notebook.cells.insert(0, copy.deepcopy(cells[first]))
    notebook.cells.remove(cells[second])
    cells[CHECKS[0]].metadata.nbgrader.points = 100
    assert changes(notebook, released()) == {first: "split or copied", second: "deleted", CHECKS[0]: "metadata"}
    assert changes(released(), released()) == {}


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
@pytest.mark.parametrize("after", ["", "\n", "\n\n  \n"])
def test_an_editors_line_ends_are_no_edit(ending, after):
    notebook = released()
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", ending) + after
    notebook.cells = [plain_cell(cell, place) for place, cell in enumerate(notebook.cells)]
    assert changes(notebook, released()) == {}
    assert [cell.source for cell in mend(notebook).cells] == [cell.source for cell in mend(submitted()).cells]


QUESTION = next(grade_id(cell) for cell in released(WITH_QUESTION).cells if is_written(cell))


def with_answer(place, *cells, gone=False):
    """Returns the answer that grading finds where cells are put so far behind the question, which may be gone."""
    notebook = submitted(WITH_QUESTION)
    at = [grade_id(cell) for cell in notebook.cells].index(QUESTION)
    notebook.cells[at + place : at + place] = cells
    if gone:
        notebook.cells = [cell for cell in notebook.cells if grade_id(cell) != QUESTION]
    return next(cell.source for cell in mend(notebook, WITH_QUESTION).cells if grade_id(cell) == QUESTION)


STUB = next(cell.source for cell in released(WITH_QUESTION).cells if grade_id(cell) == QUESTION)


@pytest.mark.parametrize("place, cells, gone, answer", [
    (1, [new_markdown_cell("Popularity.")], True, "Popularity."),
    (-30, [new_markdown_cell("Popularity.")], True, "Popularity."),
    (1, [new_markdown_cell("Popularity.")], False, "Popularity."),
    (0, [new_markdown_cell("Popularity.")], False, "Popularity."),
    (1, [new_raw_cell("One."), new_markdown_cell("Two.")], False, "One.\n\nTwo."),
    (1, [new_code_cell("It is popularity, of course.")], False, "It is popularity, of course."),
    (1, [new_code_cell("# it is popularity")], False, "# it is popularity"),
    (1, [new_code_cell("x = 1")], False, STUB),
    (-30, [new_markdown_cell("A note to myself.")], False, STUB),
    (1, [new_markdown_cell("  ")], False, STUB),
    (1, [], True, STUB),
])
def test_an_answer_beside_its_cell_is_seen(place, cells, gone, answer):
    assert with_answer(place, *cells, gone=gone) == answer


def test_an_answer_in_its_cell_stays_and_notes_beside_it_do_not_get_into_it():
    notebook = submitted(WITH_QUESTION)
    next(cell for cell in notebook.cells if grade_id(cell) == QUESTION).source = "My answer."
    notebook.cells.append(new_markdown_cell("A note."))
    assert next(c.source for c in mend(notebook, WITH_QUESTION).cells if grade_id(c) == QUESTION) == "My answer."


def test_of_two_cells_of_one_name_a_stub_that_was_kept_does_not_count():
    notebook, name = submitted(), exercises_of(LESSON)[0]
    place = [grade_id(cell) for cell in notebook.cells].index(name)
    notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))
    notebook.cells[place].source = "answer = 1"
    made = mend(notebook)
    assert [cell.source for cell in made.cells if grade_id(cell) == name] == ["answer = 1"]
    assert len(made.cells) == len(submitted().cells)


def test_who_hands_in_a_hidden_check_has_the_solved_notebook():
    solved = read_submission(notebook_path(LESSON))
    hidden = {grade_id(cell) for cell in solved.cells if is_hidden(cell)}
    assert hidden and {name for name, change in changes(solved, released()).items() if change == "solved"} == hidden


def test_a_pasted_picture_stays():
    notebook = submitted(WITH_QUESTION)
    cell = next(cell for cell in notebook.cells if grade_id(cell) == QUESTION)
    cell.attachments, cell.source = {"a.png": {"image/png": "AAAA"}}, "![](attachment:a.png)"
    notebook.cells.append(new_markdown_cell("![](attachment:b.png)", attachments={"b.png": {"image/png": "BBBB"}}))
    found = [cell.attachments for cell in mend(notebook, WITH_QUESTION).cells if "attachments" in cell]
    assert found == [{"a.png": {"image/png": "AAAA"}}, {"b.png": {"image/png": "BBBB"}}]


PAIRS = [(name, path.stem, other) for name, other in zip(lesson_names(ROOT), lesson_names(ROOT)[1:], strict=False)
         for path in notebooks(ROOT / "lessons" / name)[:1]]


@pytest.mark.parametrize("lesson, notebook, other", PAIRS)
@pytest.mark.parametrize("bare", [False, True], ids=["as it is", "without metadata"])
def test_another_lessons_notebook_under_this_ones_name_is_told(lesson, notebook, other, bare, tmp_path):
    content = notebooks(ROOT / "lessons" / other)[0].read_text(encoding="utf-8")
    (tmp_path / f"{notebook}.ipynb").write_text(content.replace('"nbgrader"', '"x"') if bare else content)
    assert "is not this lesson's: it holds the cells of" in why_unreadable(ROOT, lesson, tmp_path)
    (tmp_path / f"{notebook}.ipynb").write_bytes(notebook_path(notebook).read_bytes())
    assert why_unreadable(ROOT, lesson, tmp_path) == ""


def test_a_folder_without_a_notebook_of_the_lesson_is_told(tmp_path):
    assert why_unreadable(ROOT, LESSON, tmp_path) == f"no {LESSON}.ipynb in it"
    (tmp_path / f"{LESSON}.ipynb").write_bytes(b"{not a notebook")
    assert "is not a notebook" in why_unreadable(ROOT, LESSON, tmp_path)
    (tmp_path / f"{LESSON}.ipynb").unlink()
    (tmp_path / f"{LESSON}.ipynb").symlink_to(notebook_path(LESSON))
    assert "is a link" in why_unreadable(ROOT, LESSON, tmp_path)


NO_NOTEBOOK = {  # name: (bytes, what is said of them)
    "empty": (b" \n", "it is empty"), "a zip": (b"PK\x03\x04", "it is a zip or an office document"),
    "a PDF": (b"%PDF-1.7", "it is a PDF"), "a page": (b"\n<!DOCTYPE html>", "it is a web page"),
    "Python": (b"import torch\n", "it is plain text, perhaps Python"),
    "cut in a text": (b'{"cells": [{"source": "imp', "it breaks off at its end"),
    "cut behind a comma": (b'{"cells": [],\n', "it breaks off at its end"),
    "a conflict": (b'{"cells": [],\n<<<<<<< HEAD\n}', "it is damaged in line 2"),
    "another's": (b'{"worksheets": []}', "it has no cells as Jupyter writes them ('cells')"),
    "bytes": (b'{"\xff": 1}', "it has no cells as Jupyter writes them"),
}


@pytest.mark.parametrize("content, said", NO_NOTEBOOK.values(), ids=NO_NOTEBOOK)
def test_what_is_no_notebook_is_told_in_words(tmp_path, content, said):
    path = tmp_path / f"{LESSON}.ipynb"
    path.write_bytes(content)
    assert why_unreadable(ROOT, LESSON, tmp_path).startswith(f"{LESSON}.ipynb is not a notebook: {said}")


def notebook_of(tmp_path, *cells):
    path = tmp_path / f"{LESSON}.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_outputs_without_sense_are_not_looked_at(tmp_path):
    cell = {"cell_type": "code", "source": "x", "metadata": {}, "outputs": [{}] * 300_000}  # nbformat takes minutes
    read, = read_submission(notebook_of(tmp_path, cell)).cells
    assert (read.source, read.outputs) == ("x", [])


@pytest.mark.parametrize("cells, said", [
    ([{"cell_type": "code", "source": ""}] * 1001, "it has 1,001 cells; 1,000 are read"),
    ([{"cell_type": "markdown", "source": ["x" * 10**6] * 3}], "its cells hold more than 2,000,000 characters")])
def test_a_notebook_larger_than_any_lesson_is_told(tmp_path, cells, said):
    notebook_of(tmp_path, *cells)
    assert why_unreadable(ROOT, LESSON, tmp_path) == said


ODD = [None, 2, 2.5, "x", [], ["a", 1], {}, {"a": {}}, True, [[]], "\ud800"]


@pytest.mark.parametrize("minor", [0, 4, 5, "4", None])
@pytest.mark.parametrize("key", ["cell_type", "source", "metadata", "outputs", "attachments", "id", "nbgrader", "tags"])
def test_a_notebook_with_odd_cells_costs_at_most_itself(tmp_path, key, minor):
    path = tmp_path / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    for folder in ("solutions", "lessons", "nbgrader_config.py"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for value in ODD:
        content = json.loads((ROOT / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
        part = content["cells"][3]["metadata"] if key in ("nbgrader", "tags") else content["cells"][3]
        part[key], content["nbformat_minor"] = value, minor
        path.write_text(json.dumps(content))
        attempt, = find_attempts(tmp_path)
        if not unreadable(tmp_path, attempt):
            mend(read_submission(path), LESSON)
