"""The device is the one asked for or a sentence about why not; seeds repeat."""
import random

import numpy as np
import pandas as pd
import pytest
import torch

from recsys_utils.runtime import device, progress, seed_everything, to_tensor

pytestmark = pytest.mark.filterwarnings("error")
NO_CUDA = pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA is there")


def test_the_environment_names_the_device(monkeypatch):
    monkeypatch.setenv("RECSYS_DEVICE", "cpu")
    assert device() == torch.device("cpu")
    monkeypatch.setenv("RECSYS_DEVICE", "toaster")
    assert device("cpu") == torch.device("cpu")                          # an argument goes first


@pytest.mark.parametrize("setting", [None, ""])
def test_without_a_name_cuda_is_taken_if_there_is_one(monkeypatch, setting):
    monkeypatch.delenv("RECSYS_DEVICE", raising=False)
    if setting is not None:
        monkeypatch.setenv("RECSYS_DEVICE", setting)
    assert device().type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["toaster", "gpu", "cuda:x", "cuda:-1"])
def test_a_device_that_torch_does_not_know_is_named(monkeypatch, name):
    monkeypatch.setenv("RECSYS_DEVICE", name)
    with pytest.raises(ValueError, match=f"RECSYS_DEVICE is '{name}', which torch does not know: use cpu, cuda"):
        device()


@NO_CUDA
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:9"])
def test_a_device_that_is_not_there_says_what_to_do(monkeypatch, name):
    monkeypatch.setenv("RECSYS_DEVICE", name)
    with pytest.raises(RuntimeError, match=f"'{name}' is not to be had here .no CUDA device.: set RECSYS_DEVICE=cpu"):
        device()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_cuda_device_with_a_number_too_high_says_how_many_there_are():
    with pytest.raises(RuntimeError, match=f"{torch.cuda.device_count()} CUDA devices.*set RECSYS_DEVICE=cpu"):
        device("cuda:99")


def test_a_seed_repeats_every_generator():
    def draw(seed):
        seed_everything(seed)
        return random.random(), np.random.rand(), torch.rand(1).item()

    assert draw(1) == draw(1)
    assert all(one != other for one, other in zip(draw(1), draw(2), strict=True))


def test_to_tensor_copies_arrays_and_takes_off_gradients():
    column = pd.Series([1.0, 2.0], index=[7, 8])
    torch.set_warn_always(True)
    try:
        found = to_tensor(column.to_numpy())     # read-only under pandas 3
    finally:
        torch.set_warn_always(False)
    found += 1
    assert column.tolist() == [1, 2] and to_tensor(column).tolist() == [1, 2]
    assert to_tensor([1, 2]).dtype == torch.int64
    weight = torch.ones(2, requires_grad=True)
    assert not to_tensor(weight).requires_grad and weight.requires_grad


def test_progress_walks_everything_and_writes_a_labelled_bar_to_standard_output(capsys):
    assert list(progress(range(3), "epoch")) == [0, 1, 2]
    assert list(progress(iter("ab"), "batch", total=2)) == ["a", "b"]
    shown = capsys.readouterr()
    assert "epoch: 100%" in shown.out and "3/3" in shown.out and "batch: 100%" in shown.out and shown.err == ""
