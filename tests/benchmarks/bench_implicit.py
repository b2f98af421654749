"""Time to the best library's NDCG@10 on ml-1m, 80/20 within each user: lessons 4b, 5, 6 against it, alternating.

    python tests/benchmarks/bench_implicit.py

For each loss the library that was best under this protocol, with the settings that were best for it, two threads each.
A library is timed from its own form of the clicks, built before; ours from the training part, sorting included. Each
fit of ours must be at least as good: its seeds' mean NDCG@10 stands beside the library's.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")       # implicit brings its own threads
import statistics
import time

import cornac
import numpy as np
import torch
from implicit.als import AlternatingLeastSquares
from lightfm import LightFM
from reference_implicit import Factors, cells, clicks, cornac_factors, trained

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import random_split

ROUNDS, THREADS = 5, 2
LESSON_4B, LESSON_5, LESSON_6 = (cells(name) for name in ("04b_implicit", "05_bpr", "06_warp"))


def implicit_als(matrix, seed):
    model = AlternatingLeastSquares(factors=64, alpha=4, regularization=40, iterations=15, num_threads=THREADS,
                                    random_state=seed)
    model.fit(matrix, show_progress=False)
    return lambda: Factors(model.user_factors, model.item_factors)


def cornac_bpr(known, seed):
    model = cornac.models.BPR(k=64, max_iter=100, learning_rate=0.05, lambda_reg=0.01, num_threads=THREADS, seed=seed)
    model.fit(known)
    return lambda: cornac_factors(model, known, split.train)


def lightfm_warp(matrix, seed):
    model = LightFM(no_components=64, loss="warp", random_state=seed)
    model.fit(matrix, epochs=10, num_threads=THREADS)
    return lambda: Factors(model.user_embeddings, model.item_embeddings, model.item_biases)


def course_als(train, seed):
    model = LESSON_4B["ImplicitALS"](train, n_factors=64, alpha=3, reg=0.01, n_sweeps=5, seed=seed)
    return lambda: model


def course_bpr(train, seed):
    model = trained(LESSON_5, "BPR", train, seed, 64, n_epochs=8, n_negatives=5, lr=0.04, reg=1.0)
    return lambda: model


def course_warp(train, seed):
    model = trained(LESSON_6, "FactorModel", train, seed, 64, n_epochs=7, max_tries=10, lr=0.04, reg=80.0)
    return lambda: model


if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    positives = Interactions.from_frame(load_movielens("ml-1m").ratings).positives()
    split = random_split(positives, test=0.2, within_users=True, seed=0)
    matrix = clicks(split.train)
    triples = list(zip(split.train.users.tolist(), split.train.items.tolist(), [1.0] * len(split.train), strict=True))
    known = cornac.data.Dataset.from_uir(triples, seed=0)
    pairs = {"ALS": (("implicit", implicit_als, matrix), ("lesson 4b", course_als, split.train)),
             "BPR": (("cornac", cornac_bpr, known), ("lesson 5", course_bpr, split.train)),
             "WARP": (("LightFM", lightfm_warp, matrix.tocoo()), ("lesson 6", course_warp, split.train))}
    for loss, contest in pairs.items():
        seconds, quality = {name: [] for name, _, _ in contest}, {name: [] for name, _, _ in contest}
        for seed in range(ROUNDS):
            for name, fit, data in contest:
                start = time.perf_counter()
                model = fit(data, seed)
                seconds[name].append(time.perf_counter() - start)
                quality[name].append(evaluate_ranking(model(), split).metrics["NDCG@10"])
        (theirs, _, _), (ours, _, _) = contest
        for name in (theirs, ours):
            spent = statistics.median(seconds[name])
            print(f"  {loss:5} {name:10} NDCG@10 {np.mean(quality[name]):.4f} in {spent:.2f} s")
        ratio = statistics.median(seconds[ours]) / statistics.median(seconds[theirs])
        print(f"  {loss:5} ratio {ratio:.2f} (medians of {ROUNDS})", flush=True)
