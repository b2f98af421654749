"""A student's first minutes, in a real JupyterLab in a real browser: open lesson 1, run it, answer, be told."""
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

pytestmark = pytest.mark.long
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
sync_api = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[browser]' brings playwright")
LESSON = "01_movielens/01_movielens.ipynb"
ROOT = Path(__file__).resolve().parents[2]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address and notebook file of a JupyterLab on a fresh copy of lessons/, its settings apart from the user's own."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "lessons", home / "work")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
               "--ServerApp.token=", f"--ServerApp.root_dir={home / 'work'}"]
    environment = os.environ | {name: str(home / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR")}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5)
            break
        except OSError:
            time.sleep(0.5)
    yield f"http://127.0.0.1:{port}", home / "work" / LESSON
    server.terminate()
    server.wait(30)


@pytest.fixture
def page(lab):
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(90_000)
        page.goto(f"{lab[0]}/lab/tree/{LESSON}")
        page.wait_for_selector(".jp-Notebook .jp-RenderedMarkdown h1")
        yield page
        browser.close()


def menu(page, name, item):
    page.click(f".lm-MenuBar-itemLabel:text-is('{name}')")
    page.click(f".lm-Menu-itemLabel:text-is('{item}')")


def errors(outputs):
    return [output for output in outputs if output["output_type"] == "error"]


def saved_when(page, file, ready):
    """Saves the open notebook until its outputs, by cell id, are as ready(outputs) wants them, and returns them."""
    for _ in range(90):
        menu(page, "File", "Save Notebook")
        page.wait_for_timeout(1000)
        with contextlib.suppress(ValueError):            # read while it was being written
            outputs = {cell["id"]: cell.get("outputs", []) for cell in json.loads(file.read_text())["cells"]}
            if ready(outputs):
                return outputs
    raise TimeoutError("the notebook did not get that far in 90 seconds")


def test_an_open_lesson_shows_movies_and_stops_kindly_at_the_first_exercise(lab, page):
    menu(page, "Run", "Run All Cells")
    outputs = saved_when(page, lab[1], lambda outputs: any(map(errors, outputs.values())))
    assert "Toy Story" in json.dumps(outputs["movies-head"])
    assert [cell for cell, found in outputs.items() if errors(found)] == ["contiguous-ids-1"]
    assert "not attempted yet" in json.dumps(outputs["contiguous-ids-1"])


def test_nothing_in_the_page_is_broken(page):
    assert page.locator(".jp-RenderedMarkdown img:not([alt])").count() == 0
    assert page.locator("text=Math Processing Error").count() == 0
