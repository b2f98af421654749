"""The student's process as the judge sees it: requests go in, answers come out, and time is measured from outside."""

import contextlib
import os
import select
import tempfile
import time

from . import sandbox
from .wire import packed, unpacked
from .wire_kinds import WireError

STEP = 0.2  # seconds between two looks at the clock
WALL = 10  # a process may wait so many times as long as it may compute: a busy machine is nobody's fault
GRACE = 5  # seconds of the clock to stop after an interrupt


class Ended(Exception):
    """The process is gone, or talks no sense: it can answer nothing any more."""


class TooLong(Exception):
    """The process was interrupted: what it was asked took too long."""


class StudentProcess:
    """A running student's process."""

    def __init__(self, sandboxed=True, alone=False):
        """Starts the program student.py, in the sandbox or not.

        alone: it can start no process and no thread. One that ends at once is seen by no clock from outside.
        """
        self.closed, self.home = False, tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        program = [sandbox.PYTHON, "-m", f"{__package__}.student"]
        self.process = sandbox.start(program, sandboxed, self.home.name, alone)
        for pipe in (self.process.stdin, self.process.stdout):
            os.set_blocking(pipe.fileno(), False)

    def ask(self, limit, **request):
        """Returns the answer to a request; limit: seconds of the processor it may use.

        Raises TooLong where it was interrupted, Ended where the process is gone afterwards.
        """
        self.limit, self.interrupted, self.looked = limit, 0, 0
        self.start, self.used = time.monotonic(), sandbox.processor_seconds(self.process)
        try:
            for part in packed(request):
                self.write(memoryview(part))
            answer = unpacked(self.read)
        except (OSError, WireError) as error:
            self.close()
            words = "could not be stopped in time" if self.interrupted else "ended the process"
            raise Ended("gave an answer that cannot be read" if isinstance(error, WireError) else words) from error
        if not isinstance(answer, dict):
            self.close()
            raise Ended("ended the process")
        if self.interrupted and "error" in answer:
            raise TooLong(f"took longer than {limit:g} seconds")
        return answer

    def write(self, part):
        """Writes bytes, however slowly they are read."""
        while part:
            if self.ready([], [self.process.stdin]):
                part = part[os.write(self.process.stdin.fileno(), part) :]

    def read(self, size):
        """Returns so many bytes."""
        data, place = bytearray(size), 0
        while place < size:
            if self.ready([self.process.stdout], []):
                got = os.readv(self.process.stdout.fileno(), [memoryview(data)[place:]])
                if not got:
                    raise OSError("nothing more to read")
                place += got
        return data

    def ready(self, readers, writers):
        """Returns whether a pipe can be used now; interrupts what has taken too long, and ends what goes on then."""
        ready, now = any(select.select(readers, writers, [], STEP)), time.monotonic()
        if now < self.looked + STEP:
            return ready
        self.looked = now
        if self.interrupted and now - self.interrupted > GRACE:
            raise OSError("not to be stopped")
        if not self.interrupted and (self.seconds() > self.limit or now - self.start > WALL * self.limit):
            self.interrupted = now
            sandbox.interrupt(self.process)
        return ready

    def alive(self):
        """Returns whether the process can still be asked."""
        return not self.closed and self.process.poll() is None

    def seconds(self):
        """Returns the seconds of the processor that the process has used for this request."""
        return sandbox.processor_seconds(self.process) - self.used

    def total_seconds(self):
        """Returns the seconds of the processor used since the start."""
        return sandbox.processor_seconds(self.process)

    def close(self):
        """Ends the process and all that it started."""
        if not self.closed:
            self.closed = True
            sandbox.kill(self.process)
            for pipe in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):  # what was written is not read any more
                    pipe.close()
            self.home.cleanup()
