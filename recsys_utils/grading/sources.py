"""What the source of a cell defines and uses, read without running it."""

import ast
import re

from .cells import is_answer, is_code_check

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


def defined_in(source):
    """Returns the names of the functions and classes that a cell defines."""
    return [node.name for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def touched_by_students(notebook, lesson):
    """Returns the places of the cells of code that a student wrote, or that use a name which depends on theirs."""
    released = {cell.source for cell in lesson.cells if not is_answer(cell)}
    theirs, touched = set(), set()
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or is_code_check(cell):
            continue
        used, bound = names_of(cell.source)
        if cell.source not in released or used & theirs:
            touched.add(place)
            theirs |= bound
    return touched


def names_of(source):
    """Returns the names that a source uses, and those that it binds; where it is no Python, what looks like these."""
    try:
        nodes = list(ast.walk(ast.parse(without_magics(source))))
    except NO_PYTHON:
        bound = re.findall(r"^\s*(?:(?:def|class)\s+)?(\w+)\s*[=(:,]", source, re.MULTILINE)
        return set(re.findall(r"\w+", source)), set(bound)
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names}, bound | {
        node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def definitions(source):
    """Returns the part of a source that defines, imports and assigns; an empty text where it is no Python."""
    try:
        nodes = ast.parse(without_magics(source)).body
        return "\n".join(ast.unparse(node) for node in nodes if isinstance(node, DEFINITIONS))
    except NO_PYTHON:
        return ""


def without_magics(source):
    """Returns a source without IPython's own lines, such as !pip and %%time."""
    return "\n".join(line for line in source.split("\n") if not line.lstrip().startswith(("!", "%")))
