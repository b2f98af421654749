"""The pretend device refuses what a real one refuses, computes what the CPU computes, and counts who waits for it."""
import copy

import numpy as np
import pytest
import torch
from pretend_device import LABEL, Pretend, pretend_device

from recsys_utils.runtime import device

ANOTHER_DEVICE = "all tensors to be on the same device"


@pytest.fixture
def here():
    """Turns the pretend device on, and gives it."""
    with pretend_device() as made:
        yield made


@pytest.fixture
def table(here):
    """Returns a tensor (4, 3) on it: 0 … 11."""
    return torch.arange(12.0, device=LABEL).view(4, 3)


def test_the_lessons_choose_it(here):
    assert device() == LABEL and type(torch.zeros(2, device=device())) is Pretend


def test_it_is_gone_after_the_block():
    before = torch.Generator, torch.tensor, torch.as_tensor
    with pretend_device():
        pass
    assert (torch.Generator, torch.tensor, torch.as_tensor) == before and device() != LABEL
    assert type(torch.zeros(2, device=LABEL)) is torch.Tensor


@pytest.mark.parametrize("fault", [
    lambda table: table + torch.ones(3),
    lambda table: torch.ones(3) * table[0, 0],                           # a single number may come from the CPU only
    lambda table: table @ torch.ones(3),
    lambda table: torch.cat([table, torch.ones(1, 3)]),
    lambda table: torch.stack([table[0, 0], torch.tensor(1.0)]),
    lambda table: torch.ones(5)[table[0].long()],
    lambda table: table.index_add_(0, torch.tensor([0]), table[:1]),
    lambda table: table.__setitem__(torch.tensor([0, 1]), torch.ones(2, 3)),
    lambda table: torch.where(table > 2, table, torch.zeros(4, 3)),
    lambda table: torch.nn.functional.embedding(torch.tensor([0]), table),
    lambda table: torch.nn.Linear(3, 2)(table),
])
def test_a_cpu_tensor_is_refused(table, fault):
    with pytest.raises(RuntimeError, match=ANOTHER_DEVICE):
        fault(table)


@pytest.mark.parametrize("right", [
    lambda table: table + torch.tensor(2.0),
    lambda table: table[torch.tensor([0, 2])],
    lambda table: table[torch.tensor([True, False, True, False])],
    lambda table: table.masked_fill(table > 3, torch.tensor(-1.0)),
    lambda table: table.copy_(torch.ones(4, 3)),
    lambda table: torch.ones(4, 3).to(table),
])
def test_what_a_real_one_allows_is_allowed(table, right):
    assert type(right(table)) is Pretend


@pytest.mark.parametrize("fault", [
    lambda: torch.rand(3, device=LABEL, generator=torch.Generator()),
    lambda: torch.rand(3, generator=torch.Generator(LABEL)),
    lambda: torch.randperm(3, device=LABEL, generator=torch.Generator("cpu").manual_seed(1)),
    lambda: torch.nn.init.normal_(torch.empty(3, device=LABEL), generator=torch.Generator().manual_seed(1)),
    lambda: torch.empty(3).uniform_(generator=torch.Generator(LABEL).manual_seed(1)),
])
def test_a_generator_of_the_other_device_is_refused(here, fault):
    with pytest.raises(RuntimeError, match="generator of the other device"):
        fault()


@pytest.mark.parametrize("fault", [lambda table: table.numpy(), np.asarray, np.sort, lambda table: np.dot(table, 3),
                                   lambda table: torch.save(table, "nowhere")])
def test_numpy_and_files_are_refused(table, fault, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError, match="NumPy"):
        fault(table)


@pytest.mark.parametrize("fault", [
    lambda table: table.double(),
    lambda table: torch.zeros(2, dtype=torch.float64, device=LABEL),
    lambda table: torch.tensor([1.0], dtype=torch.float64, device=LABEL),
    lambda table: torch.from_numpy(np.ones(2)).to(LABEL),
    lambda table: table.sum(dtype=torch.float64),
    lambda table: torch.nn.Linear(2, 2).double().to(LABEL),
])
def test_double_precision_is_refused_where_there_is_none(fault):
    with pretend_device(float64=False):
        table = torch.ones(2, 2, device=LABEL)
        with pytest.raises(TypeError, match="torch.float64"):
            fault(table)
        assert table.cpu().double().dtype == torch.float64


def test_all_that_is_made_and_moved_keeps_its_values(table):
    assert torch.equal(table.cpu(), torch.arange(12.0).view(4, 3)) and table.tolist()[1] == [3, 4, 5]
    for made in (torch.tensor([1.5, 2], device=LABEL), torch.as_tensor(np.array([1.5, 2]), device=LABEL),
                 table.new_tensor([1.5, 2]), torch.tensor([table[0, 1] + 0.5, table[0, 2]], device=LABEL)):
        assert made.cpu().tolist() == [1.5, 2]
    assert torch.tensor(2.0, device=LABEL, requires_grad=True).is_leaf


def test_numbers_are_printed_as_numbers(table):
    assert f"{table[1, 1]:.2f} {table.mean():6.3f} {table[0, 2]}" == "4.00  5.500 2.0"
    assert "pretend device" in repr(table)


def test_changes_in_place_change_the_shape_too(table):
    view = table[1:]
    view[:, 0] = -1
    assert table[:, 0].tolist() == [0, -1, -1, -1]
    assert table.t_().shape == (3, 4) and table.stride() == (1, 3)
    assert table.unsqueeze_(0).shape == (1, 3, 4) and table.squeeze_().shape == (3, 4)
    grown = torch.zeros(2, device=LABEL)
    assert grown.resize_(5) is grown and len(grown) == 5 and grown.numel() == 5
    grown.data = torch.ones(3, device=LABEL)
    assert grown.tolist() == [1, 1, 1]


def train(where):
    """Returns the parameters of a small network after three steps of Adam on `where`, and the losses."""
    draw = torch.Generator(where).manual_seed(3)
    layers = torch.nn.Embedding(5, 4), torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)
    network = torch.nn.Sequential(*layers)
    for part in network.parameters():
        torch.nn.init.uniform_(part, -1, 1, generator=torch.Generator().manual_seed(part.numel()))
    network = copy.deepcopy(network.to(where))
    optimizer, losses = torch.optim.Adam(network.parameters(), lr=0.1, fused=True), []
    for _ in range(3):
        rows = torch.randint(5, (20,), generator=draw, device=where)
        loss = (network(rows)[:, 0] - rows).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return [part.detach().cpu() for part in network.state_dict().values()], losses


def test_training_gives_the_numbers_of_the_cpu(here):
    (ours, our_losses), (theirs, their_losses) = train(LABEL), train(torch.device("cpu"))
    assert our_losses == their_losses
    assert all(map(torch.equal, ours, theirs))


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
def test_sparse_products_give_the_numbers_of_the_cpu(here):
    draw = torch.Generator().manual_seed(1)
    dense, other = torch.rand(6, 5, generator=draw).round(), torch.rand(5, 2, generator=draw)
    sparse = dense.to_sparse_csr().to(LABEL)
    assert torch.equal((sparse @ other.to(LABEL)).cpu(), dense.to_sparse_csr() @ other)
    assert torch.equal(sparse.crow_indices().diff().cpu(), dense.count_nonzero(1))


@pytest.mark.parametrize("kind, count, wait", [
    ("item", 1, lambda table: table[0, 0].item()),
    ("item", 1, lambda table: float(table.sum())),
    ("item", 1, lambda table: int(table[1, 1])),
    ("item", 1, lambda table: bool((table > 3).any())),
    ("item", 1, lambda table: f"{table.sum():.1f}"),
    ("item", 2, lambda table: table[0] if table.sum() > 3 and table.min() < 3 else None),
    ("item", 2, lambda table: max(table[0])),
    ("item", 2, lambda table: torch.tensor([table[0, 0], table[1, 1]])),
    ("item", 1, lambda table: range(table[1, 1].long())),
    ("tolist", 1, lambda table: table.tolist()),
    ("cpu", 1, lambda table: table.cpu()),
    ("cpu", 1, lambda table: table.to("cpu", torch.float64)),
    ("cpu", 1, lambda table: torch.zeros(4, 3).copy_(table)),
    ("nonzero", 1, lambda table: table.nonzero()),
    ("nonzero", 1, lambda table: torch.where(table > 3)),
    ("mask", 1, lambda table: table[table > 3]),
    ("mask", 1, lambda table: table.__setitem__(table > 5, torch.ones(6, device=LABEL))),
    ("masked_select", 1, lambda table: table.masked_select(table > 3)),
    ("_unique2", 1, lambda table: table.unique()),
    ("equal", 1, lambda table: torch.equal(table, table)),
    ("_linalg_check_errors", 1, lambda table: torch.linalg.cholesky(table.T @ table + torch.eye(3, device=LABEL))),
])
def test_a_host_round_trip_is_counted_with_its_place(here, table, kind, count, wait):
    wait(table)
    (trip,) = here.trips
    assert trip.kind == kind and here.trips[trip] == count
    assert trip.file == __file__ and "lambda table:" in trip.line and "<lambda>" in trip.function


def test_what_stays_on_the_device_is_no_round_trip(here, table):
    table[table > 3] = 0
    table.masked_fill_(table < 1, 2)
    table[[0, 1]] += table[torch.tensor([2, 3])]
    table.repeat_interleave(torch.ones(4, dtype=torch.int64, device=LABEL), 0, output_size=4)
    assert table.shape == (4, 3) and len(table.sort(1).values.topk(2).indices) == 4 and table.to(LABEL) is table
    assert torch.ones(2).to(LABEL).dtype == torch.float32 and not torch.ones(3).sum().item() == 2
    assert not here.trips
