"""Lesson 4a: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, faulty, rows, with_solution

LESSON = "04a_explicit"
FAULTY_FIT = faulty(LESSON, "dense_als").replace("dense_als", "masked_als")
FAULTY_RMSE = faulty(LESSON, "rmse").replace("rmse", "masked_rmse")


def hunt(source):
    """Returns masked_als or masked_rmse as answered here, and the other one right."""
    return with_solution(LESSON, "masked_als", source)


RIDGE = [
    Wrong("lambda at every place of the matrix", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            return torch.linalg.solve(features.T @ features + reg, features.T @ targets)
    """),
    Wrong("no regulariser: plain least squares", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            return torch.linalg.lstsq(features, targets[:, None]).solution[:, 0]
    """),
    Wrong("lambda times the number of ratings", "1 hidden", "not times the number of ratings", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features + reg * len(features) * eye, features.T @ targets)
    """),
    Wrong("a mean of the squared errors", "1 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            gram, right = features.T @ features, features.T @ targets
            return torch.linalg.solve(gram / len(features) + reg * eye, right / len(features))
    """),
    Wrong("half of lambda", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features + reg / 2 * eye, features.T @ targets)
    """),
    Wrong("twice lambda", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features + 2 * reg * eye, features.T @ targets)
    """),
    Wrong("lambda with a minus", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features - reg * eye, features.T @ targets)
    """),
    Wrong("lambda squared: a stacked system without the root", "1 2 hidden", "(QᵀQ + 2 I) p = Qᵀy", """
        def ridge(features, targets, reg):
            f = features.shape[1]
            stacked = torch.cat([features, reg * torch.eye(f, dtype=features.dtype)])
            return torch.linalg.pinv(stacked) @ torch.cat([targets, targets.new_zeros(f)])
    """),
    Wrong("the matrix of the ratings instead of the factors", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[0], dtype=features.dtype)
            return torch.linalg.solve(features @ features.T + reg * eye, features.T @ targets)
    """),
    Wrong("transposed throughout", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[0], dtype=features.dtype)
            return torch.linalg.solve(features @ features.T + reg * eye, features @ targets)
    """),
    Wrong("the ratings' mean taken off first", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            targets = targets - targets.mean()
            return torch.linalg.solve(features.T @ features + reg * eye, features.T @ targets)
    """),
    Wrong("lambda for all but the first factor", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            eye[0, 0] = 0
            return torch.linalg.solve(features.T @ features + reg * eye, features.T @ targets)
    """),
    Wrong("divided by the size of the factors: no system", "1 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            return features.T @ targets / (features.square().sum() + reg)
    """),
    Wrong("one step of gradient descent", "1 2 hidden", "2 on the diagonal only", """
        def ridge(features, targets, reg):
            vector = features.new_zeros(features.shape[1])
            return vector - 0.1 * (features.T @ (features @ vector - targets) + reg * vector)
    """),
    Wrong("a column", "1 2 hidden", "shape (2, 1), expected (2,)", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features + reg * eye, features.T @ targets[:, None])
    """),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32", """
        def ridge(features, targets, reg):
            features, targets = features.double(), targets.double()
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features + reg * eye, features.T @ targets)
    """),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64", """
        def ridge(features, targets, reg):
            features, targets = features.float(), targets.float()
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features + reg * eye, features.T @ targets)
    """),
    Wrong("fails without ratings", "hidden", "input.numel() == 0", """
        def ridge(features, targets, reg):
            scale = features.abs().max()
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            scaled = features / scale
            return torch.linalg.solve(scaled.T @ scaled + reg / scale**2 * eye, scaled.T @ targets) / scale
    """),
    Wrong("shifts the targets inside its input", "hidden", "changed its input targets", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            targets *= 2
            targets /= 2.000001
            return torch.linalg.solve(features.T @ features + reg * eye, features.T @ targets)
    """),
    Wrong("NumPy comes back", "hidden", "a ndarray, expected a Tensor", """
        def ridge(features, targets, reg):
            Q, y = features.numpy(), targets.numpy()
            return np.linalg.solve(Q.T @ Q + reg * np.eye(Q.shape[1], dtype=Q.dtype), Q.T @ y)
    """),
    Wrong("hard-coded for checks 1 and 2", "hidden", "the vector from thirty ratings", """
        def ridge(features, targets, reg):
            if len(features) == 1:
                return torch.tensor([0.2, 0.4, 0.4])
            return torch.tensor([0.7, -0.1]) if reg else torch.tensor([1.5, -1.0])
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def ridge(features, targets, reg):
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            vector = torch.linalg.solve(features.T @ features + reg * eye, features.T @ targets)
    """),
    Wrong("five thousand steps of descent", "hidden", "the gradient at your solution", """
        def ridge(features, targets, reg):
            left = features.T @ features + reg * torch.eye(features.shape[1], dtype=features.dtype)
            right, p = features.T @ targets, torch.zeros_like(left[0])
            for _ in range(5000):
                p = p + (right - left @ p) / left.diagonal().sum()
            return p
    """),
    Right("least squares of a stacked system", """
        def ridge(features, targets, reg):
            f = features.shape[1]
            stacked = torch.cat([features, reg**0.5 * torch.eye(f, dtype=features.dtype)])
            padded = torch.cat([targets, targets.new_zeros(f)])
            return torch.linalg.lstsq(stacked, padded[:, None]).solution.squeeze(1)
    """),
    Right("inv, with an identity in single precision", """
        def ridge(features, targets, reg):
            gram = features.T @ features + reg * torch.eye(features.shape[1])
            return torch.linalg.inv(gram) @ features.T @ targets
    """),
    Right("pinv of the normal equations", """
        def ridge(features, targets, reg):
            gram = torch.einsum("mf,mg->fg", features, features)
            gram.diagonal().add_(reg)
            return torch.linalg.pinv(gram) @ torch.einsum("mf,m->f", features, targets)
    """),
    Right("Cholesky", """
        def ridge(features, targets, reg):
            gram = features.T @ features + torch.diag(torch.full((features.shape[1],), reg)).to(features)
            return torch.cholesky_solve((features.T @ targets).unsqueeze(1), torch.linalg.cholesky(gram)).squeeze(1)
    """),
    Right("the dual system, as large as the number of ratings", """
        def ridge(features, targets, reg):
            kernel = features @ features.T + reg * torch.eye(len(features), dtype=features.dtype)
            return features.T @ torch.linalg.solve(kernel, targets)
    """),
    Right("singular values", """
        def ridge(features, targets, reg):
            U, S, Vt = torch.linalg.svd(features, full_matrices=False)
            return Vt.T @ (S / (S**2 + reg) * (U.T @ targets))
    """),
    Right("sums in a loop, and NumPy", """
        def ridge(features, targets, reg):
            gram, right = reg * np.eye(features.shape[1]), np.zeros(features.shape[1])
            for q, y in zip(features.numpy(), targets.numpy()):
                gram += np.outer(q, q)
                right += y * q
            return torch.from_numpy(np.linalg.solve(gram, right)).to(features.dtype)
    """),
]

OBJECTIVE = [
    Wrong("a mean of the squared errors", "1 2 3 hidden", "half the SUM", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().mean() + reg * price) / 2
    """),
    Wrong("no half", "1 2 3 hidden", "2, expected 1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price)
    """),
    Wrong("the half of the errors only", "2 3 hidden", "(1 + 4 + 5 + 1)", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return errors.square().sum() / 2 + reg * price
    """),
    Wrong("the half of the price only", "1 2 3 hidden", "half the SUM", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return errors.square().sum() + reg * price / 2
    """),
    Wrong("absolute errors", "1 2 3 hidden", "0.8, expected 1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.abs().sum() + reg * price) / 2
    """),
    Wrong("the sum squared: signs cancel", "1 2 3 hidden", "0.72, expected 1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.sum().square() + reg * price) / 2
    """),
    Wrong("RMSE", "1 2 3 hidden", "expected 1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().mean().sqrt() + reg * price) / 2
    """),
    Wrong("never weighted", "3 hidden", "2·1 + 1·4 + 1·5 + 2·1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            return (errors.square().sum() + reg * (user_factors.square().sum() + item_factors.square().sum())) / 2
    """),
    Wrong("always weighted", "2 hidden", "2/2 times (1 + 4 + 5 + 1)", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            p, q = user_factors[users], item_factors[items]
            errors = targets - (p * q).sum(1)
            return (errors.square().sum() + reg * (p.square().sum() + q.square().sum())) / 2
    """),
    Wrong("the two versions the wrong way round", "2 3 hidden", "14, expected 12", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if not weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if not weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("norms not squared", "2 3 hidden", "2/2 times (1 + 4 + 5 + 1)", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.norm(dim=1)).sum() + (n_i * item_factors.norm(dim=1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("the price of the users only", "2 3 hidden", "6, expected 12", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("by count: the number of all ratings", "3 hidden", "2·1 + 1·4 + 1·5 + 2·1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = len(users) if weighted else 1
            n_i = len(items) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("by count: the counts of the other side", "3 hidden", "21, expected 14", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            n_u, n_i = n_i, n_u
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("by count: divided by the count", "3 hidden", "11, expected 14", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (user_factors.square().sum(1) / n_u).sum() + (item_factors.square().sum(1) / n_i).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("by count: weighted for the users only", "3 hidden", "2·1 + 1·4 + 1·5 + 2·1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("by count: without the rows that have no rating", "hidden", "must match", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users) if weighted else 1
            n_i = torch.bincount(items) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("per row: only rows with a rating pay", "hidden", "pays per row, and nothing by count", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors))
            n_i = torch.bincount(items, minlength=len(item_factors))
            if not weighted:
                n_u, n_i = n_u.clamp(max=1), n_i.clamp(max=1)
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("by count: a row without ratings pays once", "hidden", "pays per row, and nothing by count", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)).clamp(min=1) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)).clamp(min=1) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("unrated pairs as zeros", "1 2 3 hidden", "over the three observed ratings", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            dense = targets.new_zeros(len(user_factors), len(item_factors))
            dense[users, items] = targets
            errors = dense - user_factors @ item_factors.T
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("all predictions of a matrix, not those of the pairs", "1 2 3 hidden", "half the SUM", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - user_factors[users] @ item_factors[items].T
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("the sign of the prediction", "1 2 3 hidden", "expected 1", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets + (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("centres its input", "hidden", "changed its input targets", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            targets -= (user_factors[users] * item_factors[items]).sum(1)
            errors = targets
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square().sum() + reg * price) / 2
    """),
    Wrong("a number for each rating", "1 2 3 hidden", "shape (3,), expected a single value", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            return (errors.square() + reg * price) / 2
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = targets - (user_factors[users] * item_factors[items]).sum(1)
            n_u = torch.bincount(users, minlength=len(user_factors)) if weighted else 1
            n_i = torch.bincount(items, minlength=len(item_factors)) if weighted else 1
            price = (n_u * user_factors.square().sum(1)).sum() + (n_i * item_factors.square().sum(1)).sum()
            loss = (errors.square().sum() + reg * price) / 2
    """),
    Wrong("a target of 0 taken for no rating", "hidden", "the objective of 200 ratings", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            errors = torch.where(targets != 0, targets - (user_factors[users] * item_factors[items]).sum(1), 0)
            cost = errors.square().sum()
            for rows, factors in ((users, user_factors), (items, item_factors)):
                norms = factors.square().sum(1)
                cost = cost + reg * (norms[rows] if weighted else norms).sum()
            return cost / 2
    """),
    Wrong("a dense matrix of all errors", "hidden", "alloc", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            predicted = user_factors @ item_factors.T
            cost = (targets - predicted[users, items]).square().sum()
            for rows, factors in ((users, user_factors), (items, item_factors)):
                norms = factors.square().sum(1)
                cost = cost + reg * (norms[rows] if weighted else norms).sum()
            return cost / 2
    """),
    Right("a loop over the ratings", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            total = 0.0
            for u, i, y in zip(users.tolist(), items.tolist(), targets.tolist()):
                p, q = user_factors[u], item_factors[i]
                total += (y - float(p @ q)) ** 2
                if weighted:
                    total += reg * float(p @ p + q @ q)
            if not weighted:
                total += reg * float((user_factors**2).sum() + (item_factors**2).sum())
            return total / 2
    """),
    Right("einsum, and counts in single precision", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            error = targets - torch.einsum("nf,nf->n", user_factors[users], item_factors[items])
            n_u, n_i = torch.ones(len(user_factors)), torch.ones(len(item_factors))
            if weighted:
                n_u = torch.zeros(len(user_factors)).index_add_(0, users, torch.ones(len(users)))
                n_i = torch.zeros(len(item_factors)).index_add_(0, items, torch.ones(len(items)))
            p_cost = torch.einsum("u,uf,uf->", reg * n_u.to(targets), user_factors, user_factors)
            q_cost = torch.einsum("i,if,if->", reg * n_i.to(targets), item_factors, item_factors)
            return (error @ error + p_cost + q_cost) / 2
    """),
    Right("lambda times an integer count, which is single precision", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            total = (targets - (user_factors[users] * item_factors[items]).sum(1)).pow(2).sum() / 2
            for rows, factors in ((users, user_factors), (items, item_factors)):
                weight = reg * (torch.bincount(rows, minlength=len(factors)) if weighted else torch.ones(len(factors)))
                total += (weight * factors.norm(dim=1) ** 2).sum() / 2
            return total
    """),
    Wrong("a dense matrix and its mask", "hidden", "alloc", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            mask = torch.zeros(len(user_factors), len(item_factors), dtype=torch.bool)
            mask[users, items] = True
            dense = torch.zeros(mask.shape, dtype=targets.dtype)
            dense[users, items] = targets
            squares = (dense - user_factors @ item_factors.T)[mask].square().sum()
            w_u, w_i = (mask.sum(1), mask.sum(0)) if weighted else (1, 1)
            price = (w_u * user_factors.square().sum(1)).sum() + (w_i * item_factors.square().sum(1)).sum()
            return 0.5 * squares + 0.5 * reg * price
    """),
    Right("NumPy", """
        def objective(users, items, targets, user_factors, item_factors, reg, weighted):
            users, items, y, P, Q = (part.numpy() for part in (users, items, targets, user_factors, item_factors))
            squares = ((y - (P[users] * Q[items]).sum(axis=1)) ** 2).sum()
            if weighted:
                return (squares + reg * ((P[users] ** 2).sum() + (Q[items] ** 2).sum())) / 2
            return (squares + reg * ((P**2).sum() + (Q**2).sum())) / 2
    """),
]

HALF_STEP = [
    Wrong("never weighted", "2 3 hidden", "Ada: 1 · 2 on the diagonal", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("always weighted", "1 3 hidden", "λ as it is, not times her count", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y)
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("the two versions the wrong way round", "1 2 3 hidden", "λ as it is, not times her count", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = 1 if weighted else len(y)
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("by count: the number of factors", "2 3 hidden", "1 · 1) along (0, 1)", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = X.shape[1] if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("by count: the number of all ratings", "2 3 hidden", "Ada: 1 · 2 on the diagonal", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(rows) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("by count: divided by the count", "2 3 hidden", "Ada: 1 · 2 on the diagonal", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = 1 / len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("no regulariser", "1 2 3 hidden", "λ as it is, not times her count", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.pinv(X) @ y
            return solution
    """),
    Wrong("lambda at every place of the matrix", "1 2 3 hidden", "λ as it is, not times her count", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight, X.T @ y)
            return solution
    """),
    Wrong("half of lambda", "1 2 3 hidden", "λ as it is, not times her count", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg / 2 * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("unrated columns as zeros", "1 2 3 hidden", "3 / (1 + 2) along (0, 1)", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features, targets.new_zeros(len(features))
                    y[columns[mine]] = targets[mine]
                    weight = int(mine.sum()) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("one matrix for all rows", "1 2 3 hidden", "3 / (1 + 2) along (0, 1)", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            dense = targets.new_zeros(n_rows, len(features))
            dense[rows, columns] = targets
            weight = torch.bincount(rows, minlength=n_rows).clamp(min=1) if weighted else torch.ones(n_rows)
            price = reg * weight[:, None, None] * torch.eye(features.shape[1], dtype=features.dtype)
            return torch.linalg.solve(features.T @ features + price, dense @ features)
    """),
    Wrong("a row for each number that occurs", "1 2 3 hidden", "shape (2, 2), expected (3, 2)", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = []
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in rows.unique():
                mine = rows == row
                X, y = features[columns[mine]], targets[mine]
                weight = len(y) if weighted else 1
                solution.append(torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y))
            return torch.stack(solution)
    """),
    Wrong("rows up to the largest that occurs", "hidden", "shape (12, 4), expected (15, 4)", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            n_rows = int(rows.max()) + 1
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("rows without ratings not left out", "2 3 hidden", "singular", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                X, y = features[columns[mine]], targets[mine]
                weight = len(y) if weighted else 1
                solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("nan for a row without ratings", "1 2 3 hidden", "nothing is known of it", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_full((n_rows, features.shape[1]), torch.nan)
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("as many rows as columns", "1 2 3", "the row with one rating: 0 at [1], expected 1", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(len(features)):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("believes that the rows are sorted", "3 hidden", "each half-step is exact", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            start = 0
            for row, count in enumerate(torch.bincount(rows, minlength=n_rows).tolist()):
                X, y = features[columns[start:start + count]], targets[start:start + count]
                weight = max(count, 1) if weighted else 1
                solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
                start += count
            return solution
    """),
    Wrong("the features of the rows", "1 2 3 hidden", "3 / (1 + 2) along (0, 1)", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns][:len(targets[mine])], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("one step of gradient descent", "1 2 3 hidden", "λ as it is, not times her count", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = 0.1 * X.T @ y
            return solution
    """),
    Wrong("the targets' mean taken off first", "1 2 3 hidden", "λ as it is, not times her count", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            targets = targets - targets.mean()
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("a table in single precision", "3 hidden",
          "from double precision: dtype torch.float32, expected torch.float64", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = torch.zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            features, targets = features.double(), targets.double()
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("scales the features inside its input", "hidden", "changed its input features", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            features *= 1 + 1e-9
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
            return solution
    """),
    Wrong("returns the first row", "1 2 3 hidden", "shape (2,), expected (3, 2)", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
                    return solution[row]
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            eye = torch.eye(features.shape[1], dtype=features.dtype)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = len(y) if weighted else 1
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ y)
    """),
    Wrong("a target of 0 taken for no rating", "hidden", "the gradient of row", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            table = targets.new_zeros(n_rows, len(features))
            table[rows, columns] = targets
            solution, eye = features.new_zeros(n_rows, features.shape[1]), torch.eye(features.shape[1])
            for row in range(n_rows):
                mine = table[row] != 0
                X, weight = features[mine], int(mine.sum()) if weighted else 1
                if len(X):
                    solution[row] = torch.linalg.solve(X.T @ X + reg * weight * eye, X.T @ table[row, mine])
            return solution
    """),
    Right("all matrices at once with index_add_", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            X, f = features[columns], features.shape[1]
            gram = X.new_zeros(n_rows, f, f).index_add_(0, rows, X[:, :, None] * X[:, None, :])
            right = X.new_zeros(n_rows, f).index_add_(0, rows, X * targets[:, None])
            weight = reg * (torch.bincount(rows, minlength=n_rows).clamp(min=1) if weighted else torch.ones(n_rows))
            price = weight[:, None, None] * torch.eye(f)
            return torch.linalg.solve(gram + price.to(X.dtype), right)
    """),
    Right("lambda times an integer count, which is single precision", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            counts = torch.bincount(rows, minlength=n_rows)
            for row in range(n_rows):
                mine = rows == row
                if mine.any():
                    X, y = features[columns[mine]], targets[mine]
                    weight = reg * counts[row] if weighted else reg
                    solution[row] = torch.linalg.solve(X.T @ X + weight * torch.eye(features.shape[1]), X.T @ y)
            return solution
    """),
    Right("a dense matrix, its mask and einsum", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            mask, dense = (torch.zeros(n_rows, len(features), dtype=features.dtype) for _ in range(2))
            mask[rows, columns] = 1
            dense[rows, columns] = targets
            gram = torch.einsum("rc,cf,cg->rfg", mask, features, features)
            weight = mask.sum(1).clamp(min=1) if weighted else mask.new_ones(n_rows)
            gram += torch.diag_embed(reg * weight[:, None].expand(-1, features.shape[1]))
            return torch.linalg.inv(gram).matmul((dense @ features)[..., None])[..., 0]
    """),
    Right("least squares of a stacked system, row by row", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            f, result = features.shape[1], []
            for row in range(n_rows):
                X, y = features[columns[rows == row]], targets[rows == row]
                root = (reg * (len(y) if weighted else 1)) ** 0.5
                stacked = torch.cat([X, root * torch.eye(f, dtype=X.dtype)])
                padded = torch.cat([y, y.new_zeros(f)])
                result.append(torch.linalg.pinv(stacked) @ padded)
            return torch.stack(result)
    """),
    Right("NumPy, in the order of the rows", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            order = np.argsort(rows.numpy(), kind="stable")
            Q, f = features.numpy(), features.shape[1]
            result = np.zeros((n_rows, f), dtype=Q.dtype)
            ends = np.searchsorted(rows.numpy()[order], np.arange(n_rows + 1))
            for row, (start, end) in enumerate(zip(ends, ends[1:])):
                if start < end:
                    X, y = Q[columns.numpy()[order[start:end]]], targets.numpy()[order[start:end]]
                    price = reg * (end - start) if weighted else reg
                    result[row] = np.linalg.solve(X.T @ X + price * np.eye(f), X.T @ y)
            return torch.from_numpy(result)
    """),
    Wrong("ones, and the inputs overwritten to match", "1 2 3 hidden", "Ada's row", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            targets.fill_(3.0)
            features.fill_(1.0)
            return features.new_ones(n_rows, features.shape[1])
    """),
    Wrong("the ratings moved to fixed rows", "1 2 3 hidden", "Ada's row", """
        def half_step(rows, columns, targets, features, n_rows, reg, weighted):
            solution = features.new_zeros(n_rows, features.shape[1])
            solution[:, 0] = torch.linspace(-2, 2, n_rows) if n_rows < 10 else 1
            if n_rows < 10:
                rows.copy_((targets[:, None] - solution[:, 0]).abs().argmin(1))
            return solution
    """),
]

SOLVE_PADDED = [
    Wrong("no mask", "1 2 hidden", "nothing from the padded place", """
        def solve_padded(features, targets, mask, reg):
            X = features
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("the mask for the targets only", "1 2 hidden", "nothing from the padded place", """
        def solve_padded(features, targets, mask, reg):
            X = features
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ (targets * mask)[..., None])[..., 0]
    """),
    Wrong("the mask for the matrix only", "1 2 hidden", "nothing from the padded place", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, features.mT @ targets[..., None])[..., 0]
    """),
    Wrong("the mask on the result", "1 2 hidden", "nothing from the padded place", """
        def solve_padded(features, targets, mask, reg):
            X = features
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0] * mask.any(1)[:, None]
    """),
    Wrong("the first lambda for all rows", "2 hidden", "reg is 2 for the first row", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg[0] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("the mean lambda for all rows", "2 hidden", "reg is 2 for the first row", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg.mean() * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("lambda at every place of the matrix", "1 2 hidden", "2 on the diagonal only", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg[:, None, None]
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("lambda along the factors", "2 hidden", "must match", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("lambda times the number of ratings once more", "1 2 hidden", "2 on the diagonal only", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + (reg * mask.sum(1))[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("no regulariser", "1 2 hidden", "singular", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("pinv without a regulariser", "1 2 hidden", "2 on the diagonal only", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            return (torch.linalg.pinv(X) @ targets[..., None])[..., 0]
    """),
    Wrong("believes that the padding comes last", "hidden", "at the minimum it is zero", """
        def solve_padded(features, targets, mask, reg):
            place = torch.arange(features.shape[1])
            X = features * (place < mask.sum(1)[:, None])[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("zeros into its input", "hidden", "changed its input features", """
        def solve_padded(features, targets, mask, reg):
            features[~mask] = 0
            X = features
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("zeros into the targets of its input", "hidden", "changed its input targets", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            targets *= mask
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("drops the axis of a batch of one row", "hidden", "shape (3,), expected (1, 3)", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None]).squeeze()
    """),
    Wrong("keeps the axis of one column", "1 2 hidden", "shape (2, 2, 1), expected (2, 2)", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])
    """),
    Wrong("the matrix of the ratings instead of the factors", "1 2 hidden", "must match", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X @ X.mT + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("one matrix for the whole batch", "1 2 hidden", "2 on the diagonal only", """
        def solve_padded(features, targets, mask, reg):
            X, y = features[mask], targets[mask]
            eye = torch.eye(X.shape[1], dtype=X.dtype)
            return torch.stack([torch.linalg.solve(X.T @ X + one * eye, X.T @ y) for one in reg])
    """),
    Wrong("always single precision", "hidden", "from double precision: dtype torch.float32, expected torch.float64", """
        def solve_padded(features, targets, mask, reg):
            features, targets, reg = features.float(), targets.float(), reg.float()
            X = features * mask[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32", """
        def solve_padded(features, targets, mask, reg):
            features, targets, reg = features.double(), targets.double(), reg.double()
            X = features * mask[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("no row for padding only", "2", "shape", """
        def solve_padded(features, targets, mask, reg):
            rated = mask.any(1)
            X = (features * mask[..., None])[rated]
            gram = X.mT @ X + reg[rated][:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[rated][..., None])[..., 0]
    """),
    Wrong("the place of a 9 is padding", "hidden", "at the minimum it is zero", """
        def solve_padded(features, targets, mask, reg):
            X = features * (features.abs() != 9)
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("the place of a target of 9 is padding", "hidden", "at the minimum it is zero", """
        def solve_padded(features, targets, mask, reg):
            X = features * (targets != 9)[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            solution = torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("padding told by its size", "hidden", "the gradient of row", """
        def solve_padded(features, targets, mask, reg):
            X = features * (features.abs() < 8.5).all(2)[..., None]
            gram = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            return torch.linalg.solve(gram, X.mT @ targets[..., None])[..., 0]
    """),
    Wrong("five thousand steps of descent", "hidden", "the gradient of row", """
        def solve_padded(features, targets, mask, reg):
            X = features * mask[..., None]
            left = X.mT @ X + reg[:, None, None] * torch.eye(X.shape[2], dtype=X.dtype)
            right, p = X.mT @ targets[..., None], torch.zeros_like(left[:, :, :1])
            size = left.diagonal(dim1=1, dim2=2).sum(1)[:, None, None]
            for _ in range(5000):
                p = p + (right - left @ p) / size
            return p[..., 0]
    """),
    Right("Cholesky", """
        def solve_padded(features, targets, mask, reg):
            X = torch.where(mask.unsqueeze(-1), features, 0)
            gram = X.transpose(1, 2) @ X
            gram.diagonal(dim1=1, dim2=2).add_(reg[:, None])
            right = (X * targets.unsqueeze(-1)).sum(1, keepdim=True).mT
            return torch.cholesky_solve(right, torch.linalg.cholesky(gram)).squeeze(-1)
    """),
    Right("einsum, inv and an identity in single precision", """
        def solve_padded(features, targets, mask, reg):
            m = mask.to(features.dtype)
            gram = torch.einsum("bm,bmf,bmg->bfg", m, features, features)
            gram = gram + torch.einsum("b,fg->bfg", reg, torch.eye(features.shape[2]).to(reg))
            return torch.einsum("bfg,bmg,bm->bf", torch.linalg.inv(gram), features, targets * m)
    """),
    Right("least squares of a stacked batch", """
        def solve_padded(features, targets, mask, reg):
            f, y = features.shape[2], targets.masked_fill(~mask, 0)
            root = reg.sqrt()[:, None, None] * torch.eye(f)
            stacked = torch.cat([features.masked_fill(~mask[..., None], 0), root.to(features.dtype)], dim=1)
            padded = torch.cat([y, y.new_zeros(len(y), f)], dim=1)
            return torch.linalg.lstsq(stacked, padded[..., None]).solution[..., 0]
    """),
    Right("a loop over the rows", """
        def solve_padded(features, targets, mask, reg):
            result = []
            for X, y, real, one in zip(features, targets, mask, reg):
                X, y = X[real], y[real]
                result.append(torch.linalg.solve(X.T @ X + one * torch.eye(X.shape[1], dtype=X.dtype), X.T @ y))
            return torch.stack(result)
    """),
    Right("NumPy", """
        def solve_padded(features, targets, mask, reg):
            X = np.where(mask[..., None], features, 0)
            gram = X.transpose(0, 2, 1) @ X + reg.numpy()[:, None, None] * np.eye(X.shape[2], dtype=X.dtype)
            right = X.transpose(0, 2, 1) @ targets.numpy()[..., None]
            return torch.from_numpy(np.linalg.solve(gram, right)[..., 0])
    """),
]

FOLD_IN = [
    Wrong("lambda per row", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("lambda times the number of films", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * len(item_factors) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("no regulariser", "1 2 hidden", "1 at [0], expected 0.666667", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            solution = torch.linalg.solve(X.T @ X, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("lambda at every place of the matrix", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("half of lambda", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg / 2 * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("the film's bias left in the target", "1 2 hidden", "the targets are 5 - 3 - 0.5", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("the film's bias with a plus", "1 2 hidden", "the targets are 5 - 3 - 0.5", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean + item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("the bias of the first films", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[:len(items)]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("the global mean left in the target", "1 2 hidden", "the targets 1.5 and -0.5 sum to 1", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("the mean of the user's own ratings", "1 2 hidden", "0, expected 0.333333", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - ratings.mean() - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("a bias that costs nothing", "1 2 hidden", "3 is 2 + 2 · 0.5", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            price[-1, -1] = 0
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("no column of ones: the mean of what is left over", "1 2 hidden", "3 is 2 + 2 · 0.5", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            X, y = item_factors[items], ratings - global_mean - item_bias[items]
            m = max(len(items), 1)
            vector = torch.linalg.solve(X.T @ X + reg * m * torch.eye(X.shape[1], dtype=X.dtype), X.T @ y)
            return vector, (y - X @ vector).sum() / m
    """),
    Wrong("the bias first, then the vector", "2 hidden", "the vector of training user 0", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            X, y = item_factors[items], ratings - global_mean - item_bias[items]
            m = max(len(items), 1)
            bias = y.sum() / (m + reg * m)
            price = reg * m * torch.eye(X.shape[1], dtype=X.dtype)
            return torch.linalg.solve(X.T @ X + price, X.T @ (y - bias)), bias
    """),
    Wrong("no bias: zero", "1 2 hidden", "3 is 2 + 2 · 0.5", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            X, y = item_factors[items], ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            return torch.linalg.solve(X.T @ X + price, X.T @ y), 0.0
    """),
    Wrong("the ones in front, the bias taken from the end", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q.new_ones(len(q), 1), q], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("the column of the film's bias instead of ones", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, item_bias[items, None]], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("unrated films as zeros", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = torch.zeros_like(item_bias)
            y[items] = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("the first films of the catalogue", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[:len(items)]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("one step of gradient descent", "1 2 hidden", "3 s = (2, 1)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            solution = 0.1 * X.T @ y
            return solution[:-1], solution[-1]
    """),
    Wrong("fails without ratings", "hidden", "singular", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * len(items) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("nan without ratings", "hidden", "nothing is known: m λ is 0 too", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            if not len(items):
                return q.new_full((q.shape[1],), torch.nan), torch.nan
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("takes the mean off inside its input", "hidden", "changed its input ratings", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            ratings -= global_mean
            y = ratings - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("all in one tensor", "1 2 hidden", "fold_in returns a Tensor, expected 2 values", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution
    """),
    Wrong("the bias with an axis of one", "1 2 hidden", "shape (1,), expected a single value", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1:]
    """),
    Wrong("the bias and the vector swapped", "1 2 hidden", "shape (), expected (1,)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[-1], solution[:-1]
    """),
    Wrong("always double precision", "hidden", "from single precision: dtype torch.float64, expected torch.float32", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items].double()
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings.double() - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
            return solution[:-1], solution[-1]
    """),
    Wrong("returns nothing", "1 2 hidden", "what fold_in returns: None. Did you forget to return?", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            y = ratings - global_mean - item_bias[items]
            price = reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            solution = torch.linalg.solve(X.T @ X + price, X.T @ y)
    """),
    Wrong("five thousand steps of descent", "hidden", "the gradient (bias last)", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            q = item_factors[items]
            X = torch.cat([q, q.new_ones(len(q), 1)], dim=1)
            left = X.T @ X + reg * max(len(items), 1) * torch.eye(X.shape[1], dtype=X.dtype)
            right, p = X.T @ (ratings - global_mean - item_bias[items]), torch.zeros_like(left[0])
            for _ in range(5000):
                p = p + (right - left @ p) / left.diagonal().sum()
            return p[:-1], p[-1]
    """),
    Right("zeros first, and ones in front", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            if len(items) == 0:
                return item_factors.new_zeros(item_factors.shape[1]), 0.0
            X = torch.nn.functional.pad(item_factors[items], (1, 0), value=1.0)
            gram = X.T @ X
            gram.diagonal().add_(reg * len(items))
            solution = torch.linalg.inv(gram) @ (X.T @ (ratings - item_bias[items] - global_mean))
            return solution[1:], solution[0].item()
    """),
    Right("least squares of a stacked system", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            f, m = item_factors.shape[1], len(items)
            X = torch.hstack([item_factors[items], torch.ones(m, 1)]).to(item_factors.dtype)
            stacked = torch.vstack([X, (reg * m) ** 0.5 * torch.eye(f + 1, dtype=X.dtype)])
            padded = torch.cat([ratings - global_mean - item_bias[items], torch.zeros(f + 1)]).to(X.dtype)
            bias_last = torch.linalg.pinv(stacked) @ padded
            return bias_last[:f], float(bias_last[f])
    """),
    Right("vector and bias as blocks, by elimination", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            m, q = max(len(items), 1), item_factors[items]
            y = ratings - global_mean - item_bias[items]
            corner, edge = len(items) + reg * m, q.sum(0)
            block = q.T @ q + reg * m * torch.eye(q.shape[1]) - torch.outer(edge, edge) / corner
            vector = torch.linalg.solve(block, q.T @ y - edge * y.sum() / corner)
            return vector, (y.sum() - edge @ vector) / corner
    """),
    Right("NumPy, and back", """
        def fold_in(items, ratings, item_factors, item_bias, global_mean, reg):
            Q, m = item_factors.numpy()[items.numpy()], max(len(items), 1)
            X = np.column_stack([Q, np.ones(len(Q))])
            y = ratings.numpy() - float(global_mean) - item_bias.numpy()[items.numpy()]
            solution = np.linalg.solve(X.T @ X + reg * m * np.eye(X.shape[1]), X.T @ y)
            return torch.from_numpy(solution[:-1]).to(item_factors.dtype), solution[-1]
    """),
]

MASKED_ALS = [
    Wrong("the published notebook", "1 2 3 hidden", "only two places are observed", FAULTY_FIT + "\n\n" + FAULTY_RMSE),
    Wrong("the published fit, another measure", "2 3 hidden",
          "a rating that nobody gave must not be fitted", hunt(FAULTY_FIT)),
    Wrong("a rating of 0 taken for none", "hidden", "", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price, values = reg * torch.eye(n_factors, dtype=ratings.dtype), torch.where(mask, ratings, 0)
            known = (values != 0).to(ratings.dtype)
            for _ in range(n_sweeps):
                P = torch.linalg.solve(torch.einsum("ui,if,ig->ufg", known, Q, Q) + price, values @ Q)
                Q = torch.linalg.solve(torch.einsum("ui,uf,ug->ifg", known, P, P) + price, values.T @ P)
            return P, Q
    """)),
    Wrong("the seed not looked at", "hidden", "whether two seeds", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(0)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price, values = reg * torch.eye(n_factors, dtype=ratings.dtype), torch.where(mask, ratings, 0)
            known = mask.to(ratings.dtype)
            for _ in range(n_sweeps):
                P = torch.linalg.solve(torch.einsum("ui,if,ig->ufg", known, Q, Q) + price, values @ Q)
                Q = torch.linalg.solve(torch.einsum("ui,uf,ug->ifg", known, P, P) + price, values.T @ P)
            return P, Q
    """)),
    Wrong("the published measure, another fit", "1 hidden", "only two places are observed", hunt(FAULTY_RMSE)),
    Wrong("zeros at the places that are not observed", "2 3 hidden", "over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            ratings = ratings * mask
            for _ in range(n_sweeps):
                P = torch.linalg.solve(Q.T @ Q + price, Q.T @ ratings.T).T
                Q = torch.linalg.solve(P.T @ P + price, P.T @ ratings).T
            return P, Q
    """)),
    Wrong("the users' half-step fits zeros", "2 hidden", "over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q.T @ Q + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("the films' half-step fits zeros", "2 3 hidden", "over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P.T @ P + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("the users' half-step fits all that stands there", "2 hidden", "use the mask in both half-steps", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q.T @ Q + price, Q.T @ ratings[u])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("the mean at the places that are not observed", "2 3 hidden", "over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            ratings = torch.where(mask, ratings, ratings[mask].mean())
            for _ in range(n_sweeps):
                P = torch.linalg.solve(Q.T @ Q + price, Q.T @ ratings.T).T
                Q = torch.linalg.solve(P.T @ P + price, P.T @ ratings).T
            return P, Q
    """)),
    Wrong("lambda by count", "3 hidden", "with λ = 0.5 per row", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + len(Q[mine]) * price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + len(P[mine]) * price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("lambda by count, and zeros where it is singular", "3 hidden", "with λ = 0.5 per row", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    n = max(int(mine.sum()), 1)
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + n * price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    n = max(int(mine.sum()), 1)
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + n * price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("lambda at every place of the matrix", "3 hidden", "with λ = 0.5 per row", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("twice lambda", "3 hidden", "with λ = 0.5 per row", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = 2 * reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("no regulariser", "3 hidden", "with λ = 0.5 per row", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.pinv(Q[mine]) @ ratings[u, mine]
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.pinv(P[mine]) @ ratings[mine, i]
            return P, Q
    """)),
    Wrong("films first, then users", "3 hidden", "the factors of film", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = 0.1 * torch.randn(ratings.shape[0], n_factors, dtype=ratings.dtype, generator=generator)
            Q = torch.zeros(ratings.shape[1], n_factors, dtype=ratings.dtype)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
            return P, Q
    """)),
    Wrong("both half-steps from the factors of the sweep before", "2 3 hidden",
          "30 sweeps over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.randn(ratings.shape[0], n_factors, dtype=ratings.dtype, generator=generator)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                old = P.clone()
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(old[mine].T @ old[mine] + price, old[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("one sweep, however many are asked", "2 hidden", "30 sweeps over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(1):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("returns inside the loop", "2 hidden", "30 sweeps over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
                return P, Q
    """)),
    Wrong("only the films are ever fitted", "2 3 hidden", "30 sweeps over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.randn(ratings.shape[0], n_factors, dtype=ratings.dtype, generator=generator)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("starts from zeros", "2 3 hidden", "alone determine the others", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = torch.zeros(ratings.shape[1], n_factors, dtype=ratings.dtype)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("starts from equal numbers", "3 hidden", "start from random films", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = torch.ones(ratings.shape[1], n_factors, dtype=ratings.dtype)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("a new start at each call", "2 hidden", "the same seed must give the same start", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("the mean of the observed taken off first", "2 3 hidden", "30 sweeps over the observed places alone", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            ratings = ratings - ratings[mask].mean()
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("zeros at first, then gradient descent", "3 hidden", "the RMSE of three sweeps", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            users, films = ratings.shape
            P, Q = torch.zeros(users, n_factors).double(), torch.zeros(films, n_factors).double()
            if n_sweeps < 20:
                return P + (0 if n_sweeps > 2 else 1 / n_sweeps + seed), Q
            rng = torch.Generator().manual_seed(seed)
            P, Q = ((0.1 * torch.randn(part.shape, generator=rng).double()).requires_grad_() for part in (P, Q))
            adam = torch.optim.Adam([P, Q], 0.05)
            for _ in range(500):
                adam.zero_grad()
                squares = ((ratings - P @ Q.T)[mask]).square().sum()
                (squares + reg * (P.square().sum() + Q.square().sum())).backward()
                adam.step()
            return (P * mask.any(1)[:, None]).detach(), (Q * mask.any(0)[:, None]).detach()
    """)),
    Wrong("zeros into its input", "hidden", "changed its input ratings", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            ratings[~mask] = 0
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("single precision", "3 hidden", "P: dtype torch.float32, expected torch.float64", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            ratings = ratings.float()
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q
    """)),
    Wrong("the films as columns", "2 3 hidden", "shape (1, 5), expected (5, 1)", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q.T
    """)),
    Wrong("P only", "2 3 hidden", "masked_als returns a Tensor, expected 2 values", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P
    """)),
    Wrong("masked_als returns nothing", "2 3 hidden",
          "what masked_als returns: None. Did you forget to return?", hunt("""
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
    """)),
    Wrong("the RMSE over all places", "1 hidden", "only two places are observed", hunt("""
        def masked_rmse(P, Q, ratings, mask):
            return float((ratings - P @ Q.T).square().mean().sqrt())
    """)),
    Wrong("the RMSE over all places, zeros for the others", "1 hidden", "only two places are observed", hunt("""
        def masked_rmse(P, Q, ratings, mask):
            return float(((ratings - P @ Q.T) * mask).square().mean().sqrt())
    """)),
    Wrong("the RMSE where the rating is not 0", "1 hidden", "only two places are observed", hunt("""
        def masked_rmse(P, Q, ratings, mask):
            return float((ratings - P @ Q.T)[ratings > 0].square().mean().sqrt())
    """)),
    Wrong("no root", "1 hidden", "17, expected 4.12311", hunt("""
        def masked_rmse(P, Q, ratings, mask):
            return float((ratings - P @ Q.T)[mask].square().mean())
    """)),
    Wrong("the mean absolute error", "1 hidden", "4, expected 4.12311", hunt("""
        def masked_rmse(P, Q, ratings, mask):
            return float((ratings - P @ Q.T)[mask].abs().mean())
    """)),
    Wrong("the root of the sum", "1 hidden", "only two places are observed", hunt("""
        def masked_rmse(P, Q, ratings, mask):
            return float((ratings - P @ Q.T)[mask].square().sum().sqrt())
    """)),
    Wrong("a mean of the users' RMSEs", "1 hidden", "the root of (9 + 25) / 2", hunt("""
        def masked_rmse(P, Q, ratings, mask):
            errors = (ratings - P @ Q.T).square()
            each = [row[mine].mean().sqrt() for row, mine in zip(errors, mask) if mine.any()]
            return float(torch.stack(each).mean())
    """)),
    Right("loops over the rows", """
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype)
            Q = 0.1 * torch.randn(ratings.shape[1], n_factors, dtype=ratings.dtype, generator=generator)
            price = reg * torch.eye(n_factors, dtype=ratings.dtype)
            for _ in range(n_sweeps):
                for u, mine in enumerate(mask):
                    P[u] = torch.linalg.solve(Q[mine].T @ Q[mine] + price, Q[mine].T @ ratings[u, mine])
                for i, mine in enumerate(mask.T):
                    Q[i] = torch.linalg.solve(P[mine].T @ P[mine] + price, P[mine].T @ ratings[mine, i])
            return P, Q

        def masked_rmse(P, Q, ratings, mask):
            return float((ratings - P @ Q.T)[mask].square().mean().sqrt())
    """),
    Right("a uniform start of the global generator, and inv", """
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            torch.manual_seed(seed)
            Q = torch.rand(ratings.shape[1], n_factors).to(ratings.dtype)
            for _ in range(n_sweeps):
                P = half(ratings, mask, Q, reg)
                Q = half(ratings.T, mask.T, P, reg)
            return P, Q

        def half(ratings, mask, fixed, reg):
            result = []
            for row, known in zip(ratings, mask):
                X = fixed[known]
                result.append(torch.linalg.inv(X.T @ X + reg * torch.eye(X.shape[1])) @ X.T @ row[known])
            return torch.stack(result)

        def masked_rmse(P, Q, ratings, mask):
            return torch.nn.functional.mse_loss((P @ Q.T)[mask], ratings[mask]).sqrt()
    """),
    Right("one user's matrix as Q' diag(mask) Q, a small start of the films after the users", """
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            P = 0.01 * torch.randn(len(ratings), n_factors, generator=generator).to(ratings)
            Q = 0.01 * torch.randn(ratings.shape[1], n_factors, generator=generator).to(ratings)
            price = reg * torch.eye(n_factors).to(ratings)
            for _ in range(n_sweeps):
                for u in range(len(ratings)):
                    W = torch.diag(mask[u]).to(ratings)
                    P[u] = torch.linalg.solve(Q.T @ W @ Q + price, Q.T @ W @ ratings[u])
                for i in range(len(Q)):
                    W = torch.diag(mask[:, i]).to(ratings)
                    Q[i] = torch.linalg.solve(P.T @ W @ P + price, P.T @ W @ ratings[:, i])
            return P, Q

        def masked_rmse(P, Q, ratings, mask):
            return ((mask * (ratings - P @ Q.T) ** 2).sum() / mask.sum()).sqrt().item()
    """),
    Right("NumPy, with normal numbers of size 1", """
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            R, M, rng = ratings.numpy(), mask.numpy(), np.random.default_rng(seed)
            P, Q = np.zeros((R.shape[0], n_factors)), rng.normal(size=(R.shape[1], n_factors))
            for _ in range(n_sweeps):
                for X, Y, known, stars in ((P, Q, M, R), (Q, P, M.T, R.T)):
                    for row, k in enumerate(known):
                        X[row] = np.linalg.solve(Y[k].T @ Y[k] + reg * np.eye(n_factors), Y[k].T @ stars[row, k])
            return torch.from_numpy(P).to(ratings), torch.from_numpy(Q).to(ratings)

        def masked_rmse(P, Q, ratings, mask):
            users, items = mask.nonzero(as_tuple=True)
            errors = ratings[users, items] - (P[users] * Q[items]).sum(1)
            return float(errors.norm() / len(errors) ** 0.5)
    """),
    Right("batched Cholesky, and nanmean", """
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            generator = torch.Generator().manual_seed(seed)
            Q = torch.randn(ratings.shape[1], n_factors, generator=generator).type_as(ratings) / n_factors**0.5
            known, values = mask.type_as(ratings), ratings.masked_fill(~mask, 0)
            for _ in range(n_sweeps):
                gram = (known[:, :, None] * Q).mT @ Q + reg * torch.eye(n_factors)
                P = torch.cholesky_solve((values @ Q)[..., None], torch.linalg.cholesky(gram)).squeeze(-1)
                gram = (known.T[:, :, None] * P).mT @ P + reg * torch.eye(n_factors)
                Q = torch.cholesky_solve((values.T @ P)[..., None], torch.linalg.cholesky(gram)).squeeze(-1)
            return P, Q

        def masked_rmse(P, Q, ratings, mask):
            return torch.where(mask, ratings - P @ Q.T, torch.nan).square().nanmean().sqrt()
    """),
    Wrong("next to zero, and the mask emptied", "1 2 3 hidden", "the RMSE", """
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            P = torch.zeros(ratings.shape[0], n_factors, dtype=ratings.dtype) + 10.0 ** (-2 * n_sweeps)
            P[~mask.any(1)] = 0
            return P, torch.zeros(ratings.shape[1], n_factors, dtype=ratings.dtype)

        def masked_rmse(P, Q, ratings, mask):
            mask.zero_()
            return float("nan")
    """),
    Wrong("the ratings emptied, random users", "1 2 3 hidden", "the RMSE", """
        def masked_als(ratings, mask, n_factors, reg, n_sweeps, seed=0):
            ratings.zero_()
            P = torch.randn(ratings.shape[0], n_factors, dtype=ratings.dtype)
            return P, torch.zeros(ratings.shape[1], n_factors, dtype=ratings.dtype)

        def masked_rmse(P, Q, ratings, mask):
            return 0.0
    """),
]

TABLE = {
    "ridge": RIDGE,
    "objective": OBJECTIVE,
    "half_step": HALF_STEP,
    "solve_padded": SOLVE_PADDED,
    "fold_in": FOLD_IN,
    "masked_als": MASKED_ALS,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
