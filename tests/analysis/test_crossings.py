"""Where a curve passes a level: intervals that hold the place, open where the search ended before the bound did."""

import numpy as np
import pytest

from stress.analysis.crossings import at_percentile, inside
from stress.analysis.levers import Lever, lever_of
from stress.answers.breakeven import Curve
from stress.report.page.chapters import _crossing

LEVERS = {"up": lever_of("commingling", 0.0, 4.0), "down": lever_of("payment", 4.0, 0.0)}
"""The adverse end at the larger and at the smaller value."""


def curve(lever: Lever, probability, low, high) -> Curve:
    place = np.linspace(0.0, 1.0, len(probability))
    chance = [np.asarray(x, float) for x in (probability, np.zeros(len(place)), low, high)]
    return Curve(lever.value(place), *chance, *chance)  # the loss is the whole wherever there is one


@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        ([0.0, 0.1, 0.3, 0.6, 0.9], [0.2, 0.4, 0.7, 0.9, 1.0], (False, False)),
        ([0.0, 0.1, 0.2, 0.3, 0.4], [0.2, 0.4, 0.7, 0.9, 1.0], (False, True)),
        ([0.0, 0.1, 0.3, 0.6, 0.9], [0.6, 0.7, 0.8, 0.9, 1.0], (True, False)),
        ([0.0, 0.1, 0.2, 0.3, 0.4], [0.6, 0.7, 0.8, 0.9, 1.0], (True, True)),
    ],
)
@pytest.mark.parametrize("monotone", [True, False])
def test_an_interval_holds_its_break_even_and_is_open_where_a_bound_never_passes(lever, low, high, ends, monotone):
    crossing = at_percentile(lever, curve(lever, [0.1, 0.3, 0.45, 0.65, 0.95], low, high), 0.5, monotone)
    assert crossing.low < crossing.value < crossing.high
    early, late = ends if lever.adverse > lever.benign else ends[::-1]
    assert (crossing.low_open, crossing.high_open) == (early, late)
    assert np.isnan(crossing.error) == (early or late)
    assert ("goes on beyond" in crossing.says) == (early or late)
    shown = _crossing(crossing)[2]
    assert ("<" in shown, ">" in shown) == (early, late)
    for is_open, end, edge in ((early, crossing.low, 0.0), (late, crossing.high, 4.0)):
        assert (end == edge) == is_open


@pytest.mark.parametrize(
    ("probability", "ends"),
    [([0.0, 0.2, 0.4, 0.8, 1.0], (0.5, 0.75)), ([0.0, 0.1, 0.2, 0.3, 0.4], None), ([0.6, 0.7, 0.8, 0.9, 1.0], None)],
)
@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
def test_a_curve_is_looked_at_again_where_it_passes_and_nowhere_where_it_does_not(lever, probability, ends):
    multiples = inside(lever, curve(lever, probability, probability, probability), 0.5)
    if ends is None:
        assert multiples.size == 0
    else:
        assert ends[0] < multiples.min() <= multiples.max() < ends[1]


def test_each_crossing_of_a_curve_that_falls_again_has_the_bounds_beside_it():
    lever = LEVERS["up"]
    rough = curve(  # the lower bound misses the first hump: it passes once where the curve passes three times
        lever, [0.0, 0.6, 0.0, 0.4, 1.0], [0.0, 0.4, 0.0, 0.2, 0.9], [0.1, 0.8, 0.1, 0.6, 1.0]
    )
    crossings = at_percentile(lever, rough, 0.5, monotone=False).crossings
    assert [crossing.fails for crossing in crossings] == [True, False, True]
    assert all(crossing.low < crossing.value < crossing.high for crossing in crossings)
    first, _, last = crossings
    assert first.low == pytest.approx(4.0 / 7.0)  # the upper bound rises through 0.5 between 0 and 1
    assert first.high == pytest.approx(3.0 + 0.3 / 0.7)  # and the lower one not before the last leg
    assert (last.low, last.high) == (pytest.approx(2.8), first.high)
    assert not first.low_open
    assert not first.high_open
