"""Measures the ranking rows of data/reference_results.csv and keeps them.

    python tests/benchmarks/reference_results.py

Popularity and EASE are written in NumPy here, independent of the lessons; ItemKNN is implicit's. Settings are chosen
on validation, the test part is read once.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
from importlib.metadata import version

import numpy as np
import torch
from implicit.nearest_neighbours import BM25Recommender
from reference_table import replace_rows

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import leave_last_out

LAMBDAS = [50, 100, 200, 400, 800, 1600]
KNN_SETTINGS = [(k, k1, b) for k in (50, 200, 5000) for k1 in (0.6, 1.2, 2.4) for b in (0.1, 0.4, 0.8)]


class Dense:
    """A users x items array of scores."""

    def __init__(self, table):
        self.table = torch.as_tensor(np.ascontiguousarray(table), dtype=torch.float32)

    def scores(self, users):
        return self.table[users.cpu()]


def popularity(clicks):
    return Dense(np.tile(np.asarray(clicks.sum(axis=0)), (clicks.shape[0], 1)))


def ease(clicks, reg):
    """Steck 2019, equation 8: B = I - P diag(P)^-1 with P = (X'X + reg I)^-1; scores X B."""
    gram = (clicks.T @ clicks).toarray().astype(np.float64)
    inverse = np.linalg.inv(gram + reg * np.eye(len(gram)))
    weights = np.eye(len(gram)) - inverse / np.diag(inverse)
    return Dense(clicks @ weights)


def item_knn(clicks, k, k1, b):
    model = BM25Recommender(K=k, K1=k1, B=b, num_threads=2)
    model.fit(clicks, show_progress=False)
    return Dense((clicks @ model.similarity).toarray())


def best_by_validation(build, settings, split):
    def ndcg(setting):
        return evaluate_ranking(build(*setting), split, on="validation").metrics["NDCG@10"]

    return max(settings, key=ndcg)


def measure(name):
    split = leave_last_out(Interactions.from_frame(load_movielens(name).ratings).positives())
    clicks = split.train.to_csr()
    clicks.data[:] = 1
    knn = best_by_validation(lambda *setting: item_knn(clicks, *setting), KNN_SETTINGS, split)
    reg, = best_by_validation(lambda reg: ease(clicks, reg), [(reg,) for reg in LAMBDAS], split)
    words = f"implicit {version('implicit')} BM25, K={knn[0]} K1={knn[1]} B={knn[2]}"
    models = {"popularity": (popularity(clicks), "NumPy"), "ItemKNN": (item_knn(clicks, *knn), words),
              "EASE": (ease(clicks, reg), f"closed form in NumPy, lambda {reg}")}
    for model, (scorer, source) in models.items():
        result = evaluate_ranking(scorer, split)
        print(name, model, source, result.metrics)
        for metric in ("HR@10", "NDCG@10", "AUC"):
            interval = result.interval(metric)
            yield {"dataset": name, "protocol": result.protocol, "model": model, "metric": metric,
                   "value": round(interval.mean, 4), "spread": f"{interval.low:.4f} to {interval.high:.4f} over users",
                   "source": source}


if __name__ == "__main__":
    replace_rows(row for name in ("ml-100k", "ml-1m") for row in measure(name))
