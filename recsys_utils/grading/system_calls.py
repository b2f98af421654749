"""Which calls Linux refuses to what runs in the sandbox, as a seccomp filter that bubblewrap installs."""

import errno
import os
import struct
from typing import NamedTuple

NEW_USER = 0x10000000  # CLONE_NEWUSER
FAMILIES = (1, 2, 10, 16)  # AF_UNIX; AF_INET, AF_INET6, AF_NETLINK, which reach nobody here
# F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY
SIGNALS = (5, 6, 7, 36, 37, 38, 1024, 1026)


class Calls(NamedTuple):
    """The numbers of system calls on one kind of machine."""

    machine: int  # its number in <linux/audit.h>
    # memory that no limit counts (shmget, semget, msgget, memfd_create), the instructor's keys (add_key, request_key,
    # keyctl), and clone3, whose flags cannot be seen
    never: tuple
    # attempts share the system's files, and could talk by them, by locks or by what is in memory: flock, inotify_init,
    # inotify_init1, fanotify_init, readahead, fadvise64, preadv2, mincore, cachestat, io_uring_setup, io_setup
    talk: tuple
    space: tuple  # clone and unshare: whoever gets a user namespace mounts further disks of memory
    starts: tuple  # a process or a thread: clone, fork, vfork
    fcntl: int  # not with SIGNALS
    socket: int  # of FAMILIES only: AF_VSOCK's ports are seen everywhere


CALLS = {
    "x86_64": Calls(0xC000003E, (29, 64, 68, 319, 248, 249, 250, 435),
                    (73, 253, 294, 300, 187, 221, 327, 27, 451, 425, 206), (56, 272), (56, 57, 58), 72, 41),
    "aarch64": Calls(0xC00000B7, (194, 190, 186, 279, 217, 218, 219, 435),
                     (32, 26, 262, 213, 223, 286, 232, 451, 425, 0), (220, 97), (220,), 25, 198),
}


def refusals(alone=False):
    """Returns the filter's program; on a machine of another kind it refuses nothing. alone: also to start anything."""
    load, equal, least, bits, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    no, yes = (answer, 0, 0, 0x50000 | errno.ENOSYS), (answer, 0, 0, 0x7FFF0000)
    calls, program = CALLS.get(os.uname().machine), []
    if calls:  # the words at 0, 4, 16, 24: the call, the machine, its first and second argument
        program += [(load, 0, 0, 4), (equal, 1, 0, calls.machine), no, (load, 0, 0, 0), (least, 0, 1, 0x40000000), no]
        for call in calls.never + calls.talk + (calls.starts if alone else ()):
            program += [(equal, 0, 1, call), no]
        for call in calls.space:
            program += [(equal, 0, 4, call), (load, 0, 0, 16), (bits, 0, 1, NEW_USER), no, yes]
        last = len(FAMILIES)
        program += [(equal, 0, last + 3, calls.socket), (load, 0, 0, 16)]
        program += [*((equal, last - place, 0, kind) for place, kind in enumerate(FAMILIES)), no, yes]
        last = len(SIGNALS)
        program += [(equal, 0, last + 3, calls.fcntl), (load, 0, 0, 24)]
        program += [*((equal, last - place, 0, kind) for place, kind in enumerate(SIGNALS)), yes, no]
    return b"".join(struct.pack("=HBBI", *row) for row in [*program, yes])
