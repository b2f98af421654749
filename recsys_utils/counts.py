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
