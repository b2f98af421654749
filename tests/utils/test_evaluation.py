"""The protocol, whole, on data small enough to count by hand; and against a second implementation."""
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_metrics import slow_metrics

from recsys_utils import evaluation
from recsys_utils.evaluation import evaluate_ranking, evaluate_ratings
from recsys_utils.interactions import Interactions
from recsys_utils.splits import Split, leave_last_out, random_split

pytestmark = pytest.mark.filterwarnings("error")
EXACT = 1e-12                # a handful of float64 operations on numbers below 1
TIED = 1e-9                  # log-gamma on counts below 50, see test_metrics
NAMES = {"HR": "HR@{}", "NDCG": "NDCG@{}", "recall": "recall@{}", "precision": "precision@{}", "MRR": "MRR",
         "AUC": "AUC"}


class Table:
    """A model that knows its scores by heart, and which users it was asked for."""

    def __init__(self, scores):
        self.table, self.asked = torch.as_tensor(scores), []

    def scores(self, users):
        self.asked += users.tolist()
        return self.table.to(users.device)[users]

    def predict(self, users, items):
        return self.table.to(users.device)[users, items]


def rows(pairs, n_users, n_items, ratings=None):
    """Interactions of (user, item) pairs, in the order of time."""
    users, items = (torch.tensor([pair[side] for pair in pairs], dtype=torch.long) for side in (0, 1))
    ratings = torch.full((len(pairs),), 5.0) if ratings is None else torch.tensor(ratings)
    return Interactions(users, items, ratings, torch.arange(len(pairs)), np.arange(n_users), np.arange(n_items))


def split_of(train, validation, test, n_users, n_items):
    return Split(*(rows(part, n_users, n_items) for part in (train, validation, test)), "by hand")


def random_table(seed, n_users, n_items, levels=None):
    draw = torch.Generator().manual_seed(seed)
    table = torch.rand(n_users, n_items, generator=draw, dtype=torch.float64)
    return table if levels is None else (table * levels).floor()


def others(split, on="test", **options):
    """For each user with a held-out item: the other candidates, found from outside, whatever the code does inside.

    Where only the held-out item and item j score above zero, j higher, j is a candidate if it takes the first place.
    """
    held_out = split.test if on == "test" else split.validation
    found = {user: [] for user in held_out.users.unique().tolist()}
    for item in range(held_out.n_items):
        table = torch.zeros(held_out.n_users, held_out.n_items)
        table[:, item] = 2
        table[held_out.users, held_out.items] += 1
        result = evaluate_ranking(Table(table), split, 1, on=on, **options)
        for user, hit in zip(result.users.tolist(), result.per_user["HR@1"], strict=True):
            found[user] += [] if hit else [item]
    return found


# four users, eight items; user 3 has nothing held out
HAND = split_of([(0, 0), (0, 1), (1, 2), (2, 0), (2, 1), (2, 2), (3, 7)], [(0, 2), (1, 3), (2, 3)],
                [(0, 3), (1, 4), (2, 4)], 4, 8)


# candidates

def test_on_test_the_candidates_are_all_but_train_and_validation_positives():
    assert others(HAND) == {0: [4, 5, 6, 7], 1: [0, 1, 5, 6, 7], 2: [5, 6, 7]}


def test_on_validation_the_candidates_are_all_but_train_positives():
    # the test items 3, 4, 4 stay candidates
    assert others(HAND, on="validation") == {0: [3, 4, 5, 6, 7], 1: [0, 1, 4, 5, 6, 7], 2: [4, 5, 6, 7]}


def test_a_movie_rated_below_four_stays_a_candidate():
    data = Interactions.from_frame(pd.DataFrame({"user": 0, "item": range(6), "rating": [5, 2, 4, 4, 1, 5],
                                                 "timestamp": range(6)}))
    assert others(leave_last_out(data.positives())) == {0: [1, 4]}       # train 0 and 2, validation 3, test 5


def test_only_users_with_a_held_out_item_are_asked_for_and_each_once():
    model = Table(torch.zeros(4, 8))
    result = evaluate_ranking(model, HAND, k=1)
    assert model.asked == result.users.tolist() == [0, 1, 2]


# known scorers

@pytest.mark.parametrize("on, sizes", [("test", [5, 6, 4]), ("validation", [6, 7, 5])])
@pytest.mark.parametrize("k", [1, 3, 8])
def test_a_constant_scorer_gets_chance(k, on, sizes):
    result = evaluate_ranking(Table(torch.full((4, 8), 2.5)), HAND, k, on=on)
    chance = [min(1, k / size) for size in sizes]
    assert result.per_user[f"HR@{k}"] == pytest.approx(chance, abs=TIED)
    assert result.metrics[f"HR@{k}"] == pytest.approx(sum(chance) / 3, abs=TIED)
    assert result.metrics["AUC"] == pytest.approx(0.5, abs=EXACT)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_a_constant_scorer_gets_chance_among_sampled_candidates(k):
    result = evaluate_ranking(Table(torch.zeros(4, 8)), HAND, k, candidates=3)
    assert result.metrics[f"HR@{k}"] == pytest.approx(k / 4, abs=TIED)


@pytest.mark.parametrize("candidates", ["all", 3])
def test_a_perfect_scorer_gets_one_and_a_reversed_one_nothing(candidates):
    best = torch.zeros(4, 8).index_put_((HAND.test.users, HAND.test.items), torch.tensor(1.0))
    perfect, reversed_ = (evaluate_ranking(Table(scores), HAND, 1, candidates).metrics for scores in (best, -best))
    assert [perfect[name] for name in ("HR@1", "NDCG@1", "recall@1", "precision@1", "MRR", "AUC")] == [1] * 6
    assert [reversed_[name] for name in ("HR@1", "NDCG@1", "recall@1", "precision@1", "AUC")] == [0] * 5
    sizes = [5, 6, 4] if candidates == "all" else [4, 4, 4]
    assert reversed_["MRR"] == pytest.approx(sum(1 / size for size in sizes) / 3, abs=EXACT)


def test_the_checkerboard_shows_each_user_their_own_square():
    """User u likes the items of their own colour and has not seen item u: any model that learns shows it first."""
    n = 20
    likes = torch.tensor([[(user + item) % 2 == 0 and user != item for item in range(n)] for user in range(n)]).double()
    train = torch.nonzero(likes).tolist()
    split = split_of(train, [], [(user, user) for user in range(n)], n, n)
    neighbours = likes @ (likes.T @ likes)       # items liked by those who like what I like
    assert evaluate_ranking(Table(neighbours), split, k=1).metrics["HR@1"] == 1


def test_several_positives_of_a_user_by_hand():
    # candidates 1 … 5 in the order 5, 4, 3, 2, 1; held out: 5 and 2, on ranks 1 and 4
    split = split_of([(0, 0), (1, 5)], [], [(0, 2), (0, 5), (1, 0)], 2, 6)
    result = evaluate_ranking(Table(torch.arange(6.0).expand(2, 6)), split, k=3)
    assert result.per_user["HR@3"].tolist() == [1, 0]                    # user 1: item 0 is last of five
    assert result.per_user["recall@3"].tolist() == [0.5, 0]
    assert result.per_user["precision@3"].tolist() == pytest.approx([1 / 3, 0], abs=EXACT)
    assert result.per_user["NDCG@3"][0] == pytest.approx(1 / (1 + 1 / np.log2(3)), abs=EXACT)
    assert result.per_user["MRR"].tolist() == pytest.approx([1, 1 / 5], abs=EXACT)
    assert result.per_user["AUC"].tolist() == pytest.approx([4 / 6, 0], abs=EXACT)   # 2 x 3 pairs, two wrong
    assert result.metrics["HR@3"] == 0.5


# against the slow implementation

@st.composite
def tiny_splits(draw, one=False):
    n_users, n_items = draw(st.integers(1, 4)), draw(st.integers(3, 7))
    parts = [[], [], []]
    for user in range(n_users):
        if one:
            items = draw(st.permutations(range(n_items)))
            places = [1, 2] + [0] * draw(st.integers(0, n_items - 2))
        else:
            items, places = range(n_items), draw(st.lists(st.integers(0, 4), min_size=n_items, max_size=n_items))
        for item, place in zip(items, places, strict=False):
            if place < 3:
                parts[place].append((user, item))
    return split_of(*parts, n_users, n_items)


@settings(max_examples=80, deadline=None)
@given(tiny_splits(), st.integers(0, 10**6), st.sampled_from([1, 2, 3, None]), st.integers(1, 3),
       st.sampled_from(["test", "validation"]))
def test_any_tiny_data_agrees_with_every_order_written_down(split, seed, levels, k, on):
    held_out = split.test if on == "test" else split.validation
    if not len(held_out):
        return
    table = random_table(seed, held_out.n_users, held_out.n_items, levels)
    result = evaluate_ranking(Table(table), split, k, on=on)
    known = [split.train] if on == "validation" else [split.train, split.validation]
    for row, user in enumerate(result.users):
        items = {int(item) for part in known for item in part.items[part.users == user]}
        pool = [item for item in range(held_out.n_items) if item not in items]
        held = [pool.index(item) for item in held_out.items[held_out.users == user].tolist()]
        for name, value in slow_metrics([table[user, item].item() for item in pool], held, k).items():
            assert result.per_user[NAMES[name].format(k)][row] == pytest.approx(value, abs=TIED), name


@settings(max_examples=40, deadline=None)
@given(tiny_splits(one=True), st.integers(0, 10**6), st.integers(1, 2))
def test_any_sampled_candidates_are_distinct_and_none_is_known(split, seed, n):
    constant = evaluate_ranking(Table(torch.zeros(split.test.n_users, split.test.n_items)), split, 1, n, seed=seed)
    free = {user: set(pool) for user, pool in others(split).items()}
    for row, (user, drawn) in enumerate(others(split, candidates=n, seed=seed).items()):
        assert set(drawn) <= free[user] and len(drawn) == min(n, len(free[user]))
        # as many places as others and one: the held-out item stands there once
        assert constant.per_user["HR@1"][row] == pytest.approx(1 / (len(drawn) + 1), abs=TIED)
    assert ("with fewer others than" in constant.details) == any(len(pool) < n for pool in free.values())


# sampled candidates

def wide(n_users=20, n_items=60, seed=0):
    draw = np.random.default_rng(seed)
    items = [draw.permutation(n_items)[:draw.integers(3, 12)].tolist() for _ in range(n_users)]
    parts = [[(user, item) for user, row in enumerate(items) for item in row[part]]
             for part in (slice(2, None), slice(1), slice(1, 2))]
    return split_of(*parts, n_users, n_items)


@pytest.mark.parametrize("on", ["test", "validation"])
def test_sampled_candidates_are_as_many_distinct_others_as_asked_for(on):
    split = wide()
    free = others(split, on)
    for user, drawn in others(split, on, candidates=9).items():
        assert set(drawn) < set(free[user]) and len(drawn) == 9
    constant = evaluate_ranking(Table(torch.zeros(20, 60)), split, 1, 9, on)
    assert constant.per_user["HR@1"] == pytest.approx([1 / 10] * 20, abs=TIED)       # the held-out item once


def test_sampled_candidates_are_the_same_for_the_same_seed_only():
    split = wide()
    assert others(split, candidates=9, seed=3) == others(split, candidates=9, seed=3)
    assert others(split, candidates=9, seed=3) != others(split, candidates=9, seed=4)


def test_users_draw_their_candidates_apart():
    split = split_of([], [], [(user, 0) for user in range(20)], 20, 60)
    assert len(set(map(tuple, others(split, candidates=9).values()))) == 20          # two alike: 1 in 10^10


def test_every_other_item_is_drawn_as_often():
    n = 1200
    split = split_of([(user, 5) for user in range(n)], [], [(user, 0) for user in range(n)], n, 8)
    counts = np.bincount(np.concatenate(list(others(split, candidates=2).values())), minlength=8)
    # items 1 to 7 without 5: each with chance 2/6: 400 of 1200, standard deviation 16.3; five of them
    assert counts[0] == counts[5] == 0 and counts.sum() == 2 * n
    assert abs(counts[[1, 2, 3, 4, 6, 7]] - 400).max() < 82


def test_users_with_fewer_others_are_ranked_among_those_and_counted():
    result = evaluate_ranking(Table(torch.zeros(4, 8)), HAND, 1, candidates=4)       # others: 4, 5, 3
    assert result.per_user["HR@1"].tolist() == pytest.approx([1 / 5, 1 / 5, 1 / 4], abs=TIED)
    assert "1 users with fewer others than 4" in result.details
    assert "fewer" not in evaluate_ranking(Table(torch.zeros(4, 8)), HAND, 1, candidates=3).details


def test_a_user_without_any_other_candidate_leaves_the_means_numbers():
    split = split_of([(0, 0), (0, 1)], [], [(0, 2), (1, 0)], 2, 3)
    for candidates in ("all", 2):
        result = evaluate_ranking(Table(torch.zeros(2, 3)), split, 1, candidates)
        assert result.metrics["HR@1"] == pytest.approx((1 + 1 / 3) / 2, abs=TIED)
        assert result.metrics["AUC"] == 0.5


# what does not matter

@pytest.mark.parametrize("candidates", ["all", 9])
@pytest.mark.parametrize("cells", [1, 61, 60 * 7, 10**9])
def test_the_size_of_a_batch_changes_nothing(monkeypatch, cells, candidates):
    model, split = Table(random_table(1, 20, 60, levels=5)), wide()
    expected = evaluate_ranking(model, split, 5, candidates).per_user
    monkeypatch.setattr(evaluation, "CELLS", cells)
    found = evaluate_ranking(model, split, 5, candidates).per_user
    assert {name: values.tolist() for name, values in found.items()} == {
        name: values.tolist() for name, values in expected.items()}


def test_the_size_of_a_batch_changes_nothing_for_several_positives(monkeypatch):
    data = rows([(user, item) for user in range(7) for item in range(user, 30, 2)], 7, 30)
    model, split = Table(random_table(1, 7, 30, levels=4)), random_split(data, 0.4, 0.1, within_users=True)
    expected = evaluate_ranking(model, split, 5)
    monkeypatch.setattr(evaluation, "CELLS", 60)
    found = evaluate_ranking(model, split, 5)
    assert all(np.array_equal(found.per_user[name], expected.per_user[name]) for name in expected.per_user)


def test_the_order_of_the_rows_changes_nothing():
    model, split = Table(random_table(1, 20, 60, levels=5)), wide()
    mixed = torch.randperm(len(split.train), generator=torch.Generator().manual_seed(0))
    backwards = torch.arange(20).flip(0)
    other = Split(split.train.select(mixed), split.validation.select(backwards), split.test.select(backwards), "mixed")
    for candidates in ("all", 9):
        found, expected = (evaluate_ranking(model, one, 5, candidates).metrics for one in (other, split))
        assert found == expected


@pytest.mark.parametrize("convert", [
    lambda table: table.long(), lambda table: table.float(), lambda table: table.half(),
    lambda table: table.bfloat16(), lambda table: table.clone().requires_grad_()],
    ids=["counts", "float32", "float16", "bfloat16", "with a gradient"])
def test_scores_may_be_of_any_dtype(convert):
    table, split = random_table(1, 20, 60, levels=5), wide()
    assert evaluate_ranking(Table(convert(table)), split, 5).metrics == evaluate_ranking(Table(table), split, 5).metrics


@pytest.mark.parametrize("rows", [lambda table, users: table.T.contiguous()[:, users].T,
                                  lambda table, users: table[0].expand(len(users), -1)], ids=["transposed", "expanded"])
def test_scores_may_lie_in_memory_in_any_way(rows):
    class Model(Table):
        def scores(self, users):
            return rows(self.table, users.cpu()).to(users.device)

    table, split, users = random_table(1, 20, 60, levels=5), wide(), torch.arange(20)
    torch.set_warn_always(True)
    try:
        found = evaluate_ranking(Model(table), split, 5).metrics
    finally:
        torch.set_warn_always(False)
    assert found == evaluate_ranking(Table(rows(table, users).clone()), split, 5).metrics


def test_large_counts_are_not_rounded_into_ties():
    split = split_of([(0, 0)], [], [(0, 1)], 1, 3)
    model = Table(torch.tensor([[0, 2**24 + 1, 2**24]]))                 # equal in float32
    assert evaluate_ranking(model, split, 1).metrics["HR@1"] == 1


def test_scores_may_be_a_read_only_numpy_array():
    class Popularity:
        def scores(self, users):
            return np.broadcast_to(np.arange(60), (len(users), 60))

    torch.set_warn_always(True)
    try:
        expected = evaluate_ranking(Table(torch.arange(60.0).expand(20, 60)), wide(), 5).metrics
        assert evaluate_ranking(Popularity(), wide(), 5).metrics == expected
    finally:
        torch.set_warn_always(False)


def test_the_models_scores_and_the_split_are_left_alone():
    table, split = random_table(1, 20, 60), wide()
    before, items = table.clone(), split.train.items.clone()
    evaluate_ranking(Table(table), split, 5)
    evaluate_ranking(Table(table), split, 5, candidates=9)
    assert torch.equal(table, before) and torch.equal(split.train.items, items)


def test_the_global_generators_are_left_alone():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    evaluate_ranking(Table(torch.zeros(20, 60)), wide(), 5, candidates=9)
    assert torch.rand(1) == expected


def test_minus_infinity_on_what_is_not_held_out_is_a_score_like_any_other():
    table = torch.zeros(4, 8)
    table[:, 0] = -torch.inf                     # known to users 0 and 2, a candidate for user 1
    result = evaluate_ranking(Table(table), HAND, k=1)
    assert result.per_user["HR@1"].tolist() == pytest.approx([1 / 5, 1 / 5, 1 / 4], abs=TIED)


# words

def test_the_protocol_is_said_in_words():
    split = leave_last_out(rows([(0, item) for item in range(5)], 1, 9).positives())
    result = evaluate_ranking(Table(torch.zeros(1, 9)), split, 2)
    assert result.protocol == "last one out, test; positives: ratings of 4 and more; candidates: all items"
    sampled = evaluate_ranking(Table(torch.zeros(1, 9)), split, 2, candidates=3, on="validation", seed=7)
    assert sampled.protocol == ("last one out, validation; positives: ratings of 4 and more; "
                                "candidates: 3 sampled others, seed 7")
    assert result.protocol in repr(result) and "HR@2 0.4000" in repr(result)      # 2 of 9 - 4


def test_cold_items_and_cold_users_are_counted_and_no_error():
    split = split_of([(0, 0)], [], [(0, 1), (1, 0), (1, 2), (3, 2), (4, 2)], 6, 4)
    result = evaluate_ranking(Table(torch.zeros(6, 4)), split, 1)
    # items 1, 2, 2, 2 of the five held-out ones have no training row; of the four items three (1, 2, 3) have none
    assert result.details == ("4 users, 2 without a held-out item left out, 4 held-out items cold, 3 users cold, "
                              "4 items")


# errors

@pytest.mark.parametrize("k", [0, -1, 9, 2.5, "10", True, None, float("nan")])
def test_a_k_outside_the_catalogue_is_refused(k):
    with pytest.raises(ValueError, match=f"k={k!r} of 8 items"):
        evaluate_ranking(Table(torch.zeros(4, 8)), HAND, k)


@pytest.mark.parametrize("candidates", [0, -3, 8, 2.5, True, "2", "some", None, [2]])
def test_candidates_out_of_range_are_refused(candidates):
    with pytest.raises(ValueError, match="use 'all', or 1 up to 7 sampled others"):
        evaluate_ranking(Table(torch.zeros(4, 8)), HAND, 1, candidates)


def test_sampled_candidates_are_refused_for_several_positives():
    split = split_of([], [], [(0, 1), (0, 2)], 1, 8)
    with pytest.raises(ValueError, match="one held-out item a user"):
        evaluate_ranking(Table(torch.zeros(1, 8)), split, 1, 3)


@pytest.mark.parametrize("on", ["train", "Test", None])
def test_only_validation_and_test_are_evaluated(on):
    with pytest.raises(ValueError, match="use 'validation' to choose settings, 'test' once"):
        evaluate_ranking(Table(torch.zeros(4, 8)), HAND, 1, on=on)


@pytest.mark.parametrize("on", ["test", "validation"])
def test_an_empty_part_is_refused(on):
    with pytest.raises(ValueError, match=f"The {on} part of this split is empty .by hand."):
        evaluate_ranking(Table(torch.zeros(1, 8)), split_of([(0, 0)], [], [], 1, 8), 1, on=on)


@pytest.mark.parametrize("shape", [(4, 7), (4, 9), (4, 1), (4,), (4, 8, 1)])
def test_scores_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"for 3 users: it must give \(3, 8\)"):
        evaluate_ranking(Table(torch.zeros(shape)), HAND, 1)


@pytest.mark.parametrize("score", [torch.nan, torch.inf])
def test_scores_that_are_nan_or_endless_are_refused(score):
    table = torch.zeros(4, 8)
    table[1, 0] = score
    with pytest.raises(ValueError, match="gave NaN or inf: did training diverge"):
        evaluate_ranking(Table(table), HAND, 1)


def test_a_held_out_item_at_minus_infinity_is_refused():
    table = torch.zeros(4, 8)
    table[1, 4] = -torch.inf
    with pytest.raises(ValueError, match="-inf for a held-out item"):
        evaluate_ranking(Table(table), HAND, 1)


@pytest.mark.parametrize("two", [2.0, np.int8(2), np.float32(2), torch.tensor(2), torch.tensor(2.0)])
def test_a_whole_number_of_any_type_is_a_count(two):
    result = evaluate_ranking(Table(torch.zeros(4, 8)), HAND, two, candidates=two)
    assert result.metrics == evaluate_ranking(Table(torch.zeros(4, 8)), HAND, 2, candidates=2).metrics
    assert "HR@2" in result.metrics and "2 sampled others" in result.protocol


@pytest.mark.parametrize("seed", ["a", None, -1, 0.5, True])
def test_a_seed_that_is_no_count_is_refused(seed):
    with pytest.raises(ValueError, match="seed=.*: use a whole number from 0 up"):
        evaluate_ranking(Table(torch.zeros(4, 8)), HAND, 1, 2, seed=seed)


@pytest.mark.parametrize("evaluate", [evaluate_ratings, lambda model, split: evaluate_ranking(model, split, 1)])
@pytest.mark.parametrize("model, words", [(None, "This NoneType"), (Table, "This class Table"), ("knn", "This str")])
def test_what_is_no_model_is_told(evaluate, model, words):
    with pytest.raises(ValueError, match=f"{words} is no model to ask for .*: it takes an object with predict"):
        evaluate(model, HAND)


def test_scores_that_return_nothing_are_told():
    with pytest.raises(ValueError, match="model.scores gave a NoneType, not numbers: is a return missing"):
        evaluate_ranking(SimpleNamespace(scores=lambda users: None), HAND, 1)


# splits that are none

@pytest.mark.parametrize("on", ["test", "validation"])
@pytest.mark.parametrize("evaluate", [evaluate_ratings, evaluate_ranking])
def test_a_row_that_is_held_out_twice_is_told_and_not_scored(evaluate, on):
    split = replace(split_of([(0, 0)], [(1, 2)], [(3, 2)], 4, 8), **{on: rows([(0, 1), (2, 3), (0, 1)], 4, 8)})
    with pytest.raises(ValueError, match=f"1 rows of {on} stand there twice, such as user 0 with item 1"):
        evaluate(Table(torch.zeros(4, 8)), split, on=on)


OVERLAPS = {"train": split_of([(0, 0), (1, 3)], [], [(0, 1), (1, 3)], 4, 8),
            "validation": split_of([(0, 0)], [(1, 3)], [(0, 1), (1, 3)], 4, 8)}


@pytest.mark.parametrize("where", OVERLAPS)
@pytest.mark.parametrize("evaluate", [evaluate_ratings, evaluate_ranking])
def test_held_out_rows_that_were_trained_on_are_told_and_not_scored(evaluate, where):
    with pytest.raises(ValueError, match=f"1 rows of test stand in {where} too, such as user 1 with item 3"):
        evaluate(Table(torch.zeros(4, 8)), OVERLAPS[where])


@pytest.mark.parametrize("evaluate", [evaluate_ratings, evaluate_ranking])
def test_parts_that_count_their_items_apart_are_told_and_not_scored(evaluate):
    frame = pd.DataFrame({"user": [1, 2, 1, 2], "item": [5, 6, 7, 8], "rating": 4.0, "timestamp": 0})
    train, test = (Interactions.from_frame(half) for half in (frame[:2], frame[2:]))
    split = Split(train, train.select([]), test, "by hand")
    with pytest.raises(ValueError, match="count their users or items differently: make them from one Interactions"):
        evaluate(Table(torch.zeros(2, 2)), split)


def test_the_training_error_may_be_asked_for_and_says_that_it_is_one():
    split = random_split(rows([(user, item) for user in range(4) for item in range(8)], 4, 8), 0.25)
    on_train = evaluate_ratings(Table(torch.zeros(4, 8)), replace(split, validation=split.train), on="validation")
    assert on_train.protocol.startswith(f"{split.name}, train;") and "24 ratings" in on_train.details
    with pytest.raises(ValueError, match="24 rows of validation stand in train too"):
        evaluate_ranking(Table(torch.zeros(4, 8)), replace(split, validation=split.train), on="validation")


# comparing

def test_two_results_of_one_protocol_are_compared_user_by_user():
    split = wide()
    ours = evaluate_ranking(Table(random_table(1, 20, 60)), split, 5)
    theirs = evaluate_ranking(Table(random_table(2, 20, 60)), split, 5)
    interval = ours.difference(theirs, "MRR")
    assert interval.mean == pytest.approx(ours.metrics["MRR"] - theirs.metrics["MRR"], abs=EXACT)
    assert ours.difference(ours, "MRR") == (0, 0, 0)
    assert ours.interval("MRR").mean == pytest.approx(ours.metrics["MRR"], abs=EXACT)


def test_results_of_two_protocols_or_of_other_users_are_not_compared():
    model, split = Table(torch.zeros(20, 60)), wide()
    result = evaluate_ranking(model, split, 5)
    fewer = Split(split.train, split.validation, split.test.select(slice(10)), split.name)
    for other in (evaluate_ranking(model, split, 5, candidates=9), evaluate_ranking(model, split, 5, on="validation"),
                  evaluate_ranking(model, fewer, 5)):
        with pytest.raises(ValueError, match="cannot be compared"):
            result.difference(other, "MRR")


# ratings

def held_out(test, name="by hand"):
    """A Split of which only the test part matters."""
    nothing = test.select(slice(0, 0))
    return Split(nothing, nothing, test, name)


def test_rating_errors_are_pooled_over_all_ratings():
    # user 0: errors 1, 1, 1; user 1: error 3. Pooled: (3 + 9) / 4 = 3; a mean by user would be (1 + 9) / 2
    test = rows([(0, 0), (0, 1), (0, 2), (1, 0)], 2, 3, [2.0, 3.0, 4.0, 5.0])
    result = evaluate_ratings(Table(torch.tensor([[3.0, 4.0, 5.0], [2.0, 0.0, 0.0]])), held_out(test))
    assert result.metrics == {"RMSE": pytest.approx(3**0.5, abs=EXACT), "MSE": 3, "MAE": 6 / 4}
    assert result.per_user["MSE"].tolist() == [3 * 2 / 4, 9 * 2 / 4]     # their mean is the pooled MSE, 3
    assert result.per_user["MAE"].tolist() == [3 * 2 / 4, 3 * 2 / 4]
    assert result.protocol == "by hand, test; every rating, pooled, predictions clipped to 1-5"
    assert result.users.tolist() == [0, 1] and "4 ratings of 2 users" in result.details


def test_predictions_are_clipped_to_the_scale_and_it_is_said():
    test = rows([(0, 0), (0, 1)], 1, 2, [5.0, 1.0])
    model = Table(torch.tensor([[7.0, -1.0]]))
    clipped, free = evaluate_ratings(model, held_out(test)), evaluate_ratings(model, held_out(test), clip=False)
    assert clipped.metrics["RMSE"] == 0 and "clipped to 1-5" in clipped.protocol
    assert free.metrics["RMSE"] == 2 and "not clipped" in free.protocol
    with pytest.raises(ValueError, match="cannot be compared"):
        clipped.difference(free, "MSE")


def test_rating_results_of_two_splits_cannot_be_compared_and_rmse_has_no_interval():
    test, model = rows([(0, 0), (0, 1)], 1, 2, [5.0, 1.0]), Table(torch.tensor([[4.0, 2.0]]))
    one, other = (evaluate_ratings(model, held_out(test, name)) for name in ("fold 1 of 5", "fold 2 of 5"))
    with pytest.raises(ValueError, match="cannot be compared"):
        one.difference(other, "MSE")
    with pytest.raises(ValueError, match="use MSE, MAE"):
        one.interval("RMSE")


def test_rating_predictions_do_not_depend_on_the_size_of_a_batch(monkeypatch):
    data = rows([(user, item) for user in range(5) for item in range(9)], 5, 9, [1 + i % 5 for i in range(45)])
    model = Table(5 * random_table(0, 5, 9))
    expected = evaluate_ratings(model, held_out(data)).metrics
    monkeypatch.setattr(evaluation, "CELLS", 7)
    assert evaluate_ratings(model, held_out(data)).metrics == expected


def test_predictions_may_be_whole_numbers_or_have_a_gradient():
    test = rows([(0, 0), (0, 1)], 1, 2, [5.0, 1.0])
    assert evaluate_ratings(Table(torch.tensor([[4, 2]])), held_out(test)).metrics["RMSE"] == 1
    assert evaluate_ratings(Table(torch.tensor([[4.0, 2.0]], requires_grad=True)), held_out(test)).metrics["RMSE"] == 1


class Answers:
    def __init__(self, answer):
        self.predict = lambda users, items: answer


@pytest.mark.parametrize("answer, words", [
    (torch.zeros(2, 1), r"shape \(2, 1\) with 0 NaN or inf for 2 pairs"), (torch.zeros(3), r"shape \(3,\)"),
    (torch.tensor(3.0), r"shape \(1,\)"), (torch.tensor([1.0, torch.nan]), "1 NaN"),
    (torch.tensor([torch.inf, -torch.inf]), "2 NaN or inf"), (None, "predict gave a NoneType, not numbers: is"),
    ("good", "predict gave a str, not numbers")])
def test_predictions_that_are_not_one_number_a_pair_are_refused(answer, words):
    with pytest.raises(ValueError, match=words):
        evaluate_ratings(Answers(answer), held_out(rows([(0, 0), (0, 1)], 1, 2)))


def test_a_test_part_without_ratings_is_refused():
    with pytest.raises(ValueError, match="test part of this split is empty"):
        evaluate_ratings(Answers(torch.zeros(0)), held_out(rows([], 1, 2)))
