"""How good a model is, by the protocol of the course: numbers, the words for how they came about, values by user.

A model is anything with predict(users, items) -> (B,) ratings, or scores(users) -> (B, n_items) ranking scores.
"""
import numpy as np
import scipy.sparse
import torch

from recsys_utils import metrics
from recsys_utils.counts import checked_seed, count
from recsys_utils.result import Result
from recsys_utils.runtime import device, to_double, to_tensor

CELLS = 4_000_000                                        # scores held at a time: bounds the memory


@torch.no_grad()
def evaluate_ratings(model, split, on="test", clip=True):
    """Returns the Result of model.predict on held-out ratings: RMSE, MSE, MAE, pooled over all of them.

    split: Split; on: "test" or "validation"; clip: predictions are cut to the data's scale, and the protocol says so
    MSE and MAE have values by user whose mean is the pooled value.
    Raises ValueError for an empty part and for predictions that are NaN, infinite or of another shape.
    """
    held_out, here = _parts(split, on, or_train=True)[0], device()
    batches = zip(held_out.users.split(CELLS), held_out.items.split(CELLS), strict=True)
    predicted = torch.cat([torch.atleast_1d(_answer(model, "predict", users.to(here), items.to(here)).cpu())
                           for users, items in batches])
    if predicted.shape != held_out.ratings.shape or not predicted.isfinite().all():
        raise ValueError(f"model.predict gave shape {tuple(predicted.shape)} with {int((~predicted.isfinite()).sum())} "
                         f"NaN or inf for {len(held_out)} pairs: it must give one number for each")
    if clip:
        predicted = predicted.clamp(*held_out.scale)
    users, owner = held_out.users.unique(return_inverse=True)
    errors = predicted.double() - held_out.ratings
    per_user = {name: (torch.bincount(owner, values) * len(users) / len(errors)).numpy()
                for name, values in {"MSE": errors.square(), "MAE": errors.abs()}.items()}
    numbers = {name: getattr(metrics, name.lower())(predicted, held_out.ratings) for name in ("RMSE", "MSE", "MAE")}
    clipped = f"clipped to {held_out.scale[0]:g}-{held_out.scale[1]:g}" if clip else "not clipped"
    on = "train" if held_out is split.train else on                     # asked for: the training error, to draw it
    return Result(numbers, f"{split.name}, {on}; {held_out.rule}, pooled, predictions {clipped}",
                  f"{len(held_out):,} ratings of {len(users):,} users", per_user, users.numpy())


@torch.no_grad()
def evaluate_ranking(model, split, k=10, candidates="all", on="test", seed=0):
    """Returns the Result of model.scores on held-out positives: HR, NDCG, recall, precision at k, MRR, AUC.

    Candidates are all items but the user's train and validation positives (on="validation": but the train positives).
    split: Split of positives; k: 1 … n_items
    candidates: "all", or how many others the one held-out item of each user is ranked among, drawn with the seed
    Raises ValueError for a k or candidates out of range, an empty part, and scores that are NaN, inf or misshapen.
    """
    held_out, known = _parts(split, on)
    (k, candidates), seed = _checked_ranking(k, candidates, held_out), checked_seed(seed)
    draw = None if candidates == "all" else torch.Generator().manual_seed(seed)
    users = held_out.users.unique()
    held_out_rows, known_rows = _csr([held_out]), _csr(known)
    batches = [_rank_batch(model, batch, held_out_rows[batch.numpy()], known_rows[batch.numpy()], candidates, draw)
               for batch in users.split(max(1, CELLS // held_out.n_items))]
    better, equal, per_row, n_candidates = (torch.cat(part) for part in zip(*batches, strict=True))
    owner = torch.repeat_interleave(torch.arange(len(users)), per_row)
    values = {f"HR@{k}": metrics.hit_rate(better, equal, k, owner), f"NDCG@{k}": metrics.ndcg(better, equal, k, owner),
              f"recall@{k}": metrics.recall(better, equal, k, owner),
              f"precision@{k}": metrics.precision(better, equal, k, owner),
              "MRR": metrics.mrr(better, equal, owner), "AUC": metrics.auc(better, equal, n_candidates, owner)}
    pool = "all items" if candidates == "all" else f"{candidates} sampled others, seed {seed}"
    protocol = f"{split.name}, {on}; positives: {held_out.rule}; candidates: {pool}"
    return Result({name: float(value.mean()) for name, value in values.items()}, protocol,
                  _count_in_words(split, held_out, users, n_candidates, candidates),
                  {name: value.numpy() for name, value in values.items()}, users.numpy())


def _parts(split, on, or_train=False):
    """The held-out part, and the parts whose items are not candidates. or_train: it may be the training part itself."""
    if on not in ("test", "validation"):
        raise ValueError(f"on={on!r}: use 'validation' to choose settings, 'test' once at the end")
    held_out = split.test if on == "test" else split.validation
    if len(held_out) == 0:
        raise ValueError(f"The {on} part of this split is empty ({split.name}): there is nothing to compare with")
    if split.fault and not (or_train and held_out is split.train):
        raise ValueError(split.fault)
    return held_out, [split.train] if on == "validation" else [split.train, split.validation]


def _checked_ranking(k, candidates, held_out):
    n = held_out.n_items
    k = count(k, 1, n, f"k={k!r} of {n:,} items: use a whole number from 1 up to the number of items")
    if isinstance(candidates, str) and candidates == "all":
        return k, candidates
    candidates = count(candidates, 1, n - 1,
                       f"candidates={candidates!r}: use 'all', or 1 up to {n - 1:,} sampled others")
    if torch.bincount(held_out.users).max() > 1:
        raise ValueError("Sampled candidates are for one held-out item a user (leave_last_out): "
                         "with several, use candidates='all'")
    return k, candidates


def _csr(parts):
    """Which user has which item in any of these parts, as a scipy CSR matrix (n_users, n_items)."""
    users, items = (torch.cat([getattr(part, name) for part in parts]).numpy() for name in ("users", "items"))
    shape = (parts[0].n_users, parts[0].n_items)
    return scipy.sparse.csr_matrix((np.ones(len(users), dtype=bool), (users, items)), shape=shape)


def _pairs(matrix):
    """(row, column) of each stored place, row after row, each a LongTensor."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return torch.from_numpy(rows), torch.from_numpy(matrix.indices.astype(np.int64))


def _rank_batch(model, users, held_out, known, candidates, draw):
    """For the held-out items of a batch of users, user by user: better, equal; by user: items, candidates."""
    (row, item), (known_row, known_item) = _pairs(held_out), _pairs(known)
    scores = _checked_scores(model, users, held_out.shape[1])
    here = scores.device
    scores[known_row.to(here), known_item.to(here)] = -torch.inf
    per_row = torch.bincount(row, minlength=len(users))
    n_candidates = torch.from_numpy(known.shape[1] - np.diff(known.indptr).astype(np.int64))
    if draw is not None:
        chosen = _sampled(torch.from_numpy(known.toarray()), item, candidates, draw)
        scores.masked_fill_(~chosen.to(here), -torch.inf)
        n_candidates = chosen.sum(1)
    place = torch.arange(len(row)) - (per_row.cumsum(0) - per_row)[row]   # 0, 1, … within each user
    own = scores.new_zeros(len(users), int(per_row.max()))
    own[row.to(here), place.to(here)] = scores[row.to(here), item.to(here)]
    if own.isneginf().any():
        raise ValueError("model.scores gave -inf for a held-out item: leave masking to evaluate_ranking")
    ordered = _ascending(scores)                                         # one sort serves all items of a user
    if not ordered[:, -1].isfinite().all():                              # NaN sorts last, inf before it
        raise ValueError("model.scores gave NaN or inf: did training diverge? Try a lower learning rate")
    up_to, below = (torch.searchsorted(ordered, own, right=right) for right in (True, False))
    better, equal = (count.cpu()[row, place] for count in (scores.shape[1] - up_to, up_to - below - 1))
    return better, equal, per_row, n_candidates


def _ascending(scores):
    """Sorts each row, in place where it can. On CPU NumPy's vectorised sort is many times faster than torch's."""
    if scores.device.type != "cpu":
        return scores.sort(1).values
    scores.numpy().sort(axis=1)
    return scores


def _checked_scores(model, users, n_items):
    scores = _answer(model, "scores", users.to(device()))
    if scores.shape != (len(users), n_items):
        raise ValueError(f"model.scores gave shape {tuple(scores.shape)} for {len(users)} users: it must give "
                         f"({len(users)}, {n_items}), a score for each item")
    # a copy to mask and sort; counts have no -inf, and NumPy no bfloat16
    scores = scores if scores.is_floating_point() else to_double(scores)
    dtype = torch.promote_types(scores.dtype, torch.float32)
    return scores.to(dtype, copy=True, memory_format=torch.contiguous_format)


def _sampled(excluded, held_out_item, n, draw):
    """Mask of each user's held-out item and n distinct others, drawn uniformly; all where there are fewer than n."""
    keys = torch.rand(excluded.shape, generator=draw).masked_fill_(excluded, 2)
    keys.scatter_(1, held_out_item[:, None], -1)                         # the held-out item comes first, once
    chosen = keys.topk(n + 1, largest=False)
    return torch.zeros_like(excluded).scatter_(1, chosen.indices, chosen.values < 2)


def _count_in_words(split, held_out, users, n_candidates, candidates):
    seen_items, seen_users = (torch.zeros(n, dtype=torch.bool) for n in (held_out.n_items, held_out.n_users))
    seen_items[split.train.items], seen_users[split.train.users] = True, True
    words = [f"{len(users):,} users", f"{held_out.n_users - len(users):,} without a held-out item left out",
             f"{int((~seen_items[held_out.items]).sum()):,} held-out items cold",
             f"{int((~seen_users[users]).sum()):,} users cold", f"{held_out.n_items:,} items"]
    short = 0 if candidates == "all" else int((n_candidates < candidates + 1).sum())
    return ", ".join(words + ([f"{short:,} users with fewer others than {candidates}"] if short else []))


def _answer(model, name, *asked):
    """What model.name gives for what it is asked, as a tensor; raises ValueError where it gives no numbers."""
    if isinstance(model, type) or not callable(getattr(model, name, None)):
        kind = f"class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise ValueError(f"This {kind} is no model to ask for {name}: it takes an object with predict(users, items) "
                         "for ratings, scores(users) for ranking")
    answer = getattr(model, name)(*asked)
    try:
        return to_tensor(answer)
    except (TypeError, ValueError):
        raise ValueError(f"model.{name} gave a {type(answer).__name__}, not numbers: is a return missing?") from None
