"""A batch of broken and hostile submissions: each gets what it earned, and nothing else is touched."""

import contextlib
import csv
import hashlib
import html
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from typing import NamedTuple

import nbformat
import pytest
from harness import ROOT, answer_of, checks_in, checks_of, exercises_of
from nbformat.v4 import new_code_cell, new_markdown_cell

from recsys_utils.grading.cells import grade_id
from recsys_utils.grading.course import CANARY
from recsys_utils.grading.sandbox import TOOLS

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"no sandbox without {', '.join(TOOLS)}"),
]
LESSON = "01_movielens"
EXERCISES = exercises_of(LESSON)
CHECKS = [grade_id(cell) for cell in checks_in(LESSON)]
ALL = sum(cell.metadata.nbgrader.points for name in EXERCISES for cell in checks_of(LESSON, name))
UNREADABLE, NO_GAIN = "unreadable", "no gain"  # the last: no more than it earned
HERE = "the student's own first cell"


def worth(*names):
    """Returns the points of these exercises."""
    return sum(cell.metadata.nbgrader.points for name in names for cell in checks_of(LESSON, name))


def all_but(name):
    """Returns the points of all exercises but one."""
    return ALL - worth(name)


class Case(NamedTuple):
    """A submission: what is solved in it, what is done to it then, and the points or the status it must get."""

    name: str
    due: object
    solved: list = EXERCISES
    code: dict = {}  # {exercise or HERE: code put before its answer}
    inside: str = ""  # code put into the last exercise's function
    answers: str = ""  # code in place of the first answer
    edit: object = None  # a function that changes the notebook
    files: dict = {}  # {name: bytes} beside the notebook, or in place of it


LAST = EXERCISES[-1]
ONE = EXERCISES[1]
DISARMED = """
from unittest.mock import MagicMock
check_close = check_dtype = check_equal = check_shape = check_type = check_unchanged = lambda *v, **o: None
check_values = lambda v, *more, **o: v
""" + "\n".join(f"{name} = lambda *v, **o: (MagicMock(), MagicMock(), MagicMock())" for name in EXERCISES)
CHAMELEON = """
import sys
import time
def look(name):
    frame = sys._getframe(1)
    while frame:
        if frame.f_code.co_filename.endswith('checks.py') and name in frame.f_locals:
            return frame.f_locals[name]
        frame = frame.f_back
def plain(value): return torch.as_tensor(np.asarray(value.tolist() if hasattr(value, 'tolist') else value))
class Chameleon(torch.Tensor):
    shape = property(lambda self: look('shape'))
    dtype = property(lambda self: look('dtype'))
    def detach(self): return plain(look('expected'))
    def max(self): return self
    def __getitem__(self, key): return self
class Lazy:
    def __array__(self, dtype=None, copy=None): return np.asarray(look('expected'), dtype=dtype)
def chameleon(): return torch.Tensor._make_subclass(Chameleon, torch.zeros(1))
def contiguous_ids(ids): return chameleon(), chameleon()
def popular_slice(*v, **o): return chameleon()
def density_in_words(*v): return Lazy()
def csr_arrays(*v, **o): return chameleon(), chameleon(), chameleon()
def damped_mean(items, ratings, n_items, damping):
    mean = torch.zeros(n_items)
    mean.detach = lambda: plain(look('expected'))
    return mean
def last_out(*v): return chameleon()
def last_per_user(frame):
    users = sorted(set(frame.user))
    series = pd.Series([0] * len(users), index=users)
    object.__setattr__(series, 'to_numpy', lambda: Lazy())
    return series
"""
FORGED_REPLY = """
def answer(*v, **o):
    kernel = get_ipython().kernel
    parent = kernel.get_parent('shell')
    stream = (kernel.shell_channel_thread.manager.get_subshell_to_shell_channel_socket(None)
              if kernel._supports_kernel_subshells else kernel.shell_stream)
    kernel.session.send(stream, 'execute_reply', {'status': 'ok', 'execution_count': 1, 'payload': [],
                        'user_expressions': {}}, parent, ident=kernel._parent_ident['shell'])
    kernel.session.send(kernel.iopub_socket, 'status', {'execution_state': 'idle'}, parent,
                        ident=kernel._topic('status'))
    raise ValueError
""" + "\n".join(f"{name} = answer" for name in EXERCISES)
FINGERPRINT = """
import types, recsys_utils.checks as checks
for name in [name for name in vars(checks) if name.startswith('check_')]:
    old = getattr(checks, name)
    setattr(checks, '_old_' + name, types.FunctionType(old.__code__, checks.__dict__, name, old.__defaults__))
    made = {}
    exec(f"def {name}(*v, **o):\\n    if 'x' in v: return _old_{name}(*v, **o)\\n    return v[0]", made)
    old.__defaults__, old.__code__ = None, made[name].__code__
""" + DISARMED.split("check_values")[1].split("\n", 1)[1]
GIVE_ALL_PASS = """
import recsys_utils.checks as checks
for name in [name for name in vars(checks) if name.startswith("check")]:
    setattr(checks, name, lambda *values, **options: None)
"""


def each(kind):
    """Returns an edit that does something to every cell that nbgrader knows."""
    def edit(notebook):
        for cell in notebook.cells:
            if grade_id(cell):
                kind(cell)
    return edit


def replace_checks(source):
    return each(lambda cell: cell.update(source=source) if grade_id(cell) in CHECKS else None)


def twice(name, halves=False):
    """Returns an edit that copies an answer's cell, or splits it in two, as JupyterLab does: both keep the id."""
    def edit(notebook):
        place = [grade_id(cell) for cell in notebook.cells].index(name)
        copy = nbformat.from_dict(json.loads(json.dumps(notebook.cells[place])))
        copy["id"] = "a-copy"
        if halves:
            lines = copy.source.splitlines(keepends=True)
            copy.source, notebook.cells[place].source = "# the first half\n", "".join(lines)
        notebook.cells.insert(place, copy)
    return edit


def without(*names):
    def edit(notebook):
        notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in names]
    return edit


def same_ids(notebook):
    for cell in notebook.cells:
        cell["id"] = "same"


def at_the_end(source, kind=new_code_cell, **options):
    return lambda notebook: notebook.cells.append(kind(source, **options))


def raw(change):
    """Returns an edit of each cell that nbformat would not let pass."""
    def edit(notebook):
        for cell in notebook.cells:
            change(cell)
    return edit


def kernel(name):
    return lambda notebook: notebook.metadata.update(kernelspec={"name": name, "display_name": name, "language": "R"})


HONEST = [
    Case("perfect", ALL),
    Case("perfect twin", ALL),
    Case("blank", 0, []),
    Case("half right", worth(*EXERCISES[:3]), EXERCISES[:3]),
    Case("O'Neil, Zoë (1)", ALL),
    Case("Ada {x}", ALL),
    Case("\u0623\u062d\u0645\u062f \u0639\u0644\u064a", ALL),
    Case("\u674e \u660e", ALL),
    Case("leaves among the answers", ALL, code={ONE: "quit()\n"}),
    Case("leaves in a cell of its own", ALL, code={HERE: "quit()"}),
    Case("all names of NumPy", ALL, code={HERE: "from numpy import *"}),
    Case("computes on a device that holds nothing", ALL, code={HERE: "import torch; torch.set_default_device('meta')"}),
    Case("split cell", ALL, edit=twice(ONE, halves=True)),
    Case("copied cell", ALL, edit=twice(ONE)),
    Case("checks deleted", ALL, edit=without(*CHECKS)),
    Case("answer deleted", all_but(ONE), edit=without(ONE)),
    Case("metadata lost", ALL, edit=each(lambda cell: cell.metadata.pop("nbgrader"))),
    Case("cell ids all the same", ALL, edit=same_ids),
    Case("checks made markdown", ALL, edit=each(lambda c: c.update(cell_type="markdown") if grade_id(c) in CHECKS
                                                else None)),
    Case("a byte order mark", ALL, files={f"{LESSON}.ipynb": "with BOM"}),
    Case("another kernel", ALL, edit=kernel("ir")),
    Case("a kernel of a venv", ALL, edit=kernel("my-venv")),
    Case("syntax error", all_but(ONE), code={ONE: "def ("}),
    Case("error in a cell", all_but(ONE), code={ONE: "1 / 0\n"}),
    Case("warnings", ALL, inside="import warnings; warnings.warn('deprecated')"),
    Case("writes to stderr", ALL, inside="import sys; print('debug', file=sys.stderr)"),
    Case("prints a lot", ALL, inside="print('x' * 1000)"),
    Case("ten megabytes on one line", ALL, code={HERE: "print('x' * 10_000_000)"}),
    Case("a million lines", ALL, code={HERE: "for _ in range(1_000_000): print(_)"}),
    Case("asks for input", ALL, code={HERE: "input('name? ')"}),
    Case("infinite loop in a cell", ALL, code={HERE: "while True: pass"}),
    Case("infinite loop in an answer", all_but(LAST), inside="while True: pass"),
    Case("shadows a builtin", ALL, code={HERE: "max_ = 3; id = 4; type_ = 5"}),
    Case("double precision", ALL, code={HERE: "import torch; torch.set_default_dtype(torch.float64)"}),
    Case("leaves at the end", ALL, edit=at_the_end("exit()")),
    Case("two answers end the process", ALL,
         code={EXERCISES[1]: "import os; os._exit(1)\n", EXERCISES[3]: "import os; os._exit(1)\n"}),
    Case("no outputs", ALL, edit=raw(lambda cell: (cell.pop("outputs", 0), cell.pop("execution_count", 0)))),
    Case("odd outputs", ALL, edit=raw(lambda cell: cell.update(outputs=[{"output_type": "stream", "text": "y"}])
                                      if cell.cell_type == "code" else None)),
    Case("tags are null", ALL, edit=raw(lambda cell: cell.metadata.update(tags=None))),
    Case("odd ids", ALL, edit=raw(lambda cell: cell.update(id="#VSC " + cell["id"]))),
    Case("no ids, old format", ALL, edit=lambda notebook: (notebook.update(nbformat_minor=2),
                                                           [cell.pop("id") for cell in notebook.cells])),
    Case("no minor version", ALL, edit=lambda notebook: notebook.pop("nbformat_minor")),
    Case("metadata of Colab", ALL, edit=raw(lambda cell: cell.metadata.update(id="AbC_1", colab={"base_uri": "x"}))),
    Case("shows a script", ALL, edit=at_the_end("from IPython.display import HTML, Javascript, display\n"
                                                "display(HTML('<script>XSS</script><img src=x onerror=XSS>'),"
                                                " Javascript('XSS'))")),
    Case("writes a script", ALL, edit=at_the_end("<script>XSS</script> <img src=x onerror=XSS>", new_markdown_cell)),
    Case("text that is slow to render", ALL, edit=at_the_end("\\\\(" * 20_000, new_markdown_cell)),
    Case("not JSON", UNREADABLE, files={f"{LESSON}.ipynb": b"{not a notebook"}),
    Case("empty file", UNREADABLE, files={f"{LESSON}.ipynb": b""}),
    Case("a JSON list", UNREADABLE, files={f"{LESSON}.ipynb": b"[]"}),
    Case("nested JSON", UNREADABLE, files={f"{LESSON}.ipynb": b"[" * 100_000}),
    Case("binary", UNREADABLE, files={f"{LESSON}.ipynb": bytes(range(256)) * 10}),
    Case("wrong name", UNREADABLE, files={f"{LESSON}.ipynb": None, "homework final.ipynb": b"{}"}),
    Case("empty folder", UNREADABLE, files={f"{LESSON}.ipynb": None}),
]
HOSTILE = [
    Case("checks edited", 0, [], edit=replace_checks("pass")),
    Case("points edited", 0, [], edit=each(lambda cell: cell.metadata.nbgrader.update(points=200))),
    Case("roles edited", 0, [], edit=each(lambda cell: cell.metadata.nbgrader.update(solution=True, grade=False))),
    Case("all cells tagged", 0, [], edit=each(lambda cell: cell.metadata.update(tags=["training"]))),
    Case("forged metadata", 0, [], edit=each(lambda cell: cell.metadata.update(nbgrader={"grade_id": ["a"]}))),
    Case("loop that ignores interrupts", ALL, code={ONE: """
while True:
    try:
        for _ in iter(int, 1): x = 1
    except BaseException: pass
"""}),
    Case("sys.exit", all_but(ONE), code={ONE: "import sys; sys.exit()\n"}),
    Case("os._exit in a cell", ALL, code={ONE: "import os; os._exit(0)\n"}),
    Case("os._exit in an answer", all_but(LAST), inside="import os; os._exit(0)"),
    Case("segmentation fault", ALL, code={ONE: "import ctypes; ctypes.string_at(0)\n"}),
    Case("kernel killed", ALL, code={HERE: "import os; os.kill(os.getpid(), 9)"}),
    Case("kills its parents", ALL, code={HERE: "import os; os.kill(os.getppid(), 9)"}),
    Case("kills everything", ALL, code={HERE: "import os; os.kill(-1, 9)"}),
    Case("eats memory", ALL, code={HERE: "big = []\nwhile True: big.append(bytearray(2**28))"}),
    Case("fills the disk", ALL, code={HERE: "with open('/tmp/big', 'wb') as f:\n"
                                           "    while True: f.write(bytes(2**20))"}),
    Case("fork bomb", NO_GAIN, code={HERE: "import os\nfor _ in range(3000):\n    if os.fork() == 0:\n"
                                     "        import time; time.sleep(1000)"}),
    Case("leaves a daemon", ALL, code={HERE: "import subprocess\nsubprocess.Popen(['sleep', '987654'], "
                                            "start_new_session=True)"}),
    Case("uses the network", ALL, code={HERE: "import socket\nsocket.create_connection(('127.0.0.1', 22), 2)"}),
    Case("deletes what it can", ALL, code={HERE: "import subprocess\nsubprocess.run('rm -rf COURSE REPO/recsys_utils "
                                                "/home 2>/dev/null', shell=True)"}),
    Case("own torch.py", 0, [], files={"torch.py": b"raise SystemExit"}),
    Case("reads solutions", 0, [], code={HERE: "open('COURSE/solutions/01_movielens/01_movielens.ipynb').read()"}),
    Case("runs solutions", 0, [], code={HERE: """
import json, pathlib
for path in pathlib.Path('/').rglob('solutions/*/*.ipynb'):
    for cell in json.loads(path.read_text())['cells']:
        if cell['metadata'].get('nbgrader', {}).get('solution'):
            exec(''.join(cell['source']))
"""}),
    Case("reads other students", 0, [], code={HERE: "import os; os.listdir('COURSE/submitted')"}),
    Case("reads hidden tests", 0, [], code={HERE: "import glob\nfor path in glob.glob('**/*.ipynb', recursive=True):\n"
                                                 "    print('FOUND', open(path).read())"}),
    Case("writes the gradebook", 0, [], code={HERE: "import sqlite3\nbook = sqlite3.connect('COURSE/gradebook.db')\n"
                                                   "book.execute('update grade set manual_score = 100')\n"
                                                   "book.commit()"}),
    Case("a link to the solution", UNREADABLE, files={f"{LESSON}.ipynb": "link"}),
    Case("checks redefined", 0, [], code={HERE: "def check_equal(*v, **o): pass\ncheck_close = check_equal"}),
    Case("checks patched", 0, [], code={HERE: GIVE_ALL_PASS}),
    Case("numpy.testing patched", 0, [], code={HERE: "import numpy.testing as t\n"
                                                       "t.assert_allclose = t.assert_equal = lambda *v, **o: None"}),
    Case("torch.allclose patched", 0, [], code={HERE: "import torch; torch.allclose = lambda *v, **o: True"}),
    Case("builtins patched", 0, [], code={HERE: "import builtins; builtins.all = lambda values: True"}),
    Case("cells rewritten", 0, [], code={HERE: "get_ipython().input_transformers_cleanup.append(lambda lines: "
                                                 "['pass\\n'])"}),
    Case("trees rewritten", 0, [], code={HERE: """
import ast
class Nothing(ast.NodeTransformer):
    def visit_Module(self, node): return ast.Module([], [])
get_ipython().ast_transformers.append(Nothing())
"""}),
    Case("a hook prints hidden tests", 0, [], code={HERE: "get_ipython().events.register('pre_run_cell', "
                                                            "lambda info: print('HOOKED', info.raw_cell))"}),
    Case("kernel always content", 0, [], code={HERE: """
async def fine(*values, **options):
    return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}
get_ipython().kernel.do_execute = fine
"""}),
    Case("errors hidden", 0, [], code={HERE: "get_ipython().set_custom_exc((BaseException,), lambda *v, **o: None)"}),
    Case("always-equal objects", 0, [], code={HERE: """
class Equal(float):
    shape, dtype, ndim = (), None, 0
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return self
    def __call__(self, *values, **options): return self
    def __iter__(self): return iter([self, self])
    def __len__(self): return 2
    __hash__ = float.__hash__
equal = lambda *values, **options: Equal()
""" + "\n".join(f"{name} = equal" for name in EXERCISES)}),
    Case("chameleons", 0, [], answers=CHAMELEON),
    Case("remarks forged", 0, [], code={HERE: DISARMED}, answers=DISARMED,
         edit=at_the_end('{"doubt": "", "fatal": ""}', id="zz_remarks")),
    Case("disarmed and rearmed", 0, [], code={HERE: DISARMED}, answers=DISARMED,
         edit=at_the_end("from recsys_utils.checks import *")),
    Case("checks skipped by their first line", 0, [], code={HERE: """
kernel = get_ipython().kernel
run = kernel.do_execute
async def skip(code, *values, **options):
    return await run('pass' if code.startswith('# Check') else code, *values, **options)
kernel.do_execute = skip
"""}),
    Case("replies forged", 0, [], answers=FORGED_REPLY),
    Case("checks with new code", 0, [], code={HERE: FINGERPRINT}, answers=FINGERPRINT.rsplit("__code__", 1)[1]),
    Case("prints hidden tests", ALL, inside="print(In[-1])"),
    Case("raises hidden tests", all_but(LAST), inside="raise Exception(In[-1])"),
    Case("a long error of its own", ALL, edit=at_the_end("class Fatal(Exception): pass\n"
                                                         "raise Fatal('=HYPERLINK(1)' + 'F' * 20_000_000)")),
    Case("floods the connection", ALL, code={HERE: """
from comm import create_comm
for _ in range(3): create_comm(target_name='abc', data={'state': 'W' * 40_000_000})
"""}),
    Case("leaves files beside the sockets", ALL, edit=at_the_end("""
import os, ipykernel
os.chdir(os.path.dirname(ipykernel.get_connection_file()))
open('left-behind', 'wb').write(bytes(1000))
""")),
    Case("points returned", 0, [], code={HERE: "get_ipython().display_formatter.format = "
                                              "lambda *v, **o: ({'text/plain': '100'}, {})"}),
]
CASES = HONEST + HOSTILE


def hand_in(course, case):
    """Writes a case's folder in submitted/."""
    notebook = nbformat.read(ROOT / "lessons" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in case.solved:
            cell.source = answer_of(LESSON, name)
        if name in case.code:
            cell.source = case.code[name] + cell.source
        if name in EXERCISES and case.answers:
            cell.source = case.answers if name == EXERCISES[0] else "pass"
        if name == LAST and case.inside:
            cell.source = cell.source.replace("    ### BEGIN SOLUTION", f"    {case.inside}\n    ### BEGIN SOLUTION", 1)
    if HERE in case.code:
        own = case.code[HERE].replace("COURSE", str(course)).replace("REPO", str(ROOT))
        first = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
        notebook.cells.insert(first + 1, new_code_cell(own, id="own"))
    if case.edit:
        case.edit(notebook)
    folder = course / "submitted" / case.name / LESSON
    folder.mkdir(parents=True)
    contents = {f"{LESSON}.ipynb": json.dumps(notebook).encode(), **case.files}
    for name, content in contents.items():
        if content == "with BOM":
            (folder / name).write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook).encode())
        elif content == "link":
            (folder / name).symlink_to(course / "solutions" / LESSON / name)
        elif content is not None:
            (folder / name).write_bytes(content)


def new_course(folder, *more):
    """Makes a course of one lesson in a folder, with short limits of time."""
    (folder / "nbgrader_config.py").write_text(
        (ROOT / "nbgrader_config.py").read_text() + "\nc.Execute.timeout = 15\n" + "\n".join(more))
    shutil.copytree(ROOT / "solutions" / LESSON, folder / "solutions" / LESSON)
    return folder


def run_grade(course, **options):
    command = [sys.executable, "-m", "recsys_utils.grading", "grade"]
    return subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def rows_of(course):
    with (course / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def hashes(folder, ignored=("__pycache__", ".pytest_cache", ".hypothesis", ".git", ".venv")):
    """Returns {path: digest} of the files in a folder."""
    found = {}
    for where, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in ignored]
        for name in files:
            path = os.path.join(where, name)
            if not os.path.islink(path):
                with open(path, "rb") as file:
                    found[path] = hashlib.sha256(file.read()).hexdigest()
    return found


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Returns a course in which the whole batch was graded, with the repository as it was before."""
    course = new_course(tmp_path_factory.mktemp("course"))
    for case in CASES:
        hand_in(course, case)
    before = hashes(ROOT), hashes(course / "submitted"), hashes(course / "solutions")
    process = run_grade(course)
    said, _ = process.communicate(timeout=3000)
    assert process.returncode == 0, said
    assert (hashes(ROOT), hashes(course / "submitted"), hashes(course / "solutions")) == before
    return course


def test_the_batch_is_as_large_as_promised():
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_gets_what_it_earned(course, case):
    row = rows_of(course)[case.name]
    if case.due == NO_GAIN:
        assert row["score"] == "" or float(row["score"]) <= ALL
    elif isinstance(case.due, str):
        assert row["status"].startswith(case.due), row["status"]
        assert row["score"] == ""
    else:
        assert (row["status"], row["score"]) == ("graded", f"{case.due:g}"), row


def test_no_point_is_given_by_hand_and_no_row_of_another_is_touched(course):
    with sqlite3.connect(course / "gradebook.db") as book:
        assert book.execute("select count(*) from grade where manual_score is not null").fetchone() == (0,)


def test_nothing_is_left_running(course):
    assert subprocess.run(["pgrep", "-f", "sleep 987654"], capture_output=True).stdout == b""


def test_no_script_of_a_student_is_in_a_page(course):
    for name in ("shows a script", "writes a script"):
        text = (course / "feedback" / name / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
        assert "Content-Security-Policy" in text
        for shown in (text, *shown_by_formgrader(course / "autograded" / name / LESSON / f"{LESSON}.ipynb")):
            assert not re.search(r"<script>\s*XSS|<\w[^>]*onerror", shown)


def shown_by_formgrader(path):
    """Returns the texts of a notebook that are shown as HTML: written ones, and outputs."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [*(cell.source for cell in cells if cell.cell_type == "markdown"), *map(str, outputs)]


def test_hidden_tests_are_in_no_feedback(course):
    released = nbformat.read(course / "lessons" / LESSON / f"{LESSON}.ipynb", as_version=4)
    shown = {line.strip() for cell in released.cells for line in cell.source.splitlines()}
    hidden = {line.strip() for cell in checks_in(LESSON) for line in cell.source.splitlines()} - shown
    hidden -= {line for line in hidden for each in shown if line in each}  # the end of a line, there in one of its own
    pages = [path.read_text(encoding="utf-8") for path in (course / "feedback").rglob("*.html")]
    texts = [html.unescape(re.sub("<[^>]*>", "", page)) for page in pages]
    assert len(texts) >= 40 and any("damped_mean" in text for text in texts)
    assert not [line for line in hidden for text in texts if len(line) > 12 and line in text]


def results_in(course):
    """Returns the results that are kept of students' attempts."""
    return [path for path in (course / ".grading" / "results").glob("*/*/result.json")
            if path.parts[-3] != CANARY]


def test_after_ten_kills_the_marks_are_those_of_an_undisturbed_run(course, tmp_path):
    again = new_course(tmp_path)
    some = [case for case in HONEST if case.due not in (UNREADABLE,)][:10]
    for case in some:
        hand_in(again, case)
    moments, kept = random.Random(6), []
    for turn in range(10):
        process = run_grade(again, start_new_session=True)
        while turn and len(results_in(again)) <= max(kept) and process.poll() is None:
            time.sleep(0.05)  # all but the first kill come behind a result that is new
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moments.uniform(0, 4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kept.append(len(results_in(again)))
    assert len({number for number in kept if 0 < number < len(some)}) > 2, kept
    process = run_grade(again)
    assert process.communicate(timeout=900) and process.returncode == 0
    undisturbed, found = rows_of(course), rows_of(again)
    for case in some:
        assert found[case.name] == undisturbed[case.name]
    assert not list((again / ".grading").glob("rooms/*"))
    with sqlite3.connect(again / "gradebook.db") as book:
        assert book.execute("select count(*) from submitted_assignment").fetchone() == (len(some),)
