"""MovieLens as the course reads it: one call finds, downloads, verifies and parses a set, whatever its format."""
import difflib
import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recsys_utils.movielens_download import WHEEL_WORDS, Published, fetch
from recsys_utils.movielens_formats import CSV, ML_1M, ML_10M, ML_100K, RECBOLE, DataError, read_set
from recsys_utils.synthetic import make_synthetic, parse_size

ROOT = Path(__file__).resolve().parents[1]
SETS = {one.name: one for one in (
    Published("ml-100k", ML_100K, 100_000,
              "sha256:50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229", "ml-100k"),
    Published("ml-1m", ML_1M, 1_000_209,
              "sha256:a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20", "ml-1m"),
    Published("ml-10m", ML_10M, 10_000_054,
              "sha256:813c411ccb6122564edfe752e7f80c4dcc5aa25fa94c93622f6877a7ba252862", "ml-10M100K"),
    Published("ml-20m", CSV, 20_000_263,
              "sha256:96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3", "ml-20m"),
    Published("ml-25m", CSV, 25_000_095, "md5:6b51fb2759a8657d3bfcbfc42b592ada", "ml-25m"),
    Published("ml-32m", CSV, 32_000_204, "md5:d472be332d4daa821edc399621853b57", "ml-32m"),
    Published("ml-latest-small", CSV, None, None, "ml-latest-small"),
)}


@dataclass(frozen=True, eq=False, repr=False)
class MovieLens:
    """One data set: two tables, its name, and words saying where it came from."""

    ratings: pd.DataFrame  # user, item (int64, the set's own ids), rating (float32, stars), timestamp (int64, seconds)
    movies: pd.DataFrame   # item (int64), title, year (Int64, may be missing), genres (joined by "|", "" for none)
    name: str
    source: str

    def __repr__(self):
        ratings, items = self.ratings, self.ratings["item"].nunique()
        return (f"{self.name}: {len(ratings):,} ratings by {ratings['user'].nunique():,} users; {items:,} of "
                f"{len(self.movies):,} movies rated; from {self.source}")


def data_dir() -> Path:
    """Returns the data folder: RECSYS_DATA_DIR, else data/ in the course's repository.

    The working directory plays no part, because every notebook has its own: a relative RECSYS_DATA_DIR starts at the
    repository's root. The folder need not exist.
    """
    return ROOT / Path(os.environ.get("RECSYS_DATA_DIR") or "data").expanduser()


def load_movielens(name=None) -> MovieLens:
    """Returns a MovieLens set, fetched on first use and then read from the data folder; prints one line about it.

    Ratings stand in the published row order, which the course's splits rely on; movies are all there, rated or not.
    name: ml-100k, ml-1m, ml-10m, ml-20m, ml-25m, ml-32m, ml-latest-small, synthetic, or synthetic with a number of
        ratings ("synthetic:50k", "synthetic:30m"); None reads RECSYS_DATASET, and without it takes ml-100k
    Raises ValueError for another name, DataError where the set cannot be had or is damaged: it says what to do.
    Source: F. M. Harper and J. A. Konstan, The MovieLens Datasets, ACM TiiS 5(4), article 19, 2015,
    doi:10.1145/2827872.
    """
    name = name or os.environ.get("RECSYS_DATASET") or "ml-100k"
    kind, _, size = name.partition(":")
    if kind == "synthetic":
        data = MovieLens(*make_synthetic(parse_size(size) if size else None), name, "code, seed 0: no real people")
    elif name in SETS:
        try:
            with _found(SETS[name], data_dir()) as (folder, form, source):
                data = MovieLens(*read_set(folder, form, SETS[name].n_ratings), name, source)
        except OSError as error:
            raise DataError(f"{name} could not be read or kept ({error}): make {data_dir()} and all in it readable and "
                            "writable for you, or set RECSYS_DATA_DIR to another folder.") from None
    else:
        raise ValueError(_unknown(name))
    print(data)
    return data


@contextmanager
def _found(one, folder):
    """Yields (folder that holds the set's two files, their Format, words for where they came from).

    What is not there is fetched first, and kept in the data folder; where that cannot be written, the files last for
    the with block only.
    one: Published; folder: Path of the data folder
    Raises DataError where no source gives the set, the disk is full, or something would have to be overwritten.
    """
    here = _in_folder(one, folder)
    if here:
        yield here
        return
    home = _writable(folder)
    with tempfile.TemporaryDirectory(dir=home, prefix=f".{one.name}-", ignore_cleanup_errors=True) as temporary:
        files = Path(temporary) / one.name
        files.mkdir()
        form, words = fetch(files, one, folder)
        yield _settle(files, folder / one.name, form) if home else files, form, words


def _in_folder(one, folder):
    for place in dict.fromkeys((folder / one.name, folder / one.zip_folder)):
        if one.form.complete(place):
            return place, one.form, f"the folder …/{place.name}"
        if one.name == "ml-100k" and RECBOLE.complete(place):
            return place, RECBOLE, f"the folder …/{place.name}, {WHEEL_WORDS}"
        if place.is_symlink() or place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise DataError(f"{place} is there, but without {one.form.ratings} and {one.form.movies}. Put these in, or "
                            f"move {place} away and load again: the set is then fetched anew.")


def _writable(folder):
    """Returns the folder, made if need be, or None where it cannot be written, and says so."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return folder
    except OSError as error:
        print(f"The data folder {folder} cannot be written ({error.strerror}), so nothing fetched is kept: set "
              f"RECSYS_DATA_DIR to a folder that you can write.")


def _settle(files, target, form):
    """Moves the finished folder into place in one step, so that nobody ever sees half a set."""
    with suppress(OSError):
        target.rmdir()  # an empty folder would be in the way on Windows
    try:
        os.replace(files, target)
    except OSError:
        if not form.complete(target):  # else another notebook was quicker
            raise
    return target


def _unknown(name):
    names = [*SETS, "synthetic"]
    near = difflib.get_close_matches(name.lower(), names, n=1)
    return (f"There is no data set {name!r}{f': did you mean {near[0]!r}?' if near else '.'} The course knows "
            f"{', '.join(names)}, and synthetic with a number of ratings, such as synthetic:50k.")
