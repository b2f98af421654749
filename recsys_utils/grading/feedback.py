"""The pages a student gets back: feedback/STUDENT/LESSON/*.html, with the points and comments given by hand."""

import hashlib
import html
import re

from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.converters import GenerateFeedback
from tqdm import tqdm

from .grades import read_marks
from .release import convert, course_config
from .report import write_whole
from .workers import run_apart

TIME_LIMIT = 120  # seconds for one student's page
# no script runs, tables have margins
IN_HEAD = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
img-src data:; font-src data:"><style>th, td { padding: .2em .6em }</style>"""
MATHJAX = re.compile(r'<script src="https://cdnjs[^"]*"> *</script>')  # not needed: formulas are MathML by now
CONTENTS = re.compile(r'(<div id="toc">).*?(</div>)', re.DOTALL)  # nbgrader's: a list of tests without names
LOCAL_LINK = re.compile(r'<a href="(?!#|https?:)[^"]*">(.*?)</a>', re.DOTALL)  # to a file that the page comes without
NOTICE = ("Grading ran this notebook on small made-up data and left the training out. Numbers and figures here "
          "differ from those you saw, and some are missing. That costs no points.")


def write_feedback(root, rows):
    """Writes the feedback on what is graded, where there is none yet or something changed."""
    stamps = {(row["student"], row["lesson"]): stamp_of(root, row) for row in rows if "result" in row}
    jobs = {key: (feedback_for, root, *key, stamp) for key, stamp in stamps.items() if stamp != last_stamp(root, *key)}
    if jobs:
        warm_up()
        done = run_apart(jobs, TIME_LIMIT)
        for (student, lesson), problem in tqdm(done, total=len(jobs), unit=" feedback", smoothing=0):
            if problem:
                print(f"{student}, {lesson}: no feedback, {problem}")


def warm_up():
    """Renders a page of nothing: what nbconvert imports and compiles late is then there for all processes forked."""
    cells = [new_markdown_cell("*a*"), new_code_cell("b = 1")]
    HTMLExporter().from_notebook_node(new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}))


def stamp_of(root, row):
    """Returns hex digits that change with what was graded, what grades it, the points and the comments."""
    marks = read_marks(root, row["lesson"], row["student"])
    return hashlib.sha256(repr((row["fingerprint"], marks)).encode()).hexdigest()


def stamp_file(root, student, lesson):
    """Returns where the stamp of the feedback that was written last is kept."""
    return root / ".grading" / "told" / student / lesson


def last_stamp(root, student, lesson):
    """Returns the stamp of a student's feedback on a lesson, an empty text where there is none."""
    note = stamp_file(root, student, lesson)
    return note.read_text() if note.is_file() and (root / "feedback" / student / lesson).is_dir() else ""


def feedback_for(root, student, lesson, stamp):
    """Writes one student's feedback on a lesson; meant for a process of its own, as it renders what a student wrote."""
    config = course_config(root)
    config.CourseDirectory.student_id, config.CourseDirectory.assignment_id = student, lesson
    convert(GenerateFeedback, config, force=True)
    marks = read_marks(root, lesson, student)
    contents = summary(marks)
    for path in (root / "feedback" / student / lesson).glob("*.html"):
        page = LOCAL_LINK.sub(r"\1", MATHJAX.sub("", path.read_text(encoding="utf-8")))
        for name in marks.waiting:  # nbgrader writes 0.0 for what nobody has graded yet
            page = re.sub(rf'(<a name="{name}">.*?Score: )[0-9.]+', r"\1?", page, count=1, flags=re.DOTALL)
        page = CONTENTS.sub(lambda found: found[1] + contents + found[2], page, count=1)
        write_whole(path, page.replace("<head>", f"<head>{IN_HEAD}", 1))
    note = stamp_file(root, student, lesson)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(stamp)


def summary(marks):
    """Returns the head of a page: the points by exercise, each with a link to the answer."""
    lines = [f'<li><a href="#comment-{html.escape(name)}">{html.escape(name)}</a>: '
             f'{"not graded yet," if name in marks.waiting else f"{points:g}"} of {marks.most[name]:g}</li>'
             for name, points in marks.exercises.items()]
    return f"<ul>{''.join(lines)}</ul><p>{NOTICE}</p>"
