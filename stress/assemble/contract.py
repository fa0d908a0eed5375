"""Deal -> arrays: notes, fees, steps and triggers as indices and numbers per period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stress.assemble.calendar import Calendar
from stress.assemble.months import MonthInputs
from stress.inputs.deal import (
    AnyStep,
    Condition,
    CoverDefaults,
    Deal,
    PayFee,
    PayInterest,
    PayPrincipal,
    PayResidual,
    Purchase,
    Release,
    Reserve,
    TopUp,
    Transfer,
)
from stress.inputs.deal.reading import notes_of
from stress.kernels import codes
from stress.kernels.outcome import MONTH_YEARS
from stress.kernels.tables import DEAL, STEP, STEP_VALUE, TRIGGER, Contract


def contract_of(deal: Deal, months: Sequence[MonthInputs], dates: Calendar, cut_off: float) -> Contract:
    """Arrays of a deal under K scenarios; `cut_off` is the pool balance that shares refer to."""
    n_month = deal.legal_maturity_months
    size = np.array(sizes_of(deal, cut_off))
    accrual = np.stack([m.coupon * dates.fraction[:, None] for m in months])
    steps = _Steps(deal, cut_off, n_month)
    even = dates.years - np.arange(n_month) * MONTH_YEARS
    first = float(even.mean())
    accounts = account_names(deal)
    return Contract(
        original=np.where(size > 0.0, size, cut_off),
        per_original=1.0 / np.where(size > 0.0, size, cut_off),
        opening_note=size,
        residual=np.array([float(n.residual and of > 0.0) for n, of in zip(deal.notes, size, strict=True)]),
        accrual=np.ascontiguousarray(accrual),
        payable=_payable(deal, n_month, dates.first_payment),
        years=np.ascontiguousarray(np.stack([dates.years, even - first], axis=1)),
        step_up=np.stack([_stepped(m) * dates.fraction[:, None] for m in months]),
        step_up_trigger=_step_up_trigger(deal),
        guess=np.log1p(np.array([accrual[0, :, n].sum() / dates.years[-1] for n in range(len(deal.notes))])),
        discount=np.stack([_discount(deal, m, dates) for m in months]),
        fee_base=np.array([codes.FEE_BASES.index(f.base) for f in deal.fees], dtype=np.int64),
        fee_rate=_fee_rate(deal, months, dates),
        fee_carry=np.array([float(f.carry_over) for f in deal.fees]),
        step=np.array(steps.rows, dtype=np.int64).reshape(-1, len(STEP)),
        in_full=np.array(steps.in_full(), dtype=np.int64),
        step_value=np.array(steps.values, dtype=np.float64).reshape(-1, len(STEP_VALUE)),
        step_target=np.array(steps.targets, dtype=np.float64).reshape(-1, n_month),
        test=np.array(steps.tests, dtype=np.int64).reshape(-1, 2),
        test_limit=np.array(steps.limits, dtype=np.float64),
        member=np.array(steps.members or [0], dtype=np.int64),
        phase=np.array(steps.phase, dtype=np.int64),
        trigger=_triggers(deal),
        threshold=_thresholds(deal, n_month, dates.first_payment),
        senior_fee=_senior(deal, [f.name for f in deal.fees], PayFee),
        senior_note=_senior(deal, [n.name for n in deal.notes], PayInterest),
        opening_cash=np.array([deal.opening_cash.get(a, 0.0) for a in accounts]),
        deal=_columns(
            DEAL,
            cut_off=cut_off,
            per_cut_off=1.0 / cut_off,
            clean_up=deal.clean_up.pool_factor if deal.clean_up else 0.0,
            idle_share=deal.idle_cash_share,
            first_years=first,
            net_income=1.0 - sum(f.rate for f in deal.fees if f.base == "interest_income"),
        ),
    )


def _columns(names: tuple[str, ...], **values: float) -> np.ndarray:
    """Values in the order of a table's columns."""
    return np.array([values[name] for name in names])


def sizes_of(deal: Deal, cut_off: float) -> list[float]:
    """Balance of each note at closing; 0 for a certificate."""
    return [note.amount if note.amount is not None else (note.share or 0.0) * cut_off for note in deal.notes]


def account_names(deal: Deal) -> list[str]:
    """Accounts in the order of the kernel: income, principal, then the named ones."""
    return ["income", "principal", *deal.accounts]


def phase_steps(deal: Deal, phase: str) -> tuple[AnyStep, ...]:
    """Steps of a phase; acceleration and event of default follow amortization where the deal leaves them out."""
    if phase in deal.priority:
        return deal.priority[phase]
    return () if phase == "revolving" else deal.priority["amortization"]


def step_labels(deal: Deal) -> tuple[list[str], list[int]]:
    """A name for each step of the priority of payments, and the step of each compiled row (one row per source)."""
    labels: list[str] = []
    step_of_row: list[int] = []
    for phase in codes.PHASES:
        for step in deal.priority.get(phase, ()):  # type: ignore[call-overload]
            what = getattr(step, "note", None) or getattr(step, "fee", None) or getattr(step, "account", None) or ""
            what = what or getattr(step, "to", "") or "+".join(notes_of(step))
            label = f"{phase} {len(labels) + 1}: {step.step} {what}".rstrip()
            sources = 1 if isinstance(step, Release) else len(step.source)
            step_of_row += [len(labels)] * sources
            labels.append(label)
    return labels, step_of_row


class _Steps:
    """Steps of all phases laid out one after another; a step with several sources becomes one row per source."""

    def __init__(self, deal: Deal, cut_off: float, n_month: int) -> None:
        self.deal, self.cut_off, self.n_month = deal, cut_off, n_month
        self.accounts = account_names(deal)
        self.notes = [n.name for n in deal.notes]
        self.fees = [f.name for f in deal.fees]
        self.rows: list[list[int]] = []
        self.values: list[list[float]] = []
        self.targets: list[np.ndarray] = []
        self.members: list[int] = []
        self.tests: list[tuple[int, int]] = []
        self.limits: list[float] = []
        span: dict[str, list[int]] = {}
        for phase in codes.PHASES:
            first = len(self.rows)
            for step in deal.priority.get(phase, ()):  # type: ignore[call-overload]
                self._add(step)
            span[phase] = [first, len(self.rows)]
        self.phase = [
            span[phase] if phase in deal.priority or phase == "revolving" else span["amortization"]
            for phase in codes.PHASES
        ]

    def in_full(self) -> list[int]:
        """Rows of each run of fees and interest that may be paid at one go, where it begins (`Contract.in_full`)."""
        found = [0] * len(self.rows)
        for first, end in {tuple(span) for span in self.phase}:
            at = first
            while at < end:
                run, paid = at, set[tuple[int, int]]()
                while run < end and self._in_run(run, self.rows[at][2]) and tuple(self.rows[run][:2]) not in paid:
                    paid.add((self.rows[run][0], self.rows[run][1]))
                    run += self.rows[run][7]
                found[at] = run - at
                at = max(run, at + 1)
        return found

    def _in_run(self, at: int, source: int) -> bool:
        kind, _, account, _, test, *_ = self.rows[at]
        due = kind in (codes.PAY_FEE, codes.PAY_INTEREST)
        free = test < 0 and self.values[at][0] >= codes.NO_LIMIT
        return due and free and account == source != codes.PRINCIPAL

    def _add(self, step: AnyStep) -> None:
        kind, index, to, members = self._kind(step)
        value = dict.fromkeys(STEP_VALUE, 0.0) | {"limit": codes.NO_LIMIT}
        target = np.zeros(self.n_month)
        if isinstance(step, PayFee) and step.cap is not None:
            value["limit"] = step.cap
        elif isinstance(step, Transfer):
            value["limit"] = codes.NO_LIMIT if step.amount is None else step.amount
            value["share_moved"] = 1.0 if step.share is None else step.share
        elif isinstance(step, TopUp | Release):
            target[:] = self._reserve(step.target, value)
        elif isinstance(step, PayPrincipal):
            for month, balance in step.to_balance:
                target[month - 1 :] = balance
        test = len(self.tests) if step.when else -1
        for condition in step.when:
            self._test(condition)
        first = len(self.members)
        self.members += members
        for before, source in enumerate([step.account] if isinstance(step, Release) else step.source):
            row = [kind, index, self.accounts.index(source), to, test, len(step.when), first, len(members)]
            if kind in (codes.PAY_FEE, codes.PAY_INTEREST):
                row[7] = len(step.source)
            elif isinstance(step, Transfer):
                row[1] = before
            self.rows.append(row)
            self.values.append(list(value.values()))
            self.targets.append(target)

    def _test(self, condition: Condition) -> None:
        """A condition of a step: what is looked at, on which side, against which limit."""
        if condition.trigger is not None:
            names = [trigger.name for trigger in self.deal.triggers]
            self.tests.append((codes.TRIGGER_TEST + names.index(condition.trigger), int(condition.tripped)))
            self.limits.append(0.0)
        else:
            self.tests.append((codes.OBSERVABLES.index(str(condition.observable)), int(condition.above is not None)))
            self.limits.append(condition.above if condition.above is not None else condition.below or 0.0)

    def _kind(self, step: AnyStep) -> tuple[int, int, int, list[int]]:
        """Kernel code, note or fee index, destination account, notes of a principal step."""
        match step:
            case PayFee():
                return codes.PAY_FEE, self.fees.index(step.fee), -1, []
            case PayInterest():
                paid = [self.notes.index(n) for n in notes_of(step)]
                return (
                    (codes.PAY_INTEREST, paid[0], -1, [])
                    if len(paid) == 1
                    else (codes.PAY_INTEREST_TOGETHER, -1, -1, paid)
                )
            case CoverDefaults():
                index = -1 if step.note is None else self.notes.index(step.note)
                return codes.COVER_DEFAULTS, index, codes.PRINCIPAL, []
            case TopUp():
                return codes.TOP_UP, -1, self.accounts.index(step.account), []
            case Release():
                return codes.RELEASE, -1, self.accounts.index(step.to), []
            case Transfer():
                return codes.TRANSFER, -1, self.accounts.index(step.to), []
            case Purchase():
                return codes.PURCHASE, -1, -1, []
            case PayPrincipal():
                code = codes.PAY_PRO_RATA if step.order == "pro_rata" else codes.PAY_PRINCIPAL
                return code, -1, -1, [self.notes.index(n) for n in step.notes]
            case PayResidual():
                return codes.PAY_RESIDUAL, self.notes.index(step.note), -1, []

    def _reserve(self, target: Reserve, value: dict[str, float]) -> float:
        value["share_of_pool"], value["share_of_notes"] = target.share_of_pool, target.share_of_notes
        value["months_of_senior_cost"], value["floor"] = target.months_of_senior_cost, target.floor
        return max(target.amount, target.share_of_cut_off * self.cut_off)


def _senior(deal: Deal, names: list[str], kind: type[PayFee | PayInterest]) -> np.ndarray:
    """1 for what the revolving priority may pay from principal: purchases leave cash for it."""
    steps = phase_steps(deal, "revolving") if deal.retain_senior_cost else ()
    lent = [step for step in steps if isinstance(step, kind) and "principal" in step.source]
    chosen = {name for step in lent for name in ((step.fee,) if isinstance(step, PayFee) else notes_of(step))}
    return np.array([float(name in chosen) for name in names])


def _stepped(months: MonthInputs) -> np.ndarray:
    """(T, N) what the step-up of a trigger adds to the coupon; nothing where no note has one."""
    return np.zeros_like(months.coupon) if months.coupon_up is None else months.coupon_up - months.coupon


def _discount(deal: Deal, months: MonthInputs, dates: Calendar) -> np.ndarray:
    """(T, N) discount factors: compounded where a note's schedule pays interest, simple in between."""
    coupon = months.coupon if months.coupon_plain is None else months.coupon_plain
    spread = (deal.discount_spread + months.note_spread) * dates.fraction
    growth = coupon * dates.fraction[:, None] + spread[:, None]
    by_phase = _payable(deal, len(growth), dates.first_payment)
    pays = np.concatenate([by_phase[0, : deal.revolving_months], by_phase[1, deal.revolving_months :]])
    factor = np.empty_like(growth)
    before, since = np.ones(growth.shape[1]), np.zeros(growth.shape[1])
    for t, gained in enumerate(growth):
        since = since + gained
        factor[t] = before * (1.0 + since)
        before, since = np.where(pays[t] > 0.0, factor[t], before), np.where(pays[t] > 0.0, 0.0, since)
    return 1.0 / factor


def _step_up_trigger(deal: Deal) -> np.ndarray:
    names = [trigger.name for trigger in deal.triggers]
    found = [n.step_up.trigger if n.step_up is not None else None for n in deal.notes]
    return np.array([-1 if name is None else names.index(name) for name in found], dtype=np.int64)


def _payable(deal: Deal, n_month: int, first: int) -> np.ndarray:
    payable = np.zeros((4, n_month, len(deal.notes)))
    month = np.arange(1, n_month + 1)
    payment = month - first + 1
    for p, phase in enumerate(codes.PHASES):
        for n, note in enumerate(deal.notes):
            every = note.payment_months.get(phase, 1)  # type: ignore[call-overload]
            payable[p, :, n] = ((payment % every == 0) & (payment > 0)) | (month == n_month)
    return payable


def _fee_rate(deal: Deal, months: Sequence[MonthInputs], dates: Calendar) -> np.ndarray:
    n_month = deal.legal_maturity_months
    rate = np.zeros((len(months), n_month, len(deal.fees)))
    raised = next((i for i, f in enumerate(deal.fees) if f.base == "pool"), -1)
    for i, fee in enumerate(deal.fees):
        if fee.base == "fixed":
            rate[:, dates.first_payment - 1 :, i] = fee.amount
        elif fee.base == "interest_income":
            rate[:, :, i] = fee.rate
        else:
            rate[:, :, i] = fee.rate * dates.fraction
        if i == raised:
            rate[:, :, i] += np.stack([m.successor_fee for m in months]) * dates.fraction
    return rate


def _triggers(deal: Deal) -> np.ndarray:
    effect = {"none": 0, "acceleration": codes.ACCELERATION, "event_of_default": codes.EVENT_OF_DEFAULT}
    rows = [
        [
            codes.OBSERVABLES.index(t.observable),
            codes.DENOMINATORS.index(t.denominator),
            int(t.breach == "above"),
            t.months,
            effect[t.effect],
            int(t.curable),
        ]
        for t in deal.triggers
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, len(TRIGGER))


def _thresholds(deal: Deal, n_month: int, first: int) -> np.ndarray:
    """(G, T) limits; NaN in months that are not tested, as those before the first payment."""
    limit = np.full((len(deal.triggers), n_month), np.nan)
    for g, trigger in enumerate(deal.triggers):
        for threshold in trigger.thresholds:
            limit[g, threshold.from_month - 1 : threshold.to_month or n_month] = threshold.limit
    limit[:, : first - 1] = np.nan
    return limit
