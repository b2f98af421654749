"""Which feedback is written: feedback/STUDENT/LESSON/*.html, anew where what was graded, points or comments changed."""

import hashlib

from tqdm import tqdm

from .gradebook import read_marks
from .set_aside import on_earlier_answers
from .stamps import Stamps
from .workers import run_apart

TIME_LIMIT = 120  # seconds for one student's page


def write_feedback(root, rows):
    """Writes the feedback on what is graded, where there is none yet or something changed."""
    stamps, graded = Stamps(root), {(row["student"], row["lesson"]): row for row in rows if "result" in row}
    wanted = {key: stamp_of(root, row) for key, row in graded.items()}
    todo = {key: stamp for key, stamp in wanted.items() if stamp != last_stamp(root, stamps, *key)}
    if todo:
        from .feedback_page import feedback_for, warm_up  # takes a second, which is not needed where nothing changed

        warm_up(root, {lesson for _, lesson in todo})
        jobs = {key: (feedback_for, root, *key, graded[key]["result"].get("notes", ()),
                      which_attempt(graded[key])) for key in todo}
        done = run_apart(jobs, TIME_LIMIT)
        for key, problem in tqdm(done, total=len(todo), unit=" feedback", smoothing=0):
            if problem:
                print(f"{', '.join(key)}: no feedback, {problem}")
            else:
                stamps.set(f"told/{'/'.join(key)}", todo[key])


def stamp_of(root, row):
    """Returns hex digits that change with what was graded, what grades it, the points and the comments."""
    marks = read_marks(root, row["lesson"], row["student"])
    earlier = on_earlier_answers(root / "gradebook.db", row["student"], row["lesson"], marks)
    return hashlib.sha256(repr((row["fingerprint"], marks, earlier, which_attempt(row))).encode()).hexdigest()


def which_attempt(row):
    """Returns which of several attempts a page shows, and what became of the newest; empty where there is one only."""
    if row["attempts"] == 1:
        return ""
    reason = row["newest"]  # of one that ran, a student's code may have chosen the words
    reason = reason if not reason or reason.startswith("unreadable: ") else "it could not be graded, ask about it"
    newest = (f"The newest one does not count: {reason}." if reason else "It is your newest one."
              if row["number"] == row["attempts"] else "The newest one is graded too, and has fewer points.")
    return (f"This is attempt {row['number']} of {row['attempts']} ({row['best']}), which has the most points. "
            f"{newest} Written answers are always the newest that count.")


def last_stamp(root, stamps, student, lesson):
    """Returns the stamp of a student's feedback on a lesson, an empty text where there is none."""
    return stamps.get(f"told/{student}/{lesson}") if (root / "feedback" / student / lesson).is_dir() else ""
