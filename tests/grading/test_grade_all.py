"""The flow of a run: what is graded, what is told, what is done once only, and what stops it before anything runs."""

import csv
import os
import resource
import subprocess
import sys

import pytest
from harness import ROOT
from nbformat.v4 import new_code_cell
from small_course import LESSON, STUB, answered, cell, grade, hand_in, module, solution, write_solution

from recsys_utils.grading import attempts, gradebook_cells, release
from recsys_utils.grading.course import CourseError
from recsys_utils.grading.names import clean
from recsys_utils.grading.stamps import Stamps, digest


def saying(word):
    """Returns a change of a notebook after which the stand-in leaves a problem, or dies."""
    return lambda notebook: notebook.cells.append(new_code_cell(word, id="own"))


def rows_of(root, name="grades.csv"):
    with (root / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


NEWEST = {  # name: (the newest attempt's bytes or word, what is said of it)
    "without a result": ("problem", f"not counted: {LESSON} (a problem)"),
    "that dies": ("die", f"not counted: {LESSON} (failed: its process ended with exit code 1)"),
    "unreadable": (b"{", f"not counted: {LESSON} (unreadable: {LESSON}.ipynb is not a notebook"),
}


@pytest.mark.parametrize("newest, said", NEWEST.values(), ids=NEWEST)
def test_a_newest_attempt_that_does_not_count_is_to_be_looked_at(small_course, newest, said):
    hand_in(small_course, "ada", answered(small_course, ["double"]), f"{LESSON}.1")
    hand_in(small_course, "bob", answered(small_course, ["double"]))
    content = newest if isinstance(newest, bytes) else answered(small_course, ["half"], change=saying(newest))
    hand_in(small_course, "ada", content)
    row = grade(small_course)["ada"]
    assert (row["best"], row["marks"].score) == (f"{LESSON}.1", 3) and row["held"].startswith(said)
    assert (row["number"], row["attempts"], f"not counted: {LESSON} ({row['newest']})") == (1, 2, row["held"])
    assert "To look at: 1" in (small_course / "report.html").read_text()
    assert rows_of(small_course)[0]["held"].startswith(said) and rows_of(small_course)[0]["status"] == "graded"


@pytest.mark.parametrize("word, status", [("problem", "a problem"), ("die", "failed: its process ended with exit")])
def test_alone_it_gives_no_points_and_nothing_is_kept(small_course, word, status):
    hand_in(small_course, "ada", answered(small_course, ["double"], change=saying(word)))
    for _ in range(2):
        assert grade(small_course)["ada"]["problem"].startswith(status)
        assert not [one for one in attempts.find_attempts(small_course) if attempts.up_to_date(small_course, one)]
    assert rows_of(small_course, "marks.csv")[0][LESSON] == ""
    hand_in(small_course, "ada", answered(small_course, ["double"]))
    assert grade(small_course)["ada"]["marks"].score == 3


def test_the_newest_of_numbered_attempts_is_the_one_with_the_highest_number(small_course):
    hand_in(small_course, "ada", answered(small_course, ["double"]), f"{LESSON}.1")
    hand_in(small_course, "ada", answered(small_course, change=saying("problem")), f"{LESSON}.2")
    assert grade(small_course)["ada"]["held"] == f"not counted: {LESSON}.2 (a problem)"


def test_the_name_of_a_lesson_decides(small_course):
    (small_course / "solutions" / "02_other").mkdir()
    write_solution(small_course, [cell("third", STUB.format("third")), cell("third_1", "assert third(1)", 5)])
    (small_course / "solutions" / LESSON / f"{LESSON}.ipynb").rename(
        small_course / "solutions" / "02_other" / "02_other.ipynb")
    write_solution(small_course, solution())
    module.make_course(small_course)
    other = (small_course / "lessons" / "02_other" / "02_other.ipynb").read_bytes()
    hand_in(small_course, "ada", other)
    hand_in(small_course, "bob", other, "03_none")
    hand_in(small_course, "eve", answered(small_course), name="another name")
    rows = grade(small_course)
    assert rows["ada"]["problem"] == f"unreadable: {LESSON}.ipynb is not this lesson's: it holds the cells of 02_other"
    assert rows["bob"]["problem"] == f"unreadable: there is no such lesson; there are {LESSON}, 02_other"
    assert rows["eve"]["problem"] == f"unreadable: no {LESSON}.ipynb in it, but another name.ipynb: rename it, or ask"


def test_a_lesson_that_was_graded_and_lost_its_solution_stops_everything(small_course):
    hand_in(small_course, "ada", answered(small_course, ["double"]))
    grade(small_course)
    solutions, aside = small_course / "solutions" / LESSON, small_course / "aside"
    solutions.rename(aside)
    with pytest.raises(CourseError, match=f"{LESSON}: handed in and graded, but there is no solution any more"):
        grade(small_course)
    aside.rename(solutions)
    assert grade(small_course)["ada"]["marks"].score == 3


@pytest.mark.parametrize("name", ["[a]", "عمر", "a\u200db", "Ann-Marie O'Neil", "*", "=1+1"])
def test_any_name_of_a_folder_is_graded_or_told(small_course, name):
    hand_in(small_course, name, answered(small_course, ["double"]))
    row = grade(small_course)[clean(name)]
    assert row["marks"].score == 3 if name != "*" else row["problem"].startswith("unreadable: '*' cannot be")


@pytest.mark.parametrize("file, content, said", [
    ("roster.csv", "name\nAda\n", "roster.csv: its first line must name one column student"),
    ("decisions.csv", "name\nAda\n", "decisions.csv has no column student"),
    ("roster.csv", "student,name\n\"ada,Ada\n", "Close its quotation marks")])
def test_a_wrong_table_stops_before_anything_is_graded(small_course, monkeypatch, file, content, said):
    hand_in(small_course, "ada", answered(small_course))
    (small_course / file).write_text(content)
    monkeypatch.setattr(module, "grade", None)
    with pytest.raises(CourseError, match=said):
        grade(small_course)


def test_nothing_to_grade_is_one_sentence(small_course):
    with pytest.raises(CourseError, match="There is nothing to grade"):
        grade(small_course)


def test_nobody_is_graded_where_the_solution_loses_points(small_course):
    hand_in(small_course, "ada", answered(small_course))
    stub = STUB.format("third").replace("'right'", "0")
    write_solution(small_course, solution(cell("third", stub), cell("third_1", "assert third(1)", 2)))
    with pytest.raises(CourseError, match=r"solution of 01_small loses points itself. third_1 \(AssertionError"):
        grade(small_course)
    assert not (small_course / "grades.csv").exists()


def test_only_what_is_new_is_graded(small_course, monkeypatch, capsys):
    for student in ("ada", "bob"):
        path = hand_in(small_course, student, answered(small_course, ["double"]))
    hand_in(small_course, "eve", b"{")
    graded, run_apart = [], module.run_apart
    monkeypatch.setattr(module, "run_apart", lambda jobs, limit: graded.extend(jobs) or run_apart(jobs, limit))
    first = grade(small_course)
    assert [one.student for one in graded] == ["zz_canary", "ada", "bob"]
    graded.clear()
    assert grade(small_course) == first and graded == []
    path.write_bytes(path.read_bytes() + b"\n")
    grade(small_course)
    assert [one.student for one in graded] == ["zz_canary", "bob"]
    graded.clear()
    grade(small_course, again=True)
    assert [one.student for one in graded] == ["zz_canary", "ada", "bob"]
    assert "2 attempts graded now; 1 as they were, or unreadable" in capsys.readouterr().out


def test_the_lessons_are_made_and_recorded_once(small_course, monkeypatch):
    hand_in(small_course, "ada", answered(small_course))
    grade(small_course)
    monkeypatch.setattr(release, "generate", None)
    monkeypatch.setattr(gradebook_cells, "record", lambda root, lessons, url: lessons and pytest.fail())
    grade(small_course)
    (small_course / "lessons" / LESSON / f"{LESSON}.ipynb").write_text("somebody's")
    with pytest.raises(TypeError):  # they are made again, which is patched away here
        grade(small_course)


def test_the_second_run_takes_no_time_and_imports_nothing_big(small_course):
    for number in range(20):
        hand_in(small_course, f"s{number}", answered(small_course, ["double"] * (number % 2), "text" * (number % 3)))
    hand_in(small_course, "s20", b"{")
    grade(small_course)
    for folder in {(one.student, one.lesson) for one in attempts.find_attempts(small_course)}:
        (small_course / "feedback").joinpath(*folder).mkdir(parents=True)
    script = ("import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
              "from recsys_utils.grading import grade_all as module\n"
              "module.write_feedback = lambda *_: None\n"
              "module.grade_all(Path(sys.argv[1]), sandbox=False)\n"
              "print({'torch', 'nbgrader', 'nbconvert', 'pandas', 'IPython'} & sys.modules.keys())")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", script, small_course, ROOT], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout.endswith("0 attempts graded now; 21 as they were, or unreadable\nset()\n"), done.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3


def test_stamps_are_kept_shared_and_dropped(tmp_path):
    one, other = Stamps(tmp_path), Stamps(tmp_path)
    assert one.get("a/b") == ""
    one.set("a/b", "1")
    other.set("a/bc", "2")
    other.set("b", "é")
    assert [Stamps(tmp_path).get(key) for key in ("a/b", "a/bc", "b")] == [one.get(key) for key in (
        "a/b", "a/bc", "b")] == ["1", "2", "é"]
    one.drop("a/b")
    assert (other.get("a/b"), other.get("a/bc"), other.get("b")) == ("", "", "é")
    assert os.listdir(tmp_path / ".grading") == ["stamps.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'{"a": {}}'])
def test_damaged_stamps_count_as_empty(tmp_path, content):
    (tmp_path / ".grading").mkdir()
    (tmp_path / ".grading" / "stamps.json").write_bytes(content)
    stamps = Stamps(tmp_path)
    assert stamps.get("b") == ""
    stamps.set("b", "1")
    stamps.drop("a")
    assert (Stamps(tmp_path).get("a"), Stamps(tmp_path).get("b")) == ("", "1")


def test_a_digest_tells_contents_and_their_borders_apart():
    assert len({digest(b"ab"), digest(b"a", b"b"), digest("ab"), digest({"a": b"b"}), digest()}) == 5
    assert digest(b"a", {"b": 1}) == digest(b"a", {"b": 1}) and len(digest()) == 16


def test_one_name_in_two_spellings_is_one_student(small_course):
    root = small_course
    for folder in ("Zoe\u0308", "Zo\u00eb"):
        path = root / "submitted" / folder / LESSON
        path.mkdir(parents=True)
        (path / f"{LESSON}.ipynb").write_bytes((root / "solutions" / LESSON / f"{LESSON}.ipynb").read_bytes())
    found = [one for one in attempts.find_attempts(root) if one.student == "Zo\u00eb"]
    assert len(found) == len({attempts.result_folder(root, one) for one in found}) == 2
