"""Which arguments a student's function changed. The judge's own stay as they were, so that no check which goes on with
them is led astray; check_unchanged() still says "Your function changed its input"."""

import numpy as np
import torch

from .. import checks


class Changed:
    """In a check it stands for check_unchanged()."""

    def __init__(self):
        """Starts with nothing changed."""
        self.objects, self.spans = [], []  # the objects are kept, so that nothing else comes to lie where they do

    def note(self, passed, became):
        """Notes that an argument was changed. Only a generator goes on from where it was left, and a table, of which
        checks make others, is what it became."""
        if isinstance(passed, torch.Generator) and isinstance(became, torch.Generator):
            passed.set_state(became.get_state())
        elif hasattr(passed, "_update_inplace") and type(passed) is type(became):
            passed._update_inplace(became)  # pandas' own way
        else:
            self.objects.append(passed)
            self.spans += spans_of(passed)

    def __call__(self, value, before, name):
        """As checks.check_unchanged; raises CheckFailed also where the value is, or shares memory with, what a call
        has changed."""
        if any(value is one for one in self.objects) or any(
                low < other_high and other_low < high for low, high in spans_of(value)
                for other_low, other_high in self.spans):
            raise checks.CheckFailed(*[checks.input_changed(name)] * 2)
        checks.check_unchanged(value, before, name)


def spans_of(value):
    """Returns the pieces of memory, (start, end), in which the numbers of a value lie."""
    if isinstance(value, (list, tuple)):
        return [span for one in value for span in spans_of(one)]
    if isinstance(value, dict):
        return spans_of(list(value.values()))
    if isinstance(value, torch.Tensor) and value.layout == torch.strided and value.numel():
        ends = sum((length - 1) * stride for length, stride in zip(value.shape, value.stride(), strict=True))
        return [(value.data_ptr(), value.data_ptr() + (ends + 1) * value.element_size())]
    return [np.lib.array_utils.byte_bounds(value)] if isinstance(value, np.ndarray) and value.size else []
