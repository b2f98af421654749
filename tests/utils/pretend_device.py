"""A pretend accelerator for machines without one: code that mixes devices fails on it as it would on a GPU.

Its tensors compute on the CPU, say that they do not, and refuse to meet CPU tensors, CPU generators and NumPy. Its name
is "meta", torch's device without data; inside the block RECSYS_DEVICE is set to it:

    with pretend_device(float64=False) as device:            # as Apple's, which has no float64
        factors = torch.zeros(3, 2, device="meta")
        factors @ torch.ones(2)                              # RuntimeError
        factors.sum().item()
    device.trips                                             # Counter({Trip("item", "…", "<module>", "factors.…"): 1})

It knows every operation, and says nothing of speed, memory, rounding, or operations that a real device lacks.
"""
import contextlib
import linecache
import os
import sys
from collections import Counter, namedtuple
from pathlib import Path
from unittest import mock
from weakref import WeakValueDictionary

import torch
from torch.utils import _foreach_utils
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

LABEL = torch.device("meta")
MOVES = {"_to_copy", "copy_"}
INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_"}
TAKES_A_NUMBER = INDEXING | {"fill", "fill_", "masked_fill", "masked_fill_", "index_fill", "index_fill_"}
WAITS = {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape}
KINDS = {"_local_scalar_dense": "item", **dict.fromkeys(MOVES, "cpu"), **dict.fromkeys(INDEXING, "mask")}
OF_TORCH = (str(Path(torch.__file__).parent), __file__, contextlib.__file__)


# a host round trip, the host waits for the device. kind: what was asked, else torch's name; file, function, line: where
Trip = namedtuple("Trip", "kind file function line")


class Device:
    """What the device can do, and how often the host waited for it: trips, a Counter of Trip."""

    def __init__(self, float64):
        self.float64, self.trips = float64, Counter()

    def count(self, kind):
        """Counts a round trip for the innermost line of code that is not torch's."""
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename.startswith(OF_TORCH):
            frame = frame.f_back
        file = frame.f_code.co_filename
        self.trips[Trip(kind, file, frame.f_code.co_qualname, linecache.getline(file, frame.f_lineno).strip())] += 1


class Pretend(torch.Tensor):
    """A tensor on the pretend device. held: the CPU tensor behind it, which alone knows shape and strides."""

    device_in_use = Device(float64=True)
    is_meta = False

    @staticmethod
    def __new__(cls, held):
        """Takes a CPU tensor. Raises TypeError, as Apple's does, for double precision on a device without it."""
        if held.dtype in (torch.float64, torch.complex128) and not cls.device_in_use.float64:
            raise TypeError(f"Cannot convert a tensor to {held.dtype}: the pretend device does not support it")
        made = torch.Tensor._make_wrapper_subclass(cls, held.size(), dtype=held.dtype, device=LABEL,
                                                   dispatch_sizes_strides_policy="sizes")
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})

    def __repr__(self, *, tensor_contents=None):
        return f"{self.held!r} on the pretend device"

    def __format__(self, spec):
        return format(self.item(), spec) if self.dim() == 0 else object.__format__(self, spec)

    def tolist(self):
        """Copies to the host."""
        self.device_in_use.count("tolist")
        return self.held.tolist()

    def new_tensor(self, data, *, dtype=None, device=LABEL, requires_grad=False):
        """Makes a tensor here: torch's own would leave out the values."""
        return torch.tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)

    def _take_over(self, values):
        torch.Tensor.data.__set__(self, values)
        self.held = values.held

    data = property(torch.Tensor.detach, _take_over)

    def _refuse(self, *_, **__):
        raise TypeError("can't convert a tensor of the pretend device to NumPy or bytes: use Tensor.cpu() first")

    numpy = __array__ = __dlpack__ = __reduce_ex__ = _refuse


class Mode(TorchDispatchMode):
    """Sees the operations without such a tensor: factories, moves, all that the CPU does."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


class Generator(torch.Generator):
    """A generator that knows for which device it draws; its numbers are those of the CPU's."""

    by_address = WeakValueDictionary()                       # torch hands out a new object around the same generator

    def __new__(cls, device="cpu"):
        made = super().__new__(cls, "cpu")
        made.label = torch.device(device)
        cls.by_address[made._cdata] = made
        return made

    device = property(lambda self: self.label)


@contextlib.contextmanager
def pretend_device(float64=True):
    """Turns the pretend device on inside the block, and gives the Device."""
    device, fused = Device(float64), _foreach_utils._get_fused_kernels_supported_devices
    patches = [mock.patch.object(module, fused.__name__, lambda: [*fused(), LABEL.type])     # for Adam(fused=True)
               for name, module in list(sys.modules.items())
               if name.startswith("torch.") and getattr(module, fused.__name__, None) is fused]
    patches += [mock.patch.object(torch, make.__name__, _placed(make)) for make in (torch.tensor, torch.as_tensor)]
    with contextlib.ExitStack() as stack:
        for patch in [*patches, mock.patch.object(torch, "Generator", Generator), Mode(),
                      mock.patch.object(Pretend, "device_in_use", device),
                      mock.patch.dict(os.environ, RECSYS_DEVICE=LABEL.type)]:
            stack.enter_context(patch)
        yield device


def _placed(make):
    """torch.tensor or torch.as_tensor, by way of the CPU: for "meta" torch's own would leave out the values."""
    def made(data, dtype=None, device=None, requires_grad=False):
        if isinstance(data, (list, tuple)):
            data = tree_map(lambda one: one.item() if isinstance(one, Pretend) else one, data)
        found = make(data, dtype=dtype)
        found = found if device is None else found.to(device)
        return found.requires_grad_() if requires_grad else found
    return made


def _run(func, args, kwargs):
    """Checks who meets whom, computes on the CPU, and puts the label on what comes out."""
    name, place, flat = func._schema.name.removeprefix("aten::"), kwargs.get("device"), tree_leaves((args, kwargs))
    tensors = [one for one in flat if isinstance(one, torch.Tensor)]
    labelled = any(isinstance(one, Pretend) for one in tensors)
    goal = labelled if place is None else place == LABEL
    if labelled and name not in MOVES:
        _check_tensors(func, name, args, tensors)
    for one in (one for one in flat if isinstance(one, torch._C.Generator)):
        drawn_for = Generator.by_address.get(one._cdata, one).device
        if (drawn_for.type == LABEL.type) != goal:
            raise RuntimeError(f"Expected a generator of the other device: this one is for {drawn_for} ({name})")
    if labelled and _waits(func, name, args, kwargs, goal):
        Pretend.device_in_use.count(KINDS.get(name, name))
    settings = kwargs | {"device": torch.device("cpu")} if place == LABEL else kwargs
    result = func(*tree_map(_bare, args), **tree_map(_bare, settings))
    given = {id(_bare(one)): one for one in tensors}         # in place: the tensor that came in goes out

    def label(one):
        return Pretend(one) if goal and isinstance(one, torch.Tensor) else one

    return tree_map(lambda one: given[id(one)] if id(one) in given else label(one), result)


def _bare(one):
    return one.held if isinstance(one, Pretend) else one


def _check_tensors(func, name, args, tensors):
    """Raises RuntimeError where a CPU tensor meets one of the device: only indices and single numbers may."""
    allowed = {id(one) for one in args[1]} if name in INDEXING and isinstance(args[0], Pretend) else set()
    number_allowed = name in TAKES_A_NUMBER or torch.Tag.pointwise in func.tags
    for one in tensors:
        if not (isinstance(one, Pretend) or id(one) in allowed or (number_allowed and one.dim() == 0)):
            raise RuntimeError("Expected all tensors to be on the same device, but found two: the pretend device and "
                               f"cpu, shape {tuple(one.shape)} ({name})")


def _waits(func, name, args, kwargs, goal):
    """Whether the host needs the values to go on: a number, a shape, a copy."""
    if name in INDEXING:
        masks = [isinstance(one, Pretend) and one.dtype in (torch.bool, torch.uint8) for one in args[1]]
        filled = name != "index" and args[2].numel() == 1 and all(masks)     # torch takes masked_fill there
        return any(masks) and not filled
    if name in MOVES:
        return not goal or (name == "copy_" and not isinstance(args[0], Pretend))
    return name == "_linalg_check_errors" or (WAITS & set(func.tags) and kwargs.get("output_size") is None)
