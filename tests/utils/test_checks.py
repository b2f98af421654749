"""What a wrong answer is told, for every kind of value that a student may hand in."""
import collections

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from recsys_utils.checks import (
    CheckFailed,
    check_close,
    check_dtype,
    check_equal,
    check_shape,
    check_type,
    check_unchanged,
    yours_or,
)

pytestmark = pytest.mark.filterwarnings("error")


def told(check, *args, **options):
    with pytest.raises(CheckFailed) as caught:
        check(*args, **options)
    return str(caught.value)


class SaysYes:
    """Claims to equal everything."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0

    def __float__(self):
        return 1.0


class Number(int):
    __eq__, __ne__, __hash__ = SaysYes.__eq__, SaysYes.__ne__, int.__hash__


class Array(np.ndarray):
    __eq__, __ne__ = (lambda self, other: np.ones(self.shape, bool)), (lambda self, other: np.zeros(self.shape, bool))


# not returned

@pytest.mark.parametrize("check, expected", [(check_shape, (1,)), (check_type, int), (check_dtype, torch.float32),
                                             (check_equal, 1), (check_equal, {"a": 1}), (check_close, 1.0)])
def test_none_is_asked_for_its_return(check, expected):
    assert told(check, None, expected, "mean") == "mean is None: did you forget to return?"


# shape, type, dtype

@pytest.mark.parametrize("value", [torch.zeros(2, 3), np.zeros((2, 3)), scipy.sparse.csr_matrix((2, 3))])
def test_check_shape_names_both_shapes(value):
    check_shape(value, (2, 3), "x")
    check_shape(value, [2, 3], "x")
    assert told(check_shape, value, (3, 2), "x") == "x has shape (2, 3), expected (3, 2)"


def test_check_shape_of_what_has_none():
    assert told(check_shape, [1, 2], (2,), "x") == "x is a list, expected a tensor or array of shape (2,)"
    assert told(check_shape, torch.zeros(1), (), "x") == "x has shape (1,), expected a single value, shape ()"
    check_shape(torch.tensor(1), (), "x")


def test_check_type_wants_exactly_the_class():
    check_type(1, int, "x")
    assert told(check_type, True, int, "x") == "x is a bool, expected a int"
    assert told(check_type, 1.0, int, "x") == "x is a float, expected a int"
    assert told(check_type, Number(1), int, "x") == "x is a Number, expected a int"
    assert told(check_type, SaysYes(), torch.Tensor, "x") == "x is a SaysYes, expected a Tensor"


def test_check_dtype_keeps_torch_and_numpy_apart():
    check_dtype(torch.zeros(1), torch.float32, "x")
    check_dtype(np.zeros(1), np.float64, "x")
    check_dtype(torch.zeros(1) > 0, torch.bool, "x")
    assert told(check_dtype, torch.zeros(1).int(), torch.int64, "x") == "x has dtype torch.int32, expected torch.int64"
    assert told(check_dtype, np.zeros(1), torch.float64, "x") == "x has dtype float64, expected torch.float64"
    assert told(check_dtype, 1.0, torch.float32, "x") == "x has dtype float, expected torch.float32"


def test_check_dtype_does_not_believe_a_dtype_that_says_yes():
    fake = SaysYes()
    fake.dtype = SaysYes()
    assert "expected torch.float32" in told(check_dtype, fake, torch.float32, "x")


# equal

@pytest.mark.parametrize("value, expected", [
    (3, 3), (torch.tensor(3), 3), (3, torch.tensor(3)), (np.int64(3), 3), (3.0, 3), (True, True),
    (torch.tensor(True), True), ("a", "a"), (np.str_("a"), "a"), ([1, 2], torch.tensor([1, 2])),
    (torch.tensor([1, 2]), [1, 2]), ((1, 2), [1, 2]), (np.array([[1, 2]]), [[1, 2]]),
    ([torch.tensor(1), torch.tensor(2)], [1, 2]), (["a", "b"], ["a", "b"]),
    ([("a", 1)], [("a", 1)]), ([("a", torch.tensor(1.5))], [("a", 1.5)]), (pd.Series([1, 2], index=[5, 6]), [1, 2]),
    (scipy.sparse.eye(2).tocsr(), np.eye(2)), (scipy.sparse.eye(2).tocsr(), scipy.sparse.eye(2).tocoo()),
    (torch.eye(2).to_sparse(), torch.eye(2)), (torch.ones(2, requires_grad=True), [1, 1]), ([], []), ({1, 2}, {2, 1}),
    ([np.nan, np.inf, -np.inf], [np.nan, np.inf, -np.inf]), ({"a": 1}, {"a": 1}), ({"a": torch.ones(2)}, {"a": [1, 1]}),
    (collections.Counter("aab"), {"a": 2, "b": 1}), (2**70, 2**70), (torch.ones(2, dtype=torch.bfloat16), [1, 1])])
def test_equal_values_pass_in_silence(value, expected):
    check_equal(value, expected, "x")


@pytest.mark.parametrize("value, expected, words", [
    (4, 3, "x is 4, expected 3"), (torch.tensor(4), 3, "x is 4, expected 3"),
    (False, True, "x is False, expected True"),
    ("b", "a", "x is 'b', expected 'a'"), ("3", 3, "x is '3', expected 3"), (3, "3", "x is 3, expected '3'"),
    (torch.tensor([3, 3]), 3, "x has shape (2,), expected a single value, shape ()"),
    (3, [3, 3], "x has shape (), expected (2,)"), ([1, 2, 3], [1, 2], "x has shape (3,), expected (2,)"),
    ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "x is 5 at [1, 1], expected 4"),
    (["a", "c"], ["a", "b"], "x is 'c' at [1], expected 'b'"),
    ([("1", 2)], [("1", "2")], "x is 2 at [0, 1], expected '2'"),
    ([1, 2], ["1", "2"], "x is 1 at [0], expected '1'"),
    ([[1], [1, 2]], [1, 2], "x is a list whose rows differ in length"),
    (torch.tensor([True, False]), [True, True], "x is False at [1], expected True"),
    (torch.tensor([255], dtype=torch.uint8), [-1], "x is 255 at [0], expected -1"),
    (2**62, 2**62 + 1, f"x is {2**62}, expected {2**62 + 1}"), ([np.nan], [1.0], "x is nan at [0], expected 1"),
    ([0.1 + 0.2], [0.3], "x is 0.30000000000000004 at [0], expected 0.3"),
    ([1], {"a": 1}, "x is a list, expected a dict"), ({"a": 1}, {"b": 1}, "the keys of x is {'a'}, expected {'b'}"),
    ({"a": 1}, {"a": 2}, "x['a'] is 1, expected 2"), ({1}, {2}, "x is {1}, expected {2}")])
def test_unequal_values_are_named_with_their_place(value, expected, words):
    assert told(check_equal, value, expected, "x") == words


def test_the_reason_stands_behind_the_difference():
    assert told(check_equal, 1, 2, "rank", "ranks start at 1") == "rank is 1, expected 2: ranks start at 1"
    assert told(check_equal, [1], [2], "rank", "ranks start at 1") == "rank is 1 at [0], expected 2: ranks start at 1"
    assert told(check_close, [1], [2], "rank", "ranks start at 1") == "rank is 1 at [0], expected 2: ranks start at 1"


@pytest.mark.parametrize("expected", [3, 3.0, "a", True, {"a": 3}])
def test_an_object_that_claims_to_be_equal_is_not(expected):
    assert "SaysYes" in told(check_equal, SaysYes(), expected, "x")
    assert "SaysYes" in told(check_equal, [SaysYes()], [expected], "x")
    assert "SaysYes" in told(check_equal, {"a": SaysYes()}, {"a": expected}, "x")


def test_numbers_and_arrays_that_claim_to_be_equal_are_not():
    told(check_equal, Number(4), 3, "x")
    told(check_equal, [("a", Number(4))], [("a", 3)], "x")
    told(check_equal, np.array([1, 2]).view(Array), [3, 4], "x")
    told(check_close, np.array([1.0, 2.0]).view(Array), [3, 4], "x")


# close

@pytest.mark.parametrize("value, expected", [
    (1, 1.0), (1 + 5e-7, 1), (torch.tensor(1.0), 1), (np.float32(0.1), 0.1), ([1, 2], torch.tensor([1.0, 2.0])),
    (1e9 + 500, 1e9), (True, 1), (torch.ones(2, requires_grad=True), [1, 1]), (scipy.sparse.eye(2).tocsr(), np.eye(2)),
    ([torch.ones((), requires_grad=True)], [1]), ([np.inf, -np.inf, np.nan], [np.inf, -np.inf, np.nan]), ([], []),
    (torch.ones(2, dtype=torch.bfloat16), [1, 1]), (pd.Series([1.0, 2.0]), [1, 2])])
def test_close_values_pass_in_silence(value, expected):
    check_close(value, expected, "x")


@pytest.mark.parametrize("value, expected, words", [
    (2.0, 1, "x is 2, expected 1"), (torch.tensor(2.0), 1, "x is 2, expected 1"),
    (1.0000015, 1, "x is 1.0000015, expected 1.0"), ([1, 2, 9.5], [1, 2, 3], "x is 9.5 at [2], expected 3"),
    ([[0.0, 1.1], [0.0, 5.0]], np.zeros((2, 2)), "x is 5 at [1, 1], expected 0"),
    (torch.ones(2, 1), [1, 1], "x has shape (2, 1), expected (2,)"),
    ([1.0], 1, "x has shape (1,), expected a single value, shape ()"),
    ([1, np.nan], [1, 2], "x is nan at [1], expected 2"), ([1, 2], [1, np.nan], "x is 2 at [1], expected nan"),
    ([np.nan, 1], [1, np.nan], "x is nan at [0], expected 1"), ([np.inf], [1], "x is inf at [0], expected 1"),
    ([1], [np.inf], "x is 1 at [0], expected inf"), ([0.5], [-np.inf], "x is 0.5 at [0], expected -inf"),
    ([np.inf], [-np.inf], "x is inf at [0], expected -inf"),
    (1e9 + 5000, 1e9, "x is 1000005000.0, expected 1000000000.0"),
    (torch.tensor([-128], dtype=torch.int8), [128], "x is -128 at [0], expected 128"),
    ("abc", 1, "x is 'abc', expected a number"), (["1.0"], [1], "x is ['1.0'], expected numbers"),
    ([None, 1], [1, 1], "x is [None, 1], expected numbers"), ({}, 1, "x is {}, expected a number"),
    ([1 + 1j], [1], "x is [(1+1j)], expected numbers"),
    ([[1], [1, 2]], [1, 2], "x is a list whose rows differ in length")])
def test_distant_values_are_named_with_their_place(value, expected, words):
    assert told(check_close, value, expected, "x") == words


def test_an_object_that_calls_itself_a_number_is_none():
    assert "SaysYes" in told(check_close, SaysYes(), 1.0, "x")
    assert "SaysYes" in told(check_close, [SaysYes()], [1.0], "x")


def test_the_tolerance_is_absolute_below_one_and_relative_above():
    check_close(0.009, 0, "x", tolerance=0.01)
    told(check_close, 0.011, 0, "x", tolerance=0.01)
    check_close(100.9, 100, "x", tolerance=0.01)
    told(check_close, 101.1, 100, "x", tolerance=0.01)


# unchanged

@pytest.mark.parametrize("before, after", [
    (torch.zeros(2), torch.tensor([0.0, 1.0])), (np.zeros(2), np.ones(2)), ([1, 2], [1, 3]), ([1, 2], [1, 2, 3]),
    ([[1], [1, 2]], [[1], [1, 3]]), (np.array(["a"]), np.array(["b"])), ({"a": 1}, {"a": 2}),
    ({"a": 1}, {"a": 1, "b": 2}),
    (np.array([np.nan, 1]), np.array([np.nan, 2])), (scipy.sparse.eye(2).tocsr(), 2 * scipy.sparse.eye(2).tocsr()),
    (np.zeros(2), np.zeros((2, 1))), ([torch.zeros(2)], [torch.ones(2)])])
def test_a_changed_input_is_noticed_and_an_unchanged_one_not(before, after):
    check_unchanged(before, before, "scores")
    assert told(check_unchanged, after, before, "scores") == (
        "Your function changed its input scores: work on a copy, scores.clone() or .copy()")


# how it is shown

def test_a_failed_check_is_an_assertion_shown_without_a_traceback():
    error = CheckFailed("x is 1, expected 2")
    assert isinstance(error, AssertionError)
    assert error._render_traceback_() == ["\n✗ x is 1, expected 2"]


def test_a_stand_in_takes_over_where_an_exercise_is_open(capsys):
    def stub():
        raise NotImplementedError

    assert yours_or(lambda: 1, lambda: 2, "mean") == 1 and capsys.readouterr().out == ""
    assert yours_or(stub, lambda: 2, "mean") == 2
    assert "Your mean is not ready yet (NotImplementedError)" in capsys.readouterr().out
