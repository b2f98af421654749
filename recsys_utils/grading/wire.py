"""Values as plain data between the student's process and the judge: a tree in JSON, and the bytes of its arrays.

Nothing that is read here is run or looked up: no pickle, no class but those of wire_kinds. Memory that several arrays
share goes once, and is shared again on the other side. What has no place here arrives as Foreign, under its name.
"""

import json
import struct

from recsys_utils.grading.wire_kinds import MOST_BYTES, MOST_JSON, WireError
from recsys_utils.grading.wire_pack import Pack
from recsys_utils.grading.wire_unpack import Unpack

BROKEN = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RuntimeError, MemoryError)


def packed(value):
    """Returns a value as the parts of a message: its length, its JSON, its bytes."""
    pack = Pack()
    tree = pack.tree(value)
    buffers = pack.buffers()
    text = json.dumps({"tree": tree, "sizes": [len(part) for part in buffers]}).encode()
    if len(text) > MOST_JSON or sum(map(len, buffers)) > MOST_BYTES:
        raise WireError(f"a value larger than {MOST_BYTES >> 20} MB")
    return [struct.pack(">Q", len(text)), text, *buffers]


def unpacked(read):
    """Returns the value of the message that `read` gives: a function of a number of bytes that returns so many.

    Raises WireError where it is no message; what `read` raises is let through.
    """
    length = struct.unpack(">Q", read(8))[0]
    if length > MOST_JSON:
        raise WireError("a message that is too long")
    try:
        message = json.loads(bytes(read(length)))
        sizes = [int(size) for size in message["sizes"]]
        if min(sizes, default=0) < 0 or sum(sizes) > MOST_BYTES:
            raise WireError("a message that is too long")
    except BROKEN as error:
        raise WireError(f"no message: {error}") from None
    buffers = [bytearray(read(size)) for size in sizes]
    try:
        return Unpack(buffers).value(message["tree"])
    except BROKEN as error:
        raise WireError(f"no value: {error}") from None
