"""The file formats of MovieLens, parsed and checked: what GroupLens publishes, and RecBole's copy of ml-100k."""
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

RATING_TYPES = {"user": np.int64, "item": np.int64, "rating": np.float32, "timestamp": np.int64}
GENRES_100K = ("unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|"
               "Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western").split("|")
NO_GENRE = ("unknown", "(no genres listed)")
# "(1995)", "(1995) (V)" for a video, "(2006–2007)" or "(2009– )" for a series, at the end of a title
YEAR = re.compile(r"\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?\s*)?\)(?:\s*\((?:V|TV)\))?\s*$")
# ", The" at the end of a title or of another title inside parentheses
ARTICLE = re.compile(r"(^|\((?:a\.k\.a\. )?)([^()]+?), (The|An|A)(?=\s*(?:\(|\)|$))")


class DataError(RuntimeError):
    """A data set could not be had or is damaged; the message says what was wrong and what to do."""


@dataclass(frozen=True)
class Format:
    """How one set's two files are written. `movie(line)` gives (item, title with year, genres joined by "|")."""

    ratings: str
    movies: str
    separator: str
    movie: Callable
    encoding: str = "utf-8"
    header: int = 0  # lines before the first record, in both files
    half_stars: bool = False

    def complete(self, folder: Path) -> bool:
        """Returns whether the folder holds both files."""
        return (folder / self.ratings).is_file() and (folder / self.movies).is_file()


def _movie_100k(line):
    item, title, _released, _video, _address, *flags = line.split("|")
    return item, title, "|".join(genre for genre, flag in zip(GENRES_100K, flags, strict=True) if flag == "1")


def _movie_dat(line):
    item, rest = line.split("::", 1)
    title, genres = rest.rsplit("::", 1)
    return item, title, genres


def _movie_csv(line):
    item, title, genres = next(csv.reader([line], strict=True))
    return item, title, genres


def _movie_recbole(line):
    item, title, year, genres = line.split("\t")
    return item, f"{title} ({year})" if year.isdigit() else title, genres.replace(" ", "|")


ML_100K = Format("u.data", "u.item", "\t", _movie_100k, "latin-1")
RECBOLE = Format("ml-100k.inter", "ml-100k.item", "\t", _movie_recbole, header=1)
ML_1M = Format("ratings.dat", "movies.dat", "::", _movie_dat, "latin-1")
ML_10M = Format("ratings.dat", "movies.dat", "::", _movie_dat, half_stars=True)
CSV = Format("ratings.csv", "movies.csv", ",", _movie_csv, header=1, half_stars=True)


def read_set(folder, form, n_ratings=None):
    """Returns (ratings, movies) of one set, in the published row order, checked.

    folder: Path with both files; form: Format; n_ratings: the published count, None where it is not fixed
    Raises DataError for a malformed line, a rating off the scale, a count that differs, a rated movie without a line.
    """
    ratings, movies = read_ratings(folder / form.ratings, form), read_movies(folder / form.movies, form)
    if n_ratings is not None and len(ratings) != n_ratings:
        raise DataError(f"{folder / form.ratings} holds {len(ratings):,} ratings, but {n_ratings:,} are published: the "
                        f"file was cut off or changed. {_anew(folder)}")
    unnamed = np.setdiff1d(pd.unique(ratings["item"]), movies["item"])
    if len(unnamed):
        raise DataError(f"{folder / form.movies} has no line for {len(unnamed):,} of the rated movies, such as movie "
                        f"{unnamed[0]}: the file was cut off or changed. {_anew(folder)}")
    return ratings, movies


def read_ratings(path, form):
    """Returns a DataFrame user (int64), item (int64), rating (float32, stars), timestamp (int64, seconds since 1970).

    pandas parses "::" with its slow engine; as a tab it takes the fast one: about 20 times faster on ml-1m.
    path: Path; form: Format
    Raises DataError that names the file, the line and what is wrong with it.
    """
    source, separator = path, form.separator
    if separator == "::":
        source, separator = io.BytesIO(path.read_bytes().replace(b"::", b"\t")), "\t"
    try:
        ratings = pd.read_csv(source, sep=separator, header=None, skiprows=form.header, names=list(RATING_TYPES),
                              dtype=RATING_TYPES, quoting=csv.QUOTE_NONE, na_filter=False)
    except (ValueError, OverflowError):
        raise _first_fault(path, form) from None
    # where every line has a field too many, pandas takes the first for an index
    if ratings.empty or not isinstance(ratings.index, pd.RangeIndex) or not _on_scale(ratings["rating"], form).all():
        raise _first_fault(path, form)
    return ratings


def read_movies(path, form):
    """Returns a DataFrame item (int64), title, year (Int64, missing where none is published), genres ("" for none).

    path: Path; form: Format
    Raises DataError that names the file and the line.
    """
    rows = []
    for number, line in _records(path, form):
        try:
            item, title, genres = form.movie(line.decode(form.encoding))
            rows.append((int(item), *split_title(title), "" if genres in NO_GENRE else genres))
        except (ValueError, csv.Error):
            raise _fault(path, number, line, "is not a movie's") from None
    items, titles, years, genres = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame({"item": np.array(items, np.int64), "title": titles, "year": pd.array(years, "Int64"),
                         "genres": genres})


def split_title(published):
    """Returns (title, year or None): "Usual Suspects, The (1995)" becomes ("The Usual Suspects", 1995).

    English articles move to the front, in other titles inside parentheses too; foreign ones stay where they are,
    because "La" and "Die" are words in some languages and articles in others.
    """
    year = YEAR.search(published)
    title = published[:year.start()] if year else published
    return ARTICLE.sub(r"\1\3 \2", title.strip().replace(" )", ")")), int(year[1]) if year else None


def _on_scale(ratings, form):
    step, lowest = (0.5, 0.5) if form.half_stars else (1, 1)
    return (ratings >= lowest) & (ratings <= 5) & (ratings % step == 0)  # false for NaN


def _records(path, form):
    # bytes, because str.splitlines would also break at characters that stand inside titles
    lines = enumerate(path.read_bytes().splitlines(), 1)
    return ((number, line) for number, line in lines if number > form.header and line.strip())


def _first_fault(path, form):
    """Returns the DataError for the first line that is no rating: slow, so only for a file known to be at fault."""
    for number, line in _records(path, form):
        try:
            user, item, rating, seconds = line.decode("latin-1").split(form.separator)
            _whole, rating = (int(user), int(item), int(seconds)), float(rating)
        except ValueError:
            return _fault(path, number, line, "is not user, item, rating, timestamp")
        if not _on_scale(rating, form):
            return _fault(path, number, line, f"has a rating off the scale of {'half' if form.half_stars else 'whole'} "
                                              f"stars up to 5")
    return DataError(f"{path} holds nothing that reads as ratings. {_anew(path.parent)}")


def _fault(path, number, line, what):
    return DataError(f"{path}, line {number}, {what}: {line.decode('utf-8', 'replace')[:200]!r}. {_anew(path.parent)}")


def _anew(folder):
    return f"Move the folder {folder} away and load again: it is then fetched anew."
