"""Jobs in processes of their own: each ends as it does, and none takes another with it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from recsys_utils.grading.workers import run_apart

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and asks Linux to end children with parents")


def write(path, text):
    path.write_text(text)


def wait_for(path, seconds=20):
    for _ in range(seconds * 20):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{path} was never written")


def gone(pid):
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_each_job_ends_in_its_own_way(tmp_path):
    jobs = {
        "fine": (write, tmp_path / "fine", "done"),
        "error": (write, tmp_path / "no" / "folder", "x"),
        "exit": (os._exit, 3),
        "killed": (signal.raise_signal, signal.SIGKILL),
        "slow": (time.sleep, 60),
        "also fine": (write, tmp_path / "also", "done"),
    }
    start = time.monotonic()
    problems = dict(run_apart(jobs, time_limit=2, n_workers=2))
    assert time.monotonic() - start < 20
    assert problems == {
        "fine": "",
        "error": "its process ended with exit code 1",
        "exit": "its process ended with exit code 3",
        "killed": "its process was killed by signal 9",
        "slow": "it ran longer than 2 seconds",
        "also fine": "",
    }
    assert (tmp_path / "fine").read_text() == (tmp_path / "also").read_text() == "done"


def test_not_more_at_a_time_than_asked_for(tmp_path):
    def job(name):
        (tmp_path / name).touch()
        time.sleep(0.3)
        (tmp_path / f"{name}.most").write_text(str(len([p for p in tmp_path.iterdir() if not p.suffix])))
        (tmp_path / name).unlink()

    assert not any(problem for _, problem in run_apart({n: (job, str(n)) for n in range(5)}, 60, n_workers=2))
    assert max(int(path.read_text()) for path in tmp_path.glob("*.most")) == 2


def test_who_stops_early_leaves_nothing_running(tmp_path):
    def job():
        child = subprocess.Popen(["sleep", "1000"])
        (tmp_path / "pid").write_text(str(child.pid))
        time.sleep(1000)

    jobs = run_apart({"quick": (time.sleep, 3), "long": (job,)}, 60, n_workers=2)
    assert next(jobs) == ("quick", "")
    pid = int(wait_for(tmp_path / "pid"))
    jobs.close()
    assert gone(pid)


def test_jobs_end_with_the_process_that_started_them(tmp_path):
    program = ("import os, sys, time; from recsys_utils.grading.workers import run_apart\n"
               "def job(): open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(1000)\n"
               "list(run_apart({1: (job,)}, 1000))")
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "pid")])
    pid = int(wait_for(tmp_path / "pid"))
    parent.kill()
    parent.wait()
    assert gone(pid)
