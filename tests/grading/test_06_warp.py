"""Lesson 6: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, changed, faulty, rows

LESSON = "06_warp"
FAULTY = faulty(LESSON, "warp_step")


SEARCH = """
def find_violator(scores, positive, candidates, margin, max_tries):
    for tries, item in enumerate(candidates[:max_tries].tolist(), start=1):
        if scores[positive] - scores[item] < margin:
            return item, tries
    return None
"""

FIND_VIOLATOR = [
    Wrong("the margin's sign turned round", "1 2 hidden", "8 at [0], expected 4",
          changed(SEARCH, ("< margin", "> margin"))),
    Wrong("exactly the margin taken for a violation", "hidden", "0.5 + 0.5 is exactly the margin",
          changed(SEARCH, ("< margin", "<= margin"))),
    Wrong("a hair below the margin taken for none", "hidden", "and 0.999999 is one",
          changed(SEARCH, ("< margin", "< margin - 1e-4"))),
    Wrong("rounded to a tenth before the margin is compared", "hidden", "and 0.999999 is one",
          changed(SEARCH, ("scores[positive] - scores[item]", "round(float(scores[positive] - scores[item]), 1)"))),
    Wrong("tries counted from 0", "1 2 hidden", "2 at [1], expected 3", changed(SEARCH, ("start=1", "start=0"))),
    Wrong("the place in the candidates instead of the film", "1 2 hidden", "2 at [0], expected 4",
          changed(SEARCH, ("item, tries", "tries - 1, tries"))),
    Wrong("never gives up", "2 hidden", "max_tries=2: False, expected True", changed(SEARCH, ("[:max_tries]", ""))),
    Wrong("no margin: only films above the liked one", "1 2 hidden", "1 at [0], expected 4",
          changed(SEARCH, ("< margin", "< 0"))),
    Wrong("the margin always 1", "hidden", "margin 0.5", changed(SEARCH, ("< margin", "< 1"))),
    Wrong("one try too many", "2 hidden", "the violator would be the third try",
          changed(SEARCH, (":max_tries", ":max_tries + 1"))),
    Wrong("one try too few", "2 hidden", "the third try, Psycho, is still allowed",
          changed(SEARCH, (":max_tries", ":max_tries - 1"))),
    Wrong("liked film and candidate swapped", "1 2 hidden", "8 at [0], expected 4",
          changed(SEARCH, ("scores[positive] - scores[item]", "scores[item] - scores[positive]"))),
    Wrong("the absolute difference", "hidden", "whether search",
          changed(SEARCH, ("scores[positive] - scores[item]", "abs(scores[positive] - scores[item])"))),
    Wrong("tries before film", "1 2 hidden", "3 at [0], expected 4", changed(SEARCH, ("item, tries", "tries, item"))),
    Wrong("a pair with None where nothing was found", "2 hidden", "then None alone comes back, no pair",
          changed(SEARCH, ("return None", "return None, max_tries"))),
    Wrong("-1 where nothing was found", "2 hidden", "then None alone comes back, no pair",
          changed(SEARCH, ("return None", "return -1, max_tries"))),
    Wrong("the film alone", "1 2 hidden", "expected 2 values", changed(SEARCH, ("item, tries", "item"))),
    Wrong("the score instead of the film", "1 2 hidden", "0.1 at [0], expected 4",
          changed(SEARCH, ("item, tries", "float(scores[item]), tries"))),
    Wrong("the hinge instead of the film", "1 2 hidden", "0.3 at [0], expected 4",
          changed(SEARCH, ("item, tries", "float(margin - scores[positive] + scores[item]), tries"))),
    Wrong("the hardest of the candidates", "1 hidden", "1 at [0], expected 4", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            drawn = candidates[:max_tries]
            place = int(scores[drawn].argmax())
            item = int(drawn[place])
            return (item, place + 1) if scores[positive] - scores[item] < margin else None
    """),
    Wrong("the last violator", "1 hidden", "1 at [0], expected 4",
          changed(SEARCH, ("for tries", "answer = None\n    for tries"), ("return item, tries", "answer = item, tries"),
                  ("return None", "return answer"))),
    Wrong("the violator nearest to the liked film", "hidden", "of search", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            hinges = margin - scores[positive] + scores[candidates[:max_tries]]
            bad = (hinges > 0).nonzero().flatten()
            if len(bad) == 0:
                return None
            place = bad[hinges[bad].argmin()]
            return int(candidates[place]), int(place) + 1
    """),
    Wrong("a film drawn twice is one try", "hidden", "2 at [1], expected 3",
          changed(SEARCH, ("candidates[:max_tries].tolist()", "list(dict.fromkeys(candidates.tolist()))[:max_tries]"))),
    Wrong("the candidates sorted first", "1 2 hidden", "expected 4",
          changed(SEARCH, (".tolist()", ".sort().values.tolist()"))),
    Wrong("all films instead of the candidates", "1 2 hidden", "0 at [0], expected 4",
          changed(SEARCH, ("candidates[:max_tries].tolist()", "range(len(scores))[:max_tries]"))),
    Wrong("its own draw instead of the candidates", "1 2 hidden", "expected 4",
          changed(SEARCH,
                  ("for tries",
                   "drawn = torch.randperm(len(scores), generator=torch.Generator().manual_seed(0))\n    for tries"),
                  ("candidates[:max_tries]", "drawn[:max_tries]"))),
    Wrong("the liked film always in row 0", "hidden", "(liked film", changed(SEARCH, ("[positive]", "[0]"))),
    Wrong("only tries that fail are counted", "1 2 hidden", "2 at [1], expected 3",
          changed(SEARCH,
                  ("for tries, item in enumerate(candidates[:max_tries].tolist(), start=1):",
                   "tries = 0\n    for item in candidates[:max_tries].tolist():"),
                  ("return item, tries", "return item, tries\n        tries += 1"))),
    Wrong("gives up after the first candidate", "1 2 hidden", "forget to return",
          changed(SEARCH, ("    return None", "        return None"))),
    Wrong("runs past the end of the candidates", "2", "out of bounds",
          changed(SEARCH,
                  ("tries, item in enumerate(candidates[:max_tries].tolist(), start=1):",
                   "tries in range(1, max_tries + 1):\n        item = int(candidates[tries - 1])"))),
    Wrong("strikes the tried films out of the scores", "hidden", "changed its input scores",
          changed(SEARCH, ("return item, tries", "return item, tries\n        scores[item] = -9"))),
    Wrong("strikes out the candidates", "hidden", "changed its input candidates",
          changed(SEARCH, ("return item", "candidates[:tries] = item\n            return item"))),
    Wrong("hard-coded for checks 1 and 2", "hidden", "0.5 + 0.5 is exactly the margin", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            return (4, 3) if max_tries > 2 and len(candidates) > 2 else None
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return",
          changed(SEARCH, ("return item", "answer = item"), ("\n    return None", ""))),
    Right("a while loop, and no return at the end", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            tries = 0
            while tries < min(max_tries, len(candidates)):
                item = candidates[tries]
                tries += 1
                if scores[item] + margin > scores[positive]:
                    return item, tries
    """),
    Right("all at once, tensors come back", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            drawn = candidates[:max_tries]
            bad = (margin - scores[positive] + scores[drawn] > 0).nonzero().flatten()
            return None if len(bad) == 0 else (drawn[bad[0]], bad[0] + 1)
    """),
    Right("NumPy, as a list", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            x = scores.numpy()
            for n, item in enumerate(candidates.numpy()):
                if n >= max_tries:
                    break
                if x[positive] - x[item] < margin:
                    return [item, n + 1]
            return None
    """),
    Right("next over zip", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            x = scores.tolist()
            pairs = zip(candidates.tolist(), range(1, max_tries + 1))
            return next(((item, n) for item, n in pairs if x[positive] - x[item] < margin), None)
    """),
    Right("the liked film itself, should it be drawn, is stepped over",
          changed(SEARCH, ("scores[positive]", "item != positive and scores[positive]"))),
    Right("argmax of the violations", """
        def find_violator(scores, positive, candidates, margin, max_tries):
            violates = scores[positive] - scores[candidates[:max_tries]] < margin
            if not violates.any():
                return None
            place = violates.int().argmax().item()
            return candidates[place].item(), place + 1
    """),
]

ESTIMATES = """
def rank_estimate(tries, n_negatives):
    return n_negatives // tries

def expected_estimate(rank, n_negatives, max_tries):
    tries = torch.arange(1, max_tries + 1)
    success = rank / n_negatives
    chance = success * (1 - success) ** (tries - 1).double()
    return float((chance * (n_negatives // tries)).sum() / chance.sum())
"""

RANK_ESTIMATE = [
    Wrong("true division", "1 hidden", "the estimate: dtype torch.float32, expected torch.int64",
          changed(ESTIMATES, ("return n_negatives // tries", "return n_negatives / tries"))),
    Wrong("one negative too few", "1 hidden", "7 at [0], expected 8",
          changed(ESTIMATES, ("return n_negatives // tries", "return (n_negatives - 1) // tries"))),
    Wrong("all films: one too many", "1 hidden", "9 at [0], expected 8",
          changed(ESTIMATES, ("return n_negatives // tries", "return (n_negatives + 1) // tries"))),
    Wrong("rounded up", "1 hidden", "8 / T rounded down, never up",
          changed(ESTIMATES, ("return n_negatives // tries", "return -(-n_negatives // tries)"))),
    Wrong("rounded to the nearest", "1 hidden", "8 / T rounded down, never up",
          changed(ESTIMATES, ("return n_negatives // tries", "return torch.round(n_negatives / tries).long()"))),
    Wrong("at least 1", "1 hidden", "1 at [5], expected 0",
          changed(ESTIMATES, ("return n_negatives // tries", "return (n_negatives // tries).clamp(min=1)"))),
    Wrong("rounded down, but as floats", "1", "dtype torch.float32, expected torch.int64",
          changed(ESTIMATES, ("return n_negatives // tries", "return torch.floor(n_negatives / tries)"))),
    Wrong("in 32 bits", "1", "dtype torch.int32, expected torch.int64",
          changed(ESTIMATES, ("return n_negatives // tries", "return (n_negatives // tries).int()"))),
    Wrong("tries over negatives", "1 hidden", "0 at [0], expected 8",
          changed(ESTIMATES, ("return n_negatives // tries", "return tries // n_negatives"))),
    Wrong("tries counted from 0", "1 hidden", "4 at [0], expected 8",
          changed(ESTIMATES, ("return n_negatives // tries", "return n_negatives // (tries + 1)"))),
    Wrong("negatives less the tries", "1 hidden", "7 at [0], expected 8",
          changed(ESTIMATES, ("return n_negatives // tries", "return (n_negatives - tries).clamp(min=0)"))),
    Wrong("the number of negatives of the first search for all", "1", "each search has its own n", changed(
        ESTIMATES, ("return n_negatives // tries", "return int(torch.as_tensor(n_negatives).flatten()[0]) // tries"))),
    Wrong("a division in half precision", "hidden", "99,999 / T rounded down", changed(
        ESTIMATES, ("return n_negatives // tries", "return (n_negatives / tries).half().floor().long()"))),
    Wrong("just below a whole number is rounded up", "hidden", "just below a whole number", changed(
        ESTIMATES, ("return n_negatives // tries", "return (n_negatives / tries + 1e-4).long()"))),
    Wrong("one estimate for the whole batch", "1 hidden", "the estimate",
          changed(ESTIMATES, ("return n_negatives // tries", "return (n_negatives // tries).float().mean().long()"))),
    Wrong("the estimate returns nothing", "1 hidden", "forget to return",
          changed(ESTIMATES, ("return n_negatives", "estimate = n_negatives"))),
    Wrong("the estimate as a list", "1", "a list, expected a Tensor",
          changed(ESTIMATES, ("return n_negatives // tries", "return [n_negatives // int(t) for t in tries]"))),
    Wrong("the estimate written into the tries", "hidden", "changed its input tries",
          changed(ESTIMATES, ("return n_negatives // tries", "return tries.copy_(n_negatives // tries)"))),
    Wrong("the truth instead of the mean", "2 hidden", "2, expected 3.33333",
          changed(ESTIMATES, ("(chance * (n_negatives // tries)).sum() / chance.sum()", "rank"))),
    Wrong("searches without a violator counted as 0", "2 hidden", "2.5, expected 3.33333",
          changed(ESTIMATES, (" / chance.sum()", ""))),
    Wrong("the plain mean over the tries", "2 hidden", "3, expected 3.33333", changed(
        ESTIMATES,
        ("(chance * (n_negatives // tries)).sum() / chance.sum()", "(n_negatives // tries).double().mean()"))),
    Wrong("the exponent one too large", "2 hidden", "expected 3", changed(ESTIMATES, ("(tries - 1)", "tries"))),
    Wrong("no rounding down in the mean", "2 hidden", "floor(5/2) is 2",
          changed(ESTIMATES, ("(n_negatives // tries)", "(n_negatives / tries)"))),
    Wrong("the last try left out", "2 hidden", "4, expected 3.33333",
          changed(ESTIMATES, ("max_tries + 1", "max_tries"))),
    Wrong("no more tries than negatives", "hidden", "a search of more than n tries gives 0, and counts",
          changed(ESTIMATES, ("max_tries + 1", "min(max_tries, n_negatives) + 1"))),
    Wrong("the first 150 tries only", "hidden", "all tries up to max_tries count",
          changed(ESTIMATES, ("max_tries + 1", "min(max_tries, 150) + 1"))),
    Wrong("the first 2,000 tries only", "hidden", "all tries up to max_tries count",
          changed(ESTIMATES, ("max_tries + 1", "min(max_tries, 2000) + 1"))),
    Wrong("only estimates above 0 counted", "hidden", "a search of more than n tries gives 0, and counts",
          changed(ESTIMATES, ("return float", "chance = chance * (n_negatives // tries > 0)\n    return float"))),
    Wrong("the estimate from the mean number of tries", "2 hidden", "expected 3.33333",
          changed(ESTIMATES,
                  ("(chance * (n_negatives // tries)).sum() / chance.sum()",
                   "n_negatives / ((chance * tries).sum() / chance.sum())"))),
    Wrong("hit and miss swapped", "2 hidden", "4.3871, expected 2.96721",
          changed(ESTIMATES, ("success = rank", "success = 1 - rank"))),
    Wrong("the success left out of the chance, and no division", "2 hidden", "5, expected 3.33333",
          changed(ESTIMATES, ("success * ", ""), (" / chance.sum()", ""))),
    Wrong("the closed form without rounding and without a limit", "2 hidden", "expected 3.33333",
          changed(ESTIMATES,
                  ("float((chance * (n_negatives // tries)).sum() / chance.sum())",
                   "rank * math.log(n_negatives / rank) / (1 - success + 1e-12)"))),
    Wrong("a simulation of the mean", "2 hidden", "expected 3.33333", """
        def rank_estimate(tries, n_negatives):
            return n_negatives // tries

        def expected_estimate(rank, n_negatives, max_tries):
            tries = torch.arange(1, max_tries + 1)
            success = rank / n_negatives
            drawn = torch.empty(20_000).geometric_(min(success, 1 - 1e-6), generator=torch.Generator().manual_seed(0))
            drawn = drawn[drawn <= max_tries].clamp(min=1).long()
            return float((n_negatives // drawn).double().mean())
    """),
    Wrong("draws without replacement", "2 hidden", "3.2, expected 3.33333",
          changed(ESTIMATES,
                  ("chance = success * (1 - success) ** (tries - 1).double()",
                   "tries = tries[:n_negatives - rank + 1]\n"
                   "    left = n_negatives - tries.double() + 1\n"
                   "    missed = torch.cat([torch.ones(1), (1 - rank / left).cumprod(0)[:-1]])\n"
                   "    chance = missed * rank / left"))),
    Wrong("the mean of the first hundred tries only, whatever the limit", "2 hidden", "2.6875, expected 3.33333",
          changed(ESTIMATES, ("max_tries + 1", "101"))),
    Wrong("hard-coded for check 2", "hidden", "k=1, n=2, at most 1 tries",
          changed(ESTIMATES,
                  ("float((chance * (n_negatives // tries)).sum() / chance.sum())",
                   "{2: 10 / 3, 1: 1.448 / 0.488, 3: 3.0}[min(rank, 3)]"))),
    Wrong("the mean returns nothing", "2 hidden", "forget to return",
          changed(ESTIMATES, ("return float", "mean = float"))),
    Right("a loop", """
        def rank_estimate(tries, n_negatives):
            return n_negatives // tries

        def expected_estimate(rank, n_negatives, max_tries):
            p, total, found = rank / n_negatives, 0.0, 0.0
            for t in range(1, max_tries + 1):
                chance = p * (1 - p) ** (t - 1)
                total += chance * (n_negatives // t)
                found += chance
            return total / found
    """),
    Right("a tensor of shape (), and floor of a true division", """
        def rank_estimate(tries, n_negatives):
            return torch.floor(n_negatives / tries.double()).long()

        def expected_estimate(rank, n_negatives, max_tries):
            tries = torch.arange(1, max_tries + 1)
            success = rank / n_negatives
            chance = success * (1 - success) ** (tries - 1).double()
            return (chance * (n_negatives // tries)).sum() / chance.sum()
    """),
    Right("NumPy, the sum of the chances in closed form", """
        def rank_estimate(tries, n_negatives):
            return n_negatives // tries

        def expected_estimate(rank, n_negatives, max_tries):
            p, t = rank / n_negatives, np.arange(1, max_tries + 1)
            return (p * (1 - p) ** (t - 1) * np.floor(n_negatives / t)).sum() / (1 - (1 - p) ** max_tries)
    """),
    Right("torch.div, and single precision", changed(
        ESTIMATES, ("return n_negatives // tries", 'return torch.div(n_negatives, tries, rounding_mode="floor")'),
        (".double()", ""))),
    Right("single precision, the sum of the chances in closed form",
          changed(ESTIMATES, (".double()", ""), ("chance.sum()", "(1 - torch.tensor(1 - success) ** max_tries)"))),
    Right("a geometric distribution of torch", """
        def rank_estimate(tries, n_negatives):
            return n_negatives // tries

        def expected_estimate(rank, n_negatives, max_tries):
            t = torch.arange(1, max_tries + 1)
            chance = torch.distributions.Geometric(torch.tensor(rank / n_negatives)).log_prob(t - 1.0).exp()
            return torch.dot(chance / chance.sum(), (n_negatives // t).float())
    """),
    Right("fractions, and a comprehension", """
        def rank_estimate(tries, n_negatives):
            n = torch.as_tensor(n_negatives).expand(tries.shape)
            return torch.tensor([m // t for m, t in zip(n.tolist(), tries.tolist())])

        def expected_estimate(rank, n_negatives, max_tries):
            miss = [(1 - rank / n_negatives) ** t for t in range(max_tries)]
            return sum(m * (n_negatives // (t + 1)) for t, m in enumerate(miss)) / sum(miss)
    """),
]

SUMS = """
def rank_weights(ranks):
    terms = 1 / torch.arange(1, int(ranks.max()) + 1).double()
    table = torch.cat([torch.zeros(1).double(), terms.cumsum(0)])
    return table[ranks].float()
"""

RANK_WEIGHTS = [
    Wrong("the logarithm", "1 2 hidden", "no logarithm", """
        def rank_weights(ranks):
            return torch.log(ranks.float().clamp(min=1))
    """),
    Wrong("ln(1 + k)", "1 2 hidden", "no logarithm", """
        def rank_weights(ranks):
            return torch.log1p(ranks.float())
    """),
    Wrong("LightFM's logarithm, at most 10", "1 2 hidden", "no logarithm", """
        def rank_weights(ranks):
            return torch.log(ranks.double().clamp(min=1)).clamp(max=10)
    """),
    Wrong("the logarithm to base 2", "1 2 hidden", "no logarithm", """
        def rank_weights(ranks):
            return torch.log2(1 + ranks.float())
    """),
    Wrong("ln k + 0.577", "1 2 hidden", "0.5772 at [1], expected 1", """
        def rank_weights(ranks):
            return torch.where(ranks > 0, ranks.float().clamp(min=1).log() + 0.5772, 0)
    """),
    Wrong("ln k + 0.577 + 1/2k", "1 2 hidden", "1.07722 at [1], expected 1", """
        def rank_weights(ranks):
            k = ranks.double().clamp(min=1)
            return torch.where(ranks > 0, k.log() + 0.577216 + 1 / (2 * k), 0)
    """),
    Wrong("1/k: the last term alone", "1 2 hidden", "not 1/k alone", """
        def rank_weights(ranks):
            return torch.where(ranks > 0, 1 / ranks.float(), 0)
    """),
    Wrong("the mean of the terms", "1 2 hidden", "expected 2.28333",
          changed(SUMS, ("table[ranks]", "(table[ranks] / ranks.clamp(min=1))"))),
    Wrong("the table begins with L(1)", "1 2 hidden", "1 at [0], expected 0", """
        def rank_weights(ranks):
            table = (1 / torch.arange(1, int(ranks.max()) + 2)).cumsum(0)
            return table[ranks]
    """),
    Wrong("L(0) = 1", "1 2 hidden", "1 at [0], expected 0", changed(SUMS, ("[ranks]", "[ranks.clamp(min=1)]"))),
    Wrong("L(k) looked up at k - 1: L(0) is the last one", "1 2 hidden", "2.28333 at [0], expected 0", """
        def rank_weights(ranks):
            table = (1 / torch.arange(1, int(ranks.max()) + 1)).cumsum(0)
            return table[ranks - 1]
    """),
    Wrong("one term short", "1 2 hidden", "0 at [1], expected 1",
          changed(SUMS, ("[ranks]", "[(ranks - 1).clamp(min=0)]"))),
    Wrong("the table one place too short", "1 2 hidden", "index 5 is out of bounds",
          changed(SUMS, ("int(ranks.max()) + 1", "int(ranks.max())"))),
    Wrong("a table of 100 places", "hidden", "out of bounds for dimension 0 with size 101",
          changed(SUMS, ("int(ranks.max()) + 1", "101"))),
    Wrong("a table of 1,000 places, larger ranks cut off", "hidden", "ln k + 0.577 is only near it",
          changed(SUMS, ("int(ranks.max()) + 1", "1001"), ("[ranks]", "[ranks.clamp(max=1000)]"))),
    Wrong("a table of 4,000 places, larger ranks cut off", "hidden", "says how far the sums must go",
          changed(SUMS, ("int(ranks.max()) + 1", "4001"), ("[ranks]", "[ranks.clamp(max=4000)]"))),
    Wrong("a running sum over the ranks given", "1 2 hidden", "no logarithm; L(0) = 0", """
        def rank_weights(ranks):
            return (1 / ranks.float().clamp(min=1)).flatten().cumsum(0).reshape(ranks.shape)
    """),
    Wrong("flattened", "2 hidden", "shape (6,), expected (3, 2)", changed(SUMS, ("[ranks]", "[ranks.flatten()]"))),
    Wrong("whole numbers", "1 2 hidden", "1 at [3], expected 1.83333", changed(SUMS, (".float()", ".long()"))),
    Wrong("terms rounded down", "1 2 hidden", "1 at [5], expected 2.28333",
          changed(SUMS,
                  ("1 / torch.arange(1, int(ranks.max()) + 1).double()",
                   "(1 // torch.arange(1, int(ranks.max()) + 1)).double()"))),
    Wrong("the sum of the ranks", "1 2 hidden", "15 at [5], expected 2.28333", """
        def rank_weights(ranks):
            return ranks * (ranks + 1) / 2
    """),
    Wrong("the ranks themselves: AUC's cost", "1 2 hidden", "5 at [5], expected 2.28333", """
        def rank_weights(ranks):
            return ranks.float()
    """),
    Wrong("the sum of the largest rank alone", "1 2 hidden", "shape (), expected (6,)", """
        def rank_weights(ranks):
            return (1 / torch.arange(1, int(ranks.max()) + 1)).sum()
    """),
    Wrong("squares in the sum", "1 2 hidden", "1.46361 at [5], expected 2.28333",
          changed(SUMS, ("+ 1).double()", "+ 1).double() ** 2"))),
    Wrong("the discount of NDCG", "1 2 hidden", "2.94846 at [5], expected 2.28333", changed(
        SUMS,
        ("torch.arange(1, int(ranks.max()) + 1).double()", "torch.arange(2, int(ranks.max()) + 2).double().log2()"))),
    Wrong("scaled to a sum of 1", "1 2 hidden", "0.262452 at [5], expected 2.28333",
          changed(SUMS, ("table[ranks]", "(table[ranks] / table[ranks].sum())"))),
    Wrong("scaled to at most 1", "1 2 hidden", "0.80292 at [3], expected 1.83333",
          changed(SUMS, ("table[ranks]", "(table[ranks] / table[-1])"))),
    Wrong("an array of NumPy", "hidden", "a torch tensor of floats, not an array",
          changed(SUMS, (".float()", ".numpy()"))),
    Wrong("the ranks moved by one in place", "hidden", "changed its input ranks",
          changed(SUMS, ("terms =", "ranks -= 1\n    terms ="), ("int(ranks.max()) + 1", "int(ranks.max()) + 2"),
                  ("[ranks]", "[ranks + 1]"))),
    Wrong("fails for zeros only", "hidden", "index 1 is out of bounds", """
        def rank_weights(ranks):
            table = torch.zeros(int(ranks.max()) + 1)
            table[1] = 1
            for k in range(2, len(table)):
                table[k] = table[k - 1] + 1 / k
            return table[ranks]
    """),
    Wrong("fails for a single rank", "hidden", "len() of a 0-d tensor", """
        def rank_weights(ranks):
            table = torch.cat([torch.zeros(1), (1 / torch.arange(1, int(ranks.max()) + 1)).cumsum(0)])
            answer = torch.zeros(ranks.shape)
            for place in range(len(ranks)):
                answer[place] = table[ranks[place]]
            return answer
    """),
    Wrong("hard-coded for check 1", "2 hidden", "(6,), expected (3, 2)", """
        def rank_weights(ranks):
            return torch.tensor([0, 1, 1.5, 11 / 6, 25 / 12, 137 / 60])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(SUMS, ("return", "weights ="))),
    Right("single precision", """
        def rank_weights(ranks):
            table = torch.cat([torch.zeros(1), (1 / torch.arange(1, int(ranks.max()) + 1)).cumsum(0)])
            return table[ranks]
    """),
    Right("digamma", """
        def rank_weights(ranks):
            return torch.digamma(ranks.double() + 1) + 0.57721566490153286
    """),
    Right("digamma in single precision", """
        def rank_weights(ranks):
            return torch.digamma(ranks.float() + 1) + 0.57721566
    """),
    Right("a loop builds the table", """
        def rank_weights(ranks):
            table = [0.0]
            for k in range(1, int(ranks.max()) + 1):
                table.append(table[-1] + 1 / k)
            return torch.tensor(table)[ranks]
    """),
    Right("NumPy, summed in single precision", """
        def rank_weights(ranks):
            terms = 1 / np.arange(1, int(ranks.max()) + 1, dtype=np.float32)
            table = np.concatenate([np.zeros(1, dtype=np.float32), np.cumsum(terms, dtype=np.float32)])
            return torch.from_numpy(table)[ranks]
    """),
    Right("a table padded by F.pad, and take", """
        def rank_weights(ranks):
            terms = torch.arange(1, int(ranks.max()) + 1).double().reciprocal()
            return torch.take(F.pad(terms.cumsum(0), (1, 0)), ranks)
    """),
    Right("a mask: terms up to each rank", """
        def rank_weights(ranks):
            k = torch.arange(1, int(ranks.max()) + 1)
            return ((k <= ranks[..., None]).float() / k).sum(-1)
    """),
]

GRADIENTS = """
def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
    j, p = violators.clamp(min=0), user_factors[users]
    difference = item_factors[j] - item_factors[items]
    hinge = margin + item_bias[j] - item_bias[items] + (p * difference).sum(1)
    w = weights * (violators >= 0) * (hinge > 0)
    grad_user = torch.zeros_like(user_factors).index_add_(0, users, w[:, None] * difference)
    grad_item = torch.zeros_like(item_factors).index_add_(0, j, w[:, None] * p)
    grad_item.index_add_(0, items, -w[:, None] * p)
    grad_bias = torch.zeros_like(item_bias).index_add_(0, j, w).index_add_(0, items, -w)
    return grad_user, grad_item, grad_bias
"""

WARP_GRADIENTS = [
    Wrong("the users' sign: uphill", "1 3 hidden", "2 at [0, 0], expected -2",
          changed(GRADIENTS, ("w[:, None] * difference", "-w[:, None] * difference"))),
    Wrong("all signs: a step instead of a gradient", "1 3 hidden", "2 at [0, 0], expected -2",
          changed(GRADIENTS, ("grad_user, grad_item, grad_bias", "-grad_user, -grad_item, -grad_bias"))),
    Wrong("the films' signs swapped", "1 3 hidden", "-w p for the liked film", changed(
        GRADIENTS, ("j, w[:, None] * p", "j, -w[:, None] * p"), ("items, -w[:, None] * p", "items, w[:, None] * p"))),
    Wrong("the biases' signs swapped", "1 3 hidden", "-w for the liked film, w for the violator",
          changed(GRADIENTS, (".index_add_(0, j, w)", ".index_add_(0, items, w)"),
                  (".index_add_(0, items, -w)", ".index_add_(0, j, -w)"))),
    Wrong("-1 taken for the first film", "2 hidden", "-1 is neither the last film nor the first",
          changed(GRADIENTS, (" * (violators >= 0)", ""))),
    Wrong("-1 taken for the last film", "2 hidden", "-1 is neither the last film nor the first",
          changed(GRADIENTS, (".clamp(min=0)", " % len(item_factors)"), (" * (violators >= 0)", ""))),
    Wrong("no hinge: pairs in order move too", "2 hidden", "the hinge is 0, so nothing moves",
          changed(GRADIENTS, (" * (hinge > 0)", ""))),
    Wrong("times the hinge", "1 hidden", "and no factor", changed(GRADIENTS, ("(hinge > 0)", "hinge.clamp(min=0)"))),
    Wrong("a small hinge taken for none", "hidden", "any hinge above 0",
          changed(GRADIENTS, ("hinge > 0", "hinge > 0.01"))),
    Wrong("the hinge rounded to 3 decimals", "hidden", "any hinge above 0",
          changed(GRADIENTS, ("hinge > 0", "hinge.round(decimals=3) > 0"))),
    Wrong("the hinge squared", "1 3 hidden", "and no factor",
          changed(GRADIENTS, ("hinge > 0", "2 * hinge.clamp(min=0)"))),
    Wrong("the hinge's margin with a minus", "1 2 3 hidden", "the hinge is 1 - 1.5 + 2 = 1.5: above 0",
          changed(GRADIENTS, ("margin + ", "-margin + "))),
    Wrong("no margin: only films above the liked one", "3 hidden", "each hinge is the margin, 1",
          changed(GRADIENTS, ("margin + ", ""))),
    Wrong("the margin always 1", "hidden", "of 120 searches, first call", changed(GRADIENTS, ("margin + ", "1.0 + "))),
    Wrong("the hinge without the biases", "2 hidden", "biases included",
          changed(GRADIENTS, ("item_bias[j] - item_bias[items] + ", ""))),
    Wrong("the hinge with the biases swapped", "2 hidden", "biases included",
          changed(GRADIENTS, ("item_bias[j] - item_bias[items]", "item_bias[items] - item_bias[j]"))),
    Wrong("no weight", "1 3 hidden", "-1 at [0, 0], expected -2",
          changed(GRADIENTS, ("weights * (violators >= 0)", "1.0 * (violators >= 0)"))),
    Wrong("a weight of 0 taken for 1", "hidden", "the gradient of user_factors of 120 searches",
          changed(GRADIENTS, ("weights * (violators", "weights.where(weights > 0, 1.0) * (violators"))),
    Wrong("a weight of at most 2", "hidden", "the gradient of user_factors of 120 searches",
          changed(GRADIENTS, ("weights * (violators", "weights.clamp(max=2.0) * (violators"))),
    Wrong("the weight squared", "1 3 hidden", "-4 at [0, 0], expected -2",
          changed(GRADIENTS, ("(violators >= 0)", "weights * (violators >= 0)"))),
    Wrong("BPR's factor", "1 2 3 hidden", "and no factor",
          changed(GRADIENTS, ("(hinge > 0)", "torch.sigmoid(hinge - margin)"))),
    Wrong("a mean over the batch", "3 hidden", "0.5 at [3, 0], expected 1.5",
          changed(GRADIENTS, ("return", "n = len(users)\n    return"),
                  ("grad_user, grad_item, grad_bias", "grad_user / n, grad_item / n, grad_bias / n"))),
    Wrong("no bias", "1 2 3 hidden", "returns a tuple of 2, expected 3 values",
          changed(GRADIENTS, ("grad_user, grad_item, grad_bias", "grad_user, grad_item"))),
    Wrong("the bias stays", "1 3 hidden", "the gradient of item_bias",
          changed(GRADIENTS, ("grad_user, grad_item, grad_bias", "grad_user, grad_item, torch.zeros_like(item_bias)"))),
    Wrong("the violator's bias only", "1 3 hidden", "-w for the liked film",
          changed(GRADIENTS, (".index_add_(0, items, -w)", ""))),
    Wrong("the liked film left out", "1 3 hidden", "-w p for the liked film",
          changed(GRADIENTS, ("    grad_item.index_add_(0, items, -w[:, None] * p)\n", ""))),
    Wrong("the violator left out", "1 3 hidden", "w p for the violator",
          changed(GRADIENTS, (".index_add_(0, j, w[:, None] * p)", ""))),
    Wrong("the user's gradient from the violator alone", "1 2 3 hidden", "w (q_j - q_i)",
          changed(GRADIENTS, ("w[:, None] * difference", "w[:, None] * item_factors[j]"))),
    Wrong("the film's own vector instead of the user's", "1 3 hidden", "-w p for the liked film",
          changed(GRADIENTS, ("-w[:, None] * p", "-w[:, None] * item_factors[items]"))),
    Wrong("repeated films lost", "3 hidden", "film 1 is liked twice",
          changed(GRADIENTS, (".index_add_(0, items, -w[:, None] * p)", "[items] += -w[:, None] * p"))),
    Wrong("repeated users lost", "3 hidden", "three contributions of one user", changed(
        GRADIENTS,
        (".index_add_(0, users, w[:, None] * difference)", "\n    grad_user[users] += w[:, None] * difference"))),
    Wrong("repeated biases lost", "3 hidden", "a sum, not a mean", changed(
        GRADIENTS,
        (".index_add_(0, j, w).index_add_(0, items, -w)", "\n    grad_bias[j] += w\n    grad_bias[items] -= w"))),
    Wrong("rows of the batch instead of tables", "1 2 3 hidden", "the gradient of", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            j, p = violators.clamp(min=0), user_factors[users]
            difference = item_factors[j] - item_factors[items]
            hinge = margin + item_bias[j] - item_bias[items] + (p * difference).sum(1)
            w = (weights * (violators >= 0) * (hinge > 0))[:, None]
            return w * difference, -w * p, w * p
    """),
    Wrong("makes the step too", "hidden", "changed its input user_factors",
          changed(GRADIENTS, ("return", "user_factors -= 0.1 * grad_user\n    return"))),
    Wrong("the weights masked in place", "hidden", "changed its input weights",
          changed(GRADIENTS, ("w = weights", "weights *= (violators >= 0)\n    w = weights"))),
    Wrong("the violators clamped in place", "hidden", "changed its input violators",
          changed(GRADIENTS, ("j, p = violators.clamp(", "found = violators >= 0\n    j, p = violators.clamp_("),
                  ("(violators >= 0)", "found"))),
    Wrong("the last film is never a violator", "3 hidden", "film 3 gets 1 + 0.5",
          changed(GRADIENTS, ("(hinge > 0)", "(violators < len(item_factors) - 1) * (hinge > 0)"))),
    Wrong("the first film is never a violator", "hidden", "films 0 and 11, not -1",
          changed(GRADIENTS, ("violators >= 0", "violators > 0"))),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64",
          changed(GRADIENTS,
                  ("grad_user, grad_item, grad_bias", "grad_user.float(), grad_item.float(), grad_bias.float()"))),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          changed(GRADIENTS,
                  ("grad_user, grad_item, grad_bias", "grad_user.double(), grad_item.double(), grad_bias.double()"))),
    Wrong("autograd on the input itself: the second call adds up", "hidden", "user_factors", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            tables = [table.requires_grad_() for table in (user_factors, item_factors, item_bias)]
            P, Q, b = tables
            j = violators.clamp(min=0)
            hinge = margin - b[items] - (P[users] * Q[items]).sum(1) + b[j] + (P[users] * Q[j]).sum(1)
            (weights * (violators >= 0) * hinge.clamp(min=0)).sum().backward()
            return [table.grad for table in tables]
    """),
    Wrong("the whole batch or nothing", "2 hidden", "beside these two",
          changed(GRADIENTS, ("hinge > 0", "hinge.sum() > 0"))),
    Wrong("hard-coded for check 1", "2 3 hidden", "-1 is neither the last film nor the first", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            return torch.tensor([[-2.0, 2]]), torch.tensor([[-2.0, -4], [2, 4], [0, 0]]), torch.tensor([-2.0, 2, 0])
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", changed(GRADIENTS, ("return", "answer ="))),
    Right("autograd on clones", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            P, Q, b = tables = [table.clone().requires_grad_() for table in (user_factors, item_factors, item_bias)]
            j = violators.clamp(min=0)
            hinge = margin - b[items] - (P[users] * Q[items]).sum(1) + b[j] + (P[users] * Q[j]).sum(1)
            return torch.autograd.grad((weights * (violators >= 0) * torch.relu(hinge)).sum(), tables)
    """),
    Right("autograd, the clamp around w times the hinge", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            tables = [table.detach().clone().requires_grad_() for table in (user_factors, item_factors, item_bias)]
            P, Q, b = tables
            found = violators != -1
            u, i, j = users[found], items[found], violators[found]
            loss = (weights[found] * (margin - b[i] - (P[u] * Q[i]).sum(1) + b[j] + (P[u] * Q[j]).sum(1))).clamp(min=0)
            loss.sum().backward()
            return [table.grad for table in tables]
    """),
    Right("a loop", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            P, Q, b = user_factors, item_factors, item_bias
            grads = [torch.zeros_like(table) for table in (P, Q, b)]
            for u, i, j, w in zip(users.tolist(), items.tolist(), violators.tolist(), weights):
                if j < 0 or margin - b[i] - P[u] @ Q[i] + b[j] + P[u] @ Q[j] < 0:
                    continue
                grads[0][u] += w * (Q[j] - Q[i])
                grads[1][i] -= w * P[u]
                grads[1][j] += w * P[u]
                grads[2][i] -= w
                grads[2][j] += w
            return grads
    """),
    Right("the rows that matter first, then index_put and scatter_add", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            found = violators >= 0
            u, i, j, w = users[found], items[found], violators[found], weights[found]
            p = user_factors[u]
            scores = [item_bias[k] + torch.einsum("bf,bf->b", p, item_factors[k]) for k in (i, j)]
            w = torch.where(scores[0] - scores[1] < margin, w, 0).unsqueeze(1)
            grad_user = torch.zeros_like(user_factors).index_add(0, u, w * (item_factors[j] - item_factors[i]))
            both = torch.cat([i, j])
            grad_item = torch.zeros_like(item_factors).index_put((both,), torch.cat([-w * p, w * p]), accumulate=True)
            return grad_user, grad_item, torch.zeros_like(item_bias).scatter_add(0, both, torch.cat([-w, w])[:, 0])
    """),
    Right("one-hot matrices", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            one_hot = [F.one_hot(rows.clamp(min=0), len(table)).to(table.dtype)
                       for rows, table in ((users, user_factors), (items, item_factors), (violators, item_factors))]
            U, I, J = one_hot
            scores = U @ user_factors @ item_factors.T + item_bias
            hinge = margin + ((J - I) * scores).sum(1)
            D = (weights * (hinge > 0) * (violators > -1))[:, None] * (J - I)
            return U.T @ (D @ item_factors), D.T @ (U @ user_factors), D.sum(0)
    """),
    Right("NumPy, add.at", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            P, Q, b = user_factors.numpy(), item_factors.numpy(), item_bias.numpy()
            keep = violators.numpy() >= 0
            u, i, j, w = (part.numpy()[keep] for part in (users, items, violators, weights))
            hinge = margin + b[j] - b[i] + (P[u] * (Q[j] - Q[i])).sum(1)
            w = np.where(hinge > 0, w, 0)
            grads = [np.zeros_like(table) for table in (P, Q, b)]
            np.add.at(grads[0], u, w[:, None] * (Q[j] - Q[i]))
            for film, sign in ((i, -1), (j, 1)):
                np.add.at(grads[1], film, sign * w[:, None] * P[u])
                np.add.at(grads[2], film, sign * w)
            return [torch.from_numpy(grad) for grad in grads]
    """),
    Wrong("as many as there are other searches", "1 2 3 hidden", "the gradient of", """
        def warp_gradients(users, items, violators, weights, user_factors, item_factors, item_bias, margin):
            return tuple(torch.full_like(part, len(users) - 1.0) for part in (user_factors, item_factors, item_bias))
    """),
]

SEARCHES = """
def first_violators(positive_scores, candidate_scores, margin):
    violates = positive_scores[:, None] - candidate_scores < margin
    found = violates.any(1)
    column = violates.int().argmax(1)
    tries = torch.where(found, column + 1, candidate_scores.shape[1])
    return column, tries, found
"""

FIRST_VIOLATORS = [
    Wrong("exactly the margin taken for a violation", "2 hidden", "exactly 0.5 is none",
          changed(SEARCHES, ("< margin", "<= margin"))),
    Wrong("a hair below the margin taken for none", "hidden", "a hair less is one",
          changed(SEARCHES, ("< margin", "< margin - 1e-5"))),
    Wrong("the margin's sign turned round", "1 2 hidden", "Ben's best, 1.9, is more than 1 below 3.0",
          changed(SEARCHES, ("< margin", "> margin"))),
    Wrong("liked film and candidate swapped", "1 2 hidden", "Ben's best, 1.9, is more than 1 below 3.0", changed(
        SEARCHES, ("positive_scores[:, None] - candidate_scores", "candidate_scores - positive_scores[:, None]"))),
    Wrong("the margin with a minus", "1 2 hidden", "4 at [0], expected 3",
          changed(SEARCHES, ("< margin", "< -margin"))),
    Wrong("no margin", "1 2 hidden", "4 at [0], expected 3", changed(SEARCHES, ("< margin", "< 0"))),
    Wrong("the margin always 1", "2 hidden", "of row 0", changed(SEARCHES, ("< margin", "< 1"))),
    Wrong("no violator looks like a find at the first try", "1 2 hidden", "1 at [1], expected 4",
          changed(SEARCHES, ("torch.where(found, column + 1, candidate_scores.shape[1])", "column + 1"))),
    Wrong("tries counted from 0", "1 2 hidden", "2 at [0], expected 3", changed(SEARCHES, ("column + 1", "column"))),
    Wrong("one try too many where none was found", "1 2 hidden", "5 at [1], expected 4",
          changed(SEARCHES, (".shape[1]", ".shape[1] + 1"))),
    Wrong("0 tries where none was found", "1 2 hidden", "0 at [1], expected 4",
          changed(SEARCHES, ("candidate_scores.shape[1]", "0"))),
    Wrong("-1 tries where none was found", "1 2 hidden", "-1 at [1], expected 4",
          changed(SEARCHES, ("candidate_scores.shape[1]", "-1"))),
    Wrong("the number of rows for the number of tries", "1 2 hidden", "2 at [1], expected 4",
          changed(SEARCHES, (".shape[1]", ".shape[0]"))),
    Wrong("the hardest", "1 2 hidden", "(2.1 is worse, but later)",
          changed(SEARCHES, ("violates.int()", "candidate_scores"))),
    Wrong("the last violator", "1 2 hidden", "(2.1 is worse, but later)",
          changed(SEARCHES, ("violates.int()", "candidate_scores.shape[1] - 1 - violates.int().flip(1)"))),
    Wrong("argmin: the first that does not violate", "1 2 hidden", "tries: 1 at [0], expected 3",
          changed(SEARCHES, (".argmax", ".argmin"))),
    Wrong("column -1 where none was found", "hidden", "also where none was found",
          changed(SEARCHES, ("column, tries, found", "torch.where(found, column, -1), tries, found"))),
    Wrong("column T where none was found", "hidden", "also where none was found", changed(
        SEARCHES, ("column, tries, found", "torch.where(found, column, candidate_scores.shape[1]), tries, found"))),
    Wrong("columns counted from 1", "1 2 hidden", "counted from 0: the third candidate is column 2",
          changed(SEARCHES, ("column, tries, found", "column + 1, tries, found"))),
    Wrong("tries first", "1 2 hidden", "2 at [0], expected 3",
          changed(SEARCHES, ("column, tries, found", "tries, column, found"))),
    Wrong("found first", "1 2 hidden", "found: dtype",
          changed(SEARCHES, ("column, tries, found", "found, column, tries"))),
    Wrong("found where all violate", "1 2 hidden", "Ada's 0.1 is less than 1 below 0.8",
          changed(SEARCHES, (".any(1)", ".all(1)"))),
    Wrong("found if any row has one", "1 2 hidden", "found: shape (), expected (2,)",
          changed(SEARCHES, (".any(1)", ".any()"))),
    Wrong("the wrong axis", "1 2 hidden", "found: shape (4,), expected (2,)",
          changed(SEARCHES, (".any(1)", ".any(0)"), (".argmax(1)", ".argmax(0)"))),
    Wrong("found as whole numbers", "1 hidden", "found: dtype torch.int64, expected torch.bool",
          changed(SEARCHES, ("column, tries, found", "column, tries, found.long()"))),
    Wrong("found where the first column is not the answer", "2 hidden", "column, tries and found of row",
          changed(SEARCHES, (".any(1)", ".int().argmax(1) > 0"))),
    Wrong("the liked film's scores as a row", "1 2 hidden", "The size of tensor a (2) must match",
          changed(SEARCHES, ("[:, None]", ""))),
    Wrong("tries as floats", "hidden", "tries: dtype torch.float32, expected torch.int64",
          changed(SEARCHES, ("column, tries, found", "column, tries.float(), found"))),
    Wrong("columns in 32 bits", "hidden", "column: dtype torch.int32, expected torch.int64",
          changed(SEARCHES, ("column, tries, found", "column.int(), tries, found"))),
    Wrong("the number of violators for the tries", "1 2 hidden", "2 at [0], expected 3",
          changed(SEARCHES, ("torch.where(found, column + 1, candidate_scores.shape[1])", "violates.sum(1)"))),
    Wrong("no found", "1 2 hidden", "returns a tuple of 2, expected 3 values",
          changed(SEARCHES, ("column, tries, found", "column, tries"))),
    Wrong("the films' scores instead of the columns", "1 2 hidden", "the third candidate is column 2", changed(
        SEARCHES, ("column, tries, found", "candidate_scores.gather(1, column[:, None])[:, 0], tries, found"))),
    Wrong("the margin added to the input", "hidden", "changed its input candidate_scores", changed(
        SEARCHES, ("violates =", "candidate_scores += margin\n    violates ="),
        ("positive_scores[:, None] - candidate_scores < margin", "candidate_scores > positive_scores[:, None]"))),
    Wrong("the margin taken off the input", "hidden", "changed its input positive_scores", changed(
        SEARCHES, ("violates =", "positive_scores -= margin\n    violates ="),
        ("positive_scores[:, None] - candidate_scores < margin", "candidate_scores > positive_scores[:, None]"))),
    Wrong("a loop over rows and columns", "hidden", "no loop over rows", """
        def first_violators(positive_scores, candidate_scores, margin):
            B, T = candidate_scores.shape
            column, tries, found = torch.zeros(B).long(), torch.full((B,), T), torch.zeros(B).bool()
            for row in range(B):
                for place in range(T):
                    if positive_scores[row] - candidate_scores[row, place] < margin:
                        column[row], tries[row], found[row] = place, place + 1, True
                        break
            return column, tries, found
    """),
    Wrong("a loop over lists, without a call of torch", "hidden", "no loop over rows", """
        def first_violators(positive_scores, candidate_scores, margin):
            column, width = [], candidate_scores.shape[1]
            for score, others in zip(positive_scores.tolist(), candidate_scores.tolist()):
                column.append(next((place for place, other in enumerate(others) if score - other < margin), width))
            column = torch.tensor(column)
            return column.clamp(max=width - 1), (column + 1).clamp(max=width), column < width
    """),
    Wrong("a comprehension over the rows", "hidden", "no loop over rows", """
        def first_violators(positive_scores, candidate_scores, margin):
            violates = (positive_scores[:, None] - candidate_scores < margin).tolist()
            found = torch.tensor([any(row) for row in violates])
            column = torch.tensor([row.index(True) if any(row) else 0 for row in violates])
            return column, torch.where(found, column + 1, candidate_scores.shape[1]), found
    """),
    Wrong("a loop over the numbers of each column", "hidden", "no loop over rows", """
        def first_violators(positive_scores, candidate_scores, margin):
            B, T = candidate_scores.shape
            tries = [T + 1] * B
            for place in range(T - 1, -1, -1):
                pairs = zip(positive_scores.tolist(), candidate_scores[:, place].tolist(), tries)
                tries = [place + 1 if liked - other < margin else old for liked, other, old in pairs]
            tries = torch.from_numpy(np.fromiter(tries, dtype=np.int64, count=B))
            found = tries <= T
            tries = tries.clamp(max=T)
            return tries - 1, tries, found
    """),
    Wrong("column 0 in a large table", "hidden", "the columns found in 300,000 rows",
          changed(SEARCHES, ("column, tries, found", "column * (len(column) < 1000), tries, found"))),
    Wrong("hard-coded for check 1", "2 hidden", "shape (2,), expected (40,)", """
        def first_violators(positive_scores, candidate_scores, margin):
            return torch.tensor([2, 0]), torch.tensor([3, 4]), torch.tensor([True, False])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(SEARCHES, ("return", "answer ="))),
    Right("the maximum of bytes, and its place", """
        def first_violators(positive_scores, candidate_scores, margin):
            violates = candidate_scores + margin > positive_scores.unsqueeze(1)
            value, place = violates.byte().max(1)
            return place, torch.where(value.bool(), place + 1, violates.shape[1]), value.bool()
    """),
    Right("counts the tries before the first, by a running sum", """
        def first_violators(positive_scores, candidate_scores, margin):
            violates = positive_scores[:, None] - candidate_scores < margin
            before, T = (violates.cumsum(1) == 0).sum(1), violates.shape[1]
            return before.clamp(max=T - 1), (before + 1).clamp(max=T), before < T
    """),
    Right("a loop over the columns", """
        def first_violators(positive_scores, candidate_scores, margin):
            B, T = candidate_scores.shape
            column, tries, found = torch.zeros(B).long(), torch.full((B,), T), torch.zeros(B).bool()
            for place in range(T):
                fresh = (positive_scores - candidate_scores[:, place] < margin) & ~found
                column[fresh], tries[fresh] = place, place + 1
                found |= fresh
            return column, tries, found
    """),
    Right("NumPy", """
        def first_violators(positive_scores, candidate_scores, margin):
            violates = (positive_scores[:, None] - candidate_scores).numpy() < margin
            found, column = violates.any(1), violates.argmax(1)
            tries = np.where(found, column + 1, violates.shape[1])
            return torch.from_numpy(column), torch.from_numpy(tries), torch.from_numpy(found)
    """),
    Right("the smallest place among the violators, as a list", """
        def first_violators(positive_scores, candidate_scores, margin):
            T = candidate_scores.shape[1]
            violates = margin - positive_scores.view(-1, 1) + candidate_scores > 0
            place = torch.arange(T).expand_as(violates).masked_fill(~violates, T).amin(1)
            return [place.clamp(max=T - 1), (place + 1).clamp(max=T), place != T]
    """),
    Right("a column of True behind the table", """
        def first_violators(positive_scores, candidate_scores, margin):
            violates = F.pad(positive_scores[:, None] - candidate_scores < margin, (0, 1), value=True)
            T, first = candidate_scores.shape[1], violates.float().argmax(1)
            return first % T, torch.minimum(first + 1, torch.tensor(T)), first != T
    """),
]

STEP = """
def warp_step(users, items, candidates, user_factors, item_factors, item_bias, lr, margin=1.0):
    p = user_factors[users]
    x_i = (p * item_factors[items]).sum(1) + item_bias[items]
    x_j = (p[:, None] * item_factors[candidates]).sum(2) + item_bias[candidates]
    violates = x_j + margin > x_i[:, None]
    column = violates.int().argmax(1)
    weight = lr * torch.log1p((len(item_bias) - 1) // (column + 1)).to(p.dtype)
    weight = weight * (violates.any(1) & (items >= 0))
    j = candidates.gather(1, column[:, None])[:, 0]
    to_user, to_film = weight[:, None] * (item_factors[items] - item_factors[j]), weight[:, None] * p
    new_users = user_factors.index_put((users,), to_user, accumulate=True)
    new_items = item_factors.index_put((items,), to_film, accumulate=True)
    new_items = new_items.index_put((j,), -to_film, accumulate=True)
    new_bias = item_bias.index_put((items,), weight, accumulate=True)
    return new_users, new_items, new_bias.index_put((j,), -weight, accumulate=True)
"""

WARP_STEP = [
    Wrong("the published fault, and the two others", "1 2 3 hidden", "film 2 is the first violator", FAULTY),
    Wrong("the published fault alone", "1 hidden", "film 2 is the first violator",
          changed(STEP, ("candidates.gather(1, column[:, None])[:, 0]", "candidates[:, -1]"))),
    Wrong("the violator only; the two others stay", "2 3 hidden", "argmax of a row without any True is 0",
          changed(STEP, ("    weight = weight * (violates.any(1) & (items >= 0))\n", ""))),
    Wrong("a search that found nothing moves", "2 hidden", "argmax of a row without any True is 0",
          changed(STEP, ("violates.any(1) & (items >= 0)", "items >= 0"))),
    Wrong("a user without a like moves", "3 hidden", "-1 is not the last film",
          changed(STEP, ("(violates.any(1) & (items >= 0))", "violates.any(1)"))),
    Wrong("the first candidate of each row", "1 2 hidden", "film 2 is the first violator",
          changed(STEP, (".gather(1, column[:, None])", ""))),
    Wrong("the hardest candidate", "1 hidden", "film 3 comes later",
          changed(STEP, ("column[:, None]", "x_j.argmax(1)[:, None]"))),
    Wrong("the hardest candidate in the weight too", "1 hidden", "film 3 comes later",
          changed(STEP, ("violates.int()", "x_j"))),
    Wrong("the last violator", "1 hidden", "film 3 comes later",
          changed(STEP, ("violates.int()", "violates.shape[1] - 1 - violates.int().flip(1)"))),
    Wrong("the column taken for the film", "1 3 hidden", "film 2 is the first violator",
          changed(STEP, ("candidates.gather(1, column[:, None])[:, 0]", "column"))),
    Wrong("the weight of a search that used all its tries", "1 hidden", "0.1 ln(1 + 3 // 2)",
          changed(STEP, ("(column + 1)", "torch.full_like(column, candidates.shape[1])"))),
    Wrong("tries counted from 0", "1 2 hidden", "0.1 ln(1 + 3 // 2)",
          changed(STEP, ("(column + 1)", "column.clamp(min=1)"))),
    Wrong("a rank from all films", "1 2 3 hidden", "0.1 ln(1 + 3 // 2)",
          changed(STEP, ("(len(item_bias) - 1)", "len(item_bias)"))),
    Wrong("a rank from the candidates", "1 hidden", "0.1 ln(1 + 3 // 2)",
          changed(STEP, ("(len(item_bias) - 1)", "len(column)"))),
    Wrong("true division", "1 2 hidden", "0.1 ln(1 + 3 // 2)", changed(STEP, ("// (column + 1)", "/ (column + 1)"))),
    Wrong("the harmonic sum for the logarithm", "1 2 3 hidden", "0.1 ln(1 + 3 // 2)",
          changed(STEP, ("weight = lr", "ranks = (len(item_bias) - 1) // (column + 1)\n    weight = lr"),
                  ("torch.log1p((len(item_bias) - 1) // (column + 1))",
                   "torch.tensor([sum(1 / j for j in range(1, k + 1)) for k in ranks.tolist()])"))),
    Wrong("ln instead of ln(1 + ...)", "1 2 3 hidden", "0.1 ln(1 + 3 // 2)",
          changed(STEP, ("torch.log1p", "torch.log"))),
    Wrong("no weight", "1 2 3 hidden", "0.1 at [0], expected 0.0693147",
          changed(STEP, ("torch.log1p((len(item_bias) - 1) // (column + 1)).to(p.dtype)", "torch.ones_like(x_i)"))),
    Wrong("no learning rate", "1 2 3 hidden", "0.693147 at [0], expected 0.0693147", changed(STEP, ("lr * ", ""))),
    Wrong("a learning rate of at most 0.1", "hidden", "after eighty searches",
          changed(STEP, ("lr * ", "min(lr, 0.1) * "))),
    Wrong("uphill", "1 2 3 hidden", "-0.0693147 at [0], expected 0.0693147", changed(STEP, ("lr * ", "-lr * "))),
    Wrong("the user moves to the violator", "1 3 hidden", "plus lr w (q_i - q_j)",
          changed(STEP, ("item_factors[items] - item_factors[j]", "item_factors[j] - item_factors[items]"))),
    Wrong("the violator moves up too", "1 3 hidden", "the violator minus lr w p",
          changed(STEP, ("-to_film", "to_film"))),
    Wrong("the liked film's row stays", "1 3 hidden", "the liked film plus lr w p",
          changed(STEP, (".index_put((items,), to_film, accumulate=True)", ""))),
    Wrong("no bias", "1 2 3 hidden", "0 at [0], expected 0.0693147",
          changed(STEP, ("new_bias.index_put((j,), -weight, accumulate=True)", "item_bias"))),
    Wrong("the violator's bias stays", "1 2 3 hidden", "expected -0.0693147",
          changed(STEP, (".index_put((j,), -weight, accumulate=True)", ""))),
    Wrong("scores without the bias", "hidden", "biases are in the scores",
          changed(STEP, (" + item_bias[items]", ""), (" + item_bias[candidates]", ""))),
    Wrong("the hinge as a factor", "1 2 3 hidden", "lr times the weight is",
          changed(STEP,
                  ("(violates.any(1) & (items >= 0))",
                   "(margin - x_i + x_j.gather(1, column[:, None])[:, 0]) * (violates.any(1) & (items >= 0))"))),
    Wrong("the margin always 1", "hidden", "margin 2", changed(STEP, ("+ margin", "+ 1.0"))),
    Wrong("exactly the margin taken for a violation", "hidden", "exactly the margin is no violation",
          changed(STEP, ("x_j + margin > x_i", "x_j + margin >= x_i"))),
    Wrong("a hair below the margin taken for none", "hidden", "a hair less is one",
          changed(STEP, ("x_j + margin > x_i", "x_j + margin > 1e-4 + x_i"))),
    Wrong("no margin", "1 2 3 hidden", "0.5 is within 1 of 1.0",
          changed(STEP, ("x_j + margin > x_i[:, None]", "x_j > x_i[:, None]"))),
    Wrong("the margin on the wrong side", "1 2 3 hidden", "0.5 is within 1 of 1.0",
          changed(STEP, ("+ margin", "- margin"))),
    Wrong("the films see the users' new rows", "1 3 hidden", "with p before the step",
          changed(STEP, ("(items,), to_film", "(items,), weight[:, None] * new_users[users]"))),
    Wrong("one search after the other", "hidden", "from the old tables", """
        def warp_step(users, items, candidates, user_factors, item_factors, item_bias, lr, margin=1.0):
            P, Q, b = user_factors.clone(), item_factors.clone(), item_bias.clone()
            for u, i, row in zip(users.tolist(), items.tolist(), candidates.tolist()):
                x = Q @ P[u] + b
                bad = [n for n, film in enumerate(row) if x[i] - x[film] < margin]
                if i >= 0 and bad:
                    j, w = row[bad[0]], lr * math.log(1 + (len(b) - 1) // (bad[0] + 1))
                    p = P[u].clone()
                    P[u] += w * (Q[i] - Q[j])
                    Q[i] += w * p
                    Q[j] -= w * p
                    b[i] += w
                    b[j] -= w
            return P, Q, b
    """),
    Wrong("repeated rows lost", "1 2 3 hidden", "plus lr w (q_i - q_j)",
          changed(STEP, ("to_user, accumulate=True", "to_user, accumulate=False"),
                  ("(items,), to_film, accumulate=True", "(items,), to_film, accumulate=False"),
                  ("-to_film, accumulate=True", "-to_film, accumulate=False"),
                  ("(items,), weight, accumulate=True", "(items,), weight, accumulate=False"),
                  ("-weight, accumulate=True", "-weight, accumulate=False"))),
    Wrong("repeated films lost", "hidden", "repeated rows add up",
          changed(STEP,
                  ("item_factors.index_put((items,), to_film, accumulate=True)",
                   "item_factors.clone()\n    new_items[items] += to_film"))),
    Wrong("found if any row found one", "2 hidden", "only the second one moves anything",
          changed(STEP, (".any(1)", ".any()"))),
    Wrong("the first film is never liked", "1 2 3 hidden", "0 at [0], expected 0.0693147",
          changed(STEP, ("items >= 0", "items > 0"))),
    Wrong("the first film is never a violator", "hidden", "after eighty searches",
          changed(STEP, ("x_j + margin > x_i[:, None]", "(x_j + margin > x_i[:, None]) & (candidates > 0)"))),
    Wrong("the users' table changed in place", "hidden", "changed its input user_factors",
          changed(STEP, ("user_factors.index_put", "user_factors.index_put_"))),
    Wrong("the films' table changed in place", "hidden", "changed its input item_factors",
          changed(STEP, ("item_factors.index_put", "item_factors.index_put_"))),
    Wrong("-1 replaced in the batch itself", "hidden", "changed its input items", changed(
        STEP, ("p = user_factors[users]", "p, liked = user_factors[users], items >= 0\n    items.clamp_(min=0)"),
        ("(items >= 0)", "liked"))),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32", changed(
        STEP,
        ("p = user_factors",
         "user_factors, item_factors, item_bias = user_factors.float(), item_factors.float(), item_bias.float()\n"
         "    p = user_factors"))),
    Wrong("gradients come back instead of tables", "1 2 3 hidden", "expected 1.03466",
          changed(STEP,
                  ("new_users =",
                   "user_factors, item_factors = torch.zeros_like(user_factors), torch.zeros_like(item_factors)\n"
                   "    new_users ="))),
    Wrong("two tables", "1 2 3 hidden", "returns a tuple of 2, expected 3 values",
          changed(STEP, (", new_bias.index_put((j,), -weight, accumulate=True)", ""))),
    Wrong("hard-coded for check 1", "2 3 hidden", "after a search without a violator", """
        def warp_step(users, items, candidates, user_factors, item_factors, item_bias, lr, margin=1.0):
            w = 0.1 * 0.693147
            films = torch.tensor([[1 + w, 0], [-3, 0], [0.5 - w, 0], [0.9, 2]])
            return torch.tensor([[1 + w / 2, 0]]), films, torch.tensor([w, 0, -w, 0])
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return",
          changed(STEP, ("return", "answer ="), (".index_put((j,), -weight, accumulate=True)", ""))),
    Right("the searches that count first", """
        def warp_step(users, items, candidates, user_factors, item_factors, item_bias, lr, margin=1.0):
            keep = items >= 0
            users, items, candidates = users[keep], items[keep], candidates[keep]
            x = item_bias + user_factors[users] @ item_factors.T
            violates = x.gather(1, candidates) > x.gather(1, items[:, None]) - margin
            keep = violates.any(1)
            u, i, column = users[keep], items[keep], violates[keep].int().argmax(1)
            j, p = candidates[keep][torch.arange(len(column)), column], user_factors[u]
            w = (lr * torch.log(1.0 + (len(item_bias) - 1) // (column + 1))).to(p.dtype)[:, None]
            P = user_factors.clone().index_add_(0, u, w * (item_factors[i] - item_factors[j]))
            Q = item_factors.clone().index_add_(0, i, w * p).index_add_(0, j, -w * p)
            return P, Q, item_bias.clone().index_add_(0, i, w[:, 0]).index_add_(0, j, -w[:, 0])
    """),
    Right("a loop, scores from the old tables", """
        def warp_step(users, items, candidates, user_factors, item_factors, item_bias, lr, margin=1.0):
            P, Q, b = user_factors.clone(), item_factors.clone(), item_bias.clone()
            for u, i, row in zip(users.tolist(), items.tolist(), candidates.tolist()):
                p = user_factors[u]
                for tries, j in enumerate(row, start=1):
                    x_i, x_j = p @ item_factors[i] + item_bias[i], p @ item_factors[j] + item_bias[j]
                    if i >= 0 and x_i - x_j < margin:
                        w = lr * math.log(1 + (len(b) - 1) // tries)
                        P[u] += w * (item_factors[i] - item_factors[j])
                        Q[i] += w * p
                        Q[j] -= w * p
                        b[i] += w
                        b[j] -= w
                        break
            return P, Q, b
    """),
    Right("the faulty one mended in two lines", changed(
        FAULTY, ("candidates[:, -1]", "candidates.gather(1, (tries - 1)[:, None])[:, 0]"),
        ("to_user =", "weight = weight * ((x_j + margin > x_i[:, None]).any(1) & (items >= 0))\n    to_user ="))),
    Right("a list, -1 clamped, and the liked film stepped over should it be drawn", """
        def warp_step(users, items, candidates, user_factors, item_factors, item_bias, lr, margin=1.0):
            p, liked = user_factors[users], items >= 0
            items = items.clamp(min=0)
            x_i = (p * item_factors[items]).sum(1) + item_bias[items]
            x_j = (p[:, None] * item_factors[candidates]).sum(2) + item_bias[candidates]
            violates = (x_j + margin > x_i[:, None]) & (candidates != items[:, None])
            column = violates.int().argmax(1)
            weight = lr * torch.log1p((len(item_bias) - 1) // (column + 1)).to(p.dtype)
            weight = weight * (violates.any(1) & liked)
            j = candidates.gather(1, column[:, None])[:, 0]
            to_user, to_film = weight[:, None] * (item_factors[items] - item_factors[j]), weight[:, None] * p
            new_users = user_factors.index_put((users,), to_user, accumulate=True)
            new_items = item_factors.index_put((items,), to_film, accumulate=True)
            new_items = new_items.index_put((j,), -to_film, accumulate=True)
            new_bias = item_bias.index_put((items,), weight, accumulate=True)
            return [new_users, new_items, new_bias.index_put((j,), -weight, accumulate=True)]
    """),
    Right("autograd of the weighted hinge", """
        def warp_step(users, items, candidates, user_factors, item_factors, item_bias, lr, margin=1.0):
            P, Q, b = tables = [table.clone().requires_grad_() for table in (user_factors, item_factors, item_bias)]
            u, i, C = users[items >= 0], items[items >= 0], candidates[items >= 0]
            x_i = b[i] + (P[u] * Q[i]).sum(1)
            hinges = (margin - x_i[:, None] + b[C] + torch.einsum("bf,btf->bt", P[u], Q[C])).clamp(min=0)
            found = (hinges > 0).any(1)
            first = (hinges > 0).int().argmax(1)
            weight = torch.log1p((len(b) - 1) // (first + 1.0)) * found
            loss = (weight * hinges.gather(1, first[:, None])[:, 0]).sum()
            steps = torch.autograd.grad(loss, tables)
            return tuple((table - lr * step).detach() for table, step in zip(tables, steps))
    """),
]

TABLE = {
    "find_violator": FIND_VIOLATOR,
    "rank_estimate": RANK_ESTIMATE,
    "rank_weights": RANK_WEIGHTS,
    "warp_gradients": WARP_GRADIENTS,
    "first_violators": FIRST_VIOLATORS,
    "warp_step": WARP_STEP,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
