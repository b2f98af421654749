"""The program inside the sandbox: it runs a notebook's cells and answers the judge's calls, one request at a time.

It imports nothing of grading but the wire. What it says is never believed: cells give outputs to show, calls give
values that the judge compares on its own side.
"""

import ast
import base64
import builtins
import contextlib
import os
import signal
import sys
import traceback
import warnings

import torch

from recsys_utils.grading.student_shell import OUTPUTS, Stream, new_shell
from recsys_utils.grading.wire import packed, unpacked
from recsys_utils.grading.wire_kinds import WireError


def run_cell(shell, source):
    """Runs a cell and returns its outputs, and whether it asked IPython to end."""
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    result = shell.run_cell(source, store_history=True)
    leaves, shell.exit_now = bool(shell.exit_now) or isinstance(result.error_in_exec, SystemExit), False
    return {"outputs": plain(OUTPUTS.emptied()), "leaves": leaves}


def plain(outputs):
    """Returns outputs whose data are texts only; pictures are written in base64, as notebooks hold them."""
    for output in outputs:
        if "data" in output:
            texts = {str(kind): base64.b64encode(data).decode() if isinstance(data, bytes) else data
                     for kind, data in output["data"].items()}
            output["data"] = {kind: text for kind, text in texts.items() if isinstance(text, str)}
    return outputs


def call(shell, name, args, kwargs):
    """Calls a function of the student's; returns what it gave, and those arguments that it changed, by their place."""
    if name not in shell.user_ns:
        raise NameError(f"name {name!r} is not defined")
    given = [*args, *kwargs.values()]
    before = list(map(content, given))
    with as_at_the_start():
        result = shell.user_ns[name](*args, **kwargs)
    changed = {place: value for place, value in enumerate(given) if content(value) != before[place]}
    return {"result": result, "changed": changed}


def content(value):
    """Returns what an argument holds: whether a tensor asks for a gradient is no change, a gradient left in it is."""
    if not hasattr(value, "requires_grad_"):
        return packed(value)
    return packed(value.detach()), value.is_leaf and value.grad is not None


def scene(shell, source, imports, graded, args, kwargs):
    """Runs a scene of the judge's where only the lesson's imports and the student's functions are known."""
    names = {"__builtins__": builtins, "__name__": "scene"}
    exec(imports, names)
    names |= {name: shell.user_ns[name] for name in graded if name in shell.user_ns}
    exec(compile(source, "<scene>", "exec"), names)
    with as_at_the_start():
        return {"result": names[ast.parse(source).body[0].name](*args, **kwargs), "changed": {}}


@contextlib.contextmanager
def as_at_the_start():
    """Gives what runs inside the settings that the checks were written for, and takes what it prints."""
    import numpy as np

    dtype, device, streams = torch.get_default_dtype(), torch.get_default_device(), (sys.stdout, sys.stderr)
    OUTPUTS.deaf, sys.stdout, sys.stderr = True, Stream("stdout"), Stream("stderr")
    torch.set_default_dtype(torch.float32)
    if device.type != "cpu":
        torch.set_default_device(None)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), torch.enable_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.set_default_dtype(dtype)
        if device.type != "cpu":
            torch.set_default_device(device)
        OUTPUTS.deaf, (sys.stdout, sys.stderr) = False, streams


def described(error):
    """Returns an error as plain data: its name, Python's own class to which it belongs, its text, where it came up."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    base = kinds[0] if isinstance(error, Exception) else "RuntimeError"
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if "ipython" in frame.filename]
    where = f"line {lines[-1].lineno} of {lines[-1].name}: {lines[-1].line or ''}" if lines else ""
    return {"name": type(error).__name__, "base": base, "text": str(error)[:2000], "where": where[:300]}


def answered(shell, request):
    """Returns the answer to a request, whatever happens."""
    what = request.pop("do")
    try:
        return {"cell": run_cell, "call": call, "scene": scene}[what](shell, **request)
    except BaseException as error:  # whatever a student's code raises
        OUTPUTS.emptied()
        return {"error": described(error)}


def as_bytes(answer):
    """Returns an answer's message; of one that cannot be packed, its error's."""
    try:
        return b"".join(packed(answer))
    except (Exception, RecursionError) as error:
        return b"".join(packed({"error": described(error)}))


def main():
    """Answers one request after another, until there are no more."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    shell = new_shell()
    torch.set_num_threads = lambda number: None  # more than one ends a process that may start none
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            request = unpacked(lambda size: exactly(requests, size))
        except (EOFError, WireError):
            return
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            answer = answered(shell, request)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:  # late: between the answer and here
            answer = {"error": {"name": "KeyboardInterrupt", "base": "RuntimeError", "text": "", "where": ""}}
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        answers.write(as_bytes(answer))
        answers.flush()
        del request, answer


def exactly(file, size):
    """Returns so many bytes of a file; raises EOFError where it ends before."""
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data


if __name__ == "__main__":
    main()
