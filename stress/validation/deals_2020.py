"""The Baitiao deals of 2020: the 90+ ratio at the end, at the rated static default, over payment rates.

Facts: press report of September 2022. Dongdao-3 no. 1 (a) and Dongdao-2 no. 2 (b). Nothing is tuned to the outcome.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from stress import measures
from stress.analytic import turnover_by_payment_rate
from stress.arrays import Array
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import load_job
from stress.inputs.scenario import Shock
from stress.measures.proportions import proportion
from stress.runs.engine import simulate
from stress.runs.trace import replay
from stress.shipped import shipped
from stress.validation.outcome import Shown

PAYMENT_RATES = (0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50, 0.60)
"""Share of the balance paid a month. The plan mix of the worked case pays 0.32; the range is ours: none is reported."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
END, END_OF_2021 = 24, 15
"""Months of the final figure and of the end of 2021, for a deal closed in September 2020."""
PATHS, LATE_PATHS = 100_000, 64


class Deal(NamedTuple):
    """A deal of 2020: the static-pool default it was rated on, and the 90+ ratio over cut-off it ended with."""

    name: str
    rated: float
    ended: float


DEALS = (Deal("Dongdao-3 no. 1", 0.0101, 0.0463), Deal("Dongdao-2 no. 2", 0.0115, 0.039))
DURING_2021, LATE = 0.0144, 0.0091 + 0.0113 + 0.0115
"""Of Dongdao-3 no. 1: non-performing during 2021, and 1 to 90 days past due at the end, over the cut-off balance."""


def outcome() -> Shown:
    """Where each final figure falls, payment rate by payment rate and in the worked case; then path and ladder."""
    constant = load_job(shipped("jobs/turnover.toml"))
    worked = load_job(shipped("jobs/baitiao-24m.toml"))
    rows, months = [], []
    for deal in DEALS:
        rates = simulate(_at_rates(constant, deal.rated), paths=PATHS)
        rows += [_row(rates, k, deal, f"{m:.0%}", m) for k, m in enumerate(PAYMENT_RATES)]
        plans = simulate(_scaled(worked, deal.rated), paths=PATHS)
        rows.append(_row(plans, 0, deal, "plans of the worked case", None))
        if deal is DEALS[0]:
            months = _by_month(plans)
    late = _late(worked)
    data = {"rows": rows, "months": months, "during_2021": DURING_2021, "late": LATE, "late_model": late,
            "deals": [d._asdict() for d in DEALS], "paths": PATHS}  # fmt: skip
    return Shown(_said(rows, months, late), data)


def _at_rates(job: Job, static: float) -> Job:
    """A scenario for each payment rate: q = s m / (1 - s (1 - m)) keeps the static default."""
    cases = []
    for m in PAYMENT_RATES:
        q = turnover_by_payment_rate(static, m).default_rate
        shocks = (Shock(target="turnover", set=m), Shock(target="default_rate", set=q))
        cases.append(ScenarioCase(name=f"{m:.0%}", shocks=shocks))
    return job.model_copy(update={"scenarios": tuple(cases)})


def _scaled(job: Job, static: float) -> Job:
    """The worked case with its entry rates moved in proportion from its own static default (first order)."""
    own = sum(s.share * (s.static_default or 0.0) for s in job.pool.segments)
    segments = tuple(
        s.model_copy(update={"entry_rate": (s.entry_rate or 0.0) * static / own}) for s in job.pool.segments
    )
    pool = job.pool.model_copy(update={"segments": segments})
    return job.model_copy(update={"pool": pool, "scenarios": job.scenarios[:1]})


def _row(ds: xr.Dataset, k: int, deal: Deal, pool: str, rate: float | None) -> dict[str, Any]:
    """Stock of defaults net of recoveries at the end, over the cut-off balance, beside the realised figure."""
    case = ds.isel(scenario=[k])
    quantile = measures.fan(case, "default_stock", QUANTILES).sel(month=END).to_numpy()[0]
    mean = measures.month_mean(case, "default_stock").sel(month=END).isel(scenario=0)
    share = _share_from(case, deal.ended)
    return {
        "deal": deal.name, "rated": deal.rated, "ended": deal.ended, "pool": pool, "payment_rate": rate,
        "mean": float(mean["estimate"]), "mean_error": float(mean["error"]), "quantiles": quantile.tolist(),
        "reach": share[0], "reach_low": share[1], "reach_high": share[2],
    }  # fmt: skip


def _share_from(ds: xr.Dataset, value: float) -> tuple[float, float, float]:
    """Share of the fan's paths whose stock at the end is at or above a value, and its 95% interval."""
    level = np.linspace(0.0005, 0.9995, 1000)
    stock = measures.fan(ds, "default_stock", level.tolist()).sel(month=END).to_numpy()[0]
    share = 1.0 - float(np.interp(value, stock, level, left=0.0, right=1.0))
    n = int(ds["fan_path"])
    answer = proportion(np.array([share * n]), n)
    return share, float(answer.low[0]), float(answer.high[0])


def _by_month(ds: xr.Dataset) -> list[list[float]]:
    """(month, quantile) of the stock."""
    fan: Array = measures.fan(ds, "default_stock", QUANTILES).to_numpy()[0, :END]
    return [[float(x) for x in row] for row in fan]


def _late(job: Job) -> list[float]:
    """Least, median and greatest of 1 to 90 days past due at the end over the cut-off balance, over some paths."""
    shares = []
    for path in range(LATE_PATHS):
        month = replay(job, path).sel(month=END)
        shares.append(float((month["m1"] + month["m2"] + month["m3"] + month["m4_on"]).sum()) / job.pool.balance)
    return [float(x) for x in np.quantile(shares, (0.0, 0.5, 1.0))]


def _inside(rows: list[dict[str, Any]], deal: Deal) -> int:
    """Payment rates at which the 5-95% band of the model holds the realised figure."""
    own = (r for r in rows if r["deal"] == deal.name and r["payment_rate"])
    return sum(r["quantiles"][0] <= deal.ended <= r["quantiles"][-1] for r in own)


def _said(rows: list[dict[str, Any]], months: list[list[float]], late: list[float]) -> tuple[str, ...]:
    first = []
    for deal in DEALS:
        own = [r for r in rows if r["deal"] == deal.name]
        by_rate = [r for r in own if r["payment_rate"]]
        plans = next(r for r in own if not r["payment_rate"])
        slow, fast = by_rate[0], by_rate[-1]
        first.append(
            f"{deal.name}, rated {deal.rated:.2%}, ended {deal.ended:.2%}: at rating assumptions the final stock "
            f"reaches that on {slow['reach']:.0%} of paths at a payment rate of {slow['payment_rate']:.0%} a month, "
            f"{fast['reach']:.0%} at {fast['payment_rate']:.0%}, {plans['reach']:.0%} on the worked case's plans "
            f"(median {plans['quantiles'][2]:.2%})"
        )
    end = months[END_OF_2021 - 1]
    passes = 1 + next(k for k, row in enumerate(months) if row[2] >= DURING_2021)
    placed = "below" if end[0] > DURING_2021 else "above" if end[4] < DURING_2021 else "among"
    deals = f"{_inside(rows, DEALS[0])} and {_inside(rows, DEALS[1])} of {len(by_rate)} payment rates"
    ended = f"{DEALS[0].ended:.2%} and {DEALS[1].ended:.2%}"
    return (
        f"final size ({ended}): inside the 90% band at {deals}; 1 to 90 days late at the end: "
        f"{LATE:.2%} against {late[2]:.2%} at most",
        ". ".join(first) + ".",
        f"The size fits: of {len(by_rate)} payment rates from {PAYMENT_RATES[0]:.0%} to {PAYMENT_RATES[-1]:.0%} the "
        f"90% band holds the outcome at {_inside(rows, DEALS[0])} for {DEALS[0].name} and at "
        f"{_inside(rows, DEALS[1])} for {DEALS[1].name}. No payment rate was published. The outcome alone does not "
        "show that the static figure was wrong; to compare a static-pool rate with a stock over the cut-off balance "
        "of a revolving pool was. (The deal's own trigger on cumulative default stops the buying and caps the upper "
        "tail.)",
        f"The path is not settled. {DURING_2021:.2%} was reported for 2021 without a month. The model's median stock "
        f"passes it in month {passes} and stands at {end[2]:.2%} in month {END_OF_2021}, the end of 2021, where 90% "
        f"of paths lie between {end[0]:.2%} and {end[4]:.2%}: a figure of that date would be {placed} them.",
        f"The ladder does not fit at all. {LATE:.2%} of the cut-off balance was still 1 to 90 days late at the end; "
        f"the model has {late[1]:.2%} there in the median of {LATE_PATHS} paths and {late[2]:.2%} at most, because "
        "its pool has run off. Something late happened that turnover does not hold: worse collections, a wave of "
        "defaults, or receivables bought longer than assumed.",
        "What public figures cannot settle: whether 1.01% is net of recoveries, which payment rate held, how long the "
        "deals bought, and what had been bought back or written off before the last report.",
    )
