"""The models of stars in the lessons, as a student reads them: right on data made by hand, good on MovieLens 100K."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from harness import load_answer, load_cells

from recsys_utils.evaluation import evaluate_ratings
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.runtime import device
from recsys_utils.splits import random_split


def plain_factorization(train, n_factors=64, reg=0.08, n_epochs=10):
    lesson = load_cells("03_svd")
    model = lesson["PlainFactorization"](train.n_users, train.n_items, n_factors, float(train.ratings.mean()))
    return lesson["fit"](model.to(device()), train, reg, n_epochs)


def explicit_als(train, n_factors=32, reg=0.12):
    return load_cells("04a_explicit")["ExplicitALS"](train, n_factors=n_factors, reg=reg)


def bias_only(train, reg=3.0):
    return load_cells("07_latent_factors")["BiasOnly"](train, reg)


def latent_factors(train, n_factors=64, reg=1.0, n_epochs=12):
    lesson = load_cells("07_latent_factors")
    model = lesson["LatentFactors"](train, n_factors)
    for _ in lesson["train_epochs"](model, train, reg, n_epochs=n_epochs):
        pass
    return model


@pytest.fixture(scope="module")
def checkerboard():
    """Returns a Split of 60 x 60 ratings, 5 where user and item are both even or both odd, 1 elsewhere."""
    users, items = np.divmod(np.arange(3600), 60)
    frame = pd.DataFrame({"user": users, "item": items, "rating": np.where((users + items) % 2 == 0, 5.0, 1.0)})
    return random_split(Interactions.from_frame(frame, timestamp=None), test=0.2, seed=1)


# 2,880 ratings are eight batches an epoch, so it takes many epochs
@pytest.mark.parametrize("build, settings", [(plain_factorization, {"reg": 0.01, "n_epochs": 150}),
                                             (explicit_als, {"reg": 0.01}),
                                             (latent_factors, {"reg": 0.1, "n_epochs": 150})])
def test_a_factor_model_learns_the_checkerboard(checkerboard, build, settings):
    model = build(checkerboard.train, 4, **settings)
    assert evaluate_ratings(model, checkerboard).metrics["RMSE"] < 0.3
    with torch.no_grad():
        scores = model.scores(torch.arange(60, device=device())).cpu()
    liked = (torch.arange(60)[:, None] + torch.arange(60)) % 2 == 0
    assert scores[liked].min() > scores[~liked].max()


def test_biases_alone_cannot_learn_the_checkerboard(checkerboard):
    assert evaluate_ratings(bias_only(checkerboard.train), checkerboard).metrics["RMSE"] > 1.9


@pytest.mark.parametrize("build", [plain_factorization, explicit_als, bias_only, latent_factors])
def test_predict_and_scores_are_one_model(checkerboard, build):
    model = build(checkerboard.train.select(slice(0, 200)))
    users, items = (part.to(device()) for part in (checkerboard.test.users, checkerboard.test.items))
    with torch.no_grad():
        torch.testing.assert_close(model.scores(users)[torch.arange(len(items)), items], model.predict(users, items))


@pytest.fixture
def triples():
    """Returns 200 ratings of 20 users and 30 items, and factors, in double precision."""
    draw = torch.Generator().manual_seed(0)
    users, items = (torch.randint(n, (200,), generator=draw) for n in (20, 30))
    return users, items, *(torch.randn(shape, dtype=torch.float64, generator=draw) for shape in (200, (20, 5), (30, 5)))


def test_batch_loop_and_autograd_give_one_gradient(triples):
    users, items, ratings, p, q = triples
    gradients = load_answer("03_svd", "gradients")["gradients"]
    batch = gradients(*triples, 0.1)
    loop = [gradients(users[[n]], items[[n]], ratings[[n]], p, q, 0.1) for n in range(200)]
    rows = p.clone().requires_grad_(), q.clone().requires_grad_()
    errors = ratings - (rows[0][users] * rows[1][items]).sum(1)
    squares = rows[0][users].square().sum() + rows[1][items].square().sum()
    by_autograd = torch.autograd.grad((errors.square().sum() + 0.1 * squares) / 2, rows)
    known = torch.zeros(20, 30, dtype=torch.float64)
    dense_ratings, count = known.clone(), known.index_put((users, items), torch.ones(200).double(), accumulate=True)
    dense_ratings[users, items] = ratings
    for side in (0, 1):
        torch.testing.assert_close(batch[side], by_autograd[side], rtol=0, atol=1e-10)
        torch.testing.assert_close(batch[side], sum(one[side] for one in loop), rtol=0, atol=1e-10)
    once = count == 1                                        # the dense form knows a pair once
    pairs = once[users, items]
    dense = load_answer("03_svd", "dense_gradients")["dense_gradients"](dense_ratings, once, p, q, 0.1)
    sparse = gradients(users[pairs], items[pairs], ratings[pairs], p, q, 0.1)
    for side in (0, 1):
        torch.testing.assert_close(dense[side], sparse[side], rtol=0, atol=1e-10)


def test_an_epoch_of_batches_of_one_is_the_loop(triples):
    users, items, ratings, p, q = triples
    lesson, gradients = load_answer("03_svd", "sgd_epoch"), load_answer("03_svd", "gradients")["gradients"]
    order = torch.randperm(200, generator=torch.Generator().manual_seed(4))
    found = lesson["sgd_epoch"](lambda *batch: gradients(*batch, 0.1), *triples, 0.01, 1,
                                torch.Generator().manual_seed(4))
    p, q = p.clone(), q.clone()
    for user, item, rating in zip(users[order], items[order], ratings[order], strict=True):
        error, old = rating - p[user] @ q[item], p[user].clone()
        p[user] += 0.01 * (error * q[item] - 0.1 * p[user])
        q[item] += 0.01 * (error * old - 0.1 * q[item])
    for mine, loop in zip(found, (p, q), strict=True):
        torch.testing.assert_close(mine, loop, rtol=0, atol=1e-10)


@pytest.mark.parametrize("weighted, reg", [(True, 0.1), (False, 5.0)])
def test_no_half_step_of_als_raises_the_objective(weighted, reg):
    train = Interactions.from_frame(load_movielens("ml-100k").ratings)
    lesson, losses = load_cells("04a_explicit"), []
    lesson["ExplicitALS"](train, n_factors=8, reg=reg, n_sweeps=4, weighted=weighted,
                          after=lambda model: losses.append(lesson["loss_of"](model, train)))
    assert len(losses) == 8 and losses[-1] < 0.95 * losses[0]
    assert all(after <= before * (1 + 1e-6) for before, after in zip(losses, losses[1:], strict=False))


def test_biases_by_means_and_by_gradient_agree():
    train = Interactions.from_frame(load_movielens("synthetic").ratings)
    train = replace(train, ratings=train.ratings.double())
    n_u, n_i = torch.bincount(train.users), torch.bincount(train.items, minlength=train.n_items).clamp(min=1)
    mean, *solved = load_answer("07_latent_factors", "alternating_means")["alternating_means"](
        train.users, train.items, train.ratings, train.n_users, train.n_items, 3.0, 200)
    loss = load_answer("07_latent_factors", "bias_loss")["bias_loss"]
    biases = [torch.zeros(n, dtype=torch.float64, requires_grad=True) for n in (train.n_users, train.n_items)]
    optimizer = torch.optim.LBFGS(biases, max_iter=500, tolerance_grad=1e-9, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss(train.users, train.items, train.ratings, mean, *biases, n_u, n_i, 3.0)
        value.backward()
        return value

    optimizer.step(closure)
    for by_means, by_gradient in zip(solved, biases, strict=True):
        torch.testing.assert_close(by_means, by_gradient.detach(), rtol=0, atol=1e-3)


@pytest.fixture(scope="module")
def movielens():
    data = load_movielens("ml-100k")
    interactions = Interactions.from_frame(data.ratings)
    return data, interactions, random_split(interactions, test=0.2, seed=0)


@pytest.mark.parametrize("build, at_most", [(bias_only, 0.944), (plain_factorization, 0.94), (explicit_als, 0.92),
                                            (latent_factors, 0.91)])
def test_a_model_is_as_good_as_the_lesson_says(movielens, build, at_most):
    assert evaluate_ratings(build(movielens[2].train), movielens[2]).metrics["RMSE"] <= at_most


@pytest.mark.parametrize("build", [plain_factorization, latent_factors])
def test_neighbours_share_genres_more_than_films_rated_as_often(movielens, build):
    data, interactions, split = movielens
    item_factors = build(split.train).item_factors.weight.detach().cpu().double().numpy()
    genres = data.movies.set_index("item").loc[interactions.item_ids, "genres"].str.get_dummies("|").to_numpy()
    shared = genres @ genres.T
    jaccard = shared / np.maximum(1, genres.sum(1)[:, None] + genres.sum(1) - shared)
    by_count = np.argsort(np.bincount(interactions.items, minlength=interactions.n_items), kind="stable")
    place = np.argsort(by_count)
    directions = item_factors / np.linalg.norm(item_factors, axis=1, keepdims=True)
    ours, chance = [], []
    for item in by_count[-100:]:
        cosine = directions @ directions[item]
        cosine[item] = -2
        for near in np.argsort(-cosine)[:10]:
            as_often = by_count[max(0, place[near] - 25):place[near] + 26]
            ours.append(jaccard[item, near])
            chance.append(jaccard[item, as_often[as_often != item]].mean())
    assert np.mean(ours) >= 1.5 * np.mean(chance)
