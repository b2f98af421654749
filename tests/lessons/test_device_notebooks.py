"""Every solution notebook, whole, on a pretend device: what a student with a GPU does, and one with Apple's."""
import matplotlib
import matplotlib.pyplot as plt
import pytest
from harness import code_cells, execute, notebook_path, solution_names
from pretend_device import pretend_device


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")                        # a student sees them, and nbval runs the same cells
@pytest.mark.parametrize("float64", [True, False], ids=["float64", "no float64"])
@pytest.mark.parametrize("notebook", solution_names())
def test_a_notebook_runs_on_a_device(notebook, float64, tmp_path, monkeypatch):
    matplotlib.use("agg")
    monkeypatch.setenv("RECSYS_DATASET", "synthetic")
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(notebook_path(notebook).parent)        # beside the lessons whose models it loads
    names = {"__name__": "__main__", "display": lambda *values, **options: None}
    with pretend_device(float64):
        for cell in code_cells(notebook):
            execute(cell.source, names)
            plt.close("all")
