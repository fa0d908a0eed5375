"""Laws that hold whatever the deal: cash is conserved, nothing is negative, a path is the same wherever it is run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from stress import templates
from stress.assemble.problem import assemble
from stress.errors import ConfigError
from stress.inputs.clocks import Clock
from stress.inputs.deal import Deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import load_job
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock
from stress.kernels.memory import pack
from stress.kernels.tables import Problem
from stress.runs import engine
from stress.runs.counting.counted import digest, joined
from stress.validation.check import Finding, exact

CLOCKS: tuple[Clock, ...] = ("monthly", "monthly", "daily", "payment_date")
DEALS, PATHS = 80, 512
LAWS = ("pool balance", "cash", "notes less assets", "negative balance", "negative interest due")


def conservation() -> Iterator[Finding | str]:
    """Worst residual of each law over random deals, pools, clocks and stresses; a path counts under each scenario."""
    rng, worst, wrong = Random(1), np.zeros(len(LAWS)), 0
    for _ in range(DEALS):
        job, problem = random_case(rng)
        tally = joined(engine.count(pack(problem), job, threads=1)).tally()
        worst = np.maximum(worst, tally.residual.max(axis=0))
        wrong += int(tally.fault[:, 0].sum())
    for law, error in zip(LAWS, worst, strict=True):
        what = f"{law}: worst of all paths, over the cut-off balance"
        yield exact(what, 0.0, float(error), 1e-9)
    yield exact("blocks with a result that is not a number", 0.0, float(wrong), 0.0)
    yield f"{worst.max():.0e} of the cut-off balance at most, on {2 * DEALS * PATHS:,} paths of {DEALS} deals"


def same_bits() -> Iterator[Finding | str]:
    """One SHA-256 of all that was counted, over sizes of task and numbers of threads."""
    job = template().model_copy(update={"paths": 6_000})
    packed = pack(assemble(job))
    digests = {
        digest(joined(engine.count(packed, job, threads=threads, most=most)).tally())
        for threads in (1, 2, 3)
        for most in (512, 1_024, 5_000)
    }
    yield exact("digests of 9 runs of 6,000 paths", 1.0, float(len(digests)), 0.0)
    work = (((0, 1024),), ((1024, 6_000),))
    parts = [p for ranges in work for p in engine.count(packed, job, ranges, 2)]
    digests.add(digest(joined(parts[::-1]).tally()))
    yield exact("digests with a run cut in two and joined in reverse", 1.0, float(len(digests)), 0.0)
    yield f"{len(digests)} digest of 10 runs"


@cache
def template() -> Job:
    """The job of `stress new job`."""
    with tempfile.TemporaryDirectory() as folder:
        for part in ("deal", "pool", "scenario", "job"):
            (Path(folder) / f"{part}.toml").write_text(templates.fill(part, part), encoding="utf-8")
        return load_job(Path(folder) / "job.toml")


def random_case(rng: Random) -> tuple[Job, Problem]:
    """A deal, pool, clock and stress around the templates: sizes, rates, dates, triggers and switches drawn."""
    while True:
        clock = rng.choice(CLOCKS)
        try:
            deal, pool = _deal(rng, clock), _pool(rng)
            cases = (ScenarioCase(name="base"), ScenarioCase(name="stressed", shocks=_shocks(rng)))
            job = Job(name="random", deal=deal, pool=pool, scenarios=cases, paths=PATHS, seed=rng.getrandbits(32),
                      clock=clock)  # fmt: skip
            return job, assemble(job)
        except (ConfigError, ValueError):  # parts that do not fit together are refused, as they should be
            continue


def _deal(rng: Random, clock: Clock) -> Deal:
    raw: dict[str, Any] = template().deal.model_dump(mode="json")
    senior, mezzanine = rng.uniform(0.3, 0.9), rng.uniform(0.02, 0.09)
    for note, share in zip(raw["notes"], (senior, mezzanine, rng.choice((0.1, 1.0 - senior - mezzanine))), strict=True):
        note["share"] = share
        note["coupon"] = 0.0 if note["residual"] else rng.uniform(0.0, 0.2)
    for fee in raw["fees"]:
        fee["rate"] = rng.uniform(0.0, 0.03)
    raw["revolving_months"] = rng.randint(1, 14)
    raw["scheduled_months"] = raw["revolving_months"] + rng.randint(1, 8)
    raw["legal_maturity_months"] = raw["scheduled_months"] + rng.randint(0, 10)
    raw["payment_day"] = rng.randint(1, 28)
    raw["purchase_price"] = rng.choice((1.0, rng.uniform(0.9, 1.1)))
    raw["retain_senior_cost"] = rng.random() < 0.5
    raw["interest_on_unpaid_interest"] = rng.random() < 0.5
    raw["clean_up"] = rng.choice((None, {"pool_factor": rng.uniform(0.0, 0.2)}))
    raw["purchase"] = "payment_date" if clock == "payment_date" else rng.choice(("each_step", "payment_date"))
    if raw["purchase"] == "payment_date":
        raw["priority"]["revolving"].insert(-1, {"step": "purchase", "source": ["principal"]})
    for phase, steps in raw["priority"].items():
        raw["priority"][phase] = [step for step in steps if step["step"] != "cover_defaults" or rng.random() < 0.7]
    for trigger in raw["triggers"][:2]:
        for line in trigger["thresholds"]:
            line["limit"] = rng.uniform(-0.1, 0.1)
    return Deal.model_validate_json(json.dumps(raw))


def _pool(rng: Random) -> Pool:
    raw: dict[str, Any] = template().pool.model_dump(mode="json")
    terms = rng.sample((1, 2, 3, 4, 6, 8, 12, 24), 3)
    raw["plans"] = [{"term": n, "share": w} for n, w in zip(terms, (0.25, 0.35, 0.4), strict=True)]
    for segment in raw["segments"]:
        segment.update(entry_rate=rng.uniform(0.0, 0.3), prepayment=rng.uniform(0.0, 0.2), static_default=None,
                       monthly_fee=rng.uniform(0.0, 0.02), recovery=rng.uniform(0.0, 0.9))  # fmt: skip
    if rng.random() < 0.3:
        raw["ladder"], raw["delinquent"] = None, {}
    raw["dilution"] = rng.choice((0.0, rng.uniform(0.0, 0.05)))
    raw["fee_free_share"] = rng.choice((0.0, rng.uniform(0.0, 1.0)))
    raw["supply"] = rng.choice(({"unlimited": True}, {"multiple": rng.uniform(0.5, 2.0)}))
    raw["dependence"].update(rho=rng.uniform(0.0, 0.4), phi=rng.uniform(0.0, 0.99))
    return Pool.model_validate_json(json.dumps(raw))


def _shocks(rng: Random) -> tuple[Shock, ...]:
    start = rng.randint(1, 8)
    return (
        Shock(target="default_odds", multiply=rng.uniform(0.5, 6.0), from_month=start),
        Shock(target="payment", multiply=rng.uniform(0.2, 1.0), from_month=start),
        Shock(target="yield", multiply=rng.uniform(0.0, 1.0), from_month=start),
        Shock(target="originations", multiply=rng.uniform(0.0, 1.0), from_month=start),
        Shock(target="recovery", multiply=rng.uniform(0.0, 1.0)),
    )
