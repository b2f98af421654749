"""A kernel in bubblewrap: a student's code sees Python, its packages and an empty disk, and reaches nothing else.

What it cannot do: read the course folder, the gradebook or other students' work, write anywhere but into its own
memory disk, use the network, see or signal other processes, outlive its notebook. How much it can use: LIMITS.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from jupyter_client.manager import AsyncKernelManager

from .course import GRADING_ENVIRONMENT, CourseError

PACKAGE = Path(__file__).resolve().parents[1]
DISK = 256 * 2**20  # bytes; this disk is memory
LIMITS = {"as": 4 * 2**30, "fsize": DISK, "cpu": 900, "core": 0}  # bytes of address space and of one file, seconds
TASKS = 256  # processes and threads
TOOLS = ("bwrap", "prlimit", "setpriv")
INSTALL = (
    "Grading runs students' code in a sandbox and needs {}, to be had on Linux: apt install bubblewrap util-linux. "
    "With --no-sandbox it runs with your rights instead: it can then read and change all that you can, the gradebook "
    "and other students' work included."
)


def require_sandbox(root):
    """Raises CourseError where this machine lacks what the sandbox is made of, or the sandbox would show the course."""
    for path in map(Path, (sys.prefix, sys.base_prefix, "/usr")):
        if root.is_relative_to(path.resolve()):
            raise CourseError(f"The course lies inside {path}, which the sandbox shows to students: move one of them.")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise CourseError(INSTALL.format(" and ".join(missing)))


class SandboxKernelManager(AsyncKernelManager):
    """Starts the kernel in bubblewrap. It talks through sockets in a folder of its own, as it has no network."""

    def __init__(self, **kwargs):
        """Makes the sockets' folder: its path is short, as a socket's path holds at most 107 bytes."""
        super().__init__(**kwargs)
        self.sockets = Path(tempfile.mkdtemp(prefix=f"k-{os.environ.get('RECSYS_ROOM', '')}-", dir="/tmp"))
        self.transport, self.ip = "ipc", str(self.sockets / "s")
        self.connection_file = str(self.sockets / "c.json")

    async def _async_pre_start_kernel(self, **kwargs):
        command, kwargs = await super()._async_pre_start_kernel(**kwargs)
        self.kernel_spec.interrupt_mode = "message"  # a signal would end bubblewrap itself
        if is_root():
            for path in (self.sockets, *self.sockets.iterdir()):
                os.chown(path, own_user(), own_user())
        return command, {**kwargs, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def close_folder(self):
        """Takes the sockets' folder from the kernel's user once the sockets are there: it lies on the real disk."""
        if is_root():
            for path in (self.sockets, Path(self.connection_file)):
                os.chown(path, 0, 0)
            self.sockets.chmod(0o755)
            Path(self.connection_file).chmod(0o644)

    def format_kernel_cmd(self, extra_arguments=None):
        """Returns the kernel's command line, inside the sandbox's."""
        return sandboxed(super().format_kernel_cmd(extra_arguments), self.sockets)

    async def _async_cleanup_resources(self, restart=False):
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self.sockets, ignore_errors=True)


def sandboxed(command, writable):
    """Returns the command line that runs `command` in the sandbox; it may write in the folder `writable`."""
    limits = {**LIMITS, "nproc": TASKS + (0 if is_root() else own_tasks())}
    return [
        *("bwrap", "--die-with-parent", "--new-session", "--hostname", "grading"),
        *namespaces(),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", str(DISK), "--tmpfs", "/tmp"),
        *visible(),
        *("--bind", str(writable), str(writable), "--chdir", "/tmp"),
        *environment(),
        *("--", "prlimit", *(f"--{name}={value}" for name, value in limits.items())),
        *(drop_to(own_user()) if is_root() else ()),
        *command,
    ]


def namespaces():
    """Returns bwrap's options that part the kernel from all other processes, the network and the real users.

    Root needs no user namespace, and must not have one: it would then be root to the kernel of the operating system,
    for which no limit of processes holds.
    """
    others = [f"--unshare-{kind}" for kind in ("pid", "net", "ipc", "uts", "cgroup-try")]
    if is_root():
        return [*others, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*others, "--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]


def drop_to(user):
    """Returns the command that becomes an unprivileged user for good."""
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all", "--no-new-privs"]


def visible():
    """Returns bwrap's options for what can be read: the system's programs, Python, the helper package, no solution."""
    options = ["--ro-bind", "/usr", "/usr"]
    for path in map(Path, ("/bin", "/sbin", "/lib", "/lib64")):
        if path.is_symlink():
            options += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    options += ["--perms", "0755", "--dir", "/etc"]  # else root's bwrap would make it for root alone
    for path in ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime"):
        options += ["--ro-bind-try", path, path]
    reference = PACKAGE.parent / "data" / "reference_results.csv"
    for path in dict.fromkeys(map(Path, (sys.base_prefix, sys.prefix, PACKAGE, reference))):
        if path.is_relative_to("/usr") or not path.exists():
            continue
        for parent in reversed(path.parents[:-1]):
            options += ["--perms", "0755", "--dir", str(parent)]
        options += ["--ro-bind", str(path), str(path)]
    return [*options, "--tmpfs", str(PACKAGE / "grading")]


def environment():
    """Returns bwrap's options that set every variable the kernel has."""
    variables = {
        **GRADING_ENVIRONMENT,
        "RECSYS_DATA_DIR": "/tmp/data",
        "HOME": "/tmp",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return ["--clearenv", *(word for name, value in variables.items() for word in ("--setenv", name, value))]


def is_root():
    """Returns whether this process runs as root."""
    return os.geteuid() == 0


def own_user():
    """Returns the id of an unprivileged user that no other kernel has: one's fork bomb must not starve another."""
    return 1_000_000 + os.getpid()


def own_tasks():
    """Returns how many threads this user runs already: the limit of processes counts them on older systems."""
    mine = os.getuid()
    processes = (process.info for process in psutil.process_iter(["uids", "num_threads"]))
    return sum(info["num_threads"] or 0 for info in processes if info["uids"] and info["uids"].real == mine)


def remove_sockets(room_name):
    """Removes the sockets' folders that the kernels of a room may have left; nothing a student made stops it."""
    paths = [str(path) for path in Path("/tmp").glob(f"k-{room_name}-*")]
    if paths:
        subprocess.run(["rm", "-rf", "--", *paths], stderr=subprocess.DEVNULL)
