"""Files that are whole or not there at all."""
import os
import tempfile
from pathlib import Path


def write_whole(path, content):
    """Writes bytes to a path so that a reader sees all of them or the file from before; returns whether it did.

    A disk that is full or may not be written is not an error in a lesson: one line is printed.
    """
    path, unfinished = Path(path), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as file:
            unfinished = file.name
            file.write(content)
        os.replace(unfinished, path)
        return True
    except OSError as error:
        if unfinished:
            Path(unfinished).unlink(missing_ok=True)
        print(f"Not kept: {path.name} ({error.strerror}). The lesson goes on; to keep results, set RECSYS_DATA_DIR "
              "to a folder that can be written.")
        return False
