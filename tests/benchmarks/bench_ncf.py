"""One epoch of an MLP on ml-100k: lesson 8 against cornac and against a loop over a DataLoader, one run, alternating.

    python tests/benchmarks/bench_ncf.py

Layers 16, 32, 16, 8, four negatives for each positive, every rating a positive, the last one out. The libraries take
batches of 256, their default; ours takes its own. Then ours is trained until validation chooses the epoch, and tested
as the public notebooks do: among 99 sampled others.
"""
import statistics
import time

import cornac
import numpy as np
import torch
import torch.nn.functional as F
from reference_implicit import cells

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import leave_last_out

ROUNDS, THREADS = 3, 2
LESSON = cells("08_ncf")
