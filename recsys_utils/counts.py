"""Counts that a caller gives: whole numbers of whatever type, within limits."""
import numpy as np
import torch


def count(value, lowest, highest, refusal):
    """Returns the int that a number is: 2, 2.0, NumPy's and torch's too; not 2.5, "2" or True.

    lowest, highest: what it may be; refusal: the words of the ValueError for anything else
    """
    number = np.asarray(value.cpu() if isinstance(value, torch.Tensor) else value)
    if number.ndim or number.dtype.kind not in "iuf" or not float(number).is_integer():
        raise ValueError(refusal)
    if not lowest <= number <= highest:
        raise ValueError(refusal)
    return int(number)


def checked_seed(seed):
    """Returns the seed as an int; raises ValueError for anything but a whole number from 0 up."""
    return count(seed, 0, 2**63 - 1, f"seed={seed!r}: use a whole number from 0 up, so that a draw can be repeated")
