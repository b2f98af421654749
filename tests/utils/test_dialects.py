"""Sets of films in every dialect that people save files in: read right, or refused with file, line and column."""
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from recsys_utils.movielens_formats import CSV, GENRES_100K, ML_1M, ML_10M, ML_100K, RECBOLE, read_set, split_title
from recsys_utils.text_tables import DataError

pytestmark = pytest.mark.filterwarnings("error")
FORMS = {"u.data": ML_100K, "ml-1m": ML_1M, "ml-10m": ML_10M, "csv": CSV, "RecBole": RECBOLE}
EXAMPLES = [25, pytest.param(500, marks=pytest.mark.long)]
RATINGS = {"user": ["userId", "user_id", "User ID"], "item": ["movieId", "item_id:token", "MOVIEID"],
           "rating": ["rating", "Rating"], "timestamp": ["timestamp", "timestamp:float"]}
MOVIES = {"item": RATINGS["item"], "title": ["title", "movie title"], "genres": ["genres", "class:token_seq"],
          "year": ["release_year:token", "year"]}


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    encoding: str
    end: str
    blank: int               # lines at the end
    quotes: str              # "none", "texts", "all"
    pad: str                 # around each field
    decimals: str            # after whole numbers
    header: bool
    usual_order: bool


DIALECTS = st.builds(
    Dialect, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r"]), st.integers(0, 2), st.sampled_from(["none", "texts", "all"]),
    st.sampled_from(["", " "]), st.sampled_from(["", ".0"]), st.booleans(), st.booleans())
# Quotation marks and commas in any place; a year at the end, so that no title is all in quotation marks. No É before a
# euro sign: in Windows-1252 these two bytes are one letter of UTF-8, the only kind of text that cannot be told apart.
TITLES = st.text("abcü€’ ,'\"!&:", min_size=1, max_size=8).map(str.strip).filter(bool).map("{} (1995)".format)


@st.composite
def sets(draw, form):
    """(ratings as tuples, movies as item, title, genres)"""
    items = draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True))
    stars = st.integers(1, 10).map(lambda half: half / 2) if form.half_stars else st.integers(1, 5).map(float)
    row = st.tuples(st.integers(1, 999), st.sampled_from(items), stars, st.integers(0, 2**40))
    genres = st.lists(st.sampled_from(["Action", "Film-Noir", "Sci-Fi"]), max_size=2, unique=True).map(sorted)
    ratings = st.lists(row, min_size=1, max_size=6, unique_by=lambda row: row[:2])
    return draw(ratings), [(item, draw(TITLES), draw(genres)) for item in items]


def written(text, dialect, separator, number=False):
    """One field as the dialect has it."""
    quoted = dialect.quotes == "all" or dialect.quotes == "texts" and not number
    if separator == "," and ("," in text or '"' in text or "\n" in text):
        quoted = True
    return dialect.pad + ('"' + text.replace('"', '""') + '"' if quoted else text) + dialect.pad


def save(path, rows, names, numbers, separator, dialect, draw):
    """Writes the rows, dicts by column. names: column -> what it may be called"""
    order = list(names) if dialect.usual_order else draw(st.permutations(list(names)))
    lines = [[written(row.get(name, ""), dialect, separator, name in numbers) for name in order] for row in rows]
    if dialect.header:
        lines.insert(0, [written(draw(st.sampled_from(names[name])), dialect, separator) for name in order])
    text = "".join(separator.join(line) + dialect.end for line in lines) + dialect.end * dialect.blank
    path.write_bytes(text.encode(dialect.encoding))



def rows_of(form, ratings, movies, dialect):
    """The tables of ratings and movies as dicts of texts."""
    yield [{"user": f"{user}{dialect.decimals}", "item": f"{item}{dialect.decimals}", "rating": f"{stars:g}",
            "timestamp": f"{time}{dialect.decimals}"} for user, item, stars, time in ratings]
    yield [{"item": f"{item}{dialect.decimals}", "title": title.removesuffix(" (1995)") if form is RECBOLE else title,
            "year": "1995", "genres": (" " if form is RECBOLE else "|").join(genres) or "unknown"}
           | {genre: str(int(genre in genres)) for genre in GENRES_100K} for item, title, genres in movies]


def columns_of(form):
    return {name: MOVIES.get(name, [name]) for name in form.columns}


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("name", FORMS)
def test_a_set_is_read_in_any_dialect_or_refused_where_its_header_lacks(name, examples, tmp_path):
    form = FORMS[name]

    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(sets(form), DIALECTS, DIALECTS, st.data())
    def read_back(tables, of_ratings, of_movies, data):
        ratings, movies = tables
        for dialect in (of_ratings, of_movies):              # without names an order cannot be known
            assume(dialect.usual_order or dialect.header or form.headers[0])
        assume(form is not RECBOLE or of_movies.quotes != "none" or not any('"' in title for _, title, _ in movies))
        rating_rows, movie_rows = rows_of(form, ratings, movies, of_ratings)
        numbers = {"user", "item", "rating", "timestamp", "year", *GENRES_100K}
        save(tmp_path / form.ratings, rating_rows, RATINGS, numbers, form.separators[0], of_ratings, data.draw)
        save(tmp_path / form.movies, movie_rows, columns_of(form), numbers, form.separators[1], of_movies, data.draw)
        lacking = [file for file, dialect in ((form.ratings, of_ratings), (form.movies, of_movies))
                   if form.headers[0] and not dialect.header]
        if lacking:
            with pytest.raises(DataError, match=f"{lacking[0]}, line 1, has to name the columns, as '.*' does: "):
                read_set(tmp_path, form)
            return
        found, films = read_set(tmp_path, form)
        assert list(found.itertuples(index=False, name=None)) == ratings
        assert films["item"].tolist() == [item for item, _, _ in movies]
        assert list(zip(films["title"], films["year"], strict=True)) == [split_title(title) for _, title, _ in movies]
        assert films["genres"].tolist() == ["|".join(genres) for _, _, genres in movies]

    read_back()
