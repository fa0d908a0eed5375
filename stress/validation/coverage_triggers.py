"""How often 95% intervals of events by month hold the truth with Sobol points: the worked case, by a long run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from stress import measures
from stress.assemble.calendar import calendar_of
from stress.inputs.job import Job
from stress.inputs.load import load_job
from stress.results.build import counted
from stress.runs import engine
from stress.runs.counting.counted import joined
from stress.shipped import shipped
from stress.validation.check import Finding, held

EVENTS: tuple[tuple[str, str, int, dict[str, str]], ...] = (
    ("early_amortization", "baseline", 12, {}),
    ("trigger", "macro_mild", 9, {"trigger": "cumulative default"}),
    ("trigger", "macro_mild", 12, {"trigger": "cumulative default"}),
    ("trigger", "macro_moderate", 9, {"trigger": "cumulative default"}),
    ("trigger", "macro_moderate", 12, {"trigger": "cumulative default"}),
    ("first_loss", "macro_moderate", 24, {"tranche": "mezzanine"}),
)
"""Event, scenario, the month by which it has happened, and of what: chances from 0.9% to one half."""
PATHS, REPLICATIONS = 4_096, 500
LONG = 2**21
"""Points of the run that is taken for the truth, of a seed of its own: its error is 2% of one of 4,096."""
LONG_SEED = 987_654
BAND = 0.03
"""As for other measures of Sobol points: errors come from 16 replicates."""


def sobol(replications: int = REPLICATIONS, band: float = BAND, long: int = LONG) -> Iterator[Finding | str]:
    """Share of scrambles, seed after seed, whose interval holds what the long run found."""
    scenarios = {scenario for _, scenario, *_ in EVENTS}
    job = load_job(shipped("jobs/baitiao-24m.toml")).model_copy(update={"estimator": "sobol"})
    job = job.model_copy(update={"scenarios": tuple(case for case in job.scenarios if case.name in scenarios)})
    truth = [chance for chance, _, _ in _chances(job, LONG_SEED, long)]
    hits = np.zeros(len(EVENTS))
    for seed in range(replications):
        chances = _chances(job, seed, PATHS)
        hits += [low <= exact <= high for exact, (_, low, high) in zip(truth, chances, strict=True)]
    names = [
        f"{event.replace('_', ' ')} by month {month} under {scenario} (chance {chance:.2%})"
        for (event, scenario, month, _), chance in zip(EVENTS, truth, strict=True)
    ]
    return held(dict(zip(names, (hits / replications).tolist(), strict=True)), replications, band)


def _chances(job: Job, seed: int, paths: int) -> list[tuple[float, float, float]]:
    """Estimate and ends of the interval of every event."""
    seeded = job.model_copy(update={"seed": seed, "paths": paths})
    tally = joined(engine.count(engine.packed_of(seeded), seeded, threads=1)).tally()
    scenarios, notes, triggers = (
        [part.name for part in group] for group in (seeded.scenarios, seeded.deal.notes, seeded.deal.triggers)
    )
    months = np.array(calendar_of(seeded.deal).collection_end, "datetime64[ns]")
    attrs: dict[str, str | int | float] = {"seed": str(seed), "paths": paths, "estimator": seeded.estimator}
    ds = counted(tally._asdict(), scenarios, notes, triggers, months, attrs)
    known: dict[str, xr.Dataset] = {}
    chances = []
    for event, scenario, month, of in EVENTS:
        if event not in known:
            known[event] = measures.event_probability(ds, event)
        at = known[event].sel({"scenario": scenario, "month": month, **of})
        chances.append((float(at["estimate"]), float(at["low"]), float(at["high"])))
    return chances
