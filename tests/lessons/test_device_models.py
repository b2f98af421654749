"""The models of the lessons on a pretend device: the CPU's numbers, no device mixed up, no wait inside an epoch."""
import ast
import re
import sys

import pytest
import torch
from harness import code_cells, execute, has_tag, solution_names
from pretend_device import pretend_device

from recsys_utils.evaluation import evaluate_ranking, evaluate_ratings
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.runtime import device
from recsys_utils.splits import leave_last_out, random_split

pytestmark = pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")


@pytest.fixture(scope="module")
def ratings():
    """Returns a Split of 2,000 made-up ratings."""
    return random_split(Interactions.from_frame(load_movielens("synthetic:2000").ratings), test=0.2, seed=0)


@pytest.fixture(scope="module")
def clicks():
    """Returns the last-one-out Split of the same ratings' positives."""
    return leave_last_out(Interactions.from_frame(load_movielens("synthetic:2000").ratings).positives())


def model_cells(notebook):
    first, *others = code_cells(notebook)
    return [first.source, *(cell.source for cell in others if has_tag(cell, "model"))]


def load(cells):
    names = {"__name__": "a lesson"}
    for source in cells:
        execute(source, names)
    return names


# each trainer: (the lesson's names, training part, number of epochs) -> model

def plain_factorization(lesson, train, n_epochs):
    mean = float(train.ratings.mean())
    model = lesson["PlainFactorization"](train.n_users, train.n_items, 4, mean).to(device())
    return lesson["fit"](model, train, 0.08, n_epochs)


def explicit_als(lesson, train, n_epochs):
    return lesson["ExplicitALS"](train, n_factors=4, n_sweeps=n_epochs)


def implicit_als(lesson, train, n_epochs):
    return lesson["ImplicitALS"](train, n_factors=4, n_sweeps=n_epochs)


def implicit_als_exactly(lesson, train, n_epochs):
    return lesson["ImplicitALS"](train, n_factors=4, n_sweeps=n_epochs, n_steps=None)


def bpr(lesson, train, n_epochs):
    return trained(lesson, "BPR", train, n_epochs, balance=0.5)


def warp(lesson, train, n_epochs):
    return trained(lesson, "FactorModel", train, n_epochs, balance=0.5)


def rival(lesson, train, n_epochs):
    return trained(lesson, "FactorModel", train, n_epochs, loss="bpr")


def latent_factors(lesson, train, n_epochs):
    model = lesson["LatentFactors"](train, 4)
    for _ in lesson["train_epochs"](model, train, n_epochs=n_epochs):
        pass
    return model


def gmf(lesson, train, n_epochs):
    return trained(lesson, "GMF", train, n_epochs)


def neumf(lesson, train, n_epochs):
    parts = gmf(lesson, train, 1), trained(lesson, "MLP", train, 1)
    model = lesson["NeuMF"](train.n_users, train.n_items, 4).to(device()).start_from(*parts)
    return trained(lesson, model, train, n_epochs)


def trained(lesson, model, train, n_epochs, **settings):
    if isinstance(model, str):
        model = lesson[model](train.n_users, train.n_items, 4).to(device())
    for _ in lesson["train_epochs"](model, train, n_epochs=n_epochs, **settings):
        pass
    return model


TRAINERS = {
    "03_svd": [plain_factorization], "04a_explicit": [explicit_als],
    "04b_implicit": [implicit_als, implicit_als_exactly], "05_bpr": [bpr], "06_warp": [warp, rival],
    "07_latent_factors": [latent_factors], "08_ncf": [gmf, neumf],
}
OF_STARS = ["03_svd", "04a_explicit", "07_latent_factors"]


def untrained(notebook, lesson, stars, likes):
    """The models of a lesson that are counted or solved at once, and its losses."""
    if notebook == "02_metrics":
        return [lesson["AlwaysTheMean"](stars), lesson["DampedMeans"](stars, 5, 5), lesson["Popularity"](likes)]
    if notebook == "07_latent_factors":
        return [lesson["BiasOnly"](stars), lesson["AlwaysTheMean"](stars)]
    if notebook == "09_comparison":
        gram = lesson["gram_of"](likes)
        weights = lesson["knn_weights"](gram, 0.5), lesson["ease_weights"](gram.to(device()), 50.0)
        return [lesson["Popularity"](likes), *(lesson["ItemModel"](likes, one) for one in weights)]
    return []


def results(notebook, cells, ratings, clicks):
    """Returns all that the model cells of a lesson compute, on the device of the day: numbers by name."""
    lesson, found = load(cells), {}
    train = (ratings if notebook in OF_STARS else clicks).train
    models = untrained(notebook, lesson, ratings.train, clicks.train)
    models += [trainer(lesson, train, 1) for trainer in TRAINERS.get(notebook, [])]
    rows = torch.arange(3, device=device())
    for place, model in enumerate(models):
        if hasattr(model, "predict"):
            assert model.predict(rows, rows).device == device(), "the ratings are elsewhere"
            found[place, "ratings"] = evaluate_ratings(model, ratings).metrics
        if hasattr(model, "scores"):
            assert model.scores(rows).device == device(), "the scores are elsewhere"
            found[place, "ranking"] = evaluate_ranking(model, clicks).metrics
        for loss in {"loss_of", "implicit_loss"} & lesson.keys():
            found[place, loss] = {"": lesson[loss](model, train)}
    return {(*key, name): value for key, metrics in found.items() for name, value in metrics.items()}


NOTEBOOKS = [name for name in solution_names() if len(model_cells(name)) > 1]


@pytest.fixture(scope="module")
def on_the_cpu(ratings, clicks):
    """Returns {notebook: results on the CPU}, and the functions of model cells that ran."""
    ran, found = set(), {}

    def note(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith("<cell"):
            ran.add(frame.f_code.co_qualname)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECSYS_DEVICE", "cpu")
        for notebook in NOTEBOOKS:
            ran.clear()
            sys.setprofile(note)
            try:
                numbers = results(notebook, model_cells(notebook), ratings, clicks)
            finally:
                sys.setprofile(None)
            found[notebook] = numbers, frozenset(ran)
    return found


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_function_of_the_model_cells_is_tried_here(notebook, on_the_cpu):
    there = set()
    for cell in model_cells(notebook)[1:]:
        for top in ast.parse(cell).body:
            there |= {top.name} if isinstance(top, ast.FunctionDef) else set()
            there |= {f"{top.name}.{part.name}" for part in getattr(top, "body", ()) if isinstance(top, ast.ClassDef)
                      and isinstance(part, ast.FunctionDef)}
    assert there - on_the_cpu[notebook][1] == set()


@pytest.mark.parametrize("float64", [True, False], ids=["float64", "no float64"])
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_device_computes_what_the_cpu_computes(notebook, float64, ratings, clicks, on_the_cpu):
    with pretend_device(float64):
        found = results(notebook, model_cells(notebook), ratings, clicks)
    assert found == pytest.approx(on_the_cpu[notebook][0], rel=1e-6)


# what brings a tensor, a generator or a draw to the device -> what stands there without it
FAULTS = {r"\.to\((?:device\(\)|here|P\.device|self\.weights)\)": "", r"Generator\(device\(\)\)": "Generator()",
          r", device=(?:device\(\)|\w+\.device)": ""}
# where any device takes the CPU's: a single number, an index
HARMLESS = {
    "02_metrics": ["self.global_mean = mean.to(device())"],
    "03_svd": ["for rows in torch.randperm(len(train), generator=generator).to(device())"],
    "04a_explicit": ["users, items = train.users.to(device())",
                     "users, items = train.users.to(device()), train.items.to(device())"],
    "07_latent_factors": ["shuffled = torch.randperm(len(train), generator=generator).to(device())"],
    "08_ncf": ["seen[(train.users * train.n_items + train.items).to(device())"],
}


def faulty(notebook):
    """Yields, for each place where model cells name a device: the line up to there, and the cells without the name."""
    cells = model_cells(notebook)
    for number, source in enumerate(cells):
        for pattern, without in FAULTS.items():
            for match in re.finditer(pattern, source):
                changed = source[:match.start()] + without + source[match.end():]
                line = source[:match.end()].splitlines()[-1].strip()
                yield line, [*cells[:number], changed, *cells[number + 1:]]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_device_left_out_of_a_model_cell_is_caught(notebook, ratings, clicks):
    unnoticed = []
    for line, cells in faulty(notebook):
        try:
            with pretend_device():
                results(notebook, cells, ratings, clicks)
            unnoticed.append(line)
        except (RuntimeError, AssertionError) as error:
            assert re.search("same device|other device|elsewhere", str(error)), line
    assert unnoticed == HARMLESS.get(notebook, [])


# (notebook, line) where the host waits for the device inside an epoch -> the reason, which a comment in that cell gives
COLLISIONS, LIKES = "to know how many collide", "to know how many likes the block has"
CHOLESKY, WIDTH = "cholesky raises where a gram is not definite", "for its width, and for cholesky, which may raise"
DRAW_AGAIN = "while len(again := liked[start + drawn].nonzero()[:, 0]):"
WHO_LIKES_WHAT = "row, positive = liked.nonzero(as_tuple=True)"
WAITS = {
    ("04a_explicit", "solution[rows] = torch.cholesky_solve(right, torch.linalg.cholesky(gram))[..., 0]"): CHOLESKY,
    ("04b_implicit", "for rows in order[:int((counts > 0).sum())].split(size):"): WIDTH,
    ("04b_implicit", "slot = torch.arange(int(counts[rows[0]]), device=rows.device)"): WIDTH,
    ("04b_implicit", "solution[rows] = torch.cholesky_solve(right, torch.linalg.cholesky(left))[..., 0]"): WIDTH,
    ("05_bpr", WHO_LIKES_WHAT): LIKES, ("05_bpr", DRAW_AGAIN): COLLISIONS,
    ("06_warp", WHO_LIKES_WHAT): LIKES, ("06_warp", DRAW_AGAIN): COLLISIONS,
    ("06_warp", "hits = found.nonzero()[:, 0]"): "to know how many found one",
    ("08_ncf", "while len(again := seen[others * n_items + drawn].nonzero()[:, 0]):"): COLLISIONS,
}


def waits_of(trainer, lesson, train):
    """Returns the lines, without comments, that wait in each epoch, but for those that yield what an epoch gave."""
    counts = []
    for n_epochs in (1, 3):
        with pretend_device() as here:
            trainer(lesson, train, n_epochs)
        counts.append(here.trips)
    once, thrice = counts
    return {trip.line.split("#")[0].strip() for trip in thrice if thrice[trip] > once[trip]
            and not trip.line.startswith("yield")}


@pytest.mark.parametrize("notebook", TRAINERS)
def test_the_host_waits_inside_an_epoch_only_where_a_comment_says_why(notebook, ratings, clicks):
    cells, train = model_cells(notebook), (ratings if notebook in OF_STARS else clicks).train
    lesson, lines = load(cells), set()
    for trainer in TRAINERS[notebook]:
        lines |= waits_of(trainer, lesson, train)
    reasons = {line: reason for (where, line), reason in WAITS.items() if where == notebook}
    assert lines == reasons.keys()
    for line, reason in reasons.items():
        assert all(reason in cell for cell in cells if line in cell)


def test_a_round_trip_put_into_an_epoch_is_found(clicks):
    cells = [source.replace("optimizer.step()", "optimizer.step(); loss.item()") for source in model_cells("05_bpr")]
    assert "optimizer.step(); loss.item()" in waits_of(bpr, load(cells), clicks.train)
