"""The models of clicks in lessons 4b to 6, as a student reads them: right on data made by hand, good on MovieLens."""

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from harness import load_answer, load_cells

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.runtime import device
from recsys_utils.splits import leave_last_out


def implicit_als(train, **settings):
    return load_cells("04b_implicit")["ImplicitALS"](train, **settings)


def bpr(train, n_factors=64, **settings):
    return trained(load_cells("05_bpr"), "BPR", train, n_factors, settings)


def warp(train, n_factors=64, **settings):
    return trained(load_cells("06_warp"), "FactorModel", train, n_factors, settings)


def trained(lesson, name, train, n_factors, settings):
    model = lesson[name](train.n_users, train.n_items, n_factors).to(device())
    for _ in lesson["train_epochs"](model, train, **settings):
        pass
    return model


@pytest.mark.parametrize("build, settings", [(implicit_als, {"n_factors": 8}),
                                             (bpr, {"n_factors": 8, "reg": 0.01, "n_epochs": 60}),
                                             (warp, {"n_factors": 8, "reg": 10.0, "n_epochs": 60})])
def test_user_u_is_shown_item_u(build, settings):
    """50 users like every second film of 50, their own number left out: that one must come first of the others."""
    users, items = np.divmod(np.arange(2500), 50)
    liked = ((users + items) % 2 == 0) & (users != items)
    frame = pd.DataFrame({"user": users[liked], "item": items[liked]})
    train = Interactions.from_frame(frame, rating=None, timestamp=None)
    model = build(train, **settings)
    with torch.no_grad():
        scores = model.scores(torch.arange(50, device=device())).cpu()
    scores[train.users, train.items] = -torch.inf
    assert scores.argmax(1).tolist() == list(range(50))


@pytest.fixture(scope="module")
def movielens():
    """Returns the Split of MovieLens 100K's clicks by the course's protocol."""
    return leave_last_out(Interactions.from_frame(load_movielens("ml-100k").ratings).positives())


@pytest.mark.parametrize("n_steps", [None, 3])
def test_no_half_step_of_implicit_als_raises_the_objective(movielens, n_steps):
    lesson, losses = load_cells("04b_implicit"), []
    lesson["ImplicitALS"](movielens.train, n_factors=16, n_sweeps=4, n_steps=n_steps,
                          after=lambda model: losses.append(lesson["implicit_loss"](model, movielens.train)))
    assert len(losses) == 8 and losses[-1] < 0.95 * losses[0]
    assert all(after <= before * (1 + 1e-6) for before, after in zip(losses, losses[1:], strict=False))


def test_the_objective_is_the_sum_over_all_pairs():
    lesson, train = load_cells("04b_implicit"), Interactions.from_frame(load_movielens("synthetic").ratings).positives()
    model = lesson["ImplicitALS"](train, n_factors=8, n_sweeps=1)
    clicked = torch.zeros(train.n_users, train.n_items, dtype=torch.float64)
    clicked[train.users, train.items] = 1
    P, Q = model.user_factors.cpu().double(), model.item_factors.cpu().double()
    confidence = 1 + model.alpha * clicked
    price = (confidence.sum(1) * P.square().sum(1)).sum() + (confidence.sum(0) * Q.square().sum(1)).sum()
    dense = ((confidence * (clicked - P @ Q.T).square()).sum() + model.reg * price) / 2
    assert lesson["implicit_loss"](model, train) == pytest.approx(float(dense), rel=1e-10)


@pytest.fixture
def clicks():
    """Returns 300 clicks of 20 users on 40 films, no pair twice, user 19 without any, and film factors (float64)."""
    draw = torch.Generator().manual_seed(0)
    pairs = torch.randperm(19 * 40, generator=draw)[:300].sort().values
    return pairs // 40, pairs % 40, torch.randn(40, 6, dtype=torch.float64, generator=draw)


def naive(users, items, features, alpha, reg, by_confidence):
    """Each user's ridge problem over all films, with a weight for each film."""
    solution = []
    for user in range(20):
        clicked = torch.zeros(len(features), dtype=torch.float64)
        clicked[items[users == user]] = 1
        confidence = 1 + alpha * clicked
        price = reg * (confidence.sum() if by_confidence else 1) * torch.eye(features.shape[1], dtype=torch.float64)
        solution.append(torch.linalg.solve(features.T @ (confidence[:, None] * features) + price,
                                           features.T @ (confidence * clicked)))
    return torch.stack(solution)


def test_naive_loop_padded_exact_and_conjugate_gradients_agree(clicks):
    users, items, features = clicks
    lesson = load_cells("04b_implicit")
    loop = load_answer("04b_implicit", "implicit_half_step")["implicit_half_step"](users, items, features, 20, 5.0, 0.3)
    torch.testing.assert_close(loop, naive(*clicks, 5.0, 0.3, False), rtol=0, atol=1e-10)
    gram, update = features.T @ features, load_answer("04b_implicit", "gram_update")["gram_update"]
    for user in range(20):
        one = update(gram, features[items[users == user]], 5.0, 0.3)
        torch.testing.assert_close(one, loop[user], rtol=0, atol=1e-10)
    start = torch.bincount(users, minlength=20).cumsum(0)
    start = torch.cat([start.new_zeros(1), start])
    matrix = torch.sparse_csr_tensor(start, items, torch.ones(300, dtype=torch.float64), (20, 40),
                                     check_invariants=True)
    expected = naive(*clicks, 5.0, 0.01, True)
    exact = lesson["exact_half_step"](matrix, features, 5.0, 0.01, size=7)
    torch.testing.assert_close(exact, expected, rtol=0, atol=1e-10)
    many = lesson["sparse_half_step"](matrix, torch.zeros_like(exact), features, 5.0, 0.01, n_steps=6)
    torch.testing.assert_close(many, expected, rtol=0, atol=1e-8)
    few = lesson["sparse_half_step"](matrix, torch.zeros_like(exact), features, 5.0, 0.01, n_steps=2)
    assert (few - expected).abs().max() > 1e-4             # two steps are not the solution


@pytest.fixture
def triples():
    """Returns 200 triples of 20 users and 30 films, rows repeated, and three tables (float64)."""
    draw = torch.Generator().manual_seed(1)
    users, liked, others = (torch.randint(n, (200,), generator=draw) for n in (20, 30, 30))
    shapes = (20, 5), (30, 5), (30,)
    return users, liked, others, [torch.randn(shape, dtype=torch.float64, generator=draw) for shape in shapes]


def test_bpr_by_loop_batch_and_autograd_is_one_step(triples):
    users, liked, others, tables = triples
    step = load_answer("05_bpr", "bpr_step")["bpr_step"]
    batch = step(users, liked, others, *tables, 0.1, 0.02)
    moves = [torch.zeros_like(table) for table in tables]
    for n in range(200):
        for move, new, old in zip(moves, step(users[[n]], liked[[n]], others[[n]], *tables, 0.1, 0.02), tables,
                                  strict=True):
            move += new - old
    rows = [table.clone().requires_grad_() for table in tables]
    p, q_i, q_j, b_i, b_j = rows[0][users], rows[1][liked], rows[1][others], rows[2][liked], rows[2][others]
    norms = sum(part.square().sum() for part in (p, q_i, q_j, b_i, b_j))
    loss = -F.logsigmoid(b_i - b_j + (p * (q_i - q_j)).sum(1)).sum() + 0.01 * norms
    for new, old, move, gradient in zip(batch, tables, moves, torch.autograd.grad(loss, rows), strict=True):
        torch.testing.assert_close(new, old + move, rtol=0, atol=1e-10)
        torch.testing.assert_close(new, old - 0.1 * gradient, rtol=0, atol=1e-10)


@pytest.fixture
def block():
    """Returns 6 of 10 users and who likes what among 25 films."""
    draw = torch.Generator().manual_seed(2)
    return torch.tensor([0, 2, 3, 5, 8, 9]), torch.rand(6, 25, generator=draw) < 0.3


def test_the_model_of_lesson_5_has_the_gradient_by_hand(block):
    users, liked = block
    lesson, by_hand = load_cells("05_bpr"), load_answer("05_bpr", "bpr_gradients")["bpr_gradients"]
    model = lesson["BPR"](10, 25, 4).double()
    with torch.no_grad():
        model.user_factors.weight *= 30
        model.item_factors.weight *= 30
    loss = lesson["pair_loss"](model, users, liked, 3, torch.Generator().manual_seed(7), torch.ones(6).double())
    found = torch.autograd.grad(loss, [model.user_factors.weight, model.item_factors.weight])
    row, positive = liked.nonzero(as_tuple=True)
    negative = lesson["draw_negatives"](liked, row, 3, torch.Generator().manual_seed(7))
    assert not liked[row[:, None], negative].any()
    expected = [torch.zeros_like(part) for part in found]
    for n in range(3):                                     # the bias is zero here, so that it is the plain gradient
        triple = users[row], positive, negative[:, n]
        tables = (part.detach() for part in (model.user_factors.weight, model.item_factors.weight,
                                             model.item_factors.weight))
        gradients = by_hand(*(table[index] for table, index in zip(tables, triple, strict=True)), 0.0)
        for side, index, gradient in zip((0, 1, 1), triple, gradients, strict=True):
            expected[side].index_add_(0, index, gradient / 3)
    for mine, hand in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, hand, rtol=0, atol=1e-10)


def test_warp_by_loop_batch_and_autograd_is_one_gradient(triples):
    users, liked, others, tables = triples
    gradients = load_answer("06_warp", "warp_gradients")["warp_gradients"]
    weights = torch.rand(200, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    batch = gradients(users, liked, others, weights, *tables, 1.0)
    loop = [gradients(users[[n]], liked[[n]], others[[n]], weights[[n]], *tables, 1.0) for n in range(200)]
    rows = [table.clone().requires_grad_() for table in tables]
    x_ui, x_uj = ((rows[0][users] * rows[1][items]).sum(1) + rows[2][items] for items in (liked, others))
    by_autograd = torch.autograd.grad((weights * (1 - x_ui + x_uj).clamp(min=0)).sum(), rows)
    for side in range(3):
        torch.testing.assert_close(batch[side], by_autograd[side], rtol=0, atol=1e-10)
        torch.testing.assert_close(batch[side], sum(one[side] for one in loop), rtol=0, atol=1e-10)


def test_the_weight_of_lesson_6_is_a_number_and_not_a_function(block):
    users, liked = block
    lesson = load_cells("06_warp")
    model = lesson["FactorModel"](10, 25, 4).double()
    draw = torch.Generator().manual_seed(7)
    loss, n_tries, n_found = lesson["warp_loss"](model, users, liked, draw, 1.0, 5, torch.ones(6))
    found = torch.autograd.grad(loss, [model.item_bias])[0]
    with torch.no_grad():
        row, positive, violator, tries, n_likes = lesson["search_violators"](
            model.scores(users), liked, 1.0, 5, torch.Generator().manual_seed(7))
    weight = torch.tensor([sum(1 / k for k in range(1, 25 // t + 1)) for t in tries.tolist()])
    assert n_found == len(row) and n_likes == int(liked.sum()) and not liked[row, violator].any()
    assert n_tries == int(tries.sum()) + 5 * (n_likes - n_found)
    expected = torch.zeros(25).index_add_(0, violator, weight).index_add_(0, positive, -weight)
    torch.testing.assert_close(found.float(), expected)


@pytest.mark.parametrize("rank", [1, 4, 20])
def test_warp_estimates_the_rank_as_expected(rank):
    """100 films, `rank` of them above the bar: the mean of floor(n / N) against the sum over all N."""
    lesson, n, max_tries = load_cells("06_warp"), 100, 30
    scores = torch.zeros(1, n)
    scores[0, :rank] = 5.0
    scores[0, 50] = 2.0                                     # the like; margin 1, so that only the first `rank` violate
    liked = torch.zeros(1, n, dtype=torch.bool)
    liked[0, 50] = True
    draw, estimates = torch.Generator().manual_seed(4), []
    many_scores, many_liked = scores.expand(2000, n), liked.expand(2000, n)
    for _ in range(40):
        tries = lesson["search_violators"](many_scores, many_liked, 1.0, max_tries, draw)[3]
        estimates.append(n // tries)
    expected = load_answer("06_warp", "rank_estimate")["expected_estimate"](rank, n, max_tries)
    assert float(torch.cat(estimates).double().mean()) == pytest.approx(float(expected), rel=0.02)


@pytest.mark.parametrize("build, at_least", [(implicit_als, 0.065), (bpr, 0.055), (warp, 0.055)])
def test_a_model_is_as_good_as_the_lesson_says(movielens, build, at_least):
    assert evaluate_ranking(build(movielens.train), movielens).metrics["NDCG@10"] >= at_least


@pytest.mark.parametrize("lesson", ["05_bpr", "06_warp"])
def test_balance_counts_likes_or_users_the_same(lesson, movielens):
    weights, train = load_cells(lesson)["user_weights"], movielens.train
    counts = torch.bincount(train.users, minlength=train.n_users)
    assert bool((weights(train, 0) == 1).all())
    by_user = (weights(train, 1).cpu() * counts)[counts > 0]
    torch.testing.assert_close(by_user, torch.full_like(by_user, len(train) / len(by_user)))
    assert float((weights(train, 0.5).cpu() * counts).sum()) == pytest.approx(len(train), rel=1e-4)
