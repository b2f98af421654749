"""Lesson 9: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, changed, faulty, rows

LESSON = "09_comparison"
FAULTY = faulty(LESSON, "comparison_table")


EASE = """
def ease(gram, reg):
    eye = torch.eye(len(gram), dtype=gram.dtype)
    P = torch.linalg.inv(gram + reg * eye)
    weights = -P / P.diagonal()
    weights.fill_diagonal_(0)
    return weights
"""

EASE_ROWS = [
    Wrong("rows divided instead of columns", "1 2 hidden", "0.25, expected 0.333333",
          changed(EASE, ("P.diagonal()", "P.diagonal()[:, None]"))),
    Wrong("the minus forgotten", "1 2 hidden", "-0.333333, expected 0.333333", changed(EASE, ("-P /", "P /"))),
    Wrong("-1 left on the diagonal", "1 2 hidden", "no film predicts itself",
          changed(EASE, ("    weights.fill_diagonal_(0)\n", ""))),
    Wrong("a ridge whose diagonal is struck out", "1 2 hidden", "-P_01 / P_11 gives the same",
          changed(EASE, ("-P / P.diagonal()", "P @ gram"))),
    Wrong("the inverse alone", "1 2 hidden", "0.0909091, expected 0.333333",
          changed(EASE, ("-P / P.diagonal()", "-P"))),
    Wrong("the transpose", "1 2 hidden", "0.25, expected 0.333333",
          changed(EASE, ("return weights", "return weights.T"))),
    Wrong("both diagonals, as in a correlation", "1 2 hidden", "0.288675, expected 0.333333",
          changed(EASE, ("P.diagonal()", "(P.diagonal()[:, None] * P.diagonal()).sqrt()"))),
    Wrong("no λ", "1 2 hidden", "expected 0.333333", changed(EASE, ("gram + reg * eye", "gram + 1e-9 * eye"))),
    Wrong("λ always 1", "2 hidden", "reg=0.5", changed(EASE, ("reg * eye", "eye"))),
    Wrong("λ twice", "1 2 hidden", "0.25, expected 0.333333", changed(EASE, ("reg * eye", "2 * reg * eye"))),
    Wrong("minus λ", "1 2 hidden", "expected 0.333333", changed(EASE, ("gram + reg", "gram - reg"))),
    Wrong("the diagonal of G for that of P", "1 2 hidden", "expected 0.333333",
          changed(EASE, ("P.diagonal()", "gram.diagonal()"))),
    Wrong("G over its diagonal, no inverse", "2 hidden", "at the minimum it is zero", """
        def ease(gram, reg):
            return (gram / (gram.diagonal()[:, None] + reg)).fill_diagonal_(0)
    """),
    Wrong("only weights above zero", "2 hidden", "at the minimum it is zero",
          changed(EASE, ("return weights", "return weights.clamp(min=0)"))),
    Wrong("symmetric by force", "1 2 hidden", "0.291667, expected 0.333333",
          changed(EASE, ("return weights", "return (weights + weights.T) / 2"))),
    Wrong("λ added to the input", "hidden", "changed its input gram",
          changed(EASE, ("    P = torch.linalg.inv(gram + reg * eye)",
                         "    gram += reg * eye\n    P = torch.linalg.inv(gram)"))),
    Wrong("always single precision", "2 hidden", "dtype torch.float32, expected torch.float64",
          changed(EASE, ("return weights", "return weights.float()"))),
    Wrong("λ cut off at 300", "hidden", "reg=5000", changed(EASE, ("gram + reg *", "gram + min(reg, 300.0) *"))),
    Wrong("single precision inside, cast back", "hidden", "without its diagonal", changed(
        EASE, ("torch.linalg.inv(gram + reg * eye)", "torch.linalg.inv((gram + reg * eye).float()).to(gram.dtype)"))),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64",
          changed(EASE, ("gram + reg", "gram.double() + reg"))),
    Wrong("a NumPy array", "2 hidden", "a ndarray, expected a Tensor",
          changed(EASE, ("return weights", "return weights.numpy()"))),
    Wrong("films that nobody liked struck out of the matrix", "hidden", "shape (8, 8), expected (9, 9)",
          changed(EASE, ("    eye", "    gram = gram[gram.diagonal() > 0][:, gram.diagonal() > 0]\n    eye"))),
    Wrong("hard-coded for two films", "2 hidden", "shape (2, 2), expected (6, 6)", """
        def ease(gram, reg):
            return torch.tensor([[0, 1 / 3], [1 / 4, 0]], dtype=torch.float64)
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(EASE, ("return weights", "answer = weights"))),
    Right("NumPy inside", """
        def ease(gram, reg):
            P = np.linalg.inv(gram.numpy() + reg * np.eye(len(gram), dtype=gram.numpy().dtype))
            B = np.eye(len(gram)) - P / np.diag(P)
            np.fill_diagonal(B, 0)
            return torch.tensor(B, dtype=gram.dtype)
    """),
    Right("a Cholesky factor", """
        def ease(gram, reg):
            lower = torch.linalg.cholesky(gram + reg * torch.eye(len(gram)))
            P = torch.cholesky_inverse(lower)
            return (P / -P.diagonal()).fill_diagonal_(0)
    """),
    Right("a ridge for each film", """
        def ease(gram, reg):
            B, n = torch.zeros_like(gram), len(gram)
            for j in range(n):
                rest = torch.arange(n) != j
                left = gram[rest][:, rest] + reg * torch.eye(n - 1, dtype=gram.dtype)
                B[rest, j] = torch.linalg.solve(left, gram[rest, j])
            return B
    """),
    Right("a loop over columns, solve for the unit vectors", """
        def ease(gram, reg):
            n = len(gram)
            P = torch.linalg.solve(gram + reg * torch.eye(n, dtype=gram.dtype), torch.eye(n, dtype=gram.dtype))
            columns = []
            for j in range(n):
                column = -P[:, j] / P[j, j]
                column[j] = 0
                columns.append(column)
            return torch.stack(columns, dim=1)
    """),
    Right("the identity minus P times a diagonal matrix", """
        def ease(gram, reg):
            P = torch.linalg.pinv(gram + torch.diag(torch.full((len(gram),), reg, dtype=gram.dtype)))
            B = torch.eye(len(gram), dtype=gram.dtype) - P @ torch.diag(1 / torch.diag(P))
            return B - torch.diag(torch.diag(B))
    """),
    Right("eigenvectors", """
        def ease(gram, reg):
            values, vectors = torch.linalg.eigh(gram)
            P = torch.einsum("ik,k,jk->ij", vectors, 1 / (values + reg), vectors)
            return torch.where(torch.eye(len(P)).bool(), 0, -P / P.diag()).to(gram.dtype)
    """),
    Right("the multiplier spelled out", """
        def ease(gram, reg):
            left = gram.clone()
            left.diagonal().add_(reg)
            P = left.inverse()
            ridge = P @ gram
            gamma = ridge.diagonal() / P.diagonal()
            weights = ridge - P * gamma
            weights[range(len(P)), range(len(P))] = 0
            return weights
    """),
]

PAIRS = """
def paired_intervals(values, draws):
    resampled = torch.stack([row[draws].mean(1) for row in values])
    differences = resampled[:, None] - resampled
    limits = torch.tensor([0.025, 0.975], dtype=values.dtype)
    low, high = differences.quantile(limits, dim=2)
    means = values.mean(1)
    return means[:, None] - means, low, high
"""

PAIRED_INTERVALS = [
    Wrong("column minus row", "1 2 3 hidden", "row minus column: 0.5 - 0.25",
          changed(PAIRS, ("resampled[:, None] - resampled", "resampled - resampled[:, None]"),
                  ("means[:, None] - means", "means - means[:, None]"))),
    Wrong("column minus row in the means only", "1 2 3 hidden", "row minus column: 0.5 - 0.25",
          changed(PAIRS, ("means[:, None] - means", "means - means[:, None]"))),
    Wrong("column minus row in the draws only", "1 2 3 hidden", "expected 0.925",
          changed(PAIRS, ("resampled[:, None] - resampled", "resampled - resampled[:, None]"))),
    Wrong("5% on either side", "1 3 hidden", "their 97.5% quantile is 0.925",
          changed(PAIRS, ("0.025, 0.975", "0.05, 0.95"))),
    Wrong("low and high swapped", "1 3 hidden", "their 97.5% quantile is 0.925",
          changed(PAIRS, ("0.025, 0.975", "0.975, 0.025"))),
    Wrong("the nearest draw for a quantile", "1 3 hidden", "their 97.5% quantile is 0.925",
          changed(PAIRS, ("dim=2", "dim=2, interpolation='nearest'"))),
    Wrong("each model's own interval, ends subtracted", "1 3 hidden", "expected 0.925", """
        def paired_intervals(values, draws):
            resampled = torch.stack([row[draws].mean(1) for row in values])
            low, high = resampled.quantile(torch.tensor([0.025, 0.975], dtype=values.dtype), dim=1)
            means = values.mean(1)
            return means[:, None] - means, low[:, None] - low, high[:, None] - high
    """),
    Wrong("each model's own interval, high minus low", "1 2 3 hidden", "1, expected 0.925", """
        def paired_intervals(values, draws):
            resampled = torch.stack([row[draws].mean(1) for row in values])
            low, high = resampled.quantile(torch.tensor([0.025, 0.975], dtype=values.dtype), dim=1)
            means = values.mean(1)
            return means[:, None] - means, low[:, None] - high, high[:, None] - low
    """),
    Wrong("other users for each model", "1 2 3 hidden", "expected 0.925",
          changed(PAIRS, ("row[draws].mean(1) for row in values",
                          "row[draws.roll(m, 0)].mean(1) for m, row in enumerate(values)"))),
    Wrong("its own draws instead of the argument", "1 3 hidden", "expected 0.925",
          changed(PAIRS, ("    resampled =", "    draws = torch.randint(values.shape[1], draws.shape, "
                          "generator=torch.Generator().manual_seed(0))\n    resampled ="))),
    Wrong("every user once in a draw", "3 hidden", "quantiles over the draws of the mean difference",
          changed(PAIRS, ("row[draws].mean(1)", "torch.stack([row[d.unique()].mean() for d in draws])"))),
    Wrong("medians for means", "1 3 hidden", "row minus column: 0.5 - 0.25",
          changed(PAIRS, ("values.mean(1)", "values.median(1).values"))),
    Wrong("the mean over the draws", "3 hidden", "over all users, not over the draws",
          changed(PAIRS, ("values.mean(1)", "resampled.mean(1)"))),
    Wrong("the reverse percentile", "1 3 hidden", "their 97.5% quantile is 0.925",
          changed(PAIRS, ("return means[:, None] - means, low, high",
                          "gap = means[:, None] - means\n    return gap, 2 * gap - high, 2 * gap - low"))),
    Wrong("1.96 standard deviations", "1 3 hidden", "their 97.5% quantile is 0.925",
          changed(PAIRS, ("low, high = differences.quantile(limits, dim=2)",
                          "spread = 1.96 * differences.std(2)\n"
                          "    low, high = differences.mean(2) - spread, differences.mean(2) + spread"))),
    Wrong("absolute differences", "1 2 3 hidden", "at [1, 0], expected -0.925",
          changed(PAIRS, ("resampled[:, None] - resampled", "(resampled[:, None] - resampled).abs()"))),
    Wrong("users averaged over draws", "1 3 hidden", "0.25, expected 0.925",
          changed(PAIRS, ("row[draws].mean(1)", "row[draws].mean(0)"))),
    Wrong("draws turned round", "1 3 hidden", "0.25, expected 0.925",
          changed(PAIRS, ("row[draws]", "row[draws.T]"))),
    Wrong("zeros below the diagonal", "1 2 3 hidden", "at [1, 0], expected -0.25",
          changed(PAIRS, ("return means[:, None] - means, low, high",
                          "return [torch.triu(part) for part in (means[:, None] - means, low, high)]"))),
    Wrong("mirrored, the ends not exchanged", "1 3 hidden", "2.5% quantiles of (1, 0, 0, 0) and of (-1, 0, 0, 0)",
          changed(PAIRS, ("means, low, high", "means, low.triu() - low.triu().T, high.triu() - high.triu().T"))),
    Wrong("mirrored, the sign not turned", "1 2 3 hidden", "2.5% quantiles of (1, 0, 0, 0) and of (-1, 0, 0, 0)",
          changed(PAIRS, ("means, low, high", "means, low.triu() + low.triu().T, high.triu() + high.triu().T"))),
    Wrong("as many draws as users", "3 hidden", "quantiles over the draws of the mean difference",
          changed(PAIRS, ("row[draws]", "row[draws[: draws.shape[1]]]"))),
    Wrong("at most a hundred draws", "hidden", "quantiles over the draws of the mean difference",
          changed(PAIRS, ("row[draws]", "row[draws[:100]]"))),
    Wrong("at most 160 draws", "hidden", "quantiles over the draws of the mean difference",
          changed(PAIRS, ("row[draws]", "row[draws[:160]]"))),
    Wrong("at most 30 users in a draw", "hidden", "quantiles over the draws of the mean difference",
          changed(PAIRS, ("row[draws]", "row[draws[:, :30]]"))),
    Wrong("single precision inside, cast back", "hidden", "mean[0, 5]", changed(
        PAIRS, ("    resampled", "    values = values.float()\n    resampled"),
        ("means[:, None] - means, low, high", "(means[:, None] - means).double(), low.double(), high.double()"))),
    Wrong("single precision", "hidden", "dtype torch.float32, expected torch.float64",
          changed(PAIRS, ("means, low, high", "means, low.float(), high.float()"))),
    Wrong("NumPy arrays", "hidden", "a ndarray, expected a Tensor",
          changed(PAIRS, ("means, low, high", "means, low.numpy(), high.numpy()"))),
    Wrong("values centred in place", "hidden", "changed its input values",
          changed(PAIRS, ("    means =", "    means = values.mean(1)\n    values -= means[:, None]\n    unused ="))),
    Wrong("draws sorted in place", "2 hidden", "changed its input draws",
          changed(PAIRS, ("    limits", "    draws.numpy().sort(axis=1)\n    limits"))),
    Wrong("squeezed", "hidden", "mean of a single model: shape ()",
          changed(PAIRS, ("return means[:, None] - means, low, high",
                          "return [part.squeeze() for part in (means[:, None] - means, low, high)]"))),
    Wrong("the interval in one matrix", "1 2 3 hidden", "returns a tuple of 2, expected 3 values",
          changed(PAIRS, ("means, low, high", "means, torch.stack([low, high])"))),
    Wrong("hard-coded for check 1", "2 3 hidden", "shape (2, 2), expected (3, 3)", """
        def paired_intervals(values, draws):
            mean, high = torch.tensor([[0, 0.25], [-0.25, 0]]), torch.tensor([[0, 0.925], [0, 0]])
            return mean, -high.T, high
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", changed(PAIRS, ("return means[", "answer = means["))),
    Right("a loop over pairs and draws, NumPy's quantile", """
        def paired_intervals(values, draws):
            M = len(values)
            parts = np.zeros((3, M, M))
            for a in range(M):
                for b in range(M):
                    gap = (values[a] - values[b]).numpy()
                    means = [gap[users].mean() for users in draws.numpy()]
                    parts[:, a, b] = gap.mean(), *np.percentile(means, [2.5, 97.5])
            return tuple(torch.from_numpy(parts))
    """),
    Right("half the pairs, turned round", """
        def paired_intervals(values, draws):
            M = len(values)
            mean, low, high = (torch.zeros(M, M, dtype=torch.float64) for _ in range(3))
            for a in range(M):
                for b in range(a):
                    gap = values[a] - values[b]
                    means = gap[draws].mean(dim=1)
                    mean[a, b], low[a, b], high[a, b] = gap.mean(), means.quantile(0.025), means.quantile(0.975)
                    mean[b, a], low[b, a], high[b, a] = -mean[a, b], -high[a, b], -low[a, b]
            return mean, low, high
    """),
    Right("counts of users and a matrix product", """
        def paired_intervals(values, draws):
            R, U = draws.shape
            counts = torch.zeros(R, U, dtype=values.dtype).scatter_add_(1, draws, torch.ones_like(draws).to(values))
            means = counts @ values.T / U
            gaps = means[:, :, None] - means[:, None]
            mean = torch.sub(values.mean(1)[:, None], values.mean(1)[None])
            return [mean, torch.quantile(gaps, 0.025, dim=0), torch.quantile(gaps, 0.975, dim=0)]
    """),
    Right("sorted draws, the interpolation by hand", """
        def paired_intervals(values, draws):
            resampled = values[:, draws].sum(2) / draws.shape[1]
            gaps = (resampled[:, None] - resampled).sort(dim=2).values
            def quantile(q):
                place = q * (gaps.shape[2] - 1)
                below = min(int(place), gaps.shape[2] - 2)
                return gaps[..., below] + (place - below) * (gaps[..., below + 1] - gaps[..., below])
            means = torch.einsum("mu->m", values) / values.shape[1]
            return means[:, None] - means, quantile(0.025), quantile(0.975)
    """),
    Right("all gaps of all users first", """
        def paired_intervals(values, draws):
            gaps = values.unsqueeze(1) - values.unsqueeze(0)
            resampled = torch.stack([gaps.index_select(2, users).mean(2) for users in draws], dim=-1)
            q = resampled.quantile(values.new_tensor([0.025, 0.975]), dim=-1)
            return gaps.mean(2), q[0], q[1]
    """),
    Right("one quantile, the other by antisymmetry",
          changed(PAIRS, ("low, high = differences.quantile(limits, dim=2)",
                          "low = differences.quantile(limits[0], dim=2)\n    high = -low.T"))),
]

GINI = """
def coverage_and_gini(lists, n_items):
    shown = torch.bincount(lists.flatten(), minlength=n_items).double().sort().values
    weights = 2 * torch.arange(1, n_items + 1) - n_items - 1
    gini = (weights * shown).sum() / (n_items * shown.sum())
    return float((shown > 0).double().mean()), float(gini)
"""
COVERAGE = "float((shown > 0).double().mean())"

COVERAGE_AND_GINI = [
    Wrong("films never shown do not count", "1 2 hidden", "1, expected 0.75",
          changed(GINI, (", minlength=n_items", ""), ("    weights", "    n_items = len(shown)\n    weights"))),
    Wrong("films never shown left out of Gini", "1 2 hidden", "film 3 included",
          changed(GINI, ("    weights", f"    coverage = {COVERAGE}\n    shown = shown[shown > 0]\n"
                         "    n_items = len(shown)\n    weights"), (f"return {COVERAGE}", "return coverage"))),
    Wrong("the last film shown taken for the last film", "1 2 hidden", "1, expected 0.75",
          changed(GINI, ("    shown", "    n_items = int(lists.max()) + 1\n    shown"))),
    Wrong("one film too few", "1 2 hidden", "three of four films are shown",
          changed(GINI, ("    shown", "    n_items = n_items + 1\n    shown"))),
    Wrong("a percentage", "1 2 hidden", "75, expected 0.75", changed(GINI, (COVERAGE, f"100 * {COVERAGE}"))),
    Wrong("the number of films shown", "1 2 hidden", "3, expected 0.75",
          changed(GINI, (COVERAGE, "(shown > 0).sum()"))),
    Wrong("films shown over all places", "2 hidden", "expected 0.2",
          changed(GINI, (COVERAGE, "float((shown > 0).sum()) / lists.numel()"))),
    Wrong("the first list only", "1 2 hidden", "0.5, expected 0.75", changed(GINI, ("lists.flatten()", "lists[0]"))),
    Wrong("sorted downwards", "1 2 hidden", "-0.375, expected 0.375",
          changed(GINI, ("sort()", "sort(descending=True)"))),
    Wrong("not sorted", "1 2 hidden", "(-3·0 - 1·1 + 1·1 + 3·2) / (4 · 4)", changed(GINI, (".sort().values", ""))),
    Wrong("places counted from 0", "1 2 hidden", "expected 0.375",
          changed(GINI, ("torch.arange(1, n_items + 1)", "torch.arange(n_items)"))),
    Wrong("the + 1 forgotten", "1 2 hidden", "expected 0.375", changed(GINI, ("- n_items - 1", "- n_items"))),
    Wrong("times n / (n - 1)", "1 2 hidden", "0.5, expected 0.375",
          changed(GINI, ("float(gini)", "float(gini) * n_items / (n_items - 1)"))),
    Wrong("not divided by n", "1 2 hidden", "1.5, expected 0.375",
          changed(GINI, ("(n_items * shown.sum())", "shown.sum()"))),
    Wrong("1 - Gini", "1 2 hidden", "0.625, expected 0.375", changed(GINI, ("float(gini)", "1 - float(gini)"))),
    Wrong("zeros and ones counted", "1 hidden", "0.25, expected 0.375",
          changed(GINI, ("weights * shown).sum() / (n_items * shown.sum())",
                         "weights * (shown > 0)).sum() / (n_items * (shown > 0).sum())"))),
    Wrong("Gini before coverage", "1 2 hidden", "0.375, expected 0.75",
          changed(GINI, (f"return {COVERAGE}, float(gini)", f"return float(gini), {COVERAGE}"))),
    Wrong("whole numbers", "1 2 hidden", "expected 0.75",
          changed(GINI, (COVERAGE, "int((shown > 0).sum()) // n_items"))),
    Wrong("coverage alone", "1 2 hidden", "expected 2 values", changed(GINI, (", float(gini)", ""))),
    Wrong("a value for each film", "1 2 hidden", "expected a single value",
          changed(GINI, ("(weights * shown).sum()", "(weights * shown)"), ("float(gini)", "gini"))),
    Wrong("the first ten films of a list", "hidden", "of 20 lists",
          changed(GINI, ("lists.flatten()", "lists[:, :10].flatten()"))),
    Wrong("the lists sorted in place", "hidden", "changed its input lists",
          changed(GINI, ("    shown", "    lists.view(-1).numpy().sort()\n    shown"))),
    Wrong("hard-coded for check 1", "2 hidden", "coverage and Gini of six films", """
        def coverage_and_gini(lists, n_items):
            return 0.75, 0.375
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(GINI, ("    return", "    answer ="))),
    Right("the mean difference of all pairs", """
        def coverage_and_gini(lists, n_items):
            shown = np.bincount(lists.flatten().numpy(), minlength=n_items)
            gini = np.abs(shown[:, None] - shown).mean() / (2 * shown.mean())
            return np.count_nonzero(shown) / n_items, gini
    """),
    Right("the area under the Lorenz curve, tensors come back", """
        def coverage_and_gini(lists, n_items):
            shown = torch.zeros(n_items).index_add_(0, lists.reshape(-1), torch.ones(lists.numel()))
            curve = torch.cat([torch.zeros(1), shown.sort().values.cumsum(0)]) / lists.numel()
            return (shown > 0).float().mean(), 1 - (curve[1:] + curve[:-1]).sum() / n_items
    """),
    Right("a dict and loops", """
        def coverage_and_gini(lists, n_items):
            times = dict.fromkeys(range(n_items), 0)
            for row in lists.tolist():
                for film in row:
                    times[film] += 1
            ordered = sorted(times.values())
            total = sum((2 * i - n_items - 1) * c for i, c in enumerate(ordered, start=1))
            return sum(c > 0 for c in ordered) / n_items, total / (n_items * sum(ordered))
    """),
    Right("unique, zeros in front", """
        def coverage_and_gini(lists, n_items):
            rows, times = torch.unique(lists, return_counts=True)
            c = F.pad(times.sort().values, (n_items - len(rows), 0)).double()
            weights = torch.linspace(1 - n_items, n_items - 1, n_items, dtype=torch.float64)
            return len(rows) / n_items, torch.dot(weights, c) / (n_items * lists.numel())
    """),
    Right("one-hot and whole numbers, as a list", """
        def coverage_and_gini(lists, n_items):
            times = F.one_hot(lists, n_items).sum((0, 1))
            gaps = (times[:, None] - times[None]).abs().sum()
            return [times.bool().sum() / n_items, gaps / (2 * n_items * times.sum())]
    """),
    Right("pandas", """
        def coverage_and_gini(lists, n_items):
            times = pd.Series(lists.flatten().numpy()).value_counts().reindex(range(n_items), fill_value=0)
            ranks = times.rank(method="first")
            return (times > 0).mean(), ((2 * ranks - n_items - 1) * times).sum() / (n_items * times.sum())
    """),
]

NOVEL = """
def novelty(lists, counts, n_users):
    bits = -torch.log2(counts.clamp(min=1).double() / n_users)
    return float(bits[lists].mean())
"""
DIVERSE = """
def diversity(lists, genres):
    directions = F.normalize(genres.double(), dim=1)[lists]
    cosines = directions @ directions.mT
    first, second = torch.triu_indices(lists.shape[1], lists.shape[1], offset=1)
    return float((1 - cosines[:, first, second]).mean())
"""


def both(novelty=NOVEL, diversity=DIVERSE):
    """Returns a source with the two functions of Exercise 9.4."""
    return changed(novelty) + "\n" + changed(diversity)


def new(*edits):
    """Returns the two functions, with edits to novelty."""
    return both(novelty=changed(NOVEL, *edits))


def div(*edits):
    """Returns the two functions, with edits to diversity."""
    return both(diversity=changed(DIVERSE, *edits))


NOVELTY = [
    Wrong("novelty: natural logarithms", "1 hidden", "expected 1.25", new(("torch.log2", "torch.log"))),
    Wrong("novelty: the minus forgotten", "1 hidden", "-1.25, expected 1.25", new(("-torch", "torch"))),
    Wrong("novelty: shares of the positives", "1 hidden", "-log2 of 8/8, 4/8, 4/8, 1/8",
          new(("/ n_users", "/ counts.sum()"))),
    Wrong("novelty: shares of the most liked film", "hidden", "-log2 of the share of users",
          new(("/ n_users", "/ counts.max()"))),
    Wrong("novelty: shares of the films", "1 hidden", "-log2 of 8/8, 4/8, 4/8, 1/8",
          new(("/ n_users", "/ len(counts)"))),
    Wrong("novelty: infinite bits for a film that nobody liked", "1 hidden", "counted as liked by one of eight",
          new((".clamp(min=1)", ""))),
    Wrong("novelty: one added to every count", "1 hidden", "expected 1.25", new(("clamp(min=1)", "add(1)"))),
    Wrong("novelty: films that nobody liked carry nothing", "1 hidden", "counted as liked by one of eight: 3 bits",
          new(("    return", "    bits[counts == 0] = 0\n    return"))),
    Wrong("novelty: films that nobody liked are left out", "1 hidden", "counted as liked by one of eight: 3 bits",
          new(("bits[lists].mean()", "bits[lists][counts[lists] > 0].mean()"))),
    Wrong("novelty: the logarithm of the mean", "1 hidden", "0, 1, 1 and 3 bits",
          both(novelty="""
        def novelty(lists, counts, n_users):
            return float(-torch.log2((counts.clamp(min=1).double() / n_users)[lists].mean()))
    """)),
    Wrong("novelty: every film of the catalogue", "1 hidden", "expected 1.25", new(("bits[lists]", "bits"))),
    Wrong("novelty: each film once", "1 hidden", "expected 1.25", new(("bits[lists]", "bits[lists.unique()]"))),
    Wrong("novelty: sums of the lists", "1 hidden", "2.5, expected 1.25",
          new(("bits[lists].mean()", "bits[lists].sum(1).mean()"))),
    Wrong("novelty: a value for each list", "1 hidden", "shape (2,), expected a single value",
          new(("float(bits[lists].mean())", "bits[lists].mean(1)"))),
    Wrong("novelty: counts clamped in place", "hidden", "changed its input counts", new(("clamp(", "clamp_("))),
    Wrong("novelty: hard-coded", "hidden", "the novelty of 1 lists", both(novelty="""
        def novelty(lists, counts, n_users):
            return 1.25 if len(lists) == 2 else 1.5
    """)),
    Wrong("novelty returns nothing", "1 hidden", "forget to return", new(("    return", "    answer ="))),
    Wrong("diversity: a film with itself is a pair", "2 hidden", "a film with itself is no pair",
          div(("cosines[:, first, second]", "cosines"))),
    Wrong("diversity: the diagonal among the pairs", "2 hidden", "a film with itself is no pair",
          div(("offset=1", "offset=0"))),
    Wrong("diversity: the similarity", "2 hidden", "0.333333, expected 0.666667", div(("1 - cosines", "cosines"))),
    Wrong("diversity: 1 + cosine", "2 hidden", "expected 0.666667", div(("1 - cosines", "1 + cosines"))),
    Wrong("diversity: products of vectors that are not of length 1", "2 hidden", "have the cosine 1/√2",
          div(("F.normalize(genres.double(), dim=1)", "genres.double()"))),
    Wrong("diversity: vectors over their sums", "2 hidden", "have the cosine 1/√2",
          div(("dim=1", "dim=1, p=1"))),
    Wrong("diversity: lengths from a count of genres", "hidden", "1 - cosine",
          div(("F.normalize(genres.double(), dim=1)",
               "(genres / (genres > 0).sum(1, keepdim=True).clamp(min=1).sqrt()).double()"))),
    Wrong("diversity: weights made 0 and 1", "hidden", "1 - cosine",
          div(("F.normalize(genres.double(), dim=1)", "F.normalize((genres > 0).double(), dim=1)"))),
    Wrong("diversity: weights without their sign", "hidden", "1 - cosine",
          div(("F.normalize(genres.double(), dim=1)", "F.normalize(genres.double().abs(), dim=1)"))),
    Wrong("diversity: negative cosines cut off", "hidden", "1 - cosine",
          div(("directions @ directions.mT", "(directions @ directions.mT).clamp(0, 1)"))),
    Wrong("novelty: the first ten films of a list", "hidden", "the novelty of 30 lists",
          new(("bits[lists]", "bits[lists[:, :10]]"))),
    Wrong("diversity: the first ten films of a list", "hidden", "1 - cosine",
          div(("    directions", "    lists = lists[:, :10]\n    directions"))),
    Wrong("diversity: only neighbours in the list", "2 hidden", "0.5, expected 0.666667",
          div(("cosines[:, first, second]", "cosines.diagonal(1, 1, 2)"))),
    Wrong("diversity: the sum over pairs", "2 hidden", "2, expected 0.666667", div((".mean()", ".sum(1).mean()"))),
    Wrong("diversity: a value for each list", "2 hidden", "shape (1,), expected a single value",
          div(("float((1 - cosines[:, first, second]).mean())", "(1 - cosines[:, first, second]).mean(1)"))),
    Wrong("diversity: the first list only", "2 hidden", "mean over both lists",
          div(("cosines[:, first, second]", "cosines[0, first, second]"))),
    Wrong("diversity: lists of three only", "hidden", "the diversity of",
          div(("cosines[:, first, second]", "cosines[:, :3, :3][:, [0, 0, -1], [1, -1, 1]]"))),
    Wrong("diversity: Jaccard", "2 hidden", "have the cosine 1/√2", both(diversity="""
        def diversity(lists, genres):
            has = (genres > 0).double()[lists]
            both = has @ has.mT
            either = has.sum(2)[:, :, None] + has.sum(2)[:, None] - both
            first, second = torch.triu_indices(lists.shape[1], lists.shape[1], offset=1)
            return float((1 - both / either.clamp(min=1))[:, first, second].mean())
    """)),
    Wrong("diversity: distances", "2 hidden", "0.942809, expected 0.666667",
          div(("cosines = directions @ directions.mT", "cosines = 1 - torch.cdist(directions, directions)"))),
    Wrong("diversity: half the squared distance of unit vectors", "hidden", "without a genre the cosine is 0",
          div(("cosines = directions @ directions.mT", "cosines = 1 - torch.cdist(directions, directions) ** 2 / 2"))),
    Wrong("diversity: nan for a film without a genre", "hidden", "nan, expected",
          div(("F.normalize(genres.double(), dim=1)", "(genres / genres.norm(dim=1, keepdim=True)).double()"))),
    Wrong("diversity: films without a genre are alike", "hidden", "without a genre the cosine is 0",
          div(("F.normalize(genres.double(), dim=1)", "F.normalize(genres.double() + 1e-9, dim=1)"))),
    Wrong("diversity: pairs without a genre skipped", "hidden", "without a genre the cosine is 0",
          div(("return float((1 - cosines[:, first, second]).mean())",
               "kept = (directions.norm(dim=2)[:, first] > 0) & (directions.norm(dim=2)[:, second] > 0)\n"
               "    return float((1 - cosines[:, first, second])[kept].mean())"))),
    Wrong("diversity: all films shown, as one list", "2 hidden", "mean over both lists",
          div(("    directions", "    lists = lists.unique()[None]\n    directions"))),
    Wrong("diversity: genres divided in place", "hidden", "changed its input genres",
          div(("F.normalize(genres.double(), dim=1)", "F.normalize(genres, dim=1, out=genres).double()"))),
    Wrong("diversity: lists sorted in place", "hidden", "changed its input lists",
          div(("    directions", "    lists.numpy().sort(axis=1)\n    directions"))),
    Wrong("diversity: hard-coded", "hidden", "the diversity of", both(diversity="""
        def diversity(lists, genres):
            return 2 / 3 if len(lists) == 1 else (2 / 3 + (3 - 2**0.5) / 3) / 2
    """)),
    Wrong("diversity returns nothing", "2 hidden", "forget to return", div(("    return", "    answer ="))),
    Right("loops", """
        import math

        def novelty(lists, counts, n_users):
            bits = [math.log2(n_users / max(counts[film].item(), 1)) for row in lists for film in row]
            return sum(bits) / len(bits)

        def diversity(lists, genres):
            total = 0
            for row in lists.tolist():
                apart = []
                for place, a in enumerate(row):
                    for b in row[:place]:
                        lengths = genres[a].norm() * genres[b].norm()
                        apart.append(1 - (genres[a] @ genres[b] / lengths if lengths > 0 else 0))
                total += sum(apart) / len(apart)
            return total / len(lists)
    """),
    Right("NumPy", """
        def novelty(lists, counts, n_users):
            share = np.maximum(counts.numpy(), 1) / n_users
            return -np.log2(share)[lists.numpy()].mean()

        def diversity(lists, genres):
            g = genres.numpy()
            length = np.linalg.norm(g, axis=1, keepdims=True)
            g = np.divide(g, length, out=np.zeros_like(g), where=length > 0)[lists.numpy()]
            cosines = np.einsum("uig,ujg->uij", g, g)
            k = lists.shape[1]
            return 1 - cosines[:, ~np.eye(k, dtype=bool)].mean()
    """),
    Right("cosine_similarity, pairs by combinations; tensors come back", """
        def novelty(lists, counts, n_users):
            known = torch.where(counts == 0, 1, counts)
            bits = torch.log2(torch.tensor(float(n_users))) - torch.log2(known.float())
            return bits.gather(0, lists.flatten()).mean()

        def diversity(lists, genres):
            pairs = torch.combinations(torch.arange(lists.shape[1]))
            first, second = lists[:, pairs[:, 0]], lists[:, pairs[:, 1]]
            return (1 - F.cosine_similarity(genres[first], genres[second], dim=-1)).mean(1).mean()
    """),
    Right("the square of the sum", """
        def novelty(lists, counts, n_users):
            times = torch.bincount(lists.flatten(), minlength=len(counts))
            return float((times * -(counts.clamp(min=1) / n_users).log2()).sum() / times.sum())

        def diversity(lists, genres):
            g, k = F.normalize(genres, dim=1)[lists], lists.shape[1]
            twice = g.sum(1).square().sum(1) - g.square().sum((1, 2))
            return (1 - twice / (k * (k - 1))).mean().item()
    """),
    Right("a table of all cosines", """
        def novelty(lists, counts, n_users):
            return np.mean([-np.log2(max(int(counts[film]), 1) / n_users) for film in lists.flatten()])

        def diversity(lists, genres):
            length = (genres**2).sum(1).sqrt()
            table = genres @ genres.T / (length[:, None] * length).clamp(min=1e-12)
            per_list = []
            for row in lists:
                part = 1 - table[row][:, row]
                per_list.append(part[torch.ones_like(part).triu(1).bool()].mean())
            return torch.stack(per_list).mean()
    """),
    Right("SciPy's distances, nan is 1", """
        def novelty(lists, counts, n_users):
            return torch.log2(n_users / counts[lists].clamp(min=1)).double().mean(1).mean()

        def diversity(lists, genres):
            from scipy.spatial.distance import pdist
            with np.errstate(all="ignore"):
                return np.mean([np.nan_to_num(pdist(genres[row].numpy(), "cosine"), nan=1.0) for row in lists])
    """),
]

GROUPS = """
def activity_groups(counts, n_groups):
    fewer = torch.searchsorted(counts.sort().values, counts)
    return fewer * n_groups // len(counts)
"""
FEWER = "torch.searchsorted(counts.sort().values, counts)"

ACTIVITY_GROUPS = [
    Wrong("ties parted by argsort", "2 hidden", "nobody has fewer than 2 films",
          changed(GROUPS, (FEWER, "counts.argsort(stable=True).argsort()"))),
    Wrong("one argsort", "1 2 hidden", "2, 0, 3 and 1 users have fewer films",
          changed(GROUPS, (FEWER, "counts.argsort()"))),
    Wrong("users with as many count too", "1 2 hidden", "expected",
          changed(GROUPS, ("values, counts)", "values, counts, right=True)"))),
    Wrong("users with as many count too, but oneself does not", "2 hidden", "nobody has fewer than 2 films",
          changed(GROUPS, ("values, counts)", "values, counts, right=True) - 1"))),
    Wrong("the comparison turned round", "1 2 hidden", "at [0], expected 1", """
        def activity_groups(counts, n_groups):
            return (counts[:, None] > counts).sum(0) * n_groups // len(counts)
    """),
    Wrong("different counts, not users", "2 hidden", "four have fewer than 4", """
        def activity_groups(counts, n_groups):
            values, place = counts.unique(return_inverse=True)
            return place * n_groups // len(values)
    """),
    Wrong("distinct smaller counts over users", "2 hidden", "four have fewer than 4",
          changed(GROUPS, ("counts.sort().values", "counts.unique()"))),
    Wrong("counts in 16 bits", "hidden", "the groups of", changed(
        GROUPS, ("    fewer", "    counts = counts.short()\n    fewer"))),
    Wrong("no film and one film tie", "hidden", "the groups of", changed(
        GROUPS, ("    fewer", "    counts = counts.clamp(min=1)\n    fewer"))),
    Wrong("groups from 1", "1 2 hidden", "2 at [0], expected 1", changed(GROUPS, ("len(counts)", "len(counts) + 1"))),
    Wrong("heaviest first", "1 2 hidden", "0 at [0], expected 1",
          changed(GROUPS, ("return fewer", "return n_groups - 1 - fewer"))),
    Wrong("over U - 1", "1 2 hidden", "expected", changed(GROUPS, ("// len(counts)", "// max(len(counts) - 1, 1)"))),
    Wrong("rounded", "1 2 hidden", "rounded down", changed(
        GROUPS, ("fewer * n_groups // len(counts)", "(fewer * n_groups / len(counts)).round().long()"))),
    Wrong("rounded up", "1 2 hidden", "rounded down", changed(
        GROUPS, ("fewer * n_groups // len(counts)", "(fewer * n_groups / len(counts)).ceil().long()"))),
    Wrong("divided first", "1 2 hidden", "0 at [0], expected 1",
          changed(GROUPS, ("fewer * n_groups // len(counts)", "fewer // len(counts) * n_groups"))),
    Wrong("groups of U // n_groups users", "hidden", "the groups of 102 users",
          changed(GROUPS, ("fewer * n_groups // len(counts)", "fewer // (len(counts) // n_groups)"))),
    Wrong("equally wide, not equally full", "2 hidden", "four have fewer than 4", """
        def activity_groups(counts, n_groups):
            width = (counts.max() - counts.min()) / n_groups + 1e-9
            return ((counts - counts.min()) / width).long().clamp(max=n_groups - 1)
    """),
    Wrong("cut at quantiles", "hidden", "the groups of", """
        def activity_groups(counts, n_groups):
            cuts = torch.quantile(counts.double(), torch.arange(1, n_groups).double() / n_groups)
            return torch.bucketize(counts.double(), cuts)
    """),
    Wrong("pandas cuts at quantiles", "2 hidden", "four have fewer than 4", """
        def activity_groups(counts, n_groups):
            codes = pd.qcut(counts.numpy(), n_groups, labels=False, duplicates="drop")
            return torch.from_numpy(np.nan_to_num(codes, nan=0).astype(int))
    """),
    Wrong("always two groups", "hidden", "4 groups", changed(GROUPS, ("fewer * n_groups", "fewer * 2"))),
    Wrong("the input not sorted", "1 hidden", "expected",
          changed(GROUPS, ("counts.sort().values", "counts"))),
    Wrong("a share, not a group", "1 2 hidden", "expected",
          changed(GROUPS, ("// len(counts)", "/ len(counts)"))),
    Wrong("sorted in place", "1 2 hidden", "expected",
          changed(GROUPS, ("counts.sort().values", "counts.copy_(counts.sort().values)"))),
    Wrong("sorted in place, after a copy", "hidden", "changed its input counts", """
        def activity_groups(counts, n_groups):
            kept = counts.clone()
            counts.numpy().sort()
            return torch.searchsorted(counts, kept) * n_groups // len(counts)
    """),
    Wrong("floats", "hidden", "dtype torch.float32, expected torch.int64",
          changed(GROUPS, ("fewer * n_groups // len(counts)", "(fewer * n_groups / len(counts)).floor()"))),
    Wrong("a NumPy array", "hidden", "a ndarray, expected a Tensor",
          changed(GROUPS, ("// len(counts)", "// len(counts)).numpy()"), ("return fewer", "return (fewer"))),
    Wrong("a list", "1 hidden", "a list, expected a tensor or array of shape (4,)",
          changed(GROUPS, ("// len(counts)", "// len(counts)).tolist()"), ("return fewer", "return (fewer"))),
    Wrong("hard-coded", "hidden", "the groups of 101 users", """
        def activity_groups(counts, n_groups):
            known = {(5, 1, 9, 3): [1, 0, 1, 0], (2, 4, 2, 2, 2, 90): [0, 1, 0, 0, 0, 1]}
            return torch.tensor(known.get(tuple(counts.tolist()), [0] * len(counts)))
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(GROUPS, ("    return", "    answer ="))),
    Right("all comparisons", """
        def activity_groups(counts, n_groups):
            return (counts[None, :] < counts[:, None]).sum(dim=1) * n_groups // counts.numel()
    """),
    Right("a loop", """
        def activity_groups(counts, n_groups):
            everyone = counts.tolist()
            return torch.tensor([n_groups * len([c for c in everyone if c < one]) // len(everyone) for one in everyone])
    """),
    Right("NumPy", """
        def activity_groups(counts, n_groups):
            fewer = np.searchsorted(np.sort(counts.numpy()), counts.numpy(), side="left")
            return torch.from_numpy(np.floor(n_groups * fewer / len(fewer)).astype(np.int64))
    """),
    Right("the least rank in pandas", """
        def activity_groups(counts, n_groups):
            fewer = pd.Series(counts.numpy()).rank(method="min").astype("int64") - 1
            return torch.tensor((n_groups * fewer // len(counts)).to_numpy())
    """),
    Right("counts of counts", """
        def activity_groups(counts, n_groups):
            users = torch.bincount(counts)
            fewer = users.cumsum(0) - users
            return torch.div(n_groups * fewer[counts], len(counts), rounding_mode="floor")
    """),
    Right("unique values, a share in double precision", """
        def activity_groups(counts, n_groups):
            values, place, users = torch.unique(counts, return_inverse=True, return_counts=True)
            fewer = users.cumsum(0) - users
            return torch.floor(n_groups * fewer.double() / len(counts)).long()[place]
    """),
    Right("the share first, in single precision", """
        def activity_groups(counts, n_groups):
            share = (counts[:, None] > counts).float().mean(1)
            return torch.floor(n_groups * share).long()
    """),
]

TABLES = """
def comparison_table(entries, metric):
    groups = {}
    for entry in entries:
        if metric in entry["metrics"]:
            groups.setdefault((entry["dataset"], entry["protocol"]), []).append(entry)
    table = {}
    for key, group in groups.items():
        if not all(torch.equal(entry["users"], group[0]["users"]) for entry in group):
            raise ValueError(f"{key}: other users")
        values = {}
        for entry in group:
            values.setdefault(entry["model"], []).append(entry["metrics"][metric])
        rows = [(model, sum(found) / len(found)) for model, found in values.items()]
        table[key] = sorted(rows, key=lambda row: row[1], reverse=metric not in ("RMSE", "MSE", "MAE"))
    return table
"""
KEY = '(entry["dataset"], entry["protocol"])'
REFUSE = 'if not all(torch.equal(entry["users"], group[0]["users"]) for entry in group):'
ORDER = 'metric not in ("RMSE", "MSE", "MAE")'
MEAN = "sum(found) / len(found)"
NO_REFUSAL = "users [0, 1, 4, 5] beside [0, 2, 3, 5] raise a ValueError: False, expected True"

COMPARISON_TABLE = [
    Wrong("the published fault", "1 2 hidden", "it returns one list for each (dataset, protocol)", FAULTY),
    Wrong("groups by protocol alone", "1 2 hidden", "a list for each (dataset, protocol)",
          changed(TABLES, (KEY, 'entry["protocol"]'))),
    Wrong("groups by data set alone", "1 2 hidden", "a list for each (dataset, protocol)",
          changed(TABLES, (KEY, 'entry["dataset"]'))),
    Wrong("protocol before data set", "1 2 hidden", "in this order",
          changed(TABLES, (KEY, '(entry["protocol"], entry["dataset"])'))),
    Wrong("the key as one text", "1 2 hidden", "a list for each (dataset, protocol)",
          changed(TABLES, (KEY, 'entry["dataset"] + ", " + entry["protocol"]'))),
    Wrong("a list of groups", "1 2 hidden", "whether comparison_table returns a dict",
          changed(TABLES, ("return table", "return list(table.items())"))),
    Wrong("a dict in each group", "1 2 hidden", "pairs (model, mean), best first",
          changed(TABLES, ("table[key] = sorted(", "table[key] = dict(sorted("), (ORDER, f"{ORDER})"))),
    Wrong("models without values", "1 2 hidden", "each is a pair (model, mean)",
          changed(TABLES, ("return table", "return {key: [row[:1] for row in rows] for key, rows in table.items()}"))),
    Wrong("errors downwards too", "2 hidden", "the smallest error is best", changed(TABLES, (ORDER, "True"))),
    Wrong("everything upwards", "1 hidden", "the largest HR first", changed(TABLES, (ORDER, "False"))),
    Wrong("RMSE alone upwards", "hidden", "errors (RMSE, MSE, MAE) upwards",
          changed(TABLES, (ORDER, 'metric != "RMSE"'))),
    Wrong("MAE forgotten", "hidden", "errors (RMSE, MSE, MAE) upwards",
          changed(TABLES, (ORDER, '"MSE" not in metric'))),
    Wrong("every metric that begins with R or M upwards", "hidden", "the order by MRR",
          changed(TABLES, (ORDER, 'metric[0] not in "RM"'))),
    Wrong("only some metrics downwards", "hidden", "the order by gain",
          changed(TABLES, (ORDER, 'metric[:2] in ("HR", "AU", "MR")'))),
    Wrong("only the course's own metrics downwards", "hidden", "the order by gain",
          changed(TABLES, (ORDER, 'metric.split("@")[0] in ("HR", "NDCG", "recall", "precision", "AUC", "MRR")'))),
    Wrong("not sorted", "1 2 hidden", "the largest HR first",
          changed(TABLES, (f"sorted(rows, key=lambda row: row[1], reverse={ORDER})", "rows"))),
    Wrong("sorted by name", "1 2 hidden", "the largest HR first",
          changed(TABLES, ("row[1], rev", "row[0], rev"), (ORDER, "False"))),
    Wrong("the last seed", "2 hidden", "two entries of one model are its seeds", changed(TABLES, (MEAN, "found[-1]"))),
    Wrong("the best seed", "2 hidden", "two entries of one model are its seeds",
          changed(TABLES, (MEAN, f"(max if {ORDER} else min)(found)"))),
    Wrong("the median of the seeds", "hidden", "mean of 0.9, 0.9, 0.84",
          changed(TABLES, (MEAN, "float(np.median(found))"))),
    Wrong("equal seeds counted once", "hidden", "mean of 0.9, 0.9, 0.84",
          changed(TABLES, (MEAN, "sum(set(found)) / len(set(found))"))),
    Wrong("every seed a row", "2 hidden", "each model stands there once",
          changed(TABLES, ("rows = [(model, sum(found) / len(found)) for model, found in values.items()]",
                           'rows = [(entry["model"], entry["metrics"][metric]) for entry in group]'))),
    Wrong("the mean of a model over all groups", "1 hidden", "as they were measured", """
        def comparison_table(entries, metric):
            groups, everywhere = {}, {}
            for entry in entries:
                if metric in entry["metrics"]:
                    everywhere.setdefault(entry["model"], []).append(entry["metrics"][metric])
                    groups.setdefault((entry["dataset"], entry["protocol"]), []).append(entry)
            table = {}
            for key, group in groups.items():
                if any(not torch.equal(entry["users"], group[0]["users"]) for entry in group):
                    raise ValueError(key)
                rows = [(model, np.mean(everywhere[model])) for model in dict.fromkeys(e["model"] for e in group)]
                table[key] = sorted(rows, key=lambda row: row[1], reverse=metric not in ("RMSE", "MSE", "MAE"))
            return table
    """),
    Wrong("every entry must have the metric", "2 hidden", "KeyError: 'RMSE'",
          changed(TABLES, ('if metric in entry["metrics"]:', "if True:"))),
    Wrong("zero for a metric that is not there", "2 hidden", "a group without this metric has no list",
          changed(TABLES, ('if metric in entry["metrics"]:', "if True:"),
                  ('["metrics"][metric])', '["metrics"].get(metric, 0))'))),
    Wrong("an empty list for a group without the metric", "2", "a group without this metric has no list",
          changed(TABLES, ("    groups = {}", f"    groups = {{{KEY}: [] for entry in entries}}"))),
    Wrong("a value of zero taken for none", "hidden", "the order by MRR",
          changed(TABLES, ('if metric in entry["metrics"]:', 'if entry["metrics"].get(metric):'))),
    Wrong("users not compared", "hidden", NO_REFUSAL, changed(TABLES, (REFUSE, "if False:"))),
    Wrong("only the number of users compared", "hidden", NO_REFUSAL,
          changed(TABLES, ('torch.equal(entry["users"], group[0]["users"])',
                           'len(entry["users"]) == len(group[0]["users"])'))),
    Wrong("users compared by their sum", "hidden", NO_REFUSAL,
          changed(TABLES, ('torch.equal(entry["users"], group[0]["users"])',
                           'entry["users"].sum() == group[0]["users"].sum()'))),
    Wrong("users compared by number, first and last", "hidden", NO_REFUSAL,
          changed(TABLES, ('torch.equal(entry["users"], group[0]["users"])',
                           '[len(entry["users"]), *entry["users"][[0, -1]]] == [len(group[0]["users"]), '
                           '*group[0]["users"][[0, -1]]]'))),
    Wrong("the users that both have", "hidden", "users [0, 2, 3] beside [0, 2, 3, 5]",
          changed(TABLES, ('torch.equal(entry["users"], group[0]["users"])',
                           'set(entry["users"].tolist()) <= set(group[0]["users"].tolist())'))),
    Wrong("the second entry only", "hidden", NO_REFUSAL,
          changed(TABLES, ("for entry in group):", "for entry in group[:2]):"))),
    Wrong("seeds of one model not compared", "hidden", "users [0, 1, 4, 5] beside [0, 2, 3, 5]",
          changed(TABLES, (REFUSE, 'first = {one["model"]: one for one in group[::-1]}.values()\n        '
                           + REFUSE.replace("in group", "in first")))),
    Wrong("a message instead of an error", "hidden", NO_REFUSAL,
          changed(TABLES, ("raise ValueError(", "print("))),
    Wrong("an assertion instead of a ValueError", "hidden", "AssertionError",
          changed(TABLES, ("raise ValueError(", "raise AssertionError("))),
    Wrong("groups with other users dropped", "hidden", NO_REFUSAL,
          changed(TABLES, ('raise ValueError(f"{key}: other users")', "continue"))),
    Wrong("users compared across groups", "hidden", "ValueError",
          changed(TABLES, (REFUSE, 'group_0 = next(iter(groups.values()))[0]\n        '
                           + REFUSE.replace("group[0]", "group_0")))),
    Wrong("users compared of entries without the metric too", "hidden", "ValueError",
          changed(TABLES, (REFUSE, f"group_all = [entry for entry in entries if {KEY} == key]\n        "
                           + REFUSE.replace("in group)", "in group_all)")))),
    Wrong("tensors compared by identity", "1 2 hidden", "ValueError",
          changed(TABLES, ('torch.equal(entry["users"], group[0]["users"])', 'entry["users"] is group[0]["users"]'))),
    Wrong("other lengths fall over", "hidden", "RuntimeError: The size of tensor",
          changed(TABLES, ('torch.equal(entry["users"], group[0]["users"])',
                           '(entry["users"] == group[0]["users"]).all()'))),
    Wrong("the metric taken out of the entries", "1 2 hidden", "changed its input entries",
          changed(TABLES, ('["metrics"][metric])', '["metrics"].pop(metric))'))),
    Wrong("the entries sorted in place", "1 2 hidden", "changed its input entries",
          changed(TABLES, ("    groups = {}", '    entries.sort(key=lambda entry: entry["model"])\n    groups = {}'))),
    Wrong("the mean written into the entries", "1 2 hidden", "changed its input entries",
          changed(TABLES, ("        rows =", '        group[0]["metrics"]["mean"] = 0\n        rows ='))),
    Wrong("the first group alone", "1", "a list for each (dataset, protocol)",
          changed(TABLES, ("    return table", "        return table"))),
    Wrong("returns nothing", "1 2 hidden", "it returns one list", changed(TABLES, ("return table", "answer = table"))),
    Right("pandas", """
        def comparison_table(entries, metric):
            kept = [entry for entry in entries if metric in entry["metrics"]]
            frame = pd.DataFrame({"key": [(e["dataset"], e["protocol"]) for e in kept],
                                  "model": [e["model"] for e in kept],
                                  "users": [tuple(e["users"].tolist()) for e in kept],
                                  "value": [e["metrics"][metric] for e in kept]})
            table = {}
            for key, part in frame.groupby("key"):
                if part["users"].nunique() > 1:
                    raise ValueError("other users")
                means = part.groupby("model")["value"].mean()
                table[key] = list(means.sort_values(ascending=metric in {"RMSE", "MSE", "MAE"}).items())
            return table
    """),
    Right("sums and counts on the way, users as sets", """
        def comparison_table(entries, metric):
            who, sums = {}, {}
            for entry in entries:
                if metric not in entry["metrics"]:
                    continue
                key, model = (entry["dataset"], entry["protocol"]), entry["model"]
                users = frozenset(entry["users"].tolist())
                if who.setdefault(key, users) != users:
                    raise ValueError(f"{key}")
                total, n = sums.setdefault(key, {}).get(model, (0.0, 0))
                sums[key][model] = total + entry["metrics"][metric], n + 1
            sign = 1 if metric.endswith(("MSE", "MAE")) else -1
            return {key: sorted(((m, t / n) for m, (t, n) in found.items()), key=lambda row: sign * row[1])
                    for key, found in sums.items()}
    """),
    Right("a defaultdict, rows as lists, means in single precision", """
        from collections import defaultdict

        def comparison_table(entries, metric):
            groups, users = defaultdict(lambda: defaultdict(list)), defaultdict(list)
            for entry in filter(lambda entry: metric in entry["metrics"], entries):
                key = entry["dataset"], entry["protocol"]
                groups[key][entry["model"]].append(entry["metrics"][metric])
                users[key].append(entry["users"])
            for found in users.values():
                if any(a.shape != b.shape or (a != b).any() for a, b in zip(found, found[1:])):
                    raise ValueError("other users")
            table = defaultdict(list)
            for key, group in groups.items():
                rows = [[model, torch.tensor(found).float().mean()] for model, found in group.items()]
                rows.sort(key=lambda row: float(row[1]))
                table[key] = rows if metric in ["RMSE", "MSE", "MAE"] else rows[::-1]
            return table
    """),
    Right("itertools, a subclass of ValueError", """
        from itertools import groupby
        from statistics import fmean

        class OtherUsers(ValueError):
            pass

        def comparison_table(entries, metric):
            def key(entry):
                return entry["dataset"], entry["protocol"]
            table = {}
            for where, group in groupby(sorted((e for e in entries if metric in e["metrics"]), key=key), key=key):
                group = list(group)
                for other in group[1:]:
                    if not np.array_equal(other["users"].numpy(), group[0]["users"].numpy()):
                        raise OtherUsers(where)
                names = dict.fromkeys(one["model"] for one in group)
                rows = [(n, fmean(one["metrics"][metric] for one in group if one["model"] == n)) for n in names]
                table[where] = sorted(rows, key=lambda row: row[1] if metric in ("MSE", "RMSE", "MAE") else -row[1])
            return table
    """),
    Right("the faulty one, called for each group", """
        def comparison_table(entries, metric):
            table = {}
            for key in {(entry["dataset"], entry["protocol"]): None for entry in entries}:
                measured = [entry for entry in entries
                            if metric in entry["metrics"] and (entry["dataset"], entry["protocol"]) == key]
                if len({tuple(entry["users"].tolist()) for entry in measured}) > 1:
                    raise ValueError("these numbers belong to different users")
                rows = {one["model"]: np.mean([other["metrics"][metric] for other in measured
                                               if other["model"] == one["model"]]) for one in measured}
                if rows:
                    sign = 1 if metric in ("RMSE", "MSE", "MAE") else -1
                    table[key] = sorted(rows.items(), key=lambda row: sign * row[1])
            return table
    """),
    Wrong("always a ValueError", "1 2 hidden", "ValueError", """
        def comparison_table(entries, metric):
            raise ValueError("these numbers belong to different users")
    """),
]

TABLE = {
    "ease": EASE_ROWS,
    "paired_intervals": PAIRED_INTERVALS,
    "coverage_and_gini": COVERAGE_AND_GINI,
    "novelty": NOVELTY,
    "activity_groups": ACTIVITY_GROUPS,
    "comparison_table": COMPARISON_TABLE,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
