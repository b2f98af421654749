"""Whether ratings that read well are the published ones: nothing lost, added, changed or moved."""
import hashlib
import io
import itertools
import re

import numpy as np

from recsys_utils.text_tables import DataError, read_text

# SHA-256 of the ratings' columns one after another, by their number: ml-100k (RecBole's copy too), ml-1m
DIGESTS = {100_000: "6478d64cfe1d15b0df9ea74216beed2a4d1f7adc29b239fdc77eb56d30ff924b",
           1_000_209: "71fa2b9e2551db9edf0a51a70acb2ac33ad1d3367310d433dfedf794c6f867c6"}


def check_published(ratings, table, n_ratings):
    """Raises DataError where these cannot be the published ratings.

    ratings: DataFrame user, item (int64), rating (float32), timestamp (int64); table: the Table they were read from
    n_ratings: the published count, None where it is not fixed
    """
    path, n = table.path, len(ratings)
    if n_ratings is not None and n != n_ratings:
        raise DataError(f"{path} holds {n:,} ratings, but {n_ratings:,} are published: the file was cut off or "
                        f"changed. {table.remedy}")
    if n_ratings in DIGESTS and _digest(ratings) == DIGESTS[n_ratings]:
        return
    _check_pairs(ratings, table)
    if n_ratings in DIGESTS:
        raise DataError(f"{path} was changed: its ratings are not those published, or stand in another order or under "
                        f"the wrong column. {table.remedy}")
    _check_end(table)


def _digest(ratings):
    digest = hashlib.sha256()
    for name in ratings:
        digest.update(np.ascontiguousarray(ratings[name]))
    return digest.hexdigest()


def _check_pairs(ratings, table):
    """Raises DataError for the first row whose user and item stand together in an earlier one."""
    users, items = (np.diff(ratings[name]) for name in ("user", "item"))
    if not ((users > 0) | (users == 0) & (items > 0)).all():  # most sets are sorted: quicker seen than duplicates
        twice = ratings.duplicated(["user", "item"]).to_numpy()
        if twice.any():
            row = next(itertools.islice(table, int(twice.argmax()), None))
            raise row.fault("rates a movie a second time for the same user")


def _check_end(table):
    """Raises DataError where the last line has no end, and a time with fewer digits than that of the line before."""
    with open(table.path, "rb") as file:
        file.seek(-1, io.SEEK_END)
        if file.read() in (b"\n", b"\r", b"\0"):
            return
    lines = read_text(table.path)[0][-1000:].splitlines()[-2:]
    digits = [len(re.search("[0-9]*$", line.strip(' "'))[0]) for line in lines]  # of a time: 9 or 10
    if len(lines) == 2 and 8 < digits[0] > digits[1]:
        raise DataError(f"{table.path} may be cut off: its last line, {lines[1]!r}, has no end and fewer digits than "
                        f"the line before; add what it lacks and a line end. {table.remedy}")
