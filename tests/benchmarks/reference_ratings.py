"""Measures the rating models of lessons 3, 4a and 7 beside Surprise's and cornac's, and keeps the rows.

    python tests/benchmarks/reference_ratings.py ml-100k ml-1m

5-fold over every rating, five seeds; the value is the mean over seeds of the mean RMSE of the five folds. A model's
settings are those, of two or three, that have the lowest RMSE on a tenth of the first training part; it is then
trained on whole training parts. 90/10: the same with one split a seed.
"""
import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "grading"))
import cornac
import surprise
from harness import load_cells
from reference_table import replace_rows

from recsys_utils.evaluation import evaluate_ratings
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import k_fold, random_split

SEEDS = range(5)
SURPRISE, CORNAC = f"Surprise {version('scikit-surprise')}", f"cornac {version('cornac')}"
LESSON_3, LESSON_4A, LESSON_7 = map(load_cells, ("03_svd", "04a_explicit", "07_latent_factors"))


class Table:
    """mu + b_u + b_i + p_u . q_i from arrays; the rows of unknown users and items are zero."""

    def __init__(self, mean, user_bias, item_bias, user_factors, item_factors):
        self.mean = mean
        self.tables = [torch.as_tensor(np.asarray(part), dtype=torch.float32)
                       for part in (user_bias, item_bias, user_factors, item_factors)]

    def predict(self, users, items):
        user_bias, item_bias, user_factors, item_factors = self.tables
        products = (user_factors[users] * item_factors[items]).sum(1)
        return self.mean + user_bias[users] + item_bias[items] + products


def plain(train, reg):
    model = LESSON_3["PlainFactorization"](train.n_users, train.n_items, 64, float(train.ratings.mean()))
    return LESSON_3["fit"](model.to(LESSON_3["device"]()), train, reg)


def als(train, reg):
    return LESSON_4A["ExplicitALS"](train, n_factors=32, reg=reg)


def bias_only(train, reg):
    return LESSON_7["BiasOnly"](train, reg)


def latent_factors(train, reg):
    model = LESSON_7["LatentFactors"](train, 64)
    for _ in LESSON_7["train_epochs"](model, train, reg):
        pass
    return model


def surprise_trainset(train):
    columns = {"user": train.users.numpy(), "item": train.items.numpy(), "rating": train.ratings.numpy()}
    return surprise.Dataset.load_from_df(pd.DataFrame(columns), surprise.Reader(rating_scale=train.scale)
                                         ).build_full_trainset()


def scattered(rows, values, size):
    """Puts values (n, …), whose rows the other library numbered in its own way, into an array (size, …)."""
    values = np.asarray(values)
    out = np.zeros((size, *values.shape[1:]))
    out[rows] = values
    return out


def surprise_model(train, algorithm):
    trainset = surprise_trainset(train)
    algorithm.fit(trainset)
    users = [trainset.to_raw_uid(inner) for inner in trainset.all_users()]
    items = [trainset.to_raw_iid(inner) for inner in trainset.all_items()]
    user_factors = getattr(algorithm, "pu", np.zeros((len(users), 1)))
    item_factors = getattr(algorithm, "qi", np.zeros((len(items), 1)))
    return Table(trainset.global_mean, scattered(users, algorithm.bu, train.n_users),
                 scattered(items, algorithm.bi, train.n_items), scattered(users, user_factors, train.n_users),
                 scattered(items, item_factors, train.n_items))


def surprise_baseline(train, method):
    return surprise_model(train, surprise.BaselineOnly({"method": method}, verbose=False))


def surprise_svd(train, n_factors, n_epochs, lr, reg):
    return surprise_model(train, surprise.SVD(n_factors, n_epochs, lr_all=lr, reg_all=reg, random_state=0))


def cornac_mf(train, n_epochs, lr, reg):
    columns = train.users.numpy(), train.items.numpy(), train.ratings.double().numpy()
    names = [{row: row for row in range(n)} for n in (train.n_users, train.n_items)]
    model = cornac.models.MF(64, max_iter=n_epochs, learning_rate=lr, lambda_reg=reg, seed=0, verbose=False)
    model.fit(cornac.data.Dataset(train.n_users, train.n_items, *names, columns))
    return Table(float(train.ratings.mean()), model.u_biases, model.i_biases, model.u_factors, model.i_factors)


FIVE_FOLD = {"bias-only (lesson 7)": (bias_only, [(2,), (3,), (5,)], "course"),
             "latent factors (lesson 7)": (latent_factors, [(0.8,), (1.0,), (1.2,)], "course, 64 factors"),
             "Surprise BaselineOnly": (surprise_baseline, [("als",), ("sgd",)], SURPRISE),
             "Surprise SVD": (surprise_svd, [(100, 20, 0.005, 0.02), (64, 30, 0.01, 0.06), (64, 30, 0.01, 0.08)],
                              SURPRISE),
             "cornac MF": (cornac_mf, [(50, 0.01, 0.06), (100, 0.005, 0.05), (100, 0.005, 0.08)], CORNAC)}
NINETY_TEN = {"plain factorization (lesson 3)": (plain, [(0.06,), (0.08,), (0.1,)], "course, 64 factors"),
              "explicit ALS (lesson 4a)": (als, [(0.1,), (0.12,), (0.14,)], "course, 32 factors"),
              "latent factors (lesson 7)": FIVE_FOLD["latent factors (lesson 7)"]}


def chosen(build, settings, train):
    """The settings with the lowest RMSE on a tenth of the training part."""
    inner = random_split(train, test=0.1, seed=0)
    return min(settings, key=lambda setting: evaluate_ratings(build(inner.train, *setting), inner).metrics["RMSE"])


def measure(name, models, splits_of, protocol):
    interactions = Interactions.from_frame(load_movielens(name).ratings)
    rmse, best = defaultdict(list), {}
    for seed in SEEDS:
        splits = list(splits_of(interactions, seed))
        for model, (build, settings, _) in models.items():
            if model not in best:
                best[model] = chosen(build, settings, splits[0].train)
            values = [evaluate_ratings(build(split.train, *best[model]), split).metrics["RMSE"] for split in splits]
            rmse[model].append(np.mean(values))
            print(name, protocol, f"seed {seed}", model, best[model], f"{rmse[model][-1]:.4f}", flush=True)
    for model, (_, _, source) in models.items():
        settings = " ".join(map(str, best[model]))
        yield {"dataset": name, "protocol": protocol, "model": model, "metric": "RMSE",
               "value": round(float(np.mean(rmse[model])), 4),
               "spread": f"{np.std(rmse[model], ddof=1):.4f} standard deviation over seeds",
               "source": f"{source}; settings chosen on validation: {settings}"}


def one_split(interactions, seed):
    yield random_split(interactions, test=0.1, seed=seed)


def five_folds(interactions, seed):
    return k_fold(interactions, 5, seed)


if __name__ == "__main__":
    for dataset in sys.argv[1:] or ["ml-100k", "ml-1m"]:
        replace_rows(measure(dataset, FIVE_FOLD, five_folds, "5-fold over every rating, seeds 0-4; clipped to 1-5"))
        if dataset == "ml-100k":
            protocol = "random 90/10 of every rating, seeds 0-4; clipped to 1-5"
            replace_rows(measure(dataset, NINETY_TEN, one_split, protocol))
