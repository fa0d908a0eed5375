"""The random numbers: a draw belongs to its path, whatever else is drawn. Their law is checked in `validate`."""

from __future__ import annotations

import numpy as np

from stress.validation.draws import panel


def test_a_path_draws_the_same_wherever_it_stands():
    np.testing.assert_array_equal(panel(512)[:256], panel(256)[256:])


def test_more_months_or_factors_move_no_draw():
    np.testing.assert_array_equal(panel(0, n_month=60, n_factor=3)[:, :36, :2], panel(0))
