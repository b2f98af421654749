"""What runs in the sandbox reaches nothing, uses no more than it may, and ends when it shall; as root and not."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from recsys_utils.grading import sandbox
from recsys_utils.grading.course import CourseError

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the-instructor-s-own-token"
MB = 2**20
pytestmark = pytest.mark.skipif(not all(map(shutil.which, sandbox.TOOLS)), reason=f"needs {', '.join(sandbox.TOOLS)}")

OUTSIDE = """
import json, os, subprocess, sys, time
import psutil
from recsys_utils.grading.sandbox import family, interrupt, kill, processor_seconds, start

def program(source, **options):
    return start([sys.executable, "-c", source], **options)

def say(value):
    print(json.dumps(value), flush=True)

def result(source):
    process = program(source)
    said = process.communicate()[0]
    return said.decode() or f"ended with {process.returncode}"

def living(processes):
    return [each.pid for each in processes if each.is_running()]
"""


def become_ordinary():
    """Returns the command that runs another as an ordinary user, who can read Python and the course."""
    script, seen = "", {}
    for path in map(Path, (sys.base_prefix, sys.prefix, ROOT)):
        hidden = [parent for parent in reversed(path.parents) if not parent.stat().st_mode & 0o001]
        if hidden:
            seen.setdefault(str(hidden[0]), []).append(str(path))
    for folder, paths in seen.items():  # a folder that others may not enter, laid over with one that they may
        script += "mount -t tmpfs -o mode=755 kept /mnt; "
        for number, path in enumerate(paths):
            script += f"mkdir /mnt/{number}; mount --bind {path} /mnt/{number}; "
        script += f"mount -t tmpfs -o mode=755 laid {folder}; "
        for number, path in enumerate(paths):
            script += f"mkdir -p {path}; mount --bind /mnt/{number} {path}; "
    script += 'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"'
    return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh"]


@pytest.fixture(scope="module", params=["as root", "as an ordinary user"])
def grader(request):
    """Returns the start of a command that runs as this user."""
    root = os.geteuid() == 0
    if request.param == "as root" and not root:
        pytest.skip("only root can be root")
    command = [*(become_ordinary() if root and request.param != "as root" else ()), sys.executable, "-c"]
    trial = subprocess.run([*command, "import psutil"], capture_output=True, text=True)
    if trial.returncode:
        pytest.skip(f"no Python {request.param}: {trial.stderr.strip()}")
    return command


def grading(grader, source):
    """Returns a running grader whose environment holds a secret."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TOKEN": SECRET, "HOME": f"/home/{SECRET}"}
    return subprocess.Popen([*grader, OUTSIDE + source], env=environment, cwd="/", stdout=subprocess.PIPE, text=True)


def told(grader, source):
    """Returns what a grader says at its end."""
    with grading(grader, source) as process:
        try:
            return json.loads(process.communicate(timeout=60)[0])
        finally:
            process.kill()


def shown(grader, source):
    """Returns what a program inside prints."""
    text = told(grader, f"say(result({source!r}))")
    try:
        return json.loads(text)
    except ValueError:
        pytest.fail(text[:2000])


LOOK = """
import ctypes, errno, glob, json, os, socket

def text(path):
    try:
        return open(path, "rb").read().decode(errors="replace")
    except OSError:
        return ""

def connects(family, address):
    try:
        with socket.socket(family) as end:
            end.settimeout(1)
            end.connect(address)
            return True
    except OSError:
        return False

def refused(*call):
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(*call) == -1 and ctypes.get_errno() == errno.ENOSYS

def too_large(size):
    try:
        return len(bytearray(size)) < 0
    except MemoryError:
        return True

machine = os.uname().machine
calls = {
    "x86_64": {"unshare": (272, 0x10000000), "clone": (56, 0x10000011, 0, 0, 0, 0), "clone3": (435, 0, 0),
               "shmget": (29, 0, 4096, 0o1600), "semget": (64, 0, 9, 0o1600), "msgget": (68, 0, 0o1600),
               "memfd_create": (319, b"name", 0), "keyctl": (250, 0, -3, 0), "flock": (73, 0, 1), "lock": (72, 0, 6, 0),
               "open file lock": (72, 0, 38, 0), "inotify_init": (253,), "inotify_init1": (294, 0),
               "fanotify_init": (300, 0, 0), "readahead": (187, 0, 0, 9), "fadvise64": (221, 0, 0, 9, 4),
               "preadv2": (327, 0, 0, 0, 0, 0, 8), "mincore": (27, 0, 0, 0), "cachestat": (451, 0, 0, 0, 0),
               "io_uring_setup": (425, 1, 0), "a lock's owner": (72, 0, 5, 0), "notify": (72, 0, 1026, 1),
               "io_setup": (206, 1, 0), "AF_VSOCK": (41, 40, 1, 0), "AF_ALG": (41, 38, 5, 0)},
    "aarch64": {"unshare": (97, 0x10000000), "clone": (220, 0x10000011, 0, 0, 0, 0), "clone3": (435, 0, 0),
                "shmget": (194, 0, 4096, 0o1600), "semget": (190, 0, 9, 0o1600), "msgget": (186, 0, 0o1600),
                "memfd_create": (279, b"name", 0), "keyctl": (219, 0, -3, 0), "flock": (32, 0, 1),
                "lock": (25, 0, 6, 0), "open file lock": (25, 0, 38, 0), "inotify_init1": (26, 0),
                "fanotify_init": (262, 0, 0), "readahead": (213, 0, 0, 9), "fadvise64": (223, 0, 0, 9, 4),
                "preadv2": (286, 0, 0, 0, 0, 0, 8), "mincore": (232, 0, 0, 0), "cachestat": (451, 0, 0, 0, 0),
                "io_uring_setup": (425, 1, 0), "a lock's owner": (25, 0, 5, 0), "notify": (25, 0, 1026, 1),
                "io_setup": (0, 1, 0), "AF_VSOCK": (198, 40, 1, 0), "AF_ALG": (198, 38, 5, 0)},
}[machine]
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print(json.dumps({
    "environment": dict(os.environ),
    "everybody's environment": "".join(map(text, glob.glob("/proc/[0-9]*/environ"))),
    "first": [text("/proc/1/environ"), text("/proc/1/cmdline")],
    "pids": pids,
    "host": os.uname().nodename,
    "top": os.listdir("/"), "course": os.listdir(COURSE), "grading": os.listdir(COURSE + "/recsys_utils/grading"),
    "tmp": os.listdir("/tmp"),
    "open": [os.readlink(f"/proc/self/fd/{name}") for name in (0, 1, 2)], "descriptors": os.listdir("/proc/self/fd"),
    "secret files": [path for path in FILES if os.path.exists(path)],
    "interfaces": [name for _, name in socket.if_nameindex()],
    "port": connects(socket.AF_INET, ("127.0.0.1", PORT)),
    "abstract socket": connects(socket.AF_UNIX, "\\0" + ABSTRACT),
    "not refused": [name for name, call in calls.items() if not refused(*call)],
    "plain clone": refused(calls["clone"][0], 0x800, 0, 0, 0, 0),
    "memory": too_large(5 * 2**30),
    "root": os.getuid() == 0 or os.geteuid() == 0,
}))
"""


@pytest.fixture(scope="module")
def seen(grader, tmp_path_factory):
    """Returns what a program inside finds when it looks around."""
    files = [tmp_path_factory.mktemp("elsewhere") / "secret", ROOT / "solutions", ROOT / ".git", Path("/etc/passwd")]
    files[0].write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0sandbox-{os.getpid()}")
        abstract.listen()
        names = {
            "COURSE": str(ROOT),
            "FILES": list(map(str, files)),
            "PORT": server.getsockname()[1],
            "ABSTRACT": f"sandbox-{os.getpid()}",
        }
        return shown(grader, "".join(f"{name} = {value!r}\n" for name, value in names.items()) + LOOK)


def test_the_environment_is_made_for_it(seen):
    assert seen["environment"].keys() - {"PWD", "LC_CTYPE"} == sandbox.environment("/tmp").keys()
    assert SECRET not in str(seen)
    assert "OMP_NUM_THREADS=1" in seen["everybody's environment"]  # there was something to read
    assert seen["first"][0] == "" and "--args" in seen["first"][1] and "--ro-bind" not in seen["first"][1]


def test_it_sees_no_process_and_no_host(seen):
    assert max(seen["pids"]) < 10 and len(seen["pids"]) == 2
    assert seen["host"] == "grading" != os.uname().nodename


def test_it_sees_no_file_but_python_and_the_helpers(seen):
    assert not seen["secret files"]
    assert set(seen["course"]) <= {".venv", "recsys_utils", "data"}
    assert sorted(seen["grading"]) == sorted(sandbox.SHOWN)
    assert set(seen["tmp"]) <= {path.parts[2] for path in (ROOT, Path(sys.prefix)) if path.parts[1] == "tmp"}
    others = {"home", "var", "run", "srv", "mnt", "opt", "sys", "boot"}
    assert not others & set(seen["top"]) - {path.parts[1] for path in (ROOT, Path(sys.prefix))}
    assert [kind.split(":")[0] for kind in seen["open"]] == ["pipe", "pipe", "/dev/null"]
    assert len(seen["descriptors"]) == 4  # and the one that lists them


def test_it_has_no_network(seen):
    assert seen["interfaces"] == ["lo"]
    assert not seen["port"] and not seen["abstract socket"]


def test_it_takes_no_memory_that_is_not_counted(seen):
    assert seen["not refused"] == []
    assert not seen["plain clone"]
    assert seen["memory"] and not seen["root"]


FILL = f"""
import json, os, stat
full, writable = {{}}, []
for folder, _, names in os.walk("/"):
    if folder == "/proc":
        continue
    if folder.startswith("/proc/") and folder.count("/") > 2:
        continue
    for name in names:
        path = os.path.join(folder, name)
        if not folder.startswith("/proc") and os.access(path, os.W_OK) and stat.S_ISREG(os.stat(path).st_mode):
            writable.append(path)
    kept = 0
    try:
        for number in range(2):  # two, as the size of one file has a limit
            with open(f"{{folder}}/zz_{{number}}", "wb", buffering=0) as file:
                for _ in range(300):
                    kept += file.write(bytes({MB}))
    except OSError:
        pass
    if kept:
        full[folder] = kept
print(json.dumps([full, writable]))
"""


def test_the_disk_is_bounded_wherever_it_writes(grader):
    full, writable = shown(grader, FILL)
    assert set(full) == {"/tmp", "/dev/shm"}
    assert 250 * MB < sum(full.values()) <= sandbox.DISK + sandbox.SHARED
    assert writable == []


BOMB = """
import json, os, signal, time
children = 0
try:
    while children < 2000:
        if os.fork() == 0:
            time.sleep(100)
        children += 1
except BlockingIOError:
    pass
print(json.dumps(children))
"""


def test_a_fork_bomb_is_bounded(grader):
    assert 40 < shown(grader, BOMB) < 2 * sandbox.TASKS  # an ordinary user has others outside


LIBRARIES = """
import getpass, json, os, sys, tempfile
import matplotlib.pyplot as plt
import torch
from torch.utils.data import DataLoader, TensorDataset

with tempfile.TemporaryDirectory() as folder:
    torch.save(torch.arange(3), folder + "/x.pt")
    kept = torch.load(folder + "/x.pt").tolist()
    plt.plot([1, 2])
    plt.savefig(folder + "/x.png")
    size = os.path.getsize(folder + "/x.png")
    place = tempfile.gettempdir()
    open(folder + "/own.py", "w").close()
    sys.path.insert(0, folder)
    import own
    bytecode = [name for where, _, names in os.walk("/tmp") for name in names
                if name.endswith(".pyc") and os.access(where, os.W_OK)]
batches = DataLoader(TensorDataset(torch.arange(6)), batch_size=2, num_workers=2)  # its workers share /dev/shm
print(json.dumps([getpass.getuser(), os.path.expanduser("~"), place, kept, size > 1000,
                  [batch[0].tolist() for batch in batches], bytecode]))
"""


def test_the_libraries_work(grader):
    assert shown(grader, LIBRARIES) == ["student", "/tmp", "/tmp", [0, 1, 2], True, [[0, 1], [2, 3], [4, 5]], []]


def test_the_students_program_is_found(grader):
    """It ends in peace where nobody asks anything."""
    source = """
process = start([sys.executable, "-m", "recsys_utils.grading.student"])
process.communicate()
say(process.returncode)
"""
    assert told(grader, source) == 0


PATIENT = """
import os, subprocess, sys, time
if os.fork() == 0:
    if os.fork() == 0:
        time.sleep(100)  # an orphan
    os._exit(0)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
try:
    print("ready", flush=True)
    {wait}
except KeyboardInterrupt:
    print("interrupted", child.poll(), flush=True)
"""


@pytest.mark.parametrize("wait", ["while True: pass", "time.sleep(100)", "sys.stdin.read()"])
def test_an_interrupt_reaches_python_alone(grader, wait):
    source = f"""
process = program({PATIENT.format(wait=wait)!r})
process.stdout.readline()
interrupt(process)
say([process.stdout.readline().decode().strip(), process.wait()])
interrupt(process)
"""
    assert told(grader, source) == ["interrupted None", 0]


STUBBORN = """
import os, signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
ready, say = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.fork()
    os.write(say, b".")
    time.sleep(100)
while len(os.read(ready, 1) + os.read(ready, 1)) < 2:
    pass
print("ready", flush=True)
while True:
    pass
"""


def test_kill_leaves_nothing(grader):
    source = f"""
process = program({STUBBORN!r})
process.stdout.readline()
while processor_seconds(process) < 0.3:
    time.sleep(0.05)
processes, session = family(process), os.getsid(process.pid)
kill(process)
left = living(processes)
kill(process)
interrupt(process)
say([len(processes), session == process.pid, left, process.returncode is None, processor_seconds(process) >= 0.3])
"""
    assert told(grader, source) == [5, True, [], False, True]


def test_kill_right_after_the_start_leaves_nothing(grader):
    """bubblewrap has not yet started what it shall start."""
    source = """
for number in range(8):
    process = start(["sleep", "98765.25"])
    time.sleep(number / 500)
    kill(process)
time.sleep(0.2)
say([each.pid for each in psutil.process_iter(["cmdline"]) if "98765.25" in (each.info["cmdline"] or ())])
"""
    assert told(grader, source) == []


def runs(process):
    """Returns whether a process is there and has not ended; whose child it is may be slow to look after it."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_killed_grader_leaves_nothing(grader):
    source = f"""
process = program({STUBBORN!r})
process.stdout.readline()
say([each.pid for each in family(process)])
time.sleep(100)
"""
    with grading(grader, source) as process:
        processes = [psutil.Process(pid) for pid in json.loads(process.stdout.readline())]
        process.kill()
    limit = time.monotonic() + 10
    while (left := [each for each in processes if runs(each)]) and time.monotonic() < limit:
        time.sleep(0.05)
    for each in left[1:2]:  # the first process inside
        each.kill()
    assert len(processes) == 5 and not left


ALONE = """
import json, os, subprocess, threading
ways = {"fork": os.fork, "thread": lambda: threading.Thread(target=print).start(),
        "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}), "run": lambda: subprocess.run(["true"])}
went = []
for name, way in ways.items():
    try:
        way()
        went.append(name)
    except (OSError, RuntimeError):
        pass
print(json.dumps(went))
"""


def test_where_it_is_to_be_alone_it_starts_no_process_and_no_thread(grader):
    watch = f"process = program({ALONE!r}, alone=True)\nsay(json.loads(process.communicate()[0]))"
    assert told(grader, watch) == []


SPIN = "import os, time\nwhile time.process_time() < 0.6: pass\n"
CHILD = f"import os\nif os.fork() == 0:\n    exec({SPIN!r})\n    os._exit(0)\nos.wait()\n"
SPENT = [
    ("a busy loop", SPIN, 0.55, 1.2),
    ("a loop in a child that has ended", CHILD, 0.55, 1.2),
    ("a sleep", "import time\ntime.sleep(0.6)\n", 0.0, 0.4),
]


@pytest.mark.parametrize("name, source, least, most", SPENT, ids=[row[0] for row in SPENT])
def test_the_processors_time_is_seen_from_outside(grader, name, source, least, most):
    waits = source + "print('done', flush=True)\nimport sys\nsys.stdin.read()"
    watch = f"""
process = program({waits!r})
process.stdout.readline()
say(processor_seconds(process))
kill(process)
"""
    assert least <= told(grader, watch) <= most


def test_the_sandbox_starts_quickly(grader):
    """The best of five: 20 ms were measured, on a machine at rest."""
    source = """
seconds = []
for _ in range(5):
    begin = time.perf_counter()
    start(["true"]).wait()
    seconds.append(time.perf_counter() - begin)
say(min(seconds))
"""
    seconds = told(grader, source)
    print(f"start: {1000 * seconds:.0f} ms")
    assert seconds < 0.3


def test_without_a_sandbox(grader):
    """The same variables and no other; the caller's folder is its home."""
    source = '''
import tempfile
scratch = tempfile.TemporaryDirectory()
home = scratch.name
bare = program("import os, json; print(json.dumps([dict(os.environ), os.getcwd()]))", sandbox=False, home=home)
variables, folder = json.loads(bare.communicate()[0])
busy = program("""try:
    print(1, flush=True)
    while True: pass
except KeyboardInterrupt:
    print(2, flush=True)
while True: pass
""", sandbox=False, home=home)
said = [busy.stdout.readline().decode()]
interrupt(busy)
said.append(busy.stdout.readline().decode())
kill(busy)
say([variables, folder == home, variables["HOME"] == home, said, busy.returncode, processor_seconds(busy)])
'''
    variables, here, home, said, code, seconds = told(grader, source)
    assert variables.keys() - {"PWD", "LC_CTYPE"} == sandbox.environment("/tmp").keys()
    assert (here, home, said, code, seconds) == (True, True, ["1\n", "2\n"], -9, 0.0)


LACKING = [
    ("a course that it shows", {}, Path("/usr/share/course"), "move one of them"),
    ("no bubblewrap", {"shutil.which": lambda name: None}, ROOT, "apt install bubblewrap"),
    ("bubblewrap does not work", {"sandboxed": lambda command: ["sh", "-c", "echo no rights >&2; false"]}, ROOT,
     "does not start on this machine: no rights"),
]  # fmt: skip


@pytest.mark.parametrize("name, changes, root, message", LACKING, ids=[row[0] for row in LACKING])
def test_what_is_lacking_is_said(monkeypatch, name, changes, root, message):
    sandbox.require_sandbox(ROOT)
    for place, change in changes.items():
        monkeypatch.setattr(f"recsys_utils.grading.sandbox.{place}", change)
    with pytest.raises(CourseError, match=message):
        sandbox.require_sandbox(root)
