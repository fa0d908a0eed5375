"""The compiled engine against the slow plain-Python model: same inputs, same rates, same cash flows."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from oracle.model import need, run_path
from oracle.months import Rates, supply_of
from oracle.portfolio import Portfolio
from oracle.state import PHASES
from strategies import random_job

import stress
import stress.assemble.months
from stress.assemble.turnover import pool_under

MONEY = (
    "performing",
    "m1",
    "m2",
    "m3",
    "pool_balance",
    "defaults",
    "scheduled_principal",
    "prepaid",
    "cured_paid",
    "dilution",
    "recoveries",
    "fee_income",
    "late_charge",
    "cash_interest",
    "purchases",
    "purchase_cost",
    "principal_cash",
    "income_cash",
    "deficiency",
)
"""Amounts by month; a segment dimension is summed."""
MONEY_BY = {
    "account_balance": "account",
    "note_balance": "tranche",
    "interest_due": "tranche",
    "interest_paid": "tranche",
    "principal_paid": "tranche",
    "residual_yield": "tranche",
    "fee_due": "fee",
    "fee_paid": "fee",
    "step_paid": "step",
}
"""Amounts by month and something else."""
RATIOS = ("excess_spread", "cumulative_default", "default_stock", "idle_cash_days")
OF_NOTE = {"loss": 1e-10, "irr": 5e-7, "wal": 1e-9, "price": 1e-9, "first_loss_month": 0.5}
"""Results by note and how near they must be; a rate of return is solved for."""


def by_month(data, name: str, other: str | None = None) -> np.ndarray:
    """A variable as (month,) or (month, other); further dimensions are summed."""
    variable = data[name]
    kept = ["month"] if other is None else ["month", other]
    return variable.sum([d for d in variable.dims if d not in kept]).transpose(*kept).to_numpy()


def rates_of(data) -> Rates:
    """The conditional rates that the engine drew for the path."""
    segment = [by_month(data, name, "segment").tolist() for name in ("entry_rate", "prepayment_rate", "recovery_rate")]
    roll = data["roll_rate"].transpose("month", "segment", "bucket").to_numpy().tolist()
    return Rates(entry=segment[0], roll=roll, smm=segment[1], recovery=segment[2])


def check(seed: int, scenario: str, path: int) -> None:
    """Replay one path of a random job and run the slow model at its rates."""
    job = random_job(Random(seed))
    data = stress.replay(job, path=path, scenario=scenario)
    case = next(case for case in job.scenarios if case.name == scenario)
    pool = pool_under(job.pool, case)
    months = stress.assemble.months.resolve(job.deal, pool, case)
    supply = by_month(data, "supply", "cohort")
    portfolio = Portfolio(job.deal, pool, months, job.clock)
    bought_until = job.deal.revolving_months + (job.clock != "monthly")
    last = job.deal.legal_maturity_months
    eligible = [portfolio.eligible_share(t) if t <= bought_until else 0.0 for t in range(1, last + 1)]
    wanted = np.array(supply_of(need(job.deal, pool, job.clock), pool, months, eligible))
    size, bounded = 1e-10 * job.pool.balance, np.isfinite(wanted)
    np.testing.assert_allclose(supply[bounded], wanted[bounded], rtol=0, atol=size, err_msg="supply")
    flows = run_path(job.deal, pool, months, job.clock, rates_of(data), supply.tolist())
    compare(data, flows, size)
    for name, tolerance in OF_NOTE.items():
        relative = 1e-6 if name == "irr" else 0.0
        got, wanted = data[name].to_numpy(), np.minimum(getattr(flows, name), 10.0 if name == "irr" else np.inf)
        np.testing.assert_allclose(got, wanted, rtol=relative, atol=tolerance, err_msg=name)


def compare(data, flows, size: float) -> None:
    """Every flow of every month, to 1e-10 of the cut-off balance."""
    for name in MONEY:
        np.testing.assert_allclose(by_month(data, name), getattr(flows, name), rtol=0, atol=size, err_msg=name)
    for name, other in MONEY_BY.items():
        wanted = np.array(getattr(flows, name)).reshape(len(flows.phase), -1)
        np.testing.assert_allclose(by_month(data, name, other), wanted, rtol=0, atol=size, err_msg=name)
    for name in RATIOS:
        np.testing.assert_allclose(by_month(data, name), getattr(flows, name), rtol=1e-9, atol=1e-9, err_msg=name)
    phase = [PHASES.index(name) for name in flows.phase]
    np.testing.assert_array_equal([_rank(x) for x in data["phase"].to_numpy()], phase, err_msg="phase")
    values = np.array(flows.trigger_value, dtype=float).reshape(len(phase), -1)
    np.testing.assert_allclose(by_month(data, "trigger_value", "trigger"), values, rtol=1e-6, atol=1e-9)
    tripped = np.array(flows.tripped, dtype=bool).reshape(len(phase), -1)
    np.testing.assert_array_equal(by_month(data, "tripped", "trigger").astype(bool), tripped)


def _rank(phase) -> int:
    return PHASES.index(str(phase)) if isinstance(phase, str) else int(phase)


@pytest.mark.parametrize("scenario", ["base", "stressed"])
@pytest.mark.parametrize("seed", range(12))
def test_a_path_of_the_engine_is_the_path_of_the_slow_model(seed, scenario):
    check(seed, scenario, path=seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(100))
def test_ten_thousand_paths_of_the_engine_are_those_of_the_slow_model(block):
    for seed in range(50 * block, 50 * block + 50):
        for scenario in ("base", "stressed"):
            check(seed, scenario, path=seed % 64)
