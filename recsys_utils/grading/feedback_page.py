"""The page a student gets back: what they wrote, what each check said, points, comments; no script, no hidden test."""

import functools
import html
import re
import shutil

from nbconvert.filters import Highlight2HTML, ansi2html
from pygments.formatters import HtmlFormatter

from ..storage import replace_whole
from .cells import grade_id, info_of, is_check
from .course import notebooks, read_notebook
from .gradebook import counted, given, read_marks
from .markdown import cleaned, rendered
from .set_aside import on_earlier_answers, parted

HIDDEN = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?(?:END HIDDEN TESTS[^\n]*|\Z)\n?", re.DOTALL | re.MULTILINE)
NOTICE = ("Grading ran this notebook on small made-up data and left the training out. Numbers and figures here "
          "differ from those you saw, and some are missing. That costs no points.")
STYLE = HtmlFormatter().get_style_defs(".highlight") + """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56em; margin: 2em auto; padding: 0 1em; color: #111 }
pre { font: 13.5px/1.4 ui-monospace, monospace; overflow-x: auto; margin: .4em 0; padding: .5em .8em }
.highlight, p code, li code, td code { background: #f5f5f5; border-radius: 4px }
.highlight .err { border: 0 }
table { border-collapse: collapse; margin: .8em 0 }
th, td { padding: .25em .7em; border-bottom: 1px solid #ccc; text-align: left }
details { margin: .5em 0 } summary { cursor: pointer; display: list-item }
img { max-width: 100% }
blockquote { border-left: 4px solid #ccc; margin: .5em 0; padding-left: 1em }
.bar { border-left: 8px solid #777; background: #eee; padding: .35em .8em; margin: 1.5em 0 .3em;
       display: flex; justify-content: space-between; gap: 1em }
.passed { border-color: #1a7f37; background: #dafbe1 } .passed b { color: #116329 }
.failed { border-color: #cf222e; background: #ffe3e3 } .failed b { color: #a40e26 }
.partly, .waiting { border-color: #bf8700; background: #fff4c8 }
.message { white-space: pre-wrap; border-left: 8px solid #cf222e; padding: .2em .8em; margin: .3em 0 }
.comment { border: 2px solid #0969da; border-radius: 6px; padding: .5em .8em; margin: .5em 0 }
.comment p { white-space: pre-line; margin: .2em 0 }
.ansi-red-fg, .ansi-red-intense-fg { color: #a40e26 } .ansi-green-fg, .ansi-green-intense-fg { color: #116329 }
.ansi-blue-fg, .ansi-cyan-fg, .ansi-blue-intense-fg, .ansi-cyan-intense-fg { color: #0550ae }
.ansi-bold { font-weight: bold }
"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>{style}</style></head>
<body id="top"><h1>{title}: {score}</h1>
{shown}<ul>{exercises}</ul>{notes}<p>{notice}</p><hr>
{cells}</body></html>
"""


def warm_up(root, lessons):
    """Renders the lessons' own cells: these, and what is imported late, are then there for all processes forked."""
    for cell in [cell for name in lessons for path in notebooks(root / "lessons" / name)
                 for cell in read_notebook(path).cells]:
        (code_as_html if cell.cell_type == "code" else text_as_html)(cell.source.strip())


@functools.lru_cache(maxsize=4096)
def code_as_html(source):
    """Returns code, coloured."""
    return Highlight2HTML(pygments_lexer="ipython3")(source)


@functools.lru_cache(maxsize=4096)
def text_as_html(source):
    """Returns Markdown without attachments as HTML."""
    return rendered(source)


def feedback_for(root, student, lesson, notes=(), shown=""):
    """Writes one student's feedback on a lesson; notes: what grading has to say besides; shown: of which attempt."""
    marks, folder = read_marks(root, lesson, student), root / "feedback" / student / lesson
    earlier = on_earlier_answers(root / "gradebook.db", student, lesson, marks)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in notebooks(root / "autograded" / student / lesson):
        grades, comments = grades_and_comments(root, student, lesson, path.stem)
        also = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
        cells = "\n".join(cell_html(cell, grades, comments, earlier) for cell in read_notebook(path).cells)
        replace_whole(folder / f"{path.stem}.html", PAGE.format(
            title=html.escape(f"{student}, {path.stem}"), style=STYLE, score=score_of(marks), cells=cells,
            shown=f"<p>{html.escape(shown)}</p>" if shown else "", exercises=summary(marks), notice=NOTICE,
            notes=also))


def score_of(marks):
    """Returns the points in words: those that hold, and how many answers are still to be graded."""
    waiting = len(marks.waiting)
    more = f", {waiting} answer{'s' * (waiting > 1)} not graded yet" if waiting else ""
    return f"{marks.score:g} of {marks.max_score:g} points{more}"


def grades_and_comments(root, student, lesson, notebook):
    """Returns what the gradebook holds of a notebook: {grade_id: (points, points to be had, waits for a person)} and
    {grade_id: comment}."""
    found = {key: values for key, values in given(root / "gradebook.db", student, lesson).items() if key[1] == notebook}
    grades, comments = {}, {}
    for (table, _, name), values in found.items():
        if table == "grade":
            manual, extra, waits, auto, most = values
            grades[name] = counted(manual, extra, auto, most), most, waits
        else:
            comments[name] = values[1] if values[0] is None else values[0]
    return grades, {name: comment for name, comment in comments.items() if comment}


def summary(marks):
    """Returns the points by exercise, each with a link to the answer."""
    lines = [f'<li><a href="#{html.escape(name)}">{html.escape(name)}</a>: '
             f'{"not graded yet," if name in marks.waiting else f"{points:g}"} of {marks.most[name]:g}</li>'
             for name, points in marks.exercises.items()]
    return "".join(lines)


def cell_html(cell, grades, comments, earlier=()):
    """Returns a cell as a student sees it: what they wrote, what became of it, points and comments.

    earlier: the exercises whose comment is on an earlier answer."""
    name = grade_id(cell)
    head = bar(name, *grades[name]) if name in grades else ""
    if info_of(cell).get("solution"):
        head = head or '<div class="bar"><b>Your answer</b></div>'
    if cell.cell_type == "code":
        body = check_html(cell) if name in grades and is_check(cell) else code_html(cell)
    elif cell.cell_type == "markdown":
        body = rendered(cell.source, cell.attachments) if "attachments" in cell else text_as_html(cell.source.strip())
    else:
        body = f"<pre>{html.escape(cell.source)}</pre>"
    tail = comment_boxes(comments[name], name in earlier) if name in comments else ""
    return f'<section id="{html.escape(name or "")}">{head}<div class="cell">{body}</div>{tail}</section>'


def comment_boxes(comment, earlier):
    """Returns a comment in its box; one on an earlier answer says so, a decision's reason then stands apart."""
    own, decided = parted(comment)
    parts = [("Comment on your earlier answer", own), ("Comment", decided)] if earlier else [("Comment", comment)]
    return "".join(f'<div class="comment"><b>{head}</b>{comment_html(text)}</div>' for head, text in parts if text)


def comment_html(comment):
    """Returns what a person wrote in Formgrader, which promises Markdown; a < stays what it is."""
    return rendered(comment.replace("<", "\ue002")).replace("\ue002", "&lt;")


def bar(name, points, most, waits):
    """Returns the bar above a graded cell: passed and failed differ in sign, word and colour."""
    kind, words = (("waiting", "… Not graded yet") if waits else ("passed", "✓ Passed") if points >= most else
                   ("partly", "◐ In part") if points > 0 else ("failed", "✗ Not passed"))
    return (f'<div class="bar {kind}"><b>{words}</b> <code>{html.escape(name)}</code> '
            f'<span>Score: {"?" if waits else f"{points:g}"} / {most:g} <a href="#top">(Top)</a></span></div>')


def check_html(cell):
    """Returns a check: what it said of the answer, and its code to unfold; of a hidden region only the message."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    hidden = bool(HIDDEN.search(cell.source))
    said = ["\n".join(one.traceback) if hidden else f"{one.ename}: {one.evalue[:1000]}" for one in errors]
    shown = [] if hidden else [output for output in cell.outputs if output not in errors]
    code = code_as_html(HIDDEN.sub("", cell.source).strip() or "# hidden")
    return "".join([*(f'<div class="message">{html.escape(words)}</div>' for words in said), *map(output_html, shown),
                    f"<details><summary>The check</summary>{code}</details>"])


def code_html(cell):
    """Returns a cell of code with what it showed."""
    return code_as_html(cell.source.strip()) + "".join(map(output_html, cell.outputs))


def output_html(output):
    """Returns what a cell showed: HTML, Markdown, a picture, or text."""
    if output.output_type in ("stream", "error"):
        return f"<pre>{ansi2html(output.text if 'text' in output else chr(10).join(output.traceback))}</pre>"
    data = output.get("data", {})
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            return f'<img alt="figure" src="data:{kind};base64,{html.escape(data[kind])}">'
    if "text/html" in data:
        return cleaned(data["text/html"])
    if "text/markdown" in data:
        return rendered(data["text/markdown"])
    return f"<pre>{ansi2html(data.get('text/plain', ''))}</pre>"
