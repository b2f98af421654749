"""An answer that did not do the work earns no point: results without content, or solved from inputs it overwrote."""

import ast

import pytest
from harness import answer_of, exercises_of, run_exercise, solution_names

HELPERS = '''
import copy, pandas, torch

def _each(value, change):
    """Returns a result in which each array, number and text is changed; what is not there stays."""
    if isinstance(value, (list, tuple)):
        return type(value)(_each(one, change) for one in value)
    if isinstance(value, dict):
        return {key: _each(one, change) for key, one in value.items()}
    return value if value is None or isinstance(value, torch.nn.Module) else change(value)

def _filled(value, number):
    """Returns a value of the same kind, shape and dtype that holds one number everywhere."""
    if torch.is_tensor(value):
        return torch.full_like(value.detach(), number if value.is_floating_point() else int(number == 1))
    if isinstance(value, pandas.Series):
        return value * 0 + number
    if hasattr(value, "shape"):
        return value * 0 + number
    return type(value)(number if isinstance(value, (float, str)) else number == 1)

def _noise(value):
    """Returns numbers of the same shape and dtype, all different and next to zero."""
    if torch.is_tensor(value) and value.is_floating_point():
        return 1e-9 * torch.rand(value.shape, dtype=value.dtype)
    return _filled(value, 0)

def _wiped(value, whole=None):
    """Overwrites inputs with zeros, in place, and returns whether that changed anything.

    whole: those of whole numbers (True), the others (False), or all (None)
    """
    if isinstance(value, (list, tuple)):
        return any([_wiped(one, whole) for one in value])
    if isinstance(value, dict):
        numbers = [key for key, one in value.items() if isinstance(one, float) and one and not whole]
        value.update(dict.fromkeys(numbers, 0.0))
        return any([bool(numbers), *[_wiped(one, whole) for one in value.values()]])
    if isinstance(value, pandas.DataFrame):
        value.loc[:] = value * 0
        return not whole
    if not hasattr(value, "shape") or whole not in (None, "float" not in str(value.dtype)) or not value.any():
        return False
    value[...] = 0
    return True

def _emptied(value):
    """Returns an empty tuple or list in place of a filled one, and of each thing else an empty tuple."""
    return type(value)() if isinstance(value, (list, tuple, dict)) else ()

def _refused():
    """Raises a ValueError, whatever the arguments are."""
    raise ValueError("refused")

def _first(args):
    """Returns the first tensor or array among the arguments, or the first argument."""
    return next((one for one in args if hasattr(one, "shape")), args[0])
'''
SOLVED = "answer(*args, **kwargs)"
RESULTS = {
    "zeros": f"_each({SOLVED}, lambda one: _filled(one, 0))",
    "ones": f"_each({SOLVED}, lambda one: _filled(one, 1))",
    "nan": f'_each({SOLVED}, lambda one: _filled(one, float("nan")))',
    "noise next to zero": f"_each({SOLVED}, _noise)",
    "a constant": f"_each({SOLVED}, lambda one: _filled(one, 0.1**0.5))",
    "a huge number": f"_each({SOLVED}, lambda one: _filled(one, 1e30))",
    "nothing in each place": f"_emptied({SOLVED})",
    "a ValueError": "_refused()",
    "the first input": "_first(args)",
    "the first input in each place": f"_each({SOLVED}, lambda one: _first(args))",
    "solved after its inputs were overwritten": f"{SOLVED} if _wiped([*args, *kwargs.values()]) else None",
    "solved after whole numbers were overwritten": f"{SOLVED} if _wiped([*args, *kwargs.values()], True) else None",
    "solved after other numbers were overwritten": f"{SOLVED} if _wiped([*args, *kwargs.values()], False) else None",
}
FUNCTION = '''
def _wrapped(answer):
    def {name}(*args, **kwargs):
        return {result}
    return {name}

{name} = _wrapped({name})
'''
MODEL = '''
class {name}({name}):
    def forward(self, users, items):
        return {result}
'''
SCORES = {
    "zeros": "0 * super().forward(users, items)",
    "ones": "0 * super().forward(users, items) + 1",
    "nan": '0 * super().forward(users, items) + float("nan")',
    "the first input": "0 * super().forward(users, items) + users",
}
LAYER = '''
def fuse(gmf_out, mlp_out, alpha):
    fused = torch.nn.Linear(gmf_out.in_features + mlp_out.in_features, 1, dtype=gmf_out.weight.dtype)
    fused.weight.data{0}, fused.bias.data{0}
    return fused
'''
LAYERS = {"zeros": LAYER.format(".zero_()"), "ones": LAYER.format(".fill_(1)"), "as it starts": LAYER.format(""),
          "the first input": "def fuse(gmf_out, mlp_out, alpha):\n    return gmf_out"}
MODEL_IS_RIGHT = "its check looks at the model alone, which such an answer did train, and put back to the best epoch"
EARNED = {("early_stopping", how): {"early_stopping_2": MODEL_IS_RIGHT}
          for how in ("zeros", "ones", "nan", "noise next to zero", "a constant", "a huge number",
                      "nothing in each place", "the first input in each place")}


def trivial_answers():
    """Yields (notebook, exercise, how, source) of all trivial answers."""
    for notebook in solution_names():
        for exercise in exercises_of(notebook):
            answer = answer_of(notebook, exercise)
            defined = [node for node in ast.parse(answer).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
            for how, made in made_from(exercise, defined):
                yield notebook, exercise, how, f"{answer}\n{HELPERS}\n{made}"


def made_from(exercise, defined):
    """Yields (how, source to append) for the definitions of one exercise."""
    if exercise == "fuse":
        yield from LAYERS.items()
        return
    pattern, results = (MODEL, SCORES) if isinstance(defined[0], ast.ClassDef) else (FUNCTION, RESULTS)
    for how, result in results.items():
        yield how, "".join(pattern.format(name=node.name, result=result) for node in defined)


@pytest.mark.parametrize("notebook, exercise, how, source", [
    pytest.param(*answer, id=": ".join(answer[:3])) for answer in trivial_answers()])
def test_a_trivial_answer_earns_nothing(notebook, exercise, how, source):
    outcome = run_exercise(notebook, exercise, source)
    assert {name for name, result in outcome.items() if result.points} == set(EARNED.get((exercise, how), ()))
