"""Measures lesson 8's models and lesson 4b's ALS under the protocol of He and others 2017, for reference_results.csv.

    python tests/benchmarks/reference_ncf.py                       all, on ml-1m: an hour on two cores
    python tests/benchmarks/reference_ncf.py "GMF (lesson 8)"      one of them

Every rating is a positive, the last one out is ranked among 99 sampled others; 32 factors, three seeds. Settings were
chosen on validation, and so is the epoch here, by HR@10; test is read once for each seed. NeuMF from pre-trained parts
is measured once, with the parts of seed 0.
"""
import argparse
import copy
import itertools
import time

import numpy as np
import torch
from reference_implicit import cells
from reference_table import replace_rows

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.runtime import device
from recsys_utils.splits import leave_last_out

LESSON = cells("08_ncf")
SETTINGS = {
    "GMF": {"n_epochs": 12, "batch_size": 16384, "lr": 0.005, "weight_decay": 1e-6},
    "MLP": {"n_epochs": 12, "batch_size": 16384, "lr": 0.01, "weight_decay": 1e-6},
    "NeuMF": {"n_epochs": 12, "batch_size": 16384, "lr": 0.005, "weight_decay": 1e-6},
    "pre-trained": {"n_epochs": 4, "batch_size": 16384, "lr": 0.001, "weight_decay": 1e-6},
}


def trained(model, split, seed, settings):
    """Returns the model as of its best epoch by validation, looked for in the last half of all epochs."""
    best, state, seconds, n_epochs = -1.0, None, 0.0, settings["n_epochs"]
    epochs = LESSON["train_epochs"](model.to(device()), split.train, seed=seed, **settings)
    for epoch in itertools.count(1):
        start = time.perf_counter()
        if next(epochs, None) is None:
            break
        seconds += time.perf_counter() - start
        if 2 * epoch > n_epochs:
            found = evaluate_ranking(model, split, candidates=99, on="validation").metrics["HR@10"]
            print(f"    epoch {epoch}: HR@10 on validation {found:.4f}, trained for {seconds:.0f} s", flush=True)
            if found > best:
                best, state = found, copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    return model


def network(name, split, seed):
    model = LESSON[name](split.train.n_users, split.train.n_items, n_factors=32, seed=seed)
    return trained(model, split, seed, SETTINGS[name])


def pre_trained(split, seed):
    gmf, mlp = (network(name, split, seed) for name in ("GMF", "MLP"))
    both = LESSON["NeuMF"](split.train.n_users, split.train.n_items, n_factors=32, seed=seed).to(device())
    return trained(both.start_from(gmf, mlp), split, seed, SETTINGS["pre-trained"])


def implicit_als(split, seed):
    model = cells("04b_implicit")["ImplicitALS"]
    return model(split.train, n_factors=192, alpha=3.3, reg=0.007, n_sweeps=12, seed=seed)


def words(settings):
    return " ".join(f"{key}={value}" for key, value in settings.items())


MODELS = {      # name: (how, seeds, words for the row)
    "implicit ALS (lesson 4b), 192 factors": (implicit_als, 3, "alpha=3.3 reg=0.007 n_sweeps=12"),
    **{f"{name} (lesson 8)": (lambda split, seed, name=name: network(name, split, seed), 3,
                              f"32 factors, {words(SETTINGS[name])}") for name in ("GMF", "MLP", "NeuMF")},
    "NeuMF, pre-trained (lesson 8)": (pre_trained, 1, f"32 factors, {words(SETTINGS['pre-trained'])}"),
}


def measure(name, split):
    fit, n_seeds, settings = MODELS[name]
    results = [evaluate_ranking(fit(split, seed), split, candidates=99) for seed in range(n_seeds)]
    for metric in ("HR@10", "NDCG@10"):
        values = [result.metrics[metric] for result in results]
        spread = f"{np.std(values, ddof=1):.4f} standard deviation over seeds 0-2" if n_seeds > 1 else "one run, seed 0"
        print(f"  {name} {metric} {np.mean(values):.4f}, {spread}", flush=True)
        yield {"dataset": "ml-1m", "protocol": results[0].protocol, "model": name, "metric": metric,
               "value": round(float(np.mean(values)), 4), "spread": spread, "source": f"course, {settings}"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=list(MODELS), help=", ".join(MODELS))
    torch.set_flush_denormal(True)
    known = leave_last_out(Interactions.from_frame(load_movielens("ml-1m").ratings))
    for name in parser.parse_args().models:
        replace_rows(list(measure(name, known)))
