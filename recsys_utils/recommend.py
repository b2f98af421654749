"""Numbers turned back into films: what a user liked, what a model would show them, which films are neighbours.

Each function returns a table with title, year and genres, best first, for a person to judge.
"""
import pandas as pd
import torch

from recsys_utils.counts import count
from recsys_utils.frames import as_pandas
from recsys_utils.runtime import device, to_tensor


def history(user, interactions, movies, k=10):
    """Returns the k films that this user rated highest, the latest first among equals, with the rating.

    user: row, 0 … n_users - 1; movies: DataFrame with item, title, year, genres
    """
    k = _checked_k(k)
    rows = torch.nonzero(interactions.users == _checked(user, interactions.n_users, "user")).flatten().flip(0)
    table = films(interactions.items[rows], interactions, movies)
    table = table.assign(rating=interactions.ratings[rows].numpy(), time=interactions.timestamps[rows].numpy())
    table = table.sort_values(["rating", "time"], ascending=False, kind="stable")
    return table.drop(columns="time").head(k).reset_index(drop=True)


def recommend(model, user, interactions, movies, k=5):
    """Returns the k films that the model scores highest among those the user has no row for, with the score.

    model: has scores(users) -> (B, n_items); interactions: what the user is known to have seen; fewer than k films
    are returned where the user has seen all but fewer. Ties stand in the order of the items.
    """
    user, k = _checked(user, interactions.n_users, "user"), _checked_k(k)
    scores = to_tensor(model.scores(torch.tensor([user], device=device()))).cpu()[0]
    scores = scores.float() if scores.dtype == torch.bfloat16 else scores    # NumPy has none
    order = scores.argsort(descending=True, stable=True)
    best = order[~torch.isin(order, interactions.items[interactions.users == user])][:k]
    return films(best, interactions, movies).assign(score=scores[best].numpy())


def similar_items(item_factors, item, interactions, movies, k=10, among=None):
    """Returns the k films whose factor vectors point most nearly the same way, with the cosine.

    item_factors: (n_items, n_factors); item: row, 0 … n_items - 1
    among: BoolTensor (n_items,), the films that may be shown, for example those with 50 ratings and more; None: all
    """
    item, k = _checked(item, interactions.n_items, "item"), _checked_k(k)
    if len(item_factors) != interactions.n_items:
        raise ValueError(f"item_factors has {len(item_factors):,} rows for {interactions.n_items:,} items: are these "
                         "the users' factors?")
    directions = torch.nn.functional.normalize(to_tensor(item_factors).cpu().float(), dim=1)
    cosine = directions @ directions[item]
    allowed = torch.ones(len(cosine), dtype=torch.bool) if among is None else to_tensor(among).cpu().clone()
    allowed[item] = False
    best = cosine.masked_fill(~allowed, -torch.inf).argsort(descending=True, stable=True)[:min(k, int(allowed.sum()))]
    return films(best, interactions, movies).assign(cosine=cosine[best].numpy())


def films(items, interactions, movies):
    """Returns title, year, genres of the films in these rows of the catalogue. items: LongTensor (n,)"""
    movies, ids = as_pandas(movies), interactions.item_ids[torch.as_tensor(items).cpu().numpy()]
    lacking = [name for name in ("item", "title", "year", "genres") if name not in movies.columns]
    if lacking:
        raise ValueError(f"The table of movies has no column {lacking[0]!r}; it has {list(movies.columns)}: rename or "
                         "add it")
    twice = movies["item"].duplicated()
    if twice.any():
        raise ValueError(f"Item {movies['item'][twice].iloc[0]} stands in the table of movies more than once: keep "
                         "one, movies.drop_duplicates('item')")
    try:
        return pd.DataFrame({"item": ids}).merge(movies, on="item", how="left")[["title", "year", "genres"]]
    except ValueError:
        raise ValueError(f"Items are {ids.dtype} in the ratings, {movies['item'].dtype} in the table of movies: make "
                         f"them the same, movies.astype({{'item': …}})") from None


def _checked(row, size, kind):
    return count(row, 0, size - 1, f"There is no {kind} {row}: {kind}s are the rows 0 … {size - 1:,}, not the data "
                                   "set's own ids")


def _checked_k(k):
    return count(k, 1, float("inf"), f"k={k!r}: how many films to show is a whole number, at least 1")
