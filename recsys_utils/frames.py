"""Tables of any library: columns as NumPy arrays, checked, in words that name column, row and remedy."""
import warnings
from collections.abc import Hashable
from numbers import Number

import numpy as np
import pandas as pd

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
KINDS = {"M": "times", "m": "durations", "c": "complex numbers", "b": "true and false"}


def as_pandas(frame):
    """Returns a pandas DataFrame of any frame that has to_pandas, Arrow's stream or the interchange protocol.

    Raises ValueError for anything else, and where a library that the frame needs for this is not there.
    """
    try:
        if not isinstance(frame, (pd.DataFrame, pd.Series, type)):
            if hasattr(frame, "to_pandas"):
                frame = frame.to_pandas()
            elif hasattr(frame, "__arrow_c_stream__"):
                frame = pd.DataFrame.from_arrow(frame)
            elif hasattr(frame, "__dataframe__"):
                with warnings.catch_warnings(action="ignore"):  # pandas has deprecated it; older frames have no other
                    frame = pd.api.interchange.from_dataframe(frame)
    except ImportError as error:
        raise ValueError(f"This {type(frame).__name__} cannot become a pandas DataFrame here: {error}") from None
    if not isinstance(frame, pd.DataFrame):
        kind = "class" if isinstance(frame, type) else type(frame).__name__
        raise ValueError(f"This is a {kind}, not a table: make it one, pandas.DataFrame(…)")
    return frame


def check_columns(frame, columns):
    """Raises ValueError unless each of these names is one column of the frame, and the frame has rows."""
    for name in columns:
        if not isinstance(name, Hashable) or name not in frame.columns:
            raise ValueError(f"The table has no column {name!r}; it has {list(frame.columns)}. Say which is which: "
                             "from_frame(frame, user=…, item=…, rating=…, timestamp=…), where the last two may be None")
        if isinstance(frame[name], pd.DataFrame) or columns.count(name) > 1:
            raise ValueError(f"Column {name!r} stands in the table, or is asked for, more than once: give each of "
                             f"user, item, rating and timestamp a column of its own; there are {list(frame.columns)}")
    if len(frame) == 0:
        raise ValueError("The table is empty: there is no rating to learn from. Was it filtered too hard?")


def check_pairs(frame, pairs, user, item):
    """Raises ValueError where one of the pairs (n,) stands there twice. user, item: names of columns"""
    twice = pd.Series(pairs).duplicated()
    if twice.any():
        row = _first(twice)
        raise ValueError(f"User {_plain(frame[user], row)} and item {_plain(frame[item], row)} stand together more "
                         f"than once ({twice.sum():,} such rows): keep one, "
                         f"frame.drop_duplicates([{user!r}, {item!r}], keep='last')")


def contiguous(column):
    """Returns (codes (n,) int64, ids): ids[codes] is the column; ids of one kind are in order."""
    if column.isna().any():
        raise ValueError(f"Column {column.name!r} has no id in row {_first(column.isna())}: drop these rows, "
                         f"frame.dropna(subset=[{column.name!r}])")
    try:
        codes, ids = pd.factorize(column.to_numpy())         # a Series would split ids that are tuples into levels
    except TypeError:
        row = next((row for row, value in enumerate(column) if not isinstance(value, Hashable)), 0)
        raise ValueError(f"Column {column.name!r} holds lists or the like, which cannot be ids, such as "
                         f"{_plain(column, row)} in row {row}: make them tuples or texts") from None
    if ids.dtype == object:
        _check_ids(column, codes, ids)
    try:
        order = np.argsort(ids, kind="stable")
    except TypeError:                                        # ids that have no order, tuples beside strings for one
        order = np.arange(len(ids))
    return np.argsort(order)[codes], ids[order]


def _check_ids(column, codes, ids):
    """Raises ValueError where ids are blank texts, or texts beside numbers: 1 and "1" would be two."""
    blank, texts, numbers = ([row for row, one in enumerate(ids) if found(one)] for found in (
        lambda one: isinstance(one, str) and not one.strip(), lambda one: isinstance(one, str),
        lambda one: isinstance(one, Number)))
    name = column.name
    if blank:
        rows = np.isin(codes, blank)
        raise ValueError(f"Column {name!r} has no id in row {_first(rows)}, but {_plain(column, _first(rows))} "
                         f"({rows.sum():,} such rows): drop these rows, frame[frame[{name!r}].str.strip() != '']")
    if texts and numbers:
        raise ValueError(f"Column {name!r} holds texts beside numbers, such as {ids[texts[0]]!r} and "
                         f"{ids[numbers[0]]!r}: make them one kind, frame.assign({name}=frame[{name!r}].astype(str))")


def ratings_of(column):
    """Returns the column as float64 (n,), all finite and 0 or more; numbers may stand there as text."""
    values = _native(column)
    if values.dtype.kind in "Mmc":
        raise ValueError(f"Column {column.name!r} holds {KINDS[values.dtype.kind]}, not ratings: say which column "
                         "does, from_frame(frame, rating=…), None where there is none")
    numbers = _numbers(values)
    bad = ~((numbers >= 0) & (numbers <= np.finfo(np.float32).max))      # true for NaN
    if bad.any():
        row = _first(bad)
        raise ValueError(f"Rating {_plain(column, row)} in row {row} is not a number from 0 up ({bad.sum():,} such "
                         "rows): mend or drop these rows first")
    return numbers


def seconds_of(column):
    """Returns the column's times as seconds (n,), in the same order: int64, or float64 where some have fractions.

    Numbers stay what they are, be they seconds or not; datetimes without a zone are taken for UTC.
    """
    missing = column.isna()
    if not missing.any():
        values = _moments(column)
        if values.dtype.kind == "M":
            return _since_1970(values, column.name)
        missing = ~(np.abs(values) < 2**63)                              # true for NaN
    if missing.any():
        row = _first(missing)
        raise ValueError(f"Column {column.name!r} has no time in row {row}, but {_plain(column, row)}: drop these "
                         "rows, or pass timestamp=None if the rows stand in order")
    return values.astype(np.int64 if (values == np.floor(values)).all() else np.float64)


def _native(column):
    """The column in NumPy's types, whoever keeps it: Arrow, nullable, categories, objects."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert(None)
    if isinstance(column.dtype, np.dtype) and column.dtype != object:
        return column
    values = pd.Series(column.to_numpy(), name=column.name).infer_objects()
    return values if isinstance(values.dtype, np.dtype) else values.astype(object)


def _numbers(values):
    """float64 (n,), NaN for what is no number."""
    try:
        return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    except TypeError:                                        # lists or the like
        return np.full(len(values), np.nan)


def _moments(column):
    """The column as an array of numbers or of datetimes."""
    values = _native(column)
    if pd.api.types.infer_dtype(values) in ("date", "datetime"):         # with a zone, or several
        values = pd.to_datetime(values, utc=True).dt.tz_convert(None)
    elif values.dtype == object and not np.isnan(_numbers(values)).any():
        values = pd.to_numeric(values)
    if values.dtype.kind not in "iufM":
        row = int(np.isnan(_numbers(values)).argmax()) if values.dtype == object else 0
        kind = "text" if isinstance(values[row], str) else KINDS.get(values.dtype.kind, "other things")
        raise ValueError(f"Column {column.name!r} holds {kind}, not times, such as "
                         f"{_plain(column, row)} in row {row}: convert it first with pandas.to_datetime, or pass "
                         "timestamp=None if the rows stand in order")
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        rounded = np.isfinite(values) & (np.abs(values) > 2.0 ** (np.finfo(values.dtype).nmant + 1))
        if rounded.any():
            row = _first(rounded)
            raise ValueError(f"Column {column.name!r} is {values.dtype}, too coarse for times such as "
                             f"{_plain(column, row)} in row {row}, which are rounded: read it as int64 or float64")
    return values.to_numpy(dtype=np.float64 if values.dtype.kind == "f" else None)


def _since_1970(moments, name):
    counts, per_second = moments.astype(np.int64), PER_SECOND[np.datetime_data(moments.dtype)[0]]
    whole, rest = np.divmod(counts, per_second)
    if not rest.any():
        return whole
    seconds = whole + rest / per_second
    if len(np.unique(seconds)) < len(np.unique(counts)):
        raise ValueError(f"Column {name!r} has moments less than a microsecond apart, too close for seconds in "
                         f"float64: pass whole numbers, frame.assign({name}=frame[{name!r}].astype('int64'))")
    return seconds


def _first(mask):
    return int(np.flatnonzero(np.asarray(mask))[0])


def _plain(column, row):
    value = column.iloc[row]
    return repr(value.item() if isinstance(value, np.generic) else value)
