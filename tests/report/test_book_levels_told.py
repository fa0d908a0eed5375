"""Levels of factors in words, and sentences of a replay that are of notes which a book does not hold."""

import pytest
import xarray as xr

from stress.report.book import level
from stress.report.book_path import _of_other_note


@pytest.mark.parametrize(
    ("x", "digits", "said"),
    [(-0.004, 2, "0.00"), (0.004, 2, "0.00"), (-0.0, 1, "0.0"), (-1.26, 1, "\N{MINUS SIGN}1.3"), (1.26, 2, "+1.26")],
)
def test_a_level_of_nothing_has_no_sign(x: float, digits: int, said: str) -> None:
    assert level(x, digits) == said


def test_what_is_said_of_a_certificate_that_is_not_held_is_left_out() -> None:
    trace = xr.Dataset(coords={"tranche": ["A", "certificate"]})
    for line, left_out in (
        ("certificate, a certificate, receives 50,760,799 USD.", True),
        ("A is repaid in full by month 20.", False),
        ("Acceleration begins in month 4.", False),
    ):
        assert _of_other_note(line, trace, {"A"}) == left_out
