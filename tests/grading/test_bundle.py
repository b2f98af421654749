"""The students' zip: complete, and without a line that a student must not see."""

import json
import re
import subprocess
import sys
import zipfile

import pytest
from harness import ROOT, notebook_path, solution_names

from recsys_utils.grading.bundle import NAME, bundle
from recsys_utils.grading.course import read_notebook

MARKED = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END \1", re.DOTALL)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Returns a copy of the course, as git has it, in which bundles can be made."""
    course = tmp_path_factory.mktemp("course")
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            (course / name).write_bytes((ROOT / name).read_bytes())
    (course / "submitted" / "ada").mkdir(parents=True)
    (course / "submitted" / "ada" / "secret.txt").write_text("ada's work")
    (course / "data" / "own_ratings.json").write_text("{}")
    return course


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


@pytest.fixture(scope="module")
def inside(course):
    """Returns {name: text} of the bundle."""
    return contents(bundle(course))


def sources():
    """Returns the sources of all cells of all solutions."""
    return [cell.source for name in solution_names() for cell in read_notebook(notebook_path(name)).cells]


def test_no_line_of_an_answer_or_a_hidden_test_is_inside(inside):
    shown = "\n".join(MARKED.sub("", source) for source in sources())      # a last hint gives the line away
    marked = {line.strip() for source in sources() for found in MARKED.finditer(source)
              for line in found[2].splitlines()}
    secret = {line for line in marked if len(line) > 40 and line not in shown}
    assert len(secret) > 500
    text = "\n".join(inside.values())
    assert not [line for line in secret if json.dumps(line, ensure_ascii=False)[1:-1] in text or line in text]
    assert "BEGIN SOLUTION" not in text and "ada's work" not in text


def test_nothing_of_teachers_and_of_other_people_is_inside(inside):
    names = [name.removeprefix(f"{NAME}/") for name in inside]
    assert not [name for name in names if name.startswith(("solutions", "tests", "submitted", "recsys_utils/grading"))]
    assert {name for name in names if name.startswith("data/")} == {"data/README.md", "data/reference_results.csv"}
    for name in ("README.md", "Makefile", "requirements.txt", "pyproject.toml", "LICENSE"):
        assert name in names
    assert "make grade" not in inside[f"{NAME}/README.md"] and "make lab" in inside[f"{NAME}/README.md"]
    assert "grading" not in inside[f"{NAME}/Makefile"]


def test_it_names_no_command_that_it_does_not_have(inside):
    targets = set(re.findall(r"^([a-z-]+):", inside[f"{NAME}/Makefile"], re.MULTILINE))
    assert {"lab", "help"} <= targets
    for name in ("README.md", "Makefile", "requirements.txt", "pyproject.toml"):
        assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", inside[f"{NAME}/{name}"])) <= targets, name


def test_it_is_the_same_each_time_and_has_the_solutions_for_self_study(course, inside):
    first = bundle(course).read_bytes()
    assert bundle(course).read_bytes() == first
    more = contents(bundle(course, self_study=True))
    assert {name for name in more if name not in inside} == {
        f"{NAME}/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "solutions").rglob("[!.]*.ipynb")
        if ".ipynb_checkpoints" not in path.parts}


def test_it_runs_alone(inside, tmp_path):
    for name, text in inside.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    modules = [f"recsys_utils.{path.stem}" for path in (tmp_path / NAME / "recsys_utils").glob("[!_]*.py")]
    program = f"import {', '.join(modules)}; print(recsys_utils.__file__)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path / NAME, capture_output=True, text=True)
    assert done.returncode == 0 and str(tmp_path) in done.stdout, done.stderr
    done = subprocess.run([sys.executable, "-m", "recsys_utils.workspace"], cwd=tmp_path / NAME, capture_output=True)
    assert done.returncode == 0 and len(list((tmp_path / NAME / "work").rglob("*.ipynb"))) == len(solution_names())
