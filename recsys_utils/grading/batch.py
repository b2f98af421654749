"""Grade all attempts that are new or changed. Each is graded apart, and its result kept at once.

A crash, a kill or Ctrl-C loses at most the attempts at work; the next run goes on from there. Of several attempts of
a student at a lesson the best one counts, and goes into nbgrader's gradebook, where a person can add to it.
"""

import functools
import glob
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import IPython  # noqa: F401  nbconvert and the kernel's client import it late: so once, not in each forked process
from tqdm import tqdm

from .autograde import grade_attempt, read_result
from .course import CANARY, CourseError, lesson_names, notebooks, read_notebook
from .feedback import write_feedback
from .grades import empty_gradebook, make_gradebook, record_marks
from .release import files, release
from .report import write_reports
from .sandbox import remove_sockets, require_sandbox
from .workers import run_apart

LARGEST = 50 * 2**20  # bytes of a notebook; one with all its figures has less than 2 million
NO_SANDBOX = "Without the sandbox students' code runs with your rights: it can read and change all that you can."


class Attempt(NamedTuple):
    """A folder that a student handed in: submitted/STUDENT/LESSON, or LESSON.1, LESSON.soft... for an earlier one."""

    student: str
    lesson: str
    folder: Path


def grade(root, again=False, time_limit=900, sandbox=True, accept=()):
    """Grades what stands in submitted/, writes grades.csv, report.html and feedback/, and returns the rows.

    again: grade also what has not changed; time_limit: seconds for one attempt; accept: (student, lesson) of those
    whose points count although their checks could not be trusted.
    """
    if sandbox:
        require_sandbox(root)
    else:
        print(NO_SANDBOX)
    attempts = find_attempts(root)
    if not attempts:
        raise CourseError("There is nothing to grade: put notebooks in submitted/STUDENT/LESSON/, or run make submit")
    for change in release(root):
        print(change)
    for room in (root / ".grading" / "rooms").glob("*"):  # of a run that was killed
        remove_sockets(room.name)
        shutil.rmtree(room, ignore_errors=True)
    make_gradebook(root)
    empty_gradebook(root)
    problems = {attempt: problem for attempt in attempts if (problem := unreadable(root, attempt))}
    todo = [one for one in attempts if one not in problems and (again or not up_to_date(root, one))]
    check_canaries(root, sorted({one.lesson for one in todo}), time_limit, sandbox)
    problems |= grade_all(root, todo, time_limit, sandbox)
    rows = settle(root, attempts, problems, accept)
    write_reports(root, rows)
    write_feedback(root, rows)
    print(f"{len(todo)} attempts graded now; {len(attempts) - len(todo)} as they were, or unreadable")
    return rows


def find_attempts(root):
    """Returns the Attempts in submitted/, in order."""
    folders = sorted(path for path in (root / "submitted").glob("[!.]*/[!.]*") if path.is_dir())
    return [Attempt(path.parent.name, path.name.split(".")[0], path) for path in folders]


def unreadable(root, attempt):
    """Returns why an attempt cannot be graded at all, or an empty text."""
    if attempt.lesson not in lesson_names(root):
        return f"unreadable: there is no such lesson; there are {', '.join(lesson_names(root))}"
    name = attempt.student
    if glob.escape(name) != name or name == CANARY or not name.isprintable():
        return "unreadable: this cannot be a student's name"
    wanted = [path.name for path in notebooks(root / "lessons" / attempt.lesson)]
    found = [path for path in notebooks(attempt.folder) if path.name in wanted]
    try:
        for path in found:
            if path.is_symlink() or path.stat().st_size > LARGEST:
                return f"unreadable: {path.name} is a link, or larger than {LARGEST >> 20} MB"
            read_notebook(path)
    except CourseError as error:
        return f"unreadable: {error}"
    return "" if found else f"unreadable: no {' or '.join(wanted)} in it"


def up_to_date(root, attempt):
    """Returns whether the result that is kept of an attempt still holds."""
    return read_result(result_folder(root, attempt)).get("fingerprint") == fingerprint(root, attempt)


def result_folder(root, attempt):
    """Returns where the result of an attempt is kept."""
    return root / ".grading" / "results" / attempt.student / attempt.folder.name


def fingerprint(root, attempt):
    """Returns 16 hex digits that change with what was handed in, the lesson's solution, and the code that grades."""
    wanted = [path.name for path in notebooks(root / "lessons" / attempt.lesson)]
    contents = [path.read_bytes() for path in notebooks(attempt.folder) if path.name in wanted]
    return digest([grader(root, attempt.lesson).encode(), *contents])


@functools.cache
def grader(root, lesson):
    """Returns the digest of all that grades a lesson."""
    paths = [root / "nbgrader_config.py", *sorted(Path(__file__).parents[1].rglob("*.py"))]
    solution = [content for _, content in sorted(files(root / "solutions" / lesson).items())]
    return digest([*(path.read_bytes() for path in paths), *solution])


def digest(contents):
    """Returns 16 hex digits of a list of bytes."""
    return hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents)).hexdigest()[:16]


def check_canaries(root, lessons, time_limit, sandbox):
    """Grades each lesson's solution as if a student had handed it in; raises CourseError unless it gets full points.

    Where the solution loses points the course is broken, or this machine is, and every student would lose them too.
    """
    canaries = [Attempt(CANARY, lesson, root / "solutions" / lesson) for lesson in lessons]
    for attempt, problem in graded_apart(root, canaries, time_limit, sandbox, "solutions"):
        result = read_result(result_folder(root, attempt))
        lost = [f"{name} ({message})" for name, message in result.get("lost", {}).items()]
        problem = problem or "; ".join(filter(None, [*lost, result.get("doubt")]))
        if problem:
            raise CourseError(f"Nobody was graded: the solution of {attempt.lesson} loses points itself. {problem}")


def grade_all(root, todo, time_limit, sandbox):
    """Grades the attempts and returns {attempt: what went wrong} for those without a result."""
    done = graded_apart(root, todo, time_limit, sandbox, "submissions")
    return {attempt: problem for attempt, problem in done if problem}


def graded_apart(root, attempts, time_limit, sandbox, words):
    """Grades attempts, each in its process, keeps each result at once, and yields (attempt, problem)."""
    if not attempts:
        return
    (root / ".grading" / "rooms").mkdir(parents=True, exist_ok=True)
    rooms = {attempt: Path(tempfile.mkdtemp(dir=root / ".grading" / "rooms")) for attempt in attempts}
    jobs = {one: (grade_attempt, root, one.lesson, one.folder, room, fingerprint(root, one), sandbox)
            for one, room in rooms.items()}
    with tqdm(total=len(jobs), unit=f" {words}", smoothing=0) as bar:
        for attempt, problem in run_apart(jobs, time_limit):
            result = read_result(rooms[attempt] / "result")
            problem = result.get("problem") or (f"failed: {problem}" if problem else "")
            target = result_folder(root, attempt)
            shutil.rmtree(target, ignore_errors=True)
            if not problem:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(rooms[attempt] / "result", target)
            remove_sockets(rooms[attempt].name)
            shutil.rmtree(rooms[attempt], ignore_errors=True)
            bar.update()
            yield attempt, problem


def settle(root, attempts, problems, accept):
    """Brings autograded/ and the gradebook in step with the results and returns a row for each student and lesson."""
    rows, by_lesson = [], {}
    for attempt in attempts:
        by_lesson.setdefault((attempt.student, attempt.lesson), []).append(attempt)
    for (student, lesson), tries in by_lesson.items():
        results = {one: read_result(result_folder(root, one)) for one in tries if one not in problems}
        trusted = {one: result for one, result in results.items() if not result["doubt"] or (student, lesson) in accept}
        row = {"student": student, "lesson": lesson, "attempts": len(tries)}
        if trusted:
            newest = sorted(trusted, key=age)
            best = max(newest, key=lambda one: trusted[one]["score"])
            of_all = " ".join(trusted[one]["fingerprint"] for one in [best, *newest])
            row |= {"best": best.folder.name, "result": trusted[best], "fingerprint": of_all}
            record_marks(root, student, lesson, result_folder(root, best),
                         [result_folder(root, one) for one in newest], of_all)
        else:
            forget(root, student, lesson)
            doubts = list(results.values())
            row["problem"] = f"needs a person: {doubts[0]['doubt']}" if doubts else problems[tries[0]]
            if doubts:
                row["held"] = f"{max(result['score'] for result in doubts):g} points if accepted"
        rows.append(row)
    return rows


def age(attempt):
    """Returns what attempts are sorted by, the newest first: LESSON, then LESSON.10, LESSON.9, and others by name."""
    ending = attempt.folder.name.partition(".")[2]
    return (bool(ending), -int(ending) if ending.isdigit() else 0, ending)


def forget(root, student, lesson):
    """Removes what an earlier attempt left, so that nobody takes it for the result of this one."""
    for step in ("autograded", "feedback"):
        shutil.rmtree(root / step / student / lesson, ignore_errors=True)
