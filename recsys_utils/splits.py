"""Ways to hold ratings out: disjoint parts, seeded, in words that stand beside every number."""
from dataclasses import dataclass

import numpy as np
import torch

from recsys_utils.interactions import Interactions


@dataclass(frozen=True, eq=False)
class Split:
    """Three disjoint parts of the same Interactions; an absent validation part has no rows."""

    train: Interactions
    validation: Interactions
    test: Interactions
    name: str


def _from_parts(interactions, parts, name):
    """parts: array (n,), 0 train, 1 validation, 2 test."""
    parts = torch.as_tensor(parts)
    return Split(*(interactions.select(parts == part) for part in range(3)), name)


def _check_shares(test, validation):
    if not (0 < test < 1 and 0 <= validation < 1 and test + validation < 1):
        raise ValueError(f"test={test} and validation={validation} are shares of all rows: between 0 and 1, "
                         "and below 1 together, so that something is left to train on")


def _percent(share):
    return f"{100 * share:.6g}%"


def random_split(interactions, test=0.2, validation=0.0, within_users=False, seed=0):
    """Returns a Split of randomly chosen rows.

    test, validation: shares; within_users: of each user's rows (rounded down), else of all rows
    Its name gives train, validation and test in percent: "random 70/10/20, seed 0".
    """
    _check_shares(test, validation)
    order = np.random.default_rng(seed).permutation(len(interactions))
    if within_users:
        users = interactions.users.numpy()[order]
        order = order[np.argsort(users, kind="stable")]      # random within each user
        place, count = _place_and_count(interactions.users.numpy()[order], interactions.n_users)
    else:
        place, count = np.arange(len(order)), len(order)
    n_test, n_validation = np.floor(count * test + 1e-9), np.floor(count * validation + 1e-9)
    parts = np.zeros(len(order), dtype=np.int64)
    parts[order[place < n_test + n_validation]] = 1
    parts[order[place < n_test]] = 2
    shares = "/".join(f"{100 * share:.6g}" for share in (1 - test - validation, validation, test))
    where = " within each user" if within_users else ""
    return _from_parts(interactions, parts, f"random {shares}{where}, seed {seed}")


def _place_and_count(sorted_users, n_users):
    """For rows sorted by user: each row's place within its user, and how many rows that user has."""
    counts = np.bincount(sorted_users, minlength=n_users)
    starts = np.cumsum(counts) - counts
    return np.arange(len(sorted_users)) - starts[sorted_users], counts[sorted_users]


def k_fold(interactions, k=5, seed=0):
    """Yields k Splits; each row is in the test part of exactly one of them. No validation part."""
    if not 2 <= k <= len(interactions):
        raise ValueError(f"k={k} folds of {len(interactions):,} ratings: use 2 up to the number of ratings")
    order = np.random.default_rng(seed).permutation(len(interactions))
    for fold, rows in enumerate(np.array_split(order, k)):
        parts = np.zeros(len(order), dtype=np.int64)
        parts[rows] = 2
        yield _from_parts(interactions, parts, f"fold {fold + 1} of {k}, seed {seed}")


def leave_last_out(interactions):
    """Returns a Split: each user's last row is test, the one before validation, the rest train.

    Rows stand in the stable order of (timestamp, row): where times are equal, the order of the data set decides.
    Users with fewer than 3 rows only train. Pass the positives: leave_last_out(interactions.positives()).
    """
    users = interactions.users.numpy()
    order = np.lexsort((interactions.timestamps.numpy(), users))         # lexsort is stable
    place, count = _place_and_count(users[order], interactions.n_users)
    from_end = count - 1 - place
    parts = np.zeros(len(users), dtype=np.int64)
    parts[order] = np.where(count < 3, 0, np.select([from_end == 0, from_end == 1], [2, 1], 0))
    return _from_parts(interactions, parts, "last one out")


def temporal_split(interactions, test=0.1, validation=0.1):
    """Returns a Split at two moments, the same for all users: train before, validation between, test after.

    test, validation: shares of all rows. Rows of one second are never parted.
    Raises ValueError where that leaves nothing to train on: too many rows bear the first time.
    """
    _check_shares(test, validation)
    times = interactions.timestamps.numpy()
    first_validation, first_test = np.quantile(times, [1 - test - validation, 1 - test], method="higher")
    parts = (times >= first_validation).astype(np.int64) + (times >= first_test)
    if not (parts == 0).any():
        raise ValueError("A split by time leaves nothing to train on here: too many rows have the same timestamp, or "
                         "none has one. Use random_split or leave_last_out")
    return _from_parts(interactions, parts, f"global time, last {_percent(test)} test, {_percent(validation)} before "
                       "it validation")
