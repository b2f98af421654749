"""Files that are whole or not there at all."""
import contextlib
import os
from pathlib import Path


def replace_whole(path, content):
    """Writes bytes, or a text as UTF-8, so that a reader sees all of it or the file from before.

    Folders that lack are made. Raises OSError where the disk is full or may not be written; the file from before stays.
    """
    path = Path(path)
    unfinished = path.with_name(f"{path.name[:200]}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content.encode("utf-8", "replace") if isinstance(content, str) else content)
        os.replace(unfinished, path)
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def write_whole(path, content):
    """Does the same and returns whether it could.

    A disk that is full or may not be written is not an error in a lesson: one line is printed.
    """
    try:
        replace_whole(path, content)
        return True
    except OSError as error:
        print(f"Not kept: {Path(path).name} ({error.strerror}). The lesson goes on; to keep results, set "
              "RECSYS_DATA_DIR to a folder that can be written.")
        return False
