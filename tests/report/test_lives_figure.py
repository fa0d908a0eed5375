"""Panels of lives, yields and prices stand side by side: their axes are read apart."""

import itertools

import hand_worked
from matplotlib.backends.backend_agg import FigureCanvasAgg

import stress
from stress.report.figures import lives


def test_labels_of_neighbouring_axes_keep_a_blank_between_them() -> None:
    """Notes that are all repaid have one yield and one price, to which long labels such as 99.95% belong."""
    figure = lives(stress.simulate(hand_worked.job(hand_worked.deal(legal_maturity_months=60))), "A")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [
        label.get_window_extent(canvas.get_renderer())
        for axes in figure.axes
        for label in axes.get_xticklabels()
        if label.get_text() and axes.get_xlim()[0] <= label.get_position()[0] <= axes.get_xlim()[1]
    ]
    assert len(figure.axes) == 3
    assert len(boxes) >= 6
    for left, right in itertools.pairwise(boxes):
        assert right.x0 - left.x1 > 0.5 * left.height
