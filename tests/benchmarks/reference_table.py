"""Where scripts that measure reference rows keep them: data/reference_results.csv."""
from pathlib import Path

import pandas as pd

PATH = Path(__file__).resolve().parents[2] / "data" / "reference_results.csv"


def replace_rows(rows):
    """Writes rows (dicts) into the file, in place of earlier ones of the same data set, protocol and model."""
    new = pd.DataFrame(rows)
    old = pd.read_csv(PATH, keep_default_na=False)
    key = ["dataset", "protocol", "model"]
    measured = set(new[key].itertuples(index=False, name=None))
    kept = [row not in measured for row in old[key].itertuples(index=False, name=None)]
    pd.concat([old[kept], new]).to_csv(PATH, index=False)
