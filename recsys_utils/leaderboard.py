"""Results that lessons share: each lesson records its own, the board shows them beside references of one protocol."""
import hashlib
import io
import json
import math
from pathlib import Path

import pandas as pd
import torch

from recsys_utils.counts import count
from recsys_utils.metrics import bootstrap_interval
from recsys_utils.movielens import data_dir
from recsys_utils.runtime import to_tensor
from recsys_utils.storage import write_whole
from recsys_utils.text_tables import Table

FIELDS = ["dataset", "protocol", "details", "model", "seed", "metrics", "users", "per_user", "item_factors"]
COLUMNS = ["model", "metric", "value", "spread", "source"]
REFERENCE_FILE = Path(__file__).resolve().parents[1] / "data" / "reference_results.csv"
REFERENCE = ("dataset", "protocol", *COLUMNS)


def record(result, dataset, model, seed=0, item_factors=None):
    """Keeps an evaluation's Result under data/results/, in place of an earlier one of the same model and seed.

    result: evaluation.Result; dataset: "ml-100k"; model: "popularity"; item_factors: (n_items, n_factors) or None
    """
    seed = count(seed, -math.inf, math.inf, f"seed={seed!r}: use a whole number")
    content = {"dataset": dataset, "protocol": result.protocol, "details": result.details, "model": model, "seed": seed,
               "metrics": result.metrics, "users": torch.tensor(result.users),
               "per_user": {name: torch.tensor(values) for name, values in result.per_user.items()},
               "item_factors": None if item_factors is None else to_tensor(item_factors).cpu()}
    key = hashlib.sha256(json.dumps([dataset, result.protocol, model, seed]).encode()).hexdigest()[:16]
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(data_dir() / "results" / f"{key}.pt", buffer.getvalue())


def recorded(dataset=None):
    """Returns what lessons have recorded, a list of dicts; a file that cannot be read is named and left out."""
    found = []
    for path in sorted((data_dir() / "results").glob("*.pt")):
        try:
            entry = torch.load(path, weights_only=True)
            found.append({field: entry[field] for field in FIELDS})
        except Exception as error:                       # cut off, or not ours: torch raises many kinds
            print(f"Left out {path.name}: it cannot be read ({type(error).__name__}). Delete it and run its lesson "
                  "again.")
    return [entry for entry in found if dataset in (None, entry["dataset"])]


def board(dataset, protocol, metric):
    """Returns the models of one data set and protocol by one metric: own results first, then references.

    Columns model, metric, value, spread, source; errors (RMSE, MSE, MAE) rise, all else falls. A reference row says
    so. Rows of different protocols never stand in one board.
    """
    rows = [(entry["model"], metric, entry["metrics"][metric], _spread(entry, metric), f"yours, seed {entry['seed']}")
            for entry in recorded(dataset) if entry["protocol"] == protocol and metric in entry["metrics"]]
    reference = reference_results()
    same = (reference.dataset == dataset) & (reference.protocol == protocol) & (reference.metric == metric)
    rows += [(row.model, metric, row.value, row.spread, f"reference, not yours: {row.source}")
             for row in reference[same].itertuples()]
    best_first = metric in ("RMSE", "MSE", "MAE")
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("value", ascending=best_first, kind="stable",
                                                            ignore_index=True)


def _spread(entry, metric):
    """The 95% interval over users in words, where the metric is a mean over users."""
    if metric not in entry["per_user"]:
        return ""
    interval = bootstrap_interval(entry["per_user"][metric])
    return f"{interval.low:.4f} to {interval.high:.4f} over users"


def reference_results():
    """Returns data/reference_results.csv: dataset, protocol, model, metric, value, spread, source.

    Raises DataError that names the line where it is not this.
    """
    rows = []
    for row in Table(REFERENCE_FILE, ",", REFERENCE, ",".join(REFERENCE), "a reference result", "Mend it."):
        if math.isnan(row.number("value")):
            raise row.wrong("value", "not a number")
        rows.append({name: row[name] for name in REFERENCE} | {"value": row.number("value")})
    return pd.DataFrame(rows, columns=REFERENCE)
