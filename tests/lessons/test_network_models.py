"""The networks of lesson 8, as a student reads them: right on data made by hand, and no worse than the lesson says."""
import numpy as np
import pandas as pd
import pytest
import torch
from harness import load_answer, load_cells

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.runtime import device
from recsys_utils.splits import leave_last_out

NAMES = ["GMF", "MLP", "NeuMF"]


@pytest.fixture
def lesson():
    return load_cells("08_ncf")


def checkerboard():
    """Returns clicks of 50 users on every second film of 50, each user's own number left out."""
    users, items = np.divmod(np.arange(2500), 50)
    liked = ((users + items) % 2 == 0) & (users != items)
    frame = pd.DataFrame({"user": users[liked], "item": items[liked]})
    return Interactions.from_frame(frame, rating=None, timestamp=None)


@pytest.mark.parametrize("name", NAMES)
def test_user_u_is_shown_item_u(lesson, name):
    train = checkerboard()
    model = lesson[name](50, 50, n_factors=8).to(device())
    for _ in lesson["train_epochs"](model, train, n_epochs=20, batch_size=256):
        pass
    with torch.no_grad():
        scores = model.scores(torch.arange(50, device=device())).cpu()
    scores[train.users, train.items] = -torch.inf
    assert scores.argmax(1).tolist() == list(range(50))


@pytest.mark.parametrize("name", NAMES)
def test_all_scores_are_those_of_the_pairs(lesson, name):
    model = lesson[name](40, 30, n_factors=4).double()
    users, items = (part.flatten() for part in torch.meshgrid(torch.arange(40), torch.arange(30), indexing="ij"))
    torch.testing.assert_close(model.scores(torch.arange(40)).flatten(), model(users, items), rtol=0, atol=1e-12)


def test_the_two_halves_of_the_first_layer_are_the_layer_on_the_concatenation(lesson):
    model = lesson["MLP"](6, 5, n_factors=4).double()
    users, items = torch.tensor([0, 5, 2]), torch.tensor([4, 4, 1])
    both = torch.cat([model.user_factors(users), model.item_factors(items)], 1)
    torch.testing.assert_close(model(users, items), model.out(model.rest(model.first(both)))[:, 0], rtol=0, atol=1e-12)


def test_gmf_with_frozen_weights_is_the_dot_product_and_stays_so(lesson):
    train = checkerboard()
    model = lesson["GMF"](50, 50, n_factors=8, learn_h=False).to(device())
    list(lesson["train_epochs"](model, train, n_epochs=2))
    assert bool((model.out.weight == 1).all())
    with torch.no_grad():
        dots = model.user_factors.weight @ model.item_factors.weight.T + model.out.bias
        torch.testing.assert_close(model.scores(torch.arange(50, device=device())), dots)


def test_a_pre_trained_neumf_starts_from_its_parts(lesson):
    gmf, mlp, both = (lesson[name](7, 6, n_factors=4, seed=seed).double() for seed, name in enumerate(NAMES))
    users, items = torch.arange(6), torch.arange(6).flip(0)
    mixed = 0.3 * gmf(users, items) + 0.7 * mlp(users, items)
    torch.testing.assert_close(both.start_from(gmf, mlp, alpha=0.3)(users, items), mixed, rtol=0, atol=1e-12)


def test_samples_are_the_positives_once_and_other_films_drawn_anew(lesson):
    train = checkerboard()
    seen = torch.zeros(2500, dtype=torch.bool)
    seen[train.users * 50 + train.items] = True
    draw = torch.Generator(device()).manual_seed(3)
    epochs = [lesson["draw_samples"](train, seen.to(device()), 4, draw) for _ in range(2)]
    for users, items, labels in epochs:
        pairs = (users * 50 + items).cpu()
        positive = labels.cpu() == 1
        assert sorted(pairs[positive].tolist()) == seen.nonzero()[:, 0].tolist()
        assert not seen[pairs[~positive]].any() and len(pairs) == 5 * len(train)
        assert torch.equal(torch.bincount(users[~positive].cpu()), 4 * torch.bincount(train.users))
    negatives = [sorted((users * 50 + items)[labels == 0].tolist()) for users, items, labels in epochs]
    assert negatives[0] != negatives[1]


def test_the_answers_tower_learns_with_the_lessons_trainer(lesson):
    train, tower = checkerboard(), load_answer("08_ncf", "tower")["Tower"](50, 50).to(device())
    losses = list(lesson["train_epochs"](tower, train, n_epochs=10, batch_size=256))
    assert losses[-1] < losses[0] < 0.75                     # ln 2 is .69


def test_a_small_gmf_is_better_than_popularity():
    """Lesson 8 says .066 for 12 epochs of 64 factors; popularity has .0405, three standard errors are about .02."""
    lesson, split = load_cells("08_ncf"), leave_last_out(
        Interactions.from_frame(load_movielens("ml-100k").ratings).positives())
    model = lesson["GMF"](split.train.n_users, split.train.n_items, n_factors=32).to(device())
    for _ in lesson["train_epochs"](model, split.train, n_epochs=10):
        pass
    assert evaluate_ranking(model, split).metrics["NDCG@10"] > 0.045
