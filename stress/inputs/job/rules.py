"""What deal, pool, scenarios and clock of a job must agree on. Each rule is one sentence."""

from __future__ import annotations

from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import indices_in, movable, quantities_in
from stress.inputs.deal.reading import located
from stress.inputs.deal.rules import SMALLEST
from stress.inputs.deal.steps import Receive
from stress.inputs.job.terms import JobTerms, ScenarioCase
from stress.inputs.job.trust_rules import check_trust_on_pool
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock
from stress.inputs.state.rules import check_scenarios, check_state
from stress.inputs.targets import WHOLE_DAYS
from stress.spelling import suggest

LARGE = 100.0
"""A pool this many times the size of its notes is not overcollateralization but another unit of money."""


def check_job(job: JobTerms) -> None:
    """Raise ValueError with a sentence where the parts of a job contradict each other."""
    if job.deal.currency != job.pool.currency:
        raise ValueError(
            f"deal is in {job.deal.currency} and pool in {job.pool.currency}: both must have the same currency"
        )
    _check_clock(job)
    check_trust_on_pool(job)
    _check_units(job.deal, job.pool)
    _check_indices(job.deal, job.pool)
    _check_segments(job.deal, job.pool)
    _check_hurdle(job.deal, job.pool)
    _check_pool_in_deal(job.deal, job.pool)
    _check_scenario_names(job.scenarios)
    if job.state is not None:
        check_state(job.deal, job.pool, job.clock, job.state)
        check_scenarios(job.state, [case.name for case in job.scenarios])
    for case in job.scenarios:
        _check_short_rate(job.deal, case)
        for shock in case.shocks:
            _check_shock(job, case, shock)


def _check_clock(job: JobTerms) -> None:
    if job.clock == "payment_date" and job.deal.purchase == "each_step":
        raise ValueError(
            'clock = "payment_date" but the deal has purchase = "each_step": it needs clock = "monthly" or "daily"'
        )
    if job.pool.billing is not None and job.clock != "daily":
        raise ValueError(
            f'pool: billing dates need clock = "daily"; the {job.clock} clock has no days: leave billing out'
        )
    if job.pool.obligors is not None and job.clock != "monthly":
        raise ValueError(f'pool: obligors = {job.pool.obligors} needs clock = "monthly", not "{job.clock}"')


def _check_units(deal: Deal, pool: Pool) -> None:
    """Money of the deal that cannot be in the unit of the pool: thousands or millions beside units."""
    unit = f"the pool's balance is {pool.balance:.10g}; are both in units of {pool.currency}?"
    size = [note.original(pool.balance) for note in deal.notes]
    smallest = 0.0 if deal.trust is not None else pool.balance / LARGE
    kept = {name: cash for name, cash in deal.opening_cash.items() if name in deal.principal_accounts}
    if not smallest <= sum(size) - sum(kept.values()) <= 2.0 * pool.balance:
        less = f", {sum(kept.values()):.10g} of it in principal accounts" if kept else ""
        raise ValueError(f"deal: notes sum to {sum(size):.10g}{less}: {unit}")
    for note, amount in zip(deal.notes, size, strict=True):
        if 0.0 < amount < SMALLEST * pool.balance:
            raise ValueError(f"deal: notes: {note.name}: amount = {amount:.10g}: {unit}")
    amounts: list[tuple[str, float | str]] = [(f"fees: {fee.name}: amount", fee.amount) for fee in deal.fees]
    amounts += [(f"opening_cash.{name}", cash) for name, cash in deal.opening_cash.items() if name not in kept]
    amounts += [(f"{place}: amount", step.amount) for place, step in located(deal) if isinstance(step, Receive)]
    for where, given in amounts:
        if not isinstance(given, str) and given > pool.balance:
            raise ValueError(f"deal: {where} = {given:.10g}: {unit}")


def _check_indices(deal: Deal, pool: Pool) -> None:
    """Loans float on an index that the deal has, and it has none that nothing follows."""
    used = {note.index for note in deal.notes} | set(indices_in(deal))
    for number, plan in enumerate(pool.plans, 1):
        if plan.floating is None:
            continue
        if plan.floating.index not in deal.indices:
            known = ", ".join(deal.indices) or "it has none"
            where = f"pool: plans[{number}].floating.index = {plan.floating.index!r}"
            raise ValueError(
                f"{where}: is no index of the deal: {known}{suggest(plan.floating.index, list(deal.indices))}"
            )
        used.add(plan.floating.index)
    for index in deal.indices:
        if index not in used:
            raise ValueError(f"deal: indices: {index!r} is used by no note, no formula and no loan")


def _check_segments(deal: Deal, pool: Pool) -> None:
    """Formulas look at segments that the pool has, and that are the deal's."""
    known = [segment.name for segment in pool.segments]
    for of in (of for name, of in quantities_in(deal) if name == "segment"):
        if of not in known:
            raise ValueError(f"deal: formulas: no segment {of!r}: one of {', '.join(known)}{suggest(of, known)}")
        if deal.trust is not None:
            raise ValueError(f"deal: formulas: segment {of!r} is the trust's, not the series': look at invested")


def _check_hurdle(deal: Deal, pool: Pool) -> None:
    """What an adjusted pool is of: loans whose payments are known at closing."""
    if deal.hurdle_rate is None:
        return
    where = f"deal: hurdle_rate = {deal.hurdle_rate:g}: pool.adjusted needs loans whose payments are known at closing"
    if pool.payment_rate is not None:
        raise ValueError(f"{where}; the pool has a payment_rate")
    for number, plan in enumerate(pool.plans, 1):
        if plan.floating is not None or plan.day_count != "30/360" or plan.first_period_days != 30:
            raise ValueError(f"{where}; interest of plans[{number}] floats or follows a calendar")


def _check_pool_in_deal(deal: Deal, pool: Pool) -> None:
    for line in pool.opening:
        if line.first_due + line.remaining - 1 > deal.legal_maturity_months:
            raise ValueError(
                f"pool: an opening line with {line.remaining} instalments left, the next due in month "
                f"{line.first_due}, runs beyond the deal's legal maturity in month {deal.legal_maturity_months}"
            )
    if deal.revolving_months > 0 and pool.plans:
        room = deal.legal_maturity_months - pool.eligibility.months_before_legal_maturity
        room -= pool.billing.months_later if pool.billing else 0
        if all(plan.term > room - 1 for plan in pool.plans):
            raise ValueError(
                f"pool: no plan ends {pool.eligibility.months_before_legal_maturity} months before legal maturity "
                f"(month {deal.legal_maturity_months}): the deal could never buy a receivable"
            )


def _check_scenario_names(cases: tuple[ScenarioCase, ...]) -> None:
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"scenarios: {name!r} appears {names.count(name)} times: names must differ")
    weights = [case.probability for case in cases if case.probability is not None]
    if weights and abs(sum(weights) - 1.0) > 1e-9:
        raise ValueError(f"scenarios: the probabilities given must sum to 1, not {sum(weights):.10g}")


def _check_short_rate(deal: Deal, case: ScenarioCase) -> None:
    """A random short rate has one forward curve: its own, or the levels of an index of the deal."""
    law, names = case.short_rate, list(deal.indices)
    if law is None:
        return
    where = f"scenario {case.name}: short_rate"
    if law.own_curve and len(names) > 1:
        raise ValueError(
            f"{where}: the deal has several indices ({', '.join(names)}), and one curve cannot be all of them: "
            'model = "hull_white" with index = one of them'
        )
    if not law.own_curve and not names:
        raise ValueError(
            f'{where}: deal {deal.name!r} has no index to fit to: give forward = [[1, 0.03]], or model = "vasicek"'
        )
    if not law.own_curve and law.index is None and len(names) > 1:
        raise ValueError(f"{where}: say which index is the forward curve: index = one of {', '.join(names)}")
    if law.index is not None and law.index not in names:
        raise ValueError(
            f"{where}: index: deal {deal.name!r} has no index {law.index!r}: one of {', '.join(names) or 'none'}"
            f"{suggest(law.index, names)}"
        )


def _check_shock(job: JobTerms, case: ScenarioCase, shock: Shock) -> None:
    where = f"scenario {case.name}: shock on {shock.label}"
    names = [segment.name for segment in job.pool.segments]
    for name in shock.segments:
        if name not in names:
            raise ValueError(
                f"{where}: the pool has no segment {name!r}: one of {', '.join(names)}{suggest(name, names)}"
            )
    if shock.target == "ineligible_share":
        _check_ineligible(job.pool, where, shock)
    last = job.deal.legal_maturity_months
    if min([shock.from_month, *(month for month, _ in shock.by_month[:1])]) > last:
        raise ValueError(f"{where}: starts after the deal's legal maturity in month {last}, so it moves nothing")
    if shock.target in ("payment_rate", "turnover") and job.pool.payment_rate is None:
        raise ValueError(f"{where}: the pool has instalment plans; only a pool given by payment_rate has this input")
    if shock.target in ("fee_free_share", "apr", "apr_cap") and not job.pool.plans:
        raise ValueError(f"{where}: the pool has no instalment plans, so there is no such input")
    if shock.target in WHOLE_DAYS:
        _check_days(job, where, shock)
    if shock.quantity is not None:
        _check_quantity(job.deal, where, shock.quantity)


def _check_quantity(deal: Deal, where: str, name: str) -> None:
    """A scenario moves what the deal gives as a number or by month, not what a formula makes."""
    known = list(deal.quantities)
    if name not in known:
        has = f"it has {', '.join(known)}{suggest(name, known)}" if known else "it has none ([quantities])"
        raise ValueError(f"{where}: deal {deal.name!r} has no such quantity of its own: {has}")
    if name not in movable(deal):
        given = f'quantities.{name} = "{deal.quantities[name]}"'
        others = ", ".join(movable(deal)) or "none"
        raise ValueError(
            f"{where}: deal {deal.name!r} has {given}, a formula: a scenario moves a number or a schedule that the "
            f"formula looks at; of these the deal has {others}"
        )


def _check_days(job: JobTerms, where: str, shock: Shock) -> None:
    """Days of waiting or outage need a clock that buys every day, and are whole."""
    if job.clock != "daily":
        buys = "once a month" if job.clock == "monthly" else "at payment dates"
        raise ValueError(f'{where}: needs clock = "daily"; the {job.clock} clock buys {buys}')
    if job.deal.purchase != "each_step":
        raise ValueError(f'{where}: the deal has purchase = "{job.deal.purchase}": needs "each_step"')
    given = (*(value for _, value in shock.by_month), shock.set, shock.add)
    for value in given:
        if value is not None and value % 1.0:
            raise ValueError(f"{where}: {value:g} must be a whole number of days")


def _check_ineligible(pool: Pool, where: str, shock: Shock) -> None:
    barred = [segment.name for segment in pool.segments if not segment.eligible]
    if not barred:
        raise ValueError(f"{where}: the pool has no segment with eligible = false that could be bought by mistake")
    chosen = list(shock.segments) or barred
    if len(chosen) > 1:
        raise ValueError(f"{where}: name the one segment that is bought by mistake: one of {', '.join(barred)}")
    if chosen[0] not in barred:
        raise ValueError(f"{where}: segment {chosen[0]!r} is eligible: one of {', '.join(barred)}")
