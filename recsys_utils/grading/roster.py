"""roster.csv, which is optional: who is in the course, as spreadsheets save it."""

import csv
import io

from .course import CourseError
from .names import clean, same


def read_roster(path):
    """Returns {student: line} of roster.csv, empty where there is none; a line is {column: text}, both cleaned. Raises
    CourseError, with line and remedy, where it has no column student, or says two things of one student."""
    lines, found = table(path) if path.is_file() else [], {}
    header = [clean(name).lower().replace(" ", "_") for name in lines.pop(0)[1]] if lines else ["student"]
    if header.count("student") != 1:
        raise CourseError(f"{path.name}: its first line must name one column student. It has {', '.join(header)}.")
    for number, fields in lines:
        line = dict.fromkeys(header, "") | dict(zip(header, map(clean, fields), strict=False))
        before, known = found.setdefault(same(line["student"]), (number, line))
        if line["student"] and known != line:
            raise CourseError(f"{path.name}, lines {before} and {number} say different things of {line['student']!r}. "
                              "Remove one of them.")
    taken = {}
    for number, line in found.values():
        for name in ("id", "sis_id", "login"):
            if line.get(name) and taken.setdefault((name, line[name]), number) != number:
                raise CourseError(f"{path.name}, lines {taken[name, line[name]]} and {number}: both have the {name} "
                                  f"{line[name]!r}, so one would get the other's mark. Mend one of them.")
    return {line["student"]: line for _, line in found.values() if line["student"]}


def table(path):
    """Returns [(number, fields)] of the lines that are not empty, with whichever separator stands in the first one."""
    lines = list(io.StringIO(text_of(path), newline=""))
    start = next((place for place, line in enumerate(lines) if line.strip(" ,;\t\r\n") and line[:4] != "sep="), 0)
    separator = max(",;\t", key="".join(lines[start : start + 1]).count)
    reader = csv.reader(lines[start:], delimiter=separator, strict=True)
    found, number = [], start + 1
    try:
        for fields in reader:
            found += [(number, fields)] if any(map(str.strip, fields)) else []
            number = start + reader.line_num + 1
    except csv.Error as error:
        raise CourseError(f"{path.name}, line {number}: {error}. Close its quotation marks.") from error
    return found


def text_of(path):
    """Returns a file's text: UTF-16 or UTF-8 where it says so or is so, else Windows-1252."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if any(char < " " and char not in "\t\r\n" or char == "\ufffd" for char in text):
        raise CourseError(f"{path.name} is no text, perhaps a spreadsheet's own format. Save it as CSV UTF-8.")
    return text
