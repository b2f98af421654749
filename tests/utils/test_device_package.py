"""The package on a pretend device: scores, factors and answers may lie there, and every number is the CPU's."""
import matplotlib.pyplot as plt
import pandas as pd
import pytest
import torch
from pretend_device import LABEL, Pretend, pretend_device

from recsys_utils import checks, metrics
from recsys_utils.evaluation import evaluate_ranking, evaluate_ratings
from recsys_utils.interactions import Interactions
from recsys_utils.leaderboard import record, recorded
from recsys_utils.movielens import load_movielens
from recsys_utils.plots import learning_curves, long_tail
from recsys_utils.recommend import films, history, recommend, similar_items
from recsys_utils.runtime import device, seed_everything, to_double, to_tensor
from recsys_utils.splits import leave_last_out, random_split

DTYPES = [torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.int32, torch.uint8]


@pytest.fixture(scope="module")
def data():
    return load_movielens("synthetic:2000")


@pytest.fixture(scope="module")
def ratings(data):
    return Interactions.from_frame(data.ratings)


@pytest.fixture(params=[True, False], ids=["float64", "no float64"])
def here(request):
    """Turns the pretend device on, with and without double precision, and gives it."""
    with pretend_device(request.param) as made:
        yield made


class Table:
    """A model whose scores stand in a table (n_users, n_items); half of them tie."""

    def __init__(self, ratings, dtype=torch.float32):
        shape = (ratings.n_users, ratings.n_items)
        self.table = torch.randint(0, 40, shape, generator=torch.Generator().manual_seed(1)).to(dtype).to(device())

    def scores(self, users):
        return self.table[users]

    def predict(self, users, items):
        return self.table[users, items]


def same(first, second):
    """Returns whether two Results are equal, the values of each user included."""
    equal = all((first.per_user[name] == values).all() for name, values in second.per_user.items())
    return equal and (first.metrics, first.protocol, first.details) == (second.metrics, second.protocol, second.details)


def on_the_cpu(monkeypatch, compute):
    with monkeypatch.context() as patch:
        patch.setenv("RECSYS_DEVICE", "cpu")
        return compute()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("candidates, within_users", [("all", False), (20, False), ("all", True)])
def test_a_ranking_is_evaluated_as_on_the_cpu(here, monkeypatch, ratings, dtype, candidates, within_users):
    if dtype == torch.float64 and not here.float64:
        pytest.raises(TypeError, Table, ratings, dtype)
        return
    positives = ratings.positives()
    split = random_split(positives, within_users=True) if within_users else leave_last_out(positives)

    def evaluate():
        return evaluate_ranking(Table(ratings, dtype), split, candidates=candidates)

    assert same(evaluate(), on_the_cpu(monkeypatch, evaluate))


def test_whole_scores_too_large_for_single_precision_do_not_tie(ratings):
    def evaluate():
        model = Table(ratings)
        model.table = (2**40 + torch.randperm(model.table.numel()).view(model.table.shape)).to(device())
        return evaluate_ranking(model, leave_last_out(ratings.positives()))

    torch.manual_seed(1)
    expected = evaluate()
    torch.manual_seed(1)
    with pretend_device(float64=False):
        assert same(evaluate(), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.int64])
def test_ratings_are_evaluated_as_on_the_cpu(here, monkeypatch, ratings, dtype):
    split = random_split(ratings)

    def evaluate():
        return evaluate_ratings(Table(ratings, dtype), split)

    assert same(evaluate(), on_the_cpu(monkeypatch, evaluate))


def test_errors_and_intervals_take_values_of_the_device(here):
    predicted, actual = torch.tensor([1.0, 2, 4], device=LABEL), torch.tensor([1.0, 3, 2])
    for metric in (metrics.mse, metrics.rmse, metrics.mae):
        assert metric(predicted, actual) == metric(predicted, actual.to(LABEL)) == metric(predicted.cpu(), actual)
    assert metrics.bootstrap_interval(predicted) == metrics.bootstrap_interval(predicted.cpu())


def test_ranks_are_counted_on_the_device(here, ratings):
    scores, target = Table(ratings).table, torch.arange(ratings.n_users, device=LABEL)
    found = metrics.rank_of(scores, target)
    expected = metrics.rank_of(scores.cpu(), target.cpu())
    assert {trip.kind for trip in here.trips} == {"cpu"}                 # the line above, and no other
    for one, other in zip(found, expected, strict=True):
        assert type(one) is Pretend and torch.equal(one.cpu(), other)


@pytest.mark.parametrize("users", [None, [0, 0, 1, 1, 2]])
def test_ranking_metrics_take_counts_of_the_device(here, users):
    better, equal = torch.tensor([0, 3, 5, 1, 4]), torch.tensor([0, 1, 0, 2, 0])
    owner, n = (None, 9) if users is None else (torch.tensor(users), torch.tensor([9, 8, 9]))
    ours = [one.to(LABEL) if isinstance(one, torch.Tensor) else one for one in (better, equal, owner, n)]
    for metric in (metrics.hit_rate, metrics.ndcg, metrics.recall, metrics.precision):
        assert torch.equal(metric(ours[0], ours[1], 3, ours[2]), metric(better, equal, 3, owner))
    assert torch.equal(metrics.mrr(*ours[:3]), metrics.mrr(better, equal, owner))
    assert torch.equal(metrics.auc(ours[0], ours[1], ours[3], ours[2]), metrics.auc(better, equal, n, owner))


def test_tables_of_films_are_those_of_the_cpu(here, monkeypatch, data, ratings):
    user, item, among = (torch.tensor(value, device=LABEL) for value in (3, 5, [True, False] * (ratings.n_items // 2)))

    def tables(user, item, among):
        model, catalogue = Table(ratings), (ratings, data.movies)
        return [recommend(model, user, *catalogue), similar_items(model.table.T, item, *catalogue, among=among),
                history(user, *catalogue), films(model.table[0, :4].long(), *catalogue)]

    expected = on_the_cpu(monkeypatch, lambda: tables(user.cpu(), item.cpu(), among.cpu()))
    for found, table in zip(tables(user, item, among), expected, strict=True):
        pd.testing.assert_frame_equal(found, table)


@pytest.mark.parametrize("dtype", DTYPES)
def test_films_are_recommended_by_scores_of_any_type(data, ratings, dtype):
    found = recommend(Table(ratings, dtype), 3, ratings, data.movies)
    pd.testing.assert_frame_equal(found, recommend(Table(ratings), 3, ratings, data.movies), check_dtype=False)


def test_rows_are_picked_and_figures_drawn_by_values_of_the_device(here, ratings):
    liked = (ratings.ratings >= 4).to(LABEL)
    assert torch.equal(ratings.select(liked).users, ratings.positives().users)
    counts = torch.tensor([3, 0, 9, 1], device=LABEL)
    assert list(long_tail(counts).lines[0].get_ydata()) == [9, 3, 1]
    assert list(learning_curves({"a": counts, "b": [1.0, 2]}, "loss").lines[0].get_ydata()) == [3, 0, 9, 1]
    plt.close("all")


def test_a_record_keeps_factors_of_the_device(here, ratings, tmp_path, monkeypatch):
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path))
    model = Table(ratings)
    record(evaluate_ranking(model, leave_last_out(ratings.positives())), "made up", "table", item_factors=model.table.T)
    (entry,) = recorded("made up")
    assert torch.equal(entry["item_factors"], model.table.T.cpu())


def test_the_words_of_a_check_are_those_of_the_cpu(here, monkeypatch):
    real = checks._foreign                                   # a real device has tensors of torch's own class
    monkeypatch.setattr(checks, "_foreign", lambda value: None if isinstance(value, Pretend) else real(value))
    value = torch.tensor([1.0, 2.5], device=LABEL)
    checks.check_equal(value, [1, 2.5], "x")
    checks.check_close(value, torch.tensor([1, 2.5], device=LABEL), "x")
    checks.check_shape(value, (2,), "x")
    checks.check_unchanged(value, value.clone(), "x")
    for wrong in (lambda value: checks.check_equal(value, [1, 3], "x"),
                  lambda value: checks.check_shape(value, (3,), "x"),
                  lambda value: checks.check_close(value, [1, 3], "x", why="so"),
                  lambda value: checks.check_unchanged(value, [1, 3], "x")):
        said = []
        for one in (value, value.cpu()):
            with pytest.raises(checks.CheckFailed) as failed:
                wrong(one)
            said.append(str(failed.value))
        assert said[0] == said[1]


def test_double_precision_is_on_the_device_or_else_on_the_cpu(here):
    value = to_double(torch.tensor([0.5, 2], device=LABEL))
    assert value.dtype == torch.float64 and value.cpu().tolist() == [0.5, 2]
    assert value.device == (LABEL if here.float64 else torch.device("cpu"))
    assert to_double(torch.tensor([1])).dtype == torch.float64


def test_to_tensor_leaves_a_tensor_where_it_is(here):
    weight = torch.ones(2, device=LABEL, requires_grad=True)
    assert type(to_tensor(weight)) is Pretend and not to_tensor(weight).requires_grad and not here.trips


def test_a_seed_repeats_the_draws_of_the_device(here):
    def draw():
        seed_everything(4)
        return torch.rand(3, device=device()).tolist()

    assert draw() == draw()
