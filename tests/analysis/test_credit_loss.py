"""Expected credit losses: against the unpaid claim by hand, the one-period law, and between dates and scenarios."""

import numpy as np
import pytest
from shipped import JOB, JOBS

import stress
from stress.analysis.credit_loss import _notes, ecl
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.report.desk_sheets import ecl_sheet
from stress.validation.one_period import one_period_job


@pytest.fixture(scope="module")
def job():
    return load_job(JOB)


def severe(job):
    return job.but(scenarios=tuple(case for case in job.scenarios if case.name == "macro_severe"))


def test_a_notes_loss_and_the_present_value_of_what_it_is_paid_make_its_balance(job):
    """Discounted month by month at the rate at which a replayed claim grows."""
    stressed, notes = severe(job), _notes(severe(job), 1, (0, 10))
    losers = np.flatnonzero(notes["mezzanine", 0].lifetime > 0.0)
    assert losers.size > 0
    path = stress.replay(stressed, path=int(losers[0])).sel(tranche="mezzanine")
    claim = path["note_balance"].values + path["interest_unpaid"].values
    paid = path["interest_paid"].values + path["principal_paid"].values
    before = np.concatenate([[43e6], claim[:-1]])
    growth = np.where(before > 0.0, (claim + paid) / np.where(before > 0.0, before, 1.0), 1.0)
    factor = np.cumprod(1.0 / growth)
    assert (paid * factor).sum() / 43e6 + notes["mezzanine", 0].lifetime[losers[0]] == pytest.approx(1.0)
    assert np.all(growth[before > 1.0] >= 1.0)
    later = (paid * factor)[10:].sum() / factor[9] / 43e6
    assert later + notes["mezzanine", 10].lifetime[losers[0]] == pytest.approx(
        notes["mezzanine", 10].outstanding[losers[0]]
    )


def test_what_is_outstanding_of_a_note_holds_its_late_interest(job):
    """The mezzanine note's interest is late in the base case: more is outstanding than was lent."""
    answer = ecl(job, dates=(0, 12), paths=64, scenarios=["baseline"])
    row = next(row for row in answer.rows if (row.book, row.month) == ("mezzanine", 12))
    assert 1.0 < float(row.outstanding.estimate) < 1.075  # at most a year's coupon of 7.5%
    assert "notes, with interest that is late" in ecl_sheet(answer).note


def test_a_path_on_which_a_note_is_paid_in_full_has_no_credit_loss(job):
    answer = ecl(job, scenarios=["baseline"], paths=64)
    senior = next(row for row in answer.rows if row.book == "A" and row.month == 0)
    assert senior.lifetime.estimate == 0.0
    assert senior.twelve_month.estimate == 0.0


def test_a_loss_that_no_path_shows_is_bounded_as_every_other_of_its_kind(job):
    """3 / 64 above the senior note's, and of all scenarios together; what is outstanding is no estimate of a loss."""
    answer = ecl(job, paths=64, scenarios=["baseline"])
    senior = next(r for r in answer.rows if (r.book, r.month) == ("A", 0))
    for interval in (senior.twelve_month, senior.lifetime):
        assert [float(x) for x in interval] == [0.0, 0.0, 0.0, 3.0 / 64.0]
    assert next(row for row in ecl_sheet(answer).rows if row[1] == "A")[4:6] == ("< 4.69%", "< 4.69%")


def test_the_lifetime_loss_of_one_period_loans_is_their_default_rate():
    """No yield to discount at, no recoveries: E[default] = p at any correlation."""
    answer = ecl(one_period_job(0.02, 0.1, (0.9,)), (0,), paths=4096)
    loans = next(row for row in answer.rows if row.book == "loans")
    assert abs(loans.lifetime.estimate - 0.02) < 4.0 * loans.lifetime.error


def test_twelve_months_lose_no_more_than_a_life_and_a_worse_scenario_more(job):
    answer = ecl(job, (0, 6), scenarios=["baseline", "macro_severe"], paths=128)
    for row in answer.rows:
        assert 0.0 <= row.twelve_month.estimate <= row.lifetime.estimate
        if row.book == "loans":
            assert row.twelve_month.estimate <= row.allowance.estimate <= row.lifetime.estimate
    base, worse = (
        next(r for r in answer.rows if r.scenario == s and r.book == "loans") for s in ("baseline", "macro_severe")
    )
    assert worse.lifetime.estimate - base.lifetime.estimate > 4.0 * (worse.lifetime.error + base.lifetime.error)
    assert worse.stage_2.estimate > base.stage_2.estimate


def test_the_weighted_loss_is_the_mean_by_the_jobs_probabilities(job):
    cases = tuple(case.but(probability=p) for case, p in zip(job.scenarios[:2], (0.75, 0.25), strict=True))
    answer = ecl(job.but(scenarios=cases), (0,), paths=64)
    by = {row.scenario: row for row in answer.rows if row.book == "loans"}
    first, second = (by[case.name].lifetime.estimate for case in cases)
    assert by["weighted"].lifetime.estimate == pytest.approx(0.75 * first + 0.25 * second)
    assert by["weighted"].lifetime.error > 0.0


@pytest.mark.parametrize(("options", "words"), [({"dates": (99,)}, "--date 99"), ({"multiple": 1.0}, "--multiple 1")])
def test_a_date_or_a_multiple_that_says_nothing_is_refused(job, options, words):
    with pytest.raises(ConfigError, match=words):
        ecl(job, **options)


def test_loans_in_stages_of_seasoning_have_a_share_in_stage_2_too():
    answer = ecl(load_job(JOBS / "auto-prime.toml"), (0, 12), paths=64)
    for row in answer.rows:
        if row.book == "loans":
            assert 0.0 <= row.stage_2.estimate <= 1.0
            assert row.twelve_month.estimate <= row.lifetime.estimate
