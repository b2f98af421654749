"""What the course adds to nbgrader: the hooks that nbgrader_config.py puts in its chains."""

import copy
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, Execute, NbGraderPreprocessor
from traitlets import Bool

from .course import GRADING_ENVIRONMENT, grade_id, is_check

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
        # nbgrader works in the course folder
        lesson = nbformat.read(Path("lessons", names["assignment"], names["notebook"] + ".ipynb"), as_version=4)
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
    """autograde: runs a submission on made-up data.

    A kernel that dies costs the cells from there on, not the whole submission.
    """

    def start_new_kernel(self, **kwargs):
        """Starts the kernel with the variables that grading sets; what it stores as data goes with this process."""
        self.scratch = tempfile.TemporaryDirectory()
        variables = {**os.environ, **GRADING_ENVIRONMENT, "RECSYS_DATA_DIR": self.scratch.name}
        super().start_new_kernel(env=variables, **kwargs)

    def preprocess_cell(self, cell, resources, index):
        """Returns the executed cell. A test that did not run gets an error: without one it would get full points."""
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except (DeadKernelError, CellTimeoutError) as error:
            fail(cell, type(error).__name__, "the kernel died in this cell or in one before it")
        if cell.cell_type == "code" and is_check(cell) and cell.execution_count is None and not cell.outputs:
            fail(cell, "NotRun", "this cell did not run")
        return cell, resources


def fail(cell, name, reason):
    """Makes a cell look as if it had raised the error `name`."""
    if cell.cell_type == "code":
        cell.outputs = [new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])]


class HideHiddenTests(ClearHiddenTests):
    """generate_feedback: neither a hidden test nor the lines of it that a traceback quotes are shown."""

    enforce_metadata = Bool(False)  # a student's own cell may hold the marker

    def preprocess_cell(self, cell, resources, index):
        """Returns the cell without its hidden region; of an error in it only the message remains."""
        if cell.cell_type == "code" and self.begin_test_delimeter in cell.source:
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return super().preprocess_cell(cell, resources, index)
