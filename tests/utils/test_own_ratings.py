"""The student's own films are found by title, and kept for the lessons that follow."""
import unicodedata

import numpy as np
import pandas as pd
import pytest

from recsys_utils.own_ratings import load_own_ratings, match_titles, save_own_ratings

pytestmark = pytest.mark.filterwarnings("error")
MOVIES = pd.DataFrame({"item": [50, 7, 9, 3], "title": ["Star Wars", "Heat", "Heat", "Léon: The Professional"],
                       "year": pd.array([1977, 1995, 1986, None], dtype="Int64"), "genres": [""] * 4})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_titles_are_found_with_and_without_their_year(capsys):
    table = match_titles({"Star Wars": 5, "Heat (1986)": 2, "Léon: The Professional": 4.5}, MOVIES)
    assert table.columns.tolist() == ["item", "title", "year", "rating"]
    assert table["item"].tolist() == [50, 9, 3] and table["rating"].tolist() == [5, 2, 4.5]
    assert table["title"].tolist() == ["Star Wars", "Heat", "Léon: The Professional"]
    assert capsys.readouterr().out == ""


def test_of_several_films_with_one_title_the_first_is_taken():
    assert match_titles({"Heat": 3}, MOVIES)["item"].tolist() == [7]
    assert match_titles({"Heat (1995)": 3}, MOVIES)["item"].tolist() == [7]


def test_a_film_that_is_rated_twice_has_one_row_and_its_last_rating():
    table = match_titles({"Heat": 5, "Star Wars": 3, "Heat (1995)": 1}, MOVIES)
    assert table["item"].tolist() == [7, 50] and table["rating"].tolist() == [1, 3]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_are_found_in_whichever_way_they_are_written(form):
    title, movies = unicodedata.normalize(form, "Léon: The Professional"), MOVIES.copy()
    assert match_titles({title: 5}, MOVIES)["item"].tolist() == [3]
    movies["title"] = [unicodedata.normalize(form, one) for one in MOVIES["title"]]
    assert match_titles({"Léon: The Professional": 5}, movies)["item"].tolist() == [3]


def test_a_title_that_is_not_there_is_named_with_the_nearest_one(capsys):
    table = match_titles({"Star War": 5, "Qqqqqqqqqqqqq": 1, "Heat": 4}, MOVIES)
    assert table["item"].tolist() == [7]
    near, far = capsys.readouterr().out.splitlines()
    assert near == "'Star War' is not in this data set; did you mean 'Star Wars'?"
    assert far == "'Qqqqqqqqqqqqq' is not in this data set"


def test_no_rating_at_all_is_an_empty_table():
    assert match_titles({}, MOVIES).columns.tolist() == ["item", "title", "year", "rating"]


def test_titles_of_a_large_set_are_found_in_seconds():
    n = 40_000                                   # a search through the table for each title would take a minute
    movies = pd.DataFrame({"item": range(n), "title": [f"Film {row}" for row in range(n)],
                           "year": pd.array([2000] * n, dtype="Int64"), "genres": [""] * n})
    assert match_titles({f"Film {n - 1} (2000)": 3}, movies)["item"].tolist() == [n - 1]


def test_own_ratings_are_kept_and_come_back(folder):
    assert load_own_ratings() == {}
    save_own_ratings({"Léon: The Professional": 4.5, "Heat": 1})
    assert load_own_ratings() == {"Léon: The Professional": 4.5, "Heat": 1}
    save_own_ratings({"Heat": 2})
    assert load_own_ratings() == {"Heat": 2}


@pytest.mark.parametrize("rating", [0, 5.5, -1, float("nan"), "5", True, None])
def test_a_rating_off_the_scale_is_named_and_nothing_is_kept(folder, rating):
    with pytest.raises(ValueError, match="'Heat' is rated .*: use 0.5 to 5 stars"):
        save_own_ratings({"Star Wars": 5, "Heat": rating})
    assert load_own_ratings() == {}


def test_ratings_may_be_numbers_of_any_library(folder):
    save_own_ratings({"Heat": np.float32(4.5), 300: np.int64(3)})
    assert load_own_ratings() == {"Heat": 4.5, "300": 3}
    assert match_titles({"Heat": np.int64(4)}, MOVIES)["rating"].tolist() == [4]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_file_saved_anew_by_an_editor_is_read(folder, encoding):
    save_own_ratings({"Léon: The Professional": 4.5})
    path = folder / "data" / "results" / "own_ratings.json"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert load_own_ratings() == {"Léon: The Professional": 4.5}


@pytest.mark.parametrize("content", ["[1, 2]", '{"Heat": "good"}', '{"Heat": null}', '{"Heat": 9}', "\0"])
def test_a_file_that_holds_something_else_is_named(folder, content, capsys):
    save_own_ratings({"Heat": 4})
    (folder / "data" / "results" / "own_ratings.json").write_text(content)
    assert load_own_ratings() == {} and "own_ratings.json cannot be read" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_one_line(folder, capsys):
    (folder / "data").write_text("in the way")
    save_own_ratings({"Heat": 2})
    assert capsys.readouterr().out.startswith("Not kept: own_ratings.json") and load_own_ratings() == {}


def test_a_file_that_cannot_be_read_is_named_and_the_lesson_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path))
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "own_ratings.json").write_text('{"Fargo": ')
    assert load_own_ratings() == {}
    assert "own_ratings.json cannot be read" in capsys.readouterr().out
