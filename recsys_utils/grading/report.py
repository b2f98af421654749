"""What a person reads after grading: grades.csv, report.html, marks.csv for Moodle and Canvas."""

import csv
import html
import os
from collections import Counter

from .course import CourseError, lesson_names
from .grades import read_marks

ROSTER = ["student", "name", "id", "sis_id", "login"]
NOTES = ["edited", "mended", "fatal", "held"]
COLUMNS = ["student", "name", "lesson", "status", "score", "max_score", "attempts", "best", *NOTES]
LONGEST = 1000  # characters of a field
STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; color: #111 }
table { border-collapse: collapse }
th, td { border-bottom: 1px solid #ccc; padding: .3em .7em; text-align: left; vertical-align: top }
td:nth-child(4) { white-space: nowrap }
"""


def write_reports(root, rows):
    """Writes grades.csv, report.html and marks.csv from the rows of `settle`, and those of the missing to them."""
    names = read_roster(root / "roster.csv")
    lines = [line_of(root, row) for row in rows] + missing(root, rows, names)
    for line in lines:
        line["name"] = names.get(line["student"], {}).get("name", "")
    lines.sort(key=lambda line: (line["student"], line["lesson"]))
    points = sorted({name for line in lines for name in line} - set(COLUMNS))
    write_csv(root / "grades.csv", COLUMNS + points, lines)
    write_csv(root / "marks.csv", *marks_table(root, lines, names))
    write_whole(root / "report.html", page(lines))
    print(f"{told(lines)}. Read report.html; grades.csv and marks.csv are written too.")
    return lines


def line_of(root, row):
    """Returns the line of a student and lesson: status, points by exercise as a person left them, what was mended."""
    line = {"student": row["student"], "lesson": row["lesson"], "attempts": row["attempts"]}
    if "problem" in row:
        return {**line, "status": row["problem"], "held": row.get("held", "")}
    marks, result = read_marks(root, row["lesson"], row["student"]), row["result"]
    touched = {kind: [name for name, change in result["touched"].items() if (change == "edited") == (kind == "edited")]
               for kind in ("edited", "mended")}
    return {
        **line,
        "status": "needs a person: written answers" if marks.needs_person else "graded",
        "score": f"{marks.score:g}",
        "max_score": f"{marks.max_score:g}",
        "best": row["best"],
        "edited": "; ".join(touched["edited"]),
        "mended": "; ".join(f"{name} ({result['touched'][name]})" for name in touched["mended"]),
        "fatal": result["fatal"],
        **{f"{row['lesson']}/{exercise}": "?" if exercise in marks.waiting else f"{points:g}"
           for exercise, points in marks.exercises.items()},
    }


def missing(root, rows, names):
    """Returns a line for each lesson that some student handed in and another one, or one of the roster, did not."""
    students = {row["student"] for row in rows} | names.keys()
    lessons = {row["lesson"] for row in rows}.intersection(lesson_names(root))
    pairs = {(student, lesson) for student in students for lesson in lessons}
    pairs -= {(row["student"], row["lesson"]) for row in rows}
    return [{"student": student, "lesson": lesson, "status": "missing"} for student, lesson in sorted(pairs)]


def read_roster(path):
    """Returns {student: line} of roster.csv, empty where there is none; it has a column student, and any of ROSTER."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    if lines and "student" not in lines[0]:
        raise CourseError(f"roster.csv has no column student; it has {', '.join(map(str, lines[0]))}")
    return {line["student"]: line for line in lines if line["student"]}


def marks_table(root, lines, names):
    """Returns (columns, lines): one line a student, one column a lesson, as Canvas and Moodle import them.

    A lesson that still waits for a person stays empty, as does a missing one: empty is not 0 points.
    """
    lessons = [name for name in lesson_names(root) if any(line["lesson"] == name for line in lines)]
    table = {}
    for line in lines:
        known = names.get(line["student"], {})
        row = table.setdefault(line["student"], {
            "Student": known.get("name") or line["student"], "ID": known.get("id", ""),
            "SIS User ID": known.get("sis_id", ""), "SIS Login ID": known.get("login") or line["student"],
            "Section": ""})
        if line["status"] == "graded":
            row[line["lesson"]] = line["score"]
    return ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *lessons], list(table.values())


def write_csv(path, columns, lines):
    """Writes a CSV, whole or not at all. What a line lacks stays empty."""
    draft = path.with_name(path.name + ".tmp")
    with draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({name: safe(value) for name, value in line.items()} for line in lines)
    os.replace(draft, path)


def safe(value):
    """Returns a short text that no spreadsheet takes for a formula: file names and messages come from students."""
    if not isinstance(value, str):
        return value
    value = value[:LONGEST].encode("utf-8", "replace").decode()
    return f"'{value}" if value[:1] in tuple("=+-@\t\r") and len(value) > 1 else value


def write_whole(path, text):
    """Writes a text file, whole or not at all."""
    draft = path.with_name(path.name + ".tmp")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def page(lines):
    """Returns one page of HTML: first what a person must look at, then everybody."""
    missing = [line for line in lines if line["status"] == "missing"]
    graded = [line for line in lines if line["status"] == "graded"]
    look = [line for line in lines if line not in missing and line not in graded]
    names = "; ".join(f"{line['student']}, {line['lesson']}" for line in missing)
    return (f"<!doctype html><meta charset=utf-8><title>Grades</title><style>{STYLE}</style><h1>Grades</h1>"
            f"<p>{html.escape(told(lines))}</p><h2>To look at: {len(look)}</h2>{table(look)}"
            f"<h2>Graded: {len(graded)}</h2>{table(graded)}"
            f"<h2>Missing: {len(missing)}</h2><p>{html.escape(names)}</p>")


def told(lines):
    """Returns how many lines there are of each kind."""
    counts = Counter(line["status"].split(":")[0] for line in lines)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def table(lines):
    """Returns an HTML table of lines."""
    head = "".join(f"<th>{name}</th>" for name in ("student", "lesson", "status", "points", "by exercise", "notes"))
    return f"<table><tr>{head}</tr>{''.join(map(table_row, lines))}</table>"


def table_row(line):
    """Returns a line as a row of an HTML table."""
    several = int(line.get("attempts") or 0) > 1 and line.get("best")
    notes = [f"{line['attempts']} attempts, the best is {line['best']}"] if several else []
    notes += [f"{kind}: {line[kind]}" for kind in NOTES if line.get(kind)]
    cells = [
        line["student"] if line.get("name") in ("", None, line["student"]) else f"{line['name']} ({line['student']})",
        line["lesson"],
        line["status"],
        f"{line['score']} of {line['max_score']}" if line.get("score") else "",
        ", ".join(f"{name.split('/')[1]} {value}" for name, value in line.items() if "/" in name),
        ". ".join(notes),
    ]
    return f"<tr>{''.join(f'<td>{html.escape(str(safe(cell)))}</td>' for cell in cells)}</tr>"
