"""Whose is each notebook in a zip of Moodle or Canvas, and is that somebody who is there already?"""

import json
import re
from typing import NamedTuple

from ..storage import replace_whole
from .archive import name_of, why_left_out
from .course import CourseError, lesson_names, notebooks
from .names import check_name, clean, same, student_folder

# Canvas: doejane_LATE_1234_56789_01_movielens-1.ipynb. Moodle, with a folder for each student or without:
# Jane Doe_1234567_assignsubmission_file_/01_movielens.ipynb
CANVAS = re.compile(r"((?:(?!_assignsubmission_).)+?)(?:_LATE)?_(\d{1,20})_(\d{1,20})_((?!assignsubmission_).+)")
MOODLE = re.compile(r"(.+?)(?:_(\d{1,20}))?_assignsubmission_[a-z]+_?(.*)")
# what browsers, file managers and Canvas add to the name of a second file
COPY = re.compile(r"(?: ?\(\d+\)|[-_– ]+(?:copy|kopie|kopia|copie|c[oó]pia|копия)\d*|[-_ ]\d+)+$", re.IGNORECASE)
COPY_OF = re.compile(r"^(?:(?:copy of|kopie von|kopia|copie de|c[oó]pia de|copia di|копия) )+", re.IGNORECASE)
MET = ".people.json"


class Entry(NamedTuple):
    """A notebook in a zip: where it is there, whose it is, which notebook, and what two of a kind are sorted by."""

    info: object  # zipfile's
    path: str
    owner: tuple  # (name, Moodle's number or an empty text)
    notebook: str
    age: tuple


def sort_out(root, lesson, zipped):
    """Returns the Entries of a zip, and [(reason, path)] of what is not taken."""
    known = {path.name: name for name in lesson_names(root) for path in notebooks(root / "lessons" / name)}
    entries, left = [], []
    for info, path in ((info, name_of(info)) for info in zipped.infolist()):
        if info.is_dir() and not path.lower().endswith(".ipynb/"):
            continue
        try:
            if reason := why_left_out(info, path):
                raise CourseError(reason)
            owner, file, number = owner_of(path)
            if file.startswith("."):
                raise CourseError("hidden")
            notebook, copy = notebook_of(file, known)
            if known.get(notebook, lesson) != lesson:
                raise CourseError(f"it is a notebook of {known[notebook]}")
            entries.append(Entry(info, path, owner, notebook, (info.date_time, copy, number)))
        except CourseError as error:
            left.append((str(error), path))
    return entries, left


def notebook_of(file, known):
    """Returns (name, number of the copy) of the known notebook that a file's name means, else its own name and 0."""
    names = {name[:-6].lower(): name for name in known}
    stem = re.sub(r"(\.ipynb)+$", "", COPY_OF.sub("", clean(file)), flags=re.IGNORECASE)
    for short in (stem, COPY.sub("", stem)):
        if short.lower() in names:
            numbers = re.findall(r"\d+", stem[len(short):]) or [short != stem]
            return names[short.lower()], int(numbers[-1])
    return f"{clean(file)[:-6]}.ipynb", 0


def owner_of(path):
    """Returns ((student, Moodle's number or an empty text), the file's own name, Canvas's number of the file or 0).

    The first part of a path that names somebody decides: what stands behind it is that student's own choice. Raises
    CourseError where none does, or Canvas's names are two.
    """
    parts = path.split("/")
    named = [(place, found) for place, part in enumerate(parts)
             if (found := CANVAS.fullmatch(part) or MOODLE.fullmatch(part))]
    if not named:
        raise CourseError("its path names no student")
    place, match = named[0]
    part = parts[place]  # who calls herself "Ada Lovelace_assignsubmission_file_" is not Ada
    if part.count("_assignsubmission_") > 1 or CANVAS.fullmatch(part) and MOODLE.fullmatch(part):
        raise CourseError("its path names two students")
    file = match[match.lastindex] if place == len(parts) - 1 else parts[-1]
    if match.re is MOODLE:
        return (check_name(match[1]), match[2] or ""), file, 0
    if len(named) > 1:
        raise CourseError("its path names two students")
    return (check_name(f"{match[1]}_{match[2]}"), ""), file, int(match[3])


def students_of(root, owners):
    """Returns ({owner: student}, {owner: why nobody can tell who it is}) of owners as `owner_of` gives them.

    Moodle numbers people anew in each assignment. So numbers count only where several people share a name, and there
    only those that are known: from a folder in submitted/, or from an earlier zip.
    """
    students = {owner: student_folder(root, owner[0]) for owner in owners if not owner[1]}
    reasons, there_now = {}, folders(root)
    met = {same(key): same(student) for key, student in read_met(root).items()}
    for name in {same(owner[0]) for owner in owners - students.keys()}:
        ones = {owner: label(owner) for owner in sorted(owners) if owner[1] and same(owner[0]) == name}
        there = {same(folder): folder for folder in there_now if same(re.sub(r"_\d+$", "", folder)) == name}
        if len({number for _, number in ones}) == 1 >= len(there):
            students |= dict.fromkeys(ones, next(iter(there.values()), min(ones)[0]))
            continue
        there |= {same(text): text for text in ones.values() if met.get(same(text)) == same(text)}
        known = {owner: there[key] for owner, text in ones.items() if (key := met.get(same(text), same(text))) in there}
        free = sorted(set(there.values()) - set(known.values()))
        new = {owner: text for owner, text in ones.items() if owner not in known}
        students |= known if free else known | new
        reasons |= {owner: which(text, free) for owner, text in new.items() if free}
    return students, reasons


def which(text, free):
    """Returns what to do about a number that nobody knows, of a name that one or several others have."""
    lines = " or ".join(json.dumps({text: student}, ensure_ascii=False)[1:-1] for student in [*free, text])
    return (f"Moodle's numbers are new in each assignment, so {text} may be {' or '.join(free)}, or somebody new. "
            f"Add the line that is right to submitted/{MET}, and collect again: {lines}")


def label(owner):
    """Returns how Moodle calls a student in one assignment."""
    return f"{owner[0]}_{owner[1]}"


def folders(root):
    """Returns the names of the folders in submitted/, one for each student."""
    return [path.name for path in (root / "submitted").glob("[!.]*") if path.is_dir()]


def read_met(root):
    """Returns {how Moodle called a student: student} of all zips so far; raises CourseError where it is damaged."""
    try:
        met = json.loads((root / "submitted" / MET).read_text(encoding="utf-8"))
        return {str(key): str(student) for key, student in met.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError) as error:
        raise CourseError(f"submitted/{MET} is damaged ({error}): mend it, or remove it") from error


def remember(root, students):
    """Keeps who the people of a zip were, forgets those whose folder was removed; returns what went wrong, or ""."""
    met = read_met(root) | {label(owner): student for owner, student in students.items() if owner[1]}
    there = folders(root)
    met = {key: student for key, student in met.items() if student in there}
    try:
        replace_whole(root / "submitted" / MET, json.dumps(met, ensure_ascii=False, indent=1))
        return ""
    except OSError as error:
        return f"submitted/{MET}, where the numbers of two people of one name are kept, was not written: {error}"
