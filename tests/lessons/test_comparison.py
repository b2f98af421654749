"""What lesson 9 measures, against values computed by hand, and its three plain models against a second way."""
import math

import numpy as np
import pytest
import torch
from harness import load_answer, load_cells

from recsys_utils.interactions import Interactions
from recsys_utils.metrics import bootstrap_interval
from recsys_utils.movielens import load_movielens


def answer(exercise, name=None):
    return load_answer("09_comparison", exercise)[name or exercise]


@pytest.mark.parametrize("lists, coverage, gini", [
    ([[0, 1], [2, 3]], 1.0, 0.0),                            # all four films once
    ([[0, 1], [0, 1]], 0.5, 0.5),                            # counts 0, 0, 2, 2: (-3·0 -1·0 +1·2 +3·2) / (4·4)
    ([[0], [0]], 0.25, 0.75),                                # one film takes all: (n - 1) / n
    ([[0, 1], [0, 2]], 0.75, 3 / 8),                         # counts 0, 1, 1, 2: (-1 + 1 + 6) / 16
])
def test_coverage_and_gini_by_hand(lists, coverage, gini):
    assert answer("coverage_and_gini")(torch.tensor(lists), 4) == pytest.approx((coverage, gini))


def test_gini_is_half_the_mean_difference_over_the_mean():
    lists = torch.randint(30, (50, 5), generator=torch.Generator().manual_seed(0))
    shown = np.bincount(lists.flatten(), minlength=40)
    expected = np.abs(shown[:, None] - shown).mean() / (2 * shown.mean())
    assert answer("coverage_and_gini")(lists, 40)[1] == pytest.approx(expected)


def test_novelty_by_hand():
    """Of 8 users 8, 4, 1 and 0 liked the films: 0, 1, 3 bits, and 3 for the film that nobody liked."""
    counts = torch.tensor([8, 4, 1, 0])
    assert answer("novelty")(torch.tensor([[0, 1], [2, 3]]), counts, 8) == pytest.approx((0 + 1 + 3 + 3) / 4)


def test_diversity_by_hand():
    """Genres A, A, B, AB, none: 1 - cos is 0 for the same, 1 for different, 1 - 1/sqrt(2) for half of them."""
    genres = torch.tensor([[1, 0], [1, 0], [0, 1], [1, 1], [0, 0]]).float()
    half = 1 - 1 / math.sqrt(2)
    for films, expected in {(0, 1): 0, (0, 2): 1, (0, 3): half, (0, 4): 1, (0, 2, 3): (1 + 2 * half) / 3}.items():
        assert answer("novelty", "diversity")(torch.tensor([films]), genres) == pytest.approx(expected, abs=1e-7)


def test_activity_groups_by_hand():
    """Counts 1, 1, 2, 5, 9, 9 in three groups: 0, 0, 2, 3, 4, 4 users below, times 3 over 6."""
    found = answer("activity_groups")(torch.tensor([5, 1, 9, 1, 9, 2]), 3)
    assert found.tolist() == [1, 0, 2, 0, 2, 1]


def test_paired_intervals_are_those_of_bootstrap_interval():
    values = torch.rand(3, 200, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    rng = np.random.default_rng(0)                           # the course's own draws, with its seed
    draws = torch.from_numpy(np.stack([rng.integers(200, size=200) for _ in range(1000)]))
    mean, low, high = answer("paired_intervals")(values, draws)
    for a, b in ((0, 1), (2, 0)):
        interval = bootstrap_interval(values[a] - values[b])
        assert (float(mean[a, b]), float(low[a, b]), float(high[a, b])) == pytest.approx(tuple(interval))


def test_ease_is_a_ridge_of_each_film_on_all_others():
    clicks = torch.rand(60, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(2)).round()
    weights = answer("ease")(clicks.T @ clicks, 3.0)
    for film in range(12):
        others = [i for i in range(12) if i != film]
        X = clicks[:, others]
        ridge = torch.linalg.solve(X.T @ X + 3.0 * torch.eye(11, dtype=torch.float64), X.T @ clicks[:, film])
        torch.testing.assert_close(weights[others, film], ridge, rtol=0, atol=1e-10)
        assert weights[film, film] == 0


def test_the_item_models_are_clicks_times_weights():
    train = Interactions.from_frame(load_movielens("synthetic").ratings).positives()
    lesson = load_cells("09_comparison")
    clicks = torch.zeros(train.n_users, train.n_items)
    clicks[train.users, train.items] = 1
    gram = lesson["gram_of"](train)
    assert torch.equal(gram, clicks.T @ clicks)
    torch.testing.assert_close(lesson["ease_weights"](gram, 50.0), answer("ease")(gram, 50.0), rtol=0, atol=1e-5)
    cosines = torch.nn.functional.normalize(clicks, dim=0)
    cosines = (cosines.T @ cosines).fill_diagonal_(0)
    weights = lesson["knn_weights"](gram, 0.5)
    torch.testing.assert_close(weights, cosines, rtol=0, atol=1e-5)
    scores = lesson["ItemModel"](train, weights).scores(torch.tensor([3, 8]))
    torch.testing.assert_close(scores.cpu(), clicks[[3, 8]] @ cosines, rtol=0, atol=1e-4)
    popularity = lesson["Popularity"](train).scores(torch.tensor([3, 8]))
    assert torch.equal(popularity.cpu(), clicks.sum(0).expand(2, -1))
