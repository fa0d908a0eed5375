"""Where a falling measure meets its limit: few points where it is smooth, never many more than halving takes."""

import math

import numpy as np
import pytest

from stress.analysis.falling import Falling
from stress.measures.estimate import Interval

LOW, HIGH, PARTS = 0.001, 0.999, 1024


def line_of(measure, tried):
    def trial(cut):
        tried.append(cut)
        value = measure(cut)
        return Interval(*(np.array(x) for x in (value, 0.1 * value, 0.8 * value, 1.2 * value))), 0.01, False

    return Falling(trial, lambda width: None)


def stepped(cut):
    """As probabilities are: whole paths over their number, none beyond a cut."""
    return max(0.0, math.floor(2000.0 * math.exp(-30.0 * cut) - 0.5)) / 2000.0


@pytest.mark.parametrize("guess", [0.15, 0.05, 0.6])
@pytest.mark.parametrize("measure", [lambda c: math.exp(-30.0 * c), lambda c: 0.3 * (1.0 - c) ** 12 / (1.0 + 9.0 * c)])
def test_a_smooth_measure_takes_fewer_points_than_halving(measure, guess):
    tried: list[float] = []
    line, width = line_of(measure, tried), (HIGH - LOW) / PARTS
    below, met = line.first_met("high", LOW, HIGH, width, guess)
    assert 1.2 * measure(met) <= 0.01 < 1.2 * measure(below)
    assert met - below <= width
    assert len(tried) <= 8
    assert below <= line.between("high", below, met) <= met
    assert 1.2 * measure(line.between("high", below, met)) == pytest.approx(0.01, rel=1e-4)
    more = len(tried)
    _, ends = line.first_met("low", LOW, met, width, met)  # what was tried tells where to look
    assert 0.8 * measure(ends) <= 0.01
    assert len(tried) - more <= 5


def test_steps_and_losses_that_no_path_shows_take_few_more_points_than_halving():
    for guess in (0.02, 0.3, 0.9):
        tried: list[float] = []
        line, width = line_of(stepped, tried), (HIGH - LOW) / PARTS
        below, met = line.first_met("high", LOW, HIGH, width, guess)
        assert 1.2 * stepped(met) <= 0.01 < 1.2 * stepped(below)
        assert len(tried) <= 14


def test_a_limit_that_is_met_everywhere_is_met_first_at_the_end():
    tried: list[float] = []
    below, met = line_of(lambda cut: 0.001, tried).first_met("high", LOW, HIGH, 0.01, 0.5)
    assert (below, met - below <= 0.01) == (LOW, True)
    assert len(tried) <= 14


def test_each_point_is_tried_once():
    tried: list[float] = []
    line = line_of(lambda cut: math.exp(-30.0 * cut), tried)
    for part in ("high", "estimate", "low", "high"):
        line.first_met(part, LOW, HIGH, 0.001, 0.15)
    assert len(tried) == len(set(tried))
