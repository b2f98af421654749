"""roster.csv as spreadsheets of several countries save it: read, or one sentence before anything is graded."""
import unicodedata

import pytest

from recsys_utils.grading.course import CourseError
from recsys_utils.grading.roster import read_roster

PLAIN = "student,name,id,sis_id,login\nada_1,Zoë Ash,17,A-17,ash\nbo_2,Bo,18,A-18,bo\n"
ZOE = {"student": "ada_1", "name": "Zoë Ash", "id": "17", "sis_id": "A-17", "login": "ash"}
BO = {"student": "bo_2", "name": "Bo", "id": "18", "sis_id": "A-18", "login": "bo"}

SAME = {  # name: the bytes of a file that says what PLAIN says
    "UTF-8": PLAIN.encode(),
    "UTF-8 with an order mark": PLAIN.encode("utf-8-sig"),
    "UTF-16, little end first": b"\xff\xfe" + PLAIN.encode("utf-16-le"),
    "UTF-16, big end first": b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "UTF-16 with tabs, as a spreadsheet's Unicode text": PLAIN.replace(",", "\t").encode("utf-16"),
    "Windows-1252": PLAIN.encode("cp1252"),
    "Windows-1252 with semicolons": PLAIN.replace(",", ";").encode("cp1252"),
    "semicolons": PLAIN.replace(",", ";").encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "a spreadsheet's line about separators": ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
    "Windows line ends": PLAIN.replace("\n", "\r\n").encode(),
    "old line ends": PLAIN.replace("\n", "\r").encode(),
    "no line end at the end": PLAIN.rstrip("\n").encode(),
    "capitals in the head": PLAIN.replace("student,name,id,sis_id", "Student,NAME,ID,SIS ID").encode(),
    "spaces": PLAIN.replace(",", " , ").replace("\n", " \n ").encode(),
    "quoted": "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in PLAIN.splitlines()).encode(),
    "empty lines": ("\n , ,,\n" + PLAIN.replace("\n", "\n\n,,,,\n")).encode(),
    "letters and accents apart": unicodedata.normalize("NFD", PLAIN).encode(),
    "characters that nobody sees": PLAIN.replace("ada_1", "ada\u200b_1").replace("Bo,", "\u200eBo\u00ad,").encode(),
    "hard spaces": PLAIN.replace("Zoë Ash", "Zoë\u00a0Ash\u00a0").encode(),
    "a long line": PLAIN.replace("bo\n", "bo,,,\n").encode(),
    "a remark beside a line": PLAIN.replace(",bo\n", ",bo,left in May\n").encode(),
    "a line that names nobody": (PLAIN + ",,,,\n,2 students,,,\n").encode(),
    "a student twice": (PLAIN + "bo_2,Bo,18,A-18,bo\n").encode(),
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_a_roster_says_the_same_however_it_is_saved(tmp_path, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    assert read_roster(path) == {"ada_1": ZOE, "bo_2": BO}


OTHER = {  # name: (text, what is read)
    "a short line": ("student,name,id\nada\n", {"ada": {"student": "ada", "name": "", "id": ""}}),
    "one column": ("student\nada\nbo\n", {"ada": {"student": "ada"}, "bo": {"student": "bo"}}),
    "another column first": ("name;student\nAsh, Zoë;ada\n", {"ada": {"name": "Ash, Zoë", "student": "ada"}}),
    "a separator in quotes": ('student,name\nada,"Ash, Zoë"\n', {"ada": {"student": "ada", "name": "Ash, Zoë"}}),
    "quotes in a name": ('student,name\nada,Bo "Bob" Ash\n', {"ada": {"student": "ada", "name": 'Bo "Bob" Ash'}}),
    "columns of its own": ("student,group\nada,2\n", {"ada": {"student": "ada", "group": "2"}}),
    "a folder's name with a joiner": ("student\nعلی\u200cرضا\n", {"علی\u200cرضا": {"student": "علی\u200cرضا"}}),
    "its head alone": ("student,name\n", {}),
    "nothing": ("", {}),
    "empty lines alone": ("\n\n", {}),
}


@pytest.mark.parametrize("text, found", OTHER.values(), ids=OTHER)
def test_what_a_roster_may_leave_out(tmp_path, text, found):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    assert read_roster(path) == found


def test_a_course_without_a_roster_has_none(tmp_path):
    assert read_roster(tmp_path / "roster.csv") == {}


WRONG = {  # name: (bytes, what is told)
    "no column student": (b"name,id\nAda,1\n", "must name one column student. It has name, id"),
    "no head": (b"ada,Ada\nbo,Bo\n", "must name one column student. It has ada, ada"),
    "another separator": (b"student|name\nada|Ada\n", r"must name one column student. It has student\|name"),
    "two columns student": (b"student,Student\nada,bo\n", "must name one column student"),
    "twice with other data": (b"student,id\nada,1\nbo,2\nada,3\n",
                              "lines 2 and 4 say different things of 'ada'. Remove"),
    "twice, capitals": (b"student,id\nada,1\n\nAda,3\n", "lines 2 and 4 say different things of 'Ada'. Remove"),
    "twice in two forms": ("student,id\nzoë,1\nzoe\u0308,2\n".encode(), "lines 2 and 3 say different things"),
    "one id of two": (b"student,id\nada,A\nbo,B\neve,A\n", "lines 2 and 4: both have the id 'A', so one would"),
    "one login of two": (b"student,login\nada,x\nbo,x\n", "lines 2 and 3: both have the login 'x'"),
    "a spreadsheet's own format": (b"PK\3\4\x14\0\0\0", "is no text, .* Save it as CSV"),
    "an old spreadsheet's": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "is no text"),
    "UTF-16 without an order mark": (PLAIN.encode("utf-16-le"), "is no text"),
    "UTF-16, cut": (b"\xff\xfes\0t", "is no text"),
    "noughts": (b"student,name\nada,\0\n", "is no text"),
    "a quotation mark that stays open": (b'student,name\nada,"Ada\nbo,Bo\n', "line 2: .* Close its quotation marks"),
    "a quotation mark in the middle": (b'student,name\nada,Ada\nbo,"Bo" Ash\n', "line 3: .* Close its quotation marks"),
    "an endless field": (b'student,name\nada,"' + b"x" * 200_000 + b'"\n', "line 2: .* limit"),
}


@pytest.mark.parametrize("content, words", WRONG.values(), ids=WRONG)
def test_what_is_no_roster_is_one_sentence(tmp_path, content, words):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=rf"^roster\.csv.*{words}"):
        read_roster(path)
