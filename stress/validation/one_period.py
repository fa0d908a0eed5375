"""A pool that lives one month and pays or defaults: every question has a closed form (Vasicek 2002)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from stress.inputs.book import Book, Factors, Held, Member
from stress.inputs.deal import Deal, Note, PayPrincipal, PayResidual
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Copula, Dependence, PaymentRate, Pool, Segment

BALANCE = 1_000_000.0
SENIOR = 0.01
"""Of a book's pools: a note so thin that it loses only where all default; the other is all but the pool."""


def one_period_job(
    p: float,
    rho: float,
    shares: tuple[float, ...],
    paths: int = 16_384,
    seed: int = 7,
    df: float | None = None,
    obligors: int | None = None,
) -> Job:
    """Notes without coupon, senior first; the last is residual and takes what the others leave.

    `df`: of a t copula; `obligors`: of a pool that is not without end.
    """
    names = [*"ABCDEF"[: len(shares)], "equity"]
    sizes = [*shares, 1.0 - sum(shares)]
    last = len(shares)
    notes = tuple(Note(name=n, share=s, residual=k == last) for k, (n, s) in enumerate(zip(names, sizes, strict=True)))
    both = ("principal", "income")
    pay = PayPrincipal(step="pay_principal", notes=tuple(names[:last]), source=both)
    deal = Deal(
        version=1,
        kind="deal",
        name="one period",
        currency="CNY",
        closing_date=datetime.date(2019, 12, 31),
        payment_day=20,
        revolving_months=0,
        scheduled_months=1,
        legal_maturity_months=1,
        purchase="none",
        notes=notes,
        priority={"amortization": (pay, PayResidual(step="pay_residual", note="equity", source=both))},
    )
    pool = Pool(
        version=1,
        kind="pool",
        name="one period",
        currency="CNY",
        balance=BALANCE,
        payment_rate=PaymentRate(monthly=1.0, annual_yield=0.0),
        segments=(Segment(name="all", share=1.0, entry_rate=p),),
        dependence=Dependence(rho=rho, phi=0.0, copula=None if df is None else Copula(kind="t", df=df)),
        obligors=obligors,
    )
    cases = (ScenarioCase(name="base"),)
    return Job(name="one period", deal=deal, pool=pool, scenarios=cases, paths=paths, seed=seed, clock="monthly")


class Part(NamedTuple):
    """A pool of a book."""

    amount: float
    p: float
    rho: float
    loads: tuple[float, ...]
    """On the book's named factors."""
    obligors: int | None = None


def one_period_book(parts: Sequence[Part], factors: Factors, paths: int, seed: int) -> Book:
    """A book that holds all notes of one-month pools: its loss is their default rates, weighted by their amounts."""
    members, held = [], []
    for i, part in enumerate(parts):
        job = one_period_job(part.p, part.rho, (SENIOR,), paths, obligors=part.obligors)
        members.append(Member(name=f"pool {i + 1}", group=None, originator="x", loads=part.loads, start=0, job=job))
        for note, share in enumerate((SENIOR, 1.0 - SENIOR)):
            amount = part.amount * share
            held.append(Held(name=f"{i + 1} {note}", deal=i, note=note, share=1.0, amount=amount, price=1.0))
    return Book(
        name="one period", currency="CNY", factors=factors, deals=tuple(members), positions=tuple(held),
        scenarios=("base",), paths=paths, seed=seed,
    )  # fmt: skip
