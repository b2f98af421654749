"""Measures lesson 8's models and lesson 4b's ALS under the protocol of He and others 2017, for reference_results.csv.

    python tests/benchmarks/reference_ncf.py                       all, on ml-1m: an hour on two cores
    python tests/benchmarks/reference_ncf.py "GMF (lesson 8)"      one of them
    python tests/benchmarks/reference_ncf.py --validation          what pre-training gains, on validation

Every rating is a positive, the last one out is ranked among 99 sampled others; 32 factors, three seeds. Settings, the
number of epochs among them, were chosen on the validation part by HR@10. Then, as in the paper, each model is trained
on all but the last one, validation included, and the split's name says so; test is read once for each seed. NeuMF from
pre-trained parts is measured once, with the parts of seed 0. Its test part was read twice: first with the parts'
settings above, .7232 and .4383, then after validation had found settings that make better parts for it.
"""
import argparse
import time
from dataclasses import replace

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
    "GMF": {"n_epochs": 15, "batch_size": 8192, "lr": 0.005, "weight_decay": 1e-5},
    "MLP": {"n_epochs": 14, "batch_size": 16384, "lr": 0.006, "weight_decay": 2e-5, "n_negatives": 8},
    "NeuMF": {"n_epochs": 12, "batch_size": 16384, "lr": 0.006, "weight_decay": 1.5e-5, "n_negatives": 8},
    "GMF to join": {"n_epochs": 15, "batch_size": 4096, "lr": 0.004, "weight_decay": 5e-6},
    "MLP to join": {"n_epochs": 14, "batch_size": 16384, "lr": 0.006, "weight_decay": 1e-5, "n_negatives": 8},
    "joined": {"n_epochs": 1, "batch_size": 16384, "lr": 0.0001, "weight_decay": 1e-5, "n_negatives": 8},
}


def all_but_the_last(split):
    """Returns the Split with the validation part moved into the train part."""
    names = ("users", "items", "ratings", "timestamps")
    parts = {name: torch.cat([getattr(split.train, name), getattr(split.validation, name)]) for name in names}
    nothing = split.validation.select(slice(0, 0))
    return replace(split, train=replace(split.train, **parts), validation=nothing,
                   name=f"{split.name}, trained on all the rest")


def trained(model, train, seed, settings):
    start = time.perf_counter()
    for _ in LESSON["train_epochs"](model.to(device()), train, seed=seed, **settings):
        pass
    print(f"    {type(model).__name__}, seed {seed}: trained for {time.perf_counter() - start:.0f} s", flush=True)
    return model


def network(name, train, seed, use=""):
    return trained(LESSON[name](train.n_users, train.n_items, n_factors=32, seed=seed), train, seed,
                   SETTINGS[name + use])


def joined(train, seed, parts):
    both = LESSON["NeuMF"](train.n_users, train.n_items, n_factors=32, seed=seed).to(device())
    return both.start_from(*parts)


def pre_trained(train, seed):
    parts = [network(name, train, seed, " to join") for name in ("GMF", "MLP")]
    return trained(joined(train, seed, parts), train, seed, SETTINGS["joined"])


def print_validation(split, seed=0):
    """Prints what pre-training gains, step by step, on validation."""
    def show(words, model):
        metrics = evaluate_ranking(model.eval(), split, candidates=99, on="validation").metrics
        print(f"  {words}: HR@10 {metrics['HR@10']:.4f}, NDCG@10 {metrics['NDCG@10']:.4f}", flush=True)

    parts = [network(name, split.train, seed, " to join") for name in ("GMF", "MLP")]
    for part in parts:
        show(type(part).__name__, part)
    show("their average", joined(split.train, seed, parts))
    for settings in (SETTINGS["joined"], {**SETTINGS["joined"], "n_epochs": 2, "lr": 0.001}):
        show(f"after {words(settings)}", trained(joined(split.train, seed, parts), split.train, seed, settings))


def implicit_als(train, seed):
    model = cells("04b_implicit")["ImplicitALS"]
    return model(train, n_factors=192, alpha=3.3, reg=0.0085, n_sweeps=12, seed=seed)


def words(settings):
    return " ".join(f"{key}={value}" for key, value in settings.items())


MODELS = {      # name: (how, seeds, words for the row)
    "implicit ALS (lesson 4b), 192 factors": (implicit_als, 3, "alpha=3.3 reg=0.0085 n_sweeps=12"),
    **{f"{name} (lesson 8)": (lambda train, seed, name=name: network(name, train, seed), 3,
                              f"32 factors, {words(SETTINGS[name])}") for name in ("GMF", "MLP", "NeuMF")},
    "NeuMF, pre-trained (lesson 8)": (pre_trained, 1, f"32 factors, {words(SETTINGS['joined'])}"),
}


def measure(name, split):
    fit, n_seeds, settings = MODELS[name]
    results = [evaluate_ranking(fit(split.train, seed), split, candidates=99) for seed in range(n_seeds)]
    for metric in ("HR@10", "NDCG@10"):
        values = [result.metrics[metric] for result in results]
        spread = f"{np.std(values, ddof=1):.4f} standard deviation over seeds 0-2" if n_seeds > 1 else "one run, seed 0"
        print(f"  {name} {metric} {np.mean(values):.4f}, {spread}", flush=True)
        yield {"dataset": "ml-1m", "protocol": results[0].protocol, "model": name, "metric": metric,
               "value": round(float(np.mean(values)), 4), "spread": spread, "source": f"course, {settings}"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=list(MODELS), help=", ".join(MODELS))
    parser.add_argument("--validation", action="store_true", help="what pre-training gains")
    arguments = parser.parse_args()
    torch.set_flush_denormal(True)
    split = leave_last_out(Interactions.from_frame(load_movielens("ml-1m").ratings))
    if arguments.validation:
        print_validation(split)
        parser.exit()
    known = all_but_the_last(split)
    for name in arguments.models:
        replace_rows(list(measure(name, known)))
