"""Solutions are stored executed, and a second run changes nothing. That they run is nbval's part of `make test`."""

import nbformat
import pytest
from harness import code_cells, solution_names
from nbformat.v4 import new_code_cell, new_notebook

from recsys_utils.grading.run_solutions import run_solutions


@pytest.fixture
def course(tmp_path):
    """Returns a course with one notebook of two cells, the second of which draws a progress bar."""
    (tmp_path / "solutions" / "01_toy").mkdir(parents=True)
    bar = "from tqdm.notebook import tqdm\nfor _ in tqdm(range(2)):\n    print('step')"
    write(tmp_path, ["print(6 * 7)", bar])
    return tmp_path


def write(course, sources):
    cells = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=cells), course / "solutions" / "01_toy" / "01_toy.ipynb")


def test_outputs_are_stored_and_a_second_run_changes_nothing(course):
    path = course / "solutions" / "01_toy" / "01_toy.ipynb"
    assert run_solutions(course, ["01_toy"]) == []
    stored = path.read_bytes()
    outputs = [cell.outputs for cell in nbformat.read(path, as_version=4).cells]
    assert [[output.text for output in cell] for cell in outputs] == [["42\n"], ["step\nstep\n"]]
    assert run_solutions(course, ["01_toy"]) == []
    assert path.read_bytes() == stored


def test_a_notebook_that_fails_stays_as_it_was(course):
    path = course / "solutions" / "01_toy" / "01_toy.ipynb"
    write(course, ["print(1)", "1 / 0"])
    before = path.read_bytes()
    (problem,) = run_solutions(course, ["01_toy"])
    assert "01_toy.ipynb" in problem and "ZeroDivisionError" in problem
    assert path.read_bytes() == before


@pytest.mark.parametrize("notebook", solution_names())
def test_a_solution_is_stored_executed_without_errors_or_warnings(notebook):
    for cell in code_cells(notebook):
        assert cell.execution_count, f"run: make solutions\n{cell.source}"
        assert not any(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs)


@pytest.mark.parametrize("notebook", solution_names())
def test_a_stored_picture_is_under_100_kb(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            encoded = output.get("data", {}).get("image/png", "")
            assert len(encoded) * 3 / 4 < 100_000, f"make the figure smaller, or draw fewer points\n{cell.source}"
