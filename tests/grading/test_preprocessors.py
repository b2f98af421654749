"""What students do to a notebook by accident or on purpose, and what grading makes of it."""

import copy

import pytest
from harness import ROOT, checks_in, exercises_of
from nbformat.v4 import new_markdown_cell, new_output

from recsys_utils.grading.course import changes, grade_id, read_notebook
from recsys_utils.grading.preprocessors import Harmless, HideHiddenTests, OfflineFormulas, RestoreCells

LESSON = "01_movielens"
RESOURCES = {"nbgrader": {"assignment": LESSON, "notebook": LESSON}}
CHECKS = [grade_id(cell) for cell in checks_in(LESSON)]


@pytest.fixture
def submitted(monkeypatch):
    """Returns a lesson to spoil."""
    monkeypatch.chdir(ROOT)  # where nbgrader works
    return read_notebook(ROOT / "lessons" / LESSON / f"{LESSON}.ipynb")


def restored(notebook):
    return RestoreCells().preprocess(notebook, RESOURCES)[0]


def ids(notebook):
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def test_an_untouched_lesson_stays_as_it_is(submitted):
    assert restored(copy.deepcopy(submitted)) == submitted


def test_of_a_split_cell_the_last_part_keeps_the_name(submitted):
    before, name = ids(submitted), exercises_of(LESSON)[0]
    index = [grade_id(cell) for cell in submitted.cells].index(name)
    submitted.cells.insert(index, copy.deepcopy(submitted.cells[index]))
    assert ids(restored(submitted)) == before
    assert "nbgrader" not in submitted.cells[index].metadata
    assert grade_id(submitted.cells[index + 1]) == name


@pytest.mark.parametrize("junk", ["gone", {}, {"grade_id": ["a"]}, {"grade_id": "another course's"}, None])
def test_without_its_metadata_a_notebook_gets_all_checks_at_its_end(submitted, junk):
    for cell in submitted.cells:
        if grade_id(cell):
            cell.metadata["nbgrader"] = junk
    assert ids(restored(submitted)) == CHECKS
    assert [grade_id(cell) for cell in submitted.cells[-len(CHECKS) :]] == CHECKS


@pytest.mark.parametrize("tag", ["training", "skip-execution"])
def test_a_tag_cannot_keep_a_check_from_running(submitted, tag):
    for cell in submitted.cells:
        cell.metadata["tags"] = [tag]
    assert not any("tags" in cell.metadata for cell in restored(submitted).cells if grade_id(cell) in CHECKS)


def test_points_and_roles_cannot_be_changed(submitted):
    released = copy.deepcopy(submitted)
    for cell in submitted.cells:
        if grade_id(cell):
            cell.metadata.nbgrader.update(points=200, solution=True, locked=False)
    assert restored(submitted) == released


def test_touched_checks_are_named(submitted):
    lesson = copy.deepcopy(submitted)
    cells = {grade_id(cell): cell for cell in submitted.cells}
    cells[CHECKS[0]].source = "pass"
    submitted.cells.remove(cells[CHECKS[1]])
    cells[exercises_of(LESSON)[0]].source = "def contiguous_ids(ids): ..."
    assert changes(submitted, lesson) == {CHECKS[0]: "edited", CHECKS[1]: "deleted"}


def test_what_is_mended_is_named(submitted):
    lesson, cells = copy.deepcopy(submitted), {grade_id(cell): cell for cell in submitted.cells}
    first, second, *_ = exercises_of(LESSON)
    submitted.cells.insert(0, copy.deepcopy(cells[first]))
    submitted.cells.remove(cells[second])
    cells[CHECKS[0]].metadata.nbgrader.points = 100
    assert changes(submitted, lesson) == {first: "split or copied", second: "deleted", CHECKS[0]: "metadata"}
    assert changes(lesson, lesson) == {}


def test_feedback_shows_the_message_of_a_hidden_test_and_not_its_lines():
    cell = copy.deepcopy(next(cell for cell in checks_in(LESSON) if "BEGIN HIDDEN" in cell.source))
    secret = cell.source.splitlines()[2]
    cell.outputs = [new_output("error", ename="CheckFailed", evalue="too high", traceback=[f"---> 3 {secret}"])]
    shown, _ = HideHiddenTests().preprocess_cell(cell, {}, 0)
    assert secret not in str(shown)
    assert shown.outputs[0].traceback == ["CheckFailed: too high"]


def test_the_lessons_text_stays_and_a_students_script_goes(submitted):
    before = [cell.source for cell in submitted.cells]
    submitted.cells.append(new_markdown_cell("my **notes** <script>alert(1)</script><b onclick='x()'>here</b>"))
    cells = Harmless().preprocess(submitted, RESOURCES)[0].cells
    assert [cell.source for cell in cells[:-1]] == before
    assert cells[-1].source == "my **notes** <b>here</b>"


@pytest.mark.parametrize("text, found", [
    ("$i >_u j$", "&#x0003E;"), ("$i &gt; j$", "&#x0003E;"), ("$$\nx^2\n$$", "<msup>"), ("costs $5 or $6", None),
    ("`$x$`", None), ("```\n$x$\n```", None), (r"\$x$ or 5$", None),
])
def test_formulas_become_mathml_and_other_signs_of_the_dollar_stay(text, found):
    made = OfflineFormulas().preprocess_cell(new_markdown_cell(text), {}, 0)[0].source
    assert made == text if found is None else found in made and made.startswith("<math") and "amp;" not in made
