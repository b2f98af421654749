"""The models of the other lessons: the cells tagged `model` of a notebook that stands beside the one you are in."""
import json
from pathlib import Path

ROOT = Path(__file__).parents[1]


def load_models(notebook, folder=None):
    """Returns {name: object} that a notebook's cells tagged `model` define, its first code cell (imports) run before.

    notebook: its name, "05_bpr"; folder: where the lessons' folders are. None: beside the working directory, as in
    work/ or solutions/, else lessons/.
    Raises FileNotFoundError where there is no such notebook; an error of a cell is let through.
    """
    cells = [cell for cell in _read(_find(notebook, folder))["cells"] if cell["cell_type"] == "code"]
    first, *others = cells
    names = {"__name__": notebook}
    for cell in [first, *(cell for cell in others if "model" in cell["metadata"].get("tags", []))]:
        source = "".join(cell["source"])
        exec(compile(source, f"<{notebook}, cell {cell.get('id', '?')}>", "exec"), names)
    return names


def _find(notebook, folder):
    folders = [Path(folder)] if folder else [Path.cwd().parent, ROOT / "lessons"]
    for place in folders:
        if found := next(place.glob(f"*/{notebook}.ipynb"), None):
            return found
    raise FileNotFoundError(f"There is no {notebook}.ipynb in a folder of {' or '.join(map(str, folders))}: open this "
                            "notebook from the folder that holds the other lessons (make lab does)")


def _read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is not a notebook ({error}): take a fresh copy of it from lessons/") from error
