"""Figures of the course: labelled axes, a palette that colour-blind readers can tell apart (Okabe and Ito 2008)."""
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler

from recsys_utils.runtime import to_tensor

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, BLACK = "#CC79A7", "#56B4E9", "#000000"


def use_course_style():
    """Sets matplotlib's defaults for a lesson: palette, size, thin grid."""
    plt.rcParams.update({"axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK]),
                         "figure.figsize": (7, 3.6), "figure.dpi": 96, "figure.constrained_layout.use": True,
                         "axes.grid": True, "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})


def new_axes(title, x, y):
    """Returns empty axes with a title and labels; x, y: what the axes show, with units."""
    axes = plt.subplots()[1]
    axes.set(title=title, xlabel=x, ylabel=y)
    return axes


def long_tail(counts, what="films"):
    """Returns axes with the counts from most to least, and a mark where half of all ratings is reached.

    counts: (n,), ratings of each movie or user; those with none are left out (the axes are logarithmic)
    """
    counts = np.sort(to_tensor(counts).cpu().numpy())[::-1]
    counts = counts[counts > 0]
    half = int(np.searchsorted(counts.cumsum(), counts.sum() / 2)) + 1
    axes = new_axes(f"The long tail of {what}", f"{what}, most rated first (rank)", "ratings (count)")
    axes.loglog(np.arange(1, len(counts) + 1), counts)
    axes.axvline(half, color=ORANGE, linestyle="--",
                 label=f"half of all ratings: the first {half:,} of {len(counts):,} {what}")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.0f}")
    axes.legend()
    return axes


def learning_curves(curves, y, x="epoch", best=None):
    """Returns axes with one line a curve; curves: dict name -> values by epoch; best: epoch to mark, counted from 1."""
    axes = new_axes(f"{y} by {x}", x, y)
    for (name, values), style in zip(curves.items(), ["-", "--", ":", "-."] * len(curves), strict=False):
        axes.plot(range(1, len(values) + 1), to_tensor(values).cpu().numpy(), style, label=name)
    if best is not None:
        axes.axvline(best, color=BLACK, alpha=0.5, linewidth=1, label=f"best by validation: {x} {best}")
    axes.legend()
    return axes


def interval_bars(intervals, x):
    """Returns axes with one dot and its interval a row; intervals: dict name -> Interval; x: metric, with its k."""
    axes = new_axes(f"{x} with 95% intervals over users", x, "model")
    for row, interval in enumerate(intervals.values()):
        axes.plot([interval.low, interval.high], [row, row], color=BLUE)
        axes.plot(interval.mean, row, "o", color=BLUE)
    axes.set_yticks(range(len(intervals)), list(intervals))
    axes.set_ylim(-0.7, len(intervals) - 0.3)
    axes.invert_yaxis()
    return axes


def place_labels(axes, xs, ys, labels, avoid=(), size=8):
    """Writes each label beside its point where it covers no other label; a label without such a place is left out.

    xs, ys, labels: one a point, the most important first; avoid: arrays (n, 2) of further points to keep clear of
    Call it last: it draws the figure once, and later changes of size or limits would move the points.
    """
    axes.figure.canvas.draw()                            # fixes the layout, so that pixels mean something
    renderer, taken = axes.figure.canvas.get_renderer(), []
    points = axes.transData.transform(np.vstack([np.column_stack([xs, ys]), *avoid]))
    directions = ((1, 0), (1, 1), (1, -1), (-1, 0), (-1, 1), (-1, -1), (0, 1.3), (0, -1.3))
    places = [(dx * far, dy * far) for far in (7, 14, 21) for dx, dy in directions]
    for x, y, text in zip(xs, ys, labels, strict=True):
        label = axes.annotate(text, (x, y), (0, 0), textcoords="offset points", fontsize=size, va="center")
        label.set_in_layout(False)
        found = []
        for place in places:
            label.set(position=place, ha=_side(place))
            box = label.get_window_extent(renderer)
            outside = sum(not axes.bbox.containsx(end) for end in (box.x0, box.x1))
            covered = ((points > box.min) & (points < box.max)).all(1).sum()
            found.append((100 * sum(map(box.overlaps, taken)) + 3 * outside + covered, place, box))
        clashes, place, box = min(found, key=lambda one: one[0])
        if clashes < 100:
            label.set(position=place, ha=_side(place))
            taken.append(box)
        else:
            label.remove()


def _side(place):
    """Which end of the text is tied to the point."""
    return ("center", "left", "right")[int(np.sign(place[0]))]
