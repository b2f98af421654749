"""Where and how a lesson runs: device, seed, tensors, progress bar."""
import os
import random
import sys

import numpy as np
import torch
from tqdm import tqdm


def device(name=None):
    """Returns the torch.device that this lesson computes on.

    name: "cpu", "cuda", "cuda:1", "mps"; None reads RECSYS_DEVICE, and without it takes CUDA if there is one, else CPU
    Raises ValueError for a name that torch does not know, RuntimeError for a device that this machine does not have.
    """
    name = name or os.environ.get("RECSYS_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(name)
    except RuntimeError:
        raise ValueError(f"RECSYS_DEVICE is {name!r}, which torch does not know: use cpu, cuda, cuda:0, … or "
                         "mps") from None
    try:
        torch.empty(1, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        here = f"{torch.cuda.device_count()} CUDA devices" if torch.cuda.is_available() else "no CUDA device"
        raise RuntimeError(f"The device {name!r} is not to be had here ({here}): set RECSYS_DEVICE=cpu, or unset it "
                           f"and the course picks one. Torch said: {str(error).splitlines()[0]}") from None
    return chosen


def seed_everything(seed):
    """Seeds Python's, NumPy's and torch's global generators, all devices included.

    seed: int in [0, 2**32)
    """
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def to_tensor(values):
    """Returns the values as a tensor without a gradient; arrays are copied, since pandas hands out read-only ones."""
    return values.detach() if isinstance(values, torch.Tensor) else torch.tensor(np.asarray(values))


def to_double(values):
    """Returns the tensor in double precision, on the CPU where its own device has none, as Apple's."""
    try:
        return values.double()
    except TypeError:
        return values.cpu().double()


def progress(iterable, label, total=None):
    """Returns the iterable, with a text progress bar while it is walked.

    A text bar on standard output reads the same in JupyterLab, in a log and in a stored notebook.
    """
    return tqdm(iterable, desc=label, total=total, file=sys.stdout, ncols=80, mininterval=0.5)
