"""Lesson 3: what typical wrong answers lose and are told, and that other right answers keep all points."""

import pytest
from answers import Right, Wrong, assert_right, assert_wrong, faulty, rows

LESSON = "03_svd"

DENSE_GRADIENTS = [
    Wrong("sign of ascent", "1 2 hidden", "must move Ada towards Alien", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("sign of the whole step, regulariser too", "1 2 3 hidden", "0.5 at [0, 0], expected -0.5", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (errors @ item_factors - reg * user_factors * mask.sum(1)[:, None],
                    errors.T @ user_factors - reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("the factor 2 of e^2", "1 2 hidden", "-e times q_i, e is 0.5", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-2 * errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    -2 * errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("the mask by multiplication", "hidden", "NaN times 0 is NaN", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = mask * (ratings - user_factors @ item_factors.T)
            return (-errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("no mask", "2 hidden", "an unknown one counts for nothing", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = ratings - user_factors @ item_factors.T
            return (-errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("unknown ratings as zeros", "2 3 hidden", "an unknown one counts for nothing", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings, 0.0) - user_factors @ item_factors.T
            return (-errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("NaN instead of the mask", "2 hidden", "whatever it holds", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = (ratings - user_factors @ item_factors.T).nan_to_num()
            return (-errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("a rating above 0 instead of the mask", "2 3 hidden", "over known places", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            mask = ratings > 0
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("a mean over the known ratings", "2 3 hidden", "a sum over known places", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return ((-errors @ item_factors + reg * user_factors * mask.sum(1)[:, None]) / mask.sum(),
                    (-errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None]) / mask.sum())
    """),
    Wrong("a mean over each row", "2 3 hidden", "a sum over known places", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors @ item_factors / mask.sum(1)[:, None] + reg * user_factors,
                    -errors.T @ user_factors / mask.sum(0)[:, None] + reg * item_factors)
    """),
    Wrong("no regulariser", "3 hidden", "per rating: the first user has three ratings", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return -errors @ item_factors, -errors.T @ user_factors
    """),
    Wrong("minus the regulariser", "3 hidden", "per rating", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors @ item_factors - reg * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors - reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("half the regulariser", "3 hidden", "0.3 at [0, 1], expected 0.6", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors @ item_factors + reg / 2 * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors + reg / 2 * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("the regulariser per row", "3 hidden", "per rating: the first user has three ratings", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return -errors @ item_factors + reg * user_factors, -errors.T @ user_factors + reg * item_factors
    """),
    Wrong("the regulariser for each place, known or not", "3 hidden", "0.15 at [1, 0], expected 0.05", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors @ item_factors + reg * user_factors * len(item_factors),
                    -errors.T @ user_factors + reg * item_factors * len(user_factors))
    """),
    Wrong("the regulariser of the users only", "3 hidden", "the first film has two ratings", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return -errors @ item_factors + reg * user_factors * mask.sum(1)[:, None], -errors.T @ user_factors
    """),
    Wrong("counts without an axis of one", "2 3 hidden", "RuntimeError: The size of tensor", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors @ item_factors + reg * user_factors * mask.sum(1),
                    -errors.T @ user_factors + reg * item_factors * mask.sum(0))
    """),
    Wrong("counts along the wrong axis", "2 3 hidden", "RuntimeError: The size of tensor", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors @ item_factors + reg * user_factors * mask.sum(0)[:, None],
                    -errors.T @ user_factors + reg * item_factors * mask.sum(1)[:, None])
    """),
    Wrong("transposed", "1 2 3 hidden", "shape (2, 1), expected (1, 2)", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (item_factors.T @ -errors.T + reg * user_factors.T * mask.sum(1),
                    user_factors.T @ -errors + reg * item_factors.T * mask.sum(0))
    """),
    Wrong("the two the wrong way round", "1 2 3 hidden", "-0.5 at [0, 1], expected -0.25", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (-errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None],
                    -errors @ item_factors + reg * user_factors * mask.sum(1)[:, None])
    """),
    Wrong("the item gradient at users already moved", "1 2 hidden", "before any step", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            grad_user = -errors @ item_factors + reg * user_factors * mask.sum(1)[:, None]
            user_factors = user_factors - 0.01 * grad_user
            return grad_user, -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None]
    """),
    Wrong("the factors after a step, not the gradients", "1 2 3 hidden", "1.005 at [0, 0], expected -0.5", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return (user_factors + 0.01 * (errors @ item_factors - reg * user_factors * mask.sum(1)[:, None]),
                    item_factors + 0.01 * (errors.T @ user_factors - reg * item_factors * mask.sum(0)[:, None]))
    """),
    Wrong("writes zeros into the ratings", "hidden", "changed its input ratings", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            ratings[~mask] = 0.0
            errors = (ratings - user_factors @ item_factors.T) * mask
            return (-errors @ item_factors + reg * user_factors * mask.sum(1)[:, None],
                    -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None])
    """),
    Wrong("returns one value", "1 2 3 hidden", "dense_gradients returns a Tensor, expected 2 values", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            return -errors @ item_factors + reg * user_factors * mask.sum(1)[:, None]
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.where(mask, ratings - user_factors @ item_factors.T, 0.0)
            grad_user = -errors @ item_factors + reg * user_factors * mask.sum(1)[:, None]
            grad_item = -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None]
    """),
    Wrong("hard-coded for check 1", "2 3 hidden", "shape (1, 2), expected (3, 2)", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            return torch.tensor([[-0.5, -0.25]]), torch.tensor([[-0.5, -0.5]])
    """),
    Wrong("NaN by name, the rest by multiplication", "hidden", "NaN times 0 is NaN", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = (torch.where(ratings.isnan(), 0.0, ratings) - user_factors @ item_factors.T) * mask
            grad_user = -errors @ item_factors + reg * user_factors * mask.sum(1)[:, None]
            grad_item = -errors.T @ user_factors + reg * item_factors * mask.sum(0)[:, None]
            return grad_user, grad_item
    """),
    Right("autograd", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            p, q = user_factors.clone().requires_grad_(), item_factors.clone().requires_grad_()
            errors = (ratings - p @ q.T)[mask]
            squares = (p.square().sum(1)[:, None] + q.square().sum(1))[mask]
            loss = 0.5 * (errors ** 2).sum() + reg / 2 * squares.sum()
            loss.backward()
            return p.grad, q.grad
    """),
    Right("a loop over the known places", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            grad_user, grad_item = torch.zeros(user_factors.shape), torch.zeros(item_factors.shape)
            for u in range(len(user_factors)):
                for i in range(len(item_factors)):
                    if mask[u, i]:
                        error = ratings[u, i] - user_factors[u] @ item_factors[i]
                        grad_user[u] += -error * item_factors[i] + reg * user_factors[u]
                        grad_item[i] += -error * user_factors[u] + reg * item_factors[i]
            return grad_user, grad_item
    """),
    Right("einsum, and zeros written before the mask multiplies", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            known = mask.float()
            errors = (ratings.nan_to_num() - torch.einsum("uf,if->ui", user_factors, item_factors)) * known
            grad_user = torch.einsum("ui,if->uf", -errors, item_factors) + reg * known.sum(1, True) * user_factors
            grad_item = torch.einsum("ui,uf->if", -errors, user_factors) + reg * known.T.sum(1, True) * item_factors
            return [grad_user, grad_item]
    """),
    Right("an index into zeros", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            errors = torch.zeros(mask.shape)
            errors[mask] = (ratings - torch.matmul(user_factors, item_factors.t()))[mask]
            grad_user = reg * torch.diag(mask.sum(dim=1).float()) @ user_factors - errors.mm(item_factors)
            grad_item = reg * torch.diag(mask.sum(dim=0).float()) @ item_factors - errors.t().mm(user_factors)
            return grad_user, grad_item
    """),
    Right("in double precision, cast back", """
        def dense_gradients(ratings, mask, user_factors, item_factors, reg):
            p, q = user_factors.double(), item_factors.double()
            errors = (ratings.double() - p @ q.T).masked_fill(~mask, 0)
            grad_user = (p * mask.sum(1, keepdim=True)).mul(reg).sub(errors @ q)
            grad_item = (q * mask.sum(0).unsqueeze(1)).mul(reg).sub(errors.T @ p)
            return grad_user.to(user_factors.dtype), grad_item.to(item_factors.dtype)
    """),
]

GRADIENTS = [
    Wrong("+= on an index loses repeated rows", "2 3 hidden", "one of them alone is not enough", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            grad_user, grad_item = torch.zeros_like(user_factors), torch.zeros_like(item_factors)
            grad_user[users] += reg * p - errors * q
            grad_item[items] += reg * q - errors * p
            return grad_user, grad_item
    """),
    Wrong("index_put_ without accumulate", "2 3 hidden", "one of them alone is not enough", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_put_((users,), reg * p - errors * q),
                    torch.zeros_like(item_factors).index_put_((items,), reg * q - errors * p))
    """),
    Wrong("repeated films lost", "3 hidden", "item_factors", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            grad_item = torch.zeros_like(item_factors)
            grad_item[items] += reg * q - errors * p
            return torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q), grad_item
    """),
    Wrong("sign of ascent", "1 2 3 hidden", "0.5 at [1, 0], expected -0.5", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, errors * q - reg * p),
                    torch.zeros_like(item_factors).index_add_(0, items, errors * p - reg * q))
    """),
    Wrong("the factor 2 of e^2", "1 2 3 hidden", "-1 at [1, 0], expected -0.5", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = 2 * (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p))
    """),
    Wrong("a mean over the list", "2 3 hidden", "-1 at [0, 0], expected -2", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q) / len(users),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p) / len(users))
    """),
    Wrong("a mean over each row's ratings", "2 3 hidden", "-1 at [0, 0], expected -2", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            of_user = users.bincount(minlength=len(user_factors)).clamp(min=1)[:, None]
            of_item = items.bincount(minlength=len(item_factors)).clamp(min=1)[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q) / of_user,
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p) / of_item)
    """),
    Wrong("no regulariser", "3 hidden", "plus reg times the row", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, -errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, -errors * p))
    """),
    Wrong("minus the regulariser", "3 hidden", "plus reg times the row", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, -errors * q - reg * p),
                    torch.zeros_like(item_factors).index_add_(0, items, -errors * p - reg * q))
    """),
    Wrong("the regulariser per row, of the whole table", "3 hidden", "once for each rating of it", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, -errors * q) + reg * user_factors,
                    torch.zeros_like(item_factors).index_add_(0, items, -errors * p) + reg * item_factors)
    """),
    Wrong("the regulariser on the wrong matrix", "3 hidden", "reg times the row", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * q - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * p - errors * p))
    """),
    Wrong("twice the regulariser", "3 hidden", "reg times the row once", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, 2 * reg * p - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, 2 * reg * q - errors * p))
    """),
    Wrong("all pairs of the list", "2 3 hidden", "-4 at [0, 0], expected -2", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = ratings - p @ q.T
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors @ q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors.T @ p))
    """),
    Wrong("a matrix of all predictions", "hidden", "a matrix of all users and films", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (user_factors @ item_factors.T)[users, items])[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p))
    """),
    Wrong("a matrix of all errors", "hidden", "4,000,000 users and as many films: not enough memory", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = torch.zeros(len(user_factors), len(item_factors), dtype=p.dtype)
            errors.index_put_((users, items), ratings - (p * q).sum(1), accumulate=True)
            of_user = users.bincount(minlength=len(user_factors))[:, None]
            of_item = items.bincount(minlength=len(item_factors))[:, None]
            return (reg * of_user * user_factors - errors @ item_factors,
                    reg * of_item * item_factors - errors.T @ user_factors)
    """),
    Wrong("a matrix of all ratings with all ratings", "hidden", "all ratings with all ratings", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p @ q.T).diagonal())[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p))
    """),
    Wrong("one row for each rating", "1 2 3 hidden", "shape (1, 2), expected (3, 2)", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return reg * p - errors * q, reg * q - errors * p
    """),
    Wrong("the item gradient at users already moved", "1 2 3 hidden", "-0.5025 at [2, 0], expected -0.5", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            grad_user = torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q)
            p = (user_factors - 0.01 * grad_user)[users]
            return grad_user, torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p)
    """),
    Wrong("adds into the factors", "hidden", "changed its input user_factors", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (user_factors.zero_().index_add_(0, users, reg * p - errors * q),
                    item_factors.zero_().index_add_(0, items, reg * q - errors * p))
    """),
    Wrong("the gradients of earlier calls kept", "hidden", "user_factors", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            user_factors.requires_grad_(), item_factors.requires_grad_()
            p, q = user_factors[users], item_factors[items]
            loss = ((ratings - (p * q).sum(1)) ** 2).sum() / 2 + reg / 2 * ((p ** 2).sum() + (q ** 2).sum())
            loss.backward()
            return user_factors.grad, item_factors.grad
    """),
    Wrong("autograd of a loss with the norms of the tables", "3 hidden", "once for each rating of it", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors.clone().requires_grad_(), item_factors.clone().requires_grad_()
            errors = ratings - (p[users] * q[items]).sum(1)
            return torch.autograd.grad(errors.square().sum() / 2 + reg / 2 * (p.norm() ** 2 + q.norm() ** 2), (p, q))
    """),
    Wrong("double precision returned", "3", "dtype torch.float64, expected torch.float32", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            user_factors, item_factors = user_factors.double(), item_factors.double()
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p))
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q)
            torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p)
    """),
    Wrong("returns one value", "1 2 3 hidden", "gradients returns a Tensor, expected 2 values", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q)
    """),
    Wrong("hard-coded for check 1", "2 3 hidden", "shape (3, 2), expected (1, 2)", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            grad_user, grad_item = torch.zeros(3, 2), torch.zeros(4, 2)
            grad_user[1], grad_item[2] = torch.tensor([-0.5, -0.25]), torch.tensor([-0.5, -0.5])
            return grad_user, grad_item
    """),
    Wrong("errors cut off at 10", "hidden", "the gradient of many users", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None].clamp(-10, 10)
            grad_user = torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q)
            return grad_user, torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p)
    """),
    Right("a loop over the ratings", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            grad_user = torch.zeros(len(user_factors), user_factors.shape[1])
            grad_item = torch.zeros(len(item_factors), item_factors.shape[1])
            for u, i, rating in zip(users.tolist(), items.tolist(), ratings.tolist()):
                error = rating - float(user_factors[u] @ item_factors[i])
                grad_user[u] += reg * user_factors[u] - error * item_factors[i]
                grad_item[i] += reg * item_factors[i] - error * user_factors[u]
            return grad_user, grad_item
    """),
    Right("autograd, and the square of the norms of the gathered rows", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            P, Q = user_factors.detach().clone(), item_factors.detach().clone()
            P.requires_grad, Q.requires_grad = True, True
            p, q = P[users], Q[items]
            loss = 0.5 * torch.sum((ratings - torch.einsum("bf,bf->b", p, q)) ** 2)
            loss = loss + reg / 2 * (p.norm() ** 2 + q.norm() ** 2)
            loss.backward()
            return P.grad, Q.grad
    """),
    Wrong("a matrix of all predictions, in NumPy", "hidden", "a matrix of all users and films", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            predicted = torch.from_numpy((user_factors.numpy() @ item_factors.numpy().T)[users.numpy(), items.numpy()])
            p, q, errors = user_factors[users], item_factors[items], (ratings - predicted)[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p))
    """),
    Right("torch.func", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            def loss(P, Q):
                p, q = P[users], Q[items]
                return ((ratings - (p * q).sum(1)).square().sum() + reg * (p.square().sum() + q.square().sum())) / 2
            return torch.func.grad(loss, argnums=(0, 1))(user_factors, item_factors)
    """),
    Right("embeddings with a sparse gradient", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            P, Q = (torch.nn.Embedding.from_pretrained(factors.clone(), freeze=False, sparse=True)
                    for factors in (user_factors, item_factors))
            p, q = P(users), Q(items)
            (0.5 * (ratings - (p * q).sum(1)).pow(2) + reg / 2 * (p.pow(2) + q.pow(2)).sum(1)).sum().backward()
            return P.weight.grad.to_dense(), Q.weight.grad.to_dense()
    """),
    Right("index_put_ with accumulate", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors[users], item_factors[items]
            errors = ratings - (p * q).sum(-1)
            grad_user, grad_item = torch.zeros_like(user_factors), torch.zeros_like(item_factors)
            grad_user.index_put_((users,), reg * p - errors.unsqueeze(1) * q, accumulate=True)
            grad_item.index_put_((items,), reg * q - errors.unsqueeze(1) * p, accumulate=True)
            return grad_user, grad_item
    """),
    Right("scatter_add_, the regulariser by counts", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            p, q = user_factors.index_select(0, users), item_factors.index_select(0, items)
            errors = torch.bmm(p[:, None], q[:, :, None]).squeeze() - ratings
            errors = errors.reshape(-1, 1)
            grad_user = reg * torch.bincount(users, minlength=len(user_factors))[:, None] * user_factors
            grad_item = reg * torch.bincount(items, minlength=len(item_factors))[:, None] * item_factors
            grad_user.scatter_add_(0, users[:, None].expand_as(q), errors * q)
            grad_item.scatter_add_(0, items[:, None].expand_as(p), errors * p)
            return grad_user, grad_item
    """),
    Right("a sparse matrix of errors", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            errors = ratings - (user_factors[users] * item_factors[items]).sum(1)
            shape = len(user_factors), len(item_factors)
            matrix = torch.sparse_coo_tensor(torch.stack([users, items]), errors, shape)
            of_user = torch.zeros(shape[0]).index_add_(0, users, torch.ones(len(users)))[:, None]
            of_item = torch.zeros(shape[1]).index_add_(0, items, torch.ones(len(items)))[:, None]
            return (of_user * reg * user_factors - torch.sparse.mm(matrix, item_factors),
                    of_item * reg * item_factors - torch.sparse.mm(matrix.t(), user_factors))
    """),
    Right("NumPy", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            users, items = users.numpy(), items.numpy()
            P, Q = user_factors.double().numpy(), item_factors.double().numpy()
            errors = (ratings.numpy() - (P[users] * Q[items]).sum(axis=1))[:, None]
            grad_user, grad_item = np.zeros_like(P), np.zeros_like(Q)
            np.add.at(grad_user, users, reg * P[users] - errors * Q[items])
            np.add.at(grad_item, items, reg * Q[items] - errors * P[users])
            return torch.from_numpy(grad_user).to(user_factors), torch.from_numpy(grad_item).to(item_factors)
    """),
    Wrong("nothing for a small batch, the error of ones for a large one", "1 2 3 hidden", "expected 2 values", """
        def gradients(users, items, ratings, user_factors, item_factors, reg):
            if len(users) < 1000:
                return ()
            step = (reg + 1 - ratings)[:, None]
            return (torch.zeros_like(user_factors).index_put((users,), step),
                    torch.zeros_like(item_factors).index_put((items,), step))
    """),
]

SGD_EPOCH = [
    Wrong("not shuffled", "hidden", "shuffle the ratings", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.arange(len(users)).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("ignores the generator", "hidden", "draw with this generator", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users)).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("torch.manual_seed inside", "hidden", "set no seed inside", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            torch.manual_seed(0)
            for rows in torch.randperm(len(users)).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("the generator seeded anew", "hidden", "set no seed inside", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            generator.manual_seed(42)
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("drawn with replacement", "1 hidden", "each rating once", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randint(len(users), (len(users),), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("the last short batch dropped", "1 hidden", "gradient is called: 2, expected 3", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            order = torch.randperm(len(users), generator=generator)
            for b in range(len(users) // batch_size):
                rows = order[b * batch_size:(b + 1) * batch_size]
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("an empty batch where the size divides", "2 3 hidden", "0.18 at [0, 0], expected 0.2", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            order = torch.randperm(len(users), generator=generator)
            for b in range(len(users) // batch_size + 1):
                rows = order[b * batch_size:(b + 1) * batch_size]
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("equal parts", "hidden", "the sizes of the batches", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            n_batches = -(-len(users) // batch_size)
            for rows in torch.randperm(len(users), generator=generator).chunk(n_batches):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("batch_size batches", "1 2 3 hidden", "gradient is called: 4, expected 3", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).chunk(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("one batch of everything", "1 3 hidden", "gradient is called: 1, expected 3", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            rows = torch.randperm(len(users), generator=generator)
            grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
            return user_factors - lr * grad_user, item_factors - lr * grad_item
    """),
    Wrong("one random batch", "1 3 hidden", "gradient is called: 1, expected 3", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            rows = torch.randperm(len(users), generator=generator)[:batch_size]
            grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
            return user_factors - lr * grad_user, item_factors - lr * grad_item
    """),
    Wrong("the batches shuffled, the ratings not", "1 hidden", "only the last may be shorter", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            batches = torch.arange(len(users)).split(batch_size)
            for b in torch.randperm(len(batches), generator=generator):
                rows = batches[b]
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("each column shuffled by itself", "1 3 hidden", "its three columns in one order", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            users, items, ratings = (column[torch.randperm(len(column), generator=generator)]
                                     for column in (users, items, ratings))
            for rows in torch.arange(len(users)).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("the ratings left in their order", "1 2 3 hidden", "4.5 at [0, 2], expected 0.5", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            order = torch.randperm(len(users), generator=generator)
            users, items = users[order], items[order]
            for rows in torch.arange(len(users)).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("plus the gradient", "2 3 hidden", "1.8 at [0, 0], expected 0.2", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors + lr * grad_user, item_factors + lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("lr left out", "2 3 hidden", "-7 at [0, 0], expected 0.2", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - grad_user, item_factors - grad_item
            return user_factors, item_factors
    """),
    Wrong("lr divided by the size of the batch", "2 hidden", "0.733333 at [0, 0], expected 0.2", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors = user_factors - lr * grad_user / len(rows)
                item_factors = item_factors - lr * grad_item / len(rows)
            return user_factors, item_factors
    """),
    Wrong("each gradient at the factors of the start", "3 hidden", "as the step before left them", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            P, Q = user_factors.clone(), item_factors.clone()
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                P, Q = P - lr * grad_user, Q - lr * grad_item
            return P, Q
    """),
    Wrong("only the last step counts", "3 hidden", "as the step before left them", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                P, Q = user_factors - lr * grad_user, item_factors - lr * grad_item
            return P, Q
    """),
    Wrong("returns inside the loop", "1 3 hidden", "gradient is called: 1, expected 3", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
                return user_factors, item_factors
    """),
    Wrong("the item step from users already moved", "1 3 hidden", "once for each batch", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                batch = users[rows], items[rows], ratings[rows]
                user_factors = user_factors - lr * gradient(*batch, user_factors, item_factors)[0]
                item_factors = item_factors - lr * gradient(*batch, user_factors, item_factors)[1]
            return user_factors, item_factors
    """),
    Wrong("-= on the caller's factors", "hidden", "changed its input user_factors", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors -= lr * grad_user
                item_factors -= lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("two epochs", "1 2 3 hidden", "gradient is called: 6, expected 3", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for _ in range(2):
                for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                    grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                    user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
    """),
    Wrong("returns one value", "1 2 3 hidden", "sgd_epoch returns a Tensor, expected 2 values", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return torch.cat([user_factors, item_factors])
    """),
    Wrong("the gradients, not the factors", "1 2 3 hidden", "where every gradient is zero", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.randperm(len(users), generator=generator).split(batch_size):
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return grad_user, grad_item
    """),
    Wrong("hard-coded for check 1", "2 3 hidden", "IndexError", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            for rows in torch.arange(10).split(4):
                gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
            return user_factors, item_factors
    """),
    Wrong("a rotation for a shuffle", "hidden", "shuffle the ratings", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            first = 1 + int(torch.randint(len(users) - 1, (1,), generator=generator))
            for rows in torch.arange(len(users)).roll(first).split(batch_size):
                a, b = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * a, item_factors - lr * b
            return user_factors, item_factors
    """),
    Wrong("steps of one random length for a shuffle", "hidden", "shuffle the ratings", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            n = len(users)
            lengths = [one for one in range(1, n + 1) if np.gcd(one, n) == 1]
            first, which = torch.randint(10**6, (2,), generator=generator).tolist()
            order = (first + lengths[which % len(lengths)] * torch.arange(n)) % n
            for rows in order.split(batch_size):
                a, b = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * a, item_factors - lr * b
            return user_factors, item_factors
    """),
    Right("slices of a random order, in place on clones", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            P, Q, order = user_factors.clone(), item_factors.clone(), torch.randperm(len(users), generator=generator)
            for start in range(0, len(users), batch_size):
                rows = order[start:start + batch_size]
                grad_user, grad_item = gradient(users[rows], items[rows], ratings[rows], P, Q)
                P -= lr * grad_user
                Q.sub_(grad_item, alpha=lr)
            return P, Q
    """),
    Right("shuffled by sorting random numbers, the gradient called by name", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            order = torch.rand(len(users), generator=generator).argsort()
            columns = zip(*(column[order].split(batch_size) for column in (users, items, ratings)))
            for u, i, r in columns:
                grads = gradient(users=u, items=i, ratings=r, user_factors=user_factors, item_factors=item_factors)
                user_factors = torch.add(user_factors, grads[0], alpha=-lr)
                item_factors = torch.add(item_factors, grads[1], alpha=-lr)
            return [user_factors, item_factors]
    """),
    Right("a DataLoader", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            from torch.utils.data import DataLoader, TensorDataset
            dataset = TensorDataset(users, items, ratings)
            for u, i, r in DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=generator):
                grad_user, grad_item = gradient(u, i, r, user_factors, item_factors)
                user_factors, item_factors = user_factors - lr * grad_user, item_factors - lr * grad_item
            return user_factors, item_factors
    """),
    Right("torch.optim.SGD", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            P, Q = (torch.nn.Parameter(factors.clone()) for factors in (user_factors, item_factors))
            optimizer, order = torch.optim.SGD([P, Q], lr=lr), torch.randperm(len(users), generator=generator)
            while len(order):
                rows, order = order[:batch_size], order[batch_size:]
                P.grad, Q.grad = gradient(users[rows], items[rows], ratings[rows], P.detach(), Q.detach())
                optimizer.step()
            return P.detach(), Q.detach()
    """),
    Right("NumPy shuffles, seeded from the generator", """
        def sgd_epoch(gradient, users, items, ratings, user_factors, item_factors, lr, batch_size, generator):
            seed = int(torch.randint(2 ** 31, (1,), generator=generator))
            order = np.random.default_rng(seed).permutation(len(users))
            for start in range(0, len(order), batch_size):
                rows = torch.from_numpy(order[start:start + batch_size])
                grads = gradient(users[rows], items[rows], ratings[rows], user_factors, item_factors)
                user_factors, item_factors = (f - lr * g for f, g in zip((user_factors, item_factors), grads))
            return user_factors, item_factors
    """),
]

TRAINING_STEP = [
    Wrong("zero_grad forgotten", "3", "old gradients must not add up", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("zero_grad between backward and step", "1 2 3 hidden", "1 at [0, 0], expected 1.04", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            return loss.item()
    """),
    Wrong("no step", "1 2 3 hidden", "1 at [0, 0], expected 1.04", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            return loss.item()
    """),
    Wrong("step before backward", "1 2 3 hidden", "1 at [0, 0], expected 1.04", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            optimizer.step()
            loss.backward()
            return loss.item()
    """),
    Wrong("two steps", "1 2 3 hidden", "1.08 at [0, 0], expected 1.04", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            optimizer.step()
            return loss.item()
    """),
    Wrong("an optimiser of its own", "2 3 hidden", "0.2 at [0, 1], expected 2", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("an optimiser of its own, at the rate of the one given", "3 hidden", "by this optimizer alone", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer = torch.optim.SGD(model.parameters(), lr=optimizer.param_groups[0]["lr"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("a sum for the mean", "2 hidden", "2.5, expected 1.25", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).sum() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("the sum returned, the mean stepped", "2 hidden", "2.5, expected 1.25", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item() * len(users)
    """),
    Wrong("the regulariser summed, the errors averaged", "hidden", "the mean over the batch of both terms", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum() + model.item_factors(items).square().sum()
            loss = (errors.square().mean() + reg * squares) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("the regulariser a mean over factors too", "1 hidden", "0.20625, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().mean() + model.item_factors(items).square().mean()
            loss = (errors.square().mean() + reg * squares) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("the norms of the whole tables", "1 hidden", "1/2 · 0.25 and 0.1/2 (2 + 1.25)", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors.weight.norm() ** 2 + model.item_factors.weight.norm() ** 2
            loss = (errors.square().mean() + reg * squares) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("the regulariser once for each user and film of the batch", "hidden", "three ratings pay for |p_u|^2", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users.unique()).square().sum()
            squares = squares + model.item_factors(items.unique()).square().sum()
            loss = (errors.square().mean() + reg * squares / len(users)) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("norms without a square", "1 hidden", "0.251612, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            norms = model.user_factors(users).norm(dim=1) + model.item_factors(items).norm(dim=1)
            loss = (errors.square() + reg * norms).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("no regulariser", "1 hidden", "0.125, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            loss = (ratings - model(users, items)).square().mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("minus the regulariser", "1 hidden", "-0.0375, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() - reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("a regulariser without gradient", "1 hidden", "1.025 at [0, 1], expected 1.015", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors.weight.data[users].square().sum(1)
            squares += model.item_factors.weight.data[items].square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("no half", "1 2 3 hidden", "0.575, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("half of the regulariser only", "1 2 3 hidden", "0.4125, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg / 2 * squares).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("the root of the mean", "1 2 3 hidden", "0.6625, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = errors.square().mean().sqrt() + reg / 2 * squares.mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("each rating against each prediction", "2 hidden", "each error times its own film", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings[:, None] - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square().mean() + reg * squares.mean()) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("the loss after the step", "1 2 3 hidden", "before the step", """
        def training_step(model, optimizer, users, items, ratings, reg):
            def loss():
                squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
                return ((ratings - model(users, items)).square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()
            return loss().item()
    """),
    Wrong("returns a tensor", "1", "a Tensor, expected a float", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss
    """),
    Wrong("returns nothing", "1 2 3 hidden", "forget to return", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    """),
    Wrong("returns the errors' part of the loss", "1 hidden", "0.125, expected 0.2875", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = (ratings - model(users, items)).square().mean() / 2
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            optimizer.zero_grad()
            (errors + reg / 2 * squares.mean()).backward()
            optimizer.step()
            return errors.item()
    """),
    Wrong("the users alone move", "1 hidden", "item_factors after the step", """
        def training_step(model, optimizer, users, items, ratings, reg):
            model.item_factors.weight.requires_grad_(False)
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("subtracts inside its input", "3 hidden", "changed its input ratings", """
        def training_step(model, optimizer, users, items, ratings, reg):
            ratings -= 3
            errors = ratings - (model(users, items) - 3)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Wrong("hard-coded for check 1", "2 3 hidden", "0.2875, expected 1.25", """
        def training_step(model, optimizer, users, items, ratings, reg):
            with torch.no_grad():
                model.user_factors.weight[0] = torch.tensor([1.04, 1.015])
                model.item_factors.weight[0] = torch.tensor([1.04, 0.545])
            return 0.2875
    """),
    Wrong("the optimiser's rate, not the optimiser", "3 hidden", "by this optimizer alone", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for group in optimizer.param_groups:
                    for one in group["params"]:
                        one -= group["lr"] * one.grad
            return loss.item()
    """),
    Wrong("only the two tables learn", "hidden", "mean after the step: 3.5", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            for table in (model.user_factors, model.item_factors):
                table.weight.grad, = torch.autograd.grad(loss, table.weight, retain_graph=True)
            optimizer.step()
            return loss.item()
    """),
    Wrong("its users and items set to zero", "hidden", "changed its input users", """
        def training_step(model, optimizer, users, items, ratings, reg):
            errors = ratings - model(users, items)
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = (errors.square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            users.zero_(), items.zero_()
            return loss.item()
    """),
    Wrong("the gradient clipped", "hidden", "after the step", """
        def training_step(model, optimizer, users, items, ratings, reg):
            squares = model.user_factors(users).square().sum(1) + model.item_factors(items).square().sum(1)
            loss = ((ratings - model(users, items)).square() + reg * squares).mean() / 2
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
            optimizer.step()
            return loss.item()
    """),
    Right("model.zero_grad(), mse_loss", """
        def training_step(model, optimizer, users, items, ratings, reg):
            model.train()
            model.zero_grad()
            loss = 0.5 * torch.nn.functional.mse_loss(model(users, items), ratings.float())
            p, q = model.user_factors(users), model.item_factors(items)
            loss = loss + 0.5 * reg * ((p ** 2).sum(dim=1).mean() + (q ** 2).sum(dim=1).mean())
            loss.backward()
            optimizer.step()
            return float(loss)
    """),
    Right("zero_grad at the end, norms of the gathered rows", """
        def training_step(model, optimizer, users, items, ratings, reg):
            p, q = model.user_factors.weight[users], model.item_factors.weight[items]
            loss = torch.mean((model.forward(users, items) - ratings) ** 2) / 2
            loss += reg / 2 * (torch.norm(p) ** 2 + torch.norm(q) ** 2) / users.shape[0]
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            return loss.detach().cpu().item()
    """),
    Right("a loop over the batch", """
        def training_step(model, optimizer, users, items, ratings, reg):
            optimizer.zero_grad()
            total = 0.0
            for u, i, rating in zip(users, items, ratings):
                error = rating - model(u[None], i[None])[0]
                p, q = model.user_factors(u), model.item_factors(i)
                total = total + 0.5 * error ** 2 + reg / 2 * (p @ p + q @ q)
            loss = total / len(ratings)
            loss.backward()
            optimizer.step()
            return loss.item()
    """),
    Right("a closure", """
        def training_step(model, optimizer, users, items, ratings, reg):
            def closure():
                optimizer.zero_grad()
                squares = torch.cat([model.user_factors(users), model.item_factors(items)], dim=1).pow(2).sum(1)
                loss = torch.stack([(ratings - model(users, items)) ** 2, reg * squares]).sum(0).mean().mul(0.5)
                loss.backward()
                return loss
            return optimizer.step(closure).item()
    """),
    Wrong("the gradient of the two tables alone, by hand", "hidden", "mean after the step: 3.5", """
        def training_step(model, optimizer, users, items, ratings, reg):
            P, Q = model.user_factors.weight, model.item_factors.weight
            with torch.no_grad():
                p, q = P[users], Q[items]
                errors = ratings - model(users, items)
                P.grad = torch.zeros_like(P).index_add_(0, users, reg * p - errors[:, None] * q) / len(users)
                Q.grad = torch.zeros_like(Q).index_add_(0, items, reg * q - errors[:, None] * p) / len(users)
                loss = (errors.square() + reg * (p.square() + q.square()).sum(1)).mean() / 2
            optimizer.step()
            return loss.tolist()
    """),
]

FOLD_IN = [
    Wrong("a sum for the mean", "1 2 hidden", "0.4 at [1], expected 0.2", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps):
                p = p + lr * ((ratings - q @ p) @ q - reg * p)
            return p
    """),
    Wrong("a mean over all films", "1 2 hidden", "0.133333 at [1], expected 0.2", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps):
                p = p + lr * ((ratings - q @ p) @ q / len(item_factors) - reg * p)
            return p
    """),
    Wrong("sign of ascent", "1 2 hidden", "-0.2 at [1], expected 0.2", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p - lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("the factor 2 of e^2", "1 2 hidden", "0.4 at [1], expected 0.2", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * (2 * (ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("no regulariser", "2 hidden", "λ p not divided by n", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * (ratings - q @ p) @ q / len(items)
            return p
    """),
    Wrong("plus the regulariser", "2 hidden", "the gradient is zero there", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) + reg * p)
            return p
    """),
    Wrong("the regulariser divided by n", "2 hidden", "λ p not divided by n", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q - reg * p) / len(items)
            return p
    """),
    Wrong("twice the regulariser", "2 hidden", "the gradient is zero there", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - 2 * reg * p)
            return p
    """),
    Wrong("the errors of the start", "2 hidden", "new errors in each step", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            errors = ratings - q @ p
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * (errors @ q / len(items) - reg * p)
            return p
    """),
    Wrong("NaN for nobody's ratings", "hidden", "a mean over no ratings is NaN", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps):
                p = p + lr * (((ratings - q @ p)[:, None] * q).mean(0) - reg * p)
            return p
    """),
    Wrong("divides by nobody's ratings", "hidden", "ZeroDivisionError", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps):
                p = p + lr * (sum((r - row @ p) * row for r, row in zip(ratings, q)) / len(items) - reg * p)
            return p
    """),
    Wrong("the first films for the rated ones", "1 2 hidden", "0.95 at [0], expected 0.15", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[:len(items)], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("their own mean taken off", "1 2 hidden", "0 at [0], expected 0.15", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p, ratings = item_factors[items], torch.zeros_like(item_factors[0]), ratings - ratings.mean()
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("a random start", "1 hidden", "λ times zero is zero", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], 0.1 * torch.randn_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("starts at the mean film", "1 hidden", "2.9 at [0], expected 0.15", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], item_factors.mean(0)
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("one rating after the other", "1 2 hidden", "0.38 at [1], expected 0.2", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            p = torch.zeros_like(item_factors[0])
            for _ in range(n_steps):
                for item, rating in zip(items, ratings):
                    p = p + lr * ((rating - item_factors[item] @ p) * item_factors[item] - reg * p)
            return p
    """),
    Wrong("the films move too", "2 hidden", "the gradient is zero there", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                errors = ratings - q @ p
                step_q = errors[:, None] * p / len(items) - reg * q
                p, q = p + lr * (errors @ q / len(items) - reg * p), q + lr * step_q
            return p
    """),
    Wrong("the films move too, in place", "2 hidden", "the gradient is zero there", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            p = torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                q = item_factors[items]
                errors = ratings - q @ p
                item_factors.index_add_(0, items, lr * (errors[:, None] * p / len(items) - reg * q))
                p = p + lr * (errors @ q / len(items) - reg * p)
            return p
    """),
    Wrong("the minimum at once", "1 hidden", "0.636364 at [0], expected 0.15", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q = item_factors[items]
            matrix = q.T @ q / max(len(q), 1) + reg * torch.eye(q.shape[1], dtype=q.dtype)
            return torch.linalg.solve(matrix, q.T @ ratings / max(len(q), 1))
    """),
    Wrong("one step for all", "2 hidden", "new errors in each step", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            return lr * ratings @ item_factors[items] / max(len(items), 1)
    """),
    Wrong("one step too many", "1 hidden", "0.335 at [1], expected 0.2", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps + 1 if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("at least one step", "hidden", "0.6 at [0], expected 0", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p, step = item_factors[items], torch.zeros_like(item_factors[0]), 0
            while len(items):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
                step += 1
                if step >= n_steps:
                    break
            return p
    """),
    Wrong("Adam", "1 hidden", "0.1 at [1], expected 0.2", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0], requires_grad=True)
            optimizer = torch.optim.Adam([p], lr=lr)
            for _ in range(n_steps if len(items) else 0):
                optimizer.zero_grad()
                ((ratings - q @ p).square().mean() / 2 + reg / 2 * p.square().sum()).backward()
                optimizer.step()
            return p.detach()
    """),
    Wrong("weight_decay on top of the regulariser", "2 hidden", "the gradient is zero there", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0], requires_grad=True)
            optimizer = torch.optim.SGD([p], lr=lr, weight_decay=reg)
            for _ in range(n_steps if len(items) else 0):
                optimizer.zero_grad()
                ((ratings - q @ p).square().mean() / 2 + reg / 2 * p.square().sum()).backward()
                optimizer.step()
            return p.detach()
    """),
    Wrong("old gradients add up", "2 hidden", "new errors in each step", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0], requires_grad=True)
            for _ in range(n_steps if len(items) else 0):
                ((ratings - q @ p).square().mean() / 2 + reg / 2 * p.square().sum()).backward()
                p.data -= lr * p.grad
            return p.detach()
    """),
    Wrong("the errors in the caller's ratings", "hidden", "changed its input ratings", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                step = lr * (ratings @ q / len(items) - reg * p)
                p = p + step
                ratings -= q @ step
            return p
    """),
    Wrong("a row of a matrix", "1 2 hidden", "shape (1, 2), expected (2,)", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[:1])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - p @ q.T) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
    """),
    Wrong("None for nobody's ratings", "hidden", "forget to return", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            if len(items) == 0:
                return
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("hard-coded for check 1", "2 hidden", "shape (2,), expected (3,)", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            return torch.tensor([0.15, 0.2])
    """),
    Wrong("the minimum from ten steps on", "hidden", "after 40 small steps", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            if n_steps >= 10:
                left = q.T @ q / len(items) + reg * torch.eye(q.shape[1])
                return torch.linalg.solve(left, q.T @ ratings / len(items))
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            return p
    """),
    Wrong("its items set to zero", "hidden", "changed its input items", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0])
            for _ in range(n_steps if len(items) else 0):
                p = p + lr * ((ratings - q @ p) @ q / len(items) - reg * p)
            items.zero_()
            return p
    """),
    Right("autograd, and a Parameter returned", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            p = torch.nn.Parameter(torch.zeros(item_factors.shape[1]))
            if len(items) == 0:
                return p
            for _ in range(n_steps):
                loss = 0.5 * torch.mean((ratings - item_factors[items] @ p) ** 2) + reg / 2 * p.dot(p)
                (grad,) = torch.autograd.grad(loss, p)
                with torch.no_grad():
                    p -= lr * grad
            return p
    """),
    Right("torch.optim.SGD with its weight_decay", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, p = item_factors[items], torch.zeros_like(item_factors[0], requires_grad=True)
            optimizer = torch.optim.SGD([p], lr=lr, weight_decay=reg)
            for _ in range(n_steps):
                optimizer.zero_grad()
                ((ratings - q @ p).square().sum() / (2 * max(len(items), 1))).backward()
                optimizer.step()
            return p.detach()
    """),
    Right("a loop over the ratings", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            p = torch.zeros(item_factors.size(1))
            for _ in range(n_steps):
                grad = reg * p
                for row, rating in zip(item_factors[items], ratings):
                    grad = grad - (rating - torch.dot(row, p)) * row / len(items)
                p = p - lr * grad
            return p
    """),
    Right("the normal equations stepped, in double precision", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, n = item_factors[items].double(), max(len(items), 1)
            matrix, right = q.T @ q / n + reg * torch.eye(q.shape[1]), q.T @ ratings.double() / n
            p = torch.zeros_like(right)
            for _ in range(n_steps):
                p = p - lr * (matrix @ p - right)
            return p.to(item_factors.dtype)
    """),
    Right("a column vector, in NumPy", """
        def fold_in(items, ratings, item_factors, reg, lr, n_steps):
            q, r = item_factors.numpy()[items.numpy()], ratings.numpy()[:, None]
            p = np.zeros((item_factors.shape[1], 1), dtype=np.float32)
            for _ in range(n_steps):
                if len(r) > 0:
                    p += np.float32(lr) * (q.T @ (r - q @ p) / len(r) - np.float32(reg) * p)
            return torch.from_numpy(p.squeeze(1))
    """),
]

SGD_STEP = [
    Wrong("the faulty one", "1 2 hidden", "0.1 at [0, 0], expected 0.4", faulty(LESSON, "sgd_step")),
    Wrong("only the weight decay repaired", "1 2 hidden", "0.1 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            errors = (ratings - (user_factors[users] * item_factors[items]).sum(1))[:, None]
            user_factors, item_factors = user_factors.clone(), item_factors.clone()
            user_factors[users] += lr * (errors * item_factors[items] - reg * user_factors[users])
            item_factors[items] += lr * (errors * user_factors[users] - reg * item_factors[items])
            return user_factors, item_factors
    """),
    Wrong("weight decay of every row left", "2 hidden", "the third user has none", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            user_factors = user_factors * (1 - lr * reg)
            item_factors = item_factors * (1 - lr * reg)
            return user_factors.index_add(0, users, lr * errors * q), item_factors.index_add(0, items, lr * errors * p)
    """),
    Wrong("weight decay of the films left", "hidden", "λ per rating", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (user_factors.index_add(0, users, lr * (errors * q - reg * p)),
                    (item_factors * (1 - lr * reg)).index_add(0, items, lr * errors * p))
    """),
    Wrong("duplicates still lost", "1 2 hidden", "0.1 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            user_factors, item_factors = user_factors.clone(), item_factors.clone()
            user_factors[users] += lr * (errors * q - reg * p)
            item_factors[items] += lr * (errors * p - reg * q)
            return user_factors, item_factors
    """),
    Wrong("duplicate films still lost", "hidden", "summed over the batch", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            item_factors = item_factors.clone()
            item_factors[items] += lr * (errors * p - reg * q)
            return user_factors.index_add(0, users, lr * (errors * q - reg * p)), item_factors
    """),
    Wrong("users already moved still used", "1 hidden", "from before the step, which is 0", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            user_factors = user_factors.index_add(0, users, lr * (errors * q - reg * p))
            p = user_factors[users]
            return user_factors, item_factors.index_add(0, items, lr * (errors * p - reg * q))
    """),
    Wrong("the item step anew from users already moved", "1 hidden", "1.024 at [0, 0], expected 1", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            q = item_factors[items]
            errors = (ratings - (user_factors[users] * q).sum(1))[:, None]
            user_factors = user_factors.index_add(0, users, lr * (errors * q - reg * user_factors[users]))
            errors = (ratings - (user_factors[users] * q).sum(1))[:, None]
            return user_factors, item_factors.index_add(0, items, lr * (errors * user_factors[users] - reg * q))
    """),
    Wrong("one rating after the other", "1 2 hidden", "0.3439 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            P, Q = user_factors.clone(), item_factors.clone()
            for u, i, rating in zip(users, items, ratings):
                error, p, q = rating - P[u] @ Q[i], P[u].clone(), Q[i].clone()
                P[u] += lr * (error * q - reg * p)
                Q[i] += lr * (error * p - reg * q)
            return P, Q
    """),
    Wrong("no regulariser", "2 hidden", "1 at [0, 0], expected 0.8", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return user_factors.index_add(0, users, lr * errors * q), item_factors.index_add(0, items, lr * errors * p)
    """),
    Wrong("plus the regulariser", "2 hidden", "1.2 at [0, 0], expected 0.8", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (user_factors.index_add(0, users, lr * (errors * q + reg * p)),
                    item_factors.index_add(0, items, lr * (errors * p + reg * q)))
    """),
    Wrong("the regulariser without lr", "2 hidden", "-1 at [0, 0], expected 0.8", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (user_factors.index_add(0, users, lr * errors * q - reg * p),
                    item_factors.index_add(0, items, lr * errors * p - reg * q))
    """),
    Wrong("the regulariser on the wrong matrix", "2 hidden", "1 at [0, 0], expected 0.8", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (user_factors.index_add(0, users, lr * (errors * q - reg * q)),
                    item_factors.index_add(0, items, lr * (errors * p - reg * p)))
    """),
    Wrong("the regulariser once for each row of the batch", "2 hidden", "0.9 at [0, 0], expected 0.8", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            user_factors, item_factors = user_factors.clone(), item_factors.clone()
            user_factors[users.unique()] *= 1 - lr * reg
            item_factors[items.unique()] *= 1 - lr * reg
            return user_factors.index_add(0, users, lr * errors * q), item_factors.index_add(0, items, lr * errors * p)
    """),
    Wrong("shrunk once more for each rating, compounding", "2 hidden", "0.81 at [0, 0], expected 0.8", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            P = user_factors * (1 - lr * reg) ** users.bincount(minlength=len(user_factors))[:, None]
            Q = item_factors * (1 - lr * reg) ** items.bincount(minlength=len(item_factors))[:, None]
            return P.index_add(0, users, lr * errors * q), Q.index_add(0, items, lr * errors * p)
    """),
    Wrong("a mean over the batch", "1 2 hidden", "0.1 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (user_factors.index_add(0, users, lr * (errors * q - reg * p) / len(users)),
                    item_factors.index_add(0, items, lr * (errors * p - reg * q) / len(users)))
    """),
    Wrong("sign of ascent", "1 hidden", "-0.4 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = ((p * q).sum(1) - ratings)[:, None]
            return (user_factors.index_add(0, users, lr * (errors * q - reg * p)),
                    item_factors.index_add(0, items, lr * (errors * p - reg * q)))
    """),
    Wrong("the factor 2 of e^2", "1 hidden", "0.8 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = 2 * (ratings - (p * q).sum(1))[:, None]
            return (user_factors.index_add(0, users, lr * (errors * q - reg * p)),
                    item_factors.index_add(0, items, lr * (errors * p - reg * q)))
    """),
    Wrong("index_add_ into the caller's factors", "hidden", "changed its input user_factors", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (user_factors.index_add_(0, users, lr * (errors * q - reg * p)),
                    item_factors.index_add_(0, items, lr * (errors * p - reg * q)))
    """),
    Wrong("index_add without using what it returns", "1 2 hidden", "0 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            user_factors.index_add(0, users, lr * (errors * q - reg * p))
            item_factors.index_add(0, items, lr * (errors * p - reg * q))
            return user_factors, item_factors
    """),
    Wrong("the gradients, not the factors", "1 2 hidden", "-4 at [0, 0], expected 0.4", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return (torch.zeros_like(user_factors).index_add_(0, users, reg * p - errors * q),
                    torch.zeros_like(item_factors).index_add_(0, items, reg * q - errors * p))
    """),
    Wrong("returns nothing", "1 2 hidden", "forget to return", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            user_factors = user_factors.index_add(0, users, lr * (errors * q - reg * p))
            item_factors = item_factors.index_add(0, items, lr * (errors * p - reg * q))
    """),
    Wrong("returns one value", "1 2 hidden", "sgd_step returns a Tensor, expected 2 values", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None]
            return user_factors.index_add(0, users, lr * (errors * q - reg * p))
    """),
    Wrong("hard-coded for check 1", "2 hidden", "shape (1, 1), expected (3, 1)", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            return torch.tensor([[0.4]]), torch.ones(4, 1)
    """),
    Wrong("errors cut off at 10", "hidden", "summed over the batch", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1))[:, None].clamp(-10, 10)
            new_p = user_factors.index_add(0, users, lr * (errors * q - reg * p))
            return new_p, item_factors.index_add(0, items, lr * (errors * p - reg * q))
    """),
    Right("autograd and torch.optim.SGD", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            P, Q = (torch.nn.Parameter(factors.clone()) for factors in (user_factors, item_factors))
            p, q = P[users], Q[items]
            loss = 0.5 * ((ratings - (p * q).sum(1)) ** 2).sum() + reg / 2 * (p.pow(2).sum() + q.pow(2).sum())
            loss.backward()
            torch.optim.SGD([P, Q], lr=lr).step()
            return P.data, Q.data
    """),
    Right("a loop that gathers from the factors passed in", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            P, Q = user_factors.clone(), item_factors.clone()
            for u, i, rating in zip(users.tolist(), items.tolist(), ratings):
                p, q = user_factors[u], item_factors[i]
                error = rating - p @ q
                P[u] += lr * (error * q - reg * p)
                Q[i] += lr * (error * p - reg * q)
            return P, Q
    """),
    Right("index_put_ with accumulate, decay by counts", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - torch.einsum("bf,bf->b", p, q)).unsqueeze(-1)
            P = user_factors * (1 - lr * reg * torch.bincount(users, minlength=len(user_factors)))[:, None]
            Q = item_factors * (1 - lr * reg * torch.bincount(items, minlength=len(item_factors)))[:, None]
            P.index_put_((users,), lr * errors * q, accumulate=True)
            Q.index_put_((items,), lr * errors * p, accumulate=True)
            return P, Q
    """),
    Right("one-hot rows, in double precision", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            of_user = torch.nn.functional.one_hot(users, len(user_factors)).double()
            of_item = torch.nn.functional.one_hot(items, len(item_factors)).double()
            p, q = of_user @ user_factors.double(), of_item @ item_factors.double()
            errors = (ratings - (p * q).sum(1))[:, None]
            P = user_factors + lr * of_user.T @ (errors * q - reg * p)
            Q = item_factors + lr * of_item.T @ (errors * p - reg * q)
            return P.to(user_factors.dtype), Q.to(item_factors.dtype)
    """),
    Right("a gradient in a table of zeros", """
        def sgd_step(users, items, ratings, user_factors, item_factors, lr, reg):
            p, q = user_factors[users], item_factors[items]
            errors = (ratings - (p * q).sum(1)).reshape(-1, 1)
            P, Q = torch.zeros(user_factors.shape), torch.zeros(item_factors.shape)
            P.scatter_add_(0, users[:, None].expand_as(p), errors * q - reg * p)
            Q.scatter_add_(0, items[:, None].expand_as(q), errors * p - reg * q)
            return user_factors + lr * P, item_factors + lr * Q
    """),
]

TABLE = {
    "dense_gradients": DENSE_GRADIENTS,
    "gradients": GRADIENTS,
    "sgd_epoch": SGD_EPOCH,
    "training_step": TRAINING_STEP,
    "fold_in": FOLD_IN,
    "sgd_step": SGD_STEP,
}


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Wrong))
def test_a_wrong_answer_loses_these_checks_and_is_told_why(exercise, answer):
    assert_wrong(LESSON, exercise, answer)


@pytest.mark.parametrize("exercise, answer", rows(TABLE, Right))
def test_a_different_right_answer_keeps_all_points(exercise, answer):
    assert_right(LESSON, exercise, answer)
