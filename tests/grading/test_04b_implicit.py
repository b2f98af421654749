"""Lesson 4b: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, changed, faulty, rows

LESSON = "04b_implicit"


def objective(value="(every + corrections.sum() + reg * norms) / 2",
              corrections="(1 + alpha) * (1 - x).square() - x.square()",
              every="((P.T @ P) * (Q.T @ Q)).sum()",
              norms="P.square().sum() + Q.square().sum()",
              x="(P[users] * Q[items]).sum(1)"):
    """Returns an answer to implicit_objective with these parts."""
    return f"""
def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
    P, Q = user_factors, item_factors
    x = {x}
    every = {every}
    corrections = {corrections}
    norms = {norms}
    return {value}
"""


OBJECTIVE = [
    Wrong("the clicks only", "1 2 3 hidden", "(-0.4)² at the two zeros",
          objective("((1 + alpha) * (1 - x).square().sum() + reg * norms) / 2")),
    Wrong("the clicks only, as ridge: no zeros, no weights", "1 2 3 hidden", "(-0.4)² at the two zeros",
          objective("((1 - x).square().sum() + reg * norms) / 2")),
    Wrong("no half", "1 2 3 hidden", "0.48, expected 0.24", objective("every + corrections.sum() + reg * norms")),
    Wrong("the half of the errors only", "2 3 hidden", "2/2 times (0.16 + 6)",
          objective("(every + corrections.sum()) / 2 + reg * norms")),
    Wrong("the half of the regulariser only", "1 2 3 hidden", "0.48, expected 0.24",
          objective("every + corrections.sum() + reg * norms / 2")),
    Wrong("a mean over all pairs", "1 2 3 hidden", "expected 0.24",
          objective("((every + corrections.sum()) / (len(P) * len(Q)) + reg * norms) / 2")),
    Wrong("a mean of the corrections", "3 hidden", "each pair counts",
          objective("(every + corrections.mean() + reg * norms) / 2")),
    Wrong("the clicks counted twice: x² stays", "1 2 3 hidden", "0.56, expected 0.24",
          objective(corrections="(1 + alpha) * (1 - x).square()")),
    Wrong("alpha for 1 + alpha", "1 2 3 hidden", "half of 4 · (1 - 0.8)² at the click",
          objective(corrections="alpha * (1 - x).square() - x.square()")),
    Wrong("the clicks counted twice, with alpha", "1 2 3 hidden", "half of 4 · (1 - 0.8)² at the click",
          objective(corrections="alpha * (1 - x).square()")),
    Wrong("the weight of a library: alpha at a click, where ours is 1 + alpha", "1 2 3 hidden", "4 · (1 - 0.8)²",
          objective(corrections="max(alpha, 1) * (1 - x).square() - x.square()")),
    Wrong("takes away (1 + alpha) x²", "1 2 3 hidden", "half of 4 · (1 - 0.8)² at the click",
          objective(corrections="(1 + alpha) * ((1 - x).square() - x.square())")),
    Wrong("the sign of the score", "1 2 3 hidden", "half of 4 · (1 - 0.8)² at the click",
          objective(corrections="(1 + alpha) * (1 + x).square() - x.square()")),
    Wrong("the corrections the wrong way round", "1 2 3 hidden", "0.72, expected 0.24",
          objective("(every - corrections.sum() + reg * norms) / 2")),
    Wrong("the weight squared with the error", "1 2 3 hidden", "half of 4 · (1 - 0.8)² at the click",
          objective(corrections="((1 + alpha) * (1 - x)).square() - x.square()")),
    Wrong("1 + alpha for the zeros too", "1 2 3 hidden", "(-0.4)² at the two zeros",
          objective("((1 + alpha) * (every + (1 - 2 * x).sum()) + reg * norms) / 2")),
    Wrong("absolute errors at the clicks", "1 2 3 hidden", "half of 4 · (1 - 0.8)² at the click",
          objective(corrections="(1 + alpha) * (1 - x).abs() - x.square()")),
    Wrong("the square of the summed errors", "3 hidden", "each pair counts",
          objective("(every + (1 + alpha) * (1 - x).sum() ** 2 - x.square().sum() + reg * norms) / 2")),
    Wrong("the two Gram matrices summed apart", "3 hidden", "each pair counts",
          objective(every="(P.T @ P).sum() * (Q.T @ Q).sum()")),
    Wrong("the two traces multiplied", "3 hidden", "each pair counts",
          objective(every="P.square().sum() * Q.square().sum()")),
    Wrong("the diagonals of the Gram matrices only", "3 hidden", "each pair counts",
          objective(every="((P.T @ P) * (Q.T @ Q)).diagonal().sum()")),
    Wrong("the sum of the matrix product, not its trace", "3 hidden", "each pair counts",
          objective(every="(P.T @ P @ Q.T @ Q).sum()")),
    Wrong("the Gram matrices the wrong way round", "1 2 3 hidden", "0.08, expected 0.24",
          objective(every="((P @ P.T) * (Q @ Q.T)).sum()")),
    Wrong("the users of the clicks only in the Gram matrix", "3 hidden", "each pair counts",
          objective(every="((P[users].T @ P[users]) * (Q.T @ Q)).sum()")),
    Wrong("the scores of all clicked users and films", "3 hidden", "each pair counts",
          objective(x="P[users] @ Q[items].T")),
    Wrong("users and items swapped", "3 hidden", "index 6 is out of bounds for dimension 0 with size 6",
          objective(x="(P[items] * Q[users]).sum(1)")),
    Wrong("no regulariser", "2 3 hidden", "each row pays once", objective("(every + corrections.sum()) / 2")),
    Wrong("the regulariser subtracted", "2 3 hidden", "each row pays once",
          objective("(every + corrections.sum() - reg * norms) / 2")),
    Wrong("the norms of the users only", "2 3 hidden", "2/2 times (0.16 + 6)", objective(norms="P.square().sum()")),
    Wrong("norms not squared", "2 3 hidden", "2/2 times (0.16 + 6)",
          objective(norms="P.norm(dim=1).sum() + Q.norm(dim=1).sum()")),
    Wrong("only the clicked rows pay, once each", "2 3 hidden", "each row pays once, clicked or not",
          objective(norms="P[users.unique()].square().sum() + Q[items.unique()].square().sum()")),
    Wrong("lambda by count", "2 3 hidden", "each row pays once, clicked or not",
          objective(norms="P[users].square().sum() + Q[items].square().sum()")),
    Wrong("lambda weighted by the confidences, as in the model", "2 3 hidden", "each row pays once", objective(
        norms="((len(Q) + alpha * torch.bincount(users, minlength=len(P))) * P.square().sum(1)).sum()"
              " + ((len(P) + alpha * torch.bincount(items, minlength=len(Q))) * Q.square().sum(1)).sum()")),
    Wrong("a dense matrix of all scores", "hidden", "make nothing of shape (users, films)", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            x = user_factors @ item_factors.T
            y = torch.zeros_like(x)
            y[users, items] = 1
            norms = user_factors.square().sum() + item_factors.square().sum()
            return (((1 + alpha * y) * (y - x).square()).sum() + reg * norms) / 2
    """),
    Wrong("a dense matrix of squared scores", "hidden", "make nothing of shape (users, films)",
          objective(every="(P @ Q.T).square().sum()")),
    Wrong("a dense matrix in NumPy", "hidden", "make nothing of shape (users, films)",
          objective(every="float(np.square(P.numpy() @ Q.numpy().T).sum())")),
    Wrong("a dense mask of the clicks", "hidden", "make nothing of shape (users, films)", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            P, Q = user_factors, item_factors
            clicked = torch.zeros(len(P), len(Q), dtype=torch.bool)
            clicked[users, items] = True
            u, i = clicked.nonzero(as_tuple=True)
            x = (P[u] * Q[i]).sum(1)
            corrections = (1 + alpha) * (1 - x).square() - x.square()
            norms = P.square().sum() + Q.square().sum()
            return (((P.T @ P) * (Q.T @ Q)).sum() + corrections.sum() + reg * norms) / 2
    """),
    Wrong("visits all pairs, one user after another", "hidden", "make nothing of shape (users, films)",
          objective(every="sum((Q @ p).square().sum() for p in P)")),
    Wrong("visits all pairs, a block of users after another", "hidden", "make nothing of shape (users, films)",
          objective(every="sum((block @ Q.T).square().sum() for block in P.split(100))")),
    Wrong("einsum without a plan", "hidden", "make nothing of shape (users, films)",
          objective(every='torch.einsum("uf,if,ug,ig->", P, Q, P, Q)')),
    Wrong("squares its input", "hidden", "changed its input user_factors", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            P, Q = user_factors, item_factors
            x = (P[users] * Q[items]).sum(1)
            total = ((P.T @ P) * (Q.T @ Q)).sum() + ((1 + alpha) * (1 - x).square() - x.square()).sum()
            return (total + reg * P.square_().sum() + reg * Q.square().sum()) / 2
    """),
    Wrong("fails where nobody clicked", "hidden", "non-empty", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            P, Q = user_factors, item_factors
            x = torch.stack([P[u] @ Q[i] for u, i in zip(users, items)])
            corrections = (1 + alpha) * (1 - x).square() - x.square()
            norms = P.square().sum() + Q.square().sum()
            return (((P.T @ P) * (Q.T @ Q)).sum() + corrections.sum() + reg * norms) / 2
    """),
    Wrong("nan where nobody clicked", "hidden", "nobody clicked: nan", objective(
        "(every + len(x) * corrections.mean() + reg * norms) / 2")),
    Wrong("keeps an axis", "1 2 3 hidden", "shape (1,), expected a single value",
          objective("(every + corrections.sum(0, keepdim=True) + reg * norms) / 2")),
    Wrong("a number for each click", "3 hidden", "shape (14,), expected a single value",
          objective("(every + corrections + reg * norms) / 2").replace(
              "return ", "if len(x) == 1:\n        corrections = corrections[0]\n    return ")),
    Wrong("hard-coded for the toy", "3 hidden", "of 14 clicks", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            return 6.4 if reg == 2 else 0.24
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", objective().replace("return", "total =")),
    Wrong("clicks times clicks", "hidden", "not enough memory", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            P, Q = user_factors, item_factors
            x = (P[users] @ Q[items].T).diagonal()
            as_if_no_clicks = ((P.T @ P) * (Q.T @ Q)).sum()
            corrections = (1 + alpha) * (1 - x).square() - x.square()
            norms = P.square().sum() + Q.square().sum()
            return (as_if_no_clicks + corrections.sum() + reg * norms) / 2
    """),
    Wrong("clicks times films", "hidden", "not enough memory", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            P, Q = user_factors, item_factors
            x = (P[users] @ Q.T).gather(1, items[:, None])[:, 0]
            as_if_no_clicks = ((P.T @ P) * (Q.T @ Q)).sum()
            corrections = (1 + alpha) * (1 - x).square() - x.square()
            norms = P.square().sum() + Q.square().sum()
            return (as_if_no_clicks + corrections.sum() + reg * norms) / 2
    """),
    Right("a loop over the clicks, a float", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            total = torch.trace(user_factors.T @ user_factors @ item_factors.T @ item_factors).item()
            for u, i in zip(users.tolist(), items.tolist()):
                x = float(user_factors[u] @ item_factors[i])
                total += (1 + alpha) * (1 - x) ** 2 - x**2
            return 0.5 * total + reg / 2 * float((user_factors**2).sum() + (item_factors**2).sum())
    """),
    Right("einsum", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            gram_p = torch.einsum("uf,ug->fg", user_factors, user_factors)
            gram_q = torch.einsum("if,ig->fg", item_factors, item_factors)
            x = torch.einsum("nf,nf->n", user_factors[users], item_factors[items])
            clicks = torch.einsum("n,n->", 1 - x, (1 + alpha) * (1 - x)) - x @ x
            return (torch.einsum("fg,fg->", gram_p, gram_q) + clicks + reg * (gram_p + gram_q).trace()) / 2
    """),
    Right("user by user, with the Gram matrix of the films", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            gram = item_factors.T @ item_factors
            total = sum(p @ gram @ p for p in user_factors)
            for u, i in zip(users, items):
                x = user_factors[u] @ item_factors[i]
                total = total + 1 + alpha - 2 * (1 + alpha) * x + alpha * x * x
            return (total + reg * user_factors.norm() ** 2 + reg * item_factors.norm() ** 2) / 2
    """),
    Right("the triangles of two QR decompositions", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            triangles = [torch.linalg.qr(factors, mode="r").R for factors in (user_factors, item_factors)]
            every = (triangles[0] @ triangles[1].mT).square().sum()
            x = (user_factors[users] * item_factors[items]).sum(-1)
            clicks = ((1 + alpha) * (1 - x) ** 2 - x**2).sum()
            return (every + clicks + reg * sum(factors.square().sum() for factors in triangles)) / 2
    """),
    Right("scores at the places of a sparse matrix", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            P, Q = user_factors, item_factors
            clicks = torch.sparse_coo_tensor(torch.stack([users, items]), torch.ones(len(users), dtype=P.dtype),
                                             (len(P), len(Q))).coalesce()
            u, i = clicks.indices()
            x = torch.linalg.vecdot(P[u], Q[i])
            c = 1 + alpha * clicks.values()
            every = torch.tensordot(P.T @ P, Q.T @ Q, dims=2)
            return 0.5 * (every + (c * (1 - x) ** 2 - x**2).sum() + reg * (P.pow(2).sum() + Q.pow(2).sum()))
    """),
    Right("NumPy", """
        def implicit_objective(users, items, user_factors, item_factors, alpha, reg):
            P, Q = user_factors.numpy(), item_factors.numpy()
            x = np.einsum("nf,nf->n", P[users.numpy()], Q[items.numpy()])
            total = np.vdot(P.T @ P, Q.T @ Q) + np.sum((1 + alpha) * (1 - x) ** 2 - x**2)
            return float(total + reg * (np.vdot(P, P) + np.vdot(Q, Q))) / 2
    """),
]


def gram_update(left="gram + alpha * liked.T @ liked + reg * eye", right="(1 + alpha) * liked.sum(0)",
                value="torch.linalg.solve(left, right)"):
    """Returns an answer to gram_update with these parts."""
    return f"""
def gram_update(gram, liked, alpha, reg):
    eye = torch.eye(gram.shape[0], dtype=gram.dtype, device=gram.device)
    left = {left}
    right = {right}
    return {value}
"""


GRAM_UPDATE = [
    Wrong("1 + alpha on the left", "1 2 hidden", "on the left alpha, since the Gram matrix already holds the 1",
          gram_update("gram + (1 + alpha) * liked.T @ liked + reg * eye")),
    Wrong("alpha on the right", "1 2 hidden", "on the right 1 + alpha", gram_update(right="alpha * liked.sum(0)")),
    Wrong("no weight on the right", "1 2 hidden", "on the right 1 + alpha", gram_update(right="liked.sum(0)")),
    Wrong("the weights swapped", "1 2 hidden", "on the left alpha",
          gram_update("gram + (1 + alpha) * liked.T @ liked + reg * eye", "alpha * liked.sum(0)")),
    Wrong("the weight of a library: alpha at a click, where ours is 1 + alpha", "1 2 hidden", "on the left alpha",
          gram_update("gram + (alpha - 1) * liked.T @ liked + reg * eye", "alpha * liked.sum(0)")),
    Wrong("the clicks only", "1 2 hidden", "the Gram matrix already holds the 1",
          gram_update("(1 + alpha) * liked.T @ liked + reg * eye")),
    Wrong("no Gram matrix, alpha at the clicks", "1 2 hidden", "the Gram matrix already holds the 1",
          gram_update("alpha * liked.T @ liked + reg * eye")),
    Wrong("explicit ALS", "1 2 hidden", "(6 + 3 · 2² + 2) p",
          gram_update("liked.T @ liked + reg * eye", "liked.sum(0)")),
    Wrong("all films as if not clicked", "1 2 hidden", "(6 + 3 · 2² + 2) p", gram_update("gram + reg * eye")),
    Wrong("alpha times the Gram matrix too", "1 2 hidden", "(6 + 3 · 2² + 2) p",
          gram_update("alpha * (gram + liked.T @ liked) + reg * eye")),
    Wrong("takes the clicks out of the Gram matrix", "1 2 hidden", "the Gram matrix already holds the 1",
          gram_update("gram + (alpha - 1) * liked.T @ liked + reg * eye")),
    Wrong("alpha with a minus", "1 2 hidden", "on the left alpha",
          gram_update("gram - alpha * liked.T @ liked + reg * eye")),
    Wrong("no regulariser", "1 2 hidden", "(6 + 3 · 2² + 2) p", gram_update("gram + alpha * liked.T @ liked")),
    Wrong("lambda at every place of the matrix", "2 hidden", "reg once, on the diagonal only",
          gram_update("gram + alpha * liked.T @ liked + reg")),
    Wrong("lambda by count", "2 hidden", "reg once, on the diagonal only",
          gram_update("gram + alpha * liked.T @ liked + reg * len(liked) * eye")),
    Wrong("lambda times the confidences of the clicks", "1 2 hidden", "(6 + 3 · 2² + 2) p",
          gram_update("gram + alpha * liked.T @ liked + reg * (1 + alpha) * len(liked) * eye")),
    Wrong("lambda with a minus", "1 2 hidden", "(6 + 3 · 2² + 2) p",
          gram_update("gram + alpha * liked.T @ liked - reg * eye")),
    Wrong("half of lambda", "1 2 hidden", "(6 + 3 · 2² + 2) p",
          gram_update("gram + alpha * liked.T @ liked + reg / 2 * eye")),
    Wrong("lambda for all but the first factor", "1 2 hidden", "(6 + 3 · 2² + 2) p",
          gram_update("gram + alpha * liked.T @ liked + reg * (eye - eye[0] * eye[:, :1])")),
    Wrong("the matrix of the films instead of the factors", "2 hidden", "must match",
          gram_update("gram + alpha * liked @ liked.T + reg * eye")),
    Wrong("the product of the sums", "2 hidden", "weights 1 + alpha at the clicks",
          gram_update("gram + alpha * torch.outer(liked.sum(0), liked.sum(0)) + reg * eye")),
    Wrong("the squares only, no products of two factors", "2 hidden", "weights 1 + alpha at the clicks",
          gram_update("gram + alpha * torch.diag(liked.square().sum(0)) + reg * eye")),
    Wrong("means over the clicks", "2 hidden", "weights 1 + alpha at the clicks",
          gram_update("gram + alpha * liked.T @ liked / len(liked) + reg * eye", "(1 + alpha) * liked.mean(0)")),
    Wrong("a mean on the right", "2 hidden", "weights 1 + alpha at the clicks",
          gram_update(right="(1 + alpha) * liked.mean(0)")),
    Wrong("the sum over the wrong axis", "2 hidden", "Incompatible shapes",
          gram_update(right="(1 + alpha) * liked.sum(1)")),
    Wrong("the last click only", "2 hidden", "weights 1 + alpha at the clicks",
          gram_update("gram + alpha * torch.outer(liked[-1], liked[-1]) + reg * eye", "(1 + alpha) * liked[-1]")),
    Wrong("divided by the diagonal: no system", "2 hidden", "weights 1 + alpha at the clicks",
          gram_update(value="right / left.diagonal()")),
    Wrong("one step of gradient descent", "1 2 hidden", "(6 + 3 · 2² + 2) p", gram_update(value="0.01 * right")),
    Wrong("adds to the Gram matrix that all users share", "hidden", "changed its input gram", """
        def gram_update(gram, liked, alpha, reg):
            gram += alpha * liked.T @ liked
            gram.diagonal().add_(reg)
            return torch.linalg.solve(gram, (1 + alpha) * liked.sum(0))
    """),
    Wrong("lambda into the diagonal of the Gram matrix, each time", "hidden", "changed its input gram", """
        def gram_update(gram, liked, alpha, reg):
            gram.diagonal().add_(reg)
            return torch.linalg.solve(gram + alpha * liked.T @ liked, (1 + alpha) * liked.sum(0))
    """),
    Wrong("weighs the films inside its input", "hidden", "changed its input liked", """
        def gram_update(gram, liked, alpha, reg):
            right = (1 + alpha) * liked.sum(0)
            liked *= alpha**0.5
            return torch.linalg.solve(gram + liked.T @ liked + reg * torch.eye(len(gram)), right)
    """),
    Wrong("fails without clicks", "hidden", "non-empty", """
        def gram_update(gram, liked, alpha, reg):
            extra = torch.stack([torch.outer(q, q) for q in liked]).sum(0)
            left = gram + alpha * extra + reg * torch.eye(len(gram), dtype=gram.dtype)
            return torch.linalg.solve(left, (1 + alpha) * liked.sum(0))
    """),
    Wrong("nan without clicks", "hidden", "nan", gram_update(right="(1 + alpha) * len(liked) * liked.mean(0)")),
    Wrong("a column", "1 2 hidden", "shape (1, 1), expected (1,)",
          gram_update(value="torch.linalg.solve(left, right[:, None])")),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          gram_update("gram.double() + alpha * liked.double().T @ liked.double() + reg * eye",
                      "(1 + alpha) * liked.double().sum(0)")),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64",
          gram_update(value="torch.linalg.solve(left.float(), right.float())")),
    Wrong("NumPy comes back", "hidden", "a ndarray, expected a Tensor",
          gram_update(value="np.linalg.solve(left.numpy(), right.numpy())")),
    Wrong("hard-coded for check 1", "2 hidden", "shape (1,), expected (3,)", """
        def gram_update(gram, liked, alpha, reg):
            return torch.tensor([0.4])
    """),
    Wrong("zeros of the right shape", "1 2 hidden", "0 at [0], expected 0.4", """
        def gram_update(gram, liked, alpha, reg):
            return gram.new_zeros(len(gram))
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", gram_update().replace("return", "vector =")),
    Wrong("five thousand steps of descent", "hidden", "the gradient over all films", """
        def gram_update(gram, liked, alpha, reg):
            left = gram + alpha * liked.T @ liked + reg * torch.eye(len(gram), dtype=gram.dtype)
            right, p = (1 + alpha) * liked.sum(0), torch.zeros_like(gram[0])
            for _ in range(5000):
                p = p + (right - left @ p) / left.diagonal().sum()
            return p
    """),
    Wrong("divided by the price", "hidden", "the gradient over all films", """
        def gram_update(gram, liked, alpha, reg):
            left = (gram + alpha * liked.T @ liked) / reg + torch.eye(len(gram), dtype=gram.dtype)
            return torch.linalg.solve(left, (1 + alpha) * liked.sum(0) / reg)
    """),
    Right("a loop over the clicks", """
        def gram_update(gram, liked, alpha, reg):
            left, right = gram.clone(), torch.zeros_like(gram[0])
            for q in liked:
                left += alpha * torch.outer(q, q)
                right += (1 + alpha) * q
            left.diagonal().add_(reg)
            return torch.linalg.inv(left) @ right
    """),
    Right("einsum, Cholesky, and an identity in single precision", """
        def gram_update(gram, liked, alpha, reg):
            left = gram + torch.einsum("mf,mg->fg", alpha * liked, liked) + reg * torch.eye(len(gram))
            right = torch.einsum("mf->f", liked) * (1 + alpha)
            return torch.cholesky_solve(right[:, None], torch.linalg.cholesky(left)).flatten()
    """),
    Right("least squares of the square system", """
        def gram_update(gram, liked, alpha, reg):
            left = torch.addmm(gram, liked.T, liked, alpha=alpha) + torch.diag(gram.new_full((len(gram),), reg))
            return torch.linalg.lstsq(left, ((1 + alpha) * liked.sum(0)).unsqueeze(1)).solution.squeeze(1)
    """),
    Right("the clicks by Woodbury's formula", """
        def gram_update(gram, liked, alpha, reg):
            start = torch.linalg.inv(gram + reg * torch.eye(len(gram), dtype=gram.dtype))
            right, X = (1 + alpha) * liked.sum(0), start @ liked.T
            inner = torch.eye(len(liked), dtype=gram.dtype) + alpha * liked @ X
            return start @ right - alpha * X @ torch.linalg.solve(inner, X.T @ right)
    """),
    Right("conjugate gradients, many steps", """
        def gram_update(gram, liked, alpha, reg):
            def multiply(v):
                return gram @ v + alpha * liked.T @ (liked @ v) + reg * v
            p, right = torch.zeros_like(gram[0]), (1 + alpha) * liked.sum(0)
            residual = direction = right
            for _ in range(4 * len(gram)):
                if residual.norm() < 1e-12:
                    break
                product = multiply(direction)
                step = residual @ residual / (direction @ product)
                new = residual - step * product
                p = p + step * direction
                direction = new + (new @ new) / (residual @ residual) * direction
                residual = new
            return p
    """),
    Right("NumPy, and back", """
        def gram_update(gram, liked, alpha, reg):
            G, X = gram.numpy(), liked.numpy()
            p = np.linalg.solve(G + alpha * X.T @ X + reg * np.eye(len(G)), (1 + alpha) * X.sum(axis=0))
            return torch.from_numpy(p).to(gram.dtype)
    """),
]


def half_step(left="gram + alpha * X.T @ X + reg * eye", right="(1 + alpha) * X.sum(0)",
              value="torch.linalg.solve(left, right)", mine="rows == row", X="features[columns[mine]]",
              gram="features.T @ features", visited="range(n_rows)",
              solution="features.new_zeros(n_rows, features.shape[1])", returned="solution"):
    """Returns an answer to implicit_half_step with these parts, a loop over the rows."""
    return f"""
def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
    eye = torch.eye(features.shape[1], dtype=features.dtype)
    gram = {gram}
    solution = {solution}
    for row in {visited}:
        mine = {mine}
        X = {X}
        left = {left}
        right = {right}
        solution[row] = {value}
    return {returned}
"""


def without_loop(extra, right):
    """Returns an answer to implicit_half_step without a loop, with these lines for the sums over the clicks."""
    return f"""
def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
    X, f = features[columns], features.shape[1]
    extra, right = X.new_zeros(n_rows, f, f), X.new_zeros(n_rows, f)
    {extra}
    {right}
    left = features.T @ features + alpha * extra + reg * torch.eye(f, dtype=X.dtype)
    return torch.linalg.solve(left, (1 + alpha) * right)
"""


LOOP = """
def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
    gram = features.T @ features + reg * torch.eye(features.shape[1], dtype=features.dtype)
    solution = features.new_zeros(n_rows, features.shape[1])
    for row in range(n_rows):
        X = features[columns[rows == row]]
        solution[row] = torch.linalg.solve(gram + alpha * X.T @ X, (1 + alpha) * X.sum(0))
    return solution
"""

HALF_STEP = [
    Wrong("1 + alpha on the left", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          half_step("gram + (1 + alpha) * X.T @ X + reg * eye")),
    Wrong("alpha on the right", "1 2 hidden", "8 / (6 + 3 · 4 + 2)", half_step(right="alpha * X.sum(0)")),
    Wrong("no weight on the right", "1 2 hidden", "8 / (6 + 3 · 4 + 2)", half_step(right="X.sum(0)")),
    Wrong("the weight of a library: alpha at a click, where ours is 1 + alpha", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          half_step("gram + (alpha - 1) * X.T @ X + reg * eye", "alpha * X.sum(0)")),
    Wrong("the clicks only", "1 2 hidden", "all three films count",
          half_step("(1 + alpha) * X.T @ X + reg * eye")),
    Wrong("explicit ALS, zeros for a row without clicks", "1 2 hidden", "all three films count",
          half_step("X.T @ X + reg * eye", "X.sum(0)")),
    Wrong("zeros as firm as clicks", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          half_step("gram + reg * eye", "X.sum(0)")),
    Wrong("the Gram matrix of the clicked columns only", "1 2 hidden", "all three films count",
          half_step(gram="features[columns.unique()].T @ features[columns.unique()]")),
    Wrong("the Gram matrix of a line for each click", "1 2 hidden", "all three films count",
          half_step(gram="features[columns].T @ features[columns]")),
    Wrong("the Gram matrix of the first call, kept", "2 hidden", "an exact minimum: all pairs", """
        kept = []

        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            if not kept or kept[0].dtype != features.dtype or len(kept[0]) != features.shape[1]:
                kept[:] = [features.T @ features]
            solution = features.new_zeros(n_rows, features.shape[1])
            for row in range(n_rows):
                X = features[columns[rows == row]]
                left = kept[0] + alpha * X.T @ X + reg * torch.eye(X.shape[1], dtype=X.dtype)
                solution[row] = torch.linalg.solve(left, (1 + alpha) * X.sum(0))
            return solution
    """),
    Wrong("adds each row's clicks to the Gram matrix of all", "1 2 hidden", "4 · 1 / (6 + 3 · 1 + 2)",
          changed(LOOP, ("solution[row] =", "gram += alpha * X.T @ X\n        solution[row] ="),
                  ("gram + alpha * X.T @ X", "gram"))),
    Wrong("adds lambda to the Gram matrix at each row", "1 2 hidden", "4 · 1 / (6 + 3 · 1 + 2)",
          changed(LOOP, (" + reg * torch.eye(features.shape[1], dtype=features.dtype)", ""),
                  ("solution[row] =", "gram.diagonal().add_(reg)\n        solution[row] ="))),
    Wrong("no regulariser", "1 2 hidden", "λ = 2 per row", half_step("gram + alpha * X.T @ X")),
    Wrong("lambda at every place of the matrix", "2 hidden", "an exact minimum: all pairs",
          half_step("gram + alpha * X.T @ X + reg")),
    Wrong("lambda by count", "2 hidden", "an exact minimum: all pairs",
          half_step("gram + alpha * X.T @ X + reg * len(X) * eye")),
    Wrong("lambda weighted by the confidences, as in the model", "1 2 hidden", "λ = 2 per row",
          half_step("gram + alpha * X.T @ X + reg * (len(features) + alpha * len(X)) * eye")),
    Wrong("lambda over the number of rows", "1 2 hidden", "λ = 2 per row",
          half_step("gram + alpha * X.T @ X + reg / n_rows * eye")),
    Wrong("lambda with a minus", "1 2 hidden", "λ = 2 per row", half_step("gram + alpha * X.T @ X - reg * eye")),
    Wrong("means over the clicks", "1 2 hidden", "nan",
          half_step("gram + alpha * X.T @ X / len(X) + reg * eye", "(1 + alpha) * X.mean(0)")),
    Wrong("means over the clicks, zeros without", "2 hidden", "an exact minimum: all pairs", half_step(
        "gram + alpha * X.T @ X / max(len(X), 1) + reg * eye", "(1 + alpha) * X.sum(0) / max(len(X), 1)")),
    Wrong("a row without clicks keeps ones", "1 2 hidden", "all its preferences are zero",
          half_step(visited="rows.unique()", solution="features.new_ones(n_rows, features.shape[1])")),
    Wrong("a row without clicks gets the vector before", "1 2 hidden", "all its preferences are zero",
          changed(LOOP, ("for row", "vector = solution[0]\n    for row"),
                  ("solution[row] = torch.linalg.solve(gram + alpha * X.T @ X, (1 + alpha) * X.sum(0))",
                   "if len(X):\n"
                   "            vector = torch.linalg.solve(gram + alpha * X.T @ X, (1 + alpha) * X.sum(0))\n"
                   "        solution[row] = vector"))),
    Wrong("the mean vector for a row without clicks", "1 2 hidden", "all its preferences are zero",
          half_step(right="(1 + alpha) * (X.sum(0) if len(X) else features.mean(0))")),
    Wrong("no row for those without clicks", "1 2 hidden", "shape (2, 1), expected (3, 1)",
          half_step(returned="solution[rows.unique()]")),
    Wrong("a line for each row that occurs, in order", "1 2 hidden", "shape (2, 1), expected (3, 1)", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            gram, solution = features.T @ features, []
            for row in rows.unique():
                X = features[columns[rows == row]]
                left = gram + alpha * X.T @ X + reg * torch.eye(X.shape[1], dtype=X.dtype)
                solution.append(torch.linalg.solve(left, (1 + alpha) * X.sum(0)))
            return torch.stack(solution)
    """),
    Wrong("the rows up to the last click", "hidden", "shape (12, 4), expected (15, 4)", half_step(
        visited="range(int(rows.max()) + 1)", solution="features.new_zeros(int(rows.max()) + 1, features.shape[1])")),
    Wrong("the last row left out", "1 2 hidden", "0 at [0], expected 0.363636", half_step(visited="range(n_rows - 1)")),
    Wrong("off by one row", "1 2 hidden", "Ada's row: 0 at [0]", half_step(mine="rows == row + 1")),
    Wrong("believes that the clicks are sorted", "2 hidden", "an exact minimum: all pairs",
          changed(LOOP,
                  ("for row in range(n_rows):",
                   "for row, mine in enumerate(columns.split(torch.bincount(rows, minlength=n_rows).tolist())):"),
                  ("columns[rows == row]", "mine"))),
    Wrong("repeated rows lost on the left", "2 hidden", "an exact minimum: all pairs", without_loop(
        "extra[rows] += X[:, :, None] * X[:, None, :]", "right.index_add_(0, rows, X)")),
    Wrong("repeated rows lost on both sides", "2 hidden", "an exact minimum: all pairs", without_loop(
        "extra[rows] += X[:, :, None] * X[:, None, :]", "right[rows] += X")),
    Wrong("one click a row", "2 hidden", "an exact minimum: all pairs", half_step(X="features[columns[mine][:1]]")),
    Wrong("the rows' features instead of the columns'", "1 2 hidden", "4 · 1 / (6 + 3 · 1 + 2)",
          half_step(X="features[rows[mine]]")),
    Wrong("the places of the clicks taken for columns", "2 hidden", "an exact minimum: all pairs",
          half_step(X="features[mine.nonzero()[:, 0] % len(features)]")),
    Wrong("the mask on the features", "1 2 hidden", "The shape of the mask [2]",
          half_step(X="features[mine]")),
    Wrong("rows and columns swapped", "1 2 hidden", "the row without clicks: -0.363636",
          half_step(mine="columns == row", X="features[rows[mine]]")),
    Wrong("one step of gradient descent", "1 2 hidden", "8 / (6 + 3 · 4 + 2)", half_step(value="0.01 * right")),
    Wrong("divided by the diagonal: no system", "2 hidden", "an exact minimum: all pairs",
          half_step(value="right / left.diagonal()")),
    Wrong("the vectors added to a start of ones", "1 2 hidden", "1.4 at [0], expected 0.4", half_step(
        solution="features.new_ones(n_rows, features.shape[1])",
        value="solution[row] + torch.linalg.solve(left, right)")),
    Wrong("transposed", "1 2 hidden", "shape (1, 3), expected (3, 1)", half_step(returned="solution.T")),
    Wrong("returns in the loop", "1 2 hidden", "the row that clicked Aliens: 0 at [0]",
          half_step(value="torch.linalg.solve(left, right); return solution")),
    Wrong("a list of vectors", "1 2 hidden", "a list, expected a tensor", half_step(returned="list(solution)")),
    Wrong("weighs the films inside its input", "hidden", "changed its input features",
          changed(LOOP, ("for row", "features *= (1 + alpha) ** 0.5\n    for row"),
                  ("solution[row] =", "left = gram + alpha / (1 + alpha) * X.T @ X\n        solution[row] ="),
                  ("gram + alpha * X.T @ X, (1 + alpha) * X.sum(0)", "left, (1 + alpha) ** 0.5 * X.sum(0)"))),
    Wrong("sorts its input", "hidden", "changed its input rows", changed(
        LOOP,
        ("gram =",
         "order = rows.argsort()\n    rows.copy_(rows[order])\n    columns.copy_(columns[order])\n    gram ="),
        ("for row in range(n_rows):",
         "for row, mine in enumerate(columns.split(torch.bincount(rows, minlength=n_rows).tolist())):"),
        ("columns[rows == row]", "mine"))),
    Wrong("always single precision", "2 hidden", "from double precision: dtype torch.float32, expected torch.float64",
          half_step(returned="solution.float()")),
    Wrong("zeros in single precision", "2 hidden", "from double precision: dtype torch.float32, expected torch.float64",
          half_step(solution="torch.zeros(n_rows, features.shape[1])")),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          half_step(returned="solution.double()")),
    Wrong("hard-coded for check 1", "2 hidden", "shape (3, 1), expected (8, 3)", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            return torch.tensor([[0.4], [0.0], [4 / 11]])
    """),
    Wrong("zeros of the right shape", "1 2 hidden", "8 / (6 + 3 · 4 + 2)", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            return features.new_zeros(n_rows, features.shape[1])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", half_step().replace("return solution", "")),
    Right("a loop with a mask", half_step()),
    Right("without a loop, by index_add_", without_loop(
        "extra.index_add_(0, rows, X[:, :, None] * X[:, None, :])", "right.index_add_(0, rows, X)")),
    Right("rows with clicks only, zeros for the others", half_step(
        visited="rows.unique().tolist()", value="torch.linalg.inv(left) @ right")),
    Right("a dense matrix of confidences, and einsum", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            y = torch.zeros(n_rows, len(features), dtype=features.dtype)
            y[rows, columns] = 1
            c = 1 + alpha * y
            left = torch.einsum("rc,cf,cg->rfg", c, features, features) + reg * torch.eye(features.shape[1])
            return torch.linalg.solve(left, torch.einsum("rc,cf->rf", c * y, features))
    """),
    Right("weighted least squares over all columns", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            f, solution = features.shape[1], []
            for row in range(n_rows):
                y = torch.zeros(len(features), dtype=features.dtype)
                y[columns[rows == row]] = 1
                root = (1 + alpha * y).sqrt()
                stacked = torch.cat([root[:, None] * features, reg**0.5 * torch.eye(f, dtype=features.dtype)])
                right = torch.cat([root * y, torch.zeros(f, dtype=features.dtype)])
                solution.append(torch.linalg.lstsq(stacked, right[:, None]).solution[:, 0])
            return torch.stack(solution)
    """),
    Right("a sparse matrix, Cholesky, identity in single precision", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            f = features.shape[1]
            products = (features[:, :, None] * features[:, None, :]).flatten(1)
            clicks = torch.sparse_coo_tensor(torch.stack([rows, columns]), torch.ones(len(rows)).to(features),
                                             (n_rows, len(features)))
            left = products.sum(0).view(f, f) + alpha * (clicks @ products).view(-1, f, f) + reg * torch.eye(f)
            right = (1 + alpha) * (clicks @ features)
            return torch.cholesky_solve(right[..., None], torch.linalg.cholesky(left)).squeeze(-1)
    """),
    Right("NumPy", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            Q, result = features.numpy(), np.zeros((n_rows, features.shape[1]))
            gram = Q.T @ Q + reg * np.eye(Q.shape[1])
            for row in range(n_rows):
                X = Q[columns.numpy()[rows.numpy() == row]]
                result[row] = np.linalg.solve(gram + alpha * X.T @ X, (1 + alpha) * X.sum(axis=0))
            return torch.from_numpy(result).to(features.dtype)
    """),
    Wrong("a constant that fits everybody a little", "1 2 hidden", "Ada's row", """
        def implicit_half_step(rows, columns, features, n_rows, alpha, reg):
            return features.new_full((n_rows, features.shape[1]), 0.1**0.5)
    """),
]


def padded(left="gram + alpha * X.mT @ X + reg[:, None, None] * eye", right="(1 + alpha) * X.sum(1)",
           value="torch.linalg.solve(left, right[..., None])[..., 0]", X="features * mask[..., None]"):
    """Returns an answer to solve_implicit_padded with these parts."""
    return f"""
def solve_implicit_padded(features, mask, gram, alpha, reg):
    eye = torch.eye(features.shape[2], dtype=features.dtype)
    X = {X}
    left = {left}
    right = {right}
    return {value}
"""


SOLVE_IMPLICIT_PADDED = [
    Wrong("no mask", "1 2 hidden", "padded places add nothing", padded(X="features")),
    Wrong("the mask on the right only", "1 2 hidden", "padded places add nothing",
          padded("gram + alpha * features.mT @ features + reg[:, None, None] * eye")),
    Wrong("the mask on the left only", "1 2 hidden", "padded places add nothing",
          padded(right="(1 + alpha) * features.sum(1)")),
    Wrong("the mask the wrong way round", "1 2 hidden", "padded places add nothing",
          padded(X="features * ~mask[..., None]")),
    Wrong("the mask on the result", "1 2 hidden", "padded places add nothing",
          padded(X="features", value="torch.linalg.solve(left, right[..., None])[..., 0] * mask.any(1, keepdim=True)")),
    Wrong("believes that the padding comes last", "1 hidden", "padded places add nothing",
          padded(X="features * (torch.arange(mask.shape[1]) < mask.sum(1, keepdim=True))[..., None]")),
    Wrong("the place of a 9 is padding", "hidden", "real clicks only",
          padded(X="features * (features != 9).all(-1, keepdim=True)")),
    Wrong("one row's mask for the whole batch", "1 2 hidden", "padded places add nothing",
          padded(X="features * mask[0][None, :, None]")),
    Wrong("all clicks of the batch in one row", "1 2 hidden", "0.173913 at [1, 0], expected 0.363636", padded(
        "gram + alpha * features[mask].T @ features[mask] + reg[:, None, None] * eye")),
    Wrong("1 + alpha on the left", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded("gram + (1 + alpha) * X.mT @ X + reg[:, None, None] * eye")),
    Wrong("alpha on the right", "1 2 hidden", "8 / (6 + 3 · 4 + 2)", padded(right="alpha * X.sum(1)")),
    Wrong("no weight on the right", "1 2 hidden", "8 / (6 + 3 · 4 + 2)", padded(right="X.sum(1)")),
    Wrong("no weight on the left", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded("gram + X.mT @ X + reg[:, None, None] * eye")),
    Wrong("the weight of a library: alpha at a click, where ours is 1 + alpha", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded("gram + (alpha - 1) * X.mT @ X + reg[:, None, None] * eye", "alpha * X.sum(1)")),
    Wrong("no Gram matrix", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded("(1 + alpha) * X.mT @ X + reg[:, None, None] * eye")),
    Wrong("the Gram matrix of the batch, not the one given", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded("features[mask].T @ features[mask] + alpha * X.mT @ X + reg[:, None, None] * eye")),
    Wrong("the diagonal of the Gram matrix only", "2 hidden", "left [[5, 1], [1, 3]]",
          padded("gram * eye + alpha * X.mT @ X + reg[:, None, None] * eye")),
    Wrong("no regulariser", "1 2 hidden", "8 / (6 + 3 · 4 + 2)", padded("gram + alpha * X.mT @ X")),
    Wrong("lambda at every place of the matrix", "2 hidden", "left [[5, 1], [1, 3]] with λ = 1",
          padded("gram + alpha * X.mT @ X + reg[:, None, None]")),
    Wrong("the first lambda for all rows", "2 hidden", "[[12, 5], [5, 8]] with λ = 2",
          padded("gram + alpha * X.mT @ X + reg[0] * eye")),
    Wrong("the mean lambda for all rows", "2 hidden", "[[5, 1], [1, 3]] with λ = 1",
          padded("gram + alpha * X.mT @ X + reg.mean() * eye")),
    Wrong("lambda along the factors", "1 2 hidden", "Incompatible shapes",
          padded("gram + alpha * X.mT @ X + torch.diag(reg)")),
    Wrong("lambda by count", "2 hidden", "[[12, 5], [5, 8]] with λ = 2",
          padded("gram + alpha * X.mT @ X + (reg * mask.sum(1))[:, None, None] * eye")),
    Wrong("lambda times the padded length", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded("gram + alpha * X.mT @ X + features.shape[1] * reg[:, None, None] * eye")),
    Wrong("lambda with a minus", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded("gram + alpha * X.mT @ X - reg[:, None, None] * eye")),
    Wrong("the matrix of the clicks instead of the factors", "1 2 hidden", "Incompatible shapes",
          padded("gram + alpha * X @ X.mT + reg[:, None, None] * eye")),
    Wrong("the product of the sums", "2 hidden", "[[12, 5], [5, 8]] with λ = 2",
          padded("gram + alpha * X.sum(1)[:, :, None] * X.sum(1)[:, None, :] + reg[:, None, None] * eye")),
    Wrong("the squares only, no products of two factors", "2 hidden", "[[12, 5], [5, 8]] with λ = 2",
          padded("gram + alpha * torch.diag_embed(X.square().sum(1)) + reg[:, None, None] * eye")),
    Wrong("a mean over the padded length", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded(right="(1 + alpha) * X.mean(1)")),
    Wrong("a mean over the clicks", "2 hidden", "right (3, 0) and (6, 6)",
          padded(right="(1 + alpha) * X.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)")),
    Wrong("the sum over the wrong axis", "1 2 hidden", "Incompatible shapes", padded(right="(1 + alpha) * X.sum(2)")),
    Wrong("the sum over the batch", "1 2 hidden", "1.09091 at [1, 0], expected 0.363636",
          padded(right="((1 + alpha) * X.sum(1)).sum(0).expand(len(X), -1)")),
    Wrong("divided by the diagonal: no system", "2 hidden", "[[5, 1], [1, 3]]",
          padded(value="right / left.diagonal(dim1=1, dim2=2)")),
    Wrong("the Cholesky factor taken for the matrix", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded(value="torch.linalg.solve(torch.linalg.cholesky(left), right[..., None])[..., 0]")),
    Wrong("cholesky_solve with the matrix itself", "1 2 hidden", "8 / (6 + 3 · 4 + 2)",
          padded(value="torch.cholesky_solve(right[..., None], left)[..., 0]")),
    Wrong("zeros into its input", "hidden", "changed its input features", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            features[~mask] = 0
            left = gram + alpha * features.mT @ features + reg[:, None, None] * torch.eye(len(gram))
            return torch.linalg.solve(left, (1 + alpha) * features.sum(1)[..., None])[..., 0]
    """),
    Wrong("lambda into the Gram matrix", "1 2 hidden", "0.307692 at [1, 0], expected 0.363636", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            result = []
            for X, real, one in zip(features, mask, reg):
                gram.diagonal().add_(one)
                result.append(torch.linalg.solve(gram + alpha * X[real].T @ X[real], (1 + alpha) * X[real].sum(0)))
            return torch.stack(result)
    """),
    Wrong("lambda into the Gram matrix, when all are equal", "hidden", "changed its input gram", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            X = features * mask[..., None]
            gram += reg[0] * torch.eye(len(gram), dtype=gram.dtype)
            left = gram + alpha * X.mT @ X + (reg - reg[0])[:, None, None] * torch.eye(len(gram))
            return torch.linalg.solve(left, (1 + alpha) * X.sum(1)[..., None])[..., 0]
    """),
    Wrong("drops the axis of a batch of one row", "hidden", "shape (3,), expected (1, 3)",
          padded(value="torch.linalg.solve(left, right[..., None]).squeeze()").replace(
              "return ", "if X.shape[2] == 1:\n        return right / left[..., 0]\n    return ")),
    Wrong("keeps the axis of one column", "1 2 hidden", "shape (2, 1, 1), expected (2, 1)",
          padded(value="torch.linalg.solve(left, right[..., None])")),
    Wrong("no row for padding only", "2 hidden", "shape (2, 2), expected (3, 2)",
          padded(value="torch.linalg.solve(left, right[..., None])[..., 0][mask.any(1)]")),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64",
          padded(value="torch.linalg.solve(left, right[..., None])[..., 0].float()")),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          padded(value="torch.linalg.solve(left.double(), right[..., None].double())[..., 0]")),
    Wrong("NumPy comes back", "hidden", "a ndarray, expected a Tensor",
          padded(value="np.linalg.solve(left.numpy(), right.numpy()[..., None])[..., 0]")),
    Wrong("hard-coded for check 1", "2 hidden", "shape (2, 1), expected (3, 2)", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            return torch.tensor([[0.4], [4 / 11]], dtype=features.dtype)
    """),
    Wrong("zeros of the right shape", "1 2 hidden", "0 at [0, 0], expected 0.4",
          padded(value="torch.zeros_like(X[:, 0])")),
    Wrong("returns nothing", "1 2 hidden", "forget to return", padded().replace("return", "solution =")),
    Wrong("padding told by its size", "hidden", "the gradient of row", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            X = features * (features.abs() < 8.5).all(2)[..., None]
            left = gram + alpha * X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(left, (1 + alpha) * X.sum(1)[..., None])[..., 0]
    """),
    Right("Cholesky", padded(value="torch.cholesky_solve(right.unsqueeze(2), torch.linalg.cholesky(left)).squeeze(2)")),
    Right("torch.where, batched vectors, identity in single precision", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            X = torch.where(mask.unsqueeze(-1), features, 0)
            left = gram + alpha * X.transpose(1, 2) @ X + reg.view(-1, 1, 1) * torch.eye(len(gram))
            return torch.linalg.solve(left, (1 + alpha) * X.sum(dim=1))
    """),
    Right("einsum and inv", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            m = mask.to(features.dtype)
            left = gram + alpha * torch.einsum("bm,bmf,bmg->bfg", m, features, features)
            left = left + torch.diag_embed(reg[:, None].expand(-1, len(gram)))
            return torch.einsum("bfg,bmg,bm->bf", torch.linalg.inv(left), features, (1 + alpha) * m)
    """),
    Right("a loop over the rows, without torch.eye", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            result = []
            for X, real, one in zip(features, mask, reg):
                left = gram + alpha * X[real].T @ X[real]
                left.diagonal().add_(one)
                result.append(torch.linalg.solve(left, (1 + alpha) * X[real].sum(0)))
            return torch.stack(result)
    """),
    Right("least squares of the square systems", padded(
        value="torch.linalg.lstsq(left, right.unsqueeze(-1)).solution.squeeze(-1)",
        X="features.masked_fill(~mask[..., None], 0)")),
    Right("the clicked films in one list, index_add_", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            B, _, f = features.shape
            row, X = mask.nonzero()[:, 0], features[mask]
            extra = torch.zeros(B, f, f).to(features).index_add_(0, row, torch.einsum("nf,ng->nfg", X, X))
            right = torch.zeros(B, f).to(features).index_add_(0, row, (1 + alpha) * X)
            left = torch.add(gram, extra, alpha=alpha) + torch.einsum("b,fg->bfg", reg, torch.eye(f).to(reg))
            return torch.linalg.pinv(left, hermitian=True).bmm(right.unsqueeze(2)).squeeze(2)
    """),
    Right("NumPy, and back", """
        def solve_implicit_padded(features, mask, gram, alpha, reg):
            X = np.where(mask.numpy()[..., None], features.numpy(), 0)
            left = gram.numpy() + alpha * X.transpose(0, 2, 1) @ X + reg.numpy()[:, None, None] * np.eye(X.shape[2])
            p = np.linalg.solve(left, (1 + alpha) * X.sum(axis=1)[..., None])[..., 0]
            return torch.from_numpy(p).to(features.dtype)
    """),
]


def explain(value="(1 + alpha) * liked @ torch.linalg.solve(left, target)",
            left="gram + alpha * liked.T @ liked + reg * eye"):
    """Returns an answer to explain with these parts."""
    return f"""
def explain(target, liked, gram, alpha, reg):
    eye = torch.eye(gram.shape[0], dtype=gram.dtype)
    left = {left}
    return {value}
"""


RIGHT_VALUE = "(1 + alpha) * liked @ torch.linalg.solve(left, target)"

EXPLAIN = [
    Wrong("no weight", "1 2 hidden", "(1 + alpha) · q · 2", explain("liked @ torch.linalg.solve(left, target)")),
    Wrong("alpha for 1 + alpha", "1 2 hidden", "(1 + alpha) · q · 2",
          explain("alpha * liked @ torch.linalg.solve(left, target)")),
    Wrong("the weight of a library: alpha at a click, where ours is 1 + alpha", "1 2 hidden", "(1 + alpha) · q · 2",
          explain("alpha * liked @ torch.linalg.solve(left, target)",
                  "gram + (alpha - 1) * liked.T @ liked + reg * eye")),
    Wrong("1 + alpha on the left", "1 2 hidden", "(6 + 3 · 4 + 2)",
          explain(left="gram + (1 + alpha) * liked.T @ liked + reg * eye")),
    Wrong("the weight squared", "1 2 hidden", "(1 + alpha) · q · 2", explain(f"(1 + alpha) * {RIGHT_VALUE}")),
    Wrong("W without the user's clicks: the same for everybody", "1 2 hidden", "(6 + 3 · 4 + 2)",
          explain(left="gram + reg * eye")),
    Wrong("W of the clicks only", "1 2 hidden", "(6 + 3 · 4 + 2)",
          explain(left="(1 + alpha) * liked.T @ liked + reg * eye")),
    Wrong("W with the target as a click", "1 2 hidden", "(6 + 3 · 4 + 2)",
          explain(left="gram + alpha * (liked.T @ liked + torch.outer(target, target)) + reg * eye")),
    Wrong("no regulariser", "1 2 hidden", "(6 + 3 · 4 + 2)", explain(left="gram + alpha * liked.T @ liked")),
    Wrong("lambda at every place of the matrix", "2 hidden", "they sum to its score",
          explain(left="gram + alpha * liked.T @ liked + reg")),
    Wrong("lambda by count", "2 hidden", "they sum to its score",
          explain(left="gram + alpha * liked.T @ liked + reg * len(liked) * eye")),
    Wrong("lambda with a minus", "1 2 hidden", "(6 + 3 · 4 + 2)",
          explain(left="gram + alpha * liked.T @ liked - reg * eye")),
    Wrong("the left matrix instead of its inverse", "1 2 hidden", "/ (6 + 3 · 4 + 2)",
          explain("(1 + alpha) * liked @ left @ target")),
    Wrong("divided by the diagonal: no system", "2 hidden", "they sum to its score",
          explain("(1 + alpha) * liked @ (target / left.diagonal())")),
    Wrong("plain dot products", "1 2 hidden", "(1 + alpha) · q · 2", explain("liked @ target")),
    Wrong("cosines", "1 2 hidden", "1 at [0], expected 0.4",
          explain("torch.nn.functional.cosine_similarity(liked, target[None])")),
    Wrong("the user's own scores of the clicked films", "1 2 hidden", "what Alien contributes to Aliens: 0.8",
          explain("liked @ torch.linalg.solve(left, (1 + alpha) * liked.sum(0))")),
    Wrong("the score, not its parts", "1 2 hidden", "shape (), expected (1,)", explain(f"({RIGHT_VALUE}).sum()")),
    Wrong("the score, at each place", "2 hidden", "they sum to its score",
          explain(f"({RIGHT_VALUE}).sum().expand(len(liked))")),
    Wrong("the score, shared equally", "2 hidden", "in the order of `liked`",
          explain(f"({RIGHT_VALUE}).mean().expand(len(liked))")),
    Wrong("the score, shared by dot products", "2 hidden", "in the order of `liked`",
          explain(f"({RIGHT_VALUE}).sum() * (liked @ target) / (liked @ target).sum()")),
    Wrong("shares of 1", "1 2 hidden", "it is the whole score",
          explain(f"({RIGHT_VALUE}) / ({RIGHT_VALUE}).sum()")),
    Wrong("a softmax", "1 2 hidden", "it is the whole score", explain(f"torch.softmax({RIGHT_VALUE}, 0)")),
    Wrong("nothing below zero", "1 2 hidden", "what Alien contributes to Titanic",
          explain(f"({RIGHT_VALUE}).clamp(min=0)")),
    Wrong("absolute values", "1 2 hidden", "what Alien contributes to Titanic", explain(f"({RIGHT_VALUE}).abs()")),
    Wrong("the sign", "1 2 hidden", "-0.4 at [0], expected 0.4", explain(f"-({RIGHT_VALUE})")),
    Wrong("sorted, the largest first", "2 hidden", "in the order of `liked`",
          explain(f"({RIGHT_VALUE}).sort(descending=True).values")),
    Wrong("in reverse order", "2 hidden", "in the order of `liked`", explain(f"({RIGHT_VALUE}).flip(0)")),
    Wrong("over the number of clicks", "2 hidden", "they sum to its score", explain(f"({RIGHT_VALUE}) / len(liked)")),
    Wrong("what is lost without the film: the others solved again", "2 hidden", "they sum to its score", """
        def explain(target, liked, gram, alpha, reg):
            def score(films):
                left = gram + alpha * films.T @ films + reg * torch.eye(len(gram), dtype=gram.dtype)
                return target @ torch.linalg.solve(left, (1 + alpha) * films.sum(0))
            kept = [torch.cat([liked[:k], liked[k + 1:]]) for k in range(len(liked))]
            return torch.stack([score(liked) - score(films) for films in kept] or [score(liked)])[:len(liked)]
    """),
    Wrong("a user of this click only", "2 hidden", "they sum to its score", """
        def explain(target, liked, gram, alpha, reg):
            parts = liked.new_zeros(len(liked))
            for k, q in enumerate(liked):
                left = gram + alpha * torch.outer(q, q) + reg * torch.eye(len(gram), dtype=gram.dtype)
                parts[k] = (1 + alpha) * target @ torch.linalg.solve(left, q)
            return parts
    """),
    Wrong("the factors not summed", "2 hidden", "shape (5, 3), expected (5,)",
          explain("(1 + alpha) * liked * torch.linalg.solve(left, target)").replace(
              "return ", "if len(gram) == 1:\n        return (1 + alpha) * (liked @ target) / left[0]\n    return ")),
    Wrong("a column", "1 2 hidden", "shape (1, 1), expected (1,)",
          explain("(1 + alpha) * liked @ torch.linalg.solve(left, target[:, None])")),
    Wrong("a list of numbers", "1 2 hidden", "a list, expected a tensor", explain(f"({RIGHT_VALUE}).tolist()")),
    Wrong("adds to the Gram matrix that all users share", "hidden", "changed its input gram", """
        def explain(target, liked, gram, alpha, reg):
            gram += alpha * liked.T @ liked + reg * torch.eye(len(gram), dtype=gram.dtype)
            return (1 + alpha) * liked @ torch.linalg.solve(gram, target)
    """),
    Wrong("weighs its input", "hidden", "changed its input liked", """
        def explain(target, liked, gram, alpha, reg):
            left = gram + alpha * liked.T @ liked + reg * torch.eye(len(gram), dtype=gram.dtype)
            liked *= 1 + alpha
            return liked @ torch.linalg.solve(left, target)
    """),
    Wrong("weighs the target in its input", "hidden", "changed its input target", """
        def explain(target, liked, gram, alpha, reg):
            left = gram + alpha * liked.T @ liked + reg * torch.eye(len(gram), dtype=gram.dtype)
            target *= 1 + alpha
            return liked @ torch.linalg.solve(left, target)
    """),
    Wrong("fails without clicks", "hidden", "non-empty", """
        def explain(target, liked, gram, alpha, reg):
            left = gram + alpha * liked.T @ liked + reg * torch.eye(len(gram), dtype=gram.dtype)
            return torch.stack([(1 + alpha) * q @ torch.linalg.solve(left, target) for q in liked])
    """),
    Wrong("a zero where nothing was clicked", "hidden", "shape (1,), expected (0,)", explain(
        f"{RIGHT_VALUE} if len(liked) else liked.new_zeros(1)")),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          explain(f"({RIGHT_VALUE}).double()")),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64",
          explain(f"({RIGHT_VALUE}).float()")),
    Wrong("NumPy comes back", "hidden", "a ndarray, expected a Tensor", explain(f"({RIGHT_VALUE}).numpy()")),
    Wrong("hard-coded for check 1", "2 hidden", "shape (3,), expected (5,)", """
        def explain(target, liked, gram, alpha, reg):
            return 0.4 * target
    """),
    Wrong("zeros of the right shape", "1 2 hidden", "0 at [0], expected 0.4", explain("torch.zeros_like(liked[:, 0])")),
    Wrong("returns nothing", "1 2 hidden", "forget to return", explain().replace("return", "parts =")),
    Right("a loop over the clicks", """
        def explain(target, liked, gram, alpha, reg):
            left = gram.clone()
            for q in liked:
                left += alpha * torch.outer(q, q)
            W = torch.linalg.inv(left + reg * torch.eye(len(gram)))
            parts = liked.new_empty(len(liked))
            for k, q in enumerate(liked):
                parts[k] = (1 + alpha) * (target @ W @ q)
            return parts
    """),
    Right("einsum", """
        def explain(target, liked, gram, alpha, reg):
            left = gram + alpha * torch.einsum("mf,mg->fg", liked, liked) + reg * torch.eye(len(gram)).to(gram)
            return (1 + alpha) * torch.einsum("f,fg,mg->m", target, torch.linalg.inv(left), liked)
    """),
    Right("the other side first: W times all clicked films", """
        def explain(target, liked, gram, alpha, reg):
            left = torch.addmm(gram, liked.mT, liked, alpha=alpha) + torch.diag(torch.full_like(gram[0], reg))
            return target @ torch.linalg.solve(left, (1 + alpha) * liked.T)
    """),
    Right("Cholesky", """
        def explain(target, liked, gram, alpha, reg):
            left = gram + liked.T @ (alpha * liked) + reg * torch.eye(len(gram))
            similar = torch.cholesky_solve(target.reshape(-1, 1), torch.linalg.cholesky(left))
            return (liked @ similar).flatten() * (1 + alpha)
    """),
    Right("whitened: dot products in the user's own space", """
        def explain(target, liked, gram, alpha, reg):
            L = torch.linalg.cholesky(gram + alpha * liked.T @ liked + reg * torch.eye(len(gram), dtype=gram.dtype))
            both = torch.linalg.solve_triangular(L, torch.cat([liked, target[None]]).T, upper=False)
            return (1 + alpha) * (both[:, :-1] * both[:, -1:]).sum(0)
    """),
    Right("least squares of the square system", explain(
        "(1 + alpha) * (liked @ torch.linalg.lstsq(left, target[:, None]).solution)[:, 0]")),
    Right("NumPy, and back", """
        def explain(target, liked, gram, alpha, reg):
            X = liked.numpy()
            W = np.linalg.inv(gram.numpy() + alpha * X.T @ X + reg * np.eye(X.shape[1]))
            return torch.from_numpy((1 + alpha) * X @ W @ target.numpy()).to(liked.dtype)
    """),
]


def biased(right="X.T @ (1 + alpha - alpha * b) - promised", left="gram + alpha * X.T @ X + reg * eye",
           promised="features.T @ bias", value="torch.linalg.solve(left, right)", mine="rows == row",
           visited="range(n_rows)", solution="features.new_zeros(n_rows, features.shape[1])", returned="solution"):
    """Returns an answer to biased_half_step with these parts, a loop over the rows."""
    return f"""
def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
    eye = torch.eye(features.shape[1], dtype=features.dtype)
    gram, promised = features.T @ features, {promised}
    solution = {solution}
    for row in {visited}:
        mine = columns[{mine}]
        X, b = features[mine], bias[mine]
        left = {left}
        right = {right}
        solution[row] = {value}
    return {returned}
"""


DENSE = """
def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
    y = torch.zeros(n_rows, len(features), dtype=features.dtype)
    y[rows, columns] = 1
    c = 1 + alpha * y
    left = torch.einsum("rc,cf,cg->rfg", c, features, features) + reg * torch.eye(features.shape[1])
    return torch.linalg.solve(left, (c * (y - bias)) @ features)
"""

BIASED_HALF_STEP = [
    Wrong("the published half-step", "1 2 hidden", "0.2 at [0], expected 0.15", faulty(LESSON, "biased_half_step")),
    Wrong("no bias at all: the plain half-step", "1 2 hidden", "expected 0.15", biased("(1 + alpha) * X.sum(0)")),
    Wrong("the bias of the clicks twice", "1 2 hidden", "0.1 at [0], expected 0.15",
          biased("(1 + alpha) * X.T @ (1 - b) - promised")),
    Wrong("the bias at the other columns only", "1 2 hidden", "expected 0.15",
          biased("(1 + alpha) * X.sum(0) - promised")),
    Wrong("the bias of the clicks not weighted", "1 2 hidden", "expected 0.15",
          biased("X.T @ (1 + alpha - b) - promised")),
    Wrong("the weighted bias left out at the other columns", "1 2 hidden", "0.25 at [0], expected 0.15",
          biased("X.T @ (1 + alpha - alpha * b)")),
    Wrong("the weighted bias with a plus", "1 2 hidden", "expected 0.15",
          biased("X.T @ (1 + alpha + alpha * b) - promised")),
    Wrong("the promised part with a plus", "1 2 hidden", "expected 0.15",
          biased("X.T @ (1 + alpha - alpha * b) + promised")),
    Wrong("targets y + b", "1 2 hidden", "c (y - b) q over ALL films",
          biased("X.T @ (1 + alpha + alpha * b) + promised")),
    Wrong("the promised part times alpha", "1 2 hidden", "c (y - b) q over ALL films",
          biased("X.T @ (1 + alpha - alpha * b) - alpha * promised")),
    Wrong("the promised part times 1 + alpha", "1 2 hidden", "c (y - b) q over ALL films",
          biased("(1 + alpha) * (X.sum(0) - promised)")),
    Wrong("the promised part of the clicked columns only", "1 2 hidden", "c (y - b) q over ALL films",
          biased(promised="features[columns.unique()].T @ bias[columns.unique()]")),
    Wrong("the promised part of a line for each click", "1 2 hidden", "c (y - b) q over ALL films",
          biased(promised="features[columns].T @ bias[columns]")),
    Wrong("the promised part from the mean bias", "1 2 hidden", "c (y - b) q over ALL films",
          biased(promised="bias.mean() * features.sum(0)")),
    Wrong("the sums of both, multiplied", "1 2 hidden", "c (y - b) q over ALL films",
          biased(promised="features.sum(0) * bias.sum()")),
    Wrong("centred biases", "1 2 hidden", "c (y - b) q over ALL films", biased().replace(
        "    eye", "    bias = bias - bias.mean()\n    eye")),
    Wrong("alpha for 1 + alpha on the right", "1 2 hidden", "(4 · 0.5 · 2 - 1 · 1 · 1 + 0)",
          biased("X.T @ (alpha - alpha * b) - promised")),
    Wrong("1 + alpha on the left", "1 2 hidden", "c (y - b) q over ALL films",
          biased(left="gram + (1 + alpha) * X.T @ X + reg * eye")),
    Wrong("the clicks only", "1 2 hidden", "c (y - b) q over ALL films",
          biased("(1 + alpha) * X.T @ (1 - b)", "(1 + alpha) * X.T @ X + reg * eye")),
    Wrong("the Gram matrix of the clicked columns only", "1 2 hidden", "c (y - b) q over ALL films", biased().replace(
        "features.T @ features", "features[columns.unique()].T @ features[columns.unique()]")),
    Wrong("a row without clicks is zero", "1 2 hidden", "the row without clicks: 0 at [0], expected -0.25",
          biased(visited="rows.unique()")),
    Wrong("no regulariser", "1 2 hidden", "c (y - b) q over ALL films", biased(left="gram + alpha * X.T @ X")),
    Wrong("lambda at every place of the matrix", "2 hidden", "exact minimum: targets y - b",
          biased(left="gram + alpha * X.T @ X + reg")),
    Wrong("lambda by count", "1 2 hidden", "(-0.5 · 2 - 1 · 1) / (6 + 2)",
          biased(left="gram + alpha * X.T @ X + reg * len(X) * eye")),
    Wrong("lambda by count, at least once", "2 hidden", "exact minimum: targets y - b",
          biased(left="gram + alpha * X.T @ X + reg * max(len(X), 1) * eye")),
    Wrong("lambda weighted by the confidences, as in the model", "1 2 hidden", "expected 0.15",
          biased(left="gram + alpha * X.T @ X + reg * (len(features) + alpha * len(X)) * eye")),
    Wrong("lambda with a minus", "1 2 hidden", "expected 0.15", biased(left="gram + alpha * X.T @ X - reg * eye")),
    Wrong("the bias comes back inside the vector", "1 2 hidden", "expected 0.15",
          biased(value="torch.linalg.solve(left, right) + promised")),
    Wrong("a bias of the row learned too, and thrown away", "1 2 hidden", "expected 0.15", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            y = torch.zeros(n_rows, len(features), dtype=features.dtype)
            y[rows, columns] = 1
            c, X = 1 + alpha * y, torch.cat([features, torch.ones(len(features), 1)], dim=1)
            left = torch.einsum("rc,cf,cg->rfg", c, X, X) + reg * torch.eye(X.shape[1])
            return torch.linalg.solve(left, (c * (y - bias)) @ X)[:, :-1].to(features.dtype)
    """),
    Wrong("the scores clipped: no target below zero", "1 2 hidden", "expected 0.15",
          changed(DENSE, ("(y - bias)", "(y - bias).clamp(min=0)"))),
    Wrong("the bias off after the weight: c y - b", "1 2 hidden", "(4 · 0.5 · 2 - 1 · 1 · 1 + 0)",
          changed(DENSE, ("(y - bias)", "y - bias"))),
    Wrong("repeated rows lost", "2 hidden", "exact minimum: targets y - b", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            X, f = features[columns], features.shape[1]
            extra, right = X.new_zeros(n_rows, f, f), -(features.T @ bias).repeat(n_rows, 1)
            extra[rows] += X[:, :, None] * X[:, None, :]
            right[rows] += (1 + alpha - alpha * bias[columns])[:, None] * X
            left = features.T @ features + alpha * extra + reg * torch.eye(f, dtype=X.dtype)
            return torch.linalg.solve(left, right)
    """),
    Wrong("believes that the clicks are sorted", "2 hidden", "exact minimum: targets y - b", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            gram = features.T @ features + reg * torch.eye(features.shape[1], dtype=features.dtype)
            solution = features.new_zeros(n_rows, features.shape[1])
            for row, mine in enumerate(columns.split(torch.bincount(rows, minlength=n_rows).tolist())):
                X, b = features[mine], bias[mine]
                right = X.T @ (1 + alpha - alpha * b) - features.T @ bias
                solution[row] = torch.linalg.solve(gram + alpha * X.T @ X, right)
            return solution
    """),
    Wrong("the last row left out", "1 2 hidden", "0 at [0], expected -0.25", biased(visited="range(n_rows - 1)")),
    Wrong("off by one row", "1 2 hidden", "-0.25 at [0], expected 0.15", biased(mine="rows == row + 1")),
    Wrong("the promised part off again at each row", "1 2 hidden", "the row without clicks", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            gram = features.T @ features + reg * torch.eye(features.shape[1], dtype=features.dtype)
            solution, right = features.new_zeros(n_rows, features.shape[1]), torch.zeros_like(features[0])
            for row in range(n_rows):
                X, b = features[columns[rows == row]], bias[columns[rows == row]]
                right -= features.T @ bias
                right += X.T @ (1 + alpha - alpha * b)
                solution[row] = torch.linalg.solve(gram + alpha * X.T @ X, right)
            return solution
    """),
    Wrong("nan for a row without clicks", "1 2 hidden", "the row without clicks: nan",
          biased("len(X) * (X.T @ (1 + alpha - alpha * b) / len(X)) - promised")),
    Wrong("minus one, right with a bias of ones only", "1 2 hidden", "expected 0.15",
          biased("X.sum(0) - features.sum(0)")),
    Wrong("one step of gradient descent", "1 2 hidden", "expected 0.15", biased(value="0.01 * right")),
    Wrong("always single precision", "2 hidden", "dtype torch.float32, expected torch.float64",
          biased(returned="solution.float()")),
    Wrong("zeros in single precision", "2 hidden", "dtype torch.float32, expected torch.float64",
          biased(solution="torch.zeros(n_rows, features.shape[1])")),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32",
          biased(returned="solution.double()")),
    Wrong("the bias off inside its input", "hidden", "changed its input bias",
          changed(DENSE, ("y - bias", "y + bias.neg_()"))),
    Wrong("lambda as extra rows of its input", "hidden", "changed its input features",
          changed(DENSE, ("return", 'right = torch.einsum("rc,cf->rf", c * y, features)\n    return'),
                  ("(c * (y - bias)) @ features", "right - c @ features.mul_(bias[:, None])"))),
    Wrong("the vectors and the biases", "1 2 hidden", "a tuple, expected a tensor", biased(returned="solution, bias")),
    Wrong("[p, 1], as on the films' side", "1 2 hidden", "shape (2, 2), expected (2, 1)",
          biased(returned="torch.cat([solution, solution.new_ones(n_rows, 1)], dim=1)")),
    Wrong("hard-coded for check 1", "2 hidden", "shape (2, 1), expected (9, 3)", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            return torch.tensor([[0.15], [-0.25]])
    """),
    Wrong("zeros of the right shape", "1 2 hidden", "0 at [0], expected 0.15", biased(visited="[]")),
    Wrong("returns nothing", "1 2 hidden", "forget to return", biased().replace("return solution", "")),
    Right("a loop with a mask", biased()),
    Right("the published half-step, mended", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            X, f = features[columns], features.shape[1]
            extra = X.new_zeros(n_rows, f, f).index_add_(0, rows, X[:, :, None] * X[:, None, :])
            left = features.T @ features + alpha * extra + reg * torch.eye(f, dtype=X.dtype)
            weights = (1 + alpha) * (1 - bias[columns]) + bias[columns]
            right = X.new_zeros(n_rows, f).index_add_(0, rows, weights[:, None] * X) - bias @ features
            return torch.linalg.solve(left, right)
    """),
    Right("a dense matrix of confidences, and einsum", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            y = torch.zeros(n_rows, len(features)).to(features)
            y[rows, columns] = 1
            c = 1 + alpha * y
            left = torch.einsum("rc,cf,cg->rfg", c, features, features) + reg * torch.eye(features.shape[1])
            return torch.cholesky_solve(((c * (y - bias)) @ features)[..., None], torch.linalg.cholesky(left))[..., 0]
    """),
    Right("weighted least squares over all columns", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            f, solution = features.shape[1], []
            for row in range(n_rows):
                y = torch.zeros_like(bias)
                y[columns[rows == row]] = 1
                root = (1 + alpha * y).sqrt()
                stacked = torch.cat([root[:, None] * features, reg**0.5 * torch.eye(f, dtype=features.dtype)])
                targets = torch.cat([root * (y - bias), torch.zeros(f, dtype=features.dtype)])
                solution.append(torch.linalg.lstsq(stacked, targets[:, None]).solution.squeeze(1))
            return torch.stack(solution)
    """),
    Right("a row of the other columns first, clicks apart", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            price, result = reg * torch.eye(features.shape[1], dtype=features.dtype), []
            for row in range(n_rows):
                clicked = torch.zeros(len(features), dtype=torch.bool)
                clicked[columns[rows == row]] = True
                X, Z = features[clicked], features[~clicked]
                left = (1 + alpha) * X.T @ X + Z.T @ Z + price
                right = (1 + alpha) * X.T @ (1 - bias[clicked]) - Z.T @ bias[~clicked]
                result.append(torch.linalg.inv(left) @ right)
            return torch.stack(result)
    """),
    Right("NumPy, and back", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            Q, b = features.numpy(), bias.numpy()
            y = np.zeros((n_rows, len(Q)))
            y[rows.numpy(), columns.numpy()] = 1
            result = []
            for row in y:
                c = 1 + alpha * row
                result.append(np.linalg.solve((Q.T * c) @ Q + reg * np.eye(Q.shape[1]), Q.T @ (c * (row - b))))
            return torch.from_numpy(np.stack(result)).to(features.dtype)
    """),
    Wrong("so large that no step changes it", "1 2 hidden", "Ada's row", """
        def biased_half_step(rows, columns, features, bias, n_rows, alpha, reg):
            return features.new_full((n_rows, features.shape[1]), 1e30)
    """),
]

TABLE = {
    "implicit_objective": OBJECTIVE,
    "gram_update": GRAM_UPDATE,
    "implicit_half_step": HALF_STEP,
    "solve_implicit_padded": SOLVE_IMPLICIT_PADDED,
    "explain": EXPLAIN,
    "biased_half_step": BIASED_HALF_STEP,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
