"""A satellite read backwards: the macro moves behind a path of rates."""

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit, logit
from shipped import SCENARIOS

from stress.analysis.macro_path import macro_path
from stress.errors import ConfigError
from stress.inputs.files.parse import parse_as
from stress.inputs.macro.satellite import Satellite

SATELLITES = SCENARIOS / "satellites"


def rates(values):
    return xr.Dataset({"entry_rate": (("month", "segment"), np.asarray(values))}, {"month": np.arange(len(values)) + 1})


def of(name):
    return parse_as(SATELLITES / f"{name}.toml", Satellite, "test")


def test_lost_growth_comes_back_from_the_rates_that_it_made():
    growth = -np.repeat([0.0, 1.0, 3.0, 2.0, 0.5, 0.0], 3)
    base = np.tile([0.01, 0.03], (18, 1))
    macro = macro_path(of("china_growth"), rates(expit(logit(base) - 0.12 * growth[:, None])), rates(base))
    assert macro.variable == ("Developing Asia real GDP growth",)
    np.testing.assert_allclose(macro.move[:, 0], growth[::3], atol=1e-9)
    assert macro.period == (3, 6, 9, 12, 15, 18)
    assert macro.unexplained < 1e-12


def test_unemployment_comes_back_through_its_level_and_its_change_over_a_year():
    satellite = of("us_cards_unemployment")
    level, change = (term.coefficient for term in satellite.terms)
    move = np.array([0.0, 0.5, 2.0, 4.0, 5.0, 5.0, 4.0, 2.0])
    before = np.concatenate([np.zeros(4), move[:4]])
    shift = np.repeat(level * move + change * (move - before), 3)
    base = np.full((24, 1), 0.04 / 12)
    moved = expit(logit(12 * base) + shift[:, None]) / 12
    macro = macro_path(satellite, rates(moved), rates(base))
    np.testing.assert_allclose(macro.move[:, 0], move, atol=1e-8)


def test_a_link_that_is_no_rate_is_refused():
    log = of("china_growth").model_copy(update={"link": "log"})
    with pytest.raises(ConfigError, match="logit or probit"):
        macro_path(log, rates([[0.01]]), rates([[0.01]]))
