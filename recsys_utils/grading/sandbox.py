"""A student's process in bubblewrap: it sees Python, its packages and an empty disk, and reaches nothing else.

What it cannot do: read the course folder, the gradebook, other students' work or the instructor's environment, write
anywhere but into its own memory disk, use the network, see or signal other processes, outlive who started it. How much
it can use: LIMITS. It talks over its standard input and output; it is watched, interrupted and ended from outside.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from .course import GRADING_ENVIRONMENT, CourseError, first_line
from .system_calls import refusals

ROOT = os.geteuid() == 0
PACKAGE = Path(__file__).resolve().parents[1]
PYTHON, PREFIX, BASE = map(os.path.abspath, (sys.executable, sys.prefix, sys.base_prefix))  # a path may hold ".."
# all that is to be seen of this folder
SHOWN = ("student.py", "student_shell.py", "wire.py", "wire_kinds.py", "wire_pack.py", "wire_unpack.py")
DISK, SHARED, NAMES = 256 * 2**20, 32 * 2**20, 2**16  # bytes of /tmp, of /dev/shm, of a folder of names: all memory
LIMITS = {"as": 4 * 2**30, "fsize": DISK, "nofile": 1024, "cpu": 1800, "core": 0}  # bytes, bytes, files, seconds
TASKS = 64  # processes and threads
TOOLS = ("bwrap", "prlimit", "setpriv")
INSTALL = (
    "Grading runs students' code in a sandbox and needs {}, to be had on Linux: apt install bubblewrap util-linux. "
    "With --no-sandbox it runs with your rights instead: it can then read and change all that you can, the gradebook "
    "and other students' work included."
)


def require_sandbox(root):
    """Raises CourseError where this machine cannot run the sandbox, or the sandbox would show the course."""
    for path in map(Path, (PREFIX, BASE, "/usr")):
        if root.is_relative_to(path.resolve()):
            raise CourseError(f"The course lies inside {path}, which the sandbox shows to students: move one of them.")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise CourseError(INSTALL.format(" and ".join(missing)))
    command = sandboxed([PYTHON, "-c", ""])
    trial = subprocess.run(command, env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if trial.returncode:
        raise CourseError(f"The sandbox does not start on this machine: {first_line(trial.stderr)}")


def start(command, sandbox=True, home="/tmp", alone=False):
    """Returns the started process, a `subprocess.Popen` with pipes; in the sandbox it ends with the thread that calls.

    alone: it can start no process and no thread. Without the sandbox it has your rights, and lives in `home`.
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL,
             "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}  # ignored, where grading runs with &
    if not sandbox:
        return subprocess.Popen(command, cwd=home, env=environment(home), start_new_session=True, **pipes)
    bwrap, *words = sandboxed(command)
    end = words.index("--")
    with tempfile.TemporaryFile() as options, tempfile.TemporaryFile() as calls:  # the command line is seen inside
        for file, content in ((options, "\0".join(words[:end]).encode()), (calls, refusals(alone))):
            file.write(content)
            file.seek(0)
        files = options.fileno(), calls.fileno()
        command = [bwrap, "--args", str(files[0]), "--seccomp", str(files[1]), *words[end:]]
        return subprocess.Popen(command, env={}, pass_fds=files, start_new_session=True, **pipes)


def processor_seconds(process):
    """Returns the processor time of everything that was seen inside so far, at least: it never falls."""
    seen = vars(process).setdefault("seen", {})
    for each in family(process):
        with contextlib.suppress(psutil.Error):  # user, system, and both of the children it has waited for
            who = each.pid, each.create_time()
            seen[who] = max(sum(each.cpu_times()[:4]), seen.get(who, 0.0))
    return sum(seen.values())


def interrupt(process):
    """Sends SIGINT to the student's Python; does nothing once that is gone."""
    with contextlib.suppress(psutil.Error, IndexError, ValueError):
        python = family(process)[0]
        if "--args" in process.args:  # bubblewrap's one child is the first process inside, whose first child is Python
            python = min(python.children()[0].children(), key=psutil.Process.create_time)
        python.send_signal(signal.SIGINT)


def kill(process):
    """Ends everything inside, and returns once nothing of it is left."""
    patience = time.monotonic() + 10
    while process.poll() is None:
        spared = "--args" in process.args and time.monotonic() < patience  # bwrap waits until all are dead, then ends
        for each in family(process)[spared:]:
            with contextlib.suppress(psutil.Error):
                each.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)


def family(process):
    """Returns the process and all below it, as psutil's; nothing once it has ended."""
    with contextlib.suppress(psutil.Error):
        if process.poll() is None:
            first = psutil.Process(process.pid)
            return [first, *first.children(recursive=True)]
    return []


def sandboxed(command):
    """Returns the command line that runs `command` in the sandbox."""
    limits = {**LIMITS, "nproc": TASKS + (0 if ROOT else own_tasks())}
    user = 1_000_000 + os.getpid()  # nobody else's: one's fork bomb must not starve another
    drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all", "--no-new-privs"]
    return [
        *(shutil.which("bwrap"), "--die-with-parent", "--new-session", "--hostname", "grading", *namespaces()),
        *("--proc", "/proc", "--dev", "/dev", *memory("/dev/shm", SHARED), *memory("/tmp", DISK), *visible()),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--clearenv"),  # these two are memory as well
        *(word for name, value in environment("/tmp").items() for word in ("--setenv", name, value)),
        *("--", "prlimit", *(f"--{name}={value}" for name, value in limits.items()), *(drop if ROOT else ()), *command),
    ]


def namespaces():
    """Returns bwrap's options that part the process from all others, the network and the real users."""
    others = [f"--unshare-{kind}" for kind in ("pid", "net", "ipc", "uts", "cgroup-try")]
    if ROOT:  # in a user namespace it would still be the system's root, for whom no limit of processes holds
        return [*others, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*others, "--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]


def memory(path, size):
    """Returns bwrap's options for a disk of so many bytes of memory."""
    return ["--perms", "1777", "--size", str(size), "--tmpfs", str(path)]


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
    for path in dict.fromkeys(map(Path, (BASE, PREFIX, PACKAGE, reference))):
        if path.is_relative_to("/usr") or not path.exists():
            continue
        for parent in reversed(path.parents[:-1]):
            options += ["--perms", "0755", "--dir", str(parent)]
        options += ["--ro-bind", str(path), str(path)]
    grading = PACKAGE / "grading"
    shown = (word for name in SHOWN for word in ("--ro-bind", str(grading / name), str(grading / name)))
    return [*options, *memory(grading, NAMES), *shown, "--remount-ro", str(grading)]


def environment(home):
    """Returns every variable that the process has; LOGNAME, as there is no list of users to look a name up in."""
    own = {"HOME": str(home), "RECSYS_DATA_DIR": f"{home}/data", "LOGNAME": "student", "LANG": "C.UTF-8"}
    python = {"PYTHONPATH": str(PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**GRADING_ENVIRONMENT, **own, **python, "PATH": f"{PREFIX}/bin:/usr/bin:/bin"}


def own_tasks():
    """Returns how many threads this user runs already: the limit of processes counts them on older systems."""
    found = [process.info for process in psutil.process_iter(["uids", "num_threads"])]
    return sum(info["num_threads"] or 0 for info in found if info["uids"] and info["uids"].real == os.getuid())
