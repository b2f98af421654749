"""What a person reads: report.html, grades.csv and marks.csv, from rows of every kind."""

import csv
import html
import re

import pytest
from small_course import LESSON

from recsys_utils.grading.gradebook import Marks
from recsys_utils.grading.report import COLUMNS, write_reports

ATTACK = "<img src=x onerror=alert(1)>\"'</td><script>alert(1)</script>"
CHECKS = ["double_1", "double_hidden", "half_1"]
LOST = {"double_1": "AssertionError: 2 is not 4", "double_hidden": "NameError: half", "half_1": "TypeError: no"}


def row(student, points=(3, 4, 3), waiting=(), lost=None, **more):
    """Returns a row of a graded student, with the points of three exercises."""
    most = {"double": 3, "half": 4, "why": 3}
    exercises = dict(zip(most, points, strict=True))
    score = sum(got for name, got in exercises.items() if name not in waiting)
    marks = Marks(score, 10, bool(waiting), list(waiting), exercises, most, [], [], more.pop("over", []))
    result = {"points": dict.fromkeys([*CHECKS, "why"]), "lost": lost or {},
              "touched": more.pop("touched", {}), "notes": more.pop("notes", [])}
    return {"student": student, "lesson": LESSON, "attempts": 1, "decided": [], "best": LESSON, "held": "",
            "marks": marks, "result": result, **more}


ROWS = [
    row("ada"),
    row("bob", (0, 2, 0), lost=LOST, touched={"half_1": "edited", "why": "deleted"}, notes=["cell 3 was left out"]),
    row("dan", (3, 4, 0), ["why"], attempts=3, best=f"{LESSON}.1"),
    row("eve", (3, 4, 0), held="not counted: the newest"),
    row("fay", (3, 4, 3), {}, lost=LOST, decided=["double gives 3 points, as decided: seen"]),  # over lost checks
    {"student": "gil", "lesson": LESSON, "attempts": 2, "decided": [], "problem": "unreadable: it is not a notebook"},
    {"student": "hal", "lesson": LESSON, "attempts": 1, "decided": [], "problem": "failed: a reason"},
]


@pytest.fixture
def reports(made, tmp_path):
    """Returns a function that writes reports and returns (page, lines of grades.csv, lines of marks.csv)."""
    (tmp_path / "solutions").symlink_to(made / "solutions")

    def write(rows, roster=None):
        write_reports(tmp_path, rows, roster or {})
        tables = []
        for name in ("grades.csv", "marks.csv"):
            with (tmp_path / name).open(newline="", encoding="utf-8") as file:
                tables.append(list(csv.DictReader(file)))
        return (tmp_path / "report.html").read_text(encoding="utf-8"), *tables

    return write


def row_in(page, student, table=-1):
    """Returns the HTML of a student's row, in the last table that has one."""
    return re.findall(rf"<tr><td>{re.escape(student)}.*?</tr>", page)[table]


def test_grades_hold_what_is_known_of_each(reports):
    page, grades, marks = reports(ROWS)
    by_name = {line["student"]: line for line in grades}
    assert list(grades[0]) == COLUMNS + [f"{LESSON}/{name}" for name in ("double", "half", "why")]
    assert [by_name[name]["status"] for name in by_name] == [
        "graded", "graded", "needs a person: why", "graded", "graded", "unreadable: it is not a notebook",
        "failed: a reason"]
    assert [by_name["bob"][name] for name in ("score", "max_score", "edited", "mended", "notes")] == [
        "2", "10", "half_1", "why (deleted)", "cell 3 was left out"]
    assert [by_name["dan"][name] for name in ("attempts", "best", f"{LESSON}/why")] == ["3", f"{LESSON}.1", "?"]
    assert by_name["hal"]["score"] == ""
    assert {line["Student"]: line[LESSON] for line in marks} == {
        "ada": "10", "bob": "2", "dan": "", "eve": "7", "fay": "10", "gil": "", "hal": ""}


def test_the_page_begins_with_what_to_look_at(reports, capsys):
    page, *_ = reports(ROWS)
    first, others = page.split("<h2>All others: 3</h2>")
    assert "To look at: 4" in first and re.findall(r"<tr><td>(\w+)", first) == ["dan", "eve", "gil", "hal"]
    assert re.findall(r"<tr><td>(\w+)", others) == ["ada", "bob", "fay"]
    told = "1 failed, 4 graded, 1 needs a person, 4 to look at, 1 unreadable"
    assert told in page and told in capsys.readouterr().out


def test_why_points_were_lost_stands_in_it(reports):
    page, *_ = reports(ROWS)
    bob = row_in(page, "bob")
    assert "<summary>double_1: AssertionError: 2 is not 4 <b>and 2 more</b></summary>" in bob
    assert "<li>double_hidden: NameError: half</li><li>half_1: TypeError: no</li>" in bob
    assert "cell 3 was left out" in bob and "edited: half_1" in bob and "mended: why (deleted)" in bob
    assert "<details>" not in row_in(page, "ada")
    fay = row_in(page, "fay")  # double and half give all their points: a person said so
    assert "double_1" not in fay and "double gives 3 points, as decided: seen" in fay


STUB = "NotImplementedError: not attempted yet: put your answer in place of this line"


@pytest.mark.parametrize("lost, shown", [
    (dict.fromkeys(CHECKS, STUB), ["double: not attempted yet", "half: not attempted yet"]),
    ({"double_1": STUB, "double_hidden": "NameError: x"}, ["double: not attempted yet", "double_hidden: NameError: x"]),
    ({"half_1": "NotImplementedError: of my own"}, ["half_1: NotImplementedError: of my own"])],
    ids=["nothing attempted", "one check says more", "an error of the student's own"])
def test_what_was_not_attempted_is_told_once_an_exercise(reports, lost, shown):
    told = row_in(reports([row("ada", (0, 0, 0), lost=lost)])[0], "ada").split("<td>")[-2]
    assert [part.strip() for part in re.split("<.*?>", told) if ": " in part] == shown


EDITED = {  # name: (what was touched, what is shown of it)
    "three": (dict.fromkeys(["a", "b", "c"], "edited"), "edited: a; b; c</td>"),
    "four": (dict.fromkeys(["a", "b", "c", "d"], "edited"),
             "<summary>edited: a; b; c <b>and 1 more</b></summary><ul><li>d</li></ul></details>"),
    "five, deleted": (dict.fromkeys("abcde", "deleted"),
                      "<summary>mended: a (deleted); b (deleted); c (deleted) <b>and 2 more</b></summary>"),
    "the solved notebook": (dict.fromkeys([*CHECKS, "why"], "metadata") | {"double_hidden": "solved"},
                            "<td>the solved notebook itself?</td>"),
    "all edited": (dict.fromkeys(CHECKS, "edited"), "edited: double_1; double_hidden; half_1</td>"),
    "some edited": (dict.fromkeys(CHECKS[:2], "edited"), "edited: double_1; double_hidden</td>"),
    "all deleted": (dict.fromkeys(CHECKS, "deleted"), "mended: double_1 (deleted); double_hidden (deleted); half_1"),
    "only metadata": (dict.fromkeys(CHECKS, "metadata"), "mended: double_1 (metadata); double_hidden"),
}


@pytest.mark.parametrize("touched, shown", EDITED.values(), ids=EDITED)
def test_what_was_changed_is_folded_and_the_solved_notebook_told(reports, touched, shown):
    page, grades, _ = reports([row("ada", touched=touched)])
    assert shown in row_in(page, "ada") and ("solved" in page) == ("solved" in shown)
    edited = [name for name, change in touched.items() if change == "edited"]
    assert grades[0]["edited"] == "; ".join(edited)  # all of them in the table


def test_who_is_not_in_the_roster_is_told(reports):
    words = "In submitted/, but not in roster.csv: ada."
    assert words in reports([row("ada"), row("BO")], {"bo": {}})[0]
    assert "roster" not in reports([row("ada")])[0]


def test_points_that_wait_are_in_no_score_and_too_many_are_told(reports):
    page, grades, marks = reports([row("ada", (3, 4, 3), ["why"], over=["why"])])
    assert (grades[0]["score"], grades[0]["max_score"], grades[0][f"{LESSON}/why"], marks[0][LESSON]) == (
        "7", "10", "?", "")
    assert "why: more points were given by hand than there are now" in row_in(page, "ada") and "7 of 10" in page


def test_passed_and_failed_differ_at_a_glance(reports):
    page, *_ = reports(ROWS)
    assert re.findall(r'class="tag (\w+)">(.) (\w+) ([^<]+)<', row_in(page, "bob")) == [
        ("failed", "✗", "double", "0 of 3"), ("partly", "◐", "half", "2 of 4"), ("failed", "✗", "why", "0 of 3")]
    assert re.findall(r'class="tag (\w+)">(.) (\w+) ([^<]+)<', row_in(page, "dan")) == [
        ("passed", "✓", "double", "3"), ("passed", "✓", "half", "4"), ("waiting", "…", "why", "? of 3")]


def test_nothing_that_a_student_wrote_is_more_than_text(reports):
    attacked = row("ada", (0, 0, 0), lost={"double_1": ATTACK, "half_1": ATTACK}, notes=[ATTACK], held=ATTACK,
                   touched={"half_1": ATTACK}, decided=[ATTACK], best=ATTACK, attempts=2)
    page, *_ = reports([attacked, {**ROWS[-1], "student": ATTACK, "problem": ATTACK}, row("\ud800")],
                       {ATTACK: {"student": ATTACK, "name": ATTACK}, "absent" + ATTACK: {"name": ""}})
    assert "<script" not in page and "<img" not in page and page.count(html.escape(ATTACK)) > 8
    assert "default-src 'none'" in page
    assert set(re.findall(r"<(\w+)", page.split("<body>")[1])) <= {
        "h1", "h2", "p", "table", "tr", "th", "td", "span", "details", "summary", "b", "ul", "li", "br"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(reports, text):
    _, grades, marks = reports([row(text, notes=[text]), {**ROWS[-1], "student": "z", "problem": text}],
                               {text: {"name": text, "id": text}})
    for line in grades + marks:
        assert not [value for value in line.values() if value.startswith(text)]
    assert grades[0]["student"].lstrip("'") == text


def test_a_message_of_any_length_is_cut(reports):
    page, grades, _ = reports([row("ada", (0, 0, 0), lost={"double_1": "x" * 10**6}, notes=["y" * 10**6])])
    assert len(page) < 10_000 and len(grades[0]["notes"]) == 1000


def test_the_roster_says_who_is_missing_and_how_people_are_called(reports):
    roster = {"ada": {"student": "ada", "name": "Ada L.", "id": "17", "sis_id": "s", "login": "al"},
              "jose\u0301": {"student": "jose\u0301", "name": "José"}, "nobody": {"student": "nobody"}}
    page, grades, marks = reports([row("ada"), row("José")], roster)
    assert {line["student"]: (line["name"], line["status"]) for line in grades} == {
        "ada": ("Ada L.", "graded"), "José": ("José", "graded"), "nobody": ("", "missing")}
    assert marks[1] == {"Student": "Ada L.", "ID": "17", "SIS User ID": "s", "SIS Login ID": "al", "Section": "",
                        LESSON: "10"}
    assert "Missing: 1</h2><p>nobody, 01_small" in page and "Ada L. (ada)" in page


def test_nobody_to_look_at_is_said(reports):
    page, *_ = reports([row("ada")])
    assert "To look at: 0</h2><p>Nothing.</p>" in page and page.count("<table>") == 1
