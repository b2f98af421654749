"""Seconds to grade 20 submissions of lesson 5: `make grade` against stock `nbgrader autograde`, in one run.

    python tests/benchmarks/bench_grading.py

Stock nbgrader is told twice: as it comes, and to leave out the cells tagged `training`, as the course does. All work
on made-up data. Half of the submissions are solved, half in part. The time for 300 is a projection: that for 20, and
280 times what each of 16 more takes than 4 do.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
LESSON, N, FEW, MANY = "05_bpr", 20, 4, 300
STOCK = """
c = get_config()
c.CourseDirectory.source_directory, c.CourseDirectory.release_directory = "solutions", "lessons"
c.Execute.timeout = 300
"""


def course(folder, config, n=N):
    """Makes a course of one lesson with n submissions in a folder."""
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config)
    for name in ("solutions", "lessons"):
        shutil.copytree(ROOT / name / LESSON, folder / name / LESSON)
    solved = nbformat.read(ROOT / "solutions" / LESSON / f"{LESSON}.ipynb", as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    for number in range(0, N, N // n):
        notebook = nbformat.read(ROOT / "lessons" / LESSON / f"{LESSON}.ipynb", as_version=4)
        for place, cell in enumerate(cell for cell in notebook.cells if cell.id in answers):
            if number < N // 2 or place < number % len(answers):
                cell.source = answers[cell.id]
        target = folder / "submitted" / f"student{number:02}" / LESSON
        target.mkdir(parents=True)
        nbformat.write(notebook, target / f"{LESSON}.ipynb")
    return folder


def seconds(folder, *command):
    """Returns how long a command takes in a folder."""
    variables = {**os.environ, "RECSYS_DATASET": "synthetic", "RECSYS_DEVICE": "cpu", "MPLBACKEND": "agg",
                 "OMP_WAIT_POLICY": "PASSIVE", "PYTHONWARNINGS": "ignore",
                 "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return time.perf_counter() - start


def stock(folder):
    """Returns the seconds of stock nbgrader; the gradebook is made before."""
    seconds(folder, "nbgrader", "generate_assignment", LESSON, "--force")
    return seconds(folder, "nbgrader", "autograde", LESSON)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as room:
        config = (ROOT / "nbgrader_config.py").read_text()
        few = seconds(course(Path(room, "few"), config, FEW), "recsys_utils.grading", "grade")
        ours = seconds(course(Path(room, "ours"), config), "recsys_utils.grading", "grade")
        many = ours + (MANY - N) * (ours - few) / (N - FEW)
        print(f"  make grade, canary, report and feedback included: {few:.0f} s for {FEW}, {ours:.0f} s for {N}, "
              f"at this pace {many / 60:.0f} minutes for {MANY}", flush=True)
        for name, more in (("cells tagged training left out", "c.Execute.skip_cells_with_tag = 'training'\n"),
                           ("as it comes", "")):
            peer = stock(course(Path(room, f"stock{len(more)}"), STOCK + more))
            print(f"  nbgrader autograde, {name}: {peer:.0f} s, ratio {ours / peer:.2f}", flush=True)
