"""Deal -> arrays: notes, fees, steps and triggers as indices and numbers per period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stress.assemble.adjusted import adjusted_share
from stress.assemble.by_identity import by_identity
from stress.assemble.calendar import Calendar, calendar_of
from stress.assemble.formulas import Programs
from stress.assemble.monthly import MonthInputs, mean_coupons
from stress.assemble.own_quantities import levels_of, moved_in
from stress.assemble.priority import Steps, account_names, phase_steps, principal_names
from stress.assemble.trust import additions, trust_tables
from stress.inputs.deal import Deal, PayFee, PayInterest
from stress.inputs.deal.formula_rules import is_formula
from stress.inputs.deal.reading import notes_of, on_unpaid
from stress.inputs.pool import Pool
from stress.kernels import codes
from stress.kernels.layout import MONTH_YEARS
from stress.kernels.tables import DEAL, STEP, STEP_VALUE, TRIGGER, Contract


def contract_of(deal: Deal, months: Sequence[MonthInputs], dates: Calendar, pool: Pool) -> Contract:
    """Arrays of a deal under K scenarios; shares refer to the balance of the pool."""
    adjusted = None if deal.hurdle_rate is None else adjusted_share(pool, deal.hurdle_rate, deal.legal_maturity_months)
    moved = moved_in(deal, months)
    terms = _terms(deal, pool.balance, tuple(segment.name for segment in pool.segments), adjusted, moved)
    accrual = np.stack([m.coupon * dates.note_fraction for m in months])
    guess = np.log1p(accrual).sum(axis=1) / dates.years[-1]  # (K, N): of a note at par that pays every month
    return Contract(
        **terms,
        accrual=np.ascontiguousarray(accrual),
        step_up=np.stack([_stepped(m) * dates.note_fraction for m in months]),
        guess=guess,
        at_guess=moments(dates.years, guess),
        discount=_discounts(deal, months, dates, terms["payable"]),
        fee_rate=_fee_rate(deal, months, dates),
        index_level=np.stack([levels_of(deal, m, moved) for m in months]),
        additions=additions(deal, months),
    )


@by_identity
def _terms(
    deal: Deal, cut_off: float, segments: tuple[str, ...], adjusted: np.ndarray | None, moved: tuple[str, ...]
) -> dict[str, Any]:
    """Tables that are the same whatever happens; `moved`: own quantities that a scenario moves."""
    n_month, dates = deal.legal_maturity_months, calendar_of(deal)
    size = np.array(sizes_of(deal, cut_off))
    programs = Programs(deal, cut_off, n_month, segments, adjusted, moved)
    steps = Steps(deal, cut_off, n_month, programs)  # a program has its number from who asks first
    triggers = _triggers(deal, programs)
    fees, call = _fee_tables(deal, programs), deal.clean_up
    called = [programs.add(x, False) if x is not None else -1 for x in ((call.when, call.price) if call else ())]
    even = dates.years - np.arange(n_month) * MONTH_YEARS
    first = float(even.mean())
    accounts = account_names(deal)
    return {
        **_note_tables(deal, size, cut_off),
        "payable": _payable(deal, n_month, dates.first_payment),
        "years": np.ascontiguousarray(np.stack([dates.years, even - first], axis=1)),
        "step_up_trigger": _step_up_trigger(deal),
        "new_year": np.array([int(date.month == deal.year_begins) for date in dates.payment], dtype=np.int64),
        "mean_coupon": mean_coupons(deal),
        **fees,
        **_step_tables(steps, n_month),
        "trigger": triggers,
        "threshold": _thresholds(deal, n_month, dates.first_payment),
        "call": np.array(called or [-1, -1], dtype=np.int64),
        "of_principal": np.array([int(a in principal_names(deal)) for a in accounts], dtype=np.int64),
        **trust_tables(deal, programs, size),
        **programs.tables(),
        "senior_fee": _senior(deal, [f.name for f in deal.fees], PayFee),
        "senior_note": _senior(deal, [n.name for n in deal.notes], PayInterest),
        "opening_cash": np.array([deal.opening_cash.get(a, 0.0) for a in accounts]),
        "deal": _deal_numbers(deal, cut_off, first),
    }


def _fee_tables(deal: Deal, programs: Programs) -> dict[str, Any]:
    formula = [programs.add(f.amount, False) if isinstance(f.amount, str) else -1 for f in deal.fees]
    return {
        "fee_base": np.array([codes.FEE_BASES.index(f.base) for f in deal.fees], dtype=np.int64),
        "fee_formula": np.array(formula, np.int64),
        "fee_carry": np.array([float(f.carry_over) for f in deal.fees]),
    }


def moments(years: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """(K, T, N, 3) what a payment after so many years (T,) adds to present value at a rate ln(1 + y), (K, N), and to
    its first and second derivative by the rate, signs left out."""
    worth = np.exp(-guess[:, None, :] * years[:, None])
    return np.ascontiguousarray(np.stack([worth * years[:, None] ** power for power in range(3)], axis=-1))


def _deal_numbers(deal: Deal, cut_off: float, first_years: float) -> np.ndarray:
    """The numbers of `tables.DEAL`."""
    return _columns(
        DEAL,
        cut_off=cut_off,
        per_cut_off=1.0 / cut_off,
        clean_up=deal.clean_up.pool_factor or 0.0 if deal.clean_up else 0.0,
        idle_share=deal.idle_cash_share,
        first_years=first_years,
        net_income=1.0 - sum(f.rate for f in deal.fees if f.base == "interest_income"),
    )


def _note_tables(deal: Deal, size: np.ndarray, cut_off: float) -> dict[str, np.ndarray]:
    """(N,) each: what a note is measured by (a certificate by the pool), balance, stake and whether it is residual."""
    original, bears = np.where(size > 0.0, size, cut_off), on_unpaid(deal)
    return {
        "original": original,
        "per_original": 1.0 / original,
        "opening_note": size,
        "on_unpaid": np.array([float(bears.get(note.name, False)) for note in deal.notes]),
        "stake": _stake(original),
        "residual": np.array([float(n.residual and amount > 0.0) for n, amount in zip(deal.notes, size, strict=True)]),
    }


def _step_tables(steps: Steps, n_month: int) -> dict[str, np.ndarray]:
    """The priority of payments: rows of steps, their numbers, targets by month, tests, notes, the rows of a phase."""
    return {
        "step": np.array(steps.rows, dtype=np.int64).reshape(-1, len(STEP)),
        "in_full": np.array(steps.in_full(), dtype=np.int64),
        "step_value": np.array(steps.values, dtype=np.float64).reshape(-1, len(STEP_VALUE)),
        "step_target": np.array(steps.targets, dtype=np.float64).reshape(-1, n_month),
        "test": np.array(steps.tests, dtype=np.int64).reshape(-1, 2),
        "test_limit": np.array(steps.limits, dtype=np.float64),
        "member": np.array(steps.members or [0], dtype=np.int64),
        "phase": np.array(steps.phase, dtype=np.int64),
    }


def _stake(original: np.ndarray) -> np.ndarray:
    """(N, 5) at closing, yields, prices and multiples are over the original balance."""
    per, none = 1.0 / original, np.zeros_like(original)
    return np.stack([per, per, none, np.ones_like(original), none], axis=1)


def _columns(names: tuple[str, ...], **values: float) -> np.ndarray:
    """Values in the order of a table's columns."""
    return np.array([values[name] for name in names])


def sizes_of(deal: Deal, cut_off: float) -> list[float]:
    """Balance of each note at closing; 0 for a certificate."""
    return [note.original(cut_off) for note in deal.notes]


def _senior(deal: Deal, names: list[str], kind: type[PayFee | PayInterest]) -> np.ndarray:
    """1 for what the revolving priority may pay from principal: purchases leave cash for it."""
    steps = phase_steps(deal, "revolving") if deal.retain_senior_cost and deal.trust is None else ()
    paying = [step for step in steps if isinstance(step, kind) and "principal" in step.source]
    chosen = {name for step in paying for name in ((step.fee,) if isinstance(step, PayFee) else notes_of(step))}
    return np.array([float(name in chosen) for name in names])


def _stepped(months: MonthInputs) -> np.ndarray:
    """(T, N) what the step-up of a trigger adds to the coupon; nothing where no note has one."""
    return np.zeros_like(months.coupon) if months.coupon_up is None else months.coupon_up - months.coupon


def _discounts(deal: Deal, months: Sequence[MonthInputs], dates: Calendar, by_phase: np.ndarray) -> np.ndarray:
    """(K, T, N) discount factors: compounded where a note's schedule pays interest, simple in between."""
    coupon = np.stack([m.coupon if m.coupon_plain is None else m.coupon_plain for m in months])
    spread = np.stack([deal.discount_spread + m.note_spread for m in months])
    growth = coupon * dates.note_fraction + spread[:, :, None] * dates.note_fraction
    pays = np.concatenate([by_phase[0, : deal.revolving_months], by_phase[1, deal.revolving_months :]]) > 0.0
    factor = np.empty_like(growth)
    before, since = np.ones(growth[:, 0].shape), np.zeros(growth[:, 0].shape)
    for t, paid in enumerate(pays):
        since += growth[:, t]
        factor[:, t] = before * (1.0 + since)
        np.copyto(before, factor[:, t], where=paid)
        np.copyto(since, 0.0, where=paid)
    return 1.0 / factor


def _step_up_trigger(deal: Deal) -> np.ndarray:
    names = [trigger.name for trigger in deal.triggers]
    step_ups = [n.step_up.trigger if n.step_up is not None else None for n in deal.notes]
    return np.array([-1 if name is None else names.index(name) for name in step_ups], dtype=np.int64)


def _payable(deal: Deal, n_month: int, first: int) -> np.ndarray:
    """(phases, T, N) 1 in the months in which a note pays."""
    every = np.array([[note.payment_months.get(phase, 1) for note in deal.notes] for phase in codes.PHASES])  # type: ignore[call-overload]
    month = np.arange(1, n_month + 1)[:, None]
    payment = month - first + 1
    return np.asarray(((payment % every[:, None] == 0) & (payment > 0)) | (month == n_month), np.float64)


def _fee_rate(deal: Deal, months: Sequence[MonthInputs], dates: Calendar) -> np.ndarray:
    n_month = deal.legal_maturity_months
    rate = np.zeros((len(months), n_month, len(deal.fees)))
    raised = next((i for i, f in enumerate(deal.fees) if f.base == "pool"), -1)
    for i, fee in enumerate(deal.fees):
        if fee.base == "fixed":
            rate[:, dates.first_payment - 1 :, i] = fee.amount
        elif fee.base == "interest_income":
            rate[:, :, i] = fee.rate
        elif fee.base != "formula":
            rate[:, :, i] = fee.rate * dates.fraction
        if i == raised:
            rate[:, :, i] += np.stack([m.successor_fee for m in months]) * dates.fraction
    return rate


def _triggers(deal: Deal, programs: Programs) -> np.ndarray:
    effect = {"none": 0, "acceleration": codes.ACCELERATION, "event_of_default": codes.EVENT_OF_DEFAULT}
    rows = [
        [
            -1 if is_formula(t) else codes.OBSERVABLES.index(t.what),
            codes.DENOMINATORS.index(t.denominator),
            int(t.breach != "below"),
            t.months,
            effect[t.effect],
            int(t.curable),
            programs.add(t.what, t.tested == "payment") if is_formula(t) else -1,
            t.cure_months,
            int(t.tested == "payment"),
        ]
        for t in deal.triggers
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, len(TRIGGER))


def _thresholds(deal: Deal, n_month: int, first: int) -> np.ndarray:
    """(G, T) limits; NaN in months that are not tested, as those before the first payment."""
    limit = np.full((len(deal.triggers), n_month), np.nan)
    for g, trigger in enumerate(deal.triggers):
        if trigger.condition is not None:
            limit[g] = 0.5
        for threshold in trigger.thresholds:
            limit[g, threshold.from_month - 1 : threshold.to_month or n_month] = threshold.limit
    limit[:, : first - 1] = np.nan
    return limit
