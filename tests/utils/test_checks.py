"""What a wrong answer is told, for every kind of value that a student may hand in."""
import collections
import itertools
import time

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from recsys_utils import checks
from recsys_utils.checks import (
    FREE,
    CheckFailed,
    check_close,
    check_cost,
    check_dtype,
    check_equal,
    check_shape,
    check_type,
    check_unchanged,
    check_values,
    scene,
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
    message = told(check, None, expected, "mean")
    assert message.startswith("mean") and message.lower().endswith("none. did you forget to return?")


# shape, type, dtype

@pytest.mark.parametrize("value", [torch.zeros(2, 3), np.zeros((2, 3)), scipy.sparse.csr_matrix((2, 3))])
def test_check_shape_names_both_shapes(value):
    check_shape(value, (2, 3), "x")
    check_shape(value, [2, 3], "x")
    assert "shape (2, 3), expected (3, 2)" in told(check_shape, value, (3, 2), "x")


def test_check_shape_of_what_has_none():
    assert "a list, expected a tensor or array of shape (2,)" in told(check_shape, [1, 2], (2,), "x")
    assert "shape (1,), expected a single value, shape ()" in told(check_shape, torch.zeros(1), (), "x")
    check_shape(torch.tensor(1), (), "x")


def test_check_type_wants_exactly_the_class():
    check_type(1, int, "x")
    assert "a bool, expected a int" in told(check_type, True, int, "x")
    assert "a float, expected a int" in told(check_type, 1.0, int, "x")
    assert "a Number, expected a int" in told(check_type, Number(1), int, "x")
    assert "a SaysYes, expected a Tensor" in told(check_type, SaysYes(), torch.Tensor, "x")


def test_check_dtype_keeps_torch_and_numpy_apart():
    check_dtype(torch.zeros(1), torch.float32, "x")
    check_dtype(np.zeros(1), np.float64, "x")
    check_dtype(torch.zeros(1) > 0, torch.bool, "x")
    assert "dtype torch.int32, expected torch.int64" in told(check_dtype, torch.zeros(1).int(), torch.int64, "x")
    assert "a ndarray, expected a Tensor of dtype torch.float64" in told(check_dtype, np.zeros(1), torch.float64, "x")
    assert "a float, expected a Tensor of dtype torch.float32" in told(check_dtype, 1.0, torch.float32, "x")


def test_check_dtype_does_not_believe_a_dtype_that_says_yes():
    fake = SaysYes()
    fake.dtype = SaysYes()
    assert "a SaysYes, expected a Tensor" in told(check_dtype, fake, torch.float32, "x")


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
    (4, 3, "4, expected 3"), (torch.tensor(4), 3, "4, expected 3"),
    (False, True, "False, expected True"),
    ("b", "a", "'b', expected 'a'"), ("3", 3, "'3', expected 3"), (3, "3", "3, expected '3'"),
    (torch.tensor([3, 3]), 3, "shape (2,), expected a single value, shape ()"),
    (3, [3, 3], "shape (), expected (2,)"), ([1, 2, 3], [1, 2], "shape (3,), expected (2,)"),
    ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "5 at [1, 1], expected 4"),
    (["a", "c"], ["a", "b"], "'c' at [1], expected 'b'"),
    ([("1", 2)], [("1", "2")], "2 at [0, 1], expected '2'"),
    ([1, 2], ["1", "2"], "1 at [0], expected '1'"),
    ([[1], [1, 2]], [1, 2], "a list whose rows differ in length"),
    (torch.tensor([True, False]), [True, True], "False at [1], expected True"),
    (torch.tensor([255], dtype=torch.uint8), [-1], "255 at [0], expected -1"),
    (2**62, 2**62 + 1, f"{2**62}, expected {2**62 + 1}"), ([np.nan], [1.0], "nan at [0], expected 1"),
    ([0.1 + 0.2], [0.3], "0.30000000000000004 at [0], expected 0.3"),
    ([1], {"a": 1}, "a list, expected a dict"), ({"a": 1}, {"b": 1}, "{'a'}, expected {'b'}"),
    ({"a": 1}, {"a": 2}, "1, expected 2"), ({1}, {2}, "{1}, expected {2}")])
def test_unequal_values_are_named_with_their_place(value, expected, words):
    message = told(check_equal, value, expected, "x")
    assert words in message and "x" in message.split(words)[0]


def test_the_reason_stands_behind_the_difference():
    for check in (check_equal, check_close):
        message = told(check, [1], [2], "rank", "ranks start at 1")
        assert message.startswith("rank") and "1 at [0], expected 2" in message and message.endswith("ranks start at 1")


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
    ([torch.ones((), requires_grad=True)], [1]), ([np.inf, -np.inf], [np.inf, -np.inf]), ([], []),
    (torch.ones(2, dtype=torch.bfloat16), [1, 1]), (pd.Series([1.0, 2.0]), [1, 2])])
def test_close_values_pass_in_silence(value, expected):
    check_close(value, expected, "x")


@pytest.mark.parametrize("value, expected, words", [
    (2.0, 1, "2, expected 1"), (torch.tensor(2.0), 1, "2, expected 1"),
    (1.0000015, 1, "1.0000015, expected 1.0"), ([1, 2, 9.5], [1, 2, 3], "9.5 at [2], expected 3"),
    ([[0.0, 1.1], [0.0, 5.0]], np.zeros((2, 2)), "5 at [1, 1], expected 0"),
    (torch.ones(2, 1), [1, 1], "shape (2, 1), expected (2,)"),
    ([1.0], 1, "shape (1,), expected a single value, shape ()"),
    ([1, np.nan], [1, 2], "nan at [1], expected 2"), ([1, 2], [1, np.nan], "2 at [1], expected nan"),
    ([np.nan], [np.nan], "nan at [0], expected nan"),
    ([np.nan, 1], [1, np.nan], "nan at [0], expected 1"), ([np.inf], [1], "inf at [0], expected 1"),
    ([1], [np.inf], "1 at [0], expected inf"), ([0.5], [-np.inf], "0.5 at [0], expected -inf"),
    ([np.inf], [-np.inf], "inf at [0], expected -inf"),
    (1e9 + 5000, 1e9, "1000005000.0, expected 1000000000.0"),
    (torch.tensor([-128], dtype=torch.int8), [128], "-128 at [0], expected 128"),
    ("abc", 1, "'abc', expected a number"), (["1.0"], [1], "['1.0'], expected numbers"),
    ([None, 1], [1, 1], "[None, 1], expected numbers"), ({}, 1, "{}, expected a number"),
    ([1 + 1j], [1], "[(1+1j)], expected numbers"),
    ([[1], [1, 2]], [1, 2], "a list whose rows differ in length")])
def test_distant_values_are_named_with_their_place(value, expected, words):
    message = told(check_close, value, expected, "x")
    assert message.startswith("x") and words in message


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


# several values

def test_as_many_values_are_wanted_as_the_function_should_return():
    assert check_values((1, 2), 2, "split") == (1, 2) and check_values([None, 2], 2, "split") == [None, 2]
    assert "split" in told(check_values, None, 2, "split") and "return" in told(check_values, None, 2, "split")
    assert "split returns a tuple of 3, expected 2 values" in told(check_values, (1, 2, 3), 2, "split")
    assert "split returns a Tensor, expected 2 values" in told(check_values, torch.zeros(2), 2, "split")


# how it is shown

def test_a_failed_check_is_an_assertion_shown_without_a_traceback():
    error = CheckFailed("x: 1, expected 2")
    assert isinstance(error, AssertionError)
    assert error._render_traceback_() == ["\n✗ x: 1, expected 2"]


def stub():
    raise NotImplementedError


@pytest.mark.parametrize("open_exercise, why", [(stub, "NotImplementedError"), (lambda: None, "None"),
                                                (lambda: 1 / 0, "division by zero")])
def test_a_stand_in_takes_over_where_an_exercise_is_open(capsys, open_exercise, why):
    assert yours_or(lambda: 0, stub, "mean") == 0 and capsys.readouterr().out == ""
    assert yours_or(open_exercise, lambda: 2, "mean") == 2
    said = capsys.readouterr().out
    assert "Your mean is not ready yet" in said and why in said


# the cost of an answer

def spent(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.parametrize("seconds", [0, FREE / 2, FREE + 0.05])
def test_what_is_about_as_cheap_as_the_reference_passes(seconds):
    with check_cost(5, lambda: spent(0.05), "no loop"):
        spent(seconds)


def test_what_costs_too_much_is_told_why():
    with pytest.raises(CheckFailed) as caught, check_cost(2, lambda: spent(0.01), "no loop over rows"):
        spent(FREE + 0.1)
    assert str(caught.value).endswith("are plenty. Why: no loop over rows")


def test_the_error_of_an_answer_is_not_hidden_by_its_cost():
    with pytest.raises(ZeroDivisionError), check_cost(2, lambda: None, "no loop"):
        spent(FREE + 0.05)
        raise ZeroDivisionError


def test_the_clock_of_the_answer_can_be_another_one(monkeypatch):
    monkeypatch.setattr(checks, "processor_seconds", itertools.count(step=FREE + 1).__next__)
    with pytest.raises(CheckFailed), check_cost(2, lambda: None, "no loop"):
        pass
    monkeypatch.setattr(checks, "processor_seconds", lambda: 7.0)
    with check_cost(2, lambda: None, "no loop"):
        spent(FREE + 0.05)


def test_a_scene_is_the_function_itself():
    def function(value):
        return value + 1
    assert scene(function) is function


NAMES = {  # the name of a value in a check: what is said where nobody is to learn what the check asks
    "the gradient of user_factors": "the gradient of user_factors", "p1 after the step": "p1 after the step",
    "the gradient of row 3, alpha=0.5, weighted=True": "the gradient of row …, alpha=…, weighted=…",
    "the best epoch of [nan, 0.1, [2]]": "the best epoch of …", "mean{'a': 1}": "mean…",
    "HR@10 of 1,000 users": "HR@… of … users",
    "scores of 1e-3 and -inf": "scores of … and -…", "errors (1, 2) and (3,)": "errors …",
}


@pytest.mark.parametrize("name, masked", NAMES.items())
def test_without_values_name_and_reason_hold_none(name, masked):
    with pytest.raises(CheckFailed) as found:
        check_equal(1, 2, name, "2 w (q1 - q_2), 0.93 of 5 stars")
    assert found.value.without_values == f"{masked}: not as expected. Why: 2 w (q1 - q_2), … of … stars"
    assert str(found.value) == f"{name}: 1, expected 2. Why: 2 w (q1 - q_2), 0.93 of 5 stars"
    assert CheckFailed("20,000 users take 3.5 s").without_values == "… users take … s"
    with pytest.raises(CheckFailed) as found:
        check_equal(None, 2, name)
    assert found.value.without_values == f"{masked}: None. Did you forget to return?"
