"""The student's own ratings: written once in lesson 1, read by every lesson that follows."""
import difflib
import json
import unicodedata
from typing import SupportsFloat

import pandas as pd

from recsys_utils.movielens import data_dir
from recsys_utils.storage import write_whole
from recsys_utils.text_tables import DataError, read_text


def match_titles(ratings, movies):
    """Returns own ratings as a table item, title, year, rating, one row a film that the data set has.

    ratings: dict, title (with or without its year) -> rating; of several films with one title, the first is taken;
        of several ratings of one film, under its title with and without year, the last
    Prints a line for each title that is not there, with a similar one if there is any.
    """
    films = {}
    for film in reversed(list(movies.itertuples())):                     # so that the first of a title stays
        films[_composed(film.title)] = films[_composed(f"{film.title} ({film.year})")] = film
    rows = {}
    for title, rating in _checked(ratings).items():
        if title in films:
            film = films[title]
            rows[film.item] = film.item, film.title, film.year, rating
        else:
            near = difflib.get_close_matches(title, list(films), n=1, cutoff=0.7)
            print(f"{title!r} is not in this data set{f'; did you mean {near[0]!r}?' if near else ''}")
    return pd.DataFrame(list(rows.values()), columns=["item", "title", "year", "rating"])


def save_own_ratings(ratings):
    """Keeps a dict title -> rating for the lessons to come; where it cannot be written, says so and goes on."""
    ratings = _checked(ratings)
    write_whole(data_dir() / "results" / "own_ratings.json", json.dumps(ratings, indent=1, ensure_ascii=False).encode())


def load_own_ratings():
    """Returns the dict title -> rating kept by lesson 1; an empty one where there is none or it cannot be read."""
    path = data_dir() / "results" / "own_ratings.json"
    try:
        return _checked(json.loads(read_text(path)[0]))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, DataError) as error:
        print(f"Your own ratings in {path.name} cannot be read ({error}): run lesson 1 again to write them anew.")
        return {}


def _checked(ratings):
    """The dict title -> rating, titles as texts, ratings as floats; raises ValueError where it is not one."""
    if not isinstance(ratings, dict):
        raise ValueError(f"own ratings are a dict, title -> stars, not a {type(ratings).__name__}")
    for title, rating in ratings.items():
        if isinstance(rating, (bool, str)) or not isinstance(rating, SupportsFloat) or not 0.5 <= float(rating) <= 5:
            raise ValueError(f"{title!r} is rated {rating!r}: use 0.5 to 5 stars")
    return {_composed(str(title)): float(rating) for title, rating in ratings.items()}


def _composed(title):
    """The title with each accent in its letter: some keyboards and files part the two, which look the same."""
    return unicodedata.normalize("NFC", title)
