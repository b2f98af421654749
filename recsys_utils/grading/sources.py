"""What the source of a cell defines and uses, read without running it."""

import ast

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
    """Returns the names that a source uses, and those that it binds; none where it is no Python."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except NO_PYTHON:
        return set(), set()
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names}, bound | {
        node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def definitions(source):
    """Returns the part of a source that defines, imports and assigns; an empty text where it is no Python.

    IPython's own lines, such as !pip, are none of it.
    """
    source = "\n".join(line for line in source.split("\n") if not line.lstrip().startswith(("!", "%")))
    try:
        return "\n".join(ast.unparse(node) for node in ast.parse(source).body if isinstance(node, DEFINITIONS))
    except NO_PYTHON:
        return ""
