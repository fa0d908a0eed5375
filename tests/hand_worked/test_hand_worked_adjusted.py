"""The adjusted pool on loans of three months, worked out by hand, and against the slow model."""

import json

import agreement
import pytest

from hand_worked import INTEREST, RESIDUAL, REST, A, deal, run, same
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool

NOTE = {**A, "amount": 900.0, "coupon": 0.06}
TURBO = [
    {"step": "transfer", "source": ["principal"], "to": "income"},
    INTEREST[0],
    {"step": "pay_principal", "notes": ["A"], "until": "pool.adjusted"},
    *RESIDUAL,
]


def loans(*lines: dict[str, object], default: float = 0.0, **more: object) -> Pool:
    """A pool of 1000 in equal instalments of principal, half of it at 0%, half at 24%."""
    halves = [{"term": 3, "remaining": 3, "share": 0.5, "apr": rate} for rate in (0.0, 0.24)]
    document = {
        "version": 1,
        "kind": "pool",
        "name": "loans",
        "currency": "CNY",
        "balance": 1000.0,
        "plans": [{"term": 3, "share": 1.0, "apr": 0.24}],
        "opening": lines or halves,
        "segments": [{"name": "all", "share": 1.0, "entry_rate": default}],
        "supply": {"unlimited": True},
        "dependence": {"rho": 0.0, "phi": 0.0},
        **more,
    }
    return Pool.model_validate_json(json.dumps(document))


def trust(**more: object) -> Deal:
    rest = {**REST, "amount": 0.0}
    return deal(TURBO, notes=(NOTE, rest), quantities={"adjusted": "pool.adjusted"}, hurdle_rate=0.12, **more)


def test_loans_below_the_hurdle_count_at_their_present_value() -> None:
    """After a month 333 1/3 of each half is left. At 1% a month two payments of 166 2/3 without interest are worth
    166 2/3 (1 / 1.01 + 1 / 1.01^2); the half at 24% counts at its balance, for it bears more. The note of 900 is paid
    down to that sum: 900 - 661.73..; then to what one payment is worth."""
    two_left, one_left = 500 / 3 * (1 / 1.01 + 1 / 1.01**2), 500 / 3 / 1.01
    data = run(trust(), loans())
    same(data, "quantity_value", "adjusted", 1000 / 3 + two_left, 500 / 3 + one_left, 0.0, 0.0)
    same(data, "principal_paid", "A", 900.0 - 1000 / 3 - two_left, 500 / 3 + two_left - one_left)


def test_the_share_is_of_the_pool_as_it_stands() -> None:
    """Of 5% in default a month 95% is left after one, and of it two thirds: the scheduled share of 633 1/3."""
    share = (1 + 0.5 * (1 / 1.01 + 1 / 1.01**2)) / 2
    same(run(trust(), loans(default=0.05)), "quantity_value", "adjusted", share * 1900 / 3)


@pytest.mark.parametrize(
    "lines", [(), ({"term": 3, "remaining": 2, "share": 1.0, "kind": "level", "apr": 0.02, "first_due": 2},)]
)
@pytest.mark.parametrize("clock", ["monthly", "daily"])
def test_the_slow_model_agrees(lines: tuple[dict[str, object], ...], clock: str) -> None:
    fees = {"name": "all", "share": 0.4, "entry_rate": 0.03, "recovery": 0.2, "monthly_fee": 0.002}
    other = {"name": "free", "share": 0.6, "entry_rate": 0.01, "recovery": 0.2, "plan_share": [0.2, 0.8]}
    plans = [{"term": 3, "share": 0.5, "apr": 0.01}, {"term": 2, "share": 0.5, "kind": "level", "apr": 0.2}]
    pool = loans(*lines, segments=[fees, other], plans=plans, dependence={"rho": 0.05, "phi": 0.9})
    pool = pool if lines else pool.but(opening=())
    job = Job(
        name="small", deal=trust(), pool=pool, scenarios=(ScenarioCase(name="base"),), paths=32, seed=3, clock=clock
    )
    compared = agreement.compared(job, "base", path=5)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
    assert not compared.violations


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hurdle_rate": None}, "it has none"),
        (
            {"quantities": {}, "priority": {"amortization": [*INTEREST[:1], *RESIDUAL]}},
            "no formula looks at pool.adjusted",
        ),
        (
            {"revolving_months": 1, "purchase": "each_step", "priority": {"revolving": TURBO, "amortization": TURBO}},
            "of a deal that buys",
        ),
    ],
)
def test_a_hurdle_rate_and_what_it_is_for_come_together(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        trust().but(**changes)


def test_cards_and_floating_loans_have_no_adjusted_pool() -> None:
    with pytest.raises(ConfigError, match="the pool has a payment_rate"):
        run(trust())
