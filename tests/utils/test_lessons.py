"""The models of other lessons: found beside the working directory, and nothing but imports and `model` cells run."""
import json

import pytest

from recsys_utils.lessons import load_models


def notebook(folder, *cells):
    """Writes 05_bpr.ipynb of code cells (source, tags) into a lesson's folder, and returns the folder of lessons."""
    (folder / "05_bpr").mkdir(parents=True)
    content = [{"cell_type": "markdown", "metadata": {}, "source": ["# Lesson 5"]}]
    content += [{"cell_type": "code", "id": f"c{place}", "metadata": {"tags": tags}, "source": [source]}
                for place, (source, tags) in enumerate(cells)]
    (folder / "05_bpr" / "05_bpr.ipynb").write_text(json.dumps({"cells": content}), encoding="utf-8")
    return folder


def test_imports_and_model_cells_are_run_in_order_and_nothing_else(tmp_path):
    folder = notebook(tmp_path, ("import math", []), ("raise RuntimeError('training')", ["training"]),
                      ("def score(x):\n    return math.sqrt(x)", ["model"]), ("NINE = score(81)", ["model"]),
                      ("student = 1", []))
    names = load_models("05_bpr", folder)
    assert names["NINE"] == 9 and "student" not in names


def test_a_notebook_beside_the_working_directory_comes_first(tmp_path, monkeypatch):
    notebook(tmp_path, ("WHERE = 'mine'", []))
    (tmp_path / "09_comparison").mkdir()
    monkeypatch.chdir(tmp_path / "09_comparison")
    assert load_models("05_bpr")["WHERE"] == "mine"


def test_from_anywhere_else_the_released_lesson_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "train_epochs" in load_models("05_bpr")


def test_a_notebook_that_is_not_there_is_named_with_the_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="no 05_bpr.ipynb in a folder of .*make lab"):
        load_models("05_bpr", tmp_path)


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    notebook(tmp_path)
    (tmp_path / "05_bpr" / "05_bpr.ipynb").write_text('{"cells": [', encoding="utf-8")
    with pytest.raises(ValueError, match="05_bpr.ipynb is not a notebook .*fresh copy"):
        load_models("05_bpr", tmp_path)


def test_an_error_of_a_cell_is_let_through(tmp_path):
    folder = notebook(tmp_path, ("import math", []), ("1 / 0", ["model"]))
    with pytest.raises(ZeroDivisionError):
        load_models("05_bpr", folder)
