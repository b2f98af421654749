"""Tables of ratings become contiguous tensors: with any ids, any kind of time, and words for what is wrong."""
import gzip
import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_utils.interactions import Interactions

pytestmark = pytest.mark.filterwarnings("error")


def table(**columns):
    start = {"user": [7, 7, 3, 9], "item": [50, 20, 50, 90], "rating": [4.0, 3.5, 5.0, 1.0], "timestamp": [4, 3, 2, 1]}
    return pd.DataFrame(start | columns)


def original(interactions):
    """The rows with the ids that they came with."""
    users = interactions.user_ids[interactions.users.numpy()]
    items = interactions.item_ids[interactions.items.numpy()]
    return list(zip(users, items, interactions.ratings.tolist(), interactions.timestamps.tolist(), strict=True))


def test_a_table_becomes_contiguous_rows_and_columns():
    data = Interactions.from_frame(table())
    assert data.users.tolist() == [1, 1, 0, 2] and data.items.tolist() == [1, 0, 1, 2]
    assert data.user_ids.tolist() == [3, 7, 9] and data.item_ids.tolist() == [20, 50, 90]
    assert (data.n_users, data.n_items, len(data), data.scale) == (3, 3, 4, (1.0, 5.0))
    assert data.density == 4 / 9
    assert [data.users.dtype, data.items.dtype, data.ratings.dtype, data.timestamps.dtype] == [
        torch.int64, torch.int64, torch.float32, torch.int64]
    assert repr(data) == "Interactions(4 of 3 users x 3 items, 44.44% known, every rating)"


IDS = {"integers": [10**12, -1, 5, 10**12], "strings": ["b", "ü", "a", "b"],
       "tuples": [("a", 1), ("a", 2), ("b", 1), ("a", 1)], "tuples of any length": [("b",), ("a", 1), (), ("b",)],
       "mixed": ["b", (), ("a", 1), "b"], "numbers": [3, 2, 3.5, 3],
       "dates": [*pd.to_datetime(["2020-01-02", "2020-01-01", "2021-01-01", "2020-01-02"])],
       "categories": pd.Categorical(["z", "y", "x", "z"]), "nullable": pd.array([3, 2, 1, 3], dtype="Int64")}


@pytest.mark.parametrize("kind", IDS)
def test_ids_of_any_hashable_kind_are_mapped_and_found_again(kind):
    ids = pd.Series(IDS[kind])
    data = Interactions.from_frame(table(user=ids, item=ids.iloc[[1, 2, 3, 0]].array))
    assert data.n_users == data.n_items == 3
    assert [row[0] for row in original(data)] == list(ids)
    assert [row[1] for row in original(data)] == list(ids.iloc[[1, 2, 3, 0]])
    assert isinstance(data.user_ids, np.ndarray) and len(data.user_ids) == len(set(data.user_ids)) == 3


TUPLES = st.one_of(st.tuples(st.integers(0, 2), st.text(max_size=1)), st.tuples(st.integers(0, 2)))
HASHABLE = [st.integers(-5, 5) | TUPLES, st.text(max_size=2).filter(str.strip) | TUPLES]
ROWS = st.tuples(st.sampled_from(HASHABLE), st.sampled_from(HASHABLE)).flatmap(lambda ids: st.lists(
    st.tuples(*ids, st.integers(0, 10)), min_size=1, max_size=15, unique_by=lambda row: row[:2]))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_any_table_comes_back_row_by_row(rows):
    columns = {name: pd.Series(values, dtype=object)
               for name, values in zip(["user", "item", "rating"], zip(*rows, strict=True), strict=True)}
    data = Interactions.from_frame(pd.DataFrame(columns), timestamp=None)
    assert [row[:3] for row in original(data)] == rows
    assert data.users.unique().tolist() == list(range(data.n_users))
    assert data.items.unique().tolist() == list(range(data.n_items))


def test_columns_may_have_other_names_and_the_index_plays_no_part():
    frame = table().rename(columns={"user": "who", "item": "what", "rating": "stars", "timestamp": "when"})
    frame.index = [5, 5, 1, 0]
    data = Interactions.from_frame(frame, user="who", item="what", rating="stars", timestamp="when")
    assert original(data) == original(Interactions.from_frame(table()))


def test_the_table_is_left_as_it_was():
    frame, before = table(), table()
    Interactions.from_frame(frame).ratings.fill_(0)
    pd.testing.assert_frame_equal(frame, before)


def test_a_read_only_table_gives_no_warning():
    torch.set_warn_always(True)
    try:
        values = {name: column.to_numpy().copy() for name, column in table().items()}
        for array in values.values():
            array.flags.writeable = False
        assert len(Interactions.from_frame(pd.DataFrame(values, copy=False)).positives()) == 2
    finally:
        torch.set_warn_always(False)


def test_clicks_count_one_each_and_rows_without_times_stand_in_order():
    data = Interactions.from_frame(table()[["user", "item"]], rating=None, timestamp=None)
    assert data.ratings.tolist() == [1, 1, 1, 1] and data.timestamps.tolist() == [0, 0, 0, 0]


def test_ratings_may_be_whole_numbers_texts_or_zero():
    assert Interactions.from_frame(table(rating=["0", "3.5", "4", "5"])).ratings.tolist() == [0, 3.5, 4, 5]
    assert Interactions.from_frame(table(rating=[0, 1, 2, 3])).scale == (0, 3)
    assert Interactions.from_frame(table(rating=pd.array([1, 2, 3, 4], dtype="Int64"))).ratings.tolist() == [1, 2, 3, 4]


MOMENTS = ["2017-03-22 18:37:04", "1969-12-31 23:59:59", "2020-02-29 12:00:00", "1970-01-01 00:00:00"]


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetimes_of_every_unit_become_seconds(unit, zone):
    times = pd.Series(pd.to_datetime(MOMENTS, utc=zone is not None).as_unit(unit))
    times = times.dt.tz_convert(zone) if zone else times
    assert times.dt.unit == unit
    seconds = [int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) for moment in MOMENTS]
    assert Interactions.from_frame(table(timestamp=times)).timestamps.tolist() == seconds
    assert seconds[1] == -1


def test_reviews_as_goodreads_publishes_them_are_read(tmp_path):
    reviews = [("8842281e1d", "24375664", 5, "Wed Mar 22 11:37:04 -0700 2017"),
               ("8842281e1d", "18245960", 3, "Mon Mar 20 23:33:51 +0000 2017"),
               ("01a2b3c4d5", "24375664", 0, "Tue Jan 01 00:00:00 +0100 2013")]
    rows = [dict(zip(["user_id", "book_id", "rating", "date_added"], review, strict=True)) for review in reviews]
    path = tmp_path / "reviews.json.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    frame = pd.read_json(path, lines=True, dtype={"user_id": str, "book_id": str})
    frame["date_added"] = pd.to_datetime(frame["date_added"], format="%a %b %d %H:%M:%S %z %Y", utc=True)
    data = Interactions.from_frame(frame, user="user_id", item="book_id", timestamp="date_added")
    # date -u -d "2017-03-22 18:37:04" +%s and so on: the zones are taken off
    assert original(data) == [(*review[:3], seconds)
                              for review, seconds in zip(reviews, [1490207824, 1490052831, 1356994800], strict=True)]


WRONG = {
    "no such column": (table(), {"user": "who"}, "no column 'who'; it has .'user', 'item', 'rating', 'timestamp'"),
    "no name": (table(), {"user": None}, "The table has no column None; it has"),
    "a list as a name": (table(), {"item": ["item"]}, r"The table has no column \['item'\]; it has"),
    "no row": (table().iloc[:0], {}, "empty"),
    "no user": (table(user=[1, None, 2, 3]), {}, "Column 'user' has no id in row 1"),
    "no item": (table(item=["a", "b", None, "c"]), {}, "Column 'item' has no id in row 2"),
    "a pair twice": (table(user=[1, 1, 2, 1], item=[5, 5, 5, 5]), {}, r"User 1 and item 5 stand .* \(2 such rows\)"),
    "a pair of texts twice": (table(user=["a"] * 4, item=["b"] * 4), {}, "User 'a' and item 'b' .*3 such"),
    "NaN": (table(rating=[1, np.nan, 2, 3]), {}, "Rating nan in row 1 is not a number from 0 up .1 such"),
    "missing": (table(rating=pd.array([1, None, 2, 3], dtype="Int64")), {}, "Rating <NA> in row 1"),
    "infinite": (table(rating=[1, 2, np.inf, 3]), {}, "Rating inf in row 2"),
    "negative": (table(rating=[1, 2, 3, -0.5]), {}, "Rating -0.5 in row 3"),
    "text": (table(rating=["1", "good", "2", "bad"]), {}, "Rating 'good' in row 1 .*2 such rows"),
    "no time": (table(timestamp=[1, None, 2, 3]), {}, "Column 'timestamp' has no time in row 1.*timestamp=None"),
    "no moment": (table(timestamp=pd.to_datetime(["2020-01-01", None, None, None])), {}, "no time in row 1"),
    "never": (table(timestamp=[1, 2, np.inf, 3]), {}, "no time in row 2"),
    "time in words": (table(timestamp=["Wed Mar 22"] * 4), {}, "holds text, not times.*pandas.to_datetime"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_faulty_table_is_refused_in_words(fault):
    frame, names, words = WRONG[fault]
    with pytest.raises(ValueError, match=words):
        Interactions.from_frame(frame, **names)


def test_positives_are_ratings_of_four_and_more_unless_said_otherwise():
    data = Interactions.from_frame(table())
    assert data.positives().ratings.tolist() == [4, 5]
    assert data.positives(3.5).ratings.tolist() == [4, 3.5, 5]
    assert data.positives().rule == "ratings of 4 and more" and data.positives(3.5).rule == "ratings of 3.5 and more"
    assert (data.positives().n_users, data.positives().n_items, data.positives().scale) == (3, 3, (1.0, 5.0))


@pytest.mark.parametrize("which", [[0, 2], torch.tensor([0, 2]), torch.tensor([True, False, True, False]),
                                   np.array([True, False, True, False]), slice(0, 3, 2), np.array([2, 0])[::-1],
                                   pd.Series([True, False, True, False], index=[5, 6, 7, 8])])
def test_select_picks_rows_and_keeps_ids_and_scale(which):
    data = Interactions.from_frame(table())
    part = data.select(which)
    assert original(part) == [original(data)[0], original(data)[2]]
    assert (part.n_users, part.n_items, part.scale, part.rule) == (3, 3, data.scale, data.rule)


@pytest.mark.parametrize("which, words", [
    ([1, 0, 0, 1], "4 numbers 0 and 1 for 4 rows: use a bool mask"), (torch.tensor([1, 0, 0, 1]), "use a bool mask"),
    ([0.0, 1.0], "select got float64 of shape .2,.: use a bool mask"), (None, "object of shape"), (2, r"of shape \(\)"),
    ([[0, 1]], r"of shape \(1, 2\)"), ([True, False], r"bool of shape \(2,\): use a bool mask \(4,\)")])
def test_select_refuses_what_is_no_mask_and_no_index(which, words):
    with pytest.raises(ValueError, match=words):
        Interactions.from_frame(table()).select(which)


@pytest.mark.parametrize("min_rating", ["4", None, True, float("nan"), [4]])
def test_a_bar_that_is_no_number_is_refused(min_rating):
    with pytest.raises(ValueError, match="min_rating=.*: use a number of stars"):
        Interactions.from_frame(table()).positives(min_rating)


def test_two_parts_can_be_compared_and_put_in_a_set():
    data, other = Interactions.from_frame(table()), Interactions.from_frame(table())
    assert data == data and data != other and len({data, other}) == 2    # not a torch error about truth values


def test_to_csr_is_what_the_loop_writes():
    data = Interactions.from_frame(table(rating=[4.0, 3.5, 0.0, 1.0]))
    dense = np.zeros((data.n_users, data.n_items), dtype=np.float32)
    for user, item, rating in zip(data.users, data.items, data.ratings, strict=True):
        dense[user, item] = rating
    matrix = data.to_csr()
    assert matrix.format == "csr" and np.array_equal(matrix.toarray(), dense)
    assert matrix.nnz == 4                       # a rating of 0 is a rating
    assert data.select([]).to_csr().shape == (3, 3)


def test_clicks_and_lower_scales_have_no_ratings_of_4_and_are_told_so():
    clicks = Interactions.from_frame(pd.DataFrame({"user": [1, 1], "item": [1, 2]}), rating=None, timestamp=None)
    with pytest.raises(ValueError, match="No rating here is above 1"):
        clicks.positives()
    assert len(clicks.positives(min_rating=1)) == 2
