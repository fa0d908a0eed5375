"""What the clock changes: monthly and payment-date purchases, and days of outage, against daily purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress import measures
from stress.analysis import trials
from stress.answers.clocks import Clocks, Effect
from stress.answers.tornado import Change
from stress.errors import ConfigError
from stress.inputs.clocks import Clock
from stress.inputs.deal.rules import check_deal
from stress.inputs.door import from_closing
from stress.inputs.job import Job
from stress.inputs.numbers import OUTAGE_DAYS
from stress.inputs.scenario import Shock

if TYPE_CHECKING:
    import xarray as xr

OF_POOL = ("mean_purchased", "mean_default", "mean_income")
OF_NOTE = ("expected_loss", "irr")
PURCHASE = {"daily": "each_step", "monthly": "each_step", "payment_date": "payment_date"}
"""When the deal buys on each clock."""


def clocks(
    job: Job,
    days: int = 10,
    month: int | None = None,
    scenario: str | None = None,
    threads: int | None = None,
    progress: trials.Progress | None = None,
) -> Clocks:
    """Run a job daily, monthly and with purchases at payment dates, and daily with an outage; one set of draws for all.

    The outage is of the first `days` (1 to 30) of `month`, the middle of the revolving period where left out. Raises
    ConfigError for a deal that buys nothing, an unknown scenario, or an outage outside of the revolving period.

    >>> clocks(job.but(paths=256)).ways[0]
    'monthly'
    """
    from_closing(job, "clocks", "compares whole lives")
    last = job.deal.revolving_months
    if last == 0 or job.deal.purchase == "none":
        raise ConfigError(f"deal {job.deal.name!r} buys nothing: its clocks differ in nothing that it does")
    month = (last + 1) // 2 if month is None else month
    if not 1 <= month <= last or not 1 <= days <= OUTAGE_DAYS:
        raise ConfigError(f"--days {days} --month {month}: 1 to {OUTAGE_DAYS} days of a revolving month, 1 to {last}")
    case = trials.case_of(job, scenario)
    outage = Shock(target="purchase_outage_days", set=float(days), from_month=month, to_month=month)
    base = trials.counted(
        trials.variants(_on(job, "daily"), case, [[], [outage]]), threads, trials.portion(progress, 0, 3)
    )
    daily = base.isel(scenario=[0])
    runs: dict[str, xr.Dataset] = {}
    left_out = []
    others: tuple[tuple[str, Clock], ...] = (("monthly", "monthly"), ("at payment dates", "payment_date"))
    for done, (name, clock) in enumerate(others, start=1):
        try:
            varied = trials.variants(_on(job, clock), case, [[]])
        except ConfigError as error:
            left_out.append(f"{name}: {error}")
            continue
        runs[name] = trials.counted(varied, threads, trials.portion(progress, done, 3))
    without = base.isel(scenario=[1]).assign_coords(scenario=daily["scenario"])
    runs[f"{days} days of outage in month {month}"] = without
    notes = [note.name for note in job.deal.notes if trials.lends(note)]
    places = [(name, None) for name in OF_POOL] + [(name, note) for name in OF_NOTE for note in notes]
    return Clocks(
        job=job.name,
        scenario=case.name,
        ways=tuple(runs),
        rows=tuple(_effect(name, note, daily, runs) for name, note in places),
        left_out=tuple(left_out),
        paths=job.paths,
        seed=job.seed,
    )


def _on(job: Job, clock: Clock) -> Job:
    """The job on a clock, its deal buying as that clock does. Raises ConfigError where the deal has no step for it."""
    deal = job.deal.model_copy(update={"purchase": PURCHASE[clock]})
    try:
        check_deal(deal)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return job.model_copy(update={"deal": deal, "clock": clock})


def _effect(name: str, note: str | None, daily: xr.Dataset, runs: dict[str, xr.Dataset]) -> Effect:
    def selected(ds: xr.Dataset) -> xr.Dataset:
        first = ds.isel(scenario=0)
        return first if note is None else first.sel(tranche=note)

    value = selected(measures.mean(daily, name))
    changes = []
    for clock, ds in runs.items():
        change = selected(measures.compare(ds, daily, name))
        changes.append(Change(clock, *(float(change[k]) for k in ("estimate", "error", "low", "high"))))
    estimate, error, low, high = (float(value[k]) for k in ("estimate", "error", "low", "high"))
    return Effect(name, note, estimate, error, low, high, tuple(changes))
