"""Grade all attempts that are new or changed. Each is graded apart, and its result kept at once.

A crash, a kill or Ctrl-C loses at most the attempts at work; the next run goes on from there. What takes long to import
(torch, nbgrader, nbconvert) is imported where something is to be done: a run with nothing new takes a second.
"""

import os
import shutil
import tempfile
from pathlib import Path

from tqdm import tqdm

from .attempts import Attempt, code_of, find_attempts, read_result, result_folder, unreadable, up_to_date
from .course import CANARY, CourseError, lesson_names
from .decisions import read_decisions
from .feedback import write_feedback
from .gradebook import entered_pairs
from .gradebook_cells import make_gradebook
from .report import write_reports
from .roster import read_roster
from .sandbox import require_sandbox
from .settle import forget_removed, settle
from .stamps import Stamps, digest, files
from .workers import run_apart

NO_SANDBOX = "Without the sandbox students' code runs with your rights: it can read and change all that you can."


def grade_all(root, again=False, time_limit=900, sandbox=True):
    """Grades what stands in submitted/, writes grades.csv, report.html and feedback/, and returns the rows.

    again: grade also what has not changed; time_limit: seconds for one attempt. Raises CourseError where the course,
    roster.csv or decisions.csv is wrong: before anything is graded.
    """
    if sandbox:
        require_sandbox(root)
    else:
        print(NO_SANDBOX)
    roster, attempts = read_roster(root / "roster.csv"), find_attempts(root)
    if not attempts:
        raise CourseError("There is nothing to grade: put notebooks in submitted/STUDENT/LESSON/, or run make submit")
    require_solutions(root, attempts)
    decisions = read_decisions(root, {one.student for one in attempts} | roster.keys())
    make_course(root)
    forget_removed(root, attempts)
    problems = {one: problem for one in attempts if (problem := unreadable(root, one))}
    todo = [one for one in attempts if one not in problems and (again or not up_to_date(root, one))]
    problems |= grade(root, todo, time_limit, sandbox)
    rows = settle(root, attempts, problems, decisions)
    write_reports(root, rows, roster)
    write_feedback(root, rows)
    print(f"{len(todo)} attempts graded now; {len(attempts) - len(todo)} as they were, or unreadable")
    return rows


def require_solutions(root, attempts):
    """Raises CourseError where a lesson that was graded has lost its solution: its points would be given anew."""
    graded = {lesson for _, lesson in entered_pairs(root / "gradebook.db")}
    lost = sorted(graded & {one.lesson for one in attempts} - set(lesson_names(root)))
    if lost:
        raise CourseError(f"{', '.join(lost)}: handed in and graded, but there is no solution any more. Put it back "
                          "into solutions/, or take the lesson's folders out of submitted/.")


def make_course(root):
    """Brings lessons/ and the gradebook in step with solutions/, where something changed since the last time."""
    def state():
        """Returns what changes with all that lessons are made of, and with them."""
        return digest(code_of(root), files(root / "solutions"), files(root / "lessons"))

    stamps = Stamps(root)
    if stamps.get("lessons") != state():
        from .release import release

        for change in release(root):
            print(change)
        stamps.set("lessons", state())
    make_gradebook(root)


def grade(root, todo, time_limit, sandbox):
    """Grades attempts, the solutions of their lessons before all; returns {attempt: why it has no result}."""
    rooms, lessons = root / ".grading" / "rooms", sorted({one.lesson for one in todo})
    shutil.rmtree(rooms, ignore_errors=True)  # of a run that was killed
    if todo:
        from .judge import prepare

        rooms.mkdir(parents=True)
        prepare(root, lessons)
        check_canaries(root, lessons, time_limit, sandbox)
    done = graded_apart(root, todo, time_limit, sandbox, "submissions")
    return {attempt: problem for attempt, problem in done if problem}


def check_canaries(root, lessons, time_limit, sandbox):
    """Grades each lesson's solution as if a student had handed it in; raises CourseError unless it gets full points.

    Where the solution loses points the course is broken, or this machine is, and every student would lose them too.
    """
    canaries = [Attempt(CANARY, lesson, root / "solutions" / lesson, "") for lesson in lessons]
    for attempt, problem in graded_apart(root, canaries, time_limit, sandbox, "solutions"):
        result = read_result(result_folder(root, attempt))
        lost = [f"{name} ({message})" for name, message in result.get("lost", {}).items()]
        problem = problem or "; ".join(lost)
        if problem:
            raise CourseError(f"Nobody was graded: the solution of {attempt.lesson} loses points itself. {problem}")


def graded_apart(root, attempts, time_limit, sandbox, words):
    """Grades attempts, each in its process, keeps each result at once, and yields (attempt, why it has no result)."""
    if not attempts:
        return
    from .grade_attempt import grade_attempt

    rooms = {attempt: Path(tempfile.mkdtemp(dir=root / ".grading" / "rooms")) for attempt in attempts}
    jobs = {one: (grade_attempt, root, one.lesson, one.folder, room, one.fingerprint, sandbox)
            for one, room in rooms.items()}
    with tqdm(total=len(jobs), unit=f" {words}", smoothing=0) as bar:
        for attempt, problem in run_apart(jobs, time_limit):
            result = read_result(rooms[attempt] / "result")
            problem = result.get("problem") or (f"failed: {problem}" if problem or not result else "")
            target = result_folder(root, attempt)
            shutil.rmtree(target, ignore_errors=True)
            if not problem:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(rooms[attempt] / "result", target)
            shutil.rmtree(rooms[attempt], ignore_errors=True)
            bar.update()
            yield attempt, problem
