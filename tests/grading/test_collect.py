"""A student's files: filled in once, handed in, collected from any zip, never lost, never taken for somebody else's."""
import contextlib
import errno
import io
import json
import os
import shutil
import stat
import struct
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import pytest

from recsys_utils.grading.collect import MOST, collect, hand_in, submit
from recsys_utils.grading.course import CourseError, find_lesson
from recsys_utils.grading.names import check_name, same
from recsys_utils.workspace import fill_workspace

ROOT = Path(__file__).parents[2]
LESSON, NOTEBOOK = "01_movielens", "01_movielens.ipynb"
FILE = "_assignsubmission_file_"
ZOE, ZOE_APART = "Zoë Ash", unicodedata.normalize("NFD", "Zoë Ash")
EARLY, LATE = (2024, 5, 1, 9, 0, 0), (2024, 5, 2, 9, 0, 0)


@pytest.fixture
def course(tmp_path):
    """Returns a course with three lessons, of which one has two notebooks; the first stands in work/."""
    for name in (LESSON, "02_metrics/02_metrics", "04_als/04a_explicit", "04_als/04b_implicit"):
        folder, notebook = name.split("/") if "/" in name else (name, name)
        for step in ("lessons", "solutions"):
            (tmp_path / step / folder).mkdir(parents=True, exist_ok=True)
            content = (ROOT / "lessons" / LESSON / NOTEBOOK).read_bytes()
            (tmp_path / step / folder / f"{notebook}.ipynb").write_bytes(content)
    fill_workspace(tmp_path / "lessons", tmp_path / "work")
    return tmp_path


def zip_of(*entries, deflate=True):
    """Returns a zip's bytes of (name or ZipInfo, content) and (name, content, time)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED) as zipped:
        for name, content, *time in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, *time)
            info.compress_type = zipped.compression
            zipped.writestr(info, content)
    return made.getvalue()


def collected(course, *entries, lesson="01", data=None):
    """Collects a zip and returns the sentences."""
    (course / "all.zip").write_bytes(zip_of(*entries) if data is None else data)
    return collect(course, lesson, course / "all.zip")


def handed_in(course):
    """Returns {STUDENT/ATTEMPT/NOTEBOOK: text} of submitted/, and asserts that nothing stands anywhere else."""
    allowed = {"lessons", "solutions", "work", "submitted", "all.zip"}
    assert {path.name for path in course.iterdir()} <= allowed
    files = [path for path in (course / "submitted").rglob("*") if path.is_file() and path.name != ".people.json"]
    return {path.relative_to(course / "submitted").as_posix(): path.read_text() for path in files}


def test_a_students_own_file_is_never_written_over(course):
    mine = course / "work" / LESSON / NOTEBOOK
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
    newest = course / "submitted" / "ada" / LESSON / NOTEBOOK
    assert "ada: submitted" in submit(course, "01", "ada")
    first = newest.read_bytes()
    assert "nothing changed since" in submit(course, "01", "ada")
    mine = course / "work" / LESSON / NOTEBOOK
    mine.write_bytes(first + b"\n")
    assert "the earlier attempt is kept" in submit(course, "01", "ada")
    assert newest.read_bytes() == first + b"\n"
    assert (course / "submitted" / "ada" / f"{LESSON}.1" / NOTEBOOK).read_bytes() == first
    mine.write_bytes(first + b"\n\n")
    (course / "submitted" / "ada" / f"{LESSON}.1").rename(course / "submitted" / "ada" / f"{LESSON}.7")
    assert f"{LESSON}.8" in submit(course, "01", "ada")


def test_a_notebook_that_cannot_be_read_is_not_handed_in(course):
    (course / "work" / LESSON / NOTEBOOK).write_text('{"cells": [')
    with pytest.raises(CourseError):
        submit(course, "01", "ada")
    assert not (course / "submitted").exists()


GOOD_NAMES = {  # as it comes, as its folder is called
    "one form": (ZOE_APART, ZOE),
    "spaces": (" Ada \u00a0 Lovelace ", "Ada Lovelace"),
    "zero-width joiner": ("A\u200dda", "Ada"),
    "soft hyphen, order mark, right to left": ("\ufeffA\u00add\u202ea\u200f", "Ada"),
    "Persian, where a joiner is spelling": ("علی\u200cرضا", "علی\u200cرضا"),
    "Sinhala, where a joiner is spelling": ("ශ්\u200dරී", "ශ්\u200dරී"),
    "Arabic": ("ليلى حسن", "ليلى حسن"),
    "Chinese": ("李 明", "李 明"),
    "square brackets": ("Ada [Group 2]", "Ada (Group 2)"),
    "round brackets": ("Ada (Augusta) King", "Ada (Augusta) King"),
    "apostrophe": ("Zoe O'Neil", "Zoe O'Neil"),
    "dots": ("J. R. Ash Jr.", "J. R. Ash Jr."),
    "emoji": ("Ada 🎉", "Ada 🎉"),
    "login": ("ada+x@uni.edu", "ada+x@uni.edu"),
    "exclamation mark, braces": ("Ada!{x}", "Ada!{x}"),
}
BAD_NAMES = {  # name: what is told
    "../x": "holds '/'", "": "empty", "\u200b \u200b": "empty", "zz_canary": "solution's", "ZZ_Canary": "solution's",
    "a\\b": "holds", ".ada": "dot", "..": "dot", "a\nb": "holds", "a\tb": "holds", "a\x1b[2Jb": "holds",
    "a\x85b": "holds", "a\u2028b": "holds", "\ud800": "holds", "a" * 201: "longer", "é" * 101: "longer",
    "<b>": "holds '<'", "a?": "holds",
}


@pytest.mark.parametrize("given, name", GOOD_NAMES.values(), ids=GOOD_NAMES)
def test_a_name_is_taken_in_its_one_form(course, given, name):
    assert check_name(given) == check_name(name) == name
    assert same(given) == same(name) == same(name.upper())
    submit(course, "01", given)
    collected(course, (f"{given}_17{FILE}/{NOTEBOOK}", "x"))
    assert handed_in(course).keys() == {f"{name}/{LESSON}/{NOTEBOOK}", f"{name}/{LESSON}.1/{NOTEBOOK}"}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_name_a_folder_is_refused(course, name):
    with pytest.raises(CourseError, match=rf"cannot be a student's name: .*{BAD_NAMES[name]}"):
        submit(course, "01", name)
    with pytest.raises(CourseError, match="cannot be a student's name"):
        hand_in(course, name, LESSON, {NOTEBOOK: b"x"})
    assert not (course / "submitted").exists()


@pytest.mark.parametrize("folder, name", [(ZOE_APART, ZOE), (ZOE.lower(), ZOE), (ZOE_APART.upper(), ZOE),
                                          ("Ada [2]", "Ada (2)"), ("A\u200bda ", "Ada")])
def test_a_folder_that_is_there_is_found_in_whatever_form(course, folder, name):
    (course / "submitted" / folder).mkdir(parents=True)
    submit(course, "01", name)
    collected(course, (f"{name}_1{FILE}/{NOTEBOOK}", "new"))
    assert [path.name for path in (course / "submitted").glob("[!.]*")] == [folder]


WHOSE = {  # path in the zip: (student, notebook)
    f"Jane Doe_1234567{FILE}/{NOTEBOOK}": ("Jane Doe", NOTEBOOK),
    "Zoë O'Neil-Smith_22_assignsubmission_file/01_movielens (1).ipynb": ("Zoë O'Neil-Smith", NOTEBOOK),
    "李 明_333_assignsubmission_file_01_movielens.ipynb": ("李 明", NOTEBOOK),
    f"A_2{FILE}/B_3{FILE}/{NOTEBOOK}": ("A", NOTEBOOK),
    f"A_2{FILE}/b_3_4_{NOTEBOOK}": ("A", f"b_3_4_{NOTEBOOK}"),
    f"A_2{FILE}/sub/folder/{NOTEBOOK}": ("A", NOTEBOOK),
    f"all of them/A_2{FILE}/{NOTEBOOK}": ("A", NOTEBOOK),
    f"./A_2{FILE}//{NOTEBOOK}": ("A", NOTEBOOK),
    f"A_B_2{FILE}/{NOTEBOOK}": ("A_B", NOTEBOOK),
    "doejane_1234_56789_01_movielens.ipynb": ("doejane_1234", NOTEBOOK),
    "doejane_LATE_1234_56789_01_movielens-1.ipynb": ("doejane_1234", NOTEBOOK),
    "all/doejane_1234_56789_01_movielens-2.ipynb": ("doejane_1234", NOTEBOOK),
    f"A_2{FILE}my_01_02_movielens.ipynb": ("A", "my_01_02_movielens.ipynb"),
    "eve_5_6_doejane_1234_56789_01_movielens.ipynb": ("eve_5", "doejane_1234_56789_01_movielens.ipynb"),
    f"eve_5_6_assignsubmission_file_{NOTEBOOK}": ("eve_5", NOTEBOOK),
}


@pytest.mark.parametrize("path", WHOSE)
def test_the_first_part_of_a_path_says_whose_it_is(course, path):
    said = collected(course, (path, "x"))
    student, notebook = WHOSE[path]
    assert handed_in(course) == {f"{student}/{LESSON}/{notebook}": "x"}
    assert ("kept, but not graded" in said[0]) == ("no 01_movielens.ipynb in it" in said[0]) == (notebook != NOTEBOOK)
    assert "nothing changed" in collected(course, (path, "x"))[0]


@pytest.mark.parametrize("path", [
    "Ada Lovelace_assignsubmission_file__7_assignsubmission_file_/01_movielens.ipynb",
    "Ada Lovelace_5_assignsubmission_file__7_assignsubmission_file_01_movielens.ipynb",
    "Ada Lovelace_7654321_1_x_7_assignsubmission_file_/01_movielens.ipynb",
    "A_2_assignsubmission_file_B_3_assignsubmission_file_01_movielens.ipynb",
    "eve_5_6_B_3_assignsubmission_file_01_movielens.ipynb",
    "eve_5_6_Ada Lovelace_assignsubmission_file_01_movielens.ipynb"])
def test_who_calls_herself_as_a_program_names_somebody_is_nobody(course, path):
    said = collected(course, (path, "x"), (f"Bo_2{FILE}/{NOTEBOOK}", "y"))
    assert said[1:] == [f"Not taken, its path names two students: {path}"]
    assert handed_in(course) == {f"Bo/{LESSON}/{NOTEBOOK}": "y"}


def test_two_canvas_names_in_one_path_are_nobodys(course):
    with pytest.raises(CourseError, match="names two students: eve_5_6_x/doe_1_2_01_movielens.ipynb"):
        collected(course, ("eve_5_6_x/doe_1_2_01_movielens.ipynb", "x"))


COPIES = ["01_movielens(1)", "01_movielens (12)", "01_movielens-3", "01_movielens_2", "01_movielens copy",
          "01_movielens copy 2", "01_movielens - Copy (2)", "01_movielens-Copy1", "Copy of 01_movielens",
          "01_MovieLens", "01_movielens.ipynb", "Kopie von 01_movielens", "01_movielens – Kopie",
          "Copia de 01_movielens", "01_movielens - Copie (2)", "Копия 01_movielens"]


@pytest.mark.parametrize("stem", COPIES)
def test_a_file_that_a_program_renamed_is_the_lessons(course, stem):
    assert collected(course, (f"Ada_1{FILE}/{stem}.IPYNB", "x"))
    assert handed_in(course) == {f"Ada/{LESSON}/{NOTEBOOK}": "x"}


@pytest.mark.parametrize("stem", ["my homework", "01_movielens_notes", "01", "movielens", "01_movielens-v2", "x" * 150])
def test_a_file_that_fits_no_lesson_keeps_its_name_and_is_told(course, stem):
    said = collected(course, (f"Ada_1{FILE}/{stem}.ipynb", "x"), (f"Bo_2{FILE}/{NOTEBOOK}", "y"))
    assert "but there is no 01_movielens.ipynb in it; kept, but not graded: " in said[0] and stem[:60] in said[0]
    assert handed_in(course) == {f"Ada/{LESSON}/{stem}.ipynb": "x", f"Bo/{LESSON}/{NOTEBOOK}": "y"}


@pytest.mark.parametrize("file, lesson", [("02_metrics.ipynb", "02_metrics"), ("04b_implicit (1).ipynb", "04_als"),
                                          ("Copy of 02_metrics.ipynb", "02_metrics")])
def test_another_lessons_notebook_is_told(course, file, lesson):
    said = collected(course, (f"Ada_1{FILE}/{file}", "x"), (f"Bo_2{FILE}/{NOTEBOOK}", "y"))
    assert said[1:] == [f"Not taken, it is a notebook of {lesson}: Ada_1{FILE}/{file}"]
    assert handed_in(course) == {f"Bo/{LESSON}/{NOTEBOOK}": "y"}


def test_two_notebooks_of_a_lesson_are_one_attempt(course):
    files = [(f"Ada_1{FILE}/04a_explicit.ipynb", "a", EARLY), (f"Ada_1{FILE}/04b_implicit.ipynb", "b", EARLY),
             (f"Ada_1{FILE}/04a_explicit (1).ipynb", "a new", LATE)]
    collected(course, *files, lesson="04")
    collected(course, *files, lesson="04")
    assert handed_in(course) == {"Ada/04_als.1/04a_explicit.ipynb": "a", "Ada/04_als.1/04b_implicit.ipynb": "b",
                                 "Ada/04_als/04a_explicit.ipynb": "a new", "Ada/04_als/04b_implicit.ipynb": "b"}


VERSIONS = {  # (file, content, time)..., what is handed in from the oldest to the newest
    "the copy is newer": ([("01_movielens.ipynb", "old", EARLY), ("01_movielens (1).ipynb", "new", LATE)], "old new"),
    "the copy is older": ([("01_movielens.ipynb", "new", LATE), ("01_movielens (1).ipynb", "old", EARLY)], "old new"),
    "one time, so the number": ([("01_movielens (10).ipynb", "c", EARLY), ("01_movielens (9).ipynb", "b", EARLY),
                                 ("01_movielens.ipynb", "a", EARLY)], "a b c"),
    "a copy's copy": ([("01_movielens copy 2.ipynb", "c", EARLY), ("01_movielens copy.ipynb", "b", EARLY),
                       ("01_movielens.ipynb", "a", EARLY)], "a b c"),
    "a twin": ([("01_movielens.ipynb", "a", EARLY), ("01_movielens.ipynb", "b", EARLY)], "a b"),
    "a twin of the same": ([("01_movielens.ipynb", "a", EARLY), ("01_movielens.ipynb", "a", EARLY)], "a"),
    "the same thrice": ([("01_movielens.ipynb", "a", EARLY), ("01_movielens (1).ipynb", "a", EARLY),
                         ("01_movielens (2).ipynb", "a", LATE)], "a"),
    "back to the first": ([("01_movielens.ipynb", "a", EARLY), ("01_movielens (1).ipynb", "b", EARLY),
                           ("01_movielens (2).ipynb", "a", LATE)], "b a"),
    "in a subfolder": ([("01_movielens.ipynb", "new", LATE), ("old/01_movielens.ipynb", "old", EARLY)], "old new"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("prefix, folder, student", [
    (f"Ada_1{FILE}/", f"Ada_1{FILE}/", "Ada"), (f"Ada_1{FILE}", f"Ada_1{FILE}/", "Ada"),
    ("ada_1_2_", "ada_1_2_x/", "ada_1")])
@pytest.mark.parametrize("files, order", VERSIONS.values(), ids=VERSIONS)
def test_each_version_of_a_student_is_an_attempt(course, files, order, prefix, folder, student):
    files = [((folder if "/" in file else prefix) + file, *rest) for file, *rest in files]
    *earlier, newest = order.split()
    for _ in range(2):  # the second time nothing changes
        said = collected(course, *files, (f"Bo_2{FILE}/{NOTEBOOK}", "other"))
        attempts = {f"{student}/{LESSON}.{place + 1}/{NOTEBOOK}": text for place, text in enumerate(earlier)}
        assert handed_in(course) == {**attempts, f"{student}/{LESSON}/{NOTEBOOK}": newest,
                                     f"Bo/{LESSON}/{NOTEBOOK}": "other"}
        assert (f"the zip holds {len(earlier) + 1} attempts" in " ".join(said)) == bool(earlier)
        assert ("the same as another" in " ".join(said)) == (len(files) > len(earlier) + 1)


def test_one_canvas_file_twice_stops_nobody(course):
    twice = [("ada_1_7_01_movielens.ipynb", "b"), ("ada_1_6_01_movielens.ipynb", "a")]
    collected(course, *twice, ("bo_2_8_01_movielens.ipynb", "c"))
    assert handed_in(course) == {f"ada_1/{LESSON}.1/{NOTEBOOK}": "a", f"ada_1/{LESSON}/{NOTEBOOK}": "b",
                                 f"bo_2/{LESSON}/{NOTEBOOK}": "c"}


def test_only_the_newest_of_very_many_is_read(course):
    files = [(f"Ada_1{FILE}/{NOTEBOOK[:-6]} ({number}).ipynb", f"{number}") for number in range(1, 100)]
    said = collected(course, *files, *((f"Ada_1{FILE}/venv/{number}.py", "x") for number in range(5000)))
    assert len(handed_in(course)) == MOST and handed_in(course)[f"Ada/{LESSON}/{NOTEBOOK}"] == "99"
    assert len(said) == 3 and "and 81 more" in " ".join(said) and "and 4990 more" in " ".join(said)


# one entry that is bad, among two that are good


def special(kind):
    info = zipfile.ZipInfo(f"Eve_9{FILE}/{NOTEBOOK}")
    info.create_system, info.external_attr = 3, (kind | 0o644) << 16
    return info


def patched(data, name, local, central, value):
    """Returns a zip in which bytes of an entry's local and central header are replaced."""
    data, name = bytearray(data), name.encode()
    first, last = data.find(name), data.rfind(name)
    for start, offset in ((first - 30, local), (last - 46, central)):
        data[start + offset : start + offset + len(value)] = value
    return bytes(data)


GOOD = [(f"Ada_1{FILE}/{NOTEBOOK}", "ada's"), (f"Bo_2{FILE}/{NOTEBOOK}", "bo's")]
EVE = f"Eve_9{FILE}/{NOTEBOOK}"
RANDOM = "".join(f"{number * number % 251:x}" for number in range(3000))
BAD_ENTRIES = {  # the entry, or the whole zip: what is told
    "one level up": ((f"Eve_9{FILE}/../Ada_1{FILE}/{NOTEBOOK}", "x"), "a path that nobody's program writes"),
    "out of the course": ((f"../../Eve_9{FILE}/{NOTEBOOK}", "x"), "a path that nobody's program writes"),
    "absolute": ((f"/tmp/Eve_9{FILE}/{NOTEBOOK}", "x"), "a path that nobody's program writes"),
    "backslashes": ((f"Eve_9{FILE}\\..\\{NOTEBOOK}", "x"), "a path that nobody's program writes"),
    "a drive": ((f"C:\\Eve_9{FILE}\\{NOTEBOOK}", "x"), "a path that nobody's program writes"),
    "a terminal's escape": ((f"Eve_9{FILE}/\x1b[2J{NOTEBOOK}", "x"), "a path that nobody's program writes"),
    "a line's end": ((f"Eve_9{FILE}/\n{NOTEBOOK}", "x"), "a path that nobody's program writes"),
    "a long file name": ((f"Eve_9{FILE}/{'x' * 300}.ipynb", "x"), "its name is too long"),
    "a long file name of few letters": ((f"Eve_9{FILE}/{'é' * 120}.ipynb", "x"), "its name is too long"),
    "a long student": ((f"{'x' * 300}_9{FILE}/{NOTEBOOK}", "x"), "longer than 200 bytes"),
    "a student's name of a dot": ((f".._9{FILE}/{NOTEBOOK}", "x"), "hidden"),
    "the solution's name": ((f"zz_canary_9{FILE}/{NOTEBOOK}", "x"), "cannot be a student's name"),
    "a number of 5000 digits": ((f"Eve_1_{'9' * 5000}_x/{NOTEBOOK}", "x"), "its path names no student"),
    "a folder": ((f"Eve_9{FILE}/{NOTEBOOK}/", ""), "a link or a folder"),
    "a link": ((special(stat.S_IFLNK), "/etc/passwd"), "a link or a folder"),
    "a device": ((special(stat.S_IFCHR), ""), "a link or a folder"),
    "a pipe": ((special(stat.S_IFIFO), ""), "a link or a folder"),
    "a zip": ((f"Eve_9{FILE}/mine.zip", zip_of(GOOD[0])), "a zip in the zip"),
    "macOS's own": ((f"__MACOSX/Eve_9{FILE}/._{NOTEBOOK}", "x"), "hidden"),
    "a checkpoint": ((f"Eve_9{FILE}/.ipynb_checkpoints/{NOTEBOOK}", "x"), "hidden"),
    "a hidden file": ((f"Eve_9{FILE}/.{NOTEBOOK}", "x"), "hidden"),
    "a hidden file without a folder": ((f"Eve_9{FILE}.x.ipynb", "x"), "hidden"),
    "no notebook": ((f"Eve_9{FILE}/homework.docx", "x"), "no notebook"),
    "a text": (("Eve_9_assignsubmission_onlinetext_/onlinetext.html", "x"), "no notebook"),
    "nobody's": (("a stray file.ipynb", "x"), "its path names no student"),
    "a bomb": ((EVE, bytes(60 * 2**20)), "Eve: larger than 20 MB"),
    "a bomb that lies": (patched(zip_of(*GOOD, (EVE, bytes(60 * 2**20))), EVE, 22, 24, struct.pack("<I", 1000)),
                         "Eve: damaged"),
    "a size of 4 GB": (patched(zip_of(*GOOD, (EVE, "x")), EVE, 22, 24, struct.pack("<I", 2**32 - 2)), "Eve: submitted"),
    "a wrong checksum": (patched(zip_of(*GOOD, (EVE, RANDOM)), EVE, 14, 16, b"\0\0\0\0"), "Eve: damaged"),
    "encrypted": (patched(zip_of(*GOOD, (EVE, RANDOM)), EVE, 6, 8, b"\x01\x00"), "Eve: encrypted"),
    "encrypted well": (patched(zip_of(*GOOD, (EVE, RANDOM)), EVE, 6, 8, b"\x41\x00"), "Eve: encrypted"),
    "packed in a strange way": (patched(zip_of(*GOOD, (EVE, RANDOM)), EVE, 8, 10, b"\x63\x00"), "packed in a way"),
    "two names": (zip_of(*GOOD, (EVE, "x")).replace(b"Eve_9", b"Bob_9", 1), "Eve: damaged"),
    "a name that is no text": (zip_of(*GOOD, (f"é{EVE}", "x")).replace("é".encode(), b"\xff\xff"),
                               "files may be missing"),
    "a zip of the future": (patched(zip_of(*GOOD, (EVE, "x")), EVE, 4, 6, b"\xff\x00"), "files may be missing"),
}


@pytest.mark.parametrize("entry, words", BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_one_bad_entry_is_told_and_the_others_are_collected(course, entry, words):
    data = entry if isinstance(entry, bytes) else zip_of(GOOD[0], entry, GOOD[1])
    said = collected(course, data=data)
    files = handed_in(course)
    assert files.pop(f"Ada/{LESSON}/{NOTEBOOK}") == "ada's" and files.pop(f"Bo/{LESSON}/{NOTEBOOK}") == "bo's"
    assert words in "\n".join(said[2:])
    assert all(line.isprintable() for line in said) and all(len(line) < 600 for line in said)
    assert files in ({}, {f"Eve/{LESSON}/{NOTEBOOK}": "x"})


METHODS = {zipfile.ZIP_DEFLATED: "Eve: larger than 20 MB", zipfile.ZIP_BZIP2: "packed in a way",
           zipfile.ZIP_LZMA: "packed in a way"}


@pytest.mark.parametrize("method", METHODS)
def test_a_bomb_of_any_method_takes_little_memory(course, method):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as zipped:
        zipped.writestr(EVE, bytes(150 * 2**20))
        zipped.writestr(*GOOD[0], zipfile.ZIP_STORED)
    tracemalloc.start()
    said = collected(course, data=made.getvalue())
    assert tracemalloc.get_traced_memory()[1] < 120 * 2**20
    tracemalloc.stop()
    assert METHODS[method] in "".join(said)


def streamed(*entries, method=zipfile.ZIP_DEFLATED):
    """Returns a zip as it is made without going back: the sizes follow each file."""

    class Stream(io.RawIOBase):
        made = b""

        def writable(self):
            return True

        def write(self, data):
            Stream.made += bytes(data)
            return len(data)

    with zipfile.ZipFile(Stream(), "w", method) as zipped:
        for name, content in entries:
            zipped.writestr(name, content)
    return Stream.made


THREE = [*GOOD, (EVE, RANDOM)]
WHOLE, STREAM = zip_of(*THREE), streamed(*THREE)
DAMAGED = {
    "no list of files": WHOLE[: WHOLE.rfind(b"PK\1\2")],
    "half of the list": WHOLE[: WHOLE.find(b"PK\1\2") + 60],
    "no end": WHOLE[:-22],
    "cut in the last file": WHOLE[: WHOLE.find(b"PK\1\2") - 40],
    "the list is overwritten": WHOLE.replace(b"PK\1\2", b"XXXX", 1),
    "streamed, no end": STREAM[:-22],
    "streamed, cut in the last file": STREAM[: STREAM.find(b"PK\1\2") - 50],
    "bytes in front": b"<html>error</html>" + WHOLE[:-22],
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_can_be_read_of_a_damaged_zip_is_collected(course, data):
    said = collected(course, data=data)
    files = handed_in(course)
    assert files[f"Ada/{LESSON}/{NOTEBOOK}"] == "ada's" and files[f"Bo/{LESSON}/{NOTEBOOK}"] == "bo's"
    assert said[-1].startswith("all.zip is damaged") and "download it again" in said[-1]
    assert len(files) == 3 or said[-2].startswith("Not taken, Eve: damaged")


FORGED = zip_of((f"Ada_1{FILE}/{NOTEBOOK}", "forged"), deflate=False)
INNER = {"a zip": FORGED, "one with a comment": FORGED[:-2] + b"\xff\xff", "its first file alone": FORGED[:-22],
         "twice": FORGED * 2}


@pytest.mark.parametrize("deflate", [True, False])
@pytest.mark.parametrize("inner", INNER.values(), ids=INNER)
def test_a_damaged_zip_is_not_searched_for_names(course, inner, deflate):
    data = zip_of((EVE, inner), (f"Bo_2{FILE}/{NOTEBOOK}", "bo's"), deflate=deflate)
    for place in (data.rfind(b"PK\1\2"), data.rfind(b"PK\3\4"), data.rfind(b"PK\3\4") + 10, len(data) - 22):
        collected(course, data=data[:place])
        assert {path.name for path in (course / "submitted").glob("[!.]*")} <= {"Eve", "Bo"}
    assert len(list((course / "submitted").glob("[!.]*"))) == 2


def test_a_file_that_does_not_say_where_it_ends_is_not_searched_either(course):
    data = streamed((EVE, FORGED), method=zipfile.ZIP_STORED)
    with pytest.raises(CourseError, match="could not be taken apart"):
        collected(course, data=data[: data.rfind(b"PK\1\2")])


def test_a_list_of_files_that_knows_its_place_is_not_believed(course):
    made = io.BytesIO(struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 9999, 9999, len(EVE), 0) + EVE.encode())
    with zipfile.ZipFile(made, "a") as zipped:  # appended: its offsets count from the start of the whole
        zipped.writestr(f"Ada_1{FILE}/{NOTEBOOK}", "forged")
        zipped.filelist.insert(0, zipfile.ZipInfo(EVE))
        zipped.filelist[0].header_offset = zipped.filelist[0].CRC = zipped.filelist[0].compress_size = 0
    data = made.getvalue()[:-2] + b"\xff\xff" + bytes(1000)  # the rest would be its comment
    with contextlib.suppress(CourseError):
        collected(course, data=data)
    assert not (course / "submitted" / "Ada").exists()


def test_a_comment_of_the_zips_own_is_no_damage(course):
    made = io.BytesIO(zip_of(*GOOD))
    with zipfile.ZipFile(made, "a") as zipped:
        zipped.comment = b"made by hand"
    assert len(collected(course, data=made.getvalue())) == 2


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\3\4", b"Rar!\x1a\7\0" + bytes(100), WHOLE[:50], b"PK" * 1000])
def test_a_zip_that_is_none_is_told(course, data):
    with pytest.raises(CourseError, match=r"^all.zip (could not be taken apart|holds no notebook)"):
        collected(course, data=data)
    assert not (course / "submitted").exists()


@pytest.mark.parametrize("entries, words", [
    ([], "holds no notebook that can be taken"),
    ([("readme.txt", "x")], "can be taken\nNot taken, no notebook: readme.txt"),
    ([(f"Eve_1{FILE}/02_metrics.ipynb", "x")], "can be taken\nNot taken, it is a notebook of 02_metrics"),
    ([(EVE, bytes(60 * 2**20))], "can be taken\nNot taken, Eve: larger than 20 MB"),
])
def test_a_zip_with_nothing_to_take_is_told_with_the_reasons(course, entries, words):
    with pytest.raises(CourseError, match=words):
        collected(course, *entries)


def test_a_zip_that_is_not_there_is_told(course):
    with pytest.raises(CourseError, match="There is no file"):
        collect(course, "01", course / "no.zip")


def test_names_without_a_flag_are_utf8_where_they_can_be(course):
    made = zip_of((f"Zoë_1{FILE}/{NOTEBOOK}", "x"))
    for name in ("Zoë",):
        made = patched(made, f"{name}_1{FILE}", 6, 8, b"\0\0")
    collected(course, data=made)
    assert list(handed_in(course)) == [f"Zoë/{LESSON}/{NOTEBOOK}"]


# the same person again


def moodle(*people):
    return [(f"{person}{FILE}/{NOTEBOOK}", person) for person in people]


AGAIN = {  # zips of people, with what stands in submitted/ afterwards, by folder: what was handed in last
    "numbered anew": ([["Jane Doe_17"], ["Jane Doe_23"]], {"Jane Doe": "Jane Doe_23"}),
    "another case": ([["Jane Doe_17"], ["jane doe_23"]], {"Jane Doe": "jane doe_23"}),
    "two forms, two zips": ([[f"{ZOE}_1"], [f"{ZOE_APART}_2"]], {ZOE: f"{ZOE_APART}_2"}),
    "two of one name": ([["Jane Doe_17", "Jane Doe_23"]], {"Jane Doe_17": "Jane Doe_17", "Jane Doe_23": "Jane Doe_23"}),
    "two of one name in two forms": ([[f"{ZOE}_1", f"{ZOE_APART}_2"]],
                                     {f"{ZOE}_1": f"{ZOE}_1", f"{ZOE}_2": f"{ZOE_APART}_2"}),
    "one of two, who is known": ([["Jane Doe_17", "Jane Doe_23"], ["Jane Doe_23"]],
                                 {"Jane Doe_17": "Jane Doe_17", "Jane Doe_23": "Jane Doe_23"}),
    "one of two, who is not": ([["Jane Doe_17", "Jane Doe_23"], ["Jane Doe_31"]],
                               {"Jane Doe_17": "Jane Doe_17", "Jane Doe_23": "Jane Doe_23"}),
    "both, numbered anew": ([["Jane Doe_17", "Jane Doe_23"], ["Jane Doe_31", "Jane Doe_32"]],
                            {"Jane Doe_17": "Jane Doe_17", "Jane Doe_23": "Jane Doe_23"}),
    "one is known, one not": ([["Jane Doe_17", "Jane Doe_23"], ["Jane Doe_17", "Jane Doe_32"]],
                              {"Jane Doe_17": "Jane Doe_17", "Jane Doe_23": "Jane Doe_23"}),
    "one, then a second beside her": ([["Jane Doe_17"], ["Jane Doe_17", "Jane Doe_23"]],
                                      {"Jane Doe": "Jane Doe_17", "Jane Doe_23": "Jane Doe_23"}),
    "one, then two others": ([["Jane Doe_17"], ["Jane Doe_31", "Jane Doe_32"]], {"Jane Doe": "Jane Doe_17"}),
    "one, a second, the second": ([["Jane Doe_17"], ["Jane Doe_17", "Jane Doe_23"], ["Jane Doe_23"]],
                                  {"Jane Doe": "Jane Doe_17", "Jane Doe_23": "Jane Doe_23"}),
    "numbers of others": ([["Jane Doe_17", "Al Ash_18"], ["Al Ash_17", "Jane Doe_18"]],
                          {"Jane Doe": "Jane Doe_18", "Al Ash": "Al Ash_17"}),
}


@pytest.mark.parametrize("zips, folders", AGAIN.values(), ids=AGAIN)
def test_whoever_is_collected_again_is_the_same_person_or_nobody(course, zips, folders):
    for people in zips:
        try:
            said = collected(course, *moodle(*people, "Bo_1"))
        except CourseError as error:
            said = str(error).split("\n")
        missing = [person for person in people if person not in handed_in(course).values()]
        assert len(missing) == sum("may be" in line and "Add the line" in line for line in said)
    newest = {path.split("/")[0]: text for path, text in handed_in(course).items() if f"/{LESSON}/" in path}
    assert newest == folders | {"Bo": "Bo_1"}


def test_who_it_is_can_be_said_and_is_remembered(course):
    collected(course, *moodle("Jane Doe_17", "Jane Doe_23"))
    said = collected(course, *moodle("Jane Doe_31", "Jane Doe_32", "Bo_1"))
    assert '"Jane Doe_31": "Jane Doe_17" or "Jane Doe_31": "Jane Doe_23"' in " ".join(said)
    file = course / "submitted" / ".people.json"
    known = {"Jane Doe_31": "Jane Doe_23", "Jane Doe_32": "Jane Doe_32"}
    file.write_text(json.dumps(json.loads(file.read_text()) | known))
    collected(course, *moodle("Jane Doe_31", "Jane Doe_32"))
    files = handed_in(course)
    assert files[f"Jane Doe_23/{LESSON}/{NOTEBOOK}"] == "Jane Doe_31"
    assert files[f"Jane Doe_32/{LESSON}/{NOTEBOOK}"] == "Jane Doe_32"
    assert files[f"Jane Doe_17/{LESSON}/{NOTEBOOK}"] == "Jane Doe_17"
    file.write_text("{")
    with pytest.raises(CourseError, match="people.json is damaged"):
        collected(course, *moodle("Jane Doe_31"))


def test_who_was_removed_is_forgotten(course):
    collected(course, *moodle("Jane Doe_17", "Bo_2"))
    shutil.rmtree(course / "submitted" / "Jane Doe")
    collected(course, *moodle("Bo_2"))
    assert json.loads((course / "submitted" / ".people.json").read_text()) == {"Bo_2": "Bo"}


def test_an_empty_folder_is_no_attempt(course):
    (course / "submitted" / "Ada" / LESSON).mkdir(parents=True)
    collected(course, *moodle("Ada_1"))
    assert [path.name for path in (course / "submitted" / "Ada").iterdir()] == [LESSON]


# a full disk


@pytest.mark.parametrize("step", [f"{LESSON}/{NOTEBOOK}", f"/{LESSON}", "/Al", f".people.json.{os.getpid()}.tmp"])
def test_a_full_disk_loses_nothing(course, monkeypatch, step):
    collected(course, *moodle("Ada_1", "Bo_2"))
    new, before = [(f"{name}_1{FILE}/{NOTEBOOK}", f"new of {name}") for name in ("Al", "Bo")], handed_in(course)
    (course / "all.zip").write_bytes(zip_of(*new))

    def fill(method):
        real = getattr(Path, method)

        def write(path, *arguments, **options):
            if str(path).endswith(step):
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(path, *arguments, **options)

        monkeypatch.setattr(Path, method, write)

    for method in ("write_bytes", "write_text", "mkdir"):
        fill(method)
    try:
        said = collect(course, "01", course / "all.zip")
    except CourseError as error:
        said = [str(error)]
    monkeypatch.undo()
    assert "No space left" in " ".join(said)
    texts = handed_in(course)
    assert set(before.values()) <= set(texts.values()) <= set(before.values()) | {"new of Al", "new of Bo"}
    assert not list((course / "submitted").glob(".new-*"))
    assert all(path.count("/") == 2 for path in texts if not path.startswith("."))
    collected(course, *new)
    assert handed_in(course).items() >= {f"Ada/{LESSON}/{NOTEBOOK}": "Ada_1", f"Al/{LESSON}/{NOTEBOOK}": "new of Al",
                                         f"Bo/{LESSON}.1/{NOTEBOOK}": "Bo_2",
                                         f"Bo/{LESSON}/{NOTEBOOK}": "new of Bo"}.items()


def test_a_file_in_a_folders_place_stops_nobody_else(course):
    (course / "submitted").mkdir()
    (course / "submitted" / "Ada").write_text("a note")
    said = collected(course, *moodle("Ada_1", "Bo_2"))
    assert "Bo: submitted" in said[0] and "Not taken, Ada: " in said[1]
