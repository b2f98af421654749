"""Parts are disjoint, complete and seeded; the last one is last by time and then by row."""
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_utils.interactions import Interactions
from recsys_utils.splits import Split, k_fold, leave_last_out, random_split, temporal_split

pytestmark = pytest.mark.filterwarnings("error")


def history(users, times=None, seed=0):
    """One row for each entry of users; every row has an item of its own, so that items name rows."""
    times = range(len(users)) if times is None else times
    return Interactions.from_frame(pd.DataFrame({"user": users, "item": range(len(users)), "rating": 4.0,
                                                 "timestamp": list(times)}))


def rows(part):
    return part.items.tolist()


def parts(split):
    return rows(split.train), rows(split.validation), rows(split.test)


USERS = [0] * 10 + [1] * 7 + [2] * 2 + [3] * 20 + [4]


SPLITS = {"random": random_split, "random with validation": lambda data: random_split(data, 0.2, 0.1),
          "within users": lambda data: random_split(data, 0.3, 0.2, within_users=True),
          "fold": lambda data: next(k_fold(data)), "last out": leave_last_out, "time": temporal_split,
          "time without validation": lambda data: temporal_split(data, 0.2, 0)}


@pytest.mark.parametrize("kind", SPLITS)
def test_parts_are_disjoint_complete_and_in_the_order_of_the_data(kind):
    data = history(USERS)
    split = SPLITS[kind](data)
    assert sorted(sum(parts(split), [])) == list(range(len(data)))
    assert all(part == sorted(part) for part in parts(split))
    assert split.train and split.test
    for part in (split.train, split.validation, split.test):
        assert (part.n_users, part.n_items) == (data.n_users, data.n_items)
        assert part.users.tolist() == [USERS[row] for row in rows(part)]


@pytest.mark.parametrize("make", [lambda data, seed: random_split(data, 0.3, 0.2, seed=seed),
                                  lambda data, seed: random_split(data, 0.3, 0.2, within_users=True, seed=seed),
                                  lambda data, seed: next(k_fold(data, seed=seed))])
def test_a_seed_gives_its_split_again_and_another_seed_another(make):
    data = history(USERS)
    assert parts(make(data, 1)) == parts(make(data, 1))
    assert parts(make(data, 1)) != parts(make(data, 2))
    assert make(data, 1).name == make(data, 1).name != make(data, 2).name


def test_splits_do_not_touch_the_global_generators():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    random_split(history(USERS), seed=5)
    assert torch.rand(1) == expected


# random

def test_random_shares_are_those_asked_for_of_all_rows():
    split = random_split(history([0] * 99 + [1]), test=0.2, validation=0.1)
    assert [len(part) for part in (split.train, split.validation, split.test)] == [70, 10, 20]
    assert split.name == "random 70/10/20, seed 0"


def test_shares_that_differ_have_names_that_differ():
    data = history(range(1000))
    assert random_split(data, 0.125).name != random_split(data, 0.12).name
    assert temporal_split(data, 0.125).name != temporal_split(data, 0.12).name


def test_random_within_users_takes_the_share_of_each_user_rounded_down():
    split = random_split(history(USERS), test=0.2, validation=0.1, within_users=True)
    # 10, 7, 2, 20, 1 rows: a fifth, rounded down, is 2, 1, 0, 4, 0; a tenth 1, 0, 0, 2, 0
    assert split.test.users.bincount(minlength=5).tolist() == [2, 1, 0, 4, 0]
    assert split.validation.users.bincount(minlength=5).tolist() == [1, 0, 0, 2, 0]
    assert "within each user" in split.name


def test_a_share_that_is_whole_is_not_rounded_down_by_binary_fractions():
    for share, n in [(0.7, 10), (0.29, 100), (0.57, 100), (0.3, 10)]:    # 0.29 * 100 is 28.999999999999996
        assert len(random_split(history(range(n)), test=share).test) == round(share * n)
        assert len(random_split(history([0] * n), test=share, within_users=True).test) == round(share * n)


def test_every_row_of_a_user_is_as_likely_to_be_held_out():
    data, n_seeds = history([0] * 5 + [1] * 5), 500
    counts = torch.zeros(10)
    for seed in range(n_seeds):
        counts[rows(random_split(data, 0.2, within_users=True, seed=seed).test)] += 1
    # each row with chance 1/5: 100 of 500, standard deviation sqrt(500 * .2 * .8) = 8.9; five of them
    assert (counts - n_seeds / 5).abs().max() < 45


@pytest.mark.parametrize("split", [random_split, temporal_split])
@pytest.mark.parametrize("test, validation",
                         [(0, 0), (1, 0), (-0.1, 0), (0.2, -0.1), (0.5, 0.5), (0.2, 1), (float("nan"), 0), ("20%", 0),
                          (0.2, None)])
def test_shares_that_leave_no_part_are_refused(split, test, validation):
    with pytest.raises(ValueError, match="shares of all rows"):
        split(history(USERS), test=test, validation=validation)


@pytest.mark.parametrize("seed", ["a", None, -1, 0.5, True])
@pytest.mark.parametrize("split", [random_split, lambda data, seed: next(k_fold(data, seed=seed))])
def test_a_seed_that_is_no_count_is_refused(split, seed):
    with pytest.raises(ValueError, match="seed=.*: use a whole number from 0 up"):
        split(history(USERS), seed=seed)


@pytest.mark.parametrize("split", [random_split, temporal_split, leave_last_out, lambda data: next(k_fold(data))])
def test_what_is_no_interactions_is_not_split(split):
    with pytest.raises(ValueError, match="This is a DataFrame, but Interactions are split: make them with"):
        split(pd.DataFrame({"user": [1], "item": [1]}))


# folds

@pytest.mark.parametrize("k", [2, 5, 40])
def test_each_row_is_tested_in_exactly_one_fold(k):
    data = history(USERS)
    folds = list(k_fold(data, k))
    assert len(folds) == k and len({fold.name for fold in folds}) == k
    assert sorted(sum((rows(fold.test) for fold in folds), [])) == list(range(len(data)))
    assert {len(fold.test) for fold in folds} <= {len(data) // k, -(-len(data) // k)}
    for fold in folds:
        assert sorted(rows(fold.train) + rows(fold.test)) == list(range(len(data))) and len(fold.validation) == 0


@pytest.mark.parametrize("k", [0, 1, 41, 2.5, "2", True])
def test_folds_that_would_be_empty_are_refused(k):
    with pytest.raises(ValueError, match=f"k={k!r} folds of 40 ratings"):
        next(k_fold(history(USERS), k))


def test_a_number_of_folds_may_be_a_whole_float():
    assert [fold.name for fold in k_fold(history(USERS), 2.0)] == ["fold 1 of 2, seed 0", "fold 2 of 2, seed 0"]


@pytest.mark.parametrize("kind", SPLITS)
def test_splits_made_here_have_no_fault(kind):
    assert SPLITS[kind](history(USERS)).fault == ""


def test_rows_in_two_parts_are_a_fault_and_named():
    data = history(USERS)
    split = Split(data.select([0, 1, 2]), data.select([3, 2]), data.select([12, 4]), "by hand")
    assert split.fault.startswith("1 rows of validation stand in train too, such as user 0 with item 2:")
    apart = Split(split.train, split.validation.select([0]), split.test, "by hand")
    assert apart.fault == ""
    assert "2 rows of test stand in train" in Split(apart.test, apart.validation, apart.test, "by hand").fault


# the last one

def test_the_last_row_is_test_the_one_before_validation_and_short_histories_only_train():
    # user 0 rows 0 … 3, user 1 rows 4, 5 (too few), user 2 rows 6 … 8; times run against the rows for user 2
    split = leave_last_out(history([0, 0, 0, 0, 1, 1, 2, 2, 2], [1, 2, 3, 4, 1, 2, 9, 8, 7]))
    assert parts(split) == ([0, 1, 4, 5, 8], [2, 7], [3, 6])


@pytest.mark.parametrize("times", [[9.9, 9.5, 9.1], pd.to_datetime([9900, 9500, 9100], unit="ms"),
                                   pd.to_datetime([9900, 9500, 9100], unit="ms", utc=True).tz_convert("Asia/Kolkata")])
def test_the_last_one_is_last_within_a_second_too(times):
    assert parts(leave_last_out(history([0] * 3, times))) == ([2], [1], [0])
    split = temporal_split(history([0] * 3, times), 0.3, 0.3)
    assert parts(split) == ([2], [1], [0])


def test_equal_times_are_settled_by_the_row():
    split = leave_last_out(history([0] * 6, [5, 9, 9, 9, 1, 1]))
    assert parts(split) == ([0, 1, 4, 5], [2], [3])
    assert parts(leave_last_out(history([0] * 50, [7] * 50))) == (list(range(48)), [48], [49])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=60))
def test_the_last_one_is_what_a_stable_sort_of_time_and_row_says(events):
    users, times = zip(*events, strict=True)
    split = leave_last_out(history(users, times))
    expected = [[], [], []]
    for user in set(users):
        mine = sorted((row for row in range(len(users)) if users[row] == user), key=lambda row: (times[row], row))
        held = 2 if len(mine) >= 3 else 0
        expected[0] += mine[:len(mine) - held]
        for part, row in enumerate(mine[len(mine) - held:], 1):
            expected[part].append(row)
    assert parts(split) == tuple(map(sorted, expected))


def test_shuffled_rows_change_the_last_one_only_where_times_are_equal():
    users, times = [0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 4, 5, 5, 5, 5]
    order = [7, 3, 4, 0, 6, 2, 5, 1]
    mixed = leave_last_out(history([users[row] for row in order], [times[row] for row in order]))
    assert [order[row] for row in rows(mixed.test)] == [3, 5]            # by time; by the new order of rows
    assert [order[row] for row in rows(mixed.validation)] == [6, 2]


# time

@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=5, max_size=60), st.sampled_from([(0.1, 0.1), (0.3, 0), (0.25, 0.25)]))
def test_no_training_time_reaches_into_what_comes_after(times, shares):
    try:
        split = temporal_split(history([0] * len(times), times), *shares)
    except ValueError:                           # allowed only where the first moment holds too many rows
        assert times.count(min(times)) >= (1 - sum(shares)) * (len(times) - 1)
        return
    moments = [set(part.timestamps.tolist()) for part in (split.train, split.validation, split.test)]
    train, validation, test = moments
    assert max(train) < min(validation | test) and max(validation | train) < min(test)
    assert len(train) + len(validation) + len(test) == len(set(times))   # no second is in two parts
    assert shares[1] > 0 or not validation


def test_times_without_ties_are_shared_out_as_asked():
    split = temporal_split(history([0] * 100, reversed(range(100))), 0.1, 0.2)
    assert parts(split) == (list(range(30, 100)), list(range(10, 30)), list(range(10)))
    assert split.name == "global time, last 10% test, 20% before it validation"


def test_data_without_times_cannot_be_split_by_time():
    with pytest.raises(ValueError, match="nothing to train on"):
        temporal_split(history([0] * 10, [0] * 10))
