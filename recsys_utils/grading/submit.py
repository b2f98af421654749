"""Hand in a lesson: copy a student's notebooks from work/ to submitted/."""

import re

from .course import CANARY, CourseError, find_lesson, notebooks, read_notebook


def submit(root, lesson, student):
    """Copies the lesson's notebooks from work/ to submitted/STUDENT/ and returns sentences about what it did.

    An earlier submission is kept in submitted/STUDENT/.replaced/.
    """
    check_name(student)
    name = find_lesson(root, lesson)
    done = []
    for path in [root / "work" / name / made.name for made in notebooks(root / "lessons" / name)]:
        if not path.is_file():
            raise CourseError(f"There is no {path.relative_to(root)}. `make lab` puts it there to work in.")
        read_notebook(path)
        done.append(hand_in(root, path, root / "submitted" / student / name / path.name))
    return done


def check_name(student):
    """Raises CourseError where a student's name cannot name a folder, or is taken."""
    if not re.fullmatch(r"[\w@+-][\w.@+-]*", student) or student == CANARY:
        raise CourseError(f"{student!r} cannot be a student's name: use letters, digits and . _ - + @")


def hand_in(root, path, target):
    """Copies one notebook and returns a sentence about it."""
    shown = target.relative_to(root)
    content = path.read_bytes()
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return f"Submitted {shown}"
    if target.read_bytes() == content:
        return f"Already submitted, nothing changed since: {shown}"
    kept = keep_earlier(target)
    target.write_bytes(content)
    return f"Submitted {shown}; the earlier one is kept as {kept.relative_to(root)}"


def keep_earlier(target):
    """Moves a submission to the student's .replaced folder, numbered, and returns its new path."""
    folder = target.parent.parent / ".replaced"
    folder.mkdir(exist_ok=True)
    number = len(list(folder.glob(f"{target.stem}.*.ipynb"))) + 1
    return target.rename(folder / f"{target.stem}.{number}.ipynb")
