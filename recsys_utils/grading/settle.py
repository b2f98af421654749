"""Of a student's attempts at a lesson the best one counts: it is entered into the gradebook, and told in a row."""

import shutil

from .attempts import read_result, result_folder
from .course import CANARY
from .enter_marks import record_marks
from .gradebook import by_hand_in, entered_pairs, given, numbered_copy, read_marks, remove_submissions
from .names import same
from .set_aside import drop_aside
from .stamps import Stamps, digest


def settle(root, attempts, problems, decisions):
    """Brings autograded/ and the gradebook in step with the results; returns a row for each student and lesson.

    problems: {attempt: why it has no result}; decisions: those of decisions.csv.
    """
    by_lesson, rows = {}, []
    for attempt in attempts:
        by_lesson.setdefault((attempt.student, attempt.lesson), []).append(attempt)
    for one in decisions:
        if (one.student, one.lesson) not in by_lesson:
            print(f"decisions.csv: {one.student} handed in nothing of {one.lesson}, so the line has no effect")
    for (student, lesson), tries in by_lesson.items():
        own = [one for one in decisions if (same(one.student), one.lesson) == (same(student), lesson)]
        row = {"student": student, "lesson": lesson, "attempts": len(tries), "decided": [told(one) for one in own]}
        rows.append(row | settled(root, sorted(tries, key=age), problems, {one.exercise: one for one in own}))
    return rows


def settled(root, tries, problems, decided):
    """Returns what a row says of one student's attempts at a lesson, the newest first; enters the best one.

    decided: {exercise: Decision}.
    """
    student, lesson = tries[0].student, tries[0].lesson
    results = {one: read_result(result_folder(root, one)) for one in tries if one not in problems}
    if not results:
        forget(root, student, lesson)
        idle = "decisions.csv has no effect where nothing is graded" if decided else ""
        return {"problem": problems[tries[0]], "held": idle}
    best = max(results, key=lambda one: results[one]["score"])
    fingerprint = digest(results[best]["points"], *(one.fingerprint for one in [best, *results]))
    record_marks(root, student, lesson, result_folder(root, best), [result_folder(root, one) for one in results],
                 fingerprint, decided)
    newest = problems.get(tries[0], "")
    return {"best": best.folder.name, "number": len(tries) - tries.index(best), "newest": newest,
            "result": results[best], "fingerprint": fingerprint, "marks": read_marks(root, lesson, student),
            "held": f"not counted: {tries[0].folder.name} ({newest})" if newest else ""}


def told(decision):
    """Returns a decision in words."""
    return f"{decision.exercise} gives {decision.points:g} points, as decided: {decision.reason}"


def age(attempt):
    """Returns what attempts are sorted by, the newest first: LESSON, then LESSON.10, LESSON.9, and others by name."""
    ending = attempt.folder.name.partition(".")[2]
    return (bool(ending), -int(ending) if ending.isdigit() else 0, ending)


def forget(root, student, lesson):
    """Removes what an earlier attempt left, so that nobody takes it for the result of this one."""
    for step in ("autograded", "feedback"):
        shutil.rmtree(root / step / student / lesson, ignore_errors=True)
    for kind in ("entered", "told"):
        Stamps(root).drop(f"{kind}/{student}/{lesson}")


def forget_removed(root, attempts):
    """Removes every trace of those who are no longer in submitted/: of students, lessons of a student, and attempts.

    Where a person gave points to one of them, a copy of the gradebook is kept, and said: a folder may have been lost.
    """
    book, there = root / "gradebook.db", {(one.student, one.lesson) for one in attempts}
    gone = set(entered_pairs(book)) - there
    if gone:
        by_hand = any(by_hand_in(given(book, *pair)) for pair in gone)
        kept = f" Points that a person gave them stand in {numbered_copy(book).name}." if by_hand else ""
        drop_aside(book, gone)
        remove_submissions(book, gone, {student for student, _ in gone} - {one.student for one in attempts})
        print(f"No longer in submitted/, so removed: {'; '.join(', '.join(pair) for pair in sorted(gone))}.{kept}")
    folders = {step: list((root / step).glob("[!.]*/[!.]*")) for step in ("autograded", "feedback", ".grading/results")}
    pairs = {path.parts[-2:] for step in ("autograded", "feedback") for path in folders[step]}
    for student, lesson in gone | pairs - there:
        forget(root, student, lesson)
    kept = {one.folder.parts[-2:] for one in attempts}
    for path in folders[".grading/results"]:
        if path.parts[-2:] not in kept and path.parts[-2] != CANARY:
            shutil.rmtree(path)
    for folder in {path.parent for paths in folders.values() for path in paths}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
