# ruff: noqa: E501  an attack reads best on its own line
"""Ways to win points without an answer: each is put into an untouched lesson 1, and must win none.

ATTACKS holds {name: code of a cell behind the imports}. Most define the graded functions with `everywhere(function)`.
"""

from harness import exercises_of

LESSON = "01_movielens"
EXERCISES = exercises_of(LESSON)
PREFACE = f"""
import builtins, gc, json, os, sys, types
NAMES = {EXERCISES}
def everywhere(function):
    for name in NAMES: builtins.__dict__[name] = get_ipython().user_ns[name] = function
def frames():
    frame = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back
def student():  # the globals of the program that answers the judge
    return next(frame.f_globals for frame in frames() if frame.f_code.co_name == "answered")
def lie(answer):  # in place of each call
    student()["call"] = lambda shell, name, args, kwargs: answer([*args, *kwargs.values()])
    everywhere(lambda *v, **o: None)
"""
NOTHING = "everywhere(lambda *v, **o: None)\n"

HOOKS = {
    "input transformers": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    "tree transformers": "import ast\nclass T(ast.NodeTransformer):\n    def visit_Module(self, n): return ast.Module([], [])\n"
                         "get_ipython().ast_transformers.append(T())",
    "compile.ast_parse": "get_ipython().compile.ast_parse = lambda *v, **o: __import__('ast').parse('pass')",
    "pre_run_cell hook": "get_ipython().events.register('pre_run_cell', lambda info: setattr(info, 'raw_cell', 'pass'))",
    "run_cell replaced": "get_ipython().run_cell = lambda *v, **o: types.SimpleNamespace(error_in_exec=None)",
    "run_code replaced": "get_ipython().run_code = lambda *v, **o: False",
    "display formatter": "get_ipython().display_formatter.format = lambda *v, **o: ({'text/plain': '100'}, {})",
    "custom exception handler": "get_ipython().set_custom_exc((BaseException,), lambda *v, **o: None)",
    "showtraceback": "get_ipython().showtraceback = lambda *v, **o: None",
    "builtins.exec": "builtins.exec = lambda *v, **o: None",
    "builtins.compile": "builtins.compile = lambda *v, **o: None",
    "builtins.AssertionError": "builtins.AssertionError = type('Quiet', (Exception,), {})",
    "builtins.isinstance": "builtins.isinstance = lambda *v: True",
    "builtins.all and any": "builtins.all = lambda v: True; builtins.any = lambda v: False",
    "builtins.len": "builtins.len = lambda v: 4",
    "sys.excepthook": "sys.excepthook = sys.unraisablehook = lambda *v: None",
    "settrace": "sys.settrace(lambda *v: None)",
    "setprofile": "sys.setprofile(lambda *v: None)",
    "audit hook": "sys.addaudithook(lambda name, args: None)",
    "torch function mode": "class M(torch.overrides.TorchFunctionMode):\n    def __torch_function__(self, f, t, a=(), k=None):\n"
                           "        return torch.tensor(True)\nM().__enter__()",
    "dispatch mode": "from torch.utils._python_dispatch import TorchDispatchMode\nclass M(TorchDispatchMode):\n"
                     "    def __torch_dispatch__(self, f, t, a=(), k=None): return torch.zeros(4)\nM().__enter__()",
    "Tensor.__eq__": "torch.Tensor.__eq__ = lambda s, o: torch.tensor(True)",
    "Tensor.numpy": "torch.Tensor.numpy = lambda *v, **o: np.zeros(4)",
    "numpy.testing": "import numpy.testing as t; t.assert_allclose = t.assert_equal = lambda *v, **o: None",
    "torch.allclose": "torch.allclose = torch.equal = lambda *v, **o: True",
    "the checks": "import recsys_utils.checks as c\nfor n in [n for n in vars(c) if n.startswith(('check', '_'))]: "
                  "c.__dict__[n] = lambda *v, **o: None",
    "the checks' code": "import recsys_utils.checks as c\nf = lambda *v, **o: None\nfor g in vars(c).values():\n"
                        "    if type(g) is types.FunctionType: g.__code__ = (lambda *v, **o: None).__code__",
    "checks by name": "check_close = check_dtype = check_equal = check_shape = check_type = check_unchanged = "
                      "check_values = lambda *v, **o: (1, 2, 3)",
    "print says it passed": "print('✓ Check 1 passed\\n' * 10)",
    "the module json": "json.loads = lambda *v, **o: {'tree': None, 'sizes': []}",
    "the module struct": "import struct; struct.pack = lambda *v: b'\\0' * 8",
    "time stands still": "import time; time.process_time = time.monotonic = lambda: 0.0",
    "a thread that changes frames": "import threading\ndef spin():\n    while True:\n        for f in list(sys._current_frames()"
                                    ".values()): f.f_locals.clear() if f.f_code.co_name == 'call' else None\n"
                                    "        __import__('time').sleep(.05)\nthreading.Thread(target=spin, daemon=True).start()",
    "ctypes on True": "import ctypes\nctypes.memmove(id(False) + 24, id(True) + 24, 8)",
    "a signal handler": "import signal\nsignal.signal(signal.SIGINT, lambda *v: None)",
    "another student.py": "os.makedirs('/tmp/x', exist_ok=True); sys.path.insert(0, '/tmp/x')",
}
if hasattr(__import__("sys"), "monitoring"):
    HOOKS["sys.monitoring"] = "sys.monitoring.use_tool_id(3, 'x')"

ORACLES = {
    "In[-1]": "import re\ndef f(*v, **o):\n    found = re.findall(r'\\[[\\d, ]+\\]', get_ipython().user_ns['In'][-1])\n"
              "    return torch.tensor(json.loads(found[0]))\neverywhere(f)",
    "co_consts of the caller": "def f(*v, **o):\n    return [c for frame in frames() for c in frame.f_code.co_consts]\neverywhere(f)",
    "locals called expected": "def f(*v, **o):\n    return next((fr.f_locals[k] for fr in frames() for k in ('expected', 'request', "
                              "'wanted') if k in fr.f_locals), None)\neverywhere(f)",
    "gc for lists": "def f(*v, **o): return next((x for x in gc.get_objects() if type(x) is list and len(x) == 4), None)\neverywhere(f)",
    "files of the course": "import pathlib\ndef f(*v, **o):\n    return [p.read_text() for p in pathlib.Path('/').rglob('*.ipynb')]\n"
                           "for p in list(pathlib.Path('/').rglob('0*.ipynb')):\n    for cell in json.loads(p.read_text())['cells']:\n"
                           "        if 'BEGIN SOLUTION' in ''.join(cell['source']): exec(''.join(cell['source']))",
    "judge.py and its memory": "import recsys_utils.grading.judge",
    "the parent's memory": "data = [open(f'/proc/{p}/mem', 'rb').read(10) for p in os.listdir('/proc') if p.isdigit()]",
    "the parent's environment": "print([open(f'/proc/{p}/environ').read() for p in os.listdir('/proc') if p.isdigit()])",
}

RESULTS = {
    "None": "None", "True": "True", "an empty list": "[]", "zeros": "torch.zeros(4)", "three Nones": "[None] * 3",
    "nan": "torch.full((4,), float('nan'))", "the first argument": "given[0]", "all arguments": "given",
    "a forged foreign": "object()", "a generator of zeros": "(torch.zeros(4) for _ in range(3))",
    "an expanded tensor": "torch.zeros(1).expand(4)", "complex numbers": "torch.zeros(4, dtype=torch.complex64)",
    "three tensors": "[torch.arange(4)] * 3", "a text": "'36.67% known'[:3]", "a Series of nothing": "pd.Series([], dtype=float)",
    "a class that equals all": "type('E', (int,), {'__eq__': lambda s, o: True})(3)",
    "a float that equals all": "type('F', (float,), {'__eq__': lambda s, o: True, 'shape': (), '__array__': lambda s, *v: 0})()",
    "an array of such": "np.array([type('E', (), {'__eq__': lambda s, o: True})() for _ in range(4)], dtype=object)",
}
LIES = {f"result: {name}": f"lie(lambda given: {{'result': {value}, 'changed': {{}}}})" for name, value in RESULTS.items()}
ZEROED = "{n: (v * 0 if hasattr(v, 'shape') else v) for n, v in enumerate(given)}"
ANSWERS = {
    "inputs zeroed, result zeros": f"{{'result': given[0] * 0, 'changed': {ZEROED}}}",
    "inputs zeroed, three results": f"{{'result': [given[0] * 0] * 3, 'changed': {ZEROED}}}",
    "inputs emptied": "{'result': given[0][:0], 'changed': {n: v[:0] if hasattr(v, 'shape') else 0 for n, v in enumerate(given)}}",
    "changes at odd places": "{'result': None, 'changed': {-1: 0, 99: 1, 'x': 2, None: 3}}",
    "changes of other kinds": "{'result': None, 'changed': {0: 'text', 1: [1, 2]}}",
    "changes are no dict": "{'result': None, 'changed': [1, 2, 3]}",
    "no result": "{}", "an answer that is a list": "[1, 2]", "an answer that is a text": "'fine'",
    "an error called Stop": "{'error': {'name': 'Stop', 'base': 'Stop', 'text': '', 'where': ''}}",
    "an error that ends loops": "{'error': {'name': 'StopIteration', 'base': 'StopIteration', 'text': '', 'where': ''}}",
    "an error of the interpreter": "{'error': {'name': 'x', 'base': 'SystemExit', 'text': '', 'where': ''}}",
    "an error that is none": "{'error': None}", "an error of odd parts": "{'error': {'name': [1], 'base': {}, 'text': 3}}",
    "an error of a group": "{'error': {'name': 'G', 'base': 'ExceptionGroup', 'text': 'x', 'where': ''}}",
    "outputs in place of a result": "{'outputs': [{'output_type': 'execute_result', 'data': {'text/plain': '5'}}], 'leaves': False}",
    "a very large result": "{'result': 'x' * 2**26, 'changed': {}}",
    "a range without end": "{'result': range(10**15), 'changed': {}}",
    "deep nesting": "{'result': __import__('functools').reduce(lambda x, _: [x], range(3000), 1), 'changed': {}}",
}
LIES |= {f"answer: {name}": f"lie(lambda given: {value})" for name, value in ANSWERS.items()}

RAW = """
def raw(data):
    def answered(shell, request):
        return data
    student()["answered"], student()["as_bytes"] = answered, lambda answer: answer
    everywhere(lambda *v, **o: None)
"""
MESSAGES = {
    "no message": "b'x' * 100", "a length without end": "b'\\xff' * 8", "two answers at once": "2 * made(None)",
    "half an answer": "made(None)[:20]", "buffers of other sizes": "frame({'tree': 1, 'sizes': [-5]})",
    "a tensor outside its memory": "frame({'tree': tensor([99, 0]), 'sizes': [4]}, b'abcd')",
    "a tensor over the edge": "frame({'tree': tensor([0, 0], [400]), 'sizes': [4]}, b'abcd')",
    "a tensor of negative strides": "frame({'tree': tensor([0, 0], [2], [-4]), 'sizes': [8]}, b'abcdefgh')",
    "an enormous tensor": "frame({'tree': tensor([0, 0], [10**12], [0]), 'sizes': [4]}, b'abcd')",
    "an unknown kind": "frame({'tree': {'is': '__class__'}, 'sizes': []})",
    "a dtype by name": "frame({'tree': {'is': 'dtype', 'of': '__builtins__'}, 'sizes': []})",
    "no JSON": "__import__('struct').pack('>Q', 3) + b'{x}'",
    "JSON of a million brackets": "__import__('struct').pack('>Q', 10**6) + b'[' * 10**6",
}
FRAMES = RAW + """
import struct
def frame(message, data=b''):
    text = json.dumps(message).encode()
    return struct.pack('>Q', len(text)) + text + data
def made(value): return frame({'tree': value, 'sizes': []})
def tensor(at, shape=(1,), strides=(4,)):
    tree = {'is': 'tensor', 'dtype': 'float32', 'shape': shape, 'strides': strides, 'at': at, 'grad': False, 'parameter': False}
    return {'is': 'dict', 'of': [['result', tree], ['changed', {'is': 'dict', 'of': []}]]}
"""
LIES |= {f"message: {name}": f"{FRAMES}\nraw({value})" for name, value in MESSAGES.items()}
LIES["answers written before they are asked for"] = (
    FRAMES + "everywhere(lambda *v, **o: None)\nfor fd in range(3, 20):\n    try: os.write(fd, made({'is': 'dict', 'of': []}) * 50)\n"
    "    except OSError: pass")
LIES["a child that answers too"] = ("everywhere(lambda *v, **o: None)\nif os.fork() == 0:\n    for fd in range(3, 20):\n"
                                    "        try: os.write(fd, b'\\0' * 1000)\n        except OSError: pass\n    os._exit(0)")

ATTACKS = {f"hook: {name}": NOTHING + code for name, code in HOOKS.items()}
ATTACKS |= {f"oracle: {name}": code for name, code in ORACLES.items()}
ATTACKS |= LIES
