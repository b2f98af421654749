"""A student's files: filled in once, handed in, and never lost."""
import shutil
import zipfile

import pytest
from harness import ROOT

from recsys_utils.grading.course import CourseError, find_lesson
from recsys_utils.grading.submit import collect, submit
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
    assert "ada: submitted" in submit(course, "01", "ada")
    first = handed_in.read_bytes()
    assert "nothing changed since" in submit(course, "01", "ada")
    mine = course / "work" / LESSON / f"{LESSON}.ipynb"
    mine.write_bytes(first + b"\n")
    assert "the earlier attempt is kept" in submit(course, "01", "ada")
    assert handed_in.read_bytes() == first + b"\n"
    assert (course / "submitted" / "ada" / f"{LESSON}.1" / f"{LESSON}.ipynb").read_bytes() == first
    mine.write_bytes(first + b"\n\n")
    assert f"{LESSON}.2" in submit(course, "01", "ada")


@pytest.mark.parametrize("student", ["../x", "", "zz_canary", "a b"])
def test_a_name_that_cannot_name_a_folder_is_refused(course, student):
    with pytest.raises(CourseError, match="cannot be a student's name"):
        submit(course, "01", student)


def test_a_notebook_that_cannot_be_read_is_not_handed_in(course):
    (course / "work" / LESSON / f"{LESSON}.ipynb").write_text('{"cells": [')
    with pytest.raises(CourseError):
        submit(course, "01", "ada")
    assert not (course / "submitted").exists()


MOODLE = [
    ("Jane Doe_1234567_assignsubmission_file_/01_movielens.ipynb", "Jane Doe_1234567"),
    ("Zoë O'Neil-Smith_22_assignsubmission_file/01_movielens (1).ipynb", "Zoë O'Neil-Smith"),
    ("李 明_333_assignsubmission_file_01_movielens.ipynb", "李 明"),
    ("Jane Doe_4444_assignsubmission_file_/my homework.ipynb", "Jane Doe_4444"),     # two of one name
]
CANVAS = [
    ("doejane_1234_56789_01_movielens.ipynb", "doejane_1234"),
    ("doejane_77_56790_01_movielens-1.ipynb", "doejane_77"),
    ("oneilzoe_LATE_22_99_01_movielens-2.ipynb", "oneilzoe_22"),
]


@pytest.mark.parametrize("names", [MOODLE, CANVAS], ids=["Moodle", "Canvas"])
def test_a_zip_of_moodle_or_canvas_is_taken_apart(course, names):
    shutil.copy(ROOT / "nbgrader_config.py", course)
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        for number, (name, _) in enumerate(names):
            archive.writestr(name, f"{number}")
        archive.writestr("a stray file.ipynb", "x")
        archive.writestr("Ada_5_assignsubmission_file_/homework.docx" if names is MOODLE else "ada_5_6_hw.docx", "x")
    said = collect(course, "01", course / "all.zip")
    assert "a stray file.ipynb" in said[-2] and ".docx" in said[-1] and said[-1].startswith("Not taken")
    assert any("but there is no 01_movielens.ipynb in it" in line for line in said) == (names is MOODLE)
    for number, (name, student) in enumerate(names):
        own = "my homework.ipynb" if "homework" in name else f"{LESSON}.ipynb"
        assert (course / "submitted" / student / LESSON / own).read_text() == f"{number}"
    assert len(list((course / "submitted").iterdir())) == len(names)
    assert all("nothing changed" in line for line in collect(course, "01", course / "all.zip")[:-2])


def test_a_zip_that_is_none_is_told(course):
    shutil.copy(ROOT / "nbgrader_config.py", course)
    with pytest.raises(CourseError, match="There is no file"):
        collect(course, "01", course / "no.zip")
    (course / "bad.zip").write_bytes(b"not a zip")
    with pytest.raises(CourseError, match="bad.zip could not be taken apart"):
        collect(course, "01", course / "bad.zip")
    with zipfile.ZipFile(course / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(CourseError, match="holds no notebook that names its student"):
        collect(course, "01", course / "empty.zip")


def test_moodle_numbers_a_person_anew_in_each_assignment(course):
    shutil.copy(ROOT / "nbgrader_config.py", course)
    for number in (17, 23):
        with zipfile.ZipFile(course / f"{number}.zip", "w") as archive:
            archive.writestr(f"Jane Doe_{number}_assignsubmission_file_/01_movielens.ipynb", f"{number}")
        collect(course, "01", course / f"{number}.zip")
    assert [path.name for path in (course / "submitted").iterdir()] == ["Jane Doe"]
