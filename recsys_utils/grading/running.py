"""Run a submission: in the sandbox, each check between two trials, and again where an answer ends the kernel."""

import copy
import json
import os
import tempfile
import uuid
from collections import Counter

from jupyter_client.utils import ensure_async
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output, new_raw_cell
from nbgrader.preprocessors import Execute
from traitlets import Bool

from .course import GRADING_ENVIRONMENT, exercise_of, grade_id, is_check, read_lesson
from .sandbox import SandboxKernelManager
from .trial import Trial

REMARKS = "zz_remarks"  # the id of the raw cell in which grading writes down what it saw
MOST, LINE = 100_000, 2_000  # characters of output kept of one cell, of one error's message
FATAL = {DeadKernelError: "ended the kernel", CellTimeoutError: "could not be stopped in time"}


class GradingExecute(Execute):
    """autograde: runs a submission on made-up data.

    A cell that ends the kernel, or does not let itself be interrupted, costs its exercise alone: the notebook is run
    once more with that answer as its stub, and so on. The last cell of the result holds grading's remarks.
    """

    sandbox = Bool(True, help="run the kernel in bubblewrap").tag(config=True)
    store_widget_state = False
    shutdown_kernel = "immediate"  # there is nothing in it to be saved

    def preprocess(self, nb, resources, km=None):
        """Returns the executed notebook."""
        names, given, fatal = resources["nbgrader"], nb, []
        lesson = read_lesson(names["assignment"], names["notebook"])
        answers = sum(map(is_answer, nb.cells)) + 1
        sources = [cell.source for cell in nb.cells]
        while True:
            nb = copy.deepcopy(given)
            doubts = self.run(nb, resources)
            if self.fatal is None or len(fatal) == answers:
                break
            culprit = answer_behind(nb.cells, self.fatal)
            fatal.append((culprit, f"{grade_id(nb.cells[culprit]) or 'a cell'} {self.reason}"))
            given.cells[culprit].source = stub_for(given.cells[culprit], lesson)
        for culprit, reason in fatal:
            nb.cells[culprit].source = sources[culprit]
            fail(nb.cells[culprit], "Fatal", f"{reason}; the notebook ran once more without it")
        remarks = {"doubt": "; ".join(sorted(doubts)), "fatal": "; ".join(reason for _, reason in fatal)}
        nb.cells.append(new_raw_cell(json.dumps(remarks), id=REMARKS))
        return nb, resources

    def run(self, nb, resources):
        """Executes the cells up to one that ends the kernel, and returns the reasons not to trust the checks.

        The index of that cell is in `fatal`, None where there is none.
        """
        self.fatal, self.reason, self.said, self.idle = None, "", Counter(), Counter()
        if self.sandbox:
            self.kernel_manager_class = SandboxKernelManager
        cells, trials, self.places = nb.cells, [], []
        nb.cells = []
        for place, cell in enumerate(cells):
            checked = is_code_check(cell)
            before = [Trial(cell)] if checked else []
            after = [Trial(cell)] if checked and not any(map(is_code_check, cells[place + 1 : place + 2])) else []
            trials += before + after
            nb.cells += [*(trial.cell for trial in before), cell, *(trial.cell for trial in after)]
            self.places += [place] * (len(before) + 1 + len(after))
        super().preprocess(nb, resources)
        nb.cells = cells
        if self.fatal is not None:
            return set()
        powerless = sorted({name for trial in trials for name in trial.verdict().split(", ") if name})
        doubts = {f"no longer to be trusted: {', '.join(powerless)}"} if powerless else set()
        return doubts | ({"a cell answered twice"} if any(count > 1 for count in self.idle.values()) else set())

    def start_new_kernel(self, **kwargs):
        """Starts the kernel with the variables that grading sets; what it stores as data goes with this process."""
        self.scratch = tempfile.TemporaryDirectory()
        variables = {**os.environ, **GRADING_ENVIRONMENT, "RECSYS_DATA_DIR": self.scratch.name}
        super().start_new_kernel(env=variables, **kwargs)

    def start_new_kernel_client(self):
        """Connects to the kernel, and counts how often it says that it is done with a request: once, if all is well."""
        client = super().start_new_kernel_client()
        self.km.session.session = uuid.uuid4().hex  # else its interrupts share the requests' numbers
        if self.sandbox:
            self.km.close_folder()
        get_msg = client.iopub_channel.get_msg

        async def watched(*values, **options):
            """Returns the next message, and counts it where it says that a request is done."""
            msg = await ensure_async(get_msg(*values, **options))
            if msg["msg_type"] == "status" and msg["content"].get("execution_state") == "idle":
                self.idle[msg["parent_header"].get("msg_id")] += 1
            return msg

        client.iopub_channel.get_msg = watched
        return client

    def preprocess_cell(self, cell, resources, index):
        """Returns the executed cell. A test that did not run gets an error: without one it would get full points."""
        if self.fatal is None:
            try:
                cell, resources = super().preprocess_cell(cell, resources, index)
            except (DeadKernelError, CellTimeoutError) as error:
                self.fatal, self.reason = self.places[index], FATAL[type(error)]
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.ename, output.evalue = output.ename[:100], output.evalue[:LINE]
                output.traceback = [line[:LINE] for line in output.traceback[:100]]
        if is_code_check(cell):
            if cell.execution_count is None:
                cell.outputs = []
                fail(cell, "NotRun", self.reason or "this cell did not run")
            # nbgrader takes a value for points, and a warning for a failure
            cell.outputs = [out for out in cell.outputs if out.output_type != "execute_result" and not is_warning(out)]
        return cell, resources

    def process_message(self, msg, cell, cell_index):
        """Adds a message of the kernel to a cell's outputs, up to MOST characters a cell."""
        kind, content = msg["msg_type"], msg["content"]
        if kind.startswith("comm_"):
            return None
        if kind == "stream":
            content["text"] = content["text"][: max(0, MOST - self.said[cell_index])]
        if kind == "error":
            content["traceback"] = [line[:LINE] for line in content["traceback"]]
        if kind not in ("status", "execute_input"):
            self.said[cell_index] += len(str(content))
            if kind != "error" and self.said[cell_index] > 2 * MOST:
                return None
        return super().process_message(msg, cell, cell_index)


def answer_behind(cells, index):
    """Returns the index of the cell that is to blame for what happened in a cell: of a check, its exercise's answer."""
    if not is_check(cells[index]):
        return index
    answers = {grade_id(cell): place for place, cell in enumerate(cells) if is_answer(cell)}
    return answers.get(exercise_of(grade_id(cells[index]), answers), index)


def stub_for(cell, lesson):
    """Returns what stands in an answer's cell when it is released; for a cell of the student's own, nothing."""
    released = {grade_id(one): one.source for one in lesson.cells if is_answer(one)}
    return released.get(grade_id(cell), "")


def is_answer(cell):
    """Returns whether a student writes an answer in this code cell."""
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_code_check(cell):
    """Returns whether a cell runs a lesson's check."""
    return cell.cell_type == "code" and is_check(cell)


def is_warning(output):
    """Returns whether an output was written to stderr."""
    return output.output_type == "stream" and output.name == "stderr"


def fail(cell, name, reason):
    """Makes a cell end in the error `name`."""
    if cell.cell_type == "code":
        cell.outputs = [*cell.outputs, new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])]


def remarks_in(notebook):
    """Returns grading's remarks on a notebook that it ran."""
    cell = notebook.cells[-1] if notebook.cells else None
    if not cell or cell.get("id") != REMARKS:
        return {"doubt": "grading's remarks are not there", "fatal": ""}
    return json.loads(cell.source)
