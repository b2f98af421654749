"""What a person gave stays: through changes of checks, exercises and notebooks, new attempts, and crashes."""

import re
import shutil

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from small_course import (
    HIDDEN,
    LESSON,
    STUB,
    answered,
    by_hand,
    cell,
    grade,
    hand_in,
    solution,
    stand_in_for_grading,
    write_solution,
)

from recsys_utils.grading import enter_marks, settle
from recsys_utils.grading.attempts import Attempt
from recsys_utils.grading.cells import grade_id
from recsys_utils.grading.course import CourseError, read_notebook
from recsys_utils.grading.feedback_page import feedback_for
from recsys_utils.grading.gradebook import given, gradebook_url, read_marks
from recsys_utils.grading.release import release, wrong_ids
from recsys_utils.grading.set_aside import on_earlier_answers
from recsys_utils.grading.stamps import Stamps


def entered(root, student, name, table="grade", notebook=LESSON):
    """Returns what the gradebook holds by hand: (points, extra credit, waits), or a comment."""
    values = given(root / "gradebook.db", student, LESSON).get((table, notebook, name))
    return values and (tuple(values[:3]) if table == "grade" else values[0])


@pytest.fixture(scope="module")
def graded_once(made, tmp_path_factory):
    """Returns a course in which three answers have points and comments by hand, of each kind."""
    course = shutil.copytree(made, tmp_path_factory.mktemp("graded") / "course")
    hand_in(course, "ada", answered(course, ["double"], "HR, as ..."))
    hand_in(course, "bob", answered(course, ["double"], "NDCG, as ..."))
    hand_in(course, "eve", answered(course, ["half"], "AUC, as ..."))
    with pytest.MonkeyPatch.context() as patched:
        stand_in_for_grading(patched)
        grade(course)
    by_hand(course, "ada", "why", 2.5, "well argued")
    by_hand(course, "ada", "double_1", 0)  # over a check that gave 2 points
    by_hand(course, "bob", "why", 1, extra_credit=0.5)
    by_hand(course, "bob", "half_1", 3)
    by_hand(course, "bob", "half", comment="think of 0")
    by_hand(course, "eve", "why", 3, needs_manual_grade=True)  # given, and another look asked for
    return course


@pytest.fixture
def graded(graded_once, tmp_path, stood_in):
    """Returns a copy of that course."""
    return shutil.copytree(graded_once, tmp_path / "course")


GIVEN = {
    ("ada", "why", "grade"): (2.5, None, 0), ("ada", "why", "comment"): "well argued",
    ("ada", "double_1", "grade"): (0, None, 0), ("bob", "why", "grade"): (1, 0.5, 0),
    ("bob", "half_1", "grade"): (3, None, 0), ("bob", "half", "comment"): "think of 0",
    ("eve", "why", "grade"): (3, None, 1),
}
CHANGES = {  # name: (cells that come, cells that go, cells whose points by hand go with them)
    "a check is added": ([cell("half_2", "assert half(3)", 5)], [], []),
    "a check is deleted": ([], ["double_hidden"], []),
    "a check with points by hand is deleted": ([], ["half_1"], ["half_1"]),
    "a check is moved": ([cell("double_1", "assert double(1)", 2)], ["double_1"], []),
    "a check is renamed": ([cell("double_2", "assert double(1)", 2)], ["double_1"], ["double_1"]),
    "a check gives other points": ([cell("double_hidden", HIDDEN, 7)], ["double_hidden"], []),
    "an exercise is added": ([cell("third", STUB.format("third")), cell("third_1", "assert third(1)", 1)], [], []),
    "an exercise is deleted": ([], ["half", "half_1"], ["half", "half_1"]),
    "a question is added": ([cell("how", "So.", 2, written=True)], [], []),
    "a cell without a grade id is added": ([new_code_cell("print(1)", id="own")], [], []),
}


@pytest.mark.parametrize("more, fewer, gone", CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_checks_keeps_what_was_given_by_hand(graded, capsys, more, fewer, gone):
    write_solution(graded, solution(*more, without=fewer))
    rows = grade(graded)
    for (student, name, table), value in GIVEN.items():
        assert entered(graded, student, name, table) == (None if name in gone else value), (student, name, table)
    assert [rows[student]["marks"].waiting for student in ("ada", "bob", "eve")] == [[], [], ["why"]]
    said = capsys.readouterr().out
    assert all((f", {name}" in said.split("but for cells that are gone: ")[-1]) == (name in gone)
               for name in ("half_1", "double_1", "why"))
    double = [each for each in solution(*more, without=fewer) if str(grade_id(each)).startswith("double_")]
    assert rows["bob"]["result"]["score"] == sum(each.metadata.nbgrader.points for each in double)


def page_of(root, student):
    """Returns the page of feedback on a student's notebook."""
    feedback_for(root, student, LESSON)
    return (root / "feedback" / student / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("student, name, most, waits, points", [
    ("ada", "why", 2, True, 2), ("ada", "why", 2.5, False, 2.5), ("bob", "half_1", 1, True, 1),
    ("bob", "why", 1, False, 1.5)])  # 0.5 of it are extra credit
def test_where_points_are_fewer_than_were_given_a_person_looks_again(graded, student, name, most, waits, points):
    before = grade(graded)[student]["marks"]
    old = next(each for each in solution() if grade_id(each) == name)
    write_solution(graded, solution(cell(name, old.source, most, written=name == "why"), without=[name]))
    exercise = name.split("_")[0]
    for _ in range(2):
        marks = grade(graded)[student]["marks"]
        assert (marks.waiting, marks.over) == (([exercise], [exercise]) if waits else ([], []))
        assert marks.score == before.score - waits * before.exercises[exercise]
    assert marks.exercises[exercise] == points
    line = next(line for line in (graded / "grades.csv").read_text().splitlines() if line.startswith(student))
    assert (f"{exercise}: more points were given by hand than there are now" in line) == waits
    by_hand(graded, student, name, given(graded / "gradebook.db", student, LESSON)["grade", LESSON, name][0])  # Resolve
    hand_in(graded, student, (graded / "submitted" / student / LESSON / f"{LESSON}.ipynb").read_bytes() + b"\n")
    marks = grade(graded)[student]["marks"]
    assert (marks.waiting, marks.exercises[exercise], marks.score) == ([], points, sum(marks.exercises.values()))


def test_points_of_an_answer_that_waits_are_not_counted(graded):
    assert grade(graded)["ada"]["marks"].score == 3.5
    hand_in(graded, "ada", answered(graded, ["double"], "MAP, as ..."))
    marks = grade(graded)["ada"]["marks"]
    assert (marks.score, marks.exercises["why"], marks.waiting) == (1, 2.5, ["why"])
    assert ": 1 of 10 points, 1 answer not graded yet</h1>" in page_of(graded, "ada")
    hand_in(graded, "ada", answered(graded, [], "MAP, as ..."))
    assert grade(graded)["ada"]["marks"].waiting == ["double", "why"]
    assert ": 0 of 10 points, 2 answers not graded yet</h1>" in page_of(graded, "ada")
    assert (graded / "grades.csv").read_text().splitlines()[1].startswith(
        f'ada,,{LESSON},"needs a person: double, why",0,10')


EARLIER = "Comment on your earlier answer"


def test_a_comment_is_on_an_earlier_answer_until_somebody_looked(graded):
    by_hand(graded, "bob", "half_1", needs_manual_grade=False)  # no points by hand, but a comment
    for right, why, times in ((["double"], "NDCG, as ...", (0, 0)), (["double"], "MAP, as ...", (1, 0)),
                              (["double", "half"], "MRR, as ...", (1, 1)), (["half"], "MRR, as ...", (1, 1))):
        hand_in(graded, "ada", answered(graded, ["double"], why.replace("NDCG", "HR")))
        hand_in(graded, "bob", answered(graded, right, why))
        grade(graded)
        assert tuple(page_of(graded, student).count(EARLIER) for student in ("ada", "bob")) == times
    by_hand(graded, "ada", "why", 2)
    by_hand(graded, "bob", "half", comment="think of 1")
    assert EARLIER not in page_of(graded, "ada") + page_of(graded, "bob")


def test_a_comment_is_on_the_answer_again_that_comes_back(graded):
    for why, times in (("MAP, as ...", 1), ("HR, as ...", 0)):
        hand_in(graded, "ada", answered(graded, ["double"], why))
        grade(graded)
        assert on_earlier_answers(graded / "gradebook.db", "ada", LESSON, read_marks(graded, LESSON, "ada")) == (
            ["why"] * times)


def test_a_notebook_that_comes_and_goes_costs_nobody_what_was_given_by_hand(graded):
    write_solution(graded, [cell("more", STUB.format("more")), cell("more_1", "assert more(1)", 5)], "01_more")
    assert grade(graded)["ada"]["marks"].max_score == 15
    assert all(entered(graded, *key) == value for key, value in GIVEN.items())
    (graded / "solutions" / LESSON / "01_more.ipynb").unlink()
    assert grade(graded)["ada"]["marks"].max_score == 10
    assert all(entered(graded, *key) == value for key, value in GIVEN.items())


def test_the_gradebook_from_before_is_kept_each_time(graded):
    write_solution(graded, solution(without=["double_hidden"]))
    grade(graded)
    write_solution(graded, solution())
    grade(graded)
    assert sorted(path.name for path in graded.glob("gradebook.db*")) == [
        "gradebook.db", "gradebook.db.1", "gradebook.db.2"]
    assert given(graded / "gradebook.db.1", "bob", LESSON)["grade", LESSON, "double_hidden"]
    assert ("grade", LESSON, "double_hidden") not in given(graded / "gradebook.db.2", "bob", LESSON)


def test_other_lessons_and_their_dates_are_not_touched(graded):
    with Gradebook(gradebook_url(graded)) as book:
        book.update_or_create_assignment(LESSON, duedate="2030-01-01")
        book.update_or_create_student("ada", email="ada@example.org")
    write_solution(graded, solution(without=["double_hidden"]))
    grade(graded)
    with Gradebook(gradebook_url(graded)) as book:
        assert book.find_assignment(LESSON).duedate.year == 2030 and book.find_student("ada").email == "ada@example.org"


@pytest.mark.parametrize("right, why, waiting", [
    (["double"], "HR, as ...", []),  # only what stands around the answers changed
    (["double", "half"], "HR, as ...", []),  # another exercise: nothing was given for it
    ([], "HR, as ...", ["double"]),
    (["double"], "MAP, as ...", ["why"]),
], ids=["the same", "another exercise", "the code", "the text"])
def test_points_wait_for_a_second_look_only_where_their_answer_changed(graded, right, why, waiting):
    again = answered(graded, right, why, lambda notebook: notebook.cells.append(new_code_cell("print(1)", id="own")))
    for _ in range(2):  # and they wait on, when another attempt leaves the answer as it is then
        hand_in(graded, "ada", again)
        assert grade(graded)["ada"]["marks"].waiting == waiting
        again += b"\n"
    assert entered(graded, "ada", "why")[0] == 2.5 and entered(graded, "ada", "why", "comment") == "well argued"
    assert entered(graded, "ada", "double_1")[0] == 0


def test_a_written_answer_is_that_of_the_newest_attempt_that_has_one(graded):
    shutil.move(graded / "submitted" / "ada" / LESSON, graded / "submitted" / "ada" / f"{LESSON}.1")
    hand_in(graded, "ada", answered(graded, ["double", "half"]))  # better code, the question left out
    marks = grade(graded)["ada"]["marks"]
    assert (marks.exercises, marks.waiting) == ({"double": 1, "half": 4, "why": 2.5}, [])
    kept = read_notebook(graded / "autograded" / "ada" / LESSON / f"{LESSON}.ipynb")
    assert [each.source for each in kept.cells if grade_id(each) == "why"] == ["HR, as ..."]
    assert len({each.id for each in kept.cells}) == len(kept.cells)


def test_an_answer_left_out_waits_for_nobody(small_course):
    hand_in(small_course, "ada", answered(small_course))
    marks = grade(small_course)["ada"]["marks"]
    assert (marks.exercises["why"], marks.waiting, dict(marks.comments)["why"]) == (0, [], "No response.")


@pytest.mark.parametrize("where", ["enter", "replace_whole", "stamp"])
def test_a_crash_while_marks_are_entered_changes_no_mark(graded, monkeypatch, where):
    def crash(*arguments):
        raise KeyboardInterrupt

    hand_in(graded, "ada", answered(graded, ["double", "half"], "another"))
    with monkeypatch.context() as patched:
        patched.setattr(*{"enter": (enter_marks, "decide", crash), "stamp": (Stamps, "set", crash),
                          "replace_whole": (enter_marks, "replace_whole", crash)}[where])
        with pytest.raises(KeyboardInterrupt):
            grade(graded)
    marks = grade(graded)["ada"]["marks"]
    assert (marks.exercises, marks.waiting) == ({"double": 1, "half": 4, "why": 2.5}, ["why"])
    assert all(entered(graded, *key) == value for key, value in GIVEN.items() if key[0] != "ada")


def test_a_gradebook_put_back_from_before_is_brought_in_step(graded):
    shutil.copy(graded / "gradebook.db", graded / "copy")
    hand_in(graded, "bob", answered(graded, ["half"], "NDCG, as ..."))
    grade(graded)
    shutil.move(graded / "copy", graded / "gradebook.db")
    assert grade(graded)["bob"]["marks"].exercises == {"double": 0, "half": 3, "why": 1.5}


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be taken for one" * 99])
def test_a_damaged_gradebook_is_one_sentence_or_made_anew(graded, content):
    (graded / "gradebook.db").write_bytes(content)
    if content:
        with pytest.raises(CourseError, match="gradebook.db cannot be read"):
            grade(graded)
    else:
        assert grade(graded)["ada"]["marks"].waiting == ["why"]


def test_who_is_no_longer_there_is_gone_everywhere(graded, capsys):
    (graded / "feedback" / "ada" / LESSON).mkdir(parents=True)
    (graded / ".grading" / "results" / "ada" / "stale").mkdir()
    shutil.rmtree(graded / "submitted" / "ada")
    shutil.rmtree(graded / "submitted" / "eve" / LESSON)  # and only her lesson
    hand_in(graded, "eve", b"{", "02_none")
    rows = grade(graded)
    assert list(rows) == ["bob", "eve"] and "stand in gradebook.db.1" in capsys.readouterr().out
    with Gradebook(gradebook_url(graded)) as book:
        assert {student.id: len(student.submissions) for student in book.students} == {"bob": 1, "eve": 0}
    for name in ("grades.csv", "marks.csv", "report.html", ".grading/stamps.json"):
        assert not re.search(r"\bada\b", (graded / name).read_text())
    assert not [path for path in graded.rglob("*") if path.name == "ada"]
    assert grade(graded) == rows and "no longer" not in capsys.readouterr().out.lower()


def test_an_attempt_and_a_lesson_that_are_no_longer_there_are_gone_too(graded):
    hand_in(graded, "ada", answered(graded, ["double", "half"]), f"{LESSON}.1")
    assert grade(graded)["ada"]["best"] == f"{LESSON}.1"
    shutil.rmtree(graded / "submitted" / "ada" / f"{LESSON}.1")
    assert grade(graded)["ada"]["best"] == LESSON
    assert not (graded / ".grading" / "results" / "ada" / f"{LESSON}.1").exists()


def test_feedback_tells_points_comments_and_what_waits(graded):
    feedback_for(graded, "ada", LESSON)
    page = (graded / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "3.5 of 10 points" in page and "well argued" in page and "2.5 of 3" in page
    feedback_for(graded, "eve", LESSON)
    page = (graded / "feedback" / "eve" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "not graded yet, of 3" in page


WRONG_IDS = {  # what is wrong: (cells, what is said)
    "twice": ([cell("double_1", "assert 1", 1, mark="b")], "cell 9 (id id-double_1b): its grade id 'double_1' stands "
              "in 01_small.ipynb, cell 4 (id id-double_1) too"),
    "no exercise": ([cell("doubled_1", "assert 1", 1)], "cell 9 (id id-doubled_1): 'doubled_1' is a check and belongs "
                    "to no exercise: its id must begin with an exercise's and _. There are double, half"),
    "odd": ([cell("half 2", "assert 1", 1)], "its grade id is 'half 2'; it takes letters, digits, _ and -"),
    "none": ([cell("", "assert 1", 1)], "its grade id is ''"),
    "no points": ([cell("half_2", "assert 1", "")], "'half_2' is graded and has no points, but ''"),
    "negative": ([cell("half_2", "assert 1", -1)], "'half_2' is graded and has no points, but -1"),
    "a region without its end": ([cell("third", STUB.format("third").replace("    ### END SOLUTION", ""))],
                                 "cell 9 (id id-third): each ### BEGIN SOLUTION needs one ### END SOLUTION below it"),
    "a hidden check without a region": ([cell("half_hidden", "assert half(2)", 1)],
                                        "it has no ### BEGIN HIDDEN TESTS, so students would see all of it"),
    "an answer without a region": ([cell("third", "def third(x): return 3")],
                                   "it has no ### BEGIN SOLUTION, so students would see all of it"),
    "a region without its beginning": ([cell("half_2", "assert 1\n### END HIDDEN TESTS", 1)],
                                       "each ### BEGIN HIDDEN TESTS needs one ### END HIDDEN TESTS below it"),
}


@pytest.mark.parametrize("cells, said", WRONG_IDS.values(), ids=WRONG_IDS)
def test_a_wrong_grade_id_is_told_with_notebook_and_cell(small_course, cells, said):
    write_solution(small_course, solution(*cells))
    before = (small_course / "lessons" / LESSON / f"{LESSON}.ipynb").read_bytes()
    with pytest.raises(CourseError, match="01_small.ipynb, cell 9") as error:
        release(small_course)
    assert said in str(error.value) and len(str(error.value).splitlines()) == 2
    assert (small_course / "lessons" / LESSON / f"{LESSON}.ipynb").read_bytes() == before


def test_a_right_solution_has_no_wrong_ids_and_two_notebooks_of_a_lesson_share_none(small_course):
    path = small_course / "solutions" / LESSON / f"{LESSON}.ipynb"
    assert wrong_ids(path, read_notebook(path)) == []
    write_solution(small_course, [cell("half", STUB.format("half")), cell("half_9", "assert half(1)", 5)], "01_more")
    with pytest.raises(CourseError, match="'half' stands in 01_more.ipynb, cell 1"):
        release(small_course)


@pytest.mark.parametrize("names, order", [
    (["a.1", "a.10", "a", "a.9", "a.soft"], ["a", "a.10", "a.9", "a.1", "a.soft"]), (["a.2", "a.1"], ["a.2", "a.1"])])
def test_attempts_are_sorted_the_newest_first(tmp_path, names, order):
    attempts = [Attempt("ada", "a", tmp_path / name, "") for name in names]
    assert [one.folder.name for one in sorted(attempts, key=settle.age)] == order
