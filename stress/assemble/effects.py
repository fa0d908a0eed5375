"""What each shock does to the arrays of a job: shocks that change none of them, and caps that cut what is asked for.

Not a rule for each target: the arrays are assembled with a shock and without it, and compared. What has nothing to act
on (an unpaid share of no dilution, a supply to a deal that does not buy) is left out of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

import numpy as np

from stress.arrays import Array, Ints
from stress.assemble.calendar import calendar_of
from stress.assemble.caps import Cut, cuts
from stress.assemble.contract import contract_of
from stress.assemble.hazard import notes_of_seasoning
from stress.assemble.market import month_scalars
from stress.assemble.months import MonthInputs, asked, base_months, resolve
from stress.assemble.moves import FIELD
from stress.assemble.problem import new_receivables, purchase_months, sizes_of, supply_of
from stress.assemble.qualities import in_qualities
from stress.assemble.receivables import due_of, receivables_of
from stress.assemble.stages import by_column, columns
from stress.assemble.turnover import pool_under
from stress.inputs.clocks import COHORTS
from stress.inputs.deal.reading import buys
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.job.scenario_remarks import how_of, replaced
from stress.inputs.pool import Bucket, Pool
from stress.inputs.scenario import Shock
from stress.inputs.text.remark import Remark
from stress.kernels.tables import MONTH, Receivables

_OPTIONS = ("late_charge_daily", "late_fee", "recovery_lag", "fee_free_share", "dilution_unpaid_share",
            "dependence.rho_roll", "dependence.rho_prepayment", "dependence.rho_recovery",
            "dependence.correlation_prepayment", "dependence.correlation_recovery",
            "dependence.correlation_prepayment_recovery")  # fmt: skip
"""Keys of a pool that need another to act."""
_AFTER = ("at once", "a month", "two months", "three months", "four months", "five months", "six months")
"""By the buckets of a ladder."""
_SAME = 1e-12
"""Relative difference below which two arrays are the same: the rounding of a score slope that keeps the mean."""


def notes_of_effects(job: Job) -> list[Remark]:
    """Shocks that move nothing in this deal and pool, and inputs that a cap cuts, scenario by scenario.

    Raises ConfigError where deal, pool and a scenario do not fit together.
    """
    whole = [list(_acting(job, case)) for case in job.scenarios]
    moved: list[Remark] = []
    for case, arrays in zip(job.scenarios, whole, strict=True):
        moved += _idle(job, case, arrays)
        moved += [remark for rule in (_cut, _through_ladder, _paid_for_life) for remark in rule(job, case)]
    return [*_idle_options(job, whole), *notes_of_seasoning(job), *moved]


def idle_shocks(job: Job, case: ScenarioCase, whole: list[Array | Ints] | None = None) -> list[int]:
    """Places of the shocks without which every array stays as it is; of two that do the same, the first. `whole`: the
    arrays under all of them, where they are known."""
    active, idle = list(range(len(case.shocks))), []
    whole = whole or list(_acting(job, case))
    for place in range(len(case.shocks)):
        without = [i for i in active if i != place]
        if _same(whole, _acting(job, case.model_copy(update={"shocks": tuple(case.shocks[i] for i in without)}))):
            active = without
            idle.append(place)
    return idle


def alike(job: Job, case: ScenarioCase, other: ScenarioCase) -> bool:
    """Whether two scenarios are one to this deal and pool: what tells them apart has nothing to act on."""
    return _same(_acting(job, case), _acting(job, other))


def _idle_options(job: Job, whole: list[list[Array | Ints]]) -> Iterator[Remark]:
    """Keys of the pool that could as well be left out: no scenario's arrays change from `whole`."""
    for place, pool in (*_without_options(job.pool), *_without_rolls(job.pool)):
        without = job.model_copy(update={"pool": pool})
        if all(_same(acting, _acting(without, case)) for acting, case in zip(whole, job.scenarios, strict=True)):
            yield Remark("pool", place, "moves nothing: nothing in this deal, pool and scenarios depends on it")


def _without_options(pool: Pool) -> Iterator[tuple[str, Pool]]:
    """The pool without each option that it gives."""
    for place in _OPTIONS:
        *above, key = place.split(".")
        part = getattr(pool, above[0]) if above else pool
        default = type(part).model_fields[key].default
        if getattr(part, key) != default:
            changed = part.model_copy(update={key: default})
            yield place, pool.model_copy(update={above[0]: changed}) if above else changed


def _without_rolls(pool: Pool) -> Iterator[tuple[str, Pool]]:
    """The pool without what each bucket of its ladder gives of its own."""
    for b, bucket in enumerate(pool.buckets):
        for key in ("rho", "elasticity"):
            default = Bucket.model_fields[key].default
            if getattr(bucket, key) != default:
                changed = bucket.model_copy(update={key: default})
                ladder = (*pool.buckets[:b], changed, *pool.buckets[b + 1 :])
                yield f"ladder[{b + 1}].{key}", pool.model_copy(update={"ladder": ladder})


def _idle(job: Job, case: ScenarioCase, whole: list[Array | Ints]) -> Iterator[Remark]:
    known = replaced(case)
    for place in idle_shocks(job, case, whole):
        if place not in known:
            shock = case.shocks[place]
            yield Remark(f"scenario {case.name}", f"shock {place + 1} on {shock.label}", _why(job, case, shock))


def _why(job: Job, case: ScenarioCase, shock: Shock) -> str:
    """Why a shock moves nothing: the input stays, a cap takes it back, or nothing in this job uses what it moves."""
    pool, shocked = pool_under(job.pool, case), ScenarioCase(name=case.name, shocks=(shock,))
    if shock.target == "turnover":
        return "moves nothing: the pool has this payment rate already"
    wanted = asked(job.deal, pool, shocked)
    before = asked(job.deal, pool, ScenarioCase(name=case.name))
    if _same(_fields(wanted), _fields(before)):
        return f"moves nothing: {_stays(before, shock)}"
    held = next(cuts(wanted), None)
    if held is not None and not any(True for _ in cuts(before)):
        return f"moves nothing: {held.cap.words} goes no further than {_value(held, held.held)}"
    return "moves nothing: nothing in this deal and pool depends on it"


def _stays(before: MonthInputs, shock: Shock) -> str:
    """Why an input is what it was."""
    how = how_of(shock)
    values = {value for _, value in shock.by_month} or {getattr(shock, how)}
    if values == {1.0 if how == "multiply" else 0.0} and how != "set":
        return "it multiplies by 1" if how == "multiply" else "it adds 0"
    if shock.quantity is not None:
        return f"{shock.quantity} is what it sets already" if how == "set" else f"{shock.quantity} is 0"
    field = FIELD.get(shock.target)
    if field is None:
        return "this deal and pool have no such input"
    if how == "multiply" and not getattr(before, field).any():
        return "the base is 0, and a multiple of 0 stays 0"
    return "the input is what it sets already"


def _cut(job: Job, case: ScenarioCase) -> Iterator[Remark]:
    pool = pool_under(job.pool, case)
    months = asked(job.deal, pool, case)
    if months.new_odds is not None:
        bought_in = purchase_months(job.deal, job.clock) if buys(job.deal) else 0
        months = months._replace(new_odds=months.new_odds[:bought_in])
    for cut in cuts(months):
        names = [columns(pool)[s] for s in cut.column]
        where = f" of {', '.join(names)}" if 0 < len(names) < len(columns(pool)) else ""
        when = f"in month {cut.first}" if cut.first == cut.last else f"in months {cut.first} to {cut.last}"
        yield Remark(
            f"scenario {case.name}",
            "",
            f"{cut.cap.words}{where} is held at {_value(cut, cut.held)} {when}, where "
            f"{_value(cut, cut.asked)} is asked for",
        )


def _through_ladder(job: Job, case: ScenarioCase) -> Iterator[Remark]:
    """Rates of default that a ladder turns into rates of entry."""
    places = [i for i, shock in enumerate(case.shocks) if shock.target == "default_rate"]
    if job.pool.ladder is None or not places:
        return
    entry = resolve(job.deal, pool_under(job.pool, case), case).entry
    before = base_months(job.deal, job.pool).entry
    moved = entry[entry != before]
    if moved.size:
        low, high = f"{100.0 * moved.min():.4g}%", f"{100.0 * moved.max():.4g}%"
        yield Remark(
            f"scenario {case.name}",
            f"shock {places[-1] + 1} on default_rate",
            f"is a rate of default: the ladder gets there {_AFTER[len(job.pool.buckets)]} after entry at {low} "
            + ("" if low == high else f"to {high} ")
            + "a month; entry_rate moves entry itself",
        )


def _paid_for_life(job: Job, case: ScenarioCase) -> Iterator[Remark]:
    """A payment rate set for life: what earlier versions took for a turnover at the same static default."""
    for place, shock in enumerate(case.shocks, 1):
        if shock.target == "payment_rate" and shock.set is not None and shock.from_month == 1 and not shock.to_month:
            says = "moves the payment rate alone and leaves monthly default rates; turnover keeps the static default"
            yield Remark(f"scenario {case.name}", f"shock {place} on payment_rate", says)


def _value(cut: Cut, value: float) -> str:
    return f"{value:.4g} {cut.cap.unit}" if cut.cap.unit != "%" else f"{100.0 * value:.4g}%"


def _acting(job: Job, case: ScenarioCase) -> Iterator[Array | Ints]:
    """All arrays of a scenario, less what has nothing to act on; last those that take longest."""
    deal, pool = job.deal, pool_under(job.pool, case)
    (pool,), (m,), n_quality = in_qualities([pool], [resolve(deal, pool, case)], purchase_months(deal, job.clock))
    due = due_of(pool.billing, COHORTS[job.clock])
    dates = calendar_of(deal)
    sizes = sizes_of(deal, pool, [m], job.clock, dates, due, deterministic=False, n_quality=n_quality)
    receivables, eligible = receivables_of(deal, [pool], [m], sizes, job.clock, due)
    bought_into = by_column(receivables.mix.sum(axis=(0, 1)), pool)
    buying = buys(deal)
    used = receivables.opening.sum(axis=(0, 2)) + buying * bought_into > 0.0
    yield from _rates(pool, m, used)
    scalars = month_scalars(deal, m, sizes)
    dilution, unpaid_share, earned = (MONTH.index(name) for name in ("dilution", "unpaid_share", "yield_multiple"))
    scalars[:, unpaid_share] *= scalars[:, dilution] > 0.0
    scalars[:, earned] *= _earns(receivables)
    yield scalars
    yield from (receivables.opening, receivables.open_due, receivables.open_fee, receivables.card)
    if buying:
        need = np.ones((sizes.n_month + 1, sizes.n_cohort))
        supply = new_receivables(pool, m) if deal.trust is not None else supply_of(pool, m, need)
        yield supply[: sizes.n_history] * eligible[0, : sizes.n_history, None]
        yield from (receivables.mix, receivables.first_due, receivables.pull)
    yield from contract_of(deal, [m], dates, pool)


def _rates(pool: Pool, m: MonthInputs, used: Array) -> list[Array]:
    """Rates of the segments that ever hold a balance, with what spreads them over paths."""
    entry, smm = m.entry[:, used], m.smm[:, used]
    rolls = [np.clip(m.roll[:, used, b], 0.0, 1.0) for b in range(len(pool.buckets))]
    recovery = m.recovery[:, used] * bool(entry.any() or m.roll.any())
    chance, dependence = (entry > 0.0).any(axis=1), pool.dependence
    own = 0.0 * m.rho if m.heterogeneity is None else m.heterogeneity
    with_rolls = [
        (dependence.rho_roll if bucket.rho is None else bucket.rho) * bool(((roll > 0.0) & (roll < 1.0)).any())
        for bucket, roll in zip(pool.buckets, rolls, strict=True)
    ]
    with_swing = [bucket.elasticity * (m.swing is not None) for bucket in pool.buckets]
    rho_prepayment, rho_recovery = (
        dependence.rho_prepayment * bool(smm.any()),
        dependence.rho_recovery * bool(recovery.any()),
    )
    loads = [(m.rho * chance).any() or any(with_rolls), rho_prepayment, rho_recovery]
    pairs = [
        dependence.correlation_prepayment * bool(loads[0] and loads[1]),
        dependence.correlation_recovery * bool(loads[0] and loads[2]),
        dependence.correlation_prepayment_recovery * bool(loads[1] and loads[2]),
    ]
    late = [charge * (pool.ladder is not None) for charge in (pool.late_charge_daily, pool.late_fee)]
    spread = [*with_rolls, *with_swing, rho_prepayment, rho_recovery, *pairs, *late]
    paid = np.array(pool.recovery_lag) * bool(recovery.any())
    return [entry, *rolls, smm, recovery, m.rho * chance, own * chance, np.array(spread), paid]


def _earns(receivables: Receivables) -> bool:
    """Whether any receivable bears a fee or a finance charge."""
    first = receivables.first_due[..., 3:].any() if receivables.card.size == 0 else False
    fees = (receivables.open_fee, receivables.pull[..., 1], receivables.card[..., 3:])
    return bool(first or any(part.any() for part in fees))


def _fields(m: MonthInputs) -> list[Array]:
    return [part for part in m if isinstance(part, np.ndarray)]


def _same(arrays: Iterable[Array | Ints], others: Iterable[Array | Ints]) -> bool:
    """Whether arrays are the same within rounding: months without a test hold no number in either. None is asked for
    after the first that differs."""
    return all(
        a is not None
        and b is not None
        and a.shape == b.shape
        and (np.array_equal(a, b) or np.allclose(a, b, rtol=_SAME, atol=1e-300, equal_nan=True))
        for a, b in zip_longest(arrays, others)
    )
