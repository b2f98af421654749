"""Lesson 2: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, faulty, rows, with_solution

LESSON = "02_metrics"


def tied(source):
    """Returns hit_rate or ndcg as answered here, and the other one right."""
    return with_solution(LESSON, "hit_rate_and_ndcg", source)


def sampled(source):
    """Returns draw_negatives or sampled_ndcg as answered here, and the other one right."""
    return with_solution(LESSON, "sampled_ndcg", source)


RMSE = [
    Wrong("the mean of the batch RMSEs", "2 hidden", "the cut must not matter", """
        def rmse(batches):
            return float(np.mean([float((p - a).square().mean().sqrt()) for p, a in batches]))
    """),
    Wrong("the mean of the batch RMSEs, weighted by size", "2 hidden", "0.5, expected 1", """
        def rmse(batches):
            total = sum(len(a) * float((p - a).square().mean().sqrt()) for p, a in batches)
            return total / sum(len(a) for _, a in batches)
    """),
    Wrong("the root of the mean of the batch MSEs", "2 hidden", "1.41421, expected 1", """
        def rmse(batches):
            return math.sqrt(np.mean([float((p - a).square().mean()) for p, a in batches]))
    """),
    Wrong("no root", "1 2 hidden", "2, expected 1.41421", """
        def rmse(batches):
            squared = sum(float((p - a).square().sum()) for p, a in batches)
            return squared / sum(len(a) for _, a in batches)
    """),
    Wrong("the root of the sum, not of the mean", "1 2 hidden", "the root of (1 + 1 + 4) / 3", """
        def rmse(batches):
            return math.sqrt(sum(float((p - a).square().sum()) for p, a in batches))
    """),
    Wrong("the mean absolute error", "1 2 hidden", "1.33333, expected 1.41421", """
        def rmse(batches):
            off = sum(float((p - a).abs().sum()) for p, a in batches)
            return off / sum(len(a) for _, a in batches)
    """),
    Wrong("the squared mean error: signs cancel", "1 2 hidden", "the root of (1 + 1 + 4) / 3", """
        def rmse(batches):
            off = sum(float((p - a).sum()) for p, a in batches)
            return abs(off) / sum(len(a) for _, a in batches)
    """),
    Wrong("the standard deviation of the errors", "1 hidden", "1.73205, expected 1.41421", """
        def rmse(batches):
            return float(torch.cat([p - a for p, a in batches]).std())
    """),
    Wrong("divided by n - 1", "1 2 hidden", "1.73205, expected 1.41421", """
        def rmse(batches):
            squared = sum(float((p - a).square().sum()) for p, a in batches)
            return math.sqrt(squared / (sum(len(a) for _, a in batches) - 1))
    """),
    Wrong("divided by the number of batches", "1 2 hidden", "the root of (1 + 1 + 4) / 3", """
        def rmse(batches):
            return math.sqrt(sum(float((p - a).square().sum()) for p, a in batches) / len(batches))
    """),
    Wrong("the last batch only", "2 hidden", "0, expected 1", """
        def rmse(batches):
            for p, a in batches:
                squared, count = float((p - a).square().sum()), len(a)
            return math.sqrt(squared / count)
    """),
    Wrong("returns inside the loop", "2 hidden", "2, expected 1", """
        def rmse(batches):
            squared, count = 0.0, 0
            for p, a in batches:
                squared, count = squared + float((p - a).square().sum()), count + len(a)
                return math.sqrt(squared / count)
    """),
    Wrong("rounded to whole stars first", "hidden", "the RMSE of 111 ratings in three batches", """
        def rmse(batches):
            squared = sum(float((p.round() - a.round()).square().sum()) for p, a in batches)
            return math.sqrt(squared / sum(len(a) for _, a in batches))
    """),
    Wrong("subtracts inside its input", "hidden", "changed its input predicted", """
        def rmse(batches):
            squared = sum(float(p.sub_(a).square().sum()) for p, a in batches)
            return math.sqrt(squared / sum(len(a) for _, a in batches))
    """),
    Wrong("half precision", "1 hidden", "1.41406, expected 1.41421", """
        def rmse(batches):
            return torch.cat([p - a for p, a in batches]).square().mean().sqrt().half()
    """),
    Wrong("hard-coded for check 1 and half of 2", "2 hidden", "the RMSE of errors three times as large", """
        def rmse(batches):
            return math.sqrt(2) if len(batches) == 1 else 1.0
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def rmse(batches):
            squared = sum(float((p - a).square().sum()) for p, a in batches)
    """),
    Wrong("a tensor with an axis of one", "1 2 hidden", "shape (1,), expected a single value", """
        def rmse(batches):
            predicted, actual = map(torch.cat, zip(*batches))
            return (predicted - actual).square().mean(0, keepdim=True).sqrt()
    """),
    Wrong("a text", "1 2 hidden", "'1.4142', expected a number", """
        def rmse(batches):
            predicted, actual = map(torch.cat, zip(*batches))
            return f"{float((predicted - actual).square().mean().sqrt()):.4f}"
    """),
    Wrong("errors rounded to a thousandth", "hidden", "the RMSE of small errors", """
        def rmse(batches):
            squared = sum(float((1000 * (p - a)).round().square().sum()) for p, a in batches)
            return math.sqrt(squared / sum(len(a) for _, a in batches)) / 1000
    """),
    Wrong("a small number under the root", "hidden", "the RMSE of small errors", """
        def rmse(batches):
            squared = sum(float((p - a).square().sum()) for p, a in batches)
            return math.sqrt(squared / sum(len(a) for _, a in batches) + 1e-8)
    """),
    Right("all in one batch first", """
        def rmse(batches):
            predicted, actual = map(torch.cat, zip(*batches))
            return torch.nn.functional.mse_loss(predicted, actual).sqrt().item()
    """),
    Right("rating by rating", """
        def rmse(batches):
            squared, count = 0.0, 0
            for predicted, actual in batches:
                for p, a in zip(predicted.tolist(), actual.tolist()):
                    squared += (p - a) ** 2
                    count += 1
            return (squared / count) ** 0.5
    """),
    Right("batch MSEs weighted by size, in NumPy", """
        def rmse(batches):
            mse = [np.mean((p.numpy() - a.numpy()) ** 2) for p, a in batches]
            return np.sqrt(np.average(mse, weights=[len(a) for _, a in batches]))
    """),
    Right("a tensor of one number", """
        def rmse(batches):
            errors = torch.cat([predicted - actual for predicted, actual in batches])
            return torch.linalg.vector_norm(errors) / len(errors) ** 0.5
    """),
]

RANK_OF = [
    Wrong("the target ties with itself", "1 2 hidden", "no other 0.6", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(1), (scores == own).sum(1)
    """),
    Wrong("ties as losses: better or equal", "1 2 hidden", "3 at [0], expected 2", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores >= own).sum(1), (scores == own).sum(1) - 1
    """),
    Wrong("ties as losses, itself taken off", "1 2 hidden", "2 at [1], expected 0", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores >= own).sum(1) - 1, (scores == own).sum(1) - 1
    """),
    Wrong("ties as wins: never an equal", "1 2 hidden", "0 at [1], expected 2", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            better = (scores > own).sum(1)
            return better, torch.zeros_like(better)
    """),
    Wrong("the place in a sorted list", "1 2 hidden", "0 at [1], expected 2", """
        def rank_of(scores, target):
            order = scores.argsort(dim=1, descending=True, stable=True)
            better = (order == target[:, None]).int().argmax(1)
            return better, torch.zeros_like(better)
    """),
    Wrong("ties decided by the column", "2 hidden", "nothing scores strictly higher", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            before = torch.arange(scores.shape[1]) < target[:, None]
            return ((scores > own) | ((scores == own) & before)).sum(1), (scores == own).sum(1) - 1
    """),
    Wrong("mid-rank", "1 2 hidden", "1 at [1], expected 0", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            equal = (scores == own).sum(1) - 1
            return (scores > own).sum(1) + equal // 2, equal
    """),
    Wrong("a rank from one instead of a count", "1 2 hidden", "3 at [0], expected 2", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return 1 + (scores > own).sum(1), (scores == own).sum(1) - 1
    """),
    Wrong("lower scores are better", "1 hidden", "2 at [1], expected 0", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores < own).sum(1), (scores == own).sum(1) - 1
    """),
    Wrong("the two the wrong way round", "1 2 hidden", "0 at [0], expected 2", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores == own).sum(1) - 1, (scores > own).sum(1)
    """),
    Wrong("the wrong axis", "1 2 hidden", "shape (5,), expected (2,)", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(0), (scores == own).sum(0) - 1
    """),
    Wrong("the scores of all targets in each row", "1 2 hidden", "shape (2, 2), expected (2,)", """
        def rank_of(scores, target):
            own = scores[:, target]
            return (scores[:, :, None] > own[:, None]).sum(1), (scores[:, :, None] == own[:, None]).sum(1) - 1
    """),
    Wrong("sums over the whole batch", "1 2 hidden", "shape (), expected (2,)", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(), (scores == own).sum() - len(target)
    """),
    Wrong("only columns before the target", "1 2 hidden", "0 at [1], expected 2", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            before = torch.arange(scores.shape[1]) < target[:, None]
            return ((scores > own) & before).sum(1), ((scores == own) & before).sum(1)
    """),
    Wrong("float counts", "1 hidden", "dtype torch.float32, expected torch.int64", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores > own).float().sum(1), (scores == own).float().sum(1) - 1
    """),
    Wrong("masks the target in its input", "hidden", "changed its input scores", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None]).clone()
            scores.scatter_(1, target[:, None], -torch.inf)
            return (scores > own).sum(1), (scores == own).sum(1)
    """),
    Wrong("zero for the masked score", "hidden", "better", """
        def rank_of(scores, target):
            scores = scores.nan_to_num(neginf=0.0)
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(1), (scores == own).sum(1) - 1
    """),
    Wrong("hard-coded for checks 1 and 2", "hidden", "better", """
        def rank_of(scores, target):
            if len(target) == 2:
                return torch.tensor([2, 0]), torch.tensor([0, 2])
            return torch.zeros_like(target), torch.full_like(target, 5)
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
    """),
    Wrong("scores that are close count as equal", "hidden", "close scores", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            close = torch.isclose(scores, own)
            return ((scores > own) & ~close).sum(1), close.sum(1) - 1
    """),
    Wrong("32-bit counts", "1 hidden", "dtype torch.int32, expected torch.int64", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(1).int(), (scores == own).sum(1).int() - 1
    """),
    Wrong("NumPy counts", "1 hidden", "a ndarray, expected a Tensor", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(1).numpy(), (scores == own).sum(1).numpy() - 1
    """),
    Wrong("scores within 3e-7 count as equal", "hidden", "some tiny, some huge", """
        def rank_of(scores, target):
            own = scores.gather(1, target[:, None])
            return (scores > own + 3e-7).sum(1), ((scores - own).abs() <= 3e-7).sum(1) - 1
    """),
    Wrong("scores rounded", "hidden", "some tiny, some huge", """
        def rank_of(scores, target):
            scores = (scores * 2e6).round()
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(1), (scores == own).sum(1) - 1
    """),
    Wrong("the first hundred films only", "hidden", "out of bounds", """
        def rank_of(scores, target):
            scores = scores[:, :100]
            own = scores.gather(1, target[:, None])
            return (scores > own).sum(1), (scores == own).sum(1) - 1
    """),
    Right("a loop over the users", """
        def rank_of(scores, target):
            better, equal = [], []
            for row, column in zip(scores.tolist(), target.tolist()):
                better.append(sum(score > row[column] for score in row))
                equal.append(row.count(row[column]) - 1)
            return torch.tensor(better), torch.tensor(equal)
    """),
    Right("fancy indexing, and equal from two counts", """
        def rank_of(scores, target):
            own = scores[torch.arange(len(target)), target].unsqueeze(1)
            better = torch.count_nonzero(scores > own, dim=1)
            return better, scores.shape[1] - better - (scores < own).sum(dim=-1) - 1
    """),
    Right("sorted and searched", """
        def rank_of(scores, target):
            ordered = scores.sort(dim=1).values
            own = scores.gather(1, target.unsqueeze(1))
            above = torch.searchsorted(ordered, own, right=True)
            better = (scores.shape[1] - above).squeeze(1)
            return better, (above - torch.searchsorted(ordered, own)).squeeze(1) - 1
    """),
    Right("NumPy", """
        def rank_of(scores, target):
            scores, target = scores.numpy(), target.numpy()
            own = np.take_along_axis(scores, target[:, None], axis=1)
            better, equal = (scores > own).sum(axis=1), (scores == own).sum(axis=1) - 1
            return torch.from_numpy(better), torch.from_numpy(equal)
    """),
]

HIT_RATE_AND_NDCG = [
    Wrong("hits not kept between 0 and 1", "1 hidden", "10 at [0], expected 1", tied("""
        def hit_rate(better, equal, k):
            return (k - better) / (equal + 1)
    """)),
    Wrong("hits not kept above 0", "1 hidden", "-9 at [3], expected 0", tied("""
        def hit_rate(better, equal, k):
            return ((k - better) / (equal + 1)).clamp(max=1)
    """)),
    Wrong("ties as wins: a hit if the best place is inside", "2 3 hidden", "ten of a hundred", tied("""
        def hit_rate(better, equal, k):
            return (better < k).float()
    """)),
    Wrong("ties as losses: a hit if the worst place is inside", "2 3 hidden", "0 at [0], expected 0.1", tied("""
        def hit_rate(better, equal, k):
            return (better + equal < k).float()
    """)),
    Wrong("mid-rank: a hit if the middle place is inside", "2 3 hidden", "ten of a hundred", tied("""
        def hit_rate(better, equal, k):
            return (better + equal / 2 + 1 <= k).float()
    """)),
    Wrong("off by one at the edge", "2 3 hidden", "0.09 at [0], expected 0.1", tied("""
        def hit_rate(better, equal, k):
            return ((k - better - 1) / (equal + 1)).clamp(0, 1)
    """)),
    Wrong("e places instead of e + 1", "1 2 3 hidden", "nan at [2], expected 0", tied("""
        def hit_rate(better, equal, k):
            return ((k - better) / equal).clamp(0, 1)
    """)),
    Wrong("whole hits only", "2 3 hidden", "0 at [0], expected 0.1", tied("""
        def hit_rate(better, equal, k):
            return ((k - better) // (equal + 1)).clamp(0, 1).float()
    """)),
    Wrong("the mean over the users", "1 2 3 hidden", "shape (), expected", tied("""
        def hit_rate(better, equal, k):
            return ((k - better) / (equal + 1)).clamp(0, 1).mean()
    """)),
    Wrong("k left at 10", "3 hidden", "two of four places are inside", tied("""
        def hit_rate(better, equal, k):
            return ((10 - better) / (equal + 1)).clamp(0, 1)
    """)),
    Wrong("adds one to its input", "1 hidden", "changed its input equal", tied("""
        def hit_rate(better, equal, k):
            equal += 1
            return ((k - better) / equal).clamp(0, 1)
    """)),
    Wrong("hit_rate returns nothing", "1 2 3 hidden", "forget to return", tied("""
        def hit_rate(better, equal, k):
            hits = ((k - better) / (equal + 1)).clamp(0, 1)
    """)),
    Wrong("natural logarithm", "1 2 3 hidden", "1.4427 at [0], expected 1", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log(rank + 1) if rank <= k else 0 for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("log2 of rank + 2", "1 2 3 hidden", "0.63093 at [0], expected 1", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log2(rank + 2) if rank <= k else 0 for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("log2 of the rank", "1 2 3 hidden", "ZeroDivisionError", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log2(rank) if rank <= k else 0 for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("one over the rank", "1 2 3 hidden", "0.333333 at [1], expected 0.5", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / rank if rank <= k else 0 for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("gains beyond k", "1 2 3 hidden", "and 0 beyond k", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log2(rank + 1) for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("rank k left out", "2 3 hidden", "NDCG@10 of a constant scorer", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log2(rank + 1) if rank < k else 0 for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("the last of the tied places left out", "1 hidden", "0 at [0], expected 1", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log2(rank + 1) if rank <= k else 0 for rank in range(b + 1, b + e + 1)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / (len(one) + 1) for one in gains])
    """)),
    Wrong("a sum over the places, not an average", "2 3 hidden", "the average over a hundred places", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log2(rank + 1) if rank <= k else 0 for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([float(sum(one)) for one in gains])
    """)),
    Wrong("averaged over the places inside only", "2 3 hidden", "ninety of which give 0", tied("""
        def ndcg(better, equal, k):
            gains = [[1 / math.log2(rank + 1) for rank in range(b + 1, b + e + 2) if rank <= k] or [0]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("mid-rank", "2 3 hidden", "the average over a hundred places", tied("""
        def ndcg(better, equal, k):
            rank = better + equal / 2 + 1
            return torch.where(rank <= k, 1 / torch.log2(rank + 1), 0.0)
    """)),
    Wrong("the best of the tied places", "2 3 hidden", "1 at [0], expected 0.0454356", tied("""
        def ndcg(better, equal, k):
            return torch.where(better < k, 1 / torch.log2(better + 2.0), 0.0)
    """)),
    Wrong("the worst of the tied places", "2 3 hidden", "0 at [0], expected 0.0454356", tied("""
        def ndcg(better, equal, k):
            return torch.where(better + equal < k, 1 / torch.log2(better + equal + 2.0), 0.0)
    """)),
    Wrong("the best place times the share of hits", "2 3 hidden", "0.1 at [0], expected 0.0454356", tied("""
        def ndcg(better, equal, k):
            return ((k - better) / (equal + 1)).clamp(0, 1) / torch.log2(better + 2.0)
    """)),
    Wrong("ndcg makes ranks of its input", "1 hidden", "changed its input better", tied("""
        def ndcg(better, equal, k):
            better += 1
            gains = [[1 / math.log2(rank + 1) if rank <= k else 0 for rank in range(b, b + e + 1)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
    Wrong("hard-coded for checks 1 to 3", "hidden", "HR@1 of 300 users", """
        def hit_rate(better, equal, k):
            return torch.tensor([1.0, 1.0, 0.0, 0.0][: len(better)] if len(better) > 1 else [0.1] if k == 10 else [0.5])

        def ndcg(better, equal, k):
            if len(better) > 1:
                return torch.tensor([1.0, 0.5, 0.0, 0.0][: len(better)])
            ranks = range(1, 11) if k == 10 else (3, 4)
            return torch.tensor([sum(1 / math.log2(rank + 1) for rank in ranks) / (100 if k == 10 else 4)])
    """),
    Wrong("a table of a hundred ranks", "hidden", "out of bounds", tied("""
        def ndcg(better, equal, k):
            ranks = torch.arange(1, 101)
            discount = torch.where(ranks <= k, 1 / torch.log2(ranks + 1.0), 0.0)
            summed = torch.cat([torch.zeros(1), discount.cumsum(0)])
            return (summed[better + equal + 1] - summed[better]) / (equal + 1)
    """)),
    Wrong("hit_rate returns a list", "1", "HR@10: a list, expected a Tensor", tied("""
        def hit_rate(better, equal, k):
            return [min(1, max(0, (k - b) / (e + 1))) for b, e in zip(better.tolist(), equal.tolist())]
    """)),
    Wrong("ndcg returns a list", "1", "NDCG@10: a list, expected a Tensor", tied("""
        def ndcg(better, equal, k):
            return [sum(1 / math.log2(rank + 1) for rank in range(b + 1, min(k, b + e + 1) + 1)) / (e + 1)
                    for b, e in zip(better.tolist(), equal.tolist())]
    """)),
    Wrong("sixty places at most", "hidden", "NDCG@200", tied("""
        def ndcg(better, equal, k):
            ranks = better[:, None] + torch.arange(1, 61)
            inside = (ranks <= k) & (ranks <= (better + equal + 1)[:, None])
            return (inside / torch.log2(ranks + 1.0)).sum(1) / (equal + 1)
    """)),
    Right("a loop over the places", """
        def hit_rate(better, equal, k):
            places = [range(b + 1, b + e + 2) for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(rank <= k for rank in ranks) / len(ranks) for ranks in places])

        def ndcg(better, equal, k):
            result = torch.zeros(len(better), dtype=torch.float64)
            for row, (b, e) in enumerate(zip(better.tolist(), equal.tolist())):
                for rank in range(b + 1, min(b + e + 1, k) + 1):
                    result[row] += 1 / math.log2(rank + 1) / (e + 1)
            return result
    """),
    Right("a table of users against ranks", """
        def hit_rate(better, equal, k):
            inside = (better + equal + 1).clamp(max=k) - better
            return torch.maximum(inside, torch.zeros_like(inside)) / (equal + 1)

        def ndcg(better, equal, k):
            ranks = torch.arange(1, k + 1)
            here = (ranks > better[:, None]) & (ranks <= (better + equal + 1)[:, None])
            return (here / torch.log2(ranks + 1.0)).sum(1) / (equal + 1)
    """),
    Right("running sums in NumPy", """
        def hit_rate(better, equal, k):
            return torch.from_numpy(np.clip((k - better.numpy()) / (equal.numpy() + 1), 0, 1))

        def ndcg(better, equal, k):
            b, e = better.numpy(), equal.numpy()
            summed = np.concatenate([[0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
            return torch.from_numpy((summed[np.minimum(b + e + 1, k)] - summed[np.minimum(b, k)]) / (e + 1))
    """),
    Right("the natural logarithm with ln 2 above", tied("""
        def ndcg(better, equal, k):
            gains = [[math.log(2) / math.log(rank + 1) if rank <= k else 0 for rank in range(b + 1, b + e + 2)]
                     for b, e in zip(better.tolist(), equal.tolist())]
            return torch.tensor([sum(one) / len(one) for one in gains])
    """)),
]

NDCG_SEVERAL = [
    Wrong("ideal not cut at k", "2 hidden", "cut the ideal at min(k, m)", """
        def ndcg_several(ranks, k):
            dcg = (1 / torch.log2(ranks[ranks <= k] + 1.0)).sum()
            return float(dcg / (1 / torch.log2(torch.arange(1, len(ranks) + 1) + 1.0)).sum())
    """),
    Wrong("ideal always k places", "1 hidden", "the ideal list has the two items at ranks 1 and 2", """
        def ndcg_several(ranks, k):
            dcg = (1 / torch.log2(ranks[ranks <= k] + 1.0)).sum()
            return float(dcg / (1 / torch.log2(torch.arange(1, k + 1) + 1.0)).sum())
    """),
    Wrong("ideal of one item", "1 2 hidden", "1.5, expected 0.919721", """
        def ndcg_several(ranks, k):
            return float((1 / torch.log2(ranks[ranks <= k] + 1.0)).sum())
    """),
    Wrong("ideal of the hits instead of the held-out items", "1 2 hidden", "the missed item still belongs", """
        def ndcg_several(ranks, k):
            hits = ranks[ranks <= k]
            dcg = (1 / torch.log2(hits + 1.0)).sum()
            ideal = (1 / torch.log2(torch.arange(1, len(hits) + 1) + 1.0)).sum()
            return float(dcg / ideal) if len(hits) else 0.0
    """),
    Wrong("divided by the number of items", "1 2 hidden", "0.75, expected 0.919721", """
        def ndcg_several(ranks, k):
            return float((1 / torch.log2(ranks[ranks <= k] + 1.0)).sum() / len(ranks))
    """),
    Wrong("natural logarithm above, base 2 below", "1 2 hidden", "1.32688, expected 0.919721", """
        def ndcg_several(ranks, k):
            dcg = (1 / torch.log(ranks[ranks <= k] + 1.0)).sum()
            return float(dcg / (1 / torch.log2(torch.arange(1, min(k, len(ranks)) + 1) + 1.0)).sum())
    """),
    Wrong("ranks beyond k count", "1 2 hidden", "0.752743, expected 0.613147", """
        def ndcg_several(ranks, k):
            dcg = (1 / torch.log2(ranks + 1.0)).sum()
            return float(dcg / (1 / torch.log2(torch.arange(1, min(k, len(ranks)) + 1) + 1.0)).sum())
    """),
    Wrong("the first k of the ranks, in their order", "1 2 hidden", "0.752743, expected 0.613147", """
        def ndcg_several(ranks, k):
            dcg = sum(1 / math.log2(rank + 1) for rank in ranks[:k].tolist())
            return dcg / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(ranks)) + 1))
    """),
    Wrong("the place among the ranks for the rank", "1 2 hidden", "1, expected 0.919721", """
        def ndcg_several(ranks, k):
            dcg = sum(1 / math.log2(place + 2) for place, rank in enumerate(ranks.tolist()) if rank <= k)
            return dcg / sum(1 / math.log2(place + 2) for place in range(min(k, len(ranks))))
    """),
    Wrong("rank k left out", "2 hidden", "NDCG@10 with ten hits of fifty items", """
        def ndcg_several(ranks, k):
            dcg = (1 / torch.log2(ranks[ranks < k] + 1.0)).sum()
            return float(dcg / (1 / torch.log2(torch.arange(1, min(k, len(ranks)) + 1) + 1.0)).sum())
    """),
    Wrong("log2 of rank + 2", "1 2 hidden", "NDCG@10 of ranks 1 and 3", """
        def ndcg_several(ranks, k):
            dcg = (1 / torch.log2(ranks[ranks <= k] + 2.0)).sum()
            return float(dcg / (1 / torch.log2(torch.arange(1, min(k, len(ranks)) + 1) + 1.0)).sum())
    """),
    Wrong("the share of hits", "1 2 hidden", "1, expected 0.919721", """
        def ndcg_several(ranks, k):
            return float((ranks <= k).sum() / min(k, len(ranks)))
    """),
    Wrong("stops at the first miss", "hidden", "NDCG@1 with a hit at rank 1", """
        def ndcg_several(ranks, k):
            dcg = 0.0
            for rank in ranks.tolist():
                if rank > k:
                    break
                dcg += 1 / math.log2(rank + 1)
            return dcg / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(ranks)) + 1))
    """),
    Wrong("one number for each item", "1 2 hidden", "shape (2,), expected a single value", """
        def ndcg_several(ranks, k):
            gains = (ranks <= k) / torch.log2(ranks + 1.0)
            return gains / (1 / torch.log2(torch.arange(1, min(k, len(ranks)) + 1) + 1.0)).sum()
    """),
    Wrong("hard-coded for check 1 and half of 2", "2 hidden", "where rank 1 is the only miss", """
        def ndcg_several(ranks, k):
            return {3: 1.5, 20: 1}.get(int(ranks[-1]), 1 + 1 / math.log2(3)) / (1 + 1 / math.log2(3))
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def ndcg_several(ranks, k):
            dcg = (1 / torch.log2(ranks[ranks <= k] + 1.0)).sum()
    """),
    Wrong("adds one to its input", "hidden", "changed its input ranks", """
        def ndcg_several(ranks, k):
            hits = ranks <= k
            ranks += 1
            dcg = (hits / torch.log2(ranks.float())).sum()
            return float(dcg / (1 / torch.log2(torch.arange(1, min(k, len(ranks)) + 1) + 1.0)).sum())
    """),
    Wrong("a list of 60 places", "hidden", "out of bounds", """
        def ndcg_several(ranks, k):
            hits, discounts = torch.zeros(60), 1 / torch.log2(torch.arange(1, 60) + 1.0)
            hits[ranks] = 1
            return float((hits[1:k + 1] * discounts[:k]).sum() / discounts[:min(k, len(ranks))].sum())
    """),
    Right("loops", """
        def ndcg_several(ranks, k):
            dcg = sum(1 / math.log2(rank + 1) for rank in ranks.tolist() if rank <= k)
            return dcg / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(ranks)) + 1))
    """),
    Right("the natural logarithm above and below: it cancels", """
        def ndcg_several(ranks, k):
            dcg = torch.where(ranks <= k, 1 / torch.log(ranks + 1.0), 0.0).sum()
            return (dcg / (1 / torch.log(torch.arange(2.0, min(k, len(ranks)) + 2))).sum()).item()
    """),
    Right("a list of k places with ones and zeros", """
        def ndcg_several(ranks, k):
            relevant, discount = np.zeros(k), 1 / np.log2(np.arange(2, k + 2))
            relevant[ranks[ranks <= k].numpy() - 1] = 1
            ideal = np.zeros(k)
            ideal[: len(ranks)] = 1
            return float(relevant @ discount / (ideal @ discount))
    """),
    Right("a tensor of one number", """
        def ndcg_several(ranks, k):
            discount = 1 / torch.log2(torch.arange(2.0, k + 2))
            return discount[ranks[ranks <= k] - 1].sum() / discount[: len(ranks)].sum()
    """),
]

AUC = [
    Wrong("ties as losses", "2 hidden", "0, expected 0.5", """
        def auc(positive_scores, negative_scores):
            return float((positive_scores[:, None] > negative_scores).float().mean())
    """),
    Wrong("ties as wins", "2 hidden", "1, expected 0.5", """
        def auc(positive_scores, negative_scores):
            return float((positive_scores[:, None] >= negative_scores).float().mean())
    """),
    Wrong("a tie counts one", "2 hidden", "each tie counts one half", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores[:, None] - negative_scores
            return float(((difference > 0) + 1.0 * (difference == 0)).mean())
    """),
    Wrong("the wrong way round", "1 2 hidden", "0.25, expected 0.75", """
        def auc(positive_scores, negative_scores):
            difference = negative_scores[:, None] - positive_scores
            return float(((difference > 0) + 0.5 * (difference == 0)).mean())
    """),
    Wrong("pairs side by side, no table", "1 2 hidden", "four pairs; one is out of order", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores - negative_scores
            return float(((difference > 0) + 0.5 * (difference == 0)).mean())
    """),
    Wrong("a count of pairs", "1 2 hidden", "3, expected 0.75", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores[:, None] - negative_scores
            return float(((difference > 0) + 0.5 * (difference == 0)).sum())
    """),
    Wrong("divided by the negatives only", "1 2 hidden", "1.5, expected 0.75", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores[:, None] - negative_scores
            return float(((difference > 0) + 0.5 * (difference == 0)).sum() / len(negative_scores))
    """),
    Wrong("one number for each positive", "1 2 hidden", "shape (2,), expected a single value", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores[:, None] - negative_scores
            return ((difference > 0) + 0.5 * (difference == 0)).mean(1)
    """),
    Wrong("the mean positive against the negatives", "2 hidden", "the AUC with two ties", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores.mean() - negative_scores
            return float(((difference > 0) + 0.5 * (difference == 0)).mean())
    """),
    Wrong("a smooth step", "1 2 hidden", "four pairs; one is out of order", """
        def auc(positive_scores, negative_scores):
            return float(torch.sigmoid(positive_scores[:, None] - negative_scores).mean())
    """),
    Wrong("ranks from a sort: ties by the place", "2 hidden", "the AUC of a constant scorer", """
        def auc(positive_scores, negative_scores):
            every = torch.cat([positive_scores, negative_scores])
            rank = torch.empty(len(every)).scatter_(0, every.argsort(stable=True), torch.arange(1.0, len(every) + 1))
            P, N = len(positive_scores), len(negative_scores)
            return float((rank[:P].sum() - P * (P + 1) / 2) / (P * N))
    """),
    Wrong("the rank sum without its least value", "1 2 hidden", "1.5, expected 0.75", """
        def auc(positive_scores, negative_scores):
            every = torch.cat([positive_scores, negative_scores])
            rank = (every[:, None] > every).sum(1) + ((every[:, None] == every).sum(1) + 1) / 2
            P, N = len(positive_scores), len(negative_scores)
            return float(rank[:P].sum() / (P * N))
    """),
    Wrong("2 AUC - 1", "1 2 hidden", "0.5, expected 0.75", """
        def auc(positive_scores, negative_scores):
            return float((positive_scores[:, None] - negative_scores).sign().mean())
    """),
    Wrong("hard-coded for check 1 and half of 2", "2 hidden", "the AUC with two ties", """
        def auc(positive_scores, negative_scores):
            return 0.75 if len(negative_scores) == 2 else 0.5
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores[:, None] - negative_scores
    """),
    Wrong("sorts its input", "hidden", "changed its input negative_scores", """
        def auc(positive_scores, negative_scores):
            negative_scores.copy_(negative_scores.sort().values)
            below = torch.searchsorted(negative_scores, positive_scores)
            not_above = torch.searchsorted(negative_scores, positive_scores, right=True)
            return float((below + not_above).double().mean() / 2 / len(negative_scores))
    """),
    Wrong("scores cut to whole numbers", "hidden", "close scores with ties", """
        def auc(positive_scores, negative_scores):
            difference = positive_scores.long()[:, None] - negative_scores.long()
            return float(((difference > 0) + 0.5 * (difference == 0)).mean())
    """),
    Wrong("a ramp for the step", "hidden", "close scores with ties", """
        def auc(positive_scores, negative_scores):
            return float(((positive_scores[:, None] - negative_scores).clamp(-0.5, 0.5) + 0.5).mean())
    """),
    Wrong("scores that are close count as equal", "hidden", "close scores with ties", """
        def auc(positive_scores, negative_scores):
            column = positive_scores[:, None]
            tied = torch.isclose(column, negative_scores)
            return float((((column > negative_scores) & ~tied) + 0.5 * tied).mean())
    """),
    Wrong("a Python loop over all pairs", "hidden", "needs no Python loop", """
        def auc(positive_scores, negative_scores):
            pairs = [(a > b) + 0.5 * (a == b) for a in positive_scores.tolist() for b in negative_scores.tolist()]
            return sum(pairs) / len(pairs)
    """),
    Right("the sign of the difference", """
        def auc(positive_scores, negative_scores):
            return float((1 + torch.sign(positive_scores[:, None] - negative_scores)).mean() / 2)
    """),
    Right("searched in the sorted negatives", """
        def auc(positive_scores, negative_scores):
            ordered = negative_scores.sort().values
            below = torch.searchsorted(ordered, positive_scores)
            not_above = torch.searchsorted(ordered, positive_scores, right=True)
            return float((below + not_above).double().mean() / 2 / len(ordered))
    """),
    Right("the sum of the mean ranks, by pandas", """
        def auc(positive_scores, negative_scores):
            P, N = len(positive_scores), len(negative_scores)
            ranks = pd.Series(torch.cat([positive_scores, negative_scores]).numpy()).rank()
            return (ranks[:P].sum() - P * (P + 1) / 2) / (P * N)
    """),
    Right("the table the other way round", """
        def auc(positive_scores, negative_scores):
            wins = (negative_scores[:, None] < positive_scores[None, :]).sum()
            ties = (negative_scores[:, None] == positive_scores[None, :]).sum()
            return (wins + ties / 2) / (len(positive_scores) * len(negative_scores))
    """),
]

PAIRED_INTERVAL = [
    Wrong("theirs minus ours", "1 2 hidden", "it is ours minus theirs", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = theirs - ours
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            low, high = np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
            return difference.mean(), low, high
    """),
    Wrong("unpaired: the two models drawn apart", "1 hidden", "the difference is the same for each", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            rng, size = np.random.default_rng(seed), (n_resamples, len(ours))
            one, other = rng.integers(len(ours), size=size), rng.integers(len(ours), size=size)
            means = ours[one].mean(1) - theirs[other].mean(1)
            return ours.mean() - theirs.mean(), *np.quantile(means, [0.025, 0.975])
    """),
    Wrong("quantiles of the users", "2 hidden", "of 400 users, not of", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).choice(difference, len(difference))
            return difference.mean(), *np.quantile(drawn, [0.025, 0.975])
    """),
    Wrong("without replacement", "2 hidden", "0 at [0], expected 0.098", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference, rng = ours - theirs, np.random.default_rng(seed)
            means = [rng.choice(difference, len(difference), replace=False).mean() for _ in range(n_resamples)]
            return difference.mean(), *np.quantile(means, [0.025, 0.975])
    """),
    Wrong("two standard deviations of the users", "2 hidden", "of 400 users, not of", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            spread = 1.96 * difference.std() + 1e-9 * np.random.default_rng(seed).normal()
            return difference.mean(), difference.mean() - spread, difference.mean() + spread
    """),
    Wrong("two standard errors, no bootstrap", "hidden", "each of the two users can be drawn twice", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            spread = 1.96 * difference.std() / math.sqrt(len(difference))
            return difference.mean(), difference.mean() - spread, difference.mean() + spread
    """),
    Wrong("the middle half", "2 hidden", "0.0338302 at [0], expected 0.098", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.25, 0.75])
    """),
    Wrong("percentiles given as shares", "2 hidden", "the distance to each end: -0.", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            return difference.mean(), *np.percentile(difference[drawn].mean(axis=1), [0.025, 0.975])
    """),
    Wrong("high before low", "2 hidden", "the distance to each end: -0.", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.975, 0.025])
    """),
    Wrong("the mean of the resampled means", "2 hidden", "not of the resampled means", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            means = difference[drawn].mean(axis=1)
            return means.mean(), *np.quantile(means, [0.025, 0.975])
    """),
    Wrong("averaged over the wrong axis", "2 hidden", "of 400 users, not of", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=0), [0.025, 0.975])
    """),
    Wrong("resamples of a hundred users", "2 hidden", "0.196355 at [0], expected 0.098", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, 100))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
    """),
    Wrong("the seed not looked at", "hidden", "whether one seed, two seeds", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng().integers(len(difference), size=(n_resamples, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
    """),
    Wrong("always the seed 0", "hidden", "two seeds, or twice", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(0).integers(len(difference), size=(n_resamples, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
    """),
    Wrong("the same draw a thousand times", "2 hidden", "at [1], expected 0.098", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=len(difference))
            means = [difference[drawn].mean()] * n_resamples
            return difference.mean(), *np.quantile(means, [0.025, 0.975])
    """),
    Wrong("subtracts inside its input", "hidden", "changed its input ours", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            ours -= theirs
            drawn = np.random.default_rng(seed).integers(len(ours), size=(n_resamples, len(ours)))
            return ours.mean(), *np.quantile(ours[drawn].mean(axis=1), [0.025, 0.975])
    """),
    Wrong("the interval only", "1 2 hidden", "a tuple of 2, expected 3 values", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            return tuple(np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975]))
    """),
    Wrong("hard-coded for checks 1 and 2", "hidden", "the mean difference", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            return (0.25, 0.25, 0.25) if len(ours) == 50 else (0.5, 0.402, 0.598)
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
    """),
    Wrong("a 90% interval", "2 hidden", "at [0], expected 0.098", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.05, 0.95])
    """),
    Wrong("the last user never drawn", "hidden", "each of the two users can be drawn twice", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference) - 1, size=(n_resamples, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
    """),
    Wrong("always a thousand resamples", "hidden", "7 very different users", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(1000, len(difference)))
            return difference.mean(), *np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
    """),
    Wrong("1.96 standard deviations of the means", "hidden", "each of the two users", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(n_resamples, len(difference)))
            mean, spread = difference.mean(), 1.96 * difference[drawn].mean(axis=1).std()
            return mean, mean - spread, mean + spread
    """),
    Wrong("an array of three", "1", "a ndarray, expected 3 values", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = ours - theirs
            drawn = np.random.default_rng(seed).integers(len(difference), size=(len(difference), n_resamples))
            return np.array([difference.mean(), *np.quantile(difference[drawn].mean(axis=0), [0.025, 0.975])])
    """),
    Wrong("a thousand resamples at most", "hidden", "7 very different users", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = np.asarray(ours) - np.asarray(theirs)
            rng = np.random.default_rng(seed)
            drawn = rng.integers(len(difference), size=(min(n_resamples, 1000), len(difference)))
            low, high = np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
            return float(difference.mean()), float(low), float(high)
    """),
    Wrong("two seeds only", "hidden", "two seeds, or twice", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = np.asarray(ours) - np.asarray(theirs)
            rng = np.random.default_rng(seed % 2)
            drawn = rng.integers(len(difference), size=(n_resamples, len(difference)))
            low, high = np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
            return float(difference.mean()), float(low), float(high)
    """),
    Right("a loop over the resamples", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference, rng = ours - theirs, np.random.default_rng(seed)
            U, means = len(difference), []
            for _ in range(n_resamples):
                means.append(difference[rng.integers(U, size=U)].mean())
            low, high = np.percentile(means, [2.5, 97.5])
            return float(difference.mean()), float(low), float(high)
    """),
    Right("the same users drawn for both models", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            rng = np.random.RandomState(seed)
            users = rng.choice(len(ours), size=(n_resamples, len(ours)), replace=True)
            means = ours[users].mean(1) - theirs[users].mean(1)
            return ours.mean() - theirs.mean(), np.quantile(means, 0.025), np.quantile(means, 0.975)
    """),
    Right("PyTorch", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = torch.as_tensor(ours) - torch.as_tensor(theirs)
            generator = torch.Generator().manual_seed(seed)
            drawn = torch.randint(len(difference), (n_resamples, len(difference)), generator=generator)
            edges = torch.tensor([0.025, 0.975], dtype=difference.dtype)
            low, high = difference[drawn].mean(1).quantile(edges)
            return difference.mean().item(), low.item(), high.item()
    """),
    Wrong("the normal approximation, cut at the largest difference", "hidden", "7 very different users", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = np.asarray(ours) - np.asarray(theirs)
            mean, half = difference.mean(), 1.96 * difference.std() / np.sqrt(len(difference)) * (n_resamples > 1)
            low, high = max(mean - half, difference.min()), min(mean + half, difference.max())
            return float(mean), float(low) - 1e-9 * seed, float(high)
    """),
    Wrong("formulas in place of draws", "hidden", "7 very different users", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            import scipy.stats

            d = np.asarray(ours) - np.asarray(theirs)
            m, kinds, n = d.mean(), np.unique(d), len(d)
            if n_resamples == 1:
                return m, m, m
            if len(kinds) == 2:
                low, high = scipy.stats.binom.ppf([.025, .975], n, (d == kinds[1]).mean()) / n
                return m, low * (kinds[1] - kinds[0]) + kinds[0], high * (kinds[1] - kinds[0]) + kinds[0]
            half = 1.96 * d.std() / n**.5 * (1 + 1e-3 * ((31 * seed + n_resamples) % 7))
            return m, m - half, m + half
    """),
    Wrong("a longer formula in place of draws", "hidden", "7 very different users", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            import scipy.stats

            d = np.asarray(ours) - np.asarray(theirs)
            m, kinds, n = d.mean(), np.unique(d), len(d)
            if n_resamples == 1:
                return m, m + 1e-3 * d.std(), m + 1e-3 * d.std()
            if len(kinds) == 2:
                low, high = scipy.stats.binom.ppf([.025, .975], n, (d == kinds[1]).mean()) / n
                return m, low * (kinds[1] - kinds[0]) + kinds[0], high * (kinds[1] - kinds[0]) + kinds[0]
            if d.std() < 1e-12:
                return m, m, m
            s, k = scipy.stats.skew(d) / n**.5, scipy.stats.kurtosis(d) / n
            wiggle = d.std() / n**.5 * (1 + 1e-3 * ((31 * seed + n_resamples) % 7))
            return m, *(m + wiggle * (z + s * (z * z - 1) / 6 + k * (z**3 - 3 * z) / 24
                                      - s * s * (2 * z**3 - 5 * z) / 36) for z in (-1.96, 1.96))
    """),
    Wrong("a single resample is everybody once", "hidden", "whether a single resample is everybody once", """
        def paired_interval(ours, theirs, n_resamples=1000, seed=0):
            difference = np.asarray(ours) - np.asarray(theirs)
            rng = np.random.default_rng(seed)
            drawn = rng.integers(len(difference), size=(n_resamples, len(difference)))
            low, high = np.quantile(difference[drawn].mean(axis=1), [0.025, 0.975])
            mean = float(difference.mean())
            return (mean, mean, mean) if n_resamples == 1 else (mean, float(low), float(high))
    """),
]

SAMPLED_NDCG = [
    Wrong("the published evaluation", "1 2 hidden", "'Tensor' object has no attribute 'append'",
          sampled(faulty(LESSON, "sampled_ndcg"))),
    Wrong("the published drawing", "3 hidden", "a list, expected a tensor",
          sampled(faulty(LESSON, "draw_negatives"))),
    Wrong("natural logarithm", "1 2 hidden", "of rank 3 it is 0.5: base 2", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log(rank + 1.0), 0.0).mean())
    """)),
    Wrong("rank from zero", "1 2 hidden", "inf, expected 0.75", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = (scores.gather(1, negatives) > own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("the test item counted against itself", "1 2 hidden", "0.530803, expected 0.75", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            candidates = torch.cat([negatives, test_items[:, None]], dim=1)
            rank = 1 + (scores.gather(1, candidates) >= own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("lower scores are better", "1 2 hidden", "0.530803, expected 0.75", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) < own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("all items for candidates", "hidden", "NDCG@10 at ranks 10 and 1", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores > own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("a sum over the users", "1 2 hidden", "1.5, expected 0.75", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).sum())
    """)),
    Wrong("one number for each user", "1 2 hidden", "shape (2,), expected a single value", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0)
    """)),
    Wrong("ranks beyond k count", "hidden", "NDCG@10 at rank 11", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float((1 / torch.log2(rank + 1.0)).mean())
    """)),
    Wrong("rank k left out", "hidden", "0.5, expected 0.644532", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float(torch.where(rank < k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("the mean over the hits only", "hidden", "nan, expected 0", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float((1 / torch.log2(rank[rank <= k] + 1.0)).mean())
    """)),
    Wrong("the negatives overwritten by their scores", "2 hidden", "changed its input negatives", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (negatives.copy_(scores.gather(1, negatives)) > own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("k left at 10", "hidden", "NDCG@9 at ranks 10 and 1", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float(torch.where(rank <= 10, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("masks the test item in the scores", "2 hidden", "changed its input scores", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
            scores.scatter_(1, test_items[:, None], -torch.inf)
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Wrong("hard-coded for check 1", "hidden", "0.75, expected 0", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            return 0.75
    """)),
    Wrong("sampled_ndcg returns nothing", "1 2 hidden", "forget to return", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            own = scores.gather(1, test_items[:, None])
    """)),
    Wrong("any item, seen or not", "3 hidden", "the number of negatives that were seen", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            return torch.randint(seen.shape[1], (len(test_items), n), generator=generator)
    """)),
    Wrong("seen items only", "3 hidden", "the number of negatives that were seen", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=generator).masked_fill(~seen, 2.0)
            return lottery.topk(n, largest=False).indices
    """)),
    Wrong("the test item among its own negatives", "3 hidden", "that are the test item", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=generator).masked_fill(seen, 2.0)
            return lottery.topk(n, largest=False).indices
    """)),
    Wrong("the same item drawn twice", "3 hidden", "the fewest different negatives of a user", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            weights = (~seen).double().scatter_(1, test_items[:, None], 0)
            return torch.multinomial(weights, n, replacement=True, generator=generator)
    """)),
    Wrong("the first n allowed items", "hidden", "how often each pair is drawn", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            allowed = (~seen).int().scatter_(1, test_items[:, None], 0)
            return allowed.sort(dim=1, descending=True, stable=True).indices[:, :n]
    """)),
    Wrong("one draw for all users", "3 hidden", "seen in training", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            return torch.randperm(seen.shape[1], generator=generator)[:n].repeat(len(test_items), 1)
    """)),
    Wrong("later items more likely", "hidden", "how often each pair is drawn", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            weights = (~seen).double().scatter_(1, test_items[:, None], 0) * torch.arange(1, seen.shape[1] + 1)
            return torch.multinomial(weights, n, generator=generator)
    """)),
    Wrong("a shifted item where the drawn one is forbidden", "3 hidden", "seen in training", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            drawn = torch.rand(seen.shape, generator=generator).topk(n).indices
            bad = seen.gather(1, drawn) | (drawn == test_items[:, None])
            return torch.where(bad, (drawn + 1) % seen.shape[1], drawn)
    """)),
    Wrong("one more negative than asked for", "3 hidden", "shape (40, 6)", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=generator).masked_fill(seen, 2.0)
            return lottery.scatter_(1, test_items[:, None], 2.0).topk(n + 1, largest=False).indices
    """)),
    Wrong("transposed", "3 hidden", "shape (5, 40), expected (40, 5)", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=generator).masked_fill(seen, 2.0)
            return lottery.scatter_(1, test_items[:, None], 2.0).topk(n, largest=False).indices.T
    """)),
    Wrong("marks the test item as seen in its input", "3", "changed its input seen", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            seen[torch.arange(len(test_items)), test_items] = True
            return torch.rand(seen.shape, generator=generator).masked_fill(seen, 2.0).topk(n, largest=False).indices
    """)),
    Wrong("drawn again until allowed, never checked for repeats", "3 hidden", "fewest different", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            drawn = torch.randint(seen.shape[1], (len(test_items), n), generator=generator)
            while (bad := seen.gather(1, drawn) | (drawn == test_items[:, None])).any():
                drawn[bad] = torch.randint(seen.shape[1], (int(bad.sum()),), generator=generator)
            return drawn
    """)),
    Wrong("the generator not looked at", "hidden", "the generator that you are given", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape).masked_fill(seen, 2.0)
            return lottery.scatter_(1, test_items[:, None], 2.0).topk(n, largest=False).indices
    """)),
    Wrong("the same negatives at each call", "hidden", "whether two seeds", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=torch.Generator().manual_seed(0)).masked_fill(seen, 2.0)
            return lottery.scatter_(1, test_items[:, None], 2.0).topk(n, largest=False).indices
    """)),
    Wrong("32-bit negatives", "3", "dtype torch.int32, expected torch.int64", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=generator).masked_fill(seen, 2.0)
            return lottery.scatter_(1, test_items[:, None], 2.0).topk(n, largest=False).indices.int()
    """)),
    Wrong("draw_negatives returns nothing", "3 hidden", "forget to return", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=generator).masked_fill(seen, 2.0)
    """)),
    Wrong("a random allowed item and its neighbours", "hidden", "how often each pair", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            forbidden = seen.clone().scatter_(1, test_items[:, None], True)
            allowed = forbidden.int().argsort(dim=1, stable=True)
            count = (~forbidden).sum(1, keepdim=True)
            start = (torch.rand(len(seen), 1, generator=generator) * count).long()
            return allowed.gather(1, (start + torch.arange(n)) % count)
    """)),
    Wrong("one random number for all users", "hidden", "how often each pair", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            forbidden = seen.clone().scatter_(1, test_items[:, None], True)
            allowed = forbidden.int().argsort(dim=1, stable=True)
            count = (~forbidden).sum(1, keepdim=True)
            start = torch.randint(10**6, (1,), generator=generator) + torch.arange(len(seen))[:, None]
            return allowed.gather(1, (start + torch.arange(n)) % count)
    """)),
    Wrong("all pairs in turn, from a random one", "hidden", "how often twice in a row", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            first = int(torch.randint(10**6, (1,), generator=generator))
            result = []
            for user, (row, item) in enumerate(zip(seen.tolist(), test_items.tolist())):
                allowed = [one for one, there in enumerate(row) if not there and one != item]
                sets = list(itertools.islice(itertools.combinations(allowed, n), 6))
                result.append(sets[(first + user) % len(sets)])
            return torch.tensor(result)
    """).replace("def draw", "import itertools\n\ndef draw", 1)),
    Wrong("a lottery of 256 numbers", "hidden", "high ids are drawn as often", sampled("""
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.randint(256, seen.shape, generator=generator)
            lottery[seen] = 256
            return lottery.scatter(1, test_items[:, None], 256).argsort(dim=1, stable=True)[:, :n]
    """)),
    Wrong("scores cut to whole numbers", "hidden", "NDCG@10 at rank", sampled("""
        def sampled_ndcg(scores, test_items, negatives, k=10):
            scores = scores.long()
            own = scores.gather(1, test_items[:, None])
            rank = 1 + (scores.gather(1, negatives) > own).sum(1)
            return float(torch.where(rank <= k, 1 / torch.log2(rank + 1.0), 0.0).mean())
    """)),
    Right("multinomial, and a loop over the users", """
        def draw_negatives(seen, test_items, n, generator):
            weights = (~seen).double()
            weights[torch.arange(len(test_items)), test_items] = 0
            return torch.multinomial(weights, n, generator=generator)

        def sampled_ndcg(scores, test_items, negatives, k=10):
            total = 0.0
            for row, item, others in zip(scores, test_items, negatives):
                rank = 1 + int((row[others] > row[item]).sum())
                total += 1 / math.log2(rank + 1) if rank <= k else 0.0
            return total / len(test_items)
    """),
    Right("a shuffle of each user's allowed items", """
        def draw_negatives(seen, test_items, n, generator):
            result = []
            for row, item in zip(seen, test_items):
                allowed = row.logical_not().index_fill(0, item, False).nonzero().flatten()
                result.append(allowed[torch.randperm(len(allowed), generator=generator)[:n]])
            return torch.stack(result)

        def sampled_ndcg(scores, test_items, negatives, k=10):
            users = torch.arange(len(test_items))
            better = (scores[users[:, None], negatives] > scores[users, test_items][:, None]).sum(1)
            return ((better < k) / torch.log2(better + 2.0)).mean()
    """),
    Right("drawn until n different ones are allowed, and NumPy", """
        def draw_negatives(seen, test_items, n, generator):
            result = torch.empty(len(test_items), n, dtype=torch.int64)
            for user, item in enumerate(test_items.tolist()):
                forbidden, drawn = {item, *seen[user].nonzero().flatten().tolist()}, []
                while len(drawn) < n:
                    one = int(torch.randint(seen.shape[1], (1,), generator=generator))
                    if one not in forbidden:
                        drawn.append(one)
                        forbidden.add(one)
                result[user] = torch.tensor(drawn)
            return result

        def sampled_ndcg(scores, test_items, negatives, k=10):
            scores, users = scores.numpy(), np.arange(len(test_items))[:, None]
            own = scores[users, test_items.numpy()[:, None]]
            rank = 1 + (scores[users, negatives.numpy()] > own).sum(axis=1)
            return np.where(rank <= k, 1 / np.log2(rank + 1), 0).mean()
    """),
    Right("a random order with the forbidden last, and a sort", """
        def draw_negatives(seen, test_items, n, generator):
            forbidden = seen | (torch.arange(seen.shape[1]) == test_items[:, None])
            return (torch.rand(seen.shape, generator=generator) + forbidden).argsort(dim=1)[:, :n]

        def sampled_ndcg(scores, test_items, negatives, k=10):
            candidates = torch.cat([test_items[:, None], negatives], dim=1)
            order = scores.gather(1, candidates).argsort(dim=1, descending=True)
            rank = (order == 0).int().argmax(1) + 1
            return (1 / (rank + 1.0).log2()).where(rank <= k, 0.0).mean().item()
    """),
    Wrong("always 0", "1 2 hidden", "expected 0.75", """
        def draw_negatives(seen, test_items, n, generator):
            lottery = torch.rand(seen.shape, generator=generator)
            lottery[seen] = 2.0
            lottery.scatter_(1, test_items[:, None], 2.0)
            return lottery.topk(n, largest=False).indices

        def sampled_ndcg(scores, test_items, negatives, k=10):
            return 0.0
    """),
]

TABLE = {
    "rmse": RMSE,
    "rank_of": RANK_OF,
    "hit_rate_and_ndcg": HIT_RATE_AND_NDCG,
    "ndcg_several": NDCG_SEVERAL,
    "auc": AUC,
    "paired_interval": PAIRED_INTERVAL,
    "sampled_ndcg": SAMPLED_NDCG,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
