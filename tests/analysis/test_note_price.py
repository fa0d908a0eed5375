"""Price tables: a price at its own yield, margin and spread; closed forms of a floater at par and of one period."""

import re

import numpy as np
import pytest
from going_on import moved
from shipped import JOB, JOBS

import stress
from stress.analysis import trials
from stress.analysis.note_price import _flows, price, zero_rates
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.report.desk_sheets import price_sheet
from stress.validation.one_period import one_period_job

FLAT = ((1.0, 0.03),)


@pytest.fixture(scope="module")
def card():
    return load_job(JOBS / "card-master-trust.toml")


@pytest.fixture(scope="module")
def job():
    return load_job(JOB)


def test_a_floating_note_at_par_has_its_own_margin_as_discount_margin(card):
    for note in card.deal.notes[:3]:
        row = price(card, note.name, [100.0], [1.0], [1.0], FLAT, paths=64).rows[0]
        assert row.margin == pytest.approx(note.coupon, abs=1e-10)


def test_it_has_so_by_its_own_day_count_too(card):
    first, *others = card.deal.notes
    own = card.but(deal=card.deal.but(notes=[first.but(day_count="30/360"), *others]))
    assert card.deal.day_count != "30/360"
    assert price(own, first.name, [100.0], [1.0], [1.0], FLAT, paths=64).rows[0].margin == pytest.approx(first.coupon)


def test_cash_discounted_at_a_price_s_yield_and_at_its_spread_over_a_flat_curve_is_the_price(job):
    flows = _flows(trials.only(job, None), 0, FLAT)
    for row in price(job, "A", [97.5, 101.0], [1.0], [1.0], FLAT, paths=64).rows:
        assert 100.0 * flows.cash @ (1.0 + row.yield_) ** -flows.today.years == pytest.approx(row.price)
        assert row.zero_spread == pytest.approx(row.yield_ - 0.03, abs=1e-9)
        assert row.first_principal > job.deal.revolving_months


def test_duration_and_convexity_are_the_derivatives_of_the_price(job):
    flows = _flows(trials.only(job, None), 1, FLAT)
    row = price(job, "B", [100.0], [1.0], [1.0], FLAT, paths=64).rows[0]
    h = 1e-4
    up, here, down = (float(flows.cash @ (1.0 + row.yield_ + d) ** -flows.today.years) for d in (h, 0.0, -h))
    assert row.duration == pytest.approx((down - up) / (2.0 * h), rel=1e-6)
    assert row.convexity == pytest.approx((up + down - 2.0 * here) / h**2, rel=1e-4)
    assert row.spread_duration == pytest.approx(row.duration, rel=1e-6)


def test_a_cheaper_note_yields_more_and_defaults_that_reach_it_take_yield(job):
    rows = price(job, "mezzanine", [98.0, 102.0], [1.0], [1.0, 8.0], FLAT, paths=64).rows
    by = {(row.price, row.defaults): row for row in rows}
    assert by[98.0, 1.0].yield_ > by[102.0, 1.0].yield_
    assert by[98.0, 8.0].loss > 0.0
    assert by[98.0, 8.0].yield_ < by[98.0, 1.0].yield_


def test_the_break_even_spread_pays_for_the_expected_loss_and_without_one_is_nothing(job):
    assert float(price(job, "A", [100.0], [1.0], [1.0], FLAT, "baseline", paths=1024).breakeven_spread.estimate) == 0.0
    risky = one_period_job(0.05, 0.2, (0.94,))
    spread = price(risky, "A", [100.0], [1.0], [1.0], ((1.0, 0.0),), paths=8192).breakeven_spread
    loss = float(trials.counted(risky.but(paths=8192))["batch_sum"].sel(quantity="A:loss").sum()) / 8192
    flows = _flows(risky, 0, FLAT)
    life = flows.today.fraction[: np.flatnonzero(flows.principal)[-1] + 1].sum()
    assert abs(float(spread.estimate) - loss / life) < 4.0 * float(spread.error)


def test_paths_without_a_loss_tell_no_break_even_spread_and_those_with_one_tell_its_error(job):
    safe = price_sheet(price(job, "A", [100.0], [1.0], [1.0], paths=256)).note
    assert "No principal is lost on any of 1,024 paths (seed 20200901): they tell no break-even spread." in safe
    risky = price_sheet(price(job, "subordinated", [100.0], [1.0], [1.0], scenario="macro_severe", paths=256)).note
    assert re.search(r"Break-even spread: [\d.,]+ ± [\d.]+(%| bp) a year over the curve pays for", risky)


def test_speeds_of_a_pool_that_does_not_prepay_are_told_to_change_nothing(job):
    answer = price(job, "A", [99.0, 101.0], [1.0], [1.0, 2.0], paths=64)
    assert "changes none" not in price_sheet(answer).note
    twice = answer._replace(rows=(*answer.rows, *(row._replace(speed=2.0) for row in answer.rows)))
    assert price_sheet(twice).note.endswith(" Speed changes none of these figures.")
    alike = tuple(row._replace(defaults=level) for row in answer.rows[:1] for level in (1.0, 2.0))
    assert price_sheet(answer._replace(rows=alike)).note.endswith(
        " The level of defaults changes none of these figures."
    )


def test_a_speed_may_be_what_prepayments_are_set_to(capsys):
    """A pool that is given the speed has the same life, yield and window; its own speeds are multiples beside."""
    auto = load_job(JOBS / "auto-prime.toml")
    words = "1.5% ABS at age 5"
    segments = [s.but(prepayment=0.0, prepayment_curve=words) for s in auto.pool.segments]
    given = auto.but(pool=auto.pool.but(segments=segments))
    (asked,) = price(auto, "A-2", [99.5], [words], [1.0], paths=64).rows
    (set_,) = price(given, "A-2", [99.5], [1.0], [1.0], paths=64).rows
    assert asked._replace(speed=1.0) == set_
    command = ["price", str(JOBS / "auto-prime.toml"), "--tranche", "A-2", "--prices", "100", "--defaults", "1"]
    assert exit_code([*command, "--paths", "64", "--speeds", "1, 10% CPR"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.split()[:1] == ["100"]]
    assert [row[1:3] for row in rows] == [["×1", "1"], ["10%", "CPR"]]


@pytest.mark.parametrize(
    ("speed", "says"),
    [
        ("10% CDR", "--speeds '10% CDR': CDR is no unit of prepayment: one of SMM, CPR, ABS, PSA, or none"),
        ("fast", "--speeds 'fast': 'fast' is no rate; write"),
        ("130% CPR", "--speeds '130% CPR': 1.3 is above 1"),
    ],
)
def test_a_speed_that_is_none_is_refused(job, speed, says):
    with pytest.raises(ConfigError, match=re.escape(says)):
        price(job, "A", [100.0], [speed], [1.0], paths=64)


def test_zero_rates_are_linear_between_points_and_flat_beyond():
    assert zero_rates(((3.0, 0.04), (1.0, 0.02)), np.array([0.0, 1.5, 9.0])).tolist() == pytest.approx(
        [0.02, 0.025, 0.04]
    )


def test_a_note_that_is_repaid_has_no_price(job):
    state = stress.state_at(job, 14)
    repaid = job.but(state=moved(state, notes__B={"balance": 0.0}))
    with pytest.raises(ConfigError, match="B: is repaid in 2021-02: it can lose nothing and has no price"):
        price(repaid, "B", [100.0], [1.0], [1.0], paths=64)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prices": [-1.0]}, "--prices -1"),
        ({"prices": [0.98, 1.005]}, "--prices 0.98: prices are per 100 of balance: did you mean 98.*--prices 0.98,100"),
        ({"curve": ((1.0, 2.5),)}, "write 2=0.025"),
        ({"tranche": "Z"}, "no such note"),
    ],
)
def test_a_price_or_a_curve_that_cannot_be_is_refused(job, options, words):
    with pytest.raises(ConfigError, match=words):
        price(job, **{"tranche": "A", **options})


def test_a_note_that_trades_at_a_price_as_low_as_a_share_is_asked_beside_par(job):
    """At its price per 100 the cash flows are worth that price, however low."""
    low, par = price(job, "subordinated", [1.2, 100.0], [1.0], [1.0], scenario="macro_severe", paths=64).rows
    flows = _flows(trials.variants(job, trials.case_of(job, "macro_severe"), [[]]), 3, FLAT)
    assert 100.0 * float(flows.cash @ (1.0 + low.yield_) ** -flows.today.years) == pytest.approx(1.2)
    assert low.price == 1.2
    assert low.yield_ > par.yield_


def test_the_workbook_of_an_answer_has_a_simulated_figure_with_its_error(job):
    from stress.cli.answer import plain
    from stress.report.workbook import of_answer

    answer = price(job, "mezzanine", [100.0], [1.0], [1.0], FLAT, "macro_severe", paths=64)
    single = dict(of_answer("price", plain(answer))[0].rows)
    assert single["breakeven_spread estimate"] == float(answer.breakeven_spread.estimate) != 0.0
    assert single["breakeven_spread error"] == float(answer.breakeven_spread.error) > 0.0
