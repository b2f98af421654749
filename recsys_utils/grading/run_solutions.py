"""Run the notebooks of solutions/ in place, so that they are stored with their outputs."""

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from tqdm import tqdm

from .course import notebooks, read_notebook
from .release import strip_metadata

WIDGET = "application/vnd.jupyter.widget-view+json"


def run_solutions(root, lessons, cell_timeout=1800):
    """Runs every notebook of the lessons and returns the failures as sentences. A failed notebook is not written."""
    paths = [path for lesson in lessons for path in notebooks(root / "solutions" / lesson)]
    return [problem for path in paths if (problem := execute_one(path, cell_timeout))]


def execute_one(path, cell_timeout):
    """Runs one notebook in its own folder and stores it; returns what went wrong, or an empty text."""
    notebook = read_notebook(path)
    try:
        run(notebook, path, cell_timeout)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return f"{path.name} failed and stays as it was.\n{error}"
    clean(notebook)
    text = nbformat.writes(notebook) + "\n"
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8", newline="\n")
    return ""


def run(notebook, path, cell_timeout):
    """Runs all cells of a notebook, with a progress bar."""
    n_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=n_cells, desc=path.stem, unit=" cells") as bar:
        NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=cell_timeout,
            record_timing=False,  # else every run changes every cell
            coalesce_streams=True,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],  # it warns that it listens on this machine's own network
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=lambda **_: bar.update(),
        ).execute()


def clean(notebook):
    """Removes what changes from run to run: volatile metadata, and widgets, which only a live kernel can draw."""
    strip_metadata(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
