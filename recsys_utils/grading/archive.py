"""The files in a zip, whatever is wrong with it or with one of them."""

import io
import os
import stat
import struct
import unicodedata
import zipfile
import zlib

from .course import CourseError, first_line
from .names import LONGEST

STEP = 4096  # packed bytes at a time; Deflate makes at most 1032 times as much of them
LOCAL, CENTRAL, END, UTF8, SIZES_FOLLOW = b"PK\3\4", b"PK\1\2", b"PK\5\6", 0x800, 8


def open_zip(path):
    """Returns a ZipFile and an empty text; where its list of files is damaged, one of what is there and a warning.

    Raises CourseError where it is no zip.
    """
    try:
        zipped = zipfile.ZipFile(path)
        return zipped, require_whole(path, zipped)
    except OSError as error:
        raise CourseError(f"{path.name} could not be read: {first_line(error)}") from error
    except Exception as error:  # one strange name or version among hundreds is enough
        data = path.read_bytes()
        listed = listed_anew(data)
        if not listed:
            raise CourseError(f"{path.name} could not be taken apart: {first_line(error)}") from error
        return zipfile.ZipFile(io.BytesIO(data + listed)), (
            f"{path.name} is damaged ({first_line(error)}). What was found in it is taken, but files may be missing: "
            "download it again.")


def require_whole(path, zipped):
    """Returns an empty text; raises BadZipFile where zipfile has found another list of files than the zip's own: that
    of a zip which a student handed in, in a download that broke off."""
    with path.open("rb") as file:
        file.seek(-22 - len(zipped.comment), os.SEEK_END)
        end = file.read(22)
    first = min((info.header_offset for info in zipped.infolist()), default=0)
    if first or not end.startswith(END) or end[20:] != len(zipped.comment).to_bytes(2, "little"):
        raise zipfile.BadZipFile("it does not begin or end as a zip does")
    return ""


def listed_anew(data):
    """Returns a new list of the files in a zip, made by going from each to the next; empty where there is none.

    Never by searching: a student's file may hold another zip, with names of its own.
    """
    place, listed, count = data.find(LOCAL), b"", 0
    while place >= 0 and data.startswith(LOCAL, place) and len(data) >= place + 30:
        flags, method, time, date, crc, packed, size, name, extra = struct.unpack_from("<4H3I2H", data, place + 6)
        called, start = data[place + 30 : place + 30 + name], place + 30 + name + extra
        end = start + packed
        if flags & SIZES_FOLLOW and method != zipfile.ZIP_DEFLATED:
            break  # nothing says where it ends
        if flags & SIZES_FOLLOW:
            end, size = end_of_deflated(data, start)
            crc, = struct.unpack("<I", data[end + 4 * data.startswith(b"PK\7\x08", end) :][:4].ljust(4))
        kept = flags & ~SIZES_FOLLOW & (~0 if text_of(called) else ~UTF8)  # for one bad name zipfile gives all up
        listed += CENTRAL + struct.pack("<6H3I5H2I", 20, 20, kept, method, time, date, crc, end - start, size, name,
                                          0, 0, 0, 0, 0, place) + called
        count, place = count + 1, data.find(LOCAL, end, end + 28) if flags & SIZES_FOLLOW else end
    return listed and listed + END + struct.pack("<4H2IH", 0, 0, count, count, len(listed), len(data), 0)


def end_of_deflated(data, start):
    """Returns where a packed file ends that began at `start`, and its size."""
    stream, place, size = zlib.decompressobj(-15), start, 0
    try:
        while not stream.eof and place < len(data):
            size += len(stream.decompress(data[place : place + STEP]))
            place += STEP
    except zlib.error:
        return len(data), size
    return min(place, len(data)) - len(stream.unused_data), size


def text_of(name):
    """Returns a name's bytes as text where they are UTF-8, else an empty text."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return ""


def name_of(info):
    """Returns a file's path in a zip; some programs write UTF-8 and do not say so."""
    name = info.orig_filename
    return name if info.flag_bits & UTF8 else text_of(name.encode("cp437")) or name


def why_left_out(info, path):
    """Returns why a file of a zip is not taken, or an empty text."""
    parts, kind = path.split("/"), stat.S_IFMT(info.external_attr >> 16)
    if "\\" in path or ".." in parts or not parts[0] or any(unicodedata.category(char) == "Cc" for char in path):
        return "a path that nobody's program writes"
    if any(part.startswith(".") and part != "." or part == "__MACOSX" for part in parts):
        return "hidden"
    if kind not in (0, stat.S_IFREG) or info.is_dir():
        return "a link or a folder"
    if not path.lower().endswith(".ipynb"):
        return "a zip in the zip: unpack it" if path.lower().endswith(".zip") else "no notebook"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # 4 KB of bzip2 may hold 4 GB
        return "packed in a way that is not read: zip it anew"
    return "its name is too long" if len(parts[-1].encode()) > LONGEST else ""


def read_entry(zipped, info, most):
    """Returns a file's bytes; raises CourseError where it is damaged, encrypted, or larger than `most`: what counts is
    what comes out, not what the zip says of it."""
    try:
        with zipped.open(info) as file:
            content = bytearray()
            while piece := file.read(STEP):
                content += piece
                if len(content) > most:
                    raise CourseError(f"larger than {most >> 20} MB")
            return bytes(content)
    except CourseError:
        raise
    except Exception as error:  # whatever zipfile and the three libraries behind it raise
        raise CourseError("encrypted" if info.flag_bits & 1 else f"damaged ({first_line(error)})") from error
