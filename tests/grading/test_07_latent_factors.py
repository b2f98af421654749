"""Lesson 7: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, faulty, rows, with_solution

LESSON = "07_latent_factors"


def full(source):
    """Returns predict or scores as answered here, and the other one right."""
    return with_solution(LESSON, "scores", source)


def sweeps(items, users):
    """Returns an answer to alternating_means with these two lines for a sweep."""
    return f"""
def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
    mean, b_u, b_i = ratings.mean(), torch.zeros(n_users), torch.zeros(n_items)
    n_u, n_i = torch.bincount(users, minlength=n_users), torch.bincount(items, minlength=n_items)
    def add(rows, values, n):
        return torch.zeros(n).index_add_(0, rows, values)
    for _ in range(n_sweeps):
        {items}
        {users}
    return mean, b_u, b_i
"""


RIGHT_ITEMS = "b_i = add(items, ratings - mean - b_u[users], n_items) / (n_i + reg)"
RIGHT_USERS = "b_u = add(users, ratings - mean - b_i[items], n_users) / (n_u + reg)"

ALTERNATING_MEANS = [
    Wrong("users before items", "1 hidden", "items first, with all b_u at 0", sweeps(RIGHT_USERS, RIGHT_ITEMS)),
    Wrong("both sides from the old biases", "1 hidden", "users second, with the new b_i",
          sweeps("old = b_i", f"{RIGHT_ITEMS}; {RIGHT_USERS}".replace("b_i[items]", "old[items]"))),
    Wrong("no damping", "1 2 hidden", "over n_i + reg", sweeps(
        "b_i = add(items, ratings - mean - b_u[users], n_items) / n_i",
        "b_u = add(users, ratings - mean - b_i[items], n_users) / n_u")),
    Wrong("no damping, rows without ratings set to zero", "1 2 hidden", "-1.33333 at [1], expected -0.666667", sweeps(
        "b_i = (add(items, ratings - mean - b_u[users], n_items) / n_i).nan_to_num()",
        "b_u = (add(users, ratings - mean - b_i[items], n_users) / n_u).nan_to_num()")),
    Wrong("damping times the count: per rating", "1 2 hidden", "over n_i + reg", sweeps(
        "b_i = add(items, ratings - mean - b_u[users], n_items) / (n_i * (1 + reg)).clamp(min=1)",
        "b_u = add(users, ratings - mean - b_i[items], n_users) / (n_u * (1 + reg)).clamp(min=1)")),
    Wrong("half of the damping", "1 2 hidden", "over n_i + reg", sweeps(
        RIGHT_ITEMS.replace("+ reg", "+ reg / 2"), RIGHT_USERS.replace("+ reg", "+ reg / 2"))),
    Wrong("the damping of the items only", "1 2 hidden", "over n_u + reg", sweeps(
        RIGHT_ITEMS, RIGHT_USERS.replace("n_u + reg", "n_u.clamp(min=1)"))),
    Wrong("damped towards the mean, not centred: means instead of biases", "1 2 hidden", "3.77778 at [0]", sweeps(
        "b_i = (add(items, ratings - b_u[users], n_items) + reg * mean) / (n_i + reg)",
        "b_u = (add(users, ratings - b_i[items], n_users) + reg * mean) / (n_u + reg)")),
    Wrong("raw means minus the mean, users and items apart", "1 2 hidden", "-1.33333 at [1]", sweeps(
        "b_i = add(items, ratings - mean, n_items) / n_i", "b_u = add(users, ratings - mean, n_users) / n_u")),
    Wrong("users do not see the items", "1 2 hidden", "with the new b_i", sweeps(
        RIGHT_ITEMS, "b_u = add(users, ratings - mean, n_users) / (n_u + reg)")),
    Wrong("items never see the users: lesson 2's damped means", "2 hidden", "what the other leaves over", sweeps(
        "b_i = add(items, ratings - mean, n_items) / (n_i + reg)", RIGHT_USERS)),
    Wrong("a mean instead of the sum", "1 2 hidden", "the sum of r - mean", sweeps(
        RIGHT_ITEMS.replace("/ (n_i", "/ n_i.clamp(min=1) / (n_i"),
        RIGHT_USERS.replace("/ (n_u", "/ n_u.clamp(min=1) / (n_u"))),
    Wrong("the mean not subtracted", "1 2 hidden", "2.66667 at [0], expected 0.444444", sweeps(
        RIGHT_ITEMS.replace(" - mean", ""), RIGHT_USERS.replace(" - mean", ""))),
    Wrong("the mean of the items' means", "1 hidden", "the mean rating: 3, expected 3.33333", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            n_u, n_i = torch.bincount(users, minlength=n_users), torch.bincount(items, minlength=n_items)
            means = torch.zeros(n_items).index_add_(0, items, ratings)[n_i > 0] / n_i[n_i > 0]
            mean, b_u, b_i = means.mean(), torch.zeros(n_users), torch.zeros(n_items)
            for _ in range(n_sweeps):
                b_i = torch.zeros(n_items).index_add_(0, items, ratings - mean - b_u[users]) / (n_i + reg)
                b_u = torch.zeros(n_users).index_add_(0, users, ratings - mean - b_i[items]) / (n_u + reg)
            return mean, b_u, b_i
    """),
    Wrong("the last rating of each row instead of the sum", "1 2 hidden", "the sum of r - mean", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean, b_u, b_i = ratings.mean(), torch.zeros(n_users), torch.zeros(n_items)
            n_u, n_i = torch.bincount(users, minlength=n_users), torch.bincount(items, minlength=n_items)
            for _ in range(n_sweeps):
                b_i = torch.zeros(n_items)
                b_i[items] += ratings - mean - b_u[users]
                b_i = b_i / (n_i + reg)
                b_u = torch.zeros(n_users)
                b_u[users] += ratings - mean - b_i[items]
                b_u = b_u / (n_u + reg)
            return mean, b_u, b_i
    """),
    Wrong("adds to the old biases", "2 hidden", "what the other leaves over", sweeps(
        "b_i = b_i.index_add(0, items, ratings - mean - b_u[users]) / (n_i + reg)",
        "b_u = b_u.index_add(0, users, ratings - mean - b_i[items]) / (n_u + reg)")),
    Wrong("its own bias subtracted as well", "2 hidden", "what the other leaves over", sweeps(
        RIGHT_ITEMS.replace("b_u[users]", "b_u[users] - b_i[items]"),
        RIGHT_USERS.replace("b_i[items]", "b_i[items] - b_u[users]"))),
    Wrong("the counts of the other side", "1 2 hidden", "over n_u + reg", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean, b_u, b_i = ratings.mean(), torch.zeros(n_users), torch.zeros(n_items)
            n_u, n_i = torch.bincount(users, minlength=n_users), torch.bincount(items, minlength=n_items)
            for _ in range(n_sweeps):
                weight = 1 / (n_i[items] + reg)
                b_i = torch.zeros(n_items).index_add_(0, items, weight * (ratings - mean - b_u[users]))
                b_u = torch.zeros(n_users).index_add_(0, users, weight * (ratings - mean - b_i[items]))
            return mean, b_u, b_i
    """),
    Wrong("minlength forgotten", "hidden", "must match the size of tensor b", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean, b_u, b_i = ratings.mean(), torch.zeros(n_users), torch.zeros(n_items)
            n_u, n_i = torch.bincount(users), torch.bincount(items)
            for _ in range(n_sweeps):
                b_i = torch.zeros(n_items).index_add_(0, items, ratings - mean - b_u[users]) / (n_i + reg)
                b_u = torch.zeros(n_users).index_add_(0, users, ratings - mean - b_i[items]) / (n_u + reg)
            return mean, b_u, b_i
    """),
    Wrong("as many biases as rows with a rating", "hidden", "user_bias: shape (9,), expected (11,)", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            n_u, n_i = torch.bincount(users), torch.bincount(items)
            mean, b_u, b_i = ratings.mean(), torch.zeros(len(n_u)), torch.zeros(len(n_i))
            for _ in range(n_sweeps):
                b_i = torch.bincount(items, ratings - mean - b_u[users]) / (n_i + reg)
                b_u = torch.bincount(users, ratings - mean - b_i[items]) / (n_u + reg)
            return mean, b_u, b_i
    """),
    Wrong("a mean of no rating is NaN", "hidden", "the bias of rows without a rating: nan", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean, b_u, b_i = ratings.mean(), torch.zeros(n_users), torch.zeros(n_items)
            for _ in range(n_sweeps):
                for row in range(n_items):
                    own = (ratings - mean - b_u[users])[items == row]
                    b_i[row] = own.mean() * len(own) / (len(own) + reg)
                for row in range(n_users):
                    own = (ratings - mean - b_i[items])[users == row]
                    b_u[row] = own.mean() * len(own) / (len(own) + reg)
            return mean, b_u, b_i
    """),
    Wrong("biases centred", "1 2 hidden", "0.555556 at [0], expected 0.444444", sweeps(
        f"{RIGHT_ITEMS}; b_i = b_i - b_i.mean()", f"{RIGHT_USERS}; b_u = b_u - b_u.mean()")),
    Wrong("one sweep whatever is asked", "2 hidden", "n_sweeps times", sweeps(
        RIGHT_ITEMS, f"{RIGHT_USERS}; break")),
    Wrong("sixty sweeps where more than one is asked", "hidden", "each sweep goes on from the last",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("range(n_sweeps)", "range(n_sweeps if n_sweeps < 2 else 60)")),
    Wrong("two half-sweeps counted as one", "hidden", "each sweep goes on from the last",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("range(n_sweeps)", "range(2 * n_sweeps - (n_sweeps > 0))")),
    Wrong("users before items from the second sweep on", "hidden", "the last: items, users", sweeps(
        f"if _: {RIGHT_USERS}", f"{RIGHT_ITEMS}\n        if not _: {RIGHT_USERS}")),
    Wrong("one sweep even when none is asked", "hidden", "all biases start at zero",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("range(n_sweeps)", "range(max(1, n_sweeps))")),
    Wrong("one sweep too many", "1 hidden", "items first, with all b_u at 0",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("range(n_sweeps)", "range(n_sweeps + 1)")),
    Wrong("the users start at their damped means", "1 hidden", "items first, with all b_u at 0",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("    for _", f"    {RIGHT_USERS}\n    for _")),
    Wrong("the ratings centred in place", "hidden", "changed its input ratings", sweeps(
        RIGHT_ITEMS.replace("- mean ", ""), RIGHT_USERS.replace("- mean ", ""))
        .replace("    for _", "    ratings -= mean\n    for _")),
    Wrong("left-overs in place", "1 2 hidden", "users second, with the new b_i", sweeps(
        "left = ratings; left -= mean + b_u[users]; b_i = add(items, left, n_items) / (n_i + reg)",
        "left = ratings; left -= mean + b_i[items]; b_u = add(users, left, n_users) / (n_u + reg)")),
    Wrong("the two biases the wrong way round", "1 2 hidden", "item_bias: -0.388889 at [1]",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("return mean, b_u, b_i", "return mean, b_i, b_u")),
    Wrong("the biases only", "1 2 hidden", "of 2, expected 3 values",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("return mean, b_u, b_i", "return b_u, b_i")),
    Wrong("the biases of each rating", "1 2 hidden", "user_bias: shape (3,), expected (2,)",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("return mean, b_u, b_i", "return mean, b_u[users], b_i[items]")),
    Wrong("columns", "1 2 hidden", "user_bias: shape (2, 1), expected (2,)",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("return mean, b_u, b_i", "return mean, b_u[:, None], b_i[:, None]")),
    Wrong("hard-coded for check 1", "2 hidden", "the gradient of L for user_bias", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            b_u, b_i = torch.zeros(n_users), torch.zeros(n_items)
            b_u[:2], b_i[:2] = torch.tensor([5 / 27, -7 / 18]), torch.tensor([4 / 9, -2 / 3])
            return ratings.mean(), b_u, b_i
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return",
          sweeps(RIGHT_ITEMS, RIGHT_USERS).replace("return mean, b_u, b_i", "pass")),
    Right("the tools of hint 2, zeros in single precision", sweeps(RIGHT_ITEMS, RIGHT_USERS)),
    Right("counts of at least one, bincount with weights", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean = float(ratings.mean())
            b_u, b_i = torch.zeros(n_users), torch.zeros(n_items)
            for _ in range(n_sweeps):
                sums = torch.bincount(items, ratings - mean - b_u[users], minlength=n_items)
                b_i = sums / (torch.bincount(items, minlength=n_items).clamp(min=1) + reg)
                sums = torch.bincount(users, weights=ratings - mean - b_i[items], minlength=n_users)
                b_u = sums / (torch.bincount(users, minlength=n_users).clamp(min=1) + reg)
            return [mean, b_u, b_i]
    """),
    Right("a loop over the rows", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean, user_bias, item_bias = ratings.mean(), torch.zeros(n_users), torch.zeros(n_items)
            for _ in range(n_sweeps):
                for item in range(n_items):
                    own = items == item
                    item_bias[item] = (ratings[own] - mean - user_bias[users[own]]).sum() / (own.sum() + reg)
                for user in range(n_users):
                    own = users == user
                    user_bias[user] = (ratings[own] - mean - item_bias[items[own]]).sum() / (own.sum() + reg)
            return mean, user_bias, item_bias
    """),
    Right("lists and a loop over the ratings", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            triples = list(zip(users.tolist(), items.tolist(), ratings.tolist()))
            mean = sum(r for _, _, r in triples) / len(triples)
            b_u, b_i = [0.0] * n_users, [0.0] * n_items
            n_u, n_i = [reg] * n_users, [reg] * n_items
            for u, i, _ in triples:
                n_u[u], n_i[i] = n_u[u] + 1, n_i[i] + 1
            for _ in range(n_sweeps):
                sums = [0.0] * n_items
                for u, i, r in triples:
                    sums[i] += r - mean - b_u[u]
                b_i = [s / n for s, n in zip(sums, n_i)]
                sums = [0.0] * n_users
                for u, i, r in triples:
                    sums[u] += r - mean - b_i[i]
                b_u = [s / n for s, n in zip(sums, n_u)]
            return torch.tensor(mean), torch.tensor(b_u), torch.tensor(b_i)
    """),
    Right("NumPy", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            users, items, ratings = users.numpy(), items.numpy(), ratings.numpy()
            mean, b_u, b_i = ratings.mean(), np.zeros(n_users), np.zeros(n_items)
            for _ in range(n_sweeps):
                b_i = np.full(n_items, 0.0)
                np.add.at(b_i, items, ratings - mean - b_u[users])
                b_i /= np.bincount(items, minlength=n_items) + reg
                b_u = np.bincount(users, ratings - mean - b_i[items], n_users)
                b_u /= np.bincount(users, minlength=n_users) + reg
            return mean, b_u, b_i
    """),
    Right("a sparse matrix", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean, shape = ratings.mean(), (n_users, n_items)
            known = torch.sparse_coo_tensor(torch.stack([users, items]), torch.ones(len(users)), shape).to_dense()
            centred = torch.sparse_coo_tensor(torch.stack([users, items]), ratings - mean, shape).to_dense()
            b_u, b_i = torch.zeros(n_users), torch.zeros(n_items)
            for _ in range(n_sweeps):
                b_i = (centred.sum(0) - b_u @ known) / (known.sum(0) + reg)
                b_u = (centred.sum(1) - known @ b_i) / (known.sum(1) + reg)
            return mean, b_u, b_i
    """),
    Wrong("a mean for each rating", "1 2 hidden", "the mean rating", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean = ratings.mean()
            return (mean + (ratings - mean) * (1 - 0.5**n_sweeps), ratings.new_zeros(n_users),
                    ratings.new_zeros(n_items))
    """),
    Wrong("one user alone", "1 2 hidden", "item_bias", """
        def alternating_means(users, items, ratings, n_users, n_items, reg, n_sweeps):
            mean, user_bias = ratings.mean(), ratings.new_zeros(n_users)
            user_bias[users[0]] = (ratings[users == users[0]].mean() - mean) * (1 - 0.5**n_sweeps)
            return mean, user_bias, ratings.new_zeros(n_items)
    """),
]


def batch_loss(loss, shares="b_u.square() / n_u[users] + b_i.square() / n_i[items]"):
    """Returns an answer to bias_loss that returns this, with these shares of the regulariser."""
    return f"""
def bias_loss(users, items, ratings, mean, user_bias, item_bias, n_u, n_i, reg):
    b_u, b_i = user_bias[users], item_bias[items]
    errors = ratings - mean - b_u - b_i
    shares = {shares}
    return {loss}
"""


RIGHT_LOSS = "(errors.square() + reg * shares).sum() / 2"

BIAS_LOSS = [
    Wrong("the regulariser in full with each rating", "1 2 hidden", "0.7, expected 0.575",
          batch_loss(RIGHT_LOSS, "b_u.square() + b_i.square()")),
    Wrong("the counts of the batch", "1 2 hidden", "0.7, expected 0.575", batch_loss(
        RIGHT_LOSS, "b_u.square() / torch.bincount(users)[users] + b_i.square() / torch.bincount(items)[items]")),
    Wrong("each row of the batch once", "1 2 hidden", "0.7, expected 0.575", batch_loss(
        "errors.square().sum() / 2 + reg / 2 * shares",
        "user_bias[users.unique()].square().sum() + item_bias[items.unique()].square().sum()")),
    Wrong("the whole tables at every batch", "1 2 hidden", "the other user is not in the batch", batch_loss(
        "errors.square().sum() / 2 + reg / 2 * shares", "user_bias.square().sum() + item_bias.square().sum()")),
    Wrong("the whole tables, over their counts", "1 2 hidden", "the other user is not in the batch", batch_loss(
        "errors.square().sum() / 2 + reg / 2 * shares",
        "(user_bias.square() / n_u).sum() + (item_bias.square() / n_i).sum()")),
    Wrong("times the count", "1 2 hidden", "1.1, expected 0.575",
          batch_loss(RIGHT_LOSS, "b_u.square() * n_u[users] + b_i.square() * n_i[items]")),
    Wrong("over the root of the count", "1 2 hidden", "expected 0.575",
          batch_loss(RIGHT_LOSS, "b_u.square() / n_u[users].sqrt() + b_i.square() / n_i[items].sqrt()")),
    Wrong("both over the user's count", "1 2 hidden", "0.6, expected 0.575",
          batch_loss(RIGHT_LOSS, "(b_u.square() + b_i.square()) / n_u[users]")),
    Wrong("over the sum of the counts", "1 2 hidden", "expected 0.575",
          batch_loss(RIGHT_LOSS, "(b_u.square() + b_i.square()) / (n_u[users] + n_i[items])")),
    Wrong("a mean instead of the sum", "2 hidden", "a sum, not a mean",
          batch_loss("(errors.square() + reg * shares).mean() / 2")),
    Wrong("a mean of the errors, a sum of the rest", "2 hidden", "a sum, not a mean",
          batch_loss("errors.square().mean() / 2 + reg * shares.sum() / 2")),
    Wrong("a value for each rating", "1 2 hidden", "shape (1,), expected a single value",
          batch_loss("(errors.square() + reg * shares) / 2")),
    Wrong("no 1/2 for the errors", "1 2 hidden", "1.075, expected 0.575",
          batch_loss("errors.square().sum() + reg * shares.sum() / 2")),
    Wrong("no 1/2 for the regulariser", "1 2 hidden", "0.65, expected 0.575",
          batch_loss("errors.square().sum() / 2 + reg * shares.sum()")),
    Wrong("no 1/2 at all", "1 2 hidden", "1.15, expected 0.575",
          batch_loss("(errors.square() + reg * shares).sum()")),
    Wrong("no regulariser", "1 2 hidden", "0.5, expected 0.575", batch_loss("errors.square().sum() / 2")),
    Wrong("the regulariser subtracted", "1 2 hidden", "0.425, expected 0.575",
          batch_loss("(errors.square() - reg * shares).sum() / 2")),
    Wrong("the regulariser of the users only", "1 2 hidden", "0.55, expected 0.575",
          batch_loss(RIGHT_LOSS, "b_u.square() / n_u[users]")),
    Wrong("biases not squared", "1 2 hidden", "0.65, expected 0.575",
          batch_loss(RIGHT_LOSS, "b_u.abs() / n_u[users] + b_i.abs() / n_i[items]")),
    Wrong("the square of the sum", "2 hidden", "the sum over batches of 24",
          batch_loss("(errors.sum().square() + reg * shares.sum()) / 2")),
    Wrong("absolute errors", "2 hidden", "the sum over batches of 24",
          batch_loss("(errors.abs() + reg * shares).sum() / 2")),
    Wrong("the mean left out", "1 2 hidden", "expected 0.575",
          batch_loss(RIGHT_LOSS).replace("ratings - mean -", "ratings -")),
    Wrong("biases with the wrong sign", "1 2 hidden", "expected 0.575",
          batch_loss(RIGHT_LOSS).replace("- b_u - b_i", "+ b_u + b_i")),
    Wrong("a float", "1 hidden", "the loss: a float", batch_loss(f"float({RIGHT_LOSS})")),
    Wrong("detached", "hidden", "whether the loss has a gradient", batch_loss(f"({RIGHT_LOSS}).detach()")),
    Wrong("a new tensor from the number", "hidden", "whether the loss has a gradient",
          batch_loss(f"torch.tensor(({RIGHT_LOSS}).item())")),
    Wrong("the data of one table", "hidden", "the gradient for user_bias over an epoch: 0 at",
          batch_loss(RIGHT_LOSS).replace("user_bias[users]", "user_bias.data[users]")),
    Wrong("the regulariser detached", "hidden", "the gradient for user_bias",
          batch_loss("(errors.square() + reg * shares.detach()).sum() / 2")),
    Wrong("ratings changed in place", "hidden", "changed its input ratings",
          batch_loss(RIGHT_LOSS).replace("errors = ratings - mean - b_u - b_i",
                                         "errors = ratings.sub_(mean); errors -= b_u + b_i")),
    Wrong("counts changed in place", "hidden", "changed its input n_u",
          batch_loss(RIGHT_LOSS).replace("    return", "    n_u[users] += 1; n_i[items] += 1\n    return")),
    Wrong("hard-coded for check 1", "2 hidden", "the sum over batches of 24", """
        def bias_loss(users, items, ratings, mean, user_bias, item_bias, n_u, n_i, reg):
            return torch.tensor(0.575)
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", batch_loss("None")),
    Right("rating by rating", """
        def bias_loss(users, items, ratings, mean, user_bias, item_bias, n_u, n_i, reg):
            loss = 0.0
            for u, i, r in zip(users, items, ratings):
                e = r - mean - user_bias[u] - item_bias[i]
                loss = loss + 0.5 * e ** 2
                loss = loss + reg / 2 * (user_bias[u] ** 2 / n_u[u] + item_bias[i] ** 2 / n_i[i])
            return loss
    """),
    Right("mse_loss and dot products", """
        def bias_loss(users, items, ratings, mean, user_bias, item_bias, n_u, n_i, reg):
            b_u, b_i = user_bias[users], item_bias[items]
            fit = torch.nn.functional.mse_loss(mean + b_u + b_i, ratings, reduction="sum")
            return 0.5 * (fit + reg * (b_u.square() @ (1 / n_u[users]) + b_i.square() @ (1 / n_i[items])))
    """),
    Right("shares of whole tables first, then gathered", """
        def bias_loss(users, items, ratings, mean, user_bias, item_bias, n_u, n_i, reg):
            share_u, share_i = user_bias.pow(2) / n_u, item_bias.pow(2) / n_i
            guess = mean + user_bias.gather(0, users) + item_bias.gather(0, items)
            penalty = share_u[users].sum() + share_i[items].sum()
            return torch.sum((guess - ratings) ** 2) / 2 + reg / 2 * penalty
    """),
    Right("the rows of the batch, each by its part of the count", """
        def bias_loss(users, items, ratings, mean, user_bias, item_bias, n_u, n_i, reg):
            part_u = torch.bincount(users, minlength=len(user_bias)) / n_u
            part_i = torch.bincount(items, minlength=len(item_bias)) / n_i
            errors = ratings.sub(mean).sub(user_bias[users]).sub(item_bias[items])
            penalty = (part_u * user_bias ** 2).sum() + (part_i * item_bias ** 2).sum()
            return 0.5 * torch.linalg.vector_norm(errors) ** 2 + 0.5 * reg * penalty
    """),
    Right("double precision inside", """
        def bias_loss(users, items, ratings, mean, user_bias, item_bias, n_u, n_i, reg):
            b_u, b_i = user_bias.double()[users], item_bias.double()[items]
            errors = ratings.double() - float(mean) - b_u - b_i
            shares = b_u**2 / n_u[users] + b_i**2 / n_i[items]
            return 0.5 * torch.einsum("b,b->", errors, errors) + 0.5 * reg * shares.sum()
    """),
]


def predicted(value):
    """Returns a source in which predict returns this, and scores is right."""
    return full(f"""
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            return {value}
    """)


def scored(value):
    """Returns a source in which scores returns this, and predict is right."""
    return full(f"""
        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            return {value}
    """)


PRODUCTS = "(user_factors[users] * item_factors[items]).sum(1)"
TABLE_OF_PRODUCTS = "user_factors[users] @ item_factors.T"

SCORES = [
    Wrong("scores without the biases, as published", "2 hidden", "mean and biases included", scored(TABLE_OF_PRODUCTS)),
    Wrong("scores without the user's bias: the order is the same", "2 hidden", "one model, one formula",
          scored(f"mean + item_bias + {TABLE_OF_PRODUCTS}")),
    Wrong("scores without the item biases", "2 hidden", "one model, one formula",
          scored(f"mean + user_bias[users][:, None] + {TABLE_OF_PRODUCTS}")),
    Wrong("scores without the mean", "2 hidden", "one model, one formula",
          scored(f"user_bias[users][:, None] + item_bias + {TABLE_OF_PRODUCTS}")),
    Wrong("scores without the factors", "2 hidden", "one model, one formula",
          scored("mean + user_bias[users][:, None] + item_bias")),
    Wrong("the user bias along the items", "2 hidden", "must match the size of tensor b",
          scored(f"mean + user_bias[users] + item_bias + {TABLE_OF_PRODUCTS}")),
    Wrong("the item bias along the users", "2 hidden", "must match the size of tensor b",
          scored(f"mean + user_bias[users][:, None] + item_bias[:, None] + {TABLE_OF_PRODUCTS}")),
    Wrong("all users, not those asked", "2", "shape (4, 6), expected (3, 6)",
          scored("mean + user_bias[:, None] + item_bias + user_factors @ item_factors.T")),
    Wrong("the biases of the first users", "2", "for exactly the users asked",
          scored(f"mean + user_bias[:len(users), None] + item_bias + {TABLE_OF_PRODUCTS}")),
    Wrong("each user once, in order", "2", "shape (2, 6), expected (3, 6)",
          scored(f"mean + user_bias[users.unique()][:, None] + item_bias + {TABLE_OF_PRODUCTS}")
          .replace("_factors[users] @", "_factors[users.unique()] @")),
    Wrong("scores transposed", "2 hidden", "shape (6, 3), expected (3, 6)",
          scored(f"(mean + user_bias[users][:, None] + item_bias + {TABLE_OF_PRODUCTS}).T")),
    Wrong("item factors not transposed", "2 hidden", "cannot be multiplied",
          scored("mean + user_bias[users][:, None] + item_bias + user_factors[users] @ item_factors")),
    Wrong("scores of pairs only", "2 hidden", "must match the size", scored(
        "mean + user_bias[users] + item_bias + (user_factors[users] * item_factors).sum(1)")),
    Wrong("scores clipped to the scale", "2 hidden", "one model, one formula",
          scored(f"(mean + user_bias[users][:, None] + item_bias + {TABLE_OF_PRODUCTS}).clamp(1, 5)")),
    Wrong("scores through a sigmoid", "2 hidden", "one model, one formula",
          scored(f"torch.sigmoid(mean + user_bias[users][:, None] + item_bias + {TABLE_OF_PRODUCTS})")),
    Wrong("scores written into the item biases", "hidden", "changed its input item_bias", full("""
        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            item_bias += mean
            return user_bias[users][:, None] + item_bias + user_factors[users] @ item_factors.T
    """)),
    Wrong("scores returns nothing", "2 hidden", "what scores returns: None. Did you forget to return?",
          scored("None")),
    Wrong("predict by a matrix product: (B, B)", "1 2 hidden", "shape (1, 1), expected (1,)",
          predicted("mean + user_bias[users] + item_bias[items] + user_factors[users] @ item_factors[items].T")),
    Wrong("predict sums over the batch", "1 2 hidden", "shape (2,), expected (1,)", predicted(
        "mean + user_bias[users] + item_bias[items] + (user_factors[users] * item_factors[items]).sum(0)")),
    Wrong("predict sums over everything", "2 hidden", "scores against your predict", predicted(
        "mean + user_bias[users] + item_bias[items] + (user_factors[users] * item_factors[items]).sum()")),
    Wrong("predict sums a matrix product", "2 hidden", "scores against your predict", predicted(
        "mean + user_bias[users] + item_bias[items] + (user_factors[users] @ item_factors[items].T).sum(1)")),
    Wrong("predict means over the factors", "1 2 hidden", "4.75 at [0], expected 6.25", predicted(
        "mean + user_bias[users] + item_bias[items] + (user_factors[users] * item_factors[items]).mean(1)")),
    Wrong("predict without the biases", "1 2 hidden", "6 at [0], expected 6.25", predicted(f"mean + {PRODUCTS}")),
    Wrong("predict without the mean", "1 2 hidden", "3.25 at [0], expected 6.25",
          predicted(f"user_bias[users] + item_bias[items] + {PRODUCTS}")),
    Wrong("predict without the factors", "1 2 hidden", "3.25 at [0], expected 6.25",
          predicted("mean + user_bias[users] + item_bias[items]")),
    Wrong("predict clipped to the scale", "1 2 hidden", "5 at [0], expected 6.25",
          predicted(f"(mean + user_bias[users] + item_bias[items] + {PRODUCTS}).clamp(1, 5)")),
    Wrong("predict with users and items the wrong way round", "1 2 hidden", "expected 6.25",
          predicted("mean + user_bias[items] + item_bias[users] + (user_factors[items] * item_factors[users]).sum(1)")),
    Wrong("predict keeps a column", "1 2 hidden", "shape (1, 1), expected (1,)",
          predicted("(mean + user_bias[users] + item_bias[items] + "
                    "(user_factors[users] * item_factors[items]).sum(1))[:, None]")),
    Wrong("predict writes into the item biases", "hidden", "changed its input item_bias", full("""
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            item_bias += mean
            return user_bias[users] + item_bias[items] + (user_factors[users] * item_factors[items]).sum(1)
    """)),
    Wrong("both without biases", "1 2 hidden", "6 at [0], expected 6.25", """
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            return mean + (user_factors[users] * item_factors[items]).sum(1)

        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            return mean + user_factors[users] @ item_factors.T
    """),
    Wrong("predict only", "2 hidden", "name 'scores' is not defined", """
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            return mean + user_bias[users] + item_bias[items] + (user_factors[users] * item_factors[items]).sum(1)
    """),
    Wrong("predict hard-coded for check 1", "2 hidden", "scores against your predict",
          predicted("torch.full((len(users),), 6.25)")),
    Wrong("predict returns nothing", "1 2 hidden", "what predict returns: None. Did you forget to return?",
          predicted("None")),
    Right("predict looks its pairs up in scores", """
        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            return (user_factors @ item_factors.T + user_bias.unsqueeze(1) + item_bias.unsqueeze(0) + mean)[users]

        def predict(users, items, *model):
            return scores(users, *model)[torch.arange(len(users)), items]
    """),
    Right("scores asks predict for all pairs", """
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            products = torch.einsum("bf,bf->b", user_factors[users], item_factors[items])
            return mean + user_bias[users] + item_bias[items] + products

        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            items = torch.arange(len(item_bias))
            return torch.stack([predict(user.expand(len(items)), items, mean, user_bias, item_bias,
                                        user_factors, item_factors) for user in users])
    """),
    Right("biases as two more factors", """
        def widened(user_bias, item_bias, user_factors, item_factors):
            ones = torch.ones_like
            return (torch.cat([user_factors, user_bias[:, None], ones(user_bias)[:, None]], dim=1),
                    torch.cat([item_factors, ones(item_bias)[:, None], item_bias[:, None]], dim=1))

        def predict(users, items, mean, *tables):
            p, q = widened(*tables)
            return mean + torch.bmm(p[users][:, None], q[items][:, :, None]).flatten()

        def scores(users, mean, *tables):
            p, q = widened(*tables)
            return mean + torch.nn.functional.linear(p[users], q)
    """),
    Right("NumPy", """
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            users, items, p, q = (one.numpy() for one in (users, items, user_factors, item_factors))
            dot = np.sum(p[users] * q[items], axis=-1)
            return torch.from_numpy(mean + user_bias.numpy()[users] + item_bias.numpy()[items] + dot)

        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            table = np.add.outer(user_bias.numpy()[users.numpy()], item_bias.numpy())
            return torch.from_numpy(mean + table + user_factors.numpy()[users.numpy()] @ item_factors.numpy().T)
    """),
    Right("a diagonal, pair by pair in scores", """
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            dot = (user_factors[users] @ item_factors[items].T).diagonal()
            return user_bias[users].add(item_bias[items]).add(dot).add(mean)

        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            table = torch.empty(len(users), len(item_bias))
            for row, user in enumerate(users.tolist()):
                for item in range(len(item_bias)):
                    dot = torch.dot(user_factors[user], item_factors[item])
                    table[row, item] = mean + user_bias[user] + item_bias[item] + dot
            return table
    """),
    Wrong("zeros for both", "1 2 hidden", "expected 6.25", """
        def predict(users, items, mean, user_bias, item_bias, user_factors, item_factors):
            return torch.zeros(len(users))

        def scores(users, mean, user_bias, item_bias, user_factors, item_factors):
            return torch.zeros(len(users), len(item_bias))
    """),
]


def stopping(best="copy.deepcopy(model.state_dict())", better="error < lowest", worse="waited += 1",
             stop="waited >= patience", end="model.load_state_dict(state)", value="best, errors",
             reset="waited = 0", lowest="math.inf"):
    """Returns an answer to early_stopping with a counter of epochs without improvement, and these parts."""
    return f"""
def early_stopping(model, epochs, validation_error, patience):
    lowest, best, state, waited, errors = {lowest}, 0, None, 0, []
    for epoch, _ in enumerate(epochs, start=1):
        error = validation_error()
        errors.append(error)
        if {better}:
            lowest, best, state = error, epoch, {best}
            {reset}
        else:
            {worse}
        if {stop}:
            break
    {end}
    return {value}
"""


EARLY_STOPPING = [
    Wrong("the state is an alias", "2 hidden", "from a copy training cannot touch", stopping("model.state_dict()")),
    Wrong("a shallow copy: dict", "2 hidden", "from a copy training cannot touch",
          stopping("dict(model.state_dict())")),
    Wrong("a shallow copy: copy.copy", "2 hidden", "from a copy training cannot touch",
          stopping("copy.copy(model.state_dict())")),
    Wrong("a shallow copy: detach", "2 hidden", "from a copy training cannot touch",
          stopping("{name: value.detach() for name, value in model.state_dict().items()}")),
    Wrong("the model itself kept", "2 hidden", "from a copy training cannot touch",
          stopping("model", end="model.load_state_dict(state.state_dict())")),
    Wrong("one number of each tensor kept", "2 hidden", "from a copy training cannot touch",
          stopping("{name: float(part.flatten()[0]) for name, part in model.state_dict().items()}",
                   end="[part.fill_(state[name]) for name, part in model.state_dict().items()]")),
    Wrong("the parameters set to the epoch's number", "2 hidden", "from a copy training cannot touch",
          stopping("best", end="[part.data.fill_(best) for part in model.parameters()]")),
    Wrong("back to the best after each worse epoch", "1 hidden", "training goes on from the last epoch",
          stopping(worse="waited += 1; model.load_state_dict(state)")),
    Wrong("what the iterator gives for the epoch's number", "1 hidden", "the best epoch",
          stopping().replace("epoch, _ in enumerate(epochs, start=1)", "epoch in epochs")),
    Wrong("an improvement of 0.4 at least", "hidden", "only a lower error is an improvement",
          stopping(better="error < lowest - 0.4")),
    Wrong("an improvement of a thousandth at least", "hidden", "only a lower error is an improvement",
          stopping(better="error < lowest - 1e-3")),
    Wrong("errors rounded to a tenth", "hidden", "only a lower error is an improvement",
          stopping().replace("validation_error()", "round(validation_error(), 1)")),
    Wrong("a patience of at most 3", "hidden", "the best epoch with errors",
          stopping(stop="waited >= min(patience, 3)")),
    Wrong("an equal error is an improvement", "hidden", "only a lower error is an improvement",
          stopping(better="error <= lowest")),
    Wrong("worse only where strictly worse: an equal error is best", "hidden", "only a lower error",
          stopping(better="not error > lowest")),
    Wrong("an equal error starts the patience anew", "hidden", "each one starts the patience anew",
          stopping(worse="waited = 0 if error == lowest else waited + 1")),
    Wrong("an equal error is not waited for", "hidden", "only a lower error is an improvement",
          stopping(worse="waited += error > lowest")),
    Wrong("patience one epoch too long", "1 hidden", "epoch 5 is never trained", stopping(stop="waited > patience")),
    Wrong("patience one epoch too short", "1 hidden", "the errors of epochs 1 to 4",
          stopping(stop="waited >= patience - 1")),
    Wrong("stops at the first rise", "1 hidden", "(3,), expected (4,)", stopping(worse="break")),
    Wrong("the patience never set back: bad epochs in all", "hidden", "each one starts the patience anew",
          stopping(reset="pass")),
    Wrong("compared with the last epoch", "1 2 hidden", "not below the best, 3",
          stopping(worse="waited += 1; lowest = error")),
    Wrong("patience compared with the last epoch, the best with the best", "1 hidden", "epoch 5 is never trained",
          stopping(worse="waited = 0 if error < errors[-2] else waited + 1")),
    Wrong("compared with the epoch one patience ago", "hidden", "the best epoch with errors",
          stopping(stop="len(errors) > patience and error > errors[-1 - patience]")),
    Wrong("never puts the parameters back", "2 hidden", "put them back", stopping(end="pass")),
    Wrong("puts them back only after an early stop", "2", "when the iterator ends, too",
          stopping(end="pass").replace("break", "model.load_state_dict(state); break")),
    Wrong("puts them back only at the iterator's end", "hidden", "all parameters go back",
          stopping().replace("    model.load", "    else:\n        model.load")),
    Wrong("puts the best back into another model", "2 hidden", "put them back",
          stopping("copy.deepcopy(model)", end="model = state")),
    Wrong("puts the first parameter back only", "hidden", "all parameters go back",
          stopping("next(model.parameters()).detach().clone()", end="next(model.parameters()).data.copy_(state)")),
    Wrong("the state before the epoch", "2 hidden", "the final parameters", """
        def early_stopping(model, epochs, validation_error, patience):
            best, state, errors, before = 0, None, [], copy.deepcopy(model.state_dict())
            for epoch, _ in enumerate(epochs, start=1):
                errors.append(validation_error())
                if best == 0 or errors[-1] < errors[best - 1]:
                    best, state = epoch, before
                before = copy.deepcopy(model.state_dict())
                if epoch - best >= patience:
                    break
            model.load_state_dict(state)
            return best, errors
    """),
    Wrong("epochs counted from zero", "1 hidden", "counted from 1", stopping(value="best - 1, errors")),
    Wrong("the number of epochs instead of the best", "1 hidden", "the best epoch: 4, expected 2",
          stopping(value="len(errors), errors")),
    Wrong("the lowest error instead of its epoch", "1 hidden", "the best epoch: 3, expected 2",
          stopping(value="lowest, errors")),
    Wrong("the errors up to the best epoch", "1 hidden", "the errors of epochs 1 to 4",
          stopping(value="best, errors[:best]")),
    Wrong("the last of the lowest errors", "hidden", "only a lower error is an improvement",
          stopping(value="len(errors) - int(np.argmin(errors[::-1])), errors")),
    Wrong("a start value of 100", "hidden", "got <class 'NoneType'>", stopping(lowest="100.0")),
    Wrong("a start value of ten thousand million", "hidden", "got <class 'NoneType'>", stopping(lowest="1e10")),
    Wrong("a start value of 0", "1 2 hidden", "got <class 'NoneType'>", stopping(lowest="0.0")),
    Wrong("higher is better", "1 2 hidden", "the best epoch: 1, expected 2",
          stopping(better="error > lowest", lowest="-math.inf")),
    Wrong("appended before it is compared: never an improvement", "1 2 hidden", "got <class 'NoneType'>", """
        def early_stopping(model, epochs, validation_error, patience):
            best, state, errors = 0, None, []
            for epoch, _ in enumerate(epochs, start=1):
                errors.append(validation_error())
                if errors[-1] < min(errors):
                    best, state = epoch, copy.deepcopy(model.state_dict())
                if epoch - best >= patience:
                    break
            model.load_state_dict(state)
            return best, errors
    """),
    Wrong("appended before it is compared: ties improve", "hidden", "only a lower error is an improvement", """
        def early_stopping(model, epochs, validation_error, patience):
            best, state, errors = 0, None, []
            for epoch, _ in enumerate(epochs, start=1):
                errors.append(validation_error())
                if errors[-1] <= min(errors):
                    best, state = epoch, copy.deepcopy(model.state_dict())
                if epoch - best >= patience:
                    break
            model.load_state_dict(state)
            return best, errors
    """),
    Wrong("one more epoch trained after the stop", "hidden", "epochs are trained with errors", """
        def early_stopping(model, epochs, validation_error, patience):
            best, state, errors = 0, None, []
            for epoch, _ in enumerate(epochs, start=1):
                if best and epoch - 1 - best >= patience:
                    break
                errors.append(validation_error())
                if not best or errors[-1] < errors[best - 1]:
                    best, state = epoch, copy.deepcopy(model.state_dict())
            model.load_state_dict(state)
            return best, errors
    """),
    Wrong("trains all epochs first: list", "1 2 hidden", "the best epoch: 1, expected 2",
          stopping().replace("enumerate(epochs,", "enumerate(list(epochs),")),
    Wrong("trains on after the stop, and forgets it", "1 hidden", "epoch 5 is never trained",
          stopping(stop="False")),
    Wrong("takes a number of epochs", "1 2 hidden", "object cannot be interpreted as an integer",
          stopping().replace("enumerate(epochs, start=1)", "enumerate(range(epochs), start=1)")),
    Wrong("asks the ended iterator again", "2 hidden", "StopIteration", """
        def early_stopping(model, epochs, validation_error, patience):
            best, state, errors = 0, None, []
            while len(errors) - best < patience:
                next(epochs)
                errors.append(validation_error())
                if not best or errors[-1] < errors[best - 1]:
                    best, state = len(errors), copy.deepcopy(model.state_dict())
            model.load_state_dict(state)
            return best, errors
    """),
    Wrong("validates on after the iterator's end", "hidden", "shape (10,), expected (7,)", """
        def early_stopping(model, epochs, validation_error, patience):
            best, state, errors = 0, None, []
            while len(errors) - best < patience:
                next(epochs, None)
                errors.append(validation_error())
                if not best or errors[-1] < errors[best - 1]:
                    best, state = len(errors), copy.deepcopy(model.state_dict())
            model.load_state_dict(state)
            return best, errors
    """),
    Wrong("validates before the first epoch", "1 2 hidden", "the best epoch", """
        def early_stopping(model, epochs, validation_error, patience):
            best, state, errors = 0, copy.deepcopy(model.state_dict()), [validation_error()]
            for epoch, _ in enumerate(epochs, start=1):
                errors.append(validation_error())
                if errors[-1] < errors[best]:
                    best, state = epoch, copy.deepcopy(model.state_dict())
                if epoch - best >= patience:
                    break
            model.load_state_dict(state)
            return best, errors
    """),
    Wrong("the two the wrong way round", "1 hidden", "the best epoch: shape (4,)", stopping(value="errors, best")),
    Wrong("the best epoch only", "1 hidden", "returns a int, expected 2 values", stopping(value="best")),
    Wrong("hard-coded for check 1", "2 hidden", "the final parameters", """
        def early_stopping(model, epochs, validation_error, patience):
            return 2, [5.0, 3.0, 4.0, 3.5]
    """),
    Wrong("returns nothing", "1 hidden", "forget to return", stopping(value="None")),
    Right("a counter and an infinite start", stopping()),
    Right("clones, and a loop of its own", """
        def early_stopping(model, epochs, validation_error, patience):
            errors, best, checkpoint, waited = [], None, None, 0
            while waited < patience:
                try:
                    next(epochs)
                except StopIteration:
                    break
                errors.append(float(validation_error()))
                if best is None or errors[-1] < errors[best]:
                    best, waited = len(errors) - 1, 0
                    checkpoint = {name: value.clone() for name, value in model.state_dict().items()}
                else:
                    waited += 1
            model.load_state_dict(checkpoint)
            return best + 1, errors
    """),
    Right("a copy of each epoch, and argmin", """
        def early_stopping(model, epochs, validation_error, patience):
            errors, states = [], []
            for _ in epochs:
                errors.append(validation_error())
                states.append(copy.deepcopy(model.state_dict()))
                if len(errors) - 1 - np.argmin(errors) >= patience:
                    break
            best = np.argmin(errors)
            model.load_state_dict(states[best])
            return best + 1, torch.tensor(errors, dtype=torch.float64)
    """),
    Right("a copy of the model, its parameters copied back", """
        def early_stopping(model, epochs, validation_error, patience):
            errors, kept = [], copy.deepcopy(model)
            for _ in epochs:
                error = validation_error()
                if not errors or error < min(errors):
                    kept = copy.deepcopy(model)
                errors.append(error)
                if min(errors[-patience:]) > min(errors) or errors.index(min(errors)) < len(errors) - patience:
                    break
            with torch.no_grad():
                for live, best in zip(model.parameters(), kept.parameters()):
                    live.copy_(best)
            return errors.index(min(errors)) + 1, errors
    """),
    Right("saved to a file in memory", """
        def early_stopping(model, epochs, validation_error, patience):
            import io
            errors, best = [], 0
            for _ in epochs:
                errors.append(validation_error())
                if len(errors) == 1 or errors[-1] < errors[best]:
                    best, file = len(errors) - 1, io.BytesIO()
                    torch.save(model.state_dict(), file)
                elif len(errors) - 1 - best == patience:
                    break
            file.seek(0)
            model.load_state_dict(torch.load(file))
            return best + 1, errors
    """),
]


def by_user(value="sums * len(who) / len(users)",
            difference="(actual - ours).square() - (actual - theirs).square()",
            sums="torch.zeros(len(who), dtype=torch.float64).index_add_(0, place, difference)"):
    """Returns an answer to paired_values with these parts."""
    return f"""
def paired_values(users, actual, ours, theirs):
    who, place = users.unique(return_inverse=True)
    actual, ours, theirs = actual.double(), ours.double(), theirs.double()
    difference = {difference}
    sums = {sums}
    return {value}
"""


PAIRED_VALUES = [
    Wrong("the mean of each user", "2 hidden", "sums, not means", by_user("sums / torch.bincount(place)")),
    Wrong("the mean of each user, scaled too", "2 hidden", "sums, not means",
          by_user("sums / torch.bincount(place) * len(who) / len(users)")),
    Wrong("not scaled", "2 hidden", "-4 at [0], expected -2", by_user("sums")),
    Wrong("over the number of ratings only", "1 2 hidden", "U / n is 2 / 2", by_user("sums / len(users)")),
    Wrong("over the number of users", "1 hidden", "U / n is 2 / 2", by_user("sums / len(who)")),
    Wrong("scaled by n / U", "2 hidden", "-8 at [0], expected -2", by_user("sums * len(users) / len(who)")),
    Wrong("U is the largest number", "2 hidden", "sums, not means",
          by_user("sums * (users.max() + 1) / len(users)")),
    Wrong("U is the number of users in the training part", "1 2 hidden", "U / n is 2 / 2",
          by_user("sums * 943 / len(users)")),
    Wrong("the sign swapped: theirs minus ours", "1 2 hidden", "1 - 4 for the first",
          by_user(difference="(actual - theirs).square() - (actual - ours).square()")),
    Wrong("absolute errors", "1 2 hidden", "-1 at [0], expected -3",
          by_user(difference="(actual - ours).abs() - (actual - theirs).abs()")),
    Wrong("the square of the difference", "1 2 hidden", "9 at [0], expected -3",
          by_user(difference="(ours - theirs).square()")),
    Wrong("the errors of ours only", "1 2 hidden", "1 at [0], expected -3",
          by_user(difference="(actual - ours).square()")),
    Wrong("errors not squared", "2 hidden", "1 at [0], expected -2",
          by_user(difference="theirs - ours")),
    Wrong("the square of a user's summed errors", "2 hidden", "4.5 at [1], expected 1.5", """
        def paired_values(users, actual, ours, theirs):
            who, place = users.unique(return_inverse=True)
            def squared(guesses):
                errors = (actual - guesses).double()
                return torch.zeros(len(who), dtype=torch.float64).index_add_(0, place, errors).square()
            return (squared(ours) - squared(theirs)) * len(who) / len(users)
    """),
    Wrong("the difference of each user's RMSE", "1 2 hidden", "-1 at [0], expected -3", """
        def paired_values(users, actual, ours, theirs):
            who, place = users.unique(return_inverse=True)
            n = torch.bincount(place)
            def rmse(guesses):
                squares = (actual - guesses).square().double()
                return (torch.zeros(len(who), dtype=torch.float64).index_add_(0, place, squares) / n).sqrt()
            return rmse(ours) - rmse(theirs)
    """),
    Wrong("rounded predictions", "hidden", "the mean of the values",
          by_user(difference="(actual - ours.round()).square() - (actual - theirs.round()).square()")),
    Wrong("order of appearance", "2 hidden", "user 2 first", """
        def paired_values(users, actual, ours, theirs):
            sums = {}
            for user, a, o, t in zip(*(column.tolist() for column in (users, actual, ours, theirs))):
                sums[user] = sums.get(user, 0.0) + (a - o) ** 2 - (a - t) ** 2
            return torch.tensor(list(sums.values()), dtype=torch.float64) * len(sums) / len(users)
    """),
    Wrong("pandas in order of appearance", "2 hidden", "user 2 first", """
        def paired_values(users, actual, ours, theirs):
            difference = (actual - ours).double().square() - (actual - theirs).double().square()
            sums = pd.Series(difference.numpy()).groupby(users.numpy(), sort=False).sum()
            return torch.tensor(sums.to_numpy()) * len(sums) / len(users)
    """),
    Wrong("neighbouring ratings only", "2 hidden", "user 2 first",
          by_user().replace("users.unique(", "users.unique_consecutive(")),
    Wrong("raw numbers as rows: bincount", "2 hidden", "shape (8,), expected (2,)", """
        def paired_values(users, actual, ours, theirs):
            difference = (actual - ours).double().square() - (actual - theirs).double().square()
            return torch.bincount(users, weights=difference) * len(users.unique()) / len(users)
    """),
    Wrong("raw numbers as rows: index_add", "2 hidden", "index out of range", by_user(
        sums="torch.zeros(len(who), dtype=torch.float64).index_add_(0, users, difference)")),
    Wrong("a user whose sum is zero left out", "1", "shape (1,), expected (2,)",
          by_user("(sums * len(who) / len(users))[sums != 0]")),
    Wrong("the last rating of each user instead of the sum", "2 hidden", "sums, not means",
          by_user(sums="torch.zeros(len(who), dtype=torch.float64).index_put_((place,), difference)")),
    Wrong("a value for each rating", "2 hidden", "shape (4,), expected (2,)", by_user("difference")),
    Wrong("the mean only", "1 2 hidden", "shape (), expected (2,)", by_user("(sums * len(who) / len(users)).mean()")),
    Wrong("single precision", "2", "dtype torch.float32, expected torch.float64",
          by_user("(sums * len(who) / len(users)).float()")),
    Wrong("a NumPy array", "2", "a ndarray, expected a Tensor", by_user("(sums * len(who) / len(users)).numpy()")),
    Wrong("a list", "1 2 hidden", "a list, expected a tensor", by_user("(sums * len(who) / len(users)).tolist()")),
    Wrong("the users too", "1 2 hidden", "a tuple, expected a tensor", by_user("who, sums * len(who) / len(users)")),
    Wrong("errors in place", "1 2 hidden", "-9 at [1], expected 0", """
        def paired_values(users, actual, ours, theirs):
            who, place = users.unique(return_inverse=True)
            difference = (actual.sub_(ours).square() - actual.sub_(theirs).square()).double()
            sums = torch.zeros(len(who), dtype=torch.float64).index_add_(0, place, difference)
            return sums * len(who) / len(users)
    """),
    Wrong("errors in the predictions' place", "hidden", "changed its input ours", """
        def paired_values(users, actual, ours, theirs):
            who, place = users.unique(return_inverse=True)
            ours -= actual
            theirs -= actual
            difference = (ours ** 2 - theirs ** 2).double()
            return torch.zeros(len(who)).double().index_add_(0, place, difference) * len(who) / len(users)
    """),
    Wrong("hard-coded for checks 1 and 2", "hidden", "shape (2,), expected (40,)", """
        def paired_values(users, actual, ours, theirs):
            return torch.tensor([-3.0, 0.0] if len(users) == 2 else [-2.0, 1.5], dtype=torch.float64)
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", by_user("None")),
    Right("bincount with weights", """
        def paired_values(users, actual, ours, theirs):
            who, place, _ = torch.unique(users, return_inverse=True, return_counts=True)
            weights = torch.square(ours.double() - actual) - torch.square(theirs.double() - actual)
            return len(who) * torch.bincount(place, weights=weights) / len(actual)
    """),
    Right("pandas", """
        def paired_values(users, actual, ours, theirs):
            frame = pd.DataFrame({"user": users, "actual": actual, "ours": ours, "theirs": theirs}).astype("float64")
            frame["d"] = (frame.actual - frame.ours) ** 2 - (frame.actual - frame.theirs) ** 2
            sums = frame.groupby("user")["d"].sum()
            return torch.from_numpy(sums.to_numpy() * len(sums) / len(frame))
    """),
    Right("a loop over the users", """
        def paired_values(users, actual, ours, theirs):
            values = []
            for user in sorted(set(users.tolist())):
                own = users == user
                squares = ((actual - ours)[own] ** 2).sum() - ((actual - theirs)[own] ** 2).sum()
                values.append(float(squares) / len(users))
            return torch.tensor(values, dtype=torch.float64) * len(values)
    """),
    Right("single precision, converted at the end", """
        def paired_values(users, actual, ours, theirs):
            who, place = users.unique(return_inverse=True)
            difference = (actual - ours) ** 2 - (actual - theirs) ** 2
            return (torch.zeros(len(who)).index_add_(0, place, difference) * len(who) / len(users)).double()
    """),
    Right("users as rows of a mask", """
        def paired_values(users, actual, ours, theirs):
            who = users.unique()
            difference = (theirs - ours).double() * (2 * actual - ours - theirs)
            return (users == who[:, None]).double() @ difference * (len(who) / len(users))
    """),
]


def log_number(value="best + 1, pooled(log[best]['test'])", errors="predicted.clamp(*scale) - actual",
               best="validation.index(min(validation))", chosen_by="pooled(epoch['validation'])", also="pass"):
    """Returns an answer to reported_rmse with these parts."""
    return f"""
def reported_rmse(log, scale):
    def pooled(batches):
        squared = sum(float(({errors}).square().sum()) for predicted, actual in batches)
        return math.sqrt(squared / sum(len(actual) for _, actual in batches))
    def unclipped(batches):
        return metrics.rmse(*map(torch.cat, zip(*batches)))
    def mean_of_batches(batches):
        return float(np.mean([pooled([one]) for one in batches]))
    {also}
    validation = [{chosen_by} for epoch in log]
    best = {best}
    return {value}
"""


REPORTED_RMSE = [
    Wrong("as published", "1 2 hidden hidden_log", "returns a float, expected 2 values",
          faulty(LESSON, "reported_rmse")),
    Wrong("as published, and the epoch", "1 2 hidden hidden_log", "validation chooses", """
        def reported_rmse(log, scale):
            best = (math.inf, 0)
            for number, epoch in enumerate(log, start=1):
                batch_errors = [float((predicted.round() - actual).square().mean().sqrt())
                                for predicted, actual in epoch["test"]]
                best = min(best, (sum(batch_errors) / len(batch_errors), number))
            return best[1], best[0]
    """),
    Wrong("the best epoch on test", "1 hidden hidden_log", "the epoch: 1, expected 2. Why: validation chooses",
          log_number(chosen_by="pooled(epoch['test'])")),
    Wrong("the epoch by validation, the lowest of test", "1 hidden_log", "not of the best on test",
          log_number("best + 1, min(pooled(epoch['test']) for epoch in log)")),
    Wrong("the validation RMSE of the epoch", "1 2 hidden hidden_log", "the test RMSE: 1, expected 1.5",
          log_number("best + 1, validation[best]")),
    Wrong("the last epoch", "hidden hidden_log", "the epoch with validation errors", log_number(best="len(log) - 1")),
    Wrong("the highest validation RMSE", "1 hidden hidden_log", "validation chooses",
          log_number(best="validation.index(max(validation))")),
    Wrong("the last of equals", "hidden", "the first of equals",
          log_number(best="min(range(len(log)), key=lambda e: (validation[e], -e))")),
    Wrong("the first rise stops the search", "hidden_log", "the epoch of a random log", log_number(
        best="next((e for e in range(len(log) - 1) if validation[e + 1] >= validation[e]), len(log) - 1)")),
    Wrong("the epoch counted from zero", "1 hidden hidden_log", "counted from 1",
          log_number("best, pooled(log[best]['test'])")),
    Wrong("the mean of the batch RMSEs in both parts", "2 hidden hidden_log", "would be 0.58", log_number(
        "best + 1, mean_of_batches(log[best]['test'])", chosen_by="mean_of_batches(epoch['validation'])")),
    Wrong("the mean of the batch RMSEs in validation only", "hidden hidden_log", "0.735 is below 0.8",
          log_number(chosen_by="mean_of_batches(epoch['validation'])")),
    Wrong("the mean of the batch RMSEs in test only", "2 hidden_log", "the root of the pooled mean",
          log_number("best + 1, mean_of_batches(log[best]['test'])")),
    Wrong("the mean of the batch RMSEs, weighted by size", "2 hidden hidden_log", "0.866025, expected 1", log_number(
        "best + 1, weighted(log[best]['test'])", chosen_by="weighted(epoch['validation'])",
        also="weighted = lambda b: sum(len(y) * pooled([(p, y)]) for p, y in b) / sum(len(y) for _, y in b)")),
    Wrong("the root of the mean of the batch MSEs", "2 hidden hidden_log", "0.816497, expected 1", log_number(
        "best + 1, root(log[best]['test'])", chosen_by="root(epoch['validation'])",
        also="root = lambda b: math.sqrt(np.mean([pooled([one]) ** 2 for one in b]))")),
    Wrong("the first batch only", "2 hidden hidden_log", "expected 1", log_number(
        "best + 1, pooled(log[best]['test'][:1])", chosen_by="pooled(epoch['validation'][:1])")),
    Wrong("no root", "1 hidden hidden_log", "2.25, expected 1.5", log_number().replace("math.sqrt(", "(")),
    Wrong("the mean absolute error", "2 hidden hidden_log", "0.5, expected 1",
          log_number().replace(".square().sum()", ".abs().sum()").replace("math.sqrt(", "(")),
    Wrong("rounded in both parts", "1 hidden hidden_log", "not rounded",
          log_number(errors="predicted.round().clamp(*scale) - actual")),
    Wrong("rounded in test only", "1 hidden hidden_log", "not rounded", log_number(
        "best + 1, pooled([(p.round(), y) for p, y in log[best]['test']])")),
    Wrong("rounded in validation only", "hidden hidden_log", "nothing is rounded, in validation either", log_number(
        chosen_by="pooled([(p.round(), y) for p, y in epoch['validation']])")),
    Wrong("the validation RMSE rounded to a tenth", "hidden hidden_log", "not rounded",
          log_number(chosen_by="round(pooled(epoch['validation']), 1)")),
    Wrong("the validation RMSE rounded to 4 decimals", "hidden", "not rounded",
          log_number(chosen_by="round(pooled(epoch['validation']), 4)")),
    Wrong("rounded result", "hidden_log", "and not rounded",
          log_number("best + 1, round(pooled(log[best]['test']), 1)")),
    Wrong("never clipped", "2 hidden hidden_log", "clipped to the scale", log_number(errors="predicted - actual")),
    Wrong("clipped in test only", "hidden hidden_log", "validation is clipped",
          log_number(chosen_by="unclipped(epoch['validation'])")),
    Wrong("clipped in validation only", "2 hidden_log", "clipped to the scale",
          log_number("best + 1, unclipped(log[best]['test'])")),
    Wrong("clipped from above only", "hidden hidden_log", "validation is clipped",
          log_number(errors="predicted.clamp(max=scale[1]) - actual")),
    Wrong("clipped to 1 and 5 whatever the scale", "hidden_log", "the scale given: 0.5 to 8.5",
          log_number(errors="predicted.clamp(1, 5) - actual")),
    Wrong("clipped to 1 and 5 inside a wider scale", "hidden_log", "the scale given: 0.5 to 8.5",
          log_number(errors="predicted.clamp(max(scale[0], 1), min(scale[1], 5)) - actual")),
    Wrong("errors clipped instead of predictions", "2 hidden hidden_log", "1.32288, expected 1",
          log_number(errors="(predicted - actual).clamp(*scale)")),
    Wrong("the ratings clipped too", "hidden_log", "a random log",
          log_number(errors="predicted.clamp(*scale) - actual.clamp(*scale)")),
    Wrong("clipped in place", "hidden_log", "changed its input log",
          log_number(errors="predicted.clamp_(*scale) - actual")),
    Wrong("clipped in place in validation only", "hidden_log", "changed its input log",
          log_number(chosen_by="pooled([(p.clamp_(*scale), y) for p, y in epoch['validation']])")),
    Wrong("the log sorted in place", "1 hidden hidden_log", "the epoch",
          log_number(also="log.sort(key=lambda epoch: pooled(epoch['validation']))")),
    Wrong("epochs taken off the log", "hidden_log", "changed its input log", """
        def reported_rmse(log, scale):
            def pooled(batches):
                predicted, actual = map(torch.cat, zip(*batches))
                return metrics.rmse(predicted.clamp(*scale), actual)
            best, number, reported = math.inf, 0, None
            for n in range(1, len(log) + 1):
                epoch = log.pop(0)
                if pooled(epoch["validation"]) < best:
                    best, number, reported = pooled(epoch["validation"]), n, pooled(epoch["test"])
            return number, reported
    """),
    Wrong("the two the wrong way round", "1 2 hidden hidden_log", "the epoch: 1.5, expected 2",
          log_number("pooled(log[best]['test']), best + 1")),
    Wrong("the RMSE only", "1 2 hidden hidden_log", "returns a float, expected 2 values",
          log_number("pooled(log[best]['test'])")),
    Wrong("hard-coded for check 1", "2 hidden hidden_log", "1.5, expected 1", """
        def reported_rmse(log, scale):
            return 2, 1.5
    """),
    Wrong("returns nothing", "1 2 hidden hidden_log", "forget to return", log_number("None")),
    Right("a running best", """
        def reported_rmse(log, scale):
            def rmse(batches):
                squared, count = 0.0, 0
                for predicted, actual in batches:
                    squared += (predicted.clip(*scale) - actual).pow(2).sum().item()
                    count += len(actual)
                return (squared / count) ** 0.5

            lowest, best, reported = float("inf"), None, None
            for number, epoch in enumerate(log, 1):
                error = rmse(epoch["validation"])
                if error < lowest:
                    lowest, best, reported = error, number, rmse(epoch["test"])
            return best, reported
    """),
    Right("concatenated, and argmin", """
        def reported_rmse(log, scale):
            def rmse(batches):
                predicted, actual = map(torch.cat, zip(*batches))
                return torch.nn.functional.mse_loss(predicted.clamp(scale[0], scale[1]), actual).sqrt()
            best = torch.stack([rmse(epoch["validation"]) for epoch in log]).argmin()
            return best + 1, rmse(log[best]["test"])
    """),
    Right("min over tuples, NumPy", """
        def reported_rmse(log, scale):
            def mse(batches):
                predicted = np.concatenate([p.numpy() for p, _ in batches]).clip(*scale)
                return np.mean((predicted - np.concatenate([a.numpy() for _, a in batches])) ** 2)
            _, number, value = min((mse(epoch["validation"]), n, mse(epoch["test"])) for n, epoch in enumerate(log, 1))
            return [number, np.sqrt(value)]
    """),
    Right("the library's rmse", """
        def reported_rmse(log, scale):
            both = []
            for epoch in log:
                parts = [map(torch.cat, zip(*epoch[part])) for part in ("validation", "test")]
                both.append([metrics.rmse(p.clamp(*scale), a) for p, a in parts])
            best = min(range(len(both)), key=lambda e: both[e][0])
            return best + 1, both[best][1]
    """),
    Right("rating by rating", """
        def reported_rmse(log, scale):
            low, high = scale
            def rmse(batches):
                errors = [min(max(p, low), high) - a
                          for predicted, actual in batches for p, a in zip(predicted.tolist(), actual.tolist())]
                return math.sqrt(sum(e * e for e in errors) / len(errors))
            ranked = sorted(range(len(log)), key=lambda e: rmse(log[e]["validation"]))
            return ranked[0] + 1, rmse(log[ranked[0]]["test"])
    """),
]

TABLE = {
    "alternating_means": ALTERNATING_MEANS,
    "bias_loss": BIAS_LOSS,
    "scores": SCORES,
    "early_stopping": EARLY_STOPPING,
    "paired_values": PAIRED_VALUES,
    "reported_rmse": REPORTED_RMSE,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
