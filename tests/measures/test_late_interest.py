"""Interest not paid when due: the reference first, the worst scenario beside it, bounds where every path misses."""

import numpy as np
import xarray as xr
from synthetic import results_of

from stress.report import terminal, words
from stress.report.numbers import chance


def missed(*share: float) -> xr.Dataset:
    """Scenarios in which note B's interest is late on these shares of 1,000 paths (synthetic: a loss above 10%)."""
    losses = np.zeros((len(share), 2, 1_000))
    for k, late in enumerate(share):
        losses[k, 1, : round(1_000 * late)] = 0.2
    return results_of(losses, np.full((len(share), 1_000), 0.05))


def test_the_first_scenario_comes_first_and_ties_are_counted() -> None:
    assert words.late(missed(0.85, 1.0, 0.9, 1.0, 1.0), chance) == [
        "B 85.0% under scenario 1, > 99.70% under scenario 2 and 2 others"
    ]
    assert words.late(missed(1.0, 1.0, 0.5), chance) == ["B > 99.70% under scenario 1 and 1 other"]
    assert words.late(missed(0.0, 0.2), chance) == ["B 20.0% under scenario 2"]


def test_the_summary_and_the_caption_of_the_table_tell_it() -> None:
    ds = missed(0.85, 1.0)
    said = words.summary(ds)
    assert any("late interest: B 85.0 [82.6, 87.2]% under scenario 1, > 99.70% under scenario 2." in s for s in said)
    caption = terminal.caption(ds)
    assert "Interest not paid when due on paths: B 85.0% under scenario 1, > 99.70% under scenario 2." in caption


def test_late_interest_on_a_path_in_a_hundred_is_left_to_the_report() -> None:
    rare = missed(0.01, 0.005)
    assert "not paid when due" not in terminal.caption(rare)
    assert any("late interest: B 1.0" in said for said in words.summary(rare))
    assert "Interest was paid when due on every note in every path." in words.summary(missed(0.0, 0.0))


def test_the_caption_defines_what_it_counts() -> None:
    caption = terminal.caption(missed(0.0))
    for defined in ("'>' every path", "default: cumulative, over the cut-off balance", "early amortization: a trigger"):
        assert defined in caption
