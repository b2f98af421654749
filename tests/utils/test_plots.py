"""Every figure has a title and labelled axes, and shows the numbers that it was given."""
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402

from recsys_utils import plots  # noqa: E402
from recsys_utils.metrics import Interval  # noqa: E402

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def course_style():
    with plt.rc_context():
        plots.use_course_style()
        yield
    plt.close("all")


INTERVALS = {"ALS": Interval(0.3, 0.2, 0.4), "EASE": Interval(0.5, 0.4, 0.6)}
FIGURES = {
    "empty": lambda: plots.new_axes("Ratings", "stars", "share (%)"),
    "long tail": lambda: plots.long_tail([5, 1, 0, 3]),
    "learning curves": lambda: plots.learning_curves({"train": [3, 2, 1], "validation": [3, 2.5, 2.6]}, "loss", best=2),
    "intervals": lambda: plots.interval_bars(INTERVALS, "HR@10")}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_has_a_title_and_two_labels_and_is_drawn_without_a_warning(figure):
    axes = FIGURES[figure]()
    assert axes.get_title() and axes.get_xlabel() and axes.get_ylabel()
    axes.figure.canvas.draw()
    assert len(plt.get_fignums()) == 1


def lines(axes):
    return [line.get_xydata().tolist() for line in axes.get_lines()]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


@pytest.mark.parametrize("convert", [list, np.array, torch.tensor])
def test_the_long_tail_falls_and_marks_where_half_is_reached(convert):
    axes = plots.long_tail(convert([2, 4, 0, 3, 1]), "users")
    curve, mark = lines(axes)
    assert curve == [[1, 4], [2, 3], [3, 2], [4, 1]]                     # none without ratings: log axes
    assert mark[0][0] == 2                       # 4 + 3 = 7 of 10, 4 alone is less than half
    assert legend(axes) == ["half of all ratings: the first 2 of 4 users"]
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_half_reached_exactly_is_reached():
    assert "the first 1 of 3" in legend(plots.long_tail([2, 1, 1]))[0]


def test_learning_curves_count_epochs_from_one_and_name_each_curve():
    axes = plots.learning_curves({"train": [3, 2], "validation": [4, 5]}, "RMSE (stars)", best=1)
    assert lines(axes)[:2] == [[[1, 3], [2, 2]], [[1, 4], [2, 5]]] and lines(axes)[2][0][0] == 1
    assert legend(axes) == ["train", "validation", "best by validation: epoch 1"]
    first, second = axes.get_lines()[:2]
    assert first.get_linestyle() != second.get_linestyle() and first.get_color() != second.get_color()


def test_more_curves_than_line_styles_are_all_drawn():
    axes = plots.learning_curves({str(row): [row] for row in range(9)}, "loss")
    assert len(axes.get_lines()) == 9


def test_intervals_stand_in_order_from_the_top():
    axes = plots.interval_bars(INTERVALS, "HR@10")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["ALS", "EASE"] and axes.yaxis_inverted()
    assert lines(axes) == [[[0.2, 0], [0.4, 0]], [[0.3, 0]], [[0.4, 1], [0.6, 1]], [[0.5, 1]]]
    low, high = sorted(axes.get_ylim())
    assert low < 0 and high > 1                  # both rows are inside


def test_the_course_style_takes_the_palette_of_okabe_and_ito():
    colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert len(set(colours)) == 7
    assert set(colours) <= {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}


def test_labels_of_points_at_one_place_do_not_overlap():
    axes = plots.new_axes("Films", "x", "y")
    plots.place_labels(axes, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], ["Alien", "Titanic", "Heat"])
    boxes = [label.get_window_extent() for label in axes.texts]
    assert len(boxes) == 3
    assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[place + 1:])


def test_a_label_without_a_free_place_is_left_out_and_the_first_is_the_most_important():
    axes = plots.new_axes("Films", "x", "y")
    names = [f"film {number}" for number in range(60)]
    plots.place_labels(axes, [0.5] * 60, [0.5] * 60, names)
    shown = [label.get_text() for label in axes.texts]
    assert shown == names[:len(shown)] and 3 < len(shown) < 60
