"""Lesson 8: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, changed, faulty, rows

LESSON = "08_ncf"
FAULTY = faulty(LESSON, "train_and_keep")


DRAW = """
def draw_epoch(users, items, n_items, n_negatives, generator):
    is_liked = torch.zeros(int(users.max()) + 1, n_items, dtype=torch.bool)
    is_liked[users, items] = True
    owners = users.repeat(n_negatives)
    drawn = torch.randint(n_items, owners.shape, generator=generator)
    while (collides := is_liked[owners, drawn]).any():
        drawn[collides] = torch.randint(n_items, (int(collides.sum()),), generator=generator)
    labels = torch.cat([torch.ones(len(users)), torch.zeros(len(owners))])
    return torch.cat([users, owners]), torch.cat([items, drawn]), labels
"""

DRAW_EPOCH = [
    Wrong("collisions stay", "1 2 hidden", "draw until none collides",
          changed(DRAW, ("while", "if"), (".any():", ".any() and False:"))),
    Wrong("drawn again once", "1 2 hidden", "draw until none collides", changed(DRAW, ("while", "if"))),
    Wrong("a hundred tries and no more", "hidden", "whether a liked film is a negative", changed(
        DRAW, ("    while (collides := is_liked[owners, drawn]).any():",
               "    for _ in range(100):\n        collides = is_liked[owners, drawn]"))),
    Wrong("only the positive itself is avoided", "1 2 hidden", "draw until none collides", changed(
        DRAW, ("collides := is_liked[owners, drawn]", "collides := drawn == items.repeat(n_negatives)"))),
    Wrong("the next free film where it collides", "2 hidden", "others equally often", changed(
        DRAW, ("torch.randint(n_items, (int(collides.sum()),), generator=generator)",
               "(drawn[collides] + 1) % n_items"))),
    Wrong("the last film never drawn", "2 hidden", "others equally often",
          changed(DRAW, ("torch.randint(n_items, owners.shape", "torch.randint(n_items - 1, owners.shape"),
                  ("torch.randint(n_items, (int", "torch.randint(n_items - 1, (int"))),
    Wrong("the first film never drawn", "2 hidden", "0 at [0], expected 0.25",
          changed(DRAW, ("torch.randint(n_items, owners.shape", "torch.randint(1, n_items, owners.shape"),
                  ("torch.randint(n_items, (int", "torch.randint(1, n_items, (int"))),
    Wrong("only up to the last film that somebody liked", "2 hidden", "nobody liked film 5",
          changed(DRAW, ("is_liked = ", "n_items = int(items.max()) + 1\n    is_liked = "))),
    Wrong("by popularity", "2 hidden", "others equally often", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            counts = torch.bincount(items, minlength=n_items).float() + 0.3
            chances = counts.repeat(len(users), 1)
            for u in users.unique():
                rows = (users == u).nonzero()
                chances[rows, items[users == u]] = 0
            drawn = torch.multinomial(chances, max(n_negatives, 1), True, generator=generator)[:, :n_negatives]
            labels = torch.cat([torch.ones(len(users)), torch.zeros(drawn.numel())])
            return torch.cat([users, users.repeat_interleave(n_negatives)]), torch.cat([items, drawn.flatten()]), labels
    """),
    Wrong("the global generator", "1 hidden", "the state of torch's global generator",
          changed(DRAW, ("owners.shape, generator=generator", "owners.shape"),
                  ("(int(collides.sum()),), generator=generator", "(int(collides.sum()),)"))),
    Wrong("the generator only for the first draw", "1 hidden", "the state of torch's global generator",
          changed(DRAW, ("(int(collides.sum()),), generator=generator", "(int(collides.sum()),)"))),
    Wrong("the same seed in each call", "hidden", "whether two calls draw the same",
          changed(DRAW, ("    is_liked = ", "    generator = torch.Generator().manual_seed(0)\n    is_liked = "))),
    Wrong("the global generator seeded anew", "1", "the state of torch's global generator", changed(
        DRAW, ("    is_liked = ", "    torch.manual_seed(int(torch.randint(2**40, (1,), generator=generator)))\n"
               "    is_liked = "), ("owners.shape, generator=generator", "owners.shape"),
        ("(int(collides.sum()),), generator=generator", "(int(collides.sum()),)"))),
    Wrong("from the first 700 films only", "hidden", "whether the last of 50,000 films occur", changed(
        DRAW, ("    owners", "    n_items = min(n_items, 700)\n    owners"))),
    Wrong("shuffled by the global generator", "1 hidden", "the state of torch's global generator",
          changed(DRAW, ("    return torch.cat([users, owners]), torch.cat([items, drawn]), labels",
                         "    order = torch.randperm(len(labels))\n    return torch.cat([users, owners])[order], "
                         "torch.cat([items, drawn])[order], labels[order]"))),
    Wrong("only the items shuffled", "1 2 hidden", "of the samples with label 1",
          changed(DRAW, ("drawn]), labels",
                         "drawn])[torch.randperm(len(labels), generator=generator)], labels"))),
    Wrong("one draw for all users", "2", "each on its own", changed(
        DRAW, ("torch.randint(n_items, owners.shape, generator=generator)",
               "torch.randint(n_items, (n_negatives,), generator=generator).repeat_interleave(len(users))"))),
    Wrong("a loop over samples", "hidden", "no Python loop over samples", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            liked = set(zip(users.tolist(), items.tolist()))
            rows = []
            for u, i in zip(users.tolist(), items.tolist()):
                rows.append((u, i, 1.0))
                for _ in range(n_negatives):
                    while True:
                        j = int(torch.randint(n_items, (1,), generator=generator))
                        if (u, j) not in liked:
                            break
                    rows.append((u, j, 0.0))
            u, i, labels = zip(*rows)
            return torch.tensor(u), torch.tensor(i), torch.tensor(labels)
    """),
    Wrong("the next films of the catalogue for the other negatives", "2 hidden", "second knows nothing", changed(
        DRAW, ("torch.randint(n_items, owners.shape, generator=generator)",
               "torch.randint(n_items, users.shape, generator=generator)\n"
               "    drawn = ((drawn + torch.arange(n_negatives)[:, None]) % n_items).flatten()"))),
    Wrong("each second negative a copy of the one before", "2", "the second knows nothing", changed(
        DRAW, ("    labels", "    drawn = drawn.view(n_negatives, len(users))\n"
               "    drawn[1::2] = drawn[0::2][:len(drawn[1::2])]\n    drawn = drawn.flatten()\n    labels"))),
    Wrong("the same negatives for two likes in a row", "2", "the second knows nothing", changed(
        DRAW, ("    labels", "    same = (users[1:] == users[:-1]).repeat(n_negatives, 1)\n"
               "    drawn = drawn.view(n_negatives, len(users))\n    drawn[:, 1:][same] = drawn[:, :-1][same]\n"
               "    drawn = drawn.flatten()\n    labels"))),
    Wrong("a little by popularity", "2", "others equally often", changed(
        DRAW, ("torch.randint(n_items, owners.shape, generator=generator)",
               "torch.multinomial((1.0 + torch.bincount(items, minlength=n_items)) ** 0.35, len(owners) + 1, True,\n"
               "                              generator=generator)[1:]"))),
    Wrong("the first films a little more often", "2", "others equally often", changed(
        DRAW, ("torch.randint(n_items, owners.shape, generator=generator)",
               "(torch.rand(owners.shape, generator=generator) ** 1.15 * n_items).long()"))),
    Wrong("the same negatives for all positives of a user", "2 hidden", "the second knows nothing", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            everybody = users.unique()
            is_liked = torch.zeros(int(users.max()) + 1, n_items, dtype=torch.bool)
            is_liked[users, items] = True
            chances = (~is_liked[everybody]).float()
            drawn = torch.multinomial(chances, max(n_negatives, 1), True, generator=generator)[:, :n_negatives]
            drawn = drawn[torch.searchsorted(everybody, users)].T.flatten()
            labels = (torch.arange(len(users) * (n_negatives + 1)) < len(users)).float()
            return users.repeat(n_negatives + 1), torch.cat([items, drawn]), labels
    """),
    Wrong("owners in another order than the draws", "1 2 hidden", "draw until none collides",
          changed(DRAW, ("torch.cat([users, owners])", "torch.cat([users, users.repeat_interleave(n_negatives)])"))),
    Wrong("n_negatives for each user instead of each positive", "1 2 hidden", "expected (18,)",
          changed(DRAW, ("users.repeat(n_negatives)", "users.unique().repeat(n_negatives)"))),
    Wrong("one negative for each positive", "1 2 hidden", "expected (18,)",
          changed(DRAW, ("users.repeat(n_negatives)", "users"))),
    Wrong("the positives left out", "1 2 hidden", "shape (12,), expected (18,)",
          changed(DRAW, ("torch.cat([users, owners]), torch.cat([items, drawn]), labels",
                         "owners, drawn, labels[len(users):]"))),
    Wrong("whole numbers as labels", "1 hidden", "the labels: dtype torch.int64",
          changed(DRAW, ("drawn]), labels", "drawn]), labels.long()"))),
    Wrong("labels in double precision", "1 hidden", "the labels: dtype torch.float64",
          changed(DRAW, ("drawn]), labels", "drawn]), labels.double()"))),
    Wrong("items as floats", "1 2 hidden", "the items: dtype torch.float32",
          changed(DRAW, ("drawn]), labels", "drawn]).float(), labels"))),
    Wrong("users in 32 bits", "1 hidden", "the users: dtype torch.int32",
          changed(DRAW, ("torch.cat([users, owners])", "torch.cat([users, owners]).int()"))),
    Wrong("labels the wrong way round", "1 2 hidden", "the sum of the labels",
          changed(DRAW, ("drawn]), labels", "drawn]), 1 - labels"))),
    Wrong("-1 for the negatives", "1 2", "0 for each negative",
          changed(DRAW, ("torch.zeros(len(owners))", "-torch.ones(len(owners))"))),
    Wrong("labels as a column", "1 2 hidden", "shape (18, 1), expected (18,)",
          changed(DRAW, ("drawn]), labels", "drawn]), labels[:, None]"))),
    Wrong("users numbered by their own order", "hidden", "out of bounds",
          changed(DRAW, ("int(users.max()) + 1", "len(users.unique())"))),
    Wrong("no negatives crash", "hidden", "expected a non-empty list", changed(
        DRAW, ("users.repeat(n_negatives)", "torch.cat([users for _ in range(n_negatives)])"))),
    Wrong("sorts users and items in place", "hidden", "changed its input users or items", changed(
        DRAW, ("    owners", "    order = items.argsort()\n    users[:], items[:] = users[order], items[order]\n"
               "    owners"))),
    Wrong("two tensors", "1 2 hidden", "expected 3 values", changed(DRAW, ("drawn]), labels", "drawn])"))),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(DRAW, ("return", "samples ="))),
    Wrong("hard-coded for check 1", "2 hidden", "users, items or labels", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            drawn = torch.where(users == 0, 2, 1).repeat(2)
            return users.repeat(3), torch.cat([items, drawn]), torch.tensor([1.0] * 6 + [0.0] * 12)
    """),
    Right("sorted keys, no mask", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            keys = users * n_items + items
            owners = users.repeat_interleave(n_negatives)
            drawn = torch.randint(0, n_items, (len(owners),), generator=generator)
            while len(bad := torch.isin(owners * n_items + drawn, keys).nonzero().flatten()):
                drawn[bad] = torch.randint(0, n_items, (len(bad),), generator=generator)
            return [torch.cat([owners, users]), torch.cat([drawn, items]),
                    torch.cat([torch.zeros(len(owners)), torch.ones(len(users))])]
    """),
    Right("multinomial over the films left", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            weights = torch.ones(int(users.max()) + 1, n_items)
            weights[users, items] = 0
            if n_negatives == 0:
                return users.clone(), items.clone(), torch.ones(len(users))
            drawn = torch.multinomial(weights[users], n_negatives, replacement=True, generator=generator)
            all_items = torch.cat([items[:, None], drawn], 1)
            labels = torch.zeros(all_items.shape)
            labels[:, 0] = 1
            return users[:, None].expand_as(all_items).reshape(-1), all_items.reshape(-1), labels.reshape(-1)
    """),
    Right("a loop over users, a place among the films left", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            parts = [(users, items, torch.ones(len(users)))]
            for u in users.unique().tolist():
                free = torch.tensor(sorted(set(range(n_items)) - set(items[users == u].tolist())))
                n = int((users == u).sum()) * n_negatives
                drawn = free[torch.randint(len(free), (n,), generator=generator)]
                parts.append((torch.full((n,), u), drawn, torch.zeros(n)))
            return tuple(map(torch.cat, zip(*parts)))
    """),
    Right("NumPy, seeded from the generator", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            rng = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
            liked = set(zip(users.tolist(), items.tolist()))
            owners = np.repeat(users.numpy(), n_negatives)
            drawn = rng.integers(n_items, size=len(owners))
            again = np.arange(len(owners))
            while len(again := np.array([k for k in again if (owners[k], drawn[k]) in liked], dtype=int)):
                drawn[again] = rng.integers(n_items, size=len(again))
            labels = np.repeat(np.float32([1, 0]), [len(users), len(owners)])
            return (torch.from_numpy(np.concatenate([users.numpy(), owners])),
                    torch.from_numpy(np.concatenate([items.numpy(), drawn])), torch.from_numpy(labels))
    """),
    Right("the uniform of a random number, shuffled", changed(
        DRAW, ("torch.randint(n_items, owners.shape, generator=generator)",
               "(torch.rand(owners.shape, generator=generator, dtype=torch.float64) * n_items).long()"),
        ("    return torch.cat([users, owners]), torch.cat([items, drawn]), labels",
         "    order = torch.randperm(len(labels), generator=generator)\n"
         "    return tuple(part[order] for part in (torch.cat([users, owners]), torch.cat([items, drawn]), labels))"))),
    Right("the largest of random keys for each sample", """
        def draw_epoch(users, items, n_items, n_negatives, generator):
            owners = users.repeat(n_negatives)
            keys = torch.rand(len(owners), n_items, generator=generator)
            for u in users.unique():
                mine = (owners == u).nonzero()
                keys[mine, items[users == u]] = -1.0
            drawn = keys.argmax(1) if len(owners) else owners
            labels = (torch.arange(len(users) + len(owners)) < len(users)).to(torch.float32)
            return torch.hstack([users, owners]), torch.hstack([items, drawn]), labels
    """),
]

TOWER = """
class Tower(torch.nn.Module):
    def __init__(self, n_users, n_items, n_factors=8, hidden=(32, 16, 8)):
        super().__init__()
        self.user_factors = torch.nn.Embedding(n_users, n_factors)
        self.item_factors = torch.nn.Embedding(n_items, n_factors)
        widths = [2 * n_factors, *hidden, 1]
        self.layers = torch.nn.ModuleList(map(torch.nn.Linear, widths, widths[1:]))

    def forward(self, users, items):
        z = torch.cat([self.user_factors(users), self.item_factors(items)], dim=1)
        for layer in self.layers[:-1]:
            z = torch.relu(layer(z))
        return self.layers[-1](z).squeeze(1)
"""

TOWERS = [
    Wrong("a Python list of layers", "1 2 hidden", "a Python list of layers is not counted",
          changed(TOWER, ("torch.nn.ModuleList(map(torch.nn.Linear, widths, widths[1:]))",
                          "list(map(torch.nn.Linear, widths, widths[1:]))"))),
    Wrong("a ReLU after the last layer", "2 hidden", "nothing after it",
          changed(TOWER, ("self.layers[-1](z).squeeze(1)", "torch.relu(self.layers[-1](z)).squeeze(1)"))),
    Wrong("a sigmoid after the last layer", "1 2 hidden", "the last bias is left",
          changed(TOWER, ("self.layers[-1](z).squeeze(1)", "torch.sigmoid(self.layers[-1](z)).squeeze(1)"))),
    Wrong("no ReLU", "2 hidden", "ReLU cuts at 0", changed(TOWER, ("torch.relu(layer(z))", "layer(z)"))),
    Wrong("ReLU before the layers", "2 hidden", "p first", changed(TOWER, ("layer(z))", "layer(torch.relu(z)))"))),
    Wrong("leaky ReLU", "2 hidden", "ReLU cuts at 0", changed(TOWER, ("torch.relu(", "F.leaky_relu("))),
    Wrong("sigmoids between the layers", "2 hidden", "p first", changed(TOWER, ("torch.relu(", "torch.sigmoid("))),
    Wrong("scores cut off at 100", "2 hidden", "any real number",
          changed(TOWER, (".squeeze(1)", ".squeeze(1).clamp(-100, 100)"))),
    Wrong("GELU", "2 hidden", "p first", changed(TOWER, ("torch.relu(", "F.gelu("))),
    Wrong("the absolute value", "2 hidden", "ReLU cuts at 0", changed(TOWER, ("torch.relu(", "torch.abs("))),
    Wrong("the film first", "2 hidden", "p first",
          changed(TOWER, ("self.user_factors(users), self.item_factors(items)",
                          "self.item_factors(items), self.user_factors(users)"))),
    Wrong("the two tables swapped", "1 2 hidden", "index out of range",
          changed(TOWER, ("self.user_factors(users), self.item_factors(items)",
                          "self.user_factors(items), self.item_factors(users)"))),
    Wrong("concatenated along the batch", "1 2 hidden", "cannot be multiplied (4x8 and 16x32)",
          changed(TOWER, ("dim=1", "dim=0"))),
    Wrong("the sum instead of the concatenation", "1 2 hidden", "the number of parameters",
          changed(TOWER, ("[2 * n_factors,", "[n_factors,"),
                  ("torch.cat([self.user_factors(users), self.item_factors(items)], dim=1)",
                   "self.user_factors(users) + self.item_factors(items)"))),
    Wrong("a column comes back", "1 2 hidden", "shape (2, 1), expected (2,)", changed(TOWER, (".squeeze(1)", ""))),
    Wrong("everything squeezed", "hidden", "shape (), expected (1,)", changed(TOWER, ("squeeze(1)", "squeeze()"))),
    Wrong("default widths only", "2 hidden", "with n_factors=1 and hidden=(2,)",
          changed(TOWER, ("*hidden", "32, 16, 8"))),
    Wrong("the number of factors fixed at 8", "2 hidden", "use what is passed in",
          changed(TOWER, ("[2 * n_factors", "[2 * 8"))),
    Wrong("one hidden layer forgotten", "1 2 hidden", "the number of parameters",
          changed(TOWER, ("*hidden, 1", "*hidden[:-1], 1"))),
    Wrong("always a hidden layer", "hidden", "the shapes of all parameters with hidden=()", changed(
        TOWER, ("        widths", "        hidden = hidden or (8,)\n        widths"))),
    Wrong("a dot product without hidden layers", "hidden", "the scores with hidden=()",
          changed(TOWER, ("        z = torch.cat", "        if len(self.layers) == 1:\n            return "
                          "(self.user_factors(users) * self.item_factors(items)).sum(1)\n        z = torch.cat"))),
    Wrong("widths in reverse", "1 hidden", "the number of parameters",
          changed(TOWER, ("*hidden, 1", "*hidden[::-1], 1"))),
    Wrong("the widths doubled: no last layer of width 1", "1 2 hidden", "the number of parameters",
          changed(TOWER, ("*hidden, 1", "*hidden"))),
    Wrong("no bias", "1 2 hidden", "the number of parameters", changed(
        TOWER, ("map(torch.nn.Linear, widths, widths[1:])",
                "[torch.nn.Linear(a, b, bias=False) for a, b in zip(widths, widths[1:])]"))),
    Wrong("no bias in the last layer", "1 2 hidden", "the number of parameters",
          changed(TOWER, ("widths[1:]))", "widths[1:]))\n        self.layers[-1].bias = None"))),
    Wrong("LayerNorm in between", "1 hidden", "the number of parameters", changed(
        TOWER, ("widths[1:]))", "widths[1:]))\n        self.norm = torch.nn.LayerNorm(2 * n_factors)"))),
    Wrong("dropout", "hidden", "the scores", changed(TOWER, ("layer(z))", "F.dropout(layer(z), 0.9, len(z) > 4))"))),
    Wrong("no ReLU after eval", "hidden", "when asked again",
          changed(TOWER, ("torch.relu(layer(z))", "torch.relu(layer(z)) if self.training else layer(z)"))),
    Wrong("cut off at 1000 between the layers", "hidden", "the scores with hidden", changed(
        TOWER, ("torch.relu(layer(z))", "layer(z).clamp(0, 1000)"))),
    Wrong("layers that begin as zeros", "hidden", "whether the first weights", changed(
        TOWER, ("widths[1:]))", "widths[1:]))\n        [part.data.zero_() for part in self.layers.parameters()]"))),
    Wrong("a film table that begins as ones", "hidden", "whether the first weights", changed(
        TOWER, ("        widths", "        torch.nn.init.ones_(self.item_factors.weight)\n        widths"))),
    Wrong("no ReLU for more than five pairs", "hidden", "when asked again",
          changed(TOWER, ("torch.relu(layer(z))", "torch.relu(layer(z)) if len(z) < 6 else layer(z)"))),
    Wrong("the first answer for ever", "hidden", "when asked again", changed(
        TOWER, ("        z = torch.cat", "        if hasattr(self, 'done'):\n            return self.done\n"
                "        z = torch.cat"),
        ("return self.layers[-1](z).squeeze(1)",
         "self.done = self.layers[-1](z).squeeze(1)\n        return self.done"))),
    Wrong("the scores detached", "hidden", "no detach", changed(TOWER, (".squeeze(1)", ".squeeze(1).detach()"))),
    Wrong("the users' table through .data", "hidden", "the gradient of parameter 0",
          changed(TOWER, ("self.user_factors(users)", "self.user_factors.weight.data[users]"))),
    Wrong("the films' table detached", "hidden", "the gradient of parameter 1",
          changed(TOWER, ("self.item_factors(items)", "self.item_factors(items).detach()"))),
    Wrong("hidden layers without gradient", "hidden", "no detach, .data, no_grad",
          changed(TOWER, ("torch.relu(layer(z))", "torch.relu(layer(z)).detach()"))),
    Wrong("always single precision", "hidden", "dtype torch.float32, expected torch.float64",
          changed(TOWER, (".squeeze(1)", ".squeeze(1).float()"))),
    Wrong("numbers in a list", "1 2 hidden", "a list", changed(TOWER, (".squeeze(1)", ".squeeze(1).tolist()"))),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(TOWER, ("return ", "score = "))),
    Right("Sequential", changed(
        TOWER, ("self.layers = torch.nn.ModuleList(map(torch.nn.Linear, widths, widths[1:]))",
                "parts = [p for a, b in zip(widths, widths[1:]) for p in (torch.nn.Linear(a, b), torch.nn.ReLU())]\n"
                "        self.layers = torch.nn.Sequential(*parts[:-1])"),
        ("        for layer in self.layers[:-1]:\n            z = torch.relu(layer(z))\n", ""),
        ("self.layers[-1](z).squeeze(1)", "self.layers(z).flatten()"))),
    Right("the last layer under a name of its own, ReLU in place", """
        class Tower(torch.nn.Module):
            def __init__(self, n_users, n_items, n_factors=8, hidden=(32, 16, 8)):
                super().__init__()
                self.user_factors = torch.nn.Embedding(n_users, n_factors)
                self.item_factors = torch.nn.Embedding(n_items, n_factors)
                self.body, n_in = torch.nn.Sequential(), 2 * n_factors
                for n_out in hidden:
                    self.body.append(torch.nn.Linear(n_in, n_out))
                    self.body.append(torch.nn.ReLU(inplace=True))
                    n_in = n_out
                self.out = torch.nn.Linear(n_in, 1)

            def forward(self, users, items):
                return self.out(self.body(torch.hstack((self.user_factors(users), self.item_factors(items)))))[:, 0]
    """),
    Right("the first layer in two halves, matrix products", changed(
        TOWER, ("z = torch.cat([self.user_factors(users), self.item_factors(items)], dim=1)",
                "W_u, W_i = self.layers[0].weight.chunk(2, dim=1)\n"
                "        z = self.user_factors(users) @ W_u.T + self.item_factors(items) @ W_i.T\n"
                "        z = z + self.layers[0].bias"),
        ("for layer in self.layers[:-1]:\n            z = torch.relu(layer(z))",
         "for layer in self.layers[1:]:\n            z = torch.addmm(layer.bias, z.clamp(min=0), layer.weight.T)"),
        ("self.layers[-1](z).squeeze(1)", "z.reshape(-1)"))),
    Right("attributes by number, einsum", """
        class Tower(torch.nn.Module):
            def __init__(self, n_users, n_items, n_factors=8, hidden=(32, 16, 8)):
                super().__init__()
                self.user_factors = torch.nn.Embedding(n_users, n_factors)
                self.item_factors = torch.nn.Embedding(n_items, n_factors)
                self.n = len(hidden)
                n_in = (2 * n_factors,) + tuple(hidden)
                for k, n_out in enumerate(tuple(hidden) + (1,)):
                    self.add_module(f"layer_{k}", torch.nn.Linear(n_in[k], n_out))

            def forward(self, users, items):
                z = torch.cat((F.embedding(users, self.user_factors.weight), self.item_factors.weight[items]), -1)
                for k in range(self.n + 1):
                    layer = getattr(self, f"layer_{k}")
                    z = torch.einsum("bi,oi->bo", z, layer.weight) + layer.bias
                    if k < self.n:
                        z = torch.maximum(z, torch.zeros_like(z))
                return z.view(len(users))
    """),
    Right("a start of its own, layers called from the module list", changed(
        TOWER, ("widths[1:]))", "widths[1:]))\n        for layer in self.layers:\n"
                "            torch.nn.init.xavier_uniform_(layer.weight)\n"
                "            torch.nn.init.zeros_(layer.bias)\n"
                "        torch.nn.init.normal_(self.user_factors.weight, std=0.01)"),
        ("torch.relu(layer(z))", "F.relu(F.linear(z, layer.weight, layer.bias))"))),
]

GMF = """
def gmf_scores(user_rows, item_factors, h, bias):
    return (user_rows * h) @ item_factors.T + bias
"""

GMF_SCORES = [
    Wrong("no h", "1 2 hidden", "1·(1·3) - 2·(2·1)", changed(GMF, ("(user_rows * h)", "user_rows"))),
    Wrong("no bias", "1 2 hidden", "1·(1·3) - 2·(2·1)", changed(GMF, (" + bias", ""))),
    Wrong("the bias subtracted", "1 2 hidden", "1·(1·3) - 2·(2·1)", changed(GMF, ("+ bias", "- bias"))),
    Wrong("h on both sides", "1 2 hidden", "1·(1·3) - 2·(2·1)",
          changed(GMF, ("item_factors.T", "(item_factors * h).T"))),
    Wrong("half of h on each side by a root", "1 2 hidden", "nan", changed(
        GMF, ("user_rows * h", "user_rows * h.sqrt()"), ("item_factors.T", "(item_factors * h.sqrt()).T"))),
    Wrong("h without its signs", "1 2 hidden", "1·(1·3) - 2·(2·1)", changed(GMF, ("* h", "* h.abs()"))),
    Wrong("divided by h", "1 2 hidden", "1·(1·3) - 2·(2·1)", changed(GMF, ("* h", "/ h"))),
    Wrong("h added", "1 2 hidden", "1·(1·3) - 2·(2·1)", changed(GMF, ("user_rows * h", "user_rows + h"))),
    Wrong("h down the users", "1 2 hidden", "1·(1·3) - 2·(2·1)", changed(GMF, ("* h", "* h[:, None]"))),
    Wrong("the bias once for each factor", "1 2 hidden", "1·(1·3) - 2·(2·1)",
          changed(GMF, ("+ bias", "+ bias * len(h)"))),
    Wrong("a sigmoid", "1 2 hidden", "no sigmoid, no ReLU", changed(GMF, (
        "(user_rows * h) @ item_factors.T + bias", "torch.sigmoid((user_rows * h) @ item_factors.T + bias)"))),
    Wrong("a ReLU", "1 2 hidden", "no sigmoid, no ReLU", changed(GMF, (
        "(user_rows * h) @ item_factors.T + bias", "torch.relu((user_rows * h) @ item_factors.T + bias)"))),
    Wrong("films by users", "1 2 hidden", "shape (3, 2), expected (2, 3)",
          changed(GMF, ("(user_rows * h) @ item_factors.T", "(item_factors * h) @ user_rows.T"))),
    Wrong("the scores of pairs", "1 2 hidden", "The size of tensor a (2) must match the size of tensor b (3)",
          changed(GMF, ("(user_rows * h) @ item_factors.T", "(user_rows * h * item_factors).sum(1)"))),
    Wrong("the films' table not transposed", "1 2 hidden", "(2x2 and 3x2)", changed(GMF, (".T", ""))),
    Wrong("the products of all pairs, not added up", "1 2 hidden", "shape (2, 3, 2), expected (2, 3)",
          changed(GMF, ("(user_rows * h) @ item_factors.T", "(user_rows * h)[:, None] * item_factors"))),
    Wrong("a tensor's bias only of shape (1,)", "hidden", "0-dim tensor", changed(
        GMF, ("+ bias", "+ (bias[0] if torch.is_tensor(bias) else bias)"))),
    Wrong("always single precision", "hidden", "the scores of", changed(
        GMF, ("(user_rows * h) @ item_factors.T", "(user_rows * h).float() @ item_factors.float().T"))),
    Wrong("single precision inside, cast back", "hidden", "the scores of", changed(
        GMF, ("(user_rows * h) @ item_factors.T", "((user_rows * h).float() @ item_factors.float().T).to(h)"))),
    Wrong("always double precision", "hidden", "the scores from torch.float32: dtype torch.float64",
          changed(GMF, ("(user_rows * h) @ item_factors.T", "(user_rows * h).double() @ item_factors.double().T"))),
    Wrong("a NumPy array", "hidden", "expected a Tensor",
          changed(GMF, ("+ bias", "+ bias"), ("(user_rows * h) @ item_factors.T + bias",
                                              "((user_rows * h) @ item_factors.T + bias).numpy()"))),
    Wrong("h multiplied into the users' rows in place", "2 hidden", "changed its input user_rows",
          changed(GMF, ("user_rows * h", "user_rows.mul_(h)"))),
    Wrong("h multiplied into the films' table in place", "2 hidden", "changed its input item_factors",
          changed(GMF, ("(user_rows * h)", "user_rows"), ("item_factors.T", "item_factors.mul_(h).T"))),
    Wrong("the first user for all", "1 2 hidden", "the scores", changed(GMF, ("user_rows * h", "user_rows[[0]] * h"),
          ("+ bias", "+ torch.zeros(len(user_rows), 1, dtype=h.dtype) + bias"))),
    Wrong("hard-coded for check 1", "2 hidden", "expected (5, 7)", """
        def gmf_scores(user_rows, item_factors, h, bias):
            return torch.tensor([[-0.5, 1.5, 4.5], [-1.5, 0.5, 2.5]])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(GMF, ("return", "scores ="))),
    Right("h with the films", """
        def gmf_scores(user_rows, item_factors, h, bias):
            return torch.matmul(user_rows, (h * item_factors).T).add(bias)
    """),
    Right("einsum", """
        def gmf_scores(user_rows, item_factors, h, bias):
            return torch.einsum("bf,nf,f->bn", user_rows, item_factors, h) + bias
    """),
    Right("a diagonal matrix", """
        def gmf_scores(user_rows, item_factors, h, bias):
            return bias + user_rows @ torch.diag(h) @ item_factors.T
    """),
    Right("a loop over users and films", """
        def gmf_scores(user_rows, item_factors, h, bias):
            rows = [torch.stack([(h * p * q).sum() for q in item_factors]) for p in user_rows]
            return torch.stack(rows) + float(bias)
    """),
    Right("the huge tensor", """
        def gmf_scores(user_rows, item_factors, h, bias):
            return (user_rows[:, None, :] * item_factors[None] * h).sum(-1) + bias
    """),
    Right("a linear layer with the films as its weight", """
        def gmf_scores(user_rows, item_factors, h, bias):
            return F.linear(user_rows * h, item_factors).add_(bias)
    """),
    Right("NumPy, in double precision and back", """
        def gmf_scores(user_rows, item_factors, h, bias):
            P, Q, w = (part.double().numpy() for part in (user_rows, item_factors, h))
            return torch.from_numpy(P * w @ Q.T + float(bias)).to(user_rows.dtype)
    """),
    Wrong("the users emptied afterwards, h ignored", "1 2 hidden", "the scores", """
        def gmf_scores(user_rows, item_factors, h, bias):
            scores = user_rows @ item_factors.T + bias
            user_rows.zero_()
            return scores
    """),
]

FUSE = """
def fuse(gmf_out, mlp_out, alpha):
    weight = torch.cat([alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight], dim=1)
    fused = torch.nn.Linear(weight.shape[1], 1, dtype=weight.dtype)
    with torch.no_grad():
        fused.weight.copy_(weight)
        fused.bias.copy_(alpha * gmf_out.bias + (1 - alpha) * mlp_out.bias)
    return fused
"""
BIAS = "alpha * gmf_out.bias + (1 - alpha) * mlp_out.bias"

FUSES = [
    Wrong("both biases in full", "2 hidden", "weighed like the scores",
          changed(FUSE, (BIAS, "gmf_out.bias + mlp_out.bias"))),
    Wrong("the mean of the biases", "2 hidden", "weighed like the scores",
          changed(FUSE, (BIAS, "(gmf_out.bias + mlp_out.bias) / 2"))),
    Wrong("the bias of the GMF alone", "2 hidden", "weighed like the scores", changed(FUSE, (BIAS, "gmf_out.bias"))),
    Wrong("the bias of the MLP not weighed", "2 hidden", "weighed like the scores",
          changed(FUSE, ("(1 - alpha) * mlp_out.bias", "mlp_out.bias"))),
    Wrong("the bias left as it started", "2 hidden", "weighed like the scores",
          changed(FUSE, (f"        fused.bias.copy_({BIAS})\n", ""))),
    Wrong("no bias", "2 hidden", "the bias", changed(FUSE, (f"fused.bias.copy_({BIAS})", "fused.bias = None"))),
    Wrong("a bias of zeros", "2 hidden", "weighed like the scores", changed(FUSE, (BIAS, "torch.zeros(1)"))),
    Wrong("the weights' shares swapped", "1 2 hidden", "¼ of GMF's weights first", changed(
        FUSE, ("alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight",
               "(1 - alpha) * gmf_out.weight, alpha * mlp_out.weight"))),
    Wrong("the MLP first", "1 2 hidden", "¼ of GMF's weights first", changed(
        FUSE, ("alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight",
               "(1 - alpha) * mlp_out.weight, alpha * gmf_out.weight"))),
    Wrong("weights not weighed", "1 2 hidden", "¼ of GMF's weights first", changed(
        FUSE, ("alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight", "gmf_out.weight, mlp_out.weight"))),
    Wrong("only the GMF weighed", "1 2 hidden", "then ¾ of the MLP's",
          changed(FUSE, ("(1 - alpha) * mlp_out.weight", "mlp_out.weight"))),
    Wrong("one half, whatever alpha is", "1 2 hidden", "¼ of GMF's weights first",
          changed(FUSE, ("    weight =", "    alpha = 0.5\n    weight ="))),
    Wrong("alpha 0 taken for not given", "2", "alpha=0.0", changed(
        FUSE, ("    weight =", "    alpha = alpha or 0.5\n    weight ="))),
    Wrong("one on top of the other", "1 2 hidden", "except in dimension 0", changed(FUSE, ("dim=1", "dim=0"))),
    Wrong("weights added", "1 2 hidden", "must match the size of tensor b (3)", changed(
        FUSE, ("torch.cat([alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight], dim=1)",
               "alpha * gmf_out.weight + (1 - alpha) * mlp_out.weight"))),
    Wrong("always single precision", "2 hidden", "double precision: dtype torch.float32",
          changed(FUSE, (", dtype=weight.dtype", ""))),
    Wrong("always double precision", "hidden", "the weight from torch.float32: dtype torch.float64",
          changed(FUSE, ("dtype=weight.dtype", "dtype=torch.float64"))),
    Wrong("the weight alone comes back", "1 2 hidden", "expected 'Linear'",
          changed(FUSE, ("return fused", "return weight"))),
    Wrong("a pair of tensors", "1 2 hidden", "expected 'Linear'",
          changed(FUSE, ("return fused", "return fused.weight, fused.bias"))),
    Wrong("a Sequential", "1 2 hidden", "expected 'Linear'",
          changed(FUSE, ("return fused", "return torch.nn.Sequential(fused)"))),
    Wrong("a function", "1 2 hidden", "expected 'Linear'", """
        def fuse(gmf_out, mlp_out, alpha):
            f = gmf_out.in_features
            return lambda x: alpha * gmf_out(x[:, :f]) + (1 - alpha) * mlp_out(x[:, f:])
    """),
    Wrong("frozen", "hidden", "are parameters to train",
          changed(FUSE, ("return fused", "return fused.requires_grad_(False)"))),
    Wrong("only the weight can be trained", "hidden", "are parameters to train",
          changed(FUSE, ("return fused", "fused.bias.requires_grad_(False)\n    return fused"))),
    Wrong("the given layers frozen", "hidden", "new and old, are parameters to train", changed(
        FUSE, ("return fused", "gmf_out.requires_grad_(False), mlp_out.requires_grad_(False)\n    return fused"))),
    Wrong("no gradient ever arrives", "hidden", "after a step of SGD", changed(
        FUSE, ("return fused", "[part.register_hook(lambda slope: slope * 0) for part in fused.parameters()]\n"
               "    return fused"))),
    Wrong("a module of its own of that name", "hidden", "an nn.Linear", """
        def fuse(gmf_out, mlp_out, alpha):
            class Linear(torch.nn.Module):
                def __init__(self):
                    super().__init__()
                    weight = torch.cat([alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight], 1)
                    self.weight = torch.nn.Parameter(weight.detach())
                    self.bias = torch.nn.Parameter((alpha * gmf_out.bias + (1 - alpha) * mlp_out.bias).detach())
                    self.in_features, self.out_features = weight.shape[1], 1

                def forward(self, x):
                    return x @ self.weight.T.detach() + self.bias.detach()
            return Linear()
    """),
    Wrong("a layer that forgets that it has one output", "hidden", "out_features",
          changed(FUSE, ("return fused", "fused.out_features = 7\n    return fused"))),
    Wrong("the given layers scaled in place", "2 hidden", "changed its input gmf_out or mlp_out", """
        def fuse(gmf_out, mlp_out, alpha):
            f, g = gmf_out.in_features, mlp_out.in_features
            fused = torch.nn.Linear(f + g, 1, dtype=gmf_out.weight.dtype)
            with torch.no_grad():
                for layer, share in ((gmf_out, alpha), (mlp_out, 1 - alpha)):
                    for part in layer.parameters():
                        part.mul_(share)
                fused.weight.copy_(torch.cat([gmf_out.weight, mlp_out.weight], 1))
                fused.bias.copy_(gmf_out.bias + mlp_out.bias)
            return fused
    """),
    Wrong("the GMF's layer made wider", "2 hidden", "changed its input gmf_out or mlp_out", """
        def fuse(gmf_out, mlp_out, alpha):
            weight = torch.cat([alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight], 1).detach()
            bias = (alpha * gmf_out.bias + (1 - alpha) * mlp_out.bias).detach()
            gmf_out.weight, gmf_out.bias = torch.nn.Parameter(weight), torch.nn.Parameter(bias)
            gmf_out.in_features += mlp_out.in_features
            return gmf_out
    """),
    Wrong("the GMF's bias shared where alpha is 1", "hidden", "changed its input gmf_out or mlp_out", changed(
        FUSE, ("    return fused", "    if alpha == 1:\n        fused.bias = gmf_out.bias\n    return fused"))),
    Wrong("a layer that forgets how wide it is", "hidden", "in_ and out_features", """
        def fuse(gmf_out, mlp_out, alpha):
            fused = copy.deepcopy(gmf_out)
            weight = torch.cat([alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight], 1)
            fused.weight = torch.nn.Parameter(weight.detach())
            fused.bias.data = (alpha * gmf_out.bias + (1 - alpha) * mlp_out.bias).detach()
            return fused
    """),
    Wrong("written into a parameter without no_grad", "1 2 hidden", "leaf", changed(
        FUSE, ("with torch.no_grad():", "if True:"))),
    Wrong("hard-coded for check 1", "2 hidden", "the bias with alpha=0.5", """
        def fuse(gmf_out, mlp_out, alpha):
            fused = torch.nn.Linear(5, 1, dtype=gmf_out.weight.dtype)
            fused.weight.data = torch.tensor([[0.5, -0.25, 3.0, 0.0, 6.0]], dtype=gmf_out.weight.dtype)
            return fused
    """),
    Wrong("returns nothing", "1 2 hidden", "'NoneType', expected 'Linear'", changed(FUSE, ("    return fused", ""))),
    Right("load_state_dict", """
        def fuse(gmf_out, mlp_out, alpha):
            weight = torch.hstack([alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight])
            fused = torch.nn.Linear(gmf_out.in_features + mlp_out.in_features, 1).to(weight.dtype)
            fused.load_state_dict({"weight": weight, "bias": torch.lerp(mlp_out.bias, gmf_out.bias, alpha)})
            return fused
    """),
    Right("new parameters", """
        def fuse(gmf_out, mlp_out, alpha):
            fused = torch.nn.Linear(gmf_out.in_features + mlp_out.in_features, 1)
            weight = torch.cat([gmf_out.weight * alpha, mlp_out.weight * (1 - alpha)], -1)
            fused.weight = torch.nn.Parameter(weight.detach())
            fused.bias = torch.nn.Parameter((gmf_out.bias * alpha + mlp_out.bias * (1 - alpha)).detach())
            return fused
    """),
    Right("slices through .data", """
        def fuse(gmf_out, mlp_out, alpha):
            f = gmf_out.in_features
            fused = torch.nn.Linear(f + mlp_out.in_features, 1, dtype=gmf_out.weight.dtype)
            fused.weight.data[:, :f] = alpha * gmf_out.weight.data
            fused.weight.data[:, f:] = (1.0 - alpha) * mlp_out.weight.data
            fused.bias.data = alpha * gmf_out.bias.data + (1.0 - alpha) * mlp_out.bias.data
            return fused
    """),
    Right("a deep copy made wider", """
        def fuse(gmf_out, mlp_out, alpha):
            fused = copy.deepcopy(gmf_out)
            fused.in_features = gmf_out.in_features + mlp_out.in_features
            with torch.no_grad():
                weight = torch.cat([alpha * gmf_out.weight, (1 - alpha) * mlp_out.weight], 1)
                bias = alpha * gmf_out.bias + (1 - alpha) * mlp_out.bias
            fused.weight, fused.bias = torch.nn.Parameter(weight), torch.nn.Parameter(bias)
            return fused
    """),
    Right("NumPy", """
        def fuse(gmf_out, mlp_out, alpha):
            (W, b), (V, c) = [[part.detach().numpy() for part in layer.parameters()] for layer in (gmf_out, mlp_out)]
            fused = torch.nn.Linear(W.size + V.size, 1)
            fused.weight.data = torch.from_numpy(np.concatenate([alpha * W, (1 - alpha) * V], axis=1))
            fused.bias.data = torch.from_numpy(alpha * b + (1 - alpha) * c)
            return fused
    """),
]

KEEP = """
def keep_best(model, epochs, validate):
    values, best_epoch, best_value, best_state = [], 0, -float("inf"), None
    for epoch, _ in enumerate(epochs, start=1):
        value = validate()
        if value > best_value:
            best_epoch, best_value, best_state = epoch, value, copy.deepcopy(model.state_dict())
        values.append(value)
    if best_state is not None:
        model.load_state_dict(best_state)
    return best_epoch, values
"""
DEEP = "copy.deepcopy(model.state_dict())"

KEEP_BEST = [
    Wrong("appended before comparing", "1 hidden", "compare, then append", changed(
        KEEP, ("        if value > best_value:", "        values.append(value)\n        if value > max(values):"),
        ("        values.append(value)\n    if", "    if"))),
    Wrong("the live state_dict", "1 hidden", "from a deep copy", changed(KEEP, (DEEP, "model.state_dict()"))),
    Wrong("a shallow copy", "1 hidden", "from a deep copy", changed(KEEP, (DEEP, "dict(model.state_dict())"))),
    Wrong("one number of each tensor kept", "1 hidden", "from a deep copy", changed(
        KEEP, (DEEP, "{name: part.flatten()[0].item() for name, part in model.state_dict().items()}"),
        ("model.load_state_dict(best_state)",
         "[part.fill_(best_state[name]) for name, part in model.state_dict().items()]"))),
    Wrong("the parameters set to the epoch's number", "1 hidden", "from a deep copy", changed(
        KEEP, ("model.load_state_dict(best_state)", "[part.data.fill_(best_epoch) for part in model.parameters()]"))),
    Wrong("what the iterator gives for the epoch's number", "1 hidden", "the best epoch",
          changed(KEEP, ("epoch, _ in enumerate(epochs, start=1)", "epoch in epochs"))),
    Wrong("copied to the CPU, where it is already", "1 hidden", "from a deep copy",
          changed(KEEP, (DEEP, "{name: part.detach().cpu() for name, part in model.state_dict().items()}"))),
    Wrong("never put back", "1 hidden", "put the best back",
          changed(KEEP, ("        model.load_state_dict(best_state)", "        pass"))),
    Wrong("another object is put back", "1 hidden", "put the best back", changed(
        KEEP, ("model.load_state_dict(best_state)", "model = copy.deepcopy(model).load_state_dict(best_state)"))),
    Wrong("the last of equals", "1 hidden", "the first of equals", changed(KEEP, ("value > best", "value >= best"))),
    Wrong("lower is better", "1 hidden", "higher is better",
          changed(KEEP, ("value > best", "value < best"), ('-float("inf")', 'float("inf")'))),
    Wrong("counted from 0", "1 hidden", "counted from 1", changed(KEEP, ("start=1", "start=0"))),
    Wrong("the best value comes back", "1 hidden", "the best epoch", changed(
        KEEP, ("return best_epoch", "return best_value"))),
    Wrong("list first, epoch second", "1 hidden", "the list returned second", changed(
        KEEP, ("return best_epoch, values", "return values, best_epoch"))),
    Wrong("the epoch alone", "1 hidden", "expected 2 values", changed(KEEP, ("best_epoch, values\n", "best_epoch\n"))),
    Wrong("returns nothing", "1 hidden", "forget to return", changed(KEEP, ("    return best_epoch, values", ""))),
    Wrong("everything trained first", "1 hidden", "the values of all 5 epochs",
          changed(KEEP, ("enumerate(epochs,", "enumerate(list(epochs),"))),
    Wrong("validated before the epoch", "1 hidden", "the values of all 5 epochs", changed(
        KEEP, ("    for epoch", "    ahead = validate()\n    for epoch"), ("value = validate()\n", "value = ahead\n"),
        ("values.append(value)", "values.append(value)\n        ahead = validate()"))),
    Wrong("validated twice", "1", "once after each",
          changed(KEEP, ("values.append(value)", "values.append(validate())"))),
    Wrong("stops at the first worse value", "1", "the values of all 5 epochs",
          changed(KEEP, ("        values.append(value)\n",
                         "        values.append(value)\n        if value < best_value:\n            break\n"))),
    Wrong("back to the best after each worse epoch", "1", "put the best back only at the end", changed(
        KEEP, ("        values.append(value)\n",
               "        values.append(value)\n        if value < best_value:\n"
               "            model.load_state_dict(best_state)\n"))),
    Wrong("only better values in the list", "1 hidden", "the values of all 5 epochs",
          changed(KEEP, ("        values.append(value)", "            values.append(value)"))),
    Wrong("the best so far in the list", "1 hidden", "the values of all 5 epochs",
          changed(KEEP, ("values.append(value)", "values.append(best_value)"))),
    Wrong("starts at 0", "hidden", "the best epoch of [-3", changed(KEEP, ('-float("inf")', "0.0"))),
    Wrong("starts at -1000", "hidden", "the best epoch of [-3", changed(KEEP, ('-float("inf")', "-1000.0"))),
    Wrong("at most eight epochs", "hidden", "the values, nan too",
          changed(KEEP, ("epoch, _ in enumerate(epochs, start=1)", "epoch, _ in zip(range(1, 9), epochs)"))),
    Wrong("starts at -1", "hidden", "the best epoch of [-3", changed(KEEP, ('-float("inf")', "-1.0"))),
    Wrong("starts with the first value, which may be nan", "hidden", "nan is never the best", changed(
        KEEP, ("if value > best_value", "if not values or value > best_value"))),
    Wrong("compared with max(values)", "hidden", "nan is never the best",
          changed(KEEP, ("value > best_value", "not values or value > max(values)"))),
    Wrong("argmax of the list", "hidden", "nan is never the best", """
        def keep_best(model, epochs, validate):
            values, states = [], []
            for _ in epochs:
                values.append(validate())
                states.append(copy.deepcopy(model.state_dict()))
            best = int(np.argmax(values))
            model.load_state_dict(states[best])
            return best + 1, values
    """),
    Wrong("nan taken for better", "hidden", "nan is never the best",
          changed(KEEP, ("if value > best_value", "if not value <= best_value"))),
    Wrong("nan ends the training", "hidden", "nan is never the best", changed(
        KEEP, ("        if value >", "        if value != value:\n            break\n        if value >"))),
    Wrong("nan left out of the list", "hidden", "the values, nan too",
          changed(KEEP, ("values.append(value)", "values += [value] * (value == value)"))),
    Wrong("None for the best epoch without any number", "hidden", "the best epoch of [nan, nan]",
          changed(KEEP, ("[], 0, -float", "[], None, -float"))),
    Wrong("loads None without any number", "hidden", "None", changed(KEEP, ("if best_state is not None", "if True"))),
    Wrong("an improvement must be a thousandth", "hidden", "any higher number is better",
          changed(KEEP, ("value > best_value", "value > best_value + 1e-3"))),
    Wrong("values rounded", "hidden", "any higher number is better",
          changed(KEEP, ("value = validate()", "value = round(validate(), 4)"))),
    Wrong("parameters without buffers", "hidden", "and its buffers", changed(
        KEEP, (DEEP, "[part.detach().clone() for part in model.parameters()]"),
        ("model.load_state_dict(best_state)", "[p.data.copy_(q) for p, q in zip(model.parameters(), best_state)]"))),
    Wrong("only the first parameter", "hidden", "the final model", changed(
        KEEP, (DEEP, "next(model.parameters()).detach().clone()"),
        ("model.load_state_dict(best_state)", "next(model.parameters()).data.copy_(best_state)"))),
    Wrong("half precision kept", "hidden", "to the last digit", changed(
        KEEP, (DEEP, "{name: part.half() for name, part in model.state_dict().items()}"))),
    Wrong("hard-coded for check 1's first line", "1 hidden", "from a deep copy", """
        def keep_best(model, epochs, validate):
            for epoch in epochs:
                validate()
            model.weight.data.fill_(2)
            return 2, [0.2, 0.5, 0.4, 0.5, 0.3]
    """),
    Right("clones in a dict, a while loop over next", """
        def keep_best(model, epochs, validate):
            values, best, state = [], 0, {}
            while True:
                try:
                    next(epochs)
                except StopIteration:
                    break
                values.append(validate())
                if not math.isnan(values[-1]) and (best == 0 or values[-1] > values[best - 1]):
                    best = len(values)
                    state = {name: part.clone() for name, part in model.state_dict().items()}
            if best:
                model.load_state_dict(state)
            return best, values
    """),
    Right("a deep copy of the whole model, training mode after it", """
        def keep_best(model, epochs, validate):
            values, best_epoch, best_model = [], 0, model
            for _ in epochs:
                model.eval()
                values.append(validate())
                numbers = [value for value in values if value == value]
                if values[-1] == values[-1] and values[-1] > max(numbers[:-1], default=-math.inf):
                    best_epoch, best_model = len(values), copy.deepcopy(model)
                model.train()
            if best_epoch:
                model.load_state_dict(best_model.state_dict())
            return [best_epoch, values]
    """),
    Right("all states kept, chosen at the end", """
        def keep_best(model, epochs, validate):
            values, states = [], []
            for _ in epochs:
                values.append(validate())
                states.append(copy.deepcopy(model.state_dict()))
            clean = np.where(np.isnan(values), -np.inf, values)
            if np.isnan(values).all():
                return 0, values
            best = int(clean.argmax())
            model.load_state_dict(states[best])
            return best + 1, values
    """),
    Right("parameters and buffers copied by hand", """
        def keep_best(model, epochs, validate):
            def parts():
                return [*model.parameters(), *model.buffers()]
            best_epoch, best_value, kept, values = 0, None, None, []
            for epoch, loss in enumerate(epochs):
                value = validate()
                values += [value]
                if value == value and (best_value is None or value > best_value):
                    best_epoch, best_value, kept = epoch + 1, value, [part.detach().clone() for part in parts()]
            with torch.no_grad():
                for part, old in zip(parts(), kept or parts()):
                    part.copy_(old)
            return torch.tensor(best_epoch), np.array(values)
    """),
    Right("saved to a file in memory", """
        import io

        def keep_best(model, epochs, validate):
            best, values, file = (-math.inf, 0), [], None
            for epoch, _ in enumerate(epochs, 1):
                value = validate()
                values.append(value)
                if (value, -epoch) > (best[0], -best[1]) and value > best[0]:
                    best, file = (value, epoch), io.BytesIO()
                    torch.save(model.state_dict(), file)
            if file:
                file.seek(0)
                model.load_state_dict(torch.load(file))
            return best[1], values
    """),
]

LOOP = """
def train_and_keep(model, split, draw, train_on, validate, n_epochs):
    is_known = torch.zeros(split.train.n_users, split.train.n_items, dtype=torch.bool)
    is_known[split.train.users, split.train.items] = True
    hr_list, best_state = [], None
    for _ in range(n_epochs):
        train_on(*draw(is_known))
        hr = validate()
        if not hr_list or hr > max(hr_list):
            best_state = copy.deepcopy(model.state_dict())
        hr_list.append(hr)
    model.load_state_dict(best_state)
    return hr_list
"""
MARK = "    is_known[split.train.users, split.train.items] = True\n"
PARTS = "    for part in ({}):\n        is_known[part.users, part.items] = True\n"

TRAIN_AND_KEEP = [
    Wrong("the faulty one", "1 2 hidden", "is a leak", FAULTY),
    Wrong("only the leak mended", "2 hidden", "compare before appending", changed(
        FAULTY, ("(split.train, split.validation, split.test)", "(split.train,)"))),
    Wrong("only the comparison mended", "1 2 hidden", "is a leak", changed(
        FAULTY, ("        hr_list.append(hr)\n", ""),
        ("if hr > max(hr_list):", "if not hr_list or hr > max(hr_list):"),
        ("best_state = model.state_dict()\n    model", "best_state = model.state_dict()\n"
         "        hr_list.append(hr)\n    model"))),
    Wrong("the third fault left: a live state_dict", "2 hidden", "keep a deep copy",
          changed(LOOP, (DEEP, "model.state_dict()"))),
    Wrong("one number of each tensor kept", "2 hidden", "keep a deep copy", changed(
        LOOP, (DEEP, "{name: part.flatten()[0].item() for name, part in model.state_dict().items()}"),
        ("model.load_state_dict(best_state)",
         "[part.fill_(best_state[name]) for name, part in model.state_dict().items()]"))),
    Wrong("the parameters set to the epoch's number", "2 hidden", "keep a deep copy", changed(
        LOOP, (DEEP, "len(hr_list) + 1"),
        ("model.load_state_dict(best_state)", "[part.data.fill_(best_state) for part in model.parameters()]"))),
    Wrong("back to the best after each worse epoch", "2 hidden", "the validation values", changed(
        LOOP, ("        hr_list.append(hr)\n", "        hr_list.append(hr)\n        if hr < max(hr_list):\n"
               "            model.load_state_dict(best_state)\n"))),
    Wrong("a shallow copy", "2 hidden", "keep a deep copy", changed(LOOP, (DEEP, "model.state_dict().copy()"))),
    Wrong("only the leak left", "1 hidden", "is a leak",
          changed(LOOP, (MARK, PARTS.format("split.train, split.validation, split.test")))),
    Wrong("the test film still spared", "1 hidden", "is a leak",
          changed(LOOP, (MARK, PARTS.format("split.train, split.test")))),
    Wrong("the validation film still spared", "1 hidden", "is a leak",
          changed(LOOP, (MARK, PARTS.format("split.train, split.validation")))),
    Wrong("the test film alone is known", "1 hidden", "is_known of user",
          changed(LOOP, (MARK, PARTS.format("split.test,")))),
    Wrong("nothing is known", "1 hidden", "is_known of user", changed(LOOP, (MARK, ""))),
    Wrong("what anybody has is known for all", "1 hidden", "is_known of user",
          changed(LOOP, ("is_known[split.train.users, split.train.items]", "is_known[:, split.train.items]"))),
    Wrong("True and False swapped", "1 hidden", "is_known of user",
          changed(LOOP, ("draw(is_known)", "draw(~is_known)"))),
    Wrong("films by users", "1 hidden", "shape (5, 3), expected (3, 5)",
          changed(LOOP, ("draw(is_known)", "draw(is_known.T)"))),
    Wrong("as wide as the training part", "1", "expected (3, 5)",
          changed(LOOP, ("split.train.n_items,", "int(split.train.items.max()) + 1,"))),
    Wrong("the mask as floats", "1", "is_known: dtype torch.float32", changed(LOOP, (", dtype=torch.bool", ""))),
    Wrong("samples drawn once for all", "1 2 hidden", "anew in each epoch", changed(
        LOOP, ("    for _", "    samples = draw(is_known)\n    for _"), ("*draw(is_known)", "*samples"))),
    Wrong("the samples of all epochs drawn first", "hidden", "anew in each epoch", changed(
        LOOP, ("    for _", "    samples = [draw(is_known) for _ in range(n_epochs)]\n    for _"),
        ("*draw(is_known)", "*samples.pop(0)"))),
    Wrong("the samples in one piece", "1 2 hidden", "the arguments of train_on(*samples)",
          changed(LOOP, ("*draw", "draw"))),
    Wrong("at most six epochs", "hidden", "the validation values",
          changed(LOOP, ("range(n_epochs)", "range(min(n_epochs, 6))"))),
    Wrong("the first value must be above -1", "hidden", "values [-2", changed(
        LOOP, ("not hr_list or hr > max(hr_list)", "hr > max(hr_list, default=-1.0)"),
        ("best_state = [], None", "best_state = [], copy.deepcopy(model.state_dict())"))),
    Wrong("best from 0", "hidden", "got <class 'NoneType'>",
          changed(LOOP, ("not hr_list or hr > max(hr_list)", "hr > max([0.0] + hr_list)"))),
    Wrong("the last of equals", "hidden", "the first of the best", changed(LOOP, ("hr > max", "hr >= max"))),
    Wrong("better only by a thousandth", "hidden", "the first of the best",
          changed(LOOP, ("hr > max(hr_list)", "hr > max(hr_list) + 1e-3"))),
    Wrong("lower is better", "2 hidden", "the parameters at the end",
          changed(LOOP, ("hr > max", "hr < min"))),
    Wrong("compared with the value before only", "2", "the parameters at the end",
          changed(LOOP, ("max(hr_list)", "hr_list[-1]"))),
    Wrong("never put back", "2 hidden", "load it at the end",
          changed(LOOP, ("    model.load_state_dict(best_state)\n", ""))),
    Wrong("put back within the loop", "2 hidden", "the validation values", changed(
        LOOP, ("    model.load_state_dict(best_state)", "        model.load_state_dict(best_state)"))),
    Wrong("kept before the epoch is trained", "2 hidden", "the parameters at the end", changed(
        LOOP, ("        train_on", "        state = copy.deepcopy(model.state_dict())\n        train_on"),
        (f"best_state = {DEEP}", "best_state = state"))),
    Wrong("an epoch too few", "1 2 hidden", "the validation values",
          changed(LOOP, ("range(n_epochs)", "range(1, n_epochs)"), ("best_state = [], None",
                                                                    "best_state = [], model.state_dict()"))),
    Wrong("stops when it gets worse", "2 hidden", "the validation values", changed(
        LOOP, ("        hr_list.append(hr)\n",
               "        hr_list.append(hr)\n        if hr < max(hr_list):\n            break\n"))),
    Wrong("the weight alone is put back", "hidden", "the parameters kept", changed(
        LOOP, (DEEP, "model.weight.detach().clone()"),
        ("model.load_state_dict(best_state)", "model.weight.data.copy_(best_state)"))),
    Wrong("the best value comes back", "1 2 hidden", "the validation values",
          changed(LOOP, ("return hr_list", "return max(hr_list)"))),
    Wrong("returns nothing", "1 2 hidden", "forget to return", changed(LOOP, ("    return hr_list", ""))),
    Wrong("the users of all parts overwritten at the end", "hidden", "changed its input split", changed(
        LOOP, ("    return hr_list", "    for part in (split.train, split.validation, split.test):\n"
               "        part.users.zero_()\n    return hr_list"))),
    Wrong("the validation films overwritten", "hidden", "changed its input split",
          changed(LOOP, (MARK, MARK + "    split.validation.items.zero_()\n"))),
    Wrong("the test films replaced in the split", "hidden", "changed its input split", changed(
        LOOP, (MARK, MARK + "    split.test.items.fill_(0)\n"))),
    Wrong("hard-coded for check 1", "2 hidden", "the validation values", """
        def train_and_keep(model, split, draw, train_on, validate, n_epochs):
            mask = torch.tensor([[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 1, 0, 0, 0]]).bool()
            for _ in range(2):
                train_on(*draw(mask))
            return [0.5, 0.5]
    """),
    Right("the faulty one mended in three places", changed(
        FAULTY, ("(split.train, split.validation, split.test)", "(split.train,)"),
        ("hr_list.append(hr)\n        if hr > max(hr_list):", "if hr > max(hr_list, default=-math.inf):"),
        ("best_state = model.state_dict()\n    model", "best_state = copy.deepcopy(model.state_dict())\n"
         "        hr_list.append(hr)\n    model"))),
    Right("a best value, clones", """
        def train_and_keep(model, split, draw, train_on, validate, n_epochs):
            known = torch.from_numpy(split.train.to_csr().toarray() > 0)
            best, kept, values = -float("inf"), None, []
            for epoch in range(n_epochs):
                samples = draw(known)
                train_on(*samples)
                values.append(validate())
                if values[-1] > best:
                    best = values[-1]
                    kept = {name: part.detach().clone() for name, part in model.state_dict().items()}
            model.load_state_dict(kept)
            return values
    """),
    Right("appended first, compared with the ones before", changed(
        LOOP, ("if not hr_list or hr > max(hr_list)", "if all(hr > old for old in hr_list)"))),
    Right("all states kept, argmax at the end", """
        def train_and_keep(model, split, draw, train_on, validate, n_epochs):
            train, states, values = split.train, [], []
            shape = train.n_users, train.n_items
            flat = torch.zeros(shape[0] * shape[1], dtype=torch.bool)
            flat[train.users * shape[1] + train.items] = True
            for _ in range(n_epochs):
                train_on(*draw(flat.view(shape)))
                values.append(validate())
                states.append(copy.deepcopy(model))
            model.load_state_dict(states[values.index(max(values))].state_dict())
            return tuple(values)
    """),
    Right("the mask built anew in each epoch, parameters copied by hand", """
        def train_and_keep(model, split, draw, train_on, validate, n_epochs):
            values, best = [], None
            while len(values) < n_epochs:
                mask = np.zeros((split.train.n_users, split.train.n_items), dtype=bool)
                for u, i in zip(split.train.users.tolist(), split.train.items.tolist()):
                    mask[u, i] = True
                train_on(*draw(torch.tensor(mask)))
                values.append(validate())
                if best is None or values[-1] > best[0]:
                    best = values[-1], [part.detach().clone() for part in model.parameters()]
            for part, old in zip(model.parameters(), best[1]):
                part.data = old
            return np.array(values)
    """),
    Right("a sparse index, a file in memory", """
        import io

        def train_and_keep(model, split, draw, train_on, validate, n_epochs):
            places = torch.stack([split.train.users, split.train.items])
            size = split.train.n_users, split.train.n_items
            is_known = torch.sparse_coo_tensor(places, torch.ones(len(split.train)), size).to_dense() > 0
            hr_list, file = [], None
            for _ in range(n_epochs):
                train_on(*draw(is_known.clone()))
                hr_list += [validate()]
                if len(hr_list) == 1 or hr_list[-1] > max(hr_list[:-1]):
                    file = io.BytesIO()
                    torch.save(model.state_dict(), file)
            file.seek(0)
            model.load_state_dict(torch.load(file))
            return hr_list
    """),
]

TABLE = {
    "draw_epoch": DRAW_EPOCH,
    "tower": TOWERS,
    "gmf_scores": GMF_SCORES,
    "fuse": FUSES,
    "keep_best": KEEP_BEST,
    "train_and_keep": TRAIN_AND_KEEP,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
