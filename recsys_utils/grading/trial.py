"""The checks on trial: around every check of a submission, each kind of check must still fail when it should.

Answers and checks share one process, so a notebook may have made a check powerless, on purpose or by accident. Then
its points mean nothing, and a person looks at it. A trial looks like the check beside it: who disarms the one disarms
the other. What a trial finds out does not pass through the notebook that the student wrote.
"""

import ast
import hashlib
import random

import torch
from nbformat.v4 import new_code_cell

from .. import checks

SOURCE = '''\
FIRST_LINE
def _trial(x, y, used, expected_digest, nonce):
    import builtins, hashlib, sys, types
    import numpy, torch
    checks = sys.modules["recsys_utils.checks"]
    torch.set_default_dtype(torch.float32)      # as the checks were written for
    one, other = torch.tensor([x, x]), torch.tensor([x, y])
    name, why = "NAME", "WHY"
    must_raise = {
        "assert": lambda: exec("assert False"),
        "numpy.testing.assert_allclose": lambda: numpy.testing.assert_allclose([x], [y]),
        "numpy.testing.assert_equal": lambda: numpy.testing.assert_equal(x, y),
        "numpy.testing.assert_array_equal": lambda: numpy.testing.assert_array_equal([x], [y]),
        "check_equal": lambda: checks.check_equal(one, other, name, why),
        "check_close": lambda: checks.check_close(one, other, name, why=why),
        "check_shape": lambda: checks.check_shape(one, (3,), name),
        "check_type": lambda: checks.check_type(one, builtins.list, name),
        "check_dtype": lambda: checks.check_dtype(one, torch.int64, name),
        "check_values": lambda: checks.check_values((x, y), 3, name),
        "check_unchanged": lambda: checks.check_unchanged(one, other, name),
    }
    if WITH_TORCH_TESTING:      # its first use takes 0.7 seconds
        must_raise["torch.testing"] = lambda: torch.testing.assert_close(one, other)
    must_be_false = {
        "torch.equal": lambda: torch.equal(one, other),
        "torch.allclose": lambda: torch.allclose(one, other),
        "torch.isclose": lambda: builtins.bool(torch.isclose(one, other).all()),
        "numpy.allclose": lambda: numpy.allclose([x], [y]),
        "numpy.isclose": lambda: builtins.bool(numpy.isclose(x, y)),
        "numpy.array_equal": lambda: numpy.array_equal([x], [y]),
        "a tensor's ==": lambda: builtins.bool((one == other).all()),
        "a tensor's abs().max()": lambda: builtins.bool((one - other).abs().max() < 0.1),
        "a tensor's sum()": lambda: (one - other).sum().item() == 0,
        "all": lambda: builtins.all([x == y]),
        "any": lambda: builtins.any([x == y]),
        "isinstance": lambda: builtins.isinstance(x, builtins.str),
        "len": lambda: builtins.len([x]) == 2,
        "abs": lambda: builtins.abs(x - y) == 0,
        "max": lambda: builtins.max(x - x, y - x) == 0,
    }
    powerless = []
    for kind, wrong in must_raise.items():
        try:
            wrong()
        except AssertionError:
            continue
        except BaseException:
            pass
        powerless.append(kind)
    powerless += [kind for kind, wrong in must_be_false.items() if wrong() is not False]
    own = {kind: value for kind, value in builtins.vars(builtins).items() if kind in used}
    own |= {kind: value for kind, value in builtins.vars(checks).items() if kind in used}
    own |= {"np": numpy, "torch": torch}
    there = {kind: value for kind, value in globals().items() if kind in own and value is not own[kind]}
    powerless += [kind for kind, value in there.items() if callable(value) or kind in ("np", "torch")]
    text = ""
    for kind, value in (*builtins.sorted(builtins.vars(checks).items()), ("", torch.testing.assert_close)):
        if type(value) is types.FunctionType and value.__module__ in (checks.__name__, "torch.testing._comparison"):
            code = value.__code__
            text += f"{kind} {code.co_code.hex()} {code.co_names} {code.co_varnames} {value.__defaults__}"
    if hashlib.sha256(text.encode()).hexdigest() != expected_digest:
        powerless.append("recsys_utils.checks, torch.testing")
    shell = get_ipython()
    hooks = [hook for hooks in shell.events.callbacks.values() for hook in hooks if hook.__module__ == "__main__"]
    hooks += [*shell.ast_transformers, *shell.input_transformers_post]
    hooks += [one for one in shell.input_transformers_cleanup if not one.__module__.startswith("IPython")]
    for host in (shell, shell.kernel, shell.kernel.session, builtins.type(shell), builtins.type(shell.kernel)):
        hooks += [value for value in builtins.vars(host).values()
                  if builtins.callable(value) and builtins.getattr(value, "__module__", "") == "__main__"]
    if hooks:
        powerless.append("IPython")
    kind = builtins.type("Verdict", (AssertionError,), {"_render_traceback_": lambda self: [str(self)]})  # at once
    raise kind(nonce + " " + ", ".join(powerless))


_trial(LOW, HIGH, USED, "DIGEST", "NONCE")
'''


class Trial:
    """One trial cell, and what it must say."""

    def __init__(self, beside):
        """Makes the cell for a place beside a check's cell."""
        low = random.uniform(1, 2)
        self.nonce = f"{random.getrandbits(64):016x}"
        texts = strings_in(beside.source)
        values = {
            "FIRST_LINE": beside.source.splitlines()[0],
            '"NAME", "WHY"': f"{random.choice(texts)!r}, {random.choice(texts)!r}",
            "LOW": f"{low}",
            "HIGH": f"{low + random.uniform(1, 2)}",
            "WITH_TORCH_TESTING": str("torch.testing" in beside.source),
            "USED": repr(names_in(beside.source)),
            "DIGEST": digest_of_checks(),
            "NONCE": self.nonce,
        }
        source = SOURCE
        for name, value in values.items():
            source = source.replace(name, value, 1)
        self.cell = new_code_cell(source)

    def verdict(self):
        """Returns what is no longer to be trusted, by what the executed cell says; an empty text if nothing is."""
        said = [output.evalue for output in self.cell.outputs if output.output_type == "error"]
        if not said or not said[0].startswith(self.nonce):
            return "a false check did not fail"
        return said[0].removeprefix(self.nonce).strip()


def names_in(source):
    """Returns the names that a cell uses."""
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def strings_in(source):
    """Returns the texts that a cell holds, "x" if none."""
    found = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    return [text for text in found if isinstance(text, str)] or ["x"]


def digest_of_checks():
    """Returns the digest of the checks' functions as they are here, out of a student's reach."""
    text = ""
    for name, value in (*sorted(vars(checks).items()), ("", torch.testing.assert_close)):
        if hasattr(value, "__code__") and value.__module__ in (checks.__name__, "torch.testing._comparison"):
            code = value.__code__
            text += f"{name} {code.co_code.hex()} {code.co_names} {code.co_varnames} {value.__defaults__}"
    return hashlib.sha256(text.encode()).hexdigest()
