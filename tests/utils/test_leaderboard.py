"""Results are kept whole, boards never mix protocols, and a reference is called one."""
import numpy as np
import pandas as pd
import pytest
import torch

from recsys_utils import leaderboard
from recsys_utils.evaluation import Result
from recsys_utils.leaderboard import board, record, recorded
from recsys_utils.text_tables import DataError

pytestmark = pytest.mark.filterwarnings("error")
LAST, SAMPLED = "last one out, test; candidates: all items", "last one out, test; candidates: 99 sampled others, seed 0"


def result(value, protocol=LAST, metric="HR@10"):
    return Result({metric: value}, protocol, "2 users", {metric: np.array([value, value])}, np.array([0, 5]))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path))
    references(monkeypatch)
    return tmp_path / "results"


def references(monkeypatch, *rows):
    columns = ["dataset", "protocol", "model", "metric", "value", "spread", "source"]
    monkeypatch.setattr(leaderboard, "reference_results", lambda: pd.DataFrame(rows, columns=columns))


def test_a_result_comes_back_as_it_was_recorded():
    factors = torch.nn.Parameter(torch.ones(3, 2))
    record(result(0.25), "ml-100k", "popularity", seed=3, item_factors=factors)
    [entry] = recorded()
    assert (entry["dataset"], entry["model"], entry["seed"], entry["protocol"]) == ("ml-100k", "popularity", 3, LAST)
    assert entry["metrics"] == {"HR@10": 0.25} and entry["users"].tolist() == [0, 5]
    assert entry["per_user"]["HR@10"].tolist() == [0.25, 0.25]
    assert torch.equal(entry["item_factors"], torch.ones(3, 2)) and not entry["item_factors"].requires_grad


def test_recording_again_replaces_and_anything_else_stands_apart():
    for value in (0.1, 0.2):
        record(result(value), "ml-100k", "popularity")
    assert [entry["metrics"]["HR@10"] for entry in recorded()] == [0.2]
    record(result(0.3), "ml-100k", "popularity", seed=1)
    record(result(0.4), "ml-1m", "popularity")
    record(result(0.5, SAMPLED), "ml-100k", "popularity")
    record(result(0.6), "ml-100k", "ALS")
    assert len(recorded()) == 5 and len(recorded("ml-100k")) == 4 and recorded("ml-10m") == []


def test_a_board_holds_one_data_set_one_protocol_and_one_metric(monkeypatch):
    record(result(0.1), "ml-100k", "mine")
    record(result(0.2, SAMPLED), "ml-100k", "mine, sampled")
    record(result(0.3), "ml-1m", "mine, larger")
    record(result(0.4, metric="NDCG@10"), "ml-100k", "mine, other metric")
    references(monkeypatch, ["ml-100k", LAST, "EASE", "HR@10", 0.5, "", "here"],
               ["ml-100k", SAMPLED, "EASE, sampled", "HR@10", 0.6, "", "here"],
               ["ml-1m", LAST, "EASE, larger", "HR@10", 0.7, "", "here"],
               ["ml-100k", LAST, "EASE, other metric", "NDCG@10", 0.8, "", "here"])
    assert board("ml-100k", LAST, "HR@10").model.tolist() == ["EASE", "mine"]
    assert board("ml-100k", SAMPLED, "HR@10").model.tolist() == ["EASE, sampled", "mine, sampled"]
    assert len(board("ml-100k", "last one out", "HR@10")) == 0           # not even one that begins alike


def test_a_reference_says_that_it_is_one(monkeypatch):
    record(result(0.1), "ml-100k", "popularity", seed=2)
    references(monkeypatch, ["ml-100k", LAST, "EASE", "HR@10", 0.1, "0.02", "lenskit 2026"])
    table = board("ml-100k", LAST, "HR@10")
    assert table.columns.tolist() == ["model", "metric", "value", "spread", "source"]
    assert table.source.tolist() == ["yours, seed 2", "reference, not yours: lenskit 2026"]   # own first among equals
    assert table.spread.tolist() == ["0.1000 to 0.1000 over users", "0.02"]


def test_the_spread_of_a_pooled_error_is_not_made_up():
    pooled = Result({"RMSE": 0.9}, LAST, "", {"squared_error": np.ones(2), "count": np.ones(2)}, np.array([0, 5]))
    record(pooled, "ml-100k", "mean")
    assert board("ml-100k", LAST, "RMSE").spread.tolist() == [""]


@pytest.mark.parametrize("metric, order", [("HR@10", ["c", "b", "a"]), ("NDCG@10", ["c", "b", "a"]),
                                           ("MRR", ["c", "b", "a"]), ("RMSE", ["a", "b", "c"]),
                                           ("MSE", ["a", "b", "c"]), ("MAE", ["a", "b", "c"])])
def test_the_best_stands_first_and_errors_are_best_when_small(metric, order, monkeypatch):
    for model, value in (("b", 0.5), ("a", 0.1)):
        record(result(value, metric=metric), "ml-100k", model)
    references(monkeypatch, ["ml-100k", LAST, "c", metric, 0.9, "", "here"])
    assert board("ml-100k", LAST, metric).model.tolist() == order


def test_a_board_without_rows_is_an_empty_table():
    assert board("ml-100k", LAST, "HR@10").columns.tolist() == leaderboard.COLUMNS and recorded() == []


def test_files_that_are_damaged_or_not_results_are_named_and_left_out(folder, capsys):
    record(result(0.1), "ml-100k", "popularity")
    whole = next(folder.glob("*.pt")).read_bytes()
    (folder / "cut.pt").write_bytes(whole[:len(whole) // 2])
    (folder / "empty.pt").write_bytes(b"")
    (folder / "text.pt").write_text("not torch")
    torch.save({"a": 1}, folder / "other.pt")
    torch.save(torch.ones(2), folder / "tensor.pt")
    assert [entry["model"] for entry in recorded()] == ["popularity"]
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 5 and all(line.endswith("Delete it and run its lesson again.") for line in said)
    assert {line.split(":")[0] for line in said} == {
        f"Left out {name}.pt" for name in ("cut", "empty", "text", "other", "tensor")}
    assert len(board("ml-100k", LAST, "HR@10")) == 1


def test_a_file_that_is_still_being_written_is_not_seen(folder):
    record(result(0.1), "ml-100k", "popularity")
    (folder / "0123456789abcdef.ptq8x.part").write_bytes(b"half")
    assert len(recorded()) == 1


def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path / "file" / "data"))
    record(result(0.1), "ml-100k", "popularity")
    assert capsys.readouterr().out.count("\n") == 1
    assert recorded() == [] and len(board("ml-100k", LAST, "HR@10")) == 0


REFERENCE = ('dataset,protocol,model,metric,value,spread,source\n'
             'ml-100k,"last one out, test",Järvelin,HR@10,0.5,,here\n')


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_references_are_read_as_a_spreadsheet_saves_them(tmp_path, monkeypatch, encoding):
    monkeypatch.undo()
    monkeypatch.setattr(leaderboard, "REFERENCE_FILE", tmp_path / "references.csv")
    (tmp_path / "references.csv").write_bytes(REFERENCE.replace("\n", "\r\n").encode(encoding))
    [row] = leaderboard.reference_results().itertuples(index=False)
    assert row == ("ml-100k", "last one out, test", "Järvelin", "HR@10", 0.5, "", "here")


@pytest.mark.parametrize("before, after, words", [
    ("0.5", '"0,5"', "references.csv, line 2, .* value is '0,5', not a number"), (",", ";", "line 1, has to name"),
    ("here", "here,there", "line 2, .* which has 8 fields instead of 7"), ("value", "values", "line 1, has to name")])
def test_references_that_are_none_are_named_with_their_line(tmp_path, monkeypatch, before, after, words):
    monkeypatch.undo()
    monkeypatch.setattr(leaderboard, "REFERENCE_FILE", tmp_path / "references.csv")
    (tmp_path / "references.csv").write_text(REFERENCE.replace(before, after), encoding="utf-8")
    with pytest.raises(DataError, match=words):
        leaderboard.reference_results()


def test_a_seed_may_be_a_whole_number_of_any_type():
    record(result(0.25), "ml-100k", "popularity", seed=np.int64(3))
    record(result(0.5), "ml-100k", "popularity", seed=3.0)
    assert [(entry["seed"], entry["metrics"]["HR@10"]) for entry in recorded()] == [(3, 0.5)]
    with pytest.raises(ValueError, match="seed=2.5: use a whole number"):
        record(result(0.25), "ml-100k", "popularity", seed=2.5)


def test_the_shipped_references_have_the_columns_of_the_board(monkeypatch):
    monkeypatch.undo()
    try:
        table = leaderboard.reference_results()
    except FileNotFoundError:
        pytest.skip("data/reference_results.csv is not there yet")
    assert table.columns.tolist() == ["dataset", "protocol", "model", "metric", "value", "spread", "source"]
    assert pd.api.types.is_float_dtype(table["value"]) and (table["source"].str.len() > 0).all()
