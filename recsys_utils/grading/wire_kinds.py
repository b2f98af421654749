"""What goes over the wire: the classes that arrive as they are, and how large it may be."""

import collections
import re

import torch

MOST_JSON, MOST_BYTES, MOST_NUMBERS = 32 * 2**20, 512 * 2**20, 2**26  # bytes, bytes of arrays, a range
PLAIN = (type(None), bool, int, float, str)
GROUPS = {kind.__name__: kind for kind in (list, tuple, set, frozenset, torch.Size)}
DICTS = {kind.__name__: kind for kind in (dict, collections.OrderedDict, collections.Counter)}
TORCH_DTYPES = {str(kind).removeprefix("torch."): kind for kind in vars(torch).values()
                if isinstance(kind, torch.dtype) and not str(kind).startswith(("torch.q", "torch.bits"))}
MOST_KEYS = 100_000  # of a set, a dict, rows of a matrix of lists
PANDAS_DTYPE = re.compile(r"object|str|string(\[\w+\])?|category|bool(ean)?|(u?int|U?Int|[Ff]loat|complex)\d+"
                          r"|(datetime|timedelta)64\[(s|ms|us|ns)(, UTC)?\]")
NUMPY_DTYPE = re.compile(r"[<>|=]?[biufcmMSU]\d+(\[\d*\w+\])?")


class WireError(Exception):
    """What came over the wire is no message, or what is to go is too large."""


class Foreign:
    """Stands for a value of a class that does not go over the wire; its class has that one's name."""


def foreign(name):
    """Returns a Foreign whose class has this name."""
    return type(re.sub(r"\W", "_", str(name))[:60] or "object", (Foreign,), {})()
