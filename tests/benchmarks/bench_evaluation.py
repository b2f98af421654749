"""Full-catalogue evaluation of a 64-factor model on ml-1m: ours against implicit's, one run, alternating.

    python tests/benchmarks/bench_evaluation.py

Both rank every item for each of the users with a held-out positive, from the same factors. implicit gets its train
matrix and its own test matrix, and does less: precision, MAP, NDCG and AUC at 10, no expectation over ties.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")       # implicit brings its own threads
import resource
import statistics
import time

import numpy as np
import scipy.sparse
import torch
from implicit.cpu.matrix_factorization_base import MatrixFactorizationBase
from implicit.evaluation import ranking_metrics_at_k

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import leave_last_out, random_split

ROUNDS, FACTORS, THREADS = 7, 64, 2


class Factors:
    """Random factors; a score is a dot product."""

    def __init__(self, n_users, n_items):
        generator = torch.Generator().manual_seed(0)
        self.users, self.items = (torch.randn(n, FACTORS, generator=generator) for n in (n_users, n_items))

    def scores(self, users):
        return self.users[users] @ self.items.T


class Peer(MatrixFactorizationBase):
    """implicit's own model class, with our factors in it."""

    def __init__(self, ours):
        super().__init__(num_threads=THREADS)
        self.user_factors, self.item_factors = ours.users.numpy(), ours.items.numpy()

    def fit(self, *args, **kwargs):
        pass

    def save(self, *args, **kwargs):
        pass


def csr(part):
    place = (part.users.numpy(), part.items.numpy())
    return scipy.sparse.csr_matrix((np.ones(len(part), dtype=np.float32), place), shape=(part.n_users, part.n_items))


def compare(split, words):
    model = Factors(split.train.n_users, split.train.n_items)
    peer, known, test = Peer(model), csr(split.train) + csr(split.validation), csr(split.test)
    runs = {"ours": lambda: evaluate_ranking(model, split),
            "implicit": lambda: ranking_metrics_at_k(peer, known, test, K=10, show_progress=False, num_threads=THREADS)}
    seconds = {name: [] for name in runs}
    for name, run in runs.items():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = run()                                   # warm-up, and the figures side by side
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        found = result if name == "implicit" else {"ndcg": result.metrics["NDCG@10"], "auc": result.metrics["AUC"]}
        print(f"  {name:9} NDCG@10 {found['ndcg']:.5f}  AUC {found['auc']:.5f}  peak memory grew by {grown:.0f} MB")
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    ours, theirs = (statistics.median(seconds[name]) for name in ("ours", "implicit"))
    print(f"  {words}: ours {ours:.3f} s, implicit {theirs:.3f} s, ratio {ours / theirs:.2f} (medians of {ROUNDS})")


if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    positives = Interactions.from_frame(load_movielens("ml-1m").ratings).positives()
    print("ml-1m, last positive out:")
    compare(leave_last_out(positives), "one held-out item a user")
    print("ml-1m, 80/20 within each user:")
    compare(random_split(positives, within_users=True), "several held-out items a user")
