"""Words that random deals, pools and scenarios seldom need: each is put in at times, where the job allows it."""

import math
from random import Random
from typing import Any

from pydantic import ValidationError
from random_formulas import RATIOS
from random_pool import flag, shares

from stress.errors import ConfigError
from stress.inputs.deal.formula_rules import movable
from stress.inputs.job import Job
from stress.inputs.scenario import Shock
from stress.inputs.scenario.short_rate import ShortRate

SELDOM = ("cover_defaults", "pay_principal", "pay_residual", "top_up", "receive", "pay_party", "write_down", "write_up")
"""Steps that run on a condition only here."""
IN_TURN = ("pay_principal", "write_down", "write_up")
"""Steps whose notes may be in groups."""


def with_the_rest(rng: Random, job: Job) -> Job:
    """The job with some more words."""
    for change in CHANGES:
        own = Random(rng.getrandbits(64))
        if not flag(own, 0.2):
            continue
        try:
            job = change(own, job)
        except (ValidationError, ConfigError):  # not in this deal
            continue
    return job


def _interest_months(rng: Random, job: Job) -> Job:
    notes = [note.model_dump(exclude_unset=True) for note in job.deal.notes]
    for note in notes:
        if note.get("coupon"):
            months = {phase: rng.choice((1, 2, 3)) for phase in ("acceleration", "event_of_default") if flag(rng, 0.7)}
            note["payment_months"] = note.get("payment_months", {}) | months
    return job.but(deal=job.deal.but(notes=notes))


def _discounted(rng: Random, job: Job) -> Job:
    notes = [note.model_dump(exclude_unset=True) for note in job.deal.notes]
    notes[-1]["discount_rate"] = rng.uniform(0.01, 0.2)
    return job.but(deal=job.deal.but(notes=notes))


def _conditions(rng: Random, job: Job) -> Job:
    """A step or two of the kinds that always run otherwise."""
    priority: dict[str, Any] = {
        phase: [step.model_dump(exclude_unset=True) for step in steps] for phase, steps in job.deal.priority.items()
    }
    seldom = [step for steps in priority.values() for step in steps if step["step"] in SELDOM and "when" not in step]
    for step in rng.sample(seldom, min(2, len(seldom))):
        late = f"month > {rng.randint(1, job.deal.legal_maturity_months - 1)}"
        step["when"] = rng.choice((late, f"{rng.choice(RATIOS)} < {rng.uniform(0.01, 0.9):.4f}"))
    return job.but(deal=job.deal.but(priority=priority))


def _groups(rng: Random, job: Job) -> Job:
    """Some neighbours among notes in turn pari passu."""
    priority: dict[str, Any] = {
        phase: [step.model_dump(exclude_unset=True) for step in steps] for phase, steps in job.deal.priority.items()
    }
    for step in (step for steps in priority.values() for step in steps):
        grouped = step["step"] in IN_TURN and step.get("order") != "pro_rata" and len(step["notes"]) > 1
        if grouped and flag(rng, 0.8):
            first = rng.randrange(len(step["notes"]) - 1)
            end = rng.randint(first + 2, len(step["notes"]))
            names = step["notes"]
            step["notes"] = (*names[:first], tuple(names[first:end]), *names[end:])
    return job.but(deal=job.deal.but(priority=priority))


def _idle(rng: Random, job: Job) -> Job:
    return job.but(deal=job.deal.but(quantities=job.deal.quantities | {"idle": "mean(idle_cash_days, 2)"}))


def _copula(rng: Random, job: Job) -> Job:
    chosen = rng.choice(({"kind": "t", "df": rng.uniform(3.0, 20.0)}, {"kind": "gaussian"}))
    return _with_dependence(job, copula=chosen)


def _loadings(rng: Random, job: Job) -> Job:
    """Two to four independent factors; at times a segment with weights of its own."""
    count = rng.randint(2, 4)

    def row() -> list[float]:
        return [rng.choice((-1.0, 1.0)) * math.sqrt(share) for share in shares(rng, count)]

    rows: dict[str, Any] = {"default": row(), "prepayment": row(), "recovery": row()}
    if flag(rng, 0.5):
        rows["segment"] = {rng.choice(job.pool.segments).name: row()}
    none = dict.fromkeys(("correlation_prepayment", "correlation_recovery", "correlation_prepayment_recovery"), 0.0)
    return _with_dependence(job, loadings=rows, **none)


def _with_dependence(job: Job, **changes: Any) -> Job:
    return job.but(pool=job.pool.but(dependence=job.pool.dependence.model_dump(exclude_unset=True) | changes))


def _aging(rng: Random, job: Job) -> Job:
    """A stage whose entry moves with age."""
    stages: list[dict[str, Any]] = [stage.model_dump(exclude_unset=True) for stage in job.pool.stages]
    chosen = rng.choice([stage for stage in stages if stage.get("entry_rate") is not None] or [{}])
    if not chosen:
        return job
    chosen["entry_rate_curve"] = [rng.choice(("0.5% for 3, 2%", "0 to 3% in 5")) for _ in job.pool.segments]
    del chosen["entry_rate"]
    return job.but(pool=job.pool.but(stages=stages))


def _curve(rng: Random, job: Job) -> Job:
    shock = Shock(
        target=rng.choice(("entry_rate", "prepayment")), curve=rng.choice(("0% to 4% in 6", "3% for 4, 0.5%"))
    )
    return _stressed(job, shocks=(*job.scenarios[1].shocks, shock))


def _short_rate(rng: Random, job: Job) -> Job:
    law: dict[str, Any] = {"mean_reversion": rng.uniform(0.0, 1.0), "volatility": rng.uniform(0.001, 0.03)}
    law["correlation"] = rng.choice((0.0, rng.uniform(-0.9, 0.9)))
    if job.deal.indices:
        law["index"] = rng.choice(list(job.deal.indices))
    elif flag(rng, 0.5):
        law |= {"model": "vasicek", "start": rng.uniform(0.0, 0.05), "mean": rng.uniform(0.0, 0.05)}
    else:
        law["forward"] = ((1, rng.uniform(0.0, 0.05)), (3, rng.uniform(0.0, 0.05)))
    return _stressed(job, short_rate=ShortRate(**law))


def _moved(rng: Random, job: Job) -> Job:
    """A number or a schedule of the deal's own that the scenario moves."""
    known = movable(job.deal)
    if not known:
        return job
    first = rng.randint(1, job.deal.legal_maturity_months)
    last = rng.choice((None, rng.randint(first, job.deal.legal_maturity_months)))
    how, most = rng.choice((("set", 0.1), ("multiply", 2.0), ("add", 0.02)))
    move: dict[str, Any] = {how: rng.uniform(0.0, most), "from_month": first, "to_month": last}
    shock = Shock(target="quantity", quantity=rng.choice(known), **move)
    return _stressed(job, shocks=(*job.scenarios[1].shocks, shock))


def _stressed(job: Job, **changes: Any) -> Job:
    base, stressed = job.scenarios
    return job.but(scenarios=(base, stressed.but(**changes)))


CHANGES = (
    *(_interest_months, _discounted, _conditions, _idle, _copula, _loadings, _aging, _curve, _short_rate, _moved),
    _groups,
)
