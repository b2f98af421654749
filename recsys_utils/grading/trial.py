"""The checks on trial: after the student's cells, each kind of check must still fail when it should.

Answers and checks share one process, so a notebook may have made a check powerless, on purpose or by naming a variable
`abs`. Then its points mean nothing, and a person looks at it.
"""

import random

from nbformat.v4 import new_code_cell

TRIAL = "zz_trial"  # the cell's id
SOURCE = '''\
# The checks on trial: each of these is false, so each must fail. Added by grading, not by the student.
def _trial(x, y):
    import builtins
    import numpy, torch
    from recsys_utils import checks
    one, other = torch.tensor([x]), torch.tensor([y])
    must_raise = {
        "assert": lambda: exec("assert False"),
        "numpy.testing.assert_allclose": lambda: numpy.testing.assert_allclose([x], [y]),
        "numpy.testing.assert_equal": lambda: numpy.testing.assert_equal(x, y),
        "numpy.testing.assert_array_equal": lambda: numpy.testing.assert_array_equal([x], [y]),
        "torch.testing.assert_close": lambda: torch.testing.assert_close(one, other),
        "check_equal": lambda: checks.check_equal(x, y, "x"),
        "check_close": lambda: checks.check_close(one, other, "x"),
        "check_shape": lambda: checks.check_shape(one, (2,), "x"),
        "check_type": lambda: checks.check_type(one, list, "x"),
        "check_dtype": lambda: checks.check_dtype(one, torch.int64, "x"),
        "check_values": lambda: checks.check_values((x, y), 3, "x"),
        "check_unchanged": lambda: checks.check_unchanged(one, other, "x"),
    }
    must_be_false = {
        "torch.equal": lambda: torch.equal(one, other),
        "torch.allclose": lambda: torch.allclose(one, other),
        "torch.isclose": lambda: bool(torch.isclose(one, other)),
        "numpy.allclose": lambda: numpy.allclose([x], [y]),
        "numpy.isclose": lambda: bool(numpy.isclose(x, y)),
        "numpy.array_equal": lambda: numpy.array_equal([x], [y]),
        "a tensor's ==": lambda: bool(one == other),
        "all": lambda: all([x == y]),
        "any": lambda: any([x == y]),
        "isinstance": lambda: isinstance(x, str),
        "len": lambda: len([x]) == 2,
        "abs": lambda: abs(x - y) == 0,
        "max": lambda: max(x - x, y - x) == 0,
        "a tensor's abs().max()": lambda: bool((one - other).abs().max() < 0.1),
        "a tensor's sum()": lambda: (one - other).sum().item() == 0,
    }
    powerless = []
    for name, wrong in must_raise.items():
        try:
            wrong()
        except AssertionError:
            continue
        except BaseException:
            pass
        powerless.append(name)
    powerless += [name for name, wrong in must_be_false.items() if wrong() is not False]
    own = {name: one for name, one in vars(builtins).items() if type(one) in (type, type(len)) and name != "open"}
    own |= {name: one for name, one in vars(checks).items() if name.startswith("check_")}
    own |= {"np": numpy, "torch": torch}
    there = {name: one for name, one in globals().items() if name in own and one is not own[name]}
    replaced = [name for name, one in there.items() if callable(one) or not isinstance(own[name], (type, type(len)))]
    shell = get_ipython()
    hooks = [hook for hooks in shell.events.callbacks.values() for hook in hooks if hook.__module__ == "__main__"]
    hooks += [*shell.ast_transformers, *shell.input_transformers_post]
    hooks += [one for one in shell.input_transformers_cleanup if not one.__module__.startswith("IPython")]
    return powerless + replaced + ["IPython's hooks"] * bool(hooks)


raise AssertionError("NONCE " + ", ".join(_trial(LOW, HIGH)))
'''


def trial_cell():
    """Returns the cell; its numbers differ from run to run, so that a patched check cannot know them."""
    low = random.uniform(1, 2)
    values = {"LOW": f"{low}", "HIGH": f"{low + random.uniform(1, 2)}", "NONCE": f"{random.getrandbits(64):016x}"}
    source = SOURCE
    for name, value in values.items():
        source = source.replace(name, value)
    return new_code_cell(source, id=TRIAL)


def verdict(notebook):
    """Returns why the points of an executed notebook cannot be trusted, or an empty text."""
    cell = next((cell for cell in notebook.cells if cell.get("id") == TRIAL), None)
    said = [output.evalue for output in (cell or {}).get("outputs", []) if output.output_type == "error"]
    nonce = cell.source.rsplit('AssertionError("', 1)[-1][:16] if cell else None
    if not said or not said[0].startswith(nonce):
        return "a false check did not fail"
    powerless = said[0].removeprefix(nonce).strip()
    return f"no longer to be trusted: {powerless}" if powerless else ""
