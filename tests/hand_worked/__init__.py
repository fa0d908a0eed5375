"""Deals so small that every figure can be worked out by hand: four months, a thousand of pool, months of thirty days.

The pool pays 20% of its performing balance a month and yields 24% a year, 2% a month, on what has not defaulted.
Without defaults it collects principal of 200, 160, 128 and 102.4 and income of 20, 16, 12.8 and 10.24.
"""

import datetime
import json
from typing import Any

import pytest

import stress
from stress.inputs.clocks import Clock
from stress.inputs.deal import Deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

A = {"name": "A", "amount": 600.0, "coupon": 0.12}
B = {"name": "B", "amount": 300.0, "coupon": 0.24}
REST = {"name": "R", "amount": 100.0, "residual": True}

INTEREST = [{"step": "pay_interest", "note": "A"}, {"step": "pay_interest", "note": "B"}]
PRINCIPAL = [{"step": "pay_principal", "notes": ["A", "B"], "source": ["principal"]}]
RESIDUAL = [{"step": "pay_residual", "note": "R", "source": ["income", "principal"]}]
LAST = {"step": "pay_residual", "note": "R", "when": {"observable": "pool_factor", "below": 0.01}}
"""Takes in the end, beyond the four months, what a test leaves in an account: a deal must say who does."""
PLAIN = [*INTEREST, *PRINCIPAL, *RESIDUAL]
EVERGREEN: dict[str, Any] = {
    "revolving_months": 12,
    "scheduled_months": 14,
    "legal_maturity_months": 14,
    "purchase": "each_step",
    "priority": {"revolving": [*INTEREST, *RESIDUAL]},
}
"""What makes the small deal one that buys for a year."""


def pool(default: float = 0.0, annual_yield: float = 0.24, recovery: float = 0.0, **more: Any) -> Pool:
    """A pool of 1000 without chance: the rates are the same on every path."""
    document = {
        "version": 1,
        "kind": "pool",
        "name": "small",
        "currency": "CNY",
        "balance": 1000.0,
        "payment_rate": {"monthly": 0.2, "annual_yield": annual_yield},
        "segments": [{"name": "all", "share": 1.0, "entry_rate": default, "recovery": recovery}],
        "supply": {"unlimited": True},
        "dependence": {"rho": 0.0, "phi": 0.0},
        **more,
    }
    return Pool.model_validate_json(json.dumps(document))


def deal(amortization: list[Any] = PLAIN, notes: tuple[Any, ...] = (A, B, REST), **more: Any) -> Deal:
    """Four months, payment on the 10th, interest from 10 January: every period is a twelfth of a year."""
    document = {
        "version": 1,
        "kind": "deal",
        "name": "small",
        "currency": "CNY",
        "closing_date": datetime.date(2021, 12, 31),
        "issue_date": datetime.date(2022, 1, 10),
        "payment_day": 10,
        "day_count": "30/360",
        "revolving_months": 0,
        "scheduled_months": 4,
        "legal_maturity_months": 4,
        "purchase": "none",
        "notes": notes,
        **more,
    }
    document["priority"] = {"amortization": amortization, **more.get("priority", {})}
    return Deal.model_validate_json(json.dumps(document, default=str))


def job(of: Deal, on: Pool | None = None, clock: Clock = "monthly", shocks: tuple[Shock, ...] = ()) -> Job:
    """A deal on a pool (the plain one where left out), all paths of which are alike."""
    return Job(
        name="small",
        deal=of,
        pool=on if on is not None else pool(),
        scenarios=(ScenarioCase(name="base", shocks=shocks),),
        paths=32,
        seed=1,
        clock=clock,
    )


def run(of: Deal, on: Pool | None = None, clock: Clock = "monthly", shocks: tuple[Shock, ...] = ()) -> Any:
    """The months of the only path there is."""
    return stress.replay(job(of, on, clock, shocks), path=0)


def same(data: Any, name: str, label: str | None, *wanted: float) -> None:
    """The first months of a variable are these, to a millionth of a cent."""
    values = data[name]
    if label is not None:
        (other,) = [dim for dim in values.dims if dim != "month"]
        values = values.sel({other: label})
    months = values.to_numpy()[: len(wanted)].tolist()
    assert months == pytest.approx(wanted, abs=1e-8), name
