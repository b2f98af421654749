"""What the course adds to nbgrader: the hooks that nbgrader_config.py puts in its chains."""

import copy
import html
import re

import bleach
import latex2mathml.converter
import nbformat
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Bool

from .course import grade_id, read_lesson
from .running import REMARKS

TAGS = frozenset("a b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i kbd li ol p pre s "
                 "small span strong sub summary sup table tbody td tfoot th thead tr ul".split())
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg")
SCRIPTS = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
FORMULA = re.compile(
    r"```.*?```|`[^`\n]*`|\$\$(?P<block>.+?)\$\$|(?<![\\$\w])\$(?!\s)(?P<inline>[^$\n]+?)(?<!\s)\$(?!\d)", re.DOTALL
)
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


class Harmless(NbGraderPreprocessor):
    """autograde, last: what a student's code or text shows can be looked at, in Formgrader too, and runs nothing."""

    def preprocess(self, nb, resources):
        """Returns the notebook with each cell made harmless; the lesson's own text is that already."""
        names = resources["nbgrader"]
        self.released = {cell.source for cell in read_lesson(names["assignment"], names["notebook"]).cells}
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, index):
        """Returns the cell with plain text, pictures, and HTML without scripts."""
        if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata and cell.source not in self.released:
            cell.source = cleaned(cell.source)
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = {kind: value for kind, value in output.data.items() if kind in SHOWN}
                if "text/html" in output.data:
                    output.data["text/html"] = cleaned("".join(output.data["text/html"]))
        return cell, resources


def cleaned(text):
    """Returns HTML with the tags and attributes that tables and hints need, and no others."""
    text = SCRIPTS.sub("", text)
    return bleach.clean(text, tags=TAGS, attributes=["border", "class", "colspan", "rowspan", "href"], strip=True)


class HideHiddenTests(ClearHiddenTests):
    """generate_feedback: neither a hidden test nor what shows a line of it is in the page.

    Of a hidden test remains the message of the check that failed.
    """

    enforce_metadata = Bool(False)  # a student's own cell may hold the marker

    def preprocess(self, nb, resources):
        """Returns the notebook without what grading added."""
        nb.cells = [cell for cell in nb.cells if cell.get("id") != REMARKS]
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, index):
        """Returns the cell without its hidden region; of an error in it only the message remains."""
        if cell.cell_type == "code" and self.begin_test_delimeter in cell.source:
            cell.outputs = [output for output in cell.outputs if output.output_type == "error"]
            for output in cell.outputs:
                output.evalue = output.evalue[:500]
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
        formula = html.unescape(block or inline)  # in a student's own text > is &gt; by now
        return latex2mathml.converter.convert(formula, display="block" if block else "inline")
    except Exception:  # a student may have written anything between two signs of the dollar
        return found[0]
