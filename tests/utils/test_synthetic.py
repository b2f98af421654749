import numpy as np
import pandas as pd
import pytest

from recsys_utils import synthetic
from recsys_utils.synthetic import GROUPS, make_synthetic, parse_size


@pytest.fixture(scope="module")
def tables():
    return make_synthetic()


def test_the_tables_look_like_movielens(tables):
    ratings, movies = tables
    assert ratings.dtypes.to_dict() == {"user": np.int64, "item": np.int64, "rating": np.float32, "timestamp": np.int64}
    assert list(movies) == ["item", "title", "year", "genres"]
    assert movies["item"].dtype == np.int64 and movies["year"].dtype == "Int64"
    assert len(ratings) == 10_000 and ratings["user"].nunique() == 200 and len(movies) == 300
    assert sorted(ratings["rating"].unique()) == [1, 2, 3, 4, 5]
    assert ratings["item"].isin(movies["item"]).all()
    assert not ratings.duplicated(["user", "item"]).any()


@pytest.mark.parametrize("seed", range(5))
def test_the_long_tail_has_both_ends(seed):
    ratings, movies = make_synthetic(seed=seed)
    per_user, per_item = ratings["user"].value_counts(), ratings["item"].value_counts()
    assert per_user.min() >= 20 and per_user.max() > 2.5 * per_user.median()
    assert per_item.max() > 4 * per_item.median()
    assert (per_item <= 3).sum() >= 3, "movies with one to three ratings"
    assert 1 <= len(movies) - len(per_item) <= 15, "movies that nobody rated"
    assert 3.3 < ratings["rating"].mean() < 3.7


def test_the_same_seed_gives_the_same_tables_and_another_seed_others(tables):
    for one, other in zip(tables, make_synthetic(), strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert not tables[0].equals(make_synthetic(seed=1)[0])


def test_rows_are_shuffled_and_users_are_not_named_by_activity(tables):
    ratings, _ = tables
    assert (ratings["user"].diff() < 0).mean() > 0.4
    assert not ratings["timestamp"].is_monotonic_increasing
    per_user = ratings["user"].value_counts().sort_index()
    assert abs(np.corrcoef(per_user.index, per_user)[0, 1]) < 0.3


def test_times_come_in_bursts_with_ties(tables):
    pauses = tables[0].sort_values(["user", "timestamp"]).groupby("user")["timestamp"].diff().dropna()
    assert (pauses == 0).mean() > 0.3
    assert (pauses < 60).mean() > 0.9
    assert (pauses > 86_400).any()


def test_famous_movies_are_not_always_rated_first(tables):
    ratings = tables[0].sort_values(["user", "timestamp"])
    fame = ratings["item"].map(ratings["item"].value_counts())
    late = ratings.groupby("user").cumcount() / ratings.groupby("user")["item"].transform("size") > 0.5
    assert fame[late].mean() == pytest.approx(fame[~late].mean(), rel=0.05)


def test_titles_are_unique_and_genres_belong_to_one_taste_group():
    _, movies = make_synthetic(100_000)
    assert movies["title"].is_unique and not movies["title"].str.contains(r"\(|, ").any()
    vocabularies = [set(genres) for genres, *_ in GROUPS]
    for genres in movies["genres"].str.split("|"):
        assert 1 <= len(genres) == len(set(genres)) <= 3
        assert any(set(genres) <= vocabulary for vocabulary in vocabularies)
    assert movies["year"].isna().sum() == 1 and movies["year"].dropna().between(1922, 1998).all()


def test_titles_never_run_out():
    many = synthetic._titles(np.random.default_rng(0), ["Quiet"], ["Letter", "Piano"])
    titles = [next(many) for _ in range(500)]
    assert len(set(titles)) == 500


@pytest.mark.parametrize("n_ratings", [100, 101, 999, 20_000, 100_000])
def test_the_number_of_ratings_is_exact_and_each_user_has_twenty(n_ratings):
    ratings, movies = make_synthetic(n_ratings)
    assert len(ratings) == n_ratings and ratings["user"].value_counts().min() >= 20
    assert not ratings.duplicated(["user", "item"]).any()
    assert ratings["user"].value_counts().max() <= len(movies) / 2


def test_users_and_movies_grow_more_slowly_than_ratings():
    (small, few), (large, many) = make_synthetic(20_000), make_synthetic(200_000)
    assert small["user"].nunique() < large["user"].nunique() < 10 * small["user"].nunique()
    assert len(few) < len(many) < 5 * len(few)


def test_drawing_in_many_blocks_bounds_the_memory_and_keeps_the_promises(monkeypatch):
    sizes = []
    draw = synthetic._draw
    monkeypatch.setattr(synthetic, "CELLS", 3_000)
    monkeypatch.setattr(synthetic, "_draw", lambda rng, counts, *rest: (sizes.append(len(counts)),
                                                                        draw(rng, counts, *rest))[1])
    ratings, _ = make_synthetic()
    assert max(sizes) * 300 <= 3_000 and len(ratings) == 10_000
    assert not ratings.duplicated(["user", "item"]).any()


def test_fewer_than_a_hundred_ratings_are_refused():
    with pytest.raises(ValueError, match="ask for 100 or more"):
        make_synthetic(99)


def test_sizes_are_read():
    assert [parse_size(text) for text in ("20000", "50k", "1.5m", "30M")] == [20_000, 50_000, 1_500_000, 30_000_000]
    for text in ("", "many", "-5", "5g", "1e6"):
        with pytest.raises(ValueError, match="no number of ratings"):
            parse_size(text)


def hit_rates(ratings):
    """Returns HR@10 by user, over all unseen movies, of chance, popularity and neighbours; last positive held out."""
    liked = ratings[ratings["rating"] >= 4].sort_values("timestamp", kind="stable")
    liked = liked[liked.groupby("user")["item"].transform("size") >= 3]
    last = liked.groupby("user").tail(1)
    seen = np.zeros((ratings["user"].max() + 1, ratings["item"].max() + 1))
    train = liked.drop(last.index)
    seen[train["user"], train["item"]] = 1
    together = seen.T @ seen
    norm = np.sqrt(together.diagonal()) + 1e-9
    cosine = together / norm / norm[:, None] * (1 - np.eye(len(norm)))
    users, items = last["user"].to_numpy(), last["item"].to_numpy()
    scores = {"chance": np.random.default_rng(0).random(seen.shape)[users],
              "popularity": np.tile(seen.sum(0), (len(users), 1)), "neighbours": seen[users] @ cosine}
    return {name: hits_at_10(np.where(seen[users] > 0, -np.inf, score), items) for name, score in scores.items()}


def hits_at_10(scores, items):
    own = scores[np.arange(len(items)), items][:, None]
    better, equal = (scores > own).sum(1), (scores == own).sum(1) - 1
    return np.clip((10 - better) / (equal + 1), 0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_beat_popularity_and_popularity_beats_chance(seed):
    hits = hit_rates(make_synthetic(seed=seed)[0])
    for better, worse in (("neighbours", "popularity"), ("popularity", "chance")):
        difference = hits[better] - hits[worse]
        assert difference.mean() > 2 * difference.std() / np.sqrt(len(difference)), (better, worse)


def test_ratings_hold_effects_of_user_item_and_taste():
    ratings, movies = make_synthetic(50_000)
    residual = ratings["rating"] - ratings["rating"].mean()
    for column in ("item", "user"):
        before, residual = residual, residual - residual.groupby(ratings[column]).transform("mean")
        assert residual.var() < 0.95 * before.var(), column
    genre = ratings["item"].map(movies.set_index("item")["genres"].str.split("|").str[0])
    taste = residual.groupby([ratings["user"], genre]).transform("mean")
    by_chance = residual.sample(frac=1, random_state=0).set_axis(residual.index)
    by_chance = by_chance.groupby([ratings["user"], genre]).transform("mean")
    assert taste.var() > 1.5 * by_chance.var()
