"""A notebook in the student's process: what ends it, hangs, or prints costs nobody else's points, and is named."""

import shutil

import pytest
from harness import answer_of, checks_of, exercises_of, notebook_path
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade, is_grade

from recsys_utils.grading.cells import grade_id, is_answer
from recsys_utils.grading.course import read_notebook
from recsys_utils.grading.run_submission import NotDecided, Run
from recsys_utils.grading.sandbox import TOOLS
from recsys_utils.grading.sources import definitions, names_of
from recsys_utils.grading.submission import mended, read_submission

LESSON = "01_movielens"
EXERCISES = exercises_of(LESSON)
FIRST, LAST = EXERCISES[0], EXERCISES[-1]
SANDBOXED = all(map(shutil.which, TOOLS))
LIMIT = 4  # seconds of the processor
FOREVER = "\nwhile True:\n    try:\n        for _ in iter(int, 1): x = 1\n    except BaseException: pass\n"


def few(rows, short=2):
    """Returns rows as parameters, of which all but the first are long: each starts two processes."""
    rows = [row if isinstance(row, tuple) else (row,) for row in rows]
    return [pytest.param(*row, marks=pytest.mark.long if place >= short else ()) for place, row in enumerate(rows)]


def points(names):
    return sum(cell.metadata.nbgrader.points for name in names for cell in checks_of(LESSON, name))


def run(own="", at=1, before=None, inside="", after=None, change=None):
    """Returns (points, notes, notebook) of a solved lesson.

    own: the source of a cell of the student's, put behind so many code cells; before, after: {exercise: code around an
    answer}; inside: code in the last answer's function
    """
    solution, lesson = notebook_path(LESSON), read_notebook(notebook_path(LESSON, "lessons"))
    submitted = read_submission(solution)
    setup = next(cell for cell in submitted.cells if cell.cell_type == "code")
    submitted.cells = [cell for cell in submitted.cells if cell is setup or grade_id(cell)]
    for cell in submitted.cells:
        name = grade_id(cell)
        cell.source = (before or {}).get(name, "") + cell.source + (after or {}).get(name, "")
        if name == LAST:
            cell.source = cell.source.replace("    ### BEGIN", f"    {inside}\n    ### BEGIN", 1)
    if own:
        places = [place for place, cell in enumerate(submitted.cells) if cell.cell_type == "code"]
        submitted.cells.insert(places[at - 1] + 1, new_code_cell(own, id="own"))
    if change:
        change(submitted)
    made = mended(submitted, lesson, read_notebook(solution))
    notes = Run(made, lesson, solution, LIMIT, SANDBOXED).all()
    return sum(determine_grade(cell)[0] for cell in filter(is_grade, made.cells)), notes, made


ALL, BUT_FIRST, BUT_LAST = points(EXERCISES), points(EXERCISES[1:]), points(EXERCISES[:-1])


@pytest.mark.parametrize("at", [1, 6, 20])
@pytest.mark.parametrize("own, words", few([
    ("quit()", "asks Python to end"),
    ("exit()", "asks Python to end"),
    ("import sys; sys.exit(3)", "asks Python to end"),
    ("import os; os._exit(0)", "ended the process, and was left out"),
    ("import os; os.kill(os.getpid(), 9)", "ended the process, and was left out"),
    ("import ctypes; ctypes.string_at(0)", "ended the process, and was left out"),
    ("while True: pass", "was stopped after 4 seconds"),
    (FOREVER, "could not be stopped in time, and was left out"),
], 1))
def test_a_cell_of_the_students_own_costs_nothing_wherever_it_stands(own, at, words):
    if at > 1 and own in ("while True: pass", FOREVER, "exit()"):
        pytest.skip("seconds for nothing new")
    score, notes, _ = run(own, at)
    assert score == ALL
    assert len(notes) == 1 and notes[0].startswith("cell ") and words in notes[0]


@pytest.mark.parametrize("own", few([
    "print('debug')", "from numpy import *", "from math import *", "sum = max = min = abs = all = any = 3",
    "import torch; torch.set_default_dtype(torch.float64)", "torch.set_default_device('meta')",
    "torch.set_grad_enabled(False)", "import numpy as np; np.seterr(all='raise')",
    "import warnings; warnings.simplefilter('error')", "import sys; sys.stdout = sys.stderr = None",
    "check_equal = check_close = check_shape = None", "import recsys_utils.checks as c; c.check_equal = None",
    "import builtins; builtins.print = None", "%matplotlib inline\nplt.plot([1]); plt.show()",
    "raise ValueError('x' * 10**7)", "print('x' * 10_000_000)", "1 / 0", "input('name? ')", "def (", "!echo hello",
    "%%time\nx = 1", "await __import__('asyncio').sleep(0)", "import os; os.chdir('/')",
    "del torch, np, pd\nimport torch, numpy as np, pandas as pd", "get_ipython().kernel.do_shutdown(True)",
    "import threading, time\n"
    "threading.Thread(target=lambda: [print('tick') or time.sleep(.01) for _ in range(500)]).start()",
]))
def test_what_an_honest_notebook_does_besides_costs_nothing(own):
    score, notes, _ = run(own)
    assert (score, notes) == (ALL, [])


@pytest.mark.parametrize("code, score, words", few([
    ("import os; os._exit(0)\n", ALL, "but for its definitions"),
    ("quit()\n", ALL, "asks Python to end"),
    ("raise SystemExit\n", BUT_FIRST, "asks Python to end"),
    ("1 / 0\n", BUT_FIRST, ""),
    ("import ctypes; x = ctypes.string_at(0)\n", BUT_FIRST, "ended the process, and was left out"),
    (FOREVER, ALL, "could not be stopped in time, and was left out, but for its definitions"),
]))
def test_of_an_answer_that_ends_the_process_its_definitions_count(code, score, words):
    found, notes, made = run(before={FIRST: code})
    assert found == score
    assert words in "".join(notes) and f"({FIRST})" in "".join(notes) or not words
    if "definitions" in words:
        cell = next(cell for cell in made.cells if grade_id(cell) == FIRST)
        assert "but for its definitions" in cell.outputs[0].evalue and answer_of(LESSON, FIRST).strip() in cell.source


@pytest.mark.parametrize("inside, words", few([
    ("import os; os._exit(0)", "your last_per_user ended the process"),
    ("import ctypes; ctypes.string_at(0)", "your last_per_user ended the process"),
    ("while True: pass", "your last_per_user took longer than 4 seconds"),
    ("import time; time.sleep(10_000)", "your last_per_user took longer than 4 seconds"),
    ("f = lambda n: f(n + 1); f(0)", "maximum recursion depth"),
    ("raise MemoryError('too big')", "too big"),
    ("return object()", "what last_per_user returns: a object"),
    ("return 'x' * 2**26", "larger than"),
]))
def test_a_function_that_does_not_answer_costs_its_exercise(inside, words, monkeypatch):
    if "sleep" in inside:  # what waits is stopped by the clock
        monkeypatch.setattr("recsys_utils.grading.student_process.WALL", 3)
    score, notes, made = run(inside=inside)
    assert score == BUT_LAST
    check = next(cell for cell in made.cells if grade_id(cell) == f"{LAST}_1")
    assert words in check.outputs[-1].evalue, check.outputs


@pytest.mark.parametrize("inside, told", few([
    ("return 'x. Why: SECRET'", "what last_per_user returns: not as expected"),
    ("return pd.Series([7], name='SECRET', index=['SECRET'])", "the users: not as expected"),
    ("raise ValueError('SECRET')", "your code raised ValueError"),
    ("raise type('CheckFailed', (Exception,), {})('SECRET')", "your code raised an error"),
    ("raise type('NotAnswered', (KeyError,), {})('SECRET')", "your code raised an error"),
    ("raise type('SECRET', (OSError,), {})()", "your code raised an error"),
    ("raise NotImplementedError('not attempted yet SECRET')", "your code raised an error"),
    ("return type('SECRET', (), {})()", "what last_per_user returns: not as expected"),
]))
def test_a_hidden_check_tells_what_is_wrong_and_no_value(inside, told):
    _, _, made = run(inside=inside)
    check = next(cell for cell in made.cells if grade_id(cell) == f"{LAST}_hidden")
    assert told in check.outputs[-1].traceback[0] and "SECRET" not in str(check.outputs[-1].traceback)


def test_threads_cost_nothing_where_none_can_be_started():
    """In lesson 6, whose hidden checks measure time."""
    solution, lesson = notebook_path("06_warp"), read_notebook(notebook_path("06_warp", "lessons"))
    made = mended(read_submission(solution), lesson, read_notebook(solution))
    first = next(place for place, cell in enumerate(made.cells) if cell.cell_type == "code")
    own = "torch.set_num_threads(4)\nimport threading\nthreading.Thread(target=print).start()\ntorch.ones(9**6).exp()"
    made.cells.insert(first + 1, new_code_cell(own, id="own"))
    for cell in made.cells:
        if is_answer(cell):
            cell.source = "!python --version\n" + cell.source
    notes = Run(made, lesson, solution, LIMIT * 5, SANDBOXED).all()
    costly = [cell for cell in made.cells if "check_cost" in cell.source]
    lost = [grade_id(cell) for cell in filter(is_grade, made.cells) if determine_grade(cell)[0] == 0]
    assert costly and (notes, lost) == ([], [])


@pytest.mark.parametrize("magic", ["%%time\n", "!true\n", "  %matplotlib inline\n"])
def test_what_a_cell_defines_is_found_under_a_magic(magic):
    """Else a cell of the lesson's own that calls it, and never ends, would count as the machine's fault."""
    source = magic + "def half(x):\n    return x / two\n"
    assert names_of(source) == ({"x", "two"}, {"half"}) and "def half" in definitions(source)
    assert "half" in names_of(source + "no Python")[1] and "two" in names_of(source + "no Python")[0]


def test_a_training_cell_that_a_student_changed_runs():
    def change(submitted):
        cell = new_code_cell("def helper(): return torch.unique", metadata={"tags": ["training"]}, id="own")
        submitted.cells.insert(1, cell)
        next(cell for cell in submitted.cells if grade_id(cell) == FIRST).source = answer_of(LESSON, FIRST).replace(
            "torch.unique(", "helper()(")
    assert run(change=change)[0] == ALL


def test_a_notebook_shows_no_more_than_its_room(monkeypatch):
    monkeypatch.setattr("recsys_utils.grading.run_submission.MOST_IN_ALL", 300_000)
    long = "import recsys_utils.grading.student_shell as s; s.MOST = 10**9; print('x' * 200_000)"
    score, _, made = run(own=long, after=dict.fromkeys(EXERCISES, "\nprint('x' * 200_000)"))
    shown = [output.text[:8] for cell in made.cells for output in cell.get("outputs", []) if "xxx" in output.text
             or "left out" in output.text]
    assert score == ALL and shown == ["x" * 8] + ["left out"] * (len(shown) - 1) and len(shown) >= len(EXERCISES)
    assert len(str(made)) < 600_000


def test_what_a_function_prints_while_the_judge_calls_is_not_shown():
    _, _, made = run(inside="print('PRINTED', frame); display(frame); import warnings; warnings.warn('PRINTED')")
    assert not [cell for cell in made.cells if "PRINTED" in str(cell.get("outputs"))]


def test_a_call_sees_the_helpers_as_they_are_at_its_place():
    helper = "\ndef helper(): return torch.unique\n"
    later = {EXERCISES[1]: "\ndef helper(): raise RuntimeError('rebound')\n"}
    answer = answer_of(LESSON, FIRST).replace("torch.unique(", "helper()(")

    def change(submitted):
        next(cell for cell in submitted.cells if grade_id(cell) == FIRST).source = answer + helper
    assert run(after=later, change=change)[0] == ALL


@pytest.mark.parametrize("source", ["while True: pass", "import os; os._exit(1)"])
def test_a_cell_of_the_lessons_own_that_fails_so_is_the_machines_fault(source, monkeypatch):
    solution, lesson = notebook_path(LESSON), read_notebook(notebook_path(LESSON, "lessons"))
    made = mended(read_submission(solution), lesson, read_notebook(solution))
    setup = next(cell for cell in made.cells if cell.cell_type == "code")
    lesson_setup = next(cell for cell in lesson.cells if cell.cell_type == "code")
    setup.source = lesson_setup.source = source
    with pytest.raises(NotDecided, match="this machine"):
        Run(made, lesson, solution, LIMIT, SANDBOXED).all()
