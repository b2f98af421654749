"""Metrics as pure functions on arrays: how far off a rating is, how high in a list a held-out item stands.

The ranking metrics do not see scores but two counts for each held-out item: `better`, how many candidates score
strictly higher, and `equal`, how many others score the same. Where scores tie, every order is equally likely, and each
metric is its expectation over these orders: a scorer that says the same of every item gets exactly chance. The counts
may lie on any device; the values, in double precision, are on the CPU.
"""
from typing import NamedTuple

import numpy as np
import torch

from recsys_utils.counts import count
from recsys_utils.runtime import to_tensor


def mse(predicted, actual):
    """Returns the mean of the squared errors. predicted, actual: tensors of the same shape."""
    return float((_float64(predicted) - _same_shape(predicted, actual)).square().mean())


def rmse(predicted, actual):
    """Returns the root of the pooled squared error, in units of the rating. Never a mean of batch RMSEs."""
    return mse(predicted, actual) ** 0.5


def mae(predicted, actual):
    """Returns the mean absolute error, in units of the rating."""
    return float((_float64(predicted) - _same_shape(predicted, actual)).abs().mean())


def _float64(values):
    values = to_tensor(values).cpu().double()
    if values.numel() == 0:
        raise ValueError("There are no values to average: the held-out part is empty")
    return values


def _same_shape(predicted, actual):
    predicted, actual = to_tensor(predicted), _float64(actual)
    if predicted.shape != actual.shape:
        raise ValueError(f"predicted {tuple(predicted.shape)} and actual {tuple(actual.shape)} differ in shape: "
                         "broadcasting would compare each with each")
    return actual


def rank_of(scores, target):
    """Returns (better, equal): how many candidates score strictly above the target, how many others tie with it.

    scores: (B, n), -inf for what is not a candidate; target: LongTensor (B,), its column. Ranks start at 1, so the
    target stands at one of the places better + 1 … better + equal + 1. Both are LongTensors (B,).
    """
    own = scores.gather(1, target[:, None])                              # (B, 1)
    return (scores > own).sum(1), (scores == own).sum(1) - 1


def hit_rate(better, equal, k, users=None):
    """Returns for each user the probability that at least one held-out item is among the first k.

    One held-out item: clamp((k - better) / (equal + 1), 0, 1). better, equal: LongTensors (P,); k >= 1
    users: LongTensor (P,), 0 … U - 1, whose item it is; None: each item has a user of its own. Result: float64 (U,).
    """
    first, tied, own = _best_group(better, equal, users)
    inside = (_checked(k) - first).clamp(min=0).minimum(tied)          # places of the group that are in the top k
    missed = _log_choose(tied - own, inside) - _log_choose(tied, inside)
    return 1 - missed.exp()


def mrr(better, equal, users=None):
    """Returns for each user the expected 1 / rank of the best-placed held-out item, float64 (U,)."""
    first, tied, own = _best_group(better, equal, users)
    harmonic = _cumulative(1 / torch.arange(1, int((first + tied).max()) + 1, dtype=torch.float64))
    result = (harmonic[first + tied] - harmonic[first]) / tied
    for row in torch.nonzero(own > 1).flatten().tolist():                # several of the user's items tie for first
        place = torch.arange(1, int(tied[row] - own[row]) + 2)           # where the first of them may stand
        chance = (_log_choose(tied[row] - place, own[row] - 1) - _log_choose(tied[row], own[row])).exp()
        result[row] = (chance / (first[row] + place)).sum()
    return result


def ndcg(better, equal, k, users=None):
    """Returns for each user DCG@k / ideal DCG@k, with the discount 1 / log2(rank + 1), float64 (U,).

    The ideal list has the user's held-out items on its first min(k, items) places (Järvelin and Kekäläinen 2002).
    """
    k, better, equal = _checked(k), better.cpu(), equal.cpu()
    gained = _cumulative(1 / torch.log2(torch.arange(2, k + 2, dtype=torch.float64)))
    gain = (gained[(better + equal + 1).clamp(max=k)] - gained[better.clamp(max=k)]) / (equal + 1)
    dcg, items = _by_user(gain, users)
    return dcg / gained[items.clamp(max=k)]


def recall(better, equal, k, users=None):
    """Returns for each user the expected share of their held-out items that is among the first k, float64 (U,)."""
    hits, items = _by_user(_expected_hits(better, equal, k), users)
    return hits / items


def precision(better, equal, k, users=None):
    """Returns for each user the expected share of the first k that is held out, float64 (U,)."""
    return _by_user(_expected_hits(better, equal, k), users)[0] / _checked(k)


def auc(better, equal, n_candidates, users=None):
    """Returns for each user the share of (held-out, other) pairs in the right order; a tie counts one half.

    n_candidates: LongTensor (U,) or int, all candidates of the user, the held-out items included
    A user with no other candidate has no pair and gets one half.
    """
    above, items = _by_user(better + equal / 2, users)
    others = torch.as_tensor(n_candidates).cpu() - items
    wrong = above - items * (items - 1) / 2                              # pairs of two held-out items do not count
    return torch.where(others > 0, 1 - wrong / (items * others.clamp(min=1)), 0.5)


def _checked(k):
    return count(k, 1, np.inf, f"k={k!r}: a list has at least one place, and a whole number")


def _expected_hits(better, equal, k):
    return ((_checked(k) - better.cpu()).double() / (equal.cpu() + 1)).clamp(0, 1)


def _by_user(values, users):
    """Sums of the values (P,) by user, float64 (U,), and how many there were, (U,)."""
    users = torch.arange(len(values)) if users is None else users.cpu()
    items = torch.bincount(users)
    return torch.zeros(len(items), dtype=torch.float64).index_add_(0, users, values.cpu().double()), items


def _best_group(better, equal, users):
    """For each user the best-placed held-out item: how many stand before its ties, how many tie, how many are own."""
    better, equal = better.cpu(), equal.cpu()
    users = torch.arange(len(better)) if users is None else users.cpu()
    first = torch.full((int(users.max()) + 1,), torch.iinfo(torch.int64).max).scatter_reduce_(0, users, better, "amin")
    is_best = better == first[users]
    tied = torch.ones_like(first).scatter_(0, users[is_best], equal[is_best] + 1)
    return first, tied, torch.bincount(users[is_best], minlength=len(first))


def _log_choose(n, k):
    """Natural log of the binomial coefficient; -inf where k > n."""
    n, k = torch.as_tensor(n).double(), torch.as_tensor(k).double()
    value = torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma((n - k).clamp(min=0) + 1)
    return torch.where(k > n, torch.tensor(-torch.inf, dtype=torch.float64), value)


def _cumulative(values):
    """Sums of the first 0, 1, 2, … values."""
    return torch.cat([values.new_zeros(1), values.cumsum(0)])


class Interval(NamedTuple):
    """A mean with its bootstrap interval. It excludes zero if low > 0 or high < 0: only then say "better"."""

    mean: float
    low: float
    high: float

    def __str__(self):
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"

    @property
    def excludes_zero(self):
        """True where the whole interval is on one side of zero."""
        return self.low > 0 or self.high < 0


def bootstrap_interval(values, level=0.95, n_resamples=1000, seed=0):
    """Returns the mean of the values with its percentile bootstrap Interval (Efron 1979).

    values: (U,), one a user. For two models pass the paired differences: bootstrap_interval(ours - theirs).
    """
    n_resamples = count(n_resamples, 1, np.inf, f"n_resamples={n_resamples!r}: use a whole number, at least one")
    values = _float64(values).numpy()
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(len(values), size=len(values))].mean() for _ in range(n_resamples)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high))
