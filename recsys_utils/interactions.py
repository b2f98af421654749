"""Who rated what, with contiguous ids: the one form in which every model of the course gets its data."""
from dataclasses import dataclass, replace
from typing import SupportsFloat

import numpy as np
import scipy.sparse
import torch

from recsys_utils.frames import as_pandas, check_columns, check_pairs, contiguous, ratings_of, seconds_of


@dataclass(frozen=True, eq=False, repr=False)
class Interactions:
    """n ratings as four tensors of the same length, and the ids that the rows and columns stand for.

    users, items: LongTensor (n,), contiguous: 0 … n_users - 1 and 0 … n_items - 1
    ratings: FloatTensor (n,)
    timestamps: LongTensor (n,), seconds; a DoubleTensor where the data has fractions of a second
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

        frame: DataFrame of pandas, or any that becomes one (polars, Arrow); user, item, rating, timestamp: its column
        names. rating=None: clicks, each counts 1. timestamp=None: no times, the rows stand in order. Times are seconds
        or datetimes, with fractions or without.
        Raises ValueError for an empty table, a missing column, a missing id, a NaN, infinite or negative rating,
        and for a pair that stands there twice.
        """
        frame = as_pandas(frame)
        check_columns(frame, [user, item, *(name for name in (rating, timestamp) if name is not None)])
        user_codes, user_ids = contiguous(frame[user])
        item_codes, item_ids = contiguous(frame[item])
        check_pairs(frame, user_codes * len(item_ids) + item_codes, user, item)
        ratings = np.ones(len(frame)) if rating is None else ratings_of(frame[rating])
        times = np.zeros(len(frame), dtype=np.int64) if timestamp is None else seconds_of(frame[timestamp])
        return cls(torch.tensor(user_codes), torch.tensor(item_codes), torch.tensor(ratings).float(),
                   torch.tensor(times), user_ids, item_ids, (float(ratings.min()), float(ratings.max())))

    def select(self, which):
        """Returns the rows that a bool mask (n,), an index (m,) or a slice picks; ids, sizes and scale stay.

        Raises ValueError for anything else, and for a mask that is not bool.
        """
        which = which if isinstance(which, slice) else _rows(which, len(self))
        parts = {name: getattr(self, name)[which] for name in ("users", "items", "ratings", "timestamps")}
        return replace(self, **parts)

    def positives(self, min_rating=4):
        """Returns the rows rated min_rating or more: what the course calls liked, unless a lesson says otherwise.

        Raises ValueError where no rating of the data set can be that high, as with clicks.
        """
        if isinstance(min_rating, (str, bool)) or not isinstance(min_rating, SupportsFloat) or min_rating != min_rating:
            raise ValueError(f"min_rating={min_rating!r}: use a number of stars, such as 4")
        min_rating = float(min_rating)
        if self.scale[1] < min_rating:
            raise ValueError(f"No rating here is above {self.scale[1]:g}, so none is a positive at min_rating="
                             f"{min_rating:g}. Clicks are positives already; another scale needs its own min_rating")
        return replace(self.select(self.ratings >= min_rating), rule=f"ratings of {min_rating:g} and more")

    def to_csr(self):
        """Returns the ratings as a scipy CSR matrix (n_users, n_items); a place without a rating is not stored."""
        place = (self.users.numpy(), self.items.numpy())
        return scipy.sparse.csr_matrix((self.ratings.numpy(), place), shape=(self.n_users, self.n_items))


def _rows(which, n):
    """The bool mask (n,) or whole-number index (m,) as a tensor."""
    rows = np.asarray(which.cpu() if isinstance(which, torch.Tensor) else which)
    rows = rows.astype(np.int64) if rows.shape == (0,) else rows
    if rows.ndim != 1 or rows.dtype.kind not in "biu" or rows.dtype == bool and len(rows) != n:
        raise ValueError(f"select got {rows.dtype} of shape {rows.shape}: use a bool mask ({n},), or a list of whole "
                         "row numbers")
    if n == len(rows) > 2 and rows.dtype != bool and np.isin(rows, (0, 1)).all():
        raise ValueError(f"select got {n} numbers 0 and 1 for {n} rows: use a bool mask, such as which == 1")
    return torch.tensor(rows if rows.dtype == bool else rows.astype(np.int64))
