"""Time to Surprise SVD's own RMSE on ml-1m, random 80/20: lesson 4a's ALS against Surprise, one run, alternating.

    python tests/benchmarks/bench_explicit.py

Surprise's SVD with its default settings sets the mark. Ours is timed from the training part to the fitted model, its
sorting and starting point included; Surprise from its own trainset, built before. Lesson 7's model stands beside.
"""
import statistics
import sys
import time
from pathlib import Path

import pandas as pd
import surprise
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "grading"))
from harness import load_cells

from recsys_utils.evaluation import evaluate_ratings
from recsys_utils.interactions import Interactions
from recsys_utils.metrics import rmse
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import random_split

ROUNDS, THREADS = 5, 2
LESSON_4A, LESSON_7 = load_cells("04a_explicit"), load_cells("07_latent_factors")


def als(train):
    return LESSON_4A["ExplicitALS"](train, n_factors=8, reg=0.06, n_sweeps=1)


def latent_factors(train):
    model = LESSON_7["LatentFactors"](train, 16)
    for _ in LESSON_7["train_epochs"](model, train, n_epochs=2, lr=0.02):
        pass
    return model


def timed(fit, train, seconds):
    start = time.perf_counter()
    model = fit(train)
    seconds.append(time.perf_counter() - start)
    return model


if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    split = random_split(Interactions.from_frame(load_movielens("ml-1m").ratings), test=0.2, seed=0)
    columns = {name: getattr(split.train, name).numpy() for name in ("users", "items", "ratings")}
    trainset = surprise.Dataset.load_from_df(pd.DataFrame(columns), surprise.Reader()).build_full_trainset()
    seconds = {"Surprise SVD": [], "lesson 4a": [], "lesson 7": []}
    for _ in range(ROUNDS):
        svd = timed(surprise.SVD(random_state=0).fit, trainset, seconds["Surprise SVD"])
        models = {"lesson 4a": timed(als, split.train, seconds["lesson 4a"]),
                  "lesson 7": timed(latent_factors, split.train, seconds["lesson 7"])}
    pairs = zip(split.test.users.tolist(), split.test.items.tolist(), strict=True)
    found = {"Surprise SVD": rmse(torch.tensor([svd.predict(*pair).est for pair in pairs]), split.test.ratings),
             **{name: evaluate_ratings(model, split).metrics["RMSE"] for name, model in models.items()}}
    mark = statistics.median(seconds["Surprise SVD"])
    for name, times in seconds.items():
        print(f"  {name:12} RMSE {found[name]:.4f} in {statistics.median(times):.3f} s, "
              f"ratio {statistics.median(times) / mark:.3f} (medians of {ROUNDS})")
