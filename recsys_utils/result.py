"""What an evaluation returns: numbers, the words for how they came about, values by user."""
from dataclasses import dataclass

import numpy as np

from recsys_utils import metrics


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """Numbers with their protocol. Only results with the same protocol may stand in one table.

    metrics: name -> float; protocol: the rules, in words; details: what was counted on the way, in words
    per_user: name -> float64 array (U,); users: int array (U,), the rows these values belong to
    """

    metrics: dict
    protocol: str
    details: str
    per_user: dict
    users: np.ndarray

    def __repr__(self):
        numbers = "  ".join(f"{name} {value:.4f}" for name, value in self.metrics.items())
        return f"{numbers}\n  protocol: {self.protocol}\n  counted:  {self.details}"

    def interval(self, metric):
        """Returns the 95% bootstrap Interval over users of a metric that is a mean over users."""
        return metrics.bootstrap_interval(self._values(metric))

    def difference(self, other, metric):
        """Returns the Interval of this result minus another, user by user; both must have one protocol and users."""
        if self.protocol != other.protocol or not np.array_equal(self.users, other.users):
            raise ValueError(f"These results cannot be compared: {self.protocol!r} against {other.protocol!r}, "
                             f"{len(self.users)} against {len(other.users)} users")
        return metrics.bootstrap_interval(self._values(metric) - other._values(metric))

    def _values(self, metric):
        if metric not in self.per_user:
            raise ValueError(f"{metric} is not a mean over users, so that it has no interval here: "
                             f"use {', '.join(self.per_user)}")
        return self.per_user[metric]
