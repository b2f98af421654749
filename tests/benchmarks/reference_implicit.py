"""Measures libraries that learn from clicks, and lessons 4b to 6 beside them: rows of data/reference_results.csv.

    python tests/benchmarks/reference_implicit.py ml-100k ml-1m

Every model has the same budget: four settings, three seeds each on validation; the best mean is then measured with
five seeds on test, once. A row holds the mean over these seeds, its spread their standard deviation; the values by
user, averaged over the seeds, are kept for paired differences (data/bench_results/, not in git). LensKit wants an older
pandas: where a library cannot be imported, its models are left out, and the others' rows stay.

    python tests/benchmarks/reference_implicit.py ml-1m --only lenskit
    python tests/benchmarks/reference_implicit.py ml-1m --differences
"""
import argparse
import importlib.util
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")       # implicit brings its own threads
import numpy as np
import torch
from reference_table import replace_rows

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.metrics import bootstrap_interval
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import leave_last_out

KEPT = Path(__file__).resolve().parents[2] / "data" / "bench_results"
VALIDATION_SEEDS, TEST_SEEDS, THREADS = (100, 101, 102), (0, 1, 2, 3, 4), 2


class Factors:
    """Scores from users' and items' vectors, and an item bias."""

    def __init__(self, users, items, bias=None):
        self.users, self.items = (torch.as_tensor(np.array(part)).float() for part in (users, items))
        self.bias = torch.zeros(len(self.items)) if bias is None else torch.as_tensor(np.array(bias)).float()

    def scores(self, users):
        return self.users[users] @ self.items.T + self.bias


def implicit_als(train, seed, factors, alpha, reg):
    from implicit.als import AlternatingLeastSquares
    model = AlternatingLeastSquares(factors=factors, alpha=alpha, regularization=reg, iterations=15,
                                    num_threads=THREADS, random_state=seed)
    model.fit(clicks(train), show_progress=False)
    return Factors(model.user_factors, model.item_factors)


def implicit_bpr(train, seed, factors, lr, reg):
    from implicit.bpr import BayesianPersonalizedRanking
    model = BayesianPersonalizedRanking(factors=factors, learning_rate=lr, regularization=reg, iterations=100,
                                        num_threads=THREADS, random_state=seed)
    model.fit(clicks(train), show_progress=False)
    return Factors(model.user_factors, model.item_factors)


def lightfm(train, seed, loss, factors, alpha, n_epochs):
    from lightfm import LightFM
    model = LightFM(no_components=factors, loss=loss, item_alpha=alpha, user_alpha=alpha, random_state=seed)
    model.fit(clicks(train).tocoo(), epochs=n_epochs, num_threads=THREADS)
    return Factors(model.user_embeddings, model.item_embeddings, model.item_biases)


def cornac_bpr(train, seed, factors, lr, reg):
    import cornac
    triples = list(zip(train.users.tolist(), train.items.tolist(), [1.0] * len(train), strict=True))
    known = cornac.data.Dataset.from_uir(triples, seed=seed)
    model = cornac.models.BPR(k=factors, max_iter=100, learning_rate=lr, lambda_reg=reg, num_threads=THREADS, seed=seed)
    model.fit(known)
    return cornac_factors(model, known, train)


def cornac_factors(model, known, train):
    """cornac numbers users and items anew: back to our rows; one without a click gets zeros and the lowest bias."""
    users, items = (np.array(list(ids)) for ids in (known.uid_map, known.iid_map))
    tables = np.zeros((train.n_users, model.k)), np.zeros((train.n_items, model.k)), np.zeros(train.n_items)
    tables[0][users], tables[1][items], tables[2][items] = model.u_factors, model.i_factors, model.i_biases
    tables[2][np.setdiff1d(np.arange(train.n_items), items)] = model.i_biases.min()
    return Factors(*tables)


def lenskit_als(train, seed, factors, weight, reg):
    import pandas as pd
    from lenskit.als import ImplicitMFScorer
    from lenskit.data import from_interactions_df
    from lenskit.training import TrainingOptions
    frame = pd.DataFrame({"user_id": train.users.numpy(), "item_id": train.items.numpy()})
    model = ImplicitMFScorer(embedding_size=factors, epochs=15, weight=weight, regularization=reg, use_ratings=False)
    model.train(from_interactions_df(frame), TrainingOptions(rng=seed))
    users, items = (np.array(list(vocabulary.ids())) for vocabulary in (model.users, model.items))
    tables = np.zeros((train.n_users, factors)), np.zeros((train.n_items, factors))
    tables[0][users], tables[1][items] = np.array(model.user_embeddings), np.array(model.item_embeddings)
    return Factors(*tables)


def cells(lesson):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "grading"))
    from harness import load_cells
    return load_cells(lesson)


def course_als(train, seed, n_factors, alpha, reg):
    return cells("04b_implicit")["ImplicitALS"](train, n_factors=n_factors, alpha=alpha, reg=reg, seed=seed)


def course_bpr(train, seed, **settings):
    return trained(cells("05_bpr"), "BPR", train, seed, **settings)


def course_warp(train, seed, **settings):
    return trained(cells("06_warp"), "FactorModel", train, seed, **settings)


def trained(lesson, model, train, seed, n_factors, **settings):
    model = lesson[model](train.n_users, train.n_items, n_factors, seed=seed)
    for _ in lesson["train_epochs"](model, train, seed=seed, **settings):
        pass
    return model


def clicks(train):
    matrix = train.to_csr()
    matrix.data[:] = 1
    return matrix


GRIDS = {      # name: (library, how, settings)
    "implicit ALS (lesson 4b)": ("course", course_als, [
        {"n_factors": f, "alpha": alpha, "reg": reg}
        for f, alpha, reg in ((64, 3, 0.005), (128, 3, 0.005), (128, 3, 0.01), (128, 10, 0.01))]),
    "implicit's ALS": ("implicit", implicit_als, [
        {"factors": f, "alpha": alpha, "reg": reg}
        for f, alpha, reg in ((64, 4, 15), (128, 4, 15), (128, 4, 40), (128, 10, 40))]),
    "LensKit ImplicitMF": ("lenskit", lenskit_als, [
        {"factors": f, "weight": weight, "reg": reg}
        for f, weight, reg in ((64, 3, 15), (128, 3, 15), (128, 3, 40), (128, 10, 40))]),
    "BPR (lesson 5)": ("course", course_bpr, [
        {"n_factors": f, "reg": reg, "balance": balance}
        for f, reg, balance in ((128, 1.0, 0), (128, 0.5, 0.5), (64, 1.0, 1), (128, 1.0, 1))]),
    "implicit's BPR": ("implicit", implicit_bpr, [
        {"factors": f, "lr": lr, "reg": reg}
        for f, lr, reg in ((64, 0.05, 0.01), (64, 0.05, 0.03), (128, 0.05, 0.01), (128, 0.02, 0.01))]),
    "cornac BPR": ("cornac", cornac_bpr, [
        {"factors": f, "lr": lr, "reg": reg}
        for f, lr, reg in ((64, 0.05, 0.01), (64, 0.1, 0.01), (128, 0.05, 0.01), (64, 0.05, 0.003))]),
    "WARP (lesson 6)": ("course", course_warp, [
        {"n_factors": 128, "reg": reg, "balance": balance}
        for reg, balance in ((30.0, 0), (100.0, 0), (60.0, 0.5), (100.0, 1))]),
    "LightFM WARP": ("lightfm", lightfm, [
        {"loss": "warp", "factors": f, "alpha": alpha, "n_epochs": n}
        for f, alpha, n in ((64, 0.0, 30), (64, 1e-5, 30), (128, 1e-5, 30), (64, 1e-6, 15))]),
    "LightFM BPR": ("lightfm", lightfm, [
        {"loss": "bpr", "factors": f, "alpha": alpha, "n_epochs": n}
        for f, alpha, n in ((64, 0.0, 30), (64, 1e-5, 30), (128, 1e-5, 30), (64, 1e-6, 15))]),
}
PACKAGES = {"lightfm": "lightfm-next"}


def ndcg(fit, split, on, seed, settings):
    return evaluate_ranking(fit(split.train, seed, **settings), split, on=on)


def measure(name, dataset, split):
    library, fit, grid = GRIDS[name]
    means = [np.mean([ndcg(fit, split, "validation", seed, settings).metrics["NDCG@10"] for seed in VALIDATION_SEEDS])
             for settings in grid]
    chosen = grid[int(np.argmax(means))]
    print(f"{dataset} {name}: validation {np.round(means, 4)}, chosen {chosen}", flush=True)
    start = time.perf_counter()
    results = [ndcg(fit, split, "test", seed, chosen) for seed in TEST_SEEDS]
    print(f"  {(time.perf_counter() - start) / len(results):.1f} s a fit with its evaluation")
    KEPT.mkdir(exist_ok=True)
    by_user = np.mean([result.per_user["NDCG@10"] for result in results], axis=0)
    np.save(KEPT / f"{dataset} {name}.npy", by_user)
    package = PACKAGES.get(library, library)
    source = "course" if library == "course" else f"{package} {version(package)}"
    words = " ".join(f"{key}={value}" for key, value in chosen.items())
    for metric in ("HR@10", "NDCG@10", "AUC"):
        values = [result.metrics[metric] for result in results]
        print(f"  {metric} {np.mean(values):.4f} ({np.std(values, ddof=1):.4f})", flush=True)
        yield {"dataset": dataset, "protocol": results[0].protocol, "model": name, "metric": metric,
               "value": round(float(np.mean(values)), 4),
               "spread": f"{np.std(values, ddof=1):.4f} standard deviation over seeds 0-4",
               "source": f"{source}, {words}"}


def differences(dataset):
    """Prints the 95% interval of each of our models minus each library's, NDCG@10 by user, averaged over seeds."""
    kept = {path.stem.removeprefix(f"{dataset} "): np.load(path) for path in sorted(KEPT.glob(f"{dataset} *.npy"))}
    for ours in (name for name in kept if "lesson" in name):
        for theirs in (name for name in kept if "lesson" not in name):
            print(f"{dataset} {ours} minus {theirs}: {bootstrap_interval(kept[ours] - kept[theirs])}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--only", help="a library, or course, or one model: 'BPR (lesson 5)'")
    parser.add_argument("--differences", action="store_true", help="compare what earlier runs kept, measure nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    for dataset in arguments.datasets:
        if arguments.differences:
            differences(dataset)
            continue
        split = leave_last_out(Interactions.from_frame(load_movielens(dataset).ratings).positives())
        for name, (library, _, _) in GRIDS.items():
            there = library == "course" or importlib.util.find_spec(library)
            if arguments.only in (library, name) or arguments.only is None and there:
                replace_rows(list(measure(name, dataset, split)))
