"""A student's files: filled in once, handed in, and never lost."""
import pytest
from harness import ROOT

from recsys_utils.grading.course import CourseError, find_lesson
from recsys_utils.grading.submit import submit
from recsys_utils.workspace import fill_workspace

LESSON = "01_movielens"


@pytest.fixture
def course(tmp_path):
    """Returns a course with one lesson that stands in work/."""
    folder = tmp_path / "lessons" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_bytes((ROOT / "lessons" / LESSON / f"{LESSON}.ipynb").read_bytes())
    (tmp_path / "solutions" / LESSON).mkdir(parents=True)
    (tmp_path / "solutions" / LESSON / f"{LESSON}.ipynb").write_bytes((folder / f"{LESSON}.ipynb").read_bytes())
    fill_workspace(tmp_path / "lessons", tmp_path / "work")
    return tmp_path


def test_a_students_own_file_is_never_written_over(course):
    mine = course / "work" / LESSON / f"{LESSON}.ipynb"
    mine.write_text("my answers")
    assert fill_workspace(course / "lessons", course / "work") == []
    assert mine.read_text() == "my answers"
    mine.unlink()
    assert fill_workspace(course / "lessons", course / "work") == [mine]


@pytest.mark.parametrize("text", ["1", "01", "01_movie", LESSON])
def test_a_lesson_is_found_by_its_number_or_its_name(course, text):
    assert find_lesson(course, text) == LESSON


@pytest.mark.parametrize("text, words", [("", "Name a lesson, for example L=01"), ("7", "'07' is not one lesson")])
def test_a_lesson_that_is_not_there_is_told_with_those_that_are(course, text, words):
    with pytest.raises(CourseError, match=words):
        submit(course, text, "ada")


def test_an_earlier_submission_is_kept(course):
    handed_in = course / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb"
    assert "Submitted" in submit(course, "01", "ada")[0]
    first = handed_in.read_bytes()
    assert "nothing changed since" in submit(course, "01", "ada")[0]
    mine = course / "work" / LESSON / f"{LESSON}.ipynb"
    mine.write_bytes(first + b"\n")
    assert "the earlier one is kept" in submit(course, "01", "ada")[0]
    assert handed_in.read_bytes() == first + b"\n"
    assert next((course / "submitted" / "ada" / ".replaced").iterdir()).read_bytes() == first


@pytest.mark.parametrize("student", ["../x", "", "zz_canary", "a b"])
def test_a_name_that_cannot_name_a_folder_is_refused(course, student):
    with pytest.raises(CourseError, match="cannot be a student's name"):
        submit(course, "01", student)


def test_a_notebook_that_cannot_be_read_is_not_handed_in(course):
    (course / "work" / LESSON / f"{LESSON}.ipynb").write_text('{"cells": [')
    with pytest.raises(CourseError):
        submit(course, "01", "ada")
    assert not (course / "submitted").exists()
