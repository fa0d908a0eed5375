"""The net loss behind a break-even is that of the pool's whole life: a call that ends the deal hides none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import stress
from stress.analysis import trials
from stress.analysis.break_even import breakeven
from stress.analysis.class_numbers import fixed_numbers
from stress.analysis.class_stresses import rating
from stress.analysis.loss_timing import loss_timing
from stress.inputs.deal import CleanUp
from stress.inputs.stresses import Category, Stresses

JOB = Path(__file__).parents[2] / "scenarios" / "jobs" / "auto-prime.toml"
TABLE = Stresses(version=1, name="mine", kind="stresses", categories=(Category(name="twice", multiple=2.0),))


@pytest.fixture(scope="module")
def uncalled():
    job = stress.load(JOB).but(paths=128)
    return job.but(deal=job.deal.but(clean_up=None))


@pytest.fixture(scope="module")
def called(uncalled):
    """Who may calls, where that repays the notes, after a year and a half, while much is still to be lost."""
    return uncalled.but(deal=uncalled.deal.but(clean_up=CleanUp(when="month >= 18 and pool >= notes")))


def test_the_base_of_a_multiple_is_what_the_pool_loses_without_the_call(called, uncalled) -> None:
    whole = float(trials.outcomes(uncalled).of_pool("net_loss")[0])
    assert float(trials.outcomes(called).of_pool("net_loss")[0]) < 0.75 * whole
    assert rating(called, TABLE).base_cnl == whole
    assert fixed_numbers(called).base_net_loss == whole


def test_a_break_even_is_told_in_the_net_loss_of_the_whole_life(called, uncalled) -> None:
    """At the same multiple of the odds the pool loses the same, called or not: on expected rates and on paths."""
    note = called.deal.notes[-2].name
    pairs = zip(*(breakeven(job, note, percentiles=[0.5]).answers for job in (called, uncalled)), strict=True)
    for answer, same in pairs:
        assert answer.loss is not None
        assert same.loss is not None
        assert answer.loss.base_net_loss == pytest.approx(same.loss.base_net_loss, rel=1e-12)
        assert answer.loss.base_default == pytest.approx(same.loss.base_default, rel=1e-12)
        assert answer.loss.net_loss == pytest.approx(same.loss.net_loss, rel=0.02)


def test_a_base_case_is_solved_beyond_the_call(called, uncalled) -> None:
    """A loss that comes over four years, of a deal that is called in the second."""
    asked = 0.012, (0.4, 0.3, 0.2, 0.1)
    answer = loss_timing(called, *asked)
    assert answer.error < 1e-9
    assert answer.multiple.tolist() == loss_timing(uncalled, *asked).multiple.tolist()
