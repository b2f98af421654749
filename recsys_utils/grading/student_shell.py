"""IPython in the student's process: what a cell shows is kept, up to a limit, as nbformat's outputs."""

import io

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

MOST = 100_000  # characters of output kept of one cell


class Outputs(list):
    """What a cell shows, as nbformat's outputs, up to MOST characters; nothing is kept while `deaf`."""

    size, deaf = 0, False

    def add(self, **output):
        """Keeps an output that is not too much."""
        self.size += len(str(output))
        if not self.deaf and (self.size <= MOST or output["output_type"] == "error"):
            self.append(output)

    def write(self, name, text):
        """Adds text to the stream called `name`."""
        text = text[: max(0, MOST - self.size)]
        if self and self[-1].get("name") == name and text and not self.deaf:
            self[-1]["text"] += text
            self.size += len(text)
        elif text:
            self.add(output_type="stream", name=name, text=text)

    def emptied(self):
        """Returns what was kept, and starts anew."""
        kept, self.size = list(self), 0
        self.clear()
        return kept


OUTPUTS = Outputs()


class Stream(io.TextIOBase):
    """Standard output or standard error, as a part of the cell's outputs."""

    def __init__(self, name):
        """Writes to the stream of this name."""
        self.kind = name

    def writable(self):
        """Returns that text can be written to it."""
        return True

    def write(self, text):
        """Takes a text and returns its length."""
        OUTPUTS.write(self.kind, str(text))
        return len(text)


class Value(DisplayHook):
    """Shows the value of a cell's last line."""

    def write_output_prompt(self):
        """Shows no number."""

    def write_format_data(self, format_dict, md_dict=None):
        """Shows the value in all its formats."""
        OUTPUTS.add(output_type="execute_result", data=format_dict, metadata={}, execution_count=None)


class Displayed(DisplayPublisher):
    """Shows what display() is given."""

    def publish(self, data, metadata=None, **options):
        """Shows it in all its formats."""
        OUTPUTS.add(output_type="display_data", data=data, metadata={})

    def clear_output(self, wait=False):
        """Forgets what the cell has shown."""
        OUTPUTS.emptied()


class Shell(InteractiveShell):
    """IPython, whose outputs are kept."""

    def _showtraceback(self, etype, evalue, stb):
        lines = [line[:2000] for line in stb[:100]]
        OUTPUTS.add(output_type="error", ename=etype.__name__[:100], evalue=str(evalue)[:2000], traceback=lines)

    def ask_exit(self):
        """Takes note of quit() and exit(), and goes on."""
        self.exit_now = True


def new_shell():
    """Returns IPython without a history on disk."""
    config = Config()
    config.HistoryManager.enabled = False
    Shell.displayhook_class, Shell.display_pub_class = Value, Displayed
    return Shell.instance(config=config)
