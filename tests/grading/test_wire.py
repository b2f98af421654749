"""What goes over the wire arrives as it was, shared memory included; what is no message is told, whatever it is."""

import collections
import copy
import io
import json
import random
import struct

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from recsys_utils.checks import CheckFailed
from recsys_utils.grading.changed_arguments import Changed
from recsys_utils.grading.wire import packed, unpacked
from recsys_utils.grading.wire_kinds import Foreign, WireError


def read_from(data):
    file = io.BytesIO(data)

    def read(size):
        part = file.read(size)
        if len(part) < size:
            raise EOFError
        return part

    return read


def trip(value):
    return unpacked(read_from(b"".join(packed(value))))


def same(one, other):
    """Returns whether two values are of one type and equal, all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        dense = one.to_dense() if one.layout != torch.strided else one
        return (one.dtype, one.requires_grad, one.stride() if one.layout == torch.strided else 0) == (
            other.dtype,
            other.requires_grad,
            other.stride() if one.layout == torch.strided else 0,
        ) and torch.equal(dense.detach(), other.to_dense().detach() if one.layout != torch.strided else other.detach())
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape, one.flags.writeable) == (other.dtype, other.shape, other.flags.writeable) and all(
            a is b or a == b or a != a for a, b in zip(one.flat, other.flat, strict=True)
        )
    if isinstance(one, (pd.Series, pd.DataFrame, pd.Index)):
        return one.equals(other) and all(
            str(a.dtype) == str(b.dtype) for a, b in zip(*map(columns, (one, other)), strict=True)
        )
    if scipy.sparse.issparse(one):
        return one.dtype == other.dtype and (one != other).nnz == 0
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or one != one


def columns(value):
    return [value[name] for name in value] if isinstance(value, pd.DataFrame) else [value]


frozen = np.arange(3)
frozen.flags.writeable = False
VALUES = [
    None,
    True,
    7,
    -(10**30),
    0.1,
    -0.0,
    float("inf"),
    float("nan"),
    "é \ud800 \0",
    [1, (2.0, {"a": {3}})],
    {(1, "x"): [None]},
    frozenset([1]),
    range(2, 9, 3),
    1 + 2j,
    b"\0\xff",
    torch.Size([2, 3]),
    torch.float64,
    collections.OrderedDict(b=1, a=2),
    collections.Counter("aab"),
    torch.arange(6.0).view(2, 3).T,
    torch.zeros(0, 3),
    torch.tensor(True),
    torch.ones(2).half(),
    torch.tensor(3, dtype=torch.bfloat16),
    torch.ones(2, requires_grad=True),
    torch.nn.Parameter(torch.ones(2)),
    torch.zeros(1).expand(4),
    torch.tensor([1 + 2j]),
    torch.eye(3).to_sparse(),
    np.arange(6)[::-2],
    np.zeros((0, 2)),
    frozen,
    np.float32(0.1),
    np.bool_(True),
    np.int64(3),
    np.datetime64("2020-01-01"),
    np.array(["a", "bcd"]),
    np.asfortranarray(np.eye(2)),
    np.array([1, None, "x", [1]], dtype=object),
    pd.Series([1, 2], index=["a", "b"], name="q"),
    pd.Series(["x", None]),
    pd.Series([1.5, None], dtype="Float64"),
    pd.Index([3, 4], name="k"),
    pd.RangeIndex(3),
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=[9, 4]),
    pd.DataFrame({"t": pd.to_datetime(["2020-01-01"])}),
    scipy.sparse.csr_array(np.eye(2)),
    scipy.sparse.coo_matrix(np.eye(3, dtype=int)),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__} {str(value)[:20]!r}")
def test_a_value_arrives_as_it_was(value):
    assert same(trip(value), value)


@pytest.mark.parametrize(
    "value, name",
    [
        (object(), "object"),
        (lambda: 1, "function"),
        (torch.nn.Linear(1, 1), "Linear"),
        (iter([]), "list_iterator"),
        (type("Equal", (int,), {"__eq__": lambda s, o: True})(3), "Equal"),
        (type("L", (list,), {})([1]), "L"),
        (torch.Tensor._make_subclass(type("Chameleon", (torch.Tensor,), {}), torch.ones(1)), "Chameleon"),
        (np.matrix([1]), "matrix"),
        (np.zeros(1, dtype=[("a", "i4")]), "ndarray"),
        (torch.empty(2, device="meta"), "Tensor"),
        (int, "type"),
        (type("x" * 999 + "()", (), {})(), "x" * 60),
    ],
)
def test_what_has_no_place_arrives_under_its_name_and_is_nothing_else(value, name):
    there = trip(value)
    assert isinstance(there, Foreign) and type(there).__name__ == name
    assert there is not value and not hasattr(there, "shape")


def test_a_tensor_with_something_of_its_own_is_foreign():
    value = torch.ones(2)
    value.detach = lambda: torch.zeros(2)
    assert isinstance(trip(value), Foreign)


def test_a_named_tuple_arrives_as_its_values():
    assert trip(torch.eye(2).max(1))[1].tolist() == [0, 1]
    assert trip(collections.namedtuple("P", "x y")(1, 2)) == (1, 2)


def test_memory_that_is_shared_stays_shared_and_goes_once():
    base = torch.arange(1000.0)
    one, other, apart = trip((base[:600], base[300:], base[:600].clone()))
    one[400] = -1
    assert other[100] == -1 and apart[400] == 400
    assert sum(map(len, packed((base, base, base[::2])))) < 6000
    array = np.arange(10)
    there = trip([array, array[::-1]])
    there[0][0] = 99
    assert there[1][-1] == 99


def test_only_the_part_of_a_memory_that_is_passed_goes():
    assert sum(map(len, packed(torch.arange(100_000)[50:53]))) < 1000


def test_a_generator_goes_on_where_it_was():
    generator = torch.Generator().manual_seed(3)
    torch.rand(5, generator=generator)
    there = trip(generator)
    assert torch.equal(torch.rand(9, generator=there), torch.rand(9, generator=generator))


def frame(tree, *buffers, sizes=None):
    text = json.dumps({"tree": tree, "sizes": [len(one) for one in buffers] if sizes is None else sizes}).encode()
    return struct.pack(">Q", len(text)) + text + b"".join(buffers)


def tensor(**changes):
    return {
        "is": "tensor",
        "dtype": "float32",
        "shape": [1],
        "strides": [4],
        "at": [0, 0],
        "grad": False,
        "parameter": False,
        **changes,
    }


def array(**changes):
    return {"is": "array", "dtype": "<f4", "shape": [1], "strides": [4], "at": [0, 0], "writeable": True, **changes}


BROKEN = {
    "no length": b"abc",
    "an endless length": b"\xff" * 8,
    "no JSON": struct.pack(">Q", 2) + b"{x",
    "no object": struct.pack(">Q", 2) + b"[]",
    "deep": struct.pack(">Q", 10**6) + b"[" * 10**6,
    "no tree": frame({}),
    "negative size": frame(1, sizes=[-1]),
    "infinite size": frame(1, sizes=[float("inf")]),
    "huge size": frame(1, sizes=[10**18]),
    "size of text": frame(1, sizes=["x"]),
    "unknown kind": frame({"is": "__class__"}),
    "kind of list": frame({"is": [1]}),
    "method": frame({"is": "_private"}),
    "buffer out of range": frame(tensor(at=[7, 0])),
    "negative buffer": frame(tensor(at=[-1, 0]), b"abcd"),
    "over the edge": frame(tensor(at=[0, 4]), b"abcd"),
    "too long": frame(tensor(shape=[2]), b"abcd"),
    "negative stride": frame(tensor(shape=[2], strides=[-4]), b"abcdefgh"),
    "odd start": frame(tensor(at=[0, 1]), b"abcdefgh"),
    "enormous": frame(tensor(shape=[10**12], strides=[0]), b"abcd"),
    "one number, many times": frame({"is": "list", "of": [tensor(shape=[2**25], strides=[0])] * 5}, b"abcd"),
    "one long text, many times": frame(array(dtype="<U1024", shape=[2**18], strides=[0]), bytes(4096)),
    "negative length": frame(tensor(shape=[-1]), b"abcd"),
    "unknown dtype": frame(tensor(dtype="qint8"), b"abcd"),
    "dtype of an attribute": frame(tensor(dtype="nn"), b"abcd"),
    "array over the edge": frame(array(shape=[9]), b"abcd"),
    "array of objects by name": frame(array(dtype="O"), b"abcdefgh"),
    "array of a subarray": frame(array(dtype="(9,)f4"), b"abcd"),
    "array of records": frame(array(dtype="f4,f4"), b"abcd"),
    "strides that overflow": frame(array(shape=[2, 3], dtype="<i8", strides=[-24, 2**62], at=[0, 24]), bytes(48)),
    "below the start": frame(array(shape=[2], strides=[-4]), b"abcdefgh"),
    "a range without end": frame({"is": "range", "of": [0, 10**10, 1]}),
    "sparse by another name": frame({"is": "sparse", "class": "linalg", "shape": [1, 1], "of": [1, 2, 3]}),
    "a column of a type with a path": frame({
        "is": "series", "of": {"is": "list", "of": []}, "index": None, "name": None,
        "dtype": "datetime64[ns, dateutil//usr/share/zoneinfo/UTC]"}),
    "a set of very many": frame({"is": "set", "of": list(range(100_001))}),
    "a matrix of very many lists": frame({"is": "sparse", "class": "lil_matrix", "shape": [2**20, 1], "of": [1, 2]}),
    "a generator that points beyond its state": frame(
        {"is": "generator", "of": tensor(dtype="uint8", shape=[5056], strides=[1])},
        bytes(8) + struct.pack("<iiQ", 624, 1, 624) + bytes(5032)),
    "table of nothing": frame({"is": "table"}),
    "unhashable key": frame({"is": "dict", "of": [[{"is": "list", "of": []}, 1]]}),
    "number of a million digits": struct.pack(">Q", 10**6) + b"1" * 10**6,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_message_is_told(name):
    with pytest.raises((WireError, EOFError)):
        unpacked(read_from(BROKEN[name]))


def test_random_bytes_in_a_message_end_in_a_value_or_an_error_of_ours():
    rng, told = random.Random(1), 0
    message = bytearray(b"".join(packed([torch.arange(3), {"a": np.ones(2)}, "text", pd.Series([1])])))
    for _ in range(3000):
        broken = bytearray(message)
        for _ in range(rng.randint(1, 4)):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        try:
            unpacked(read_from(bytes(broken)))
        except (WireError, EOFError):
            told += 1
    assert 1000 < told < 3000


def test_what_a_call_changed_is_told_and_stays_as_it_was():
    changed, base, array, listed = Changed(), torch.arange(6.0), np.arange(4), [1, [2]]
    before = base.clone()
    for passed, became in ((base[::2], torch.zeros(3)), (array, np.zeros(4)), (listed, [])):
        changed.note(passed, became)
    assert torch.equal(base, before) and array.tolist() == [0, 1, 2, 3] and listed == [1, [2]]
    for value in (base, base[2:4], (1, base), {"a": array[1:]}, listed):
        with pytest.raises(CheckFailed, match="changed its input x"):
            changed(value, copy.deepcopy(value), "x")
    apart = torch.arange(6.0)
    changed(apart, before, "apart")
    with pytest.raises(CheckFailed):
        changed(apart, before + 1, "apart")


def test_a_generator_goes_on_and_a_table_is_what_it_became():
    changed, generator, later = Changed(), torch.Generator().manual_seed(1), torch.Generator().manual_seed(9)
    changed.note(generator, later)
    assert torch.rand(1, generator=generator) == torch.rand(1, generator=torch.Generator().manual_seed(9))
    table = pd.DataFrame({"a": [1, 2]})
    changed.note(table, pd.DataFrame({"b": [3]}))
    assert list(table.columns) == ["b"]
