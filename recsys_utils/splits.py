"""Ways to hold ratings out: disjoint parts, seeded, in words that stand beside every number."""
import itertools
from dataclasses import dataclass
from numbers import Real
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import torch

from recsys_utils.counts import checked_seed, count
from recsys_utils.interactions import Interactions

TWICE = WeakKeyDictionary()   # part -> its rows whose user and item stand in an earlier one
SHARED = WeakKeyDictionary()  # part -> other part -> the other's rows that stand in both


@dataclass(frozen=True, eq=False)
class Split:
    """Three disjoint parts of the same Interactions; an absent validation part has no rows."""

    train: Interactions
    validation: Interactions
    test: Interactions
    name: str

    @property
    def fault(self):
        """Why these are no parts of one data set that share no row and hold none out twice, in words; else "".

        Looked at when a model is evaluated: such a split would give numbers that look well and mean nothing.
        """
        parts = {name: getattr(self, name) for name in ("train", "validation", "test")}
        if not all(_same_ids(part, self.train) for part in parts.values()):
            return ("The parts of this split count their users or items differently: make them from one Interactions, "
                    "with random_split, leave_last_out or select")
        for one, other in itertools.combinations(parts, 2):
            shared = _shared(parts[one], parts[other])
            if len(shared):
                user, item = (int(ids[shared[0]]) for ids in (parts[other].users, parts[other].items))
                return (f"{len(shared):,} rows of {other} stand in {one} too, such as user {user} with item {item}: "
                        "what a model was trained on is not held out; split the rows once, with random_split or "
                        "leave_last_out")
        for name in ("validation", "test"):
            part, twice = parts[name], _twice(parts[name])
            if len(twice):
                return (f"{len(twice):,} rows of {name} stand there twice, such as user {int(part.users[twice[0]])} "
                        f"with item {int(part.items[twice[0]])}, and would count twice: select each row once")
        return ""


def _same_ids(part, other):
    pairs = ((part.user_ids, other.user_ids), (part.item_ids, other.item_ids))
    return all(one is two or np.array_equal(one, two) for one, two in pairs)


def _shared(part, other):
    """Rows of the other part whose user and item stand together in this one, int array (m,); looked up once a pair."""
    found = SHARED.setdefault(part, WeakKeyDictionary())
    if other not in found:
        found[other] = np.flatnonzero(_pairs(other).isin(_pairs(part)))
    return found[other]


def _twice(part):
    """Rows of the part whose user and item stand together in an earlier one, int array (m,); looked up once a part."""
    if part not in TWICE:
        TWICE[part] = np.flatnonzero(_pairs(part).duplicated())
    return TWICE[part]


def _pairs(part):
    return pd.Index(part.users.numpy() * part.n_items + part.items.numpy())


def _from_parts(interactions, parts, name):
    """parts: array (n,), 0 train, 1 validation, 2 test."""
    parts = torch.as_tensor(parts)
    return Split(*(interactions.select(parts == part) for part in range(3)), name)


def _check_data(interactions):
    if not isinstance(interactions, Interactions):
        raise ValueError(f"This is a {type(interactions).__name__}, but Interactions are split: make them with "
                         "Interactions.from_frame(frame)")


def _check_shares(test, validation):
    numbers = isinstance(test, Real) and isinstance(validation, Real)
    if not (numbers and 0 < test < 1 and 0 <= validation < 1 and test + validation < 1):
        raise ValueError(f"test={test!r} and validation={validation!r} are shares of all rows: between 0 and 1, "
                         "and below 1 together, so that something is left to train on")


def _percent(share):
    return f"{100 * share:.6g}%"


def random_split(interactions, test=0.2, validation=0.0, within_users=False, seed=0):
    """Returns a Split of randomly chosen rows.

    test, validation: shares; within_users: of each user's rows (rounded down), else of all rows
    Its name gives train, validation and test in percent: "random 70/10/20, seed 0".
    """
    _check_data(interactions)
    _check_shares(test, validation)
    seed = checked_seed(seed)
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
    _check_data(interactions)
    n, seed = len(interactions), checked_seed(seed)
    k = count(k, 2, n, f"k={k!r} folds of {n:,} ratings: use a whole number from 2 up to the number of ratings")
    order = np.random.default_rng(seed).permutation(n)
    for fold, rows in enumerate(np.array_split(order, k)):
        parts = np.zeros(len(order), dtype=np.int64)
        parts[rows] = 2
        yield _from_parts(interactions, parts, f"fold {fold + 1} of {k}, seed {seed}")


def leave_last_out(interactions):
    """Returns a Split: each user's last row is test, the one before validation, the rest train.

    Rows stand in the stable order of (timestamp, row): where times are equal, the order of the data set decides.
    Users with fewer than 3 rows only train. Pass the positives: leave_last_out(interactions.positives()).
    """
    _check_data(interactions)
    users = interactions.users.numpy()
    order = np.lexsort((interactions.timestamps.numpy(), users))         # lexsort is stable
    place, count = _place_and_count(users[order], interactions.n_users)
    from_end = count - 1 - place
    parts = np.zeros(len(users), dtype=np.int64)
    parts[order] = np.where(count < 3, 0, np.select([from_end == 0, from_end == 1], [2, 1], 0))
    return _from_parts(interactions, parts, "last one out")


def temporal_split(interactions, test=0.1, validation=0.1):
    """Returns a Split at two moments, the same for all users: train before, validation between, test after.

    test, validation: shares of all rows. Rows of one moment are never parted.
    Raises ValueError where that leaves nothing to train on: too many rows bear the first time.
    """
    _check_data(interactions)
    _check_shares(test, validation)
    times = interactions.timestamps.numpy()
    first_validation, first_test = np.quantile(times, [1 - test - validation, 1 - test], method="higher")
    parts = (times >= first_validation).astype(np.int64) + (times >= first_test)
    if not (parts == 0).any():
        raise ValueError("A split by time leaves nothing to train on here: too many rows have the same timestamp, or "
                         "none has one. Use random_split or leave_last_out")
    return _from_parts(interactions, parts, f"global time, last {_percent(test)} test, {_percent(validation)} before "
                       "it validation")
