"""Hand in a lesson: from work/, or from the zip that Moodle or Canvas gives. An earlier attempt is kept beside it."""

import tempfile
from pathlib import Path

from .archive import open_zip, read_entry
from .course import CourseError, find_lesson, first_line, notebooks
from .names import check_name, shown, student_folder
from .people import remember, sort_out, students_of
from .submission import LARGEST, read_submission

MOST = 8  # notebooks of one student in one zip


def submit(root, lesson, student):
    """Copies the lesson's notebooks from work/ to submitted/STUDENT/ and returns a sentence about it."""
    check_name(student)
    name = find_lesson(root, lesson)
    contents = {}
    for path in [root / "work" / name / made.name for made in notebooks(root / "lessons" / name)]:
        if not path.is_file():
            raise CourseError(f"There is no {path.relative_to(root)}. `make lab` puts it there to work in.")
        read_submission(path)
        contents[path.name] = path.read_bytes()
    return hand_in(root, student, name, contents)


def collect(root, lesson, archive):
    """Hands in for everybody in a zip as Moodle or Canvas gives it; returns a sentence about each, and about what was
    left out. Raises CourseError where nothing can be taken from it."""
    lesson, archive = find_lesson(root, lesson), Path(archive or "(no name given)").expanduser()
    if not archive.is_file():
        raise CourseError(f"There is no file {archive}. Name the zip, for example ZIP=~/Downloads/lesson1.zip")
    zipped, warning = open_zip(archive)
    with zipped:
        entries, left = sort_out(root, lesson, zipped)
        students, reasons = students_of(root, {entry.owner for entry in entries})
        said = {}
        for student in sorted(set(students.values())):
            own = [entry for entry in entries if students.get(entry.owner) == student]
            attempts, unread = attempts_of(root, lesson, zipped, own)
            left += [(f"{student}: {reason}", path) for reason, path in unread]
            try:
                said |= {student: hand_in_all(root, student, lesson, attempts)} if attempts else {}
            except (CourseError, OSError) as error:  # a full disk, a file in the folder's place
                left += [(f"{student}: {first_line(error)}", entry.path) for entry in own]
    left += [(reasons[entry.owner], entry.path) for entry in entries if entry.owner in reasons]
    if not said:
        raise CourseError("\n".join([f"{archive.name} holds no notebook that can be taken", *told(left)]))
    forgotten = remember(root, {owner: student for owner, student in students.items() if student in said})
    return [*said.values(), *told(left), *filter(None, [forgotten, warning])]


def attempts_of(root, lesson, zipped, entries):
    """Returns a student's attempts in a zip, [{name: bytes}], the oldest first, and [(reason, path)] of what is left.

    A second file of one notebook is a later attempt; of other notebooks the newest goes with the last attempt.
    """
    wanted = [path.name for path in notebooks(root / "lessons" / lesson)]
    entries, versions = sorted(entries, key=lambda entry: entry.age), {}
    left = [(f"more than {MOST} notebooks of one student", entry.path) for entry in entries[:-MOST]]
    for entry in entries[-MOST:]:
        try:
            content = read_entry(zipped, entry.info, LARGEST)
        except CourseError as error:
            left.append((str(error), entry.path))
            continue
        found = versions.setdefault(entry.notebook, {})
        if content in found:
            left.append(("the same as another", found.pop(content)))
        elif found and entry.notebook not in wanted:
            left.append(("another of its name is newer", found.popitem()[1]))
        found[content] = entry.path
    last = max(map(len, versions.values()), default=0) - 1
    attempts = [{name: list(found)[place] for name, found in versions.items() if name in wanted and place < len(found)}
                for place in range(last)]
    newest = {name: list(found)[-1] for name, found in versions.items() if name not in wanted or len(found) > last}
    return [*attempts, newest] if newest else [], left


def told(left):
    """Returns sentences about [(reason, path)] of what was left out: one for each reason and folder."""
    groups = {}
    for reason, path in left:
        groups.setdefault((reason, path.split("/")[0]), []).append(shown(path))
    return [f"Not taken, {reason}: {', '.join(paths[:10])}" + (f" and {len(paths) - 10} more" if paths[10:] else "")
            for (reason, _), paths in groups.items()]


def hand_in_all(root, student, lesson, attempts):
    """Hands in several attempts of a student, the oldest first; returns a sentence about the last of them."""
    for contents in attempts[:-1]:
        kept = (root / "submitted" / student).glob(f"{lesson}*")
        if not any(read_all(folder) | contents == read_all(folder) for folder in kept):
            hand_in(root, student, lesson, contents)
    sentence = hand_in(root, student, lesson, attempts[-1])
    return sentence + (f"; the zip holds {len(attempts)} attempts" if attempts[1:] else "")


def hand_in(root, student, lesson, contents):
    """Writes notebooks, {name: bytes}, as a student's newest attempt at a lesson; returns a sentence about it.

    The one before becomes the attempt LESSON.1, LESSON.2 and so on: it is graded too, and the best one counts. An
    attempt is there whole or not at all. Raises CourseError where the name cannot be a student's.
    """
    newest = root / "submitted" / student_folder(root, check_name(student)) / lesson
    student, before, earlier = newest.parent.name, read_all(newest), ""
    if before and before | contents == before:
        return f"{student}: nothing changed since {newest.relative_to(root)} was handed in"
    (root / "submitted").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=root / "submitted", ignore_cleanup_errors=True) as room:
        made = Path(room, lesson)
        made.mkdir()
        for name, content in (before | contents).items():
            (made / name).write_bytes(content)
        newest.parent.mkdir(exist_ok=True)
        if newest.is_dir() and any(newest.iterdir()):
            endings = [path.suffix[1:] for path in newest.parent.glob(f"{lesson}.*")]
            numbers = [int(ending) for ending in endings if ending.isdecimal()]
            kept = newest.rename(newest.with_name(f"{lesson}.{max(numbers, default=0) + 1}"))
            earlier = f"; the earlier attempt is kept as {kept.relative_to(root)}"
        made.rename(newest)
    wanted = [path.name for path in notebooks(root / "lessons" / lesson)]
    wrong = "" if set(wanted) & set(contents) else f"; but there is no {' or '.join(wanted)} in it"
    others = ", ".join(shown(name) for name in contents if name not in wanted)
    wrong += f"; kept, but not graded: {others}" if others else ""
    wrong += ", rename it if it is the lesson's" if others and not set(wanted) & set(contents) else ""
    return f"{student}: submitted {newest.relative_to(root)}{earlier}{wrong}"


def read_all(folder):
    """Returns {name: bytes} of the notebooks in a folder."""
    return {path.name: path.read_bytes() for path in notebooks(folder)}
