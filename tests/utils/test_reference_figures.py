"""The protocol on real ratings: figures that others have measured too, and scorers whose result is known."""
import statistics

import pytest
import torch

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import leave_last_out


class Table:
    """A users x items table of scores."""

    def __init__(self, table):
        self.table = table

    def scores(self, users):
        return self.table[users.cpu()]


@pytest.fixture(scope="module")
def split():
    """Every rating a positive, each user's last one out."""
    return leave_last_out(Interactions.from_frame(load_movielens("ml-100k").ratings))


def held_out_first(split, value):
    table = torch.zeros(split.test.n_users, split.test.n_items)
    table[split.test.users, split.test.items] = value
    return Table(table)


def test_popularity_has_the_hit_rates_of_both_protocols(split):
    counts = torch.bincount(split.train.items, minlength=split.train.n_items).float()
    popularity = Table(counts.expand(split.train.n_users, -1))
    sampled = [evaluate_ranking(popularity, split, candidates=99, seed=seed).metrics["HR@10"] for seed in range(5)]
    assert 0.39 < statistics.mean(sampled) < 0.43
    assert 0.07 < evaluate_ranking(popularity, split).metrics["HR@10"] < 0.09


@pytest.mark.parametrize("candidates", [99, "all"])
def test_a_constant_scorer_gets_chance_a_perfect_one_1_and_a_reversed_one_0(split, candidates):
    known = torch.bincount(torch.cat([split.train.users, split.validation.users]))
    n_candidates = 100 if candidates == 99 else split.test.n_items - known
    chance = float((10 / n_candidates * torch.ones(len(known))).mean())
    hit_rates = [evaluate_ranking(held_out_first(split, value), split, candidates=candidates).metrics["HR@10"]
                 for value in (0, 1, -1)]
    assert hit_rates == pytest.approx([chance, 1, 0], abs=1e-7)   # float32 in `chance`
