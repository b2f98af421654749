"""Plain data from the wire into values."""

import base64
import math
import re
import struct

import numpy as np
import torch

from recsys_utils.grading.wire_kinds import (
    DICTS,
    GROUPS,
    MOST_BYTES,
    MOST_KEYS,
    MOST_NUMBERS,
    NUMPY_DTYPE,
    PANDAS_DTYPE,
    PLAIN,
    TORCH_DTYPES,
    WireError,
    foreign,
)


class Unpack:
    """Turns trees back into values; whatever does not fit raises an error of Python's, which unpacked() names."""

    def __init__(self, buffers):
        """Keeps the bytes that arrays stand in."""
        self.buffers, self.room = buffers, MOST_BYTES

    def value(self, tree):
        """Returns the value of a tree."""
        if type(tree) in PLAIN:
            return tree
        kind, of = tree["is"], tree.get("of")
        if kind not in ("list", "tuple") and isinstance(of, list) and len(of) > MOST_KEYS:
            raise WireError("too many keys")  # equal hashes take a time that grows with the square
        if kind in GROUPS:
            return GROUPS[kind](map(self.value, of))
        if kind in DICTS:
            return DICTS[kind]({self.value(key): self.value(one) for key, one in of})
        simple = {"foreign": foreign, "range": bounded_range, "complex": lambda of: complex(*of),
                  "bytes": base64.b64decode, "dtype": TORCH_DTYPES.__getitem__}
        if kind in simple:
            return simple[kind](of)
        return getattr(self, f"a_{kind}")(tree)  # an AttributeError where there is none

    def a_tensor(self, tree):
        """Returns a tensor, or a Parameter."""
        dtype = TORCH_DTYPES[tree["dtype"]]
        shape, size = self.shape(tree, dtype.itemsize), dtype.itemsize
        value = torch.empty(shape, dtype=dtype, device="cpu")
        if value.numel():
            buffer, start = self.buffer(tree["at"])
            strides = [int(stride) for stride in tree["strides"]]
            ends = sum((length - 1) * stride for length, stride in zip(shape, strides, strict=True))
            if min([start, *strides]) < 0 or start + ends + size > len(buffer) or any(
                    number % size for number in (start, *strides)):
                raise WireError("a tensor outside its memory")
            storage = torch.frombuffer(buffer, dtype=torch.uint8).untyped_storage()
            steps = [stride // size for stride in strides]
            value = torch.empty(0, dtype=dtype, device="cpu").set_(storage, start // size, shape, steps)
        if tree["parameter"]:
            return torch.nn.Parameter(value, bool(tree["grad"]))
        return value.requires_grad_() if tree["grad"] else value

    def a_array(self, tree):
        """Returns a NumPy array."""
        if tree["dtype"] == "object":
            shape = self.shape(tree)
            value = np.empty(shape, dtype=object)
            value.reshape(-1)[:] = list_of_objects([self.value(one) for one in tree["of"]])
            return value
        if not NUMPY_DTYPE.fullmatch(tree["dtype"]):
            raise WireError("an array of an unknown kind")
        dtype = np.dtype(tree["dtype"])
        shape = self.shape(tree, dtype.itemsize)
        if 0 in shape or dtype.itemsize == 0:
            return np.empty(shape, dtype)
        buffer, start = self.buffer(tree["at"])
        strides = tuple(map(int, tree["strides"]))
        ends = [(length - 1) * stride for length, stride in zip(shape, strides, strict=True)]
        low, high = (start + sum(pick(end, 0) for end in ends) for pick in (min, max))
        if low < 0 or high + dtype.itemsize > len(buffer):  # NumPy's own test overflows
            raise WireError("an array outside its memory")
        value = np.ndarray(shape, dtype, buffer, start, strides)
        value.flags.writeable = bool(tree["writeable"])
        return value

    def a_scalar(self, tree):
        """Returns a scalar of NumPy."""
        return self.a_array(tree)[()]

    def a_generator(self, tree):
        """Returns torch's generator in the state that came."""
        made, state = torch.Generator("cpu"), self.value(tree["of"])
        left, after = struct.unpack("<i4xQ", state[8:24].numpy().tobytes())  # torch would read beyond its 624 words
        if (left, after) != (1, 0) and not (1 <= left <= 624 and left + after == 625):
            raise WireError("no generator's state")
        made.set_state(state)
        return made

    def a_coo(self, tree):
        """Returns a sparse tensor."""
        return torch.sparse_coo_tensor(*map(self.value, tree["of"]), self.shape(tree), check_invariants=True)

    def a_sparse(self, tree):
        """Returns a matrix or array of SciPy in its own format."""
        import scipy.sparse

        data, *coords = map(self.value, tree["of"])
        name = tree["class"]
        if not re.fullmatch(r"(coo|csr|csc|bsr|dia|dok|lil)_(matrix|array)", name):
            raise WireError("an unknown sparse matrix")
        if name[:3] in ("lil", "dok") and max(self.shape(tree)) > MOST_KEYS:
            raise WireError("a matrix of too many lists")
        return getattr(scipy.sparse, name)(scipy.sparse.coo_array((data, tuple(coords)), shape=self.shape(tree)))

    def a_series(self, tree):
        """Returns a Series."""
        import pandas as pd

        return pd.Series(self.value(tree["of"]), index=self.value(tree["index"]), name=self.value(tree["name"]),
                         dtype=pandas_dtype(tree))

    def a_index(self, tree):
        """Returns an Index."""
        import pandas as pd

        of = self.value(tree["of"])
        if type(of) is range:
            return pd.RangeIndex(of, name=self.value(tree["name"]))
        return pd.Index(of, name=self.value(tree["name"]), dtype=pandas_dtype(tree))

    def a_missing(self, tree):
        """Returns pandas' missing value."""
        import pandas as pd

        return pd.NA

    def a_table(self, tree):
        """Returns a DataFrame."""
        import pandas as pd

        index = self.value(tree["index"])
        table = pd.DataFrame({place: self.value(column) for place, column in enumerate(tree["of"])}, index=index)
        table.columns = self.value(tree["columns"])
        return table

    def shape(self, tree, size=8):
        """Returns the shape of an array that is, with all before it, not too large to be copied; size: bytes of each
        element."""
        shape = tuple(map(int, tree["shape"]))
        self.room -= math.prod(shape) * size  # many elements may share a byte
        if min(shape, default=0) < 0 or self.room < 0:
            raise WireError("arrays that are too large")
        return shape

    def buffer(self, at):
        """Returns the buffer in which an array lies, and its distance from the start in bytes."""
        index, start = at
        if index < 0:
            raise WireError("an array in no buffer")
        return self.buffers[index], int(start)


def pandas_dtype(tree):
    """Returns the type of a column, one of those that are known: for others pandas would open files by their name."""
    if not PANDAS_DTYPE.fullmatch(tree["dtype"]):
        raise WireError("a column of an unknown type")
    return tree["dtype"]


def bounded_range(of):
    """Returns a range that can be walked in a moment."""
    made = range(*of)
    if len(made) > MOST_NUMBERS:
        raise WireError("a range that is too long")
    return made


def list_of_objects(values):
    """Returns an array of objects, whatever they are: NumPy would make lists of equal length into one of two axes."""
    made = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        made[place] = value
    return made
