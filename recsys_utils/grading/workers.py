"""Run jobs in processes of their own, several at a time: what one does to itself stops neither the others nor us."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import time
from multiprocessing.connection import wait

# a forked process has imported already what this one has: nbgrader alone takes 3 seconds
METHOD = "fork" if sys.platform == "linux" else "spawn"
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl


def run_apart(jobs, time_limit, n_workers=None):
    """Runs each job, {key: (function, *arguments)}, in a process and yields (key, problem) as they end.

    problem: why the process ended without success, or an empty text. time_limit: seconds for each job; n_workers: how
    many at a time, the machine's cores if not given. Where the caller stops early, the processes at work are killed.
    """
    context, waiting, running = multiprocessing.get_context(METHOD), list(jobs.items())[::-1], {}
    try:
        while waiting or running:
            while waiting and len(running) < (n_workers or os.cpu_count()):
                key, job = waiting.pop()
                process = context.Process(target=alone, args=job)
                process.start()
                running[process] = key, time.monotonic() + time_limit
            first = min(deadline for _, deadline in running.values())
            wait([process.sentinel for process in running], max(0, first - time.monotonic()))
            for process, (key, deadline) in list(running.items()):
                late = process.is_alive() and time.monotonic() >= deadline
                if late:
                    kill(process)
                if late or not process.is_alive():
                    process.join()
                    del running[process]
                    yield key, f"it ran longer than {time_limit} seconds" if late else how_it_ended(process.exitcode)
    finally:
        for process in running:
            kill(process)


def alone(function, *arguments):
    """What a process does: its job, in a group of its own, and it dies with the one that started it."""
    os.setsid()
    gc.freeze()  # what was there before is not looked through for garbage, again and again
    if METHOD == "fork":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    function(*arguments)


def how_it_ended(code):
    """Returns an empty text for the exit code 0, else a few words."""
    if code == 0:
        return ""
    return f"its process was killed by signal {-code}" if code < 0 else f"its process ended with exit code {code}"


def kill(process):
    """Kills a process and all that it started in its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # it ended by itself, or has not come to its first line yet
        process.kill()
