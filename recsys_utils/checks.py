"""The words a wrong answer gets. A check passes in silence; it raises CheckFailed where the answer is wrong.

Not attempted, wrong and right are three different things: a stub raises NotImplementedError, a wrong answer
CheckFailed with what was expected and where it differs, a right answer nothing.
"""
import contextlib
import re
import time

import numpy as np
import pandas as pd
import scipy.sparse
import torch

PLAIN = (bool, int, float, complex, str, bytes, set, frozenset, dict, range, type(None), tuple, np.ndarray, np.generic,
         pd.Series, pd.DataFrame, pd.Index, scipy.sparse.spmatrix, scipy.sparse.sparray)
FREE = 0.2                              # seconds that cost nothing: arguments are copied, and clocks are coarse
processor_seconds = time.process_time   # in grading: a clock, read from outside, of the process that runs the answer


class CheckFailed(AssertionError):
    """The answer is wrong; the message says how.

    without_values: what may be said where nobody is to learn what the check asked and expected
    """

    def __init__(self, message, without_values=""):
        super().__init__(message)
        self.without_values = without_values or _without_numbers(message)

    def _render_traceback_(self):                        # Jupyter shows this instead of a traceback
        return [f"\n✗ {self}"]


def check_shape(value, shape, name):
    """Raises CheckFailed unless value is an array or tensor of this shape."""
    _check_returned(value, name)
    if not hasattr(value, "shape"):
        raise CheckFailed(f"{name}: a {type(value).__name__}, expected a tensor or array of shape {tuple(shape)}",
                          _wrong(name))
    _check_plain(value, name)
    if tuple(value.shape) != tuple(shape):
        wanted = tuple(shape) or "a single value, shape ()"
        raise CheckFailed(f"{name}: shape {tuple(value.shape)}, expected {wanted}", _wrong(name))


def check_type(value, kind, name):
    """Raises CheckFailed unless value is exactly of this class."""
    _check_returned(value, name)
    if type(value) is not kind:
        raise CheckFailed(f"{name}: a {type(value).__name__}, expected a {kind.__name__}", _wrong(name))


def check_dtype(value, dtype, name):
    """Raises CheckFailed unless the tensor or array has this dtype."""
    _check_returned(value, name)
    actual, wanted = getattr(value, "dtype", None), torch.Tensor if isinstance(dtype, torch.dtype) else np.ndarray
    if not isinstance(value, wanted):
        raise CheckFailed(f"{name}: a {type(value).__name__}, expected a {wanted.__name__} of dtype {dtype}",
                          _wrong(name))
    _check_plain(value, name)
    if actual != dtype:
        raise CheckFailed(f"{name}: dtype {actual}, expected {dtype}", _wrong(name))


def check_values(values, count, function):
    """Returns what a function returned; raises CheckFailed unless it is a tuple or list of so many values.

    function: its name
    """
    _check_returned(values, f"what {function} returns")
    if not isinstance(values, (tuple, list)) or len(values) != count:
        size = f" of {len(values)}" if isinstance(values, (tuple, list)) else ""
        raise CheckFailed(f"{function} returns a {type(values).__name__}{size}, expected {count} values",
                          _wrong(function))
    return values


def check_equal(value, expected, name, why=""):
    """Raises CheckFailed unless value, of any kind, equals expected exactly; lists, arrays, dicts place by place."""
    _check_returned(value, name)
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            raise CheckFailed(f"{name}: a {type(value).__name__}, expected a dict{_because(why)}", _wrong(name, why))
        check_equal(set(value), set(expected), f"the keys of {name}", why)
        for key in expected:
            check_equal(value[key], expected[key], f"{name}[{key!r}]", why)
        return
    value, expected = _array(value, name), _array(expected, name)
    check_shape(value, expected.shape, name)
    wrong = np.argwhere(~_same(value, expected))
    if len(wrong):
        _fail(name, value, expected, tuple(wrong[0]), why)


def check_close(value, expected, name, why="", tolerance=1e-6):
    """Raises CheckFailed unless every number is within tolerance (absolute, or relative above 1) of the expected one.

    inf and -inf are close to themselves only, nan to nothing: what is no number answers no question.
    """
    _check_returned(value, name)
    value, expected = _numbers(value, name), _numbers(expected, name)
    check_shape(value, expected.shape, name)
    with np.errstate(invalid="ignore"):                      # inf - inf, settled below
        off = np.abs(value - expected) / np.maximum(1, np.abs(expected))
    off = np.where(value == expected, 0, np.nan_to_num(off, nan=np.inf))
    if (off > tolerance).any():
        _fail(name, value, expected, np.unravel_index(off.argmax(), off.shape), why)


def check_unchanged(value, before, name):
    """Raises CheckFailed if an input is not what it was: a function returns its result, it leaves its input alone."""
    if not _unchanged(value, before):
        raise CheckFailed(input_changed(name), input_changed(name))


def scene(function):
    """Returns the function as it is. In grading it runs, as a whole, in the process of the student's answer.

    A scene builds the model, the optimiser and the callbacks that an answer needs, calls it, and returns what came of
    it. It takes and returns plain values, knows only the imports of the lesson's first cell and the functions to be
    graded, and compares nothing: the check does, with what it computed itself.
    """
    return function


@contextlib.contextmanager
def check_cost(times, reference, why):
    """Raises CheckFailed if what runs inside takes the processor for more than `times` as long as reference() does.

    times: float; reference: function without arguments, the same work done well; FREE seconds cost nothing
    """
    start = time.process_time()
    reference()
    allowed = FREE + times * (time.process_time() - start)
    start = processor_seconds()
    yield
    used = processor_seconds() - start
    if used > allowed:
        raise CheckFailed(f"{used:.2g} seconds of the processor, where {allowed:.2g} are plenty{_because(why)}",
                          _wrong("the time that it takes", why))


def input_changed(name):
    """Returns what a function is told that changed its input."""
    return f"Your function changed its input {name}: work on a copy, {name}.clone() or .copy()"


def _unchanged(value, before):
    if isinstance(before, (list, tuple)):
        return len(value) == len(before) and all(map(_unchanged, value, before))
    if isinstance(before, dict):
        return value.keys() == before.keys() and all(_unchanged(value[key], before[key]) for key in before)
    value, before = _array(value, "value"), _array(before, "before")
    return value.shape == before.shape and bool(_same(value, before).all())


def _check_returned(value, name):
    if value is None:
        words = "None. Did you forget to return?"
        raise CheckFailed(f"{name}: {words}", f"{_masked(name)}: {words}")


def _check_plain(value, name):
    """A class of the student's own could answer each question as the check wants to hear it."""
    foreign = _foreign(value)
    if foreign is not None:
        raise CheckFailed(f"{name}: holds a {type(foreign).__name__}, expected a plain tensor, array or Python value",
                          _wrong(name))


def _foreign(value):
    """The first thing in a value that is not what it seems, or None."""
    kind = type(value)
    if kind in (list, tuple, torch.Size):
        return next((found for found in map(_foreign, value) if found is not None), None)
    if kind in (torch.Tensor, torch.nn.Parameter):
        return value if vars(value).keys() & set(dir(torch.Tensor)) else None
    known = kind.__module__.split(".")[0] in ("builtins", "numpy", "scipy", "pandas", "collections", "recsys_utils")
    return None if known and isinstance(value, PLAIN) else value


def _array(value, name):
    """The value as a numpy array; texts, and what is neither numbers nor texts, as an array of objects."""
    _check_plain(value, name)
    if scipy.sparse.issparse(value):
        return value.toarray()
    value = _without_tensors(value)
    try:
        array = np.asarray(value)
    except ValueError:
        raise CheckFailed(f"{name}: a {type(value).__name__} whose rows differ in length", _wrong(name)) from None
    return array if array.dtype.kind in "biufcM" else np.asarray(value, dtype=object)


def _without_tensors(value):
    if isinstance(value, (list, tuple)):
        return [_without_tensors(one) for one in value]
    if not isinstance(value, torch.Tensor):
        return value
    value = value.detach().cpu().to_dense()
    return (value.float() if value.dtype == torch.bfloat16 else value).numpy()[()]


def _numbers(value, name):
    array = _array(value, name)
    if array.dtype.kind not in "biuf":
        raise CheckFailed(f"{name}: {value!r:.80}, expected {'numbers' if array.ndim else 'a number'}", _wrong(name))
    return array.astype(np.float64)


def _same(value, expected):
    """Mask of the places where two arrays of one shape are equal; a nan equals a nan, and what is not a number or a
    text equals only its own kind, whatever its __eq__ says."""
    if value.dtype.kind != "O" and expected.dtype.kind != "O":
        return np.asarray((value == expected) | ((value != value) & (expected != expected)))
    pairs = zip(map(_plain, value.flat), map(_plain, expected.flat), strict=True)
    return np.array([_kind(one) is _kind(other) and bool(one == other) for one, other in pairs],
                    dtype=bool).reshape(expected.shape)


def _kind(value):
    return float if type(value) in (bool, int, float) else type(value)


def _fail(name, value, expected, where, why):
    words, right = _words(value[where]), _words(expected[where])
    if words == right:
        words, right = repr(_plain(value[where])), repr(_plain(expected[where]))
    raise CheckFailed(f"{name}: {words}{_at(where)}, expected {right}{_because(why)}", _wrong(name, why))


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value


def _words(value):
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else repr(_plain(value))


def _at(where):
    return f" at {list(map(int, where))}" if len(where) else ""


def _wrong(name, why=""):
    return f"{_masked(name)}: not as expected{_because(_without_numbers(why))}"


def _masked(name):
    """A name without the numbers and lists in it: they are what the check asks."""
    return re.sub(r"\[.*\]|\(.*\)|\{.*\}|(?<!\w)[-+]?\d(?:[\d.,e+-]*\d)?|\b(nan|inf|True|False)\b", "…", name)


def _without_numbers(text):
    """A reason without the numbers in it, but 0, 1 and 2, which stand in rules."""
    return re.sub(r"(?<!\w)\d(?:[\d.,]*\d)?", lambda found: found[0] if found[0] in "012" else "…", text)


def _because(why):
    return f". Why: {why}" if why else ""


def yours_or(yours, stand_in, name):
    """Returns yours(), or where that raises, stand_in() under a banner: an open exercise blocks no figure.

    yours, stand_in: functions without arguments; name: of the exercise's function
    """
    try:
        answer = yours()
        if answer is None:
            raise TypeError("it returned None")
        return answer
    except Exception as error:                           # whatever a half-written answer raises
        print(f"▸ Your {name} is not ready yet ({type(error).__name__}: {error}). The course's own stands in, so that "
              "you can read on.")
        return stand_in()
