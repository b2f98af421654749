"""Times how ml-1m's ratings.dat is parsed, ours against pandas's own reading of "::".

    python tests/benchmarks/bench_parsing.py
"""
import statistics
import sys
import time

import pandas as pd

from recsys_utils.movielens import data_dir
from recsys_utils.movielens_formats import ML_1M, RATING_TYPES, read_ratings

ROUNDS = 3


def ours(path):
    return read_ratings(path, ML_1M)


def pandas_engine(path):
    return pd.read_csv(path, sep="::", engine="python", header=None, names=list(RATING_TYPES), dtype=RATING_TYPES)


def seconds(read, path):
    start = time.perf_counter()
    read(path)
    return time.perf_counter() - start


def main():
    path = data_dir() / "ml-1m" / "ratings.dat"
    if not path.is_file():
        sys.exit(f"{path} is not there: put ml-1m into the data folder (data/README.md), or set RECSYS_DATA_DIR.")
    pd.testing.assert_frame_equal(ours(path), pandas_engine(path))  # also fills the disk's cache
    rounds = [(seconds(ours, path), seconds(pandas_engine, path)) for _ in range(ROUNDS)]
    fast, slow = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"ml-1m ratings, median of {ROUNDS} alternating rounds: ours {fast:.2f} s, pandas engine='python' "
          f"{slow:.2f} s, ratio {slow / fast:.0f}")


if __name__ == "__main__":
    main()
