"""Tables of any library, with columns of any type: the same interactions, or words that name column, row and remedy."""
import datetime as dt
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_utils.interactions import Interactions
from recsys_utils.splits import leave_last_out

pytestmark = pytest.mark.filterwarnings("error")
MOMENTS = ["2017-03-22 18:37:04.250", "1969-12-31 23:59:59.500", "2020-02-29 12:00:00.000", "2020-02-29 12:00:00.125"]
SECONDS = [1490207824.25, -0.5, 1582977600, 1582977600.125]
TABLE = pd.DataFrame({"user": [7, 7, 3, 9], "item": ["b", "a", "b", "c"], "rating": [4.0, 3.5, 5.0, 1.0],
                      "timestamp": [9.9, 9.5, 9, 9.1]})


def rows(data):
    """The rows with the ids that they came with."""
    return list(zip(data.user_ids[data.users], data.item_ids[data.items], data.ratings.tolist(),
                    data.timestamps.tolist(), strict=True))


ROWS = [(7, "b", 4.0, 9.9), (7, "a", 3.5, 9.5), (3, "b", 5.0, 9.0), (9, "c", 1.0, 9.1)]


def moments(unit="ms", zone=None):
    times = pd.Series(pd.to_datetime(MOMENTS, utc=zone is not None).as_unit(unit))
    return times.dt.tz_convert(zone) if zone else times


def arrow():
    return pytest.importorskip("pyarrow")


# columns

COLUMNS = {
    "nullable": lambda: TABLE.convert_dtypes(), "categories": lambda: TABLE.astype("category"),
    "objects": lambda: TABLE.astype(object), "texts": lambda: TABLE.astype({"rating": str, "timestamp": str}),
    "padded texts": lambda: TABLE.assign(rating=" " + TABLE["rating"].astype(str) + " "),
    "decimals": lambda: TABLE.assign(timestamp=[Decimal("9.9"), Decimal("9.5"), Decimal(9), Decimal("9.1")]),
    "sparse": lambda: TABLE.assign(rating=TABLE["rating"].astype("Sparse[float]")),
    "Arrow": lambda: arrow() and TABLE.convert_dtypes(dtype_backend="pyarrow"),
    "Arrow's decimals": lambda: COLUMNS["decimals"]().astype({"timestamp": pd.ArrowDtype(arrow().decimal128(5, 2))}),
    "Arrow's dictionary": lambda: TABLE.assign(item=pd.Series(arrow().array(TABLE["item"].tolist()).dictionary_encode(
        ).to_pandas())),
}


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_columns_of_every_kind_give_the_same_rows(kind, storage):
    if storage == "pyarrow":
        arrow()
    with pd.option_context("mode.string_storage", storage):
        assert rows(Interactions.from_frame(COLUMNS[kind]())) == ROWS


TIMES = {
    "datetimes": moments, "in nanoseconds": lambda: moments("ns"), "with a zone": lambda: moments("us", "Asia/Kolkata"),
    "categories": lambda: moments().astype("category"), "objects": lambda: moments().astype(object),
    "categories with a zone": lambda: moments("ms", "UTC").astype("category"),
    "objects of several zones": lambda: pd.concat([moments("us", "UTC").astype(object)[:2],
                                                   moments("us", "Asia/Kolkata").astype(object)[2:]]),
    "Arrow's": lambda: moments().astype(pd.ArrowDtype(arrow().timestamp("us"))),
    "Arrow's with a zone": lambda: moments("us", "UTC").astype(pd.ArrowDtype(arrow().timestamp("us", "Asia/Kolkata"))),
    "numbers": lambda: SECONDS, "numbers as text": lambda: [str(one) for one in SECONDS],
    "Arrow's numbers": lambda: pd.array(SECONDS, pd.ArrowDtype(arrow().float64())),
}


@pytest.mark.parametrize("kind", TIMES)
def test_times_of_every_kind_keep_their_fractions(kind):
    assert Interactions.from_frame(TABLE.assign(timestamp=TIMES[kind]())).timestamps.tolist() == SECONDS


WHOLE = {"dates": [dt.date(1970, 1, 2)] * 4, "Arrow's dates": lambda: pd.array(
    [dt.date(1970, 1, 2)] * 4, pd.ArrowDtype(arrow().date32())), "floats": [86400.0] * 4, "text": ["86400"] * 4,
    "small floats": np.full(4, 86400, np.float32), "small whole numbers": np.full(4, 86400, np.uint32)}


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_seconds_stay_whole_numbers(kind):
    times = WHOLE[kind]() if callable(WHOLE[kind]) else WHOLE[kind]
    found = Interactions.from_frame(TABLE.assign(timestamp=times)).timestamps
    assert found.tolist() == [86400] * 4 and not found.is_floating_point()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1_700_000_000_000_000, 1_700_000_002_000_000), min_size=3, max_size=12),
       st.sampled_from(["us", "ns"]), st.sampled_from([None, "UTC", "America/New_York"]))
def test_the_last_one_out_is_the_last_to_the_microsecond(microseconds, unit, zone):
    times = pd.Series(pd.to_datetime(microseconds, unit="us", utc=zone is not None)).dt.as_unit(unit)
    frame = pd.DataFrame({"user": 1, "item": range(len(times)), "time": times.dt.tz_convert(zone) if zone else times})
    split = leave_last_out(Interactions.from_frame(frame, rating=None, timestamp="time"))
    order = sorted(range(len(times)), key=lambda row: (microseconds[row], row))
    assert (split.validation.items.tolist(), split.test.items.tolist()) == ([order[-2]], [order[-1]])


def test_moments_closer_than_seconds_can_tell_are_refused_with_what_to_pass_instead():
    frame = TABLE.assign(timestamp=pd.to_datetime([1_700_000_000_000_000_000 + row for row in range(4)]))
    with pytest.raises(ValueError, match="Column 'timestamp' has moments less than a microsecond apart.*astype"):
        Interactions.from_frame(frame)
    data = Interactions.from_frame(frame.assign(timestamp=frame["timestamp"].astype("int64")))
    assert data.timestamps.tolist() == [1_700_000_000_000_000_000 + row for row in range(4)]


# frames of other libraries

class Offers:
    """A frame that has one method only."""

    def __init__(self, **methods):
        vars(self).update(methods)


class Interchange:
    """As older frames offer themselves."""

    def __dataframe__(self, *_, **__):
        with warnings.catch_warnings(action="ignore"):           # deprecated by pandas
            return TABLE.__dataframe__()


def test_a_frame_that_offers_to_pandas_or_the_interchange_protocol_is_read():
    assert rows(Interactions.from_frame(Offers(to_pandas=lambda: TABLE))) == ROWS
    assert rows(Interactions.from_frame(Interchange())) == ROWS


def test_arrows_tables_and_streams_are_read():
    table = arrow().table(TABLE)
    assert rows(Interactions.from_frame(table)) == ROWS

    class Stream:
        def __arrow_c_stream__(self, *arguments):
            return table.__arrow_c_stream__(*arguments)

    assert rows(Interactions.from_frame(Stream())) == ROWS


@pytest.mark.parametrize("thing", [TABLE.to_dict("list"), TABLE.to_numpy(), None, "ratings.csv", TABLE["user"],
                                   pd.DataFrame, Offers(to_pandas=lambda: TABLE["user"])])
def test_what_is_no_table_is_refused_with_what_to_do(thing):
    with pytest.raises(ValueError, match="This is a .*, not a table: make it one, pandas.DataFrame"):
        Interactions.from_frame(thing)


def test_a_library_that_lacks_is_named():
    def lacks():
        raise ModuleNotFoundError("pa.Table requires 'pyarrow' module to be installed")

    with pytest.raises(ValueError, match="This Offers cannot become a pandas DataFrame here: pa.Table requires 'pyarr"):
        Interactions.from_frame(Offers(to_pandas=lacks))


# columns of the wrong type

DAYS = pd.to_timedelta([1, 2, 3, 4], unit="D")
WRONG = {
    "times as ratings": ({"rating": moments()}, "Column 'rating' holds times, not ratings: say which column does"),
    "durations as ratings": ({"rating": DAYS}, "Column 'rating' holds durations, not ratings"),
    "complex ratings": ({"rating": [1j] * 4}, "Column 'rating' holds complex numbers, not ratings"),
    "lists as ratings": ({"rating": [[1]] * 4}, r"Rating \[1\] in row 0 is not a number"),
    "periods as ratings": ({"rating": pd.period_range("2020", periods=4)}, "Rating Period.* in row 0 is not a number"),
    "endless ratings": ({"rating": [1, 2, 1e39, 3]}, "Rating 1e.39 in row 2 is not a number from 0 up"),
    "durations as times": ({"timestamp": DAYS}, "Column 'timestamp' holds durations, not times, such as .* row 0"),
    "true and false as times": ({"timestamp": [True] * 4}, "holds true and false, not times, such as True in row 0"),
    "complex times": ({"timestamp": [1j] * 4}, "holds complex numbers, not times, such as 1j in row 0"),
    "one text among times": ({"timestamp": ["1", "2", "n/a", "4"]}, "holds text, not times, such as 'n/a' in row 2"),
    "periods as times": ({"timestamp": pd.period_range("2020", periods=4)}, "holds other things, not times, such as P"),
    "lists as times": ({"timestamp": [[1]] * 4}, r"holds other things, not times, such as \[1\] in row 0"),
    "times without end": ({"timestamp": [1, 2, 3, 1e19]}, r"has no time in row 3, but 1e\+19: drop these rows"),
    "texts beside numbers": ({"user": [1, "1", 1, 2]}, "'user' holds texts beside numbers, such as '1' and"),
    "empty ids": ({"item": ["a", "", " ", "b"]}, r"Column 'item' has no id in row 1, but '' \(2 such rows\): drop"),
    "coarse times": ({"timestamp": np.full(4, 978300760, np.float32)}, "Column 'timestamp' is float32, too coarse for"),
    "lists as ids": ({"user": [1, 2, [3], 4]}, r"Column 'user' holds lists or the like.* such as \[3\] in row 2"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_column_of_the_wrong_type_is_refused_in_words(fault):
    columns, words = WRONG[fault]
    with pytest.raises(ValueError, match=words) as error:
        Interactions.from_frame(TABLE.assign(**columns))
    assert "\n" not in str(error.value)


def test_a_column_that_stands_there_twice_or_is_named_twice_is_refused():
    with pytest.raises(ValueError, match="Column 'user' stands in the table, or is asked for, more than once"):
        Interactions.from_frame(TABLE.set_axis(["user", "user", "rating", "timestamp"], axis=1), item="rating")
    with pytest.raises(ValueError, match="Column 'user' stands in the table, or is asked for, more than once"):
        Interactions.from_frame(TABLE, item="user")
