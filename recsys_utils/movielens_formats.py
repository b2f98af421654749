"""The file formats of MovieLens, parsed and checked: what GroupLens publishes, and RecBole's copy of ml-100k."""
import csv
import io
import itertools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_utils.published import check_published
from recsys_utils.text_tables import DataError, Table
from recsys_utils.titles import split_title

RATING_TYPES = {"user": np.int64, "item": np.int64, "rating": np.float32, "timestamp": np.int64}
GENRES_100K = ("unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|"
               "Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western").split("|")
NO_GENRE = ("unknown", "(no genres listed)")


def _movie(row):
    if "," in row["genres"]:
        raise row.wrong("genres", "not joined by |")
    return row["title"], "|".join(map(str.strip, row["genres"].split("|")))


def _movie_100k(row):
    flags = [row.fields[genre] for genre in GENRES_100K]
    if not {"0", "1"}.issuperset(flags):
        raise row.wrong(next(genre for genre in GENRES_100K if row[genre] not in ("0", "1")), "neither 0 nor 1")
    return row["title"], "|".join(itertools.compress(GENRES_100K, map(int, flags)))


def _movie_recbole(row):
    title, year = row["title"], row["year"]
    return f"{title} ({year})" if year.isdigit() else title, row["genres"].replace(" ", "|")


@dataclass(frozen=True)
class Format:
    """How one set's two files are written. `movie(row)` gives (title with year, genres joined by "|")."""

    ratings: str
    movies: str
    separators: tuple  # in the ratings, in the movies
    columns: tuple = ("item", "title", "genres")  # of the movies
    movie: Callable = _movie
    encoding: str = "utf-8"
    headers: tuple = ("", "")  # line 1 of the ratings, of the movies
    half_stars: bool = False

    def complete(self, folder: Path) -> bool:
        """Returns whether the folder holds both files."""
        return (folder / self.ratings).is_file() and (folder / self.movies).is_file()


ML_100K = Format("u.data", "u.item", ("\t", "|"), movie=_movie_100k, columns=(
    "item", "title", "release date", "video release date", "IMDb URL", *GENRES_100K), encoding="cp1252")
RECBOLE = Format("ml-100k.inter", "ml-100k.item", ("\t", "\t"), ("item", "title", "year", "genres"), _movie_recbole,
                 headers=("user_id:token\titem_id:token\trating:float\ttimestamp:float",
                          "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq"))
ML_1M = Format("ratings.dat", "movies.dat", ("::", "::"), encoding="cp1252")
ML_10M = Format("ratings.dat", "movies.dat", ("::", "::"), half_stars=True)
CSV = Format("ratings.csv", "movies.csv", (",", ","), half_stars=True,
             headers=("userId,movieId,rating,timestamp", "movieId,title,genres"))


def read_set(folder, form, n_ratings=None):
    """Returns (ratings, movies) of one set, in the published row order, checked.

    folder: Path with both files; form: Format; n_ratings: the published count, None where it is not fixed
    Raises DataError for a malformed line, a rating off the scale, a pair twice, a rated movie without a line, and
    where the ratings are not as many, or (ml-100k, ml-1m) not the same in the same order, as published.
    """
    ratings, movies = read_ratings(folder / form.ratings, form), read_movies(folder / form.movies, form)
    check_published(ratings, _table(folder / form.ratings, form), n_ratings)
    unnamed = np.setdiff1d(pd.unique(ratings["item"]), movies["item"])
    if len(unnamed):
        raise DataError(f"{folder / form.movies} has no line for {len(unnamed):,} of the rated movies, such as movie "
                        f"{unnamed[0]}: the file was cut off or changed. {_anew(folder)}")
    return ratings, movies


def read_ratings(path, form):
    """Returns a DataFrame user (int64), item (int64), rating (float32, stars), timestamp (int64, seconds since 1970).

    pandas reads what is written as published; what it stumbles over is read row by row, which is slow but takes every
    dialect that can be read for certain.
    path: Path; form: Format
    Raises DataError that names the file, the line and what is wrong with it.
    """
    table = _table(path, form)
    ratings = _as_published(table)
    if ratings is None or not _on_scale(ratings["rating"], form).all():
        ratings = _row_by_row(table, form)
    return ratings


def _table(path, form):
    return Table(path, form.separators[0], tuple(RATING_TYPES), form.headers[0], ", ".join(RATING_TYPES),
                 _anew(path.parent))


def _as_published(table):
    """Returns the ratings as pandas reads them, or None where it finds anything but whole ids and times and numbers.

    pandas parses "::" with its slow engine; as a tab it takes the fast one: about 20 times faster on ml-1m. It is left
    to find out which columns are whole, since it would make "9.78E+08" the whole number that it was told to expect.
    """
    source, separator = table.path, table.separator
    with open(table.path, "rb") as file:
        header = table.named_in(file.readline(1000).decode("utf-8-sig", "replace").strip().split(separator))
    if table.header and not header:
        return None
    if separator == "::":
        source, separator = io.BytesIO(table.path.read_bytes().replace(b"::", b"\t")), "\t"
    try:
        with warnings.catch_warnings(action="ignore"):  # of columns in which only some rows are numbers
            ratings = pd.read_csv(source, sep=separator, header=None, skiprows=1 if header else 0,
                                  names=header or table.columns, dtype={"rating": np.float32},
                                  quoting=csv.QUOTE_NONE, na_filter=False)
    except ValueError:
        return None
    ratings, extra = ratings.reindex(columns=table.columns), not isinstance(ratings.index, pd.RangeIndex)
    # where every line has a field too many, pandas takes the first for an index; "true" is 1 to it
    return None if extra or ratings.dtypes.to_dict() != RATING_TYPES or ratings["rating"].max() <= 1 else ratings


def _row_by_row(table, form):
    columns = {name: [] for name in RATING_TYPES}
    for row in table:
        for name in ("user", "item"):
            columns[name].append(row.whole(name))
        columns["timestamp"].append(row.seconds("timestamp"))
        columns["rating"].append(row.number("rating"))
        if not _on_scale(columns["rating"][-1], form):
            raise row.fault(f"has a rating off the scale of {'half' if form.half_stars else 'whole'} stars up to 5",
                            f", where rating is {row['rating']!r}")
    if not columns["user"]:
        raise DataError(f"{table.path} holds nothing that reads as ratings. {table.remedy}")
    return pd.DataFrame(columns).astype(RATING_TYPES)


def read_movies(path, form):
    """Returns a DataFrame item (int64), title, year (Int64, missing where none is published), genres ("" for none).

    path: Path; form: Format
    Raises DataError that names the file and the line.
    """
    rows, lines = [], {}
    for row in Table(path, form.separators[1], form.columns, form.headers[1], "a movie's", _anew(path.parent),
                     form.encoding):
        item, (title, genres) = row.whole("item"), form.movie(row)
        if not title:
            raise row.wrong("title", "empty")
        if lines.setdefault(item, row.before + 1) != row.before + 1:
            raise row.wrong("item", f"as in line {lines[item]}")
        rows.append((item, *split_title(title), "" if genres in NO_GENRE else genres))
    items, titles, years, genres = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame({"item": np.array(items, np.int64), "title": titles, "year": pd.array(years, "Int64"),
                         "genres": genres})


def _on_scale(ratings, form):
    step, lowest = (0.5, 0.5) if form.half_stars else (1, 1)
    return (ratings >= lowest) & (ratings <= 5) & (ratings % step == 0)  # false for NaN


def _anew(folder):
    return f"Mend it, or move the folder {folder} away and load again: it is then fetched anew."
