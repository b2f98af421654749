"""The instructor's commands; `make help` lists their short forms."""

import argparse
import getpass
import sys
import warnings

from .cells import wrong_points
from .course import (
    CourseError,
    course_root,
    find_lesson,
    lesson_names,
    notebooks,
    prefer_this_environment,
    read_notebook,
)

EXAMPLES = """\
An exercise changed: edit its notebook in solutions/, then
  python -m recsys_utils.grading execute 01     run it and store its outputs
  python -m recsys_utils.grading release        make lessons/ from solutions/
Grading: put each notebook in submitted/STUDENT/LESSON/ (a student can use `submit`), then
  python -m recsys_utils.grading grade          grades.csv, report.html, feedback/
"""


def parser():
    """Returns the command line's parser."""
    top = argparse.ArgumentParser(
        prog="python -m recsys_utils.grading",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("release", help="make lessons/ from solutions/, without answers, outputs and hidden tests")

    execute = commands.add_parser("execute", help="run notebooks of solutions/ in place and store their outputs")
    execute.add_argument("lesson", nargs="?", default="", help="for example 01; all lessons if left out")
    execute.add_argument("--cell-timeout", type=int, default=1800, metavar="S", help="seconds a cell may take (1800)")

    submit = commands.add_parser("submit", help="copy your notebook from work/ to submitted/STUDENT/")
    submit.add_argument("lesson", nargs="?", default="", help="for example 01")
    submit.add_argument("--student", default="", help="your name in the gradebook; your login name if left out")

    collect = commands.add_parser("collect", help="take the zip of Moodle or Canvas apart into submitted/")
    collect.add_argument("lesson", help="for example 01")
    collect.add_argument("zip", help="all submissions of this lesson, as downloaded")

    bundle = commands.add_parser("bundle", help="make recsys-course.zip for students: no answers, no hidden tests")
    bundle.add_argument("--self-study", action="store_true", help="with the solved notebooks")

    grade = commands.add_parser("grade", help="grade what is new in submitted/: grades.csv, report.html, feedback/")
    grade.add_argument("--again", action="store_true", help="grade also what has not changed since the last time")
    grade.add_argument("--time-limit", type=int, default=900, metavar="S", help="seconds for one submission (900)")
    grade.add_argument("--no-sandbox", action="store_true", help="run students' code with your rights: see README.md")
    return top


def run(options):
    """Carries out one command and returns its exit code. nbgrader is imported only where it is needed: 3 seconds."""
    root = course_root()
    prefer_this_environment()
    if options.command == "release":
        from .release import release

        print("\n".join(release(root)) or "lessons/ is in step with solutions/")
        for path in (path for name in lesson_names(root) for path in notebooks(root / "solutions" / name)):
            for sentence in wrong_points(read_notebook(path)):
                print(f"{path.name}: {sentence}")
    elif options.command == "execute":
        return execute(root, options)
    elif options.command == "submit":
        from .collect import submit

        print(submit(root, options.lesson, options.student or getpass.getuser()))
    elif options.command == "collect":
        from .collect import collect

        print("\n".join(collect(root, options.lesson, options.zip)))
    elif options.command == "bundle":
        from .bundle import bundle

        print(bundle(root, options.self_study).name)
    else:
        from .grade_all import grade_all

        grade_all(root, options.again, options.time_limit, not options.no_sandbox)
    return 0


def execute(root, options):
    """Runs the solutions and returns 1 where one of them failed."""
    from .run_solutions import run_solutions

    lessons = [find_lesson(root, options.lesson)] if options.lesson else lesson_names(root)
    problems = run_solutions(root, lessons, options.cell_timeout)
    print("\n\n".join(problems) or "Every notebook ran. Next: make lessons", file=sys.stderr)
    return 1 if problems else 0


def main():
    """Reads the command line; an error that the reader can put right is one sentence, not a traceback."""
    warnings.filterwarnings("ignore", module="nbformat")  # it mends small faults of a submission, and says so
    warnings.filterwarnings("ignore", message="Object of type <Submitted")  # nbgrader's own, about its gradebook
    try:
        sys.exit(run(parser().parse_args()))
    except CourseError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
