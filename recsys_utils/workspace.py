"""The folder a student works in: work/, filled from lessons/, never written over.

    python -m recsys_utils.workspace        what `make lab` does before it opens JupyterLab
"""
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]


def fill_workspace(lessons=ROOT / "lessons", work=ROOT / "work"):
    """Copies each file of lessons/ that work/ does not have yet, and returns the paths of the copies."""
    new = []
    for source in sorted(path for path in lessons.rglob("*") if path.is_file()):
        name = source.relative_to(lessons)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and not (work / name).exists():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, work / name)
            new.append(work / name)
    return new


if __name__ == "__main__":
    for path in fill_workspace():
        print(f"new: {path.relative_to(ROOT)}")
    print("Your lessons are in work/. What you have written there stays as it is.")
