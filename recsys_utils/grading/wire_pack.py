"""Values into plain data, for the wire."""

import base64
import collections
import ctypes

import numpy as np
import torch

from recsys_utils.grading.wire_kinds import DICTS, GROUPS, MOST_BYTES, NUMPY_DTYPE, PLAIN, TORCH_DTYPES, WireError


class Pack:
    """Turns values into a tree; arrays stand in it by the place of their first element in memory."""

    def __init__(self):
        """Starts without arrays."""
        self.arrays, self.alive = [], []

    def tree(self, value):
        """Returns a value as what JSON can hold."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind.__name__ in GROUPS and kind is GROUPS[kind.__name__]:
            return {"is": kind.__name__, "of": [self.tree(one) for one in value]}
        if isinstance(value, tuple):  # a named tuple, or what torch.max returns: its values
            return {"is": "tuple", "of": [self.tree(one) for one in tuple.__iter__(value)]}
        if kind is collections.defaultdict or kind.__name__ in DICTS and kind is DICTS[kind.__name__]:
            name = "dict" if kind is collections.defaultdict else kind.__name__
            return {"is": name, "of": [[self.tree(key), self.tree(one)] for key, one in value.items()]}
        if kind in (range, complex, bytes):
            of = {range: lambda: [value.start, value.stop, value.step], complex: lambda: [value.real, value.imag],
                  bytes: lambda: base64.b64encode(value).decode()}[kind]()
            return {"is": kind.__name__, "of": of}
        return self.of_library(value, kind) or {"is": "foreign", "of": kind.__name__}

    def of_library(self, value, kind):
        """Returns the tree of a value of torch, NumPy, pandas or SciPy; None where it is another."""
        library = kind.__module__.split(".")[0]
        if kind in (torch.Tensor, torch.nn.Parameter) and not vars(value):
            return self.tensor(value, kind)
        if kind is torch.Generator:
            return {"is": "generator", "of": self.tree(value.get_state())}
        if kind is torch.dtype:
            return {"is": "dtype", "of": str(value).removeprefix("torch.")}
        if kind is np.ndarray or library == "numpy" and isinstance(value, np.generic):
            return self.array(np.asarray(value), "array" if kind is np.ndarray else "scalar")
        if library == "pandas":
            return self.of_pandas(value, kind)
        if library == "scipy" and hasattr(value, "tocoo"):
            coo = value.tocoo()
            return {"is": "sparse", "class": kind.__name__, "shape": list(coo.shape),
                    "of": [self.tree(part) for part in (coo.data, *coo.coords)]}
        return None

    def tensor(self, value, kind):
        """Returns the tree of a tensor."""
        data = value.detach()
        if data.layout != torch.strided:
            data = data.to_sparse_coo().coalesce()
            return {"is": "coo", "shape": list(data.shape), "of": [self.tree(data.indices()), self.tree(data.values())]}
        name = str(data.dtype).removeprefix("torch.")
        if data.device.type == "meta" or name not in TORCH_DTYPES:
            return None
        data = data.cpu().resolve_conj().resolve_neg()
        strides = [stride * data.element_size() for stride in data.stride()]
        return {"is": "tensor", "dtype": name, "shape": list(data.shape), "strides": strides,
                "at": self.place(data, data.data_ptr(), data.shape, strides, data.element_size()),
                "grad": value.requires_grad, "parameter": kind is torch.nn.Parameter}

    def array(self, value, name):
        """Returns the tree of a NumPy array, or of a scalar as an array without axes."""
        shape = {"is": name, "shape": list(value.shape)}
        if value.dtype == object:
            return {**shape, "dtype": "object", "of": [self.tree(one) for one in value.flat]}
        if not NUMPY_DTYPE.fullmatch(value.dtype.str):
            return None
        at = self.place(value, value.ctypes.data, value.shape, value.strides, value.itemsize)
        return {**shape, "dtype": value.dtype.str, "strides": list(value.strides), "at": at,
                "writeable": value.flags.writeable}

    def of_pandas(self, value, kind):
        """Returns the tree of a Series, an Index or a table; None for what is another."""
        import pandas as pd

        if kind is pd.RangeIndex:
            return {"is": "index", "name": self.tree(value.name), "of": self.tree(value._range), "dtype": "int64"}
        if kind in (pd.Series, pd.Index):
            plain = isinstance(value.dtype, np.dtype)
            data = kind.to_numpy(value) if plain else kind.astype(value, object).tolist()
            made = {"is": kind.__name__.lower(), "name": self.tree(value.name), "of": self.tree(data),
                    "dtype": str(value.dtype)}
            return made | ({"index": self.tree(value.index)} if kind is pd.Series else {})
        if value is pd.NA:
            return {"is": "missing"}
        if kind is pd.DataFrame:
            columns = [self.tree(value.iloc[:, place]) for place in range(value.shape[1])]
            return {"is": "table", "columns": self.tree(value.columns), "index": self.tree(value.index), "of": columns}
        return None

    def place(self, owner, start, shape, strides, size):
        """Notes where an array lies, and returns a list that will say in which buffer, and how far from its start."""
        at = [0, 0]
        if 0 in shape:
            return at
        ends = [(length - 1) * stride for length, stride in zip(shape, strides, strict=True)]
        low, high = start + sum(min(end, 0) for end in ends), start + sum(max(end, 0) for end in ends) + size
        self.arrays.append((low, high, start, at))
        self.alive.append(owner)
        return at

    def buffers(self):
        """Returns the bytes of all arrays, and fills in where each one lies in them; arrays that overlap share."""
        spans = []
        for low, high, start, at in sorted(self.arrays, key=lambda array: array[:2]):
            if spans and low < spans[-1][1]:
                spans[-1][1] = max(spans[-1][1], high)
            else:
                spans.append([low, high])
            at[:] = len(spans) - 1, start - spans[-1][0]
        if sum(high - low for low, high in spans) > MOST_BYTES:
            raise WireError(f"a value larger than {MOST_BYTES >> 20} MB")
        return [ctypes.string_at(low, high - low) for low, high in spans]
