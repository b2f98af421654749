"""What a person reads after grading: report.html, grades.csv, and marks.csv for Moodle and Canvas."""

import csv
import html
import io
from collections import Counter

from ..storage import replace_whole
from .cells import exercise_of
from .course import lesson_names
from .names import same

NOTES = ["edited", "mended", "notes", "held"]
COLUMNS = ["student", "name", "lesson", "status", "score", "max_score", "attempts", "best", *NOTES]
HEADS = {"student": 11, "lesson": 12, "status": 13, "points": 7, "exercises": 19, "why points were lost": 21,
         "notes": 17}  # and how wide they are, in percent
LONGEST = 1000  # characters of a field
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5em 2em; color: #111 }
table { border-collapse: collapse; width: 100%; table-layout: fixed } th { box-sizing: border-box; background: #f2f2f2 }
th, td { border-bottom: 1px solid #ccc; padding: .4em .7em; text-align: left; vertical-align: top }
td, .tag { overflow-wrap: anywhere }
ul { margin: .3em 0; padding-left: 1.1em } summary { cursor: pointer }
.tag { display: inline-block; margin: 0 .25em .25em 0; padding: 0 .45em; border-radius: 4px; font-size: .9em }
.passed { background: #dafbe1; color: #0d4f1f } .failed { background: #ffe3e3; color: #8c0a20 }
.partly, .waiting { background: #fff4c8; color: #5c4400 }
"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Grades</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>{style}</style></head><body><h1>Grades</h1><p>{told}</p>
<h2>To look at: {n_look}</h2>{look}<h2>Missing: {n_missing}</h2><p>{missing}</p>
<h2>All others: {n_others}</h2>{others}</body></html>
"""


def write_reports(root, rows, roster):
    """Writes grades.csv, marks.csv and report.html from the rows of grading, and from {student: line} of roster.csv."""
    known = {same(name): line for name, line in roster.items()}
    lines = [line_of(row) for row in rows] + missing(root, rows, roster)
    for line in lines:
        line["name"] = known.get(same(line["student"]), {}).get("name", "")
    lines.sort(key=lambda line: (line["student"], line["lesson"]))
    write_csv(root / "grades.csv", COLUMNS + sorted({name for line in lines for name in line if "/" in name}), lines)
    write_csv(root / "marks.csv", *marks_table(root, lines, known))
    replace_whole(root / "report.html", page(lines, told(lines) + strangers(rows, roster)))
    print(f"{told(lines)}. Read report.html; grades.csv and marks.csv are written too.")
    return lines


def line_of(row):
    """Returns the line of a student and lesson: status, points by exercise as a person left them, what was mended."""
    line = {"student": row["student"], "lesson": row["lesson"], "attempts": row["attempts"], "look": True,
            "held": row.get("held", ""), "notes": "; ".join(row["decided"]), "status": row.get("problem", "")}
    if "problem" in row:
        return line
    marks, result = row["marks"], row["result"]
    touched = result["touched"].items()
    kinds = {exercise: kind_of(marks, exercise) for exercise in marks.exercises}
    over = [f"{name}: more points were given by hand than there are now" for name in marks.over]
    return {
        **line,
        "status": f"needs a person: {', '.join(marks.waiting)}" if marks.needs_person else "graded",
        "look": marks.needs_person or bool(line["held"]),
        "score": f"{marks.score:g}", "max_score": f"{marks.max_score:g}",
        "best": row["best"],
        "edited": "; ".join(name for name, change in touched if change == "edited"),
        "mended": "; ".join(f"{name} ({change})" for name, change in touched if change != "edited"),
        "notes": "; ".join([*row["decided"], *over, *result["notes"]]),
        "solved": "solved" in result["touched"].values(),
        "kinds": kinds, "most": marks.most,
        "lost": lost_of(result["lost"], kinds),
        **{f"{row['lesson']}/{exercise}": "?" if exercise in marks.waiting else f"{points:g}"
           for exercise, points in marks.exercises.items()},
    }


def lost_of(lost, kinds):
    """Returns why points were lost in exercises that did not pass; of one not attempted once, not by check."""
    exercises = {name: exercise_of(name, kinds) for name in lost}
    told = [f"{exercises[name]}: not attempted yet" if text.startswith("NotImplementedError: not attempted yet")
            else f"{name}: {text}" for name, text in lost.items() if kinds.get(exercises[name]) != "passed"]
    return list(dict.fromkeys(told))


def kind_of(marks, exercise):
    """Returns how an exercise went: "passed", "failed", "partly", or "waiting" for a person."""
    points, most = marks.exercises[exercise], marks.most[exercise]
    return ("waiting" if exercise in marks.waiting else "passed" if points >= most else
            "partly" if points > 0 else "failed")


def missing(root, rows, roster):
    """Returns a line for each lesson that some student handed in and another one, or one of the roster, did not."""
    students = {same(name): name for name in [*roster, *(row["student"] for row in rows)]}
    lessons = {row["lesson"] for row in rows}.intersection(lesson_names(root))
    pairs = {(student, lesson) for student in students.values() for lesson in lessons}
    pairs -= {(row["student"], row["lesson"]) for row in rows}
    return [{"student": student, "lesson": lesson, "status": "missing"} for student, lesson in sorted(pairs)]


def strangers(rows, roster):
    """Returns a sentence about those who handed in and are not in the roster, or an empty text."""
    known = set(map(same, roster))
    names = sorted({row["student"] for row in rows if roster and same(row["student"]) not in known})
    return f" In submitted/, but not in roster.csv: {', '.join(names)}." if names else ""


def marks_table(root, lines, known):
    """Returns (columns, lines): one line a student, one column a lesson, as Canvas and Moodle import them.

    A lesson that still waits for a person stays empty, as does a missing one: empty is not 0 points.
    """
    lessons = [name for name in lesson_names(root) if any(line["lesson"] == name for line in lines)]
    table = {}
    for line in lines:
        who = known.get(same(line["student"]), {})
        row = table.setdefault(line["student"], {
            "Student": who.get("name") or line["student"], "ID": who.get("id", ""),
            "SIS User ID": who.get("sis_id", ""), "SIS Login ID": who.get("login") or line["student"]})
        if line["status"] == "graded":
            row[line["lesson"]] = line["score"]
    return ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *lessons], list(table.values())


def write_csv(path, columns, lines):
    """Writes a CSV, whole or not at all. What a line lacks stays empty."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: safe(value) for name, value in line.items()} for line in lines)
    replace_whole(path, file.getvalue())


def safe(value):
    """Returns a short text that no spreadsheet takes for a formula: file names and messages come from students."""
    if not isinstance(value, str):
        return value
    value = value[:LONGEST].encode("utf-8", "replace").decode()
    return f"'{value}" if value[:1] in tuple("=+-@\t\r") and len(value) > 1 else value


def page(lines, words):
    """Returns one page of HTML: some words, what a person must look at, who is missing, all others."""
    absent = [line for line in lines if line["status"] == "missing"]
    there = [line for line in lines if line["status"] != "missing"]
    look, others = [[line for line in there if line["look"] == kind] for kind in (True, False)]
    return PAGE.format(style=STYLE, told=escaped(words), n_look=len(look), look=table(look), n_others=len(others),
                       n_missing=len(absent), others=table(others),
                       missing=escaped("; ".join(f"{line['student']}, {line['lesson']}" for line in absent)))


def told(lines):
    """Returns how many lines there are of each kind."""
    counts = Counter(line["status"].split(":")[0] for line in lines)
    counts["to look at"] = sum(line.get("look", False) for line in lines)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def table(lines):
    """Returns an HTML table of lines, or a word where there are none."""
    head = "".join(f'<th style="width: {width}%">{name}</th>' for name, width in HEADS.items())
    return f"<table><tr>{head}</tr>{''.join(map(table_row, lines))}</table>" if lines else "<p>Nothing.</p>"


def table_row(line):
    """Returns a line as a row of an HTML table; lost checks unfold below the first one."""
    words, _, reason = line["status"].partition(": ")
    several = line.get("best") and line["attempts"] > 1
    best = f"{line['attempts']} attempts, the best is {line['best']}" if several else ""
    notes = filter(None, [reason, best, line["notes"], line["held"]])
    name = line["student"] if line["name"] in ("", line["student"]) else f"{line['name']} ({line['student']})"
    kind = "waiting" if line["look"] else "passed"
    tags = [tag(line, exercise, kind) for exercise, kind in line.get("kinds", {}).items()]
    mended = (["the solved notebook itself?"] if line.get("solved") else
              [folded(f"{kind}: {line[kind]}".split("; "), 3) for kind in ("edited", "mended") if line.get(kind)])
    points = f"{line['score']} of {line['max_score']}" if line.get("score") else ""
    words = "graded, but see the notes" if line["look"] and words == "graded" else words
    cells = [escaped(name), escaped(line["lesson"]), f'<span class="tag {kind}">{escaped(words)}</span>', points,
             "".join(tags), folded(line.get("lost", []), 1), "<br>".join([*map(escaped, notes), *mended])]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def folded(texts, most):
    """Returns texts as HTML; those behind the first `most` unfold below them."""
    first, more = escaped("; ".join(texts[:most])), texts[most:]
    return (f"<details><summary>{first} <b>and {len(more)} more</b></summary>"
            f"<ul>{''.join(f'<li>{escaped(each)}</li>' for each in more)}</ul></details>") if more else first


def tag(line, exercise, kind):
    """Returns an exercise's points in the colour, and with the sign, of how it went."""
    sign = {"passed": "✓", "failed": "✗", "partly": "◐", "waiting": "…"}[kind]
    points = line[f"{line['lesson']}/{exercise}"]
    of = "" if kind == "passed" else f" of {line['most'][exercise]:g}"
    return f'<span class="tag {kind}">{sign} {escaped(exercise)} {points}{of}</span>'


def escaped(text):
    """Returns a text, which a student may have written, as HTML that only shows it."""
    return html.escape(str(text)[:LONGEST].encode("utf-8", "replace").decode())
