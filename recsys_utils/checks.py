"""The words a wrong answer gets. A check passes in silence; it raises CheckFailed where the answer is wrong.

Not attempted, wrong and right are three different things: a stub raises NotImplementedError, a wrong answer
CheckFailed with what was expected and where it differs, a right answer nothing.
"""
import numpy as np
import scipy.sparse
import torch


class CheckFailed(AssertionError):
    """The answer is wrong; the message says how."""

    def _render_traceback_(self):                        # Jupyter shows this instead of a traceback
        return [f"\n✗ {self}"]


def check_shape(value, shape, name):
    """Raises CheckFailed unless value is an array or tensor of this shape."""
    _check_returned(value, name)
    if not hasattr(value, "shape"):
        raise CheckFailed(f"{name} is a {type(value).__name__}, expected a tensor or array of shape {tuple(shape)}")
    if tuple(value.shape) != tuple(shape):
        raise CheckFailed(f"{name} has shape {tuple(value.shape)}, expected {tuple(shape)}")


def check_type(value, kind, name):
    """Raises CheckFailed unless value is exactly of this class."""
    _check_returned(value, name)
    if type(value) is not kind:
        raise CheckFailed(f"{name} is a {type(value).__name__}, expected a {kind.__name__}")


def check_dtype(value, dtype, name):
    """Raises CheckFailed unless the tensor or array has this dtype."""
    _check_returned(value, name)
    if getattr(value, "dtype", None) != dtype:
        raise CheckFailed(f"{name} has dtype {getattr(value, 'dtype', type(value).__name__)}, expected {dtype}")


def check_equal(value, expected, name, why=""):
    """Raises CheckFailed unless value, of any kind, equals expected exactly; lists and arrays element by element."""
    _check_returned(value, name)
    if isinstance(expected, (torch.Tensor, np.ndarray, list, tuple)):
        expected = _array(expected, name)
        value = _array(value, name)
        check_shape(value, expected.shape, name)
        wrong = np.argwhere(value != expected)
        if len(wrong):
            _fail(name, value, expected, tuple(wrong[0]), why)
    elif value != expected:
        raise CheckFailed(f"{name} is {value!r}, expected {expected!r}{_because(why)}")


def check_close(value, expected, name, why="", tolerance=1e-6):
    """Raises CheckFailed unless every number is within tolerance (absolute, or relative above 1) of the expected one."""
    _check_returned(value, name)
    value, expected = _array(value, name).astype(np.float64), _array(expected, name).astype(np.float64)
    check_shape(value, expected.shape, name)
    if np.isnan(value).any() and not np.isnan(expected).any():
        where = tuple(np.argwhere(np.isnan(value))[0])
        raise CheckFailed(f"{name} is nan{_at(where)}, expected {expected[where]:.6g}{_because(why)}")
    off = np.abs(value - expected) / np.maximum(1, np.abs(expected))
    if (off > tolerance).any():
        _fail(name, value, expected, np.unravel_index(off.argmax(), off.shape), why)


def check_unchanged(value, before, name):
    """Raises CheckFailed if an input is not what it was: a function returns its result, it leaves its input alone."""
    if not np.array_equal(_array(value, name), _array(before, name)):
        raise CheckFailed(f"Your function changed its input {name}: work on a copy, {name}.clone() or .copy()")


def _check_returned(value, name):
    if value is None:
        raise CheckFailed(f"{name} is None: did you forget to return?")


def _array(value, name):
    if scipy.sparse.issparse(value):
        return value.toarray()
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    try:
        return np.asarray(value)
    except ValueError:
        raise CheckFailed(f"{name} is a {type(value).__name__} whose rows differ in length") from None


def _fail(name, value, expected, where, why):
    raise CheckFailed(f"{name} is {_number(value[where])}{_at(where)}, expected {_number(expected[where])}{_because(why)}")


def _number(value):
    return f"{value:.6g}" if np.issubdtype(np.asarray(value).dtype, np.floating) else str(value)


def _at(where):
    return f" at {list(map(int, where))}" if len(where) else ""


def _because(why):
    return f": {why}" if why else ""
