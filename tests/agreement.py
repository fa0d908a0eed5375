"""The engine against the slow model, path by path, and its laws, over many random deals: figures of the worst.

    python tests/agreement.py --deals 10000 --keep agreement.jsonl

Every deal runs under two scenarios; the clocks are mixed (half of the deals monthly, a quarter daily). With --keep a
run goes on where it was stopped: a block of deals that is in the file is not run again.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from kernel_laws import violations
from language import said, words
from oracle.dates import accrual_fractions
from oracle.model import need, run_path
from oracle.months import Rates, supply_of
from oracle.portfolio import Portfolio, multiples_of
from oracle.short_rate import Rate, rate_of, vasicek
from path_differences import (
    MONEY_ALLOWED,
    Difference,
    after_ties,
    by_month,
    differences,
    first_month,
    gaps,
    near_threshold,
)
from strategies import random_job

import stress
import stress.assemble.months
from stress.assemble.market import factors_of
from stress.assemble.problem import assemble
from stress.assemble.turnover import pool_under
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.memory import Workspace, pack

BLOCK = 50
"""Deals whose figures are kept as one line."""
RARE = 10.0
"""A long comparison allows this many times what a single path is held to, and tells the largest: where a segment is
down to 1e-9 of the cut-off balance its cures are paid by the share of one rounded number in another, and a note that
gets 1e-11 of its principal yields -100% or nearly."""
RESIDUAL_ALLOWED = 1e-9
"""Of the cut-off balance: the conservation laws of pool, cash, notes less assets; no balance below zero."""


class Compared(NamedTuple):
    """One compared path."""

    differences: list[Difference]
    near_threshold: bool
    """A trigger or a condition was tested within rounding of its limit, and the two models fell on different sides."""
    violations: list[str]


def compared(job: Job, scenario: str, path: int) -> Compared:
    """Replay one path and run the slow model at its rates."""
    data = stress.replay(job, path=path, scenario=scenario)
    wanted, flows = slow(job, scenario, data)
    supply = by_month(data, "supply", "cohort")
    bounded = np.isfinite(wanted)
    parts = [
        Difference(
            "supply", float(gaps(supply[bounded], wanted[bounded]).max(initial=0.0)) / job.pool.balance, MONEY_ALLOWED
        ),
        *differences(data, flows, job.pool.balance),
    ]
    first = first_month(data, flows, job.pool.balance)
    near = near_threshold(data, flows) or (first > 0 and first in after_ties(flows))
    return Compared(parts, near, violations(job, data))


def slow(job: Job, scenario: str, data: xr.Dataset) -> tuple[np.ndarray, Any]:
    """What the originator offers by step, and the flows of the slow model at the rates of a replayed path."""
    case = next(case for case in job.scenarios if case.name == scenario)
    pool = pool_under(job.pool, case)
    months = stress.assemble.months.resolve(job.deal, pool, case)
    portfolio = Portfolio(job.deal, pool, months, job.clock)
    rate, rates = short_rate_of(job, pool, case, months, data), rates_of(data, portfolio)
    if job.deal.trust is not None:
        offered = [
            [pool.payment_rate.purchase_rate * o * sum(m)] for o, m in zip(months.originations, months.mix, strict=True)
        ]
        return np.array(offered), run_path(job.deal, pool, months, job.clock, rates, None, rate)
    bought_until = job.deal.revolving_months + (job.clock != "monthly")
    last = job.deal.legal_maturity_months
    eligible = [portfolio.eligible_share(t) if t <= bought_until else 0.0 for t in range(1, last + 1)]
    offered = supply_of(need(job.deal, pool, job.clock), pool, months, eligible)
    supply = by_month(data, "supply", "cohort").tolist()
    return np.array(offered), run_path(job.deal, pool, months, job.clock, rates, supply, rate)


def short_rate_of(job: Job, pool: Any, case: Any, months: Any, data: xr.Dataset) -> Rate | None:
    """The random short rate of a replayed path, drawn again; the forward curve is the index's as the shocks move it."""
    law, fraction = case.short_rate, accrual_fractions(job.deal)
    if law is None:
        return None
    if job.deal.indices:
        column = list(job.deal.indices).index(law.index) if law.index is not None else 0
        forward = months.index_level[:, column].tolist()
    elif law.model == "vasicek":
        forward = vasicek(law, fraction)
    else:
        forward = [[level for month, level in law.forward if month <= t][-1] for t in range(1, len(fraction) + 1)]
    return rate_of(law, forward, fraction, factors_of(pool).root.tolist(), int(data.attrs["path"]), job.seed)


def rates_of(data: xr.Dataset, portfolio: Portfolio) -> Rates:
    """The conditional rates that the engine drew for the path, of every quality of receivables in its turn."""
    entry, smm, recovery = (by_month(data, f"{name}_rate", "segment") for name in ("entry", "prepayment", "recovery"))
    roll, count = data["roll_rate"].transpose("month", "segment", "bucket").to_numpy(), len(portfolio.odds)
    if "quality" in data.dims:
        place = {
            multiples_of(portfolio.months, t): int(data["quality_bought"][t - 1])
            for t in bought_in(data)
            if data["quality_bought"][t - 1] >= 0
        }
        chosen = [0, *(place.get(odds, 0) for odds in portfolio.odds[1:])]
        entry = data["entry_rate_by_quality"].to_numpy()[:, chosen].reshape(len(entry), -1)
        roll = data["roll_rate_by_quality"].to_numpy()[:, chosen].reshape(len(roll), -1, roll.shape[-1])
    elif count > 1:  # nothing is bought at other odds
        entry, roll = np.tile(entry, (1, count)), np.tile(roll, (1, count, 1))
    smm, recovery = np.tile(smm, (1, count)), np.tile(recovery, (1, count))
    return Rates(entry=entry.tolist(), roll=roll.tolist(), smm=smm.tolist(), recovery=recovery.tolist())


def bought_in(data: xr.Dataset) -> range:
    """Months in which a purchase can happen: that of the last revolving payment date too; in a trust every month."""
    if "invested" in data:
        return range(1, data.sizes["month"] + 1)
    return range(1, min(data.sizes["month"], data.attrs["revolving_months"] + 1) + 1)


def residuals(job: Job) -> tuple[float, int]:
    """Worst error of the conservation laws over the job's paths, and results that are no numbers."""
    space = Workspace(pack(assemble(job)))
    alone.run(space, 0, 1, job.paths, job.seed)
    tally = space.tally()
    return float(tally.residual.max()), int(tally.fault[:, 0].sum())


class Figures(NamedTuple):
    """What a set of random deals came to."""

    first: int
    deals: int
    paths: dict[str, int]
    """Compared paths by clock."""
    difference: float
    """Largest difference of money, over the cut-off balance."""
    apart: list[str]
    """Differences beyond what is allowed."""
    near_threshold: int
    """Paths left out of the comparison."""
    residual: float
    """Largest error of a conservation law over the cut-off balance, over all paths of the deals."""
    counted: int
    """Paths whose conservation was checked."""
    not_a_number: int
    violations: list[str]
    words: list[str]
    """Of the language (`language.words`), those that the deals say."""


def figures(first: int, deals: int) -> Figures:
    """Run random deals `first`, `first` + 1, ... under both scenarios."""
    paths: dict[str, int] = {}
    money, residual, near, counted, faults = 0.0, 0.0, 0, 0, 0
    apart: list[str] = []
    broken: list[str] = []
    used: set[str] = set()
    for seed in range(first, first + deals):
        job = random_job(Random(seed))
        used |= said(job)
        worst, fault = residuals(job)
        residual, faults = max(residual, worst), faults + fault
        counted += job.paths * len(job.scenarios)
        for case in job.scenarios:
            comparison = compared(job, case.name, seed % job.paths)
            where = f"deal {seed}, {case.name}, {job.clock}"
            broken += [f"{where}: {law}" for law in comparison.violations]
            if comparison.near_threshold:
                near += 1
                continue
            paths[job.clock] = paths.get(job.clock, 0) + 1
            money = max(money, *(d.size for d in comparison.differences if d.allowed == MONEY_ALLOWED))
            far = [d for d in comparison.differences if not d.size <= RARE * d.allowed]
            apart += [f"{where}: {d.name} by {d.size:.3g}" for d in far]
    return Figures(first, deals, paths, money, apart, near, residual, counted, faults, broken, sorted(used))


def total(parts: Iterable[Figures]) -> Figures:
    """The figures of all deals together."""
    parts = list(parts)
    clocks = sorted({clock for part in parts for clock in part.paths})
    return Figures(
        first=min(part.first for part in parts),
        deals=sum(part.deals for part in parts),
        paths={clock: sum(part.paths.get(clock, 0) for part in parts) for clock in clocks},
        difference=max(part.difference for part in parts),
        apart=[said for part in parts for said in part.apart],
        near_threshold=sum(part.near_threshold for part in parts),
        residual=max(part.residual for part in parts),
        counted=sum(part.counted for part in parts),
        not_a_number=sum(part.not_a_number for part in parts),
        violations=[said for part in parts for said in part.violations],
        words=sorted({word for part in parts for word in part.words}),
    )


def run(deals: int, keep: Path | None = None) -> Figures:
    """All deals in blocks; those in `keep` are not run again."""
    lines = keep.read_text().splitlines() if keep is not None and keep.exists() else []
    parts = {part.first: part for part in (Figures(**json.loads(line)) for line in lines)}
    for first in range(0, deals, BLOCK):
        if first in parts:
            continue
        parts[first] = figures(first, min(BLOCK, deals - first))
        if keep is not None:
            with keep.open("a") as file:
                file.write(json.dumps(parts[first]._asdict()) + "\n")
    return total(parts.values())


def told(figures: Figures) -> str:
    """The figures as lines."""
    paths = ", ".join(f"{count:,} {clock}" for clock, count in figures.paths.items())
    never = sorted(words() - set(figures.words))
    share = f"{1.0 - len(never) / len(words()):.1%} of {len(words())} words of deals, pools and scenarios are said"
    return "\n".join(
        [
            f"{figures.deals:,} random deals; paths compared with the slow model: {paths}",
            f"largest difference of money: {figures.difference:.2e} of the cut-off balance",
            f"differences beyond ten times what a single path is held to: {len(figures.apart)}",
            f"paths left out, apart where rounding decides a trigger or a condition: {figures.near_threshold}",
            f"largest residual of a conservation law: {figures.residual:.2e}, over {figures.counted:,} paths",
            f"results that are no numbers: {figures.not_a_number}",
            f"violations of sign or seniority: {len(figures.violations)}",
            f"{share}; never: {', '.join(never) or 'none'}",
            *figures.apart[:20],
            *figures.violations[:20],
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deals", type=int, default=200)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    print(told(run(chosen.deals, chosen.keep)))
