"""One epoch of an MLP on ml-100k, lesson 8 against cornac and a DataLoader: one run, alternating; its quality.

    python tests/benchmarks/bench_ncf.py

Layers 16, 32, 16, 8; every rating is a positive, the last one out; four negatives for each. cornac and the DataLoader
take batches of 256, as cornac does by default and public notebooks do; lesson 8's trainer takes its own. Then lesson
8's is trained once, the epoch chosen on validation, and tested as those notebooks do, among 99 sampled others.
"""
import copy
import statistics
import time

import cornac
import torch
import torch.nn.functional as F
from reference_implicit import cells

from recsys_utils.evaluation import evaluate_ranking
from recsys_utils.interactions import Interactions
from recsys_utils.movielens import load_movielens
from recsys_utils.splits import leave_last_out

ROUNDS, THREADS, LAYERS = 3, 2, (16, 32, 16, 8)
SETTINGS = {"lesson 8": {"batch_size": 2048, "lr": 0.01},         # the trainer's defaults
            "lesson 8, larger batches": {"batch_size": 4096, "lr": 0.02}}   # the rate: by validation
LESSON = cells("08_ncf")


class Tower(LESSON["PointwiseModel"]):
    """The lesson's MLP halves its width from layer to layer; this one has any widths."""

    def __init__(self, train, seed=0):
        super().__init__()
        generator, self.n_items = torch.Generator().manual_seed(seed), train.n_items
        self.tables = torch.nn.ModuleList(LESSON["table"](n, LAYERS[0] // 2, generator)
                                          for n in (train.n_users, train.n_items))
        self.layers = torch.nn.Sequential()
        for n_inputs, n_outputs in zip(LAYERS, LAYERS[1:], strict=False):
            self.layers.extend([LESSON["linear"](n_inputs, n_outputs, generator), torch.nn.ReLU()])
        self.out = LESSON["linear"](LAYERS[-1], 1, generator)

    def features(self, users, items):
        rows = [table(part) for table, part in zip(self.tables, torch.broadcast_tensors(users, items), strict=True)]
        return self.layers(torch.cat(rows, -1))


class OneByOne(torch.utils.data.Dataset):
    """Hands out one sample at a time; a negative is drawn when it is asked for."""

    def __init__(self, train, n_negatives=4):
        self.users, self.items, self.n_items = train.users.tolist(), train.items.tolist(), train.n_items
        self.known, self.of_each = set(zip(self.users, self.items, strict=True)), 1 + n_negatives

    def __len__(self):
        return len(self.users) * self.of_each

    def __getitem__(self, place):
        row, which = divmod(place, self.of_each)
        user, item = self.users[row], self.items[row]
        while which and (user, item) in self.known:
            item = int(torch.randint(self.n_items, ()))
        return user, item, float(which == 0)


def by_dataloader(train):
    model = Tower(train)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    for users, items, labels in torch.utils.data.DataLoader(OneByOne(train), batch_size=256, shuffle=True):
        loss = F.binary_cross_entropy_with_logits(model(users, items), labels.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def by_lesson(settings):
    def fit(train):
        for _ in LESSON["train_epochs"](Tower(train), train, n_epochs=1, **settings):
            pass
    return fit


def by_cornac(known):
    cornac.models.MLP(layers=LAYERS, num_epochs=1, batch_size=256, num_neg=4, backend="pytorch", seed=0,
                      verbose=False).fit(known)


def quality(name, split, n_epochs=12):
    """Prints what one training gives on test, at its best epoch by validation, and its CPU time."""
    model, best, spent = Tower(split.train), (-1.0, 0, None), 0.0
    epochs = LESSON["train_epochs"](model, split.train, n_epochs=n_epochs, **SETTINGS[name])
    for epoch in range(1, n_epochs + 1):
        start = time.process_time()
        next(epochs)
        spent += time.process_time() - start
        found = evaluate_ranking(model, split, candidates=99, on="validation").metrics["HR@10"]
        if found > best[0]:
            best = found, epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(best[2])
    found = evaluate_ranking(model, split, candidates=99).metrics
    print(f"  {name:24} test HR@10 {found['HR@10']:.3f}, NDCG@10 {found['NDCG@10']:.3f}; epoch {best[1]} by "
          f"validation, {n_epochs} epochs in {spent:.1f} CPU seconds")


if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    split = leave_last_out(Interactions.from_frame(load_movielens("ml-100k").ratings))
    triples = zip(split.train.users.tolist(), split.train.items.tolist(), [1.0] * len(split.train), strict=True)
    known = cornac.data.Dataset.from_uir(list(triples), seed=0)
    contest = {name: (by_lesson(settings), split.train) for name, settings in SETTINGS.items()}
    contest |= {"DataLoader": (by_dataloader, split.train), "cornac": (by_cornac, known)}
    seconds = {name: [] for name in contest}
    for _ in range(ROUNDS):
        for name, (fit, data) in contest.items():
            start = time.perf_counter()
            fit(data)
            seconds[name].append(time.perf_counter() - start)
    spent = {name: statistics.median(times) for name, times in seconds.items()}
    for name in SETTINGS:
        for peer in ("DataLoader", "cornac"):
            print(f"  {name:24} one epoch {spent[name]:.2f} s, {peer} {spent[peer]:.2f} s, "
                  f"ratio {spent[name] / spent[peer]:.3f} (medians of {ROUNDS})", flush=True)
    for name in SETTINGS:
        quality(name, split)
