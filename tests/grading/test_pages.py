"""What a student wrote and showed can be looked at: it runs nothing and reads as it was written; no page dies of it."""

import base64
import copy
import re
import shutil

import nbformat
import pytest
from harness import ROOT
from nbconvert import HTMLExporter
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveAutoGrades

from recsys_utils.grading.course import prefer_this_environment, read_notebook
from recsys_utils.grading.feedback import which_attempt, write_feedback
from recsys_utils.grading.feedback_page import cell_html
from recsys_utils.grading.gradebook import gradebook_url
from recsys_utils.grading.gradebook_cells import make_gradebook
from recsys_utils.grading.markdown import LONGEST, cleaned, rendered
from recsys_utils.grading.pages import harmless, tamed
from recsys_utils.grading.release import course_config

LESSON = "02_metrics"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(100)).decode()


@pytest.fixture
def released():
    return read_notebook(ROOT / "lessons" / LESSON / f"{LESSON}.ipynb")


def shown(cell, released):
    """Returns a cell of a student's own after it was made harmless."""
    notebook = copy.deepcopy(released)
    notebook.cells.append(cell)
    return harmless(notebook, released).cells[-1]


def outputs_of(released, *outputs):
    return shown(new_code_cell("x", outputs=list(outputs)), released).outputs


def test_the_lessons_own_text_stays_byte_for_byte(released):
    assert [cell.source for cell in harmless(copy.deepcopy(released), released).cells] == [
        cell.source for cell in released.cells]


@pytest.mark.parametrize("text", [
    "`i > j`, a < b, i <= j, x<3, 1<2", "`List[int]` and d[0](x)", "$i >_u j$ & $a < b$, $$\\frac{a}{b}$$",
    "| a | b |\n|---|--:|\n| 1 | 2 |", "H<sub>2</sub>O, <b>bold</b><br>",
    "<details><summary>more</summary>\n\nx\n</details>",
    "[a paper](https://doi.org/10.1145/1) and https://doi.org/10.1145/1", "- one\n- two\n\n> said\n\n# Title",
    "```python\nif a[i]: print(a)\n```", "[above](#Title) [next](../03_svd/03_svd.ipynb) [me](mailto:a@b.org)",
    "[x]: the first, weights[i]: the second", "not! [really]",
])
def test_an_honest_text_stays_as_it_was_written(text):
    assert tamed(text) == text


@pytest.mark.parametrize("text, made", [
    ("x<y", "x< y"), ("```\n<script>\n```", "```\n< script>\n```"), ("<https://doi.org/1>", "https://doi.org/1"),
    ("![a plot](https://a.org/p.png)", "[a plot](https://a.org/p.png)"), ("![](p.png)", "[picture](p.png)"),
    ("[x](javascript:f())", "[x] (javascript:f())"), ("[x]: data:text/html,x", "[x] : data:text/html,x"),
    ("> [x]:\n> javascript:f()", "> [x] :\n> javascript:f()"), ("[x](//a.org)", "[x] (//a.org)"),
    ("$\\href{x}{y}$", "$\\ href{x}{y}$"), ("a\r\nb\rc\x0bd", "a\nb\nc d"),
    ("<b onclick=f()>x</b>", "< b onclick=f()>x</b>"),
])
def test_what_could_run_gets_a_blank(text, made):
    assert tamed(text) == made == tamed(made)


def test_a_pasted_picture_is_kept_under_a_name_of_ours(released):
    source = "![my plot](attachment:a (1).png) ![x](attachment:b.svg) <img src=\"attachment:c.png\" width=9>"
    files = {"a (1).png": {"image/png": PNG}, "b.svg": {"image/svg+xml": PNG}, "c.png": {"image/png": PNG},
             "d.png": {"image/png": "\"><script>"}, "e": 7}
    cell = shown(from_dict(new_markdown_cell(source) | {"attachments": files}), released)
    assert cell.source == ("![my plot](attachment:picture-1.png) [x] (attachment:b.svg) "
                           "![picture](attachment:picture-2.png)")
    assert cell.attachments == {f"picture-{number}.png": {"image/png": PNG} for number in (1, 2)}
    assert rendered(cell.source, cell.attachments).count(f'src="data:image/png;base64,{PNG}"') == 2


def test_a_large_picture_is_whole():
    large = "A" * (8 * LONGEST)
    assert large in rendered("![x](attachment:picture-1.png)", {"picture-1.png": {"image/png": large}})


def test_a_picture_that_is_not_there_breaks_no_page():
    assert rendered("![a plot](attachment:gone.png)") == "<p><a>a plot</a></p>\n"


def test_of_what_a_cell_showed_the_known_kinds_remain(released):
    kinds = {"text/plain": "a", "text/html": "<b onclick=x>a</b><script>x</script>", "image/svg+xml": "<svg/>",
             "application/javascript": "x", "image/png": PNG, "image/jpeg": PNG, "text/latex": "$a$"}
    output = new_output("display_data", kinds, metadata={"text/html": {"isolated": True}})
    assert outputs_of(released, output) == [
        {"output_type": "display_data", "metadata": {}, "data":
            {"text/plain": "a", "text/html": "<b>a</b>", "image/png": PNG, "text/markdown": "$a$"}}]
    assert outputs_of(released, new_output("display_data", {"application/javascript": "x"})) == []


def test_a_cell_keeps_no_other_metadata_or_count(released):
    cell = new_code_cell("x")
    cell.metadata = from_dict({"tags": ["training", "a nbgrader_cell", 7], "name": "x",
                               "nbgrader": {"grade_id": "another", "grade": True}})
    cell.execution_count, cell["id"] = "<img>", "\"><img>"
    made = shown(cell, released)
    assert (made.metadata, made.execution_count) == ({"tags": ["training"]}, None)
    assert made.id.startswith("c") and made.id[1:].isdigit()


@pytest.mark.parametrize("text, found", [
    ("$i >_u j$", "&#x0003E;"), ("$i &gt; j$", "&#x0003E;"), ("$$\nx^2\n$$", "<msup>"), ("costs $5 or $6", None),
    ("`$x$`", None), ("```\n$x$\n```", None), (r"\$x$ or 5$", None), ("<p title='$x$'>y</p>", None),
    ("$\\text{<img src=x>}$", "&lt;img"), ("$\\frac$", None),
])
def test_formulas_become_mathml_and_other_signs_of_the_dollar_stay(text, found):
    made = rendered(text)
    assert "<math" not in made if found is None else found in made and "<math" in made and "amp;" not in made
    assert "\ue000" not in made and "<img" not in made


def test_links_lead_to_other_servers_only():
    links = ("https://a.org/x?y#z", "http://localhost:8888/formgrader?path=x", "https://127.0.0.1/x", "../x", "//a.org",
             "https://a.org@127.0.0.1/", "https://a.org:80@127.0.0.1/", "javascript:x", "#top", "https://a.org\\@b/")
    kept = [link for link in links if "href" in cleaned(f'<a href="{link}">x</a>')]
    assert kept == ["https://a.org/x?y#z", "#top"]


def test_formgrader_renders_with_the_courses_filters():
    exporter = HTMLExporter(config=course_config(ROOT))
    assert exporter.environment.filters["clean_html"] is cleaned
    page, _ = exporter.from_notebook_node(from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        new_markdown_cell("<b onclick='bad()'>here</b>![x](attachment:gone.png)")]}))
    assert "<b>here</b>" in page and "bad()" not in page


@pytest.mark.parametrize("step", [Autograde, GenerateFeedback])
def test_nbgraders_own_steps_do_nothing_and_say_what_to_use(step, tmp_path, monkeypatch):
    for folder in ("submitted", "autograded"):
        (tmp_path / folder / "ada" / LESSON).mkdir(parents=True)
        (tmp_path / folder / "ada" / LESSON / f"{LESSON}.ipynb").touch()
    config = course_config(ROOT)
    config.CourseDirectory.root, config.CourseDirectory.assignment_id = str(tmp_path), LESSON
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(NbGraderException, match="make grade"):
        step(coursedir=CourseDirectory(config=config), config=config, force=True).start()
    assert sorted(tmp_path.rglob("*")) == before


def test_feedback_shows_the_message_of_a_hidden_test_and_not_its_lines():
    info = {"grade_id": "rmse_hidden", "grade": True, "solution": False, "locked": True, "points": 1}
    outputs = [new_output("stream", text="secret", name="stdout"),
               new_output("error", ename="CheckFailed", evalue="secret, expected secret",
                          traceback=["the rows: not as expected. Why: i < j"])]
    source = "# Check 3\n### BEGIN HIDDEN TESTS\nsecret = 1\n### END HIDDEN TESTS"
    cell = new_code_cell(source, metadata={"nbgrader": info}, outputs=outputs)
    page = cell_html(cell, {"rmse_hidden": (0, 1, False)}, {})
    assert "secret" not in page and "HIDDEN" not in page
    assert "the rows: not as expected. Why: i &lt; j" in page and "✗ Not passed" in page and "Score: 0 / 1" in page


@pytest.mark.parametrize("grade, words", [
    ((1, 1, False), "✓ Passed"), ((0.5, 1, False), "◐ In part"), ((0, 1, False), "✗ Not passed"),
    ((0, 1, True), "… Not graded yet"),
])
def test_feedback_says_what_became_of_an_answer(grade, words):
    info = {"grade_id": "question", "grade": True, "solution": True, "points": 1}
    cell = new_markdown_cell("as", metadata={"nbgrader": info})
    page = cell_html(cell, {"question": grade}, {"question": "**a** <b> `<`"})
    assert words in page and "<strong>a</strong> &lt;b&gt; <code>&lt;</code>" in page


@pytest.mark.parametrize("comment, earlier, boxes", [
    ("good", [], [("Comment", "good")]),
    ("good", ["question"], [("Comment on your earlier answer", "good")]),
    ("good\nDecided: talk", ["question"], [("Comment on your earlier answer", "good"), ("Comment", "Decided: talk")]),
    ("Decided: talk", ["question"], [("Comment", "Decided: talk")]),
    ("good\nDecided: talk", ["other"], [("Comment", "good\nDecided: talk")]),
], ids=["on this one", "on an earlier one", "a decision besides", "a decision alone", "on another one"])
def test_a_comment_on_an_earlier_answer_says_so(comment, earlier, boxes):
    cell = new_markdown_cell("as", metadata={"nbgrader": {"grade_id": "question", "grade": True, "solution": True}})
    page = cell_html(cell, {}, {"question": comment}, earlier)
    assert re.findall(r'"comment"><b>([^<]*)</b><p>(.*?)</p>', page, re.DOTALL) == boxes


ATTEMPTS = {  # name: (attempts, number of the shown one, why the newest does not count, what is said of the newest)
    "the newest": (2, 2, "", "It is your newest one."),
    "an earlier one": (2, 1, "", "The newest one is graded too, and has fewer points."),
    "the newest unreadable": (3, 2, "unreadable: no notebook", "does not count: unreadable: no notebook."),
    "the newest failed": (3, 2, "not graded: seen", "does not count: it could not be graded, ask about it."),
}


@pytest.mark.parametrize("attempts, number, newest, said", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_student_reads_which_attempt_is_shown(attempts, number, newest, said):
    row = {"attempts": attempts, "number": number, "newest": newest, "best": f"{LESSON}.1"}
    words = which_attempt(row)
    assert f"This is attempt {number} of {attempts} ({LESSON}.1)" in words and said in words
    assert "seen" not in words and which_attempt(row | {"attempts": 1}) == ""


def test_feedback_is_written_again_for_a_comment_alone_whatever_the_students_name(released, tmp_path, capsys):
    student, book = "o'[b]\"", gradebook_url(tmp_path)
    prefer_this_environment()
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    for folder in ("solutions", "lessons"):
        shutil.copytree(ROOT / folder / LESSON, tmp_path / folder / LESSON)
    make_gradebook(tmp_path)
    with Gradebook(book) as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(LESSON, student)
    names = {"notebook": LESSON, "assignment": LESSON, "student": student, "db_url": book}
    SaveAutoGrades().preprocess(copy.deepcopy(released), {"nbgrader": names})
    recorded = tmp_path / "autograded" / student / LESSON / f"{LESSON}.ipynb"
    recorded.parent.mkdir(parents=True)
    nbformat.write(released, recorded)
    rows = [{"student": student, "lesson": LESSON, "fingerprint": "1", "attempts": 1,
             "result": {"notes": ["cell 3 was left out"]}}]
    page, written = tmp_path / "feedback" / student / LESSON / f"{LESSON}.html", []
    for comment in (None, None, "well tried"):
        with Gradebook(book) as gradebook:
            gradebook.find_comment("rmse", LESSON, LESSON, student).manual_comment = comment
            gradebook.db.commit()
        write_feedback(tmp_path, rows)
        written.append((page.stat().st_mtime_ns, "well tried" in page.read_text(encoding="utf-8")))
    assert written[0] == written[1] and written[2] > written[1] and written[2][1]
    assert "<h1>o&#x27;[b]&quot;, 02_metrics: " in page.read_text(encoding="utf-8")
    rows[0] |= {"attempts": 2, "number": 1, "newest": "unreadable: it is empty", "best": f"{LESSON}.1"}
    write_feedback(tmp_path, rows)
    assert "attempt 1 of 2 (02_metrics.1)" in page.read_text(encoding="utf-8")
    assert "cell 3 was left out" in page.read_text(encoding="utf-8") and capsys.readouterr().out == ""
