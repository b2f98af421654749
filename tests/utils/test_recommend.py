"""Titles come in the right order, seen films never come, and rows that do not exist are named."""
import numpy as np
import pandas as pd
import pytest
import torch

from recsys_utils.interactions import Interactions
from recsys_utils.recommend import films, history, recommend, similar_items

pytestmark = pytest.mark.filterwarnings("error")

# the catalogue is not in the order of the data, and holds a film that nobody rated
MOVIES = pd.DataFrame({"item": [40, 10, 99, 30, 20], "title": ["D", "A", "unrated", "C", "B"],
                       "year": pd.array([1994, 1991, None, 1993, 1992], dtype="Int64"), "genres": ["Drama"] * 5})
DATA = Interactions.from_frame(pd.DataFrame(
    {"user": [1, 1, 1, 2, 2, 2, 2], "item": [10, 20, 30, 10, 20, 30, 40], "rating": [3.0, 5.0, 5.0, 4.0, 4.0, 2.0, 4.0],
     "timestamp": [9, 1, 2, 7, 7, 1, 3]}))


class Model:
    def __init__(self, *scores):
        self.row = torch.tensor(scores)

    def scores(self, users):
        return self.row.to(users.device).expand(len(users), -1)


def test_films_have_title_year_and_genres_in_the_order_asked_for():
    table = films(torch.tensor([3, 0, 3]), DATA, MOVIES)
    assert table.columns.tolist() == ["title", "year", "genres"]
    assert table.title.tolist() == ["D", "A", "D"] and table.year.tolist() == [1994, 1991, 1994]


def test_a_film_that_the_catalogue_lacks_keeps_its_row_without_a_title():
    table = films(torch.tensor([2, 1, 0]), DATA, MOVIES[MOVIES.item != 20])
    assert table.title.isna().tolist() == [False, True, False] and table.title[2] == "A"


def test_history_is_highest_first_and_the_latest_first_among_equals():
    table = history(0, DATA, MOVIES)
    assert table.title.tolist() == ["C", "B", "A"] and table.rating.tolist() == [5, 5, 3]
    # user 2: A and B at the same second, B in the later row; then D, then the film rated 2
    assert history(1, DATA, MOVIES).title.tolist() == ["B", "A", "D", "C"]
    assert history(1, DATA, MOVIES, k=2).title.tolist() == ["B", "A"]
    assert table.columns.tolist() == ["title", "year", "genres", "rating"]


def test_recommend_shows_the_highest_scores_of_films_not_seen():
    data = DATA.select(DATA.users == 0)
    seen_one = data.select([1])                  # user 0 has seen B only
    table = recommend(Model(0.1, 9.0, 0.3, 0.2), 0, seen_one, MOVIES)
    assert table.title.tolist() == ["C", "D", "A"]
    assert table.score.tolist() == pytest.approx([0.3, 0.2, 0.1], abs=1e-7)          # float32
    assert recommend(Model(0.1, 9.0, 0.3, 0.2), 0, seen_one, MOVIES, k=1).title.tolist() == ["C"]


def test_recommend_gives_what_is_left_and_nothing_seen():
    assert recommend(Model(4.0, 3.0, 2.0, 1.0), 0, DATA, MOVIES, k=10).title.tolist() == ["D"]
    assert len(recommend(Model(4.0, 3.0, 2.0, 1.0), 1, DATA, MOVIES)) == 0


def test_seen_films_stay_away_even_where_the_model_says_minus_infinity():
    table = recommend(Model(-torch.inf, -torch.inf, -torch.inf, -torch.inf), 0, DATA, MOVIES)
    assert table.title.tolist() == ["D"]


def test_scores_may_be_counts_or_a_read_only_array():
    class Counts:
        def scores(self, users):
            return np.broadcast_to(np.array([5, 1, 2, 3]), (len(users), 4))

    torch.set_warn_always(True)
    try:
        assert recommend(Counts(), 0, DATA.select([0]), MOVIES, k=2).title.tolist() == ["D", "C"]
        assert recommend(Model(5, 1, 2, 3), 0, DATA.select([0]), MOVIES).score.tolist() == [3, 2, 1]
    finally:
        torch.set_warn_always(False)


def test_equal_scores_stand_in_the_order_of_the_items():
    assert recommend(Model(1.0, 1.0, 1.0, 1.0), 0, DATA.select([]), MOVIES).title.tolist() == ["A", "B", "C", "D"]


@pytest.mark.parametrize("convert", [torch.tensor, np.array, lambda rows: torch.tensor(rows, requires_grad=True)])
def test_similar_items_have_the_same_direction_whatever_their_length(convert):
    # cosines with (1, 0): B 1, C 1 / sqrt(2), D -1
    factors = convert([[1.0, 0.0], [10.0, 0.0], [3.0, 3.0], [-2.0, 0.0]])
    table = similar_items(factors, 0, DATA, MOVIES)
    assert table.title.tolist() == ["B", "C", "D"]                       # never the film itself
    assert table.cosine.tolist() == pytest.approx([1, 0.5**0.5, -1], abs=1e-6)       # float32
    assert similar_items(factors, 3, DATA, MOVIES, k=1).title.tolist() == ["C"]


def test_similar_items_come_from_among_those_that_may_be_shown():
    factors = torch.tensor([[1.0, 0.0], [10.0, 0.0], [3.0, 3.0], [-2.0, 0.0]])
    among = np.array([True, False, True, True])
    assert similar_items(factors, 0, DATA, MOVIES, among=among).title.tolist() == ["C", "D"]
    assert similar_items(factors, 0, DATA, MOVIES, among=torch.tensor([False] * 4)).title.tolist() == []
    assert among.tolist() == [True, False, True, True]


@pytest.mark.parametrize("row", [-1, 2, 196])
def test_a_user_that_is_no_row_is_named(row):
    for ask in (lambda: history(row, DATA, MOVIES), lambda: recommend(Model(1.0), row, DATA, MOVIES)):
        with pytest.raises(ValueError, match=f"There is no user {row}: users are the rows 0 … 1"):
            ask()


@pytest.mark.parametrize("row", [-1, 4])
def test_an_item_that_is_no_row_is_named(row):
    with pytest.raises(ValueError, match=f"There is no item {row}: items are the rows 0 … 3"):
        similar_items(torch.eye(4), row, DATA, MOVIES)


ASK = {"history": lambda user, k: history(user, DATA, MOVIES, k=k), "recommend": lambda user, k: recommend(
    Model(0.1, 9.0, 0.3, 0.2), user, DATA, MOVIES, k=k), "similar_items": lambda user, k: similar_items(
    torch.eye(4), user, DATA, MOVIES, k=k)}


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize("odd", [-1, 2.5, "1", True, None])
def test_rows_and_ks_that_are_no_counts_are_refused(ask, odd):
    with pytest.raises(ValueError, match="There is no (user|item) .* are the rows 0"):
        ASK[ask](odd, 1)
    with pytest.raises(ValueError, match="how many films to show is a whole number, at least 1"):
        ASK[ask](0, odd)


@pytest.mark.parametrize("ask", ASK)
def test_rows_and_ks_may_be_whole_numbers_of_any_type(ask):
    expected = ASK[ask](0, 1)
    assert len(expected) == 1 and ASK[ask](np.float64(0), 1.0).equals(expected)
    assert ASK[ask](torch.tensor(0), torch.tensor(1)).equals(expected)


def test_a_table_of_movies_that_does_not_fit_is_refused_in_words():
    with pytest.raises(ValueError, match="Item 10 stands in the table of movies more than once: keep one"):
        films(torch.tensor([0]), DATA, pd.concat([MOVIES, MOVIES[1:2]]))
    with pytest.raises(ValueError, match="Items are int64 in the ratings, str in the table of movies: make them the s"):
        films(torch.tensor([0]), DATA, MOVIES.assign(item=MOVIES["item"].astype(str)))
    with pytest.raises(ValueError, match="no column 'year'; it has .'item', 'title', 'genres'"):
        films(torch.tensor([0]), DATA, MOVIES.drop(columns="year"))


def test_the_factors_of_another_table_are_refused():
    with pytest.raises(ValueError, match="2 rows for 4 items"):
        similar_items(torch.ones(2, 3), 0, DATA, MOVIES)
