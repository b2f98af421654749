"""What decisions and new answers put aside: points and comments given by hand that wait, and may come back.

It stands in a table of our own in gradebook.db: so it is copied, put back and changed together with the points.
"""

import contextlib
import json
import sqlite3

from .gradebook import select

TABLE = """CREATE TABLE IF NOT EXISTS set_aside (student, lesson, kind, notebook, name, value,
PRIMARY KEY (student, lesson, kind, notebook, name))"""
DECIDED = "Decided: "  # begins the line that a decision adds to a comment


def read_aside(path, student, lesson):
    """Returns {(kind, notebook, grade id): value} of a student's lesson; kind: "decision" or "comment"."""
    rows = select(path, "SELECT kind, notebook, name, value FROM set_aside WHERE student = ? AND lesson = ?",
                  (student, lesson))
    return {tuple(key): json.loads(value) for *key, value in rows}


def write_aside(session, student, lesson, aside):
    """Puts what `read_aside` returns in place of what was there, within a session's transaction."""
    from sqlalchemy import text

    who = {"student": student, "lesson": lesson}
    session.execute(text(TABLE))
    session.execute(text("DELETE FROM set_aside WHERE student = :student AND lesson = :lesson"), who)
    for (kind, notebook, name), value in aside.items():
        session.execute(text("INSERT INTO set_aside VALUES (:student, :lesson, :kind, :notebook, :name, :value)"),
                        {**who, "kind": kind, "notebook": notebook, "name": name, "value": json.dumps(value)})


def drop_aside(path, pairs):
    """Forgets all of (student, lesson) pairs."""
    if select(path, "SELECT 1 FROM set_aside LIMIT 1"):
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.executemany("DELETE FROM set_aside WHERE student = ? AND lesson = ?", sorted(pairs))


def parted(comment):
    """Returns (what a person wrote, what a decision added) of a comment's text, which may be None."""
    lines = (comment or "").splitlines()
    return ("\n".join(line for line in lines if not line.startswith(DECIDED)),
            "\n".join(line for line in lines if line.startswith(DECIDED)))


def on_earlier_answers(path, student, lesson, marks):
    """Returns the exercises whose comment by hand is on an answer that is another one now, which nobody looked at."""
    texts, found = {name: parted(text) for name, text in marks.comments}, []
    for (kind, _, name), value in read_aside(path, student, lesson).items():
        own, decided = texts.get(name, ("", ""))
        if kind == "comment" and own == parted(value[0])[0] and (decided or name not in marks.looked_at):
            found.append(name)
    return sorted(found)
