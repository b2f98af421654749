"""What a student's function did to its arguments is done to the judge's: a check can say "your input was changed"."""

import numpy as np
import torch


def written_back(old, new):
    """Writes what a call changed in an argument into it, as far as it can be changed; returns what stands for it then.

    old: the object passed; new: what it became on the other side
    """
    kind = type(old)
    if kind is not type(new):
        return new
    if isinstance(old, torch.Tensor):
        if old.shape == new.shape:
            old.detach().copy_(new)
        else:
            old.data = new.detach()
        return old
    if kind is np.ndarray and old.shape == new.shape and old.flags.writeable:
        old[...] = new
        return old
    if kind is torch.Generator:
        old.set_state(new.get_state())
        return old
    if kind is list:
        old[:] = map(written_back, old, new) if len(old) == len(new) else new
        return old
    if kind is set:
        old.clear(), old.update(new)
        return old
    if isinstance(old, dict):
        merged = {key: written_back(old[key], value) if key in old else value for key, value in new.items()}
        old.clear(), old.update(merged)
        return old
    if kind is tuple and len(old) == len(new):
        return tuple(map(written_back, old, new))
    if hasattr(old, "_update_inplace"):  # pandas' own way to change a table
        old._update_inplace(new)
        return old
    return new
