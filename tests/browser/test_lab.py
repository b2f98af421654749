"""A student at work, in a real JupyterLab in a real browser: open a lesson, run it, be told, type answers, be right."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from harness import answer_of, code_cells, notebook_path, solution_names

from recsys_utils.grading.cells import is_check

pytestmark = pytest.mark.long
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
sync_api = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[browser]' brings playwright")
ROOT = Path(__file__).resolve().parents[2]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@pytest.fixture
def lab(tmp_path, request):
    """Address and folder of a JupyterLab on a fresh copy of lessons/, its settings apart from the user's own.

    Its notebooks work on the dataset that the test names as its parameter, else on the usual one.
    """
    shutil.copytree(ROOT / "lessons", tmp_path / "work")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
               "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path / 'work'}"]
    own = ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = os.environ | {name: str(tmp_path / name) for name in own}
    if dataset := getattr(request, "param", None):
        environment["RECSYS_DATASET"] = dataset
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5)
            break
        except OSError:
            time.sleep(0.5)
    yield f"http://127.0.0.1:{port}", tmp_path / "work"
    server.terminate()
    server.wait(30)


@pytest.fixture
def page():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(90_000)
        yield page
        browser.close()


def open_lesson(page, address, lesson):
    page.goto(f"{address}/lab/tree/{notebook_path(lesson, 'lessons').relative_to(ROOT / 'lessons').as_posix()}")
    page.wait_for_selector(".jp-Notebook .jp-RenderedMarkdown h1")
    page.wait_for_selector(".jp-NotebookPanel-toolbar [data-status='idle'], .jp-Notebook-ExecutionIndicator")


def menu(page, name, item):
    page.click(f".lm-MenuBar-itemLabel:text-is('{name}')")
    page.click(f".lm-Menu-itemLabel:text-is('{item}')")


def errors(outputs):
    return [output for output in outputs if output["output_type"] == "error"]


def run_all(page, file, done):
    """Runs all cells and saves until the cells, by id, are as done(cells) wants them; returns them."""
    menu(page, "Run", "Run All Cells")
    for _ in range(120):
        page.wait_for_timeout(1000)
        menu(page, "File", "Save Notebook")
        with contextlib.suppress(ValueError):            # read while it was being written
            cells = {cell["id"]: cell for cell in json.loads(file.read_text())["cells"] if cell["cell_type"] == "code"}
            if done(cells):
                return cells
    raise TimeoutError("the notebook did not get that far in two minutes")


def type_answer(page, stub, answer):
    """Scrolls down to the cell that holds the stub's first line and types the answer over it."""
    editor = page.locator(".jp-CodeCell .cm-content", has_text=stub.splitlines()[0]).first
    for _ in range(200):                                 # JupyterLab renders what is in view only
        if editor.count():
            break
        page.mouse.move(700, 800)
        page.mouse.wheel(0, 1200)             # of the 1600 that are in view
        page.wait_for_timeout(100)
    editor.scroll_into_view_if_needed()
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(answer)


def test_an_open_lesson_shows_movies_and_stops_kindly_at_the_first_exercise(lab, page):
    open_lesson(page, lab[0], "01_movielens")
    cells = run_all(page, lab[1] / "01_movielens" / "01_movielens.ipynb",
                    lambda cells: any(errors(cell["outputs"]) for cell in cells.values()))
    assert "Toy Story" in json.dumps(cells["movies-head"]["outputs"])
    assert [name for name, cell in cells.items() if errors(cell["outputs"])] == ["contiguous-ids-1"]
    assert "not attempted yet" in json.dumps(cells["contiguous-ids-1"]["outputs"])


@pytest.mark.parametrize("lab", ["synthetic"], indirect=True)    # checks need no ratings; training takes seconds
@pytest.mark.parametrize("lesson", solution_names())
def test_answers_typed_in_by_a_student_pass_every_check(lab, page, lesson):
    open_lesson(page, lab[0], lesson)
    file = lab[1] / notebook_path(lesson, "lessons").relative_to(ROOT / "lessons")
    for cell in json.loads(file.read_text())["cells"]:
        told = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and told.get("solution"):
            type_answer(page, "".join(cell["source"]), answer_of(lesson, told["grade_id"]))
    cells = run_all(page, file, lambda cells: list(cells.values())[-1]["execution_count"])
    assert [name for name, cell in cells.items() if errors(cell["outputs"])] == []
    visible = [cell for cell in code_cells(lesson) if is_check(cell) and "HIDDEN TESTS" not in cell.source]
    assert all("✓" in json.dumps(cells[cell.id]["outputs"], ensure_ascii=False) for cell in visible)
    assert page.locator(".jp-RenderedMarkdown img:not([alt])").count() == 0
