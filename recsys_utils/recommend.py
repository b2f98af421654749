"""Numbers turned back into films: what a user liked, what a model would show them, which films are neighbours.

Each function returns a table with title, year and genres, best first, for a person to judge.
"""
import pandas as pd
import torch

from recsys_utils.runtime import device, to_tensor


def history(user, interactions, movies, k=10):
    """Returns the k films that this user rated highest, the latest first among equals, with the rating.

    user: row, 0 … n_users - 1; movies: DataFrame with item, title, year, genres
    """
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
    user = _checked(user, interactions.n_users, "user")
    scores = to_tensor(model.scores(torch.tensor([user], device=device()))).cpu()[0]
    order = scores.argsort(descending=True, stable=True)
    best = order[~torch.isin(order, interactions.items[interactions.users == user])][:k]
    return films(best, interactions, movies).assign(score=scores[best].numpy())


def similar_items(item_factors, item, interactions, movies, k=10, among=None):
    """Returns the k films whose factor vectors point most nearly the same way, with the cosine.

    item_factors: (n_items, n_factors); item: row, 0 … n_items - 1
    among: BoolTensor (n_items,), the films that may be shown, for example those with 50 ratings and more; None: all
    """
    if len(item_factors) != interactions.n_items:
        raise ValueError(f"item_factors has {len(item_factors):,} rows for {interactions.n_items:,} items: are these "
                         "the users' factors?")
    directions = torch.nn.functional.normalize(to_tensor(item_factors).cpu().float(), dim=1)
    cosine = directions @ directions[_checked(item, interactions.n_items, "item")]
    allowed = torch.ones(len(cosine), dtype=torch.bool) if among is None else to_tensor(among).cpu().clone()
    allowed[item] = False
    best = cosine.masked_fill(~allowed, -torch.inf).argsort(descending=True, stable=True)[:min(k, int(allowed.sum()))]
    return films(best, interactions, movies).assign(cosine=cosine[best].numpy())


def films(items, interactions, movies):
    """Returns title, year, genres of the films in these rows of the catalogue. items: LongTensor (n,)"""
    ids = interactions.item_ids[torch.as_tensor(items).cpu().numpy()]
    table = pd.DataFrame({"item": ids}).merge(movies, on="item", how="left")
    return table[["title", "year", "genres"]]


def _checked(row, size, kind):
    if not 0 <= int(row) < size:
        raise ValueError(f"There is no {kind} {row}: {kind}s are the rows 0 … {size - 1:,}, not the data set's own ids")
    return int(row)
