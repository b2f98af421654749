"""The gradebook follows the course: checks, exercises and notebooks come, move and go; what people gave stays."""

from .cells import exercise_of, grade_id, info_of
from .course import lesson_names, notebooks, read_notebook
from .gradebook import (
    BY_HAND,
    by_hand_in,
    copy_database,
    entered_pairs,
    given,
    gradebook_url,
    numbered_copy,
    remove_submissions,
    select,
)
from .stamps import Stamps, digest, files

CELLS = """SELECT notebook.name, base_cell.name, base_cell.type, max_score FROM base_cell
JOIN notebook ON notebook.id = base_cell.notebook_id JOIN assignment ON assignment.id = notebook.assignment_id
LEFT JOIN grade_cells ON grade_cells.id = base_cell.id WHERE assignment.name = ?"""


def make_gradebook(root):
    """Brings the gradebook in step with the cells of lessons/.

    nbgrader cannot add or remove cells of a lesson that has submissions: then all that people gave by hand is carried
    over to a new gradebook, and the old one is kept as gradebook.db.N.
    """
    def state(lesson):
        return digest(files(root / "lessons" / lesson), select(root / "gradebook.db", CELLS, (lesson,)))

    stamps = Stamps(root)
    changed = [lesson for lesson in lesson_names(root) if stamps.get(f"cells/{lesson}") != state(lesson)]
    try:
        record(root, changed, gradebook_url(root))
    except RuntimeError:
        rebuild(root, changed)
    for lesson in changed:
        stamps.set(f"cells/{lesson}", state(lesson))


def record(root, lessons, url):
    """Has nbgrader store the cells of lessons; RuntimeError where it refuses, as there are submissions."""
    for lesson in lessons:
        from nbgrader.api import Gradebook
        from nbgrader.preprocessors import SaveCells

        paths = {path.stem: path for path in notebooks(root / "lessons" / lesson)}
        with Gradebook(url) as gradebook:
            assignment = gradebook.update_or_create_assignment(lesson)
            there = {notebook.name for notebook in assignment.notebooks}
            if assignment.submissions and there != paths.keys():
                raise RuntimeError(f"{lesson} has submissions and other notebooks")
            for name in there - paths.keys():
                gradebook.remove_notebook(name, lesson)
        for name, path in paths.items():
            SaveCells().preprocess(read_notebook(path), {"nbgrader": {
                "notebook": name, "assignment": lesson, "db_url": url}})


def rebuild(root, lessons):
    """Records lessons anew in a copy of the gradebook, carries over what was given by hand, and takes the copy."""
    from nbgrader.api import Gradebook

    path, draft = root / "gradebook.db", root / ".grading" / "gradebook.db"
    before = {pair: given(path, *pair) for pair in entered_pairs(path) if pair[1] in lessons}
    copy_database(path, draft)
    remove_submissions(draft, before)
    record(root, lessons, gradebook_url(draft.parent))
    with Gradebook(gradebook_url(draft.parent)) as gradebook:
        gone = [text for pair, values in before.items() for text in carry_over(gradebook, pair, values)]
        gradebook.db.commit()
    kept = numbered_copy(path)
    copy_database(draft, path)
    draft.unlink()
    print(f"The exercises changed, so a new gradebook was made: reload Formgrader, what is typed into "
          f"a page from before is lost. {kept.name} is the one from before. What was given by "
          f"hand was carried over{', but for cells that are gone: ' + '; '.join(gone) if gone else ''}.")


def carry_over(gradebook, pair, values):
    """Enters what a gradebook held of a (student, lesson); returns what a person gave to cells that are gone."""
    student, lesson = pair
    for notebook in gradebook.add_submission(lesson, student).notebooks:
        for table, several in (("grade", notebook.grades), ("comment", notebook.comments)):
            for each in several:
                for column, value in zip(BY_HAND[table], values.pop((table, notebook.name, each.name), ()),
                                         strict=False):  # a new cell has no values, an old one its maximum besides
                    setattr(each, column, value)
    return [f"{student}, {lesson}, {name}" for name in by_hand_in(values)]


def most_of(root, lesson):
    """Returns {exercise: points that can be had} of a lesson."""
    most = {}
    for path in notebooks(root / "solutions" / lesson):
        cells = [cell for cell in read_notebook(path).cells if grade_id(cell)]
        exercises = [grade_id(cell) for cell in cells if info_of(cell).get("solution")]
        for cell in cells:
            if info_of(cell).get("grade"):
                exercise = exercise_of(grade_id(cell), exercises)
                most[exercise] = most.get(exercise, 0) + info_of(cell).get("points", 0)
    return most
