"""The judge: runs a lesson's checks and never a line of a student's code. All points come from here.

In a check the name of each graded function is a stand-in, which sends its arguments by value to the student's process
and gives back the values that come. A function under @scene runs over there as a whole, from its source.
"""

import ast
import builtins
import contextlib
import functools
import io
import os
import warnings

import torch
from nbformat.v4 import new_output

from .. import checks
from .cells import exercise_of, grade_id, is_answer, is_hidden
from .changed_arguments import Changed
from .course import GRADING_ENVIRONMENT, notebooks, read_notebook
from .sources import defined_in
from .student_process import Ended, TooLong

CHECK = "<check>"
STUB = "not attempted yet: put your answer in place of this line"  # nbgrader_config.py
COMMON = (TypeError, ValueError, IndexError, RuntimeError)


class Stop(BaseException):
    """Ends a check whose call did not come back: no `except` of the check's own may take it for an answer's error."""

    def __init__(self, cause):
        """Keeps why, an Ended or TooLong."""
        super().__init__(str(cause))
        self.cause = cause


@functools.cache
def first_cell_of(path):
    """Returns the names that the first code cell of a solution leaves: what every check may use."""
    torch.set_num_threads(1)  # a process that is forked later must not miss other threads
    names, before = {"__name__": "check", "__builtins__": builtins}, dict(os.environ)
    os.environ.update(GRADING_ENVIRONMENT)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(compile(first_code(read_notebook(path)), str(path), "exec"), names)
    finally:
        os.environ.clear()
        os.environ.update(before)
    return names


def prepare(root, lessons):
    """Runs the first code cells of lessons, so that the processes forked from this one have torch and all the rest."""
    for lesson in lessons:
        for path in notebooks(root / "solutions" / lesson):
            first_cell_of(path)


def first_code(notebook):
    """Returns the source of a notebook's first code cell."""
    return next(cell.source for cell in notebook.cells if cell.cell_type == "code")


class Judge:
    """Holds a solution, and runs its checks against a student's process."""

    def __init__(self, path, limit):
        """path: of the solution's notebook; limit: seconds of the processor that a call may take."""
        solution = read_notebook(path)
        self.first, self.limit, self.limits = first_cell_of(path), limit, {}  # {exercise: seconds}, where not `limit`
        self.answers = {grade_id(cell): defined_in(cell.source) for cell in solution.cells if is_answer(cell)}
        tree = ast.parse(first_code(solution)).body
        self.imports = "\n".join(ast.unparse(node) for node in tree if isinstance(node, (ast.Import, ast.ImportFrom)))

    def outputs_of(self, cell, process):
        """Runs a check cell of the solution; returns its outputs, and the Ended or TooLong that stopped it or None.

        process: the StudentProcess, at the cell's place in the notebook
        """
        exercise = exercise_of(grade_id(cell), self.answers)
        graded, self.now = self.answers.get(exercise, []), self.limits.get(exercise, self.limit)
        names = {**self.first, "scene": functools.partial(self.scene, process, cell.source, graded)}
        names |= {name: self.stand_in(process, name) for name in graded}
        self.changed = names["check_unchanged"] = Changed()
        said, failed, stopped, clock = io.StringIO(), [], None, checks.processor_seconds
        checks.processor_seconds = process.total_seconds
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(said):
                warnings.simplefilter("ignore")
                exec(compile(cell.source, CHECK, "exec"), names)
        except Stop as stop:
            failed, stopped = [error_output("NotAnswered", f"your {stop}")], stop.cause
        except BaseException as error:  # a check may raise anything
            failed = [shown(error, cell)]
        finally:
            checks.processor_seconds = clock
        text = said.getvalue()
        return ([new_output("stream", name="stdout", text=text)] if text else []) + failed, stopped

    def stand_in(self, process, name):
        """Returns a function that has the student's function of this name do its work."""
        def stand_in(*args, **kwargs):
            """Asks the student's process."""
            given = [*args, *kwargs.values()]
            answer = self.ask(process, name, do="call", name=name, args=args, kwargs=kwargs)
            for place, value in answer["changed"].items():
                self.changed.note(given[place], value)
            return answer["result"]

        stand_in.__name__ = name
        return stand_in

    def scene(self, process, source, graded, function):
        """Returns a function that runs a scene, a function of the check, in the student's process."""
        node = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)
                    and node.name == function.__name__ and node.end_lineno >= function.__code__.co_firstlineno)
        node.decorator_list = []
        text = ast.unparse(node)

        def acted(*args, **kwargs):
            """Has it run there."""
            return self.ask(process, " or ".join(graded), do="scene", source=text, imports=self.imports,
                            graded=list(graded), args=args, kwargs=kwargs)["result"]

        return acted

    def ask(self, process, words, **request):
        """Returns the answer to a request; raises what the student's code raised, as Python's own class of error."""
        try:
            answer = process.ask(self.now, **request)
        except (Ended, TooLong) as cause:
            raise Stop(type(cause)(f"{words} {cause}")) from None
        if "error" in answer:
            raise raised(answer["error"])
        if not isinstance(answer.get("changed"), dict) or "result" not in answer:
            process.close()
            raise Stop(Ended(f"{words} ended the process"))
        return answer


def raised(told):
    """Returns an error as it was told over the wire: of one of Python's own classes, whatever the student's is."""
    told = told if isinstance(told, dict) else {}
    name, base, text, where = (str(told.get(key, ""))[:2000] for key in ("name", "base", "text", "where"))
    kind = getattr(builtins, base, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or base.startswith("Stop"):
        kind = RuntimeError  # StopIteration would end a loop of the check's in silence
    made = type(name if name.isidentifier() else base, (kind,), {"__str__": lambda self: text, "where": where})
    error = made.__new__(made)
    common = kind.__name__ if kind in COMMON else "an error"  # 60 classes would tell 60 things of a hidden check
    error.without_values = STUB if kind is NotImplementedError and text == STUB else f"your code raised {common}"
    return error


def shown(error, cell):
    """Returns an error of a check as a cell's output: what is wrong, and where in the check it was found.

    The lines of a hidden check's, which a student gets to see, hold nothing that would tell what it asks and expects,
    hand-in by hand-in: no value, no text and no name of the student's own.
    """
    if is_hidden(cell):
        words = getattr(error, "without_values", f"what came of your code ended in {base_of(error)}")
        return error_output(type(error).__name__, str(error), lines=[words])
    where = getattr(error, "where", "")
    if where:
        return error_output(type(error).__name__, str(error), f"in {where}")
    lines, trace = [], error.__traceback__
    while trace:
        lines += [trace.tb_lineno] if trace.tb_frame.f_code.co_filename == CHECK else []
        trace = trace.tb_next
    at = "" if isinstance(error, checks.CheckFailed) or not lines else (
        f"in line {lines[-1]} of this check: {cell.source.splitlines()[lines[-1] - 1].strip()}")
    return error_output(type(error).__name__, str(error), at)


def readable(text):
    """Returns a text that a file can hold: halves of characters become question marks."""
    return str(text).encode("utf-8", "replace").decode()


def base_of(error):
    """Returns the name of Python's own class to which an error belongs."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


def error_output(name, text, where="", lines=()):
    """Returns a cell's output that costs its points; lines: what is shown, if not all that is known."""
    name, text, where = (readable(part)[:2000] for part in (name[:100], text, where))
    lines = lines or [f"✗ {text}" if name == "CheckFailed" else f"{name}: {text}", *[where[:300]] * bool(where)]
    return new_output("error", ename=name, evalue=text, traceback=list(lines))
