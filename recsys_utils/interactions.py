"""Who rated what, with contiguous ids: the one form in which every model of the course gets its data."""
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse
import torch


@dataclass(frozen=True, eq=False, repr=False)
class Interactions:
    """n ratings as four tensors of the same length, and the ids that the rows and columns stand for.

    users, items: LongTensor (n,), contiguous: 0 … n_users - 1 and 0 … n_items - 1
    ratings: FloatTensor (n,); timestamps: LongTensor (n,), seconds
    user_ids (n_users,), item_ids (n_items,): arrays; user_ids[u] is the original id of row u
    scale: (lowest, highest) rating of the whole data set; rule: which ratings are in it, in words
    """

    users: torch.Tensor
    items: torch.Tensor
    ratings: torch.Tensor
    timestamps: torch.Tensor
    user_ids: np.ndarray
    item_ids: np.ndarray
    scale: tuple = (1.0, 5.0)
    rule: str = "every rating"

    @property
    def n_users(self):
        """Number of users in the data set, those without a row in this part included."""
        return len(self.user_ids)

    @property
    def n_items(self):
        """Number of items in the data set, those without a row in this part included."""
        return len(self.item_ids)

    @property
    def density(self):
        """Known share of all user-item pairs, a fraction between 0 and 1."""
        return len(self) / (self.n_users * self.n_items)

    def __len__(self):
        return len(self.users)

    def __repr__(self):
        return (f"Interactions({len(self):,} of {self.n_users:,} users x {self.n_items:,} items, "
                f"{self.density:.2%} known, {self.rule})")

    @classmethod
    def from_frame(cls, frame, user="user", item="item", rating="rating", timestamp="timestamp"):
        """Returns the Interactions of a table with one rating a row; ids may be anything hashable.

        frame: DataFrame; user, item, rating, timestamp: its column names. rating=None: clicks, each counts 1.
        timestamp=None: no times, the rows stand in order. Seconds, or a datetime column.
        Raises ValueError for an empty table, a missing column, a missing id, a NaN, infinite or negative rating,
        and for a pair that stands there twice.
        """
        _check_frame(frame, [name for name in (user, item, rating, timestamp) if name is not None])
        user_codes, user_ids = _contiguous(frame[user])
        item_codes, item_ids = _contiguous(frame[item])
        _check_pairs(frame, user_codes * len(item_ids) + item_codes, user, item)
        ratings = np.ones(len(frame)) if rating is None else _checked_ratings(frame[rating])
        times = np.zeros(len(frame), dtype=np.int64) if timestamp is None else _seconds(frame[timestamp])
        return cls(torch.tensor(user_codes), torch.tensor(item_codes), torch.tensor(ratings).float(),
                   torch.tensor(times), user_ids, item_ids, (float(ratings.min()), float(ratings.max())))

    def select(self, which):
        """Returns the rows that a mask (n,) or an index (m,) picks; ids, sizes and scale stay as they are."""
        parts = {name: getattr(self, name)[which] for name in ("users", "items", "ratings", "timestamps")}
        return replace(self, **parts)

    def positives(self, min_rating=4):
        """Returns the rows rated min_rating or more: what the course calls liked, unless a lesson says otherwise.

        Raises ValueError where no rating of the data set can be that high, as with clicks.
        """
        if self.scale[1] < min_rating:
            raise ValueError(f"No rating here is above {self.scale[1]:g}, so none is a positive at min_rating="
                             f"{min_rating:g}. Clicks are positives already; another scale needs its own min_rating")
        return replace(self.select(self.ratings >= min_rating), rule=f"ratings of {min_rating:g} and more")

    def to_csr(self):
        """Returns the ratings as a scipy CSR matrix (n_users, n_items); a place without a rating is not stored."""
        place = (self.users.numpy(), self.items.numpy())
        return scipy.sparse.csr_matrix((self.ratings.numpy(), place), shape=(self.n_users, self.n_items))


def _contiguous(column):
    if column.isna().any():
        raise ValueError(f"Column {column.name!r} has no id in row {_first(column.isna())}: drop these rows, "
                         f"frame.dropna(subset=[{column.name!r}])")
    codes, ids = pd.factorize(column.to_numpy())             # a Series would split ids that are tuples into levels
    try:
        order = np.argsort(ids, kind="stable")
    except TypeError:                                        # ids that have no order, tuples beside strings for one
        order = np.arange(len(ids))
    return np.argsort(order)[codes], ids[order]


def _first(mask):
    return int(np.flatnonzero(np.asarray(mask))[0])


def _plain(column, row):
    value = column.iloc[row]
    return repr(value.item() if isinstance(value, np.generic) else value)


def _check_frame(frame, columns):
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"The table has no column {missing[0]!r}; it has {list(frame.columns)}. Say which is which: "
                         "from_frame(frame, user=…, item=…, rating=…, timestamp=…), None where there is none")
    if len(frame) == 0:
        raise ValueError("The table is empty: there is no rating to learn from. Was it filtered too hard?")


def _check_pairs(frame, pairs, user, item):
    twice = pd.Series(pairs).duplicated()
    if twice.any():
        row = _first(twice)
        raise ValueError(f"User {_plain(frame[user], row)} and item {_plain(frame[item], row)} stand together more "
                         f"than once ({twice.sum():,} such rows): keep one, "
                         f"frame.drop_duplicates([{user!r}, {item!r}], keep='last')")


def _checked_ratings(column):
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        row = _first(bad)
        raise ValueError(f"Rating {_plain(column, row)} in row {row} is not a number from 0 up ({bad.sum():,} such "
                         "rows): mend or drop these rows first")
    return values


def _seconds(column):
    without = column.isna() | column.isin([np.inf, -np.inf])
    if without.any():
        raise ValueError(f"Column {column.name!r} has no time in row {_first(without)}: drop these rows, "
                         "or pass timestamp=None if the rows stand in order")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.astype("int64").to_numpy() // {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.dt.unit]
    if not pd.api.types.is_numeric_dtype(column):
        raise ValueError(f"Column {column.name!r} holds text, not times: convert it first with pandas.to_datetime")
    return column.to_numpy(dtype=np.int64)
