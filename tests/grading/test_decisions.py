"""What a person decided lasts, with its reason; who or what is not known is refused before anything runs."""

import pytest
from small_course import LESSON, STUB, answered, by_hand, cell, grade, hand_in, module, solution, write_solution

from recsys_utils.grading.course import CourseError
from recsys_utils.grading.decisions import Decision, read_decisions
from recsys_utils.grading.gradebook import given
from recsys_utils.grading.gradebook_cells import most_of
from recsys_utils.grading.set_aside import read_aside

HEADER = "student,lesson,exercise,points,reason\n"


def decide(root, text):
    (root / "decisions.csv").write_text(text, encoding="utf-8")


READ = {  # name: what stands in decisions.csv
    "as written": HEADER + f"ada,{LESSON},half,2.5,seen\nBob é,{LESSON},why,1,read\n",
    "a spreadsheet's": "Student;Lesson;Exercise;Points;Reason\r\nada;1;half;2,5;seen\r\nBob é;01;why;1;read\r\n",
    "columns in another order": "reason,points,exercise,lesson,student,by\nseen,2.5,half,1,ada,\n"
                                "read,1,why,1,Bob é,me\n",
    "another form of the name, and another case": HEADER + "ADA,1,half,2.50,seen\n\nbob e\u0301,1,why,1,read\n",
}


ENCODED = [(name, code) for name in READ for code in ("utf-8", "utf-8-sig", "utf-16", "cp1252")
           if code != "cp1252" or "\u0301" not in READ[name]]


@pytest.mark.parametrize("name, encoding", ENCODED)
def test_a_file_is_read_with_leniency(made, tmp_path, name, encoding):
    path = tmp_path / "decisions.csv"
    (tmp_path / "solutions").symlink_to(made / "solutions")
    path.write_bytes(READ[name].encode(encoding))
    assert read_decisions(tmp_path, ["ada", "Bob é"]) == [
        Decision("ada", LESSON, "half", 2.5, "seen"), Decision("Bob é", LESSON, "why", 1, "read")]


WRONG = {  # name: (line, what is said)
    "student": ("adam,1,half,2,x", "line 2: there is no student 'adam' in submitted/ or roster.csv"),
    "no student": (",1,half,2,x", "line 2: there is no student '' in submitted/"),
    "lesson": ("ada,7,half,2,x", "line 2: '07' is not one lesson. There are: 01_small"),
    "no lesson": ("ada,,half,2,x", "line 2: Name a lesson"),
    "exercise": ("ada,1,halve,2,x", "line 2: 01_small has no exercise 'halve'; it has double, half, why"),
    "a check's name": ("ada,1,half_1,2,x", "has no exercise 'half_1'"),
    "too many points": ("ada,1,half,4.5,x", "half has 0 to 4 points, not '4.5'"),
    "negative points": ("ada,1,half,-1,x", "half has 0 to 4 points"),
    "no number": ("ada,1,half,many,x", "half has 0 to 4 points, not 'many'"),
    "not a number": ("ada,1,half,nan,x", "half has 0 to 4 points"),
    "an exercise without points": ("ada,1,half,,x", "half has 0 to 4 points, not ''"),
    "points without an exercise": ("ada,1,,3,x", "has no exercise ''; it has double"),
    "a comma in the reason": ("ada,1,half,2,seen, and read", "line 2 has 6 fields for 5 columns: a reason"),
    "no reason": ("ada,1,half,2, ", "it gives no reason"),
}


@pytest.mark.parametrize("line, said", WRONG.values(), ids=WRONG)
def test_what_is_not_known_is_refused_before_anything_runs(small_course, monkeypatch, line, said):
    hand_in(small_course, "ada", answered(small_course))
    decide(small_course, HEADER + line)
    monkeypatch.setattr(module, "grade", None)
    with pytest.raises(CourseError, match="decisions.csv, line 2") as error:
        grade(small_course)
    assert said in str(error.value) and not (small_course / "grades.csv").exists()


def test_a_column_that_lacks_is_told(made):
    (made / "decisions.csv").write_text("student,lesson,points,reason\n")
    try:
        with pytest.raises(CourseError, match="has no column exercise: its first line must be student,lesson,exercise"):
            read_decisions(made, ["ada"])
    finally:
        (made / "decisions.csv").unlink()


@pytest.mark.parametrize("exercise, points, checks", [
    ("double", 2.5, {"double_1": 2, "double_hidden": 0.5}), ("double", 0, {"double_1": 0, "double_hidden": 0}),
    ("half", 4, {"half_1": 4}), ("why", 1.5, {"why": 1.5})])
def test_points_are_overridden_up_and_down_and_given_back(small_course, exercise, points, checks):
    hand_in(small_course, "ada", answered(small_course, ["double"], "Because of ties."))
    before = grade(small_course)["ada"]["marks"]
    by_hand(small_course, "ada", "half", comment="think of 0")
    decide(small_course, HEADER + f"ada,1,{exercise},{points},talked to her")
    for _ in range(2):
        marks = grade(small_course)["ada"]["marks"]
        assert marks.exercises == {**before.exercises, exercise: points}
        assert exercise not in marks.waiting
        assert f"{exercise} gives {points:g} points, as decided: talked to her" in (
            small_course / "grades.csv").read_text()
    found = given(small_course / "gradebook.db", "ada", LESSON)
    assert {name: found["grade", LESSON, name][0] for name in checks} == checks
    assert "Decided: talked to her" in found["comment", LESSON, exercise][0]
    assert "think of 0" in found["comment", LESSON, "half"][0]
    (small_course / "decisions.csv").unlink()
    marks = grade(small_course)["ada"]["marks"]
    assert (marks.exercises, marks.waiting) == (before.exercises, before.waiting)
    assert dict(marks.comments) == {"double": None, "half": "think of 0", "why": None}


GIVEN = {  # name: (grade id, exercise, what a person gave)
    "points for an answer": ("why", "why", {"points": 2.5}),
    "points over a check": ("double_hidden", "double", {"points": 0.5}),
    "another look": ("why", "why", {"points": 2, "needs_manual_grade": True}),
    "extra credit": ("why", "why", {"points": 1, "extra_credit": 0.5}),
    "extra credit alone": ("half_1", "half", {"extra_credit": 2}),
}


@pytest.mark.parametrize("name, exercise, by_person", GIVEN.values(), ids=GIVEN)
@pytest.mark.parametrize("meanwhile", ["nothing", "a new gradebook", "no stamps", "another decision"])
def test_what_was_given_by_hand_is_back_after_a_decision(small_course, name, exercise, by_person, meanwhile):
    def found():
        return given(small_course / "gradebook.db", "ada", LESSON)["grade", LESSON, name][:3]

    hand_in(small_course, "ada", answered(small_course, ["double"], "Because of ties."))
    grade(small_course)
    by_hand(small_course, "ada", name, **by_person)
    by_hand(small_course, "ada", exercise, comment="think of 0")
    before, marks = found(), grade(small_course)["ada"]["marks"]
    decide(small_course, HEADER + f"ada,1,{exercise},1.25,oral exam")
    decided = grade(small_course)["ada"]["marks"]
    assert decided.exercises[exercise] == 1.25 and exercise not in decided.waiting and found()[1] is None
    if meanwhile == "a new gradebook":
        write_solution(small_course, solution(cell("third", STUB.format("third")), cell("third_1", "assert 1", 1)))
    elif meanwhile == "no stamps":
        (small_course / ".grading" / "stamps.json").unlink()
    elif meanwhile == "another decision":
        decide(small_course, HEADER + f"ada,1,{exercise},0.75,second thoughts")
    expected = 0.75 if meanwhile == "another decision" else 1.25
    assert grade(small_course)["ada"]["marks"].exercises[exercise] == expected
    (small_course / "decisions.csv").unlink()
    after = grade(small_course)["ada"]["marks"]
    assert (found(), after.waiting, dict(after.comments)[exercise]) == (before, marks.waiting, "think of 0")
    assert {each: after.exercises[each] for each in marks.exercises} == marks.exercises


def test_points_given_by_hand_wait_after_a_decision_where_the_answer_changed(small_course):
    hand_in(small_course, "ada", answered(small_course, why="Because of ties."))
    grade(small_course)
    by_hand(small_course, "ada", "why", 2)
    decide(small_course, HEADER + "ada,1,why,1,oral exam")
    grade(small_course)
    hand_in(small_course, "ada", answered(small_course, why="Another."))
    assert grade(small_course)["ada"]["marks"].waiting == []
    (small_course / "decisions.csv").unlink()
    marks = grade(small_course)["ada"]["marks"]
    assert (marks.exercises["why"], marks.waiting, marks.score) == (2, ["why"], 0)


def test_points_typed_over_a_decision_hold_when_it_is_gone(small_course):
    hand_in(small_course, "ada", answered(small_course, why="Because of ties."))
    decide(small_course, HEADER + "ada,1,why,1,oral exam")
    grade(small_course)
    by_hand(small_course, "ada", "why", 3)
    assert grade(small_course)["ada"]["marks"].exercises["why"] == 1
    (small_course / "decisions.csv").unlink()
    assert grade(small_course)["ada"]["marks"].exercises["why"] == 3


def test_nothing_is_put_back_to_somebody_who_was_gone(small_course):
    hand_in(small_course, "bob", answered(small_course))
    hand_in(small_course, "ada", answered(small_course, why="Because of ties."))
    grade(small_course)
    by_hand(small_course, "ada", "why", 2)
    decide(small_course, HEADER + "ada,1,why,1,oral exam")
    grade(small_course)
    (small_course / "decisions.csv").unlink()
    (small_course / "submitted" / "ada").rename(small_course / "ada")
    grade(small_course)
    assert read_aside(small_course / "gradebook.db", "ada", LESSON) == {}
    (small_course / "ada").rename(small_course / "submitted" / "ada")
    marks = grade(small_course)["ada"]["marks"]
    assert (marks.exercises["why"], marks.waiting) == (0, ["why"])


def test_a_decision_about_nothing_that_is_graded_says_so(small_course, capsys):
    hand_in(small_course, "ada", b"{")
    hand_in(small_course, "bo", answered(small_course))
    (small_course / "roster.csv").write_text("student\nhal\n")
    decide(small_course, HEADER + "ada,1,half,1,seen\nhal,1,half,1,seen\n")
    assert grade(small_course)["ada"]["held"] == "decisions.csv has no effect where nothing is graded"
    assert f"decisions.csv: hal handed in nothing of {LESSON}, so the line has no effect" in capsys.readouterr().out


def test_a_decision_finds_a_student_whom_the_roster_spells_otherwise(small_course):
    hand_in(small_course, "ada", answered(small_course))
    (small_course / "roster.csv").write_text("student\nADA\n")
    decide(small_course, HEADER + "ada,1,half,1,oral exam")
    assert grade(small_course)["ada"]["marks"].exercises["half"] == 1


def test_a_decision_outlasts_a_new_attempt_and_a_new_gradebook(small_course):
    hand_in(small_course, "ada", answered(small_course, ["double"]))
    decide(small_course, HEADER + "ada,1,half,3,oral exam\nada,1,half,3.5,second thoughts\n")
    assert grade(small_course)["ada"]["marks"].exercises["half"] == 3.5  # of two lines the last one
    (small_course / "gradebook.db").unlink()
    hand_in(small_course, "ada", answered(small_course, ["double"], "and a text"))
    assert grade(small_course)["ada"]["marks"].exercises == {"double": 3, "half": 3.5, "why": 0}


def test_the_points_of_each_exercise(made):
    assert most_of(made, LESSON) == {"double": 3, "half": 4, "why": 3}
