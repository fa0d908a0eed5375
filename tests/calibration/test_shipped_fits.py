"""Pools that ship with `fitted` in their source are what the commands find in the data that ship."""

import numpy as np
import pytest
from shipped import SCENARIOS

import stress
from stress.calibration.roll_series import with_entry
from stress.calibration.roll_tables import read_stocks
from stress.calibration.rolls import fit_rolls
from stress.calibration.stages import fit_stages
from stress.calibration.vintages import Columns, vintages_of
from stress.inputs.pool import OpeningLine
from stress.tables.vintages import read_vintages
from stress.validation.one_period import one_period_job

CLUB = SCENARIOS / "data/lendingclub/36m_2015_by_payments.csv"


def test_the_stages_of_the_personal_loans_are_the_fitted_ones():
    pool = stress.load(SCENARIOS / "pools/us-personal-loans.toml")
    columns = Columns(default="charged_off_loans", size="loans", exits=("fully_paid_loans",))
    fit = fit_stages(vintages_of(read_vintages(CLUB), columns)[0], 2)
    new, seasoned = pool.stages
    assert new.moves_on == pytest.approx(fit.moves_on[0], rel=1e-3)
    low, high = fit.hazard
    assert new.default_odds == pytest.approx(low / (1.0 - low) * (1.0 - high) / high, rel=1e-3)
    assert seasoned.default_odds is None
    share = sum(s.share * s.entry_rate for s in pool.segments)
    assert share == pytest.approx(high, rel=0.1)  # by principal; the fit is by number


def test_a_new_cohort_of_the_personal_loans_defaults_by_what_the_data_charge_off():
    """By amount, prepayment and level instalments included: 8.54% of what was lent."""
    table = read_vintages(CLUB)
    lost, principal = (np.array(table.matrix(name)) for name in ("charged_off_principal", "principal"))
    wanted = lost.sum() / principal[:, 0].sum()
    assert wanted == pytest.approx(0.0854, abs=1e-4)
    pool = stress.load(SCENARIOS / "pools/us-personal-loans.toml")
    new = (OpeningLine(term=36, remaining=36, share=1.0),)
    pool = pool.but(opening=new, dependence=pool.dependence.but(rho=0.0))
    job = one_period_job(0.02, 0.1, (0.8,), paths=32)
    deal = job.deal.but(currency="USD", scheduled_months=48, legal_maturity_months=48)
    default = stress.measures.mean(stress.simulate(job.but(deal=deal, pool=pool)), "mean_default")
    assert float(default["estimate"][0]) == pytest.approx(wanted, rel=0.03)


def test_the_ladder_of_the_cards_is_the_fitted_one():
    pool = stress.load(SCENARIOS / "pools/us-cards-ladder.toml")
    annual, monthly = (SCENARIOS / f"data/card_trusts/citi_master_trust_{name}.csv" for name in ("annual", "monthly"))
    fit = fit_rolls(read_stocks(annual, loss="gross_charge_offs_kusd"))
    assert [bucket.rolls for bucket in pool.ladder] == pytest.approx(fit.rolls[1:].tolist(), abs=1e-4)
    first = with_entry(read_stocks(monthly, current="current_usd"))[0]
    assert pool.ladder[0].elasticity == pytest.approx(first.slope, abs=1e-3)
