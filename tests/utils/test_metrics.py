"""The metrics against arithmetic done by hand, and against a second implementation that writes every order down."""
from math import log2, sqrt

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slow_metrics import slow_metrics

from recsys_utils import metrics

pytestmark = pytest.mark.filterwarnings("error")
EXACT = 1e-12          # sums of a few float64 terms below 1: only rounding may differ
TIED = 1e-9            # log-gamma on counts below 10: about 1e-15 each, a wide margin below any real difference


def counts(*pairs):
    better, equal = zip(*pairs, strict=True)
    return torch.tensor(better), torch.tensor(equal)


def every_metric(users, k):
    """users: list of (scores of the candidates, held-out positions); returns name -> list of values by user."""
    ranks = [metrics.rank_of(torch.tensor([scores] * len(held)).double(), torch.tensor(held)) for scores, held in users]
    better, equal = (torch.cat(part) for part in zip(*ranks, strict=True))
    owner = torch.repeat_interleave(torch.arange(len(users)), torch.tensor([len(held) for _, held in users]))
    n = torch.tensor([len(scores) for scores, _ in users])
    return {"HR": metrics.hit_rate(better, equal, k, owner), "NDCG": metrics.ndcg(better, equal, k, owner),
            "MRR": metrics.mrr(better, equal, owner), "recall": metrics.recall(better, equal, k, owner),
            "precision": metrics.precision(better, equal, k, owner), "AUC": metrics.auc(better, equal, n, owner)}


# ratings

def test_rating_errors_are_those_done_by_hand():
    predicted, actual = [3.0, 4.0, 1.0, 5.0], [4.0, 4.0, 3.0, 4.0]       # errors -1, 0, -2, 1
    assert metrics.mse(predicted, actual) == (1 + 0 + 4 + 1) / 4         # halves and quarters: exact in binary
    assert metrics.rmse(predicted, actual) == pytest.approx(sqrt(1.5), abs=EXACT)
    assert metrics.mae(predicted, actual) == (1 + 0 + 2 + 1) / 4


def test_rating_errors_are_summed_in_float64():
    actual = torch.full((100_000,), 1e-4)        # float32 sums of 1e-8 would be off in the 5th digit
    assert metrics.mse(torch.zeros(100_000), actual) == pytest.approx(float(actual[0].double()) ** 2, rel=1e-12)


def test_rating_errors_refuse_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"\(3, 1\) and actual \(3,\)"):
        metrics.rmse(torch.zeros(3, 1), torch.zeros(3))


def test_rating_errors_refuse_an_empty_part():
    with pytest.raises(ValueError, match="empty"):
        metrics.rmse(torch.zeros(0), torch.zeros(0))


def test_rating_errors_take_gradients_and_pandas_columns_without_a_warning():
    torch.set_warn_always(True)                  # torch warns of a read-only array once a process only
    column = pd.DataFrame({"rating": [1.0, 2.0, 4.0]})["rating"][1:]
    try:
        assert metrics.rmse(torch.tensor([2.0, 5.0], requires_grad=True), column.to_numpy()) == sqrt(0.5)
        assert metrics.mae(column, [2, 5]) == 0.5
        assert metrics.bootstrap_interval(column.to_numpy()).mean == 3
    finally:
        torch.set_warn_always(False)


# ranks

def test_rank_of_counts_what_is_better_and_what_is_equal():
    scores = torch.tensor([[3.0, 1.0, 3.0, 2.0, 3.0], [0.0, -torch.inf, 0.0, 5.0, -torch.inf]])
    better, equal = metrics.rank_of(scores, torch.tensor([3, 0]))
    assert better.tolist() == [3, 1]             # 3, 3, 3 above 2; 5 above 0
    assert equal.tolist() == [0, 1]              # -inf is no candidate and ties with nothing


# one held-out item, by hand

def test_hit_rate_of_ties_is_the_share_of_orders_that_hit():
    better, equal = counts((0, 0), (1, 3), (4, 1), (5, 0), (0, 9))
    # k = 5: sure; places 2 … 5: sure; places 5, 6: one of two; place 6: never; places 1 … 10: five of ten
    assert metrics.hit_rate(better, equal, 5).tolist() == pytest.approx([1, 1, 0.5, 0, 0.5], abs=EXACT)


def test_ndcg_is_one_at_rank_one_and_uses_log2():
    # rank 1: 1 / log2(2) = 1; rank 3: 1 / log2(4) = 0.5; rank 7: 1 / log2(8) = 1/3; rank 11 is beyond k = 10
    better, equal = counts((0, 0), (2, 0), (6, 0), (10, 0))
    assert metrics.ndcg(better, equal, 10).tolist() == pytest.approx([1, 0.5, 1 / 3, 0], abs=EXACT)


def test_ndcg_of_ties_is_averaged_over_the_places_within_k():
    # places 2, 3, 4 equally likely, k = 3: (1 / log2(3) + 1 / log2(4) + 0) / 3
    assert metrics.ndcg(*counts((1, 2)), 3).item() == pytest.approx((1 / log2(3) + 0.5) / 3, abs=EXACT)


def test_mrr_is_the_mean_of_one_over_rank_over_the_tied_places():
    # rank 4: 1/4; places 2, 3, 4: (1/2 + 1/3 + 1/4) / 3 = 13/36
    assert metrics.mrr(*counts((3, 0), (1, 2))).tolist() == pytest.approx([1 / 4, 13 / 36], abs=EXACT)


def test_auc_counts_a_tie_as_one_half():
    # 4 others. None above: 1; two above and one tied: (1 + 1/2) / 4; all tied: 1/2; all above: 0
    better, equal = counts((0, 0), (2, 1), (0, 4), (4, 0))
    assert metrics.auc(better, equal, 5).tolist() == pytest.approx([1, 0.375, 0.5, 0], abs=EXACT)


def test_auc_of_a_user_without_another_candidate_is_one_half_and_not_nan():
    assert metrics.auc(*counts((0, 0), (1, 0)), torch.tensor([1, 2])).tolist() == [0.5, 0]


# several held-out items, by hand

def test_two_held_out_items_of_one_user_by_hand():
    better, equal = counts((0, 0), (3, 0))       # ranks 1 and 4 of 6
    users = torch.tensor([0, 0])
    assert metrics.hit_rate(better, equal, 3, users).tolist() == [1]
    assert metrics.recall(better, equal, 3, users).tolist() == [0.5]
    assert metrics.precision(better, equal, 3, users).item() == pytest.approx(1 / 3, abs=EXACT)
    assert metrics.mrr(better, equal, users).tolist() == [1]
    # k = 3 sees rank 1 only; ideal: ranks 1 and 2
    assert metrics.ndcg(better, equal, 3, users).item() == pytest.approx(1 / (1 + 1 / log2(3)), abs=EXACT)
    # 2 x 4 pairs; the second stands behind two others: 6 of 8 right
    assert metrics.auc(better, equal, 6, users).tolist() == [0.75]


def test_ndcg_ideal_is_cut_at_k():
    better, equal = counts((0, 0), (1, 0), (2, 0))                       # three held-out items on ranks 1, 2, 3
    assert metrics.ndcg(better, equal, 2, torch.zeros(3, dtype=torch.long)).item() == pytest.approx(1, abs=EXACT)


def test_two_held_out_items_that_tie_with_each_other():
    # 2 held-out and 2 others all tied. k = 1: a hit in half of the orders.
    # First of the two at place 1, 2, 3 with chance 3/6, 2/6, 1/6: MRR = 1/2 + 1/6 + 1/18 = 13/18
    better, equal, users = *counts((0, 3), (0, 3)), torch.tensor([0, 0])
    assert metrics.hit_rate(better, equal, 1, users).item() == pytest.approx(1 / 2, abs=EXACT)
    assert metrics.hit_rate(better, equal, 2, users).item() == pytest.approx(1 - 1 / 6, abs=EXACT)
    assert metrics.mrr(better, equal, users).item() == pytest.approx(13 / 18, abs=EXACT)
    assert metrics.auc(better, equal, 4, users).item() == 0.5


def test_hit_rate_stays_chance_in_a_large_catalogue():
    # log-gamma of 87,000 is near 9e5, its rounding near 1e-10: far below the 1e-4 that boards print
    assert metrics.hit_rate(*counts((0, 86_999)), 10).item() == pytest.approx(10 / 87_000, abs=1e-9)


@pytest.mark.parametrize("metric", [metrics.hit_rate, metrics.ndcg, metrics.recall, metrics.precision])
def test_a_list_without_a_place_is_refused(metric):
    with pytest.raises(ValueError, match="k=0"):
        metric(*counts((0, 0)), 0)


# against every order

def test_the_slow_metrics_enumerate_what_they_say():
    found = slow_metrics([1, 1, 0], [0], k=1)    # two orders: the held-out item on place 1, on place 2
    assert found == {"HR": 0.5, "NDCG": 0.5, "MRR": 0.75, "recall": 0.5, "precision": 0.5, "AUC": 0.75}


@st.composite
def one_user(draw, score, most):
    scores = draw(st.lists(score, min_size=1, max_size=most))
    held = draw(st.sets(st.integers(0, len(scores) - 1), min_size=1))
    return scores, sorted(held)


TIES, FLOATS = one_user(st.integers(0, 2), most=6), one_user(st.floats(-10, 10, width=32), most=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(TIES, min_size=1, max_size=3), st.integers(1, 7))
@example([([0] * 7, [0, 3, 6])], 3)
def test_heavily_tied_lists_agree_with_every_order_written_down(users, k):
    fast = every_metric(users, k)
    for row, (scores, held) in enumerate(users):
        for name, value in slow_metrics(scores, held, k).items():
            assert fast[name][row].item() == pytest.approx(value, abs=TIED), name


@settings(max_examples=60, deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=4), st.integers(1, 12))
def test_lists_of_any_scores_agree_with_every_order_written_down(users, k):
    users = [(scores, held) for scores, held in users if max(scores.count(score) for score in scores) < 6]
    fast = every_metric(users, k) if users else {}
    for row, (scores, held) in enumerate(users):
        for name, value in slow_metrics(scores, held, k).items():
            assert fast[name][row].item() == pytest.approx(value, abs=TIED), name


@settings(max_examples=30, deadline=None)
@given(st.lists(TIES, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_rows_of_users_may_stand_in_any_order(users, random):
    ranks = [metrics.rank_of(torch.tensor([scores] * len(held)).double(), torch.tensor(held)) for scores, held in users]
    better, equal = (torch.cat(part) for part in zip(*ranks, strict=True))
    owner = torch.repeat_interleave(torch.arange(len(users)), torch.tensor([len(held) for _, held in users]))
    mixed = torch.tensor(random.sample(range(len(owner)), len(owner)))
    for metric in (metrics.hit_rate, metrics.ndcg, metrics.recall, metrics.precision):
        straight = metric(better, equal, 2, owner)
        assert torch.allclose(metric(better[mixed], equal[mixed], 2, owner[mixed]), straight, atol=TIED)
    assert torch.allclose(metrics.mrr(better[mixed], equal[mixed], owner[mixed]),
                          metrics.mrr(better, equal, owner), atol=TIED)


# intervals

def coverage(draw_case, truth, level, n_cases):
    """Share of simulated cases, values by user, whose interval holds the true mean."""
    draw = np.random.default_rng(0)
    intervals = [metrics.bootstrap_interval(draw_case(draw), level, 200, seed) for seed in range(n_cases)]
    return np.mean([interval.low <= truth <= interval.high for interval in intervals])


def test_intervals_of_paired_differences_cover_the_truth_in_93_to_97_percent_of_1000_cases():
    """Two models' NDCG@10 of 900 users: a hit in one of ten places with chance .1, the other's with .08."""
    gain = np.append(1 / np.log2(np.arange(2, 12)), 0)       # places 1 … 10, and none of them
    ours, theirs = (np.append(np.full(10, hits / 10), 1 - hits) for hits in (0.1, 0.08))

    def difference(draw):
        return gain[draw.choice(11, 900, p=ours)] - gain[draw.choice(11, 900, p=theirs)]

    assert 0.93 <= coverage(difference, (ours - theirs) @ gain, 0.95, 1000) <= 0.97   # standard error .007


def test_the_level_of_an_interval_is_obeyed():
    share = coverage(lambda draw: draw.random(100) < 0.3, 0.3, 0.5, 300)
    assert 0.43 <= share <= 0.57                             # standard error .029


def test_paired_differences_have_narrower_intervals_than_each_model_alone():
    draw = np.random.default_rng(0)
    easy = draw.normal(size=500)                 # what both models share: some users are easy
    ours, theirs = easy + draw.normal(0.2, 0.1, 500), easy + draw.normal(0, 0.1, 500)
    paired, alone = metrics.bootstrap_interval(ours - theirs), metrics.bootstrap_interval(ours)
    assert paired.high - paired.low < (alone.high - alone.low) / 3       # standard deviations .14 and 1.0
    assert paired.excludes_zero and paired.low < 0.2 < paired.high
    assert not metrics.bootstrap_interval(easy).excludes_zero


def test_intervals_are_the_same_for_the_same_seed_only():
    values = np.random.default_rng(0).random(50)
    assert metrics.bootstrap_interval(values, seed=1) == metrics.bootstrap_interval(values, seed=1)
    assert metrics.bootstrap_interval(values, seed=1) != metrics.bootstrap_interval(values, seed=2)


def test_an_interval_excludes_zero_on_either_side_only_when_all_of_it_does():
    assert metrics.Interval(0.2, 0.1, 0.3).excludes_zero and metrics.Interval(-0.2, -0.3, -0.1).excludes_zero
    assert not metrics.Interval(0.2, -0.1, 0.5).excludes_zero and not metrics.Interval(0.2, 0.0, 0.5).excludes_zero


def test_an_interval_of_equal_values_is_that_value():
    assert metrics.bootstrap_interval([0.25] * 8) == (0.25, 0.25, 0.25)
    assert str(metrics.bootstrap_interval([0.25] * 8)) == "0.2500 [0.2500, 0.2500]"


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no values"):
        metrics.bootstrap_interval([])


# counts

@pytest.mark.parametrize("metric", [metrics.hit_rate, metrics.ndcg, metrics.recall, metrics.precision])
def test_k_is_a_whole_number_of_any_type_and_nothing_else(metric):
    better, equal = counts((0, 0), (3, 1))
    expected = metric(better, equal, 2).tolist()
    for two in (2.0, np.int32(2), np.float64(2), torch.tensor(2)):
        assert metric(better, equal, two).tolist() == expected
    for odd in (0, 2.5, "2", True, None, float("inf"), [2]):
        with pytest.raises(ValueError, match="a list has at least one place, and a whole number"):
            metric(better, equal, odd)


def test_a_bootstrap_takes_a_whole_number_of_samples():
    values = torch.arange(5.0)
    assert metrics.bootstrap_interval(values, n_resamples=50.0) == metrics.bootstrap_interval(values, n_resamples=50)
    for odd in (0, 1.5, "50", True):
        with pytest.raises(ValueError, match="n_resamples=.*: use a whole number, at least one"):
            metrics.bootstrap_interval(values, n_resamples=odd)
