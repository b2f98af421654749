"""Students' names: what can name a folder, and which two are the same."""

import re
import unicodedata
from functools import cache

from .course import CANARY, CourseError

LONGEST = 200  # bytes; a file system takes 255
JOINED = re.compile("(?<=[\u0600-\u1cff])[\u200c\u200d](?=[\u0600-\u1cff])")  # Persian and Indian scripts need these
SPACES = re.compile(r"[^\S\x00-\x1f\x7f-\x9f\u2028\u2029]+")
FORBIDDEN = set('/\\<>:"|?*')  # on some file system, or on a page
UNSEEN = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of characters, separators of lines


@cache
def clean(name):
    """Returns a name in NFC, with single spaces, without characters that nobody sees.

    Square brackets become round: nbgrader takes [ab] for a pattern, and would give a's feedback to [ab].
    """
    name = name.translate({ord("["): "(", ord("]"): ")"})
    seen = [char for place, char in enumerate(name)
            if unicodedata.category(char) != "Cf" or JOINED.match(name, place)]
    return SPACES.sub(" ", unicodedata.normalize("NFC", "".join(seen))).strip(" ")


def check_name(student):
    """Returns a student's name as its folder is called; raises CourseError where it cannot be, or is taken."""
    name = clean(student)
    bad = [char for char in name if char in FORBIDDEN or unicodedata.category(char) in UNSEEN]
    problem = ("it is empty" if not name else f"it holds {ascii(bad[0])}" if bad
               else "it begins with a dot" if name.startswith(".")
               else f"it is longer than {LONGEST} bytes" if len(name.encode()) > LONGEST
               else "it is the solution's" if same(name) == CANARY else "")
    if problem:
        raise CourseError(f"{shown(student)!r} cannot be a student's name: {problem}")
    return name


@cache
def same(name):
    """Returns what two spellings of one name share: Unicode's form, invisible characters and case do not matter."""
    return clean(clean(name).lower())


def student_folder(root, student):
    """Returns the name of a student's folder in submitted/, as it is spelled there already."""
    there = sorted(path.name for path in (root / "submitted").glob("[!.]*"))
    return next((name for name in there if name == student or same(name) == same(student)), student)


def shown(text):
    """Returns a text from elsewhere as a terminal may show it."""
    safe = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return safe if len(safe) <= 120 else f"{safe[:80]} … {safe[-30:]}"
