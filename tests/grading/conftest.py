"""A small course for the tests of marks, decisions and reports; imported late, as nbgrader takes a second."""

import shutil

import pytest


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Returns a course of one small lesson, released; tests work in copies."""
    from harness import ROOT
    from small_course import module, solution, write_solution

    from recsys_utils.grading.course import prefer_this_environment

    prefer_this_environment()
    root = tmp_path_factory.mktemp("small") / "course"
    root.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    write_solution(root, solution())
    module.make_course(root)
    return root


@pytest.fixture
def small_course(made, tmp_path, stood_in):
    """Returns a copy of it, whose attempts a stand-in grades, and without feedback."""
    return shutil.copytree(made, tmp_path / "course")


@pytest.fixture
def stood_in(monkeypatch):
    """Lets a stand-in grade, and nothing write feedback."""
    from small_course import stand_in_for_grading

    stand_in_for_grading(monkeypatch)
