"""Tests leave a student's results alone: they, and the notebooks they run, get a data folder of their own."""
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import torch

from recsys_utils.movielens import SETS, DataError, data_dir, load_movielens
from recsys_utils.runtime import device


def pytest_configure(config):
    try:
        load_movielens("ml-100k")                        # fetched once, kept in the real data folder
    except DataError as error:
        print(f"Tests that need ml-100k will fail. {error}")
    folder = Path(tempfile.mkdtemp(prefix="recsys-tests-"))
    for name in (*SETS, "ml-10M100K"):
        if (data_dir() / name).is_dir():
            (folder / name).symlink_to((data_dir() / name).resolve())
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["RECSYS_DATA_DIR"] = str(folder)
    os.environ["RECSYS_DATASET"] = "ml-100k"             # the stored outputs are of this set


def pytest_report_header(config):
    return f"the course computes on: {device()}"         # RECSYS_DEVICE, or an error in its words


@pytest.fixture(autouse=True)
def numbers_next_to_zero():
    """Takes back what a lesson's first cell sets for the whole process: hypothesis wants subnormal numbers."""
    yield
    torch.set_flush_denormal(False)
