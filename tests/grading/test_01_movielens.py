"""Lesson 1: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, faulty, rows

LESSON = "01_movielens"

CONTIGUOUS_IDS = [
    Wrong("ids minus one", "1 2 hidden", "10 is the smallest id, so it gets row 0", """
        def contiguous_ids(ids):
            return ids - 1, torch.unique(ids)
    """),
    Wrong("ids minus the smallest id", "1 2 hidden", "20 at [0], expected 1", """
        def contiguous_ids(ids):
            return ids - ids.min(), torch.unique(ids)
    """),
    Wrong("the two the wrong way round", "1 2 hidden", "shape (3,), expected (4,)", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids, return_inverse=True)
            return unique_ids, rows
    """),
    Wrong("rows from one", "1 2 hidden", "2 at [0], expected 1", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids, return_inverse=True)
            return rows + 1, unique_ids
    """),
    Wrong("rows in the order of first appearance", "1 hidden", "10 is the smallest id", """
        def contiguous_ids(ids):
            place = {}
            rows = [place.setdefault(one, len(place)) for one in ids.tolist()]
            return torch.tensor(rows), torch.tensor(list(place))
    """),
    Wrong("repeats dropped only where they are neighbours", "1 2 hidden", "0 at [0], expected 1", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique_consecutive(ids, return_inverse=True)
            return rows, unique_ids
    """),
    Wrong("a row for each event", "1 2 hidden", "0 at [0], expected 1", """
        def contiguous_ids(ids):
            return torch.arange(len(ids)), ids
    """),
    Wrong("the place in the sorted list, repeats kept", "1 2 hidden", "3 at [3], expected 2", """
        def contiguous_ids(ids):
            ordered = ids.sort().values
            return torch.searchsorted(ordered, ids), ordered.unique()
    """),
    Wrong("the sorting order for the rows", "1 2 hidden", "2 at [2], expected 1", """
        def contiguous_ids(ids):
            unique_ids = torch.unique(ids)
            return ids.argsort(stable=True), unique_ids
    """),
    Wrong("largest id first", "1 hidden", "10 is the smallest id", """
        def contiguous_ids(ids):
            unique_ids = torch.unique(ids).flip(0)
            return (ids[:, None] == unique_ids).int().argmax(1), unique_ids
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids, return_inverse=True)
    """),
    Wrong("hard-coded for check 1", "2 hidden", "shape (4,), expected (6,)", """
        def contiguous_ids(ids):
            return torch.tensor([1, 0, 1, 2]), torch.tensor([10, 30, 70])
    """),
    Wrong("float rows", "1 2 hidden", "dtype torch.float32, expected torch.int64", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids, return_inverse=True)
            return rows.float(), unique_ids
    """),
    Wrong("32-bit rows", "1 hidden", "dtype torch.int32, expected torch.int64", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids, return_inverse=True)
            return rows.int(), unique_ids
    """),
    Wrong("NumPy rows", "1 hidden", "a ndarray, expected a Tensor", """
        def contiguous_ids(ids):
            unique_ids, rows = np.unique(ids, return_inverse=True)
            return rows, torch.tensor(unique_ids)
    """),
    Wrong("a lookup table that ids below zero wrap around in", "hidden", "for ids below zero", """
        def contiguous_ids(ids):
            there = torch.zeros(int(ids.max()) + 1, dtype=torch.int64)
            there[ids] = 1
            return there.cumsum(0)[ids] - 1, there.nonzero().flatten()
    """),
    Wrong("writes the rows into its input", "2 hidden", "changed its input ids", """
        def contiguous_ids(ids):
            unique_ids = torch.unique(ids)
            for row, one in enumerate(unique_ids):
                ids[ids == one] = row
            return ids, unique_ids
    """),
    Wrong("squeezes a single event away", "hidden", "the rows of a single event", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids, return_inverse=True)
            return rows.squeeze(), unique_ids
    """),
    Wrong("float ids on the way back", "1 hidden", "dtype torch.float32, expected torch.int64", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids.float(), return_inverse=True)
            return rows, unique_ids
    """),
    Wrong("NumPy ids on the way back", "1", "a ndarray, expected a Tensor", """
        def contiguous_ids(ids):
            unique_ids, rows = np.unique(ids, return_inverse=True)
            return torch.tensor(rows), unique_ids
    """),
    Wrong("ids in single precision, made long again", "hidden", "the rows for huge ids", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids.float(), return_inverse=True)
            return rows, unique_ids.long()
    """),
    Wrong("ids in double precision, made long again", "hidden", "the rows for huge ids", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids.double(), return_inverse=True)
            return rows, unique_ids.long()
    """),
    Wrong("32-bit ids, made long again", "hidden", "the rows for huge ids", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids.int(), return_inverse=True)
            return rows, unique_ids.long()
    """),
    Wrong("a table as long as the range of the ids", "hidden", "alloc", """
        def contiguous_ids(ids):
            low = ids.min()
            there = torch.bincount(ids - low) > 0
            return (there.cumsum(0) - 1)[ids - low], there.nonzero()[:, 0] + low
    """),
    Wrong("rows of 8 bits, made long again", "hidden", "the rows of two thousand ids", """
        def contiguous_ids(ids):
            unique_ids, rows = torch.unique(ids, return_inverse=True)
            return rows.byte().long(), unique_ids
    """),
    Right("searchsorted", """
        def contiguous_ids(ids):
            unique_ids = ids.unique()
            return torch.searchsorted(unique_ids, ids), unique_ids
    """),
    Right("a dict and a loop", """
        def contiguous_ids(ids):
            unique_ids = sorted(set(ids.tolist()))
            row_of = {one: row for row, one in enumerate(unique_ids)}
            return torch.tensor([row_of[one] for one in ids.tolist()]), torch.tensor(unique_ids)
    """),
    Right("NumPy", """
        def contiguous_ids(ids):
            unique_ids, rows = np.unique(ids.numpy(), return_inverse=True)
            return torch.from_numpy(rows), torch.from_numpy(unique_ids)
    """),
    Right("pandas", """
        def contiguous_ids(ids):
            rows, unique_ids = pd.factorize(ids.numpy(), sort=True)
            return torch.tensor(rows), torch.tensor(unique_ids)
    """),
    Right("each event compared with each id", """
        def contiguous_ids(ids):
            unique_ids = torch.unique(ids)
            return (ids[:, None] > unique_ids).sum(1), unique_ids
    """),
]

POPULAR_SLICE = [
    Wrong("all ratings of a user counted", "2 hidden", "which is enough; user 2 one", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            return torch.isin(items, popular) & (torch.bincount(users)[users] >= min_ratings)
    """),
    Wrong("users filtered before the films are counted", "2 hidden", "True at [4], expected False", """
        def popular_slice(users, items, n_films, min_ratings):
            active = torch.bincount(users)[users] >= min_ratings
            popular = torch.bincount(items[active]).argsort(descending=True, stable=True)[:n_films]
            return active & torch.isin(items, popular)
    """),
    Wrong("users are not asked", "2 hidden", "True at [4], expected False", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            return torch.isin(items, popular)
    """),
    Wrong("more than min_ratings", "1 2 hidden", "False at [4], expected True", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            known = torch.isin(items, popular)
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (counts[users] > min_ratings)
    """),
    Wrong("the least popular films", "1 2 hidden", "False at [0], expected True", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(stable=True)[:n_films]
            known = torch.isin(items, popular)
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (counts[users] >= min_ratings)
    """),
    Wrong("the first rows for the popular ones", "hidden", "where films 1 and 3 have two", """
        def popular_slice(users, items, n_films, min_ratings):
            known = items < n_films
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (counts[users] >= min_ratings)
    """),
    Wrong("minlength missing", "hidden", "index 2 is out of bounds", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            known = torch.isin(items, popular)
            return known & (torch.bincount(users[known])[users] >= min_ratings)
    """),
    Wrong("of equal counts the upper row first", "hidden", "the lower row comes first", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(stable=True).flip(0)[:n_films]
            known = torch.isin(items, popular)
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (counts[users] >= min_ratings)
    """),
    Wrong("of equal counts the one seen first in the table", "hidden", "the lower row comes first", """
        from collections import Counter

        def popular_slice(users, items, n_films, min_ratings):
            popular = [movie for movie, _ in Counter(items.tolist()).most_common(n_films)]
            known = torch.isin(items, torch.tensor(popular))
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (counts[users] >= min_ratings)
    """),
    Wrong("all films with the last one's count", "hidden", "where films 1 and 3 have two", """
        def popular_slice(users, items, n_films, min_ratings):
            counts = torch.bincount(items)
            known = counts[items] >= counts.sort(descending=True).values[n_films - 1]
            by_user = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (by_user[users] >= min_ratings)
    """),
    Wrong("a count by user for a count by event", "1 2 hidden", "must match the size of tensor", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            known = torch.isin(items, popular)
            return known & (torch.bincount(users[known], minlength=int(users.max()) + 1) >= min_ratings)
    """),
    Wrong("the places of the events, not a mask", "1 2 hidden", "dtype torch.int64, expected torch.bool", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            known = torch.isin(items, popular)
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return (known & (counts[users] >= min_ratings)).nonzero().flatten()
    """),
    Wrong("n_films left at 2", "hidden", "where films 1 and 3 have two", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:2]
            known = torch.isin(items, popular)
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (counts[users] >= min_ratings)
    """),
    Wrong("hard-coded for check 1", "2 hidden", "which is enough; user 2 one", """
        def popular_slice(users, items, n_films, min_ratings):
            return torch.tensor([True] * 5 + [False])
    """),
    Wrong("marks unpopular events in its input", "hidden", "changed its input items", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            items[~torch.isin(items, popular)] = -1
            counts = torch.bincount(users[items >= 0], minlength=int(users.max()) + 1)
            return (items >= 0) & (counts[users] >= min_ratings)
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
    """),
    Wrong("equal counts in any order, as an unstable sort may leave them", "hidden", "equally popular", """
        def popular_slice(users, items, n_films, min_ratings):
            counts = torch.bincount(items)
            shuffled = torch.randperm(len(counts), generator=torch.Generator().manual_seed(0))
            popular = shuffled[counts[shuffled].argsort(descending=True, stable=True)][:n_films]
            known = torch.isin(items, popular)
            by_user = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (by_user[users] >= min_ratings)
    """),
    Wrong("ones and zeros, which index rather than mask", "1", "dtype torch.int64, expected torch.bool", """
        def popular_slice(users, items, n_films, min_ratings):
            popular = torch.bincount(items).argsort(descending=True, stable=True)[:n_films]
            known = torch.isin(items, popular)
            counts = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known * (counts[users] >= min_ratings).long()
    """),
    Wrong("a NumPy mask", "1", "a ndarray, expected a Tensor of dtype torch.bool", """
        def popular_slice(users, items, n_films, min_ratings):
            users, items = users.numpy(), items.numpy()
            known = np.isin(items, np.argsort(-np.bincount(items), kind="stable")[:n_films])
            return known & (np.bincount(users, weights=known)[users] >= min_ratings)
    """),
    Wrong("ties by a thousandth of the row", "hidden", "many films equally popular", """
        def popular_slice(users, items, n_films, min_ratings):
            counts = torch.bincount(items)
            popular = (counts - 0.001 * torch.arange(len(counts))).topk(min(n_films, len(counts))).indices
            known = torch.isin(items, popular)
            by_user = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (by_user[users] >= min_ratings)
    """),
    Wrong("counts of the films that occur", "hidden", "many films equally popular", """
        def popular_slice(users, items, n_films, min_ratings):
            counts = items.unique(return_counts=True)[1]
            popular = counts.argsort(descending=True, stable=True)[:n_films]
            known = torch.isin(items, popular)
            by_user = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (by_user[users] >= min_ratings)
    """),
    Wrong("more films asked for than there are", "hidden", "RuntimeError", """
        def popular_slice(users, items, n_films, min_ratings):
            counts = torch.bincount(items)
            popular = (counts * len(counts) - torch.arange(len(counts))).topk(n_films).indices
            known = torch.isin(items, popular)
            by_user = torch.bincount(users[known], minlength=int(users.max()) + 1)
            return known & (by_user[users] >= min_ratings)
    """),
    Right("loops and a Counter", """
        from collections import Counter

        def popular_slice(users, items, n_films, min_ratings):
            users, items = users.tolist(), items.tolist()
            counts = Counter(items)
            popular = set(sorted(counts, key=lambda movie: (-counts[movie], movie))[:n_films])
            known = Counter(user for user, item in zip(users, items) if item in popular)
            return torch.tensor([item in popular and known[user] >= min_ratings for user, item in zip(users, items)])
    """),
    Right("pandas", """
        def popular_slice(users, items, n_films, min_ratings):
            frame = pd.DataFrame({"user": users, "item": items})
            counts = frame["item"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
            frame = frame[frame["item"].isin(counts.index[:n_films])]
            kept = frame[frame.groupby("user")["item"].transform("size") >= min_ratings]
            mask = torch.zeros(len(users), dtype=torch.bool)
            mask[torch.tensor(kept.index.to_numpy())] = True
            return mask
    """),
    Right("one key of count and row", """
        def popular_slice(users, items, n_films, min_ratings):
            counts = torch.bincount(items)
            key = counts * len(counts) + torch.arange(len(counts)).flip(0)
            popular = torch.zeros(len(counts), dtype=torch.bool).index_fill(0, key.argsort().flip(0)[:n_films], True)
            known = torch.zeros(int(users.max()) + 1).index_add_(0, users, popular[items].float())
            return popular[items] & (known[users] >= min_ratings)
    """),
    Right("NumPy", """
        def popular_slice(users, items, n_films, min_ratings):
            users, items = users.numpy(), items.numpy()
            popular = np.argsort(-np.bincount(items), kind="stable")[:n_films]
            known = np.isin(items, popular)
            counts = np.bincount(users, weights=known)
            return torch.from_numpy(known & (counts[users] >= min_ratings))
    """),
]

DENSITY_IN_WORDS = [
    Wrong("the published line", "1 hidden", "'0.37% known', expected '36.67% known'",
          faulty(LESSON, "density_in_words")),
    Wrong("times ten", "1 hidden", "'3.67% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{10 * n_ratings / (n_users * n_items):.2f}% known"
    """),
    Wrong("no brackets", "1 hidden", "'1320.00% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{n_ratings / n_users * n_items:.2%} known"
    """),
    Wrong("whole percent", "1 hidden", "'37% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{n_ratings / (n_users * n_items):.0%} known"
    """),
    Wrong("the share that is unknown", "1 hidden", "'63.33% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{1 - n_ratings / (n_users * n_items):.2%} known"
    """),
    Wrong("a number instead of a text", "1 hidden", "0.3667, or 36.67%", """
        def density_in_words(n_ratings, n_users, n_items):
            return 100 * n_ratings / (n_users * n_items)
    """),
    Wrong("a blank before the sign", "1 hidden", "'36.67 % known', expected '36.67% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{100 * n_ratings / (n_users * n_items):.2f} % known"
    """),
    Wrong("rounded instead of formatted", "hidden", "'100.0% known', expected '100.00% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{round(100 * n_ratings / (n_users * n_items), 2)}% known"
    """),
    Wrong("four digits in all", "hidden", "'100% known', expected '100.00% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{100 * n_ratings / (n_users * n_items):.4g}% known"
    """),
    Wrong("cut off instead of rounded", "1 hidden", "'36.66% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{int(10_000 * n_ratings / (n_users * n_items)) / 100:.2f}% known"
    """),
    Wrong("hard-coded for check 1", "hidden", "'36.67% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return "36.67% known"
    """),
    Wrong("prints it", "1 hidden", "forget to return", """
        def density_in_words(n_ratings, n_users, n_items):
            print(f"{n_ratings / (n_users * n_items):.2%} known")
    """),
    Wrong("always rounded up", "hidden", "'33.34% known', expected '33.33% known'", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{-(-10_000 * n_ratings // (n_users * n_items)) / 100:.2f}% known"
    """),
    Right("times a hundred", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{100 * n_ratings / (n_users * n_items):.2f}% known"
    """),
    Right("str.format", """
        def density_in_words(n_ratings, n_users, n_items):
            return "{:.2%} known".format(n_ratings / n_users / n_items)
    """),
    Right("rounded first, by NumPy", """
        def density_in_words(n_ratings, n_users, n_items):
            return f"{np.round(100 * n_ratings / (n_users * n_items), 2):.2f}% known"
    """),
    Right("decimal numbers", """
        from decimal import Decimal

        def density_in_words(n_ratings, n_users, n_items):
            percent = Decimal(100 * n_ratings) / (n_users * n_items)
            return f"{percent.quantize(Decimal('0.01'))}% known"
    """),
    Right("the old percent sign", """
        def density_in_words(n_ratings, n_users, n_items):
            share = n_ratings / (n_users * n_items)
            return "%.2f%% known" % (share * 100)
    """),
]

CSR_ARRAYS = [
    Wrong("minlength missing", "2 hidden", "shape (5,), expected (7,)", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            starts = torch.cat([torch.zeros(1, dtype=torch.int64), torch.bincount(users).cumsum(0)])
            return starts, items[order], ratings[order]
    """),
    Wrong("no zero in front", "1 2 hidden", "shape (3,), expected (4,)", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            return torch.bincount(users, minlength=n_users).cumsum(0), items[order], ratings[order]
    """),
    Wrong("the end of the data missing", "1 2 hidden", "shape (3,), expected (4,)", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return counts.cumsum(0) - counts, items[order], ratings[order]
    """),
    Wrong("counts that are not added up", "1 2 hidden", "3 at [2], expected 5", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts]), items[order], ratings[order]
    """),
    Wrong("events left in their order", "1 2 hidden", "row after row, ascending within a row", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items, ratings
    """),
    Wrong("columns of a row left in their order", "1 hidden", "1 at [0], expected 0", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = users.argsort(stable=True)
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("ratings not moved with their columns", "1 2 hidden", "each rating moves together", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings
    """),
    Wrong("transposed: column after column", "1 2 hidden", "shape (7,), expected (4,)", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (items * n_users + users).argsort()
            counts = torch.bincount(items, minlength=n_items)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), users[order], ratings[order]
    """),
    Wrong("users and items swapped in the key", "1 2 hidden", "0 at [1], expected 1", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (items * n_users + users).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("rows left instead of columns", "1 2 hidden", "0 at [1], expected 1", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), users[order], ratings[order]
    """),
    Wrong("counts with repeated indices lost", "1 hidden", "1 at [1], expected 2", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            starts = torch.zeros(n_users + 1, dtype=torch.int64)
            starts[users + 1] += 1
            return starts.cumsum(0), items[order], ratings[order]
    """),
    Wrong("float starts", "hidden", "dtype torch.float32, expected torch.int64", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("SciPy's 32-bit arrays", "hidden", "starts", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            matrix = scipy.sparse.csr_matrix((ratings, (users, items)), shape=(n_users, n_items))
            return matrix.indptr, matrix.indices, matrix.data
    """),
    Wrong("adds the rows into its input", "hidden", "changed its input users", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            counts = torch.bincount(users, minlength=n_users)
            order = users.mul_(n_items).add_(items).argsort()
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("hard-coded for check 1", "2 hidden", "shape (4,), expected (7,)", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            return torch.tensor([0, 2, 5, 7]), torch.tensor([0, 1, 0, 3, 5, 2, 5]), torch.tensor([5, 4, 5, 3, 2, 5, 4])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
    """),
    Wrong("the key with n_users for n_items", "hidden", "columns", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_users + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("the key with a number large enough for the example", "hidden", "columns", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * 1000 + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("a float key, too coarse for many columns", "hidden", "columns", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users + items / n_items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("whole stars only", "hidden", "values", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order].int()
    """),
    Wrong("a table of all pairs", "hidden", "alloc", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            table = torch.zeros(n_users, n_items)
            table[users, items] = ratings
            rows, columns = table.nonzero().T
            starts = torch.cat([torch.zeros(1, dtype=torch.int64), (table != 0).sum(1).cumsum(0)])
            return starts, columns, table[rows, columns]
    """),
    Wrong("a 32-bit key", "hidden", "columns of 2,000", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users.int() * n_items + items.int()).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("half stars only", "hidden", "values of 2,000", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            ratings = (2 * ratings).round() / 2
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Wrong("ratings of 0 dropped", "hidden", "starts of 2,000", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            users, items, ratings = users[ratings != 0], items[ratings != 0], ratings[ratings != 0]
            order = (users * n_items + items).argsort()
            counts = torch.bincount(users, minlength=n_users)
            return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]), items[order], ratings[order]
    """),
    Right("a loop over the users", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            starts, columns, values = [0], [], []
            for user in range(n_users):
                for item, rating in sorted(zip(items[users == user].tolist(), ratings[users == user].tolist())):
                    columns.append(item)
                    values.append(rating)
                starts.append(len(columns))
            return torch.tensor(starts), torch.tensor(columns), torch.tensor(values)
    """),
    Right("SciPy, made long", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            matrix = scipy.sparse.coo_matrix((ratings, (users, items)), shape=(n_users, n_items)).tocsr()
            matrix.sort_indices()
            return torch.tensor(matrix.indptr).long(), torch.tensor(matrix.indices).long(), torch.tensor(matrix.data)
    """),
    Right("PyTorch's own sparse tensors", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            matrix = torch.sparse_coo_tensor(torch.stack([users, items]), ratings, (n_users, n_items)).coalesce()
            matrix = matrix.to_sparse_csr()
            return matrix.crow_indices(), matrix.col_indices(), matrix.values()
    """),
    Right("two stable sorts and searchsorted", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = items.argsort()
            order = order[users[order].argsort(stable=True)]
            starts = torch.searchsorted(users[order], torch.arange(n_users + 1))
            return starts, items[order], ratings[order]
    """),
    Right("NumPy's lexsort", """
        def csr_arrays(users, items, ratings, n_users, n_items):
            order = torch.from_numpy(np.lexsort((items.numpy(), users.numpy())))
            starts = np.insert(np.bincount(users.numpy(), minlength=n_users).cumsum(), 0, 0)
            return torch.from_numpy(starts), items[order], ratings[order]
    """),
]

DAMPED_MEAN = [
    Wrong("sums by += with repeated indices", "1 2 hidden", "1.5 at [0], expected 4", """
        def damped_mean(items, ratings, n_items, damping):
            sums, counts = torch.zeros(n_items), torch.bincount(items, minlength=n_items)
            sums[items] += ratings
            damped = (sums + damping * ratings.mean()) / (counts + damping)
            return torch.where(counts > 0, damped, ratings.mean())
    """),
    Wrong("sums and counts by += with repeated indices", "1 2 hidden", "3 at [0], expected 4", """
        def damped_mean(items, ratings, n_items, damping):
            sums, counts = torch.zeros(n_items), torch.zeros(n_items)
            sums[items] += ratings
            counts[items] += 1
            damped = (sums + damping * ratings.mean()) / (counts + damping)
            return torch.where(counts > 0, damped, ratings.mean())
    """),
    Wrong("the raw mean", "2 hidden", "damping adds that many ratings at the overall mean", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, sums / counts, ratings.mean())
    """),
    Wrong("damping missing below", "2 hidden", "7 at [1], expected 2.33333", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, (sums + damping * ratings.mean()) / counts, ratings.mean())
    """),
    Wrong("damping missing above: pulled to zero", "2 hidden", "0.333333 at [1], expected 2.33333", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, sums / (counts + damping), ratings.mean())
    """),
    Wrong("the global mean without the damping", "1 2 hidden", "without damping this is the plain mean", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, (sums + ratings.mean()) / (counts + damping), ratings.mean())
    """),
    Wrong("the mean of the film means for the global mean", "2 hidden", "damping adds", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            global_mean = (sums / counts)[counts > 0].mean()
            return torch.where(counts > 0, (sums + damping * global_mean) / (counts + damping), global_mean)
    """),
    Wrong("the middle of the scale for the global mean", "hidden", "the global mean, 3.75", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, (sums + damping * 3) / (counts + damping), 3.0)
    """),
    Wrong("n_items not looked at", "2 hidden", "shape (2,), expected (3,)", """
        def damped_mean(items, ratings, n_items, damping):
            counts = torch.bincount(items)
            sums = torch.bincount(items, weights=ratings)
            return (sums + damping * ratings.mean()) / (counts + damping)
    """),
    Wrong("0 / 0 for a film without ratings", "hidden", "nan at [1], expected 3.75", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return (sums + damping * ratings.mean()) / (counts + damping)
    """),
    Wrong("0 stars for a film without ratings", "2 hidden", "0 at [2], expected 3", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, (sums + damping * ratings.mean()) / (counts + damping), 0)
    """),
    Wrong("at least one rating in each denominator", "hidden", "0 at [1], expected 3.75", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return (sums + damping * ratings.mean()) / (counts + damping).clamp(min=1)
    """),
    Wrong("a whole number of ratings", "hidden", "the means at damping 0.5", """
        def damped_mean(items, ratings, n_items, damping):
            damping = int(damping)
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, (sums + damping * ratings.mean()) / (counts + damping), ratings.mean())
    """),
    Wrong("one mean for each event", "1 2 hidden", "shape (3,), expected (2,)", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return ((sums + damping * ratings.mean()) / (counts + damping))[items]
    """),
    Wrong("half precision", "2 hidden", "2.33398 at [1], expected 2.33333", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            damped = (sums + damping * ratings.mean()) / (counts + damping)
            return torch.where(counts > 0, damped, ratings.mean()).half()
    """),
    Wrong("centres its input", "hidden", "changed its input ratings", """
        def damped_mean(items, ratings, n_items, damping):
            global_mean = ratings.mean()
            ratings -= global_mean
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return global_mean + sums / (counts + damping).clamp(min=1e-9)
    """),
    Wrong("hard-coded for checks 1 and 2", "hidden", "shape (3,), expected (4,)", """
        def damped_mean(items, ratings, n_items, damping):
            return torch.tensor([4.0, 1.0]) if n_items == 2 else torch.tensor([3.5, 7 / 3, 3.0])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def damped_mean(items, ratings, n_items, damping):
            damped = torch.zeros(n_items)
    """),
    Wrong("the median for the global mean", "hidden", "the global mean, 3.75", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, (sums + damping * ratings.median()) / (counts + damping), ratings.median())
    """),
    Wrong("a NumPy array", "1", "a ndarray, expected a Tensor", """
        def damped_mean(items, ratings, n_items, damping):
            sums = np.bincount(items, weights=ratings, minlength=n_items)
            counts, mean = np.bincount(items, minlength=n_items), float(ratings.mean())
            return np.where(counts > 0, (sums + damping * mean) / np.maximum(counts + damping, 1e-9), mean)
    """),
    Wrong("a sum of 0 taken for no rating", "hidden", "has ratings all the same", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(sums > 0, (sums + damping * ratings.mean()) / (counts + damping), ratings.mean())
    """),
    Wrong("a sum of exactly 0 taken for no rating", "hidden", "has ratings all the same", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, ratings)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(sums != 0, (sums + damping * ratings.mean()) / (counts + damping), ratings.mean())
    """),
    Wrong("half stars only", "hidden", "the means of ratings of 0 and below", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.zeros(n_items).index_add_(0, items, (2 * ratings).round() / 2)
            counts = torch.bincount(items, minlength=n_items)
            return torch.where(counts > 0, (sums + damping * ratings.mean()) / (counts + damping), ratings.mean())
    """),
    Right("a loop over the films", """
        def damped_mean(items, ratings, n_items, damping):
            mean, result = ratings.mean().item(), []
            for item in range(n_items):
                own = ratings[items == item].tolist()
                result.append((sum(own) + damping * mean) / (len(own) + damping) if own else mean)
            return torch.tensor(result)
    """),
    Right("weighted bincount, in double precision", """
        def damped_mean(items, ratings, n_items, damping):
            sums = torch.bincount(items, weights=ratings.double(), minlength=n_items)
            counts = torch.bincount(items, minlength=n_items)
            damped = (sums + damping * ratings.mean()) / (counts + damping)
            return torch.where(counts == 0, ratings.mean(), damped)
    """),
    Right("the mean plus a damped deviation", """
        def damped_mean(items, ratings, n_items, damping):
            mean = ratings.mean()
            deviations = torch.zeros(n_items).scatter_add_(0, items, ratings - mean)
            counts = torch.bincount(items, minlength=n_items)
            return mean + (deviations / (counts + damping)).nan_to_num(0)
    """),
    Right("one column for each film", """
        def damped_mean(items, ratings, n_items, damping):
            member = torch.nn.functional.one_hot(items, n_items).float()
            damped = (ratings @ member + damping * ratings.mean()) / (member.sum(0) + damping)
            return damped.where(member.sum(0) > 0, ratings.mean())
    """),
    Right("pandas", """
        def damped_mean(items, ratings, n_items, damping):
            by_item = pd.Series(ratings.numpy()).groupby(items.numpy()).agg(["sum", "count"])
            mean = float(ratings.mean())
            damped = (by_item["sum"] + damping * mean) / (by_item["count"] + damping)
            return torch.tensor(damped.reindex(range(n_items), fill_value=mean).to_numpy())
    """),
]

LAST_OUT = [
    Wrong("the order of the rows, time not looked at", "1 2 hidden", "user 0 in order of time", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                if len(rows) >= 3:
                    parts[rows[-1]], parts[rows[-2]] = 2, 1
            return parts
    """),
    Wrong("a random order of equals, as an unstable sort may give", "2 hidden", "of events with the same time", """
        def last_out(users, timestamps):
            parts, jitter = torch.zeros_like(users), torch.rand(len(users), generator=torch.Generator().manual_seed(0))
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                rows = rows[(timestamps[rows] + jitter[rows].double()).argsort()]
                if len(rows) >= 3:
                    parts[rows[-1]], parts[rows[-2]] = 2, 1
            return parts
    """),
    Wrong("of equals the first row is the last", "2 hidden", "of events with the same time", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                rows = rows[timestamps[rows].argsort(descending=True, stable=True)]
                if len(rows) >= 3:
                    parts[rows[0]], parts[rows[1]] = 2, 1
            return parts
    """),
    Wrong("every event of the last second is a test", "2 hidden", "of events with the same time", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                own = users == user
                last = timestamps[own].max()
                if own.sum() >= 3:
                    parts[own & (timestamps == last)] = 2
                    before = timestamps[own & (timestamps < last)]
                    if len(before):
                        parts[own & (timestamps == before.max())] = 1
            return parts
    """),
    Wrong("validation and test swapped", "1 2 hidden", "1 at [0], expected 2", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                rows = rows[timestamps[rows].argsort(stable=True)]
                if len(rows) >= 3:
                    parts[rows[-1]], parts[rows[-2]] = 1, 2
            return parts
    """),
    Wrong("the first two held out", "1 2 hidden", "0 at [0], expected 2", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                rows = rows[timestamps[rows].argsort(stable=True)]
                if len(rows) >= 3:
                    parts[rows[0]], parts[rows[1]] = 2, 1
            return parts
    """),
    Wrong("a test only, no validation", "1 2 hidden", "0 at [1], expected 1", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                rows = rows[timestamps[rows].argsort(stable=True)]
                if len(rows) >= 3:
                    parts[rows[-1]] = 2
            return parts
    """),
    Wrong("short histories held out too", "hidden", "users with one, two and three events", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                rows = rows[timestamps[rows].argsort(stable=True)]
                parts[rows[-2:-1]] = 1
                parts[rows[-1]] = 2
            return parts
    """),
    Wrong("users with exactly three events only train", "1 hidden", "0 at [0], expected 2", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            for user in users.unique():
                rows = (users == user).nonzero().flatten()
                rows = rows[timestamps[rows].argsort(stable=True)]
                if len(rows) > 3:
                    parts[rows[-1]], parts[rows[-2]] = 2, 1
            return parts
    """),
    Wrong("two events of the whole table held out", "1 2 hidden", "0 at [1], expected 1", """
        def last_out(users, timestamps):
            parts = torch.zeros_like(users)
            order = timestamps.argsort(stable=True)
            parts[order[-1]], parts[order[-2]] = 2, 1
            return parts
    """),
    Wrong("parts left in the order of sorting", "1 2 hidden", "0 at [0], expected 2", """
        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            return ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
    """),
    Wrong("put back with the wrong permutation", "1 2 hidden", "0 at [1], expected 1", """
        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            return (((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3))[order]
    """),
    Wrong("sorted by user first, then by time", "1 2 hidden", "expected", """
        def last_out(users, timestamps):
            order = users.argsort(stable=True)
            order = order[timestamps[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("ends off by one", "1 2 hidden", "expected", """
        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("leaves its input sorted", "1 2 hidden", "expected", """
        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            users.copy_(users[order].clone())
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users] - 1 - torch.arange(len(users))
            return ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users] >= 3)
    """),
    Wrong("right, but shifts its input", "hidden", "changed its input timestamps", """
        def last_out(users, timestamps):
            timestamps -= timestamps.min()
            order = (users * (timestamps.max() + 1) + timestamps).argsort(stable=True)
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("hard-coded for check 1", "2 hidden", "shape (7,), expected", """
        def last_out(users, timestamps):
            return torch.tensor([2, 1, 0, 0, 1, 0, 2])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
    """),
    Wrong("the sort by time unstable", "2 hidden", "of events with the same time", """
        def unstable_argsort(values):
            shuffled = torch.randperm(len(values), generator=torch.Generator().manual_seed(0))
            return shuffled[values[shuffled].argsort(stable=True)]

        def last_out(users, timestamps):
            order = unstable_argsort(timestamps)
            order = order[users[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("the sort by user unstable", "1 2 hidden", "user 0 in order of time", """
        def unstable_argsort(values):
            shuffled = torch.randperm(len(values), generator=torch.Generator().manual_seed(0))
            return shuffled[values[shuffled].argsort(stable=True)]

        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
            order = order[unstable_argsort(users[order])]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("seconds since 1970 in single precision", "2 hidden", "of events with the same time", """
        def last_out(users, timestamps):
            order = timestamps.float().argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("a key with a number large enough for the example", "hidden", "a thousand events with ties", """
        def last_out(users, timestamps):
            order = (users * 1000 + timestamps).argsort(stable=True)
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("float parts", "1", "dtype torch.float32, expected torch.int64", """
        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2.0 + (from_end == 1) * 1.0) * (counts[users[order]] >= 3)
            return torch.zeros(len(users)).scatter_(0, order, part)
    """),
    Wrong("NumPy parts", "1", "a ndarray, expected a Tensor of dtype torch.int64", """
        def last_out(users, timestamps):
            order, parts = np.lexsort((timestamps, users)), np.zeros(len(users), dtype=np.int64)
            for rows in np.split(order, np.bincount(users).cumsum()[:-1]):
                if len(rows) >= 3:
                    parts[rows[-1]], parts[rows[-2]] = 2, 1
            return parts
    """),
    Wrong("counts of the users that occur", "hidden", "index", """
        def last_out(users, timestamps):
            order = timestamps.argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            counts = users.unique(return_counts=True)[1]
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("a key with a number large enough for the nineties", "hidden", "some rows have no event", """
        def last_out(users, timestamps):
            order = (users * 10**9 + timestamps).argsort(stable=True)
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Wrong("seconds since the first in single precision", "hidden", "both sorts must be stable, to the second", """
        def last_out(users, timestamps):
            order = (timestamps - timestamps.min()).float().argsort(stable=True)
            order = order[users[order].argsort(stable=True)]
            counts = torch.bincount(users)
            from_end = counts.cumsum(0)[users[order]] - 1 - torch.arange(len(users))
            part = ((from_end == 0) * 2 + (from_end == 1) * 1) * (counts[users[order]] >= 3)
            return torch.zeros_like(users).scatter_(0, order, part)
    """),
    Right("a loop and sorted", """
        def last_out(users, timestamps):
            events = {}
            for row, (user, time) in enumerate(zip(users.tolist(), timestamps.tolist())):
                events.setdefault(user, []).append((time, row))
            parts = torch.zeros(len(users), dtype=torch.int64)
            for own in events.values():
                if len(own) >= 3:
                    *_, (_, one_before), (_, last) = sorted(own)
                    parts[one_before], parts[last] = 1, 2
            return parts
    """),
    Right("one key of user and time", """
        def last_out(users, timestamps):
            order = (users * (timestamps.max() + 1) + timestamps).argsort(stable=True)
            parts, by_user = torch.zeros_like(users), users[order]
            for rows in order.split(torch.unique_consecutive(by_user, return_counts=True)[1].tolist()):
                if len(rows) > 2:
                    parts[rows[-1]], parts[rows[-2]] = 2, 1
            return parts
    """),
    Right("NumPy's lexsort, newest first", """
        def last_out(users, timestamps):
            users, timestamps = users.numpy(), timestamps.numpy()
            order = np.lexsort((np.arange(len(users)), timestamps, users))[::-1]
            _, first, counts = np.unique(users[order], return_index=True, return_counts=True)
            first, parts = first[counts >= 3], np.zeros(len(users), dtype=np.int64)
            parts[order[first]], parts[order[first + 1]] = 2, 1
            return torch.from_numpy(parts)
    """),
    Right("pandas", """
        def last_out(users, timestamps):
            frame = pd.DataFrame({"user": users, "time": timestamps}).sort_values("time", kind="stable")
            from_end = frame.groupby("user").cumcount(ascending=False)
            size = frame.groupby("user")["time"].transform("size")
            part = from_end.map({0: 2, 1: 1}).fillna(0).where(size >= 3, 0).astype(int)
            return torch.tensor(part.sort_index().to_numpy())
    """),
    Right("the course's own split", """
        def last_out(users, timestamps):
            table = pd.DataFrame({"user": users, "item": range(len(users)), "timestamp": timestamps})
            split = leave_last_out(Interactions.from_frame(table, rating=None))
            parts = torch.zeros_like(users)
            parts[split.validation.items], parts[split.test.items] = 1, 2
            return parts
    """),
]

LAST_PER_USER = [
    Wrong("the published line", "1 hidden", "of events with the same time",
          faulty(LESSON, "last_per_user")),
    Wrong("equal times in any order, as an unstable sort may leave them", "1 hidden", "with the same time", """
        def last_per_user(frame):
            by_time = frame.sample(frac=1, random_state=0).sort_values("timestamp", kind="stable")
            return by_time.groupby("user").tail(1).set_index("user")["item"].sort_index()
    """),
    Wrong("the time not looked at", "1 hidden", "of events with the same time", """
        def last_per_user(frame):
            return frame.groupby("user")["item"].last()
    """),
    Wrong("the first row of the last second", "1 hidden", "of events with the same time", """
        def last_per_user(frame):
            return frame.loc[frame.groupby("user")["timestamp"].idxmax()].set_index("user")["item"]
    """),
    Wrong("newest first, then the first row", "1 hidden", "of events with the same time", """
        def last_per_user(frame):
            by_time = frame.sort_values("timestamp", kind="stable", ascending=False)
            return by_time.groupby("user").head(1).set_index("user")["item"].sort_index()
    """),
    Wrong("the first event", "1 hidden", "of events with the same time", """
        def last_per_user(frame):
            by_time = frame.sort_values("timestamp", kind="stable")
            return by_time.groupby("user").head(1).set_index("user")["item"].sort_index()
    """),
    Wrong("the largest item", "1 hidden", "of events with the same time", """
        def last_per_user(frame):
            return frame.groupby("user")["item"].max()
    """),
    Wrong("ties by the item", "hidden", "whatever its items and index", """
        def last_per_user(frame):
            by_time = frame.sort_values(["timestamp", "item"])
            return by_time.groupby("user").tail(1).set_index("user")["item"].sort_index()
    """),
    Wrong("ties by the index of the table", "hidden", "whatever its items and index", """
        def last_per_user(frame):
            by_time = frame.sort_index().sort_values("timestamp", kind="stable")
            return by_time.groupby("user").tail(1).set_index("user")["item"].sort_index()
    """),
    Wrong("users in the order of time", "1 hidden", "one row for each user, ascending", """
        def last_per_user(frame):
            by_time = frame.sort_values("timestamp", kind="stable")
            return by_time.groupby("user").tail(1).set_index("user")["item"]
    """),
    Wrong("sorts the table in place", "hidden", "changed its input frame", """
        def last_per_user(frame):
            frame.sort_values("timestamp", kind="stable", inplace=True)
            return frame.groupby("user").tail(1).set_index("user")["item"].sort_index()
    """),
    Wrong("indexed by row, not by user", "1 hidden", "one row for each user, ascending", """
        def last_per_user(frame):
            by_time = frame.sort_values("timestamp", kind="stable")
            return by_time.groupby("user").tail(1).sort_values("user")["item"]
    """),
    Wrong("a table instead of a Series", "1 hidden", "a DataFrame, expected a Series", """
        def last_per_user(frame):
            return frame.sort_values("timestamp", kind="stable").groupby("user").last()
    """),
    Wrong("returns nothing", "1 hidden", "forget to return", """
        def last_per_user(frame):
            by_time = frame.sort_values("timestamp", kind="stable")
    """),
    Wrong("a dict", "1 hidden", "a dict, expected a Series", """
        def last_per_user(frame):
            return frame.sort_values("timestamp", kind="stable").groupby("user")["item"].last().to_dict()
    """),
    Wrong("the last second of the whole table", "1 hidden", "the users", """
        def last_per_user(frame):
            newest = frame[frame["timestamp"] == frame["timestamp"].max()]
            return newest.groupby("user")["item"].last()
    """),
    Wrong("single precision", "hidden", "the last items", """
        def last_per_user(frame):
            times = frame["timestamp"].astype(np.float32)
            newest = frame[times == times.groupby(frame["user"]).transform("max")]
            return newest.groupby("user")["item"].last()
    """),
    Right("groupby last", """
        def last_per_user(frame):
            return frame.sort_values("timestamp", kind="mergesort").groupby("user")["item"].last()
    """),
    Right("sorted by user and time at once", """
        def last_per_user(frame):
            by_time = frame.sort_values(["user", "timestamp"], kind="stable")
            return by_time.drop_duplicates("user", keep="last").set_index("user")["item"]
    """),
    Right("the row as a third key", """
        def last_per_user(frame):
            numbered = frame.assign(row=range(len(frame)))
            return numbered.sort_values(["timestamp", "row"]).groupby("user")["item"].last()
    """),
    Right("a loop", """
        def last_per_user(frame):
            last = {}
            for user, item, time in zip(frame["user"], frame["item"], frame["timestamp"]):
                if user not in last or time >= last[user][0]:
                    last[user] = time, item
            return pd.Series({user: last[user][1] for user in sorted(last)})
    """),
    Right("the last of the rows with the largest time", """
        def last_per_user(frame):
            newest = frame[frame["timestamp"] == frame.groupby("user")["timestamp"].transform("max")]
            return newest.groupby("user")["item"].last()
    """),
    Wrong("the frame emptied", "1 hidden", "the users", """
        def last_per_user(frame):
            frame.drop(frame.index, inplace=True)
            return pd.Series([], dtype=int)
    """),
]

TABLE = {
    "contiguous_ids": CONTIGUOUS_IDS,
    "popular_slice": POPULAR_SLICE,
    "density_in_words": DENSITY_IN_WORDS,
    "csr_arrays": CSR_ARRAYS,
    "damped_mean": DAMPED_MEAN,
    "last_out": LAST_OUT,
    "last_per_user": LAST_PER_USER,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
