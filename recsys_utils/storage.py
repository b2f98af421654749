"""Files that are whole or not there at all."""
import contextlib
import os
from pathlib import Path


def write_whole(path, content):
    """Writes bytes to a path so that a reader sees all of them or the file from before; returns whether it did.

    A disk that is full or may not be written is not an error in a lesson: one line is printed.
    """
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
        return True
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        print(f"Not kept: {path.name} ({error.strerror}). The lesson goes on; to keep results, set RECSYS_DATA_DIR "
              "to a folder that can be written.")
        return False
