"""What the course adds to nbgrader: the hooks that nbgrader_config.py puts in its chains."""

import copy
import os
import re
import tempfile
from pathlib import Path

import latex2mathml.converter
import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, Execute, NbGraderPreprocessor
from traitlets import Bool

from .course import GRADING_ENVIRONMENT, exercise_of, grade_id, is_check
from .sandbox import SandboxKernelManager
from .trial import TRIAL, trial_cell

FORMULA = re.compile(
    r"```.*?```|`[^`\n]*`|\$\$(?P<block>.+?)\$\$|(?<![\\$\w])\$(?!\s)(?P<inline>[^$\n]+?)(?<!\s)\$(?!\d)", re.DOTALL
)
MOST = 100_000  # characters of output kept of one cell
FATAL = {DeadKernelError: "this ended the kernel", CellTimeoutError: "this could not be stopped in time"}
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT = ("nbgrader", "deletable", "editable", "tags", "jupyter")  # what a cell's metadata may hold


def strip_metadata(notebook):
    """Removes all metadata that changes from run to run: versions, timings, the state of widgets."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})


class StripMetadata(NbGraderPreprocessor):
    """generate_assignment: the same solution always gives the same lesson, byte for byte."""

    def preprocess(self, nb, resources):
        """Returns the notebook without volatile metadata."""
        strip_metadata(nb)
        return nb, resources


class RestoreCells(NbGraderPreprocessor):
    """autograde: a submission gets the lesson's metadata back, and the tests it lacks.

    A cell that was copied or split leaves two with one id: the last keeps it, the others become ordinary cells.
    """

    def preprocess(self, nb, resources):
        """Returns the submission with each cell of the lesson known by its id, once."""
        names = resources["nbgrader"]
        lesson = read_lesson(names["assignment"], names["notebook"])
        released = {grade_id(cell): cell for cell in lesson.cells if grade_id(cell)}
        self.restore(nb.cells, released)
        self.add_missing(nb.cells, released)
        return nb, resources

    def restore(self, cells, released):
        """Gives each known cell the metadata it was released with, tags included, and takes it from all others."""
        seen = set()
        for cell in reversed(cells):
            name = grade_id(cell)
            cell.metadata.pop("nbgrader", None)
            if name in released and name not in seen:
                cell.metadata = copy.deepcopy(released[name].metadata)
                seen.add(name)

    def add_missing(self, cells, released):
        """Appends the graded cells that are missing: a test needs only the imports and the student's function."""
        present = {grade_id(cell) for cell in cells}
        for name, cell in released.items():
            if name not in present and cell.metadata.nbgrader.get("grade"):
                cells.append(copy.deepcopy(cell))


class GradingExecute(Execute):
    """autograde: runs a submission on made-up data, in a sandbox.

    A cell that ends the kernel, or does not let itself be interrupted, costs its exercise alone: the notebook is run
    once more with that answer as its stub.
    """

    sandbox = Bool(True, help="run the kernel in bubblewrap").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        """Returns the executed notebook, with a cell at its end that tells whether the checks could still fail."""
        names = resources["nbgrader"]
        lesson = read_lesson(names["assignment"], names["notebook"])
        nb.cells.append(trial_cell())
        first_run = copy.deepcopy(nb)
        self.run(first_run, resources)
        if self.fatal is None:
            return first_run, resources
        culprit, reason = answer_behind(nb.cells, self.fatal), self.reason
        written = nb.cells[culprit].source
        nb.cells[culprit].source = stub_for(nb.cells[culprit], lesson)
        self.run(nb, resources)
        nb.cells[culprit].source = written
        fail(nb.cells[culprit], "Fatal", f"{reason}; the notebook ran once more without it")
        return nb, resources

    def run(self, nb, resources):
        """Executes the cells up to one that ends the kernel; its index is in `fatal`, None where there is none."""
        self.fatal, self.reason, self.said = None, "", {}
        if self.sandbox:
            self.kernel_manager_class = SandboxKernelManager
        super().preprocess(nb, resources)

    def start_new_kernel(self, **kwargs):
        """Starts the kernel with the variables that grading sets; what it stores as data goes with this process."""
        self.scratch = tempfile.TemporaryDirectory()
        variables = {**os.environ, **GRADING_ENVIRONMENT, "RECSYS_DATA_DIR": self.scratch.name}
        super().start_new_kernel(env=variables, **kwargs)

    def preprocess_cell(self, cell, resources, index):
        """Returns the executed cell. A test that did not run gets an error: without one it would get full points."""
        if self.fatal is None:
            try:
                cell, resources = super().preprocess_cell(cell, resources, index)
            except (DeadKernelError, CellTimeoutError) as error:
                self.fatal, self.reason = index, FATAL[type(error)]
        if is_check(cell):
            if cell.execution_count is None:
                cell.outputs = []
                fail(cell, "NotRun", self.reason or "this cell did not run")
            # nbgrader takes a value for points, and a warning for a failure
            cell.outputs = [out for out in cell.outputs if out.output_type != "execute_result" and not is_warning(out)]
        return cell, resources

    def process_message(self, msg, cell, cell_index):
        """Adds a message of the kernel to a cell's outputs, up to MOST characters a cell."""
        said = self.said.get(cell_index, 0)
        if msg["msg_type"] == "stream":
            msg["content"]["text"] = msg["content"]["text"][: max(0, MOST - said)]
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data"):
            self.said[cell_index] = said + len(str(msg["content"]))
            if self.said[cell_index] > 2 * MOST:
                return None
        return super().process_message(msg, cell, cell_index)


def read_lesson(lesson, notebook):
    """Returns a notebook as it was released; nbgrader works in the course folder."""
    return nbformat.read(Path("lessons", lesson, notebook + ".ipynb"), as_version=4)


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


def is_warning(output):
    """Returns whether an output was written to stderr."""
    return output.output_type == "stream" and output.name == "stderr"


def fail(cell, name, reason):
    """Makes a cell end in the error `name`."""
    if cell.cell_type == "code":
        cell.outputs = [*cell.outputs, new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])]


class HideHiddenTests(ClearHiddenTests):
    """generate_feedback: neither a hidden test nor the lines of it that a traceback quotes are shown."""

    enforce_metadata = Bool(False)  # a student's own cell may hold the marker

    def preprocess(self, nb, resources):
        """Returns the notebook without what grading added."""
        nb.cells = [cell for cell in nb.cells if cell.get("id") != TRIAL]
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, index):
        """Returns the cell without its hidden region; of an error in it only the message remains."""
        if cell.cell_type == "code" and self.begin_test_delimeter in cell.source:
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return super().preprocess_cell(cell, resources, index)


class OfflineFormulas(NbGraderPreprocessor):
    """generate_feedback: formulas become MathML, which a browser draws by itself, without a network."""

    def preprocess_cell(self, cell, resources, index):
        """Returns the cell with MathML in place of $...$ and $$...$$; what is no formula, or in code, stays."""
        if cell.cell_type == "markdown":
            cell.source = FORMULA.sub(as_mathml, cell.source)
        return cell, resources


def as_mathml(found):
    """Returns the MathML of a match of FORMULA, or its text where it holds none that can be read."""
    block, inline = found["block"], found["inline"]
    if not (block or inline):
        return found[0]
    try:
        return latex2mathml.converter.convert(block or inline, display="block" if block else "inline")
    except Exception:  # a student may have written anything between two signs of the dollar
        return found[0]
