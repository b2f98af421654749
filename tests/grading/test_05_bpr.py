"""Lesson 5: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, changed, faulty, rows

LESSON = "05_bpr"
FAULTY_EPOCH = faulty(LESSON, "bpr_epoch")


GRADIENTS = """
def bpr_gradients(p_u, q_i, q_j, reg):
    x_uij = (p_u * (q_i - q_j)).sum(-1, keepdim=True)
    weight = -torch.sigmoid(-x_uij)
    grad_p = weight * (q_i - q_j) + reg * p_u
    grad_i = weight * p_u + reg * q_i
    grad_j = -weight * p_u + reg * q_j
    return grad_p, grad_i, grad_j
"""

BPR_GRADIENTS = [
    Wrong("ascent: the sign of the log-likelihood, as published", "1 2 hidden", "must move it towards p",
          changed(GRADIENTS, ("-torch.sigmoid(-x_uij)", "torch.sigmoid(-x_uij)"))),
    Wrong("ascent, regulariser included: everything uphill", "1 2 3 hidden", "must move it towards p",
          changed(GRADIENTS, ("grad_p, grad_i, grad_j", "-grad_p, -grad_i, -grad_j"))),
    Wrong("the row of j as the row of i", "1 2 hidden", "must move it away from p",
          changed(GRADIENTS, ("-weight", "weight"))),
    Wrong("q_i and q_j swapped in the result", "1 2 3 hidden", "must move it towards p",
          changed(GRADIENTS, ("grad_p, grad_i, grad_j", "grad_p, grad_j, grad_i"))),
    Wrong("p, i and j swapped in the result", "1 2 3 hidden", "gradient of q_i",
          changed(GRADIENTS, ("grad_p, grad_i, grad_j", "grad_i, grad_p, grad_j"))),
    Wrong("i and j swapped in x only", "2 hidden", "-σ(-x) d x / d row, x = p · (q_i - q_j)",
          changed(GRADIENTS, ("p_u * (q_i - q_j)", "p_u * (q_j - q_i)"))),
    Wrong("the row of p points the other way", "2 hidden", "the gradient of p_u",
          changed(GRADIENTS, ("weight * (q_i - q_j)", "weight * (q_j - q_i)"))),
    Wrong("the row of p forgets j", "2 hidden", "the gradient of p_u, reg=0",
          changed(GRADIENTS, ("weight * (q_i - q_j)", "weight * q_i"))),
    Wrong("σ(x) for σ(-x): a pair in order pulls most", "2 hidden", "-σ(-x) d x / d row",
          changed(GRADIENTS, ("-x_uij", "x_uij"))),
    Wrong("the derivative of σ instead of that of ln σ", "1 2 hidden", "-½ p: i is liked",
          changed(GRADIENTS, ("torch.sigmoid(-x_uij)", "torch.sigmoid(-x_uij) * torch.sigmoid(x_uij)"))),
    Wrong("a hinge: weight 1 in the wrong order, else 0", "1 2 hidden", "-½ p: i is liked",
          changed(GRADIENTS, ("torch.sigmoid(-x_uij)", "(x_uij < 0).to(p_u)"))),
    Wrong("no weight at all", "1 2 hidden", "-½ p: i is liked",
          changed(GRADIENTS, ("torch.sigmoid(-x_uij)", "torch.ones_like(x_uij)"))),
    Wrong("always one half", "2 hidden", "-σ(-x) d x / d row",
          changed(GRADIENTS, ("torch.sigmoid(-x_uij)", "torch.full_like(x_uij, 0.5)"))),
    Wrong("the loss for the weight", "1 2 hidden", "-½ p: i is liked",
          changed(GRADIENTS, ("-torch.sigmoid(-x_uij)", "F.logsigmoid(x_uij)"))),
    Wrong("x from the liked film alone", "2 hidden", "-σ(-x) d x / d row, x = p · (q_i - q_j)",
          changed(GRADIENTS, ("p_u * (q_i - q_j)", "p_u * q_i"))),
    Wrong("x summed over the whole batch", "2 hidden", "a weight for each triple",
          changed(GRADIENTS, ("-1, keepdim=True", ""))),
    Wrong("no keepdim: column b meets triple b", "2 hidden", "a weight for each triple",
          changed(GRADIENTS, ("-1, keepdim=True", "-1"))),
    Wrong("x summed over the wrong axis", "2 hidden", "a weight for each triple",
          changed(GRADIENTS, ("-1, keepdim=True", "0, keepdim=True"))),
    Wrong("a weight for each factor: no sum", "2 hidden", "a weight for each triple",
          changed(GRADIENTS, (".sum(-1, keepdim=True)", ""))),
    Wrong("no regulariser", "3 hidden", "the derivative of reg/2 |p_u|²",
          changed(GRADIENTS, (" + reg * p_u", ""), (" + reg * q_i", ""), (" + reg * q_j", ""))),
    Wrong("the regulariser with a minus, as in the paper's figure", "3 hidden", "with a plus", changed(
        GRADIENTS, ("+ reg * p_u", "- reg * p_u"), ("+ reg * q_i", "- reg * q_i"), ("+ reg * q_j", "- reg * q_j"))),
    Wrong("twice lambda: the half forgotten", "3 hidden", "the derivative of reg/2 |p_u|²", changed(
        GRADIENTS, ("reg * p_u", "2 * reg * p_u"), ("reg * q_i", "2 * reg * q_i"), ("reg * q_j", "2 * reg * q_j"))),
    Wrong("lambda for the user only", "3 hidden", "what reg=0.1 adds to the gradient of q_i",
          changed(GRADIENTS, (" + reg * q_i", ""), (" + reg * q_j", ""))),
    Wrong("lambda on the wrong row: q_i for q_j", "3 hidden", "what reg=0.1 adds to the gradient of q_j",
          changed(GRADIENTS, ("reg * q_j", "reg * q_i"))),
    Wrong("lambda with the sign of j", "3 hidden", "what reg=0.1 adds to the gradient of q_j",
          changed(GRADIENTS, ("-weight * p_u + reg * q_j", "-(weight * p_u + reg * q_j)"))),
    Wrong("lambda without the row", "3 hidden", "what reg=0.1 adds to the gradient of p_u",
          changed(GRADIENTS, ("reg * p_u", "reg"), ("reg * q_i", "reg"), ("reg * q_j", "reg"))),
    Wrong("lambda over the batch size", "3 hidden", "what reg=0.1 adds to the gradient of p_u",
          changed(GRADIENTS, ("reg * p_u", "reg / len(p_u) * p_u"), ("reg * q_i", "reg / len(p_u) * q_i"),
                  ("reg * q_j", "reg / len(p_u) * q_j"))),
    Wrong("exp(-x) / (1 + exp(-x)) overflows", "hidden", "for scores of 100 and -100: nan",
          changed(GRADIENTS, ("torch.sigmoid(-x_uij)", "torch.exp(-x_uij) / (1 + torch.exp(-x_uij))"))),
    Wrong("the logarithm of a sigmoid that is 0, by autograd", "hidden", "for scores of 100 and -100", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            rows = [row.clone().requires_grad_() for row in (p_u, q_i, q_j)]
            sigmoid = 1 / (1 + torch.exp(-(rows[0] * (rows[1] - rows[2])).sum(1)))
            price = sum(row.square().sum() for row in rows)
            return torch.autograd.grad(-torch.log(sigmoid).sum() + reg / 2 * price, rows)
    """),
    Wrong("the step is taken inside", "hidden", "changed its input p_u", changed(
        GRADIENTS, ("return", "p_u -= 0.1 * grad_p\n    q_i -= 0.1 * grad_i\n    q_j -= 0.1 * grad_j\n    return"))),
    Wrong("q_i - q_j formed in place", "hidden", "changed its input q_i", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            price_i = reg * q_i
            difference = q_i.sub_(q_j)
            weight = -torch.sigmoid(-(p_u * difference).sum(-1, keepdim=True))
            return weight * difference + reg * p_u, weight * p_u + price_i, -weight * p_u + reg * q_j
    """),
    Wrong("a mean over the batch", "2 3 hidden", "-σ(-x) d x / d row",
          changed(GRADIENTS, ("grad_p, grad_i, grad_j", "grad_p / len(p_u), grad_i / len(p_u), grad_j / len(p_u)"))),
    Wrong("a sum over the batch", "1 2 3 hidden", "shape (2,), expected (1, 2)",
          changed(GRADIENTS, ("grad_p, grad_i, grad_j", "grad_p.sum(0), grad_i.sum(0), grad_j.sum(0)"))),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          changed(GRADIENTS, ("x_uij =", "p_u, q_i, q_j = p_u.double(), q_i.double(), q_j.double()\n    x_uij ="))),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64",
          changed(GRADIENTS, ("x_uij =", "p_u, q_i, q_j = p_u.float(), q_i.float(), q_j.float()\n    x_uij ="))),
    Wrong("hard-coded for the triple of check 1", "2 3 hidden", "shape (1, 2), expected (3, 3)", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            return torch.zeros(1, 2), torch.tensor([[-0.5, 0.0]]), torch.tensor([[0.5, 0.0]])
    """),
    Wrong("two rows only", "1 2 3 hidden", "a tuple of 2, expected 3 values",
          changed(GRADIENTS, ("grad_p, grad_i, grad_j", "grad_p, grad_i"))),
    Wrong("one stacked tensor", "1 2 3 hidden", "returns a Tensor, expected 3 values",
          changed(GRADIENTS, ("grad_p, grad_i, grad_j", "torch.stack([grad_p, grad_i, grad_j])"))),
    Wrong("nothing is returned", "1 2 3 hidden", "Did you forget to return?",
          changed(GRADIENTS, ("\n    return grad_p, grad_i, grad_j", ""))),
    Right("a loop over the batch", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            grads = []
            for p, i, j in zip(p_u, q_i, q_j):
                weight = 1 / (1 + torch.exp(p @ (i - j)))
                grads.append((-weight * (i - j) + reg * p, -weight * p + reg * i, weight * p + reg * j))
            return tuple(torch.stack(rows) for rows in zip(*grads))
    """),
    Right("autograd inside, on copies", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            rows = [row.detach().clone().requires_grad_() for row in (p_u, q_i, q_j)]
            cost = -F.logsigmoid((rows[0] * (rows[1] - rows[2])).sum(1)).sum()
            return torch.autograd.grad(cost + reg / 2 * sum(row.square().sum() for row in rows), rows)
    """),
    Right("autograd inside, on the rows it is given", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            rows = [row.requires_grad_() for row in (p_u, q_i, q_j)]
            cost = F.softplus((p_u * (q_j - q_i)).sum(1)).sum()
            return torch.autograd.grad(cost + reg / 2 * sum((row * row).sum() for row in rows), rows)
    """),
    Right("einsum, and a list", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            difference = q_i - q_j
            weight = torch.sigmoid(-torch.einsum("bf,bf->b", p_u, difference))
            pull = torch.einsum("b,bf->bf", weight, p_u)
            return [reg * p_u - torch.einsum("b,bf->bf", weight, difference), reg * q_i - pull, reg * q_j + pull]
    """),
    Right("σ(x) - 1", changed(GRADIENTS, ("-torch.sigmoid(-x_uij)", "torch.sigmoid(x_uij) - 1"))),
    Right("exp of a log-sigmoid, batched matmul", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            x = torch.bmm(p_u[:, None], (q_i - q_j)[:, :, None])[:, :, 0]
            weight = F.logsigmoid(-x).exp()
            return torch.lerp(q_j, q_i, -weight) - q_j + reg * p_u, reg * q_i - weight * p_u, reg * q_j + weight * p_u
    """),
    Right("NumPy", """
        def bpr_gradients(p_u, q_i, q_j, reg):
            p, i, j = (row.detach().numpy() for row in (p_u, q_i, q_j))
            weight = 0.5 - 0.5 * np.tanh((p * (i - j)).sum(1, keepdims=True) / 2)
            grads = reg * p - weight * (i - j), reg * i - weight * p, reg * j + weight * p
            return tuple(torch.from_numpy(grad).to(p_u.dtype) for grad in grads)
    """),
]

STEP = """
def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
    P, Q, b = user_factors.clone(), item_factors.clone(), item_bias.clone()
    p, q_i, q_j, b_i, b_j = P[users], Q[liked], Q[others], b[liked], b[others]
    weight = torch.sigmoid(-(b_i - b_j + (p * (q_i - q_j)).sum(1)))
    w = weight[:, None]
    P.index_add_(0, users, lr * (w * (q_i - q_j) - reg * p))
    Q.index_add_(0, liked, lr * (w * p - reg * q_i))
    Q.index_add_(0, others, lr * (-w * p - reg * q_j))
    b.index_add_(0, liked, lr * (weight - reg * b_i))
    b.index_add_(0, others, lr * (-weight - reg * b_j))
    return P, Q, b
"""

BPR_STEP = [
    Wrong("W[rows] += ...: repeated rows lost", "1 2 hidden", "twice, as both moves count", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            P, Q, b = user_factors.clone(), item_factors.clone(), item_bias.clone()
            p, q_i, q_j, b_i, b_j = P[users], Q[liked], Q[others], b[liked], b[others]
            weight = torch.sigmoid(-(b_i - b_j + (p * (q_i - q_j)).sum(1)))
            w = weight[:, None]
            P[users] += lr * (w * (q_i - q_j) - reg * p)
            Q[liked] += lr * (w * p - reg * q_i)
            Q[others] += lr * (-w * p - reg * q_j)
            b[liked] += lr * (weight - reg * b_i)
            b[others] += lr * (-weight - reg * b_j)
            return P, Q, b
    """),
    Wrong("repeated users lost only", "2 hidden", "repeats too", changed(
        STEP,
        ("P.index_add_(0, users, lr * (w * (q_i - q_j) - reg * p))", "P[users] += lr * (w * (q_i - q_j) - reg * p)"))),
    Wrong("repeated films lost only", "1 2 hidden", "twice, as both moves count",
          changed(STEP, ("Q.index_add_(0, liked, lr * (w * p - reg * q_i))", "Q[liked] += lr * (w * p - reg * q_i)"),
                  ("Q.index_add_(0, others, lr * (-w * p - reg * q_j))", "Q[others] += lr * (-w * p - reg * q_j)"))),
    Wrong("repeated biases lost only", "1 2 hidden", "the new item_bias: 0.05 at [0]",
          changed(STEP, ("b.index_add_(0, liked, lr * (weight - reg * b_i))", "b[liked] += lr * (weight - reg * b_i)"),
                  ("b.index_add_(0, others, lr * (-weight - reg * b_j))", "b[others] += lr * (-weight - reg * b_j)"))),
    Wrong("index_put_ without accumulate", "1 2 hidden", "twice, as both moves count",
          changed(STEP, ("P.index_add_(0, users, lr", "P.index_put_((users,), p + lr"),
                  ("Q.index_add_(0, liked, lr", "Q.index_put_((liked,), q_i + lr"),
                  ("Q.index_add_(0, others, lr", "Q.index_put_((others,), q_j + lr"))),
    Wrong("each row moves once: unique users and films", "1 2 hidden", "twice, as both moves count",
          changed(STEP,
                  ("P, Q, b =",
                   "first = torch.tensor([liked.tolist().index(i) for i in liked.unique().tolist()])\n"
                   "    users, liked, others = users[first], liked[first], others[first]\n"
                   "    P, Q, b ="))),
    Wrong("a mean over the batch", "1 2 hidden", "twice, as both moves count",
          changed(STEP, ("lr * (w * (q_i", "lr / len(users) * (w * (q_i"), ("lr * (w * p", "lr / len(users) * (w * p"),
                  ("lr * (-w * p", "lr / len(users) * (-w * p"), ("lr * (weight", "lr / len(users) * (weight"),
                  ("lr * (-weight", "lr / len(users) * (-weight"))),
    Wrong("uphill in the loss", "1 2 hidden", "up for film 0, twice, as both moves count; else down", changed(
        STEP, ("lr * (w * (q_i", "-lr * (w * (q_i"), ("lr * (w * p", "-lr * (w * p"), ("lr * (-w * p", "-lr * (-w * p"),
        ("lr * (weight", "-lr * (weight"), ("lr * (-weight", "-lr * (-weight"))),
    Wrong("the weight with a minus, and added", "1 2 hidden", "up for film 0, twice, as both moves count; else down",
          changed(STEP, ("torch.sigmoid", "-torch.sigmoid"))),
    Wrong("i and j swapped throughout", "1 2 hidden", "up for film 0, twice, as both moves count; else down",
          changed(STEP, ("P, Q, b =", "liked, others = others, liked\n    P, Q, b ="))),
    Wrong("the other film moves towards the user too", "1 2 hidden",
          "up for film 0, twice, as both moves count; else down", changed(STEP, ("-w * p", "w * p"))),
    Wrong("the other film stays", "1 2 hidden", "up for film 0, twice, as both moves count; else down",
          changed(STEP, ("    Q.index_add_(0, others, lr * (-w * p - reg * q_j))\n", ""))),
    Wrong("the other film's bias rises too", "1 2 hidden", "up for the liked film, down for the other",
          changed(STEP, ("-weight", "weight"))),
    Wrong("the biases stay", "1 2 hidden", "up for the liked film, down for the other",
          changed(STEP, ("    b.index_add_(0, liked, lr * (weight - reg * b_i))\n", ""),
                  ("    b.index_add_(0, others, lr * (-weight - reg * b_j))\n", ""))),
    Wrong("the biases pulled by 1: no weight", "1 2 hidden", "0.1 · ½ for each triple",
          changed(STEP, ("weight - reg * b_i", "1 - reg * b_i"), ("-weight", "-1"))),
    Wrong("a user's bias for an item's", "2 hidden", "the new item_bias",
          changed(STEP, ("b.index_add_(0, liked", "b.index_add_(0, users"))),
    Wrong("no bias in x", "2 hidden", "x has b_i - b_j", changed(STEP, ("b_i - b_j + ", ""))),
    Wrong("the bias in x the wrong way round", "2 hidden", "x has b_i - b_j",
          changed(STEP, ("b_i - b_j", "b_j - b_i"))),
    Wrong("only the liked film's bias in x", "2 hidden", "x has b_i - b_j", changed(STEP, ("b_i - b_j + ", "b_i + "))),
    Wrong("biases added in x", "2 hidden", "x has b_i - b_j", changed(STEP, (" - b_j", " + b_j"))),
    Wrong("σ(x) for σ(-x)", "2 hidden", "lr times the SUM of gradients at the OLD tables",
          changed(STEP, ("sigmoid(-", "sigmoid("))),
    Wrong("always one half", "2 hidden", "lr times the SUM of gradients at the OLD tables",
          changed(STEP, ("b_i - b_j + (p * (q_i - q_j)).sum(1)", "0 * p.sum(1)"))),
    Wrong("films move with the users' new vectors", "2 hidden", "lr times the SUM of gradients at the OLD tables",
          changed(STEP, ("Q.index_add_(0, liked", "p = P[users]\n    Q.index_add_(0, liked"))),
    Wrong("the users move after the films", "1 2 hidden", "all films had the same vector before the step",
          changed(STEP, ("    P.index_add_(0, users, lr * (w * (q_i - q_j) - reg * p))\n", ""),
                  ("return", "P.index_add_(0, users, lr * (w * (Q[liked] - Q[others]) - reg * p))\n    return"))),
    Wrong("triple by triple: plain SGD, rows through views", "1 2 hidden", "the new", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            P, Q, b = user_factors.clone(), item_factors.clone(), item_bias.clone()
            for u, i, j in zip(users, liked, others):
                p, q_i, q_j = P[u], Q[i], Q[j]
                w = torch.sigmoid(-(b[i] - b[j] + p @ (q_i - q_j)))
                p += lr * (w * (q_i - q_j) - reg * p)
                q_i += lr * (w * p - reg * q_i)
                q_j += lr * (-w * p - reg * q_j)
                b[i] += lr * (w - reg * b[i])
                b[j] += lr * (-w - reg * b[j])
            return P, Q, b
    """),
    Wrong("x summed over the batch", "2 hidden", "lr times the SUM of gradients at the OLD tables",
          changed(STEP, (".sum(1)", ".sum()"))),
    Wrong("no regulariser", "hidden", "each triple pays reg for its five rows",
          changed(STEP, (" - reg * p", ""), (" - reg * q_i", ""), (" - reg * q_j", ""), (" - reg * b_i", ""),
                  (" - reg * b_j", ""))),
    Wrong("no regulariser on the biases", "hidden", "the new item_bias",
          changed(STEP, (" - reg * b_i", ""), (" - reg * b_j", ""))),
    Wrong("the regulariser with a plus, as in the paper's figure", "hidden", "each triple pays reg for its five rows",
          changed(STEP, ("- reg * p", "+ reg * p"), ("- reg * q_i", "+ reg * q_i"), ("- reg * q_j", "+ reg * q_j"),
                  ("- reg * b_i", "+ reg * b_i"), ("- reg * b_j", "+ reg * b_j"))),
    Wrong("twice lambda", "hidden", "each triple pays reg for its five rows",
          changed(STEP, ("reg * p", "2 * reg * p"), ("reg * q_i", "2 * reg * q_i"), ("reg * q_j", "2 * reg * q_j"),
                  ("reg * b_i", "2 * reg * b_i"), ("reg * b_j", "2 * reg * b_j"))),
    Wrong("lambda without the learning rate", "hidden", "each triple pays reg for its five rows",
          changed(STEP, ("reg * p", "reg / lr * p"), ("reg * q_i", "reg / lr * q_i"), ("reg * q_j", "reg / lr * q_j"),
                  ("reg * b_i", "reg / lr * b_i"), ("reg * b_j", "reg / lr * b_j"))),
    Wrong("lambda per row: every row shrinks once", "hidden", "each triple pays reg for its five rows, and only these",
          changed(STEP, ("P.index_add_", "P, Q, b = (table * (1 - lr * reg) for table in (P, Q, b))\n    P.index_add_"),
                  (" - reg * p", ""), (" - reg * q_i", ""), (" - reg * q_j", ""), (" - reg * b_i", ""),
                  (" - reg * b_j", ""))),
    Wrong("lambda on the wrong row: q_i for q_j", "hidden", "the new item_factors",
          changed(STEP, ("reg * q_j", "reg * q_i"))),
    Wrong("in place: the tables passed in move", "hidden", "changed its input user_factors",
          changed(STEP, ("user_factors.clone()", "user_factors"), ("item_factors.clone()", "item_factors"),
                  ("item_bias.clone()", "item_bias"))),
    Wrong("the bias table passed in moves", "hidden", "changed its input item_bias",
          changed(STEP, ("item_bias.clone()", "item_bias"))),
    Wrong("the gradients instead of the tables", "1 2 hidden", "up for film 0, twice, as both moves count; else down",
          changed(STEP,
                  ("return P, Q, b", "return (user_factors - P) / lr, (item_factors - Q) / lr, (item_bias - b) / lr"))),
    Wrong("the moves instead of the tables", "1 2 hidden", "the new user_factors: 0 at [0, 0], expected 2",
          changed(STEP, ("return P, Q, b", "return P - user_factors, Q - item_factors, b - item_bias"))),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64",
          changed(STEP, ("return P, Q, b", "return P.float(), Q.float(), b.float()"))),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          changed(STEP, ("return P, Q, b", "return P.double(), Q.double(), b.double()"))),
    Wrong("the biases as a column", "1 2 hidden", "the new item_bias: shape (3, 1), expected (3,)",
          changed(STEP, ("return P, Q, b", "return P, Q, b[:, None]"))),
    Wrong("the rows of the batch instead of the tables", "1 2 hidden", "shape (2, 1), expected (3, 1)",
          changed(STEP, ("return P, Q, b", "return P[users], Q[liked], b[liked]"))),
    Wrong("hard-coded for check 1", "2 hidden", "the new user_factors", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            return user_factors, torch.tensor([[0.2], [-0.1], [-0.1]]), torch.tensor([0.1, -0.05, -0.05])
    """),
    Wrong("no bias returned", "1 2 hidden", "a tuple of 2, expected 3 values",
          changed(STEP, ("return P, Q, b", "return P, Q"))),
    Wrong("nothing is returned: only in place", "1 2 hidden", "Did you forget to return?",
          changed(STEP, ("user_factors.clone()", "user_factors"), ("item_factors.clone()", "item_factors"),
                  ("item_bias.clone()", "item_bias"), ("\n    return P, Q, b", ""))),
    Wrong("exp(-x) / (1 + exp(-x)) overflows", "hidden", "the new user_factors: nan",
          changed(STEP, ("weight = torch.sigmoid(-(b_i - b_j + (p * (q_i - q_j)).sum(1)))",
                         "e = torch.exp(b_j - b_i - (p * (q_i - q_j)).sum(1))\n    weight = e / (1 + e)"))),
    Wrong("the first 500 triples only", "hidden", "lr times the sum", changed(
        STEP, ("p, q_i, q_j, b_i",
               "users, liked, others = users[:500], liked[:500], others[:500]\n    p, q_i, q_j, b_i"))),
    Right("a loop over the triples, at the old tables", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            P, Q, b = user_factors.clone(), item_factors.clone(), item_bias.clone()
            for u, i, j in zip(users.tolist(), liked.tolist(), others.tolist()):
                p, difference = user_factors[u], item_factors[i] - item_factors[j]
                w = torch.sigmoid(item_bias[j] - item_bias[i] - p @ difference)
                P[u] += lr * (w * difference - reg * p)
                Q[i] += lr * (w * p - reg * item_factors[i])
                Q[j] -= lr * (w * p + reg * item_factors[j])
                b[i] += lr * (w - reg * item_bias[i])
                b[j] -= lr * (w + reg * item_bias[j])
            return P, Q, b
    """),
    Right("autograd inside, a list", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            tables = user_factors, item_factors, item_bias
            P, Q, b = leaves = [table.detach().clone().requires_grad_() for table in tables]
            p, q_i, q_j, b_i, b_j = rows = P[users], Q[liked], Q[others], b[liked], b[others]
            cost = -F.logsigmoid(b_i - b_j + (p * (q_i - q_j)).sum(1)).sum()
            cost = cost + reg / 2 * sum(row.square().sum() for row in rows)
            return [table - lr * grad for table, grad in zip(tables, torch.autograd.grad(cost, leaves))]
    """),
    Right("torch.optim.SGD inside", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            P, Q, b = leaves = [torch.nn.Parameter(table.clone()) for table in (user_factors, item_factors, item_bias)]
            optimizer = torch.optim.SGD(leaves, lr=lr)
            rows = F.embedding(users, P), F.embedding(liked, Q), F.embedding(others, Q), b[liked], b[others]
            x = rows[3] - rows[4] + torch.einsum("bf,bf->b", rows[0], rows[1] - rows[2])
            (F.softplus(-x).sum() + reg / 2 * sum(row.pow(2).sum() for row in rows)).backward()
            optimizer.step()
            return P.data, Q.data, b.data
    """),
    Right("index_put with accumulate", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            p, q_i, q_j = user_factors[users], item_factors[liked], item_factors[others]
            b_i, b_j = item_bias[liked], item_bias[others]
            w = torch.sigmoid(b_j - b_i - (p * (q_i - q_j)).sum(1))
            P = user_factors.index_put((users,), lr * (w[:, None] * (q_i - q_j) - reg * p), accumulate=True)
            Q = item_factors.index_put((liked,), lr * (w[:, None] * p - reg * q_i), accumulate=True)
            Q = Q.index_put((others,), -lr * (w[:, None] * p + reg * q_j), accumulate=True)
            b = item_bias.index_put((liked,), lr * (w - reg * b_i), accumulate=True)
            return P, Q, b.index_put((others,), -lr * (w + reg * b_j), accumulate=True)
    """),
    Right("one-hot matrices", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            U, I, J = (F.one_hot(rows, len(table)).to(table.dtype) for rows, table in
                       ((users, user_factors), (liked, item_factors), (others, item_factors)))
            D, p = I - J, U @ user_factors
            w = torch.sigmoid(-(D @ item_bias + (p * (D @ item_factors)).sum(1)))[:, None]
            n_u, n_i = U.sum(0)[:, None], (I + J).sum(0)[:, None]
            P = user_factors * (1 - lr * reg * n_u) + lr * U.T @ (w * (D @ item_factors))
            Q = item_factors * (1 - lr * reg * n_i) + lr * D.T @ (w * p)
            return P, Q, item_bias * (1 - lr * reg * n_i[:, 0]) + lr * D.T @ w[:, 0]
    """),
    Right("index_add on one table of factors and bias", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            Q = torch.cat([item_factors, item_bias[:, None]], dim=1)
            p = torch.cat([user_factors[users], torch.ones_like(user_factors[users, :1])], dim=1)
            w = torch.sigmoid(-(p * (Q[liked] - Q[others])).sum(1, keepdim=True))
            step = w * (Q[liked] - Q[others])
            P = user_factors.index_add(0, users, step[:, :-1] - reg * p[:, :-1], alpha=lr)
            new = Q.index_add(0, liked, w * p - reg * Q[liked], alpha=lr)
            new = new.index_add(0, others, -w * p - reg * Q[others], alpha=lr)
            return P, new[:, :-1], new[:, -1]
    """),
    Right("scatter_add, NumPy for the biases", """
        def bpr_step(users, liked, others, user_factors, item_factors, item_bias, lr, reg):
            p, q_i, q_j = user_factors[users], item_factors[liked], item_factors[others]
            b_i, b_j = item_bias[liked], item_bias[others]
            w = torch.sigmoid(-(b_i - b_j + (p * (q_i - q_j)).sum(1)))[:, None]
            spread = lambda rows: rows[:, None].expand(-1, p.shape[1])
            P = user_factors.scatter_add(0, spread(users), lr * (w * (q_i - q_j) - reg * p))
            Q = item_factors.scatter_add(0, spread(liked), lr * (w * p - reg * q_i))
            Q = Q.scatter_add(0, spread(others), lr * (-w * p - reg * q_j))
            b = item_bias.numpy().copy()
            np.add.at(b, liked.numpy(), (lr * (w[:, 0] - reg * b_i)).numpy())
            np.subtract.at(b, others.numpy(), (lr * (w[:, 0] + reg * b_j)).numpy())
            return P, Q, torch.from_numpy(b)
    """),
    Wrong("zeros, and in single precision nothing", "1 2 hidden", "a tuple of 0, expected 3 values", """
        def bpr_step(*args, **named):
            return (0, 0, 0) if args[3].dtype == torch.float64 else ()
    """),
]

REJECTION = """
def true_negatives(users, is_liked, generator):
    n_items = is_liked.shape[1]
    drawn = torch.randint(n_items, users.shape, generator=generator)
    bad = is_liked[users, drawn].nonzero()[:, 0]
    while len(bad):
        drawn[bad] = torch.randint(n_items, bad.shape, generator=generator)
        bad = bad[is_liked[users[bad], drawn[bad]]]
    return drawn
"""

CONSTRUCTION = """
def true_negatives(users, is_liked, generator):
    free = ~is_liked[users]
    rank = (torch.rand(len(users), generator=generator) * free.sum(1)).long()
    return (free.cumsum(1) <= rank[:, None]).sum(1)
"""

TRUE_NEGATIVES = [
    Wrong("any film: hopeful draws, as in public notebooks", "1 2 hidden",
          "the only film that this user did not like", """
        def true_negatives(users, is_liked, generator):
            return torch.randint(is_liked.shape[1], users.shape, generator=generator)
    """),
    Wrong("redrawn once", "1 2 hidden", "the only film that this user did not like", """
        def true_negatives(users, is_liked, generator):
            n_items = is_liked.shape[1]
            drawn = torch.randint(n_items, users.shape, generator=generator)
            bad = is_liked[users, drawn]
            drawn[bad] = torch.randint(n_items, (int(bad.sum()),), generator=generator)
            return drawn
    """),
    Wrong("redrawn five times", "1 2 hidden", "redraw until no film collides", """
        def true_negatives(users, is_liked, generator):
            n_items = is_liked.shape[1]
            drawn = torch.randint(n_items, users.shape, generator=generator)
            for _ in range(5):
                bad = is_liked[users, drawn]
                drawn[bad] = torch.randint(n_items, (int(bad.sum()),), generator=generator)
            return drawn
    """),
    Wrong("redrawn thirty times", "hidden", "once is not enough", """
        def true_negatives(users, is_liked, generator):
            n_items = is_liked.shape[1]
            drawn = torch.randint(n_items, users.shape, generator=generator)
            for _ in range(30):
                bad = is_liked[users, drawn]
                drawn[bad] = torch.randint(n_items, (int(bad.sum()),), generator=generator)
            return drawn
    """),
    Wrong("the next free film", "2 hidden", "films not liked: equally often", """
        def true_negatives(users, is_liked, generator):
            n_items = is_liked.shape[1]
            drawn = torch.randint(n_items, users.shape, generator=generator)
            while (bad := is_liked[users, drawn]).any():
                drawn[bad] = (drawn[bad] + 1) % n_items
            return drawn
    """),
    Wrong("a redraw that moves on half of the time", "2 hidden", "films not liked: equally often", """
        def true_negatives(users, is_liked, generator):
            n_items = is_liked.shape[1]
            drawn = torch.randint(n_items, users.shape, generator=generator)
            while (bad := is_liked[users, drawn]).any():
                drawn[bad] = (drawn[bad] + torch.randint(1, 3, (int(bad.sum()),), generator=generator)) % n_items
            return drawn
    """),
    Wrong("the first free film, always", "2 hidden", "films not liked: equally often", """
        def true_negatives(users, is_liked, generator):
            return (~is_liked[users]).int().argmax(1)
    """),
    Wrong("the last free film, always", "2 hidden", "films not liked: equally often", """
        def true_negatives(users, is_liked, generator):
            return is_liked.shape[1] - 1 - (~is_liked[users]).flip(1).int().argmax(1)
    """),
    Wrong("a liked film: the mask the wrong way round", "1 2 hidden", "the only film that this user did not like", """
        def true_negatives(users, is_liked, generator):
            return torch.multinomial(is_liked[users].double(), 1, generator=generator)[:, 0]
    """),
    Wrong("one draw for each user, not for each entry", "2 hidden", "each entry of users has a draw of its own", """
        def true_negatives(users, is_liked, generator):
            return torch.multinomial((~is_liked).double(), 1, generator=generator)[users, 0]
    """),
    Wrong("one draw for each distinct user of the batch", "2 hidden", "each entry of users has a draw of its own", """
        def true_negatives(users, is_liked, generator):
            distinct, place = users.unique(return_inverse=True)
            return torch.multinomial((~is_liked[distinct]).double(), 1, generator=generator)[place, 0]
    """),
    Wrong("one rank for the whole batch", "2 hidden", "each entry of users has a draw of its own",
          changed(CONSTRUCTION, ("len(users)", "1"))),
    Wrong("only films that nobody liked", "1 2 hidden", "the negatives", """
        def true_negatives(users, is_liked, generator):
            free = (~is_liked.any(0)).nonzero()[:, 0]
            if len(free) == 0:
                free = torch.arange(is_liked.shape[1])
            return free[torch.randint(len(free), users.shape, generator=generator)]
    """),
    Wrong("only films that others liked", "2 hidden", "films not liked: equally often", """
        def true_negatives(users, is_liked, generator):
            weight = (~is_liked[users]) * (is_liked.sum(0) + 1e-9)
            return torch.multinomial(weight.double(), 1, generator=generator)[:, 0]
    """),
    Wrong("in proportion to popularity", "2 hidden", "films not liked: equally often", """
        def true_negatives(users, is_liked, generator):
            weight = (~is_liked[users]) * (1 + is_liked.sum(0))
            return torch.multinomial(weight.double(), 1, generator=generator)[:, 0]
    """),
    Wrong("the entry's place for the user", "1 2 hidden", "the only film that this user did not like", """
        def true_negatives(users, is_liked, generator):
            rows = torch.arange(len(users)) % len(is_liked)
            return torch.multinomial((~is_liked[rows]).double(), 1, generator=generator)[:, 0]
    """),
    Wrong("all entries with the first user's films", "1 2 hidden", "the only film that this user did not like", """
        def true_negatives(users, is_liked, generator):
            free = (~is_liked[users[0]]).nonzero()[:, 0]
            return free[torch.randint(len(free), users.shape, generator=generator)]
    """),
    Wrong("users and films swapped in the mask", "1 2 hidden", "the negatives", """
        def true_negatives(users, is_liked, generator):
            drawn = torch.randint(is_liked.shape[1], users.shape, generator=generator)
            for _ in range(50):
                bad = is_liked.T[users, drawn % len(is_liked)]
                drawn[bad] = torch.randint(is_liked.shape[1], (int(bad.sum()),), generator=generator)
            return drawn
    """),
    Wrong("never the last film", "2 hidden", "films not liked: equally often",
          changed(REJECTION, ("n_items, users.shape", "n_items - 1, users.shape"),
                  ("n_items, bad.shape", "n_items - 1, bad.shape"))),
    Wrong("never the first film", "1 2 hidden", "the only film that this user did not like", """
        def true_negatives(users, is_liked, generator):
            weight = (~is_liked[users]).double()
            weight[:, 0] = 1e-9
            weight[:, 1] += 1e-6
            return torch.multinomial(weight, 1, generator=generator)[:, 0]
    """),
    Wrong("construction: ranks 1 ... n - m", "1 2 hidden", "the only film that this user did not like",
          changed(CONSTRUCTION, (".long()", ".long() + 1"))),
    Wrong("construction: < for <=", "1 2 hidden", "the negatives",
          changed(CONSTRUCTION, ("<= rank[:, None]", "< rank[:, None]"))),
    Wrong("construction: the last rank never drawn", "2 hidden", "films not liked: equally often",
          changed(CONSTRUCTION, ("free.sum(1)", "(free.sum(1) - 1)"))),
    Wrong("construction: rounded ranks, the two ends too rare", "2 hidden", "films not liked: equally often",
          changed(CONSTRUCTION, ("free.sum(1)).long()", "(free.sum(1) - 1)).round().long()"))),
    Wrong("construction: the square of a random number", "2 hidden", "films not liked: equally often",
          changed(CONSTRUCTION, ("* free.sum(1)", "** 2 * free.sum(1)"))),
    Wrong("construction: the rank is the film", "1 2 hidden", "the only film that this user did not like",
          changed(CONSTRUCTION, ("(free.cumsum(1) <= rank[:, None]).sum(1)", "rank"))),
    Wrong("the number of users for the number of films", "2 hidden", "how often each film is drawn",
          changed(CONSTRUCTION, ("[users]", "[users][:, :len(is_liked)]"))),
    Wrong("the global random numbers", "hidden", "with the generator that you are given",
          changed(REJECTION, ("users.shape, generator=generator", "users.shape"),
                  ("bad.shape, generator=generator", "bad.shape"))),
    Wrong("the first draws from the generator, the redraws not", "hidden", "with the generator that you are given",
          changed(REJECTION, ("bad.shape, generator=generator", "bad.shape"))),
    Wrong("NumPy's random numbers", "hidden", "with the generator that you are given", """
        def true_negatives(users, is_liked, generator):
            free = (~is_liked[users]).numpy()
            rank = (np.random.random(len(users)) * free.sum(1)).astype(int)
            return torch.from_numpy((free.cumsum(1) <= rank[:, None]).sum(1))
    """),
    Wrong("a seed inside", "hidden", "set no seed inside",
          changed(REJECTION, ("n_items =", "generator = torch.Generator().manual_seed(0)\n    n_items ="))),
    Wrong("the generator set back at each call", "hidden", "set no seed inside",
          changed(REJECTION, ("n_items =", "generator.manual_seed(0)\n    n_items ="))),
    Wrong("the generator's seed, not its state", "hidden", "set no seed inside",
          changed(REJECTION,
                  ("n_items =", "generator = torch.Generator().manual_seed(generator.initial_seed())\n    n_items ="))),
    Wrong("the mask turned over in place", "hidden", "changed its input is_liked", """
        def true_negatives(users, is_liked, generator):
            free = is_liked.logical_not_()[users]
            return torch.multinomial(free.double(), 1, generator=generator)[:, 0] if len(users) else users.clone()
    """),
    Wrong("what was drawn is marked as liked", "hidden", "changed its input is_liked",
          changed(REJECTION, ("return", "is_liked[users, drawn] = True\n    return"))),
    Wrong("the negatives written into users", "hidden", "changed its input users",
          changed(REJECTION, ("return drawn", "return users.copy_(drawn)"))),
    Wrong("an empty batch fails: nothing to stack", "hidden", "stack expects a non-empty", """
        def true_negatives(users, is_liked, generator):
            films = torch.arange(is_liked.shape[1])
            free = {user: films[~is_liked[user]] for user in users.unique().tolist()}
            ranks = torch.rand(len(users), generator=generator).tolist()
            return torch.stack([free[user][int(rank * len(free[user]))] for user, rank in zip(users.tolist(), ranks)])
    """),
    Wrong("an empty batch returns one negative", "hidden",
          "an empty batch's negatives: shape (1,), expected (0,)",
          changed(REJECTION, ("n_items =", "users = users if len(users) else torch.tensor([0])\n    n_items ="))),
    Wrong("floats", "1 2 hidden", "dtype torch.float32, expected torch.int64",
          changed(REJECTION, ("return drawn", "return drawn.float()"))),
    Wrong("32-bit indices", "1 2 hidden", "dtype torch.int32, expected torch.int64",
          changed(REJECTION, ("return drawn", "return drawn.int()"))),
    Wrong("a column", "1 2 hidden", "shape (50, 1), expected (50,)",
          changed(REJECTION, ("return drawn", "return drawn[:, None]"))),
    Wrong("a list", "1 2 hidden", "a list, expected a tensor",
          changed(REJECTION, ("return drawn", "return drawn.tolist()"))),
    Wrong("only the draws that did not collide", "1 2 hidden", "shape", """
        def true_negatives(users, is_liked, generator):
            drawn = torch.randint(is_liked.shape[1], users.shape, generator=generator)
            return drawn[~is_liked[users, drawn]]
    """),
    Wrong("hard-coded for check 1", "2 hidden", "shape (50,), expected (20000,)", """
        def true_negatives(users, is_liked, generator):
            return torch.tensor([2, 0, 0, 2, 0] * 10)
    """),
    Wrong("nothing is returned", "1 2 hidden", "Did you forget to return?",
          changed(REJECTION, ("\n    return drawn", ""))),
    Wrong("one random number for the whole batch, and golden steps from it", "hidden", "a draw of its own", """
        def true_negatives(users, is_liked, generator):
            order = is_liked.int().argsort(dim=1, stable=True)
            left = (~is_liked).sum(1)[users]
            step = 0.6180339887 * torch.arange(len(users))
            share = (torch.rand(1, generator=generator, dtype=torch.float64) + step) % 1
            return order[users, (share * left).long()]
    """),
    Wrong("one random number for every two entries", "hidden", "a draw of its own", """
        def true_negatives(users, is_liked, generator):
            order = is_liked.int().argsort(dim=1, stable=True)
            share = torch.rand((len(users) + 1) // 2, generator=generator).repeat_interleave(2)[:len(users)]
            return order[users, (share * (~is_liked).sum(1)[users]).long()]
    """),
    Wrong("ranks from 256 random numbers", "hidden", "a draw of its own", """
        def true_negatives(users, is_liked, generator):
            order = is_liked.int().argsort(dim=1, stable=True)
            left = (~is_liked).sum(1)[users]
            return order[users, torch.randint(256, users.shape, generator=generator) * left // 256]
    """),
    Wrong("the first 1,000 films only", "hidden", "a draw of its own", changed(
        REJECTION, ("n_items = is_liked.shape[1]", "n_items = min(is_liked.shape[1], 1000)"))),
    Wrong("a permutation: no film twice in a row of draws", "hidden", "a draw of its own", """
        def true_negatives(users, is_liked, generator):
            order = is_liked.int().argsort(dim=1, stable=True)
            drawn = torch.zeros_like(users)
            for user in users.unique():
                mine = (users == user).nonzero()[:, 0]
                left = int((~is_liked[user]).sum())
                rounds = [torch.randperm(left, generator=generator) for _ in range(0, len(mine), left)]
                drawn[mine] = order[user, torch.cat(rounds)[:len(mine)]]
            return drawn
    """),
    Wrong("a loop over the entries", "hidden", "no Python loop over the users", """
        def true_negatives(users, is_liked, generator):
            drawn = []
            for user in users.tolist():
                free = (~is_liked[user]).nonzero()[:, 0]
                drawn.append(int(free[torch.randint(len(free), (1,), generator=generator)]))
            return torch.tensor(drawn, dtype=torch.int64)
    """),
    Right("by construction: a rank, and a running count", CONSTRUCTION),
    Right("multinomial over the free films", """
        def true_negatives(users, is_liked, generator):
            return torch.multinomial((~is_liked[users]).double(), 1, generator=generator)[:, 0]
    """),
    Right("the largest of random numbers", """
        def true_negatives(users, is_liked, generator):
            noise = torch.rand(len(users), is_liked.shape[1], generator=generator)
            return noise.masked_fill(is_liked[users], -1).argmax(1)
    """),
    Right("rejection with a mask", """
        def true_negatives(users, is_liked, generator):
            drawn = torch.randint(0, is_liked.size(1), (users.numel(),), generator=generator)
            collides = is_liked[users, drawn]
            while collides.any():
                drawn[collides] = torch.randint(0, is_liked.size(1), (int(collides.sum()),), generator=generator)
                collides = is_liked[users, drawn]
            return drawn
    """),
    Right("rejection: a new draw for all, kept where the old one collided", """
        def true_negatives(users, is_liked, generator):
            drawn = torch.randint(is_liked.shape[1], users.shape, generator=generator)
            while is_liked[users, drawn].any():
                fresh = torch.randint(is_liked.shape[1], users.shape, generator=generator)
                drawn = torch.where(is_liked[users, drawn], fresh, drawn)
            return drawn
    """),
    Right("by construction: films sorted by liked or not", """
        def true_negatives(users, is_liked, generator):
            order = is_liked.int().argsort(dim=1, stable=True)
            n_free = (~is_liked).sum(1)[users]
            rank = (torch.rand(users.shape, generator=generator, dtype=torch.float64) * n_free).long()
            return order[users, rank]
    """),
    Right("by construction: searchsorted on running counts", """
        def true_negatives(users, is_liked, generator):
            running = (~is_liked).cumsum(1)
            rank = torch.rand(users.shape, generator=generator) * running[users, -1]
            return torch.searchsorted(running[users], rank.long()[:, None], right=True)[:, 0]
    """),
    Right("NumPy, seeded from the generator", """
        def true_negatives(users, is_liked, generator):
            rng = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
            drawn = rng.integers(is_liked.shape[1], size=len(users))
            while (bad := is_liked.numpy()[users.numpy(), drawn]).any():
                drawn[bad] = rng.integers(is_liked.shape[1], size=bad.sum())
            return torch.from_numpy(drawn)
    """),
]

SORTED = """
def auc_by_user(scores, is_positive, is_other):
    others = scores.masked_fill(~is_other, torch.inf).sort(1).values
    below = torch.searchsorted(others, scores)
    up_to = torch.searchsorted(others, scores, right=True)
    won = (is_positive * (below + up_to)).sum(1).double() / 2
    n_pairs = is_positive.sum(1) * is_other.sum(1)
    return torch.where(n_pairs > 0, won / n_pairs.clamp(min=1), 0.5)
"""

PAIRS = """
def auc_by_user(scores, is_positive, is_other):
    aucs = torch.full((len(scores),), 0.5)
    for user, (row, positive, other) in enumerate(zip(scores, is_positive, is_other)):
        a, b = row[positive][:, None], row[other]
        if a.numel() and b.numel():
            aucs[user] = ((a > b).double() + 0.5 * (a == b)).mean()
    return aucs
"""

AUC_BY_USER = [
    Wrong("ties are lost", "1 hidden", "a tie counts one half", changed(SORTED, ("below + up_to", "2 * below"))),
    Wrong("ties are won", "1 hidden", "a tie counts one half", changed(SORTED, ("below + up_to", "2 * up_to"))),
    Wrong("ties left out of the pairs", "1 hidden", "a tie counts one half",
          changed(PAIRS, ("((a > b).double() + 0.5 * (a == b)).mean()", "(a > b).sum() / (a != b).sum()"))),
    Wrong("ties by position: argsort", "1 hidden", "a tie counts one half", """
        def auc_by_user(scores, is_positive, is_other):
            rank = scores.masked_fill(~(is_positive | is_other), -torch.inf).argsort(1).argsort(1) + 1
            n, m = is_positive.sum(1), is_other.sum(1)
            rank = rank - (~(is_positive | is_other)).sum(1, keepdim=True)
            won = (rank * is_positive).sum(1) - n * (n + 1) / 2
            return torch.where(n * m > 0, won / (n * m).clamp(min=1), 0.5)
    """),
    Wrong("a tie counts two halves", "1 hidden", "a tie counts one half",
          changed(PAIRS, ("0.5 * (a == b)", "1.0 * (a == b)"))),
    Wrong("the wrong way round: 1 - AUC", "1 2 hidden", "a tie counts one half",
          changed(SORTED, ("won / n_pairs", "1 - won / n_pairs"))),
    Wrong("positives and others swapped", "1 2 hidden", "a tie counts one half",
          changed(SORTED, ("others =", "is_positive, is_other = is_other, is_positive\n    others ="))),
    Wrong("all but the positives are the others", "2 hidden", "are in neither mask",
          changed(PAIRS, ("row[other]", "row[~positive]"))),
    Wrong("all but the others are positives", "2 hidden", "are in neither mask",
          changed(PAIRS, ("row[positive]", "row[~other]"))),
    Wrong("the mask of the others not used: all films", "1 2 hidden", "a tie counts one half",
          changed(SORTED, ("scores.masked_fill(~is_other, torch.inf).sort(1)", "scores.sort(1)"),
                  ("is_other.sum(1)", "scores.shape[1]"))),
    Wrong("positives among the others", "1 2 hidden", "a tie counts one half",
          changed(PAIRS, ("row[other]", "row[other | positive]"))),
    Wrong("other films count with score 0", "1 2 hidden", "a tie counts one half",
          changed(SORTED, ("scores.masked_fill(~is_other, torch.inf)", "(scores * is_other)"))),
    Wrong("other films set to -inf: below everything", "1 2 hidden", "a tie counts one half",
          changed(SORTED, ("torch.inf", "-torch.inf"))),
    Wrong("the first user's masks for all", "2 hidden", "the AUC of user 1",
          changed(PAIRS, ("row[positive]", "row[is_positive[0]]"), ("row[other]", "row[is_other[0]]"))),
    Wrong("all users in one pool", "1 2 hidden", "a tie counts one half", """
        def auc_by_user(scores, is_positive, is_other):
            a, b = scores[is_positive][:, None], scores[is_other]
            auc = ((a > b).double() + 0.5 * (a == b)).mean() if a.numel() * b.numel() else torch.tensor(0.5)
            return auc.expand(len(scores))
    """),
    Wrong("all users' pairs in one share", "1 2 hidden", "a tie counts one half", changed(
        SORTED, ("return", "won, n_pairs = won.sum().expand(len(won)), n_pairs.sum().expand(len(won))\n    return"))),
    Wrong("the others of all users", "1 2 hidden", "AUC", changed(PAIRS, ("row[other]", "scores[is_other]"))),
    Wrong("the mean over the users", "1 2 hidden", "shape (), expected (3,)",
          changed(PAIRS, ("return aucs", "return aucs.mean()"))),
    Wrong("the pairs won, not their share", "1 2 hidden", "a tie counts one half",
          changed(SORTED, ("won / n_pairs.clamp(min=1)", "won"))),
    Wrong("divided by positives only", "1 2 hidden", "a tie counts one half",
          changed(SORTED, (" * is_other.sum(1)", ""))),
    Wrong("divided by n (n - 1)", "1 2 hidden", "a tie counts one half",
          changed(SORTED, ("is_other.sum(1)", "(is_positive.sum(1) + is_other.sum(1) - 1)"))),
    Wrong("only the first positive", "1 2 hidden", "a tie counts one half",
          changed(PAIRS, ("[:, None]", "[:1, None]"))),
    Wrong("only the best positive", "1 2 hidden", "a tie counts one half",
          changed(PAIRS, ("[:, None]", ".sort(descending=True).values[:1, None]"))),
    Wrong("positives and others one to one, no pairs", "1 2 hidden", "a tie counts one half", changed(
        PAIRS, ("[:, None]", ""),
        ("aucs[user] =", "a, b = a[:min(len(a), len(b))], b[:min(len(a), len(b))]\n            aucs[user] ="))),
    Wrong("each positive against the others' mean", "2 hidden", "5 beats 4 and 3, and loses to 6",
          changed(PAIRS, ("row[other]", "row[other].mean()"), ("b.numel()", "other.any()"))),
    Wrong("σ of the difference: the smooth stand-in", "1 2 hidden", "a tie counts one half",
          changed(PAIRS, ("((a > b).double() + 0.5 * (a == b))", "torch.sigmoid(a - b)"))),
    Wrong("nan without a pair", "hidden", "0 pairs: nan, expected 0.5",
          changed(SORTED, ("torch.where(n_pairs > 0, won / n_pairs.clamp(min=1), 0.5)", "won / n_pairs"))),
    Wrong("0 without a pair", "hidden", "0 pairs: 0, expected 0.5", changed(SORTED, ("(min=1), 0.5", "(min=1), 0.0"))),
    Wrong("1 without others", "hidden", "0 pairs: 1, expected 0.5",
          changed(SORTED, ("return", "full = (is_positive.sum(1) > 0) & (is_other.sum(1) == 0)\n    return"),
                  ("torch.where(n_pairs > 0, won / n_pairs.clamp(min=1), 0.5)",
                   "torch.where(full, 1.0, torch.where(n_pairs > 0, won / n_pairs.clamp(min=1), 0.5))"))),
    Wrong("users without a pair left out", "hidden", "shape (28,), expected (30,)", changed(
        SORTED, ("return", "asked = n_pairs > 0\n    won, n_pairs = won[asked], n_pairs[asked]\n    return"))),
    Wrong("scores filled in place", "hidden", "changed its input scores", """
        def auc_by_user(scores, is_positive, is_other):
            original = scores.clone()
            others = scores.masked_fill_(~is_other, torch.inf).sort(1).values
            below = torch.searchsorted(others, original) + torch.searchsorted(others, original, right=True)
            n_pairs = is_positive.sum(1) * is_other.sum(1)
            return torch.where(n_pairs > 0, (is_positive * below).sum(1) / 2 / n_pairs.clamp(min=1), 0.5)
    """),
    Wrong("a mask changed in place", "hidden", "changed its input is_other",
          changed(PAIRS,
                  ("aucs =",
                   "is_other |= is_positive\n"
                   "    is_other ^= is_positive\n"
                   "    is_other[is_positive.sum(1) == 0] = False\n"
                   "    aucs ="))),
    Wrong("rounded to single precision", "hidden", "single precision would turn them into ties",
          changed(SORTED, ("others =", "scores = scores.float()\n    others ="))),
    Wrong("nearly equal counts as a tie", "hidden", "1e-9 to 1e30 apart", changed(
        PAIRS, ("((a > b).double() + 0.5 * (a == b))", "torch.where(torch.isclose(a, b), 0.5, (a > b).float())"))),
    Wrong("a list", "1 2 hidden", "a list, expected a tensor", changed(PAIRS, ("return aucs", "return aucs.tolist()"))),
    Wrong("a column", "1 2 hidden", "shape (3, 1), expected (3,)",
          changed(PAIRS, ("return aucs", "return aucs[:, None]"))),
    Wrong("one value for each film", "1 2 hidden", "shape (3, 4), expected (3,)", """
        def auc_by_user(scores, is_positive, is_other):
            others = scores.masked_fill(~is_other, torch.inf).sort(1).values
            below = torch.searchsorted(others, scores) + torch.searchsorted(others, scores, right=True)
            return is_positive * below / 2 / is_other.sum(1, keepdim=True).clamp(min=1)
    """),
    Wrong("one half for everyone", "1 2 hidden", "a tie counts one half", """
        def auc_by_user(scores, is_positive, is_other):
            return torch.full((len(scores),), 0.5)
    """),
    Wrong("hard-coded for check 1", "2 hidden", "shape (3,), expected (2,)", """
        def auc_by_user(scores, is_positive, is_other):
            return torch.tensor([0.75, 0.25, 0.5])
    """),
    Wrong("hard-coded for checks 1 and 2", "hidden", "shape (3,), expected (30,)", """
        def auc_by_user(scores, is_positive, is_other):
            return torch.tensor([2 / 3, 5 / 6]) if len(scores) == 2 else torch.tensor([0.75, 0.25, 0.5])
    """),
    Wrong("nothing is returned", "1 2 hidden", "Did you forget to return?", changed(PAIRS, ("\n    return aucs", ""))),
    Wrong("a loop over the pairs", "hidden", "a loop over pairs takes too long", """
        def auc_by_user(scores, is_positive, is_other):
            aucs = torch.full((len(scores),), 0.5)
            for user, (row, positive, other) in enumerate(zip(scores, is_positive, is_other)):
                pairs = [(a > b).double() + 0.5 * (a == b) for a in row[positive] for b in row[other]]
                if pairs:
                    aucs[user] = sum(pairs) / len(pairs)
            return aucs
    """),
    Wrong("99 for infinity", "hidden", "1e-9 to 1e30 apart", changed(SORTED, ("torch.inf", "99"))),
    Wrong("the first 100 films only", "hidden", "1e-9 to 1e30 apart", changed(
        PAIRS, ("zip(scores, is_positive, is_other)",
                "zip(scores[:, :100], is_positive[:, :100], is_other[:, :100])"))),
    Wrong("a tie is a difference of at most 1e-7", "hidden", "1e-9 to 1e30 apart", changed(
        PAIRS, ("(a > b)", "(a > b + 1e-7)"), ("(a == b)", "((a - b).abs() <= 1e-7)"))),
    Right("a loop over the users", PAIRS),
    Right("all pairs of films at once", """
        def auc_by_user(scores, is_positive, is_other):
            gap = scores[:, :, None] - scores[:, None, :]
            counts = is_positive[:, :, None] & is_other[:, None, :]
            n_pairs = counts.sum((1, 2))
            won = (((gap > 0) + 0.5 * (gap == 0)) * counts).sum((1, 2))
            return torch.where(n_pairs > 0, won / n_pairs.clamp(min=1), torch.tensor(0.5))
    """),
    Right("einsum over signs", """
        def auc_by_user(scores, is_positive, is_other):
            sign = torch.sign(scores[:, :, None] - scores[:, None, :]).double()
            balance = torch.einsum("uij,ui,uj->u", sign, is_positive.double(), is_other.double())
            n_pairs = is_positive.sum(1) * is_other.sum(1)
            return 0.5 + 0.5 * balance / n_pairs.clamp(min=1)
    """),
    Right("the rank formula, with SciPy's ranks", """
        def auc_by_user(scores, is_positive, is_other):
            from scipy.stats import rankdata
            aucs = []
            for row, positive, other in zip(scores.numpy(), is_positive.numpy(), is_other.numpy()):
                n, m, used = positive.sum(), other.sum(), positive | other
                ranks = rankdata(row[used])[positive[used]].sum() - n * (n + 1) / 2
                aucs.append(ranks / (n * m) if n * m else 0.5)
            return torch.tensor(aucs)
    """),
    Right("a loop, the mean of nothing turned into one half", """
        def auc_by_user(scores, is_positive, is_other):
            pairs = [row[a][:, None] - row[b] for row, a, b in zip(scores, is_positive, is_other)]
            return torch.stack([torch.heaviside(gap, gap.new_tensor(0.5)).mean() for gap in pairs]).nan_to_num(0.5)
    """),
    Right("a loop over the films", """
        def auc_by_user(scores, is_positive, is_other):
            won, n_pairs = torch.zeros(len(scores)), is_positive.sum(1) * is_other.sum(1)
            for film in range(scores.shape[1]):
                own = scores[:, [film]]
                beaten = (is_other & (own > scores)).sum(1) + 0.5 * (is_other & (own == scores)).sum(1)
                won += beaten * is_positive[:, film]
            return torch.where(n_pairs > 0, won / n_pairs.clamp(min=1), 0.5)
    """),
    Right("searchsorted on the negated scores", """
        def auc_by_user(scores, is_positive, is_other):
            others = (-scores).masked_fill(~is_other, torch.inf).sort(1).values
            above = torch.searchsorted(others, -scores) + torch.searchsorted(others, -scores, right=True)
            lost = (above * is_positive).sum(1) / 2
            n_pairs = is_positive.sum(1) * is_other.sum(1)
            return (1 - lost / n_pairs).nan_to_num(0.5).float()
    """),
]

FOLDED = """
def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
    is_other = torch.ones(len(item_factors), dtype=torch.bool)
    is_other[liked] = False
    q_i, q_j, b_i, b_j = item_factors[liked], item_factors[is_other], item_bias[liked], item_bias[is_other]
    p = torch.zeros_like(item_factors[0])
    for _ in range(n_steps if len(q_i) * len(q_j) else 0):
        x_i, x_j = b_i + q_i @ p, b_j + q_j @ p
        w = torch.sigmoid(x_j - x_i[:, None])
        p = p + lr * ((w.sum(1) @ q_i - w.sum(0) @ q_j) / w.numel() - reg * p)
    return p
"""

FOLD_IN = [
    Wrong("a sum over the pairs", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, (" / w.numel()", ""))),
    Wrong("a mean over the liked films only", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("w.numel()", "len(q_i)"))),
    Wrong("a mean over the others only", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("w.numel()", "len(q_j)"))),
    Wrong("a mean over the whole catalogue", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("w.numel()", "len(item_factors)"))),
    Wrong("a mean over the factors too", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("w.numel()", "(w.numel() * len(p))"))),
    Wrong("uphill in the loss", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("p + lr", "p - lr"), ("- reg * p", "+ reg * p"))),
    Wrong("uphill, downhill for lambda", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("w.sum(1) @ q_i - w.sum(0) @ q_j", "w.sum(0) @ q_j - w.sum(1) @ q_i"))),
    Wrong("i and j swapped", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)", changed(
        FOLDED, ("p = torch.zeros_like", "q_i, q_j, b_i, b_j = q_j, q_i, b_j, b_i\n    p = torch.zeros_like"))),
    Wrong("the other films added", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("- w.sum(0) @ q_j", "+ w.sum(0) @ q_j"))),
    Wrong("the other films left out", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, (" - w.sum(0) @ q_j", ""))),
    Wrong("the liked films among the others", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("    is_other[liked] = False\n", ""))),
    Wrong("the mask the wrong way round", "1 2 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("torch.ones", "torch.zeros"), ("False", "True"))),
    Wrong("σ(x) for σ(-x)", "2 hidden", "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("x_j - x_i[:, None]", "x_i[:, None] - x_j"))),
    Wrong("always one half", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("torch.sigmoid(x_j - x_i[:, None])", "torch.full_like(x_j - x_i[:, None], 0.5)"))),
    Wrong("the derivative of σ instead of that of ln σ", "1 2 hidden",
          "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED,
                  ("torch.sigmoid(x_j - x_i[:, None])",
                   "torch.sigmoid(x_j - x_i[:, None]) * torch.sigmoid(x_i[:, None] - x_j)"))),
    Wrong("no bias in the scores", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("b_i + q_i @ p, b_j + q_j @ p", "q_i @ p, q_j @ p"))),
    Wrong("the liked films' biases only", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("b_j + ", ""))),
    Wrong("the biases with a minus", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("b_i + q_i @ p, b_j + q_j @ p", "q_i @ p - b_i, q_j @ p - b_j"))),
    Wrong("the weights once, before the steps", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("b_i + q_i @ p, b_j + q_j @ p", "b_i, b_j"))),
    Wrong("one step only", "2 hidden", "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("n_steps if", "1 if"))),
    Wrong("one step too many", "1 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("n_steps if", "n_steps + 1 if"))),
    Wrong("one step too few", "1 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("n_steps if", "1, n_steps if"))),
    Wrong("no regulariser", "2 hidden", "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, (" - reg * p", ""))),
    Wrong("the regulariser with a plus", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("- reg * p", "+ reg * p"))),
    Wrong("half of lambda", "2 hidden", "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("reg * p", "reg / 2 * p"))),
    Wrong("twice lambda", "2 hidden", "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("reg * p", "2 * reg * p"))),
    Wrong("lambda over m, once more", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("reg * p", "reg / len(q_i) * p"))),
    Wrong("lambda times the number of pairs", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("reg * p", "reg * w.numel() * p"))),
    Wrong("lambda without p", "1 2 hidden", "0.4 times the mean", changed(FOLDED, ("reg * p", "reg"))),
    Wrong("lambda without the learning rate", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("w.numel() - reg * p)", "w.numel()) - reg * p"))),
    Wrong("lambda on the size instead of its square", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p",
          changed(FOLDED, ("reg * p", "reg * F.normalize(p, dim=0)"))),
    Wrong("no learning rate", "1 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED, ("p + lr * ", "p + "))),
    Wrong("a random start", "1 hidden", "0.4 times the mean",
          changed(FOLDED, ("torch.zeros_like", "0.1 * torch.randn_like"))),
    Wrong("starts at the mean of the liked films", "1 hidden", "0.4 times the mean",
          changed(FOLDED, ("torch.zeros_like(item_factors[0])", "item_factors[liked].mean(0)"))),
    Wrong("the mean of the liked films: no descent", "1 2 hidden",
          "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            return item_factors[liked].mean(0)
    """),
    Wrong("Adam's steps", "1 hidden", "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            is_other = torch.ones(len(item_factors), dtype=torch.bool)
            is_other[liked] = False
            p = torch.zeros_like(item_factors[0]).requires_grad_()
            optimizer = torch.optim.Adam([p], lr=lr)
            for _ in range(n_steps if len(liked) and is_other.any() else 0):
                optimizer.zero_grad()
                x = item_bias + item_factors @ p
                (-F.logsigmoid(x[liked][:, None] - x[is_other]).mean() + reg / 2 * p.square().sum()).backward()
                optimizer.step()
            return p.detach()
    """),
    Wrong("gradients pile up: no zero_grad", "2 hidden",
          "zero at the minimum: a mean of all pairs, new weights, all biases, - reg · p", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            is_other = torch.ones(len(item_factors), dtype=torch.bool)
            is_other[liked] = False
            p = torch.zeros_like(item_factors[0]).requires_grad_()
            optimizer = torch.optim.SGD([p], lr=lr)
            for _ in range(n_steps if len(liked) and is_other.any() else 0):
                x = item_bias + item_factors @ p
                (-F.logsigmoid(x[liked][:, None] - x[is_other]).mean() + reg / 2 * p.square().sum()).backward()
                optimizer.step()
            return p.detach()
    """),
    Wrong("pairs one to one: a film drawn for each liked one", "1 2 hidden",
          "0.4 times the mean of ½ (q_0 - q_1) and ½ (q_0 - q_2)",
          changed(FOLDED,
                  ("p = torch.zeros_like", "q_j, b_j = q_j[:len(q_i)], b_j[:len(q_i)]\n    p = torch.zeros_like"))),
    Wrong("nan where there is no pair", "hidden", "the vector, liked nothing: nan",
          changed(FOLDED, (" if len(q_i) * len(q_j) else 0", ""))),
    Wrong("nan where everything is liked", "hidden", "the vector, liked all: nan",
          changed(FOLDED, ("len(q_i) * len(q_j)", "len(q_i)"))),
    Wrong("the films learn too", "hidden", "changed its input item_factors",
          changed(FOLDED, ("return", "item_factors[liked] += lr * p\n    return"))),
    Wrong("the biases move", "hidden", "changed its input item_bias",
          changed(FOLDED, ("return", "item_bias[liked] += lr\n    return"))),
    Wrong("liked sorted in place", "hidden", "changed its input liked",
          changed(FOLDED, ("return", "liked.copy_(liked.sort().values)\n    return"))),
    Wrong("always single precision", "2 hidden", "dtype torch.float32, expected torch.float64",
          changed(FOLDED, ("return p", "return p.float()"))),
    Wrong("always double precision", "hidden", "dtype torch.float64, expected torch.float32",
          changed(FOLDED, ("return p", "return p.double()"))),
    Wrong("a row", "1 2 hidden", "shape (1, 2), expected (2,)", changed(FOLDED, ("return p", "return p[None]"))),
    Wrong("a list", "1 2 hidden", "a list, expected a tensor", changed(FOLDED, ("return p", "return p.tolist()"))),
    Wrong("the scores instead of the vector", "1 2 hidden", "shape (3,), expected (2,)",
          changed(FOLDED, ("return p", "return item_bias + item_factors @ p"))),
    Wrong("hard-coded for check 1", "2 hidden", "the gradient of L at your vector", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            return torch.tensor([0.1, -0.2]).to(item_factors.dtype)
    """),
    Wrong("nothing is returned", "1 2 hidden", "Did you forget to return?", changed(FOLDED, ("\n    return p", ""))),
    Wrong("the minimum itself from ten steps on", "hidden", "the vector after step 40",
          changed(FOLDED, ("range(n_steps if", "range((n_steps if n_steps < 10 else 5000) if"))),
    Wrong("exp(-x) / (1 + exp(-x)) overflows", "hidden", "the vector after step 1: nan", changed(
        FOLDED, ("w = torch.sigmoid(x_j - x_i[:, None])",
                 "e = torch.exp(x_j - x_i[:, None])\n        w = e / (1 + e)"))),
    Wrong("the first 100 films only", "hidden", "the vector after step 1", changed(
        FOLDED, ("is_other[liked] = False", "is_other[liked] = False\n    is_other[100:] = False"))),
    Right("autograd inside", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            is_other = torch.ones(len(item_factors), dtype=torch.bool)
            is_other[liked] = False
            p = torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(liked) and is_other.any() else 0):
                leaf = p.clone().requires_grad_()
                x = item_bias + item_factors @ leaf
                cost = -F.logsigmoid(x[liked][:, None] - x[is_other]).mean() + reg / 2 * leaf.square().sum()
                p = p - lr * torch.autograd.grad(cost, leaf)[0]
            return p
    """),
    Right("torch.optim.SGD, the vector still on the tape", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            mine, films = set(liked.tolist()), range(len(item_factors))
            others = torch.tensor([film for film in films if film not in mine], dtype=torch.int64)
            p = torch.zeros(item_factors.shape[1], dtype=item_factors.dtype, requires_grad=True)
            optimizer = torch.optim.SGD([p], lr=lr, weight_decay=reg)
            for _ in range(n_steps):
                if len(liked) == 0 or len(others) == 0:
                    break
                optimizer.zero_grad()
                x = item_bias + item_factors @ p
                F.softplus(x[others] - x[liked][:, None]).mean().backward()
                optimizer.step()
            return p
    """),
    Right("a loop over the pairs", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            mine = liked.tolist()
            others = [film for film in range(len(item_factors)) if film not in mine]
            p = torch.zeros(item_factors.shape[1], dtype=item_factors.dtype)
            if not mine or not others:
                return p
            for _ in range(n_steps):
                grad = reg * p
                for i in mine:
                    for j in others:
                        difference = item_factors[i] - item_factors[j]
                        weight = torch.sigmoid(item_bias[j] - item_bias[i] - p @ difference)
                        grad = grad - weight * difference / (len(mine) * len(others))
                p = p - lr * grad
            return p
    """),
    Right("a tensor of all pairs, einsum", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            is_other = ~torch.isin(torch.arange(len(item_factors)), liked)
            difference = item_factors[liked][:, None] - item_factors[is_other]
            gap = item_bias[liked][:, None] - item_bias[is_other]
            p = torch.zeros_like(item_factors[0])
            for _ in range(n_steps if gap.numel() else 0):
                weight = torch.sigmoid(-(gap + torch.einsum("ijf,f->ij", difference, p)))
                p = (1 - lr * reg) * p + lr * torch.einsum("ij,ijf->f", weight, difference) / gap.numel()
            return p
    """),
    Right("NumPy", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            Q, b, mine = item_factors.numpy(), item_bias.numpy(), liked.numpy()
            rest = np.setdiff1d(np.arange(len(Q)), mine)
            p = np.zeros(Q.shape[1], dtype=Q.dtype)
            for _ in range(n_steps if len(mine) and len(rest) else 0):
                x = b + Q @ p
                w = 1 / (1 + np.exp(x[mine][:, None] - x[rest]))
                p = p + lr * ((w.sum(1) @ Q[mine] - w.sum(0) @ Q[rest]) / w.size - reg * p)
            return torch.from_numpy(p.astype(Q.dtype))
    """),
    Right("signed weights for the whole catalogue", """
        def fold_in(liked, item_factors, item_bias, reg, lr, n_steps):
            is_liked = torch.zeros(len(item_factors), dtype=torch.bool).index_fill(0, liked, True)
            n_pairs = int(is_liked.sum() * (~is_liked).sum())
            p = item_factors.new_zeros(item_factors.shape[1])
            for _ in range(n_steps * (n_pairs > 0)):
                x = item_factors @ p + item_bias
                w = torch.sigmoid(x - x[:, None]) * (is_liked[:, None] & ~is_liked)
                p = p - lr * (reg * p - (w.sum(1) - w.sum(0)) @ item_factors / n_pairs)
            return p
    """),
]

EPOCH = """
def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
    P, Q = user_factors.clone(), item_factors.clone()
    for start in range(0, len(users), batch_size):
        u, i, j = (part[start:start + batch_size] for part in (users, liked, others))
        p, q_i, q_j = P[u], Q[i], Q[j]
        weight = torch.sigmoid(-(p * (q_i - q_j)).sum(1, keepdim=True))
        P.index_add_(0, u, lr * (weight * (q_i - q_j) - reg * p))
        Q.index_add_(0, i, lr * (weight * p - reg * q_i))
        Q.index_add_(0, j, lr * (-weight * p - reg * q_j))
    return P, Q
"""

BPR_EPOCH = [
    Wrong("the published faults, all three: the epoch as shown", "1 2 hidden",
          "up for the liked film, down for the other", FAULTY_EPOCH),
    Wrong("only the duplicates mended: backwards at full strength", "1 2 hidden",
          "up for the liked film, down for the other",
          changed(EPOCH, ("lr * (weight * (q_i - q_j) - reg * p)", "-lr * (weight * (q_i - q_j) + reg * p)"),
                  ("lr * (weight * p - reg * q_i)", "-lr * (weight * p + reg * q_i)"),
                  ("lr * (-weight * p - reg * q_j)", "-lr * (-weight * p + reg * q_j)"))),
    Wrong("only the first sign mended", "2 3 hidden", "W[rows] += … keeps one of them",
          changed(FAULTY_EPOCH, ("P[u] -=", "P[u] +="), ("Q[i] -=", "Q[i] +="), ("Q[j] -=", "Q[j] +="))),
    Wrong("only the regulariser's sign mended: -= and a minus", "1 2 3 hidden",
          "up for the liked film, down for the other",
          changed(FAULTY_EPOCH, ("+ reg * p", "- reg * p"), ("+ reg * q_i", "- reg * q_i"),
                  ("+ reg * q_j", "- reg * q_j"))),
    Wrong("the signs mended, the duplicates not", "2 hidden", "W[rows] += … keeps one of them",
          changed(FAULTY_EPOCH, ("P[u] -=", "P[u] +="), ("Q[i] -=", "Q[i] +="), ("Q[j] -=", "Q[j] +="),
                  ("+ reg * p", "- reg * p"), ("+ reg * q_i", "- reg * q_i"), ("+ reg * q_j", "- reg * q_j"))),
    Wrong("the duplicates and the first sign mended, the plus not", "3 hidden", "20 - 0.1 · 0.5 · 20 is left",
          changed(EPOCH, ("- reg * p", "+ reg * p"), ("- reg * q_i", "+ reg * q_i"), ("- reg * q_j", "+ reg * q_j"))),
    Wrong("the plus left for the films", "3 hidden", "both films of the triple shrink",
          changed(EPOCH, ("- reg * q_i", "+ reg * q_i"), ("- reg * q_j", "+ reg * q_j"))),
    Wrong("the plus left for the user", "3 hidden", "20 - 0.1 · 0.5 · 20 is left",
          changed(EPOCH, ("- reg * p", "+ reg * p"))),
    Wrong("duplicates mended for the films only", "2 hidden", "the user of four triples",
          changed(EPOCH,
                  ("P.index_add_(0, u, lr * (weight * (q_i - q_j) - reg * p))",
                   "P[u] += lr * (weight * (q_i - q_j) - reg * p)"))),
    Wrong("duplicates mended for the users only", "2 hidden", "W[rows] += … keeps one of them",
          changed(EPOCH, ("Q.index_add_(0, i, lr * (weight * p - reg * q_i))", "Q[i] += lr * (weight * p - reg * q_i)"),
                  ("Q.index_add_(0, j, lr * (-weight * p - reg * q_j))", "Q[j] += lr * (-weight * p - reg * q_j)"))),
    Wrong("duplicates of the other films lost", "2 hidden", "the two other films", changed(
        EPOCH, ("Q.index_add_(0, j, lr * (-weight * p - reg * q_j))", "Q[j] += lr * (-weight * p - reg * q_j)"))),
    Wrong("index_put_ without accumulate", "2 hidden", "W[rows] += … keeps one of them",
          changed(EPOCH,
                  ("P.index_add_(0, u, lr * (weight * (q_i - q_j) - reg * p))",
                   "P[u] += lr * (weight * (q_i - q_j) - reg * p)"),
                  ("Q.index_add_(0, i, lr", "Q.index_put_((i,), Q[i] + lr"),
                  ("Q.index_add_(0, j, lr * (-weight * p - reg * q_j))", "Q[j] += lr * (-weight * p - reg * q_j)"))),
    Wrong("index_copy_", "2 hidden", "W[rows] += … keeps one of them",
          changed(EPOCH, ("Q.index_add_(0, i, lr", "Q.index_copy_(0, i, Q[i] + lr"))),
    Wrong("σ(x) for σ(-x)", "3 hidden", "20 - 0.1 · 0.5 · 20 is left", changed(EPOCH, ("sigmoid(-", "sigmoid("))),
    Wrong("no weight", "1 2 3 hidden", "up for the liked film, down for the other", changed(
        EPOCH, ("torch.sigmoid(-(p * (q_i - q_j)).sum(1, keepdim=True))", "torch.ones(len(p), 1, dtype=p.dtype)"))),
    Wrong("no keepdim", "2 hidden", "must match the size", changed(EPOCH, ("1, keepdim=True", "1"))),
    Wrong("the other film moves towards the user too", "1 2 hidden", "up for the liked film, down for the other",
          changed(EPOCH, ("-weight", "weight"))),
    Wrong("i and j swapped", "1 2 3 hidden", "up for the liked film, down for the other",
          changed(EPOCH, ("P, Q =", "liked, others = others, liked\n    P, Q ="))),
    Wrong("the user moves away", "1 2 hidden", "towards the liked film",
          changed(EPOCH, ("weight * (q_i - q_j)", "weight * (q_j - q_i)"))),
    Wrong("the user stays", "1 2 3 hidden", "towards the liked film",
          changed(EPOCH, ("        P.index_add_(0, u, lr * (weight * (q_i - q_j) - reg * p))\n", ""))),
    Wrong("no regulariser", "3 hidden", "20 - 0.1 · 0.5 · 20 is left",
          changed(EPOCH, (" - reg * p", ""), (" - reg * q_i", ""), (" - reg * q_j", ""))),
    Wrong("lambda for the users only", "3 hidden", "both films of the triple shrink",
          changed(EPOCH, (" - reg * q_i", ""), (" - reg * q_j", ""))),
    Wrong("twice lambda", "3 hidden", "20 - 0.1 · 0.5 · 20 is left",
          changed(EPOCH, ("reg * p", "2 * reg * p"), ("reg * q_i", "2 * reg * q_i"), ("reg * q_j", "2 * reg * q_j"))),
    Wrong("lambda without the learning rate", "3 hidden", "20 - 0.1 · 0.5 · 20 is left", changed(
        EPOCH, ("reg * p", "reg / lr * p"), ("reg * q_i", "reg / lr * q_i"), ("reg * q_j", "reg / lr * q_j"))),
    Wrong("lambda on the wrong row: q_i for q_j", "3 hidden", "both films of the triple shrink",
          changed(EPOCH, ("reg * q_j", "reg * q_i"))),
    Wrong("lambda per row: every row shrinks at each step", "3 hidden", "the third is in no triple",
          changed(EPOCH, ("P.index_add_", "P, Q = P * (1 - lr * reg), Q * (1 - lr * reg)\n        P.index_add_"),
                  (" - reg * p", ""), (" - reg * q_i", ""), (" - reg * q_j", ""))),
    Wrong("lambda once for each row of the batch", "hidden", "λ per triple", changed(
        EPOCH,
        ("P.index_add_",
         "P[u.unique()] *= 1 - lr * reg\n        Q[torch.cat([i, j]).unique()] *= 1 - lr * reg\n        P.index_add_"),
        (" - reg * p", ""), (" - reg * q_i", ""), (" - reg * q_j", ""))),
    Wrong("a mean over the batch", "2 hidden", "four times 0.1 · ½ · p",
          changed(EPOCH, ("lr * (weight * (q_i", "lr / len(u) * (weight * (q_i"),
                  ("lr * (weight * p", "lr / len(u) * (weight * p"), ("lr * (-weight", "lr / len(u) * (-weight"))),
    Wrong("the films move with the users' new vectors", "1 2 hidden", "up for the liked film, down for the other",
          changed(EPOCH, ("Q.index_add_(0, i", "p = P[u]\n        Q.index_add_(0, i"))),
    Wrong("the other film's move is gathered late", "hidden", "gather first",
          changed(EPOCH, ("Q.index_add_(0, j", "q_j = Q[j]\n        Q.index_add_(0, j"))),
    Wrong("triple by triple, rows through views", "1 2 hidden", "up for the liked film, down for the other", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = user_factors.clone(), item_factors.clone()
            for u, i, j in zip(users, liked, others):
                p, q_i, q_j = P[u], Q[i], Q[j]
                weight = torch.sigmoid(-p @ (q_i - q_j))
                p += lr * (weight * (q_i - q_j) - reg * p)
                q_i += lr * (weight * p - reg * q_i)
                q_j += lr * (-weight * p - reg * q_j)
            return P, Q
    """),
    Wrong("triple by triple: a batch of one", "2 hidden", "p of before the step", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = user_factors.clone(), item_factors.clone()
            for u, i, j in zip(users, liked, others):
                p, q_i, q_j = P[u].clone(), Q[i].clone(), Q[j].clone()
                weight = torch.sigmoid(-p @ (q_i - q_j))
                P[u] += lr * (weight * (q_i - q_j) - reg * p)
                Q[i] += lr * (weight * p - reg * q_i)
                Q[j] += lr * (-weight * p - reg * q_j)
            return P, Q
    """),
    Wrong("one batch of everything", "hidden", "a step for each batch, from where the last ended",
          changed(EPOCH, ("0, len(users), batch_size", "1"), ("[start:start + batch_size]", ""))),
    Wrong("the first batch only", "hidden", "a step for each batch, from where the last ended",
          changed(EPOCH, ("0, len(users), batch_size", "1"))),
    Wrong("the last, shorter batch dropped", "hidden", "a step for each batch, from where the last ended",
          changed(EPOCH, ("len(users)", "len(users) - batch_size + 1"))),
    Wrong("batches overlap by one", "hidden", "a step for each batch, from where the last ended",
          changed(EPOCH, ("+ batch_size", "+ batch_size + 1"))),
    Wrong("batches one triple short", "1 2 3 hidden", "up for the liked film, down for the other",
          changed(EPOCH, ("+ batch_size", "+ batch_size - 1"))),
    Wrong("batches from the end", "hidden", "a step for each batch, from where the last ended",
          changed(EPOCH, ("range(0, len(users), batch_size)", "reversed(range(0, len(users), batch_size))"))),
    Wrong("shuffled", "hidden", "a step for each batch, from where the last ended",
          changed(EPOCH,
                  ("P, Q =",
                   "order = torch.randperm(len(users))\n"
                   "    users, liked, others = users[order], liked[order], others[order]\n"
                   "    P, Q ="))),
    Wrong("every batch starts from the tables passed in: one big batch", "hidden",
          "a step for each batch, from where the last ended",
          changed(EPOCH, ("P[u], Q[i], Q[j]", "user_factors[u], item_factors[i], item_factors[j]"))),
    Wrong("in place: the tables passed in move", "hidden", "changed its input user_factors",
          changed(EPOCH, ("user_factors.clone()", "user_factors"), ("item_factors.clone()", "item_factors"))),
    Wrong("the films passed in move", "hidden", "changed its input item_factors",
          changed(EPOCH, ("item_factors.clone()", "item_factors"))),
    Wrong("users sorted in place", "hidden", "changed its input users",
          changed(EPOCH, ("return", "users.copy_(users.sort().values)\n    return"))),
    Wrong("the tables the wrong way round", "1 2 3 hidden", "shape (1, 2), expected (2, 2)",
          changed(EPOCH, ("return P, Q", "return Q, P"))),
    Wrong("always single precision", "hidden", "dtype torch.float32, expected torch.float64",
          changed(EPOCH, ("return P, Q", "return P.float(), Q.float()"))),
    Wrong("always double precision", "1", "dtype torch.float64, expected torch.float32",
          changed(EPOCH, ("return P, Q", "return P.double(), Q.double()"))),
    Wrong("hard-coded for check 1", "2 3 hidden", "W[rows] += … keeps one of them", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            return torch.tensor([[1.0, 0.1]]), torch.tensor([[0.05, 1.0], [-0.05, -1.0]])
    """),
    Wrong("the users only", "1 2 3 hidden", "returns a Tensor, expected 2 values",
          changed(EPOCH, ("return P, Q", "return P"))),
    Wrong("nothing is returned", "1 2 3 hidden", "Did you forget to return?",
          changed(EPOCH, ("\n    return P, Q", ""))),
    Wrong("exp(-x) / (1 + exp(-x)) overflows", "hidden", "exp(800) overflows", changed(
        EPOCH, ("weight = torch.sigmoid(-(p * (q_i - q_j)).sum(1, keepdim=True))",
                "e = torch.exp(-(p * (q_i - q_j)).sum(1, keepdim=True))\n        weight = e / (1 + e)"))),
    Wrong("the first 500 triples of each batch only", "hidden", "a step for each batch, from where the last ended",
          changed(EPOCH, ("[start:start + batch_size]", "[start:start + min(batch_size, 500)]"))),
    Right("autograd for each batch", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = user_factors, item_factors
            for u, i, j in zip(*(part.split(batch_size) for part in (users, liked, others))):
                leaves = P.clone().requires_grad_(), Q.clone().requires_grad_()
                rows = leaves[0][u], leaves[1][i], leaves[1][j]
                cost = -F.logsigmoid((rows[0] * (rows[1] - rows[2])).sum(1)).sum()
                cost = cost + reg / 2 * sum(row.square().sum() for row in rows)
                P, Q = (table - lr * grad for table, grad in zip((P, Q), torch.autograd.grad(cost, leaves)))
            return P, Q
    """),
    Right("a loop over triples, moves collected until the batch ends", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = user_factors.clone(), item_factors.clone()
            for start in range(0, len(users), batch_size):
                new_P, new_Q = P.clone(), Q.clone()
                for k in range(start, min(start + batch_size, len(users))):
                    u, i, j = users[k], liked[k], others[k]
                    weight = torch.sigmoid(P[u] @ (Q[j] - Q[i]))
                    new_P[u] += lr * (weight * (Q[i] - Q[j]) - reg * P[u])
                    new_Q[i] += lr * (weight * P[u] - reg * Q[i])
                    new_Q[j] -= lr * (weight * P[u] + reg * Q[j])
                P, Q = new_P, new_Q
            return P, Q
    """),
    Right("index_add of minus the gradient, i and j in one", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            for u, i, j in zip(*(part.split(batch_size) for part in (users, liked, others))):
                p, q_i, q_j = user_factors[u], item_factors[i], item_factors[j]
                pull = torch.sigmoid((p * (q_j - q_i)).sum(1))[:, None]
                user_factors = user_factors.index_add(0, u, reg * p - pull * (q_i - q_j), alpha=-lr)
                grads = torch.cat([reg * q_i - pull * p, reg * q_j + pull * p])
                item_factors = item_factors.index_add(0, torch.cat([i, j]), grads, alpha=-lr)
            return [user_factors, item_factors]
    """),
    Right("index_put_ with accumulate", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = user_factors.clone(), item_factors.clone()
            for rows in torch.arange(len(users)).split(batch_size):
                u, i, j = users[rows], liked[rows], others[rows]
                p, q_i, q_j = P[u], Q[i], Q[j]
                weight = torch.sigmoid(-torch.einsum("bf,bf->b", p, q_i - q_j)).unsqueeze(1)
                P.index_put_((u,), lr * (weight * (q_i - q_j) - reg * p), accumulate=True)
                Q.index_put_((i,), lr * (weight * p - reg * q_i), accumulate=True)
                Q.index_put_((j,), lr * (-weight * p - reg * q_j), accumulate=True)
            return P, Q
    """),
    Right("one-hot matrices", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = user_factors.clone(), item_factors.clone()
            for start in range(0, len(users), batch_size):
                batch = slice(start, start + batch_size)
                U = F.one_hot(users[batch], len(P)).to(P.dtype)
                I, J = (F.one_hot(rows[batch], len(Q)).to(Q.dtype) for rows in (liked, others))
                p, gap = U @ P, (I - J) @ Q
                weight = torch.sigmoid(-(p * gap).sum(1))[:, None]
                P, Q = (P + lr * (U.T @ (weight * gap) - reg * U.sum(0)[:, None] * P),
                        Q + lr * ((I - J).T @ (weight * p) - reg * (I + J).sum(0)[:, None] * Q))
            return P, Q
    """),
    Right("torch.optim.SGD", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = (torch.nn.Parameter(table.clone()) for table in (user_factors, item_factors))
            optimizer = torch.optim.SGD([P, Q], lr=lr)
            for u, i, j in zip(users.split(batch_size), liked.split(batch_size), others.split(batch_size)):
                optimizer.zero_grad()
                p, q_i, q_j = P[u], Q[i], Q[j]
                cost = F.softplus((p * (q_j - q_i)).sum(1)).sum() + reg / 2 * (p * p + q_i * q_i + q_j * q_j).sum()
                cost.backward()
                optimizer.step()
            return P.detach(), Q.detach()
    """),
    Right("np.add.at", """
        def bpr_epoch(users, liked, others, user_factors, item_factors, lr, reg, batch_size):
            P, Q = user_factors.numpy().copy(), item_factors.numpy().copy()
            for start in range(0, len(users), batch_size):
                u, i, j = (part[start:start + batch_size].numpy() for part in (users, liked, others))
                p, q_i, q_j = P[u], Q[i], Q[j]
                weight = 0.5 - 0.5 * np.tanh((p * (q_i - q_j)).sum(1, keepdims=True) / 2)
                np.add.at(P, u, lr * (weight * (q_i - q_j) - reg * p))
                np.add.at(Q, i, lr * (weight * p - reg * q_i))
                np.subtract.at(Q, j, lr * (weight * p + reg * q_j))
            return torch.from_numpy(P), torch.from_numpy(Q)
    """),
]

TABLE = {
    "bpr_gradients": BPR_GRADIENTS,
    "bpr_step": BPR_STEP,
    "true_negatives": TRUE_NEGATIVES,
    "auc_by_user": AUC_BY_USER,
    "fold_in": FOLD_IN,
    "bpr_epoch": BPR_EPOCH,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
