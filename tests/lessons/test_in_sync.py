"""lessons/ holds what solutions/ makes, byte for byte, and nothing that a student should not see."""

import shutil
from pathlib import Path

import nbformat
import pytest

from recsys_utils.grading.course import CourseError
from recsys_utils.grading.release import differences, files, generated_and_present, release

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "lessons").glob("*/*.ipynb"))


@pytest.fixture
def course(tmp_path):
    """Returns a copy of the course to spoil."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    for folder in ("lessons", "solutions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def first_lesson(course):
    return sorted((course / "lessons").glob("*/*.ipynb"))[0]


def replace_in(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_lessons_are_what_the_solutions_make():
    assert differences(*generated_and_present(ROOT)) == {}, "run: make lessons"


def test_a_word_changed_by_hand_is_caught(course):
    replace_in(first_lesson(course), "import torch", "import torch as t")
    assert list(differences(*generated_and_present(course)).values()) == ["changed"]


def test_a_second_release_changes_nothing(course):
    release(course)
    before = files(course / "lessons")
    assert release(course) == []
    assert files(course / "lessons") == before


def test_a_lesson_without_solution_goes_and_a_missing_one_comes(course):
    lesson = first_lesson(course)
    before = files(course / "lessons")
    shutil.copytree(lesson.parent, course / "lessons" / "99_gone")
    lesson.unlink()
    assert [line.split(": ")[1] for line in release(course)] == ["new", "removed, it has no solution"]
    assert files(course / "lessons") == before
    assert not (course / "lessons" / "99_gone").exists()


@pytest.mark.parametrize("old, new, said", [
    ("### END SOLUTION", "", "each ### BEGIN SOLUTION needs one ### END SOLUTION"),
    ('"schema_version": 3', '"schema_version": 4', "GenerateAssignment failed")])
def test_a_broken_solution_leaves_all_lessons_as_they_were(course, old, new, said):
    before = files(course / "lessons")
    solutions = sorted((course / "solutions").glob("*/*.ipynb"))
    for path in solutions:
        replace_in(path, "import torch", "import torch as t")
    replace_in(solutions[-1], old, new)  # the others could be released
    with pytest.raises(CourseError, match=said):
        release(course)
    assert files(course / "lessons") == before


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_holds_no_answer_no_hidden_test_and_no_output(path):
    text = path.read_text(encoding="utf-8")
    for marker in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS"):
        assert marker not in text
    for cell in nbformat.reads(text, as_version=4).cells:
        assert not cell.get("outputs") and not cell.get("execution_count")
